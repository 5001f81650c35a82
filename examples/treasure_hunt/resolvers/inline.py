"""The reads of `server.rules` written in another style, so that every style reads the same.

Nobody writes the same 233 reads by hand for each way to do it; this writes them out from the one source.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from typing import Any

from resolvers.resolver import Readers
from server import rules


def inlined(
    read: str, settings: str = "", names: Mapping[str, Any] | None = None, *, attributes: bool = False
) -> Readers:
    """The readers with each `s[PATH]` replaced.

    Arguments:
        read: an expression of `PATH` to put in its place.
        settings: what stands before all reads of a function, such as `f, o = s`.
        names: what `read` names beside these.
        attributes: put `s.a.b` where the path is written out as `s["a.b"]`.

    """
    tree = _Rewriting(read, settings, attributes).visit(ast.parse(inspect.getsource(rules)))
    space: dict[str, Any] = {"__name__": "rules_inlined", **(names or {})}
    exec(compile(ast.fix_missing_locations(tree), "<rules, inlined>", "exec", dont_inherit=True), space)
    readers = [space[function.__name__] for function in rules.READERS]
    return Readers(*readers)


class _Rewriting(ast.NodeTransformer):
    def __init__(self, read: str, settings: str, attributes: bool) -> None:
        self._read = read
        self._settings = settings
        self._attributes = attributes

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.body[:0] = ast.parse(self._settings).body
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ImportFrom:
        """The classes stay those of `server.rules`."""
        return ast.ImportFrom("server.rules", [ast.alias(node.name)], 0)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if not isinstance(node.value, ast.Name) or node.value.id != "s":
            return node
        if self._attributes and isinstance(node.slice, ast.Constant):
            written = f"s.{node.slice.value!s}"
        else:
            written = self._read.replace("PATH", ast.unparse(node.slice))
        return ast.parse(written, mode="eval").body
