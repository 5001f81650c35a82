"""Interrupts and exceptions of signal handlers while sources are loaded: nothing leads to a value."""

from __future__ import annotations

import inspect
import signal
import sys
import traceback
import warnings
from functools import partial
from pathlib import Path

import pytest

import veltrix
from tests.sources.conftest import reached
from veltrix.errors import ConfigError
from veltrix.sources.assignments import Assembly

pytestmark = pytest.mark.usefixtures("in_tmp_path")


class AlarmError(Exception):
    """What a handler of a signal raises."""


KINDS = {"interrupt": KeyboardInterrupt, "exit": SystemExit, "alarm": AlarmError, "time": TimeoutError}


def interrupted(call, number, kind, counted=None):
    """What the call raises when a signal comes at its `number`th call of a function; None if it has fewer.

    `counted`, a list, gets an item for each call.
    """

    def handler(signum, frame):
        raise kind

    def profile(frame, event, argument):
        nonlocal number
        if event not in ("call", "c_call") or frame.f_code.co_flags & inspect.CO_GENERATOR:
            return  # a generator that is thrown away is called too, and nobody hears what it raises then
        if frame.f_globals.get("__name__", "").startswith("veltrix"):
            number -= 1
            if counted is not None:
                counted.append(number)
            if number == 0:
                sys.setprofile(None)
                signal.raise_signal(signal.SIGUSR1)

    before, profiler = signal.signal(signal.SIGUSR1, handler), sys.getprofile()
    error = None
    sys.setprofile(profile)
    try:
        call()
    except (kind, ConfigError) as raised:  # a time-out while the system is asked is a problem of the source
        error = raised
    finally:
        sys.setprofile(profiler)
        signal.signal(signal.SIGUSR1, before)
    return error


def loading(kind, canary):
    """A call that loads sources in one way."""
    sources = {
        "toml": veltrix.File("app.toml"),
        "json": veltrix.File("app.json"),
        "env": veltrix.Env("APP"),
        "dotenv": veltrix.DotEnv(),
        "secrets": veltrix.Secrets("secrets"),
        "arguments": veltrix.Arguments([f"a={canary}", f'b:={{"c": "{canary}"}}']),
        "values": veltrix.Values({"a": canary}),
    }
    if kind in sources:
        return partial(sources[kind].load, None)
    return partial(veltrix.Config, *sources.values(), dimensions={"d": {"a": {"password": canary}}})


def calls_of(call):
    """How many calls of functions of ours it makes, as `interrupted` counts them."""
    call()  # what is imported at the first time is not counted
    counted = []
    interrupted(call, sys.maxsize, KeyboardInterrupt, counted)
    return len(counted)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("way", ["toml", "json", "env", "dotenv", "secrets", "arguments", "values", "all"])
def test_what_a_signal_raises_leads_to_no_value(monkeypatch, canary, way, kind):
    """At the first and last calls of a function and every tenth between: a signal may come at any."""
    Path("app.toml").write_text(f'password = "{canary}"\n')
    Path("app.json").write_text(f'{{"password": "{canary}"}}')
    Path(".env").write_text(f"PASSWORD={canary}\n")
    Path("secrets").mkdir(mode=0o700)
    Path("secrets", "password").write_text(canary)
    monkeypatch.setenv("APP_PASSWORD", canary)
    load = loading(way, canary)
    number, count, last = 2, 0, calls_of(load)
    while (error := interrupted(load, number, kind)) is not None:
        for one in reached(frames_of(error), () if way == "all" else veltrix.Source):
            assert not isinstance(one, (veltrix.Layer, veltrix.Snapshot)), (way, number)
            assert not (isinstance(one, (str, bytes)) and canary in str(one)), (way, number)
        number, count = number + (1 if number < 20 or number > last - 30 else 10), count + 1
    assert count > (0 if way == "values" else 5)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("form", ["toml", "json", "yaml", "env"])
def test_a_parse_that_a_signal_stops_leads_to_no_value(canary, form, kind):
    """In the reference at any call; the native kernel runs no handler before it has its answer."""
    text = f'{{"a": "{canary}"}}' if form in ("json", "yaml") else f'a = "{canary}"\nb = "{canary}"'
    counts = {}
    for name, kernel in veltrix.implementations().items():
        number = 2
        while error := interrupted(partial(kernel.Layer.parse, "x", text, form, secret=True), number, kind):
            for one in reached(frames_of(error)):
                assert not (isinstance(one, (str, bytes)) and canary in str(one)), number
            number += 1
        counts[name] = number - 2
    assert counts.pop("pure") > 10
    assert counts in ({}, {"native": 0})


def frames_of(error):
    """The frames of an error and of what it comes from, but for those of this file."""
    pending, frames, seen = [error], [], set()
    while pending:
        one = pending.pop()
        if id(one) not in seen:
            seen.add(id(one))
            frames += [frame for frame, _ in traceback.walk_tb(one.__traceback__)]
            pending += [chained for chained in (one.__cause__, one.__context__) if chained is not None]
    return [frame for frame in frames if frame.f_globals["__name__"] != __name__]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, AlarmError])
def test_a_warning_that_is_an_error_takes_no_interrupt_away(monkeypatch, kind):
    """The variable without a name is warned of before the interrupt comes."""
    monkeypatch.setenv("APP_", "x")
    monkeypatch.setattr(Assembly, "layer", lambda *_: stopped(kind))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(kind):
            veltrix.Config(veltrix.Env("APP"))


def stopped(kind):
    raise kind
