"""Pickles and copies: a pickle of one implementation loads in the other."""

from __future__ import annotations

import copy
import datetime as dt
import math
import pickle
import subprocess
import sys

import pytest

import veltrix
from tests.differential.pickles import reads_its_own
from tests.kernel.stack import stack
from veltrix import DELETE, Dimension, Origin, append, implementations, prepend, replace

pytestmark = pytest.mark.chosen

LOW = {
    "plain": [None, True, 1, -0.0, math.inf, "é", b"\xff", 10**40],
    "times": {
        "dt": dt.datetime(2024, 1, 1, 2, 3, 4, 5),
        "d": dt.date(2024, 1, 1),
        "t": dt.time(1, tzinfo=dt.UTC),
    },
    "nested": {"a.b": {"": [{"x": (1, [2])}]}, "empty": {}},
    "opaque": print,
    "list": [1],
    "gone": 1,
    "m": {"x": 1},
}
HIGH = {"list": append([2]), "gone": DELETE, "m": replace({"y": prepend([1]), "z": replace(2)})}


@pytest.fixture
def snapshot(kernel):
    low = kernel.Layer("low", LOW, source="test", origins={("m", "x"): Origin("low", "file", "f", 1, 2)})
    high = kernel.Layer("high", HIGH, secret=["m.y"])
    eu = kernel.Layer("eu", {"m": {"w": 1}}, secret=True)
    return kernel.resolve([low, high], dimensions=[Dimension("region", {"eu": eu}, strict=True)]).set(
        "m.v", 3
    )


def assert_same(one, other):
    assert one.to_dict() == other.to_dict()
    assert one.digest == other.digest
    assert repr(one.flatten()) == repr(other.flatten())
    assert repr(one) == repr(other)
    assert one.layer_names == other.layer_names
    assert one.generation == other.generation
    for path in (*one.flatten(), "m", "gone", "m.x"):
        assert repr(one.explain(path)) == repr(other.explain(path))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_snapshot_comes_back_whole(snapshot, protocol):
    if not reads_its_own(protocol):
        pytest.skip(f"{sys.implementation.name} does not read what it writes of an infinity")
    loaded = pickle.loads(pickle.dumps(snapshot, protocol))
    assert type(loaded) is veltrix.Snapshot
    assert_same(snapshot, loaded)
    assert_same(snapshot.scope(region="eu"), loaded.scope(region="eu"))
    with pytest.raises(ValueError, match="no layer 'us'"):
        loaded.scope(region="us")


_FORMER, _LATTER = (
    {
        "time": dt.time(2, 30, fold=fold),
        "utc": dt.time(2, 30, tzinfo=dt.UTC, fold=fold),
        "naive": dt.datetime(2024, 10, 27, 2, 30, fold=fold),
        "aware": dt.datetime(2024, 10, 27, 2, 30, tzinfo=dt.timezone(dt.timedelta(hours=-5)), fold=fold),
        "named": dt.datetime(2024, 10, 27, 2, 30, tzinfo=dt.timezone(dt.timedelta(0), "X"), fold=fold),
        "list": [dt.time(3, fold=fold), {"k": (dt.datetime(2024, 1, 1, fold=fold),)}],
    }
    for fold in (0, 1)
)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("data", [_FORMER, _LATTER], ids=["first pass", "second pass"])
def test_a_time_keeps_its_fold(kernel, data, protocol):
    operators = {"r": replace(data), "a": append([data["naive"]]), "p": prepend((data["time"], data))}
    snapshot = stack(kernel, data, operators, {"deep": {"down": data}}).set("set", data["utc"])
    loaded = pickle.loads(pickle.dumps(snapshot, protocol))
    assert repr(loaded.to_dict()) == repr(snapshot.to_dict())
    view = pickle.loads(pickle.dumps(snapshot["deep"], protocol))
    assert repr(view.to_dict()) == repr(snapshot["deep"].to_dict())
    layer = pickle.loads(pickle.dumps(kernel.Layer("x", data), protocol))
    assert repr(veltrix.resolve([layer]).to_dict()) == repr(data | {"list": snapshot.to_dict()["list"]})
    other = stack(kernel, _FORMER if data is _LATTER else _LATTER, {"r": 1}, conflicts="replace")
    difference = kernel.diff(other, snapshot)
    assert "aware" in difference.changed
    loaded = pickle.loads(pickle.dumps(difference, protocol))
    for part in ("added", "removed", "changed"):
        assert repr(getattr(loaded, part)) == repr(getattr(difference, part))


