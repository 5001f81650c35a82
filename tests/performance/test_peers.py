"""The comparison with other libraries: adapters, checks, and tables that say why a figure is missing."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import veltrix
from benches.data import MIDDLE, generate, merge, merge_into
from benches.peers.adapter import PEERS, CannotError, Step, adapter_of
from benches.peers.plain_dict import Peer as PlainDict
from benches.peers.stack import Stack, stack_of
from benches.peers.test_peers import line_of
from benches.peers.workloads import WORKLOADS, Bench, Limits, Prepared, measured

ROOT = Path(__file__).resolve().parents[2]
HERE = ["dict", "dict of dicts", "MappingProxyType", "ChainMap", "veltrix native", "veltrix pure"]
LEAVES = 250
CLOSE = Limits(leaves=LEAVES, seconds=0.001)


@pytest.fixture
def stack(tmp_path):
    return stack_of(generate("half shared", per_layer=LEAVES, cache=None), tmp_path)


@pytest.fixture
def bench(stack):
    def made(adapter):
        one = Bench(adapter, LEAVES)
        one.__dict__.update(
            stack=stack, tall_stack=stack
        )  # a cached property's value, so no cache is written
        return one

    return made


def usable(peer):
    adapter = adapter_of(peer)
    if adapter.implementation and adapter.implementation not in veltrix.implementations():
        pytest.skip(f"the {adapter.implementation} implementation is not built")
    return adapter


def test_a_table_can_name_peers_that_are_not_imported():
    program = (
        "import sys; from benches.peers.adapter import PEERS, adapter_of\n"
        "adapters = [adapter_of(peer) for peer in PEERS]\n"
        "print(*[one.module for one in adapters if one.distribution not in (None, 'veltrix')])\n"
        "print(*[one.module for one in adapters if one.module in sys.modules and one.distribution])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    others, imported = (line.split() for line in ran.stdout.splitlines())
    assert len(others) == len(PEERS) - len(HERE)
    assert set(imported) == {"veltrix"}


@pytest.mark.parametrize("peer", PEERS)
def test_what_is_compared_is_pinned(peer):
    distribution = adapter_of(peer).distribution
    if distribution not in (None, "veltrix"):
        pinned = (ROOT / "pyproject.toml").read_text("utf-8")
        assert f'"{distribution}==' in pinned


@pytest.mark.parametrize("peer", PEERS)
def test_remarks_are_about_workloads(peer):
    assert adapter_of(peer).remarks.keys() <= WORKLOADS.keys()


@pytest.mark.parametrize("workload", WORKLOADS)
@pytest.mark.parametrize("peer", HERE)
def test_the_plain_peers_answer_as_the_plain_merge_does(peer, workload, bench):
    adapter = usable(peer)
    made = bench(adapter)
    other = workload == "files" and adapter.implementation not in ("", veltrix.implementation)
    if other:
        with pytest.raises(CannotError, match=r"\w"):
            WORKLOADS[workload].make(made)
    else:
        WORKLOADS[workload].make(made).peer.checked()


def test_the_changed_leaf_shows_and_the_layers_stay(stack):
    path = stack.own_leaf
    changed = stack.changed(path, 1_000_001)
    assert changed.flat == {**stack.flat, path: 1_000_001}
    assert merge(stack.trees) == stack.merged
    assert {name for name in stack.layers if changed.layers[name] is not stack.layers[name]} == {MIDDLE}


def test_the_files_hold_the_layers_and_no_lists(stack):
    assert [json.loads(file.read_text("utf-8")) for file in stack.files] == stack.trees
    assert sorted(stack.files) == stack.files
    assert Stack.of_files(stack.files) == stack
    assert not any(isinstance(value, (list, tuple)) for value in stack.flat.values())


class Wrong(PlainDict):
    """Merges in the wrong order, and lets an overlay show below."""

    def merge(self, stack):
        step = super().merge(stack)
        return Step(step.body, {**step.names, "t": stack.trees[::-1]})

    def overlay(self, overrides):
        step = super().overlay(overrides)
        return Step("c.update(d)\no = c", step.names)

    def read(self, subject, path):
        return f"str({subject}[{path!r}])"


class MergesWrongly(Wrong):
    read = PlainDict.read


class SpoilsLayers(PlainDict):
    """Merges into the lowest layer."""

    def merge(self, stack):
        step = super().merge(stack)
        return Step(f"into(t[0], t[3])\n{step.body}", {**step.names, "into": merge_into})


@pytest.mark.parametrize(
    ("adapter", "workload", "reason"),
    [
        (MergesWrongly(), "merge", "answers "),
        (MergesWrongly(), "overlay", "answers "),
        (Wrong(), "read", "answers "),
        (SpoilsLayers(), "merge", "changes the layers that it is given"),
    ],
)
def test_a_wrong_answer_is_a_blank_with_the_reason(adapter, workload, reason, bench):
    assert measured(PlainDict(), workload, CLOSE, {LEAVES: bench(PlainDict())}).leaves == LEAVES
    line = line_of("wrong", adapter, workload, CLOSE, {LEAVES: bench(adapter)})
    assert line.figures == {}
    assert line.missing["wrong"].startswith(reason)


def test_a_peer_that_is_not_installed_is_a_blank_with_the_reason(bench):
    class Absent(PlainDict):
        def resolved(self, stack):
            import no_such_configuration_library as absent

            return absent

    line = line_of("absent", Absent(), "read", CLOSE, {LEAVES: bench(Absent())})
    assert line.missing == {"absent": "not installed: no module 'no_such_configuration_library'"}


def test_a_figure_has_its_remark_and_its_title(bench):
    adapter = adapter_of("dict")
    line = line_of("dict", adapter, "overlay", CLOSE, {LEAVES: bench(adapter)})
    assert (line.operation, line.anchor) == (WORKLOADS["overlay"].title, WORKLOADS["overlay"].anchor)
    assert line.notes == {"dict": [adapter.remarks["overlay"]]}
    assert line.figures["dict"].low <= line.figures["dict"].value
    assert line.figures["dict"].nanoseconds > 0
    assert line.missing == {}


def test_a_run_that_would_take_too_long_is_made_smaller_and_says_so(bench, monkeypatch):
    monkeypatch.setattr("benches.peers.workloads.SMALLER", LEAVES)
    adapter = adapter_of("dict")
    large = replace(CLOSE, leaves=1_000_000, longest=0.0)
    assert measured(adapter, "change", large, {LEAVES: bench(adapter)}).leaves == LEAVES
    line = line_of("dict", adapter, "change", large, {LEAVES: bench(adapter)})
    assert line.notes["dict"][-1] == "measured at 250 leaves, since a run of all takes too long"


def test_an_overlay_is_undone_before_it_is_made_again(bench):
    prepared = WORKLOADS["overlay"].make(bench(adapter_of("dict")))
    assert isinstance(prepared, Prepared)
    assert prepared.peer.body.count("\n") == prepared.anchor.body.count("\n") + 2
    assert prepared.peer.body.endswith("del o")
