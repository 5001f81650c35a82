"""A resolved configuration as a document: TOML, JSON, YAML, or flat `path = value` lines."""

from __future__ import annotations

import re

from veltrix.cli.text import escaped, escaped_as_json, literal
from veltrix.sources._kernel import format_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

FORMATS = ("toml", "json", "yaml", "flat")

# Words and shapes that some reader of YAML 1.1 or 1.2 takes for something else than a str are quoted.
_PLAIN = re.compile(r"(?!(?i:null|true|false|yes|no|on|off|y|n)$)[A-Za-z][A-Za-z0-9_/-]*")


class UnwritableError(Exception):
    """Data that the format cannot carry, or a library that is missing."""


def document(data: Any, form: str, path: tuple[str | int, ...] = (), encoding: str = "utf-8") -> str:
    """The text of the data in the format, with a line end, for an encoding; raises `UnwritableError`."""
    write, escape = {
        "toml": (_toml, escaped),
        "json": (_json, escaped_as_json),
        "yaml": (_yaml, escaped),
        "flat": (_flat, escaped_as_json),
    }[form]
    return escape(write(data, path), encoding)


def _flat(data: Any, path: tuple[str | int, ...]) -> str:
    lines = (line.replace("\n", "\\n") for line in _flat_lines(data, path))
    return "".join(f"{line}\n" for line in lines)


def _flat_lines(data: Any, path: tuple[str | int, ...]) -> Iterator[str]:
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from _flat_lines(value, (*path, key))
    else:
        yield f"{format_path(path)} = {literal(data)}" if path else literal(data)


def _json(data: Any, path: tuple[str | int, ...]) -> str:
    import json

    _check(data, path, "json", _JSON_HAS_NOT)
    return f"{json.dumps(_dates_as_text(data), indent=2, ensure_ascii=False, allow_nan=False)}\n"


def _toml(data: Any, path: tuple[str | int, ...]) -> str:
    if not isinstance(data, dict):
        raise UnwritableError(f"a TOML document is a mapping, and {format_path(path)} is none")
    try:
        import tomli_w
    except ModuleNotFoundError as error:
        raise UnwritableError("writing TOML needs tomli-w: pip install veltrix[cli]") from error
    _check(data, path, "toml", _TOML_HAS_NOT)
    return tomli_w.dumps(data)


def _yaml(data: Any, path: tuple[str | int, ...]) -> str:
    try:
        import yaml
    except ModuleNotFoundError as error:
        raise UnwritableError("writing YAML needs PyYAML: pip install veltrix[cli]") from error
    _check(data, path, "yaml", _OBJECTS)

    class Dumper(yaml.SafeDumper):
        """Quotes every str that is not plainly one."""

        def ignore_aliases(self, _: Any) -> bool:
            return True

    def represent_text(dumper: Any, text: str) -> Any:
        style = None if _PLAIN.fullmatch(text) else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Dumper.add_representer(str, represent_text)
    text: str = yaml.dump(
        _dates_as_text(data),
        Dumper=Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=2**31,
        explicit_end=False,
    )
    return text.removesuffix("...\n")


def _is_date(value: Any) -> bool:
    from datetime import date, time

    return isinstance(value, (date, time))


_OBJECTS = (
    (lambda value: isinstance(value, bytes), "bytes"),
    (
        lambda value: (
            not (isinstance(value, (type(None), bool, int, float, str, list, dict)) or _is_date(value))
        ),
        "Python objects",
    ),
)
_JSON_HAS_NOT = (*_OBJECTS, (lambda value: isinstance(value, float) and value - value != 0, "inf and nan"))
_TOML_HAS_NOT = (
    *_OBJECTS,
    (lambda value: value is None, "null"),
    (lambda value: type(value) is int and not -(2**63) <= value < 2**63, "integers beyond 64 bits"),
)


def _check(data: Any, path: tuple[str | int, ...], form: str, has_not: Any) -> None:
    """Refuse what the format has no form for, by its path."""
    for refused, what in has_not:
        if refused(data):
            where = format_path(path) if path else "the top level"
            raise UnwritableError(f"{form} cannot carry {what} (at {where}); choose another --format")
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        _check(value, (*path, key), form, has_not)


def _dates_as_text(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _dates_as_text(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_dates_as_text(value) for value in data]
    return data.isoformat() if _is_date(data) else data
