"""The conformance suite of JSON, read from a crate that carries it.

A file's name begins with what a parser has to do: `y_` read it, `n_` refuse it, `i_` either. The top level
of a layer is a mapping, so each file is read as it is, and again as the value of a key.
"""

from __future__ import annotations

import json
import re

import pytest

from tests.formats.reading import data_of, tagged
from tests.formats.suites import cases
from veltrix.errors import LimitError, ParseError

# Valid JSON that Veltrix refuses: the standard only advises against a key that stands twice.
TWICE = {"y_object_duplicated_key", "y_object_duplicated_key_and_value"}

BYTES = ("ParseError", "not UTF-8")
SURROGATE = ("ParseError", "a lone surrogate, which UTF-8 cannot carry, in the text")
RANGE = ("ParseError", "number out of range")

# What Veltrix does where the standard leaves the choice.
CHOICES = {
    "i_number_double_huge_neg_exp": ["float 0.0"],
    "i_number_huge_exp": RANGE,
    "i_number_neg_int_huge_exp": RANGE,
    "i_number_pos_double_huge_exp": RANGE,
    "i_number_real_neg_overflow": RANGE,
    "i_number_real_pos_overflow": RANGE,
    "i_number_real_underflow": ["float 0.0"],
    "i_number_too_big_neg_int": ["int -123123123123123123123123123123"],
    "i_number_too_big_pos_int": ["int 100000000000000000000"],
    "i_number_very_big_negative_int": ["int -237462374673276894279832749832423479823246327846"],
    "i_object_key_lone_2nd_surrogate": SURROGATE,
    "i_string_1st_surrogate_but_2nd_missing": SURROGATE,
    "i_string_1st_valid_surrogate_2nd_invalid": SURROGATE,
    "i_string_UTF-16LE_with_BOM": BYTES,
    "i_string_UTF-8_invalid_sequence": BYTES,
    "i_string_UTF8_surrogate_U+D800": SURROGATE,
    "i_string_incomplete_surrogate_and_escape_valid": SURROGATE,
    "i_string_incomplete_surrogate_pair": SURROGATE,
    "i_string_incomplete_surrogates_escape_valid": SURROGATE,
    "i_string_invalid_lonely_surrogate": SURROGATE,
    "i_string_invalid_surrogate": SURROGATE,
    "i_string_invalid_utf-8": BYTES,
    "i_string_inverted_surrogates_U+1D11E": SURROGATE,
    "i_string_iso_latin_1": BYTES,
    "i_string_lone_second_surrogate": SURROGATE,
    "i_string_lone_utf8_continuation_byte": BYTES,
    "i_string_not_in_unicode_range": BYTES,
    "i_string_overlong_sequence_2_bytes": BYTES,
    "i_string_overlong_sequence_6_bytes": BYTES,
    "i_string_overlong_sequence_6_bytes_null": BYTES,
    "i_string_truncated-utf-8": BYTES,
    "i_string_utf16BE_no_BOM": BYTES,
    "i_string_utf16LE_no_BOM": BYTES,
    "i_structure_500_nested_arrays": ("LimitError", "deeper than 64 levels"),
    "i_structure_UTF-8_BOM_empty_object": ("ParseError", "expected a value"),
}


def documents(kind, least):
    return cases("justjson", "tests/JSONTestSuite", lambda folder: folder.glob(f"{kind}_*.json"), least)


def outcome(kernel, document):
    """The value at the key, or the class and reason of the error."""
    try:
        return tagged(data_of(kernel.Layer.parse("layer", b'{"key": ' + document + b"}", "json"))["key"])
    except (ParseError, LimitError) as error:
        return type(error).__name__, re.sub(r" \(first at .*", "", error.reason)


@pytest.mark.parametrize("path", documents("y", least=95))
def test_a_valid_document_has_its_value(kernel, path):
    document = path.read_bytes()
    found = outcome(kernel, document)
    if path.stem in TWICE:
        assert found == ("ParseError", "duplicate key")
    else:
        assert found == tagged(json.loads(document))


@pytest.mark.parametrize("path", documents("y", least=95))
def test_a_valid_document_is_a_layer_if_it_is_a_mapping(kernel, path):
    document = path.read_bytes()
    value = json.loads(document)
    if path.stem in TWICE:
        return
    if isinstance(value, dict):
        assert tagged(data_of(kernel.Layer.parse("layer", document, "json"))) == tagged(value)
    else:
        with pytest.raises(ParseError, match="top level"):
            kernel.Layer.parse("layer", document, "json")


@pytest.mark.parametrize("path", documents("n", least=185))
def test_an_invalid_document_is_refused_with_its_place(kernel, path):
    document = path.read_bytes()
    for text in (document, b'{"key": ' + document + b"}"):
        with pytest.raises((ParseError, LimitError)) as caught:
            kernel.Layer.parse("layer", text, "json", file="app.json")
        assert 1 <= caught.value.line <= text.count(b"\n") + 1
        assert str(caught.value).startswith(f"app.json:{caught.value.line}:{caught.value.column}: ")


@pytest.mark.parametrize("path", documents("i", least=35))
def test_a_document_left_to_the_parser_is_treated_as_the_table_says(kernel, path):
    assert outcome(kernel, path.read_bytes()) == CHOICES[path.stem]
