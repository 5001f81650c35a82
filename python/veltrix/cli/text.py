"""Values and names as text that is safe to print: what a terminal obeys or an encoding lacks is escaped."""

from __future__ import annotations

from collections.abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

VALUE_WIDTH = 72


def escaped(text: str, encoding: str = "utf-8") -> str:
    r"""The text with what is not printable, or not in the encoding, as `\uXXXX`; line ends stay."""
    return _with_escapes(text, encoding, _escape)


def escaped_as_json(text: str, encoding: str = "utf-8") -> str:
    """The same within JSON, which writes a character beyond the first plane as two escapes of four digits."""
    return _with_escapes(text, encoding, _units)


def one_line(text: str) -> str:
    """The text with line ends escaped too."""
    return escaped(text).replace("\n", "\\n")


def literal(value: Any) -> str:
    """A value on one line, as JSON writes it where JSON can."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_quoted(str(key))}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    return _quoted(value) if isinstance(value, str) else plain(value)


def plain(value: Any) -> str:
    """A scalar as it is passed on to another program: a str without quotes."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return number(value)
    if isinstance(value, (int, str)):
        return one_line(str(value))
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    from datetime import date, time

    return value.isoformat() if isinstance(value, (date, time)) else f"<{type(value).__name__}>"


def number(value: float) -> str:
    """A float, with the words of TOML and of `--set` for what is not finite."""
    from math import isfinite

    return repr(value) if isfinite(value) else str(value)


def shortened(text: str, width: int = VALUE_WIDTH) -> str:
    """The beginning of a text that is longer than the width."""
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _quoted(text: str) -> str:
    import json

    return escaped_as_json(json.dumps(text, ensure_ascii=False))


def _with_escapes(text: str, encoding: str, escape: Callable[[str], str]) -> str:
    if text.isascii() and text.isprintable():
        return text
    return text.translate(
        {
            ord(char): escape(char)
            for char in {*text} - {"\n"}
            if not (char.isprintable() and _is_carried(char, encoding))
        }
    )


def _is_carried(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _units(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
