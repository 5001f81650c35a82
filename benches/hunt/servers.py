"""Server processes of the treasure hunt: started, asked how much processor time they took, and ended."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benches.hunt.game import Answer, Sent
from tests.examples.hunt import FOLDER

TICKS = os.sysconf("SC_CLK_TCK")
LONGEST = 60.0
REDIS = shutil.which("redis-server")


@dataclass
class Server:
    """One process that serves with one resolver."""

    resolver: str
    port: int
    process: int
    requests: dict[int, list[bytes]] = field(default_factory=dict)
    """What to send it, by the number of tunables that it reads for it."""

    def processor_seconds(self) -> float:
        """The processor time that the process has taken so far."""
        fields = Path(f"/proc/{self.process}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def ask(self, sent: Sent) -> Answer:
        """One request, on a connection of its own."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)) as connection:
            connection.request(sent.method, sent.path, sent.body or None, dict(sent.headers))
            answer = connection.getresponse()
            return Answer(answer.status, answer.read())


def machine_seconds() -> tuple[float, float]:
    """The processor time that the machine's processors were busy, and that they have had, so far."""
    first = Path("/proc/stat").read_text("utf-8").partition("\n")[0].split()[1:9]
    times = [int(text) / TICKS for text in first]
    return sum(times) - times[3] - times[4], sum(times)


@contextmanager
def serving(resolver: str) -> Iterator[Server]:
    """A server with this resolver on a free port of this machine."""
    command = [sys.executable, str(FOLDER / "serve.py"), "--port", "0", "--resolver", resolver]
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if "127.0.0.1:" not in line:
                raise RuntimeError(f"the server with {resolver} did not start")
            yield Server(resolver, int(line.split("127.0.0.1:")[1].split("/")[0]), process.pid)
        finally:
            process.terminate()


@contextmanager
def all_serving(resolvers: list[str]) -> Iterator[list[Server]]:
    """A server for each resolver, all at once."""
    with ExitStack() as stack:
        yield [stack.enter_context(serving(resolver)) for resolver in resolvers]


@contextmanager
def redis_serving() -> Iterator[None]:
    """A redis-server on a free port of this machine, where the resolver of that name looks for it."""
    assert REDIS is not None
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with TemporaryDirectory() as folder:
        words = f"--bind 127.0.0.1 --port {port} --dir {folder} --appendonly no --loglevel warning".split()
        with subprocess.Popen([REDIS, *words, "--save", ""], stdout=subprocess.DEVNULL) as process:
            before = os.environ.get("REDIS_URL")
            os.environ["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
            try:
                _wait_for(process, port)
                yield
            finally:
                del os.environ["REDIS_URL"]
                if before is not None:
                    os.environ["REDIS_URL"] = before
                process.terminate()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + LONGEST
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.02)
    raise RuntimeError("redis-server does not answer")
