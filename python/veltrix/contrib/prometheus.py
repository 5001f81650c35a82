"""How a configuration is, as metrics of Prometheus: as text, or for a registry of prometheus_client."""

from __future__ import annotations

from typing import NamedTuple

from veltrix.config import Config

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from prometheus_client import Metric

__all__ = ["Collector", "generate_latest"]

PREFIX = "veltrix_config_"


class _Family(NamedTuple):
    """One metric: its samples are pairs of the value of its label and a number."""

    name: str
    kind: Literal["counter", "gauge"]
    words: str
    label: str | None
    samples: tuple[tuple[str, float], ...]


def generate_latest(config: Config) -> bytes:
    """The metrics of a configuration in the text format 0.0.4 of Prometheus.

    They are those of this process, and hold no value of the configuration.

    Args:
        config: The `Config`.

    Raises:
        TypeError: It is no `Config`.

    Example:
        >>> text = veltrix.contrib.prometheus.generate_latest(config).decode()
        >>> "veltrix_config_generation 1.0" in text
        True
    """
    lines: list[str] = []
    for family in _families(config):
        lines += [f"# HELP {family.name} {family.words}", f"# TYPE {family.name} {family.kind}"]
        for label, number in family.samples:
            labels = "" if family.label is None else f'{{{family.label}="{_escaped(label)}"}}'
            lines.append(f"{family.name}{labels} {float(number)!r}")
    return "".join(f"{line}\n" for line in lines).encode()


class Collector:
    """The same for a registry of prometheus_client, which has to be installed.

    Args:
        config: The `Config`.

    Raises:
        TypeError: It is no `Config`.

    Example:
        >>> collector = veltrix.contrib.prometheus.Collector(config)  # for REGISTRY.register
    """

    __slots__ = ("_config",)

    def __init__(self, config: Config) -> None:
        self._config = _checked(config)

    def collect(self) -> Iterator[Metric]:
        """The metrics as they are now.

        Example:
            >>> metrics = veltrix.contrib.prometheus.Collector(config).collect()
        """
        from prometheus_client import Metric

        for family in _families(self._config):
            name = family.name.removesuffix("_total")
            metric = Metric(name, family.words, family.kind)
            for label, number in family.samples:
                labels = {} if family.label is None else {family.label: label}
                metric.add_sample(family.name, labels, float(number))
            yield metric

    def describe(self) -> Iterator[Metric]:
        """The names of the metrics, which a registry compares with those of others.

        Example:
            >>> metrics = veltrix.contrib.prometheus.Collector(config).describe()
        """
        return self.collect()


def _families(config: Config) -> Iterator[_Family]:
    status = _checked(config).status()
    results = config._publisher.passes.results
    cache = config.snapshot.scope_cache_info()
    yield _single("generation", "gauge", "The generation that this process serves.", status.generation)
    yield _Family(
        f"{PREFIX}reloads_total",
        "counter",
        "Passes that found something to do, or were asked for, by how they ended.",
        "result",
        (("success", results.successes), ("failure", results.failures)),
    )
    yield _single(
        "last_reload_successful",
        "gauge",
        "Whether what is served is what the sources say: 1, or 0 after a failure.",
        not status.stale,
    )
    yield _single(
        "last_reload_success_timestamp_seconds",
        "gauge",
        "When a pass last found that what is served is what the sources say.",
        results.succeeded_at,
    )
    by_name: dict[str, float] = {}
    for source in status.sources:  # the oldest, where several have one name
        by_name[source.name] = min(source.at, by_name.get(source.name, source.at))
    yield _Family(
        f"{PREFIX}source_last_success_timestamp_seconds",
        "gauge",
        "When a source was last read well.",
        "source",
        tuple(by_name.items()),
    )
    yield _single(
        "scope_cache_hits_total", "counter", "Scopes that were kept, of what is served.", cache.hits
    )
    yield _single(
        "scope_cache_misses_total", "counter", "Scopes that were made, of what is served.", cache.misses
    )
    yield _single("scope_cache_entries", "gauge", "Scopes that are kept.", cache.entries)
    yield _single("scope_cache_bytes", "gauge", "How large they are, by an estimate, in bytes.", cache.bytes)


def _single(name: str, kind: Literal["counter", "gauge"], words: str, number: float) -> _Family:
    return _Family(f"{PREFIX}{name}", kind, words, None, (("", number),))


def _checked(config: Config) -> Config:
    if not isinstance(config, Config):
        raise TypeError(f"metrics are those of a veltrix.Config, not {type(config).__name__}")
    return config


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
