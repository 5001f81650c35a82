"""The bench of the treasure hunt's server: the generator hides no wait, and the page says what was missed."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise

import pytest

from benches import requests
from benches.hunt import generator, load
from benches.hunt.game import FIRST, READS, every_choice, playing
from benches.hunt.generator import Found, poisson
from benches.hunt.load import FLOOR, NAIVE, OURS
from benches.hunt.promises import ALLOCATIONS_OF_SHELLS, not_judged, of_shell, promises
from benches.pages import hunt as page
from benches.report import verdict
from benches.result import Figure, Line

DELAY = 0.01
REQUEST = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


@contextmanager
def known_delay(answer=b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"):
    """The port of a server that answers one request after the other, each after so many seconds."""
    turn = threading.Lock()

    def serve(connection):
        with connection:
            while connection.recv(4096):
                with turn:
                    time.sleep(DELAY)
                    if not answer:
                        return
                    connection.sendall(answer)

    def accept():
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=[connection], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("connections", [1, 3])
def test_no_wait_is_left_out(connections):
    """Arrivals at twice the rate of the server: each waits for all before it, whoever holds it back.

    A loaded machine makes latencies longer, never shorter. A generator that waits for an answer before it
    counts the next request from when it is sent stays at one delay, or at one for each connection.
    """
    arrivals = [number * DELAY / 2 for number in range(20)]
    with known_delay() as port:
        found = generator.load(port, [REQUEST], arrivals, connections)
    assert found.statuses == {200: 20}
    for number, (arrival, latency) in enumerate(zip(arrivals, found.latencies, strict=True)):
        if connections == 1:
            assert latency >= (number + 1) * DELAY - arrival - 1e-3
    # With more connections they overtake each other, but the last answer comes after all of the work.
    assert found.drained >= 20 * DELAY - arrivals[-1] - 1e-3
    assert max(found.latencies) >= 20 * DELAY - arrivals[-1] - 1e-3
    assert found.most_waiting >= 2


def test_a_capacity_is_no_more_than_the_server_can_do():
    with known_delay() as port:
        assert 0 < generator.capacity(port, [REQUEST], 10, connections=2) <= 1 / DELAY * 1.01


def test_answers_that_are_no_successes_are_counted():
    with known_delay(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n") as port:
        found = generator.load(port, [REQUEST], [0.0, 0.0, 0.0])
    assert found.statuses == {503: 3}
    assert found.failed == 3


def test_a_connection_that_is_closed_is_an_error():
    with known_delay(b"") as port, pytest.raises(ConnectionError, match="the server closed a connection"):
        generator.load(port, [REQUEST], [0.0])


def test_arrivals_are_drawn_by_chance_and_the_same_for_a_seed():
    arrivals = poisson(1_000, 10, seed=3)
    assert arrivals == poisson(1_000, 10, seed=3) != poisson(1_000, 10, seed=4)
    assert arrivals == sorted(arrivals)
    assert len(arrivals) == pytest.approx(10_000, rel=0.05)
    gaps = [after - before for before, after in pairwise(arrivals)]
    assert sum(gap > 1e-3 for gap in gaps) / len(gaps) == pytest.approx(0.368, abs=0.02)  # 1 / e


def test_percentiles_and_means_are_of_all_requests():
    found = Found([number / 100 for number in range(101)])
    assert found.mean == pytest.approx(0.5)
    assert found.percentile(99) == pytest.approx(0.99)


def test_choices_are_different_and_the_same_each_time():
    few, many = every_choice(96), every_choice(10_000)
    assert many[:96] == few
    assert len({tuple(choice.values()) for choice in many}) == 10_000
    assert few[0] == FIRST


@pytest.mark.parametrize("resolver", ["walk", "tuned", "constants"])
@pytest.mark.parametrize("shell", ["starlette", "fastapi", "bare"])
def test_requests_in_process_are_answered(resolver, shell):
    pytest.importorskip("fastapi", reason="the group `hunt` is not installed")
    from benches.hunt.counts import asked, runs, scope_of
    from server.start import started

    made = runs((resolver, READS, shell), 3)
    assert list(made) == [f"{reads} tunables" for reads in READS]
    for run in made.values():
        run(5)
    application = started(resolver, b"secret", shell=shell)
    assert asked(application, playing(8, "none")).status == 401
    assert scope_of(playing(60, "none"))["method"] == "POST"


def test_a_resolver_with_other_answers_is_not_measured(monkeypatch):
    pytest.importorskip("starlette", reason="the group `hunt` is not installed")
    from benches.hunt.answers import check
    from resolvers.wrapped import Wrapped

    check("wrapped")
    monkeypatch.setattr(Wrapped, "__getitem__", lambda self, path: self._flat[path])
    with pytest.raises(AssertionError, match="wrapped gives other rules than walk"):
        check("wrapped")


def test_the_servers_are_measured_in_rounds():
    pytest.importorskip("uvicorn", reason="the group `hunt` is not installed")
    plan = load.Plan([NAIVE, FLOOR], [8], rounds=1, seconds=0.2, capacity=20)
    said = []
    found = {(line.operation, line.unit): line for line in load.lines(plan, said.append)}
    assert said == ["8 tunables under load: round 1 of 1"]
    assert found["8 tunables: capacity", "×"].figures[NAIVE].value == 1
    failed = found["8 tunables, steady: failed", "requests"]
    assert all(figure.value == 0 for figure in failed.figures.values())


def line(operation, unit, ours, naive, floor, tuned=None, row=31):
    values = {OURS: ours, NAIVE: naive, FLOOR: floor, "tuned": tuned}
    figures = {name: Figure(value, value, value) for name, value in values.items() if value is not None}
    return Line(row, operation, unit, figures, NAIVE)


LINES = [
    *(line(f"{reads} tunables: instructions", "instructions", 520, 1_000, 500, 530) for reads in READS),
    *(line(f"{reads} tunables: allocations", "allocations", 400, 1_000, 150, 160) for reads in READS),
    *(
        line(f"{of_shell(shell, 60)}: {unit}", unit, 450, 1_000, 300)
        for shell in ALLOCATIONS_OF_SHELLS
        for unit in ("instructions", "allocations")
    ),
    line("60 tunables, steady: mean", "ms", 0.9, 2.0, 0.8),
    line("60 tunables, steady: mean", "×", 0.45, 1.0, 0.4),
    line("60 tunables, steady: server's processor busy", "%", 31, 62, 27),
    line("60 tunables, steady: share of the machine that others took", "%", 8, 9, 7),
    line("60 tunables, spike: mean", "ms", 40.0, 180.0, 2.0),
    line("60 tunables, spike: mean", "×", 0.2, 1.0, 0.01),
    line("60 tunables, spike: drained after the last arrival", "ms", 49, 600, 2),
    line("60 tunables: capacity", "×", 2.1, 1.0, 2.2),
    *(
        line(f"60 tunables, {choices:,} choices: instructions", "instructions", value, 1_000, None, row=29)
        for choices, value in ((96, 500), (1_280, 540), (10_000, 700))
    ),
    *(
        Line(31, requests.operation_name(way, reads), unit, {OURS: Figure(value, value, value)})
        for reads in requests.READS
        for way, value in zip(requests.WAYS, (140, 120, 100, 180, 300, 200), strict=True)
        for unit in ("instructions", "allocations")
    ),
    line("memory a choice", "bytes", 5_000, None, None, 100_000, row=29),
]


def test_a_promise_that_is_missed_is_said_first():
    made = promises(LINES)
    verdicts = [verdict(one) == "met" for one in made]
    assert verdicts == sorted(verdicts)
    missed = {one.operation for one in made if verdict(one) != "met"}
    assert missed == {
        "60 tunables: allocations",
        "60 tunables in `fastapi`: allocations",
        "60 tunables in `fastapi`: instructions, share of what is to be gained",
        "60 tunables in `bare`: allocations",
        "60 tunables in `bare`: instructions, share of what is to be gained",
        "60 tunables, spike: mean",
        "60 tunables, 10,000 choices: instructions",
        "request of 60 reads: veltrix: instructions",
        "request of 150 reads: veltrix: instructions",
        *(f"request of {reads} reads: veltrix, chained: instructions" for reads in requests.READS),
        "request of 60 reads: veltrix: allocations",
    }


def test_a_share_is_of_what_lies_between_baseline_and_floor():
    shares = {one.operation: one for one in promises(LINES) if one.unit == "%"}
    found = shares["60 tunables: instructions, share of what is to be gained"]
    assert found.figures[OURS].value == pytest.approx(96)


def test_times_are_not_judged_where_others_use_the_machine():
    busy = line("60 tunables, spike: share of the machine that others took", "%", 8, 60, 7)
    made = promises([*LINES, busy])
    assert not any("steady" in one.operation or "spike" in one.operation for one in made)
    assert {one.operation for one in not_judged([*LINES, busy])} >= {"60 tunables, spike: mean"}
    assert not_judged(LINES) == []
    assert "| not judged |" in page.text([*LINES, busy])


def test_nothing_is_gained_where_the_floor_is_no_floor():
    upside_down = line("60 tunables, steady: mean", "ms", 9.0, 2.0, 3.0)
    assert not any("share" in one.operation for one in promises([upside_down]))


def test_what_was_not_measured_is_no_promise():
    assert promises([replace(LINES[0], figures={NAIVE: LINES[0].figures[NAIVE]})]) == []


def test_the_page_says_all_of_it():
    text = page.text(LINES)
    assert text.index("missed") < text.index("| met |")
    assert "takes 520 instructions with `veltrix-native`, 1,000 where it walks the layers" in text
    assert "in 0.90 ms (31 % of a processor busy) with `veltrix-native`" in text
    assert "saturates at 2.10 times" in text
    assert "| `veltrix-native` | – | 450 | – | – | 450 | – |" in text
    assert "provisional" in text
    assert "who took up to 9 % of it" in text
    assert "Not judged" not in text
    assert "5,000 bytes" in text
    for chart in ("hunt-instructions", "hunt-spike", "hunt-choices"):
        assert f"charts/{chart}.svg" in text


def test_the_charts_are_those_of_the_page(monkeypatch):
    monkeypatch.setattr(page.drawing, "bars", lambda _title, _about, bars: bars)
    monkeypatch.setattr(page.drawing, "panels", lambda _title, _below, panels: panels)
    drawn = page.charts(LINES)
    assert set(drawn) == {"hunt-instructions", "hunt-spike", "hunt-choices"}
    assert [(bar.name, bar.ratio) for bar in drawn["hunt-instructions"]] == [
        (OURS, 1.04),
        ("tuned", 1.06),
        (NAIVE, 2.0),
    ]
    (panel,) = drawn["hunt-choices"]
    assert [curve.name for curve in panel.curves] == [OURS, NAIVE]
    assert panel.curves[0].points == [(96, 500), (1_280, 540), (10_000, 700)]
