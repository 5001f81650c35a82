"""The formats of documents that both implementations read."""

from __future__ import annotations

FORMATS = ("toml", "json", "yaml", "env")


def unknown_format(format: object) -> ValueError:
    """The error for what is none of them."""
    *first, last = map(repr, FORMATS)
    return ValueError(f"a format is {', '.join(first)} or {last}, not {format!r}")
