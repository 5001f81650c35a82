"""A token in every secret: nothing that is shown, raised or logged may hold it, nor any part of it."""

from __future__ import annotations

import gc
import io
import logging
import pickle
import re
import subprocess
import sys
import traceback
import types
import warnings
from pathlib import Path

import pytest

import veltrix
from tests.sources.conftest import reached
from veltrix.cli import main
from veltrix.errors import ConfigError
from veltrix.loading import once
from veltrix.sources import file

pytestmark = pytest.mark.usefixtures("in_tmp_path")


def everything_shown(error):
    """The whole traceback with the locals of every frame, chained errors included, and all texts."""
    out = io.StringIO()
    pending, seen = [error], set()
    while pending:
        one = pending.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        notes = getattr(one, "__notes__", ())
        shown = traceback.TracebackException.from_exception(one, capture_locals=True)
        out.write("".join(shown.format()))
        print(repr(one), str(one), one.args, vars(one), notes, pickle.dumps(one), file=out)
        pending += [one.__cause__, one.__context__, *getattr(one, "problems", ())]
    return out.getvalue()


def raised_by(call, kind=ConfigError):
    with pytest.raises(kind) as caught:
        call()
    return everything_shown(caught.value)


TYPES = {
    "int": 1,
    "float": 0.5,
    "bool": True,
    "mapping": {"a": 1},
    "list": [1],
    "opaque": object(),
}


@pytest.mark.parametrize("lower", TYPES.values(), ids=TYPES)
@pytest.mark.parametrize(
    "form", ["{}", "[{}", '{{"a": {}', "{}1", "5551{}", '["{}", ]', '{{"{}": 1, "{}": 1}}']
)
def test_a_variable_of_the_wrong_type_is_not_shown(monkeypatch, canary, lower, form):
    monkeypatch.setenv("APP_SECRET", form.format(canary, canary))
    shown = raised_by(lambda: veltrix.Config({"secret": lower}, veltrix.Env("APP", secret=True)))
    assert "variable APP_SECRET" in shown
    assert canary not in shown


def test_a_good_secret_is_not_shown_by_the_problem_beside_it(monkeypatch, canary):
    monkeypatch.setenv("APP_GOOD", canary)
    monkeypatch.setenv("APP_LIST__0", canary)
    monkeypatch.setenv("APP_MAP", f'{{"x": "{canary}"}}')
    monkeypatch.setenv("APP_PORT", "x")
    lower = {"good": "", "port": 1, "list": ["a"], "map": {}}
    shown = raised_by(lambda: veltrix.Config(lower, veltrix.Env("APP")))
    assert "variable APP_PORT" in shown
    assert canary not in shown


@pytest.mark.parametrize("kind", ["file", "dotenv", "env", "secrets", "arguments"])
def test_a_source_alone_shows_nothing_either(monkeypatch, canary, kind):
    monkeypatch.setenv("APP_PORT", canary)
    monkeypatch.setenv("APP_OTHER", canary)
    Path("app.toml").write_text(f'other = "{canary}"\nport = = {canary}')
    Path(".env").write_text(f"OTHER={canary}\nPORT={canary}")
    Path("secrets").mkdir(mode=0o700)
    for name in ("port", "other"):
        Path("secrets", name).write_text(canary)
    source = {
        "file": veltrix.File("app.toml"),
        "dotenv": veltrix.DotEnv(),
        "env": veltrix.Env("APP"),
        "secrets": veltrix.Secrets("secrets"),
        "arguments": veltrix.Arguments([f"port={canary}", f"other={canary}"]),
    }[kind]
    lower = veltrix.load({"port": 1})
    assert canary not in raised_by(lambda: source.load(lower))


@pytest.mark.parametrize("text", ["55512345678x", "{}", "\n{}\n"])
def test_a_secret_file_of_the_wrong_type_is_not_shown(canary, text):
    directory = Path("secrets")
    directory.mkdir(mode=0o700)
    (directory / "port").write_text(text.format(canary))
    (directory / "other").write_text(canary)
    shown = raised_by(lambda: veltrix.Config({"port": 1}, veltrix.Secrets("secrets")))
    assert "secrets/port" in shown
    assert canary not in shown
    assert "55512345678" not in shown


def test_secret_bytes_that_are_no_text_are_not_shown(canary):
    directory = Path("secrets")
    directory.mkdir(mode=0o700)
    (directory / "key").write_bytes(canary.encode() + b"\xff")
    assert canary not in raised_by(lambda: veltrix.Config(veltrix.Secrets("secrets")))


@pytest.mark.parametrize("assignment", ["port={}", "port:={}", "{}", "a[0]={}", "a.={}"])
def test_an_argument_is_not_shown(canary, assignment):
    sources = ({"port": 1}, veltrix.Arguments([assignment.format(canary)]))
    assert canary not in raised_by(lambda: veltrix.Config(*sources))


