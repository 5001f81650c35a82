"""Both implementations in one process: a test that takes `kernel` runs once with each."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from veltrix import implementations

KERNELS = ("pure", "native")
BY_NAME = {"kernel", "both"}
"""The fixtures of whoever asks an implementation by its name, whichever is chosen."""

# No test asserts on a clock, and a loaded machine is no fault of the code.
settings.register_profile("without a clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("without a clock")


def pytest_addoption(parser):
    parser.addoption(
        "--kernel",
        choices=(*KERNELS, "chosen"),
        default=None,
        help="run the tests of one implementation only; 'chosen': only what depends on which one is chosen",
    )
    parser.addoption(
        "--dist",
        type=Path,
        default=None,
        help="the folder with the built wheels that tests/packaging is about",
    )
    parser.addoption("--part", default="1/1", help="'1/2': every other test, the first of two parts")


def pytest_ignore_collect(collection_path, config):
    """Without wheels there is nothing that tests/packaging could look at."""
    about_wheels = collection_path == Path(__file__).with_name("packaging")
    return True if about_wheels and config.getoption("--dist") is None else None


def pytest_configure(config):
    config.addinivalue_line("markers", "chosen: takes `kernel`, and asks the chosen implementation as well")


def pytest_collection_modifyitems(config, items):
    option = config.getoption("--kernel")
    if option == "chosen":
        _keep(config, items, _depends_on_the_choice)
    elif option is not None:
        _keep(config, items, lambda item: _kernel_of(item) in (None, option))
    part, parts = map(int, config.getoption("--part").split("/"))
    if parts > 1:
        taken = set(items[part - 1 :: parts])
        _keep(config, items, taken.__contains__)


def _keep(config, items, is_wanted):
    config.hook.pytest_deselected(items=[item for item in items if not is_wanted(item)])
    items[:] = [item for item in items if is_wanted(item)]


def _depends_on_the_choice(item):
    return item.get_closest_marker("chosen") is not None or BY_NAME.isdisjoint(item.fixturenames)


def _kernel_of(item):
    return item.callspec.params.get("kernel") if hasattr(item, "callspec") else None


@pytest.fixture(scope="module", autouse=True)
def collector():
    """Keeps the collector from walking all tests, modules and results each time that a test asks it to look.

    What the files before have left grows with the suite, and made its tests ten times slower.
    """
    if hasattr(gc, "freeze"):  # PyPy's collector walks by generations
        gc.collect()
        gc.freeze()


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
