"""The plan of a union: which of its types a value is read as, and what is said where it is none of them."""

from __future__ import annotations

from veltrix.binding.choices import Member, OneOf
from veltrix.binding.plans import NULL, Plan, holds_secrets, tried
from veltrix.binding.run import INVALID

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from veltrix.binding.run import Problem, Run, Segments

    Refusal = tuple[Plan, list[Problem]]


class Either(Plan):
    """A union: the type that a value is of; of a text of a flat source the first that can read it."""

    __slots__ = (
        "_holds_secrets",
        "by_kind",
        "is_leaf",
        "is_secret",
        "is_text_in_documents",
        "plans",
        "takes_null",
        "words",
    )

    is_plain = False

    def __init__(self, plans: Sequence[Plan]) -> None:
        self.plans = plans
        self.by_kind = {plan.kind: plan for plan in reversed(plans) if plan.kind is not None}
        self.words = " or ".join(dict.fromkeys(plan.words for plan in plans))
        self.takes_null = NULL in self.by_kind or any(plan.takes_null for plan in plans)
        self.is_secret = any(plan.is_secret for plan in plans)
        self.is_leaf = not self.is_secret and all(plan.is_plain or plan.is_leaf for plan in plans)
        self.is_text_in_documents = any(plan.is_text_in_documents for plan in plans if plan.kind is not NULL)
        self._holds_secrets: bool | None = None

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The value as the first of the types that takes it."""
        if self.is_secret:
            run.mark_secret(path)
        if type(value) in self.by_kind and (type(value) is not str or not run.is_flat(path)):
            return value
        refusals: list[Refusal] = []
        others = [plan for plan in self.plans if _is_ruled_out(plan, value)]
        for plan in self.plans:
            if any(plan is other for other in others):
                continue
            result, problems = _attempt(plan, value, run, path)
            if not problems:
                return result
            if _is_shaped(problems, path):
                refusals.append((plan, problems))
        if others and not refusals:
            tag = _tag_of(others, value)
            if tag is not None:
                words = dict.fromkeys(plan.tags[tag].words for plan in others)
                return run.refuse((*path, tag), f"expected {' or '.join(words)}")
            for plan in others:
                result, problems = _attempt(plan, value, run, path)
                if not problems:
                    return result
                refusals.append((plan, problems))
        if not refusals:
            return run.expected(path, self.words, value)
        problems = _nearest(refusals, value)
        run.problems += problems
        if not problems:
            kind = "list" if type(value) is list else "mapping"
            run.refuse(path, f"expected {self.words}, and this {kind} fits none of them")
        return INVALID

    def prepare(self, value: Any, run: Run, path: Segments) -> Any:
        """The value, read if it is a text of a flat source."""
        if self.is_secret:
            run.mark_secret(path)
        if type(value) is str:
            if run.is_flat(path):
                return tried(self, value, run, path)
            if not self.is_text_in_documents:
                run.expected(path, self.words, value)
            return value
        shaped = [
            plan
            for plan in self.plans
            if plan.kind is None and not isinstance(plan, (OneOf, Member)) and not _is_ruled_out(plan, value)
        ]
        if len(shaped) == 1:
            return shaped[0].prepare(value, run, path)
        if self._may_hold_secrets():
            run.mark_secret(path)
        return value

    def inside(self) -> Iterable[Plan]:
        """The plans of the types."""
        return self.plans

    def _may_hold_secrets(self) -> bool:
        """Whether something secret may stand in a value, whichever of the types it is of."""
        if self._holds_secrets is None:
            self._holds_secrets = holds_secrets(self)
        return self._holds_secrets


def _is_ruled_out(plan: Plan, value: Any) -> bool:
    """Whether a field that says which model is meant says that it is another one."""
    return type(value) is dict and any(
        key in value and not tag.may_be(value[key]) for key, tag in plan.tags.items()
    )


def _is_meant(plan: Plan, value: Any) -> bool:
    """Whether such a field says that it is this model."""
    return type(value) is dict and any(key in value for key in plan.tags)


def _is_shaped(problems: list[Problem], path: Segments) -> bool:
    """Whether a plan takes such a mapping or list, but not what stands in it."""
    return any(len(one.path) > len(path) or one.reason.startswith("refused by ") for one in problems)


def _tag_of(plans: list[Plan], value: Any) -> str | None:
    """The key of the field that rules out each of several models."""
    for key in plans[0].tags if len(plans) > 1 else ():
        if key in value and all(key in one.tags and not one.tags[key].may_be(value[key]) for one in plans):
            return key
    return None


def _nearest(refusals: list[Refusal], value: Any) -> list[Problem]:
    """The problems of the type that is most likely meant; of several those that all of them have."""
    refusals = [one for one in refusals if _is_meant(one[0], value)] or refusals
    fewest = min(len(problems) for _, problems in refusals)
    first, *others = [problems for _, problems in refusals if len(problems) == fewest]
    for other in others:
        known = {(one.path, one.reason) for one in other}
        first = [one for one in first if (one.path, one.reason) in known]
    return first


def _attempt(plan: Plan, value: Any, run: Run, path: Segments) -> tuple[Any, list[Problem]]:
    """What a plan gives for a value, and the problems that it has with it, of which the run has none.

    A model that holds itself in a union is met again by each of the types above it: it is read once.
    """
    key = (id(plan), path)
    known = run.tries.get(key)
    if known is not None and known[0] is value:
        run.unknown += known[3]
        return known[1], known[2]
    before = run.noted()
    result = plan.read(value, run, path)
    unknown = run.unknown[before[1] :]
    problems = run.forget(before) if len(run.problems) != before[0] else []
    if type(value) is dict or type(value) is list:
        run.tries[key] = (value, result, problems, unknown[: 0 if problems else None])
    return result, problems
