"""Uses that both checkers have to refuse: a line names what each says of it, and no other is wrong."""

# What follows from the mistakes is not said again.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from service import OPEN, config
from settings import Server, Settings
from web import api, site

from veltrix import Allowed, Config, Env, File, Key, Snapshot, Subscriber, append, load
from veltrix.pytest import Override
from veltrix.web import ASGIMiddleware, Request, WSGIMiddleware


def reading(snapshot: Snapshot[Settings]) -> None:
    _ = config.settings.server.prot  # mypy: attr-defined; pyright: reportAttributeAccessIssue
    _text: str = config.settings.server.port  # mypy: assignment; pyright: reportAssignmentType
    _ = snapshot.settings.sever  # mypy: attr-defined; pyright: reportAttributeAccessIssue
    config.settings = snapshot.settings  # mypy: misc; pyright: reportAttributeAccessIssue
    config.snapshot = snapshot  # mypy: misc; pyright: reportAttributeAccessIssue
    config["server.port"] = 1  # mypy: index; pyright: reportIndexIssue
    del config["server.port"]  # mypy: attr-defined; pyright: reportIndexIssue
    snapshot["server.port"] = 1  # mypy: index; pyright: reportIndexIssue
    _ = config[1]  # mypy: index; pyright: reportArgumentType


def binding() -> None:
    _text: str = config.bind(int, "server.port")  # mypy: assignment; pyright: reportAssignmentType
    config.bind("server", Server)  # mypy: call-overload; pyright: reportArgumentType, reportCallIssue
    _ = config.bind(Server, "server").prot  # mypy: attr-defined; pyright: reportAttributeAccessIssue
    _ = config.key("server.port", int).value + "0"  # mypy: operator; pyright: reportOperatorIssue
    config.key(int, "server.port")  # mypy: call-overload; pyright: reportArgumentType, reportCallIssue
    port = config.key("server.port", int)
    _number: Key[str] = port  # mypy: assignment; pyright: reportAssignmentType
    config.key("server.port", int, 80)  # mypy: call-overload; pyright: reportCallIssue


def making() -> None:
    load("shop.toml", schame=Settings)  # mypy: call-arg; pyright: reportCallIssue
    load("shop.toml", schema=Server(80))  # mypy: arg-type; pyright: reportArgumentType
    load("shop.toml", extra="allow")  # mypy: arg-type; pyright: reportArgumentType
    _other: Snapshot[Server] = load("a", schema=Settings)  # mypy: arg-type; pyright: reportAssignmentType
    Config("shop.toml", conflicts="merge")  # mypy: arg-type; pyright: reportArgumentType
    Config(80)  # mypy: arg-type; pyright: reportArgumentType
    Config("shop.toml", validate=print)  # mypy: arg-type; pyright: reportArgumentType
    Env("SHOP", unmatched="warn")  # mypy: arg-type; pyright: reportArgumentType
    File("shop.toml", format="ini")  # mypy: arg-type; pyright: reportArgumentType
    Allowed(["server.port"])  # mypy: arg-type; pyright: reportArgumentType
    append("one")  # mypy: arg-type; pyright: reportArgumentType


def pinning() -> None:
    _ = config.pin().settings  # mypy: attr-defined; pyright: reportAttributeAccessIssue
    config.pin({"server.port": 1})  # mypy: call-arg; pyright: reportCallIssue
    config.pin(override={"server.port": 1}, scop={})  # mypy: call-arg; pyright: reportCallIssue
    config.pin(override=["server.port"])  # mypy: arg-type; pyright: reportArgumentType
    config.pin(allowed={"server.port": int})  # mypy: arg-type; pyright: reportArgumentType
    with config.pin(allowed=OPEN) as pinned:
        _ = pinned.settings.prot  # mypy: attr-defined; pyright: reportAttributeAccessIssue


def living() -> None:
    config.subscribe(lambda: None)  # mypy: arg-type, misc; pyright: reportArgumentType
    config.watch(poll="2s")  # mypy: arg-type; pyright: reportArgumentType
    config.rollback("1")  # mypy: arg-type; pyright: reportArgumentType
    for change in config.changes():  # mypy: attr-defined; pyright: reportGeneralTypeIssues
        print(change)
    config.key("server.port", int).value = 1  # mypy: misc; pyright: reportAttributeAccessIssue


class Backwards(Subscriber):
    def abort(self) -> None: ...  # mypy: override; pyright: reportIncompatibleMethodOverride


async def pin(request: Request) -> dict[str, object]:
    return {"scope": {"region": request.headers[b"x-region"]}}  # mypy: index; pyright: reportArgumentType


def serving() -> None:
    ASGIMiddleware(api, config, pin)  # mypy: arg-type; pyright: reportArgumentType
    ASGIMiddleware(api, {"server": {"port": 1}})  # mypy: arg-type; pyright: reportArgumentType
    WSGIMiddleware(api, config)  # mypy: arg-type; pyright: reportArgumentType
    ASGIMiddleware(site.wsgi_app, config)  # mypy: arg-type; pyright: reportArgumentType


def test_override(veltrix_override: Override) -> None:
    veltrix_override({"server": {}}, {"server.port": 1})  # mypy: arg-type; pyright: reportArgumentType
    veltrix_override(config, "server.port")  # mypy: arg-type; pyright: reportArgumentType
    veltrix_override(config)  # mypy: call-arg; pyright: reportCallIssue
