"""The laws of merging, for any stack: grouping changes nothing, nor does an empty layer or a repeated one."""

from __future__ import annotations

from functools import reduce

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel.stack import layers, stack
from veltrix import DELETE, append, prepend, replace
from veltrix._pure.layer import Layer
from veltrix._pure.resolve import combine, finish, fold
from veltrix.errors import ConflictError

keys = st.sampled_from(["a", "b", "c.d"])
lists = st.lists(st.integers(0, 3), max_size=2)
leaves = st.none() | st.integers(0, 3) | lists
plain = st.recursive(leaves, lambda inner: st.dictionaries(keys, inner, max_size=3), max_leaves=6)
extensions = lists.map(append) | lists.map(prepend)


def with_operators(inner):
    return st.dictionaries(keys, inner | inner.map(replaced) | extensions | st.just(DELETE), max_size=3)


def replaced(value):
    return replace(value) if isinstance(value, (dict, list, int)) or value is None else value


anything = st.recursive(leaves | st.just(DELETE) | extensions, with_operators, max_leaves=8)
data = st.dictionaries(keys, anything, max_size=3)
plain_data = st.dictionaries(keys, plain, max_size=3)
stacks = st.lists(data, min_size=1, max_size=5)
choices = st.sampled_from(["error", "replace"])


def outcome(resolve):
    """What a stack resolves to, order included, or the error."""
    try:
        result = resolve()
    except ConflictError as error:
        return str(error)
    return repr(result.to_dict() if hasattr(result, "to_dict") else result)


def groupings(runs):
    """Every way to put brackets into a sequence."""
    if len(runs) == 1:
        return [runs[0]]
    return [
        combine(upper, lower)
        for cut in range(1, len(runs))
        for upper in groupings(runs[:cut])
        for lower in groupings(runs[cut:])
    ]


@given(stacks, choices)
def test_every_grouping_of_the_layers_resolves_to_the_same(data, conflicts):
    nodes = [Layer(f"l{at}", one)._root for at, one in enumerate(data)]
    whole = outcome(lambda: finish(fold(nodes), (), conflicts))
    for run in groupings([(node,) for node in nodes]):
        assert outcome(lambda run=run: finish(run, (), conflicts)) == whole


@given(st.lists(anything, min_size=1, max_size=5))
def test_every_grouping_of_the_definitions_of_a_path_is_the_same_run(definitions):
    nodes = [Layer(f"l{at}", {"p": one})._root.value["p"] for at, one in enumerate(definitions)]
    results = groupings([(node,) for node in nodes])
    assert all(run == results[0] == fold(nodes) for run in results)
    assert combine((), results[0]) == results[0] == combine(results[0], ())


@given(stacks, st.integers(0, 5), choices)
def test_an_empty_layer_anywhere_changes_nothing(kernel, data, place, conflicts):
    made = layers(kernel, *data)
    more = [*made[:place], kernel.Layer("empty", {}), *made[place:]]
    assert outcome(lambda: kernel.resolve(more, conflicts=conflicts)) == outcome(
        lambda: kernel.resolve(made, conflicts=conflicts)
    )


@given(st.lists(plain_data, min_size=1, max_size=4), st.integers(0, 3), choices)
def test_the_same_layer_twice_in_a_row_changes_nothing(kernel, data, place, conflicts):
    made = layers(kernel, *data)
    more = [*made[: place + 1], *made[place:]]
    assert outcome(lambda: kernel.resolve(more, conflicts=conflicts)) == outcome(
        lambda: kernel.resolve(made, conflicts=conflicts)
    )


@given(stacks, choices)
def test_overlays_one_by_one_are_the_stack(kernel, data, conflicts):
    made = layers(kernel, *data, source="overlay")
    whole = outcome(lambda: kernel.resolve(made, conflicts=conflicts))
    first = kernel.resolve([], conflicts=conflicts)
    stepwise = outcome(
        lambda: reduce(lambda below, at: below.overlay(data[at], made[at].name), range(len(data)), first)
    )
    if not whole.startswith("{") or not stepwise.startswith("{"):
        # A conflict of the lower layers shows before a higher layer can settle it.
        assert not stepwise.startswith("{")
    else:
        assert stepwise == whole


@given(stacks)
def test_what_flatten_says_can_be_read(kernel, data):
    snapshot = stack(kernel, *data, conflicts="replace")
    flat = snapshot.flatten()
    for path, value in flat.items():
        assert path in snapshot
        assert snapshot[path] == snapshot[kernel.parse_path(path)] == value
        assert snapshot.explain(path).present
    assert kernel.resolve([kernel.Layer("copy", snapshot)]).flatten() == flat
    assert kernel.resolve([kernel.Layer("copy", snapshot.to_dict())]).digest == snapshot.digest


@given(stacks, data)
@settings(max_examples=50)
def test_diff_is_the_difference_of_the_flat_mappings(kernel, below, above):
    old = stack(kernel, *below, conflicts="replace")
    new = old.overlay(above)
    before, after = old.flatten(), new.flatten()
    difference = kernel.diff(old, new)
    assert difference.added == {path: after[path] for path in after if path not in before}
    assert difference.removed == {path: before[path] for path in before if path not in after}
    assert set(difference.changed) == {
        path for path in before.keys() & after.keys() if shown(before[path]) != shown(after[path])
    }
    assert bool(difference) == (old.digest != new.digest)


def shown(value):
    """A leaf as text; the only views among them are empty."""
    return "{}" if hasattr(value, "to_dict") else repr(value)
