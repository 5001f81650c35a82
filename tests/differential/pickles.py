"""Pickles of what a run made, loaded by whichever kernel is wanted."""

from __future__ import annotations

import datetime
import io
import math
import pickle
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from veltrix import Dimension, FrozenMapping, Origin
from veltrix.operators import Operator

PLAIN_TYPES = (
    type(None), bool, int, float, str, bytes, tuple, list, dict, datetime.datetime, datetime.date,
    datetime.time, FrozenMapping, Origin,
)  # fmt: skip
OPAQUE: dict[int, Any] = {}


def reads_its_own(protocol: int) -> bool:
    """Whether the interpreter reads what it writes: PyPy does not, of an infinity in protocol 0."""
    try:
        return pickle.loads(pickle.dumps(math.inf, protocol)) == math.inf
    except ValueError:
        return False


LOWEST_PROTOCOL = next(filter(reads_its_own, range(pickle.HIGHEST_PROTOCOL + 1)))


class _Dumper(pickle.Pickler):
    """Pickles opaque objects by identity, so that they come back as what they were."""

    def persistent_id(self, value: Any) -> int | None:
        kind = type(value)
        if kind in (type, FunctionType, BuiltinFunctionType, Dimension) or kind.__module__ == "veltrix":
            known = getattr(value, "__module__", "").startswith("veltrix") or kind.__module__ == "veltrix"
        elif kind in (datetime.datetime, datetime.time):
            known = value.tzinfo is None
        else:
            stand_in = kind.__module__ == "veltrix._pickle"
            known = stand_in or kind in PLAIN_TYPES or isinstance(value, Operator)
        if known or (kind is type and value in PLAIN_TYPES):
            return None
        OPAQUE[id(value)] = value
        return id(value)


class _Loader(pickle.Unpickler):
    """Loads pickles into one kernel, whichever is selected."""

    def __init__(self, file: io.BytesIO, kernel: ModuleType) -> None:
        super().__init__(file)
        self.kernel = kernel

    def find_class(self, module: str, name: str) -> Any:
        if module == "veltrix._pickle" and hasattr(self.kernel, name):
            restore = getattr(self.kernel, name)
            return lambda _, *state: restore(*state)
        return super().find_class(module, name)

    def persistent_load(self, number: str | int) -> Any:
        return OPAQUE[int(number)]


def dump(value: Any, protocol: int) -> bytes:
    """The pickle of a reader, opaque objects by identity."""
    buffer = io.BytesIO()
    _Dumper(buffer, max(protocol, LOWEST_PROTOCOL)).dump(value)
    return buffer.getvalue()


def load(data: bytes, kernel: ModuleType) -> Any:
    """An object from its pickle, made by the given kernel."""
    return _Loader(io.BytesIO(data), kernel).load()
