"""A first model of real files, as Python source: each field with its type, and where it stands."""

from __future__ import annotations

from veltrix.cli.documents import UnwritableError
from veltrix.cli.model_names import class_name, field_names, text_literal
from veltrix.cli.shapes import Fields, Many, Simple, Table, shape_of
from veltrix.cli.text import one_line
from veltrix.loading.given import SECRET_PATHS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from veltrix import Snapshot
    from veltrix.cli.shapes import Member, Shape

MODELS = ("dataclass", "pydantic", "msgspec", "typed-dict")
_WIDTH = 88


class Form:
    """How the classes of a library are written."""

    __slots__ = ("above", "base", "first", "imports", "key", "make")

    def __init__(
        self, imports: str, above: str, base: str, first: str = "", make: str = "", key: str = ""
    ) -> None:
        self.imports = imports
        self.above = above
        self.base = base
        self.first = first
        self.make = make
        self.key = key


_FORMS = {
    "dataclass": Form(
        "",
        "@dataclass(frozen=True, kw_only=True)\n",
        "",
        make="field",
        key='metadata={{"veltrix": {}}}',
    ),
    "pydantic": Form(
        "from pydantic import BaseModel, ConfigDict{}",
        "",
        "BaseModel",
        first='    model_config = ConfigDict(extra="forbid", frozen=True)\n',
        make="Field",
        key="alias={}",
    ),
    "msgspec": Form(
        "import msgspec",
        "",
        "msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True",
        make="msgspec.field",
        key="name={}",
    ),
    "typed-dict": Form("", "", "TypedDict"),
}


def model(snapshot: Snapshot, kind: str) -> str:
    """The source of a module with a class `Settings` for what a snapshot holds, of one of the kinds `MODELS`.

    Raises `UnwritableError`.
    """
    writer = _Writer(snapshot, kind)
    shape = shape_of(snapshot.to_dict())
    if kind == "msgspec":
        shape = _nameable(shape)
    if not isinstance(shape, Fields):
        raise UnwritableError("msgspec cannot name a key of the top level; choose another --format")
    writer.declare(shape, "Settings")
    return writer.source()


def _call(function: str, arguments: list[str]) -> str:
    """A call, on several lines if one cannot hold it, as a formatter writes it."""
    inner = ", ".join(arguments)
    if len(f"{function}({inner})") <= _WIDTH:
        return f"{function}({inner})"
    if len(inner) <= _WIDTH - 8:
        return f"{function}(\n        {inner}\n    )"
    lines = []
    for argument in arguments:
        name, brace, entry = argument.partition("={")
        is_long = brace and len(argument) > _WIDTH - 9
        lines.append(f"{name}={{\n            {entry[:-1]}\n        }}" if is_long else argument)
    comma = "," if len(lines) > 1 else ""
    return f"{function}(\n        " + ",\n        ".join(lines) + f"{comma}\n    )"


def _nameable(shape: Shape) -> Shape:
    """A shape without the fields of sections that have a key which a struct of msgspec cannot have."""
    if isinstance(shape, Many):
        return Many(_nameable(shape.item))
    if not isinstance(shape, Fields):
        return shape
    if any(char in '"\\' or char < " " for key in shape.fields for char in key):
        return Table()
    for member in shape.fields.values():
        member.shape = _nameable(member.shape)
    return shape


