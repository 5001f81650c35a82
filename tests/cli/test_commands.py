"""Arguments: where files and options may stand, what they mean together."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

FILES = ("base.json", "site.json")


def test_options_may_stand_anywhere(printed):
    wanted = printed("get", "server", *FILES, "--set", "server.port=1", "--format", "json")
    for arguments in (
        ("--set", "server.port=1", "server", *FILES, "--format", "json"),
        ("server", FILES[0], "--set=server.port=1", "--format=json", FILES[1]),
    ):
        assert printed("get", *arguments) == wanted


@pytest.mark.parametrize("command", ["show", "get", "explain", "check", "types"])
def test_what_follows_two_dashes_is_no_option(printed, command):
    Path("--set.json").write_text('{"debug": true}')
    path = ["debug"] if command in {"get", "explain"} else []
    wanted = printed(command, *path, "./--set.json").replace("./", "")
    for arguments in ([*path, "--", "--set.json"], ["--", *path, "--set.json"]):
        assert printed(command, *arguments) == wanted


def test_a_path_and_files_may_stand_on_both_sides_of_two_dashes(printed, refused):
    Path("-x.json").write_text('{"-k": 1}')
    assert printed("get", "server.port", "base.json", "--", "-x.json") == "8080\n"
    assert printed("get", "--format", "json", "--", "-k", "base.json", "-x.json") == "1\n"
    assert refused("get", "--").startswith("the following arguments are required: PATH")
    assert refused("get", "--", "debug").startswith("no files given; the form is veltrix get PATH FILE...")
    assert refused("show", "base.json", "--", "--").startswith("--: no extension")
    assert refused("show", "--set", "--", "base.json").startswith("argument --set: expected one argument")


def test_later_files_override_earlier_ones(printed):
    assert printed("get", "server.host", *FILES) == "0.0.0.0\n"
    assert printed("get", "server.host", *reversed(FILES)) == "localhost\n"


def test_the_environment_overrides_files_and_arguments_override_that(printed, monkeypatch):
    monkeypatch.setenv("APP_SERVER__HOST", "from-env")
    assert printed("get", "server.host", *FILES) == "0.0.0.0\n"
    assert printed("get", "server.host", *FILES, "--env", "APP") == "from-env\n"
    assert printed("get", "server.host", *FILES, "--env", "APP", "--set", "server.host=given") == "given\n"


def test_names_of_a_dotenv_file_mean_paths(printed):
    Path("local.env").write_text("SERVER__PORT=81\nAPP_SERVER__PORT=82\n")
    assert printed("get", "server.port", "base.json", "local.env") == "81\n"
    assert printed("get", "server.port", "base.json", "local.env", "--env", "APP") == "82\n"


def test_no_file_is_needed_where_another_source_is_given(printed):
    assert printed("show", "--set", "a.b:=1", "--format", "flat") == "a.b = 1\n"


def test_a_file_that_is_named_twice_counts_once_where_it_stands_first(printed):
    assert printed("get", "server.host", "base.json", "site.json", "base.json") == "0.0.0.0\n"


def test_conflicts_can_be_resolved_by_replacing(printed, refused):
    Path("odd.json").write_text('{"server": "none"}')
    assert "say --conflicts replace" in refused("show", "base.json", "odd.json")
    assert printed("get", "server", "base.json", "odd.json", "--conflicts", "replace") == "none\n"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("server.tags", '["a", "b"]'),
        ("server.tags[1]", "b"),
        ("debug", "false"),
        ("cache", "null"),
        ("server.port", "8080"),
        ('server."host"', "0.0.0.0"),
    ],
)
def test_get_prints_a_value_for_other_programs(printed, path, value):
    assert printed("get", path, *FILES) == f"{value}\n"


def test_what_is_in_a_list_can_be_shown(printed):
    Path("list.json").write_text('{"l": [{"a": {"b": 1}, "c": []}]}')
    assert printed("get", "l[0]", "list.json") == "a\n  b = 1  list.json\nc = []   list.json\n"
    assert printed("get", "l[0].a", "list.json", "--format", "json") == '{\n  "b": 1\n}\n'


def test_an_empty_configuration_is_said_to_be_empty(printed):
    Path("empty.json").write_text("{}")
    assert printed("show", "empty.json") == "(empty)\n"
    assert printed("show", "empty.json", "--format", "json") == "{}\n"
    assert printed("show", "empty.json", "--format", "flat") == "{}\n"


@pytest.mark.parametrize(
    "arguments", [["--help"], ["show", "--help"], ["get", "-h"], ["explain", "--help"], ["bench", "-h"]]
)
def test_help_says_how_files_and_paths_stand(printed, arguments):
    text = printed(*arguments)
    assert "FILE" in text
    assert "over" in text
    assert "--set" in text
    assert max(map(len, text.splitlines())) <= 79


def test_the_version_names_the_implementation(printed):
    import veltrix

    reason = veltrix._backend.why_pure
    kernel = "native" if reason is None else f"pure: {reason}"
    python = f"{sys.implementation.name} {platform.python_version()} on {sys.platform}"
    assert printed("--version") == f"veltrix {veltrix.__version__} ({kernel}), {python}\n"


def test_the_version_says_why_it_is_not_native(printed, monkeypatch):
    import veltrix

    monkeypatch.setattr(veltrix, "implementation", "pure")
    monkeypatch.setattr(veltrix._backend, "why_pure", "this is a test")
    assert printed("--version").startswith(f"veltrix {veltrix.__version__} (pure: this is a test), ")


def test_the_script_is_the_module(printed):
    script = Path(sysconfig.get_path("scripts")) / "veltrix"
    if not script.exists():
        pytest.skip("veltrix is not installed, only on the path")
    ran = subprocess.run([script, "get", "debug", "base.json"], capture_output=True, text=True, check=True)
    assert ran.stdout == printed("get", "debug", "base.json")


@pytest.mark.parametrize("implementation", ["pure", "native"])
def test_both_implementations_print_the_same(program, implementation):
    import veltrix

    if implementation not in veltrix.implementations():
        pytest.skip("the native implementation is not built")
    forced = program("show", *FILES, env={**os.environ, "VELTRIX_IMPL": implementation})
    assert forced == program("show", *FILES)


def test_a_big_configuration_is_shown(printed):
    leaves = ",".join(f'"key{number}": {number}' for number in range(2_000))
    Path("big.json").write_text(f'{{"group": {{{leaves}}}}}')
    assert len(printed("show", "big.json").splitlines()) == 2_001
    assert printed("show", "big.json", "--depth", "1") == "group  … 2000 values\n"


def test_importing_the_command_line_runs_nothing():
    ran = subprocess.run(
        [sys.executable, "-c", "import veltrix.__main__"], capture_output=True, text=True, check=True
    )
    assert ran.stdout == ran.stderr == ""
