"""The conformance suite of YAML, read from the crate that the tests of the core use."""

from __future__ import annotations

import json
import re

import pytest

from tests.formats import reading
from tests.formats.suites import cases
from veltrix.errors import ParseError

pytest.importorskip("yaml")

from veltrix._pure.formats import yaml as reader
from veltrix._pure.formats import yaml_compose, yaml_nodes
from veltrix._pure.formats.document import DocumentBuilder

# Wrong indentation that the suite refuses and every parser in use accepts.
LENIENT = {"9C9N", "DK95/01", "QB6E"}

# Block text at the top level with less indentation than PyYAML wants; a layer is a mapping anyway.
REFERENCE_REFUSES = {"DK3J", "FP8R"}

ON_PURPOSE = re.compile(
    "a key is a str, not |tag not allowed|only YAML 1.2 is read|unprintable character "
    # PyYAML has no empty keys in block mappings, nor in flow collections; they are no str anyway.
    "|expected <block end>, but found ':'|expected the node content, but found ':'"
)


def inputs(folder):
    every = folder.glob("**/in.yaml")
    return [path.parent for path in every if re.fullmatch("[0-9A-Z]{4}", path.relative_to(folder).parts[0])]


def value_of(text):
    """The value of a document, which need not be a mapping here: it stands under a key of one."""
    document = DocumentBuilder()
    document.open_mapping((1, 1))
    document.key("document", (1, 1))
    reader.check(text)
    yaml_compose.compose(yaml_nodes.read(text), document)
    document.close()
    return document.finish().get("document")


def outcome(text):
    try:
        return value_of(text)
    except ParseError as error:
        return error


def documents_in(text):
    """The values of JSON texts that stand one behind the other."""
    decoder, found, position = json.JSONDecoder(), [], 0
    while text[position:].strip():
        position += len(text[position:]) - len(text[position:].lstrip())
        value, position = decoder.raw_decode(text, position)
        found.append(value)
    return found


@pytest.mark.parametrize("path", cases("yaml-edit", "test-data", inputs, least=390))
def test_a_case_has_its_value_or_is_refused(path, request):
    name = request.node.callspec.id
    text = (path / "in.yaml").read_bytes().decode().removeprefix("\ufeff")
    refused = (path / "error").exists()
    events = (path / "test.event").read_text(encoding="utf-8")
    if name in LENIENT:
        assert refused
        value_of(text)
    elif refused or events.count("+DOC") > 1 or name in REFERENCE_REFUSES:
        with pytest.raises(ParseError):
            value_of(text)
    else:
        expected = path / "in.json"
        found = outcome(text)
        if isinstance(found, ParseError):
            assert ON_PURPOSE.match(found.reason)
        elif expected.exists():
            assert [found] == (documents_in(expected.read_text(encoding="utf-8")) or [None])


@pytest.mark.parametrize("path", cases("yaml-edit", "test-data", inputs, least=390))
def test_a_case_is_a_layer_if_it_is_a_mapping(kernel, path):
    """The document as it stands, through the interface of either implementation."""
    text, expected = (path / "in.yaml").read_bytes(), path / "in.json"
    values = documents_in(expected.read_text(encoding="utf-8")) if expected.exists() else []
    verdict, found = reading.outcome(kernel, text, "yaml")
    if (path / "error").exists():
        assert verdict == "ParseError" or any(path.as_posix().endswith(f"/{name}") for name in LENIENT)
    elif verdict == "value":
        # A document without content is a layer without keys.
        layer = kernel.Layer.parse("layer", text, "yaml")
        wanted = [reading.tagged(value or {}) for value in values or [None]]
        assert [reading.tagged(reading.data_of(layer))] == wanted or not expected.exists()
    else:
        assert 1 <= found["line"] <= len(re.split(rb"\r\n|\r|\n", text))
        is_mapping = len(values) == 1 and isinstance(values[0], dict)
        assert not is_mapping or ON_PURPOSE.match(found["reason"])
