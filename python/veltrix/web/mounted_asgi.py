"""Health, status and metrics as an ASGI application."""

from __future__ import annotations

from veltrix.web.answer import send_answer
from veltrix.web.asgi import POLICY_VIOLATION
from veltrix.web.pages import page, with_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from veltrix.config import Config
    from veltrix.web.asgi import ASGIApplication, Receive, Scope, Send


def make_asgi_app(config: Config) -> ASGIApplication:
    """An ASGI application with `/healthz`, `/readyz`, `/status` and `/metrics` of a configuration.

    `/healthz` answers 200 as long as the process answers at all. `/readyz` answers 503 where `status()` is
    stale, or the thread that watches is dead. `/status` is `config.status()` as JSON, `/metrics` what
    `veltrix.contrib.prometheus.generate_latest` gives. None of them holds a value of the configuration;
    `/status` names files. Mount it, or serve it alone on a port of its own.

    Args:
        config: The `Config` that it is about.

    Raises:
        TypeError: It is no `Config`.

    Example:
        >>> health = veltrix.web.make_asgi_app(config)  # app.mount("/-", health) with Starlette and FastAPI
    """
    with_status(config)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # The path of a mounted application holds the place where it is mounted, by the specification.
            path, place = scope["path"], scope.get("root_path", "")
            if place and path.startswith(f"{place}/"):
                path = path[len(place) :]
            method = scope["method"]
            await send_answer(page(config, path, method), send, method=method)
        elif scope["type"] == "lifespan":
            await _live(receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": ""})

    return app


async def _live(receive: Receive, send: Send) -> None:
    """Answers the server's start and end, for which there is nothing to do."""
    while True:
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return
