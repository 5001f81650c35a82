"""The text of every error, compared letter by letter with the files in golden/.

A file holds calls and what each raises: its class, its code if it has one, and its text. Both implementations
say the same; the reference leaves the line and column of a document's values out. And every text that the
package can say stands in a test, here or elsewhere.
"""

from __future__ import annotations

import ast
import json
import os
import pickle
import re
import sys
import warnings
from functools import cache
from pathlib import Path
from typing import Annotated

import pytest

import veltrix
from veltrix import DELETE, Allowed, Dimension, FrozenMapping, Origin, _backend, append, replace

TESTS = Path(__file__).parents[1]
PACKAGE = TESTS.parent / "python" / "veltrix"
GOLDEN = Path(__file__).parent / "golden"

FILES = {
    "app.toml": "[server]\nport = 80\nopen = true\nrate = 1.5\nports = [1]\nsince = 2020-01-01\n"
    'limits = {a = 1}\n[twins]\na-b = 1\n"a.b" = 2\n',
    "empty.toml": "",
    "broken.toml": "a = 1\n  b c\n",
    "wrong.json": "a = 1\n",
    "twice.json": '{"a": {"b": 1, "b": 2}}',
    "bytes.json": b'{"a": "\xff"}',
    "broken.env": "A=1\nB\n",
    "app.ini": "[a]\n",
    "secrets/a": "x",
    "secrets/a__b": "y",
    "secrets/A": "z",
    "none/.hidden": "",
    "folder.toml/x": "",
}


def cases(name):
    """The calls of a golden file with what they raise."""
    text = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    return [block.partition("\n")[::2] for block in text.removeprefix(">>> ").rstrip("\n").split("\n>>> ")]


def raised(call, names):
    """What a call raises, as the golden files say it."""
    try:
        eval(call, names)
    except Exception as error:  # noqa: BLE001  which one it is stands in the golden file
        code = f" ({error.code})" if isinstance(error, veltrix.errors.ConfigError) else ""
        return f"{type(error).__name__}{code}: {error}"
    return "nothing"


def deep(levels):
    data = 1
    for _ in range(levels):
        data = {"a": data}
    return data


@pytest.mark.parametrize(("call", "expected"), cases("kernel"))
def test_what_the_kernel_says(kernel, call, expected):
    layer = kernel.Layer("base", {"server": {"host": "localhost", "port": 80, "tags": ["a", {"y": 1}]}})
    dimension = Dimension("d", {"one": kernel.Layer("one", {"a": 1})}, strict=True)
    names = {
        "kernel": kernel, "layer": layer, "dimension": dimension, "deep": deep, "pickle": pickle,
        "snapshot": kernel.resolve([layer], dimensions=[dimension]),
        "DELETE": DELETE, "append": append, "replace": replace,
        "Dimension": Dimension, "FrozenMapping": FrozenMapping, "Origin": Origin,
        "Allowed": Allowed, "Annotated": Annotated,
    }  # fmt: skip
    assert raised(call, names) == expected


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A directory with all files, and an environment without variables of ours."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("APP"):
            monkeypatch.delenv(name)
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(0o600)
    return tmp_path


@pytest.mark.parametrize(("call", "expected"), cases("sources"))
def test_what_sources_say(folder, monkeypatch, call, expected):
    def load(*sources):
        veltrix.Config(*sources)

    def variables(**given):
        for name, text in given.items():
            monkeypatch.setenv(name, text)
        load("app.toml", veltrix.Env("APP"))

    class Odd(veltrix.Source):
        name = "odd"

        def load(self, _beneath):
            return {}

    monkeypatch.setattr(_backend, "_native", lambda: None)
    monkeypatch.setattr(sys.implementation, "name", "cpython")
    names = {name: getattr(veltrix, name) for name in veltrix.__all__}
    names |= {
        "load": load,
        "variables": variables,
        "odd": Odd(),
        "veltrix": veltrix,
        "choose": _backend._choose,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = raised(call, names).replace(f"{folder}/", "")
    if veltrix.implementation == "pure":
        expected = re.sub(r"(app\.toml):\d+:\d+", r"\1", expected)
    assert found == expected


def messages(path):
    """The texts of a file's errors, each as the pieces that are always there."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            call = node.exc
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {
            "error",
            "limit",
            "refuse",
            "warn",
        }:
            call = node
        else:
            continue
        for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
            yield from pieces(argument)


def pieces(node):
    if isinstance(node, ast.JoinedStr):
        yield [part.value for part in node.values if isinstance(part, ast.Constant)]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield [node.value]
    elif isinstance(node, (ast.BinOp, ast.IfExp)):
        for child in ast.iter_child_nodes(node):
            yield from pieces(child)


def strings(data):
    """Every text in JSON data."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, (list, dict)):
        for child in data.values() if isinstance(data, dict) else data:
            yield from strings(child)


@cache
def written():
    """Everything that the tests say: texts of goldens and corpora, and the strings of the code."""
    texts = [path.read_text(encoding="utf-8") for path in TESTS.glob("**/golden/*.txt")]
    for path in (TESTS / "corpus").glob("**/*.json"):
        texts.extend(strings(json.loads(path.read_bytes())))
    for path in TESTS.glob("**/*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        texts.extend(value for value in constants if isinstance(value, str))
    return "\n".join(texts)


# What the reference says of broken YAML is its own: another parser says it in other words.
OWN_WORDS = {"yaml_nodes.py", "yaml_parser.py", "yaml_scalar.py"}


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.glob("**/*.py")), ids=lambda path: path.relative_to(PACKAGE).as_posix()
)
def test_every_text_stands_in_a_test(path):
    if path.name in OWN_WORDS:
        return
    untold = [text for text in messages(path) if not all(piece in written() for piece in text)]
    assert untold == []
