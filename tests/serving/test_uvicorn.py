"""uvicorn: several processes, and one that it starts again when its sources change."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from tests.serving.servers import Client, free_port, publish, python, wait_for, wait_until_it_answers


@pytest.fixture(autouse=True)
def installed():
    pytest.importorskip("uvicorn", reason="the group `hunt` is not installed")


def serving(port, app, *words):
    return python("uvicorn", "--port", port, "--log-level", "warning", *words, app)


def test_each_of_its_workers_follows():
    port = free_port()
    with serving(port, "tests.serving.app:asgi", "--workers", 2) as started:
        wait_until_it_answers(port, started)
        client = Client(port)
        first = client.wait_until_all_serve(1, 2)
        for number in (2, 3):
            publish(number)
            assert client.wait_until_all_serve(number, 2) == first
        client.check()


def test_a_change_of_the_file_is_served_without_a_new_process_and_one_of_the_program_with_one():
    shutil.copy(Path(__file__).with_name("app.py"), "program.py")
    port = free_port()
    with serving(port, "program:asgi", "--reload", "--app-dir", ".") as started:
        wait_until_it_answers(port, started)
        client = Client(port)
        [before] = client.wait_until_all_serve(1, 1)
        publish(2)
        assert client.wait_until_all_serve(2, 1) == {before}
        client.check()

        # uvicorn looks at the program from 0.25 s after it started the process and misses what changed
        # before; so the program is changed again after a while.
        program, last = Path("program.py"), 0.0

        def is_started_again():
            nonlocal last
            if time.monotonic() > last + 3:
                program.write_text(program.read_text() + "\n")
                last = time.monotonic()
            return (client.ask() or {"pid": before})["pid"] != before

        wait_for(is_started_again, "it is not started again")
        publish(3)
        assert before not in client.wait_until_all_serve(3, 1)
        assert client.mixed == 0
