"""nginx in front of several processes: a file changes under load."""

from __future__ import annotations

import shutil

import pytest

from tests.serving.balanced import balanced
from tests.serving.servers import Client, load, publish

CHANGES = 10


@pytest.mark.parametrize("workers", [2, 4])
def test_every_worker_serves_each_change_and_none_goes_backwards(workers):
    pytest.importorskip("uvicorn", reason="the group `hunt` is not installed")
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed")
    with balanced(workers) as (port, pids):
        client = Client(port)
        with load(client):
            for number in range(2, 2 + CHANGES):
                publish(number)
                assert client.wait_until_all_serve(number, workers) == set(pids)
        client.check()
