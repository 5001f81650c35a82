"""What fields a model has: dataclasses, attrs, `NamedTuple` and `TypedDict`, described in one way."""

from __future__ import annotations

import inspect
import typing
from sys import intern
from typing import get_args, get_origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    Substituted = Mapping[Any, Any]

_WRAPPERS = {"Required", "NotRequired", "ReadOnly", "Final"}
_COPYING = (bool, int, float, list, tuple, set, frozenset, dict)
"""Converters that take what they make."""


class Field:
    """One field: the key that it is read from, and the argument that it is handed over as."""

    __slots__ = ("annotation", "argument", "is_converted", "is_copied", "is_required", "key", "name")

    def __init__(
        self,
        argument: str,
        annotation: Any,
        is_required: bool,
        key: str | None = None,
        *,
        name: str | None = None,
        is_converted: bool = False,
        is_copied: bool = False,
    ) -> None:
        # What is interned, a call with many keywords compares by its address.
        self.argument = intern(argument)
        self.key = self.argument if key is None else key
        self.name = self.argument if name is None else name
        """Its name in the class, by which a library reads it that makes the object."""
        self.annotation = annotation
        self.is_required = is_required
        self.is_converted = is_converted
        """Whether a converter makes a value of the type, of what only that says."""
        self.is_copied = is_copied
        """Whether a converter makes a value of the type of any other, and takes what it makes."""


class Shape:
    """The fields of a model, and how an object is made of them."""

    __slots__ = ("fields", "make")

    def __init__(self, fields: list[Field], make: Callable[..., Any]) -> None:
        self.fields = fields
        self.make = make


def shape_of(model: type, arguments: tuple[Any, ...], *, is_plain: bool = False) -> Shape | None:
    """The fields of a model whose type parameters have these values; None for a class that is no model.

    `is_plain` has each field read from its own name, as a library does that makes the object.
    Raises a `TypeError` for annotations that lead nowhere and for two fields of one key.
    """
    found: Iterator[Field] | None = None
    make: Callable[..., Any] = model
    if hasattr(model, "__dataclass_fields__"):
        found = _of_dataclass(model, arguments)
    elif hasattr(model, "__attrs_attrs__"):
        found = _of_attrs(model, arguments)
    elif issubclass(model, tuple) and hasattr(model, "_fields"):
        found = _of_named_tuple(model, arguments)
    elif issubclass(model, dict) and hasattr(model, "__required_keys__"):
        found, make = _of_typed_dict(model, arguments), dict
    if found is None:
        return None
    fields = list(found)
    for field in fields if is_plain else ():
        field.key = field.name
    keys = [field.key for field in fields]
    twice = next((key for key in keys if keys.count(key) > 1), None) if len({*keys}) < len(keys) else None
    if twice is not None:
        raise TypeError(f"{model.__qualname__}: two fields are read from the key {twice!r}")
    return Shape(fields, make)


def _of_dataclass(model: Any, arguments: tuple[Any, ...]) -> Iterator[Field]:
    from dataclasses import MISSING

    hints = hints_of(model, arguments)
    for name, field in model.__dataclass_fields__.items():
        is_argument = field._field_type.name != "_FIELD_CLASSVAR" and field.init
        if is_argument:
            is_required = field.default is MISSING and field.default_factory is MISSING
            annotation = hints.get(name, object)
            if field._field_type.name == "_FIELD_INITVAR":
                annotation = annotation.type
            yield Field(name, annotation, is_required, _key(model, name, field.metadata))


def _of_attrs(model: Any, arguments: tuple[Any, ...]) -> Iterator[Field]:
    from attr import NOTHING

    hints = hints_of(model, arguments)
    for attribute in model.__attrs_attrs__:
        if attribute.init:
            annotation = hints.get(attribute.name, object)
            made = annotation if get_origin(annotation) is None else get_origin(annotation)
            is_copied = made in _COPYING and attribute.converter is made
            is_converted = attribute.converter is not None and not is_copied
            alias = getattr(attribute, "alias", None) or attribute.name.lstrip("_")
            key = _key(model, attribute.name, attribute.metadata)
            is_required = attribute.default is NOTHING
            how: dict[str, Any] = {"is_converted": is_converted, "is_copied": is_copied}
            yield Field(alias, annotation, is_required, key, name=attribute.name, **how)


