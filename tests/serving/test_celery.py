"""A worker of Celery that forks its processes, on a real redis-server."""

from __future__ import annotations

import warnings

import pytest

from tests.serving.servers import BOUND, publish, python, redis_serving, wait_for

PROCESSES = 2


def test_each_process_of_a_worker_follows():
    with redis_serving() as url:
        look(url)


def look(url):
    celery = pytest.importorskip("celery", reason="the group `serving` is not installed")

    words = ["celery", "-A", "tests.serving.tasks", "worker", "--pool", "prefork"]
    words += ["--concurrency", PROCESSES, "--without-gossip", "--without-mingle", "--without-heartbeat"]
    with python(*words, SERVING_REDIS=url) as worker:
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
