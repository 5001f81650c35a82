"""Rows 1 to 3: reading 100,000 leaves of seven layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any

from benches.data import resolving_to
from benches.result import Line, Target, at_most, line_of_ratios
from benches.settings import Settings
from benches.subjects import KEYS, absent_keys, check_reads, kernels, same, snapshot_of, some_keys
from veltrix.bench.bodies import equal_copies, numbered, unrolled
from veltrix.bench.ratio import Workload, measure

LEAVES = 100_000
DEFAULT = object()


def lines(settings: Settings) -> Iterator[Line]:
    generated = resolving_to(LEAVES)
    flat = generated.flat
    mappings = {name: snapshot_of(kernel, generated) for name, kernel in kernels().items()}
    proxy = MappingProxyType(flat)
    stored = some_keys(flat)
    expected = {key: flat[key] for key in stored}
    for mapping in mappings.values():
        check_reads(mapping, expected)  # these key objects are the ones that a read cache keeps
    equal = equal_copies(stored)
    absent = absent_keys(stored)

    def line(
        row: int, operation: str, body: str, anchor: str, keys: list[str], target: Target | None
    ) -> Line:
        """One operation on every mapping beside an operation on the proxy."""
        anchor_name = anchor.format("mp", "k")
        workloads = {
            name: _reading(mapping, body, keys, _checked(mapping, body, keys, flat))
            for name, mapping in mappings.items()
        }
        workloads[anchor_name] = _reading(
            proxy, anchor, equal if keys is absent and "get" not in anchor else keys
        )
        return line_of_ratios(
            row, operation, measure(workloads, seconds=settings.seconds), anchor=anchor_name, target=target
        )

    subscript, get, contains = "{0}[{1}]", "{0}.get({1}, d)", "{1} in {0}"
    yield line(1, "s[path]: equal keys", subscript, subscript, equal, at_most(0.80))
    yield line(1, "s[path]: identical keys", subscript, subscript, stored, at_most(0.80))
    yield line(2, "path in s: hit", contains, subscript, equal, at_most(0.75))
    yield line(2, "path in s: miss", contains, subscript, absent, None)
    yield line(2, "path in s: hit", contains, contains, equal, None)
    yield line(2, "path in s: miss", contains, contains, absent, None)
    yield line(2, "s.get(path, d): hit", get, get, equal, at_most(0.70))
    yield line(2, "s.get(path, d): miss", get, get, absent, at_most(0.70))

    workloads = {}
    for name, mapping in mappings.items():
        handles = [mapping.key(key) for key in stored]
        assert all(same(handle.value, flat[key]) for handle, key in zip(handles, stored, strict=True))
        workloads[name] = Workload(
            unrolled("k{0}.value", KEYS), numbered("k", handles), unrolled("k{0}", KEYS), KEYS
        )
    workloads["mp[k]"] = _reading(proxy, subscript, equal)
    yield line_of_ratios(
        3,
        "key.value",
        measure(workloads, seconds=settings.seconds),
        anchor="mp[k]",
        target=at_most(0.35),
    )


def _reading(
    mapping: Any, template: str, keys: list[str], checked: Callable[[], None] = lambda: None
) -> Workload:
    names = {"m": mapping, "d": DEFAULT, **numbered("k", keys)}
    body = unrolled(template.format("m", "k{0}"), len(keys))
    return Workload(body, names, unrolled("k{0}", len(keys)), len(keys), checked)


def _checked(mapping: Any, template: str, keys: list[str], flat: dict[str, Any]) -> Callable[[], None]:
    def check() -> None:
        code = compile(template.format("m", "k"), "<answer>", "eval")
        for key in keys:
            names = {"m": flat, "k": key, "d": DEFAULT}
            expected = eval(code, names)
            found = eval(code, {**names, "m": mapping})
            assert same(found, expected), (template, key, found, expected)

    return check
