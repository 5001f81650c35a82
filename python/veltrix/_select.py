"""The switch between the two implementations of the kernel.

`VELTRIX_IMPL=native` or `VELTRIX_IMPL=pure` forces one; unset, it is native where that is built.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

from veltrix import _pickle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def _pure() -> ModuleType:
    import veltrix._pure

    return veltrix._pure


def _native() -> ModuleType | None:
    try:
        return import_module("veltrix._native")
    except ModuleNotFoundError as error:
        if error.name != "veltrix._native":
            raise
        return None


def implementations() -> dict[str, ModuleType]:
    """The implementations that can be had here, by name."""
    native = _native()
    return {"pure": _pure()} if native is None else {"pure": _pure(), "native": native}


def _choose(forced: str) -> tuple[str, ModuleType]:
    if forced not in ("", "native", "pure"):
        raise ImportError(f"VELTRIX_IMPL is 'native' or 'pure', not {forced!r}")
    native = None if forced == "pure" else _native()
    if native is not None:
        return "native", native
    if forced == "native":
        raise ImportError(
            "VELTRIX_IMPL is 'native', but veltrix._native is not built; the other choice is 'pure'"
        )
    return "pure", _pure()


def _is_the_command() -> bool:
    """Whether this process is `veltrix` or `python -m veltrix`, which says in one line what is wrong."""
    run = sys.orig_argv[-len(sys.argv) :] if hasattr(sys, "argv") else []
    return bool(run) and run[0].rpartition("/")[2] in {"veltrix", "-mveltrix"}


def _chosen() -> tuple[str, ModuleType]:
    """What the environment chooses; the package is imported before the command line could catch an error."""
    try:
        return _choose(os.environ.get("VELTRIX_IMPL", ""))
    except ImportError as error:
        is_broken = error.name is not None  # an extension that cannot be loaded, which its traceback explains
        if is_broken or not _is_the_command():
            raise
        from veltrix._exit import BAD_INPUT, complain

        complain(f"error: {error}")
        raise SystemExit(BAD_INPUT) from None


implementation, kernel = _chosen()
_pickle.kernel = kernel
