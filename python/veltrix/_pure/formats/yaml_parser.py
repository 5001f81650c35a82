"""The parser: PyYAML's, which reads YAML 1.1, with what YAML 1.2 sees otherwise corrected."""

from __future__ import annotations

import re
from urllib.parse import unquote

from yaml import SafeLoader, YAMLError
from yaml.scanner import ScannerError
from yaml.tokens import DirectiveToken, DocumentEndToken, FlowMappingStartToken, ScalarToken, TagToken

from veltrix._pure.formats import SURROGATE
from veltrix.errors import ParseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


def events(text: str) -> Iterator[Any]:
    """The events of a text, those of all its documents."""
    parser = _Parser(text)
    try:
        while parser.check_event():
            yield parser.get_event()
    except YAMLError as error:
        position = getattr(error, "problem_mark", None) or parser.get_mark()
        reason = getattr(error, "problem", None) or "malformed document"
        # A tag handle may be the beginning of a secret that nobody quoted.
        reason = _TAG_HANDLE.sub("tag handle", reason)
        raise ParseError(reason, None, position.line + 1, position.column + 1) from None


_TAG_HANDLE = re.compile("tag handle .*", re.DOTALL)
_END = "\0\r\n"
_BLANK_OR_END = "\0 \t\r\n"
_FLOW = ",[]{}"
_NAME = re.compile("[^\0 \t\r\n,\\[\\]{}]+")
_TAB_AND_ENTRY = re.compile(" *\t[ \t]*-[\0 \t\r\n]")
_REST_OF_LINE = re.compile("[ \t]*[#\0\r\n]")
_BLANK_END = re.compile("[\r\n] +$")
_HEADER = re.compile("(?:[+-][1-9]?|[1-9][+-]?|)(?=[\0 \t\r\n])")
_DIRECTIVE = re.compile(
    r"%(?:YAML[ \t]+([0-9]{1,9}\.[0-9]{1,9})"
    r"|TAG[ \t]+(!(?:[0-9A-Za-z-]*!)?)[ \t]+(!?[0-9A-Za-z#;/?:@&=+$_.~*'()%,\[\]!-]+)"
    r"|(?!(?:YAML|TAG)[\0 \t\r\n])[^\0 \t\r\n]+[^\0\r\n]*)"
    r"(?:[ \t]+#[^\0\r\n]*|[ \t]*)(?=[\0\r\n])"
)
_TAG = re.compile(r"(!(?:[0-9A-Za-z-]*!)?)([0-9A-Za-z#;/?:@&=+$_.~*'()%-]*)")


