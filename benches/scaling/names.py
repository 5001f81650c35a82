"""Axes, what is measured along them, and who stands beside whom: names that figures are kept under."""

from __future__ import annotations

LEAVES, LAYERS, CHANGES, THREADS, REAL = "leaves", "layers", "changes", "threads", "real"
READ, PATCH, OVERLAY, RESOLVE, PARSE = "Read", "Patch", "Overlay", "Resolve", "Parse"
DIFF_ONE, DIFF_MANY = "Diff of one change", "Diff of 100 changes"
MEMORY, MEMORY_READ = "Memory a leaf", "Memory a leaf, all read"
READS, PUBLISHES, SHAPE = "reads a second", "changes a second", "shape"
DICT, PROXY, BARE, IN_PLACE = "dict", "MappingProxyType", "40 dict reads", "dict, changed in place"
FIRST, AGAIN, STILL = "native, read first", "native, read again", ", nothing changes"
