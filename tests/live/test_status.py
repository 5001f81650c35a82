"""`status()` and the logger: what is said of a configuration, without a value of it."""

from __future__ import annotations

import logging
import pickle
import time
from dataclasses import dataclass, make_dataclass
from typing import Annotated, Any

import pytest

import veltrix
from tests.live.tools import Box, Noting
from veltrix.errors import ConfigError, RefusedError, SourceError

SECRET = "hunter2-9f4"


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, logger="veltrix")
    return lambda: [(record.levelname, record.getMessage()) for record in caplog.records]


def test_what_it_says(config, box):
    status = config.status()
    assert isinstance(status, veltrix.Status)
    assert (status.generation, status.digest) == (1, config.snapshot.digest)
    assert (status.stale, status.held, status.last_error) == (False, None, None)
    assert status.published <= time.time()
    assert status.age >= 0
    assert pickle.loads(pickle.dumps(status)) == status
    assert all(isinstance(source, veltrix.SourceStatus) for source in status.sources)
    box.data = {**box.data, "port": 2}
    config.reload()
    assert config.status().generation == 2
    assert config.status().digest == config.snapshot.digest != status.digest
    assert config.status().published >= status.published


def test_the_age_begins_anew_with_each_pass_that_finds_it_true(config, box, monkeypatch):
    from veltrix.publishing import passes, publisher

    now = [config._publisher.passes.checked]
    for module in (passes, publisher):
        monkeypatch.setattr(module, "monotonic", lambda: now[0])
    now[0] += 50
    assert config.status().age == 50
    config.reload()
    assert config.status().age == 0
    now[0] += 7
    box.error = SourceError("is away", "box")
    with pytest.raises(ConfigError):
        config.reload()
    assert (config.status().age, config.status().stale) == (7, True)


def test_one_line_for_each_publish_and_each_refusal(box, lines):
    box.data = {**box.data, "password": SECRET}

    def validate(candidate):
        if candidate["port"] == 3:
            raise ValueError(f"{candidate['password']} is too short")

    config = veltrix.Config(box, validate=[validate], secret=["password"])
    config.subscribe(Noting([], "s"))
    assert lines() == []
    box.data = {**box.data, "port": 2, "password": SECRET + "x", "more": SECRET}
    config.reload()
    box.data = {**box.data, "port": 3}
    for _ in range(3):
        with pytest.raises(RefusedError):
            config.reload()
    box.error = SourceError("is away", "box")
    with pytest.raises(ConfigError):
        config.reload()
    said = lines()
    assert said[:2] == [
        ("INFO", "generation 2 after 1: box (1 added, 0 removed, 2 changed)"),
        ("WARNING", f"generation 2 stays: refused by validator {validate.__qualname__!r} (ValueError)"),
    ]
    assert said[2] == ("WARNING", "generation 2 stays: box: is away")
    assert len(said) == 3
    assert SECRET not in repr(said)
    assert SECRET not in repr(config.status())
    assert SECRET not in repr(config.history)


def test_several_problems_are_one_line(lines):
    boxes = [Box({"a": 1}, "one"), Box({"b": 1}, "two")]
    config = veltrix.Config(*boxes)
    for box in boxes:
        box.error = SourceError("is away", box.name)
    with pytest.raises(ConfigError):
        config.reload()
    assert lines() == [("WARNING", "generation 1 stays: one: is away; two: is away")]
    assert config.status().last_error == "one: is away; two: is away"


def test_a_mistake_in_a_source_is_told_by_its_class_alone(config, box, lines):
    box.error = KeyError(SECRET)
    with pytest.raises(KeyError):
        config.reload()
    assert lines() == [("WARNING", "generation 1 stays: KeyError")]
    assert (config.status().last_error, config.status().stale) == ("KeyError", True)
    box.error = None
    assert config.reload() is None
    assert config.status().last_error is None


def test_it_never_waits(config, box):
    seen = []
    box.meanwhile = lambda: seen.append(config.status().generation)
    config.reload()
    assert seen == [1]


def test_what_is_withheld_is_not_confirmed(config, box, monkeypatch):
    """Held by a rollback: the sources say something else than what is published, until they do not."""
    from veltrix.publishing import passes, publisher

    now = [config._publisher.passes.checked]
    for module in (passes, publisher):
        monkeypatch.setattr(module, "monotonic", lambda: now[0])
    before = dict(box.data)
    box.data = {**box.data, "port": 2}
    config.reload()
    config.rollback()
    now[0] += 5
    assert config.reload() is None
    assert (config.status().age, config.status().stale) == (5, False)
    box.data = before
    assert config.reload() is None
    assert config.status().age == 0
    assert config.release() is None
    assert config.status().held is None


def refused(url):
    return ValueError(f"cannot use {url}") if "bad" in url else None


@dataclass(frozen=True)
class Store:
    url: str

    def __post_init__(self):
        if error := refused(self.url):
            raise error


def store_of(library):
    """A model of a library whose own code refuses a value, and says it."""
    if library == "dataclasses":
        return Store
    module = pytest.importorskip(library)
    if library == "msgspec":
        return module.defstruct(
            "Store", [("url", str)], namespace={"__post_init__": Store.__post_init__}, frozen=True
        )

    def check(url):
        if error := refused(url):
            raise error if library == "pydantic" else module.PydanticCustomError("own", str(error))
        return url

    pydantic = pytest.importorskip("pydantic")
    checked: Any = Annotated[str, pydantic.AfterValidator(check)]
    if library == "pydantic_core":  # which says of each type why it is none
        checked = int | checked
    return pydantic.create_model("Store", __config__={"frozen": True}, url=(checked, ...))


@pytest.mark.parametrize("library", ["dataclasses", "msgspec", "pydantic", "pydantic_core"])
def test_what_code_of_a_model_says_stays_out(lines, library):
    settings = make_dataclass("Settings", [("store", store_of(library))], frozen=True)
    box = Box({"store": {"url": "good"}})
    config = veltrix.Config(box, schema=settings)
    box.data = {"store": {"url": f"bad-{SECRET}"}}
    with pytest.raises(ConfigError, match=f": refused by Store: cannot use bad-{SECRET}") as caught:
        config.reload()
    said = f"{caught.value.problems[0].path}: refused by Store (layer 'box')"
    assert config.status().last_error == said
    assert lines() == [("WARNING", f"generation 1 stays: {said}")]
