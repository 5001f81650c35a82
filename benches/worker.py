"""One topic in this process: `python -m benches.worker read '{"seconds": 0.1}'` prints its lines as JSON."""

from __future__ import annotations

import json
import sys
from importlib import import_module

from benches.settings import Settings


def main(topic: str, settings: Settings) -> None:
    for line in import_module(f"benches.topics.{topic}").lines(settings):
        print(json.dumps(line.as_json()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Settings(**json.loads(sys.argv[2])))
