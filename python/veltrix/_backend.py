"""The switch between the two implementations of the kernel.

`VELTRIX_IMPL=native` or `VELTRIX_IMPL=pure` forces one; unset, it is native where that can be had. A choice
that cannot be had is an `ImportError` as soon as anything that needs a kernel is asked for. The bare import
of the package passes, so that a program in it, as the command line, can say so in its own words.
"""

from __future__ import annotations

import os
import sys

from veltrix import _pickle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import NoReturn

    implementation: str
    kernel: ModuleType
    why_pure: str | None
    """Why the implementation is not the native one; None if it is."""


class ChoiceError(Exception):
    """`VELTRIX_IMPL` asks for what cannot be had here."""


def _pure() -> ModuleType:
    import veltrix._pure

    return veltrix._pure


def _native() -> ModuleType | None:
    try:
        __import__("veltrix._native")  # as `importlib` would, which costs more than some of the package
    except ModuleNotFoundError as error:
        if error.name != "veltrix._native":
            raise
        return None
    return sys.modules["veltrix._native"]


def _can_lack_the_lock() -> bool:
    """Whether the interpreter runs without its lock, or was built to; asked for without importing anything.

    On such a build, an extension that needs the lock turns it on as it is imported, with a warning, for the
    whole process; so this is asked before the import.
    """
    is_locked = getattr(sys, "_is_gil_enabled", None)  # from 3.13 on
    if is_locked is None:
        return False
    if not is_locked():
        return True
    if hasattr(sys, "abiflags"):
        return "t" in sys.abiflags
    import sysconfig  # costs a millisecond, on Windows before 3.14 alone

    return bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


def _obstacle() -> str | None:
    """Why the native implementation cannot be had here; None if it can."""
    if sys.implementation.name != "cpython":
        return f"the extension is for CPython, and this is {sys.implementation.name}"
    if _can_lack_the_lock():
        return "this interpreter is one that runs without the lock, which the extension needs"
    if _native() is None:
        return "this installation has no extension (veltrix._native)"
    return None


def implementations() -> dict[str, ModuleType]:
    """The implementations that can be had here, by name: "pure", and "native" where the extension is built.

    Example:
        >>> veltrix.implementation in veltrix.implementations()
        True
    """
    native = None if _obstacle() else _native()
    return {"pure": _pure()} if native is None else {"pure": _pure(), "native": native}


def _choose(forced: str) -> tuple[str, ModuleType, str | None]:
    """Name and module of the implementation, and why it is not the native one."""
    if forced not in ("", "native", "pure"):
        raise ChoiceError(f"VELTRIX_IMPL is 'native' or 'pure', not {forced!r}")
    obstacle = "VELTRIX_IMPL is 'pure'" if forced == "pure" else _obstacle()
    native = None if obstacle else _native()
    if native is not None:
        return "native", native, None
    if forced == "native":
        raise ChoiceError(f"VELTRIX_IMPL is 'native', but {obstacle}; the other choice is 'pure'")
    return "pure", _pure(), obstacle


refusal: str | None = None
"""Why there is no implementation at all; None if there is one."""
try:
    implementation, kernel, why_pure = _choose(os.environ.get("VELTRIX_IMPL", ""))
    _pickle.kernel = kernel
except ChoiceError as error:
    refusal = str(error)
    _pickle.kernel = sys.modules[__name__]  # refuses a pickle as it does all else


def __getattr__(name: str) -> NoReturn:
    """Refuse what a choice that cannot be had leaves out."""
    if refusal is not None and not name.startswith("__"):
        raise ImportError(refusal)
    raise AttributeError(name)
