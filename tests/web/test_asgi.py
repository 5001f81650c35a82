"""The middleware of ASGI: one snapshot for a request, however long its answer takes."""

from __future__ import annotations

import asyncio
import json
from contextvars import copy_context

import pytest

import veltrix
from tests.web.tools import answer_of, asked_asgi, http_scope
from veltrix.web import ASGIMiddleware

OPEN = veltrix.Allowed({"level": int, "chat": bool})


def by_headers(request):
    override = request.headers.get("x-override")
    return {
        "scope": {"region": request.headers.get("X-Region")},
        "override": None if override is None else json.loads(override),
        "allowed": OPEN,
    }


def answering(config, *, then=lambda: None):
    """Sends the level twice; between both, something happens."""

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": str(config["level"]).encode(), "more_body": True})
        then()
        await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b" " + str(config["level"]).encode()})

    return app


def test_a_request_reads_one_snapshot_while_its_answer_streams(config, publish):
    app = ASGIMiddleware(answering(config, then=lambda: publish(2)), config)
    assert answer_of(asked_asgi(app, http_scope()))[2] == b"1 1"
    assert config["level"] == 2


def test_the_request_chooses_and_overrides(config):
    app = ASGIMiddleware(answering(config), config, by_headers)
    assert answer_of(asked_asgi(app, http_scope()))[2] == b"1 1"
    assert answer_of(asked_asgi(app, http_scope(headers=[("x-region", "eu")])))[2] == b"10 10"
    headers = [("x-region", "eu"), ("x-override", '{"level": 5}')]
    assert answer_of(asked_asgi(app, http_scope(headers=headers)))[2] == b"5 5"
    assert answer_of(asked_asgi(app, http_scope(headers=[("x-region", "unheard of")])))[2] == b"1 1"


def test_a_pin_that_gives_nothing_pins_the_latest(config, publish):
    app = ASGIMiddleware(answering(config, then=lambda: publish(2)), config, lambda request: None)
    assert answer_of(asked_asgi(app, http_scope()))[2] == b"1 1"


def test_requests_at_once_keep_apart(config, publish):
    both_are_there = asyncio.Barrier(2)
    sent = {}

    async def app(scope, receive, send):
        await both_are_there.wait()
        sent[scope["path"]] = config["level"]

    async def ask():
        pinned = ASGIMiddleware(app, config, by_headers)
        scopes = [http_scope(f"/{region}", headers=[("x-region", region)]) for region in ("eu", "us")]
        await asyncio.gather(*(pinned(scope, None, None) for scope in scopes))

    asyncio.run(ask())
    assert sent == {"/eu": 10, "/us": 20}


@pytest.mark.parametrize(
    ("override", "reason"),
    [
        ({"token": "mine"}, "token: not open to overrides"),
        ({"level": "5"}, "level: expected int, not str"),
        ({"level..x": 5}, "path 'level..x', column 7: empty segment"),
        ({"level": 10**20000}, "overrides of more than 4096 bytes at level"),
        ({f"a{n}": 1 for n in range(40)}, "a0: not open to overrides"),
        ({"\n\x1b[2J": 1}, r"""path '\n\x1b[2J', column 1: unexpected '\n'"""),
    ],
)
def test_an_override_that_is_refused_is_the_fault_of_the_client(config, override, reason):
    app = ASGIMiddleware(answering(config), config, lambda request: {"override": override, "allowed": OPEN})
    status, headers, body = answer_of(asked_asgi(app, http_scope()))
    assert (status, body.decode()) == (400, f"{reason}\n")
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert headers["x-content-type-options"] == "nosniff"
    assert int(headers["content-length"]) == len(body)


def test_a_path_without_end_is_answered_in_short(config):
    app = ASGIMiddleware(
        answering(config), config, lambda request: {"override": {"é" * 100_000: 1}, "allowed": OPEN}
    )
    status, _, body = answer_of(asked_asgi(app, http_scope()))
    assert status == 400
    assert len(body) < 1000


