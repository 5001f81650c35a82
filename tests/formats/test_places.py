"""The reference's second reading of a document says the lines and columns that the native kernel says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from veltrix import _formats
from veltrix._pure.formats.places import places
from veltrix.errors import ConfigError

CORPUS = Path(__file__).resolve().parents[1] / "corpus" / "documents"


def documents():
    for path in sorted(CORPUS.rglob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        if "text" in case and case["format"] in _formats.FORMATS:
            yield path.stem, case["format"], case["text"].encode("utf-8", "surrogatepass")


def paths(value, above=()):
    """Every path below a value, those of items of lists too."""
    pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
    for name, inner in pairs:
        path = (*above, name if isinstance(name, int) else str(name))
        yield path
        if isinstance(inner, (Mapping, tuple)):
            yield from paths(inner, path)


def test_places_are_those_of_the_native_kernel(both):
    _, native = both
    compared = missing = 0
    for name, form, content in documents():
        try:
            layer = native.Layer.parse("layer", content, form, file="file")
        except ConfigError:
            with pytest.raises(ConfigError):
                places(form, content)
            continue
        snapshot = native.resolve([layer])
        data, found = places(form, content)
        assert native.resolve([native.Layer("layer", data)]).digest == snapshot.digest, name
        for path in paths(snapshot):
            compared += 1
            missing += path not in found
            origin = snapshot.explain(path).origin
            assert found.get(path, (origin.line, origin.column)) == (origin.line, origin.column), (name, path)
    assert compared > 500
    assert missing < 5


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte-order-mark"])
def test_an_item_behind_an_anchor_or_a_tag_has_no_place(mark):
    pytest.importorskip("yaml")
    data, found = places("yaml", mark + b"a: [1, &x 2, !!str 3, *x]\nb: *x\n")
    assert data == {"a": [1, 2, "3", 2], "b": 2}
    assert found == {("a",): (1, 1), ("a", 0): (1, 5), ("b",): (2, 1)} | {
        path: place for path, place in found.items() if path == ("a", 3)
    }
    assert ("a", 1) not in found
    assert ("a", 2) not in found
