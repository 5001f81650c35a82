"""`schema`: valid against the meta-schema, and of one mind with what binds."""

from __future__ import annotations

import json

import pytest

import veltrix
from veltrix.errors import ConfigError

OURS = """\
from __future__ import annotations
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, TypedDict
from uuid import UUID

import veltrix

class Level(Enum):
    LOW = 1
    HIGH = 2

class AtLeast:
    ge = 1

class Point(NamedTuple):
    x: int
    y: float = 0.0

class Extra(TypedDict):
    a: int
    b: NotRequired[str]

@dataclass(frozen=True)
class Node:
    name: str
    next: Node | None = None

@dataclass(frozen=True)
class Settings:
    port: Annotated[int, AtLeast()]
    log_level: str = field(default="hunter2", metadata={"veltrix": "log-level"})
    level: Level = Level.LOW
    mode: Literal["a", 1, None] = "a"
    pair: tuple[int, str] = (1, "a")
    tags: frozenset[str] = frozenset()
    any: Any = None
    where: Path | None = None
    pause: timedelta = timedelta()
    id: UUID | None = None
    point: Point = Point(0)
    extra: Extra | None = None
    tree: Node | None = None
    table: dict[str, list[Node]] = field(default_factory=dict)
    token: Annotated[str, veltrix.SECRET] = "hunter2"
"""
LIBRARIES = {
    "pydantic": """\
from pydantic import BaseModel
class Node(BaseModel, extra="forbid", frozen=True):
    name: str
    next: "Node | None" = None
class Settings(BaseModel, extra="forbid", frozen=True):
    port: int
    tree: Node | None = None
""",
    "msgspec": """\
from __future__ import annotations
import msgspec
class Node(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: str
    next: Node | None = None
class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    port: int
    tree: Node | None = None
""",
    "attr": """\
import attr
@attr.frozen
class Node:
    name: str
    next: "Node | None" = None
@attr.frozen
class Settings:
    port: int
    tree: Node | None = None
""",
}
FIT = [
    {"port": 1},
    {"port": 1, "tree": {"name": "a", "next": {"name": "b"}}},
]
UNFIT = [
    {},
    {"port": []},
    {"port": 1, "prot": 2},
    {"port": 1, "tree": {"name": "a", "next": {"nam": "b"}}},
]
OURS_FIT = [
    {"port": 1, "level": "HIGH", "mode": 1, "pair": [1, "x"], "tags": ["a"], "point": {"x": 1}},
    {"port": 1, "level": 2, "log-level": "x", "any": [{}], "where": "/tmp", "pause": "5s", "extra": {"a": 1}},
    {"port": 1, "pause": 3, "id": "12345678123456781234567812345678", "table": {"a": [{"name": "x"}]}},
]
OURS_UNFIT = [
    {"port": 0},
    {"port": 1, "log_level": "x"},
    {"port": 1, "level": 3},
    {"port": 1, "mode": 2},
    {"port": 1, "pair": [1]},
    {"port": 1, "pair": [1, "a", 2]},
    {"port": 1, "extra": {"b": "x"}},
    {"port": 1, "table": {"a": [{}]}},
    {"port": 1, "where": 1},
]


def schema(program, folder, name, source):
    (folder / f"{name}.py").write_text(source)
    code, out, err = program("schema", f"{name}:Settings")
    assert (code, err) == (0, "")
    return json.loads(out)


def binds(folder, monkeypatch, name, data):
    import importlib

    monkeypatch.syspath_prepend(folder)
    form = importlib.import_module(name).Settings
    try:
        veltrix.resolve([veltrix.Layer("a", data)]).bind(form)
    except ConfigError:
        return False
    return True


@pytest.mark.parametrize(
    ("library", "fit", "unfit"),
    [("ours", OURS_FIT + FIT, OURS_UNFIT + UNFIT), *((name, FIT, UNFIT) for name in LIBRARIES)],
)
def test_what_binds_is_valid_and_what_does_not_is_not(program, folder, monkeypatch, library, fit, unfit):
    jsonschema = pytest.importorskip("jsonschema")
    if library != "ours":
        pytest.importorskip(library)
    name = f"schema_of_{library}"
    found = schema(program, folder, name, OURS if library == "ours" else LIBRARIES[library])
    jsonschema.Draft202012Validator.check_schema(found)
    validator = jsonschema.Draft202012Validator(found)
    for data in fit:
        assert validator.is_valid(data), data
        assert binds(folder, monkeypatch, name, data), data
    for data in unfit:
        assert not validator.is_valid(data), data
        assert not binds(folder, monkeypatch, name, data), data


