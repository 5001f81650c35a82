"""How the configuration of a running server is, asked of its `/status`."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from datetime import datetime
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from veltrix.cli.advice import UnreachableError
from veltrix.cli.text import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from veltrix.cli.style import Style

SECONDS = 10.0
MOST_BYTES = 1 << 20
NONE = "none"
COLUMNS = ("source", "state", "fetched", "failures", "problem")


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A status is where it is said to be."""


def status_of(url: str) -> Mapping[str, Any]:
    """What a server says of its configuration; a URL without a path is asked for `/status`."""
    parts = urlsplit(url)
    whole = urlunsplit(parts._replace(path="/status") if parts.path in ("", "/") else parts)
    try:
        request = Request(whole, headers={"Accept": "application/json"})
        with build_opener(_NoRedirects).open(request, timeout=SECONDS) as answer:
            body = answer.read(MOST_BYTES)
    except HTTPError as error:
        error.close()
        raise UnreachableError(f"{whole} answers {error.code}, not a status") from None
    except URLError as error:
        reason = getattr(error.reason, "strerror", None) or error.reason
        raise UnreachableError(f"{whole} cannot be asked: {reason}") from None
    except (HTTPException, OSError) as error:
        raise UnreachableError(f"{whole} cannot be asked: {type(error).__name__}") from None
    except ValueError:
        raise UnreachableError(f"{whole} cannot be asked: not an address") from None
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not _is_status(said):
        raise UnreachableError(f"{whole} answers something else than a status of Veltrix")
    return said  # type: ignore[no-any-return]


def _is_status(said: Any) -> bool:
    """Whether an answer has what is printed of it, of these types."""
    kinds = {
        "generation": int, "digest": str, "published": float, "age": float, "stale": bool,
        "watching": dict, "sources": list,
    }  # fmt: skip
    return (
        isinstance(said, dict)
        and all(isinstance(said.get(name), kind) for name, kind in kinds.items())
        and all(isinstance(source, dict) and "name" in source for source in said["sources"])
    )


def served(said: Mapping[str, Any], style: Style) -> Iterator[str]:
    """The status as a table: the whole, then each source."""
    now = time.time()
    watching, held = said["watching"], said.get("held")
    mode, reason = _text(watching.get("mode"), "unknown"), watching.get("reason")
    last_error, looked = _text(said.get("last_error"), NONE), _ago(said["age"])
    for name, text, is_wrong in (
        ("generation", f"{said['generation']}, since {_moment(said['published'], now)}", False),
        ("digest", said["digest"], False),
        (
            "sources say so",
            f"no: stale, last confirmed {looked}" if said["stale"] else f"yes, confirmed {looked}",
            said["stale"],
        ),
        ("watched", f"{mode}: {reason}" if reason else mode, mode == "dead"),
        ("held", NONE if held is None else f"generation {held}, by a rollback", held is not None),
        ("last error", last_error, last_error != NONE),
    ):
        shown = one_line(text)
        yield f"{style.strong(f'{name:14}')}  {style.worse(shown) if is_wrong else shown}"
    if said["sources"]:
        yield ""
        yield from _table(said["sources"], now, style)


def _table(sources: Sequence[Mapping[str, Any]], now: float, style: Style) -> Iterator[str]:
    """One line for each source; what is wrong with it is the longest, and comes last."""
    rows = [
        (
            one_line(str(source["name"])),
            _text(source.get("state"), "unknown"),
            _moment(source.get("at"), now),
            _text(source.get("failures"), "0"),
            _text(source.get("problem"), NONE),
        )
        for source in sources
    ]
    widths = [max(map(len, column)) for column in zip(COLUMNS, *rows, strict=True)]
    for row in (COLUMNS, *rows):
        line = "  ".join(f"{text:{width}}" for text, width in zip(row, widths, strict=True)).rstrip()
        yield style.strong(line) if row is COLUMNS else line


def _text(value: object, absent: str) -> str:
    """What is said, on one line; a word where nothing is."""
    return absent if value is None else one_line(str(value))


def _moment(seconds: object, now: float) -> str:
    """A time of a server, which counts from 1970; 0 is that of a source that fetches nothing."""
    if not isinstance(seconds, (int, float)):
        return "unknown"
    if seconds == 0:
        return "never"
    try:
        at = datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):  # no clock says so
        return "unknown"
    return f"{at} ({_ago(now - seconds)})"


def _ago(seconds: float) -> str:
    """How long ago something was; a clock that goes ahead of this one is not said."""
    if not math.isfinite(seconds):
        return "unknown"
    whole = max(int(seconds), 0)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if whole >= 2 * length:
            return f"{whole // length} {unit} ago"
    return f"{whole} s ago"
