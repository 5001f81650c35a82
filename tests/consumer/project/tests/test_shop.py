"""The tests of the shop, with the fixture that the installed package brings."""

import threading

from service import Pool, complains, config, keys, once, pins
from settings import Cache, Server

from veltrix.pytest import Override


def test_everybody_sees_an_override(veltrix_override: Override) -> None:
    port = config.key("server.port", int)
    veltrix_override(config, {"server.port": 9090})
    seen: list[int] = []
    thread = threading.Thread(target=lambda: seen.append(config.settings.server.port))
    thread.start()
    thread.join()
    assert (seen, port.value) == ([9090], 9090)


def test_it_is_over_with_the_test() -> None:
    assert config.settings.server.port == once().server.port == 8080


def test_what_the_whole_is() -> None:
    assert config.settings.cache == Cache()
    assert config.settings.token == "from the vault"
    assert config.settings.server is config.bind(Server, "server")
    assert isinstance(keys(config), Pool)


def test_a_pin_chooses() -> None:
    assert (pins(config, "fr"), pins(config, None)) == ("bonjour", "hello")


def test_what_is_wrong_is_listed() -> None:
    assert complains("shop.toml") == []
