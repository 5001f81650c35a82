"""One limit on depth for documents of all formats; sizes far beyond the usual; messages that stay short."""

from __future__ import annotations

import asyncio
import contextvars
import gc
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from veltrix import DELETE, append, prepend
from veltrix.errors import ConfigError, LimitError, MissingKeyError

LEVELS = (1, 63, 64, 65, 128, 129, 1_000, 20_000)

NESTED = {
    "json": lambda levels: '{"a":' * levels + "1" + "}" * levels,
    "json lists": lambda levels: '{"a":' + "[" * (levels - 1) + "1" + "]" * (levels - 1) + "}",
    "toml": lambda levels: ".".join("a" * levels) + " = 1",
    "toml headers": lambda levels: f"[{'.'.join('a' * (levels - 1))}]\na = 1" if levels > 1 else "a = 1",
    "toml arrays": lambda levels: "a = " + "[" * (levels - 1) + "1" + "]" * (levels - 1),
    "yaml": lambda levels: "{a: " * levels + "1" + "}" * levels,
    "yaml lists": lambda levels: "a: " + "[" * (levels - 1) + "1" + "]" * (levels - 1),
    "yaml blocks": lambda levels: (
        "".join(f"{' ' * at}a:\n" for at in range(min(levels, 200))) + " " * 200 + "1"
    ),
}


@pytest.mark.parametrize("levels", LEVELS)
@pytest.mark.parametrize("kind", NESTED)
def test_documents_of_all_formats_have_one_limit(kernel, kind, levels):
    document = NESTED[kind](levels)
    if levels <= 64:
        value = kernel.resolve([kernel.Layer.parse("x", document, kind.split()[0])]).to_dict()
        depth = 0
        while isinstance(value, (dict, list)):
            (value,) = value.values() if isinstance(value, dict) else value
            depth += 1
        assert (value, depth) == (1, levels)
    else:
        with pytest.raises(LimitError, match="deeper than 64 levels") as caught:
            kernel.Layer.parse("x", document, kind.split()[0], file="f")
        assert caught.value.line >= 1
        assert len(str(caught.value)) < 400


@pytest.mark.parametrize("make", [append, prepend])
def test_operators_on_long_lists(kernel, make):
    long, more = list(range(100_000)), list(range(100_000, 100_050))
    layers = [kernel.Layer("low", {"l": long}), kernel.Layer("top", {"l": make(more)})]
    found = kernel.resolve(layers)["l"]
    assert found == tuple(long + more if make is append else more + long)
    assert kernel.resolve(layers).set("l", make([]))["l"] == tuple(long)
    for count in (0, 1):
        layers = [kernel.Layer("low", {"l": [0] * count}), kernel.Layer("top", {"l": make([1])})]
        assert sorted(kernel.resolve(layers)["l"]) == [0] * count + [1]


@pytest.mark.parametrize("index", [2, 10**9, 10**17, 10**18 - 1])
def test_an_index_beyond_the_end(kernel, index):
    snapshot = kernel.resolve([kernel.Layer("x", {"l": [1, 2]})])
    for path in (f"l[{index}]", ("l", index)):
        assert path not in snapshot
        assert snapshot.get(path, "default") == "default"
        with pytest.raises(MissingKeyError, match=f"no item {index} in 'l'"):
            snapshot[path]


def test_a_message_of_long_names_is_short(kernel):
    name = "n" * 300_000
    snapshot = kernel.resolve([kernel.Layer(name, {name: {"a": 1}})])
    calls = (
        lambda: snapshot[name, "b"],
        lambda: snapshot["a..b" + name],
        lambda: snapshot.overlay({name: 1}),
        lambda: snapshot.set((name, "a", "b"), 1),
        lambda: snapshot.delete((name, "b")),
    )
    for call in calls:
        with pytest.raises(ConfigError) as caught:
            call()
        assert len(str(caught.value)) < 2_000


