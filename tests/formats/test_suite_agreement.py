"""Over whole conformance suites: both implementations agree, and a place is never before the fault."""

from __future__ import annotations

import pytest

from tests.formats import test_json_suite, test_toml_suite
from tests.formats.reading import outcome
from tests.formats.suites import cases


def paths_of(suite):
    """The paths of a suite; the test is skipped where the suite is."""
    paths = [case.values[0] for case in suite]
    if paths == [None]:
        pytest.skip("cargo has not fetched the suite")
    return paths


def documents(suite):
    """The documents of a suite by their names."""
    return {path.name: path.read_bytes() for path in paths_of(suite)}


def offset(document, line, column):
    """The number of bytes before a place; what is not UTF-8 counts by bytes."""
    lines = document.split(b"\n")
    before = lines[line - 1].decode("utf-8", "surrogateescape")[: column - 1]
    return sum(len(one) + 1 for one in lines[: line - 1]) + len(before.encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("kind", ["valid", "invalid"])
def test_both_say_the_same_of_every_toml_document(both, kind):
    for name, document in documents(test_toml_suite.documents(kind)).items():
        pure, native = (outcome(kernel, document, "toml") for kernel in both)
        assert pure == native, name


@pytest.mark.parametrize(("kind", "least"), [("y", 95), ("n", 185), ("i", 35)])
@pytest.mark.parametrize("form", [b"%s", b'{"key": %s}'])
def test_both_say_the_same_of_every_json_document(both, kind, least, form):
    for name, document in documents(test_json_suite.documents(kind, least)).items():
        pure, native = (outcome(kernel, form % document, "json") for kernel in both)
        assert pure == native, name


def test_both_say_the_same_of_every_yaml_document(both):
    """The verdict and the value: the two parsers have words and places of their own for syntax."""
    inputs = pytest.importorskip("tests.formats.test_yaml_suite").inputs
    verdicts = []
    for path in paths_of(cases("yaml-edit", "test-data", inputs, least=390)):
        document = (path / "in.yaml").read_bytes()
        (pure, expected), (native, found) = (outcome(kernel, document, "yaml") for kernel in both)
        assert pure == native, path
        assert pure != "value" or expected == found, path
        verdicts.append(pure)
    assert verdicts.count("value") > 100
    assert verdicts.count("ParseError") > 100


def test_the_text_before_the_place_of_an_error_is_not_to_blame(kernel):
    """Cut off at its place, an invalid document is a good one, or one that ends too early."""
    good, cut = [], []
    for name, document in documents(test_toml_suite.documents("invalid")).items():
        _, error = outcome(kernel, document, "toml")
        before = document[: offset(document, error["line"], error["column"])]
        verdict, earlier = outcome(kernel, before, "toml")
        if verdict == "value":
            good.append(name)
        else:
            assert offset(before, earlier["line"], earlier["column"]) == len(before), name
            cut.append(name)
    assert len(good) > 50
    assert len(cut) > 50
