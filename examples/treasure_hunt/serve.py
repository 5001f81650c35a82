"""What `make hunt` runs: the game as a server, on files alone, which are served as they change."""

from __future__ import annotations

import argparse
import errno
import os
import secrets
import signal
import socket
import sys
from types import FrameType

import uvicorn

from resolvers.names import DEFAULT, RESOLVERS, implementation_of
from server.shells.names import DEFAULT as DEFAULT_SHELL
from server.shells.names import SHELLS

HOST, PORT = "127.0.0.1", 8917
BACKLOG = 2048


def main() -> int:
    """Serves until SIGINT or SIGTERM; the exit status is 0 then, and 1 where the port cannot be had."""
    chosen = arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ended)
    implementation = implementation_of(chosen.resolver)
    if implementation is not None:
        os.environ["VELTRIX_IMPL"] = implementation  # before the first import of veltrix
    try:
        listening = listen(chosen.host, chosen.port)
    except OSError as error:
        print(refusal(chosen.host, chosen.port, error), file=sys.stderr)
        return 1
    from server.start import served

    application, config = served(chosen.resolver, secret_key(), chosen.shell)
    options = uvicorn.Config(
        application, lifespan="off", log_level="warning", access_log=False, backlog=BACKLOG
    )
    with config.watch():
        Server(options, chosen.resolver).run(sockets=[listening])
    return 0


class Server(uvicorn.Server):
    """Says where it is once it takes requests, and signals end it in order."""

    def __init__(self, config: uvicorn.Config, resolver: str) -> None:
        super().__init__(config)
        self._resolver = resolver

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to serve on these sockets."""
        await super().startup(sockets)
        for listening in sockets or ():
            host, port = listening.getsockname()[:2]
            print(
                f"the treasure hunt is on http://{host}:{port}/ ({self._resolver}); Ctrl-C ends it",
                flush=True,
            )


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser("serve.py", description="Serve the treasure hunt.")
    parser.add_argument("--resolver", choices=RESOLVERS, default=DEFAULT, help=f"({DEFAULT})")
    parser.add_argument("--shell", choices=SHELLS, default=DEFAULT_SHELL, help=f"({DEFAULT_SHELL})")
    parser.add_argument("--host", default=HOST, help=f"the address to listen on ({HOST})")
    parser.add_argument("--port", type=port_number, default=PORT, help=f"the port; 0: any free one ({PORT})")
    return parser.parse_args()


def port_number(text: str) -> int:
    """A port as a number from 0 to 65535."""
    if text.isascii() and text.isdecimal() and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections, also right after another server on the port ended."""
    return socket.create_server((host, port), backlog=BACKLOG)


def refusal(host: str, port: int, error: OSError) -> str:
    """Why there is no socket, in one line."""
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is taken; --port takes another one, 0 any free one"
    reason = os.strerror(error.errno) if error.errno and error.errno > 0 else "no such address"
    return f"cannot listen on {host}:{port}: {reason.lower()}"


def secret_key() -> bytes:
    """What signs the tokens: HUNT_SECRET, or else new for each start, which ends all sessions anyway."""
    given = os.environ.get("HUNT_SECRET")
    return given.encode() if given else secrets.token_bytes(32)


def ended(_number: int, _frame: FrameType | None) -> None:
    """Ends the program in order; uvicorn raises the signal that ended it once more when it is done."""
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