@pytest.mark.parametrize(
    "broken",
    [
        "password = {}",
        'password = "{}',
        'password = "{}"\npassword = "{}"',
        "= {}",
        "password: !{}!x",
        "password: !{}",
        "password: !<{}> x",
        "%TAG !{0}! tag:a\n%TAG !{0}! tag:b\n---\na: 1",
        "password: *{}",
        "password: @{}",
        "password: |{}",
        'password: "\\{}"',
        'password: "\\x{}"',
        '{{"password": {}}}',
        '{{"password": "\\u{}"}}',
        '{{"password": "{}',
        "password = '{}",
        'password = "\\{}"',
    ],
)
@pytest.mark.parametrize("form", ["toml", "json", "yaml", "env"])
def test_a_broken_secret_file_is_not_shown(canary, form, broken):
    Path(f"app.{form}").write_text(broken.format(canary, canary))
    source = veltrix.File(f"app.{form}", secret=True)
    try:
        shown = raised_by(lambda: veltrix.Config(source))
    except pytest.fail.Exception:  # good in this format
        shown = repr(veltrix.load(source))
    assert canary not in shown


def test_a_conflict_between_secrets_is_not_shown(canary):
    lower = veltrix.Values({"a": canary}, name="lower", secret=True)
    upper = veltrix.Values({"a": {"b": canary}}, name="upper")
    shown = raised_by(lambda: veltrix.Config(lower, upper))
    assert "a: mapping in layer 'upper' over str in layer 'lower'" in shown
    assert canary not in shown


def test_a_secret_is_redacted_wherever_it_is_shown(canary, caplog):
    url = f"postgres://user:{canary}@host/db?password={canary}"
    sources = (
        veltrix.Values({"url": url, "l": [{"p": canary}], "m": {"p": canary}}, secret=True),
        veltrix.Values({"late": canary, "n": {"p": canary}}, name="late", secret=["late", "n"]),
    )
    config = veltrix.Config(*sources, {"also": canary}, secret=["also"])
    snapshot = config.snapshot
    logging.getLogger("test").warning("%s %r", config, snapshot)
    shown = [
        repr(config), repr(config.sources), repr(snapshot), str(snapshot), f"{snapshot}", repr(snapshot["m"]),
        repr(dict(vars(type(config)))), repr(dir(config)), caplog.text,
        *(repr(snapshot.explain(path)) for path in snapshot.flatten()),
        *(repr(snapshot.explain(path)) for path in ("m", "l[0].p", "n")),
        repr(snapshot.key("url")), repr(veltrix.diff(veltrix.load(), snapshot)),
        repr(snapshot.layer_names), snapshot.digest,
    ]  # fmt: skip
    for text in shown:
        assert canary not in text
        assert canary[:8] not in text
    assert snapshot["url"] == url


def test_the_command_line_shows_no_secret(canary, monkeypatch, capsys):
    directory = Path("secrets")
    directory.mkdir(mode=0o700)
    (directory / "db.password").write_text(canary)
    (directory / "port").write_text(f"{canary}\n")
    Path("app.json").write_text(f'{{"db": {{"token": "{canary}"}}, "l": ["{canary}"], "port": ""}}')
    monkeypatch.setenv("APP_DB__KEY", canary)
    monkeypatch.setenv("APP_EXTRA", canary)
    options = ["app.json", "--secrets", "secrets", "--env", "APP", "--secret", "db", "--secret", "l",
               "--secret", "extra", "--set", f"db.url=x{canary}x"]  # fmt: skip
    commands = [
        *(["show", "--format", form, *options] for form in ("tree", "json", "yaml", "toml", "flat")),
        *(["get", path, *options] for path in ("db", "db.password", "db.url", "l", "l[0]", "extra", "port")),
        *(["get", "db", "--format", form, *options] for form in ("json", "yaml", "toml", "flat")),
        *(["explain", path, *options] for path in ("db", "db.token", "db.url", "l", "extra", "db.nothing")),
        ["show", *options, "--set", f"port.x={canary}"],
        ["show", *options, "--set", f"{canary}"],
    ]
    for command in commands:
        main(command)
        assert canary not in "".join(capsys.readouterr()), command
    ran = subprocess.run([sys.executable, "-m", "veltrix", *commands[0]], capture_output=True, check=True)
    assert canary.encode() not in ran.stdout + ran.stderr
    assert ran.stdout.count(b"<secret>") == 7


def test_no_frame_that_is_left_over_holds_a_secret(monkeypatch, canary):
    """What an error keeps alive can be walked by a crash reporter: it may lead to no secret."""
    monkeypatch.setenv("APP_GOOD", canary)
    monkeypatch.setenv("APP_PORT", "x")
    with pytest.raises(ConfigError) as caught:
        veltrix.Config({"port": 1}, veltrix.Env("APP"))
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
    ours = [frame for frame in frames if frame.f_globals.get("__name__", "").startswith("veltrix")]
    assert ours
    gc.collect()
    for frame in ours:
        assert canary not in repr(list(frame.f_locals.values()))


