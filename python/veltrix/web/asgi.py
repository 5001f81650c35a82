"""Pins a configuration for each request and each connection of an ASGI application."""

from __future__ import annotations

from veltrix.web.answer import refused, send_answer
from veltrix.web.pinned import Pins, RequestRefusedError
from veltrix.web.request import of_scope

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping
    from typing import Any

    from veltrix.config import Config
    from veltrix.web.pinned import Pin

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Any]]
    Send = Callable[[Any], Awaitable[None]]
    ASGIApplication = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY_VIOLATION = 1008


class ASGIMiddleware:
    """An ASGI application around another one, which reads one snapshot of `config` in each request.

    A request whose overrides or choices are refused is answered with 400 and the reason, which holds no
    value; a `ValidationError` that `pin` raises itself counts as well. Anything else that it raises is
    raised. The pin lasts until the application returns: while it streams, and for a websocket as long as it
    is open, where `max_age` renews it. The events of lifespan pass as they are.

    Args:
        app: The application.
        config: The `Config` that it reads.
        pin: A callable that gets a `Request` and gives the keywords of `config.pin` (`scope`, `override`,
            `allowed`, `max_age`), or None; without it the latest snapshot is pinned as it is.

    Raises:
        TypeError: `config` is no `Config`, or `pin` is no plain callable.

    Example:
        >>> async def app(scope, receive, send): ...
        >>> def pin(request):
        ...     return {"scope": {"region": request.headers.get("x-region")}}
        >>> app = veltrix.web.ASGIMiddleware(app, config, pin)
    """

    __slots__ = ("_app", "_pins")

    def __init__(self, app: ASGIApplication, config: Config, pin: Pin | None = None) -> None:
        self._app = app
        self._pins = Pins(config, pin)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            pinning = self._pins.entered(of_scope(scope))
        except RequestRefusedError as error:
            reason = str(error)
        else:
            try:
                await self._app(scope, receive, send)
            finally:
                pinning.__exit__()
            return
        await _refuse(reason, scope, receive, send)


async def _refuse(reason: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await send_answer(refused(reason), send, method=scope["method"])
        return
    await receive()  # that the client connects; nothing may be sent before
    if "websocket.http.response" in (scope.get("extensions") or {}):
        await send_answer(refused(reason), send, method="GET", prefix="websocket.http")
    else:
        # The server answers 403, as it does whenever an application does not accept.
        await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": ""})
