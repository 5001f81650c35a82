"""The metrics, read by prometheus_client's own parser, and by a registry of it."""

from __future__ import annotations

from pathlib import Path

import pytest

import veltrix
from tests.watching.tools import wait_for
from tests.web.conftest import TOKEN, write
from veltrix.contrib.prometheus import Collector, generate_latest

NAMES = {
    "veltrix_config_generation": "gauge",
    "veltrix_config_reloads_total": "counter",
    "veltrix_config_last_reload_successful": "gauge",
    "veltrix_config_last_reload_success_timestamp_seconds": "gauge",
    "veltrix_config_source_last_success_timestamp_seconds": "gauge",
    "veltrix_config_scope_cache_hits_total": "counter",
    "veltrix_config_scope_cache_misses_total": "counter",
    "veltrix_config_scope_cache_entries": "gauge",
    "veltrix_config_scope_cache_bytes": "gauge",
}


@pytest.fixture
def parser():
    return pytest.importorskip("prometheus_client.parser", reason="prometheus_client is not installed")


@pytest.fixture
def client(parser):
    import prometheus_client

    return prometheus_client


def samples(text):
    """Numbers by name and label, of lines that hold no escaped quote."""
    pairs = [line.rsplit(" ", 1) for line in text.decode().splitlines() if not line.startswith("#")]
    return {name: float(number) for name, number in pairs}


def test_each_metric_says_what_it_is(config):
    lines = generate_latest(config).decode().splitlines()
    said = [line.split(maxsplit=3) for line in lines if line.startswith("#")]
    assert {words[2]: words[3] for words in said if words[1] == "TYPE"} == NAMES
    assert {words[2] for words in said if words[1] == "HELP"} == set(NAMES)


def test_reloads_are_counted_by_how_they_ended(config):
    before = samples(generate_latest(config))
    assert before['veltrix_config_reloads_total{result="success"}'] == 0
    assert before["veltrix_config_last_reload_successful"] == 1
    write(level=2)
    config.reload()
    config.reload()
    Path("app.json").write_text("{")
    with pytest.raises(veltrix.ConfigError):
        config.reload()
    after = samples(generate_latest(config))
    assert after["veltrix_config_generation"] == 2
    assert after['veltrix_config_reloads_total{result="success"}'] == 2
    assert after['veltrix_config_reloads_total{result="failure"}'] == 1
    assert after["veltrix_config_last_reload_successful"] == 0
    name = "veltrix_config_last_reload_success_timestamp_seconds"
    assert after[name] >= before[name] > 1_700_000_000
    assert samples(generate_latest(config))[name] == after[name]
    write(level=3)
    config.reload()
    assert samples(generate_latest(config))["veltrix_config_last_reload_successful"] == 1


def test_a_look_that_finds_nothing_is_no_reload(config):
    # A file that was just written is read again.
    wait_for(lambda: config._publisher._looked() and not config._publisher.passes.loader.found_news)
    before = samples(generate_latest(config))
    assert config._publisher._looked()
    after = samples(generate_latest(config))
    name = "veltrix_config_last_reload_success_timestamp_seconds"
    assert after[name] > before[name]
    assert {name: number for name, number in after.items() if "reloads" in name} == {
        'veltrix_config_reloads_total{result="success"}': before[
            'veltrix_config_reloads_total{result="success"}'
        ],
        'veltrix_config_reloads_total{result="failure"}': 0,
    }


def test_the_scope_cache_is_that_of_what_is_served(config):
    for region in ("eu", "us", "eu"):
        with config.pin(scope={"region": region}):
            pass
    found = samples(generate_latest(config))
    assert found["veltrix_config_scope_cache_hits_total"] == 1
    assert found["veltrix_config_scope_cache_misses_total"] == 2
    assert found["veltrix_config_scope_cache_entries"] == 2
    assert found["veltrix_config_scope_cache_bytes"] > 0


def test_one_series_for_each_name(config):
    Path("other.json").write_text("{}")
    config = veltrix.Config("app.json", dimensions={"region": {"eu": "other.json", "us": "other.json"}})
    lines = generate_latest(config).decode().splitlines()
    assert len(set(lines)) == len(lines)
    assert sum(line.startswith("veltrix_config_source_last_success") for line in lines) == 2


def test_the_parser_of_the_client_reads_it(config, parser):
    families = list(parser.text_string_to_metric_families(generate_latest(config).decode()))
    found = {family.name: family for family in families}
    assert {name.removesuffix("_total") for name in NAMES} == set(found)
    for name, kind in NAMES.items():
        assert found[name.removesuffix("_total")].type == kind
    sources = found["veltrix_config_source_last_success_timestamp_seconds"].samples
    assert {sample.labels["source"] for sample in sources} == {"app.json", "region:eu", "region:us"}


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\nb", "å{b}", 'x" 1\nforged 2', "\\n"])
def test_a_source_of_any_name(name, parser):
    config = veltrix.Config(veltrix.Values({"a": 1}, name=name))
    text = generate_latest(config).decode()
    found = {family.name: family for family in parser.text_string_to_metric_families(text)}
    [sample] = found["veltrix_config_source_last_success_timestamp_seconds"].samples
    assert sample.labels == {"source": name}
    assert "forged" not in found


def test_a_registry_gives_the_same(config, client):
    registry = client.CollectorRegistry()
    registry.register(Collector(config))
    assert samples(client.generate_latest(registry)) == samples(generate_latest(config))
    with pytest.raises(ValueError, match="Duplicated timeseries"):
        registry.register(Collector(config))


def test_no_value_is_shown(config):
    assert TOKEN.encode() not in generate_latest(config)


def test_it_is_read_while_another_thread_publishes(config):
    import threading

    ended = threading.Event()
    thread = threading.Thread(target=lambda: [generate_latest(config) for _ in iter(ended.is_set, True)])
    thread.start()
    try:
        for level in range(50):
            write(level=level)
            config.reload()
    finally:
        ended.set()
        thread.join()
    assert samples(generate_latest(config))["veltrix_config_generation"] >= 50


@pytest.mark.parametrize("make", [Collector, generate_latest])
def test_what_has_no_metrics(make, config):
    with pytest.raises(TypeError, match=r"metrics are those of a veltrix.Config, not Snapshot"):
        make(config.snapshot)
