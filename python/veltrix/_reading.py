"""Reading a live configuration as a mapping: always of what the context pins, or else of the latest."""

from __future__ import annotations

from collections.abc import Mapping

from veltrix._backend import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Generic

    from typing_extensions import TypeVar

    from veltrix._pure import Current, Layer, Snapshot
    from veltrix.publishing.change import AnyPath
    from veltrix.types import Dimension, Explanation, ItemsView, KeysView, ValuesView

    S = TypeVar("S", default=Any)

    class _Current(Current, Mapping[str, Any], Generic[S]):
        """For type checkers; at run time the class is registered."""

        @property
        def snapshot(self) -> Snapshot[S]: ...  # type: ignore[override]
        def current(self) -> Snapshot[S]: ...
        @property
        def settings(self) -> S: ...

else:
    from types import GenericAlias

    S = None
    _Current = {S: kernel.Current}


class Reading(_Current[S]):
    """The reading half of `Config`; `snapshot`, `current`, `settings`, `[]`, `in`, `get` are the base's."""

    __slots__ = ()

    if not TYPE_CHECKING:
        __class_getitem__ = classmethod(GenericAlias)

    def __len__(self) -> int:
        return len(self.current())

    def __iter__(self) -> Iterator[str]:
        return iter(self.current())

    def __reversed__(self) -> Iterator[str]:
        return reversed(self.current())

    def keys(self) -> KeysView:
        """The names at the top level of one snapshot.

        Example:
            >>> list(config.keys())
            ['server']
        """
        return self.current().keys()

    def values(self) -> ValuesView:
        """The values at the top level of one snapshot.

        Example:
            >>> [section["port"] for section in config.values()]
            [8080]
        """
        return self.current().values()

    def items(self) -> ItemsView:
        """The names and values at the top level of one snapshot.

        Example:
            >>> [(name, section["port"]) for name, section in config.items()]
            [('server', 8080)]
        """
        return self.current().items()

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def flatten(self) -> dict[str, Any]:
        """Every leaf by the canonical text of its path; an empty mapping is listed as itself.

        Example:
            >>> config.flatten()
            {'server.host': 'localhost', 'server.port': 8080}
        """
        return self.current().flatten()

    def to_dict(self) -> dict[str, Any]:
        """A copy made of plain dicts and lists, secrets included.

        Example:
            >>> config.to_dict()
            {'server': {'host': 'localhost', 'port': 8080}}
        """
        return self.current().to_dict()

    def explain(self, path: AnyPath) -> Explanation:
        """Why a path has its value: each definition of it with its origin, the highest first.

        Args:
            path: The path, as a text or a tuple.

        Raises:
            PathError: The path is malformed.

        Example:
            >>> str(config.explain("server.port").origin)
            "layer 'values'"
        """
        return self.current().explain(path)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers of the stack, the lowest first: see `Snapshot.layers`."""
        return self.current().layers

    @property
    def layer_names(self) -> tuple[str, ...]:
        """The names of the layers, the lowest first."""
        return self.current().layer_names

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions that `scope` chooses in, as they were declared."""
        return self.current().dimensions

    @property
    def generation(self) -> int:
        """A number that rises with each change that is published."""
        return self.current().generation

    @property
    def digest(self) -> str:
        """A hash of the content that ignores the order of keys."""
        return self.current().digest


Mapping.register(Reading)
