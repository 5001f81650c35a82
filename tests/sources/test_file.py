"""Files as sources: format, absence, emptiness, names, limits."""

from __future__ import annotations

import os

import pytest

import veltrix
from tests.sources.conftest import as_nobody, load_over, problems_of
from veltrix.errors import LimitError, ParseError, SourceError

CONTENTS = {
    "toml": "[server]\nport = 80\n",
    "json": '{"server": {"port": 80}}',
    "yaml": "server:\n  port: 80\n",
}


pytestmark = pytest.mark.usefixtures("in_tmp_path")


def write(name, content):
    with open(name, "w", encoding="utf-8") as file:  # noqa: PTH123  (a name that is no text is a str here too)
        file.write(content)
    return name


@pytest.mark.parametrize("extension", ["toml", "json", "yaml", "yml", "TOML"])
def test_the_format_follows_from_the_extension(extension):
    form = {"yml": "yaml", "TOML": "toml"}.get(extension, extension)
    path = write(f"app.{extension}", CONTENTS[form])
    assert load_over(veltrix.File(path)).to_dict() == {"server": {"port": 80}}


@pytest.mark.parametrize("form", CONTENTS)
def test_the_format_can_be_said(form):
    write("app.conf", CONTENTS[form])
    assert load_over(veltrix.File("app.conf", form)).to_dict() == {"server": {"port": 80}}
    assert load_over(veltrix.File("app.conf", format=form))["server.port"] == 80


def test_a_dotenv_file_as_a_document_has_plain_names():
    write("app.env", "A__B=1\nEMPTY=\n")
    assert load_over(veltrix.File("app.env")).to_dict() == {"A__B": "1", "EMPTY": ""}


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("app.ini", "unknown extension '.ini'"),
        ("app", "no extension to tell the format by"),
        (".hidden", "no extension to tell the format by"),
    ],
)
def test_an_unknown_extension_is_refused(name, what):
    write(name, "x")
    said = problems_of(lambda: veltrix.File(name).load(None))
    assert said == [f"{name}: {what}; name it .toml, .json, .yaml or .env, or say format="]


def test_an_unknown_format_is_refused_at_once():
    with pytest.raises(ValueError, match="a format is 'toml', 'json', 'yaml' or 'env', not 'ini'"):
        veltrix.File("app.ini", "ini")


def test_a_wrong_format_is_told_with_the_reason_for_it():
    write("app.json", CONTENTS["toml"])
    with pytest.raises(ParseError, match=r"^app\.json:1.*\(read as json, by its extension\)$"):
        veltrix.File("app.json").load(None)
    write("app.toml", CONTENTS["json"])
    with pytest.raises(ParseError, match=r"\(read as toml, by its extension\)$"):
        veltrix.File("app.toml").load(None)
    with pytest.raises(ParseError, match=r"\(read as json, as format= says\)$"):
        veltrix.File("app.toml", "json").load(None) if write("app.toml", "[x]") else None


def test_a_missing_file_names_the_path_that_was_looked_for(tmp_path):
    said = problems_of(lambda: veltrix.File("conf/app.toml").load(None))
    assert said == [f"conf/app.toml: no such file (looked for {tmp_path}/conf/app.toml)"]


def test_an_optional_file_may_be_missing():
    assert veltrix.File("app.toml", optional=True).load(None) is None


def test_an_optional_file_that_is_there_must_be_good():
    write("app.toml", "port = ")
    with pytest.raises(ParseError):
        veltrix.File("app.toml", optional=True).load(None)


@pytest.mark.parametrize("form", [*CONTENTS, "env"])
@pytest.mark.parametrize("optional", [False, True])
def test_an_empty_file_is_refused_unless_that_is_meant(form, optional):
    path = write(f"app.{form}", "")
    source = veltrix.File(path, optional=optional)
    with pytest.raises(SourceError, match=r"empty \(0 bytes\); say allow_empty=True if that is meant"):
        source.load(None)
    assert load_over(veltrix.File(path, optional=optional, allow_empty=True)).to_dict() == {}


