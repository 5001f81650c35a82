"""YAML documents for two parsers to disagree on: generated, and with a few characters changed."""

from __future__ import annotations

KEYS = ("a", "b", "a b", "'q'", '"d"', "x-y", "http://x", "a:b", "é", "!!str 1", "&k c")
VALUES = (
    "1",
    "-1",
    "0x1F",
    "012",
    "1e3",
    ".5",
    "true",
    "~",
    "yes",
    "'it''s'",
    '"d\\n\\x41"',
    "plain text",
    "x #c",
    "x#c",
    "a\tb",
    "a\t# c",
    "-x",
    "?x",
    ":x",
    "&v v",
    "!!int '3'",
    "! x",
    "[]",
    "{}",
    "[1, 2]",
    "[a, [b, c]]",
    "{a: [b], c: d}",
    "[a: b]",
    '{"a":1}',
    "[?x, :y, -z]",
    "[a,\n  b]",
    "[\n  'a',\n  b\n]",
    '{\n  "a": b\n}',
    "|\n  lit\n  eral\n",
    ">\n  fold\n  ed\n\n  x\n",
    "|-\n  x\n",
    "|+\n  x\n\n",
    "|2\n    x\n",
    "multi\n  line",
    "'multi\n  line'",
    '"multi\\\n  line"',
    "\u2028x",
    "é😀",
    "2024-01-01",
    "a,b",
    "[a,]",
    "&e",
    "!!str",
    "",
)
SPOILED = (
    "*a",
    "*zz",
    "@x",
    "`x",
    "%x",
    "!foo x",
    '"\\q"',
    "- - a",
    "a: b",
    "[,]",
    "{,}",
    "[a,,b]",
    "?",
    ":",
    "-",
    "--- x",
    "...",
    "|\n  a\n b\n",
    "[a",
    "b]",
    '"x" y',
    "'",
    "<<: x",
    "# c",
)
PIECES = (
    *" \n\t:-?,[]{}#&*!|>'\"%@`ab1\\=.~<$\r",
    "\n  ",
    "- ",
    ": ",
    "  ",
    "\n\n",
    "---",
    "...",
    "<<: ",
    "\r\n",
    "\x85",
    "\u2028",
    "\ufeff",
    "é",
    "😀",
    "# c",
    "\n# c\n",
)


def document(random):
    text = f"{mapping(random, random.randint(1, 3), 0)}\n"
    return changed(random, text) if random.random() < 0.6 else text


def node(random, depth, indent):
    kind = random.random()
    if depth <= 0 or kind < 0.45:
        value = random.choice(SPOILED if random.random() < 0.03 else VALUES)
        return " " + value.replace("\n", "\n" + " " * indent)
    if kind < 0.75:
        return "\n" + mapping(random, depth - 1, indent + random.choice([1, 2, 2, 4]))
    return "\n" + sequence(random, depth - 1, indent + random.choice([0, 2, 2]))


def mapping(random, depth, indent):
    lines = []
    for number in range(random.randint(1, 4)):
        key = random.choice(KEYS)
        name = f"{key[:-1]}{number}{key[-1]}"
        mark = random.choice([":", ":", ":", ":", ":\t", " :"])
        explicit = "? " if random.random() < 0.05 else ""
        lines.append(f"{' ' * indent}{explicit}{name}{mark}{node(random, depth, indent)}")
    return "\n".join(lines)


def sequence(random, depth, indent):
    def item():
        compact = random.random() < 0.3
        return (
            f" {mapping(random, depth - 1, indent + 2).lstrip()}" if compact else node(random, depth, indent)
        )

    return "\n".join(f"{' ' * indent}-{item()}" for _ in range(random.randint(1, 3)))


def changed(random, text):
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        at = random.randrange(len(text) + 1)
        match random.choice(["put", "put", "take", "swap", "cut"]):
            case "put":
                text = text[:at] + random.choice(PIECES) + text[at:]
            case "take":
                text = text[:at] + text[at + random.choice([1, 1, 2, 4]) :]
            case "swap":
                text = text[:at] + random.choice(PIECES) + text[at + 1 :]
            case "cut":
                other = random.randrange(len(text) + 1)
                text = text[: min(at, other)] + text[max(at, other) :]
    return text
