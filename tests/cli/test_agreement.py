"""`veltrix bench` times nothing where the implementations disagree: it says where, and no value."""

from __future__ import annotations

import copy
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

import veltrix
from veltrix.bench.agreement import of_each, same
from veltrix.bench.errors import MissingImplementationError
from veltrix.errors import SourceError

FILES = ("base.json", "site.json")
FOLDED, ZONED = datetime(2020, 1, 1, fold=1), datetime(2020, 1, 1, tzinfo=UTC)
PLUS_ONE = datetime(2020, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, True), (1, 1.0), (0.0, -0.0), ("a", "b"), ((1,), (True,)), ((1,), (1, 1)), (None, ()),
        (FOLDED, FOLDED.replace(fold=0)), (ZONED, PLUS_ONE),
        (veltrix.FrozenMapping({"a": 1}), veltrix.FrozenMapping({"a": True})),
        (veltrix.FrozenMapping({"a": 1, "b": 2}), veltrix.FrozenMapping({"b": 2, "a": 1})),
    ],
)  # fmt: skip
def test_what_is_not_the_same(left, right):
    assert not same(left, right)
    assert not same(right, left)
    assert same(left, copy.deepcopy(left))


def test_a_nan_is_the_same_as_another():
    assert same((float("nan"),), (float("nan"),))


def test_an_implementation_that_lacks_a_library_is_told_of():
    def ask(name):
        if name == "pure":
            raise SourceError("YAML needs more")
        return {}

    with pytest.raises(MissingImplementationError) as caught:
        of_each("a.yaml", {"native": "native", "pure": "pure"}, ask)
    assert str(caught.value) == "a.yaml: the pure implementation cannot: YAML needs more"


KERNEL = veltrix.implementations()["pure"]
PURE = KERNEL.Snapshot


def other_leaves(snapshot):
    return {**FLATTEN(snapshot), "server.port": "80"}


def without_a_leaf(snapshot):
    return dict(list(FLATTEN(snapshot).items())[:-1])


def in_another_order(snapshot):
    return dict(reversed(FLATTEN(snapshot).items()))


def another_secret(snapshot):
    return {**FLATTEN(snapshot), "db.password": "hunter3"}


def no_diff(old, new):
    return DIFF(new, new)


def refusing(snapshot, *_, **__):
    raise veltrix.errors.PathError("server", 1, "not today")


FLATTEN, DIFF = PURE.flatten, KERNEL.diff


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize(
    ("method", "broken", "said"),
    [
        ("flatten", other_leaves, "base.json: server.port is of type str in pure and of type int in native"),
        ("flatten", without_a_leaf, "base.json: only native has db.password"),
        (
            "flatten",
            in_another_order,
            "base.json: db.password stands at another place in pure than in native",
        ),
        ("flatten", another_secret, "base.json: db.password (str) has another value in pure than in native"),
        ("overlay", lambda snapshot, data: snapshot, "overlay: db.p"),
        ("set", lambda snapshot, path, value, layer: snapshot, "diff: only native has "),
        ("diff", no_diff, "diff: only native has "),
        (
            "overlay",
            refusing,
            "overlay: pure refuses what native accepts (path 'server', column 1: not today)",
        ),
        ("set", refusing, "set: pure refuses what native accepts"),
    ],
)
def test_a_disagreement_is_told_before_anything_is_timed(run, hasty, monkeypatch, method, broken, said):
    monkeypatch.setattr(KERNEL if method == "diff" else PURE, method, broken)
    code, out, err = run("bench", *FILES, "--secret", "db")
    assert (code, out) == (1, "")
    first, second = err.splitlines()
    assert first.startswith(f"veltrix: error: the implementations disagree: {said}")
    assert second == "this is a bug in Veltrix, please report it"
    assert "hunter" not in err


@pytest.mark.usefixtures("both")
def test_lookups_that_disagree(run, hasty, monkeypatch):
    read = PURE.__getitem__
    monkeypatch.setattr(
        PURE, "__getitem__", lambda snapshot, path: None if path == "debug" else read(snapshot, path)
    )
    code, out, err = run("bench", "base.json")
    assert (code, out) == (1, "")
    assert "lookup: debug is of type NoneType in pure and of type bool in native" in err


def test_a_document_that_only_one_accepts(run, hasty, monkeypatch):
    kernels = veltrix.implementations()
    other = "pure" if veltrix.implementation == "native" else "native"

    class Refusing:
        Layer = type("Layer", (), {"parse": refusing})

    monkeypatch.setattr(veltrix, "implementations", lambda: {**kernels, other: Refusing})
    code, out, err = run("bench", "base.json")
    assert (code, out) == (1, "")
    assert f"base.json: {other} refuses what {veltrix.implementation} accepts (" in err


WITHOUT_YAML = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name == "yaml":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Refuse())
from veltrix.cli import main
sys.exit(main(["bench", "a.yaml"]))
"""


def test_a_library_that_one_lacks_is_no_disagreement():
    Path("a.yaml").write_text("a: 1\n")
    command = [sys.executable, "-c", WITHOUT_YAML]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("veltrix: error: a.yaml: ")
    assert ran.stderr.count("a.yaml") == 1
    assert ran.stderr.endswith("YAML needs PyYAML: pip install veltrix[yaml]\n")
