"""What a layer says instead of a value: remove it, replace it whole, extend it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self


class Operator:
    """The base of the four operators."""

    __slots__ = ()


class Delete(Operator):
    """Removes what the lower layers define. `DELETE` is the only one."""

    __slots__ = ()

    def __new__(cls) -> Self:
        return DELETE  # type: ignore[return-value]

    def __repr__(self) -> str:
        return "DELETE"

    def __reduce__(self) -> str:
        return "DELETE"


DELETE: Delete = object.__new__(Delete)
"""Removes what the lower layers define."""


class _Holder(Operator):
    """An operator with a value; two are equal if their values are."""

    __slots__ = ("value",)
    value: Any

    def __init__(self, value: Any) -> None:
        object.__setattr__(self, "value", value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("an operator is read-only")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("an operator is read-only")

    def __eq__(self, other: object) -> bool:
        return self.value == other.value if type(self) is type(other) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.value,))

    def _shown(self, nothing: Any) -> Any:
        """The value; `nothing` where it was refused, and a traceback shows what it was refused for."""
        return getattr(self, "value", nothing)


class Replace(_Holder):
    """Puts a value in the place of all that the lower layers define."""

    __slots__ = ()

    def __init__(self, value: Any) -> None:
        if isinstance(value, Operator):
            raise TypeError("replace() takes a value, not an operator")
        super().__init__(value)

    def __repr__(self) -> str:
        return f"replace(<{type(self._shown(None)).__name__}>)"


class _Extension(_Holder):
    """Adds items to the list that the lower layers define."""

    __slots__ = ()
    word = ""

    def __init__(self, value: list[Any] | tuple[Any, ...]) -> None:
        if not isinstance(value, list) and type(value) is not tuple:
            raise TypeError(f"{self.word}() takes a list, not {type(value).__name__}")
        super().__init__(value)

    def __repr__(self) -> str:
        return f"{self.word}(<{len(self._shown(()))} items>)"


class Append(_Extension):
    """Adds items after the lower list."""

    __slots__ = ()
    word = "append"


class Prepend(_Extension):
    """Adds items before the lower list."""

    __slots__ = ()
    word = "prepend"


def replace(value: Any) -> Replace:
    """The value, and nothing of what the lower layers define.

    Args:
        value: What stands there; a mapping is not merged with lower ones.

    Raises:
        TypeError: The value is an operator itself.

    Example:
        >>> low = veltrix.Layer("low", {"db": {"host": "localhost", "port": 5432}})
        >>> high = veltrix.Layer("high", {"db": veltrix.replace({"socket": "/run/db"})})
        >>> veltrix.resolve([low, high]).to_dict()
        {'db': {'socket': '/run/db'}}
    """
    return Replace(value)


def append(items: list[Any] | tuple[Any, ...]) -> Append:
    """The lower list, and these items after it.

    Args:
        items: A list or a tuple.

    Raises:
        TypeError: It is neither.

    Example:
        >>> low = veltrix.Layer("low", {"tags": ["blue"]})
        >>> veltrix.resolve([low, veltrix.Layer("high", {"tags": veltrix.append(["fast"])})])["tags"]
        ('blue', 'fast')
    """
    return Append(items)


def prepend(items: list[Any] | tuple[Any, ...]) -> Prepend:
    """These items, and the lower list after them.

    Args:
        items: A list or a tuple.

    Raises:
        TypeError: It is neither.

    Example:
        >>> low = veltrix.Layer("low", {"tags": ["blue"]})
        >>> veltrix.resolve([low, veltrix.Layer("high", {"tags": veltrix.prepend(["fast"])})])["tags"]
        ('fast', 'blue')
    """
    return Prepend(items)
