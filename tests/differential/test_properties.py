"""Properties of both kernels together, by hypothesis, which shrinks what it finds."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.differential import strategies
from tests.differential.compare import compare, kernels
from tests.differential.model import Conflict, resolved
from tests.differential.observe import observe, same
from tests.differential.script import make_case
from tests.kernel.test_laws import groupings
from veltrix._pure.layer import Layer
from veltrix._pure.resolve import finish
from veltrix.errors import ConflictError

pytestmark = pytest.mark.usefixtures("both")
conflict_choices = st.sampled_from(("error", "replace"))
stacks = st.lists(strategies.layer_data, max_size=5)


def both(call):
    """The outcomes of a call on each kernel, which must be the same one."""
    pure, native = (observe(call, kernel) for kernel in kernels())
    assert same(pure, native), (pure, native)
    return native


@given(st.integers(0, 2**62))
def test_a_case_of_any_seed(seed):
    _, divergence = compare(make_case(seed), *kernels())
    assert divergence is None, str(divergence)


@given(strategies.paths)
def test_any_spelling_of_a_path(path):
    both(lambda kernel: kernel.parse_path(path))
    both(lambda kernel: kernel.format_path(path))


@given(strategies.paths)
def test_a_path_that_parses_has_one_canonical_text(path):
    for kernel in kernels():
        try:
            parsed = kernel.parse_path(path)
        except Exception:  # noqa: BLE001  what is refused is the matter of the test above
            return
        text = kernel.format_path(parsed)
        assert kernel.parse_path(text) == parsed
        assert kernel.format_path(kernel.parse_path(text)) == text


def test_every_character_is_quoted_and_parsed_alike():
    pure, native = kernels()
    for code in range(sys.maxunicode + 1):
        if code < 0xD800 or code >= 0xE000:
            assert pure.format_path((chr(code),)) == native.format_path((chr(code),)), hex(code)
        text = f"a{chr(code)}0"
        assert same(observe(pure.parse_path, text), observe(native.parse_path, text)), hex(code)


@given(stacks, conflict_choices)
def test_a_stack_means_what_the_model_says(data, conflicts):
    try:
        expected = repr(resolved([(f"l{at}", one) for at, one in enumerate(data)], conflicts))
    except Conflict:
        expected = "conflict"
    for kernel in kernels():
        made = [kernel.Layer(f"l{at}", one) for at, one in enumerate(data)]
        try:
            outcome = repr(kernel.resolve(made, conflicts=conflicts).to_dict())
        except ConflictError:
            outcome = "conflict"
        assert outcome == expected


@given(st.lists(strategies.layer_data, min_size=1, max_size=4), conflict_choices)
def test_every_grouping_of_the_fold_is_what_the_native_kernel_resolves(data, conflicts):
    _, native = kernels()
    made = [native.Layer(f"l{at}", one) for at, one in enumerate(data)]
    whole = observe(lambda: native.resolve(made, conflicts=conflicts).to_dict())
    nodes = [Layer(f"l{at}", one)._root for at, one in enumerate(data)]
    for run in groupings([(node,) for node in reversed(nodes)]):
        grouped = observe(lambda run=run: _plain(finish(run, (), conflicts)))
        assert same(grouped, whole), (grouped, whole)


def _plain(value):
    """What `finish` makes, as `to_dict` gives it."""
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    return list(value) if isinstance(value, tuple) else value
