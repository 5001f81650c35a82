"""On which file systems not every change has an event: other machines change what is in them."""

from __future__ import annotations

import os
import re

# Beginnings of the types that the system names. A layer below an overlay is changed by others, too.
_UNRELIABLE = (
    "9p", "afs", "aufs", "autofs", "beegfs", "ceph", "cifs", "coda", "fuse", "gfs", "gpfs", "lustre", "ncp",
    "nfs", "ocfs", "orangefs", "overlay", "prl_fs", "proc", "pvfs", "smb", "sysfs", "vboxsf", "virtiofs",
)  # fmt: skip
_TABLE = "/proc/self/mountinfo"


class Mounts:
    """What is mounted where, now; nothing where the system does not say."""

    def __init__(self) -> None:
        self._types: dict[str, str] = {}
        try:
            with open(_TABLE, encoding="utf-8", errors="surrogateescape") as table:
                for line in table:
                    fields, _, more = line.partition(" - ")
                    # The last one mounted at a place hides those before it.
                    self._types[_unescaped(fields.split()[4])] = more.split()[0]
        except (OSError, IndexError):
            return

    def unreliable(self, place: str) -> str | None:
        """The type of the file system of a path without links, if it is one where events miss changes."""
        while place not in self._types and os.path.dirname(place) != place:
            place = os.path.dirname(place)
        found = self._types.get(place, "")
        return found if found.startswith(_UNRELIABLE) else None

    def is_mount(self, place: str) -> bool:
        """Whether something is mounted at this very path."""
        return place in self._types


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)
