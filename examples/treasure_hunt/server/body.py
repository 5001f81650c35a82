"""The JSON that a request carries: read with a limit, and checked field by field."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, Mapping
from typing import Any

from server.errors import RequestError

MOST_BYTES = 4096
LONGEST_NAME = 40


async def read(chunks: AsyncIterable[bytes]) -> bytes:
    """The whole of a body that comes in chunks; a 413 as soon as it is too long."""
    content = b""
    async for chunk in chunks:
        content += chunk
        if len(content) > MOST_BYTES:
            raise RequestError(413, f"a body has at most {MOST_BYTES} bytes")
    return content


def object_of(content: bytes) -> Mapping[str, Any]:
    """The object that a request's body is."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        raise RequestError(400, "the body is no JSON") from None
    if not isinstance(body, dict):
        raise RequestError(422, "the body has to be a JSON object")
    return body


def number(
    body: Mapping[str, Any], name: str, least: float, most: float, default: float | None = None
) -> float:
    """A number of a body, from `least` to `most`."""
    value = body.get(name, default)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most:
        return float(value)  # neither NaN nor infinity lies between two numbers
    raise RequestError(422, f"{name!r} has to be a number from {least:g} to {most:g}")


def flag(body: Mapping[str, Any], name: str) -> bool:
    """True or false; false where it is missing."""
    value = body.get(name, False)
    if isinstance(value, bool):
        return value
    raise RequestError(422, f"{name!r} has to be true or false")


def text(body: Mapping[str, Any], name: str) -> str:
    """A short name of a body, with no characters that do not print."""
    value = body.get(name)
    if isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable():
        return value
    raise RequestError(422, f"{name!r} has to be a text of 1 to {LONGEST_NAME} characters")
