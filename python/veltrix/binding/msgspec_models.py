"""Structs of msgspec: its own rules count. It says one problem at a time; plans of ours find the others."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
from msgspec import convert

from veltrix._text import printable
from veltrix.binding.choices import OneOf
from veltrix.binding.containers import Row
from veltrix.binding.located import Locator, refuse_unknown
from veltrix.binding.model import Fielded, Model
from veltrix.binding.run import INVALID, Problem
from veltrix.binding.texts import UnfitError, path_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from veltrix.binding.model import Compilation
    from veltrix.binding.plans import Plan
    from veltrix.binding.run import Run, Segments

_PLACE = re.compile(r" - at (?:`key` in )?`(?:key in )?\$(.*)`$", re.DOTALL)
_STEPS = re.compile(r"\[(\d+)\]|\.([^.\[]+)")
_MISSING = re.compile(r"Object missing required field `(.*)`", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_SHOWN = re.compile(r"^(Invalid [a-z ]+?) (?:'.*|-?\d+)$", re.DOTALL)
"""What msgspec says of a value that it shows."""


class Struct(Fielded):
    """A `msgspec.Struct`."""

    __slots__ = ("_form", "_hook", "_others")

    is_judged = True

    def __init__(self, name: str, form: Any) -> None:
        super().__init__(name, form)
        self._form = form
        self._hook: Any = None
        """Reads the types that msgspec does not know; None until a struct is met that has one."""
        self._others = Model(name, form, _nothing)
        """Finds the problems that msgspec does not come to."""

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The object that msgspec makes."""
        before = len(run.problems)
        data = self.prepare(value, run, path)
        if self._given and not self.with_sections(data, run, path):
            return INVALID  # and again with nothing shared
        result, error = self._converted(data)
        if error is None:
            return result if len(run.problems) == before else INVALID
        refused = run.problems[before:]
        is_whole = self._refuse(error, data, run, path)
        theirs = run.problems[before + len(refused) :]
        del run.problems[before:]
        if self.stands_for is None:
            self._others.read(data, run, path)
        ours = run.problems[before:]
        del run.problems[before:]
        known = [*refused, *ours]
        # Where the two disagree, only what msgspec says is known to be so.
        agree = all(any(_is_at(one, problem, is_whole) for one in known) for problem in theirs)
        run.problems += refused
        run.problems += _beside(refused, ours if agree else theirs)
        return INVALID

    def complete(self, compilation: Compilation) -> None:
        """Give the struct its fields, as msgspec sees them."""
        config = self._form.__struct_config__
        listed = [
            (field.encode_name, field.name, compilation.plan(field.type), field.required)
            for field in msgspec.structs.fields(self._form)
        ]
        self._others.complete(listed)
        self._others.takes_more = not config.forbid_unknown_fields
        fields = dict(self._others.fields)
        if config.tag_field is not None:
            fields[config.tag_field] = OneOf([config.tag])
        self.have(fields)
        if config.array_like:
            tag = [] if config.tag_field is None else [fields[config.tag_field]]
            self.stands_for = Row([*tag, *(plan for _, _, plan, _ in listed)])
            self.words = f"list ({self.name})"
        self.share(lambda model: isinstance(model, Struct))
        self._others.fields = fields

    def _converted(self, data: Any) -> tuple[Any, Exception | None]:
        """The object, or what msgspec says, or code of the struct raised."""
        try:
            if self._hook is None:  # and no argument that has to be looked up
                return convert(data, self._form), None
        except (MemoryError, RecursionError):
            raise
        except Exception:  # noqa: BLE001  (whatever it is, it comes again)
            pass
        try:
            result = convert(data, self._form, dec_hook=_decoded)
        except (MemoryError, RecursionError):
            raise
        except Exception as error:  # noqa: BLE001  (it is user code that raises)
            return None, error.with_traceback(None)
        self._hook = _decoded
        return result, None

    def _refuse(self, error: Exception, data: Any, run: Run, path: Segments) -> bool:
        """Note what is said; whether that has the whole path, as msgspec says none below a `dict`."""
        if not isinstance(error, msgspec.ValidationError):
            run.raised(path, self.name, error)
            return False
        text = str(error)
        found = _PLACE.search(text)
        steps = _STEPS.findall("" if found is None else found[1])
        locator = Locator(self, data, path, [int(index) if index else name for index, name in steps])
        said = text if found is None else text[: found.start()]
        missing, unknown = _MISSING.fullmatch(said), _UNKNOWN.fullmatch(said)
        if missing is not None:
            run.required(locator.path, missing[1], locator.name)
        elif unknown is not None:
            inner = Locator(
                self, data, path, [*(int(index) if index else name for index, name in steps), unknown[1]]
            )
            inner.fields = locator.fields
            refuse_unknown(run, inner)
        elif not isinstance(error.__cause__, _UndecodedError | None):
            by = f"refused by {locator.name}"
            run.refuse(locator.path, by if run.holds_secret(locator.path) else f"{by}: {printable(said)}")
        elif run.holds_secret(locator.path):
            run.refuse(locator.path, "not valid")
        else:
            shown = _SHOWN.sub(r"\1", said).replace("`", "")
            run.refuse(locator.path, shown[:1].lower() + shown[1:])
        return found is None or "[...]" not in found[1]


class _UndecodedError(ValueError):
    """What msgspec does not know is another value than its type takes."""


def struct_plan(compilation: Compilation, key: Any, form: Any) -> Plan:
    """The plan of a struct."""
    plan = compilation.models[key] = Struct(key[0].__name__, form)
    compilation.owners.append(key)
    compilation.judged += 1
    plan.complete(compilation)
    compilation.judged -= 1
    compilation.owners.pop()
    return plan


def _is_at(one: Problem, said: Problem, is_whole: bool) -> bool:
    """Whether a problem is at a path that msgspec has said, or below it where that is not the whole path."""
    return one.path == said.path if is_whole else one.path[: len(said.path)] == said.path


def _beside(refused: list[Problem], found: list[Problem]) -> list[Problem]:
    """The problems at other paths than those that are refused already."""
    places = {problem.path for problem in refused}
    return [problem for problem in found if problem.path not in places]


def _decoded(form: Any, value: Any) -> Any:
    """A path, which msgspec does not know and the table of texts does."""
    expected = getattr(form, "__name__", "another type")
    if isinstance(form, type) and issubclass(form, Path):
        expected = "a path"
        try:
            if isinstance(value, (str, Path)):
                return path_of(value) if isinstance(value, str) else value
        except UnfitError as unfit:
            expected = unfit.expected
    raise _UndecodedError(f"expected {expected}")


def _nothing(**_: Any) -> None:
    """Makes no object."""
