"""Plans for values that stand alone: how a declared type reads a value, made once for each type.

A value of a document has to be of the declared type; what a document cannot write (a path, an amount of time)
is a text there. A value of a flat source is a text whatever the type, and is read by the table in `texts`.
"""

from __future__ import annotations

from veltrix.binding import texts
from veltrix.binding.run import INVALID
from veltrix.binding.texts import UnfitError
from veltrix.types import FrozenMapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from veltrix.binding.run import Run, Segments


class Plan:
    """How values of one declared type are read."""

    __slots__ = ()

    kind: Any = None
    """The exact type of the values that pass as they are, and need no look; None if there is none."""
    words = "anything"
    """What is expected, for messages."""
    is_text_in_documents = True
    """Whether a document may say it as a text."""
    is_plain = True
    """Whether no value is prepared for a library that judges it."""
    is_leaf = False
    """Whether only a text is prepared for it."""
    is_secret = False
    """Whether it says that its values are secret."""
    takes_null = False
    """Whether null is one of several types."""
    tags: Mapping[str, Any] = {}
    """The fields whose values say which of several models is meant."""

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The value as the type has it, or INVALID after it was refused."""
        raise NotImplementedError

    def prepare(self, value: Any, run: Run, path: Segments) -> Any:
        """The value for a library that judges it by its own rules: texts of flat sources are read."""
        return value

    def inside(self) -> Iterable[Plan]:
        """The plans of what stands in a value, or of the value itself."""
        return ()


class Anything(Plan):
    """A type that says nothing: values as they are, in forms that nobody can change."""

    __slots__ = ()

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The value, frozen."""
        return frozen(value)


def frozen(value: Any) -> Any:
    """A value without dicts and lists."""
    if type(value) is dict:
        return FrozenMapping({key: frozen(child) for key, child in value.items()})
    return tuple(map(frozen, value)) if type(value) is list else value


class Scalar(Plan):
    """One type of the table of texts."""

    __slots__ = ("convert", "is_leaf", "is_plain", "is_text_in_documents", "kind", "of_text", "words")

    def __init__(
        self,
        kind: type,
        words: str,
        of_text: Callable[[str], Any],
        *,
        is_text_in_documents: bool = False,
        convert: Callable[[Any], Any] | None = None,
    ) -> None:
        self.kind = kind
        self.words = words
        self.of_text = of_text
        self.is_text_in_documents = is_text_in_documents
        self.is_plain = False
        self.is_leaf = True
        self.convert = convert
        """Takes a value of another type, and gives INVALID for one that is not meant."""

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The value, read if it is a text."""
        if type(value) is self.kind:
            return value
        if type(value) is str:
            if not self.is_text_in_documents and not run.is_flat(path):
                return run.expected(path, self.words, value)
            expected = ""
            try:
                return self.of_text(value)
            except UnfitError as unfit:
                expected = unfit.expected
            return run.refuse(path, f"expected {expected}")
        converted = INVALID if self.convert is None else self.convert(value)
        return run.expected(path, self.words, value) if converted is INVALID else converted

    def prepare(self, value: Any, run: Run, path: Segments) -> Any:
        """The value, read if it is a text of a flat source; that of a document is no number."""
        if type(value) is not str:
            return value
        if run.is_flat(path):
            try:
                return self.of_text(value)
            except UnfitError:
                return value
        if not self.is_text_in_documents:
            run.expected(path, self.words, value)
        return value


class Text(Plan):
    """`str`: a text is none but a text."""

    __slots__ = ()

    kind = str
    words = "str"

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The text."""
        return value if type(value) is str else run.expected(path, "str", value)


