"""A view: one inner mapping of a snapshot, read as the snapshot is."""

from __future__ import annotations

from collections.abc import Mapping

from veltrix._pure.reading import MISSING, Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn, Self

    from veltrix._pure.reading import Owner

    Path = str | tuple[str | int, ...]


class View(Reader):
    """A read-only mapping over one inner mapping of a snapshot.

    It reads as a snapshot does. Its paths begin at the mapping, and errors, explanations and keys name whole
    paths. Specified in docs/semantics.md#reading.

    Example:
        >>> server = snapshot["server"]
        >>> server["port"], dict(server)
        (8080, {'host': 'localhost', 'port': 8080})
    """

    __slots__ = ("_snapshot",)
    __module__ = "veltrix"

    def __new__(cls, *_: object, **__: object) -> Self:
        raise TypeError("cannot create 'View' instances")

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("type 'View' is not an acceptable base type")

    def __getitem__(self, path: Path) -> Any:
        if type(path) is str:
            try:
                return self._values[self._prefix + path]
            except KeyError:
                pass
        return self._find(path)

    def get(self, path: Path, default: Any = None) -> Any:
        if type(path) is str:
            value = self._values.get(self._prefix + path, MISSING)
            if value is not MISSING:
                return value
        return super().get(path, default)

    def __contains__(self, path: object) -> bool:
        return (type(path) is str and self._prefix + path in self._values) or super().__contains__(path)

    def __reduce__(self) -> tuple[Any, ...]:
        from veltrix._pickle import FORMAT, restore_view

        return (restore_view, (FORMAT, self._snapshot, self._prefix.removesuffix(".")))


def make_view(snapshot: Owner, path: str, tree: dict[str, Any], values: dict[str, Any]) -> View:
    """The view over one inner mapping."""
    view = object.__new__(View)._fill(path + ".", tree, values)
    view._keep("_snapshot", snapshot)
    return view


Mapping.register(View)
