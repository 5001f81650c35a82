"""Many changes in a short time: the last one is always served, and an endless writer holds up nothing."""

from __future__ import annotations

import os
import threading
import time

import pytest

import veltrix
from tests.watching.tools import BOUND, replace, wait_for, write

pytest.importorskip("watchfiles")


def test_the_last_of_many_changes_is_served():
    write("app.json", {"n": 0})
    with veltrix.Config("app.json") as config:
        served = []
        config.subscribe(lambda change: served.append(change.snapshot["n"]))
        with config.watch(poll=3600):
            for n in range(1, 2001):
                replace("app.json", {"n": n})
            wait_for(lambda: config["n"] == 2000)
    assert served == sorted(set(served))
    assert len(served) < 2000


@pytest.mark.parametrize("names", ["one name", "a name each"])
def test_a_writer_that_never_rests_holds_up_nothing(names):
    write("app.json", {"n": 0})
    over = threading.Event()

    def endlessly():
        n = 0
        while not over.is_set():
            n += 1
            if names == "one name":
                replace("app.json", {"n": n})
            else:
                write(f"app.json.{n}", {"n": n})
                os.replace(f"app.json.{n}", "app.json")  # noqa: PTH105
            time.sleep(0.002)

    writer = threading.Thread(target=endlessly)
    with veltrix.Config("app.json") as config:
        served = []
        config.subscribe(lambda change: served.append(change.snapshot["n"]))
        with config.watch(poll=3600):
            writer.start()
            try:
                wait_for(lambda: len(served) > 5)
            finally:
                over.set()
                writer.join(BOUND)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_forks_amidst_a_storm():
    from tests.live.test_from_inside import in_child

    write("app.json", {"n": 0})
    over = threading.Event()

    def endlessly():
        n = 0
        while not over.is_set():
            n += 1
            replace("app.json", {"n": n})
            time.sleep(0.002)

    writer = threading.Thread(target=endlessly)
    with veltrix.Config("app.json") as config, config.watch(poll=3600):
        writer.start()
        try:

            def work():
                before = config["n"]
                return wait_for(lambda: config["n"] > before)

            for _ in range(5):
                assert in_child(work) == "True"
        finally:
            over.set()
            writer.join(BOUND)
        replace("app.json", {"n": -1})
        wait_for(lambda: config["n"] == -1)
