"""Health, status and metrics as a WSGI application."""

from __future__ import annotations

from veltrix.web.answer import given_answer
from veltrix.web.pages import page, with_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from veltrix.config import Config
    from veltrix.web.wsgi import WSGIApplication


def make_wsgi_app(config: Config) -> WSGIApplication:
    """A WSGI application with `/healthz`, `/readyz`, `/status` and `/metrics`: see `make_asgi_app`.

    Args:
        config: The `Config` that it is about.

    Raises:
        TypeError: It is no `Config`.

    Example:
        >>> health = veltrix.web.make_wsgi_app(config)  # for a DispatcherMiddleware under Flask, at "/-"
    """
    with_status(config)

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        answer = page(config, environ.get("PATH_INFO", ""), method)
        return given_answer(answer, start_response, method=method)

    return app
