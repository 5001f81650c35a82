"""Real configuration as layers: what comes out is what the standard library and a plain merge make of it."""

from __future__ import annotations

import json
import re
from functools import cache
from types import SimpleNamespace

import pytest

from tests.real import plain, shipped

# How many leaves are changed; the reference resolves everything for each.
SAMPLES = {"veltrix._pure": 6, "veltrix._native": 40}


@cache
def expected(name):
    """The documents of a stack and their merged data; skips where the package is not installed."""
    documents = shipped.stack(name)
    if not documents:
        pytest.skip(f"the package that ships {name!r} is not installed")
    merged = {}
    for document in documents:
        merged = plain.merge(merged, plain.load(document))
    return documents, merged


@cache
def resolved(kernel, name):
    documents, _ = expected(name)
    layers = [kernel.Layer.parse(one.name, one.text, one.format, file=one.name) for one in documents]
    return kernel.resolve(layers, conflicts="replace")


@pytest.fixture(params=shipped.STACKS)
def case(kernel, request):
    """A stack on an implementation: its documents, its merged data, and the snapshot."""
    documents, merged = expected(request.param)
    return SimpleNamespace(
        kernel=kernel,
        documents=documents,
        merged=merged,
        snapshot=resolved(kernel, request.param),
        sample=lambda seed: plain.sample(merged, SAMPLES[kernel.__name__], seed),
    )


def ordered(value):
    """As a text in which types and the order of keys count."""
    return json.dumps(value, default=repr)


def test_the_snapshot_is_the_plain_merge(case):
    assert ordered(case.snapshot.to_dict()) == ordered(case.merged)
    assert case.snapshot == plain.frozen(case.merged)


def test_every_leaf_is_read_by_its_path(case):
    flat = case.snapshot.flatten()
    wanted = list(plain.leaves(case.merged))
    assert list(flat) == [case.kernel.format_path(path) for path, _ in wanted]
    for (path, value), (text, found) in zip(wanted, flat.items(), strict=True):
        assert case.snapshot[path] == found == case.snapshot[text]
        assert ordered(thawed(found)) == ordered(value)


def thawed(value):
    if isinstance(value, tuple):
        return [thawed(item) for item in value]
    return {name: thawed(child) for name, child in value.items()} if hasattr(value, "items") else value


def test_each_layer_alone_is_its_document(case):
    for document in case.documents[:20]:
        layer = case.kernel.Layer.parse(document.name, document.text, document.format)
        assert ordered(case.kernel.resolve([layer]).to_dict()) == ordered(plain.load(document))


def test_overlays_change_what_they_name_and_nothing_else(case):
    snapshot, merged = case.snapshot, case.merged
    for seed, path in enumerate(case.sample(1)):
        change = plain.nested(path, f"overlay {seed}")
        snapshot, merged = snapshot.overlay(change), plain.merge(merged, change)
        assert snapshot[path] == f"overlay {seed}"
    assert ordered(snapshot.to_dict()) == ordered(merged)
    assert len(case.kernel.diff(case.snapshot, snapshot).changed) == len(case.sample(1))


def test_a_layer_of_overrides_is_an_overlay(case):
    change = {}
    for seed, path in enumerate(case.sample(2)):
        change = plain.merge(change, plain.nested(path, seed))
    above = case.snapshot.with_layers(case.kernel.Layer("overrides", change))
    assert ordered(above.to_dict()) == ordered(plain.merge(case.merged, change))
    assert above.digest == case.snapshot.overlay(change).digest
    assert above.with_layers(without=["overrides"]).digest == case.snapshot.digest
    assert (above.generation, case.snapshot.generation) == (2, 1)


def test_what_is_set_is_there_and_what_is_deleted_shines_through(case):
    paths = case.sample(3)
    base = case.snapshot.overlay({}, name="changes")
    changed = base
    for path in paths:
        changed = changed.set(path, {"set": [1, path[-1]]})
        assert changed[path].to_dict() == {"set": [1, path[-1]]}
    for path in paths:
        changed = changed.delete(path)
    assert ordered(changed.to_dict()) == ordered(case.merged)
    assert changed.digest == base.digest


def test_a_sample_of_leaves_tells_where_it_stands(case):
    lines = {document.name: document.text.split("\n") for document in case.documents}
    native = "_native" in case.kernel.__name__
    for path in plain.sample(case.merged, 200, seed=4):
        origin = case.snapshot.explain(path).origin
        assert (origin.source, origin.layer) == ("file", origin.file)
        if not native:
            assert (origin.line, origin.column) == (None, None)
            continue
        line = lines[origin.file][origin.line - 1][origin.column - 1 :]
        assert begins_with(line, path[-1]), (path, origin)


def begins_with(line, name):
    """Whether a line begins with a key of this name: plain or in quotes, and what may follow a key."""
    spelled = {name, f"'{name}'", json.dumps(name), json.dumps(name, ensure_ascii=False)}
    return any(re.match(re.escape(text) + r"\s*[:=.\]]", line) for text in spelled)


def test_both_implementations_agree_to_the_byte(both):
    for name in shipped.STACKS:
        if not shipped.stack(name):
            continue
        pure, native = (resolved(kernel, name) for kernel in both)
        assert pure.digest == native.digest
        assert list(pure.flatten().items()) == list(native.flatten().items())
