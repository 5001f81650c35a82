"""The plain types that both implementations hand out."""

from __future__ import annotations

from collections import abc, namedtuple
from collections.abc import Iterable, Mapping
from types import FunctionType

from veltrix._text import place_in_file, printable, shown_record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NamedTuple, NoReturn

    from veltrix import Layer

    class _Origin(NamedTuple):
        layer: str
        source: str
        file: str | None = None
        line: int | None = None
        column: int | None = None
        variable: str | None = None

    class _Definition(NamedTuple):
        path: str
        operator: str | None
        type: str
        value: Any
        origin: Origin
        role: str

    class _Explanation(NamedTuple):
        path: str
        present: bool
        value: Any
        origin: Origin | None
        secret: bool
        definitions: tuple[Definition, ...]

    class _ScopeCacheInfo(NamedTuple):
        hits: int
        misses: int
        entries: int
        bytes: int

else:
    # Importing `typing` costs more than the rest of this package.
    _Origin = namedtuple("_Origin", "layer source file line column variable", defaults=(None,) * 4)
    _Definition = namedtuple("_Definition", "path operator type value origin role")
    _Explanation = namedtuple("_Explanation", "path present value origin secret definitions")
    _ScopeCacheInfo = namedtuple("_ScopeCacheInfo", "hits misses entries bytes")

REDACTED = "<secret>"
"""Stands for the value of a secret in everything that is shown."""

MISSING: Any = type("_Missing", (), {"__repr__": lambda _: "<none given>"})()
"""A default that was not given."""

NAN = float("nan")
"""Every NaN that comes out of a snapshot is this one, so that a tuple that holds it equals itself."""


class Name(str):
    """One segment of a path, as iterating yields it where a path would have to quote it."""

    __slots__ = ()


class Origin(_Origin):
    """Where a value comes from: `str()` gives the best place that is known.

    Attributes:
        layer, source: The name of the layer, and the kind of its source: "mapping", "file", "environment",
            ...
        file, line, column: Where in a file, from 1; None where that is not known.
        variable: The variable of the environment, or None.

    Example:
        >>> str(config.explain("server.port").origin)
        "layer 'values'"
    """

    __slots__ = ()

    def __str__(self) -> str:
        if self.file is not None:
            return place_in_file(self.file, self.line, self.column)
        if self.variable is not None:
            return f"variable {printable(self.variable)}"
        return f"layer {printable(repr(self.layer))}"

    def __repr__(self) -> str:
        return shown_record(self)


class Definition(_Definition):
    """What one layer says about a path.

    Attributes:
        path, origin: The canonical text of the path, and the `Origin` of what is said.
        operator: None, "delete", "replace", "append" or "prepend".
        type, value: The word for the type, such as "int", and the value; of a secret, "<secret>".
        role: "wins", "merges" or "overridden".

    Example:
        >>> [(one.value, one.role) for one in config.explain("server.port").definitions]
        [(8080, 'wins')]
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return shown_record(self)


class Explanation(_Explanation):
    """Why a path has its value.

    Attributes:
        path, present: The canonical text of the path, and whether anything stands there.
        value, origin: Those of the definition that wins, or None; of a secret, "<secret>".
        secret: Whether the path is secret.
        definitions: Every `Definition` of it, the highest first.

    Example:
        >>> config.explain("server.port").value
        8080
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return shown_record(self)


class ScopeCacheInfo(_ScopeCacheInfo):
    """How often a scope was at hand and was not, how many are kept, and their estimated bytes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return shown_record(self)


class KeysView(abc.KeysView[str]):
    """The names of a mapping's children, in their order or backwards."""

    __slots__ = ()
    _mapping: Any

    def __reversed__(self) -> Iterator[str]:
        names: Iterator[str] = reversed(self._mapping)
        return names


class ValuesView(abc.ValuesView["Any"]):
    """The values of a mapping's children, in their order or backwards."""

    __slots__ = ()
    _mapping: Any

    def __reversed__(self) -> Iterator[Any]:
        return (self._mapping[name] for name in reversed(self._mapping))


class ItemsView(abc.ItemsView[str, "Any"]):
    """The names and values of a mapping's children, in their order or backwards."""

    __slots__ = ()
    _mapping: Any

    def __reversed__(self) -> Iterator[tuple[str, Any]]:
        return ((name, self._mapping[name]) for name in reversed(self._mapping))


def lend_methods(lender: type, view: type) -> None:
    """Gives a view of the native kernel the methods that the class of its name here has and it has not."""
    own = {*vars(view), "__init__", "__subclasshook__"}
    methods = {name: member for kind in reversed(lender.__mro__[:-1]) for name, member in vars(kind).items()}
    for name, member in methods.items():
        if name not in own and (isinstance(member, (FunctionType, classmethod)) or name == "__hash__"):
            setattr(view, name, member)
    lender.register(view)  # type: ignore[attr-defined]


