"""`veltrix status`: what a server says of its configuration, and what is no such server."""

from __future__ import annotations

import http.server
import json
import threading
import time
from contextlib import contextmanager
from pathlib import Path
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
    assert lines[2].startswith("sources say so  yes, confirmed ")
    assert lines[3] == "watched         stopped"
    assert lines[7].split() == list(served.COLUMNS)
    assert lines[8].split()[:2] == ["base.json", "good"]
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


NOW = 1_800_000_000.25
WELL = {
    "generation": 3, "digest": "3f0c9e6b9a7d1c52a1e40d8f6b7c9a10", "published": NOW - 3599.5, "age": 0.75,
    "stale": False, "held": None, "last_error": None, "watching": {"mode": "events", "reason": None},
    "sources": [
        {"name": "base.toml", "state": "good", "problem": None, "at": NOW - 200_000, "failures": 0},
        {"name": "values", "state": "good", "problem": None, "at": 0.0, "failures": 0},
    ],
}  # fmt: skip
WRONG = {
    **WELL,
    "age": 8_000.0,
    "stale": True,
    "held": 2,
    "last_error": "base.toml:3:1: expected a value\nand more",
    "watching": {"mode": "polling", "reason": "watchfiles is not installed (the extra `watch`)"},
    "sources": [
        {"name": "base.toml", "state": "failed", "problem": "base.toml:3:1: expected a value", "at": NOW - 60,
         "failures": 17},
        {"name": "site\x1b.toml", "state": "held", "problem": None, "at": NOW + 5, "failures": 0},
    ],
}  # fmt: skip
ODD = {
    **WELL,
    "published": 1e300,
    "age": float("nan"),
    "watching": {},
    "sources": [{"name": 7}, {"name": "b", "at": "today", "state": None, "more": 1}],
}


@pytest.fixture
def at_noon(monkeypatch):
    """A clock that stands, of a place that is an hour east of Greenwich."""
    monkeypatch.setattr(served.time, "time", lambda: NOW)
    monkeypatch.setenv("TZ", "XXX-1")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of a process cannot be chosen here")
@pytest.mark.parametrize(("name", "said"), [("well", WELL), ("wrong", WRONG), ("odd", ODD)])
def test_it_prints_what_it_printed(name, said, printed, at_noon):
    golden = Path(__file__).parent / "golden" / "status" / f"{name}.txt"
    with answering(200, json.dumps(said).encode()) as address:
        assert printed("status", address) == golden.read_text(encoding="utf-8")


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
    "url",
    [
        "http://", "http:///status", "http://?x", "http://[::1", "http://a:99999/", "http://a:b/",
        "http://a:0/", "http://a:-1/", "http://a b/", "http://a/b c", "http://a\n/", "http://a/\x1b[31m",
        "http://a℀b/", "http://\udcff/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(refused, url):
    said = refused("status", url)
    assert said.startswith("argument URL: an address such as http://127.0.0.1:8000/ (try veltrix status")


@pytest.mark.parametrize("url", ["http://ü..x/status", "http://127.0.0.1:1/ü", f"http://{'a' * 64}.x/status"])
def test_what_no_host_can_be_asked_by_is_told(refused, url):
    assert refused("status", url) == f"{url} cannot be asked: not an address"


@pytest.mark.parametrize(
    "arguments",
    [
        ["http://name:hunter2@127.0.0.1:1/"],
        ["http://hunter2@127.0.0.1:1/"],
        ["http://name:hunter2@[::1"],
        ["http://name:80/hunter2@127.0.0.1/"],
        ["http://name:hunter2"],
        ["ftp://name:hunter2@127.0.0.1/"],
        ["http://127.0.0.1:1/", "http://name:hunter2@127.0.0.1:1/"],
        ["http://127.0.0.1:1/", "--url=http://name:hunter2@127.0.0.1:1/"],
    ],
)
def test_no_password_of_an_address_is_shown(refused, arguments):
    said = refused("status", *arguments)
    assert "hunter2" not in said
    assert "\n" not in said


def test_one_address_is_asked(refused):
    said = refused("status", "http://127.0.0.1:1/", "http://127.0.0.1:2/")
    assert said.startswith("one URL and nothing else; the form is veltrix status URL")


def test_a_name_and_a_password_are_refused(refused):
    said = refused("status", "http://name:hunter2@127.0.0.1:1/")
    assert said.startswith(
        "argument URL: an address without a name and a password (write %40 for @ in a path)"
    )
    assert refused("status", "http://127.0.0.1:1/a%40b").startswith(
        "http://127.0.0.1:1/a%40b cannot be asked"
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-3, "0 s ago"),
        (0, "0 s ago"),
        (119.9, "119 s ago"),
        (120, "2 min ago"),
        (7199, "119 min ago"),
        (7200, "2 h ago"),
        (172_800, "2 d ago"),
        (float("inf"), "unknown"),
    ],
)
def test_ages_are_said_as_people_say_them(seconds, said):
    assert served._ago(seconds) == said
