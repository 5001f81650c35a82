"""pydantic-settings: a model for each choice, kept; `model_copy` of what a request changes; attributes.

The classes are made from the shape of the data, as a program would write them down.
"""

from __future__ import annotations

import warnings
from typing import Any

from pydantic import ConfigDict, create_model
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource

from resolvers.documents import Documents, Tree, merged, nested
from resolvers.inline import inlined
from server.choice import Choice, Overrides


def at_path(model: Any, path: str) -> Any:
    """The value at a path that is not written out in the source."""
    for name in path.split("."):
        model = getattr(model, name)
    return model


class Resolver:
    name = ""
    readers = inlined("at_path(s, PATH)", names={"at_path": at_path}, attributes=True)

    def __init__(self, documents: Documents) -> None:
        self._shared = documents.shared
        self._choices = list(documents.choices.values())
        self._models: dict[Choice, Any] = {}

    def settings_of(self, choice: Choice, overrides: Overrides) -> Any:
        model = self._models.get(choice)
        if model is None:
            model = self._models[choice] = self._model(choice)
        return with_changes(model, nested(overrides))

    def _model(self, choice: Choice) -> Any:
        trees = [table[name] for table, name in zip(self._choices, choice, strict=True)]
        tree = self._shared
        for above in trees:
            tree = merged(tree, above)
        return settings_of_tree(tree)


def settings_of_tree(tree: Tree) -> Any:
    """A settings object with a field for every leaf."""

    class Sourced(BaseSettings):
        model_config = ConfigDict(arbitrary_types_allowed=True)  # type: ignore[assignment]

        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *_: Any, **__: Any
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (InitSettingsSource(settings_cls, init_kwargs=tree),)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a setting may be named as a method of the model
        return create_model("Settings", __base__=Sourced, **_fields("Settings", tree))()


def with_changes(model: Any, changes: Tree) -> Any:
    """`model_copy(update=...)` replaces fields of one model; this does it for the models on the way."""
    update = {
        name: with_changes(getattr(model, name), value)
        if isinstance(value, dict) and hasattr(model, name)
        else value
        for name, value in changes.items()
    }
    return model.model_copy(update=update)


def _fields(name: str, tree: Tree) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            inner = f"{name}_{key}"
            fields[key] = (create_model(inner, **_fields(inner, value)), ...)
        else:
            fields[key] = (Any, ...)
    return fields
