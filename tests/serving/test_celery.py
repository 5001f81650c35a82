"""A worker of Celery that forks its processes, on a real redis-server."""

from __future__ import annotations

import shutil
import warnings
from contextlib import suppress

import pytest

from tests.serving.servers import BOUND, free_port, process, publish, python, wait_for

PROCESSES = 2


@pytest.fixture
def tasks(monkeypatch):
    pytest.importorskip("celery", reason="the group `serving` is not installed")
    redis = pytest.importorskip("redis", reason="the group `serving` is not installed")
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    port = free_port()
    words = ["redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no"]
    with process(*words), redis.Redis(port=port) as broker:

        def is_there():
            with suppress(redis.ConnectionError):
                return broker.ping()

        wait_for(is_there, "redis-server does not answer")
        monkeypatch.setenv("SERVING_REDIS", f"redis://127.0.0.1:{port}/0")
        yield


def test_each_process_of_a_worker_follows(tasks):
    import celery

    words = ["celery", "-A", "tests.serving.tasks", "worker", "--pool", "prefork"]
    words += ["--concurrency", PROCESSES, "--without-gossip", "--without-mingle", "--without-heartbeat"]
    with python(*words, PYTHONWARNINGS="error:This process:DeprecationWarning") as worker:
        import os

        url = os.environ["SERVING_REDIS"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            app = celery.Celery("client", broker=url, backend=url)
            seen = {}

            def all_serve(number):
                assert worker.poll() is None
                sent = [
                    app.send_task("tests.serving.tasks.read", [0.05], expires=BOUND)
                    for _ in range(2 * PROCESSES)
                ]
                found = [one.get(timeout=BOUND) for one in sent]
                for one in found:
                    assert one["number"] == one["twin"]
                    assert one["watching"] == 1
                    assert one["number"] >= seen.get(one["pid"], 0)
                for one in found:
                    seen[one["pid"]] = max(one["number"], seen.get(one["pid"], 0))
                return len({one["pid"] for one in found if one["number"] == number}) == PROCESSES

            try:
                for number in (1, 2, 3):
                    publish(number)
                    wait_for(lambda number=number: all_serve(number), f"not all processes serve {number}")
            finally:
                app.close()
        assert len(seen) == PROCESSES
        assert worker.pid not in seen
