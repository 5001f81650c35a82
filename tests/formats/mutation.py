"""Documents that are nearly right: good ones with pieces put in, taken out, doubled or cut off."""

from __future__ import annotations

JSON_KINDS = (
    b'{"a": [1, -2.5e3, true, null, "x\\u00e9\\ud83d\\ude00\\n"], "b.c": {"$append": [1]},\n'
    b' "d": {"$delete": true}, "e": {"$replace": {"$$append": {}}}, "\xc3\xa9": 12345678901234567890}'
)
JSON_NESTED = b'{"a":{"b":{"c":[[],{},[{}]]}},"n":1E40,"m":-0.0,"\\u0061":"\x7f"}\r\n'
TOML_KINDS = (
    b'# c\r\na = 1\n"b.c" = \'x\'\n[t]\nx.y = [1, 2.5, "s", ["n"]]\nz = {a = 1, b.c = true}\n'
    b"[[l]]\nk = 1979-05-27T07:32:00.123456789+01:30\n[[l]]\n[l.sub]\nd = 1979-05-27\ne = 07:32:00\n"
    b'f="""a\\\n  b\r\nc"""\n'
)
TOML_NUMBERS = (
    b"i = 0xFF_FF\no = 0o17\nb = 0b1_0\nf = 1_0.5e-3\ninf = -inf\nnan = nan\ns = '''x\n'y''''\n"
    b'[a.b.c]\n[a]\nd.e = {"$append" = [1]}\n[a.b]\nu = "\\u00e9\\U0001F600\\t"\n'
)
TOML_TABLES = b"[a]\nb.c = 1\nb.d = {}\n[x.y]\n[x]\nz.z = 1\n[[l]]\n[[l.m]]\n[l.n]\nq=[{a=1},{a=2}]\n"
ENV_QUOTES = (
    b'# c\nexport A=1\nB = "x\\ny \\" z" # c\nC=\'a\\\'b\'\nD=a#b #c\r\nE=\n\nF="multi\nline"\nG=it\'s  \n'
    b"H= # c\nexport I=#x #\n"
)
ENV_SIGNS = b"A=`x`\rB=$(c) ${A}\nC=\xc3\xa9\xc2\xa0\n"

SEEDS = {
    "json": [JSON_KINDS, JSON_NESTED],
    "toml": [TOML_KINDS, TOML_NUMBERS, TOML_TABLES],
    "env": [ENV_QUOTES, ENV_SIGNS],
}

PIECES = {
    "json": b'" { } [ ] , : \\ \\u d800 - 0 . e true null $append "$delete":true 1e999 99999999999999999999',
    "toml": b"\" ' \"\"\" ''' { } [ ] [[ ]] , = . \\ \\u00 # - + 0 _ e1 e400 inf nan true : T Z a 0x \\\n "
    b'a=1\n [a]\n [a.b]\n [[a]]\n b.c=1\n 1979-02-30 24:00:00 99999999999999999999 "$append"',
    "env": b"\" ' = # \\ export A 1 . $ \\n \\x ${A} \xe2\x80\xa8 \xc2\xa0",
}
BLANKS = [b" ", b"\t", b"\n", b"\r", b"\r\n", b" #", b"\0", b"\x1c", b"\x7f"]
BAD_UTF_8 = [b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf"]


def mutated(random, format):
    """One document of a format, changed in a few places."""
    document = bytearray(random.choice(SEEDS[format]))
    pieces = [*PIECES[format].split(b" "), *BLANKS, *BAD_UTF_8]
    for _ in range(random.choice([1, 1, 1, 2, 3, 6])):
        at = random.randrange(len(document) + 1)
        match random.choices(["put", "take", "double", "byte", "cut", "swap"], [50, 15, 15, 10, 5, 5])[0]:
            case "put":
                document[at:at] = random.choice(pieces)
            case "take":
                del document[at : at + random.choice([1, 1, 2, 5, 20])]
            case "double":
                start = random.randrange(len(document) + 1)
                document[at:at] = document[start : start + random.choice([1, 4, 10, 40])]
            case "byte":
                document[at : at + 1] = bytes([random.randrange(256)])
            case "cut":
                del document[at:]
            case "swap":
                document[at : at + 2] = random.choice(pieces)
    return bytes(document)
