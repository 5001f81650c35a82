"""The types that both implementations share."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping

import pytest

from veltrix import DELETE, Dimension, FrozenMapping, append, prepend, replace
from veltrix.operators import Append, Delete, Prepend, Replace
from veltrix.types import Name


def test_a_frozen_mapping():
    frozen = FrozenMapping({"b": 1, "a": (2,)})
    assert isinstance(frozen, Mapping)
    assert (frozen["b"], len(frozen), list(frozen), list(reversed(frozen))) == (1, 2, ["b", "a"], ["a", "b"])
    assert "b" in frozen
    assert frozen.get("c", 3) == 3
    assert frozen == {"a": (2,), "b": 1} == FrozenMapping({"a": (2,), "b": 1})
    assert frozen != {"a": (2,)}
    assert frozen != [("b", 1)]
    assert repr(frozen) == "FrozenMapping({'b': 1, 'a': (2,)})"
    assert {**frozen} == dict(frozen.items())
    assert FrozenMapping() == {}


def test_a_frozen_mapping_is_frozen():
    data = {"x": 1}
    frozen = FrozenMapping(data)
    data["x"] = 2
    assert frozen["x"] == 1
    with pytest.raises(AttributeError):
        frozen._data = {}
    with pytest.raises(AttributeError):
        del frozen._data
    with pytest.raises(AttributeError):
        frozen.other = 1
    with pytest.raises(TypeError):
        hash(frozen)
    assert copy.copy(frozen) is copy.deepcopy(frozen) is frozen
    match frozen:
        case {"x": 1}:
            pass
        case _:
            pytest.fail("no match")


@pytest.mark.parametrize(
    ("make", "kind", "word"), [(append, Append, "append"), (prepend, Prepend, "prepend")]
)
def test_an_extension_takes_a_list(make, kind, word):
    assert type(make([1])) is kind
    assert make([1]) == make([1]) != make([2])
    assert make([1]) != [1]
    for wrong in ("x", {1}, {"a": 1}, None, range(3), DELETE):
        with pytest.raises(TypeError) as caught:
            make(wrong)
        assert str(caught.value) == f"{word}() takes a list, not {type(wrong).__name__}"


@pytest.mark.parametrize("operator", [DELETE, replace(1), append([]), prepend([])], ids=repr)
def test_replace_takes_no_operator(operator):
    with pytest.raises(TypeError) as caught:
        replace(operator)
    assert str(caught.value) == "replace() takes a value, not an operator"


def test_operators_are_values():
    assert Delete() is DELETE
    assert type(replace(1)) is Replace
    assert replace([1]) == replace([1])
    assert append([1]) != prepend([1])
    with pytest.raises(AttributeError):
        replace(1).value = 2
    with pytest.raises(AttributeError):
        del replace(1).value
    with pytest.raises(TypeError):
        hash(replace(1))


def test_a_name_is_a_str():
    assert Name("a.b") == "a.b"
    assert hash(Name("a.b")) == hash("a.b")
    assert type(str(Name("a.b"))) is str
    assert pickle.loads(pickle.dumps(Name("a.b"))) == "a.b"


def test_a_dimension(kernel):
    layer = kernel.Layer("eu", {})
    table = {"eu": layer}
    dimension = Dimension("region", table)
    table.clear()
    assert (dimension.name, dimension.layers, dimension.strict) == ("region", {"eu": layer}, False)
    assert repr(dimension) == "<veltrix.Dimension 'region', 1 layers>"
    with pytest.raises(AttributeError):
        dimension.strict = True
    with pytest.raises(AttributeError):
        del dimension.strict
    loaded = pickle.loads(pickle.dumps(Dimension("region", {"eu": layer}, strict=True)))
    assert (loaded.name, list(loaded.layers), loaded.strict) == ("region", ["eu"], True)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((1, {}), "a dimension's name is a str, not int"),
        (("x", [1]), "a dimension's layers are a mapping, not list"),
    ],
)
def test_a_dimension_checks_what_it_takes(arguments, text):
    with pytest.raises(TypeError) as caught:
        Dimension(*arguments)
    assert str(caught.value) == text
