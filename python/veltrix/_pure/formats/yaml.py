"""YAML 1.2, core schema.

text ──► checks ──► yaml_parser ──events──► yaml_nodes ──nodes──► yaml_compose ──► DocumentBuilder
                                                                  (yaml_scalar: what a scalar means)
"""

from __future__ import annotations

import re

from veltrix._pure.formats import yaml_compose
from veltrix.errors import ParseError, SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from veltrix._pure.formats.document import DocumentBuilder

_UNPRINTABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_LINE = re.compile("([^\r\n]*)(?:\r\n|\r|\n|$)")


def parse(text: str, document: DocumentBuilder) -> None:
    """Reads a YAML document."""
    try:
        from veltrix._pure.formats import yaml_nodes
    except ModuleNotFoundError as error:
        if error.name != "yaml":
            raise
        raise SourceError("YAML needs PyYAML: pip install veltrix[yaml]") from None
    check(text)
    yaml_compose.compose(yaml_nodes.read(text), document)


def check(text: str) -> None:
    """Refuses what the parser would let pass: characters and versions."""
    _check_characters(text)
    _check_version(text)


def _check_characters(text: str) -> None:
    """Refuses characters that YAML does not print, and a byte order mark that is not the first character."""
    if found := _UNPRINTABLE.search(text):
        reason = f"unprintable character U+{ord(found[0]):04X}; only an escape in double quotes can hold it"
        raise ParseError(reason, None, *_position(text, found.start()))


def _check_version(text: str) -> None:
    """Refuses a `%YAML` directive that asks for another version: its values would mean something else."""
    for line in _LINE.finditer(text):
        words = line[1].replace("\t", " ").split(" ")
        if words[0] == "%YAML" and next(filter(None, words[1:]), "1.2" if len(words) == 1 else "") != "1.2":
            raise ParseError("only YAML 1.2 is read", None, *_position(text, line.start()))
        blank = line[1].lstrip(" \t")[:1] in ("", "#")
        if line.end() == len(text) or not (blank or line[1].startswith(("%", "..."))):
            return


def _position(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset; a carriage return ends a line in YAML."""
    before = text[:offset]
    line = before.count("\n") + before.count("\r") - text.count("\r\n", 0, offset + 1)
    return line + 1, offset - max(before.rfind("\n"), before.rfind("\r"))
