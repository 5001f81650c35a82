"""An answer that is whole before it is sent, as both protocols send it."""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    Send = Callable[[dict[str, Any]], Awaitable[None]]

TEXT = "text/plain; charset=utf-8"
REASONS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    503: "Service Unavailable",
}


class Answer(NamedTuple):
    """A status, a body, and what kind of text it is."""

    status: int
    body: bytes
    kind: str = TEXT
    allow: str | None = None

    def headers(self) -> list[tuple[str, str]]:
        """Its headers. Nobody keeps it or guesses another type of it."""
        found = [
            ("Content-Type", self.kind),
            ("Content-Length", str(len(self.body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return found if self.allow is None else [*found, ("Allow", self.allow)]


def refused(text: str) -> Answer:
    """The answer to a request that is refused by its own fault."""
    return Answer(400, f"{text}\n".encode("utf-8", "replace"))


async def send_answer(answer: Answer, send: Send, *, method: str, prefix: str = "http") -> None:
    """Sends an answer by ASGI: with `prefix` "websocket.http", in the place of a websocket."""
    headers = [(name.lower().encode("ascii"), value.encode("ascii")) for name, value in answer.headers()]
    await send({"type": f"{prefix}.response.start", "status": answer.status, "headers": headers})
    await send({"type": f"{prefix}.response.body", "body": b"" if method == "HEAD" else answer.body})


def given_answer(answer: Answer, start_response: Callable[..., Any], *, method: str) -> list[bytes]:
    """Starts an answer by WSGI, and gives its body."""
    start_response(f"{answer.status} {REASONS[answer.status]}", answer.headers())
    return [] if method == "HEAD" else [answer.body]
