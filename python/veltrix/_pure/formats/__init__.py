"""Documents: bytes in, nested data with operators out.

    bytes ──► text (UTF-8, no BOM) ──► toml | json | yaml | dotenv ──events──► DocumentBuilder ──► data

The formats only know syntax. What all documents share (depth, duplicate keys, operators, limits) stands
once, in `document`.
"""

from __future__ import annotations

from importlib import import_module

from veltrix._limits import DOCUMENT_LIMIT
from veltrix._pure.formats.document import DocumentBuilder
from veltrix._pure.formats.position import position_of
from veltrix.errors import LimitError, ParseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SURROGATE = "a lone surrogate, which UTF-8 cannot carry, in the text"

STEMS = {"toml": "toml", "json": "json", "yaml": "yaml", "env": "dotenv"}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def parse(format: str, data: bytes) -> dict[str, Any]:
    """Reads a document; `format` is "toml", "json", "yaml" or "env"."""
    if len(data) > DOCUMENT_LIMIT:
        raise LimitError("a document of more than 16 MiB")
    text = decode(data)
    reader = import_module(f"veltrix._pure.formats.{STEMS[format]}")
    shortcut = getattr(reader, "shortcut", None)
    quick: dict[str, Any] | None = shortcut(text) if shortcut else None
    if quick is not None:
        return quick
    document = DocumentBuilder()
    reader.parse(text, document)
    return document.finish()


def decode(data: bytes) -> str:
    """The text after an optional byte order mark."""
    if wide := _wide(data):
        raise ParseError(f"not UTF-8 (looks like {wide})", None, 1, 1)
    body = data.removeprefix(_BYTE_ORDER_MARK)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        text = body[: error.start].decode("utf-8")
        bad = body[error.start : error.start + 2]
        reason = SURROGATE if b"\xed\xa0" <= bad <= b"\xed\xbf" else "not UTF-8"
        raise ParseError(reason, None, *position_of(text, len(text))) from None


def _wide(data: bytes) -> str | None:
    """The name of an encoding with more than one byte for each character, if it looks like one."""
    start = data[:4]
    if len(start) == 4 and (
        start in (b"\xff\xfe\0\0", b"\0\0\xfe\xff") or start[:3] == b"\0\0\0" or start[1:] == b"\0\0\0"
    ):
        return "UTF-32"
    if len(start) >= 2 and (start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in start[:2]):
        return "UTF-16"
    return None
