"""The holder of what is published: any calls of it, in any order, do the same in both implementations."""

from __future__ import annotations

import contextvars
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.differential import strategies
from tests.differential.compare import kernels
from tests.differential.observe import observe, same
from veltrix.binding.schema import Schema
from veltrix.loading.fitting import Fitting

pytestmark = pytest.mark.usefixtures("both")

DATA = {"a": {"b": [1, {"c": 2}], "x.y": None}, "list": [1, 2], "t": "text", "é": {"ü": 1.5}}
PATHS = st.one_of(
    st.sampled_from(
        ["a", "a.b", "a.b[1].c", "t", "a.b[9]", 'a."x.y"', "é.ü", "absent", "", "a..b", "a[", "t.u"]
    ),
    st.sampled_from([("a",), ("a", "b", 1, "c"), (), ("a", 1), ["a"], 3, None, b"a", 1.5]),
    strategies.paths,
)
SNAPSHOTS = st.one_of(st.integers(0, 4), st.sampled_from([None, "text", 3.5]))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("read"), PATHS),
        st.tuples(st.just("get"), PATHS),
        st.tuples(st.just("get or"), PATHS),
        st.tuples(st.just("in"), PATHS),
        st.tuples(st.just("swap"), SNAPSHOTS),
        st.tuples(st.just("pin"), SNAPSHOTS),
        st.tuples(st.just("renewing pin"), SNAPSHOTS),
        st.tuples(st.just("end"), st.integers(0, 5)),
        st.tuples(st.just("other context"), st.integers(0, 3)),
        st.tuples(st.just("settings"), st.none()),
        st.tuples(st.just("calls"), st.integers(0, 5)),
    ),
    max_size=30,
)
WRONG = (
    lambda one: one.get(),
    lambda one: one.get("a", 1, 2),
    lambda one: one._swap(),
    lambda one: one.current(1),
    lambda one: setattr(one, "snapshot", 1),
    lambda one: one.__reduce__(),
)


class Play:
    """Two holders of one kernel, on which steps are played."""

    def __init__(self, kernel):
        base = kernel.resolve([kernel.Layer("a", DATA)])
        untyped = kernel.resolve([kernel.Layer("a", DATA | {"t": "no schema"})])
        Fitting(Schema(dict[str, Any], "forbid", False)).judge(base)
        self.snapshots = [base, base.set("t", "other"), base.overlay({"a": {"b": 3}}), base.delete("a")]
        self.snapshots.append(untyped)
        self.holders = [kernel.Current(), kernel.Current()]
        self.holders[0]._swap(base)
        self.contexts = [contextvars.copy_context()]
        self.pins = []
        self.at = 0

    def step(self, name, argument):
        holder = self.holders[len(self.pins) % 2]
        return self.contexts[self.at].run(
            observe, getattr(self, "do_" + name.replace(" ", "_")), holder, argument
        )

    def snapshot(self, argument):
        return self.snapshots[argument] if isinstance(argument, int) else argument

    def do_read(self, holder, path):
        return holder[path]

    def do_get(self, holder, path):
        return holder.get(path)

    def do_get_or(self, holder, path):
        return holder.get(path, "default")

    def do_in(self, holder, path):
        return path in holder

    def do_settings(self, holder, _):
        return holder.settings

    def do_swap(self, holder, argument):
        holder._swap(self.snapshot(argument))
        return self.seen(holder)

    def do_pin(self, holder, argument):
        self.pins.append(holder._pin(self.snapshot(argument)))
        return self.seen(holder)

    def do_renewing_pin(self, holder, argument):
        self.pins.append(holder._pin(self.snapshot(argument), lambda held: held.overlay({"renewed": True})))
        return self.seen(holder)

    def do_end(self, holder, number):
        if self.pins:
            self.pins[number % len(self.pins)].end()
        return self.seen(holder)

    def do_other_context(self, holder, number):
        self.contexts.append(self.contexts[self.at].copy())
        self.at = number % len(self.contexts)
        return self.seen(holder)

    def do_calls(self, holder, number):
        return WRONG[number % len(WRONG)](holder) and None

    def seen(self, holder):
        return holder.snapshot.to_dict(), holder.current().to_dict(), holder.current() is holder.snapshot


@given(STEPS)
def test_any_steps(steps):
    pure, native = map(Play, kernels())
    for step in steps:
        ours, theirs = pure.step(*step), native.step(*step)
        if step[0] == "calls" and ours[0] == theirs[0] == "error":
            # The interpreter's own words for wrong arguments are not the binding's.
            ours, theirs = ours[1:2], theirs[1:2]
        assert same(ours, theirs), (step, ours, theirs)