class Half(Mapping):
    """A mapping that fails half way."""

    def __iter__(self):
        yield "a"
        raise LookupError("half way")

    def __getitem__(self, key):
        return ["x" * 50, {"b": object()}]

    def __len__(self):
        return 2


def test_a_mapping_that_fails_half_way_leaves_nothing_behind(kernel, allocated_blocks):
    snapshot = kernel.resolve([kernel.Layer("x", {"c": 1})])

    def fail():
        for call in (
            lambda: kernel.Layer("y", {"a": {"b": [1, Half()]}}),
            lambda: snapshot.overlay({"o": Half()}),
            lambda: snapshot.set("c", Half()),
        ):
            with pytest.raises(LookupError, match="half way"):
                call()

    def grown():
        gc.collect()
        before = allocated_blocks()
        for _ in range(500):
            fail()
        gc.collect()
        return allocated_blocks() - before

    # What is left behind grows in each round; what the interpreter gathers while it warms up does not.
    assert min(grown() for _ in range(4)) < 50
    assert snapshot.to_dict() == {"c": 1}


def test_each_task_and_thread_keeps_the_overlay_that_it_made(kernel):
    current = contextvars.ContextVar("current")
    base = kernel.resolve([kernel.Layer("x", {"who": "nobody", "count": 0})])
    current.set(base)

    async def task(name):
        current.set(current.get().overlay({"who": name}))
        for count in range(20):
            current.set(current.get().set("count", count, layer="overlay"))
            await asyncio.sleep(0)
            assert current.get().to_dict() == {"who": name, "count": count}
        return current.get()["who"]

    async def all_tasks():
        return await asyncio.gather(*(task(f"task {number}") for number in range(10)))

    assert asyncio.run(all_tasks()) == [f"task {number}" for number in range(10)]
    with ThreadPoolExecutor(4) as pool:
        names = [f"thread {number}" for number in range(10)]
        found = pool.map(lambda name: contextvars.copy_context().run(asyncio.run, task_of(base, name)), names)
        assert list(found) == names
    assert current.get() is base
    assert base.to_dict() == {"who": "nobody", "count": 0}


async def task_of(base, name):
    overlay = base.overlay({"who": name})
    await asyncio.sleep(0)
    return overlay["who"]


def test_a_generator_keeps_the_overlay_that_it_began_with(kernel):
    base = kernel.resolve([kernel.Layer("x", {"a": 0})])

    def steps(snapshot):
        while True:
            snapshot = snapshot.overlay({"a": snapshot["a"] + 1})
            yield snapshot["a"]

    one, other = steps(base), steps(base.overlay({"a": 10}))
    assert [next(one), next(other), next(one), next(other), base["a"]] == [1, 11, 2, 12, 0]


def test_each_part_of_a_list_tells_where_it_stands(both):
    _, native = both
    documents = ("x = 1\nl = [1]\n", 'm = 1\n\nl."$append" = [2]\n', 'l."$prepend" = [0]\n')
    layers = [
        native.Layer.parse(f"{at}", text, "toml", file=f"{at}.toml") for at, text in enumerate(documents)
    ]
    found = native.resolve(layers).explain("l")
    assert found.value == (0, 1, 2)
    assert [(str(one.origin), one.operator, one.role) for one in found.definitions] == [
        ("2.toml:1:1", "prepend", "wins"),
        ("1.toml:3:1", "append", "merges"),
        ("0.toml:2:1", None, "merges"),
    ]


def test_what_is_deleted_is_told_by_the_layer_that_deleted_it(kernel):
    layers = [kernel.Layer("low", {"m": {"a": 1}}), kernel.Layer("top", {"m": {"a": DELETE}}, source="set")]
    found = kernel.resolve(layers).explain("m.a")
    assert not found.present
    assert [(one.origin.layer, one.origin.source, one.role) for one in found.definitions] == [
        ("top", "set", "wins"), ("low", "mapping", "overridden"),
    ]  # fmt: skip
