"""Rows 60 to 62: sections as objects, beside what the libraries take for dicts that are theirs already."""

from __future__ import annotations

from dataclasses import make_dataclass
from functools import cache

import pytest

from benches.harness import row
from benches.result import at_most
from benches.subjects import kernels
from veltrix.bench.ratio import Workload
from veltrix.binding.sharing import RECENT

TYPES = ((int, 5), (str, "a"), (bool, True), (float, 1.5), (list[str], ["a", "b"]), (int | None, None))
COUNTS = (10, 100, 1_000)
BIND = "m.clear(); r.clear(); s.bind(M, 'section')"
AGAIN = {
    "a section that is bound": ("s.bind(M, 'section')", 1),
    "an overlay, and a section that it leaves alone": ("s.override(o).bind(M, 'section')", 10),
}


@cache
def section(count):
    """A snapshot with a section of so many fields, and their types by name."""
    fields = [(f"field{at}", *TYPES[at % len(TYPES)]) for at in range(count)]
    kernel = kernels()["native"]
    layer = kernel.Layer("a", {"section": {name: value for name, _, value in fields}, "other": 1})
    types = {name: form for name, form, _ in fields}
    return kernel.resolve([layer]), types, make_dataclass("Own", types.items(), frozen=True)


def anew(snapshot, model, operations=1):
    """Binding a section that nobody has bound."""
    snapshot.bind(model, "section")
    names = {"s": snapshot, "M": model, "m": snapshot._memo, "r": RECENT}
    return Workload(BIND, names, operations=operations)


@row(60)
@pytest.mark.parametrize("count", COUNTS)
def test_dataclass(bench, count):
    snapshot, _, own = section(count)
    timings = bench.time({"native": anew(snapshot, own, count)})
    bench.times(f"a dataclass of {count:,} fields, for each", timings, at_most(3))


@row(61)
@pytest.mark.parametrize("library", ["pydantic", "msgspec"])
@pytest.mark.parametrize("count", COUNTS)
def test_library(bench, count, library):
    module = pytest.importorskip(library)
    snapshot, types, _ = section(count)
    if library == "pydantic":
        model = module.create_model("Model", **{name: (form, ...) for name, form in types.items()})
        text, names = "M.model_validate(s['section'].to_dict())", {}
    else:
        model = module.defstruct("Model", types.items())
        text, names = "convert(s['section'].to_dict(), M)", {"convert": module.convert}
    assert snapshot.bind(model, "section").field0 == 5
    by_hand = Workload(text, {"s": snapshot, "M": model, **names})
    workloads = {"native": anew(snapshot, model), library: by_hand}
    bench.ratios(f"a model of {library}, {count:,} fields", workloads, target=at_most(2))


@row(62)
@pytest.mark.parametrize("operation", AGAIN)
def test_again(bench, operation):
    """What is bound already, here and in an overlay that leaves it alone."""
    snapshot, _, own = section(COUNTS[-1])
    bound = snapshot.bind(own, "section")
    assert snapshot.override({"other": 2}).bind(own, "section") is bound
    text, most = AGAIN[operation]
    timings = bench.time({"native": Workload(text, {"s": snapshot, "M": own, "o": {"other": 2}})})
    bench.times(operation, timings, at_most(most))
