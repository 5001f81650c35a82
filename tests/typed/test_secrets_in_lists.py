"""A secret in a list, or under any name, has no path before something is loaded: all of it is secret."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import pytest

import veltrix
from veltrix import SECRET

try:
    import pydantic
except ImportError:  # binding its models needs it, and nothing else does
    pydantic = None
needs_pydantic = pytest.mark.skipif(pydantic is None, reason="binding models of pydantic needs it")

CANARY = "hunter2-correct-horse"
pytestmark = pytest.mark.chosen


@dataclass(frozen=True)
class Server:
    host: str
    password: Annotated[str, SECRET]


class Pair(NamedTuple):
    servers: dict[str, Server]


FORMS = {
    "list": (tuple[Server, ...], [{"host": "a", "password": CANARY}]),
    "list or null": (list[Server] | None, [{"host": "a", "password": CANARY}]),
    "row": (tuple[str, Annotated[str, SECRET]], ["a", CANARY]),
    "table": (dict[str, Annotated[str, SECRET]], {"a": CANARY}),
    "table of models": (dict[str, Server], {"a": {"host": "a", "password": CANARY}}),
    "list of tables": (list[dict[str, Pair]], [{"a": {"servers": {"b": {"host": "a", "password": CANARY}}}}]),
}


def form_of(held: Any) -> Any:
    @dataclass(frozen=True)
    class Settings:
        held: Any
        open: list[str]

    Settings.__annotations__.update(held=held, open=list[str])
    return Settings


def is_hidden(form: Any, value: Any) -> None:
    snapshot = veltrix.load({"held": value, "open": ["seen"]}, schema=form)
    assert CANARY in repr(snapshot.to_dict())
    assert snapshot.explain("held").secret
    assert not snapshot.explain("open").secret
    other = snapshot.override({"open": [], "held": type(value)()})
    for text in (repr(snapshot), repr(veltrix.diff(other, snapshot)), str(snapshot.explain("held"))):
        assert CANARY not in text


@pytest.mark.parametrize(("held", "value"), FORMS.values(), ids=FORMS)
def test_a_list_or_mapping_with_a_secret_is_secret(held, value):
    is_hidden(form_of(held), value)


@needs_pydantic
def test_so_is_one_of_pydantic():
    class Settings(pydantic.BaseModel, frozen=True):
        held: list[pydantic.SecretStr]
        open: list[str]

    is_hidden(Settings, [CANARY])
    is_hidden(form_of(list[pydantic.SecretStr]), [CANARY])


@pytest.mark.parametrize("form", [dict[str, Server], dict[str, Annotated[str, SECRET]]])
def test_the_whole_is_none(form):
    said = "a schema says of named fields that they are secret, and not of the whole"
    with pytest.raises(TypeError, match=said):
        veltrix.load({}, schema=form)


def test_the_last_good_file_has_none(tmp_path):
    Path(tmp_path, "state").mkdir(mode=0o700)
    file = tmp_path / "app.json"
    file.write_text(f'{{"open": [], "held": [{{"host": "a", "password": "{CANARY}"}}]}}')
    kept = tmp_path / "state/last.json"
    veltrix.Config(file, schema=form_of(tuple[Server, ...]), last_good=kept)
    assert '"open"' in kept.read_text()
    assert CANARY not in kept.read_text()
