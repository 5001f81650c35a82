"""The bench of changed files: answers are compared, and changes waited for."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from benches.data import generate
from benches.peers.stack import stack_of
from benches.watching import worker
from benches.watching.worker import AT_REST, BUSY, GAP, PARSING, STILL

LEAVES = 250


@pytest.fixture(autouse=True)
def small(monkeypatch, tmp_path):
    stack = stack_of(generate("half shared", per_layer=LEAVES, cache=None), tmp_path)
    monkeypatch.setattr(worker, "resolving_to", lambda leaves: None)
    monkeypatch.setattr(worker, "stack_of", lambda _: stack)
    monkeypatch.setattr(worker, "REST", 0.05)
    return stack


def test_a_subject_serves_every_change():
    pytest.importorskip("watchfiles")
    found = worker.main("veltrix", LEAVES, 0.0)
    assert set(found) == {AT_REST, BUSY, GAP, STILL, PARSING}
    assert {len(rounds) for rounds in found.values()} == {worker.LEAST}
    assert all(milliseconds > 0 for rounds in found.values() for milliseconds in rounds)


@pytest.mark.parametrize("wrong", ["a value", "a change"])
def test_one_that_answers_otherwise_is_not_measured(wrong, small, monkeypatch):
    @contextmanager
    def stale(stack):
        yield lambda path: lambda: None if wrong == "a value" else stack.flat[path]

    monkeypatch.setattr(worker, "BOUND", 0.05)
    monkeypatch.setitem(worker.SUBJECTS, "stale", stale)
    said = "another value than a plain merge" if wrong == "a value" else "the change is not served"
    with pytest.raises(AssertionError, match=said):
        worker.main("stale", LEAVES, 0.0)
