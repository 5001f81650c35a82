"""The rows of docs/targets.md, a file a topic: each test is an operation beside its anchor."""
