"""Sections: the same object for as long as they are unchanged, whether they are bound alone or in a whole.

    View of a section  ──►  the object that its snapshot has already
                       ──►  the object of a snapshot in which the section is the same
                       ──►  a new one, kept in `run.sections` until the run is known to have no problem

Only what is read as a view is shared: a section below a list or in any other value is part of it.
"""

from __future__ import annotations

from veltrix.binding.plain import is_reader, opened
from veltrix.binding.plans import Plan
from veltrix.binding.run import INVALID
from veltrix.binding.sharing import known_of, shared, texts_of, unchanged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from veltrix.binding.run import Run, Segments


class Section(Plan):
    """A field of a model whose mapping is bound as another model."""

    __slots__ = ("form", "model", "whole", "words")

    is_plain = False

    def __init__(self, model: Plan, form: Any, whole: Plan) -> None:
        self.model = model
        self.form = form
        self.whole = whole
        """What the field takes: the model, or a union with types that are no mapping."""
        self.words = whole.words

    def read(self, value: Any, run: Run, path: Segments) -> Any:
        """The object of the section."""
        if not is_reader(value):
            return self.whole.read(value, run, path)
        return section(self.model, value, run, (path, self.form, run.extra))


def section(plan: Plan, value: Any, run: Run, key: tuple[Any, ...]) -> Any:
    """What stands at a path as a plan has it; INVALID after it was refused. The key is that of memos."""
    known = run.snapshot._memo.get(key, INVALID)
    if known is not INVALID:
        run.texts += texts_of(run.snapshot, key)
        return known
    path, snapshot = key[0], run.snapshot
    others = known_of(key)
    found, of = shared(others, snapshot, path, key) if others else (INVALID, None)
    first_text = len(run.texts)
    if of is not None:
        run.texts += texts_of(of, key)
    if found is INVALID:
        before = len(run.problems)
        found = plan.read(opened(value, getattr(plan, "sections", ())), run, path)
        if len(run.problems) != before:
            return INVALID
        if others:
            found = unchanged(others, key, found)
    is_new = of is None or of.generation != snapshot.generation
    run.sections.append((key, found, is_new, tuple(dict.fromkeys(run.texts[first_text:]))))
    return found
