"""The name that a missing one was perhaps meant to be: the nearest, found with bounded work."""

from __future__ import annotations

import gc
import pickle
import random
import sys
import weakref

import pytest

from tests.kernel.stack import stack
from veltrix import DELETE, append
from veltrix.errors import MissingKeyError

MOST_LINES = 20_000
"""Lines of Python that one text may run: a few for each of a thousand names, a dozen for each character."""

ALIKE = {
    "alike": ["a" * 99 + chr(97 + number % 26) for number in range(1_500)],
    "alike beyond ASCII": ["é" * 98 + chr(0x400 + number) for number in range(1_500)],
    "as long as may be": ["a" * 132 + chr(97 + number % 26) for number in range(1_500)],
    "beginnings and ends": [f"{'a' * 40}{number:020}{'b' * 40}" for number in range(1_500)],
    "of 36 characters": [
        "".join(random.Random(number).choices("abcdefghij-", k=36)) for number in range(1_500)
    ],
    "of one": [chr(0x4E00 + number) for number in range(1_500)],
    "of none": [""] * 1_500,
}
KEYS = ("a" * 100, "é" * 100, "a" * 40 + "b" * 60, "ab" * 50, "z" * 100, "abcdefghij-" * 3, "z", "")


def lines(call):
    """How many lines of the package a call runs."""
    count = 0

    def watch(frame, event, _):
        nonlocal count
        if "veltrix" not in frame.f_code.co_filename:
            return None
        count += event == "line"
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("names", ALIKE)
@pytest.mark.parametrize("key", KEYS, ids=len)
def test_the_work_for_a_text_has_a_bound_whatever_the_names(names, key):
    error = MissingKeyError(key, "", key, ALIKE[names])
    assert lines(lambda: str(error)) <= MOST_LINES
    assert lines(lambda: str(error)) < 100


def test_a_text_looks_only_at_the_ends_of_what_is_very_long():
    class Long(str):
        __slots__ = ()

        def __repr__(self):
            raise AssertionError("shown as a whole")

    key = Long("'" + "\n" * 10_000)
    assert len(str(MissingKeyError("x", key, key))) < 1_000


def slow_distance(left, right):
    """Insertions, deletions, changes and swaps of neighbours, by the table of the book."""
    table = [[max(i, j) for j in range(len(right) + 1)] for i in range(len(left) + 1)]
    for i in range(1, len(left) + 1):
        for j in range(1, len(right) + 1):
            table[i][j] = min(
                table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (left[i - 1] != right[j - 1])
            )
            if i > 1 and j > 1 and left[i - 2 : i] == right[j - 2 : j][::-1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


def slow_nearest(key, names):
    """The first of the nearest, if it is near."""
    distances = [0 if name.casefold() == key.casefold() else slow_distance(key, name) for name in names]
    smallest = min(distances)
    return names[distances.index(smallest)] if smallest <= max(len(key) > 1, len(key) // 3) else None


def test_few_names_are_all_compared():
    source = random.Random(7)
    for _ in range(1_000):
        texts = [
            "".join(source.choices("abcB", k=source.randrange(9))) for _ in range(1 + source.randrange(9))
        ]
        key, *names = ["x", *texts] if len(texts) == 1 else texts
        assert MissingKeyError(key, "", key, names).nearest == slow_nearest(key, names), (key, names)


@pytest.mark.parametrize("count", [100, 1_000])
def test_one_slip_is_found_among_many_names(count):
    source = random.Random(count)
    words = [
        "".join(source.choices("abcdefghijklmnopqrstuvwxyz", k=source.randrange(4, 9))) for _ in range(60)
    ]
    names = list({f"{source.choice(words)}_{source.choice(words)}": None for _ in range(3 * count)})[:count]
    for meant in source.sample(names, 50):
        at = source.randrange(len(meant) - 1)
        swapped = meant[:at] + meant[at + 1] + meant[at] + meant[at + 2 :]
        for key in (meant[:at] + meant[at + 1 :], meant[:at] + "0" + meant[at:], swapped, meant.upper()):
            if key not in names:
                assert MissingKeyError(key, "", key, names).nearest == meant


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("log.my.module", """no key 'my' in 'log' (did you mean 'log."my.module"'?)"""),
        ("log.my.module.level", """no key 'my' in 'log' (did you mean 'log."my.module"'?)"""),
        ("log.my.module.sub[0]", """no key 'my' in 'log' (did you mean 'log."my.module.sub"'?)"""),
        ("log.my.module[0]", """no key 'my' in 'log' (did you mean 'log."my.module"'?)"""),
        ("log.my.modules", "no key 'my' in 'log'"),
        ("log.mymodule", """no key 'mymodule' in 'log' (did you mean 'log."my.module"'?)"""),
        ('log."my.modul"', "no key 'my.modul' in 'log' (did you mean 'my.module'?)"),
        ("a.b", """no key 'a' at the top level (did you mean '"a.b"'?)"""),
        ("servers.0", "no key '0' in 'servers' (did you mean 'servers[0]'?)"),
        ("servers.1.host", "no key '1' in 'servers' (did you mean 'servers[1]'?)"),
        ("servers[0].ports.2", "no key '2' in 'servers[0].ports' (did you mean 'servers[0].ports[2]'?)"),
        ("servers.2", "no key '2' in 'servers'"),
        ("servers.00", "no key '00' in 'servers'"),
        ("servers.-1", "no key '-1' in 'servers'"),
        ("servers.²", "no key '²' in 'servers'"),
        ("servers.host", "no key 'host' in 'servers'"),
        (f"servers.{'9' * 5_000}", None),
        ("empty.0", "no key '0' in 'empty'"),
        ("joined.2", "no key '2' in 'joined' (did you mean 'joined[2]'?)"),
        ("port.0", "no key '0' in 'port'"),
        ("servers[2]", "no item 2 in 'servers'"),
        ("x.b", "no key 'x' at the top level"),
    ],
)
def test_a_miss_helps_where_quotes_or_brackets_are_missing(kernel, path, text):
    low = {
        "log": {"my.module": {"level": 1}, "my.module.sub": 1, "my": DELETE},
        "a.b": 1,
        "servers": [{"host": "a", "ports": (1, 2, 3)}, {}],
        "empty": [],
        "joined": [1, 2],
        "port": 1,
    }
    snapshot = stack(kernel, low, {"joined": append([3])})
    readers = [(snapshot, path)]
    if path.startswith("log."):
        readers.append((snapshot["log"], path.removeprefix("log.")))
    for reader, wanted in readers:
        for read in (reader.__getitem__, reader.key):
            with pytest.raises(MissingKeyError) as caught:
                read(wanted)
            assert text is None or str(caught.value) == text
            assert "did you mean" not in str(caught.value) or text is not None
            assert pickle.loads(pickle.dumps(caught.value)) == caught.value


