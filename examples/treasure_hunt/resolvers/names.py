"""The names of the resolvers. Imports nothing of the project, so that a program can choose first."""

from __future__ import annotations

RESOLVERS = {
    "veltrix-native": "snapshot",
    "veltrix-pure": "snapshot",
    "walk": "walk",
    "merge": "merge",
    "chain-map": "chain_map",
    "memo": "memo",
    "registry": "registry",
    "redis": "redis_texts",
    "tuned": "tuned",
    "wrapped": "wrapped",
    "pydantic-settings": "pydantic_models",
    "dynaconf": "dyna_conf",
    "constants": "constants",
}
"""The name of each and the module of this package with its class; the last one reads no settings at all."""

DEFAULT = "veltrix-native"


def implementation_of(name: str) -> str | None:
    """The implementation of Veltrix that a resolver asks for, if it is one of them."""
    kind, _, implementation = name.partition("-")
    return implementation if kind == "veltrix" else None
