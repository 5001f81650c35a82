"""The examples for frameworks, each on its real server, from a copy whose file the test edits."""

from __future__ import annotations

import http.client
import json
import shutil
import warnings
from contextlib import closing
from pathlib import Path

import pytest

from tests.serving.servers import BOUND, free_port, python, redis_serving, wait_for, wait_until_it_answers

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "frameworks"
UVICORN, GUNICORN = ["uvicorn", "--port"], ["gunicorn", "--no-control-socket", "--bind"]
SERVERS = {
    "fastapi": [*UVICORN, "fastapi_app:app"],
    "starlette": [*UVICORN, "starlette_app:app"],
    "flask": [*GUNICORN, "flask_app:app"],
    "django": [*GUNICORN, "django_app:application"],
}


@pytest.fixture
def copied(tmp_path, monkeypatch):
    folder = shutil.copytree(FOLDER, tmp_path / "shop", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(folder)
    return folder


def edit(copied, *changes):
    """Writes the file beside and renames it, as editors do."""
    file = copied / "shop.toml"
    text = file.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (copied / "shop.toml.new").write_text(text)
    (copied / "shop.toml.new").replace(file)


def get(port, path, **headers):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=BOUND)) as connection:
        connection.request("GET", path, headers={f"x-{name}": value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@pytest.mark.parametrize("framework", SERVERS)
def test_a_shop_is_served(framework, copied):
    pytest.importorskip(framework, reason=f"{framework} is not installed")
    *words, app = SERVERS[framework]
    pytest.importorskip(words[0], reason=f"{words[0]} is not installed")
    port = free_port()
    place = f"127.0.0.1:{port}" if words[0] == "gunicorn" else port
    with python(*words, place, app, SHOP_SEARCH__PAGE_SIZE="30") as started:
        wait_until_it_answers(port, started, "/-/healthz")

        def search(**headers):
            status, body = get(port, "/search", **headers)
            assert status == 200, body
            return json.loads(body)

        assert search() == {"greeting": "hello", "page_size": 30, "fuzzy": False}
        assert search(region="fr", fuzzy="on") == {"greeting": "bonjour", "page_size": 30, "fuzzy": True}
        assert get(port, "/search", fuzzy="very") == (400, "x-fuzzy: expected on or off\n")
        [log] = copied.glob("log-*.txt")
        assert "searched" not in log.read_text()

        edit(copied, ('"hello"', '"good day"'), ('level = "INFO"', 'level = "DEBUG"'))
        wait_for(lambda: search()["greeting"] == "good day", "the change is not served")
        wait_for(lambda: search() and "searched" in log.read_text(), "the level does not follow")

        edit(copied, ("fuzzy = false", 'fuzzy = "false"'))
        wait_for(lambda: get(port, "/-/readyz")[0] == 503, "what does not fit is not noticed")
        assert search()["greeting"] == "good day"
        assert "search.fuzzy: expected bool, not str" in json.loads(get(port, "/-/status")[1])["last_error"]
        assert get(port, "/-/healthz")[0] == 200
        assert "veltrix_config_last_reload_successful 0.0" in get(port, "/-/metrics")[1]


def test_the_tasks_of_a_shop_run(copied):
    with redis_serving() as url:
        look_at_tasks(copied, url)


def look_at_tasks(copied, url):
    celery = pytest.importorskip("celery", reason="the group `serving` is not installed")

    words = ["celery", "-A", "celery_app", "worker", "--concurrency", "2", "--without-mingle"]
    with python(*words, REDIS_URL=url), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with celery.Celery("client", broker=url, backend=url) as client:

            def run(task, *arguments):
                return client.send_task(f"celery_app.{task}", arguments, expires=BOUND).get(timeout=BOUND)

            assert run("search") == {"greeting": "hello", "page_size": 20, "fuzzy": False}
            assert run("search", "fr")["greeting"] == "bonjour"
            assert run("status")["generation"] == 1
            [log] = [one for one in copied.glob("log-*.txt") if "celery" in one.read_text()]
            edit(copied, ('"hello"', '"good day"'), ('level = "INFO"', 'level = "DEBUG"'))
            wait_for(lambda: run("search")["greeting"] == "good day", "the change is not served")
            wait_for(lambda: run("search") and "searched" in log.read_text(), "the level does not follow")
