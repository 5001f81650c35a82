"""gunicorn: its workers, with the configuration loaded in each of them or before they are forked."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from tests.serving.servers import Client, free_port, get, publish, python, wait_for, wait_until_it_answers

WORKERS = 2


@pytest.fixture(autouse=True)
def installed():
    pytest.importorskip("gunicorn", reason="the group `serving` is not installed")


@pytest.mark.parametrize("preload", [False, True], ids=["each", "preload"])
@pytest.mark.parametrize("kind", ["sync", "gthread", "gevent"])
def test_each_worker_follows_and_a_reload_with_a_broken_file_is_survived(kind, preload):
    if kind == "gevent":
        pytest.importorskip("gevent", reason="gevent is not installed")
    port = free_port()
    words = ["gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", WORKERS, "--worker-class", kind]
    words += ["--no-control-socket"]  # which would lie in the home of whoever runs this
    words += ["--threads", 2] if kind == "gthread" else []
    words += ["--preload"] if preload else []
    with python(*words, "tests.serving.app:application") as started:
        wait_until_it_answers(port, started)
        client = Client(port)
        first = client.wait_until_all_serve(1, WORKERS)
        assert started.pid not in first

        publish(2)
        assert client.wait_until_all_serve(2, WORKERS) == first
        watching = json.loads(get(port, "/status")[1])["watching"]
        assert watching["mode"] in ("events", "polling")
        if kind == "gevent" and not preload:  # else it was imported before threads became greenlets
            assert "greenlets" in watching["reason"]
        else:
            assert client.ask()["watching"] == 1

        wait_for(lambda: Path("last-good.json").exists(), "there is no last-good file")
        Path("app.json").write_text('{"number": 3')
        wait_for(lambda: get(port, "/readyz")[0] == 503, "the broken file is not seen")
        os.kill(started.pid, signal.SIGHUP)
        wait_for(lambda: client.ask()["pid"] not in first, "there are no new workers")
        assert started.poll() is None
        for _ in range(20):
            assert client.ask()["number"] in (1, 2)

        publish(4)
        client.wait_until_all_serve(4, WORKERS)
        assert (client.failures, client.mixed) == ([], 0)
