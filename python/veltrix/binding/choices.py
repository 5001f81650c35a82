"""Plans for one of some values: `Literal`, and classes of `enum`."""

from __future__ import annotations

from veltrix.binding import texts
from veltrix.binding.plans import NULL, Plan, tried
from veltrix.binding.texts import UnfitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from enum import Enum
    from typing import Any

    from veltrix.binding.run import Run, Segments


class OneOf(Plan):
    """`Literal`: one of some values; a member of `enum` is written as in `Member`."""

    __slots__ = ("forms", "words")

    is_plain = False
    is_leaf = True

    def __init__(self, choices: Sequence[Any]) -> None:
        forms = [(_plain(choice), choice) for choice in choices]
        forms += [(choice.name, choice) for choice in choices if _plain(choice) is not choice]
        self.forms = [(type(plain), plain, choice) for plain, choice in forms]
        """What each choice is written as, its values before its names."""
        self.words = " or ".join(map(_shown, choices))

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The choice that is written as this value, in its type too."""
        for kind, plain, choice in self.forms:
            if type(value) is kind and value == plain:
                return choice
        try:
            if type(value) is str and run.is_flat(path):
                return self.of_text(value)
        except UnfitError:
            pass
        return run.refuse(path, f"expected {self.words}")

    def of_text(self, text: str) -> Any:
        """The choice that a text means; raises `UnfitError`."""
        for is_meant in (_is_text, _is_read_as):
            for kind, plain, choice in self.forms:
                if is_meant(text, kind, plain):
                    return choice
        raise UnfitError(self.words)

    def prepare(self, value: Any, run: Run, path: Segments) -> Any:
        """The choice that a text of a flat source means."""
        if type(value) is not str or any(
            plain is choice and value == plain for _, plain, choice in self.forms
        ):
            return value
        return tried(self, value, run, path) if run.is_flat(path) else value

    def may_be(self, value: Any) -> bool:
        """Whether a value is one of these, or a text that a flat source could mean one with."""
        if type(value) is str and any(kind is not str for kind, _, _ in self.forms):
            return True
        return any(type(value) is kind and value == plain for kind, plain, _ in self.forms)


class Member(Plan):
    """A class of `enum`: one of its members."""

    __slots__ = ("members", "words")

    is_plain = False
    is_leaf = True

    def __init__(self, members: dict[str, Enum]) -> None:
        self.members = members
        self.words = " or ".join(_shown(one.value) for one in dict.fromkeys(members.values()))

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The member of this value, or of this name."""
        for member in self.members.values():
            if type(value) is type(member.value) and value == member.value:
                return member
        if type(value) is str:
            if value in self.members:
                return self.members[value]
            try:
                if run.is_flat(path):
                    return self.of_text(value)
            except UnfitError:
                pass
        return run.refuse(path, f"expected {self.words}")

    def of_text(self, text: str) -> Any:
        """The member that a text means; raises `UnfitError`."""
        named = [(member.value, member) for member in self.members.values()] + [*self.members.items()]
        for is_meant in (_is_text, _is_read_as):
            for plain, member in named:
                if is_meant(text, type(plain), plain):
                    return member
        raise UnfitError(self.words)

    def prepare(self, value: Any, run: Run, path: Segments) -> Any:
        """The member that a text of a flat source means."""
        return tried(self, value, run, path) if type(value) is str and run.is_flat(path) else value


_BY_KIND: dict[type, Callable[[str], Any]] = {
    bool: texts.bool_of,
    int: texts.int_of,
    float: texts.float_of,
    bytes: texts.bytes_of,
    NULL: texts.none_of,
}


def _is_read_as(text: str, kind: type, value: Any) -> bool:
    """Whether a text of a flat source means a value of this type."""
    try:
        return kind in _BY_KIND and bool(_BY_KIND[kind](text) == value)
    except UnfitError:
        return False


def _is_text(text: str, kind: type, value: Any) -> bool:
    return kind is str and text == value


def _plain(choice: Any) -> Any:
    """A choice as a configuration writes it: a member of `enum` as its value."""
    return getattr(choice, "value", choice)


def _shown(choice: Any) -> str:
    return "null" if choice is None else repr(_plain(choice))
