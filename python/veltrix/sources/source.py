"""What every source is: a recipe for one layer."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod

from veltrix._text import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, ClassVar, NoReturn, Self, TypeVar

    from veltrix.sources.kernel import Layer, Snapshot

    Result = TypeVar("Result")
    # `secret=`: everything (True), nothing (False), one path, or several.
    SecretTuple = tuple[str | tuple[str | int, ...], ...]
    SecretPaths = bool | str | Iterable[str | tuple[str | int, ...]]


class ConfigWarning(UserWarning):
    """Something in a source that is left out, or unsafe, and yet no reason to refuse it."""


class Source(ABC):
    """A recipe for one layer, which holds nothing of what it reads.

    A source of one's own derives from this, sets `name` and has `load`, which may be called any number of
    times and from any thread and reads anew each time.
    """

    __slots__ = ("name",)

    name: str
    """The name of the layer."""

    reads_beneath: ClassVar[bool] = False
    """Whether `load` wants to see the layers beneath."""

    @abstractmethod
    def load(self, beneath: Snapshot | None) -> Layer | None:
        """The layer as it is now, or None where an optional source is absent.

        `beneath` is what the sources before this one resolve to, for a source that says `reads_beneath`;
        None where there is nothing. Raises `ConfigError` with every problem found.
        """

    def __repr__(self) -> str:
        return f"<veltrix.{type(self).__name__} {getattr(self, 'name', '')!r}>"


class Recipe(Source):
    """A source that cannot be changed once it is made: what all of ours are.

    A copy of one is itself. A pickle holds what it was made with, no file, variable or secret that it reads.
    """

    __slots__ = ()

    def _keep(self, **fields: Any) -> None:
        for field, value in fields.items():
            object.__setattr__(self, field, value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is read-only")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __setstate__(self, state: tuple[dict[str, Any] | None, dict[str, Any]]) -> None:
        for fields in state:
            self._keep(**(fields or {}))


def without_frames(
    read: Callable[[], Result],
    left_out: Iterable[str] = (),
    kinds: tuple[type[Exception], ...] = (Exception,),
) -> Result:
    """Call `read`; what it raises leaves it without the frames and causes, whose locals hold values.

    That goes for exceptions of `kinds`. `left_out` are the texts of the warnings that `read` collects. They
    are given here, after it: a warning may be an error, and would keep the frames of `read` as well.
    """
    problem: Exception | None = None
    try:
        result = read()
    except kinds as error:  # a lack of memory or stack has the same frames
        problem = error.with_traceback(None)
        problem.__cause__ = problem.__context__ = None
    del read
    for text in left_out:
        warnings.warn(printable(text), ConfigWarning, stacklevel=2)
    if problem is not None:
        raise problem
    return result


def secret_paths(secret: SecretPaths) -> bool | SecretTuple:
    """`secret=` in a form that can be kept: True, False, or the paths."""
    if isinstance(secret, bool):
        return secret
    return (secret,) if isinstance(secret, str) else tuple(secret)


def source_name(name: str | None, default: str) -> str:
    """The name that was given, or the default."""
    if name is None:
        return default
    if not isinstance(name, str):
        raise TypeError(f"the name of a source is a str, not {type(name).__name__}")
    return carried(name, "the name of a source")


def carried(text: str, what: str) -> str:
    """The text, if UTF-8 can carry it; ValueError says of what it is not so."""
    if not encodable(text):
        raise ValueError(f"{what} holds a lone surrogate, which UTF-8 cannot carry")
    return text


def encodable(text: str) -> bool:
    """Whether UTF-8 can carry the text: one that was bytes and no UTF-8 it cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
