"""Who follows a file that changes: each gives what makes a function of a path, which reads it as it is now.

Two of them watch by themselves. The others are made anew by a thread of the application's own, which waits
with watchfiles, as their users do it; it waits as long as Veltrix does. `settings.reload()` of dynaconf is
not used: while it works, a thread that reads finds settings that are not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event, Thread
from typing import Any

from benches.peers.adapter import adapter_of
from benches.peers.stack import Stack
from benches.reader import Read

SETTLE = 0.02
"""Seconds without an event after which one looks: the default of `Config.watch`."""
NOTES = f"""[1] made anew by a thread that waits with `watchfiles.watch(step={SETTLE * 1_000:.0f})`<br>
[2] while its `reload()` works, other threads find settings that are not there"""
Reads = Callable[[str], Read]


@contextmanager
def veltrix_watching(stack: Stack) -> Iterator[Reads]:
    import veltrix

    with veltrix.Config(*stack.files) as config, config.watch():
        assert config.status().watching.mode == "events"
        yield lambda path: lambda: config[path]


@contextmanager
def dynamic_config_watching(stack: Stack, debounce: float) -> Iterator[Reads]:
    from dynamic_config import DynamicConfig, Values

    config = DynamicConfig(Values, key="").whole_document()
    for file in stack.files:
        config.file(str(file))
    config.init()
    with config.watching(debounce):
        yield lambda path: lambda: config.current()[path]


@contextmanager
def made_anew(stack: Stack, peer: str) -> Iterator[Reads]:
    """A peer, made as its adapter makes it, and once more for each change of a file."""
    from watchfiles import watch

    adapter = adapter_of(peer)
    step = adapter.files(stack)
    names: dict[str, Any] = {**adapter.names(), **step.names}
    make = compile(step.body, peer, "exec")
    exec(make, names)
    ended = Event()

    def follow() -> None:
        folder, milliseconds = stack.files[0].parent, round(SETTLE * 1_000)
        for _ in watch(folder, debounce=250, step=milliseconds, stop_event=ended):
            fresh = dict(names)
            exec(make, fresh)
            names["o"] = fresh["o"]  # whole, or not at all

    thread = Thread(target=follow)
    thread.start()
    try:
        yield lambda path: eval(f"lambda: {adapter.read('o', path)}", names)
    finally:
        ended.set()
        thread.join()


SUBJECTS: dict[str, Callable[[Stack], AbstractContextManager[Reads]]] = {
    "veltrix": veltrix_watching,
    "json and a plain merge [1]": lambda stack: made_anew(stack, "dict of dicts"),
    "dynamic-config-py": lambda stack: dynamic_config_watching(stack, 0.25),
    "dynamic-config-py, debounce=0.02": lambda stack: dynamic_config_watching(stack, SETTLE),
    "pydantic-settings, made anew [1]": lambda stack: made_anew(stack, "pydantic-settings"),
    "dynaconf, made anew [1][2]": lambda stack: made_anew(stack, "dynaconf"),
}
