"""What validators of attrs say: what they expect, without the value and the repr of the attribute."""

from __future__ import annotations

import pytest

from tests.kernel.stack import stack
from tests.typed.places import said

attrs = pytest.importorskip("attrs", reason="its models are bound here")
of = attrs.validators

VALUE = "hunter2 (: for value hunter2"


def refused(kernel, validator, value=VALUE):
    made = attrs.make_class("Made", {"a": attrs.field(type=object, validator=validator)}, frozen=True)
    (text,) = said(stack(kernel, {"s": {"a": value}}), made, "s")
    return text


@pytest.mark.parametrize(
    ("validator", "expected"),
    [
        (of.instance_of(int), ": 'a' must be <class 'int'>"),
        (of.instance_of((int, float)), ": 'a' must be (<class 'int'>, <class 'float'>)"),
        (of.in_(["x", "y"]), ": 'a' must be in ['x', 'y']"),
        (of.matches_re("x [(]y"), ": 'a' must match regex 'x [(]y'"),
        (of.gt("z"), ": 'a' must be > z"),
        (of.max_len(2), ": Length of 'a' must be <= 2"),
        (of.deep_iterable(of.in_("xyz")), ": 'a' must be in 'xyz'"),
        (of.is_callable(), ": 'a' must be callable"),
        (of.not_(of.instance_of(str)), ": not_ validator child"),
        (of.or_(of.instance_of(int), of.instance_of(list)), ": None of (<instance_of validator"),
    ],
    ids=repr,
)
def test_what_is_expected_counts_and_not_the_value(kernel, validator, expected):
    text = refused(kernel, validator)
    assert text.startswith(f"s: refused by Made{expected}")
    assert "hunter2" not in text
    assert "Attribute(" not in text


def test_what_a_validator_of_the_model_says_is_its_own(kernel):
    def even(_model, _attribute, value):
        raise ValueError(f"even (got: {value})")

    assert "even (got: 3)" in refused(kernel, even, 3)
