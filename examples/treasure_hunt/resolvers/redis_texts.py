"""Redis in front: the settings of each choice are one JSON text there, fetched and read for each request."""

from __future__ import annotations

import json
import os
from typing import Any

import redis

from resolvers.by_choice import ByChoice
from resolvers.documents import Documents
from resolvers.resolver import Readers
from resolvers.wrapped import Wrapped
from server.choice import Choice, Overrides
from stack import SECRETS

SECONDS = 3600
"""How long a text stays in Redis after it was made."""


class Resolver:
    """Needs a redis-server, at REDIS_URL or on its usual port of this machine."""

    name = ""
    readers = Readers()

    def __init__(self, documents: Documents) -> None:
        self._by_choice = ByChoice(documents)
        self._digest = documents.snapshot.digest
        self._redis = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"))

    def settings_of(self, choice: Choice, overrides: Overrides) -> Any:
        key = f"hunt:{self._digest}:{'/'.join(choice)}"
        text: Any = self._redis.get(key)
        if text is None:
            # JSON has no dates; no request reads one, and none reads a secret.
            flat = {path: value for path, value in self._by_choice[choice].items() if path not in SECRETS}
            text = json.dumps(flat, default=str)
            self._redis.set(key, text, ex=SECONDS)
        return Wrapped(json.loads(text), dict(overrides))
