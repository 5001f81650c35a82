"""Rows 39 and 40: a whole snapshot: compared with one that shares nothing with it, and pickled."""

from __future__ import annotations

import json
import pickle
from itertools import chain

import pytest

from benches.data import flatten, resolving_to
from benches.harness import row
from benches.result import at_most
from benches.subjects import kernels, resolved
from veltrix.bench.ratio import Workload

LEAVES = 100_000
EVERY = 100  # of so many leaves, one is an opaque object


class Thing:
    """An opaque value; equal to itself alone."""


@pytest.fixture(scope="module")
def pairs():
    """Two mappings by the operation, which are equal and share nothing."""
    kernel, texts = kernels()["native"], resolving_to(LEAVES).texts

    def made():
        return kernel.resolve(
            [kernel.Layer.parse(name, text.encode(), "json") for name, text in texts.items()]
        )

    one, other = made(), made()
    path, area = list(one.flatten())[7], next(iter(one))
    things = [Thing() for _ in range(LEAVES)]
    return {
        "s == s2": (one, other),
        "s == s2, both with a change": (one.set(path, "other"), made().set(path, "other")),
        "s == s2, with opaque values": (with_things(texts, things), with_things(texts, things)),
        "v == v2, views of the first area": (one[area], other[area]),
    }


@row(39)
@pytest.mark.parametrize("number", range(4))
def test_equal(bench, pairs, number):
    operation, two = list(pairs.items())[number]
    flat = [of_its_own(mapping) for mapping in two]
    assert two[0] == two[1]
    assert flat[0] == flat[1]
    workloads = {
        name: Workload("a == b", dict(zip("ab", sides, strict=True)))
        for name, sides in (("native", two), ("dict == dict", flat))
    }
    bench.ratios(f"{operation}, 100k leaves", workloads, target=at_most(1.5))


@row(40)
@pytest.mark.parametrize("direction", ["dumps", "loads"])
def test_pickle(bench, direction):
    generated, snapshots = resolved(LEAVES, pure=False)
    subjects = {"native": snapshots["native"], "the merged dict": generated.merged}
    given = {name: pickle.dumps(one, 5) if direction == "loads" else one for name, one in subjects.items()}
    body = "loads(x)" if direction == "loads" else "dumps(x, 5)"
    call = {direction: getattr(pickle, direction)}
    workloads = {name: Workload(body, {**call, "x": one}) for name, one in given.items()}
    assert pickle.loads(pickle.dumps(subjects["native"], 5)) == subjects["native"]
    bench.ratios(f"pickle.{direction}, 100k leaves", workloads, target=at_most(2))


def with_things(texts, things):
    """A snapshot in which every hundredth leaf of a layer is one of these objects."""
    kernel, given, layers = kernels()["native"], iter(things), []
    for name, text in texts.items():
        tree = json.loads(text)
        for place, key in list(chain.from_iterable(places(tree)))[EVERY - 1 :: EVERY]:
            place[key] = next(given)
        layers.append(kernel.Layer(name, tree))
    return kernel.resolve(layers)


def places(tree):
    """Every leaf as the mapping that holds it, and its name."""
    for name, value in tree.items():
        yield from places(value) if type(value) is dict else [[(tree, name)]]


def of_its_own(mapping):
    """The flat dict, no key of which is a key of another one."""
    return {"".join(path): value for path, value in flatten(mapping.to_dict()).items()}
