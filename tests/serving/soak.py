"""Serves for as long as one likes, with a reload each 100 ms: `python -m tests.serving.soak SECONDS WORKERS`.

Real processes of uvicorn, each watching one file of 5,000 keys, behind nginx. Counts requests that failed,
that were mixed of two contents, and that went behind what their process had answered before. The last change
has to be served by every process, or it ends with an error. Prints how long a change takes from its rename to
the first answer of each process with it or a newer one, and how busy the processors were. With `--gevent` the
processes are those of gunicorn with its worker of that name, which look each 50 ms, and the longest wait of
a greenlet is printed as well.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from tests.serving.balanced import GEVENT, UVICORN, balanced
from tests.serving.servers import Client, get, load, publish

EACH = 0.1
KEYS = {f"key{number}": number for number in range(5_000)}


def busy():
    """Seconds that the processors worked, and seconds that there were of them."""
    fields = [int(one) for one in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return sum(fields) - fields[3] - fields[4], sum(fields)


def main():
    parser = argparse.ArgumentParser(description="Serve under load while a file changes.")
    parser.add_argument("seconds", type=float)
    parser.add_argument("workers", type=int)
    parser.add_argument("--each", type=float, default=EACH, help="seconds between changes")
    parser.add_argument("--gevent", action="store_true", help="gunicorn with gevent instead of uvicorn")
    parser.add_argument("--pause", type=float, default=0.01, help="seconds that each client rests")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        publish(1, keys=KEYS)
        if chosen.gevent:
            os.environ["SERVING_POLL"] = "0.05"
        with balanced(chosen.workers, GEVENT if chosen.gevent else UVICORN) as (port, pids):
            gaps(pids, chosen)  # what starting took
            serve(Client(port), set(pids), chosen)
            print(*gaps(pids, chosen), sep="\n")
        os.chdir("/")


def gaps(pids, chosen):
    """A line for each process of gevent: how long a greenlet waited at most."""
    if not chosen.gevent:
        return []
    return [
        f"longest wait of a greenlet {1000 * float(get(port, '/gap')[1]):.0f} ms" for port in pids.values()
    ]


def serve(client, pids, chosen):
    renamed, number, worked, end = {}, 1, busy(), time.monotonic() + chosen.seconds
    said = time.monotonic()
    with load(client, threads=4, pause=chosen.pause):
        while (now := time.monotonic()) < end:
            number += 1
            publish(number, keys=KEYS)
            renamed[number] = time.monotonic()
            if now - said > 60:
                said = now
                print(f"{client.asked} requests, {number} changes", flush=True)
            time.sleep(max(0, chosen.each - (time.monotonic() - now)))
        used, there = (after - before for after, before in zip(busy(), worked, strict=True))
        assert client.wait_until_all_serve(number, len(pids)) == pids
    late = served_after(client, renamed, pids)
    print(f"{len(pids)} workers, {number - 1} changes, {client.asked} requests")
    print(f"failed {len(client.failures)}, mixed {client.mixed}, backwards {client.backwards}")
    for failure in client.failures:
        print(f"failed with {failure}")
    print(Path("nginx-error.log").read_text(), end="")
    print(f"processors {100 * used / there:.0f} % busy")
    for share in (0.5, 0.9, 0.99, 1):
        print(f"{share:.0%} served by a process within {1000 * late[round(share * (len(late) - 1))]:.0f} ms")


def served_after(client, renamed, pids):
    """Seconds from each rename to the first answer of each process with that content or a newer one."""
    late = []
    for pid in pids:
        firsts = sorted((number, at) for (one, number), at in client.first.items() if one == pid)
        place = 0
        for number, at in renamed.items():
            while firsts[place][0] < number:
                place += 1
            late.append(max(0.0, firsts[place][1] - at))
    return sorted(late)


if __name__ == "__main__":
    main()
