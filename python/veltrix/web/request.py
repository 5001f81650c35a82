"""What a function from a request to a pin gets: headers, a path, and what the server handed over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Request:
    """A request as far as a pin may depend on it.

    Args:
        headers: A mapping of texts, whose names are found in any case; a header that came several times is
            one text, with commas.
        path: The whole path of the URL, without its query.
        raw: What the server handed over: the scope of ASGI, or the environ of WSGI.

    Raises:
        TypeError: An argument is missing.

    Example:
        >>> veltrix.web.Request({"x-region": "eu"}, "/search", {}).headers["x-region"]
        'eu'
    """

    __slots__ = ("headers", "path", "raw")

    headers: Mapping[str, str]
    path: str
    raw: Mapping[str, Any]

    def __init__(self, headers: Mapping[str, str], path: str, raw: Mapping[str, Any]) -> None:
        self.headers = headers
        self.path = path
        self.raw = raw

    def __repr__(self) -> str:
        return "<veltrix.web.Request>"  # its path and its headers may hold secrets


class ASGIHeaders(Mapping[str, str]):
    """The headers of a scope, which are pairs of bytes; nothing is made of those that nobody asks for."""

    __slots__ = ("_pairs",)

    def __init__(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        self._pairs = tuple(pairs)

    def __getitem__(self, name: str) -> str:
        wanted = name.lower().encode("utf-8", "replace")  # no header has such a name that is not ASCII
        found = [value for one, value in self._pairs if one == wanted]
        if not found:
            raise KeyError(name)
        return ", ".join([value.decode("latin-1") for value in found])

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name.decode("latin-1") for name, _ in self._pairs))

    def __len__(self) -> int:
        return len({name for name, _ in self._pairs})

    def __repr__(self) -> str:
        return f"<{len(self)} headers>"


class WSGIHeaders(Mapping[str, str]):
    """The headers in an environ: `HTTP_X_REGION` is `x-region`."""

    __slots__ = ("_environ",)

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self._environ = environ

    def __getitem__(self, name: str) -> str:
        if "_" in name:  # which would be the name of another header
            raise KeyError(name)
        variable = name.upper().replace("-", "_")
        try:
            value = self._environ[variable if variable in _BARE else f"HTTP_{variable}"]
        except KeyError:
            raise KeyError(name) from None
        return str(value)

    def __iter__(self) -> Iterator[str]:
        for variable in self._environ:
            if variable in _BARE or variable.startswith("HTTP_"):
                yield variable.removeprefix("HTTP_").replace("_", "-").lower()

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<{len(self)} headers>"


_BARE = ("CONTENT_LENGTH", "CONTENT_TYPE")


def of_scope(scope: Mapping[str, Any]) -> Request:
    """The request of a scope of ASGI."""
    return Request(ASGIHeaders(scope.get("headers", ())), scope.get("path", "/"), scope)


def of_environ(environ: Mapping[str, Any]) -> Request:
    """The request of an environ of WSGI."""
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    # PEP 3333 has bytes as the characters of Latin-1; a path is UTF-8, as in ASGI.
    text = path.encode("latin-1", "replace").decode("utf-8", "replace")
    return Request(WSGIHeaders(environ), text, environ)
