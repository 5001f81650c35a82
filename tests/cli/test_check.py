"""`check`: every problem with its place, exit codes, formats, and schemas that are the user's code."""

from __future__ import annotations

import json

import pytest

SCHEMA = """\
from dataclasses import dataclass
from typing import Annotated

import veltrix

print("imported")

@dataclass(frozen=True)
class Server:
    port: int
    host: str = "localhost"

@dataclass(frozen=True)
class Settings:
    server: Server
    token: Annotated[str, veltrix.SECRET] = ""

    def __post_init__(self):
        print("made")
        if self.token == "short":
            raise ValueError(f"{self.token} is too short")
"""
FAULTY = "[server]\nprot = 80\nhost = 1\n"


@pytest.fixture(autouse=True)
def files(folder):
    (folder / "shop_model.py").write_text(SCHEMA)
    (folder / "faulty.toml").write_text(FAULTY)
    (folder / "good.toml").write_text("[server]\nport = 80\n")
    return folder


WHOLE = """\
faulty.toml:1:2: server.port: missing, and Server requires it [required]
faulty.toml:2:1: server.prot: unknown key (did you mean 'port'?) [unknown-key]
faulty.toml:3:1: server.host: expected str, not int [validation]
3 problems
"""


def test_every_problem_has_its_place_and_the_exit_code_is_1(program):
    code, out, err = program("check", "faulty.toml", "--schema", "shop_model:Settings")
    assert (code, err) == (1, "imported\n")
    assert sorted(out.splitlines()) == sorted(WHOLE.splitlines())


def test_what_fits_is_0(program):
    answer = program("check", "good.toml", "--schema", "shop_model:Settings")
    assert answer == (0, "no problems\n", "imported\nmade\n")
    assert program("check", "good.toml", "--format", "github") == (0, "", "")


def test_json_holds_every_field_and_nothing_else_is_printed_there(program):
    code, out, _ = program("check", "faulty.toml", "--schema", "shop_model:Settings", "--format", "json")
    problems = json.loads(out)["problems"]
    assert code == 1
    assert {one["path"]: one["code"] for one in problems} == {
        "server.port": "required",
        "server.prot": "unknown-key",
        "server.host": "validation",
    }
    names = {"code", "path", "message", "file", "line", "column", "variable", "layer"}
    assert all(set(one) == names and one["file"] == "faulty.toml" for one in problems)
    assert json.loads(program("check", "good.toml", "--format", "json")[1]) == {"problems": []}


def test_annotations_are_escaped_as_github_wants(files, run):
    (files / "a,b%:c.toml").write_text("a = \n")
    code, out, _ = run("check", "a,b%:c.toml", "--format", "github")
    assert code == 1
    assert out.startswith("::error file=a%2Cb%25%3Ac.toml,line=1,")
    assert ",title=veltrix%3A parse::" in out
    assert out.count("\n") == 1


def test_no_key_of_a_document_makes_a_command_of_github(files, run):
    (files / "evil.json").write_text('{"server": {"x\\n::set-output name=a::b": 1, "port": 1}}')
    code, out, _ = run("check", "evil.json", "--schema", "shop_model:Settings", "--format", "github")
    assert (code, out.count("\n")) == (1, 1)
    assert out.startswith("::error ")


def test_variables_that_match_nothing_are_problems(program, monkeypatch):
    monkeypatch.setenv("APP_SERVER__PROT", "1")
    code, out, _ = program("check", "good.toml", "--env", "APP")
    assert code == 1
    assert out.startswith("APP_SERVER__PROT: ")
    assert "did you mean 'server.port'?" in out
    code, out, _ = program("check", "faulty.toml", "--env", "APP", "--schema", "shop_model:Settings")
    assert (code, out.splitlines()[-1]) == (1, "3 problems")  # the file has that key, wrong as it is
    code, out, _ = program("check", "good.toml", "--env", "APP", "--schema", "shop_model:Settings")
    assert (code, out.splitlines()[-1]) == (1, "1 problem")


def test_what_matches_nothing_and_what_does_not_fit_come_together(program, monkeypatch):
    monkeypatch.setenv("APP_NEW", "1")
    code, out, _ = program("check", "faulty.toml", "--env", "APP", "--schema", "shop_model:Settings")
    assert (code, out.splitlines()[-1]) == (1, "4 problems")


def places(out):
    return {line.rsplit(" ", 1)[0] for line in out.splitlines()[:-1]}


def test_a_file_that_cannot_be_read_hides_nothing_of_the_others(files, program):
    (files / "cut.json").write_text("{")
    stacks = ["cut.json", "faulty.toml"], ["faulty.toml", "cut.json"]
    for stack in stacks:
        code, out, _ = program("check", *stack, "absent.toml", "--schema", "shop_model:Settings")
        assert code == 1
        files_of = sorted(line.split(":")[0] for line in out.splitlines())
        assert files_of == ["4 problems", "absent.toml", "cut.json", "faulty.toml", "faulty.toml"]
        # What the others may bring is not missing.
        assert {one for one in places(out) if one.startswith("faulty")} == {
            "faulty.toml:2:1: server.prot: unknown key (did you mean 'port'?)",
            "faulty.toml:3:1: server.host: expected str, not int",
        }


