"""pydantic-settings: a model with a field for every setting, filled from sources that are merged.

The model is made from the shape of the data, as a program would write it down: a class for every mapping, and
for every leaf the types that the layers give it. The sources come from `settings_customise_sources`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from benches.data import Tree
from benches.peers.adapter import Adapter, Step, attributes
from benches.peers.shape import by_name, leaf_type
from benches.peers.stack import Stack


class Peer(Adapter):
    distribution = "pydantic-settings"
    module = "pydantic_settings"
    given = "a model of nested classes; attributes"
    remarks = {
        "overlay": "`model_copy` of each model on the way",
        "merge": "validates as well; the classes are made before",
        "change": "everything is merged and validated again",
        "files": "validates as well; the classes are made before",
    }

    def read(self, subject: str, path: str) -> str:
        return attributes(subject, path)

    def miss(self, subject: str, path: str, default: str) -> str:
        above, _, last = path.rpartition(".")
        return f"getattr({attributes(subject, above)}, {last!r}, {default})"

    def overlay(self, overrides: Tree) -> Step:
        return Step("o = changed(c, d)", {"changed": _with_changes, "d": overrides})

    def merge(self, stack: Stack) -> Step:
        return Step("o = Settings()", {"Settings": _settings(stack, _of_dicts(stack))})

    def files(self, stack: Stack) -> Step:
        from pydantic_settings import JsonConfigSettingsSource

        def source(cls: Any) -> tuple[Any, ...]:
            return (JsonConfigSettingsSource(cls, json_file=stack.files, deep_merge=True),)

        return Step("o = Settings()", {"Settings": _settings(stack, source)})


def _of_dicts(stack: Stack) -> Callable[[Any], tuple[Any, ...]]:
    from pydantic_settings import InitSettingsSource

    return lambda cls: tuple(InitSettingsSource(cls, init_kwargs=tree) for tree in reversed(stack.trees))


def _settings(stack: Stack, sources: Callable[[Any], tuple[Any, ...]]) -> Any:
    """A settings class with a field for every leaf of a stack."""
    from pydantic import create_model
    from pydantic_settings import BaseSettings

    class Sourced(BaseSettings):
        @classmethod
        def settings_customise_sources(cls, settings_cls: Any, *_: Any, **__: Any) -> tuple[Any, ...]:
            return sources(settings_cls)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a setting may be named as a method of the model that is deprecated
        fields = _fields("Settings", stack.trees)
        return create_model("Settings", __base__=Sourced, **fields)


def _fields(name: str, trees: list[Tree]) -> dict[str, Any]:
    """The fields of the model for what these mappings hold at one place."""
    from pydantic import create_model

    fields: dict[str, Any] = {}
    for key, found in by_name(trees).items():
        if isinstance(found[0], dict):
            below = f"{name}_{key}"
            fields[key] = (create_model(below, **_fields(below, found)), ...)
        else:
            fields[key] = (leaf_type(found), ...)
    return fields


def _with_changes(model: Any, changes: Tree) -> Any:
    """`model_copy(update=...)` replaces fields of one model; this does it for the models on the way."""
    update = {
        name: _with_changes(getattr(model, name), value) if isinstance(value, dict) else value
        for name, value in changes.items()
    }
    return model.model_copy(update=update)
