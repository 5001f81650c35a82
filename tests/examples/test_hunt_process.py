"""The server as `make hunt` starts it: a process of its own on loopback, played as a player would."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest

import veltrix
from tests.examples.hunt import FOLDER
from tests.examples.test_hunt_server import JOIN

pytest.importorskip("uvicorn", reason="the group `hunt` is not installed")

RESOLVERS = ["walk", "tuned", "veltrix-native", "veltrix-pure"]
SHELLS = ["fastapi", "bare"]
"""Beside the one that is the default."""
LONGEST = 60


@contextmanager
def serving(*arguments):
    """The process of a server, and the port that it says it is on."""
    command = [sys.executable, FOLDER / "serve.py", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            assert "the treasure hunt is on http://127.0.0.1:" in line, process.stderr.read()
            yield process, int(line.split("127.0.0.1:")[1].split("/")[0])
        finally:
            process.kill()


class Player:
    """One connection of one player."""

    def __init__(self, connection):
        self.connection = connection
        self.headers = {"hunt-settings": json.dumps({"chat.enabled": False})}
        self.join()

    def ask(self, method, path, body=None):
        content = None if body is None else json.dumps(body)
        self.connection.request(method, path, content, self.headers)
        answer = self.connection.getresponse()
        said = json.loads(answer.read())
        assert answer.status < 300, said
        return said

    def join(self):
        self.joined = self.ask("POST", "/sessions", JOIN)
        self.headers["authorization"] = f"Bearer {self.joined['token']}"

    def play(self):
        """Finds every treasure by hints, and by what the guesses say of the distance; returns the answers."""
        answers = [self.ask("GET", "/spawns")["tick_milliseconds"]]
        for _ in range(self.joined["clues"]):
            hint = self.ask("POST", "/hints")
            place = {"latitude": hint["latitude"], "longitude": hint["longitude"]}
            answer = self.approach(place)
            answers.append((answer["clue"], answer["result"], answer["chat"], answer["hint_after_seconds"]))
        return answers, answer, self.ask("GET", "/session")

    def approach(self, place, step=0.005):
        """Goes in smaller and smaller steps to where it is warmer."""
        best = self.ask("POST", "/guesses", place)
        while best["result"] != "found":
            for axis, sign in (("latitude", 1), ("latitude", -1), ("longitude", 1), ("longitude", -1)):
                there = {**place, axis: round(place[axis] + sign * step, 7)}
                answer = self.ask("POST", "/guesses", there)
                if answer["result"] == "found" or answer["metres"] < best["metres"]:
                    place, best = there, answer
                    break
            else:
                step /= 2
                assert step > 1e-7, best
        return best


@pytest.fixture(scope="module")
def games():
    """What a server of each resolver and shell answers to the same game, and how it ends on SIGTERM."""
    missing = {"native", "pure"} - veltrix.implementations().keys()
    resolvers = [name for name in RESOLVERS if name.removeprefix("veltrix-") not in missing]
    found = {}
    for option, name in [*(("--resolver", one) for one in resolvers), *(("--shell", one) for one in SHELLS)]:
        with serving(option, name) as (process, port):
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST)) as connection:
                found[name] = Player(connection).play()
            process.send_signal(signal.SIGTERM)
            assert process.wait(LONGEST) == 0
            assert process.stderr.read() == ""
    return found


def test_a_whole_hunt_is_played(games):
    for _, last, status in games.values():
        assert last["finished"]
        assert len(status["found"]) == 7
        assert status["clue"] is None
        assert status["chat"] is False


def test_every_resolver_and_shell_plays_the_same_game(games):
    answers = [game[0] for game in games.values()]
    assert len(answers) >= 5
    assert all(one == answers[0] for one in answers)


def test_a_port_that_is_taken_is_said_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, FOLDER / "serve.py", "--port", str(port)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr == f"port {port} of 127.0.0.1 is taken; --port takes another one, 0 any free one\n"


def test_an_interrupt_ends_it_cleanly():
    with serving("--resolver", "walk") as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.wait(LONGEST) == 0
        assert process.stderr.read() == ""


@pytest.mark.parametrize("arguments", [("--port", "70000"), ("--port", "x"), ("--resolver", "memcached")])
def test_arguments_that_make_no_sense(arguments):
    command = [sys.executable, FOLDER / "serve.py", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert arguments[0] in ran.stderr
