"""Names for the classes and fields of a generated model: what Python and the libraries let stand."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_USED = {
    *("Annotated", "Any", "BaseModel", "ConfigDict", "Field", "NotRequired", "SecretStr", "Settings"),
    *("Struct", "TypedDict", "dataclass", "date", "datetime", "field", "msgspec", "time", "veltrix"),
}
_OF_PYDANTIC = {
    *("construct", "copy", "from_orm", "json", "parse_file", "parse_obj", "parse_raw", "schema"),
    *("schema_json", "update_forward_refs", "validate"),
}
_LONGEST = 22
"""So many characters have names that are made, for a line to hold a field, its type and a call."""
_TAKEN = _USED | _OF_PYDANTIC | {*dir(builtins)}


def class_name(key: str, above: str, taken: Iterable[str]) -> str:
    """A name for the class of a section: `TlsOptions` of tls-options, `ServerTlsOptions` if that is taken."""
    words = re.split(r"[\W_]+", unicodedata.normalize("NFKC", key))
    short = "".join(word[:1].upper() + word[1:] for word in words)
    if not short.isidentifier():
        short = f"Section{short}"
    for name in (short[:_LONGEST], f"{above}{short}"[:_LONGEST]):
        if name not in taken and name not in _TAKEN and not keyword.iskeyword(name):
            return name
    return _numbered(f"{above}{short}"[:_LONGEST], {*taken, *_TAKEN})


def field_names(keys: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """A name for each field by its key: the key itself wherever that can stand."""
    listed = list(keys)
    names = {key: key for key in listed if _field_name(key) == key and key not in taken}
    for key in listed:
        if key not in names:
            names[key] = _numbered(_field_name(key), {*names.values(), *taken})
    return names


def _field_name(key: str) -> str:
    name = re.sub(r"\W", "_", unicodedata.normalize("NFKC", key)).lstrip("_")
    if name != key:
        name = name[:_LONGEST]
    if not name.isidentifier():
        name = f"field_{name}".rstrip("_")
    if keyword.iskeyword(name) or name in _TAKEN or name.startswith("model_"):
        name = f"{name}_"
    return name


def text_literal(text: str) -> str:
    """A text as Python source on one line, with the quotes that a formatter would choose."""
    quote = "'" if '"' in text and "'" not in text else '"'
    return quote + "".join(_written(char, quote) for char in text) + quote


def _written(char: str, quote: str) -> str:
    if char in (quote, "\\"):
        return f"\\{char}"
    return char if char.isprintable() else char.encode("unicode_escape").decode("ascii")


def _numbered(name: str, taken: Iterable[str]) -> str:
    known, number, found = set(taken), 2, name
    while found in known:
        found, number = f"{name}{number}", number + 1
    return found