class _Writer:
    """Writes the class of each section, those that a class names before it."""

    def __init__(self, snapshot: Snapshot, kind: str) -> None:
        self._snapshot = snapshot
        self._kind = kind
        self._form = _FORMS[kind]
        self._names: dict[int, str] = {}
        self._classes: list[str] = []
        self._used: set[str] = set()

    def declare(self, fields: Fields, name: str) -> None:
        """Write a class and before it those of the sections in it."""
        self._names[id(fields)] = name
        self._name_all(fields, name)
        self._write(fields)

    def source(self) -> str:
        """The whole module."""
        layers = ", ".join(one_line(name) for name in self._snapshot.layer_names if name != SECRET_PATHS)
        parts = [f"# A first model of {layers}, by `veltrix types`.", ""]
        imports = self._imports()
        body = "\n\n".join(self._classes)
        return "\n".join([*parts, *imports, "", "", body]) if imports else "\n".join([*parts, "", body])

    def _imports(self) -> list[str]:
        """Those of the standard library and, below a blank line, those of others."""
        used = self._used
        own, others = [], []
        if self._kind == "dataclass":
            own.append(f"from dataclasses import dataclass{', field' if 'field' in used else ''}")
        times = sorted(used & {"date", "datetime", "time"})
        if times:
            own.append(f"from datetime import {', '.join(times)}")
        of_typing = sorted(used & {"Annotated", "Any", "NotRequired"})
        if self._kind == "typed-dict":
            of_typing.append("TypedDict")
        if of_typing:
            own.append(f"from typing import {', '.join(of_typing)}")
        if self._form.imports:
            more = "".join(f", {name}" for name in sorted(used & {"Field", "SecretStr"}))
            others.append(self._form.imports.format(more))
        if "veltrix" in used:
            others.append("import veltrix")
            others.sort(key=lambda line: line.startswith("from"))
        return [*own, "", *others] if own and others else own + others

    def _name_all(self, shape: Shape, above: str, key: str = "") -> None:
        """Give every class its name before any field is given one, which may not be the same."""
        if isinstance(shape, Many):
            self._name_all(shape.item, above, key)
        elif isinstance(shape, Fields):
            if id(shape) not in self._names:
                self._names[id(shape)] = class_name(key, above, self._names.values())
            for inner, member in shape.fields.items():
                self._name_all(member.shape, self._names[id(shape)], inner)

    def _write(self, fields: Fields) -> None:
        for member in fields.fields.values():
            shape = member.shape
            while isinstance(shape, Many):
                shape = shape.item
            if isinstance(shape, Fields):
                self._write(shape)
        name = self._names[id(fields)]
        names = field_names(fields.fields, self._names.values())
        if self._kind == "typed-dict" and any(key != given for key, given in names.items()):
            self._classes.append(self._by_call(name, fields))
            return
        body = "".join(self._field(key, names[key], one) for key, one in fields.fields.items())
        first = self._form.first + ("\n" if self._form.first and body else "")
        header = f"class {name}({self._form.base}):" if self._form.base else f"class {name}:"
        if len(header) > _WIDTH:
            header = f"class {name}(\n    {self._form.base}\n):"
        header = f"{self._form.above}{header}\n"
        self._classes.append(f"{header}{first}{body}" if first or body else f"{header}    pass\n")

    def _field(self, key: str, name: str, member: Member) -> str:
        annotation = self._annotation(member)
        arguments = []
        if not member.is_required and self._kind != "typed-dict":
            arguments.append("default=None")
        if key != name:
            arguments.append(self._form.key.format(text_literal(key)))
        line = f"    {name}: {annotation}"
        if key != name:
            self._used.add(self._form.make)
            line = _call(f"{line} = {self._form.make}", arguments)
        elif arguments:
            line += " = None"
        return f"    # {self._place(member)}\n{line}\n"

    def _by_call(self, name: str, fields: Fields) -> str:
        lines = "".join(
            f"        # {self._place(one)}\n        {text_literal(key)}: {self._annotation(one)},\n"
            for key, one in fields.fields.items()
        )
        return f'{name} = TypedDict(\n    "{name}",\n    {{\n{lines}    }},\n)\n'

    def _annotation(self, member: Member) -> str:
        text = self._type(member.shape)
        if self._is_secret(member):
            return self._marked(member.shape, text)
        if member.is_required:
            return text
        if self._kind == "typed-dict":
            self._used.add("NotRequired")
            return f"NotRequired[{text}]"
        return text if text == "Any" or text.endswith("| None") else f"{text} | None"

    def _is_secret(self, member: Member) -> bool:
        """Of a section each field is marked by itself, and a list as a whole: its items have no paths yet."""
        is_named = all(isinstance(segment, str) for segment in member.path)
        return (
            is_named and not isinstance(member.shape, Fields) and self._snapshot.explain(member.path).secret
        )

    def _marked(self, shape: Shape, text: str) -> str:
        """The type of a field that is secret, which none is that may be missing."""
        if self._kind == "pydantic" and isinstance(shape, Simple) and shape.names == {"str"}:
            self._used.add("SecretStr")
            return "SecretStr"
        self._used.update(("Annotated", "veltrix"))
        return f"Annotated[{text}, veltrix.SECRET]"

    def _type(self, shape: Shape) -> str:
        if isinstance(shape, Many):
            return f"tuple[{self._type(shape.item)}, ...]"
        if isinstance(shape, Fields):
            return self._names[id(shape)]
        if isinstance(shape, Table):
            self._used.add("Any")
            return "dict[str, Any]"
        kinds = sorted(shape.names - {"None"})
        if not kinds:
            self._used.add("Any")
            return "Any"
        self._used.update(kinds)
        return " | ".join([*kinds, *sorted(shape.names & {"None"})])

    def _place(self, member: Member) -> str:
        return str(self._snapshot.explain(member.path).origin)
