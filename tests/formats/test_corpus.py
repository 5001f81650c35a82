"""The documents of `tests/corpus`, which cargo reads too: one behaviour a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.formats.reading import in_order, outcome

CORPUS = Path(__file__).parents[1] / "corpus" / "documents"
FILES = sorted(CORPUS.glob("*/*.json"))


def document_of(case):
    """The document: as text, in hexadecimal, or as parts that are repeated."""
    if "text" in case:
        return case["text"].encode()
    if "hex" in case:
        return bytes.fromhex(case["hex"])
    return "".join(text * times for text, times in case["parts"]).encode()


def expected_of(case):
    if "value" in case:
        return "value", in_order(case["value"])
    fields = {"path": None, "file": None, **case["error"]}
    return fields.pop("class"), fields


def test_the_corpus_is_there():
    assert len(FILES) > 100


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_document_has_its_value_or_its_error(kernel, path):
    case = json.loads(path.read_text(encoding="utf-8"))
    document = document_of(case)
    assert outcome(kernel, document, case["format"]) == expected_of(case), case["about"]
    assert outcome(kernel, bytearray(document), case["format"]) == expected_of(case)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_text_is_read_like_its_bytes(kernel, path):
    case = json.loads(path.read_text(encoding="utf-8"))
    if "hex" not in case:
        text = document_of(case).decode()
        assert outcome(kernel, text, case["format"]) == expected_of(case)
