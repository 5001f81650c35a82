"""What the servers of these tests run: it says which of the file's contents it reads, and that it is one.

Run where `app.json` lies. `number` and `twin` are the same in each content of the file, or it was read mixed.
"""

from __future__ import annotations

import json
import os
import threading

import veltrix
from veltrix.web import ASGIMiddleware, WSGIMiddleware, make_asgi_app, make_wsgi_app

config = veltrix.Config("app.json", last_good="last-good.json")
if os.environ.get("SERVING_WATCH", "1") == "1":
    config.watch(poll=float(os.environ.get("SERVING_POLL", "2")))


OWN = ("/", "/raise")


def said(number, twin):
    """What one request found, with the threads of this process that watch."""
    watching = sum(thread.name == "veltrix-watch" for thread in threading.enumerate())
    found = {"pid": os.getpid(), "number": number, "twin": twin, "watching": watching}
    return json.dumps(found).encode()


def answer(environ, start_response):
    """Reads one value when it is called, and the other when it is iterated over."""
    number = config["number"]
    start_response("200 OK", [("Content-Type", "application/json")])
    yield b""
    yield said(number, config["twin"])


OPEN = veltrix.Allowed({"name": str, "number": int, "twin": int})


def pin(request):
    if request.path == "/raise":
        raise RuntimeError("a pin that fails")
    text = request.headers.get("x-override")
    if text is None:
        return None
    try:
        override = json.loads(text)
    except (ValueError, RecursionError):
        raise veltrix.errors.ValidationError("not JSON", "x-override") from None
    if not isinstance(override, dict):
        raise veltrix.errors.ValidationError("not an object", "x-override")
    return {"override": override, "allowed": OPEN}


_health = make_wsgi_app(config)
_pinned = WSGIMiddleware(answer, config, pin)


def application(environ, start_response):
    app = _pinned if environ["PATH_INFO"] in OWN else _health
    return app(environ, start_response)


async def _answer(scope, receive, send):
    number = config["number"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"", "more_body": True})
    await send({"type": "http.response.body", "body": said(number, config["twin"])})


_asgi_health = make_asgi_app(config)
_asgi_pinned = ASGIMiddleware(_answer, config, pin)


async def asgi(scope, receive, send):
    is_own = scope["type"] == "http" and scope["path"] in OWN
    await (_asgi_pinned if is_own else _asgi_health)(scope, receive, send)
