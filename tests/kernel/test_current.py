"""What is published and pinned: one holder, replaced as a whole, and read by whoever runs."""

from __future__ import annotations

import asyncio
import contextvars
import copy
import gc
import pickle
import sys
import threading
import weakref

import pytest

from tests.kernel.stack import stack
from veltrix._limits import MAX_PINS
from veltrix.errors import MissingKeyError


@pytest.fixture
def snapshot(kernel):
    return stack(kernel, {"port": 1, "theme": {"colour": "red"}, "tags": [1, 2]})


@pytest.fixture
def current(kernel, snapshot):
    made = kernel.Current()
    made._swap(snapshot)
    return made


def test_it_reads_what_was_published(kernel, current, snapshot):
    assert current.snapshot is snapshot
    assert current.current() is snapshot
    assert (current["port"], current["theme.colour"], current["theme", "colour"]) == (1, "red", "red")
    assert current["tags[1]"] == 2
    assert isinstance(current["theme"], kernel.View)
    assert "theme" in current
    assert ("theme", "colour") in current
    assert "theme.size" not in current
    assert current.get("port") == 1
    assert current.get("absent") is None
    assert current.get("absent", 5) == current.get(path="absent", default=5) == 5
    with pytest.raises(MissingKeyError, match="no key 'prot'"):
        current["prot"]


def test_a_swap_is_seen_by_the_next_read(current, snapshot):
    newer = snapshot.set("port", 2)
    theme = current["theme"]
    current._swap(newer)
    assert current.snapshot is newer
    assert (current["port"], current.get("port")) == (2, 2)
    assert theme["colour"] == "red"


def test_the_snapshot_before_is_let_go(current, snapshot):
    gone = weakref.ref(current.snapshot)
    current._swap(snapshot.set("port", 2))
    del snapshot
    assert gone() is not None  # the fixture holds it
    newer = weakref.ref(current.snapshot)
    current._swap(current.snapshot.set("port", 3))
    gc.collect()
    assert newer() is None


def test_before_anything_is_published_there_is_nothing_to_read(kernel):
    empty = kernel.Current()
    for read in (
        lambda: empty.snapshot,
        lambda: empty["port"],
        lambda: "port" in empty,
        lambda: empty.get("port", 3),
        lambda: empty.get(path="port"),
        empty.current,
    ):
        with pytest.raises(AttributeError, match="snapshot"):
            read()


@pytest.mark.parametrize("given", [None, 3, {"port": 1}])
def test_only_a_snapshot_is_published_or_pinned(current, given):
    said = f"a Current reads a Snapshot, not {type(given).__name__}"
    with pytest.raises(TypeError, match=said):
        current._swap(given)
    with pytest.raises(TypeError, match=said):
        current._pin(given)
    assert current["port"] == 1


def test_it_is_read_only_and_not_copied(kernel, current, snapshot):
    class Named(kernel.Current):
        __slots__ = ()

    named = Named()
    named._swap(snapshot)
    for one, name in ((current, "Current"), (named, "Named")):
        with pytest.raises(AttributeError, match=f"^a {name} is read-only$"):
            one.snapshot = None
        with pytest.raises(AttributeError, match=f"^a {name} is read-only$"):
            del one.snapshot
        for copied in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match=f"^cannot pickle '{name}' object$"):
                copied(one)


def test_it_compares_and_hashes_by_identity(kernel, snapshot):
    one, other = kernel.Current(), kernel.Current()
    one._swap(snapshot)
    other._swap(snapshot)
    assert one != other
    assert len({one, other}) == 2


def test_a_class_below_it_reads_the_same_and_can_have_slots(kernel, snapshot):
    class Below(kernel.Current):
        __slots__ = ("more",)

        def __init__(self, more):
            type(self).more.__set__(self, more)

    below = Below([1])
    below._swap(snapshot)
    assert below.more == [1]
    assert (below["port"], below.snapshot, below.get("port"), "port" in below) == (1, snapshot, 1, True)
    alive = weakref.ref(below)
    below.more.append(below)  # a cycle, which only the collector finds
    del below
    gc.collect()
    assert alive() is None


