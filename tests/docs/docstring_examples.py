"""Runs the examples of public docstrings: `python -m tests.docs.docstring_examples`; what fails is printed.

Each docstring runs in an empty folder, with `veltrix`, the chosen `kernel`, the `config` of the example of
`Config`, which is made for each, and its `snapshot`. `...` stands for any text.
"""

from __future__ import annotations

import doctest
import importlib
import inspect
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any

import veltrix
from tests.structure.public import KERNEL, MODULES, error_classes, public_callables

FLAGS = doctest.ELLIPSIS


def documented() -> Iterator[tuple[str, Any]]:
    """Everything that may have examples, by name."""
    for place in MODULES:
        yield place, importlib.import_module(place)
    yield from ((one.name, one.call) for one in public_callables())
    yield from ((kind.__name__, kind) for kind in error_classes())


def main() -> int:
    warnings.simplefilter("error")
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    parser = doctest.DocTestParser()
    for name, thing in documented():
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            with veltrix.Config({"server": {"host": "localhost", "port": 8080}}) as config:
                names = {"veltrix": veltrix, "kernel": KERNEL, "config": config, "snapshot": config.snapshot}
                names["warnings"] = warnings
                with warnings.catch_warnings():
                    runner.run(parser.get_doctest(inspect.getdoc(thing) or "", names, name, name, 0))
            os.chdir("/")
    print(f"{runner.tries} examples on the {veltrix.implementation} kernel, {runner.failures} failed")
    return 1 if runner.failures or not runner.tries else 0


if __name__ == "__main__":
    sys.exit(main())
