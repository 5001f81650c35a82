"""A handle on one value."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Generic, NoReturn, Self

    from typing_extensions import TypeVar

    T = TypeVar("T", default=Any)

    class _Typed(Generic[T]):
        """For type checkers; at run time the base is `object`."""

else:
    from types import GenericAlias

    T = None
    _Typed = {T: object}


class Key(_Typed[T]):
    """A handle on one value of a snapshot: `key.value` is read at the speed of an attribute.

    Specified in docs/semantics.md#objects-of-declared-types.

    Example:
        >>> port = snapshot.key("server.port", int)
        >>> port.path, port.value
        ('server.port', 8080)
    """

    __slots__ = {
        "__weakref__": "",
        "path": "The canonical text of the whole path.",
        "value": "The value, or an object of the type that was given.",
    }
    __module__ = "veltrix"

    path: str
    value: T

    if not TYPE_CHECKING:
        __class_getitem__ = classmethod(GenericAlias)

    def __new__(cls, *_: object, **__: object) -> Self:
        raise TypeError("cannot create 'Key' instances")

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("type 'Key' is not an acceptable base type")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Key is read-only")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a Key is read-only")

    def __repr__(self) -> str:
        return f"<veltrix.Key {self.path!r}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("cannot pickle 'Key' object")


def make_key(path: str, value: Any) -> Key[Any]:
    """A handle on the value at a path, by its canonical text."""
    key: Key[Any] = object.__new__(Key)
    object.__setattr__(key, "path", path)
    object.__setattr__(key, "value", value)
    return key