def test_a_head_is_refused_without_a_body(config):
    app = ASGIMiddleware(
        answering(config), config, lambda request: {"override": {"token": 1}, "allowed": OPEN}
    )
    status, headers, body = answer_of(asked_asgi(app, http_scope(method="HEAD")))
    assert (status, body, headers["content-length"]) == (400, b"", "29")


def test_a_choice_that_a_strict_dimension_lacks_says_nothing_of_the_others():
    tenants = veltrix.Dimension("tenant", {"acme": veltrix.Layer("acme", {"level": 9})}, strict=True)
    config = veltrix.Config({"level": 1}, dimensions=[tenants])
    app = ASGIMiddleware(
        answering(config), config, lambda request: {"scope": {"tenant": request.headers["x-tenant"]}}
    )
    assert answer_of(asked_asgi(app, http_scope(headers=[("x-tenant", "acme")])))[2] == b"9 9"
    status, _, body = answer_of(asked_asgi(app, http_scope(headers=[("x-tenant", "else")])))
    assert (status, body) == (400, b"the request chooses what there is not\n")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"scope": {"region": 5}}, "region: expected a name, not int"),
        ({"scope": {"region": b"eu"}}, "region: expected a name, not bytes"),
        ({"scope": {"region": ["eu"]}}, "region: expected a name, not list"),
        ({"scope": {"flags": "new"}}, "flags: expected a list of names, not str"),
        ({"scope": {"flags": 5}}, "flags: expected a list of names, not int"),
        ({"scope": {"flags": ["new", None]}}, "flags: expected a name, not NoneType"),
        ({"override": ["hunter2"]}, "override: expected a mapping, not list"),
        ({"override": {5: "hunter2"}}, "override: expected a path, not int"),
        ({"override": {("level", 10**5000): 1}}, "path ('level', '…'): index too large"),
    ],
)
def test_a_choice_of_another_type_is_the_fault_of_the_request(asked, said):
    flags = veltrix.Dimension("flags", {"new": veltrix.Layer("new", {"level": 2})}, many=True)
    regions = veltrix.Dimension("region", {"eu": veltrix.Layer("eu", {"level": 3})})
    config = veltrix.Config({"level": 1}, dimensions=[regions, flags])
    app = ASGIMiddleware(answering(config), config, lambda request: asked)
    status, _, body = answer_of(asked_asgi(app, http_scope()))
    assert (status, body.decode()) == (400, f"{said}\n")
    good = ASGIMiddleware(answering(config), config, lambda request: {"scope": {"flags": iter(["new"])}})
    assert answer_of(asked_asgi(good, http_scope()))[2] == b"2 2"


def test_a_pin_can_refuse_in_its_own_words(config):
    def pin(request):
        raise veltrix.errors.ValidationError("not JSON", "x-override")

    status, _, body = answer_of(asked_asgi(ASGIMiddleware(answering(config), config, pin), http_scope()))
    assert (status, body) == (400, b"x-override: not JSON\n")


def test_what_a_pin_meets_in_the_configuration_is_no_fault_of_the_client(config):
    def pin(request):
        raise veltrix.errors.ParseError("no JSON", "/etc/app/secrets.json", 1, 1)

    with pytest.raises(veltrix.errors.ParseError):
        asked_asgi(ASGIMiddleware(answering(config), config, pin), http_scope())


@pytest.mark.parametrize(
    ("pin", "error"),
    [
        (lambda request: request.headers["x-missing"], KeyError),
        (lambda request: 1 / 0, ZeroDivisionError),
        (lambda request: int("x"), ValueError),
        (lambda request: ["scope"], TypeError),
        (lambda request: {"scopes": {}}, TypeError),
        (lambda request: {"max_age": 0}, ValueError),
        (lambda request: {"scope": {"planet": "earth"}}, TypeError),
        (lambda request: {"scope": {"planet": 5}}, TypeError),
        (lambda request: {"scope": ["eu"]}, TypeError),
    ],
)
def test_what_a_pin_does_wrong_is_raised_and_pins_nothing(config, pin, error):
    sent = []

    async def ask():
        async def send(event):
            sent.append(event)

        with pytest.raises(error):
            await ASGIMiddleware(answering(config), config, pin)(http_scope(), None, send)
        return config.current() is config.snapshot

    assert asyncio.run(ask())
    assert sent == []


