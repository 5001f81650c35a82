"""Variables that match nothing: what is done with them, and what they were perhaps meant to be.

APP_SERVER_PORT   a new key, and a warning if there is server.port: one `_` where two are meant
APP_SERVER__PROT  a new key, and a warning if there is server.port
APP_PORT_80_TCP   left out: Kubernetes makes it for a Service that is called app
"""

from __future__ import annotations

import re

from veltrix._nearest import LONGEST, MOST, nearest
from veltrix._text import quoted
from veltrix.sources._kernel import format_path
from veltrix.sources.declared import declared_plan
from veltrix.sources.matching import UnmatchedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from veltrix.sources._kernel import Path
    from veltrix.sources.assignments import Assembly, Assignment
    from veltrix.sources.matching import Matcher

_SERVICE = re.compile(
    r"SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?"
)
_ADDRESS = re.compile(r"(tcp|udp|sctp)://[^/]+:\d+")


def without_strangers(
    assignments: list[Assignment],
    strangers: Iterable[tuple[Assignment, str]],
    texts: Mapping[str, str],
    unmatched: str,
    matcher: Matcher,
    assembly: Assembly,
    left_out: list[str],
) -> list[Assignment]:
    """The assignments without those of variables that match nothing, if these do not count.

    `strangers` are such assignments, each with the name of its variable without the prefix, and `texts` those
    of all variables by such names.
    """
    service, of_service = _of_a_service(texts), []
    gone: set[int] = set()
    hints = _Hints(matcher)
    for one, name in strangers:
        if name in service:
            of_service.append(one.label)
        elif unmatched == "error":
            assembly.refuse(one.label, one.origin, f"matches nothing{hints.of(name, one.path)}")
        elif unmatched == "add":
            # With a schema, a new key is an unknown one, which is a problem with a hint of its own.
            hint = "" if declared_plan(()) is not None else hints.of(name, one.path)
            if hint:
                left_out.append(f"{one.label} sets {format_path(one.path)}, which is new{hint}")
            continue
        gone.add(id(one))
    if of_service:
        left_out.append(f"{', '.join(of_service)}: made by Kubernetes for a Service, and left out")
    return [one for one in assignments if id(one) not in gone]


def _of_a_service(texts: Mapping[str, str]) -> frozenset[str]:
    """The names, without their prefix, that Kubernetes makes for a Service that is called so.

    It makes all of them at once: where `PORT` is no address, the others are a program's own.
    """
    if _ADDRESS.fullmatch(texts.get("PORT", "")) is None:
        return frozenset()
    return frozenset(name for name in texts if _SERVICE.fullmatch(name))


class _Hints:
    """What names were perhaps meant to be, for the first of them; very many, or long ones, cost no more."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._left = MOST

    def of(self, name: str, path: Path) -> str:
        """What a name was perhaps meant to be, as the end of a message."""
        if not self._left or len(name) > LONGEST:
            return ""
        self._left -= 1
        return _hint(self._matcher, name, path)


def _hint(matcher: Matcher, name: str, path: Path) -> str:
    for at in [at for at, char in enumerate(name) if char == "_"]:
        try:
            other = matcher.match(f"{name[:at]}_{name[at:]}")
        except UnmatchedError:
            continue
        if matcher.is_known(other):
            return f" (did you mean {quoted(format_path(other))}?)"
    depth = next(depth for depth in range(len(path)) if not matcher.is_known(path[: depth + 1]))
    near = nearest(str(path[depth]), list(matcher.keys_at(path[:depth])))
    return "" if near is None else f" (did you mean {quoted(format_path((*path[:depth], near)))}?)"
