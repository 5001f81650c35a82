"""What hostile clients send to real servers: bytes on a socket, and hanging up."""

from __future__ import annotations

import json
import socket

import pytest

from tests.serving.servers import BOUND, free_port, get, publish, python, wait_for, wait_until_it_answers

COMMANDS = {
    "uvicorn": ["--log-level", "warning", "--port"],
    "gunicorn": ["--no-control-socket", "--worker-class", "gthread", "--threads", "2", "--bind"],
}
REFUSED = {
    b'{"number": 5}\xff': b"x-override: not JSON\n",
    b"\xc3\xa9": b"x-override: not JSON\n",
    b"[" * 5000: b"x-override: not JSON\n",
    b"9" * 5000: b"x-override: not JSON\n",
    b"[1]": b"x-override: not an object\n",
    b'{"token": 1}': b"token: not open to overrides\n",
    b'{"number": "swordfish"}': b"number: expected int, not str\n",
    b'{"": 1}': b"path '', column 1: ",
    b'{"name": "\\ud800"}': b"a lone surrogate, which UTF-8 cannot carry, in the text at name\n",
    b'{"name": "' + 5000 * b"a" + b'"}': b"overrides of more than 4096 bytes at name\n",
    b"{" + b", ".join(b'"a%d": 1' % number for number in range(300)) + b"}": b"a0: not open to overrides\n",
    b'{"number": 1}\r\nx-override: {"number": 2}': b"x-override: not JSON\n",
}


@pytest.fixture(scope="module", params=COMMANDS)
def server(request, tmp_path_factory):
    """The port of a server."""
    pytest.importorskip(request.param, reason=f"{request.param} is not installed")
    port = free_port()
    app = "asgi" if request.param == "uvicorn" else "application"
    place = f"127.0.0.1:{port}" if request.param == "gunicorn" else port
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(tmp_path_factory.mktemp("hostile"))
        publish(1, token="swordfish")
        words = [request.param, *COMMANDS[request.param], place, f"tests.serving.app:{app}"]
        with python(*words) as started:
            wait_until_it_answers(port, started)
            yield port
            assert started.poll() is None


def exchanged(port, request):
    """The answer to these bytes, to its end."""
    with socket.create_connection(("127.0.0.1", port), timeout=BOUND) as connection:
        connection.sendall(request)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


@pytest.mark.parametrize("override", REFUSED, ids=range(len(REFUSED)))
def test_an_override_of_any_bytes_is_refused_and_shows_nothing(server, override):
    request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-override: " + override + b"\r\n\r\n"
    head, _, body = exchanged(server, request).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert body.startswith(REFUSED[override])
    assert b"swordfish" not in head + body


def test_an_override_is_of_one_request(server):
    request = (
        b'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-override: {"number": 7, "twin": 7}\r\n\r\n'
    )
    body = exchanged(server, request)
    assert b'"number": 7, "twin": 7' in body
    assert json.loads(get(server)[1])["number"] == 1


def test_a_pin_that_fails_is_a_failure_of_the_server_and_of_one_request(server):
    status, body = get(server, "/raise")
    assert status == 500
    assert b"a pin that fails" not in body
    assert get(server)[0] == 200


def test_clients_that_hang_up_leave_nothing_behind(server):
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", server), timeout=BOUND) as connection:
            connection.sendall(b'GET / HTTP/1.1\r\nhost: x\r\nx-override: {"number": 9}\r\n\r\n')
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", server), timeout=BOUND) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nx-over")
    wait_for(lambda: get(server)[0] == 200, "it does not answer any more")
    assert json.loads(get(server)[1])["number"] == 1
    assert json.loads(get(server, "/status")[1])["last_error"] is None
