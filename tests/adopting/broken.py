"""Ten broken configurations of the application of docs/adopting.md, and what each library says of them.

    python -m tests.adopting.broken        writes docs/broken-configurations.md

Each case is the sound configuration with one mistake. The applications are the blocks of that page, each in a
process of its own.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tests.docs.pages import ROOT, blocks

PAGE, APPLICATIONS = ROOT / "docs" / "broken-configurations.md", ROOT / "docs" / "adopting.md"
SECRET = "hunter2-hunter2"
TOML, YAML, DOTENV = "app.toml", "conf/app.yaml", ".env"


class Library(NamedTuple):
    """One of those that the application is written in."""

    title: str
    module: str
    program: str
    file: str
    separator: str = "__"
    distribution: str = ""


LIBRARIES = [
    Library("Veltrix", "veltrix", "with_veltrix", TOML),
    Library(
        "pydantic-settings", "pydantic_settings", "with_pydantic", TOML, distribution="pydantic-settings"
    ),
    Library("dynaconf", "dynaconf", "with_dynaconf", TOML, distribution="dynaconf"),
    Library("django-environ", "environ", "with_environ", DOTENV, "_", "django-environ"),
    Library("Hydra", "hydra", "with_hydra", YAML, "_", "hydra-core"),
]


class Case(NamedTuple):
    """A mistake: what stands in each file instead of what, and which variable is set."""

    title: str
    edits: Mapping[str, tuple[str, str]] = MappingProxyType({})
    variable: tuple[str, str, str] | None = None
    names: tuple[str, ...] = ("server.port",)
    line: int = 0
    """The line of the mistake in the TOML file."""
    has_file: bool = True
    has_token: bool = True


CASES = [
    Case(
        "a misspelt key in the file",
        {
            TOML: ("port = 8080", "prot = 9000"),
            YAML: ("port: 8080", "prot: 9000"),
            DOTENV: ("SERVER_PORT=8080", "SERVER_PROT=9000"),
        },
        names=("server.prot",),
        line=3,
    ),
    Case("a misspelt variable", variable=("SERVER", "PROT", "9000"), names=("server.prot",)),
    Case(
        "a word for a number in the file",
        {TOML: ("8080", '"eighty"'), YAML: ("8080", "eighty"), DOTENV: ("8080", "eighty")},
        line=3,
    ),
    Case("a word for a number in a variable", variable=("SERVER", "PORT", "eighty")),
    Case("a required value nowhere", names=("mail.token",), has_token=False),
    Case(
        "two mistakes at once",
        {
            TOML: ("port = 8080\nworkers = 4", 'port = "eighty"\nworkers = "many"'),
            YAML: ("port: 8080\n  workers: 4", "port: eighty\n  workers: many"),
            DOTENV: ("PORT=8080\nAPP_SERVER_WORKERS=4", "PORT=eighty\nAPP_SERVER_WORKERS=many"),
        },
        names=("server.port", "server.workers"),
        line=3,
    ),
    Case(
        "a mistake of syntax",
        {
            TOML: ("port = 8080", "port = = 8080"),
            YAML: ("port: 8080", "port: : 8080"),
            DOTENV: ("PORT=8080", "PORT 8080"),
        },
        names=(),
        line=3,
    ),
    Case("no file", names=(), has_file=False),
    Case(
        "a number for a section",
        {
            TOML: ('[server]\nhost = "127.0.0.1"\nport = 8080\nworkers = 4', "server = 8080"),
            YAML: ("server:\n  host: 127.0.0.1\n  port: 8080\n  workers: 4", "server: 8080"),
        },
        names=("server",),
        line=1,
    ),
    Case(
        "a secret of a wrong type",
        {
            TOML: ("[mail]", f'[mail]\ntoken = ["{SECRET}"]'),
            YAML: ("${oc.env:APP_MAIL_TOKEN}", f"[{SECRET}]"),
        },
        names=("mail.token",),
        line=7,
        has_token=False,
    ),
]

RUNNER = """
import importlib, sys
sys.path.insert(0, sys.argv.pop(1))
load = importlib.import_module(sys.argv.pop(1)).load
try:
    settings = load()
    port = settings["server"]["port"] if isinstance(settings, dict) else settings.server.port
except BaseException as error:
    print(f"{type(error).__name__}: {error}")
    sys.exit(1)
