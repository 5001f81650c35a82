"""The list of mutations: what is broken, where, and which tests must fail for it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("mutations.toml")


@dataclass(frozen=True, slots=True)
class Mutation:
    """One break of the code, made by replacing a text that stands exactly once in its file."""

    name: str
    broken: str
    file: str
    """The path from the root, or the end of one that no other source file has."""
    before: str
    after: str
    tests: tuple[str, ...]
    """What pytest is given; one of them must fail."""
    survives: str = ""
    """Why no test can fail, if that is so."""

    def path(self, root: Path = ROOT) -> Path:
        """The file under a root."""
        found = [
            path
            for folder in ("rust", "python/veltrix")
            for path in sorted((root / folder).rglob(self.file.rpartition("/")[2]))
            if path.as_posix().endswith(f"/{self.file}")
        ]
        if len(found) != 1:
            raise LookupError(f"{self.name}: {len(found)} files end with {self.file}")
        return found[0]

    def applied(self, text: str) -> str:
        """The text of the file with the break in it."""
        if text.count(self.before) != 1:
            raise LookupError(f"{self.name}: the text stands {text.count(self.before)} times in {self.file}")
        return text.replace(self.before, self.after)


def mutations() -> list[Mutation]:
    """All mutations, in the order of the list."""
    entries = tomllib.loads(LIST.read_text(encoding="utf-8"))["mutation"]
    return [Mutation(**{**entry, "tests": tuple(entry["tests"])}) for entry in entries]
