"""Rows 60 to 62: sections as objects, beside what the libraries take for dicts that are theirs already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import make_dataclass
from typing import Any

import msgspec
import pydantic

from benches.result import Line, at_most, line_of_ratios, line_of_times
from benches.settings import Settings
from benches.subjects import kernels
from veltrix.bench.ratio import Workload, measure
from veltrix.binding.sharing import RECENT

FIELDS = (10, 100, 1_000)
TYPES = ((int, 5), (str, "a"), (bool, True), (float, 1.5), (list[str], ["a", "b"]), (int | None, None))
A_FIELD = at_most(3)
BESIDE_LIBRARY, AGAIN, UNCHANGED = at_most(2), at_most(1), at_most(10)
BIND = "m.clear(); r.clear(); s.bind(M, 'section')"


def lines(settings: Settings) -> Iterator[Line]:
    kernel = kernels()["native"]
    for count in FIELDS:
        fields = [(f"field{at}", *TYPES[at % len(TYPES)]) for at in range(count)]
        data = {name: value for name, _, value in fields}
        snapshot = kernel.resolve([kernel.Layer("a", {"section": data, "other": 1})])
        types = [(name, form) for name, form, _ in fields]
        yield from _own(snapshot, make_dataclass("Own", types, frozen=True), count, settings)
        yield from _of_libraries(snapshot, types, count, settings)
    yield from _again(snapshot, make_dataclass("Own", types, frozen=True), settings)


def anew(snapshot: Any, model: Any, operations: int = 1) -> Workload:
    """Binding a section that nobody has bound."""
    snapshot.bind(model, "section")
    names = {"s": snapshot, "M": model, "m": snapshot._memo, "r": RECENT}
    return Workload(BIND, names, operations=operations)


def _own(snapshot: Any, model: Any, count: int, settings: Settings) -> Iterator[Line]:
    timings = measure({"native": anew(snapshot, model, count)}, seconds=settings.seconds)
    operation = f"a dataclass of {count:,} fields, for each"
    yield line_of_times(60, operation, timings, target=A_FIELD)


def _of_libraries(snapshot: Any, types: Any, count: int, settings: Settings) -> Iterator[Line]:
    of_pydantic: Any = pydantic.create_model("Model", **{name: (form, ...) for name, form in types})
    struct = msgspec.defstruct("Model", types)
    alone = {
        "pydantic": (of_pydantic, "M.model_validate(s['section'].to_dict())", {}),
        "msgspec": (struct, "convert(s['section'].to_dict(), M)", {"convert": msgspec.convert}),
    }
    for library, (model, text, names) in alone.items():
        assert snapshot.bind(model, "section").field0 == 5
        by_hand = Workload(text, {"s": snapshot, "M": model, **names})
        workloads = {"native": anew(snapshot, model), library: by_hand}
        timings = measure(workloads, seconds=settings.seconds)
        operation = f"a model of {library}, {count:,} fields"
        yield line_of_ratios(61, operation, timings, anchor=library, target=BESIDE_LIBRARY)


def _again(snapshot: Any, model: Any, settings: Settings) -> Iterator[Line]:
    """What is bound already, here and in an overlay that leaves it alone."""
    bound = snapshot.bind(model, "section")
    assert snapshot.override({"other": 2}).bind(model, "section") is bound
    texts = {
        "a section that is bound": ("s.bind(M, 'section')", AGAIN),
        "an overlay, and a section that it leaves alone": ("s.override(o).bind(M, 'section')", UNCHANGED),
    }
    for operation, (text, target) in texts.items():
        names = {"s": snapshot, "M": model, "o": {"other": 2}}
        timings = measure({"native": Workload(text, names)}, seconds=settings.seconds)
        yield line_of_times(62, operation, timings, target=target)