print(port)
"""


class Report(NamedTuple):
    """How a program ended, and what it said."""

    starts: bool
    text: str


def files() -> dict[str, str]:
    """The blocks of the page that are files, by their names."""
    parted = ((*block.language.partition(" file="), block.text) for block in blocks(APPLICATIONS))
    return {name: text for _, _, name, text in parted if name}


def report(program: str, library: Library, case: Case | None) -> Report | None:
    """What a program says of a case, or of the sound configuration; None where there is no such mistake."""
    written = files()
    content = written[library.file]
    chosen = {name: os.environ[name] for name in ("VELTRIX_IMPL",) if name in os.environ}
    environment = {
        **chosen,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    arguments = []
    if case is not None and case.edits:
        if library.file not in case.edits:
            return None
        before, after = case.edits[library.file]
        assert before in content
        content = content.replace(before, after)
    if case is None or case.has_token:
        environment[library.separator.join(("APP_MAIL", "TOKEN"))] = SECRET
    if case is not None and case.variable is not None:
        section, name, value = case.variable
        if library.module == "hydra":  # which reads arguments where others read variables
            arguments.append(f"{section}.{name}={value}".lower())
        else:
            environment[library.separator.join(("APP_" + section, name))] = value
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        programs = folder / "programs"
        programs.mkdir()
        for name, text in written.items():
            if name.endswith(".py"):
                (programs / name).write_text(text, encoding="utf-8")
        path = folder / library.file
        path.parent.mkdir(exist_ok=True)
        if case is None or case.has_file:
            path.write_text(content, encoding="utf-8")
        command = [sys.executable, "-W", "ignore", "-c", RUNNER, str(programs), program, *arguments]
        ran = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        text = (ran.stdout if ran.returncode else ran.stderr).strip() or ran.stdout.strip()
        return Report(ran.returncode == 0, text.replace(str(folder), "/srv"))


def verdict(library: Library, case: Case, found: Report | None) -> str:
    """One cell of the table."""
    if found is None:
        return "–"
    if found.starts:
        return "**starts**"
    text = found.text.replace("\n", " ")
    flat = [name.upper().replace(".", "_") for name in case.names]
    named = [name in text or upper in text for name, upper in zip(case.names, flat, strict=True)]
    said = []
    if named and all(named):
        said.append("key" if len(named) == 1 else "both keys")
    elif any(named):
        said.append("**one key**")
    if case.variable is not None:
        section, name, _ = case.variable
        variable = library.separator.join(("APP_" + section, name))
        said += ["variable"] if variable in text and library.separator == "__" else []
    elif library.file in text or Path(library.file).name in text:
        said.append("file")
    if re.search(rf":{case.line}:|line {case.line}\b", text) and case.line:
        said.append("line")
    if "did you mean" in text:
        said.append("suggestion")
    if SECRET in text:
        said.append("**shows the secret**")
    return "refused: " + (", ".join(said) or "no place")


def shortened(text: str) -> str:
    """The first lines of a report, which say what is wrong."""
    lines = [line for line in text.splitlines() if line.strip() and "further information" not in line]
    return "\n".join(line if len(line) <= 112 else line[:111] + "…" for line in lines[:6])


def page() -> str:
    """The page, made by running each library on each case."""
    found = [(case, [report(one.program, one, case) for one in LIBRARIES]) for case in CASES]
    versions = ", ".join(f"{one.title} {version(one.distribution)}" for one in LIBRARIES if one.distribution)
    lines = [
        "# Ten broken configurations",
        "",
        "What each library says of the same mistakes. The applications are those of [coming from another",
        "library](adopting.md); each is the sound configuration with one mistake.",
        "`python -m tests.adopting.broken` makes this page, and a test holds it against the libraries.",
        "",
        f"{versions}; CPython {platform.python_version()}.",
        "Models of pydantic forbid unknown keys here, which is not their usual way. Where others read a",
        "variable Hydra is given an argument, and a `.env` has no sections.",
        "",
        "| | " + " | ".join(one.title for one in LIBRARIES) + " |",
        "|---|" + "---|" * len(LIBRARIES),
    ]
    for case, reports in found:
        cells = [verdict(one, case, said) for one, said in zip(LIBRARIES, reports, strict=True)]
        lines.append(f"| {case.title} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "`starts` is a program that runs with a value that nobody asked for. The others do not start, and",
    ]
    lines += ["the cell says what the message names.", "", "## What is said"]
    for case, reports in found:
        lines += ["", f"### {case.title[0].upper()}{case.title[1:]}", "", "```text"]
        for one, said in zip(LIBRARIES, reports, strict=True):
            if said is not None:
                text = f"starts with port {said.text}" if said.text.isdigit() else said.text
                lines += [f"{one.title}:", *(f"    {line}" for line in shortened(text).splitlines())]
        lines.append("```")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
