"""The shells by their names, without importing any."""

from __future__ import annotations

SHELLS = {"starlette": "with_starlette", "fastapi": "with_fastapi", "bare": "bare"}
"""The module of each."""

DEFAULT = "starlette"
