"""Both implementations in one process: a test that takes `kernel` runs once with each."""

from __future__ import annotations

import sys

import pytest

from veltrix import implementations

KERNELS = ("pure", "native")


def pytest_addoption(parser):
    parser.addoption(
        "--kernel", choices=KERNELS, default=None, help="run the tests of one implementation only"
    )


def pytest_collection_modifyitems(config, items):
    chosen = config.getoption("--kernel")
    if chosen is None:
        return
    others = [item for item in items if _kernel_of(item) not in (None, chosen)]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if _kernel_of(item) in (None, chosen)]


def _kernel_of(item):
    return item.callspec.params.get("kernel") if hasattr(item, "callspec") else None


@pytest.fixture
def allocated_blocks():
    """How many blocks of memory the interpreter has given out."""
    if not hasattr(sys, "getallocatedblocks"):
        pytest.skip(f"{sys.implementation.name} counts no blocks of memory")
    return sys.getallocatedblocks


@pytest.fixture(params=KERNELS, scope="session")
def kernel(request):
    """The module of one implementation."""
    found = implementations().get(request.param)
    if found is None or not hasattr(found, "resolve"):
        pytest.skip(f"veltrix._{request.param} is not built, or without the kernel")
    return found


@pytest.fixture(scope="session")
def both():
    """The reference and the native kernel; the test is skipped without the latter."""
    found = implementations()
    if "native" not in found:
        pytest.skip("veltrix._native is not built")
    return found["pure"], found["native"]