def test_a_cycle_through_the_snapshot_is_collected(kernel):
    class Thing:
        pass

    thing = Thing()
    current = kernel.Current()
    current._swap(stack(kernel, {"thing": thing}))
    thing.current = current
    alive = weakref.ref(thing)
    del thing, current
    gc.collect()
    assert alive() is None


def test_a_pin_is_read_in_its_place(current, snapshot):
    pinned = snapshot.set("port", 7)
    pin = current._pin(pinned)
    assert (current["port"], current.get("port"), current["theme"]["colour"]) == (7, 7, "red")
    assert current.current() is pinned
    assert current.snapshot is snapshot
    current._swap(snapshot.set("port", 2))
    assert (current["port"], current.snapshot["port"]) == (7, 2)
    pin.end()
    assert current["port"] == 2
    pin.end()
    assert current["port"] == 2


def test_pins_are_inside_of_one_another(current, snapshot):
    outer = current._pin(snapshot.set("port", 7))
    inner = current._pin(snapshot.set("port", 8))
    assert current["port"] == 8
    inner.end()
    assert current["port"] == 7
    outer.end()
    assert current["port"] == 1


def test_pins_may_end_in_any_order(current, snapshot):
    outer = current._pin(snapshot.set("port", 7))
    inner = current._pin(snapshot.set("port", 8))
    outer.end()
    assert current["port"] == 8
    inner.end()
    assert current["port"] == 1


@pytest.mark.parametrize("configs", [1, 2, 5])
def test_each_of_several_configurations_has_its_pins(kernel, snapshot, configs):
    held = []
    for number in range(configs):
        current = kernel.Current()
        current._swap(snapshot.set("port", number))
        held.append(current)
    unpinned = kernel.Current()
    unpinned._swap(snapshot)
    pins = [one._pin(snapshot.set("port", 100 + number)) for number, one in enumerate(held)]
    assert [one["port"] for one in held] == [100 + number for number in range(configs)]
    assert unpinned["port"] == 1
    pins[0].end()
    assert [one["port"] for one in held] == [0, *(100 + number for number in range(1, configs))]
    for pin in pins:
        pin.end()
    assert [one["port"] for one in held] == list(range(configs))


def test_a_context_that_was_copied_sees_that_its_pin_is_over(current, snapshot):
    pin = current._pin(snapshot.set("port", 7))
    inside = contextvars.copy_context()
    assert inside.run(lambda: current["port"]) == 7
    pin.end()
    assert inside.run(lambda: current["port"]) == 1
    assert inside.run(current.current) is snapshot


def test_a_pin_that_is_over_is_passed_over(current, snapshot):
    outer = current._pin(snapshot.set("port", 7))
    inner = current._pin(snapshot.set("port", 8))
    inside = contextvars.copy_context()
    inner.end()
    assert inside.run(lambda: current["port"]) == 7
    outer.end()
    assert inside.run(lambda: current["port"]) == 1


def test_a_pin_that_is_over_holds_nothing(kernel, snapshot):
    class Told(kernel.Current):
        __slots__ = ()

    config = Told()
    config._swap(snapshot)
    pinned = snapshot.set("port", 7)
    pin = config._pin(pinned)
    inside = contextvars.copy_context()
    gone = weakref.ref(pinned), weakref.ref(config)
    pin.end()
    del pinned, config
    gc.collect()
    assert [one() for one in gone] == [None, None]
    del inside


def test_a_pin_that_is_never_ended_goes_with_its_context(kernel, snapshot):
    current = kernel.Current()
    current._swap(snapshot)
    inside = contextvars.copy_context()
    inside.run(current._pin, snapshot.set("port", 7))
    assert inside.run(current.get, "port") == 7
    alive = weakref.ref(current)
    del inside, current
    gc.collect()
    assert alive() is None


def test_threads_do_not_inherit_a_pin(current, snapshot):
    pin = current._pin(snapshot.set("port", 7))
    found = []
    thread = threading.Thread(target=lambda: found.append(current["port"]))
    thread.start()
    thread.join()
    pin.end()
    if getattr(sys.flags, "thread_inherit_context", 0):
        pytest.skip("threads of this interpreter inherit contexts")
    assert found == [1]


