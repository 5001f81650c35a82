"""What the tests of documents share: a layer as plain data that compares, types and order included."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from veltrix.errors import LimitError, ParseError
from veltrix.operators import Delete, Operator


def data_of(layer):
    """The Python data of a layer, operators included, as its pickle carries it."""
    return layer.__reduce__()[1][2]


def tagged(value):
    """Every leaf as the word for its type and its text, such as `int 1`, `str x` or `null`.

    An operator is a mapping with one key, such as `operator append`.
    """
    if isinstance(value, Delete):
        return "delete"
    if isinstance(value, Operator):
        return {f"operator {type(value).__name__.lower()}": tagged(value.value)}
    if isinstance(value, Mapping):
        return {key: tagged(child) for key, child in value.items()}
    if isinstance(value, (list, tuple)):
        return [tagged(item) for item in value]
    if value is None:
        return "null"
    if type(value) is bool:
        return f"bool {str(value).lower()}"
    if type(value) is float:
        return f"float {value!r}"
    if type(value) in (dt.datetime, dt.date, dt.time):
        return f"{type(value).__name__} {value.isoformat()}"
    assert type(value) in (int, str), type(value)
    return f"{type(value).__name__} {value}"


def outcome(kernel, document, format):
    """The value of a document with its order, or every attribute of its error."""
    try:
        layer = kernel.Layer.parse("layer", document, format)
    except (ParseError, LimitError) as error:
        fields = ("reason", "line", "column", "path", "file")
        return type(error).__name__, {field: getattr(error, field) for field in fields}
    return "value", in_order(tagged(data_of(layer)))


def in_order(value):
    """Mappings as lists of pairs, so that their order counts."""
    if isinstance(value, dict):
        return {"mapping": [(key, in_order(child)) for key, child in value.items()]}
    return [in_order(item) for item in value] if isinstance(value, list) else value
