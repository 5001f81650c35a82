"""`types`: the model that is written is formatted, runs, type-checks, and fits what it was made from."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import veltrix

KINDS = ("dataclass", "pydantic", "msgspec", "typed-dict")
EXAMPLES = Path(__file__).parents[2] / "examples"
AWKWARD = {
    "class": 1,
    "log-level": "x",
    "9lives": True,
    "": 2.5,
    "ключ": None,
    "Server": {"Server": 1, "int": 3, "str": "a"},
    "server": {"tls": {"a": 1}},
    "tls": {"b": {}},
    "list": [],
    "items": [{"a": 1, "b-c": {"x": 1}}, {"a": 2.5, "n": [[{"q": 1}], [{"r": 2}]]}],
    "__x": 1,
    "_y": 2,
    "model_x": 1,
    "copy": 1,
    "json": {"schema": 1},
    "big": 2**100,
    "mixed": [1, "a", None],
    "unlike": [{"a": 1}, 2],
    "ﬁ": 1,
    "any": {"x": 1},
    "True": {"x": 1},
    "self": 1,
    "field": {"x": [1.5, 2]},
    "dataclass": 1,
    "a_b": 1,
    "a-b": 2,
    "a.b": 3,
    "settings": {"x": 1},
    "a key of some length that makes its line longer than a line should be": 1,
    "a section of some length that has a long class": {"x": 1},
    "\u202ex": 1,
    "it's": 1,
    "odd": {'a"b': 1, "a\nb": 2, "a'\"b\\": 3},
}
STACKS = {
    "awkward": ["awkward.json"],
    "empty": ["empty.json"],
    "times": ["times.toml"],
    "two": ["base.json", "site.json"],
}


def module_of(source):
    path = Path("written.py")
    path.write_text(source, encoding="utf-8")
    specification = importlib.util.spec_from_file_location(f"written_{os.getpid()}_{id(source)}", path)
    module = importlib.util.module_from_spec(specification)
    sys.modules[module.__name__] = module
    try:
        specification.loader.exec_module(module)
    finally:
        del sys.modules[module.__name__]
    return module


@pytest.fixture(autouse=True)
def files(folder):
    (folder / "awkward.json").write_text(json.dumps(AWKWARD))
    (folder / "empty.json").write_text("{}")
    (folder / "times.toml").write_text(
        "a = 2020-01-02\nb = 12:00:00\nc = [2020-01-02T03:04:05Z, 2020-01-02]\n"
    )
    return folder


def needed(kind):
    if kind in ("pydantic", "msgspec"):
        pytest.importorskip(kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stack", STACKS)
def test_it_fits_what_it_was_made_from(printed, kind, stack):
    needed(kind)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        module = module_of(printed("types", *STACKS[stack], "--format", kind))
        snapshot = veltrix.load(*STACKS[stack], schema=module.Settings)
    assert snapshot.settings is not None


@pytest.mark.parametrize("kind", KINDS)
def test_it_fits_every_example(printed, kind):
    needed(kind)
    pytest.importorskip("yaml")
    seen = 0
    for file in sorted(EXAMPLES.rglob("*")):
        if file.suffix in {".toml", ".json", ".yaml"} and ".venv" not in file.parts:
            module = module_of(printed("types", str(file), "--format", kind))
            assert veltrix.load(str(file), schema=module.Settings).settings is not None
            seen += 1
    assert seen > 5


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_formatted_and_type_checks(printed, kind):
    needed(kind)
    check_source(printed("types", "awkward.json", "--format", kind))


def check_source(source):
    for library in ("mypy", "ruff"):
        pytest.importorskip(library)
    Path("model.py").write_text(source, encoding="utf-8")
    for command in (["ruff", "format", "--isolated", "--check"], ["mypy", "--strict", "--cache-dir=cache"]):
        ran = subprocess.run(
            [sys.executable, "-m", *command, "model.py"], capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_key_that_is_a_name_keeps_it_whatever_stands_beside_it(printed):
    source = printed("types", "awkward.json")
    assert "    a_b: int\n" in source
    assert '    a_b2: int = field(metadata={"veltrix": "a-b"})\n' in source


def test_no_value_is_written_down(files, printed):
    (files / "secret.json").write_text('{"password": "hunter2", "pins": [4711]}')
    source = printed("types", "secret.json")
    assert "password: str" in source
    assert not {"hunter2", "4711"} & {*source.replace("[", " ").split()}
    assert "hunter2" not in source


SECRETS = """\
token = "a"
pin = 3
veltrix = "x"
[tls]
key-file = "k"
names = ["a"]
[[tls.users]]
name = "b"
"""


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_secret_stays_so(files, printed, kind):
    needed(kind)
    (files / "app.toml").write_text(SECRETS)
    (files / "secrets").mkdir(mode=0o700)
    (files / "secrets" / "password").write_text("hunter2")
    (files / "secrets" / "password").chmod(0o600)
    options = ["--secret", "pin", "--secret", "tls", "--secrets", "secrets"]
    source = printed("types", "app.toml", *options, "--format", kind)
    assert source.startswith("# A first model of app.toml, secrets, by `veltrix types`.\n")
    snapshot = veltrix.load(
        "app.toml", veltrix.Values({"password": "hunter2"}), schema=module_of(source).Settings
    )
    assert {path: snapshot.explain(path).secret for path in snapshot.flatten()} == {
        "token": False, "veltrix": False, "pin": True, "password": True,
        "tls.key-file": True, "tls.names": True, "tls.users": True,
    }  # fmt: skip
    marked = (2, 3) if kind == "pydantic" else (0, 5)
    assert (source.count(": SecretStr"), source.count(", veltrix.SECRET]")) == marked


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_with_secrets_is_formatted_and_type_checks(files, printed, kind):
    needed(kind)
    (files / "app.toml").write_text(SECRETS)
    check_source(printed("types", "app.toml", "--secret", "tls", "--secret", "token", "--format", kind))


def test_a_name_of_a_file_ends_no_comment(printed):
    name = "a\nimport os.json"
    Path(name).write_text('{"x": 1}')
    source = printed("types", name)
    assert "\nimport os" not in source
    assert module_of(source).Settings(x=1).x == 1


def test_what_msgspec_cannot_name_is_refused_at_the_top_alone(files, printed, refused):
    (files / "odd.json").write_text('{"a\\"b": 1}')
    said = refused("types", "odd.json", "--format", "msgspec")
    assert said == "msgspec cannot name a key of the top level; choose another --format"
    assert "odd: dict[str, Any]" in printed("types", "awkward.json", "--format", "msgspec")