class FrozenMapping(Mapping):  # type: ignore[type-arg]
    """A read-only mapping: what a mapping inside a list becomes.

    Args:
        data: The mapping that is copied.

    Raises:
        TypeError: It is no mapping.

    Example:
        >>> veltrix.FrozenMapping({"host": "a"})["host"]
        'a'
    """

    __slots__ = ("_data",)
    _data: dict[str, Any]

    def __init__(self, data: Mapping[str, Any] = {}) -> None:
        object.__setattr__(self, "_data", dict(data))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a FrozenMapping is read-only")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a FrozenMapping is read-only")

    def __getitem__(self, key: str) -> Any:
        return self._data[key]

    def __contains__(self, key: object) -> bool:
        return key in self._data

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._data)

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or the default where there is none."""
        return self._data.get(key, default)

    def keys(self) -> abc.KeysView[str]:
        """The names of the children."""
        return self._data.keys()

    def values(self) -> abc.ValuesView[Any]:
        """The values of the children."""
        return self._data.values()

    def items(self) -> abc.ItemsView[str, Any]:
        """The names and values of the children."""
        return self._data.items()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FrozenMapping):
            return self._data == other._data
        if isinstance(other, Mapping):
            return self._data == dict(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"FrozenMapping({self._data!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (FrozenMapping, (self._data,))

    def __copy__(self) -> FrozenMapping:
        return self

    def __deepcopy__(self, memo: object) -> FrozenMapping:
        return self


class Dimension:
    """A name that `scope()` takes, with the layer that each choice puts on top.

    Args:
        name: What `scope` calls it.
        layers: A mapping of choices to their layers.
        strict: Whether a choice that is not among them is an error; else it chooses nothing.
        many: Whether a choice is an iterable of names, whose layers apply in the order of `layers`.

    Raises:
        TypeError: The name is no `str`, or the layers are no mapping.

    Example:
        >>> region = veltrix.Dimension("region", {"eu": veltrix.Layer("eu", {"currency": "EUR"})})
        >>> veltrix.resolve([], dimensions=[region]).scope(region="eu")["currency"]
        'EUR'
    """

    __slots__ = ("layers", "many", "name", "strict")
    name: str
    layers: Mapping[str, Layer]
    strict: bool
    many: bool

    # Pickles give the flags by position.
    def __init__(
        self, name: str, layers: Mapping[str, Layer], strict: bool = False, many: bool = False
    ) -> None:
        if not isinstance(name, str):
            raise TypeError(f"a dimension's name is a str, not {type(name).__name__}")
        if not isinstance(layers, Mapping):
            raise TypeError(f"a dimension's layers are a mapping, not {type(layers).__name__}")
        object.__setattr__(self, "name", str(name))
        object.__setattr__(self, "layers", FrozenMapping(layers))
        object.__setattr__(self, "strict", bool(strict))
        object.__setattr__(self, "many", bool(many))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Dimension is read-only")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a Dimension is read-only")

    def choose(self, choice: str | Iterable[str] | None) -> Layer | tuple[Layer, ...] | None:
        """The layer of a choice, or None; of a dimension of `many`, the layers of these names.

        Args:
            choice: A name, or with `many` an iterable of names; None chooses nothing.

        Raises:
            TypeError: The choice is of a wrong type.
            ValueError: The dimension is strict and has no such layer.

        Example:
            >>> veltrix.Dimension("flags", {}, many=True).choose(["new_cart"])
            ()
        """
        layers = tuple([layer for _, layer in self._named(choice)])
        if self.many:
            return layers
        return layers[0] if layers else None

    def _named(self, choice: str | Iterable[str] | None) -> list[tuple[str, Layer]]:
        """The layers of a choice in their order, with their names in the table."""
        if choice is None:
            return []
        names = self._several(choice) if self.many else [self._one(choice)]
        if self.strict:
            for name in names:
                if name not in self.layers:
                    known = ", ".join(repr(name) for name in self.layers) or "none"
                    raise ValueError(f"dimension {self.name!r} has no layer {name!r}; it has {known}")
        if not self.many:
            layer = self.layers.get(names[0])
            return [] if layer is None else [(str.__str__(names[0]), layer)]
        wanted = set(names)
        return [(name, layer) for name, layer in self.layers.items() if name in wanted]

    def _one(self, choice: object) -> str:
        if not isinstance(choice, str):
            raise TypeError(f"the choice of {self.name!r} is a str or None, not {type(choice).__name__}")
        return choice

    def _several(self, choice: object) -> list[str]:
        if isinstance(choice, str) or not isinstance(choice, Iterable):
            kind = type(choice).__name__
            raise TypeError(f"the choice of {self.name!r} is an iterable of str or None, not {kind}")
        names = list(choice)
        for name in names:
            if not isinstance(name, str):
                raise TypeError(f"a name of the choice of {self.name!r} is a str, not {type(name).__name__}")
        return names

    def __repr__(self) -> str:
        return f"<veltrix.Dimension {self.name!r}, {len(self.layers)} layers>"

    def __reduce__(self) -> tuple[Any, ...]:
        flags = (self.strict, True) if self.many else (self.strict,)
        return (Dimension, (self.name, dict(self.layers), *flags))


def chosen_by(dimension: Dimension, choice: Any) -> list[tuple[Any, Layer]]:
    """The layers of a choice in their order, each with what a scope is known by: its name in the table.

    A dimension of a class of its own chooses as it likes: its layers stand for themselves.
    """
    if type(dimension) is Dimension:
        return dimension._named(choice)
    found: Any = dimension.choose(choice)
    layers = found if dimension.many else () if found is None else (found,)
    return [(layer, layer) for layer in layers]


def exchanged_layers(
    old: tuple[Dimension, ...], new: tuple[Dimension, ...]
) -> list[tuple[Layer, Layer]] | None:
    """The layers of the same choices that are not the same objects; None where other choices can be made."""
    declared = [[(one.name, one.strict, one.many) for one in table] for table in (old, new)]
    if declared[0] != declared[1]:
        return None
    exchanged: list[tuple[Layer, Layer]] = []
    for before, after in zip(old, new, strict=True):
        if before.layers.keys() != after.layers.keys():
            return None
        for choice, layer in after.layers.items():
            if before.layers[choice] is not layer:
                exchanged += [(before.layers[choice], layer)]
    return exchanged
