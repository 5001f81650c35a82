"""What the reference derives is what it resolves from scratch, in all that can be observed, errors too."""

from __future__ import annotations

import importlib

from hypothesis import given
from hypothesis import strategies as st

from tests.differential import strategies
from tests.differential.observe import observe, same
from tests.differential.run import Run
from tests.differential.script import make_case
from tests.soak import case_seed
from veltrix import _pure as pure
from veltrix._pure.derive import derive
from veltrix._pure.edit import put, remove
from veltrix._pure.layer import Layer
from veltrix._pure.resolve import finish
from veltrix.errors import ConfigError

SEED = 2
CASES = 1500

snapshots = importlib.import_module("veltrix._pure.snapshot")
conflict_choices = st.sampled_from(("error", "replace"))


@st.composite
def pools(draw):
    """Layers to make stacks of: some of their own, some that share nodes, as after `set` and `delete`."""
    data = draw(st.lists(strategies.layer_data, min_size=1, max_size=4))
    pool = [Layer(f"l{at}", one) for at, one in enumerate(data)]
    for _ in range(draw(st.integers(0, 4))):
        layer, path = draw(st.sampled_from(pool)), draw(strategies.name_paths)
        try:
            if draw(st.booleans()):
                pool.append(put(layer, path, draw(strategies.definitions)))
            else:
                pool.append(remove(layer, path))
        except ConfigError:
            continue
    return pool


@given(pools(), conflict_choices, st.data())
def test_any_stack_derived_from_any_other_is_that_stack_resolved(pool, conflicts, data):
    stacks = st.lists(st.sampled_from(pool), min_size=1, max_size=5)
    before, after = (tuple(layer._root for layer in data.draw(stacks)) for _ in range(2))
    old = observe(finish, before, (), conflicts)
    if old[0] == "error":
        return
    kept = repr(old[1])
    derived, whole = (
        observe(derive, old[1], before, after, (), conflicts),
        observe(finish, after, (), conflicts),
    )
    assert derived[0] == whole[0]
    assert derived[0] == "error" or same(derived, whole)
    assert repr(old[1]) == kept


def test_a_script_has_the_same_outcomes_where_every_step_resolves_anew(monkeypatch):
    """Of every derived snapshot its portrait, of every error its text, so the first of several conflicts."""
    for number in range(CASES):
        case = make_case(case_seed(SEED, number))
        derived = list(Run(pure, case).observations())
        with monkeypatch.context() as patched:
            patched.setattr(snapshots, "derive", _resolved_anew)
            anew = list(Run(pure, case).observations())
        for at, (step, expected) in enumerate(zip(derived, anew, strict=True)):
            assert same(step, expected), (
                f"case {number} of seed {SEED}, outcome {at}: {step} is not {expected}"
            )


def _resolved_anew(old, before, after, path, conflicts):
    return finish(after, path, conflicts)
