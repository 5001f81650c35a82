"""Where the parts of the project lie, for the tests that look at its shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "python" / "veltrix"
CORE = ROOT / "rust" / "veltrix-core" / "src"
BINDING = ROOT / "rust" / "veltrix-py" / "src"


def python_files(folder: Path = PACKAGE) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def rust_files(folder: Path = ROOT / "rust") -> list[Path]:
    return sorted(path for path in folder.rglob("*.rs") if "target" not in path.parts)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_name(path: Path) -> str:
    """`python/veltrix/_pure/path.py` -> `veltrix._pure.path`."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(path: Path, *, for_types: bool = False) -> Iterator[tuple[int, str]]:
    """The line and full name of every module of ours that a file imports, for its types too if asked."""
    name = module_name(path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if for_types else _running(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name.startswith("veltrix"))
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(package, node.level, node.module)
            if base.split(".")[0] == "veltrix":
                for alias in node.names:
                    inner = f"{base}.{alias.name}"
                    yield node.lineno, inner if _is_module(inner) else base


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but those below `if TYPE_CHECKING:`."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        for child in node.orelse:
            yield from _running(child)
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _running(child)


def _absolute(package: str, level: int, module: str | None) -> str:
    if level == 0:
        return module or ""
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - level + 1], *([module] if module else [])])


def _is_module(name: str) -> bool:
    path = PACKAGE.parent.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").exists() or name == "veltrix._native"
