"""Cases: a stack of layers from the generator, and a script over it."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from tests.differential import hostile
from tests.differential.generate import (
    LARGE,
    MOST_SNAPSHOTS,
    ORDINARY,
    SMALL,
    Case,
    DataMaker,
    LayerSpec,
    Path,
    Ref,
    Source,
    Step,
    any_path,
    layer_spec,
    path_spelling,
    path_text,
)
from tests.differential.overrides import allowance, overrides

LARGE_FILES = 0.003
"""How many cases have a file of some thousand values, which is read again and again."""
LAYER_NAMES = ("low", "base", "region", "hunt", "top", "low", "a.b", "é", "")


def make_case(seed: int, large: bool = False) -> Case:
    """The case of a seed; the same for ever, as long as the generator stays as it is.

    With `large` it has a file of some thousand values, which is read again and again.
    """
    source = Source(seed)
    roll = source.random()
    size = SMALL if roll < 0.98 else ORDINARY if roll < 0.9996 else LARGE
    maker = DataMaker(source, size)
    layers = [layer_spec(source, maker, source.pick(LAYER_NAMES)) for _ in range(source.pick(size.layers))]
    for spec in layers[1:]:
        if source.chance(0.03):
            spec.data = layers[0].data
    repeated = [source.below(len(layers)) for _ in range(1 + source.below(2))] if source.chance(0.04) else []
    conflicts: Any = source.pick(("error", "error", "replace"))
    if source.chance(0.005):
        conflicts = source.pick((None, 1, "", "Error", b"error", hostile.Text("error")))
    dimensions = _dimensions(source, layers) if source.chance(0.08) else ()
    maker.paths.setdefault((maker.name(),))
    script = _Script(source, maker, layers, bool(dimensions))
    large = source.chance(LARGE_FILES) or large
    if large:
        layers.insert(source.below(len(layers) + 1), LayerSpec("base", maker.large()))
        script = _Script(source, maker, layers, bool(dimensions), _PUBLISHING)
    steps = [script.step() for _ in range(4 + source.below(6) if large else source.pick(size.steps))]
    universe = list(maker.paths)
    if len(universe) > size.paths:
        universe = [source.pick(universe) for _ in range(size.paths)]
    universe.append((maker.name(),))
    universe += [(*path, source.pick((0, 0, 1))) for path in universe if source.chance(0.1)]
    # As text a path is read through the caches, which the snapshots of one base share.
    universe = [path_text(path) if source.chance(0.7) else path for path in universe]
    late = source.chance(0.15)
    generation = _generation(source) if source.chance(0.05) else 1
    bounds = _bounds(source) if dimensions and source.chance(0.5) else {}
    return Case(layers, conflicts, dimensions, steps, universe, repeated, late, generation, bounds)


def _bounds(source: Source) -> dict[str, int]:
    """So few scopes that some are let go."""
    if source.chance(0.6):
        return {"max_scopes": source.below(4)}
    return {"max_scope_bytes": source.below(5) * 1_600}


def _generation(source: Source) -> Any:
    """The number of a generation, now and then a wrong one."""
    return (
        source.pick(hostile.WRONG_GENERATIONS) if source.chance(0.1) else source.pick((1, 2, 3, 4, 7, 2**61))
    )


def _dimensions(source: Source, layers: list[LayerSpec]) -> tuple[Any, ...]:
    """Dimensions whose tables name some of the case's layers, by number."""
    if not layers:
        return ()
    return tuple(
        (
            name,
            tuple((choice, source.below(len(layers))) for choice in ("eu", "us", "")[: 1 + source.below(3)]),
            source.chance(0.3),
            source.chance(0.3),
        )
        for name in ("region", "season")[: 1 + source.below(2)]
    )


