"""`veltrix watch`: each publish and each refusal, in a process of its own."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading

import pytest

BOUND = 30
# A job of a script has SIGINT ignored, and so has all that it starts.
PROGRAM = """
import signal, sys
from veltrix.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main())
"""


class Watched:
    """The command while it runs; what it prints is read line by line."""

    def __init__(self, *arguments):
        command = [sys.executable, "-c", PROGRAM, "watch", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._guard = threading.Timer(BOUND, self.process.kill)
        self._guard.start()

    def line(self):
        return self.process.stdout.readline().rstrip("\n")

    def ended(self):
        """What it says when it is interrupted: the code and all that was not read."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate()
        return self.process.returncode, out, err

    def close(self):
        self._guard.cancel()
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def watch():
    running = []

    def started(*arguments):
        running.append(Watched(*arguments))
        return running[-1]

    yield started
    for one in running:
        one.close()


def replace(path, text):
    (path.parent / "new").write_text(text)
    (path.parent / "new").replace(path)


def test_each_publish_and_each_refusal_is_printed(watch, folder):
    one = watch("base.json", "--secret", "db.password")
    assert re.fullmatch(r"5 values, watched \((events|polling: .*)\)", one.line())
    replace(folder / "base.json", '{"server": {"port": 9090}, "db": {"password": "swordfish"}}')
    assert re.fullmatch(r"generation 2 at \d\d:\d\d:\d\d", one.line())
    lines = [one.line() for _ in range(5)]
    assert [line.split()[:2] for line in lines] == [
        ["~", "db.password"],
        ["-", "debug"],
        ["-", "server.host"],
        ["~", "server.port"],
        ["-", "server.tags"],
    ]
    assert lines[3].startswith("  ~ server.port  8080 → 9090")
    replace(folder / "base.json", '{"server": }')
    assert re.match(r"refused at \d\d:\d\d:\d\d: base.json.*expected a value", one.line())
    replace(folder / "base.json", '{"server": {"port": 1}, "db": {"password": "swordfish"}}')
    assert one.line().startswith("generation 3 at ")
    assert "9090 → 1" in one.line()
    code, out, err = one.ended()
    assert (code, out, err) == (0, "", "")
    assert not any("swordfish" in line or "hunter2" in line for line in lines)


def test_a_refusal_of_a_guard_is_told_in_words_of_the_command_line(watch, folder):
    (folder / "ten.json").write_text(str({f"k{number}": number for number in range(10)}).replace("'", '"'))
    one = watch("ten.json")
    one.line()
    replace(folder / "ten.json", '{"k1": 1}')
    said = one.line()
    assert said.endswith("ten.json had 10 values, and has 1; start the command again to take it as it is")


def test_what_would_show_a_secret_under_another_name_is_refused(watch, folder):
    one = watch("base.json", "--secret", "db.password")
    one.line()
    replace(folder / "base.json", '{"db": {"passwd": "hunter2"}}')
    assert one.line().endswith(": --secret names db.password, where nothing is")
    replace(folder / "base.json", '{"db": {"password": "hunter2"}}')
    assert one.line().startswith("generation 2 at ")
    code, out, _ = one.ended()
    assert code == 0
    assert "hunter2" not in out


def test_what_does_not_load_is_not_watched(refused):
    assert refused("watch", "absent.json").startswith("absent.json: no such file")


def test_it_ends_when_nobody_reads_any_more(watch, folder):
    one = watch("base.json")
    one.line()
    one.process.stdout.close()
    replace(folder / "base.json", "{}")
    one.process.stdout = None
    assert one.process.wait(BOUND) == 141
