"""How the configuration of a running server is, asked of its `/status`."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from veltrix.cli.advice import UnreachableError
from veltrix.cli.text import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from veltrix.cli.style import Style

SECONDS = 10.0
MOST_BYTES = 1 << 20


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
            said = json.loads(answer.read(MOST_BYTES))
    except HTTPError as error:
        error.close()
        raise UnreachableError(f"{whole} answers {error.code}, not a status") from None
    except URLError as error:
        reason = getattr(error.reason, "strerror", None) or error.reason
        raise UnreachableError(f"{whole} cannot be asked: {reason}") from None
    except (HTTPException, OSError) as error:
        raise UnreachableError(f"{whole} cannot be asked: {type(error).__name__}") from None
    except (ValueError, RecursionError):
        raise UnreachableError(f"{whole} answers something else than a status of Veltrix") from None
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
    at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(said["published"]))
    watching = said["watching"]
    how = str(watching.get("mode")) + (f": {watching['reason']}" if watching.get("reason") else "")
    rows = [
        ("generation", f"{said['generation']}, since {at}"),
        ("digest", said["digest"]),
        ("sources say so", "no: stale" if said["stale"] else f"yes, looked {_ago(said['age'])}"),
        ("watched", how),
    ]
    if said.get("held") is not None:
        rows.append(("held", f"generation {said['held']}, by a rollback"))
    if said.get("last_error"):
        rows.append(("last error", str(said["last_error"])))
    for name, text in rows:
        shown = one_line(str(text))
        wrong = name in ("held", "last error") or (name == "sources say so" and said["stale"])
        yield f"{style.strong(f'{name:14}')}  {style.worse(shown) if wrong else shown}"
    sources = [{name: one_line(str(value)) for name, value in source.items()} for source in said["sources"]]
    if sources:
        yield ""
        columns = list(sources[0])
        widths = {
            name: max(len(name), *(len(source.get(name, "")) for source in sources)) for name in columns
        }
        yield style.strong("  ".join(f"{name:{widths[name]}}" for name in columns).rstrip())
        for source in sources:
            yield "  ".join(f"{source.get(name, ''):{widths[name]}}" for name in columns).rstrip()


def _ago(seconds: float) -> str:
    whole = int(seconds)
    if whole < 120:
        return f"{whole} s ago"
    return f"{whole // 60} min ago" if whole < 7200 else f"{whole // 3600} h ago"
