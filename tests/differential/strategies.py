"""Hypothesis strategies: data for layers, operators in all positions, paths in every spelling."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.differential import hostile
from tests.differential.generate import ORDINARY, DataMaker, Source, any_path
from veltrix import DELETE, append, prepend, replace

NAMES = ("a", "b", "c d")

names = st.sampled_from(NAMES)
scalars = st.none() | st.booleans() | st.integers(-1, 2) | st.sampled_from(["", "x", 1.0, 1.5, b"x"])
lists = st.lists(scalars, max_size=2)
values = scalars | lists
extensions = lists.map(append) | lists.map(prepend)
leaves = values | extensions | st.just(DELETE) | values.map(replace)


def _mappings(inner):
    mapping = st.dictionaries(names, inner, max_size=3)
    return mapping | mapping.map(replace)


definitions = st.recursive(leaves, _mappings, max_leaves=8)
layer_data = st.dictionaries(names, definitions, max_size=3)
name_paths = st.lists(names, min_size=1, max_size=3).map(tuple)

any_text = st.text(st.characters(codec=None, categories=None), max_size=6)  # type: ignore[arg-type]
odd_text = any_text | st.sampled_from(hostile.ODD) | st.text('ab.[]"\\ 01-', max_size=8)
segments = odd_text | st.integers(-2, 10**18 + 1) | st.sampled_from((None, True, 1.5, b"a"))
paths = (
    odd_text
    | st.lists(segments, max_size=4).map(tuple)
    | st.sampled_from(hostile.WRONG_PATHS)
    | st.integers(0, 2**32).map(lambda seed: any_path(Source(seed), _maker(seed)))
)


def _maker(seed: int) -> DataMaker:
    maker = DataMaker(Source(seed), ORDINARY)
    maker.mapping((), 0)
    return maker
