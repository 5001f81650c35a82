"""`veltrix status`: what a server says of its configuration, and what is no such server."""

from __future__ import annotations

import http.server
import json
import threading
from contextlib import contextmanager
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

import veltrix
from veltrix.cli import served
from veltrix.web import make_wsgi_app


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def running(server):
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answering(code, body, **headers):
    """A server that gives one answer to all."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return running(http.server.HTTPServer(("127.0.0.1", 0), Handler))


def test_it_prints_how_a_server_is(printed, folder):
    with veltrix.Config("base.json") as config:
        server = make_server("127.0.0.1", 0, make_wsgi_app(config), handler_class=Quiet)
        with running(server) as address:
            out = printed("status", address)
            assert printed("status", f"{address}/status").splitlines()[1] == out.splitlines()[1]
    lines = out.splitlines()
    assert lines[0].startswith("generation      1, since ")
    assert lines[1].split() == ["digest", config.digest]
    assert lines[2].startswith("sources say so  yes, looked ")
    assert lines[3] == "watched         stopped"
    assert lines[5].split() == ["name", "state", "problem", "at", "failures"]
    assert lines[6].split()[0] == "base.json"
    assert "hunter2" not in out


def test_what_is_wrong_is_said(printed, folder):
    with veltrix.Config("base.json") as config:
        (folder / "base.json").write_text("{")
        with pytest.raises(veltrix.ConfigError):
            config.reload()
        with running(make_server("127.0.0.1", 0, make_wsgi_app(config), handler_class=Quiet)) as address:
            out = printed("status", address)
    assert "sources say so  no: stale" in out
    assert "last error      base.json" in out


def test_a_rollback_is_said(printed):
    box = veltrix.Values({"a": 1})
    with veltrix.Config(box) as config:
        said = {
            **config.status()._asdict(),
            "held": 1,
            "sources": [],
            "watching": {"mode": "stopped", "reason": "x"},
        }
        with answering(200, json.dumps(said).encode()) as address:
            out = printed("status", address)
    assert "held            generation 1, by a rollback" in out
    assert "watched         stopped: x" in out


@pytest.mark.parametrize("body", [b"", b"ok", b"[]", b"{}", b'{"generation": "1"}', b"\xff", b"[" * 100_000])
def test_another_answer_is_no_status(refused, body):
    with answering(200, body) as address:
        assert (
            refused("status", address) == f"{address}/status answers something else than a status of Veltrix"
        )


def test_an_error_and_another_place_are_no_status(refused):
    with answering(404, b"") as address:
        assert refused("status", f"{address}/config") == f"{address}/config answers 404, not a status"
    with answering(302, b"", Location="http://127.0.0.1:1/") as address:
        assert refused("status", address) == f"{address}/status answers 302, not a status"


def test_who_does_not_answer_is_named(refused, monkeypatch):
    assert (
        refused("status", "http://127.0.0.1:1")
        == "http://127.0.0.1:1/status cannot be asked: Connection refused"
    )
    monkeypatch.setattr(served, "SECONDS", 0.2)
    silent = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    address = f"http://127.0.0.1:{silent.server_port}"
    try:
        assert refused("status", address).startswith(f"{address}/status cannot be asked: ")
    finally:
        silent.server_close()


@pytest.mark.parametrize("url", ["localhost:8000", "file:///etc/passwd", ""])
def test_only_addresses_of_the_web_are_asked(refused, url):
    said = refused("status", url)
    assert said.startswith("argument URL: an address that begins with http:// or https://")


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s ago"), (119.9, "119 s ago"), (120, "2 min ago"), (7200, "2 h ago")]
)
def test_ages_are_said_as_people_say_them(seconds, said):
    assert served._ago(seconds) == said
