"""What users call: each callable with the name that users know it by."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

import veltrix
from veltrix import implementations

MODULES = ("veltrix", "veltrix.errors", "veltrix.web", "veltrix.contrib.prometheus", "veltrix.pytest")
KERNEL = implementations()[veltrix.implementation]

# What other modules of the package call, and the reference does not show.
INTERNAL = {
    "Change.with_difference", "Change.with_snapshot",
    "ConfigError.worded", "LimitError.too_deep",
    "Subscription.has", "Subscription.prepare", "Subscription.tell",
    "FrozenMapping.get", "FrozenMapping.items", "FrozenMapping.keys", "FrozenMapping.values",  # as of a dict
    "restore_difference", "restore_layer", "restore_snapshot", "restore_view",
}  # fmt: skip


class Public(NamedTuple):
    """A callable: its name, itself, and the names of the arguments that a caller passes."""

    name: str
    call: Any
    arguments: tuple[str, ...]


def public_callables() -> Iterator[Public]:
    """Functions, classes and their methods; errors are another matter, as nobody calls them."""
    modules = [importlib.import_module(place) for place in MODULES]
    known = {name: getattr(module, name) for module in (*modules, KERNEL) for name in names_of(module)}
    for name, thing in known.items():
        yield from _with_methods(name, thing)


def kernel_callables() -> Iterator[Public]:
    """Those of the kernel, which each implementation has."""
    for name in names_of(KERNEL):
        yield from _with_methods(name, getattr(KERNEL, name))


def error_classes() -> Iterator[type]:
    """Every public class of `veltrix.errors`."""
    for name in names_of(veltrix.errors):
        kind = getattr(veltrix.errors, name)
        if isinstance(kind, type):
            yield kind


def names_of(module: Any) -> list[str]:
    """The public names of a module."""
    own = [name for name, one in vars(module).items() if getattr(one, "__module__", "") == module.__name__]
    return [name for name in getattr(module, "__all__", own) if not name.startswith("_")]


def _with_methods(name: str, thing: Any) -> Iterator[Public]:
    if not callable(thing) or name in INTERNAL or (isinstance(thing, type) and issubclass(thing, Warning)):
        return
    if isinstance(thing, type) and issubclass(thing, veltrix.ConfigError):
        return
    yield Public(name, thing, _arguments(thing))
    if isinstance(thing, type):
        own = (vars(kind) for kind in thing.__mro__ if kind.__module__.startswith("veltrix"))
        for member in sorted({*chain.from_iterable(own)}):
            known, method = f"{name}.{member}", getattr(thing, member, None)
            is_public = not member.startswith("_") and known not in INTERNAL
            if is_public and inspect.isroutine(method):
                yield Public(known, method, _arguments(method))


def _arguments(call: Any) -> tuple[str, ...]:
    if not hasattr(call, "__signature__") and hasattr(call, "__wrapped__"):
        return ()  # a fixture: pytest calls it
    return tuple(name for name in inspect.signature(call).parameters if name not in ("self", "cls"))