def test_tasks_inherit_a_pin_and_do_not_see_each_others(current, snapshot):
    async def child(number, turn):
        pin = current._pin(current.current().set("port", number))
        await turn.wait()
        found = current["port"]
        pin.end()
        return found, current["port"]

    async def request():
        outer = current._pin(snapshot.set("port", 7))
        turn = asyncio.Event()
        children = [asyncio.create_task(child(number, turn)) for number in range(20)]
        await asyncio.sleep(0)
        inside = current["port"]
        turn.set()
        found = await asyncio.gather(*children)
        outer.end()
        return inside, found

    inside, found = asyncio.run(request())
    assert inside == 7
    assert found == [(number, 7) for number in range(20)]
    assert current["port"] == 1


def test_successive_tasks_do_not_make_a_chain(current, snapshot):
    """Each pins before the one that started it is over, as requests that hand work on do."""
    context, before = contextvars.copy_context(), None
    for number in range(3 * MAX_PINS):
        pin = context.run(current._pin, snapshot.overlay({"port": number}))
        context = context.run(contextvars.copy_context)
        if before is not None:
            before.end()
        before = pin
    assert context.run(lambda: current["port"]) == 3 * MAX_PINS - 1
    before.end()
    assert context.run(lambda: current["port"]) == 1


def test_there_is_a_most_of_pins_inside_of_one_another(current, snapshot):
    def fill():
        return [current._pin(snapshot) for _ in range(MAX_PINS)]

    inside = contextvars.copy_context()
    pins = inside.run(fill)
    with pytest.raises(RuntimeError, match=f"^more than {MAX_PINS} pins are inside of one another$"):
        inside.run(current._pin, snapshot)
    for pin in pins[1:]:
        pin.end()
    assert inside.run(current._pin, snapshot.set("port", 9)) is not None
    assert inside.run(lambda: current["port"]) == 9


def test_a_pin_that_renews_gives_what_it_is_given_back(current, snapshot):
    seen = []

    def renew(held):
        seen.append(held["port"])
        return held.set("port", held["port"] + 1)

    pin = current._pin(snapshot, renew)
    assert current["port"] == 2
    assert current.get("port") == 3
    assert "port" in current
    assert current.current()["port"] == 5
    assert seen == [1, 2, 3, 4]
    pin.end()
    assert current["port"] == 1
    assert seen == [1, 2, 3, 4]


def test_what_renewing_raises_or_gives_wrongly_reaches_the_reader(current, snapshot):
    def fail(held):
        raise LookupError("no more")

    pin = current._pin(snapshot, fail)
    for read in (lambda: current["port"], lambda: current.get("port"), lambda: "port" in current):
        with pytest.raises(LookupError, match="no more"):
            read()
    pin.end()
    pin = current._pin(snapshot, lambda held: held.to_dict())
    with pytest.raises(TypeError, match="a Current reads a Snapshot, not dict"):
        current["port"]
    pin.end()


def test_a_pin_that_ends_while_it_is_renewed_stays_over(current, snapshot):
    pins = []

    def renew(held):
        pins[0].end()
        return held.set("port", 9)

    pins.append(current._pin(snapshot, renew))
    assert current["port"] == 9
    assert current["port"] == 1


def test_a_renewal_may_read_and_publish(current, snapshot):
    def renew(held):
        current._swap(snapshot.set("port", 50))
        return current.snapshot

    pin = current._pin(snapshot, renew)
    assert current["port"] == 50
    pin.end()


def test_a_pin_is_not_made_by_hand(current, snapshot):
    pin = current._pin(snapshot)
    with pytest.raises(TypeError, match="cannot create 'Pin' instances"):
        type(pin)()
    pin.end()


def test_an_object_that_somebody_else_put_into_the_variable_is_nothing(current, snapshot):
    pin = current._pin(snapshot.set("port", 7))
    inside = contextvars.copy_context()

    def read():
        for variable in [one for one in inside if one.name == "veltrix.pinned"]:
            variable.set("other")
        return current["port"], current.current() is snapshot

    assert inside.run(read) == (1, True)
    pin.end()


