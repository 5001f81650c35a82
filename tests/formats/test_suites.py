"""A conformance suite that cannot be found is never quietly passed by."""

from __future__ import annotations

import pytest

from tests.formats import suites


@pytest.fixture
def without_cargo(monkeypatch):
    monkeypatch.setattr(suites, "crates", dict)


def found(least=1):
    return suites.cases("justjson", "tests/JSONTestSuite", lambda folder: folder.glob("y_*.json"), least)


def test_a_missing_suite_is_an_error_in_ci(monkeypatch, without_cargo):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(AssertionError, match="cargo has not fetched justjson"):
        found()


def test_a_missing_suite_is_a_visible_skip_elsewhere(monkeypatch, without_cargo):
    monkeypatch.delenv("CI", raising=False)
    [only] = found()
    assert [mark.name for mark in only.marks] == ["skip"]


def test_a_suite_with_too_few_cases_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setattr(suites, "crates", lambda: {"justjson": tmp_path})
    with pytest.raises(AssertionError):
        found()
