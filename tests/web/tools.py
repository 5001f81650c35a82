"""Applications called as a server calls them, without one."""

from __future__ import annotations

import asyncio
from io import BytesIO


def http_scope(path="/", method="GET", headers=(), **more):
    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return {"type": "http", "method": method, "path": path, "headers": pairs, **more}


def asked_asgi(app, scope, events=({"type": "http.request", "body": b"", "more_body": False},)):
    """What an application sends."""
    waiting, sent = list(events), []

    async def receive():
        return waiting.pop(0)

    async def send(event):
        sent.append(event)

    asyncio.run(app(scope, receive, send))
    return sent


def answer_of(sent):
    """Status, headers and body of what was sent."""
    start, *parts = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, b"".join(part.get("body", b"") for part in parts)


def environ_of(path="/", method="GET", headers=(), **more):
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers}
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "wsgi.input": BytesIO(),
        **named,
        **more,
    }


def asked_wsgi(app, environ):
    """Status, headers and body, read and closed as a server does."""
    started = []
    result = app(environ, lambda status, headers, exc_info=None: started.append((status, dict(headers))))
    try:
        body = b"".join(result)
    finally:
        if hasattr(result, "close"):
            result.close()
    status, headers = started[-1]
    return int(status.split()[0]), {name.lower(): value for name, value in headers.items()}, body
