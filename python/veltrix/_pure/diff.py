"""What changed between two snapshots, leaf by leaf."""

from __future__ import annotations

from veltrix._pure.digest import canonical
from veltrix.types import Difference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def difference(new: dict[str, Any], old: dict[str, Any]) -> Difference:
    """What was added, removed and changed from one flat mapping to another, in the order of the paths."""
    return Difference(
        added={path: new[path] for path in sorted(new) if path not in old},
        removed={path: old[path] for path in sorted(old) if path not in new},
        changed={
            path: (old[path], new[path])
            for path in sorted(new)
            if path in old and not same(old[path], new[path])
        },
    )


def same(left: Any, right: Any) -> bool:
    """Whether two values are equal and of the same type: 1, 1.0 and True differ, a NaN equals itself."""
    return left is right or canonical(left) == canonical(right)
