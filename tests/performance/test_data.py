"""The generated configurations have the shape that their names say."""

from __future__ import annotations

import json

import pytest

from benches.data import LAYERS, SHAPES, document, flatten, generate, merge, resolving_to
from benches.documents import as_toml

PER_LAYER = 700


@pytest.mark.parametrize(("shape", "share"), SHAPES.items())
def test_layers_share_what_their_shape_says(shape, share):
    generated = generate(shape, per_layer=PER_LAYER, cache=None)
    leaves = [set(flatten(tree)) for tree in generated.layers.values()]
    assert list(generated.layers) == list(LAYERS)
    assert [len(paths) for paths in leaves] == [PER_LAYER] * len(LAYERS)
    shared = round(PER_LAYER * share)
    assert len(set.intersection(*leaves)) == shared
    assert len(generated.flat) == shared + (PER_LAYER - shared) * len(LAYERS)


def test_the_same_arguments_give_the_same_texts(tmp_path):
    first = generate("half shared", per_layer=PER_LAYER, cache=tmp_path)
    again = generate("half shared", per_layer=PER_LAYER, cache=tmp_path)
    assert first.texts == again.texts == generate("half shared", per_layer=PER_LAYER, cache=None).texts
    assert first.texts != generate("half shared", per_layer=PER_LAYER, seed=8, cache=None).texts


@pytest.mark.parametrize("shape", SHAPES)
def test_a_size_is_that_of_what_comes_out(shape):
    generated = resolving_to(2_000, shape=shape, cache=None)
    assert len(generated.flat) == pytest.approx(2_000, abs=len(LAYERS))


def test_paths_are_three_or_four_names_and_values_of_every_plain_type():
    flat = resolving_to(2_000, cache=None).flat
    assert {path.count(".") + 1 for path in flat} == {3, 4}
    assert {type(value) for value in flat.values()} == {bool, int, float, str, tuple, type(None)}


def shares_keys():
    """Whether the interpreter makes one `str` of the keys of two documents, as PyPy does."""
    one, other = (list(json.loads('{"some key": 1}')) for _ in range(2))
    return one[0] is other[0]


@pytest.mark.skipif(shares_keys(), reason="equal keys of documents are identical here")
def test_keys_of_two_layers_are_equal_and_not_identical():
    layers = list(generate("same keys", per_layer=PER_LAYER, cache=None).layers.values())
    pairs = zip(sorted(layers[0]), sorted(layers[1]), strict=True)
    assert all(left == right and left is not right for left, right in pairs)


def test_merging_takes_the_upper_value_and_leaves_the_layers_alone():
    lower, upper = {"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"c": 4}, "d": {"e": 5}}
    merged = merge([lower, upper])
    assert merged == {"a": {"b": 1, "c": 4}, "d": {"e": 5}}
    merged["a"]["b"] = 6
    merged["d"]["e"] = 7
    assert lower == {"a": {"b": 1, "c": 2}, "d": 3}
    assert upper == {"a": {"c": 4}, "d": {"e": 5}}


def test_a_document_reads_the_same_from_toml():
    import tomllib

    tree = document(500)
    assert len(flatten(tree)) == 500
    assert tomllib.loads(as_toml(tree)) == tree
