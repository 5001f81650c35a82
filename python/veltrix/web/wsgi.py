"""Pins a configuration for each request of a WSGI application."""

from __future__ import annotations

from contextvars import copy_context

from veltrix.web.answer import given_answer, refused
from veltrix.web.pinned import Pins, RequestRefusedError
from veltrix.web.request import of_environ

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextvars import Context
    from typing import Any, Self

    from veltrix.config import Config
    from veltrix.publishing.pinning import Pinning
    from veltrix.web.pinned import Pin

    WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class WSGIMiddleware:
    """A WSGI application around another one, which reads one snapshot of `config` in each request.

    What is answered to a request that is refused is that of `ASGIMiddleware`. The pin lasts until the
    server closes what the application returned: while it is iterated over, too, and in `close()`. The
    application runs in a copy of the server's context, so that no request leaves its pin in a thread that
    goes on to the next one.

    Args:
        app: The application.
        config: The `Config` that it reads.
        pin: As for `ASGIMiddleware`.

    Raises:
        TypeError: `config` is no `Config`, or `pin` is no plain callable.

    Example:
        >>> def app(environ, start_response): ...
        >>> app = veltrix.web.WSGIMiddleware(app, config, lambda request: {"max_age": 5.0})
    """

    __slots__ = ("_app", "_pins")

    def __init__(self, app: WSGIApplication, config: Config, pin: Pin | None = None) -> None:
        self._app = app
        self._pins = Pins(config, pin)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        context = copy_context()
        try:
            pinning = context.run(self._pins.entered, of_environ(environ))
        except RequestRefusedError as error:
            reason = str(error)
        else:
            return self._answered(context, pinning, environ, start_response)
        return given_answer(refused(reason), start_response, method=environ["REQUEST_METHOD"])

    def _answered(
        self,
        context: Context,
        pinning: Pinning[Any],
        environ: dict[str, Any],
        start_response: Callable[..., Any],
    ) -> Iterable[bytes]:
        result = None
        try:
            result = context.run(self._app, environ, start_response)
            if not _is_finished(result, environ):
                return _Iterated(context, pinning, result)
        except BaseException:
            context.run(_ended, pinning, result)
            raise
        context.run(pinning.__exit__)
        return result


class _Iterated:
    """What an application returned, iterated over and closed where its request is pinned."""

    __slots__ = ("_context", "_iterator", "_pinning", "_result")

    def __init__(self, context: Context, pinning: Pinning[Any], result: Iterable[bytes]) -> None:
        self._iterator: Iterator[bytes] = context.run(iter, result)
        self._context = context
        self._pinning = pinning
        self._result: Iterable[bytes] | None = result

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        return self._context.run(next, self._iterator)

    def close(self) -> None:
        result, self._result = self._result, None
        if result is not None:  # a server may close twice, and what is closed may not
            self._context.run(_ended, self._pinning, result)


def _ended(pinning: Pinning[Any], result: object) -> None:
    """Closes what an application returned, and then ends its pin."""
    try:
        close = getattr(result, "close", None)
        if close is not None:
            close()
    finally:
        pinning.__exit__()


def _is_finished(result: object, environ: dict[str, Any]) -> bool:
    """Whether no code of an application runs while this is sent; a server looks at the type of such."""
    if type(result) is list or type(result) is tuple:
        return True
    wrapper = environ.get("wsgi.file_wrapper")
    return isinstance(wrapper, type) and isinstance(result, wrapper)
