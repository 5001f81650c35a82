"""Objects that are listed as long as somebody else has them."""

from __future__ import annotations

from weakref import ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Generic, TypeVar

    T = TypeVar("T")

    class _Members(Generic[T]):
        """For type checkers."""

else:
    T = None
    _Members = {T: object}


class WeakMembers(_Members[T]):
    """What any thread may add to while another one lists it, which a `WeakSet` does not allow.

    The members have a hash and an equality of identity. Each step is one of a dict, and takes no lock: none
    that a fork leaves taken, or that the handler of a signal could wait for.
    """

    __slots__ = ("_all",)

    def __init__(self) -> None:
        self._all: dict[ref[T], None] = {}

    def add(self, one: T) -> None:
        """Lists one more."""
        self._all[ref(one, self._all.pop)] = None

    def listed(self) -> list[T]:
        """Those that are alive, in the order in which they were added."""
        return [one for one in [known() for known in list(self._all)] if one is not None]
