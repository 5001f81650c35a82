"""From a declared type to its plan, once for each type."""

from __future__ import annotations

import typing
from collections import abc
from enum import Enum
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from veltrix.annotated import SECRET, constraints_in, is_of_json, is_taken_first, meets, words_of
from veltrix.binding.choices import Member, OneOf
from veltrix.binding.containers import Items, Row, Table
from veltrix.binding.declared import Converted, Taken
from veltrix.binding.fields import filled, is_of_pydantic, is_row, shape_of
from veltrix.binding.model import Fielded, Model
from veltrix.binding.mutable import warn_if_mutable
from veltrix.binding.plans import Checked, Plan, Secret, holds_secrets, scalars
from veltrix.binding.unions import Either
from veltrix.types import FrozenMapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from veltrix.binding.fields import Field

_PLANS = 1024
"""How many plans are kept; the one that was used longest ago goes first."""

_ITEMS: dict[Any, Callable[[list[Any]], Any]] = {
    list: list,
    set: set,
    frozenset: frozenset,
    abc.Sequence: tuple,
    abc.Collection: tuple,
    abc.Iterable: tuple,
    abc.MutableSequence: list,
    abc.Set: frozenset,
    abc.MutableSet: set,
}
_TABLES: dict[Any, Callable[[dict[Any, Any]], Any]] = {
    dict: dict,
    abc.MutableMapping: dict,
    abc.Mapping: FrozenMapping,
}
_ALIASES = 64
"""So many aliases stand in one another; one with parameters may hold itself with others for ever."""
_WRAPPERS = {"Required", "NotRequired", "ReadOnly", "Final"}


@lru_cache(_PLANS)
def compiled(key: Any) -> Plan:
    """The plan of a type, by what `spelled` gives for it.

    Raises a `TypeError` for a type that nothing in a configuration can be read as.
    """
    return Compilation().plan(key[0] if type(key) is tuple else key)


