"""Deriving step by step: both kernels against the model, in values, order and differences."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.differential import strategies
from tests.differential.compare import kernels
from tests.differential.model import Conflict, Stack, leaves, put, resolved, taken
from tests.differential.observe import shape
from veltrix.errors import ConflictError, MissingKeyError

LAYER_NAMES = ("low", "mid", "top")

layer_names = st.sampled_from(LAYER_NAMES)


class Deriving(RuleBasedStateMachine):
    """A stack of the model, and the snapshot that each kernel derived for it."""

    @initialize(
        data=st.lists(strategies.layer_data, max_size=3), conflicts=st.sampled_from(("error", "replace"))
    )
    def start(self, data, conflicts):
        self.conflicts = conflicts
        self.stack: Stack = list(zip(LAYER_NAMES, data, strict=False))
        try:
            self.tree = resolved(self.stack, conflicts)
        except Conflict:
            self.stack, self.tree = [], {}
        self.generation = 1
        self.snapshots = [
            kernel.resolve([kernel.Layer(*layer) for layer in self.stack], conflicts=conflicts)
            for kernel in kernels()
        ]
        self.first = [(snapshot, shape(snapshot.to_dict())) for snapshot in self.snapshots]

    def derive(self, stack, call, counts=True):
        """One step; where the model has a conflict, so have both kernels, and all stays as it was."""
        before = leaves(self.tree)
        try:
            tree = resolved(stack, self.conflicts)
        except Conflict:
            for kernel, snapshot in zip(kernels(), self.snapshots, strict=True):
                with pytest.raises(ConflictError):
                    call(kernel, snapshot)
            return
        derived = [call(kernel, old) for kernel, old in zip(kernels(), self.snapshots, strict=True)]
        after = leaves(tree)
        changed = {path for path in before.keys() & after.keys() if shape(before[path]) != shape(after[path])}
        for kernel, new, old in zip(kernels(), derived, self.snapshots, strict=True):
            difference = kernel.diff(old, new)
            assert parsed(difference.added) == after.keys() - before.keys()
            assert parsed(difference.removed) == before.keys() - after.keys()
            assert parsed(difference.changed) == changed
        self.generation += counts and bool(changed or before.keys() != after.keys())
        self.stack, self.tree, self.snapshots = stack, tree, derived

    def position(self, name):
        return max(at for at, (known, _) in enumerate(self.stack) if known == name)

    def replaced(self, at, data):
        return [*self.stack[:at], (self.stack[at][0], data), *self.stack[at + 1 :]]

    def names(self):
        return {name for name, _ in self.stack}

    @rule(data=strategies.layer_data)
    def overlay(self, data):
        if len(self.stack) < 8:
            stack = [*self.stack, ("overlay", data)]
            self.derive(stack, lambda kernel, snapshot: snapshot.overlay(data), counts=False)

    @precondition(lambda self: self.stack)
    @rule(path=strategies.name_paths, value=strategies.definitions, name=layer_names | st.none())
    def set(self, path, value, name):
        name = self.stack[-1][0] if name is None or name not in self.names() else name
        at = self.position(name)
        try:
            stack = self.replaced(at, put(self.stack[at][1], path, value))
        except Conflict:
            for snapshot in self.snapshots:
                with pytest.raises(ConflictError):
                    snapshot.set(path, value, layer=name)
            return
        self.derive(stack, lambda kernel, snapshot: snapshot.set(path, value, layer=name))

    @precondition(lambda self: self.stack)
    @rule(path=strategies.name_paths, name=layer_names)
    def delete(self, path, name):
        name = name if name in self.names() else self.stack[-1][0]
        at = self.position(name)
        try:
            stack = self.replaced(at, taken(self.stack[at][1], path))
        except KeyError:
            for snapshot in self.snapshots:
                with pytest.raises(MissingKeyError):
                    snapshot.delete(path, layer=name)
            return
        self.derive(stack, lambda kernel, snapshot: snapshot.delete(path, layer=name))

    @rule(given=st.dictionaries(layer_names, strategies.layer_data), names=st.sets(layer_names, max_size=2))
    def with_layers(self, given, names):
        places = {name: self.position(name) for name in self.names()}
        gone = {places[name] for name in names & places.keys() - given.keys()}
        stack = [
            (name, given[name]) if name in given and places[name] == at else (name, data)
            for at, (name, data) in enumerate(self.stack)
            if at not in gone
        ]
        stack += [(name, data) for name, data in given.items() if name not in places]
        without = [self.stack[at][0] for at in gone]

        def change(kernel, snapshot):
            layers = (kernel.Layer(name, data) for name, data in given.items())
            return snapshot.with_layers(*layers, without=without)

        self.derive(stack, change)

    @invariant()
    def holds_what_the_model_holds(self):
        if not hasattr(self, "snapshots"):
            return
        expected = shape(self.tree)
        for snapshot in self.snapshots:
            assert shape(snapshot.to_dict()) == expected
            assert list(snapshot) == list(self.tree)
            assert parsed(snapshot.flatten()) == leaves(self.tree).keys()
            assert snapshot.generation == self.generation
            assert snapshot.layer_names == tuple(name for name, _ in self.stack)
            for path in leaves(self.tree):
                assert path in snapshot

    def teardown(self):
        for snapshot, seen in getattr(self, "first", []):
            assert shape(snapshot.to_dict()) == seen


def parsed(paths):
    """Canonical texts as tuples."""
    _, native = kernels()
    return {native.parse_path(path) for path in paths}


TestDeriving = Deriving.TestCase
TestDeriving.settings = settings(
    max_examples=150, stateful_step_count=30, suppress_health_check=list(HealthCheck)
)
TestDeriving.pytestmark = [pytest.mark.usefixtures("both")]  # type: ignore[attr-defined]
