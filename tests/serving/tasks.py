"""What the worker of Celery runs, where `app.json` lies."""

from __future__ import annotations

import os
import threading
import time

import celery

import veltrix

config = veltrix.Config("app.json")
config.watch()
app = celery.Celery("tasks", broker=os.environ["SERVING_REDIS"], backend=os.environ["SERVING_REDIS"])
app.conf.worker_hijack_root_logger = False


@app.task
def read(seconds):
    """What one task reads at its beginning and at its end."""
    with config.pin():
        number = config["number"]
        time.sleep(seconds)
        watching = sum(thread.name == "veltrix-watch" for thread in threading.enumerate())
        return {"pid": os.getpid(), "number": number, "twin": config["twin"], "watching": watching}
