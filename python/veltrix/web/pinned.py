"""From a request to its pin: what `pin` gives is checked, and the client's mistakes are separated."""

from __future__ import annotations

from collections.abc import Mapping

from veltrix.config import Config
from veltrix.errors import LimitError, ParseError, PathError, ValidationError
from veltrix.publishing.callbacks import is_async
from veltrix.types import Dimension

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from veltrix.publishing.pinning import Pinning
    from veltrix.web.request import Request

    Pin = Callable[[Request], Mapping[str, Any] | None]

NO_SUCH_CHOICE = "the request chooses what there is not"


class RequestRefusedError(Exception):
    """A request that cannot be pinned by its own fault; the text is for the client."""


class Pins:
    """What pins the requests of one application."""

    __slots__ = ("_config", "_pin")

    def __init__(self, config: Config, pin: Pin | None) -> None:
        if not isinstance(config, Config):
            raise TypeError(f"a request pins a veltrix.Config, not {type(config).__name__}")
        if pin is not None and not callable(pin):
            raise TypeError(f"pin is a callable of a request, not {type(pin).__name__}")
        if is_async(pin):
            raise TypeError("pin is a plain function, and this is an async one")
        self._config = config
        self._pin = pin

    def entered(self, request: Request) -> Pinning[Any]:
        """A pin that this context is in; whoever asks for it leaves it.

        Raises `RequestRefusedError` where the request is at fault, and everything else as it is raised.
        """
        try:
            keywords = self._keywords(request)
            pinning = self._config.pin(**keywords)
            try:
                pinning.__enter__()
            except TypeError:
                reason = _wrong_type(keywords, self._config.current().dimensions)
                if reason is None:
                    raise
                raise RequestRefusedError(reason) from None
            except ValueError as error:
                if isinstance(error, _OF_THE_CLIENT):
                    raise
                # Of a strict dimension; the text of it lists the choices that there are.
                raise RequestRefusedError(NO_SUCH_CHOICE) from None
        except _OF_THE_CLIENT as error:
            if getattr(error, "origin", None) is not None or getattr(error, "file", None) is not None:
                raise  # a fault of what is configured, whose place is nobody's business outside
            raise RequestRefusedError(str(error)) from None
        return pinning

    def _keywords(self, request: Request) -> Mapping[str, Any]:
        if self._pin is None:
            return {}
        keywords = self._pin(request)
        if keywords is None:
            return {}
        if not isinstance(keywords, Mapping):
            raise TypeError(
                f"pin gives the keywords of config.pin as a mapping, or None, not {type(keywords).__name__}"
            )
        return keywords


def _wrong_type(keywords: Mapping[str, Any], dimensions: Iterable[Dimension]) -> str | None:
    """What of a request has a type that it may not have; None where it is something else that is wrong."""
    scope, override = keywords.get("scope"), keywords.get("override")
    if override is not None and not isinstance(override, Mapping):
        return f"override: expected a mapping, not {type(override).__name__}"
    for path in override or ():
        if not isinstance(path, (str, tuple)):
            return f"override: expected a path, not {type(path).__name__}"
    if not isinstance(scope, Mapping):
        return None
    for one in dimensions:
        choice = scope.get(one.name)
        if choice is None or type(one) is not Dimension:
            continue
        # Other iterables may be used up by now, and are a program's own.
        names = choice if one.many and isinstance(choice, (list, tuple, set, frozenset)) else (choice,)
        if one.many and names is not choice:
            return f"{one.name}: expected a list of names, not {type(choice).__name__}"
        for name in names:
            if not isinstance(name, str):
                return f"{one.name}: expected a name, not {type(name).__name__}"
    return None


_OF_THE_CLIENT = (ValidationError, LimitError, PathError, ParseError)
