from __future__ import annotations

import gc
import os
import secrets
import tempfile
import types
from pathlib import Path

import pytest

import veltrix


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in list(os.environ):
        if name.startswith("APP"):
            monkeypatch.delenv(name)


@pytest.fixture
def canary():
    """A text that stands nowhere by chance: a secret to be looked for."""
    return secrets.token_hex(16)


@pytest.fixture
def in_tmp_path(tmp_path, monkeypatch):
    """An empty directory of the test's own, which is the current one."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def env(monkeypatch):
    """Set variables, and give what `Env("APP")` makes of them over lower data."""

    def load(variables, lower=None, **options):
        for name, text in variables.items():
            monkeypatch.setenv(name, text)
        return load_over(veltrix.Env("APP", **options), lower)

    return load


@pytest.fixture
def for_everyone():
    """A directory that a user without rights can enter, unlike `tmp_path`."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def load_over(source, lower=None):
    """The snapshot of a source over lower data or layers."""
    layers = []
    if lower is not None:
        layers.append(veltrix.Layer("lower", lower))
    layer = source.load(veltrix.resolve(layers) if layers else None)
    return None if layer is None else veltrix.resolve([*layers, layer])


def problems_of(call):
    """The texts of all problems that a call raises, in order."""
    with pytest.raises(veltrix.errors.ConfigError) as caught:
        call()
    return [str(problem) for problem in caught.value.problems]


def as_nobody(call):
    """The repr of what a call gives in a child that has no rights of root."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            answer = repr(call())
        except BaseException as error:  # noqa: BLE001  (the child must not return into the test run)
            answer = repr(error)
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        answer = answers.read().decode()
    os.waitpid(child, 0)
    return answer


def open_descriptors():
    """The numbers of the files that this process has open."""
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def reached(frames, known=()):
    """Everything that a walk from the frames' locals comes to, modules, classes and globals left out.

    Objects of the classes `known` are those of the caller, who has them anyway.
    """
    pending = [value for frame in frames for value in frame.f_locals.values()]
    found = {}
    while pending:
        one = pending.pop()
        if id(one) in found or isinstance(one, (types.ModuleType, type, types.FrameType, known)):
            continue
        found[id(one)] = one
        is_function = isinstance(one, types.FunctionType)
        pending += (one.__closure__ or ()) if is_function else gc.get_referents(one)
    return found.values()
