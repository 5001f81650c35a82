"""The middleware of WSGI: one snapshot until the server closes what the application returned."""

from __future__ import annotations

import tempfile
from contextvars import copy_context
from wsgiref.util import FileWrapper

import pytest

import veltrix
from tests.web.tools import asked_wsgi, environ_of
from veltrix.web import WSGIMiddleware

OPEN = veltrix.Allowed({"level": int})


def by_headers(request):
    return {"scope": {"region": request.headers.get("X-Region")}}


class Streaming:
    """Iterates over the level, and notes it when it is closed."""

    def __init__(self, config, then):
        self.config = config
        self.then = then
        self.closed = []

    def __call__(self, environ, start_response):
        start_response("200 OK", [])
        self.at_call = self.config["level"]
        return self

    def __iter__(self):
        yield str(self.config["level"]).encode()
        self.then()
        yield b" " + str(self.config["level"]).encode()

    def close(self):
        self.closed.append(self.config["level"])


def test_a_request_reads_one_snapshot_until_it_is_closed(config, publish):
    streaming = Streaming(config, lambda: publish(2))
    assert asked_wsgi(WSGIMiddleware(streaming, config), environ_of())[2] == b"1 1"
    assert (streaming.at_call, streaming.closed) == (1, [1])
    assert config["level"] == 2


def test_nothing_is_pinned_in_the_thread_of_the_server(config, publish):
    app = WSGIMiddleware(Streaming(config, lambda: None), config, by_headers)
    result = app(environ_of(headers=[("X-Region", "eu")]), lambda *_: None)
    assert config["level"] == 1
    assert next(result) == b"10"
    publish(2)
    assert config["level"] == 2
    other = app(environ_of(headers=[("X-Region", "us")]), lambda *_: None)
    assert (next(other), next(result)) == (b"20", b" 10")
    result.close()
    assert next(other) == b" 20"
    other.close()


def test_it_is_closed_once(config):
    streaming = Streaming(config, lambda: None)
    result = WSGIMiddleware(streaming, config)(environ_of(), lambda *_: None)
    result.close()
    result.close()
    assert streaming.closed == [1]


def test_what_is_finished_goes_to_the_server_as_it_is(config):
    body = [b"whole"]
    assert WSGIMiddleware(lambda *_: body, config)(environ_of(), lambda *_: None) is body
    with tempfile.TemporaryFile() as file:
        wrapped = FileWrapper(file)
        environ = environ_of(**{"wsgi.file_wrapper": FileWrapper})
        assert WSGIMiddleware(lambda *_: wrapped, config)(environ, lambda *_: None) is wrapped


def test_what_is_finished_ends_the_pin(config):
    contexts = []

    def app(environ, start_response):
        contexts.append(copy_context())
        return []

    WSGIMiddleware(app, config, by_headers)(environ_of(headers=[("X-Region", "eu")]), None)
    assert contexts[0].run(lambda: config["level"]) == 1


def test_an_iterable_without_close(config):
    assert asked_wsgi(WSGIMiddleware(_generating(config), config), environ_of())[2] == b"1"
    numbers = {"x": 1}

    def app(environ, start_response):
        start_response("200 OK", [])
        return map(str.encode, numbers)

    assert asked_wsgi(WSGIMiddleware(app, config), environ_of())[2] == b"x"


def _generating(config):
    def app(environ, start_response):
        start_response("200 OK", [])
        yield str(config["level"]).encode()

    return app


def test_the_write_of_start_response_is_the_servers(config):
    written = []

    def app(environ, start_response):
        start_response("200 OK", [])(b"written")
        return []

    WSGIMiddleware(app, config)(environ_of(), lambda *_: written.append)
    assert written == [b"written"]


def test_an_override_that_is_refused_is_the_fault_of_the_client(config):
    app = WSGIMiddleware(None, config, lambda request: {"override": {"token": "mine"}, "allowed": OPEN})
    status, headers, body = asked_wsgi(app, environ_of())
    assert (status, body) == (400, b"token: not open to overrides\n")
    assert headers["content-length"] == str(len(body))
    assert asked_wsgi(app, environ_of(method="HEAD"))[2] == b""


def test_what_the_application_raises_ends_the_pin(config):
    pinned = []

    def app(environ, start_response):
        pinned.append(config.current())
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        WSGIMiddleware(app, config, by_headers)(environ_of(headers=[("X-Region", "eu")]), None)
    assert pinned[0]["level"] == 10
    assert config["level"] == 1


def test_what_closing_raises_ends_the_pin(config):
    contexts = []

    class Response(list):
        def close(self):
            contexts.append(copy_context())
            assert contexts[0].run(lambda: config["level"]) == 10
            raise OSError

    app = WSGIMiddleware(lambda *_: Response(), config, by_headers)
    result = app(environ_of(headers=[("X-Region", "eu")]), None)
    with pytest.raises(OSError):  # noqa: PT011
        result.close()
    assert contexts[0].run(lambda: config["level"]) == 1


def test_what_cannot_be_iterated_over_is_closed(config):
    closed = []

    class Broken:
        def __iter__(self):
            raise OSError

        def close(self):
            closed.append(config["level"])

    with pytest.raises(OSError):  # noqa: PT011
        WSGIMiddleware(lambda *_: Broken(), config)(environ_of(), None)
    assert closed == [1]
