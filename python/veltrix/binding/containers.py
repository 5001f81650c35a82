"""Plans for lists, sets and mappings, whose items have a type in turn."""

from __future__ import annotations

from veltrix._text import quoted
from veltrix.binding import texts
from veltrix.binding.plans import Checked, Plan, Secret
from veltrix.binding.run import INVALID
from veltrix.binding.texts import UnfitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from veltrix.binding.run import Run, Segments


class Items(Plan):
    """A list, a set or a tuple of any length, of items of one type."""

    __slots__ = ("is_leaf", "is_plain", "item", "make", "words")

    is_text_in_documents = False

    def __init__(self, make: Callable[[list[Any]], Any], item: Plan) -> None:
        self.make = make
        self.item = item
        self.words = "list" if item.words == "anything" else f"list of {item.words}"
        self.is_plain = False
        self.is_leaf = item.is_plain

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The items, each as its type has it."""
        items = _items(value, run, path, self.words)
        if items is INVALID:
            return INVALID
        before = len(run.problems)
        kind, plan = self.item.kind, self.item
        read = [
            item if type(item) is kind else plan.read(item, run, (*path, at)) for at, item in enumerate(items)
        ]
        if len(run.problems) != before:
            return INVALID
        try:
            return self.make(read)
        except TypeError:
            return run.refuse(path, "expected items that a set can hold")

    def prepare(self, value: Any, run: Run, path: Segments) -> Any:
        """The items; a text of a flat source is cut into them."""
        items = _prepared_items(value, run, path)
        if items is None or self.item.is_plain:
            return value if items is None else items
        return [self.item.prepare(item, run, (*path, at)) for at, item in enumerate(items)]

    def inside(self) -> Iterable[Plan]:
        """The plan of an item."""
        return [self.item]


class Row(Plan):
    """A tuple of so many items, each of a type of its own."""

    __slots__ = ("plans", "words")

    is_text_in_documents = False
    is_plain = False

    def __init__(self, plans: Sequence[Plan]) -> None:
        self.plans = plans
        self.words = f"list of {len(plans)}"

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The items, each as its type has it."""
        items = _items(value, run, path, self.words)
        if items is INVALID:
            return INVALID
        if len(items) != len(self.plans):
            return run.refuse(path, f"expected {self.words}, not of {len(items)}")
        before = len(run.problems)
        pairs = zip(self.plans, items, strict=True)
        read = tuple([plan.read(item, run, (*path, at)) for at, (plan, item) in enumerate(pairs)])
        return read if len(run.problems) == before else INVALID

    def prepare(self, value: Any, run: Run, path: Segments) -> Any:
        """The items; a text of a flat source is cut into them."""
        items = _prepared_items(value, run, path)
        if items is None:
            return value
        pairs = zip(self.plans, items, strict=False)
        prepared = [plan.prepare(item, run, (*path, at)) for at, (plan, item) in enumerate(pairs)]
        return prepared + items[len(prepared) :]

    def inside(self) -> Iterable[Plan]:
        """The plans of the items."""
        return self.plans


class Table(Plan):
    """A mapping of any names, to values of one type."""

    __slots__ = ("is_leaf", "key", "make", "value", "words")

    is_text_in_documents = False
    is_plain = False

    def __init__(self, make: Callable[[dict[Any, Any]], Any], key: Plan, value: Plan) -> None:
        self.make = make
        self.key = key
        self.value = value
        self.is_leaf = value.is_plain
        self.words = "mapping" if value.words == "anything" else f"mapping of {value.words}"

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The mapping, its names and values as their types have them."""
        mapping = mapping_in(value, run, path, self.words)
        if mapping is INVALID:
            return INVALID
        before = len(run.problems)
        kind, plan = self.value.kind, self.value
        read = {
            name: child if type(child) is kind else plan.read(child, run, (*path, name))
            for name, child in mapping.items()
        }
        if self.key.kind is not str:
            read = self._named(read, run, path)
        if len(run.problems) != before:
            return INVALID
        return self.make(read)

    def prepare(self, value: Any, run: Run, path: Segments) -> Any:
        """The mapping; a text of a flat source is a JSON object."""
        mapping = prepared_mapping(value, run, path)
        if mapping is None or self.value.is_plain:
            return value if mapping is None else mapping
        return {name: self.value.prepare(child, run, (*path, name)) for name, child in mapping.items()}

    def inside(self) -> Iterable[Plan]:
        """The plan of a value."""
        return [self.value]

    def _named(self, read: dict[str, Any], run: Run, path: Segments) -> dict[Any, Any]:
        """The values by their names, which are texts in every document, as their type has them."""
        named: dict[Any, Any] = {}
        first: dict[Any, str] = {}
        for text, child in read.items():
            name = self._name(text, run, (*path, text))
            if name in first and name is not INVALID:
                run.refuse((*path, text), f"the same key as {quoted(first[name])}")
            first[name] = text
            named[name] = child
        return named

    def _name(self, name: str, run: Run, path: Segments) -> Any:
        checks: list[Checked] = []
        plan = self.key
        while isinstance(plan, (Checked, Secret)):
            checks += [plan] if isinstance(plan, Checked) else []
            plan = plan.plan
        of_text = getattr(plan, "of_text", None)
        if of_text is None:
            return self.key.read(name, run, path)
        expected = ""
        try:
            found = of_text(name)
            if all(one.check(found) for one in checks):
                return found
            expected = self.key.words
        except UnfitError as unfit:
            expected = unfit.expected
        return run.refuse(path, f"expected a key that is {expected}")


def _items(value: Any, run: Run, path: Segments, words: str) -> Any:
    """The items of a list, or of a text of a flat source; INVALID for anything else."""
    if type(value) is list:
        return value
    if type(value) is str and run.is_flat(path):
        expected = ""
        try:
            return texts.items_of(value)
        except UnfitError as unfit:
            expected = unfit.expected
        return run.refuse(path, f"expected {expected}")
    return run.expected(path, words, value)


def mapping_in(value: Any, run: Run, path: Segments, words: str) -> Any:
    """A mapping, or that of a text of a flat source; INVALID for anything else."""
    if type(value) is dict:
        return value
    if type(value) is str and run.is_flat(path):
        expected = ""
        try:
            return texts.mapping_of(value)
        except UnfitError as unfit:
            expected = unfit.expected
        return run.refuse(path, f"expected {expected}")
    return run.expected(path, words, value)


def _prepared_items(value: Any, run: Run, path: Segments) -> Any:
    """The items for a library; None for what it has to judge as it is."""
    if type(value) is str and run.is_flat(path):
        try:
            return texts.items_of(value)
        except UnfitError:
            return None
    return value if type(value) is list else None


def prepared_mapping(value: Any, run: Run, path: Segments) -> Any:
    """The mapping for a library; None for what it has to judge as it is."""
    if type(value) is str and run.is_flat(path):
        try:
            return texts.mapping_of(value)
        except UnfitError:
            return None
    return value if type(value) is dict else None
