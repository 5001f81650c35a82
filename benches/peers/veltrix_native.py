"""Veltrix with its extension."""

from __future__ import annotations

from typing import Any

import veltrix
from benches.data import MIDDLE, Tree
from benches.peers.adapter import Adapter, CannotError, Step
from benches.peers.stack import Stack


class Peer(Adapter):
    distribution = "veltrix"
    module = "veltrix"
    implementation = "native"
    given = "seven layers, `c[path]`"

    def overlay(self, overrides: Tree) -> Step:
        return Step("o = c.overlay(d)", {"d": overrides})

    def merge(self, stack: Stack) -> Step:
        kernel = self._kernel
        names = {"resolve": kernel.resolve, "Layer": kernel.Layer, "named": list(stack.layers.items())}
        return Step("o = resolve([Layer(n, t) for n, t in named])", names)

    def change(self, stack: Stack, path: str, value: Any) -> Step:
        return Step("o = c.set(p, v, layer=l)", {"p": path, "v": value, "l": MIDDLE})

    def files(self, stack: Stack) -> Step:
        if veltrix.implementation != self.implementation:
            raise CannotError(f"this process loads files with the {veltrix.implementation} implementation")
        return Step("o = load(*f)", {"load": veltrix.load, "f": stack.files})

    @property
    def _kernel(self) -> Any:
        found = veltrix.implementations()
        if self.implementation not in found:
            raise CannotError(f"the {self.implementation} implementation is not built")
        return found[self.implementation]
