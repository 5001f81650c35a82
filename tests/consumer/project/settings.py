"""What the shop is configured by: a dataclass with sections of each library."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, TypedDict

import msgspec
from pydantic import BaseModel, ConfigDict, SecretStr

import veltrix


@dataclass(frozen=True)
class Server:
    port: int
    host: str = "localhost"
    timeout: timedelta = timedelta(seconds=5)


class Database(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    password: SecretStr = SecretStr("")


class Cache(msgspec.Struct, frozen=True):
    size: int = 100
    kind: Literal["memory", "redis"] = "memory"


class Limits(NamedTuple):
    requests: int = 10
    pause: float = 0.5


class Texts(TypedDict):
    greeting: str
    languages: list[str]


@dataclass(frozen=True)
class Settings:
    server: Server
    database: Database
    texts: Texts
    cache: Cache = field(default_factory=Cache)
    limits: Limits = field(default_factory=Limits)
    data: Path = Path("data")
    token: Annotated[str, veltrix.SECRET] = ""
