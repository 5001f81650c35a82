"""The limits of input, once for all of Python; the core has the same in `limits.rs`."""

from __future__ import annotations

MAX_DEPTH = 64
"""The most segments of a path."""
KEY_LIMIT = 1 << 20
"""The longest key of a document, in bytes."""
VALUE_LIMIT = 8 << 20
"""The longest text of one value, in bytes."""
DOCUMENT_LIMIT = 16 << 20
"""The largest document, in bytes."""
DIGIT_LIMIT = 4300
"""The most digits of an integer in a text: what `int()` reads by default."""
SIBLINGS = 1_000
"""How many names beside a missing one an error keeps."""
