"""Sections inside of a whole: the very objects that they are alone, and only what changed is built."""

from __future__ import annotations

import gc
from collections import Counter
from dataclasses import dataclass, field, make_dataclass
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

import pytest

import veltrix
from tests.kernel.stack import stack
from tests.typed.places import problems, said
from veltrix import SECRET, replace
from veltrix.binding.schema import Schema
from veltrix.errors import ConfigError, ConfigWarning
from veltrix.loading.fitting import Fitting

attrs = pytest.importorskip("attrs", reason="its models are bound here")
msgspec = pytest.importorskip("msgspec", reason="its models are bound here")
pydantic = pytest.importorskip("pydantic", reason="its models are bound here")

BUILT: Counter[str] = Counter()
"""How many objects were built of a class."""


@pytest.fixture(autouse=True)
def nothing_built():
    BUILT.clear()


def counted(of: str, **fields: Any) -> Any:
    """A dataclass whose objects are counted."""

    def post_init(self: Any) -> None:
        BUILT[type(self).__name__] += 1

    listed = [(key, form, field(default=default)) for key, (form, default) in fields.items()]
    return make_dataclass(of, listed, frozen=True, namespace={"__post_init__": post_init})


Section = counted("Section", port=(int, 0), host=(str, "h"))
Whole = counted("Whole", **{f"s{at}": (Section, None) for at in range(20)}, name=(str, ""))
DATA = {f"s{at}": {"port": at} for at in range(20)}


@pytest.fixture
def snapshot(kernel):
    made = stack(kernel, DATA)
    Fitting(Schema(Whole, "forbid", False)).judge(made)
    return made


def test_an_override_builds_one_section_and_the_whole(snapshot):
    assert BUILT == {"Section": 20, "Whole": 1}
    BUILT.clear()
    request = snapshot.override({"s7.port": 70})
    whole = request.settings
    assert BUILT == {"Section": 1, "Whole": 1}
    assert (whole.s7.port, snapshot.settings.s7.port) == (70, 7)
    assert all(
        getattr(whole, f"s{at}") is getattr(snapshot.settings, f"s{at}") for at in range(20) if at != 7
    )
    assert request.bind(Section, "s7") is whole.s7
    assert request["s8"].bind(Section) is snapshot.settings.s8
    assert BUILT == {"Section": 1, "Whole": 1}


def test_what_touches_no_section_builds_only_the_whole(snapshot):
    BUILT.clear()
    assert snapshot.override({"name": "n"}).settings.name == "n"
    assert BUILT == {"Whole": 1}


def test_a_whole_takes_the_sections_that_were_bound_alone(kernel):
    snapshot = stack(kernel, DATA)
    alone = snapshot.bind(Section, "s3")
    assert snapshot.bind(Whole).s3 is alone
    assert BUILT == {"Section": 20, "Whole": 1}
    assert snapshot.bind(Section, "s4") is snapshot.bind(Whole).s4
    derived = stack(kernel, DATA).override({"s3.port": 3, "s4.port": 5})
    assert derived.bind(Whole).s3 is alone
    assert derived.bind(Whole).s4 is not snapshot.bind(Whole).s4


@pytest.mark.chosen
def test_a_publish_and_a_pin_keep_what_they_leave_alone(tmp_path):
    file = tmp_path / "app.toml"
    file.write_text("".join(f"[s{at}]\nport = {at}\n" for at in range(20)))
    config = veltrix.Config(file, schema=Whole)
    before = config.settings
    with config.pin(override={"s1.port": 9}) as pinned:
        assert pinned.settings.s0 is config.snapshot.settings.s0
        assert config.settings.s1.port == 9
    file.write_text("".join(f"[s{at}]\nport = {22 if at == 2 else at}\n" for at in range(20)))
    config.reload()
    after = config.settings
    assert after.s2.port == 22
    assert all(getattr(after, f"s{at}") is getattr(before, f"s{at}") for at in range(20) if at != 2)


def test_what_lies_over_a_base_that_is_gone_is_known_still(kernel):
    base = stack(kernel, DATA)
    base.bind(Whole)
    request = base.override({"s1.port": 9})
    whole = request.bind(Whole)
    del base
    gc.collect()
    inner = request.override({"s2.port": 9}).bind(Whole)
    assert all(getattr(inner, f"s{at}") is getattr(whole, f"s{at}") for at in range(20) if at != 2)
    assert inner.s2.port == 9
    assert request.override({"s1.port": 8}).bind(Section, "s4") is whole.s4


def test_many_requests_at_once_do_not_push_out_their_base(snapshot):
    held = [snapshot.override({"s1.port": 100 + at}) for at in range(40)]
    assert all(one.settings.s0 is snapshot.settings.s0 for one in held)
    BUILT.clear()
    assert snapshot.override({"s2.port": 9}).settings.s0 is snapshot.settings.s0
    assert BUILT == {"Section": 1, "Whole": 1}


class Place(TypedDict):
    street: str


class Pair(NamedTuple):
    left: int
    place: Place


@attrs.frozen
class Attrs:
    size: int


class Model(pydantic.BaseModel):
    text: str


class Struct(msgspec.Struct, frozen=True):
    text: str


@dataclass(frozen=True)
class Inner:
    pair: Pair
    attrs: Attrs
    model: Model | None = None
    struct: Struct | None = None
    empty: Attrs | None = None


@dataclass(frozen=True)
class Outer:
    inner: Inner
    flag: bool = False


KINDS = {
    "inner": {
        "pair": {"left": 1, "place": {"street": "s"}},
        "attrs": {"size": 1},
        "model": {"text": "m"},
        "struct": {"text": "t"},
        "empty": None,
    }
}