@pytest.mark.parametrize(("form", "content"), [("toml", "# nothing yet"), ("toml", "\n \n"), ("yaml", "{}")])
def test_a_document_without_a_key_is_a_good_one(form, content):
    assert load_over(veltrix.File(write(f"app.{form}", content))).to_dict() == {}


def test_a_file_beyond_the_limit_is_refused_before_it_is_parsed():
    write("app.json", "{")
    os.truncate("app.json", 16 * 1024 * 1024 + 1)
    with pytest.raises(LimitError, match=r"^app\.json: larger than the limit of 16777216 bytes$"):
        veltrix.File("app.json").load(None)


def test_a_directory_is_refused():
    os.mkdir("app.toml")  # noqa: PTH102
    said = problems_of(lambda: veltrix.File("app.toml").load(None))
    assert said == ["app.toml: not a regular file but a directory"]


def test_a_file_without_permission_is_refused(for_everyone, monkeypatch):
    monkeypatch.chdir(for_everyone)
    write("app.json", "{}")
    (for_everyone / "app.json").chmod(0)
    said = as_nobody(lambda: problems_of(lambda: veltrix.File("app.json").load(None)))
    assert said == "['app.json: permission denied']"
    (for_everyone / "app.json").chmod(0o644)
    assert as_nobody(lambda: veltrix.File("app.json").load(None).name) == "'app.json'"


def test_the_path_is_fixed_when_the_source_is_made(tmp_path, monkeypatch):
    write("app.toml", "a = 1")
    source = veltrix.File("app.toml")
    monkeypatch.chdir("/")
    assert load_over(source)["a"] == 1
    assert source.absolute_path == f"{tmp_path}/app.toml"


def test_a_source_is_a_recipe_that_reads_anew():
    source = veltrix.File(write("app.toml", "a = 1"))
    assert load_over(source)["a"] == 1
    write("app.toml", "a = 2")
    assert load_over(source)["a"] == 2


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"a\xff.toml", "a\\\\xff.toml"),
        (b"a\x1b[31m.toml", "a\\x1b[31m.toml"),
        (b"a\nb.toml", "a\\nb.toml"),
        ("\u202ea.toml".encode(), "\\u202ea.toml"),
    ],
)
def test_a_name_that_could_harm_a_terminal_is_shown_escaped(name, shown):
    path = os.fsdecode(name)
    [said] = problems_of(lambda: veltrix.File(path).load(None))
    assert said.replace("\\\\", "\\").startswith(f"{shown}: no such file".replace("\\\\", "\\"))
    assert said.isprintable()
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("a = 1")
    explanation = load_over(veltrix.File(path)).explain("a")
    assert str(explanation.origin).isprintable()
    assert explanation.value == 1


@pytest.mark.parametrize("path", [3, b"app.toml", None])
def test_a_path_is_a_str(path):
    with pytest.raises(TypeError):
        veltrix.File(path)


def test_an_empty_path_is_refused():
    with pytest.raises(ValueError, match="a file's path is empty"):
        veltrix.File("")


def test_the_layer_is_named_after_the_path_or_as_said(tmp_path):
    write("app.toml", "a = 1")
    assert veltrix.File("./app.toml").load(None).name == "./app.toml"
    assert veltrix.File(tmp_path / "app.toml", name="main").load(None).name == "main"
    with pytest.raises(TypeError, match="the name of a source is a str, not int"):
        veltrix.File("app.toml", name=3)


def test_secret_files_and_secret_paths():
    write("app.toml", 'a = "hunter2"\nb = 1')
    whole = load_over(veltrix.File("app.toml", secret=True))
    part = load_over(veltrix.File("app.toml", secret="a"))
    assert [whole.explain(key).secret for key in "ab"] == [True, True]
    assert [part.explain(key).secret for key in "ab"] == [True, False]
