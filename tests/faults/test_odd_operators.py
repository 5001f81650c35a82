"""Operators that nobody made in the usual way: of subclasses, by force, and ones that hold operators."""

from __future__ import annotations

import pickle
import traceback

import pytest

from veltrix import DELETE, append, prepend, replace
from veltrix.operators import Append, Delete, Operator, Prepend, Replace


class Own(Operator):
    """An operator that is none of the four."""


class OwnDelete(Delete):
    pass


class OwnReplace(Replace):
    pass


class OwnAppend(Append):
    pass


class OwnPrepend(Prepend):
    pass


BELOW = {"value": 0, "list": [0], "mapping": {"a": 0}}


def over(kernel, data):
    return kernel.resolve([kernel.Layer("below", BELOW), kernel.Layer("top", data)])


def forced(value, operator=None):
    """A `replace` that holds a value which it would refuse."""
    operator = replace(1) if operator is None else operator
    object.__setattr__(operator, "value", value)
    return operator


def test_an_operator_that_is_none_of_the_four_is_an_object(kernel):
    own = Own()
    snapshot = over(kernel, {"value": own, "new": forced(own)})
    assert snapshot["value"] is own
    assert snapshot["new"] is own
    assert snapshot.explain("value").definitions[0].type == "object"
    assert snapshot.overlay({"list": own})["list"] is own
    assert snapshot.set("list", own)["list"] is own


def test_it_cannot_stand_inside_a_list_either(kernel):
    with pytest.raises(TypeError, match=r"an operator cannot stand inside a list \(at n\[0\]\)"):
        kernel.Layer("top", {"n": [Own()]})


@pytest.mark.parametrize("make", [Delete, OwnDelete])
def test_any_delete_deletes(kernel, make):
    snapshot = over(kernel, {"value": object.__new__(make), "mapping": {"a": object.__new__(make)}})
    assert snapshot.to_dict() == {"list": [0], "mapping": {}}
    assert "value" not in snapshot.set("value", object.__new__(make))


def test_subclasses_of_the_operators_do_what_those_do(kernel):
    data = {"value": OwnReplace({"x": 1}), "list": OwnAppend([1]), "mapping": {"b": OwnPrepend([2])}}
    assert over(kernel, data).to_dict() == {"value": {"x": 1}, "list": [0, 1], "mapping": {"a": 0, "b": [2]}}


@pytest.mark.parametrize(
    ("held", "value"),
    [
        (DELETE, None),
        (object.__new__(OwnDelete), None),
        (replace(1), 1),
        (replace(None), None),
        (replace({"x": append([1])}), {"x": [1]}),
        (append([1]), [1]),
        (prepend((1, [2])), [1, [2]]),
        (forced(forced(replace("deep"))), "deep"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("name", ["list", "mapping", "new"])
def test_a_replace_that_holds_an_operator_holds_its_value(kernel, name, held, value):
    snapshot = over(kernel, {name: forced(held)})
    assert snapshot.to_dict()[name] == value
    assert snapshot.explain(name).definitions[0].operator == "replace"
    assert pickle.loads(pickle.dumps(snapshot)).to_dict() == snapshot.to_dict()


def test_a_replace_that_holds_itself_is_refused(kernel):
    endless = replace(1)
    forced(endless, endless)
    with pytest.raises(RecursionError):
        kernel.Layer("top", {"value": endless})


def test_an_operator_without_its_value(kernel):
    with pytest.raises(AttributeError, match="value"):
        kernel.Layer("top", {"value": object.__new__(Replace)})


@pytest.mark.parametrize(("make", "value"), [(append, "abc"), (prepend, "abc"), (replace, DELETE)])
def test_one_that_was_refused_is_shown_in_a_traceback(make, value):
    with pytest.raises(TypeError) as caught:
        make(value)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert f"{make.__name__}(<" in "".join(shown.format())
