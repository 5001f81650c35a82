"""What a long list costs: the snapshot is asked of the list, and of a bounded number of its items."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kernel.stack import stack
from tests.typed.places import problems
from veltrix.binding import run as runs
from veltrix.binding.named import names
from veltrix.errors import ConfigError

MANY = 2000
OWN_PLACES = 100


@dataclass(frozen=True)
class Numbers:
    u: tuple[int, ...]


@dataclass(frozen=True)
class Texts:
    u: tuple[str | None, ...]


@dataclass(frozen=True)
class Refusing:
    name: str = ""

    def __post_init__(self):
        raise ValueError("never")


@dataclass(frozen=True)
class Refused:
    u: tuple[Refusing, ...]


@dataclass(frozen=True)
class Named:
    name: str


@dataclass(frozen=True)
class Incomplete:
    u: tuple[Named, ...]


@pytest.fixture
def asked(monkeypatch):
    """The paths that a snapshot was asked to explain."""
    paths = []
    explained = runs._explained

    def noting(snapshot, path):
        paths.append(path)
        return explained(snapshot, path)

    monkeypatch.setattr(runs, "_explained", noting)
    return paths


@pytest.mark.parametrize(
    ("form", "item", "reason"),
    [
        (Numbers, "x", "expected int, not str"),
        (Refused, {}, "refused by Refusing: never"),
        (Incomplete, {}, "missing, and Named requires it"),
    ],
)
def test_problems_in_a_long_list_ask_for_few_of_its_items(kernel, asked, form, item, reason):
    found = problems(stack(kernel, {"u": [item] * MANY}), form)
    assert [one[1] for one in found] == [reason] * MANY
    assert found[-1][0].startswith(f"u[{MANY - 1}]")
    assert len(asked) < 5 * OWN_PLACES


def test_texts_in_a_long_list_ask_for_the_list(kernel, asked):
    snapshot = stack(kernel, {"s": {"u": ["x", "null"] * MANY}, "t": 1})
    bound = snapshot.bind(Texts, "s")
    assert bound.u == ("x", "null") * MANY
    assert snapshot.overlay({"t": 2}).bind(Texts, "s") is bound
    assert len(asked) < 10


def test_the_items_of_lists_in_lists_are_those_of_the_outer_one():
    assert names(("a", "u", 3, "b", 0)) == ("a", "u")
    assert names(("a", "u")) == ("a", "u")
    assert names(()) == ()


def test_the_first_hundred_problems_have_the_places_of_their_items(both, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "u = [\n" + "'x',\n" * (OWN_PLACES + 2) + "]\n"
    Path("app.toml").write_text(text)
    lines = []
    for kernel in both:
        snapshot = kernel.resolve([kernel.Layer.parse("app", text.encode(), "toml", file="app.toml")])
        with pytest.raises(ConfigError) as caught:
            snapshot.bind(Numbers)
        lines.append([one.origin.line for one in caught.value.problems])
    assert lines[0] == lines[1] == [*range(2, OWN_PLACES + 2), 1, 1]


def test_each_list_has_its_own_hundred(kernel, asked):
    @dataclass(frozen=True)
    class Two:
        u: tuple[int, ...]
        v: tuple[int, ...]

    problems(stack(kernel, {"u": ["x"] * MANY, "v": ["x"] * 3}), Two)
    assert ("v", 2) in asked
    assert ("u", OWN_PLACES) not in asked


def test_secrets_in_a_long_list_are_not_gone_through_for_each_problem(kernel):
    count = 100_000
    run = runs.Run(stack(kernel, {"u": [], "v": []}), "forbid")
    for at in range(count):
        run.mark_secret(("u", at, "password"))
    assert not any(run.holds_secret(("v", at)) for at in range(count))
    assert all(run.holds_secret(("u", at)) for at in range(count))
    assert run.holds_secret(("u",))
    assert run.holds_secret(())
    assert run.holds_secret(("u", 0, "password", "inner"))
    assert not run.holds_secret(("u", 0, "user"))


def test_many_unknown_keys_are_noted_one_by_one(kernel):
    count = 300_000
    run = runs.Run(stack(kernel, {}), "warn")
    run.unknown_keys((), (f"k{at}" for at in range(count)), ())
    assert len(run.unknown) == count
    assert run.problems == []