class _Parser(SafeLoader):
    """PyYAML's scanner and parser with the rules of YAML 1.2."""

    if TYPE_CHECKING:

        def get_event(self) -> Any: ...
        def get_token(self) -> Any: ...
        def scan_line_break(self) -> str: ...

    def __init__(self, text: str) -> None:
        self.flow_mappings: list[bool] = []
        """For each open flow collection, whether it is a mapping."""
        self.is_bound = True
        """Whether content stands after the indentation, not at it; plain text in brackets ends that."""
        self.json_like = -1
        """How many tokens there were when the last quoted text or flow collection ended."""
        self.ends_blank = False
        """Whether the last line holds nothing but blanks, not even a line end."""
        if not text.endswith(("\n", "\r")):
            self.ends_blank = text.endswith(" ") and _BLANK_END.search(text) is not None
            # The last line of a block scalar ends with a line feed, even if the text does not.
            text = f"{text}\n"
        super().__init__(text)

    def refuse(self, reason: str, mark: Any = None) -> ScannerError:
        return ScannerError(None, None, reason, mark or self.get_mark())

    @property
    def produced(self) -> int:
        return self.tokens_taken + len(self.tokens)

    # Indicators: `?` and `:` need a blank after them, but for `"a":b` and `[a]:b` in a flow collection.

    def check_key(self) -> bool:
        return self.peek(1) in _BLANK_OR_END

    def check_value(self) -> bool:
        behind = self.peek(1)
        if behind in _BLANK_OR_END:
            return True
        if not self.flow_level:
            return False
        if self.json_like == self.produced:
            return True
        if behind in "[{":
            raise self.refuse("expected a blank between ':' and a flow collection")
        return behind in _FLOW

    def check_plain(self) -> bool:
        character, behind = self.peek(), self.peek(1)
        if character in "-?:":
            stops = _FLOW if self.flow_level and character == "-" else ""
            return behind not in _BLANK_OR_END + stops
        return character not in "\0 \t\r\n,[]{}#&*!|>'\"%@`"

    def fetch_flow_scalar(self, style: str) -> None:
        super().fetch_flow_scalar(style)
        self.json_like = self.produced
        self.check_comment()

    def fetch_flow_collection_end(self, token_class: Any) -> None:
        if not self.flow_level:
            raise self.refuse(f"unexpected {self.peek()!r}")
        super().fetch_flow_collection_end(token_class)
        self.flow_mappings.pop()
        self.is_bound = self.is_bound or not self.flow_level
        self.json_like = self.produced
        self.check_comment()

    def fetch_flow_collection_start(self, token_class: Any) -> None:
        super().fetch_flow_collection_start(token_class)
        self.flow_mappings.append(token_class is FlowMappingStartToken)
        self.check_comment()

    def fetch_flow_entry(self) -> None:
        super().fetch_flow_entry()
        self.check_comment()

    def fetch_plain(self) -> None:
        super().fetch_plain()
        self.is_bound = not self.flow_level

    def next_possible_simple_key(self) -> int | None:
        # The keys stand in the order of their levels and so of their tokens.
        return next((key.token_number for key in self.possible_simple_keys.values()), None)

    def stale_possible_simple_keys(self) -> None:
        """A key ends on its line, but for one in a flow mapping that is indented."""
        for level, key in list(self.possible_simple_keys.items()):
            too_long = self.index - key.index > 1024
            if key.line == self.line and not too_long:
                return
            indented = self.indent < min(key.column, self.column)
            if too_long or not (level and self.flow_mappings[level - 1] and indented):
                if key.required:
                    raise self.refuse("expected ':' after a key")
                del self.possible_simple_keys[level]

    def fetch_block_entry(self) -> None:
        super().fetch_block_entry()
        if _TAB_AND_ENTRY.match(self.buffer, self.pointer):
            raise self.refuse("a tab cannot indent")

    def fetch_block_scalar(self, style: str) -> None:
        if self.column == self.indent:
            raise self.refuse("expected an indented block scalar")
        super().fetch_block_scalar(style)

    def check_comment(self) -> None:
        if self.peek() == "#":
            raise self.refuse("expected a blank before a comment")

    def fetch_stream_end(self) -> None:
        if self.flow_level:
            raise self.refuse("unclosed bracket")
        super().fetch_stream_end()

    # Tabs separate like spaces, but do not indent.

    def scan_to_next_token(self) -> None:
        while True:
            while self.peek() in " \t":
                bound = self.indent + self.is_bound
                if self.peek() == "\t" and self.column < bound and self.is_at_indentation():
                    self.skip_blank_line()
                else:
                    self.forward()
            if self.peek() == "#":
                self.skip_comment()
            if not self.scan_line_break():
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def is_at_indentation(self) -> bool:
        return not self.buffer[self.pointer - self.column : self.pointer].strip(" \t")

    def skip_blank_line(self) -> None:
        """Passes tabs in the place of indentation, which nothing but a comment may follow."""
        while self.peek() in " \t":
            self.forward()
        if self.peek() == "#":
            self.skip_comment()
        if self.peek() not in _END:
            raise self.refuse("a tab cannot indent")

    def skip_comment(self) -> None:
        while self.peek() not in _END:
            self.forward()

    def scan_plain(self) -> Any:
        chunks: list[str] = []
        start = end = self.get_mark()
        indent = self.indent + 1
        spaces: list[str] | None = []
        while self.peek() != "#" and (length := self.plain_length()):
            self.allow_simple_key = False
            chunks += spaces or ()
            chunks.append(self.prefix(length))
            self.forward(length)
            end = self.get_mark()
            spaces = self.scan_plain_spaces(indent, start)
            if not spaces or (not self.flow_level and self.column < indent):
                break
        return ScalarToken("".join(chunks), True, start, end)

    def plain_length(self) -> int:
        """How many characters up to the next blank or indicator belong to a plain scalar."""
        length = 0
        stops = _FLOW if self.flow_level else ""
        while (character := self.peek(length)) not in _BLANK_OR_END and character not in stops:
            if character == ":" and self.peek(length + 1) in _BLANK_OR_END + stops:
                break
            length += 1
        return length

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> list[str] | None:
        length = 0
        while self.peek(length) in " \t":
            length += 1
        blanks = self.prefix(length)
        self.forward(length)
        if not self.scan_line_break():
            return [blanks] if blanks else []
        self.allow_simple_key = True
        breaks: list[str] = []
        while True:
            if self.column == 0 and self.prefix(3) in ("---", "...") and self.peek(3) in _BLANK_OR_END:
                return None
            while self.peek() in " \t":
                if self.peek() == "\t" and self.column < indent:
                    self.skip_blank_line()
                else:
                    self.forward()
            if not self.scan_line_break():
                return breaks or [" "]
            breaks.append("\n")

    # Names, tags, directives and escapes.

    def scan_anchor(self, token_class: Any) -> Any:
        start = self.get_mark()
        self.forward()
        found = _NAME.match(self.buffer, self.pointer)
        if not found:
            raise self.refuse("expected a name", start)
        self.forward(len(found[0]))
        return token_class(found[0], start, self.get_mark())

    def scan_tag(self) -> Any:
        if self.peek(1) == "<":
            return super().scan_tag()
        start = self.get_mark()
        found = _TAG.match(self.buffer, self.pointer)
        handle, suffix = found.groups() if found else ("", "")
        self.forward(len(handle) + len(suffix))
        ends = _BLANK_OR_END + (",]}" if self.flow_level else "")
        if self.peek() not in ends or (handle != "!" and not suffix):
            raise self.refuse("malformed tag", start)
        return TagToken((handle, unquote(suffix)) if suffix else (None, "!"), start, self.get_mark())

    def scan_directive(self) -> Any:
        start = self.get_mark()
        found = _DIRECTIVE.match(self.buffer, self.pointer)
        if not found:
            raise self.refuse("malformed directive", start)
        self.forward(len(found[0]))
        version, handle, prefix = found.groups()
        if version:
            major, minor = version.split(".")
            return DirectiveToken("YAML", (int(major), int(minor)), start, self.get_mark())
        if handle:
            return DirectiveToken("TAG", (handle, unquote(prefix)), start, self.get_mark())
        return DirectiveToken("", None, start, self.get_mark())

    def scan_block_scalar_indicators(self, start_mark: Any) -> tuple[bool | None, int | None]:
        found = _HEADER.match(self.buffer, self.pointer)
        if not found:
            raise self.refuse("malformed header of a block scalar", start_mark)
        self.forward(len(found[0]))
        chomping = None if not (sign := found[0].strip("123456789")) else sign == "+"
        increment = found[0].strip("+-")
        return chomping, int(increment) if increment else None

    def scan_block_scalar(self, style: str) -> Any:
        token = super().scan_block_scalar(style)
        if self.ends_blank and self.peek() == "\0" and token.value.endswith("\n\n"):
            token.value = token.value[:-1]
        return token

    def scan_block_scalar_ignored_line(self, start_mark: Any) -> None:
        while self.peek() in " \t":
            self.forward()
        super().scan_block_scalar_ignored_line(start_mark)
        if self.peek() == "\t":
            raise self.refuse("a tab cannot indent")

    def scan_block_scalar_indentation(self) -> Any:
        breaks, most, end = super().scan_block_scalar_indentation()
        if self.indent < self.column < max(most, self.indent + 1):
            raise self.refuse("a blank line has more blanks than the first line of a block scalar")
        return breaks, most, end

    def scan_flow_scalar(self, style: str) -> Any:
        start = self.get_mark()
        try:
            token = super().scan_flow_scalar(style)
            token.value = token.value.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise self.refuse(SURROGATE, start) from None
        except (ValueError, OverflowError):
            raise self.refuse("an escape beyond U+10FFFF", start) from None
        return token

    def fetch_document_end(self) -> None:
        super().fetch_document_end()
        self.check_comment()
        if not _REST_OF_LINE.match(self.buffer, self.pointer):
            raise self.refuse("expected a line break after '...'")

    def parse_document_end(self) -> Any:
        event = super().parse_document_end()
        if event.explicit:
            self.state = self.parse_implicit_document_start
        return event

    def parse_implicit_document_start(self) -> Any:
        while self.check_token(DocumentEndToken):
            self.get_token()
        return super().parse_implicit_document_start()  # type: ignore[no-untyped-call]