def test_a_variable_of_a_wrong_type_hides_nothing_of_the_files(files, program, monkeypatch):
    monkeypatch.setenv("APP_SERVER__PORT", "many")
    monkeypatch.setenv("APP_NEW", "1")
    code, out, _ = program("check", "faulty.toml", "--env", "APP", "--schema", "shop_model:Settings")
    assert (code, out.splitlines()[-1]) == (1, "4 problems")
    assert "server.port: missing" not in out
    assert {line.split(":")[0] for line in out.splitlines()[:-1]} == {
        "faulty.toml",
        "APP_SERVER__PORT",
        "APP_NEW",
    }


def test_without_a_schema_a_variable_of_a_wrong_type_and_a_stranger_come_together(program, monkeypatch):
    monkeypatch.setenv("APP_SERVER__PORT", "many")
    monkeypatch.setenv("APP_NEW", "1")
    code, out, _ = program("check", "good.toml", "--env", "APP")
    assert (code, len(out.splitlines())) == (1, 3)


def test_a_conflict_hides_nothing_beside_it(files, program):
    (files / "over.toml").write_text("server = 3\n[extra]\nkey = 1\n")
    code, out, _ = program("check", "good.toml", "over.toml", "--schema", "shop_model:Settings")
    assert (code, len(out.splitlines())) == (1, 3)
    assert "server: int over the mapping" in out
    assert "extra: unknown key" in out


@pytest.mark.parametrize("does", ["sys.exit(1)", "refuse()", "{}['a']"])
def test_the_code_of_a_model_that_lacks_what_a_file_has_is_no_problem(files, program, does):
    (files / "odd.py").write_text(
        "import sys\nfrom dataclasses import dataclass\n@dataclass(frozen=True)\nclass X:\n"
        f"    first: int = 0\n    def __post_init__(self):\n        self.first or {does}\n"
        "def refuse():\n    raise ValueError\n"
    )
    (files / "cut.toml").write_text("first = \n")
    (files / "other.toml").write_text("first = 0\n")
    code, out, _ = program("check", "other.toml", "cut.toml", "--schema", "odd:X")
    assert (code, [line.split(":")[0] for line in out.splitlines()]) == (1, ["cut.toml", "1 problem"])


def test_without_a_schema_a_variable_of_a_file_that_cannot_be_read_is_no_stranger(files, run, monkeypatch):
    monkeypatch.setenv("APP_POOL", "1")
    (files / "cut.json").write_text('{"pool": 3,')
    code, out, _ = run("check", "good.toml", "cut.json", "--env", "APP")
    assert (code, "APP_POOL" in out, out.splitlines()[-1]) == (1, False, "1 problem")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--set", "=3"],
        ["--set", "server"],
        ["--set", "a..b=1"],
        ["--set", "a=1", "--set", "a[=1", "--set", "b"],
        ["--set", ".".join(["a"] * 65) + "=1"],
        ["--secret", "nope..x"],
        ["--secret", "a[", "--set", "b"],
    ],
)
def test_arguments_that_make_no_sense_are_no_problems(refused, arguments):
    for schema in ([], ["--schema", "shop_model:Settings"]):
        assert refused("check", "faulty.toml", *arguments, *schema) == refused(
            "show", "good.toml", *arguments
        )


def test_a_warning_is_told_once(files, run, monkeypatch):
    (files / "secrets" / "inner").mkdir(parents=True)
    (files / "secrets").chmod(0o700)
    (files / "secrets" / "server.port").write_text("1")
    monkeypatch.setenv("APP__X", "1")
    options = ["--secrets", "secrets", "--env", "APP"]
    warned = [
        "veltrix: warning: secret secrets/inner is skipped: it is a directory",
        "veltrix: warning: variable APP__X is ignored: it has an empty segment",
    ]
    for arguments in (["check", "faulty.toml", "absent.toml"], ["diff", "faulty.toml", "good.toml"]):
        code, _, err = run(*arguments, *options)
        assert code == (arguments[0] == "check")
        assert sorted(err.splitlines()) == warned
        _, _, err = run(*arguments, *options)
        assert sorted(err.splitlines()) == warned


def test_files_that_cannot_be_read_are_problems_all_of_them(files, run):
    (files / "odd.toml").write_bytes(b"\xef\xbb\xbfa = 1\r\n\tb = \xff\r\n")
    (files / "cut.json").write_text("{")
    code, out, err = run("check", "odd.toml", "absent.toml", "cut.json")
    assert (code, err) == (1, "")
    assert "no such file" in out
    assert out.endswith("3 problems\n")


