"""Health, status and metrics, as either protocol answers them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

import veltrix
from tests.web.conftest import TOKEN, write
from tests.web.tools import answer_of, asked_asgi, asked_wsgi, environ_of, http_scope
from veltrix.contrib.prometheus import generate_latest
from veltrix.watching.state import Watching
from veltrix.web import make_asgi_app, make_wsgi_app


def by_asgi(config, path, method="GET"):
    return answer_of(asked_asgi(make_asgi_app(config), http_scope(path, method)))


def by_wsgi(config, path, method="GET"):
    return asked_wsgi(make_wsgi_app(config), environ_of(path, method))


@pytest.fixture(params=[by_asgi, by_wsgi])
def ask(request):
    return request.param


def broken(config):
    Path("app.json").write_text(f'{{"token": "{TOKEN}"')
    with pytest.raises(veltrix.ConfigError):
        config.reload()


def test_alive_and_ready(ask, config):
    assert ask(config, "/healthz")[::2] == (200, b"ok\n")
    assert ask(config, "/readyz")[::2] == (200, b"ready\n")


def test_a_process_whose_sources_are_broken_is_alive_and_not_ready(ask, config):
    broken(config)
    assert ask(config, "/healthz")[0] == 200
    status, _, body = ask(config, "/readyz")
    assert (status, body) == (503, b"stale: the sources say something that could not be published\n")
    write(level=2)
    config.reload()
    assert ask(config, "/readyz")[0] == 200


def test_a_process_whose_watch_is_dead_is_not_ready(ask, config):
    with config.watch(poll=3600):
        assert ask(config, "/readyz")[0] == 200
        watcher = config._publisher._watcher
        watcher.watching = Watching("dead", "OSError; it starts again")
        assert ask(config, "/readyz")[::2] == (503, b"the thread that watches is dead\n")
    assert ask(config, "/readyz")[0] == 200


def test_the_status_is_json(ask, config):
    status, headers, body = ask(config, "/status")
    assert (status, headers["content-type"]) == (200, "application/json")
    shown = json.loads(body)
    assert tuple(shown) == veltrix.Status._fields
    assert shown["generation"] == 1
    assert shown["digest"] == config.snapshot.digest
    assert shown["watching"] == {"mode": "stopped", "reason": None}
    assert shown["sources"][0]["name"] == "app.json"
    assert shown["sources"][0]["state"] == "good"


def test_the_metrics_are_those_of_prometheus(ask, config):
    status, headers, body = ask(config, "/metrics")
    assert (status, headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert body == generate_latest(config)


def test_no_answer_holds_a_value(ask, config):
    for _ in range(2):
        for path in ("/healthz", "/readyz", "/status", "/metrics", f"/{TOKEN}"):
            assert TOKEN.encode() not in ask(config, path)[2]
        broken(config)


def test_nothing_is_cached(ask, config):
    for path in ("/healthz", "/readyz", "/status", "/metrics", "/"):
        assert ask(config, path)[1]["cache-control"] == "no-store"


def test_a_head_has_the_length_and_no_body(ask, config):
    status, headers, body = ask(config, "/healthz", "HEAD")
    assert (status, headers["content-length"], body) == (200, "3", b"")


@pytest.mark.parametrize("method", ["POST", "DELETE", "OPTIONS", ""])
def test_other_methods(ask, config, method):
    status, headers, _ = ask(config, "/status", method)
    assert (status, headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["/", "", "/healthz/", "/STATUS", "/status/../x", "//metrics"])
def test_other_paths(ask, config, path):
    status, _, body = ask(config, path)
    assert (status, body) == (404, b"not one of /healthz, /readyz, /status, /metrics\n")


def test_where_it_is_mounted(config):
    app = make_asgi_app(config)
    for path in ("/-/healthz", "/healthz"):  # servers before the specification of 2024 give the rest alone
        assert answer_of(asked_asgi(app, http_scope(path, root_path="/-")))[0] == 200
    assert answer_of(asked_asgi(app, http_scope("/-x/healthz", root_path="/-")))[0] == 404
    assert asked_wsgi(make_wsgi_app(config), environ_of("/healthz", SCRIPT_NAME="/-"))[0] == 200


def test_it_can_be_the_whole_application(config):
    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent = asked_asgi(make_asgi_app(config), {"type": "lifespan"}, events)
    assert [event["type"] for event in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    [closed] = asked_asgi(make_asgi_app(config), {"type": "websocket"}, [{"type": "websocket.connect"}])
    assert closed["type"] == "websocket.close"


def test_it_answers_while_it_reloads_and_after_it_is_closed(ask, config):
    asked = []
    with config.subscribe(lambda change: asked.append(ask(config, "/status")[0])):
        write(level=2)
        asyncio.run(config.areload())
    config.close()
    assert asked == [200]
    assert ask(config, "/healthz")[0] == 200


@pytest.mark.parametrize("make", [make_asgi_app, make_wsgi_app])
def test_what_has_no_status(make, config):
    with pytest.raises(TypeError, match=r"^health and metrics are those of a veltrix.Config, not Snapshot"):
        make(config.snapshot)
