"""Both implementations say the same of every document, good or bad: value, type, order, error, place."""

from __future__ import annotations

import json
import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.formats.mutation import SEEDS, mutated
from tests.formats.reading import outcome, tagged

FORMATS = ("json", "toml", "env")
ROUNDS = 1500


def assert_agreement(both, document, format):
    pure, native = (outcome(kernel, document, format) for kernel in both)
    assert pure == native, document


@pytest.mark.parametrize("format", FORMATS)
def test_documents_that_are_nearly_right(both, format):
    random = Random(f"{format} 1")
    verdicts = set()
    for _ in range(ROUNDS):
        document = mutated(random, format)
        assert_agreement(both, document, format)
        verdicts.add(outcome(both[0], document, format)[0])
    assert {"value", "ParseError"} <= verdicts


@pytest.mark.parametrize("format", FORMATS)
def test_documents_cut_off_anywhere(both, format):
    for seed in SEEDS[format]:
        for length in range(len(seed) + 1):
            assert_agreement(both, seed[:length], format)


@pytest.mark.parametrize("format", FORMATS)
@given(document=st.binary(max_size=60))
@settings(max_examples=150)
def test_any_bytes(both, format, document):
    assert_agreement(both, document, format)


@pytest.mark.parametrize("format", FORMATS)
@given(text=st.text(max_size=40))
@settings(max_examples=150)
def test_any_text(both, format, text):
    assert_agreement(both, text, format)
    assert_agreement(both, f"a = '{text}'", format)
    assert_agreement(both, f'{{"{text}": "{text}"}}', format)


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
KEYS = st.text(max_size=5)
DATA = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=10)


@given(
    data=st.dictionaries(KEYS, DATA, max_size=5), ascii_only=st.booleans(), indent=st.sampled_from([None, 1])
)
@settings(max_examples=60)
def test_json_that_the_standard_library_writes(both, data, ascii_only, indent):
    document = json.dumps(data, ensure_ascii=ascii_only, indent=indent)
    assert_agreement(both, document, "json")
    if "$" not in document:
        verdict, value = outcome(both[1], document, "json")
        assert verdict == "value"
        assert plain(value) == tagged(data)


@given(data=st.dictionaries(st.from_regex("[A-Z_][A-Z0-9_]*", fullmatch=True), st.text()))
@settings(max_examples=100)
def test_env_in_quotes(both, data):
    escaped = {key: text.replace("\\", "\\\\").replace("'", "\\'") for key, text in data.items()}
    document = "".join(f"export {key} = '{text}' # {key}\n" for key, text in escaped.items())
    assert_agreement(both, document, "env")
    if "\0" not in document:
        verdict, value = outcome(both[1], document, "env")
        assert verdict == "value"
        assert plain(value) == tagged({key: re.sub("\r\n?", "\n", text) for key, text in data.items()})


def plain(value):
    """Pairs as mappings again."""
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value["mapping"]}
    return [plain(item) for item in value] if isinstance(value, list) else value