def test_more_than_twenty_problems_are_all_listed(files, run):
    (files / "many.json").write_text(json.dumps({"server": {"port": 1, **{f"key{n}": n for n in range(30)}}}))
    code, out, _ = run("check", "many.json", "--schema", "shop_model:Settings")
    assert (code, len(out.splitlines())) == (1, 31)


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_no_secret_is_shown(files, program, form):
    (files / "good.toml").write_text('token = "short"\n[server]\nport = "hunter2"\n')
    _, out, err = program("check", "good.toml", "--schema", "shop_model:Settings", "--format", form)
    assert "expected int, not str" in out
    (files / "good.toml").write_text('token = "short"\n[server]\nport = 1\n')
    code, out, err = program("check", "good.toml", "--schema", "shop_model:Settings", "--format", form)
    assert (code, "refused by Settings" in out) == (1, True)
    assert "short" not in out + err


@pytest.mark.parametrize(
    ("code", "name", "reason", "place"),
    [
        (
            "raise RuntimeError('no\\n\\x1b[31mway')",
            "odd:X",
            "RuntimeError: no\\n\\u001b[31mway",
            "at ./odd.py:1",
        ),
        ("import sys; sys.exit(0)", "odd:X", "SystemExit: 0", "at ./odd.py:1"),
        ("def f(:", "odd:X", "SyntaxError: ", "at ./odd.py:1"),
        (
            "import absent_module",
            "odd:X",
            "ModuleNotFoundError: No module named 'absent_module'",
            "at ./odd.py:1",
        ),
        ("import json\njson.loads('{')", "odd:X", "JSONDecodeError: ", "at ./odd.py:2"),
        ("class Model: pass", "odd:Modell", "it has no 'Modell' (did you mean 'Model'?)", "odd.py"),
        ("X = 5", "odd:X", "nothing in a configuration can be read as 5", "odd.py"),
        ("", "absent_one:X", "ModuleNotFoundError: No module named 'absent_one'", "looked for in "),
    ],
)
def test_a_schema_that_cannot_be_had_is_three_lines_and_2(files, program, code, name, reason, place):
    (files / "odd.py").write_text(code)
    answer, out, err = program("check", "good.toml", "--schema", name)
    lines = err.splitlines()
    assert (answer, out, len(lines)) == (2, "", 3)
    assert lines[0] == f"veltrix: error: cannot use the schema {name}"
    assert lines[1].startswith(f"  {reason}")
    assert place in lines[2]


@pytest.mark.parametrize("name", ["shop_model", ":X", "shop_model:", "a b:X", "../shop:X", "a..b:X"])
def test_a_name_of_another_form_is_refused(refused, name):
    assert "MODULE:NAME" in refused("check", "good.toml", "--schema", name)


def test_other_commands_take_a_schema(program, files):
    code, out, _ = program("show", "good.toml", "--schema", "shop_model:Settings", "--set", "token=geheim")
    assert (code, "<secret>" in out, "geheim" in out) == (0, True, False)
    code, out, err = program("get", "server.host", "faulty.toml", "--schema", "shop_model:Settings")
    assert (code, out) == (2, "")
    assert "3 problems" in err


@pytest.mark.parametrize("does", ["sys.exit(0)", "raise RecursionError(self.server)"])
@pytest.mark.parametrize("command", ["check", "show"])
def test_a_schema_whose_code_ends_or_raises_while_it_binds_is_no_success(files, program, does, command):
    (files / "odd.py").write_text(
        "import sys\nfrom dataclasses import dataclass\n@dataclass(frozen=True)\nclass X:\n"
        f"    server: dict\n    def __post_init__(self):\n        {does}\n"
    )
    (files / "good.toml").write_text('[server]\nkey = "hunter2"\n')
    code, out, err = program(command, "good.toml", "--schema", "odd:X")
    lines = err.splitlines()
    assert (code, out, len(lines)) == (2, "", 3)
    assert lines[0] == "veltrix: error: cannot use the schema odd:X"
    assert lines[1].strip() in {"SystemExit", "RecursionError"}
    # Of an error that a load lacks memory or stack for, no frames are kept.
    assert lines[2] in {"  at ./odd.py:7", "  while the configuration was bound to it"}
    assert "hunter2" not in err


def test_a_module_whose_getattr_raises(files, program):
    (files / "odd.py").write_text("def __getattr__(name):\n    raise RuntimeError('no')\n")
    code, _, err = program("check", "good.toml", "--schema", "odd:X")
    assert (code, err.splitlines()[1:]) == (2, ["  RuntimeError: no", "  at ./odd.py:2"])


def test_a_name_of_any_length_fills_no_screen(files, run):
    name, quiet = "n" * 50_000, "\x1b[2J" * 9_000
    (files / "long.json").write_text(json.dumps({"server": {"port": 1}, name: 1, quiet: {name: 2}}))
    for form in ("text", "github"):
        code, out, _ = run("check", "long.json", "--schema", "shop_model:Settings", "--format", form)
        assert (code, max(map(len, out.splitlines())) < 2_500, "\x1b" in out) == (1, True, False)
    code, out, _ = run("check", "long.json", "--schema", "shop_model:Settings", "--format", "json")
    assert name in {one["path"] for one in json.loads(out)["problems"]}
