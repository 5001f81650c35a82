"""Where a value was defined: line and column of its key, or of an item of a list. The native side knows."""

from __future__ import annotations

import pytest

from veltrix import implementations
from veltrix.errors import ParseError

JSON = '{\n\t"a": 1, "é😀": {"b": [\r\n  10, "x\\n", {"c": 2}]},\n "s": "\\u00e9", "t":{"$append":[1]}\n}'
TOML = '# é\r\n\ta = 1\r\n[ "é😀" ]\nb = """\n\n""" # c\n  d.e = [\n 1,\n]\n[[l]]\n[[l]]\nk = 1\n'
YAML = (
    '# é\r\na: 1\r\n"é😀":\n  b: [10,\n   {c: 2}]\n  ? d\n  : - 1\n    - 2\n'
    'x: &k {y: 1, "é": 2}\nz: *k\nm: {<<: *k, w: 3}\n'
)
YAML_PLACES = {
    "a": (2, 1), "é😀.b": (4, 3), "é😀.d": (6, 5), "x.y": (9, 8), "x.é": (9, 14), "z.y": (9, 8),
    "z.é": (9, 14), "m.y": (9, 8), "m.é": (9, 14), "m.w": (11, 13),
}  # fmt: skip
ENV = "# é\n\n  export A='é\n\n' # c\r\nB=1\n\tC = x"


@pytest.fixture(scope="module")
def native(both):
    return both[1]


def places(kernel, document, format):
    layer = kernel.Layer.parse("layer", document, format, file="f")
    snapshot = kernel.resolve([layer])
    found = {}
    for path in snapshot.flatten():
        origin = snapshot.explain(path).origin
        assert (origin.layer, origin.source, origin.file, origin.variable) == ("layer", "file", "f", None)
        found[path] = (origin.line, origin.column)
    return found


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "byte-order-mark"])
@pytest.mark.parametrize(
    ("document", "format", "expected"),
    [
        (JSON, "json", {"a": (2, 2), "é😀.b": (2, 17), "s": (4, 2), "t": (4, 17)}),
        (TOML, "toml", {"a": (2, 2), "é😀.b": (4, 1), "é😀.d.e": (7, 5), "l": (10, 3)}),
        (YAML, "yaml", YAML_PLACES),
        (ENV, "env", {"A": (3, 10), "B": (6, 1), "C": (7, 2)}),
    ],
    ids=["json", "toml", "yaml", "env"],
)
def test_a_leaf_stands_at_its_key(native, document, format, expected, mark):
    assert places(native, mark + document, format) == expected


@pytest.mark.parametrize(
    ("document", "format", "path", "place"),
    [
        ('{\n "a": {"b": 1}}', "json", "a", (2, 2)),
        ("x = 1\n[a.b]\nc = 1", "toml", "a", (2, 2)),
        ("x = 1\n[a.b]\nc = 1", "toml", "a.b", (2, 4)),
        ("[a.b]\n[a]\nc = 1", "toml", "a", (1, 2)),
    ],
)
def test_a_mapping_stands_where_it_is_first_named(native, document, format, path, place):
    snapshot = native.resolve([native.Layer.parse("layer", document, format)])
    origin = snapshot.explain(path).origin
    assert (origin.line, origin.column) == place


@pytest.mark.parametrize(
    ("document", "format"), [(JSON, "json"), (TOML, "toml"), (YAML, "yaml"), (ENV, "env")]
)
def test_the_reference_knows_no_places(document, format):
    pure = implementations()["pure"]
    assert set(places(pure, document, format).values()) == {(None, None)}


def test_an_error_in_the_last_of_many_lines(kernel):
    document = "".join(f"k{i} = {i}\n" for i in range(20_000)) + "  oops"
    with pytest.raises(ParseError) as caught:
        kernel.Layer.parse("layer", document, "toml", file="f")
    assert str(caught.value) == "f:20001:7: expected '=' after the key"
