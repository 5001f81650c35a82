"""The bench of changed files: answers are compared, changes waited for, and the page says what was missed."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from benches.data import generate
from benches.peers.stack import stack_of
from benches.watching import __main__ as bench
from benches.watching import worker
from benches.watching.worker import AT_REST, BUSY, GAP, PARSING, STILL

LEAVES = 250


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path):
    stack = stack_of(generate("half shared", per_layer=LEAVES, cache=None), tmp_path)
    monkeypatch.setattr(worker, "resolving_to", lambda leaves: None)
    monkeypatch.setattr(worker, "stack_of", lambda _: stack)
    monkeypatch.setattr(worker, "REST", 0.05)
    return stack


def test_a_subject_serves_every_change():
    pytest.importorskip("watchfiles")
    found = worker.main("veltrix", LEAVES, 0.0)
    assert set(found) == {AT_REST, BUSY, GAP, STILL, PARSING}
    assert {len(rounds) for rounds in found.values()} == {worker.LEAST}
    assert all(milliseconds > 0 for rounds in found.values() for milliseconds in rounds)


@pytest.mark.parametrize("wrong", ["a value", "a change"])
def test_one_that_answers_otherwise_is_not_measured(wrong, small, monkeypatch):
    @contextmanager
    def stale(stack):
        yield lambda path: lambda: None if wrong == "a value" else stack.flat[path]

    monkeypatch.setattr(worker, "BOUND", 0.05)
    monkeypatch.setitem(worker.SUBJECTS, "stale", stale)
    said = "another value than a plain merge" if wrong == "a value" else "the change is not served"
    with pytest.raises(AssertionError, match=said):
        worker.main("stale", LEAVES, 0.0)


def kept(gap):
    veltrix = {
        AT_REST: [30, 31, 32],
        BUSY: [40, 50, 60],
        GAP: [gap] * 3,
        STILL: [9, 10, 11],
        PARSING: [10] * 3,
    }
    other = {AT_REST: [300, 310, 320], BUSY: [400, 500, 600], GAP: [70] * 3, STILL: [9, 10, 11]}
    return {
        "conditions": "CPython",
        "versions": {"veltrix": "0.1.0"},
        "sizes": {"1000": {"veltrix": veltrix, "b": other}},
    }


def test_the_page_says_what_was_met_and_missed():
    text = bench.text(kept(12))
    assert "met, 1.20 × (12.0 ms beside 10.0 ms)" in text
    assert (
        "| veltrix | 31.0 (30.5–31.5) | 50.0 (45.0–55.0) | 12.0 (12.0–12.0) | 10.0 (9.50–10.5) | 3 |" in text
    )
    assert "missed, 1.60 ×" in bench.text(kept(16))


def test_the_page_has_a_place_for_it():
    page = bench.PAGE.read_text("utf-8")
    assert bench.replaced(page, bench.text(kept(12)), bench.MARKS) != page
