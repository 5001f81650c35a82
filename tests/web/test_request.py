"""What a pin can know of a request, from either protocol."""

from __future__ import annotations

import pytest

from tests.web.tools import environ_of, http_scope
from veltrix.web.request import of_environ, of_scope

HEADERS = [("X-Region", "eu"), ("X-Token", "swordfish")]


@pytest.fixture(params=["asgi", "wsgi"])
def made(request):
    if request.param == "asgi":
        return lambda path, headers: of_scope(http_scope(path, headers=headers))
    return lambda path, headers: of_environ(environ_of(path.encode().decode("latin-1"), headers=headers))


def test_headers_are_found_in_any_case(made):
    headers = made("/", HEADERS).headers
    assert headers["x-region"] == headers["X-REGION"] == headers.get("X-Region") == "eu"
    assert headers.get("x-other") is None
    assert dict(headers) == {"x-region": "eu", "x-token": "swordfish"}
    assert len(headers) == 2
    assert "x-region" in headers


@pytest.mark.parametrize("name", ["", "x_region", "x-regiön", "\ud800", "x-region\0"])
def test_names_that_no_header_has(made, name):
    with pytest.raises(KeyError):
        made("/", HEADERS).headers[name]


def test_values_are_any_bytes(made):
    assert made("/", [("X-Region", "\xff\x00")]).headers["x-region"] == "\xff\x00"


def test_the_path_is_text(made):
    assert made("/hünt/1", ()).path == "/hünt/1"


def test_nothing_is_shown(made):
    request = made("/swordfish", HEADERS)
    assert "swordfish" not in repr(request) + repr(request.headers)


def test_what_came_several_times_is_one_text():
    headers = of_scope(http_scope(headers=[("x-a", "1"), ("x-b", "2"), ("x-a", "3")])).headers
    assert headers["x-a"] == "1, 3"
    assert list(headers) == ["x-a", "x-b"]
    assert len(headers) == 2


def test_the_length_and_the_type_of_a_body_in_an_environ():
    headers = of_environ({**environ_of(), "CONTENT_TYPE": "text/plain", "CONTENT_LENGTH": "3"}).headers
    assert dict(headers) == {"content-type": "text/plain", "content-length": "3"}


def test_a_path_of_bytes_that_are_no_text():
    assert of_environ({**environ_of("/\xff"), "SCRIPT_NAME": "/app"}).path == "/app/�"
