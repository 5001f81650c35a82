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
"""Of so many names beside a missing one an error keeps those that are not too long."""
LONGEST_SIBLING = 300
"""The most characters of a name that it keeps."""
MAX_LAYERS = 1_000
"""The most layers of a stack."""
MAX_SCOPES = 16_384
"""How many scopes a snapshot keeps unless it is given another number."""
MAX_SCOPE_BYTES = 64 << 20
"""How many bytes they may take, by the estimate of the next two, unless it is given another number."""
SCOPE_BYTES = 1_024
"""What a scope is taken to need for itself, in bytes."""
SCOPED_VALUE_BYTES = 64
"""What it is taken to need for each value of its layers, in bytes."""
MAX_PINS = 1_000
"""The most pins inside of one another."""
