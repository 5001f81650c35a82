"""The behaviours of `tests/corpus/kernel`, which cargo reads too: layers, steps, and what they lead to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from veltrix.errors import ConflictError

CORPUS = Path(__file__).parents[1] / "corpus" / "kernel"
FILES = sorted(CORPUS.glob("*/*.json"))


def layer(kernel, entry):
    ((name, data),) = entry.items()
    return kernel.Layer.parse(name, json.dumps(data), "json")


def definition(kernel, value):
    """The Python data of a definition that is written as in a document."""
    return kernel.Layer.parse("value", json.dumps({"value": value}), "json").__reduce__()[1][2]["value"]


def taken(kernel, snapshot, step):
    operation, *arguments = step
    match operation:
        case "set":
            name, path, value = arguments
            return snapshot.set(path, definition(kernel, value), layer=name)
        case "delete":
            name, path = arguments
            return snapshot.delete(path, layer=name)
        case "overlay":
            return snapshot.overlay({key: definition(kernel, value) for key, value in arguments[0].items()})
        case "with_layers":
            given, *without = arguments
            layers = [layer(kernel, {name: data}) for name, data in given.items()]
            return snapshot.with_layers(*layers, without=[name for names in without for name in names])
    raise AssertionError(operation)


def reached(kernel, case):
    """The snapshot that a case leads to."""
    snapshot = kernel.resolve(
        [layer(kernel, entry) for entry in case["layers"]], conflicts=case.get("conflicts", "error")
    )
    for step in case.get("steps", []):
        snapshot = taken(kernel, snapshot, step)
    return snapshot


def test_the_corpus_is_there():
    assert len(FILES) > 80


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_behaviour(kernel, path):
    case = json.loads(path.read_text(encoding="utf-8"))
    if "conflict" in case:
        with pytest.raises(ConflictError) as caught:
            reached(kernel, case)
        error = caught.value
        found = {
            "path": error.path,
            "upper": [error.upper.layer, error.upper_type],
            "lower": [error.lower.layer, error.lower_type],
        }
        assert found == case["conflict"], case["about"]
        return
    snapshot = reached(kernel, case)
    assert json.dumps(snapshot.to_dict()) == json.dumps(case["value"]), case["about"]
    if "generation" in case:
        assert snapshot.generation == case["generation"], case["about"]
    for where, definitions in case.get("explain", {}).items():
        found = snapshot.explain(where).definitions
        assert [[each.role, each.origin.layer, each.type] for each in found] == definitions, case["about"]
