"""What users call that is no part of the kernel: each callable with the name that users know it by."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import veltrix
from veltrix import implementations

MODULES = ("veltrix", "veltrix.errors", "veltrix.web", "veltrix.contrib.prometheus", "veltrix.pytest")
KERNEL = {*implementations()["pure"].__all__}

# What other modules of the package call, and the reference does not show.
INTERNAL = {
    "Change.with_difference", "Change.with_snapshot",
    "ConfigError.worded", "LimitError.too_deep", "beside",
    "Subscription.has", "Subscription.prepare", "Subscription.tell",
}  # fmt: skip


class Public(NamedTuple):
    """A callable: its name, itself, and the names of the arguments that a caller passes."""

    name: str
    call: Any
    arguments: tuple[str, ...]


def public_callables() -> Iterator[Public]:
    """Functions, classes and their methods; errors are another matter, as nobody calls them."""
    for place in MODULES:
        module = importlib.import_module(place)
        for name in names_of(module):
            if place != "veltrix" or name not in KERNEL:
                yield from _with_methods(name, getattr(module, name))


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
    for kind in reversed(thing.__mro__) if isinstance(thing, type) else ():
        if kind.__module__.startswith("veltrix") and kind.__name__ not in KERNEL:
            for member, method in vars(kind).items():
                known = f"{name}.{member}"
                if hasattr(Mapping, member):
                    continue  # what it means is Python's
                if inspect.isfunction(method) and not member.startswith("_") and known not in INTERNAL:
                    yield Public(known, method, _arguments(method))


def _arguments(call: Any) -> tuple[str, ...]:
    if not hasattr(call, "__signature__") and hasattr(call, "__wrapped__"):
        return ()  # a fixture: pytest calls it
    return tuple(name for name in inspect.signature(call).parameters if name not in ("self", "cls"))
