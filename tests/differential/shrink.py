"""Makes a diverging case small, and writes it as Python."""

from __future__ import annotations

import datetime
from collections import OrderedDict, UserDict
from collections.abc import Iterator, Mapping
from dataclasses import replace as changed
from types import MappingProxyType
from typing import Any

from tests.differential import hostile
from tests.differential.generate import Case, LayerSpec, Ref, Step
from veltrix import FrozenMapping, Origin
from veltrix.operators import Append, Delete, Operator, Prepend, Replace

_KNOWN = {
    id(value): f"hostile.{table}[{at}]"
    for table in (
        "ODD_VALUES",
        "OTHERS",
        "WRONG_PATHS",
        "WRONG_DATA",
        "WRONG_KEYS",
        "WRONG_NAMES",
        "WRONG_GENERATIONS",
        "OPAQUE",
        "ODD_MAPPINGS",
    )
    for at, value in enumerate(getattr(hostile, table))
} | {
    id(value): f"hostile.ALIKE[{group}][{at}]"
    for group, values in enumerate(hostile.ALIKE)
    for at, value in enumerate(values)
}


def shrink(case: Case, differs: Any) -> Case:
    """The smallest case found for which `differs` still holds."""
    found = True
    while found:
        found = False
        for smaller in _smaller(case):
            if differs(smaller):
                case, found = smaller, True
                break
    return case


def _smaller(case: Case) -> Iterator[Case]:
    for at in range(len(case.steps)):
        yield changed(case, steps=case.steps[:at] + case.steps[at + 1 :])
    for at in range(len(case.layers)):
        yield changed(case, layers=case.layers[:at] + case.layers[at + 1 :])
    if case.dimensions:
        yield changed(case, dimensions=())
    if case.repeated:
        yield changed(case, repeated=case.repeated[1:])
    if case.late:
        yield changed(case, late=False)
    if case.generation != 1:
        yield changed(case, generation=1)
    if case.bounds:
        yield changed(case, bounds={})
    if case.conflicts != "replace":
        yield changed(case, conflicts="replace")
    for at in range(len(case.universe)):
        yield changed(case, universe=case.universe[:at] + case.universe[at + 1 :])
    for at, spec in enumerate(case.layers):
        for smaller in _smaller_spec(spec):
            yield changed(case, layers=[*case.layers[:at], smaller, *case.layers[at + 1 :]])
    for at, step in enumerate(case.steps):
        for arguments in _smaller_arguments(step.arguments):
            yield changed(
                case, steps=[*case.steps[:at], Step(step.operation, arguments), *case.steps[at + 1 :]]
            )


def _smaller_spec(spec: LayerSpec) -> Iterator[LayerSpec]:
    for option in spec.options:
        yield LayerSpec(
            spec.name, spec.data, {name: spec.options[name] for name in spec.options if name != option}
        )
    for data in _smaller_data(spec.data):
        yield LayerSpec(spec.name, data, spec.options)


def _smaller_arguments(arguments: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for at, argument in enumerate(arguments):
        if isinstance(argument, LayerSpec):
            options: Iterator[Any] = _smaller_spec(argument)
        elif isinstance(argument, list) and any(isinstance(item, LayerSpec) for item in argument):
            options = _smaller_layers(argument)
        elif isinstance(argument, (dict, list, Operator)):
            options = _smaller_data(argument)
        else:
            continue
        for smaller in options:
            yield (*arguments[:at], smaller, *arguments[at + 1 :])


def _smaller_layers(layers: list[Any]) -> Iterator[list[Any]]:
    for at, layer in enumerate(layers):
        yield layers[:at] + layers[at + 1 :]
        if isinstance(layer, LayerSpec):
            for smaller in _smaller_spec(layer):
                yield [*layers[:at], smaller, *layers[at + 1 :]]


def _smaller_data(data: Any) -> Iterator[Any]:
    if isinstance(data, (dict, UserDict, MappingProxyType, FrozenMapping)):
        if type(data) is not dict:
            yield dict(data)
        data = dict(data)
        for key in data:
            yield {name: data[name] for name in data if name is not key}
        for key, value in data.items():
            for smaller in _smaller_data(value):
                yield {**data, key: smaller}
    elif isinstance(data, (Replace, Append, Prepend)):
        if isinstance(data, Replace) or not data.value:
            yield 1
        for smaller in _smaller_data(data.value):
            if isinstance(data, Replace) or isinstance(smaller, (list, tuple)):
                yield type(data)(smaller)
    elif isinstance(data, (list, tuple)) and len(data) > 0:
        yield type(data)() if type(data) in (list, tuple) else []
        if type(data) in (list, tuple):
            for at in range(len(data)):
                yield data[:at] + data[at + 1 :]
    elif type(data) not in (int, bool, type(None), Delete):
        yield 1


def reproduction(case: Case) -> str:
    """The case as Python code that runs it."""
    layers = "".join(f"        {_spec(spec)},\n" for spec in case.layers)
    steps = "".join(f"        Step({step.operation!r}, {source(step.arguments)}),\n" for step in case.steps)
    return (
        "from tests.differential.compare import *; from tests.differential.generate import *\n"
        "import datetime; nan, inf = float('nan'), float('inf')\n"
        f"case = Case(\n    layers=[\n{layers}    ],\n    conflicts={case.conflicts!r},\n"
        f"    dimensions={case.dimensions!r},\n    steps=[\n{steps}    ],\n"
        f"    universe={case.universe!r},\n    repeated={case.repeated!r},\n    late={case.late!r},\n"
        f"    generation={source(case.generation)},\n    bounds={case.bounds!r},\n)\n"
        "print(*compare(case, *kernels()))"
    )


def _spec(spec: LayerSpec) -> str:
    options = f", {source(spec.options)}" if spec.options else ""
    return f"LayerSpec({source(spec.name)}, {source(spec.data)}{options})"


def source(value: Any) -> str:
    """The Python expression for a value of a case."""
    kind = type(value)
    if kind in (type(None), bool, int, float, str, bytes):
        return repr(value)
    if isinstance(value, LayerSpec):
        return _spec(value)
    if isinstance(value, (Ref, Origin, datetime.date, datetime.time)):
        return _KNOWN.get(id(value), repr(value))
    if isinstance(value, Operator):
        return "DELETE" if isinstance(value, Delete) else f"{kind.__name__.lower()}({source(value.value)})"
    if kind is dict:
        return f"{{{', '.join(f'{source(key)}: {source(item)}' for key, item in value.items())}}}"
    if id(value) in _KNOWN:
        return _KNOWN[id(value)]
    if kind in (list, tuple):
        items = ", ".join(map(source, value))
        return f"[{items}]" if kind is list else f"({items}{',' * (len(value) == 1)})"
    if isinstance(
        value, (OrderedDict, UserDict, MappingProxyType, FrozenMapping, hostile.Table)
    ) and isinstance(value, Mapping):
        return f"{kind.__name__}({source(dict(value))})"
    if kind in (hostile.Row, hostile.Text, hostile.Number):
        base = {hostile.Row: list, hostile.Text: str.__str__, hostile.Number: int}[kind]
        return f"hostile.{kind.__name__}({source(base(value))})"
    return repr(value)
