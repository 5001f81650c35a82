"""dynamic-config-py without a schema: files in order, `current()` is a `Values`, read by dotted path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benches.data import LAYERS, MIDDLE, Tree
from benches.peers.adapter import Adapter, CannotError, Step
from benches.peers.stack import Stack


class Peer(Adapter):
    """Without a schema; `schema` is what a subclass declares of a stack."""

    distribution = "dynamic-config-py"
    module = "dynamic_config"
    given = "seven files, `c[path]`"
    remarks = {"change": "the file is written, then `reload()`"}

    def schema(self, _: Stack) -> Any:
        from dynamic_config import Values

        return Values

    def resolved(self, stack: Stack) -> Any:
        return _configured(stack.files, self.schema(stack)).init_and_current()

    def overlay(self, overrides: Tree) -> Step:
        raise CannotError("`overrides()` loads again and changes the configuration of every reader")

    def merge(self, stack: Stack) -> Step:
        raise CannotError("layers are files; of dicts it takes one set of defaults")

    def change(self, stack: Stack, path: str, value: Any) -> Step:
        changed = stack.files[0].parent / "dynamic-config-py.json"
        files = [changed if at == LAYERS.index(MIDDLE) else file for at, file in enumerate(stack.files)]
        changed.write_text(json.dumps(stack.layers[MIDDLE]), "utf-8")
        config = _configured(files, self.schema(stack))
        config.init()
        text = json.dumps(stack.changed(path, value).layers[MIDDLE])
        names = {"config": config, "write": changed.write_text, "text": text}
        return Step("write(text, 'utf-8')\nconfig.reload()\no = config.current()", names)

    def files(self, stack: Stack) -> Step:
        names = {"configured": _configured, "f": stack.files, "schema": self.schema(stack)}
        return Step("o = configured(f, schema).init_and_current()", names)


def _configured(files: list[Path], schema: Any) -> Any:
    from dynamic_config import DynamicConfig

    config = DynamicConfig(schema, key="").whole_document()
    for file in files:
        config.file(str(file))
    return config
