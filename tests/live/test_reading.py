"""Reading a live configuration: a read-only mapping of what the context reads."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections.abc import Mapping

import pytest

import veltrix
from tests.live.tools import Box
from veltrix.errors import MissingKeyError


def test_it_is_a_read_only_mapping(config):
    assert isinstance(config, Mapping)
    assert (config["port"], config["theme.colour"], config["theme", "size"]) == (1, "red", 3)
    assert "theme.colour" in config
    assert "nothing" not in config
    assert config.get("nothing") is None
    assert config.get("nothing", 5) == 5
    assert list(config) == list(config.keys()) == ["port", "theme", "tags"]
    assert list(reversed(config)) == ["tags", "theme", "port"]
    assert len(config) == 3
    assert bool(config)
    assert not veltrix.Config()
    assert dict(config.items())["port"] == next(iter(config.values())) == 1
    assert {**config}.keys() == config.keys()
    with pytest.raises(MissingKeyError):
        config["nothing"]
    with pytest.raises(TypeError):
        config["port"] = 2
    match config:
        case {"port": port, "theme": theme}:
            assert (port, theme["size"]) == (1, 3)
        case _:
            pytest.fail("it is no mapping")


def test_the_rest_is_that_of_its_snapshot(config):
    snapshot = config.snapshot
    assert config.to_dict() == snapshot.to_dict()
    assert config.flatten() == snapshot.flatten()
    assert config.explain("theme.colour") == snapshot.explain("theme.colour")
    assert (config.layer_names, config.generation, config.digest) == (("box",), 1, snapshot.digest)
    assert config.current() is snapshot
    assert [source.name for source in config.sources] == ["box"]
    assert repr(config) == "<veltrix.Config, generation 1, 1 sources>"


def test_all_of_it_reads_what_is_pinned_but_for_snapshot(config):
    with config.pin(override={"port": 9, "more": 1}) as pinned:
        assert (config["port"], config.get("more"), "more" in config) == (9, 1, True)
        assert config.to_dict() == pinned.to_dict()
        assert config.flatten() == pinned.flatten()
        assert config.explain("port").origin == pinned.explain("port").origin
        assert list(config) == [*pinned]
        assert (len(config), config.layer_names, config.digest) == (4, pinned.layer_names, pinned.digest)
        assert config.snapshot["port"] == 1
    assert config["port"] == 1


def test_iterating_holds_one_snapshot(config, box):
    seen, items, values = iter(config), iter(config.items()), config.values()
    first = next(seen)
    box.data = {"other": 1}
    config.reload()
    assert [first, *seen] == ["port", "theme", "tags"]
    assert [name for name, _ in items] == ["port", "theme", "tags"]
    assert len(values) == 3
    assert list(config) == ["other"]


def test_it_compares_and_hashes_by_identity(config, box):
    other = veltrix.Config(box)
    assert config == config
    assert config != other
    assert config.snapshot == other.snapshot
    assert len({config, other}) == 2


def test_it_cannot_be_written_copied_or_pickled(config):
    for call in (lambda: setattr(config, "snapshot", None), lambda: delattr(config, "snapshot")):
        with pytest.raises(AttributeError, match=r"^a Config is read-only$"):
            call()
    with pytest.raises(AttributeError):
        config.other = 1
    for copied in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match=r"^a Config is not copied or pickled: hand over its snapshot"):
            copied(config)


def test_a_class_below_it_works_and_is_collected(box):
    class Own(veltrix.Config):
        """A configuration with words of its own."""

        @property
        def port(self):
            return self["port"]

    own = Own(box)
    assert own.port == 1
    box.data = {**box.data, "port": 2}
    assert own.reload().generation == 2
    assert own.port == 2
    alive = weakref.ref(own)
    del own
    gc.collect()
    assert alive() is None


def test_one_that_could_not_be_loaded_says_so(box):
    box.error = veltrix.errors.SourceError("is away", "box")
    with pytest.raises(veltrix.errors.ConfigError):
        veltrix.Config(box)
    assert repr(veltrix.Config.__new__(veltrix.Config)) == "<veltrix.Config, not loaded>"


def test_a_first_load_is_validated(box):
    def validate(candidate):
        raise ValueError("no port below 1024")

    with pytest.raises(veltrix.errors.RefusedError, match=r"validate': no port below 1024$") as caught:
        veltrix.Config(box, validate=[validate])
    assert isinstance(caught.value.__cause__, ValueError)


def test_reading_goes_on_when_it_is_closed(config):
    key = config.key("port")
    config.close()
    config.close()
    assert (config["port"], config.snapshot["port"], key.value, config.status().generation) == (1, 1, 1, 1)
    with config.pin(override={"port": 5}):
        assert config["port"] == 5
    for call in (config.reload, config.rollback, config.release):
        with pytest.raises(RuntimeError, match=r"^this Config is closed$"):
            call()
    config.request_reload()


def test_a_snapshot_that_a_reader_holds_stays_as_it_was_and_goes_with_it():
    box = Box({"n": 0})
    config = veltrix.Config(box, history=1)
    held, alive = [], []
    for number in range(1, 50):
        held.append(config.snapshot)
        alive.append(weakref.ref(config.snapshot))
        box.data = {"n": number}
        config.reload()
    assert [snapshot["n"] for snapshot in held] == list(range(49))
    del held
    gc.collect()
    assert sum(one() is not None for one in alive) <= 2
