"""`help()` teaches: what is public says its arguments, its errors, and how it is used.

The kernel's texts are those of the chosen implementation; tests/kernel/test_surface.py compares both. The
examples run in tests/docs/test_docstrings.py.
"""

from __future__ import annotations

import inspect
import re

import pytest

from tests.docs.pages import ROOT
from tests.structure.public import KERNEL, Public, error_classes, kernel_callables, names_of, public_callables

CALLABLES = {one.name: one for one in public_callables()}
SECTION = r"^{}:\n((?:(?: .*)?\n)+)"
# What is made by Veltrix alone and handed out: its fields are listed, and not how it is made.
RECORDS = {"Change", "Definition", "Explanation", "Origin", "SourceStatus", "Status", "Subscription"}
WITHOUT_FIELDS = {"Override", "Watch", "Current", "Difference", "Key", "Snapshot", "View"}


def text_of(thing):
    """The docstring, without the spaces that its lines have in common."""
    return f"{inspect.getdoc(thing)}\n"


def section(text, title):
    """The lines of a section, or nothing."""
    found = re.search(SECTION.format(title), text, re.MULTILINE)
    return found[1] if found else ""


def named(lines):
    """What the entries of a section are about."""
    return {
        name
        for entry in re.findall(r"^    (\*{0,2}\w+(?:, \w+)*):", lines, re.MULTILINE)
        for name in entry.split(", ")
    }


@pytest.mark.parametrize("one", CALLABLES.values(), ids=CALLABLES)
def test_it_says_what_it_does_in_one_line(one):
    lines = text_of(one.call).splitlines()
    assert lines[0].endswith(".")
    assert len(lines) == 1 or lines[1] == ""


@pytest.mark.parametrize("one", CALLABLES.values(), ids=CALLABLES)
def test_it_explains_every_argument(one: Public):
    text = text_of(one.call)
    if one.name in RECORDS:
        assert named(section(text, "Attributes"))
    elif one.name not in WITHOUT_FIELDS:
        assert {name.lstrip("*") for name in named(section(text, "Args"))} == {*one.arguments}


@pytest.mark.parametrize("one", CALLABLES.values(), ids=CALLABLES)
def test_it_says_what_it_raises(one):
    if one.arguments and one.name not in RECORDS | WITHOUT_FIELDS:
        assert named(section(text_of(one.call), "Raises"))


@pytest.mark.parametrize("one", CALLABLES.values(), ids=CALLABLES)
def test_it_has_an_example(one):
    assert re.search(r"^    >>> ", section(text_of(one.call), "Example"), re.MULTILINE)


@pytest.mark.parametrize("one", list(kernel_callables()), ids=lambda one: one.name)
def test_the_kernel_says_where_it_is_specified(one):
    headings = re.findall(r"^#+ (.*)$", (ROOT / "docs" / "semantics.md").read_text("utf-8"), re.MULTILINE)
    named = re.search(r"Specified in docs/semantics\.md#([a-z-]+)", text_of(one.call))
    assert named
    assert named[1] in {heading.lower().replace(" ", "-") for heading in headings}


CLASSES = [one for one in map(KERNEL.__dict__.get, names_of(KERNEL)) if isinstance(one, type)]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_what_an_object_of_the_kernel_holds_is_explained(kind):
    for member in dir(kind):
        if not member.startswith("_") and not callable(getattr(kind, member)):
            assert text_of(getattr(kind, member)).partition("\n")[0].endswith("."), member


@pytest.mark.parametrize("kind", list(error_classes()), ids=lambda kind: kind.__name__)
def test_an_error_says_what_happened_and_what_it_knows(kind):
    text = text_of(kind)
    assert text.partition("\n")[0].endswith(".")
    assert re.search(r"^    >>> ", section(text, "Example"), re.MULTILINE)
    if kind.__init__ is not Exception.__init__ and not issubclass(kind, Warning):
        for name in list(inspect.signature(kind).parameters):
            assert re.search(rf"`{name}`", text), name
