"""Print the licences of what is in the extension beside Veltrix, as its crates give them.

`make licences` writes that into `.legal/THIRD-PARTY.txt`, which every wheel carries; a test compares the two.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

TREE = "cargo tree --locked --offline -p veltrix-py -e normal --target x86_64-unknown-linux-gnu --prefix none"
METADATA = "cargo metadata --locked --offline --format-version 1"

HEAD = """\
What is in the extension of Veltrix beside Veltrix itself, and under which terms.

Rust's standard library, and the crates in it: Copyright (c) The Rust Project Contributors, MIT or Apache-2.0
(https://www.rust-lang.org/policies/licenses); taken under the terms of the MIT licence, as they stand below.

Crates that are linked into it, or whose macros wrote code of it:
"""

# Where there is a choice, the terms of MIT are taken. A licence that is not here has to be looked at first.
KNOWN = {"MIT", "Apache-2.0", "Zlib", "Unicode-3.0"}


def ask(command: str) -> str:
    """What the command prints."""
    return subprocess.run(command.split(), capture_output=True, text=True, check=True).stdout


def texts(folder: Path, licence: str) -> list[str]:
    """The licence files that count under the terms that are taken, inherited notices included."""
    unknown = set(re.findall(r"[\w.-]+", licence)) - KNOWN - {"AND", "OR"}
    if unknown:
        raise SystemExit(f"{folder.name}: nobody has looked at the licence {', '.join(sorted(unknown))}")
    own = next(path for path in (folder / "LICENSE-MIT", folder / "LICENSE") if path.exists())
    further = [*folder.glob("LICENSE-UNICODE"), *sorted(folder.glob(".licenses/*-MIT"))]
    return [path.read_text(encoding="utf-8").strip() for path in (own, *further)]


def gathered() -> str:
    """The whole file."""
    linked = {" ".join(line.split()[:2]).replace(" v", " ") for line in ask(TREE).splitlines()}
    crates: dict[str, list[str]] = {}
    for package in json.loads(ask(METADATA))["packages"]:
        name = f"{package['name']} {package['version']}"
        if name in linked and not name.startswith("veltrix-"):
            text = "\n\n".join(texts(Path(package["manifest_path"]).parent, package["license"]))
            crates.setdefault(f"{package['license'].replace('/', ' OR ')}\n\n{text}", []).append(name)
    parts = [
        "\n".join(["-" * 80, *(f"- {name}" for name in sorted(names)), text])
        for text, names in sorted(crates.items(), key=lambda item: sorted(item[1]))
    ]
    return "\n\n".join([HEAD, *parts]) + "\n"


if __name__ == "__main__":
    print(gathered(), end="")
