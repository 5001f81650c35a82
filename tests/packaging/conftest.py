"""The wheels of the folder that `--dist` names."""

from __future__ import annotations

import pytest

from tests.packaging.wheels import is_pure


def pytest_configure(config):
    if config.getoption("--dist") is None:
        raise pytest.UsageError("tests/packaging is about built wheels: run `make check-wheels`")


def pytest_generate_tests(metafunc):
    if "wheel" in metafunc.fixturenames:
        wheels = sorted(metafunc.config.getoption("--dist").glob("*.whl"))
        metafunc.parametrize("wheel", wheels, ids=[wheel.name for wheel in wheels])


@pytest.fixture(scope="session")
def dist(request):
    return request.config.getoption("--dist").resolve()


@pytest.fixture(scope="session")
def pure_wheel(dist):
    (wheel,) = filter(is_pure, dist.glob("*.whl"))
    return wheel


@pytest.fixture(scope="session")
def sdist(dist):
    (archive,) = dist.glob("*.tar.gz")
    return archive
