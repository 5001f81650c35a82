"""CPython's own tests of the mapping protocol, on a snapshot and on a view."""

from __future__ import annotations

import pytest

protocol = pytest.importorskip("test.mapping_tests", reason="this Python comes without its tests")

READING = [
    "test_read",
    "test_constructor",
    "test_bool",
    "test_keys",
    "test_values",
    "test_items",
    "test_len",
    "test_getitem",
    "test_get",
]
CHANGING = ["test_write", "test_update", "test_setdefault", "test_pop", "test_popitem"]


@pytest.fixture(params=["snapshot", "view"])
def case(kernel, request):
    """A test case whose mappings are ours."""

    class Case(protocol.BasicTestMappingProtocol):
        type2test = dict

        def _reference(self):
            return {"key1": "value1", "key2": "value2", "key3": "value3"}

        def _make(self, data):
            if request.param == "snapshot":
                return kernel.resolve([kernel.Layer("x", data)])
            return kernel.resolve([kernel.Layer("x", {"v": data})])["v"]

        def _empty_mapping(self):
            return self._make({})

        def _full_mapping(self, data):
            return self._make(data)

    made = Case()
    made.inmapping = made._reference()
    made.reference = dict(list(made.inmapping.items())[:1])
    made.other = {"key9": "value9"}
    return made


def test_reading_from_it(case):
    names = [f"key{number}" for number in range(20)]
    mapping = case._full_mapping(dict.fromkeys(names, 1))
    assert [mapping[name] for name in mapping] == [1] * 20
    assert dict(mapping.items()) == dict.fromkeys(names, 1)


@pytest.mark.parametrize("name", READING)
def test_the_protocol_for_reading(case, name):
    getattr(case, name)()


@pytest.mark.parametrize("name", CHANGING)
def test_the_protocol_for_changing_is_refused(case, name):
    with pytest.raises((TypeError, AttributeError)):
        getattr(case, name)()
