"""JSON Schema of a declared type, for editors: the one of its library, or else of what is bound here.

It describes the whole configuration as documents write it. Of models that Veltrix reads it holds no
defaults: one may be a secret.
"""

from __future__ import annotations

import typing
from collections import abc
from datetime import date, datetime, time, timedelta
from enum import Enum
from math import isfinite
from pathlib import Path, PurePath
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from veltrix.annotated import SECRET, constraints_in
from veltrix.binding.fields import filled, is_of_pydantic, is_row, shape_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = "#/$defs/"
_SCALARS: dict[Any, dict[str, Any]] = {
    Any: {},
    object: {},
    NoneType: {"type": "null"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    bytes: {"type": "string"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    time: {"type": "string", "format": "time"},
    timedelta: {"type": ["string", "number"]},
    UUID: {"type": "string", "format": "uuid"},
}
_OF_TEXTS = {"min_length": "minLength", "max_length": "maxLength", "pattern": "pattern"}
_OF_LISTS = {"min_length": "minItems", "max_length": "maxItems"}
_OF_MAPPINGS = {"min_length": "minProperties", "max_length": "maxProperties"}
_OF_NUMBERS = {
    "gt": "exclusiveMinimum",
    "ge": "minimum",
    "lt": "exclusiveMaximum",
    "le": "maximum",
    "multiple_of": "multipleOf",
}
_BY_TYPE = {
    "string": _OF_TEXTS,
    "array": _OF_LISTS,
    "object": _OF_MAPPINGS,
    "integer": _OF_NUMBERS,
    "number": _OF_NUMBERS,
}
_LISTS = {list, tuple, set, frozenset, abc.Sequence, abc.Collection, abc.Iterable, abc.MutableSequence}
_LISTS |= {abc.Set, abc.MutableSet}
_WRAPPERS = {"Required", "NotRequired", "ReadOnly", "Final"}


def json_schema(form: Any) -> dict[str, Any]:
    """The schema of a type that `bind` takes, valid against the 2020-12 dialect.

    Raises a `TypeError` for two different models of one name where a library names them.
    """
    writer = _Writer()
    whole = writer.of(form)
    definitions = {name: found for name, found in writer.definitions.items() if found}
    schema = {"$schema": DIALECT, **whole, **({"$defs": definitions} if definitions else {})}
    return dict(_finite(schema))


class _Writer:
    """Writes one schema; each model is a definition of its own, so that one may hold itself."""

    def __init__(self) -> None:
        self.definitions: dict[str, dict[str, Any]] = {}
        self._names: dict[Any, str] = {}
        self._within: list[Any] = []

    def of(self, form: Any) -> dict[str, Any]:
        """The schema of a type."""
        form = NoneType if form is None else self._within[-1] if form is typing.Self else form
        origin, arguments = get_origin(form), get_args(form)
        if origin is None and isinstance(form, abc.Hashable) and form in _SCALARS:
            return dict(_SCALARS[form])
        if origin is Annotated:
            return _bounded(self.of(arguments[0]), arguments[1:])
        if origin is Literal:
            names = [one.name for one in arguments if isinstance(one, Enum)]
            values = [getattr(one, "value", one) for one in arguments]
            return {"enum": values + [name for name in names if name not in values]}
        if origin is Union or origin is UnionType:
            return {"anyOf": [self.of(one) for one in arguments]}
        if getattr(origin, "_name", None) in _WRAPPERS:
            return self.of(arguments[0])
        if hasattr(form, "__supertype__"):
            return self.of(form.__supertype__)
        if hasattr(form, "__value__"):
            parameters = getattr(form, "__type_params__", ()) or getattr(origin, "__type_params__", ())
            return self.of(filled(form.__value__, dict(zip(parameters, arguments, strict=False))))
        return self._generic(form, form if origin is None else origin, arguments)

    def _generic(self, form: Any, origin: Any, arguments: tuple[Any, ...]) -> dict[str, Any]:
        if is_row(form, origin, arguments):
            rows = [self.of(one) for one in arguments if one != ()]
            first: dict[str, Any] = {"prefixItems": rows} if rows else {}
            return {"type": "array", **first, "minItems": len(rows), "maxItems": len(rows)}
        if origin in _LISTS:
            return {"type": "array", "items": self.of(arguments[0] if arguments else Any)}
        if origin in (dict, abc.Mapping, abc.MutableMapping):
            return {"type": "object", "additionalProperties": self.of(arguments[1] if arguments else Any)}
        if not isinstance(origin, type):
            return {}
        if issubclass(origin, Enum):
            values = [one.value for one in origin if isinstance(one.value, (str, int, float, NoneType))]
            return {"enum": list(dict.fromkeys((*values, *origin.__members__)))}
        if issubclass(origin, PurePath):
            return {"type": "string"}
        if is_of_pydantic(origin):
            from pydantic import TypeAdapter

            return self._adopted(TypeAdapter(form).json_schema())
        if hasattr(origin, "__struct_fields__"):
            import msgspec

            (found,), definitions = msgspec.json.schema_components(
                [form], schema_hook=_hooked, ref_template="#/$defs/{name}"
            )
            return self._adopted({**found, "$defs": definitions})
        return self._model(origin, arguments)

    def _adopted(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema that a library has made, its definitions among the others."""
        for name, found in schema.pop("$defs", {}).items():
            if self.definitions.setdefault(name, found) != found:
                raise TypeError(f"two models are named {name!r}, which a schema cannot tell apart")
        return schema

    def _model(self, model: type, arguments: tuple[Any, ...]) -> dict[str, Any]:
        key = (model, arguments)
        if key not in self._names:
            shape = shape_of(model, arguments)
            if shape is None:
                return {}
            name, number = model.__name__, 2
            while name in self.definitions:
                name, number = f"{model.__name__}{number}", number + 1
            self._names[key] = name
            self.definitions[name] = {}
            self._within.append(model)
            properties = {
                field.key: self.of(Any if field.is_converted else field.annotation) for field in shape.fields
            }
            self._within.pop()
            required = [field.key for field in shape.fields if field.is_required]
            self.definitions[name] = {
                "title": model.__name__,
                "type": "object",
                "properties": properties,
                **({"required": required} if required else {}),
                "additionalProperties": False,
            }
        return {"$ref": _pointer(self._names[key])}


def _hooked(form: Any) -> dict[str, Any]:
    """The schema of a type that msgspec does not know, and that a struct is bound with all the same."""
    if isinstance(form, type) and issubclass(form, Path):
        return {"type": "string"}
    raise NotImplementedError


def _finite(schema: Any) -> Any:
    """A schema without the bounds and defaults that are no number of JSON: infinities and NaN."""
    if isinstance(schema, dict):
        return {name: _finite(inner) for name, inner in schema.items() if not _is_endless(inner)}
    return [_finite(inner) for inner in schema] if isinstance(schema, list) else schema


def _is_endless(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_is_endless, value))
    return isinstance(value, float) and not isfinite(value)


def _pointer(name: str) -> str:
    return _REFERENCE + name.replace("~", "~0").replace("/", "~1")


def _bounded(schema: dict[str, Any], metadata: tuple[Any, ...]) -> dict[str, Any]:
    """A schema with the constraints that JSON Schema has words for."""
    if any(one is SECRET for one in metadata):
        schema["writeOnly"] = True
    words = _BY_TYPE.get(schema["type"], {}) if isinstance(schema.get("type"), str) else {}
    for one in metadata:
        for name, bound in constraints_in(one):
            if name in words and isinstance(bound, (str, int, float)):
                schema[words[name]] = bound
    return schema