def test_the_error_of_a_list_says_how_many_items_it_has(kernel):
    snapshot = stack(kernel, {"l": [1, 2, [3]], "m": {}, "n": 1})
    for path, items in (("l.x", 3), ("l[7]", 3), ("l[2].x", 1), ("m.x", None), ("n.x", None), ("x", None)):
        with pytest.raises(MissingKeyError) as caught:
            snapshot[path]
        assert caught.value.items == items


LONG = "n" * 301


@pytest.mark.parametrize("read", [lambda snapshot: snapshot["m.x"], lambda snapshot: snapshot.delete("m.x")])
def test_an_error_keeps_few_names_and_none_that_is_long(kernel, read):
    names = [LONG, *(f"key{number}" for number in range(1_200)), LONG + "n"]
    snapshot = stack(kernel, {"m": dict.fromkeys(names, 1)})
    with pytest.raises(MissingKeyError) as caught:
        read(snapshot)
    assert caught.value.siblings == tuple(names[1:1_000])
    with pytest.raises(MissingKeyError) as caught:
        read(stack(kernel, {"m": {"é" * 300: 1, "é" * 301: 1}}))
    assert caught.value.siblings == ("é" * 300,)


def test_names_inside_of_a_list_are_counted_as_well(kernel):
    snapshot = stack(kernel, {"l": [dict.fromkeys([LONG, *map(str, range(1_200))], 1)]})
    with pytest.raises(MissingKeyError) as caught:
        snapshot["l[0].x"]
    assert caught.value.siblings == tuple(map(str, range(999)))


def test_a_mapping_that_gives_the_names_is_let_go_when_they_were_looked_at():
    class Names(dict):
        pass

    names = Names(port=1)
    error, alive = MissingKeyError("prot", "", "prot", names), weakref.ref(names)
    assert error.nearest == "port"
    del names
    gc.collect()
    assert alive() is None
    assert error.siblings == ("port",)


def test_a_pickle_has_the_names_and_no_more():
    error = MissingKeyError("prot", "", "prot", ["port"])
    before = pickle.dumps(error)
    assert str(error) == "no key 'prot' at the top level (did you mean 'port'?)"
    assert pickle.dumps(error) == before
    assert pickle.loads(before) == error
