"""Both implementations offer the same names, and say the same about them.

The reference's texts are the right ones. What is compared is what a user can see of the public names: kinds,
parameters, docstrings, abstract classes, and what the interpreter calls them. Type annotations are the
reference's alone, since the extension has none at run time.
"""

from __future__ import annotations

import collections.abc
import inspect
import pickle

import pytest

import veltrix
from veltrix import implementations
from veltrix.binding.schema import Schema
from veltrix.loading.fitting import Fitting

PURE = implementations()["pure"]
NATIVE = implementations().get("native")
CLASSES = [name for name in PURE.__all__ if isinstance(getattr(PURE, name), type)]
FUNCTIONS = [name for name in PURE.__all__ if name not in CLASSES]
ABSTRACT = [getattr(collections.abc, name) for name in collections.abc.__all__]

pytestmark = pytest.mark.usefixtures("both")


def made(kernel):
    """An instance of each class, by its name."""
    layer = kernel.Layer("x", {"a": {"b": 1}})
    snapshot = kernel.resolve([layer])
    Fitting(Schema(dict, "forbid", False)).judge(snapshot)
    current = kernel.Current()
    current._swap(snapshot)
    return {
        "Current": current,
        "Layer": layer,
        "Snapshot": snapshot,
        "View": snapshot["a"],
        "Key": snapshot.key("a.b"),
        "Difference": kernel.diff(kernel.resolve([]), snapshot),
    }


def parameters(call):
    """What a caller may pass: each parameter's name, kind and default."""
    found = inspect.signature(call).parameters.values()
    return [(one.name, one.kind.name, one.default) for one in found]


def public(thing):
    return [name for name in dir(thing) if not name.startswith("_")]


def kind(thing):
    return "method" if callable(thing) else "value"


def test_the_names_of_the_module():
    assert public(NATIVE) == sorted(PURE.__all__)
    assert sorted(NATIVE.__all__) == sorted(PURE.__all__)


def test_every_class_is_looked_at():
    assert sorted(made(PURE)) == sorted(CLASSES)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function(name):
    pure, native = getattr(PURE, name), getattr(NATIVE, name)
    assert pure.__doc__
    assert inspect.getdoc(native) == inspect.getdoc(pure)
    assert parameters(native) == parameters(pure)
    assert native.__qualname__ == pure.__qualname__ == name
    if name in veltrix.__all__:
        assert native.__module__ == pure.__module__ == "veltrix"


@pytest.mark.parametrize("name", CLASSES)
def test_a_class(name):
    pure, native = getattr(PURE, name), getattr(NATIVE, name)
    assert inspect.getdoc(pure)
    assert inspect.getdoc(native) == inspect.getdoc(pure)
    assert public(native) == public(pure)
    for one in (pure, native):
        assert (one.__module__, one.__name__, one.__qualname__) == ("veltrix", name, name)
    assert [issubclass(native, one) for one in ABSTRACT] == [issubclass(pure, one) for one in ABSTRACT]
    assert (native.__hash__ is None) == (pure.__hash__ is None)


@pytest.mark.parametrize("name", CLASSES)
def test_what_an_instance_offers(name):
    pure, native = made(PURE)[name], made(NATIVE)[name]
    assert public(native) == public(pure)
    for member in public(pure):
        ours, theirs = getattr(pure, member), getattr(native, member)
        assert kind(theirs) == kind(ours), member
        both = (inspect.getdoc(getattr(type(one), member)) for one in (native, pure))
        assert len({*both}) == 1, member
        if callable(ours):
            assert ours.__doc__, member
            assert theirs.__name__ == ours.__name__ == member
            assert theirs.__qualname__ == ours.__qualname__ == f"{name}.{member}"
            assert parameters(theirs) == parameters(ours), member


def test_what_a_layer_is_made_with():
    assert parameters(NATIVE.Layer) == parameters(PURE.Layer)


@pytest.mark.parametrize("name", sorted({*CLASSES} - {"Current"}))
def test_a_class_is_final(name):
    texts = set()
    for kernel in (PURE, NATIVE):
        with pytest.raises(TypeError) as caught:
            type("Own", (getattr(kernel, name),), {})
        texts.add(str(caught.value))
    assert texts == {f"type '{name}' is not an acceptable base type"}


@pytest.mark.parametrize("name", sorted({*CLASSES} - {"Layer", "Current"}))
def test_a_class_that_is_not_made_by_hand(name):
    for kernel in (PURE, NATIVE):
        with pytest.raises(TypeError) as caught:
            getattr(kernel, name)()
        assert str(caught.value) == f"cannot create '{name}' instances"


@pytest.mark.parametrize("name", CLASSES)
def test_nothing_can_be_set_or_deleted(kernel, name):
    instance = made(kernel)[name]
    for member in (*public(instance), "other"):
        with pytest.raises(AttributeError) as setting:
            setattr(instance, member, 1)
        with pytest.raises(AttributeError) as deleting:
            delattr(instance, member)
        assert {str(setting.value), str(deleting.value)} == {f"a {name} is read-only"}


def _assign_class(one):
    one.__class__ = int


def _assign_item(one):
    one["a"] = 1


def _delete_item(one):
    del one["a"]


def _enter(one):
    with one:
        pass


USES = {
    "attribute": lambda one: one.no_such_attribute,
    "private attribute": lambda one: one.__dict__,
    "class": _assign_class,
    "assign": _assign_item,
    "delete": _delete_item,
    "with": _enter,
    "call": lambda one: one(),
    "less": lambda one: one < one,
    "at most": lambda one: one <= 1,
    "or": lambda one: one | one,
    "or of a dict": lambda one: {} | one,
    "plus": lambda one: one + one,
    "times": lambda one: 2 * one,
    "minus": lambda one: -one,
    "next": next,
    "int": int,
    "float": float,
    "bytes": lambda one: bytes(one) if not hasattr(one, "keys") else None,
    "index": lambda one: [][one],
    "slice": lambda one: one[1:2],
    "format": lambda one: format(one, "x"),
    "unpack": lambda one: dict(**one) and None,
    "await": lambda one: one.__await__(),
    "hash": lambda one: hash(one) and None,
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("name", CLASSES)
def test_what_the_interpreter_says_about_a_use(name, use):
    def said(kernel):
        try:
            return USES[use](made(kernel)[name])
        except Exception as error:  # noqa: BLE001  any error is what is compared
            return type(error), str(error)

    assert said(NATIVE) == said(PURE)
    # From 3.14 on, some of the interpreter's texts name a class with its module, which is the public one.
    assert not any(inner in str(said(PURE)) for inner in ("_pure", "_native", "Reader"))


@pytest.mark.parametrize("name", CLASSES)
def test_wrong_arguments_are_the_same_kind_of_error_and_show_no_inner_name(name):
    pure, native = made(PURE)[name], made(NATIVE)[name]
    for member in public(pure):
        if callable(getattr(pure, member)):
            for arguments, named in ((range(9), {}), ((), {"no_such": 1})):
                for one in (pure, native):
                    with pytest.raises((TypeError, ValueError)) as caught:
                        getattr(one, member)(*arguments, **named)
                    if not ((member == "scope" and named) or (member == "with_layers" and arguments)):
                        assert str(caught.value).startswith(f"{name}.{member}()")


@pytest.mark.chosen
def test_the_functions_of_the_package_pickle_by_their_public_names():
    for function in (veltrix.resolve, veltrix.diff):
        assert b"_pure" not in pickle.dumps(function)
        assert pickle.loads(pickle.dumps(function)) is function
