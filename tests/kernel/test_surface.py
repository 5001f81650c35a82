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
    return {
        "Layer": layer,
        "Snapshot": snapshot,
        "View": snapshot["a"],
        "Key": snapshot.key("a.b"),
        "Difference": snapshot.diff(kernel.resolve([])),
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
    assert native.__doc__ == pure.__doc__
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
        assert getattr(type(native), member).__doc__ == getattr(type(pure), member).__doc__, member
        if callable(ours):
            assert ours.__doc__, member
            assert theirs.__name__ == ours.__name__ == member
            assert parameters(theirs) == parameters(ours), member


def test_what_a_layer_is_made_with():
    assert parameters(NATIVE.Layer) == parameters(PURE.Layer)


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_is_final(name):
    texts = set()
    for kernel in (PURE, NATIVE):
        with pytest.raises(TypeError) as caught:
            type("Own", (getattr(kernel, name),), {})
        texts.add(str(caught.value))
    assert texts == {f"type 'veltrix.{name}' is not an acceptable base type"}


@pytest.mark.parametrize("name", sorted({*CLASSES} - {"Layer"}))
def test_a_class_that_is_not_made_by_hand(name):
    for kernel in (PURE, NATIVE):
        with pytest.raises(TypeError) as caught:
            getattr(kernel, name)()
        assert str(caught.value) == f"cannot create 'veltrix.{name}' instances"


@pytest.mark.parametrize("name", CLASSES)
def test_nothing_can_be_set_or_deleted(kernel, name):
    instance = made(kernel)[name]
    for member in (*public(instance), "other"):
        with pytest.raises(AttributeError) as setting:
            setattr(instance, member, 1)
        with pytest.raises(AttributeError) as deleting:
            delattr(instance, member)
        if name in ("Layer", "Key"):
            assert {str(setting.value), str(deleting.value)} == {f"a {name} is read-only"}


@pytest.mark.chosen
def test_the_function_of_the_package_pickles_by_its_public_name():
    assert b"_pure" not in pickle.dumps(veltrix.resolve)
    assert pickle.loads(pickle.dumps(veltrix.resolve)) is veltrix.resolve
