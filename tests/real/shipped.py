"""Configuration that well-known packages ship: found where they are installed, never copied into this tree.

botocore describes services in JSON, deep and wide; ansible-core and distributed keep their defaults in YAML;
every crate has its Cargo.toml. A stack is several such files, in order, as the layers of one configuration.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from tests.formats.suites import crates


class Document(NamedTuple):
    """One file."""

    name: str
    format: str
    text: str


def installed(package, patterns, least, most=None):
    """The files of an installed Python package that match, in order; nothing where it is not installed."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return []
    root = Path(spec.origin).parent
    paths = [path for pattern in patterns for path in sorted(root.glob(pattern))]
    assert len(paths) >= least, f"{package} has only {len(paths)} of {patterns}"
    return [read(path, path.relative_to(root).as_posix()) for path in paths[:most]]


def read(path, name):
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    suffix = Path(name.removesuffix(".gz")).suffix
    return Document(name, {".json": "json", ".toml": "toml"}.get(suffix, "yaml"), text)


def manifests():
    """The Cargo.toml of every crate that the workspace uses."""
    folders = crates()
    return [read(folders[name] / "Cargo.toml", f"{name}/Cargo.toml") for name in sorted(folders)]


STACKS = {
    # Rules in rules, forty lists and mappings down.
    "deep": lambda: installed("botocore", ["data/s3*/*/endpoint-rule-set-1.json.gz"], 2),
    # Thousands of names in one mapping.
    "wide": lambda: installed("botocore", [f"data/{name}/*/service-2.json.gz" for name in ("iam", "rds")], 2),
    "long lists": lambda: installed("botocore", ["data/*.json"], 4),
    "many small": lambda: installed("botocore", ["data/*/*/paginators-1.json"], 200),
    "crates": manifests,
    "defaults": lambda: installed("distributed", ["*.yaml"], 2) + installed("dask", ["*.yaml"], 2),
    "documented": lambda: installed("ansible", ["config/*.yml", "keyword_desc.yml"], 3),
}

# Too large for the reference, and so only measured.
LARGE_STACKS = {
    # A million leaves: all services, each under its name and version.
    "services": lambda: beneath_their_folders(installed("botocore", ["data/*/*/service-2.json.gz"], 400)),
}


def beneath_their_folders(documents):
    """JSON documents, each as the only value of a mapping, by the name of its folder."""
    return [
        one._replace(text=json.dumps({Path(one.name).parent.as_posix(): None})[:-5] + one.text + "}")
        for one in documents
    ]


@cache
def stack(name):
    """The documents of a stack."""
    return {**STACKS, **LARGE_STACKS}[name]()
