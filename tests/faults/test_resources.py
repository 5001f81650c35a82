"""Group J: input that attacks the stack, the memory or the time."""

from __future__ import annotations

import copy
import pickle
import resource
import subprocess
import sys
import textwrap
import threading

import pytest

from veltrix import append, replace
from veltrix.errors import LimitError

SMALL_STACK = 256 * 1024


def nested(levels, value=1):
    for _ in range(levels):
        value = {"a": value}
    return value


def listed(levels, value=1):
    for _ in range(levels):
        value = [value]
    return {"a": value}


def on_a_small_stack(call):
    """The result of a call in a thread with little stack; what it raises is raised here."""
    outcome = []

    def run():
        try:
            outcome.append((call(), None))
        except BaseException as error:  # noqa: BLE001  the test looks at every error
            outcome.append((None, error))

    before = threading.stack_size(SMALL_STACK)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    result, error = outcome[0]
    if error is not None:
        raise error
    return result


@pytest.mark.parametrize("make", [nested, lambda levels: listed(levels - 1)], ids=["mappings", "lists"])
def test_64_levels_are_allowed_and_65_are_not(kernel, make):
    snapshot = kernel.resolve([kernel.Layer("x", make(64))])
    assert len(snapshot.flatten()) == 1
    with pytest.raises(LimitError) as caught:
        kernel.Layer("x", make(65))
    assert len(kernel.parse_path(caught.value.path)) == 65


@pytest.mark.parametrize("levels", [1_000, 100_000])
@pytest.mark.parametrize("make", [nested, listed])
def test_depth_is_refused_before_it_is_followed(kernel, make, levels):
    data = make(levels)
    with pytest.raises(LimitError, match="deeper than 64 levels"):
        kernel.Layer("x", data)
    with pytest.raises(LimitError, match="deeper than 64 levels"):
        kernel.resolve([]).overlay(data)
    while isinstance(data, (dict, list)):  # CPython itself takes a deep tree apart by recursion
        data = data.pop("a") if isinstance(data, dict) else data.pop()


def test_data_that_holds_itself_ends_at_the_limit(kernel):
    mapping = {}
    mapping["a"] = mapping
    items = []
    items.append(items)
    for data in (mapping, {"a": items}, {"a": replace(mapping)}, {"a": append([items])}):
        with pytest.raises(LimitError):
            kernel.Layer("x", data)


def test_set_at_the_depth_limit(kernel):
    snapshot = kernel.resolve([kernel.Layer("x", {})])
    assert snapshot.set(("a",) * 64, 1)[("a",) * 64] == 1
    for path, value in ((("a",) * 65, 1), (("a",) * 64, {"b": 1}), (("a",) * 63, nested(2))):
        with pytest.raises(LimitError):
            snapshot.set(path, value)


def test_everything_works_at_the_depth_limit_on_a_small_stack(kernel):
    def work():
        layers = [kernel.Layer(name, nested(64)) for name in ("low", "high")]
        snapshot = kernel.resolve([*layers, kernel.Layer("wide", listed(63))], conflicts="replace")
        path = ("a",) * 64
        derived = snapshot.with_layers(without=["wide"]).set(path, 2).overlay(nested(64, 3))
        assert repr(derived)
        assert derived == derived.to_dict()
        assert copy.deepcopy(derived) is derived
        assert pickle.loads(pickle.dumps(derived)).digest == derived.digest
        assert derived.explain(path).value == derived[path] == 3
        return len(kernel.diff(snapshot, derived).changed) + len(derived.flatten())

    assert on_a_small_stack(work) > 0


def test_many_keys_read_back(kernel):
    count = 50_000
    snapshot = kernel.resolve([kernel.Layer("x", {f"key{at}": at for at in range(count)})])
    assert len(snapshot) == count
    assert all(snapshot[f"key{at}"] == at for at in range(0, count, 97))
    assert "key" not in snapshot


def test_keys_that_share_their_beginning_or_their_end_are_told_apart(kernel):
    names = [f"{'p' * 200}{at}" for at in range(2_000)] + [f"{at}{'s' * 200}" for at in range(2_000)]
    snapshot = kernel.resolve([kernel.Layer("x", {name: at for at, name in enumerate(names)})])
    assert [snapshot[name] for name in names] == list(range(len(names)))


@pytest.mark.parametrize(
    "key", ["k" * (1 << 20), "é" * (1 << 19), "a." * 1000], ids=["1 MiB", "1 MiB of two bytes", "dots"]
)
def test_long_keys_and_paths(kernel, key):
    snapshot = kernel.resolve([kernel.Layer("x", {key: 1})])
    assert snapshot[(key,)] == 1
    assert list(snapshot) == [key]
    with pytest.raises(KeyError) as caught:
        snapshot[("no", key)]
    assert len(str(caught.value)) < 2_000


def test_a_miss_beside_many_keys_costs_a_bounded_look(kernel):
    snapshot = kernel.resolve([kernel.Layer("x", {f"name{at}": at for at in range(5_000)})])
    with pytest.raises(KeyError) as caught:
        snapshot["nam0"]
    assert len(caught.value.siblings) == 1_000
    assert str(caught.value)


def test_misses_do_not_fill_the_memory(kernel):
    snapshot = kernel.resolve([kernel.Layer("x", {"a": {"b": 1}})])
    for at in range(2_000):
        assert snapshot.get(f"a.{at}") is None
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for at in range(2_000, 200_000):
        assert snapshot.get(f"a.{at}") is None
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024


def test_little_memory_is_an_error_and_no_crash():
    code = """
        import resource
        from veltrix import Layer, resolve, implementation
        big = {f"k{at}": "x" * 100 for at in range(200_000)}
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + (24 << 20), used + (24 << 20)))
        try:
            resolve([Layer("x", dict(big)) for _ in range(50)]).to_dict()
        except MemoryError:
            print("MemoryError")
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True, text=True, check=False, env={"VELTRIX_IMPL": "pure"},
    )  # fmt: skip
    assert (run.returncode, run.stdout) == (0, "MemoryError\n"), run.stderr