def test_no_default_is_in_it_and_secrets_are_marked(program, folder):
    found = schema(program, folder, "schema_of_secrets", OURS)
    assert "hunter2" not in json.dumps(found)
    assert found["$defs"]["Settings"]["properties"]["token"] == {"type": "string", "writeOnly": True}


def test_models_of_libraries_in_a_model_of_ours(program, folder):
    jsonschema = pytest.importorskip("jsonschema")
    pytest.importorskip("pydantic")
    pytest.importorskip("msgspec")
    source = (
        "from dataclasses import dataclass\nimport msgspec, pydantic\n"
        "class A(pydantic.BaseModel, frozen=True):\n    x: int\n"
        "class B(msgspec.Struct, frozen=True):\n    y: int\n"
        "@dataclass(frozen=True)\nclass Settings:\n    a: A\n    b: B\n"
    )
    found = schema(program, folder, "schema_of_both", source)
    validator = jsonschema.Draft202012Validator(found)
    assert validator.is_valid({"a": {"x": 1}, "b": {"y": 1}})
    assert not validator.is_valid({"a": {"x": "a"}, "b": {"y": 1}})
    assert not validator.is_valid({"a": {"x": 1}, "b": {"y": "a"}})


@pytest.mark.parametrize("arguments", [[], ["shop"], ["a:b", "c:d"], ["absent_one:X"]])
def test_what_cannot_be_asked(refused, arguments):
    refused("schema", *arguments)


def test_two_models_of_one_name_from_a_library_are_refused(refused, folder):
    pytest.importorskip("msgspec")
    (folder / "twins.py").write_text(
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "import msgspec\n"
        "def made(kind):\n"
        "    inner = msgspec.defstruct('Inner', [('a', kind)], frozen=True)\n"
        "    return msgspec.defstruct('Outer' + kind.__name__, [('inner', inner)], frozen=True)\n"
        "One, Other = made(int), made(str)\n"
        "@dataclass(frozen=True)\n"
        "class Both:\n"
        "    one: One\n"
        "    other: Other\n"
    )
    assert refused("schema", "twins:Both") == (
        "there is no JSON Schema of twins:Both: "
        "two models are named 'Inner', which a schema cannot tell apart"
    )


def test_a_path_in_a_struct_is_a_text(program, folder):
    pytest.importorskip("msgspec")
    source = (
        "from pathlib import Path\nimport msgspec\n"
        "class Settings(msgspec.Struct, frozen=True):\n    where: Path\n    others: tuple[Path, ...] = ()\n"
    )
    properties = schema(program, folder, "schema_of_paths", source)["$defs"]["Settings"]["properties"]
    assert properties["where"] == {"type": "string"}
    assert properties["others"]["items"] == {"type": "string"}


@pytest.mark.parametrize("library", ["ours", "pydantic"])
def test_what_json_has_no_number_for_is_left_out(program, folder, library):
    source = (
        "from dataclasses import dataclass\nfrom typing import Annotated\nfrom enum import Enum\n"
        "class Most:\n    le = float('inf')\n    ge = 1.5\n"
        "class Odd(Enum):\n    ENDLESS = float('inf')\n"
        "@dataclass(frozen=True)\nclass Settings:\n    a: Annotated[float, Most()]\n    odd: Odd\n"
    )
    if library == "pydantic":
        pytest.importorskip("pydantic")
        source = (
            "from pydantic import BaseModel, Field\n"
            "class Settings(BaseModel, frozen=True):\n"
            "    a: float = Field(default=float('nan'), le=float('inf'), ge=1.5)\n"
        )
    found = schema(program, folder, f"schema_of_endless_{library}", source)
    whole = found if library == "pydantic" else found["$defs"]["Settings"]
    assert json.dumps(found, allow_nan=False)
    assert (whole["properties"]["a"]["minimum"], "maximum" in whole["properties"]["a"]) == (1.5, False)


def test_what_a_library_has_no_words_for_is_refused(refused, folder, monkeypatch):
    pytest.importorskip("pydantic")
    monkeypatch.syspath_prepend(folder)
    (folder / "schema_of_thread.py").write_text(
        "import threading, pydantic\n"
        "class Settings(pydantic.BaseModel, arbitrary_types_allowed=True, frozen=True):\n"
        "    x: threading.Thread\n"
    )
    message = refused("schema", "schema_of_thread:Settings")
    assert message.startswith("there is no JSON Schema of schema_of_thread:Settings: ")
    assert "\n" not in message