def out_of_memory(layers, **_):
    raise MemoryError


@pytest.mark.parametrize("choice", ["conflict", "problem", "dimension", "warning", "memory"])
def test_no_error_of_a_first_load_leads_to_a_value(monkeypatch, canary, choice):
    """The layers that were good, what the lower layers hold, and the data that `Config` was given."""
    Path("app.toml").write_text(f'password = "{canary}"\nport = 1\n')
    monkeypatch.setenv("APP_PORT", "x" if choice == "problem" else "2")
    if choice == "memory":
        monkeypatch.setattr(once, "resolve", out_of_memory)
    if choice == "warning":
        monkeypatch.setenv("APP_", canary)
    top = {"port": {}} if choice == "conflict" else {}
    dimensions = {"d": {"a": {"password": canary}, "b": "absent.toml"}} if choice == "dimension" else {}
    kinds = {"warning": veltrix.ConfigWarning, "memory": MemoryError}
    error = None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            veltrix.Config("app.toml", {"a": canary}, veltrix.Env("APP"), top, dimensions=dimensions)
        except kinds.get(choice, ConfigError) as raised:
            error = raised
    assert error is not None
    pending, frames = [error, *getattr(error, "problems", ())], []
    while pending:
        one = pending.pop()
        frames += [frame for frame, _ in traceback.walk_tb(one.__traceback__)]
        pending += [chained for chained in (one.__cause__, one.__context__) if chained is not None]
    ours = [frame for frame in frames if frame.f_globals["__name__"].startswith("veltrix")]
    assert [frame.f_code.co_name for frame in ours] in (["__init__"], ["__init__", "without_frames"])
    for one in reached(ours):
        assert not isinstance(one, (veltrix.Layer, veltrix.Snapshot, veltrix.Source))
        assert not (isinstance(one, str) and canary in one)


def test_a_mistake_in_a_source_of_ones_own_keeps_its_frames():
    class Wrong(veltrix.Source):
        name = "wrong"

        def load(self, lower):
            return {}["absent"]

    with pytest.raises(KeyError) as caught:
        veltrix.Config(Wrong())
    assert caught.traceback[-1].name == "load"


def test_warnings_show_no_secret(canary):
    directory = Path("secrets")
    directory.mkdir(mode=0o755)
    (directory / "key").write_text(canary)
    (directory / "key").chmod(0o644)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        veltrix.Config(veltrix.Secrets("secrets"))
    assert len(caught) == 1
    assert canary not in str(caught[0].message)


@pytest.mark.parametrize("kind", ["secrets", "env", "dotenv"])
def test_a_warning_that_is_an_error_shows_no_secret(monkeypatch, canary, kind):
    Path("secrets").mkdir(mode=0o755)
    Path("secrets").chmod(0o755)
    Path("secrets", "key").write_text(canary)
    Path("secrets", "key").chmod(0o644)
    Path(".env").write_text(f"OTHER={canary}\n__X={canary}\n")
    monkeypatch.setenv("APP_", canary)
    monkeypatch.setenv("APP_OTHER", canary)
    source = {
        "secrets": veltrix.Secrets("secrets"),
        "env": veltrix.Env("APP"),
        "dotenv": veltrix.DotEnv(),
    }[kind]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shown = raised_by(lambda: veltrix.Config({"other": ""}, source), veltrix.ConfigWarning)
    assert canary not in shown
    assert "in __init__" in shown
    assert not re.search(r"in _(fetch|parse)\n", shown)  # what is read stands in the locals of what reads


@pytest.mark.parametrize("kind", [RecursionError, MemoryError])
def test_a_lack_of_stack_or_memory_shows_no_secret(monkeypatch, canary, kind):
    def parse(name, text, *_, **__):
        try:
            text.decode("ascii")
        except UnicodeDecodeError as error:
            raise kind from error

    Path("app.json").write_text(f'{{"password": "é{canary}"}}')
    monkeypatch.setattr(file, "Layer", types.SimpleNamespace(parse=parse))
    assert canary not in raised_by(lambda: veltrix.Config(veltrix.File("app.json", secret=True)), kind)


def test_a_warning_is_given_though_the_source_is_refused(monkeypatch, canary):
    monkeypatch.setenv("APP_", canary)
    monkeypatch.setenv("APP_PORT", canary)
    with pytest.warns(veltrix.ConfigWarning, match="variable APP_ is ignored"), pytest.raises(ConfigError):
        veltrix.Config({"port": 1}, veltrix.Env("APP"))
