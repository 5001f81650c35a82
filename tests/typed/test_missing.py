"""What a required field that is missing has for its place: where a document has the section."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.typed.places import flat, said
from veltrix import replace

msgspec = pytest.importorskip("msgspec", reason="its models are bound here")
pydantic = pytest.importorskip("pydantic", reason="its models are bound here")


@dataclass(frozen=True)
class Own:
    url: str
    password: str = ""


Pydantic = pydantic.create_model("Own", url=(str, ...), password=(str, ""))
Struct = msgspec.defstruct("Own", [("url", str), ("password", str, "")])


@pytest.fixture
def layers(kernel):
    """By name: a file, a file above it, one that is all texts, variables, data, and data that replaces."""
    variables = kernel.Layer("env", {"db": {"password": "x"}}, source="environment")
    dotenv = kernel.Layer.parse("dotenv", b'{"db": {"password": "x"}}', "json", file="app.env")
    return {
        "file": kernel.Layer.parse("app", b"\n\n[db]\npassword = 'x'\n", "toml", file="app.toml"),
        "upper": kernel.Layer.parse("up", b"[db]\npassword = 'y'\n", "toml", file="up.toml"),
        "elsewhere": kernel.Layer.parse("up", b"[other]\n", "toml", file="up.toml"),
        "dotenv": dotenv,
        "variables": variables,
        "data": kernel.Layer("data", {"db": {"password": "z"}}),
        "replacing": kernel.Layer("data", {"db": replace({"password": "z"})}),
    }


@pytest.mark.parametrize("form", [Own, Pydantic, Struct], ids=["own", "pydantic", "msgspec"])
@pytest.mark.parametrize(
    ("stacked", "place"),
    [
        ("file", "app.toml:3:2"),
        ("file variables", "app.toml:3:2"),
        ("file data variables", "app.toml:3:2"),
        ("file dotenv", "app.toml:3:2"),
        ("file upper variables", "up.toml:1:2"),
        ("file elsewhere", "app.toml:3:2"),
        ("variables", "layer 'env'"),
        ("data", "layer 'data'"),
        ("file replacing", "layer 'data'"),
    ],
)
def test_the_place_of_what_is_missing(kernel, layers, stacked, place, form):
    snapshot = kernel.resolve([layers[name] for name in stacked.split()])
    if not any(one.origin.line for one in snapshot.explain("db").definitions):
        place = place.partition(":")[0]  # the reference knows no lines
    assert said(snapshot, form, "db") == [f"db.url: missing, and Own requires it ({place})"]


def test_variables_alone_and_the_whole(kernel):
    assert said(flat(kernel, db__password="x"), Own, "db") == [
        "db.url: missing, and Own requires it (variable APP_DB__PASSWORD)"
    ]
    assert said(kernel.resolve([]), Own) == ["url: missing, and Own requires it"]
