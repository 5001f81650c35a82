"""Whether both implementations give the same answer: what is not the same is not compared in speed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Any, TypeVar

from veltrix.bench.errors import DisagreementError, MissingImplementationError
from veltrix.errors import ConfigError, SourceError

Subject = TypeVar("Subject")
Answer = TypeVar("Answer")


def of_each(
    what: str, subjects: Mapping[str, Subject], ask: Callable[[Subject], Answer]
) -> dict[str, Answer]:
    """The answer of each implementation's subject; what one refuses, all have to refuse.

    Raises the `ConfigError` of all, `MissingImplementationError` for one that lacks a library, or
    `DisagreementError`.
    """
    answers: dict[str, Answer] = {}
    refusals: dict[str, ConfigError] = {}
    for name, subject in subjects.items():
        try:
            answers[name] = ask(subject)
        except SourceError as error:
            text = f"{what}: the {name} implementation cannot: {error.reason}"
            raise MissingImplementationError(text) from error
        except ConfigError as error:
            refusals[name] = error.with_traceback(None)
    if not refusals:
        return answers
    (refusing, refusal), *_ = refusals.items()
    if not answers:
        raise refusal
    raise DisagreementError(f"{what}: {refusing} refuses what {_others(answers)} accepts ({refusal})")


def agreed(what: str, answers: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Values by path that all implementations give alike, in value, type and order."""
    (name, first), *others = answers.items()
    for other, second in others:
        if list(first) != list(second):
            raise DisagreementError(f"{what}: {_other_paths(name, first, other, second)}")
        for path, value in first.items():
            if not same(value, second[path]):
                raise DisagreementError(f"{what}: {_other_values(path, name, value, other, second[path])}")
    return first


def same(left: Any, right: Any) -> bool:
    """Whether two values of different implementations are equal and of one type, all the way down."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if type(left) is not type(right):
        return False
    if isinstance(left, tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, (float, datetime, time)):  # == knows no sign of a zero, no NaN, no fold, no zone
        return repr(left) == repr(right)
    return bool(left == right)


def _other_paths(name: str, first: Mapping[str, Any], other: str, second: Mapping[str, Any]) -> str:
    for one, paths, rest in ((name, first, second), (other, second, first)):
        for path in paths:
            if path not in rest:
                return f"only {one} has {path}"
    path = next(path for path, counterpart in zip(first, second, strict=True) if path != counterpart)
    return f"{path} stands at another place in {name} than in {other}"


def _other_values(path: str, name: str, value: Any, other: str, counterpart: Any) -> str:
    kind, other_kind = _kind(value), _kind(counterpart)
    if kind == other_kind:
        return f"{path} ({kind}) has another value in {name} than in {other}"
    return f"{path} is of type {kind} in {name} and of type {other_kind} in {other}"


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return "mapping"
    return "list" if isinstance(value, tuple) else type(value).__name__


def _others(answers: Mapping[str, Any]) -> str:
    return " and ".join(answers)
