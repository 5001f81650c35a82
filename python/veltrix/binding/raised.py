"""What code of a model says when it refuses; of a validator of attrs, that without the value."""

from __future__ import annotations

import re

from veltrix._text import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FOR_PEOPLE = (ValueError, TypeError, AssertionError)
"""What code raises to say why it refuses; of others, such as `KeyError`, the text alone may say nothing."""
_VALIDATORS = "attr.validators"
_BEFORE_THE_VALUE = re.compile(": | for value ")


def text_of(error: Exception) -> str:
    """The text of an exception, after its class where that is no refusal; empty where there is none."""
    try:
        text = printable(_of_attrs(error) if _is_of_attrs(error) else str(error))
    except Exception:  # noqa: BLE001  (an exception of anybody's own may fail to say anything)
        text = ""
    if isinstance(error, _FOR_PEOPLE):
        return text
    name = printable(type(error).__name__)
    return f"{name}: {text}" if text else name


def _is_of_attrs(error: Exception) -> bool:
    """Whether the code that raised it is a validator that comes with attrs."""
    innermost: Any = None
    at = error.__traceback__
    while at is not None:
        innermost, at = at, at.tb_next
    return innermost is not None and innermost.tb_frame.f_globals.get("__name__") == _VALIDATORS


def _of_attrs(error: Exception) -> str:
    """What such a validator has said before it comes to the value."""
    said, *others = error.args
    text = str(said)
    if not others:
        return _BEFORE_THE_VALUE.split(text, maxsplit=1)[0]
    value = others[2] if len(others) > 2 else others[-1]  # after the attribute and what is expected
    at = text.rfind(repr(value))
    return text if at < 0 else text[: max(text.rfind(" (", 0, at), 0)]