def test_it_loads_in_the_other_implementation(snapshot, tmp_path):
    (tmp_path / "pickle").write_bytes(pickle.dumps(snapshot))
    code = (
        "import pickle, sys, veltrix\n"
        "loaded = pickle.load(open(sys.argv[1], 'rb'))\n"
        "assert type(loaded) is veltrix.Snapshot\n"
        "print(veltrix.implementation, loaded.digest, loaded.generation, loaded.explain('m.x').definitions)\n"
        "open(sys.argv[1], 'wb').write(pickle.dumps(loaded))\n"
    )
    opaque = snapshot.set("opaque", 0, layer="low")
    for name in implementations():
        (tmp_path / "pickle").write_bytes(pickle.dumps(opaque))
        printed = subprocess.run(
            [sys.executable, "-c", code, tmp_path / "pickle"],
            env={"VELTRIX_IMPL": name, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert printed == f"{name} {opaque.digest} 3 {opaque.explain('m.x').definitions}\n"
        assert_same(opaque, pickle.loads((tmp_path / "pickle").read_bytes()))


def test_every_implementation_restores_what_another_wrote(kernel, snapshot, monkeypatch):
    from veltrix import _pickle

    for module in implementations().values():
        monkeypatch.setattr(_pickle, "kernel", module)
        loaded = pickle.loads(pickle.dumps(snapshot))
        assert type(loaded) is module.Snapshot
        assert_same(snapshot, loaded)
        assert type(pickle.loads(pickle.dumps(snapshot["m"]))) is module.View
        assert type(pickle.loads(pickle.dumps(module.Layer("x", {})))) is module.Layer
        difference = kernel.diff(snapshot.set("m.z", 9).delete("m.v").set("m.n", 1), snapshot)
        loaded = pickle.loads(pickle.dumps(difference))
        assert type(loaded) is module.Difference
        assert (loaded.added, loaded.removed, loaded.changed) == ({"m.v": 3}, {"m.n": 1}, {"m.z": (9, 2)})


@pytest.mark.parametrize("path", ["m", 'nested."a.b"', "nested.empty"])
def test_a_view_comes_back_with_its_snapshot(snapshot, path):
    loaded = pickle.loads(pickle.dumps(snapshot[path]))
    assert loaded.to_dict() == snapshot[path].to_dict()
    assert loaded.generation == snapshot.generation
    assert repr(loaded) == repr(snapshot[path])


def test_an_overlay_comes_back(snapshot):
    overlaid = snapshot.overlay({"m": {"x": 5}, "list": append([3])}).overlay({"gone": 1})
    assert_same(overlaid, pickle.loads(pickle.dumps(overlaid)))


def test_conflicts_replace_comes_back(kernel):
    loaded = pickle.loads(pickle.dumps(stack(kernel, {"m": {"x": 1}}, {"m": 1}, conflicts="replace")))
    assert loaded["m"] == 1
    assert loaded.overlay({"m": {"y": 1}}).to_dict() == {"m": {"y": 1}}


def test_a_layer_comes_back(kernel):
    layer = kernel.Layer("low", LOW, secret=True)
    loaded = pickle.loads(pickle.dumps(layer))
    assert loaded.name == "low"
    assert_same(
        kernel.resolve([layer, kernel.Layer("high", HIGH)]),
        veltrix.resolve([loaded, veltrix.Layer("high", HIGH)]),
    )


def test_a_layer_is_its_own_copy(kernel):
    layer = kernel.Layer("low", LOW)
    assert copy.copy(layer) is copy.deepcopy(layer) is layer
    assert layer != kernel.Layer("low", LOW)
    assert hash(layer) == hash(layer)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "value",
    [
        DELETE,
        replace({"x": [1]}),
        append([1]),
        prepend((1,)),
        Origin("a", "b", "c", 1, 2, "d"),
        veltrix.FrozenMapping({"x": 1}),
    ],
    ids=repr,
)
def test_shared_values_come_back(value, protocol):
    loaded = pickle.loads(pickle.dumps(value, protocol))
    assert loaded == value
    assert type(loaded) is type(value)
    assert (loaded is DELETE) is (value is DELETE)
    assert copy.deepcopy(value) == value


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_key_is_not_pickled(kernel, protocol):
    key = stack(kernel, {"x": 1}).key("x")
    for call in (lambda: pickle.dumps(key, protocol), key.__reduce__, lambda: copy.copy(key)):
        with pytest.raises(TypeError, match=r"^cannot pickle 'Key' object$"):
            call()


def test_deepcopy_may_name_its_memo(kernel):
    layer = kernel.Layer("x", {"m": {"x": 1}})
    snapshot = kernel.resolve([layer])
    for one in (layer, snapshot, snapshot["m"]):
        assert one.__deepcopy__(memo={}) is one
