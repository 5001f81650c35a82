"""Models of the standard library and of attrs: what is read, and each problem at its place."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, InitVar, dataclass, field
from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from typing import (
    Annotated,
    Any,
    ClassVar,
    Final,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    NotRequired,
    Required,
    Self,
    TypedDict,
    TypeVar,
)
from uuid import UUID

import pytest

from tests.kernel.stack import stack
from tests.typed.places import documented, problems, said
from veltrix import FrozenMapping
from veltrix.errors import ConfigError, MissingKeyError, PathError, ValidationError

T = TypeVar("T")
B = TypeVar("B", bound=int)
Port = NewType("Port", int)


class Level(Enum):
    INFO = "info"
    DEBUG = 10


@dataclass(frozen=True)
class Tls:
    versions: tuple[float, ...] = (1.2, 1.3)


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    host: str = "localhost"
    timeout: timedelta = timedelta(seconds=5)
    tags: list[str] = field(default_factory=list)
    tls: Tls = field(default_factory=Tls)


@dataclass(frozen=True)
class Settings:
    server: Server
    level: Level = Level.INFO
    root: Path | None = None


class Pair(NamedTuple):
    left: int
    right: str = "r"


class Options(TypedDict, total=False):
    name: Required[str]
    depth: int


class Strict(TypedDict):
    name: str
    depth: NotRequired[int]


DOCUMENT = """
level = "info"
[server]
port = 8080
tags = ["a", "b"]
timeout = "1h30m"
[server.tls]
versions = [1, 1.5]
"""


def test_a_model_and_what_stands_in_it(kernel):
    bound = documented(kernel, DOCUMENT).bind(Settings)
    tls = Tls((1.0, 1.5))
    assert bound == Settings(Server(8080, "localhost", timedelta(hours=1.5), ["a", "b"], tls))
    assert type(bound.server.tls.versions[0]) is float


@pytest.mark.parametrize("path", ["server", ("server",)])
def test_a_section_by_its_path_and_from_a_view(kernel, path):
    snapshot = documented(kernel, DOCUMENT)
    server = snapshot.bind(Server, path)
    assert server == snapshot.bind(Settings).server
    assert snapshot["server"].bind(Server) is server
    assert snapshot["server"].bind(Tls, "tls") is snapshot.bind(Tls, "server.tls")


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (int, 5),
        (float, 5),
        (bool, True),
        (str, "x"),
        (None, None),
        (int | None, None),
        (list[int], [1, 2]),
        (tuple[int, str], (1, "x")),
        (tuple[()], ()),
        (set[str], {"a"}),
        (frozenset[str], {"a"}),
        (dict[str, int], {"a": 1}),
        (dict[int, str], {7: "x"}),
        (Sequence[int], (1, 2)),
        (Literal["a", 2], 2),
        (Level, Level.DEBUG),
        (Port, 80),
        (date, date(2026, 1, 2)),
        (dict, {"a": [1]}),
        (list, [1, (2,)]),
    ],
    ids=repr,
)
def test_a_type_that_is_no_model(kernel, form, value):
    written = {"v": [*value] if isinstance(value, set | tuple) else value}
    if form == dict[int, str]:
        written = {"v": {"7": "x"}}
    if form is Level:
        written = {"v": 10}
    bound = stack(kernel, written).bind(form, "v")
    assert bound == _frozen(value)
    assert type(bound) is type(value) or form in (float, set[str], frozenset[str])


def _frozen(value):
    """Items of no declared type are what nobody can change."""
    return {"a": (1,)} if value == {"a": [1]} else value


def test_anything_is_what_nobody_can_change(kernel):
    snapshot = stack(kernel, {"v": {"a": [1, {"b": 2}]}})
    bound = snapshot.bind(Any, "v")
    assert bound == {"a": (1, {"b": 2})}
    assert type(bound) is FrozenMapping
    assert type(bound["a"][1]) is FrozenMapping
    assert type(snapshot.bind(Mapping[str, object], "v")) is FrozenMapping


def test_every_problem_at_once_each_at_its_place(kernel):
    snapshot = documented(
        kernel,
        'level = "loud"\n[server]\nprot = 1\nhost = 5\ntags = ["a", 2]\ntimeout = "soon"\n'
        '[server.tls]\nversions = [1, "2"]\n[other]\n',
    )
    is_native = snapshot.explain("level").origin.line is not None
    lines = {"level": "1:1", "server": "2:2", "prot": "3:1", "host": "4:1", "tags": "5:14", "timeout": "6:1"}
    lines |= {"versions": "8:16", "other": "9:2"}
    at = {name: f"app.toml:{place}" if is_native else "app.toml" for name, place in lines.items()}
    time = "expected an amount of time (5s, 1h30m, ISO 8601, or seconds)"
    assert said(snapshot, Settings) == [
        f"server.port: missing, and Server requires it ({at['server']})",
        f"server.host: expected str, not int ({at['host']})",
        f"server.timeout: {time} ({at['timeout']})",
        f"server.tags[1]: expected str, not int ({at['tags']})",
        f"server.tls.versions[1]: expected float, not str ({at['versions']})",
        f"server.prot: unknown key (did you mean 'port'?) ({at['prot']})",
        f"level: expected 'info' or 10 ({at['level']})",
        f"other: unknown key ({at['other']})",
    ]
    assert [code for _, _, code in problems(snapshot, Settings)] == [
        "required", *["validation"] * 4, "unknown-key", "validation", "unknown-key"
    ]  # fmt: skip


@pytest.mark.parametrize("form", [int, float, bool, int | None, list[int], dict[str, int], Tls])
def test_a_text_in_a_document_is_a_text(kernel, form):
    assert problems(documented(kernel, 'v = "1"'), form, "v")[0][1].endswith(", not str")


@pytest.mark.parametrize(
    ("form", "value"),
    [(int, True), (int, 1.0), (bool, 1), (str, 1), (float, True), (list[int], {}), (dict, []), (None, 0)],
    ids=repr,
)
def test_a_value_of_another_type_is_refused(kernel, form, value):
    assert len(problems(stack(kernel, {"v": value}), form, "v")) == 1


def test_what_is_missing_or_malformed(kernel):
    snapshot = documented(kernel, DOCUMENT)
    with pytest.raises(MissingKeyError, match="did you mean 'server'"):
        snapshot.bind(Server, "servr")
    with pytest.raises(PathError):
        snapshot.bind(Server, "a..b")
    with pytest.raises(TypeError, match="a path is a str or a tuple"):
        snapshot.bind(Server, 5)


@pytest.mark.parametrize("form", [complex, "Server", 5, type[int], Exception, dict[Exception, int]], ids=repr)
def test_a_type_that_nothing_can_be_read_as(kernel, form):
    with pytest.raises(TypeError, match="nothing in a configuration can be read as"):
        stack(kernel, {"v": 1}).bind(form)


def test_a_field_of_such_a_type_names_its_model(kernel):
    @dataclass
    class Odd:
        number: complex

    with pytest.raises(TypeError, match=r"Odd: nothing in a configuration can be read as complex"):
        stack(kernel, {"number": 1}).bind(Odd)


def test_named_tuples(kernel):
    snapshot = stack(kernel, {"left": 1})
    assert snapshot.bind(Pair) == Pair(1)
    assert type(snapshot.bind(Pair)) is Pair
    untyped = namedtuple("untyped", "left")
    assert snapshot.bind(untyped).left == 1
    assert problems(stack(kernel, {"right": "x"}), Pair) == [
        ("left", "missing, and Pair requires it", "required")
    ]


def test_typed_dicts(kernel):
    snapshot = stack(kernel, {"name": "x"})
    for form in (Options, Strict):
        assert snapshot.bind(form) == {"name": "x"}
        assert type(snapshot.bind(form)) is dict
        assert problems(stack(kernel, {"depth": "1"}), form) == [
            ("name", f"missing, and {form.__name__} requires it", "required"),
            ("depth", "expected int, not str", "validation"),
        ]


def test_attrs(kernel):
    attrs = pytest.importorskip("attrs")

    @attrs.frozen
    class Inner:
        _hidden: int
        kept: str = attrs.field(default="k", metadata={"veltrix": "kept_"})
        doubled: int = attrs.field(default=1, converter=lambda value: value * 2)
        made: int = attrs.field(init=False, default=3)

    assert stack(kernel, {"hidden": 1, "kept_": "x", "doubled": 4}).bind(Inner) == Inner(1, "x", 4)
    assert problems(stack(kernel, {"kept": "x", "made": 1}), Inner) == [
        ("hidden", "missing, and Inner requires it", "required"),
        ("kept", "unknown key (did you mean 'kept_'?)", "unknown-key"),
        ("made", "unknown key", "unknown-key"),
    ]


@dataclass
class Hostile:
    """Everything that a dataclass can have."""

    constant: ClassVar[int] = 7
    given: InitVar[int]
    label: Final[str] = "l"
    derived: int = field(init=False, default=0)
    _: KW_ONLY
    port: Annotated[int, "a port"] = 1
    named: str = field(default="n", metadata={"veltrix": "log-level"})

    def __post_init__(self, given):
        self.derived = given + 1


def test_a_dataclass_with_everything(kernel):
    bound = stack(kernel, {"given": 4, "port": 2, "log-level": "debug"}).bind(Hostile)
    assert (bound.derived, bound.port, bound.named, bound.label) == (5, 2, "debug", "l")
    assert [path for path, _, _ in problems(stack(kernel, {"constant": 1, "derived": 2}), Hostile)] == [
        "given", "constant", "derived"
    ]  # fmt: skip


@dataclass
class Tree:
    value: int
    children: list[Tree] = field(default_factory=list)
    parent: Self | None = None


def test_a_model_that_holds_itself(kernel):
    data = {"value": 1, "children": [{"value": 2, "parent": {"value": 3}}]}
    assert stack(kernel, data).bind(Tree) == Tree(1, [Tree(2, [], Tree(3))])
    data["children"][0]["parent"]["value"] = "x"
    assert problems(stack(kernel, data), Tree) == [
        ("children[0].parent.value", "expected int, not str", "validation")
    ]


@dataclass
class Box(Generic[T]):
    value: T


@dataclass
class IntBox(Box[int], Generic[T]):
    other: T


@dataclass
class Bound(Generic[B]):
    value: list[B]


def test_type_parameters(kernel):
    assert stack(kernel, {"value": 1}).bind(Box[int]) == Box(1)
    assert len(problems(stack(kernel, {"value": "x"}), Box[int])) == 1
    assert stack(kernel, {"value": "x"}).bind(Box) == Box("x")
    assert stack(kernel, {"value": 1, "other": "x"}).bind(IntBox[str]) == IntBox(1, "x")
    assert len(problems(stack(kernel, {"value": "x", "other": 1}), IntBox[str])) == 2
    assert len(problems(stack(kernel, {"value": ["x"]}), Bound)) == 1
    assert stack(kernel, {"value": {"value": [1]}}).bind(Box[Box[list[int]]]) == Box(Box([1]))


def test_annotations_that_lead_nowhere(kernel):
    @dataclass
    class Lost:
        value: Nowhere  # noqa: F821

    with pytest.raises(
        TypeError, match="Lost: an annotation names 'Nowhere', which its module does not have"
    ):
        stack(kernel, {"value": 1}).bind(Lost)


def test_two_fields_of_one_key(kernel):
    @dataclass
    class Twice:
        one: int
        two: int = field(metadata={"veltrix": "one"})

    with pytest.raises(TypeError, match="Twice: two fields are read from the key 'one'"):
        stack(kernel, {"one": 1}).bind(Twice)


def test_unions_of_models_and_literals(kernel):
    @dataclass
    class File:
        kind: Literal["file"]
        path: str

    @dataclass
    class Url:
        kind: Literal["url"]
        url: str

    form = list[File | Url | None]
    data = {"v": [{"kind": "url", "url": "x"}, {"kind": "file", "path": "y"}, None]}
    assert stack(kernel, data).bind(form, "v") == [Url("url", "x"), File("file", "y"), None]
    wrong = stack(kernel, {"v": {"kind": "url", "url": 5}})
    assert problems(wrong, Url | None, "v") == [("v.url", "expected str, not int", "validation")]
    assert problems(wrong, File | Url, "v") == [("v.url", "expected str, not int", "validation")]


def test_the_order_of_a_union_is_not_mixed_up(kernel):
    from tests.typed.places import flat

    snapshot = flat(kernel, v="5")
    assert snapshot.bind(int | str, "v") == 5
    assert snapshot.bind(str | int, "v") == "5"
    assert snapshot.bind(list[int | str], "v") == [5]
    assert snapshot.bind(list[str | int], "v") == ["5"]


def test_names_that_a_path_would_quote(kernel):
    @dataclass
    class Odd:
        level: int = field(metadata={"veltrix": "my.level"})

    assert stack(kernel, {"a b": {"my.level": 3}}).bind(Odd, ("a b",)).level == 3
    assert problems(stack(kernel, {"a b": {"my.level": "x"}}), Odd, ("a b",))[0][0] == '"a b"."my.level"'


def test_an_object_of_its_own_type_is_bound_as_it_is(kernel):
    one = UUID(int=1)
    assert stack(kernel, {"v": one}).bind(UUID, "v") is one
    assert stack(kernel, {"v": "x"}).bind(Path, "v") == Path("x")


def test_what_a_model_raises_is_a_problem(kernel):
    @dataclass
    class Even:
        number: int

        def __post_init__(self):
            if self.number % 2:
                raise ValueError(f"{self.number} is odd")

    assert problems(stack(kernel, {"v": {"number": 3}}), Even, "v") == [
        ("v", "refused by Even: 3 is odd", "validation")
    ]


def test_constraints(kernel):
    types = pytest.importorskip("annotated_types")
    form = Annotated[int, types.Ge(1), types.Le(20), "people read this"]
    assert stack(kernel, {"v": 20}).bind(form, "v") == 20
    assert problems(stack(kernel, {"v": 21}), form, "v") == [
        ("v", "expected int with ge=1, le=20", "validation")
    ]
    texts = Annotated[str, types.MinLen(2)]
    assert problems(stack(kernel, {"v": "x"}), texts, "v") == [
        ("v", "expected str with min_length=2", "validation")
    ]


def test_a_thousand_fields(kernel):
    from dataclasses import make_dataclass

    wide = make_dataclass("Wide", [(f"f{at}", int) for at in range(1000)], frozen=True)
    data = {f"f{at}": at for at in range(1000)}
    assert stack(kernel, data).bind(wide).f999 == 999
    wrong = {f"f{at}": "x" for at in range(999)}
    found = problems(stack(kernel, wrong), wide)
    assert len(found) == 1000
    assert found[-1] == ("f999", "missing, and Wide requires it", "required")


def test_the_error_is_a_value(kernel):
    import pickle

    with pytest.raises(ConfigError) as caught:
        stack(kernel, {}).bind(Server)
    again = pickle.loads(pickle.dumps(caught.value))
    assert again == caught.value
    assert again.problems[0].code == "required"
    assert ValidationError("a", "b").code == "validation"


def test_a_key_in_metadata_that_is_no_text(kernel):
    @dataclass
    class Odd:
        one: int = field(metadata={"veltrix": 5})

    with pytest.raises(TypeError, match=r"Odd\.one: the key in its metadata is a str"):
        stack(kernel, {"one": 1}).bind(Odd)


def test_an_annotation_that_is_no_type(kernel):
    @dataclass
    class Odd:
        one: "not a type"  # noqa: F722

    with pytest.raises(TypeError, match="Odd: an annotation is no type"):
        stack(kernel, {"one": 1}).bind(Odd)