def test_keys_that_run_code_while_they_are_read_may_publish(kernel, current, snapshot):
    class Text(str):
        __slots__ = ()

        def __hash__(self):
            current._swap(snapshot.set("port", 2))
            gc.collect()
            return str.__hash__(self)

        def __eq__(self, other):
            current._swap(snapshot.set("port", 3))
            return str.__eq__(self, other)

    del kernel
    for _ in range(3):
        assert current[Text("theme")]["colour"] == "red"
        assert current.get(Text("port")) in (1, 2, 3)
        assert Text("nothing") not in current


def test_readers_see_no_half_of_a_swap(current, snapshot):
    """A thread swaps whole generations; what a reader took is consistent, whatever came since."""
    names = [f"k{number}" for number in range(20)]
    generations = [snapshot.overlay({"all": dict.fromkeys(names, number)}) for number in range(50)]
    current._swap(generations[0])
    stop = threading.Event()

    def publish():
        while not stop.is_set():
            for one in generations:
                current._swap(one)

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        for _ in range(2_000):
            found = current.current()
            assert len({found["all", name] for name in names}) == 1
            assert len({*current["all"].values()}) == 1
    finally:
        stop.set()
        thread.join()


def test_what_was_found_is_forgotten_as_pins_come_and_go(kernel, snapshot):
    """The native side keeps what it found in a chain; another pin may stand where one of it was."""
    one, other = kernel.Current(), kernel.Current()
    for current in (one, other):
        current._swap(snapshot)
    for number in range(200):
        pins = []
        assert one["port"] == 1
        for depth in range(number % 4):
            pins.append((one, other)[depth % 2]._pin(snapshot.overlay({"port": 10 * number + depth})))
            assert (one["port"], other["port"]) == expected(pins, number)
            assert (one["port"], other["port"]) == expected(pins, number)
        inside = contextvars.copy_context()
        while pins:
            pins.pop(number % len(pins)).end() if number % 3 == 0 else pins.pop().end()
            if number % 3:
                assert (one["port"], other["port"]) == expected(pins, number)
        assert (one["port"], inside.run(one.get, "port"), other["port"]) == (1, 1, 1)


def expected(pins, number):
    """What two holders read that are pinned in turn, so many times in all."""
    of = {depth % 2: 10 * number + depth for depth in range(len(pins))}
    return of.get(0, 1), of.get(1, 1)


def test_a_swap_under_a_pin_of_somebody_else_is_seen(kernel, snapshot):
    one, other = kernel.Current(), kernel.Current()
    for current in (one, other):
        current._swap(snapshot)
    inside = contextvars.copy_context()
    pin = inside.run(one._pin, snapshot.set("port", 7))
    mine = other._pin(snapshot.set("port", 8))
    for number in range(2, 6):
        assert one["port"] == number - 1
        one._swap(snapshot.set("port", number))
        assert (one["port"], one["port"]) == (number, number)
        assert (inside.run(one.get, "port"), other["port"]) == (7, 8)
    mine.end()
    pin.end()
    assert (inside.run(one.get, "port"), other["port"]) == (5, 1)


def test_a_pin_that_ends_elsewhere_is_forgotten_where_it_was_read(kernel, snapshot):
    """Another pin keeps contexts being asked; nothing is read between the end and the next read there."""
    current = kernel.Current()
    current._swap(snapshot)
    outer = current._pin(snapshot.set("port", 7))
    inner = current._pin(snapshot.set("port", 8))
    inside = contextvars.copy_context()
    assert inside.run(lambda: (current["port"], current.get("port"))) == (8, 8)
    inner.end()
    gc.collect()
    assert inside.run(lambda: (current["port"], current.get("port"))) == (7, 7)
    other = contextvars.copy_context().run(current._pin, snapshot)
    assert inside.run(lambda: (current["port"], current.get("port"))) == (7, 7)
    outer.end()
    assert inside.run(lambda: (current["port"], current.get("port"))) == (1, 1)
    other.end()