class Compilation:
    """The plans of one type and of all types in it; a model that holds itself is met twice."""

    def __init__(self) -> None:
        self.scalars = scalars()
        self.models: dict[Any, Plan] = {}
        self.owners: list[Any] = []
        self.aliases: list[Any] = []
        self.judged = 0
        """How many models of a library this type stands in: inside of one, the library judges types that are
        unknown here."""

    def plan(self, form: Any) -> Plan:
        """The plan of a form of a type."""
        if form is Any:
            return self.scalars[object]
        if form is None or form is typing.Self:
            return self.plan(type(None)) if form is None else self.models[self.owners[-1]]
        known = self.scalars.get(form) if isinstance(form, type) else None
        if known is not None:
            return known
        origin, arguments = get_origin(form), get_args(form)
        if origin is Annotated:
            return self._annotated(arguments[0], arguments[1:])
        if origin is Literal:
            return OneOf(arguments)
        if origin is Union or origin is UnionType:
            return Either([self.plan(one) for one in arguments])
        if getattr(origin, "_name", None) in _WRAPPERS:
            return self.plan(arguments[0])
        if hasattr(form, "__supertype__"):
            return self.plan(form.__supertype__)
        if hasattr(form, "__value__"):
            return self._alias(form, origin, arguments)
        return self._generic(form, form if origin is None else origin, arguments)

    def _alias(self, form: Any, origin: Any, arguments: tuple[Any, ...]) -> Plan:
        """The plan of an alias by `type`, which may have parameters."""
        if form in self.aliases or len(self.aliases) >= _ALIASES:
            return self._unknown(f"{_name(form)}, an alias that holds itself")
        parameters = getattr(form, "__type_params__", ()) or getattr(origin, "__type_params__", ())
        self.aliases.append(form)
        plan = self.plan(filled(form.__value__, dict(zip(parameters, arguments, strict=False))))
        self.aliases.pop()
        return plan

    def _generic(self, form: Any, origin: Any, arguments: tuple[Any, ...]) -> Plan:
        if is_row(form, origin, arguments):
            return Row([self.plan(one) for one in arguments if one != ()])
        if origin is tuple or origin in _ITEMS:
            return Items(_ITEMS.get(origin, tuple), self.plan(arguments[0] if arguments else Any))
        if origin in _TABLES:
            key, value = arguments or (str, Any)
            return Table(_TABLES[origin], self.plan(key), self.plan(value))
        if isinstance(origin, type):
            if issubclass(origin, Enum):
                return Member(dict(origin.__members__))
            found = self._model(origin, arguments)
            if isinstance(found, Fielded):
                warn_if_mutable(origin)
            if found is not None:
                return found
        text = getattr(form, "__forward_arg__", form)
        is_itself = any(text == getattr(alias, "__name__", None) for alias in self.aliases)
        return self._unknown(f"{text}, an alias that holds itself" if is_itself else _name(form))

    def _unknown(self, name: str) -> Plan:
        """The plan of a type that only a library can know."""
        if self.judged:
            return self.scalars[object]
        owner = f"{self.owners[-1][0].__qualname__}: " if self.owners else ""
        raise TypeError(f"{owner}nothing in a configuration can be read as {name}")

    def _annotated(self, form: Any, metadata: tuple[Any, ...]) -> Plan:
        is_taken = self.judged and is_taken_first(metadata)
        plan = self.taken(form, metadata) if is_taken else self.plan(form)
        bounds = [bound for one in metadata if not _is_validator(one) for bound in constraints_in(one)]
        if bounds:
            plan = Checked(plan, words_of(bounds), lambda value: meets(value, bounds))
        return Secret(plan) if any(one is SECRET for one in metadata) else plan

    def taken(self, form: Any, metadata: Iterable[Any] = ()) -> Plan:
        """The plan of a type whose values code of a model takes first, and so of whatever type it is."""
        models, owners, aliases, judged = dict(self.models), len(self.owners), len(self.aliases), self.judged
        self.judged += 1
        try:
            plan = self.plan(form)
        except TypeError:  # what nothing can be read as, that code may make all the same
            plan = self.scalars[object]
            self.models = models
            del self.owners[owners:], self.aliases[aliases:]
        self.judged = judged
        if not is_of_json(metadata):
            return Taken(plan)
        text = Taken(self.scalars[str])
        return Secret(text) if holds_secrets(plan) else text

    def _model(self, model: type, arguments: tuple[Any, ...]) -> Plan | None:
        if any(isinstance(one, list) for one in arguments):
            return None  # what a `Callable` takes
        key = (model, arguments)
        if key in self.models:
            return self.models[key]
        if is_of_pydantic(model):
            from veltrix.binding.pydantic_models import pydantic_plan

            return pydantic_plan(self, key, _form(key))
        if hasattr(model, "__struct_fields__"):
            from veltrix.binding.msgspec_models import struct_plan

            return struct_plan(self, key, _form(key))
        is_plain = self.judged > 0
        owner = (model, arguments, is_plain)
        if owner in self.models:
            return self.models[owner]
        shape = shape_of(model, arguments, is_plain=is_plain)
        if shape is None:
            return None
        plan = self.models[owner] = Model(model.__name__, _form(key), shape.make)
        self.owners.append(owner)
        plan.complete(
            (field.key, field.argument, self._of_field(field), field.is_required) for field in shape.fields
        )
        self.owners.pop()
        return plan

    def _of_field(self, field: Field) -> Plan:
        """The plan of a field; what its converter makes, that judges."""
        if field.is_converted:
            return self.taken(field.annotation)
        if not field.is_copied:
            return self.plan(field.annotation)
        self.judged += 1
        plan = Converted(self.plan(field.annotation))
        self.judged -= 1
        return plan


def _form(key: tuple[type, tuple[Any, ...]]) -> Any:
    """A class, with its type parameters."""
    model: Any = key[0]
    return model[key[1]] if key[1] else model


def _is_validator(one: Any) -> bool:
    """Whether metadata is a function of pydantic's, which gives a value and does not judge it."""
    return type(one).__module__ == "pydantic.functional_validators"


def _name(form: Any) -> str:
    return form.__qualname__ if isinstance(form, type) else repr(form)