def test_every_kind_of_model_at_every_depth(kernel):
    snapshot = stack(kernel, KINDS)
    outer = snapshot.bind(Outer)
    inner = outer.inner
    assert inner == Inner(Pair(1, {"street": "s"}), Attrs(1), Model(text="m"), Struct("t"))
    sections = {
        "inner": (Inner, inner), "inner.pair": (Pair, inner.pair),
        "inner.pair.place": (Place, inner.pair.place),
        "inner.attrs": (Attrs, inner.attrs), "inner.model": (Model, inner.model),
        "inner.struct": (Struct, inner.struct),
    }  # fmt: skip
    for path, (form, bound) in sections.items():
        assert snapshot.bind(form, path) is bound, path
    request = snapshot.override({"inner.attrs.size": 2})
    changed = request.bind(Outer).inner
    assert changed.attrs == Attrs(2)
    assert changed.pair is inner.pair
    assert changed.model is inner.model
    assert changed.struct is inner.struct
    gone = snapshot.override({"inner.model": None}).bind(Outer).inner
    assert (gone.model, gone.attrs) == (None, inner.attrs)


@dataclass(frozen=True)
class Listed:
    items: list[Attrs]
    named: dict[str, Attrs]


def test_below_lists_and_names_a_model_is_part_of_its_section(kernel):
    snapshot = stack(kernel, {"items": [{"size": 1}], "named": {"a": {"size": 2}}})
    assert snapshot.bind(Listed) == Listed([Attrs(1)], {"a": Attrs(2)})


@dataclass(frozen=True)
class United:
    switched: Attrs | Literal["off"]
    chosen: Attrs | Listed | None = None
    named: dict[str, Attrs] | Attrs | None = None


def test_a_union_is_a_section_where_one_of_its_types_takes_a_mapping(kernel):
    snapshot = stack(kernel, {"switched": {"size": 1}, "chosen": {"size": 2}, "named": {"size": {"size": 3}}})
    united = snapshot.bind(United)
    assert united == United(Attrs(1), Attrs(2), {"size": Attrs(3)})
    assert snapshot.bind(Attrs, "switched") is united.switched
    assert snapshot.override({"switched": replace("off")}).bind(United).switched == "off"
    assert said(snapshot.override({"switched.size": "x"}), United) == said(
        snapshot.override({"switched.size": "x"}), Attrs, "switched"
    )


FAULTY = {
    "inner": {
        "pair": {"left": "x", "place": {"street": 1, "city": 2}},
        "attrs": {"siez": 1},
        "model": {"text": 5},
        "more": 1,
    },
    "other": 2,
}


def test_all_problems_in_order_whatever_was_bound_before(kernel):
    found = [
        ("inner.pair.left", "expected int, not str", "validation"),
        ("inner.pair.place.street", "expected str, not int", "validation"),
        ("inner.pair.place.city", "unknown key", "unknown-key"),
        ("inner.attrs.size", "missing, and Attrs requires it", "required"),
        ("inner.attrs.siez", "unknown key (did you mean 'size'?)", "unknown-key"),
        ("inner.model.text", "input should be a valid string", "validation"),
        ("inner.more", "unknown key", "unknown-key"),
        ("other", "unknown key", "unknown-key"),
    ]
    assert problems(stack(kernel, FAULTY), Outer) == found
    good = stack(kernel, KINDS)
    good.bind(Outer)
    assert problems(good.override({"inner.attrs.siez": 1, "inner.pair.left": "x"}), Outer) == [
        found[0],
        ("inner.attrs.siez", "unknown key (did you mean 'size'?)", "unknown-key"),
    ]


@dataclass(frozen=True)
class Account:
    password: Annotated[str, SECRET]


@dataclass(frozen=True)
class Site:
    account: Account
    port: int = 1

    def __post_init__(self) -> None:
        if self.port == 2:
            raise ValueError(f"not with {self.account.password}")


def test_a_shared_section_is_as_secret_as_one_that_is_read(kernel):
    snapshot = stack(kernel, {"account": {"password": "hunter2"}})
    snapshot.bind(Site)
    assert said(snapshot.override({"port": 2}), Site) == ["refused by Site"]


def test_a_whole_that_does_not_fit_keeps_no_section_whose_warning_nobody_got(kernel):
    broken = stack(kernel, {"inner": KINDS["inner"] | {"more": 1}, "flag": "x"})
    with pytest.raises(ConfigError, match="expected bool"):
        Fitting(Schema(Outer, "warn", False)).judge(broken)
    with pytest.warns(ConfigWarning, match=r"inner\.more: unknown key"):
        Fitting(Schema(Outer, "warn", False)).judge(broken.override({"flag": True}))


def test_a_key_that_is_left_out_is_said_again_only_where_it_changed(kernel):
    snapshot = stack(kernel, {"inner": KINDS["inner"] | {"more": 1}})
    with pytest.warns(ConfigWarning, match=r"inner\.more: unknown key"):
        Fitting(Schema(Outer, "warn", False)).judge(snapshot)
    assert snapshot.override({"flag": True}).settings.flag


@dataclass(frozen=True)
class Tree:
    size: int
    left: Tree | None = None


def test_a_section_that_holds_its_kind(kernel):
    snapshot = stack(kernel, {"size": 1, "left": {"size": 2, "left": {"size": 3}}})
    whole = snapshot.bind(Tree)
    assert whole == Tree(1, Tree(2, Tree(3)))
    assert snapshot.bind(Tree, "left.left") is whole.left.left
    request = snapshot.override({"left.size": 5}).bind(Tree)
    assert request.left.size == 5
    assert request.left.left is whole.left.left