def test_a_pin_of_a_wrong_type_is_named(config):
    text = r"^pin gives the keywords of config.pin as a mapping, or None, not list$"
    with pytest.raises(TypeError, match=text):
        asyncio.run(ASGIMiddleware(answering(config), config, lambda request: [])(http_scope(), None, None))


def test_an_application_that_raises_ends_its_pin(config, publish):
    left = []

    async def app(scope, receive, send):
        left.append(asyncio.create_task(later()))
        raise ConnectionResetError("the client is gone")

    async def later():
        await asyncio.sleep(0)
        return config["level"]

    async def ask():
        with pytest.raises(ConnectionResetError):
            await ASGIMiddleware(app, config, by_headers)(
                http_scope(headers=[("x-region", "eu")]), None, None
            )
        return config["level"], await left[0]

    assert asyncio.run(ask()) == (1, 1)


def test_a_request_that_is_cancelled_ends_its_pin(config):
    async def ask():
        begun = asyncio.Event()

        async def app(scope, receive, send):
            begun.set()
            await asyncio.Event().wait()

        context = copy_context()
        pinned = ASGIMiddleware(app, config, by_headers)
        scope = http_scope(headers=[("x-region", "eu")])
        request = asyncio.create_task(pinned(scope, None, None), context=context)
        await begun.wait()
        during = context.run(lambda: config["level"])
        request.cancel()
        await asyncio.gather(request, return_exceptions=True)
        return during, context.run(lambda: config["level"])

    assert asyncio.run(ask()) == (10, 1)


def test_a_websocket_is_pinned_while_it_is_open(config, publish):
    async def app(scope, receive, send):
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] == "websocket.receive":
            publish(int(event["text"]))
            await send({"type": "websocket.send", "text": str(config["level"])})

    events = [
        {"type": "websocket.connect"},
        {"type": "websocket.receive", "text": "2"},
        {"type": "websocket.receive", "text": "3"},
        {"type": "websocket.disconnect", "code": 1001},
    ]
    scope = {"type": "websocket", "path": "/", "headers": []}
    sent = asked_asgi(ASGIMiddleware(app, config), scope, events)
    assert [event.get("text") for event in sent[1:]] == ["1", "1"]
    sent = asked_asgi(ASGIMiddleware(app, config, lambda request: {"max_age": 1e-9}), scope, events)
    assert [event.get("text") for event in sent[1:]] == ["2", "3"]


def test_a_websocket_that_is_refused_is_not_accepted(config):
    def pin(request):
        return {"override": {"token": "mine"}, "allowed": OPEN}

    events = [{"type": "websocket.connect"}]
    scope = {"type": "websocket", "path": "/", "headers": []}
    app = ASGIMiddleware(answering(config), config, pin)
    [closed] = asked_asgi(app, scope, events)
    assert (closed["type"], closed["code"]) == ("websocket.close", 1008)
    sent = asked_asgi(app, {**scope, "extensions": {"websocket.http.response": {}}}, events)
    assert [event["type"] for event in sent] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert answer_of(sent)[2] == b"token: not open to overrides\n"


def test_events_of_lifespan_pass_without_a_pin(config, publish):
    seen = []

    async def app(scope, receive, send):
        publish(2)
        seen.append((scope["type"], config["level"]))

    asked_asgi(ASGIMiddleware(app, config, lambda request: 1 / 0), {"type": "lifespan"})
    assert seen == [("lifespan", 2)]


def test_what_is_no_configuration_and_no_pin(config):
    async def asynchronous(request):
        return {}

    with pytest.raises(TypeError, match=r"a request pins a veltrix.Config, not Snapshot"):
        ASGIMiddleware(None, config.snapshot)
    with pytest.raises(TypeError, match="pin is a callable of a request, not dict"):
        ASGIMiddleware(None, config, {})
    with pytest.raises(TypeError, match="pin is a plain function, and this is an async one"):
        ASGIMiddleware(None, config, asynchronous)
