from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import veltrix
from veltrix.loading import loader, steps
from veltrix.loading.loader import Loader
from veltrix.sources import read_set, reading


@pytest.fixture(autouse=True)
def in_tmp_path(tmp_path, monkeypatch):
    """An empty directory of the test's own, which is the current one; nothing is waited for."""
    monkeypatch.chdir(tmp_path)
    for module in (read_set, reading):
        monkeypatch.setattr(module, "FIRST_PAUSE", 0)
        monkeypatch.setattr(module, "SETTLE", 0)
    for name in list(os.environ):
        if name.startswith("APP_"):
            monkeypatch.delenv(name)


class Clock:
    """A monotonic clock that a test turns."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    turned = Clock()
    monkeypatch.setattr(loader, "_clock", turned)
    return turned


class Live:
    """A loader, and what would be published: every candidate is accepted."""

    def __init__(self, *sources, **options):
        self.loader = Loader(*sources, **options)
        self.snapshot = self.loader.first()

    def look(self, **options):
        """The candidate of one pass, which is not accepted."""
        return self.loader.candidate(self.snapshot, **{"acknowledge": False, **options})

    def reload(self, **options):
        candidate = self.look(**options)
        if candidate is not None:
            self.loader.accept(candidate)
            self.snapshot = candidate.snapshot
        return candidate

    def refused(self, **options):
        """The texts of what a pass raises."""
        with pytest.raises(veltrix.errors.ConfigError) as caught:
            self.look(**options)
        return [str(problem) for problem in caught.value.problems]

    def states(self):
        return {status.name: status.state for status in self.loader.statuses()}

    def knows(self):
        """All that the loader knows, to be compared."""
        notes = self.loader._notes
        known = {name: _shallow(value) for name, value in vars(self.loader).items()}
        noted = {f"notes.{name}": _shallow(value) for name, value in vars(notes).items()}
        return {**known, **noted, "notes": notes}


def _shallow(value):
    """What a later change of a container does not change."""
    return type(value)(value) if type(value) in (list, dict, set) else value


def write(name, data, *, to=None):
    """Write a file by renaming, as JSON unless it is a text; nothing of it is as it was."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_text(data if isinstance(data, str) else json.dumps(data))
    new.replace(path)
    return name


class Counted:
    """Counts the calls of `parse`, by the name of the source."""

    def __init__(self):
        self.parsed = []

    def file(self, *arguments, **options):
        return _counting(veltrix.File, self)(*arguments, **options)

    def of(self, kind, *arguments, **options):
        return _counting(kind, self)(*arguments, **options)

    def take(self):
        """What was parsed since the last time."""
        taken, self.parsed = self.parsed, []
        return taken


def _counting(kind, counted):
    class Counting(kind):
        def parse(self, fetched, lower):
            counted.parsed.append(self.name)
            return super().parse(fetched, lower)

    return Counting


@pytest.fixture
def counted():
    return Counted()


@pytest.fixture
def derivations(monkeypatch):
    """The calls that make a snapshot of layers."""
    made = []

    def count(module, name):
        call = getattr(module, name)

        def counting(*arguments, **options):
            made.append(name)
            return call(*arguments, **options)

        monkeypatch.setattr(module, name, counting)

    count(loader, "derived")
    count(loader, "resolve")
    count(steps, "derived")
    count(steps, "resolve")
    return made
