"""The server of the treasure hunt while its files change: a copy of the folder, so that they can be."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import subprocess
import sys
from contextlib import closing

import pytest

import veltrix
from tests.examples.hunt import FOLDER
from tests.examples.test_hunt_server import JOIN
from tests.watching.tools import wait_for

pytest.importorskip("uvicorn", reason="the group `hunt` is not installed")

BOUND = 60


@pytest.fixture
def copied(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "hunt", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture
def ask(copied):
    """Asks a server that serves the copy."""
    command = [sys.executable, copied / "serve.py", "--port", "0"]
    command += ["--resolver", f"veltrix-{veltrix.implementation}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            assert "http://127.0.0.1:" in line, process.stderr.read()
            port = int(line.split("127.0.0.1:")[1].split("/")[0])

            def ask(path, body=None):
                with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=BOUND)) as connection:
                    connection.request("GET" if body is None else "POST", path, body)
                    answer = connection.getresponse()
                    return answer.status, answer.read()

            yield ask
            process.send_signal(signal.SIGTERM)
            assert process.wait(BOUND) == 0
        finally:
            process.kill()


def test_a_file_that_changes_is_served_and_one_that_breaks_is_not(ask, copied):
    def joined():
        status, body = ask("/sessions", json.dumps(JOIN))
        assert status == 201, body
        return json.loads(body)["difficulty"]

    hunts = copied / "config" / "defaults" / "hunts.toml"
    good = hunts.read_text()
    before = joined()
    head, section, tail = good.partition("[hunts.frozen_abbey]")
    line = f"difficulty = {before}\n"
    assert section
    assert line in tail
    assert ask("/-/readyz") == (200, b"ready\n")

    hunts.write_text(head + section + tail.replace(line, f"difficulty = {before + 1}\n", 1))
    wait_for(lambda: joined() == before + 1)

    hunts.write_text("hunts = [")
    wait_for(lambda: ask("/-/readyz")[0] == 503)
    assert joined() == before + 1
    status = json.loads(ask("/-/status")[1])
    assert "hunts.toml" in status["last_error"]
    assert status["generation"] == 2
    assert b"veltrix_config_last_reload_successful 0.0" in ask("/-/metrics")[1]

    hunts.write_text(good)
    wait_for(lambda: ask("/-/readyz")[0] == 200)
    assert joined() == before