class _Script:
    """Makes steps; reads and derivations in about equal parts."""

    def __init__(
        self,
        source: Source,
        maker: DataMaker,
        layers: list[LayerSpec],
        scoped: bool,
        choices: list[tuple[str, Maker]] | None = None,
    ) -> None:
        self.source = source
        self.maker = maker
        self.layers = list(layers)
        """The stack as it was loaded last."""
        self.choices = choices or (_SCOPED if scoped else _ORDINARY)

    def step(self) -> Step:
        name, arguments = self.source.pick(self.choices)
        return Step(name, arguments(self))

    def snapshot(self) -> int:
        """A snapshot of the run, mostly the newest."""
        return -1 if self.source.chance(0.7) else self.source.below(MOST_SNAPSHOTS)

    def target(self) -> tuple[int, Path | None]:
        """A snapshot, or a view of it."""
        return self.snapshot(), self.maker.path() if self.source.chance(0.25) else None

    def path(self) -> Any:
        return any_path(self.source, self.maker)

    def bound_path(self) -> Any:
        """What is bound: often the whole."""
        return None if self.source.chance(0.3) else self.path()

    def typed_key(self) -> tuple[Any, ...]:
        return self.target(), self.path(), self.source.below(1000), self.source.pick(hostile.OTHERS)

    def write_path(self) -> Any:
        source = self.source
        if source.chance(0.05):
            return self.path()
        return path_spelling(source, self.maker.names_only())

    def layer_name(self) -> Any:
        source = self.source
        if source.chance(0.5):
            return None
        return source.pick(hostile.WRONG_NAMES) if source.chance(0.05) else source.pick(LAYER_NAMES)

    def data(self) -> Any:
        source = self.source
        if source.chance(0.04):
            return source.pick(hostile.WRONG_DATA)
        if source.chance(0.04):
            return Ref("reader", self.snapshot())
        if source.chance(0.1):
            return Ref("other values", self.snapshot())
        if source.chance(0.25):
            return Ref("few values", source.below(1000))
        return self.maker.mapping((), source.below(3))

    def definition(self) -> tuple[Any, Any]:
        """A path and what `set` puts there."""
        maker, source = self.maker, self.source
        path, name = self.write_path(), maker.name()
        depth = maker.depth - 2
        if source.chance(0.1):
            return path, maker.mapping((name,), depth)
        return path, maker.definition(name, (name,), depth)

    def overriding(self) -> tuple[Any, ...]:
        """Values by path, what is allowed, and the name of the layer."""
        source = self.source
        values = overrides(source, [self.definition() for _ in range(source.pick((0, 1, 1, 2, 3, 5, 9)))])
        others = [self.maker.names_only() for _ in range(source.below(3))]
        return self.snapshot(), values, allowance(source, values, others), self.layer_name()

    def layer(self) -> Any:
        source = self.source
        if source.chance(0.03):
            return source.pick(hostile.OTHERS)
        roll = source.random()
        if roll < 0.3 and self.layers:
            return Ref("layer", source.below(8))
        if roll < 0.6 and self.layers:
            return self.loaded_again()
        if roll < 0.7:
            return Ref("layer of a snapshot", source.below(8))
        return layer_spec(source, self.maker, source.pick(LAYER_NAMES))

    def loaded_again(self) -> LayerSpec:
        """A layer of the stack made again from its data, of which little changed."""
        source = self.source
        at = source.below(len(self.layers))
        spec = self.layers[at]
        data, roll = spec.data, source.random()
        if type(data) is dict and roll < 0.3:
            data = {**data, **self.maker.mapping((), self.maker.depth)}
        elif type(data) is dict and roll < 0.8:
            for _ in range(1 + source.below(source.pick((1, 3, 30)))):
                data = self.maker.edited(data)
        again = LayerSpec(spec.name, data, spec.options)
        if source.chance(0.7):
            self.layers[at] = again
        return again

    def several(self) -> list[Any]:
        """Layers that change at once; mostly of the stack, and mostly none of them twice."""
        source = self.source
        layers = [self.layer() for _ in range(source.pick((0, 1, 1, 1, 2, 2, 3, 4)))]
        return layers if source.chance(0.1) else self.named_once(layers)

    def several_again(self) -> list[Any]:
        """Layers of the stack that are read again together."""
        return self.named_once([self.loaded_again() for _ in range(self.source.pick((1, 1, 1, 2, 3)))])

    def named_once(self, layers: list[Any]) -> list[Any]:
        """The layers without those of a name that another one of them has, as far as it is known yet."""
        names: list[Any] = []
        kept = []
        for layer in layers:
            is_of_the_case = isinstance(layer, Ref) and layer.kind == "layer"
            known = self.layers[layer.number % len(self.layers)] if is_of_the_case else layer
            if not isinstance(known, LayerSpec) or known.name not in names:
                kept.append(layer)
                names.append(getattr(known, "name", None))
        return kept

    def left_out(self) -> Any:
        """Names of layers that go; mostly none."""
        source = self.source
        if source.chance(0.75):
            return []
        if source.chance(0.05):
            return source.pick((*hostile.WRONG_NAMES, *hostile.OTHERS))
        known = [spec.name for spec in self.layers]
        if not known or source.chance(0.05):
            return [self.layer_name()]
        return [source.pick(known) for _ in range(source.pick((1, 1, 1, 2)))]

    def tables(self) -> Any:
        """Dimensions that take the place of those declared; None keeps them."""
        source = self.source
        if source.chance(0.85):
            return None
        if source.chance(0.04):
            return source.pick(hostile.OTHERS)
        tables = []
        for name in ("region", "season", "region")[: source.pick((0, 1, 1, 1, 2, 2, 3))]:
            choices = ("eu", "us", "")[: 1 + source.below(3)]
            # Mostly those of the stack, as the tables that are there have them: the same, or read again.
            table = [(choice, self.layer()) for choice in choices]
            tables.append((name, table, source.chance(0.1), source.chance(0.2)))
        return tables

    def said(self) -> Any:
        """The generation that is asked for; mostly none."""
        return _generation(self.source) if self.source.chance(0.2) else None

    def publishing(self) -> tuple[Any, ...]:
        """What `with_layers` is asked for."""
        return self.snapshot(), self.several(), self.left_out(), self.tables(), self.said()

    def other(self) -> Any:
        source = self.source
        roll = source.random()
        if roll < 0.4:
            return Ref("copy", self.snapshot())
        return Ref("reader", self.snapshot()) if roll < 0.7 else source.pick(hostile.OTHERS)

    def choice(self) -> tuple[Any, dict[str, Any]]:
        """What `scope` is given: a mapping or None, and keywords."""
        source = self.source
        choices = {name: self.chosen() for name in ("region", "season")[: source.below(3)]}
        if source.chance(0.05):
            wrong = (None, 1, "eu", b"eu", ["eu", 1], hostile.Text("eu"), {"eu": 1})
            choices[source.pick(("hunt", "é", "self", "region"))] = source.pick(wrong)
        if source.chance(0.4):
            return None, choices
        if source.chance(0.03):
            return source.pick(hostile.OTHERS), choices
        more = {"season": choices.pop("season")} if "season" in choices and source.chance(0.3) else {}
        if source.chance(0.05):
            more["region"] = self.chosen()
        if source.chance(0.05):
            choices[source.pick((hostile.Text("region"), 1))] = "eu"
        return source.pick((dict, dict, dict, UserDict, MappingProxyType))(choices), more

    def chosen(self) -> Any:
        """A choice of one name, or of several."""
        source = self.source
        names = ("eu", "us", "", None, "no such")
        if source.chance(0.7):
            return source.pick(names)
        some = [source.pick(names[:3] if source.chance(0.9) else names) for _ in range(source.below(4))]
        return source.pick((list, list, tuple, frozenset))(some)

    def published_again(self) -> tuple[Any, ...]:
        """Choices, and a change of the snapshot between two times that they are made."""
        source = self.source
        number, choices = self.snapshot(), tuple(self.choice() for _ in range(1 + source.below(3)))
        roll = source.random()
        if roll < 0.6:
            return number, choices, "set", (*self.definition(), self.layer_name())
        if roll < 0.8:
            return number, choices, "delete", (self.write_path(), self.layer_name())
        return number, choices, "with_layers", self.publishing()[1:]