class Checked(Plan):
    """`Annotated` with constraints: what the type gives has to meet them, unless it is a null of a union."""

    __slots__ = (
        "check",
        "is_leaf",
        "is_plain",
        "is_secret",
        "is_text_in_documents",
        "plan",
        "said",
        "takes_null",
        "words",
    )

    def __init__(self, plan: Plan, said: str, check: Callable[[Any], bool]) -> None:
        self.plan = plan
        self.said = said
        self.check = check
        self.words = f"{plan.words} with {said}"
        self.is_plain = plan.is_plain
        self.is_leaf = plan.is_leaf
        self.is_secret = plan.is_secret
        self.takes_null = plan.takes_null
        self.is_text_in_documents = plan.is_text_in_documents

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The value, if it meets the constraints."""
        before = len(run.problems)
        result = self.plan.read(value, run, path)
        is_null = result is None and self.takes_null
        if len(run.problems) != before or is_null or self.check(result):
            return result
        return run.refuse(path, f"expected {self.words}")

    def prepare(self, value: Any, run: Run, path: Segments) -> Any:
        """The value as its type has it: constraints are the library's."""
        return self.plan.prepare(value, run, path)

    def inside(self) -> Iterable[Plan]:
        """The plan of the type."""
        return [self.plan]


class Secret(Plan):
    """A type that says that its values are secret."""

    __slots__ = ("is_plain", "is_text_in_documents", "plan", "words")

    is_secret = True

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.words = plan.words
        self.is_plain = False
        self.is_text_in_documents = plan.is_text_in_documents

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The value, in the open."""
        run.mark_secret(path)
        return self.plan.read(value, run, path)

    def prepare(self, value: Any, run: Run, path: Segments) -> Any:
        """The value, and a note that it is secret."""
        run.mark_secret(path)
        return self.plan.prepare(value, run, path)


NULL = type(None)


def holds_secrets(plan: Plan) -> bool:
    """Whether a type says that its values are secret, or that something in them is."""
    waiting, met = [plan], {id(plan)}
    while waiting:
        one = waiting.pop()
        if one.is_secret:
            return True
        inside = [inner for inner in one.inside() if id(inner) not in met]
        met.update(map(id, inside))
        waiting += inside
    return False


def _number_as_float(value: Any) -> Any:
    try:
        return float(value) if type(value) is int else INVALID
    except OverflowError:
        return INVALID


def _number_as_seconds(value: Any) -> Any:
    from datetime import timedelta

    try:
        return timedelta(seconds=value) if type(value) in (int, float) else INVALID
    except (OverflowError, ValueError):
        return INVALID


def scalars() -> dict[Any, Plan]:
    """The plans of the types that stand alone, by type."""
    from datetime import date, datetime, time, timedelta
    from pathlib import Path
    from uuid import UUID

    # A path is made as a class of the system that is no `Path` itself, so that no value passes by its type.
    path = Scalar(type(Path()), "a path", texts.path_of, is_text_in_documents=True)
    seconds = _number_as_seconds
    return {
        object: Anything(),
        str: Text(),
        bool: Scalar(bool, "bool", texts.bool_of),
        int: Scalar(int, "int", texts.int_of),
        float: Scalar(float, "float", texts.float_of, convert=_number_as_float),
        bytes: Scalar(bytes, "bytes", texts.bytes_of, is_text_in_documents=True),
        NULL: Scalar(NULL, "null", texts.none_of),
        datetime: Scalar(datetime, "a datetime", texts.datetime_of, is_text_in_documents=True),
        date: Scalar(date, "a date", texts.date_of, is_text_in_documents=True),
        time: Scalar(time, "a time", texts.time_of, is_text_in_documents=True),
        timedelta: Scalar(
            timedelta, "an amount of time", texts.timedelta_of, is_text_in_documents=True, convert=seconds
        ),
        Path: path,
        type(Path()): path,
        UUID: Scalar(UUID, "a UUID", texts.uuid_of, is_text_in_documents=True),
    }


def tried(plan: Plan, value: Any, run: Run, path: Segments) -> Any:
    """What a plan makes of a value; if it refuses it, the value itself, for the library to judge."""
    before = run.noted()
    result = plan.read(value, run, path)
    if len(run.problems) == before[0]:
        return result
    run.forget(before)
    return value