def _of_named_tuple(model: Any, arguments: tuple[Any, ...]) -> Iterator[Field]:
    hints = hints_of(model, arguments)
    for name in model._fields:
        yield Field(name, hints.get(name, object), name not in model._field_defaults)


def _of_typed_dict(model: Any, arguments: tuple[Any, ...]) -> Iterator[Field]:
    for name, annotation in hints_of(model, arguments).items():
        # Where annotations are texts, Python does not see what stands in them when it makes the class.
        is_required = name in model.__required_keys__
        outer = annotation
        while (word := getattr(get_origin(outer), "_name", "")) in _WRAPPERS:
            is_required = word == "Required" or (word != "NotRequired" and is_required)
            outer = get_args(outer)[0]
        yield Field(name, annotation, is_required)


def _key(model: type, name: str, metadata: Mapping[Any, Any]) -> str | None:
    key = metadata.get("veltrix")
    if key is not None and not isinstance(key, str):
        raise TypeError(f"{model.__qualname__}.{name}: the key in its metadata is a str")
    return key


def hints_of(model: Any, arguments: tuple[Any, ...]) -> dict[str, Any]:
    """The annotations of a class and its bases, in which type parameters have their values."""
    hints = _resolved(model)
    values = dict(_substituted(model, arguments))
    owners = {
        name: base
        for base in reversed(model.__mro__)
        if base is not object
        for name in inspect.get_annotations(base)
    }
    return {name: filled(hint, values.get(owners.get(name, model), {})) for name, hint in hints.items()}


def _resolved(model: Any) -> dict[str, Any]:
    problem = ""
    for names in (None, {model.__name__: model}):
        try:
            return typing.get_type_hints(model, localns=names, include_extras=True)
        except NameError as error:
            problem = f"an annotation names {error.name!r}, which its module does not have"
        except (TypeError, SyntaxError):
            problem = "an annotation is no type"
    raise TypeError(f"{model.__qualname__}: {problem}")


def _substituted(model: Any, arguments: tuple[Any, ...]) -> Iterator[tuple[Any, Substituted]]:
    """For a class and each of its bases, what its type parameters stand for."""
    parameters = getattr(model, "__parameters__", ())
    values = dict(zip(parameters, arguments, strict=False))
    yield model, values
    for base in getattr(model, "__orig_bases__", ()):
        origin = get_origin(base)
        if isinstance(origin, type):
            yield from _substituted(origin, tuple(filled(one, values) for one in get_args(base)))


def is_of_pydantic(model: type) -> bool:
    """Whether pydantic reads a class: a model, one of its types, or one that inherits from such a type."""
    # A class that is made in a bare namespace has no module.
    homes = [str(getattr(one, "__module__", "")) for one in model.__mro__]
    return hasattr(model, "__pydantic_validator__") or any(home.startswith("pydantic.") for home in homes)


def is_row(form: Any, origin: Any, arguments: tuple[Any, ...]) -> bool:
    """Whether a type is a tuple of so many items; `tuple[()]` is one of none, and `tuple` one of any."""
    is_empty = getattr(form, "__args__", None) == ()
    return origin is tuple and (is_empty or bool(arguments)) and arguments[1:] != (...,)


def filled(annotation: Any, values: Substituted) -> Any:
    """An annotation with the values of type parameters; one without a value is what it is bound to."""
    if isinstance(annotation, typing.TypeVar):
        return values[annotation] if annotation in values else _bound_of(annotation)
    parameters = getattr(annotation, "__parameters__", ())
    if not parameters or isinstance(annotation, type):
        return annotation
    return annotation[tuple(values.get(one, _bound_of(one)) for one in parameters)]


def _bound_of(parameter: Any) -> Any:
    has_default = getattr(parameter, "has_default", None)
    if has_default is not None and has_default():
        return parameter.__default__
    constraints = getattr(parameter, "__constraints__", ())
    if constraints:
        return typing.Union[constraints]  # noqa: UP007  (of a tuple)
    bound = getattr(parameter, "__bound__", None)
    return typing.Any if bound is None else bound