Maker = Callable[[_Script], tuple[Any, ...]]


def _weighted(*table: tuple[int, str, Maker]) -> list[tuple[str, Maker]]:
    return [(name, make) for weight, name, make in table for _ in range(weight)]


_READS = (
    (6, "getitem", lambda script: (script.target(), script.path())),
    (4, "get", lambda script: (script.target(), script.path())),
    (3, "get_default", lambda script: (script.target(), script.path(), script.source.pick(hostile.OTHERS))),
    (4, "contains", lambda script: (script.target(), script.path())),
    (1, "contains", lambda script: (script.target(), script.source.pick(hostile.OTHERS))),
    (4, "explain", lambda script: (script.target(), script.path())),
    (2, "key", lambda script: (script.target(), script.path())),
    (4, "bind", lambda script: (script.target(), script.source.below(1000), script.bound_path())),
    (1, "typed_key", lambda script: script.typed_key()),
    (2, "equals", lambda script: (script.target(), script.other())),
    (2, "display", lambda script: (script.target(),)),
    (2, "collections", lambda script: (script.target(),)),
    (1, "portrait", lambda script: (script.target(),)),
    (12, "reads", lambda script: (script.snapshot(),)),
    (6, "steps", lambda script: (script.target(), script.maker.path(), script.source.below(4))),
    (1, "surface", lambda script: (script.target(),)),
    (3, "parse_path", lambda script: (script.path(),)),
    (2, "format_path", lambda script: (script.maker.path() if script.source.chance(0.7) else script.path(),)),
)
_DERIVATIONS = (
    (10, "overlay", lambda script: (script.snapshot(), script.data(), script.layer_name())),
    (6, "override", lambda script: script.overriding()),
    (16, "set", lambda script: (script.snapshot(), *script.definition(), script.layer_name())),
    (10, "delete", lambda script: (script.snapshot(), script.write_path(), script.layer_name())),
    (11, "with_layers", lambda script: script.publishing()),
    (3, "diff", lambda script: (Ref("snapshot", script.snapshot()), Ref("snapshot", script.snapshot()))),
    (1, "diff", lambda script: (script.source.pick(hostile.OTHERS), Ref("snapshot", script.snapshot()))),
    (1, "diff", lambda script: (Ref("snapshot", script.snapshot()), script.source.pick(hostile.OTHERS))),
    (2, "hold_diff", lambda script: (script.snapshot(), Ref("snapshot", script.snapshot()))),
    (2, "hold_view", lambda script: (script.snapshot(), script.maker.path())),
    (2, "pickle", lambda script: (script.target(), script.source.below(6))),
    (1, "pickle_layer", lambda script: (script.source.below(8),)),
    (1, "scope", lambda script: (script.snapshot(), *script.choice())),
)  # fmt: skip
_ORDINARY = _weighted(*_READS, *_DERIVATIONS)
_SCOPED = _ORDINARY + _weighted(
    (40, "scope", lambda script: (script.snapshot(), *script.choice())),
    (40, "scope_again", lambda script: script.published_again()),
)
_PUBLISHING = _weighted(
    (30, "with_layers", lambda script: (script.snapshot(), script.several_again(), [], None, script.said())),
    (8, "with_layers", lambda script: script.publishing()),
    (2, "with_layers", lambda script: (script.snapshot(), [], ["base"], None, None)),
    (3, "scope", lambda script: (script.snapshot(), *script.choice())),
    (3, "reads", lambda script: (script.snapshot(),)),
    (5, "set", lambda script: (script.snapshot(), *script.definition(), "base")),
    (5, "delete", lambda script: (script.snapshot(), script.write_path(), "base")),
    (8, "diff", lambda script: (Ref("snapshot", script.snapshot()), Ref("snapshot", script.snapshot()))),
    (8, "hold_diff", lambda script: (script.snapshot(), Ref("snapshot", script.snapshot()))),
    (8, "hold_view", lambda script: (script.snapshot(), script.maker.path())),
)  # fmt: skip
