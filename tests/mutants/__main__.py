"""Breaks the code on purpose, one listed mutation at a time, and says which breaks no test sees.

    python -m tests.mutants                        all of tests/mutants/mutations.toml
    python -m tests.mutants filter origin          those whose names contain one of the words

It works on a copy of the tree in .cache/mutants, so that the tree itself is never broken. Every named test
has to pass there before the first break.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import time

from tests.mutants.listed import ROOT, Mutation, mutations

COPY = ROOT / ".cache" / "mutants"
TREE = COPY / "tree"
MOST_SECONDS = 600
"""A test that runs longer than this has met an endless loop."""
FAILED = 1
"""What pytest ends with where tests failed; more than that is a mistake of whoever asked."""


def main(words: list[str]) -> int:
    chosen = [one for one in mutations() if not words or any(word in one.name for word in words)]
    copy_tree()
    build()
    tests = list(dict.fromkeys(test for one in chosen for test in one.tests))
    if (code := pytest(tests, "-q")) != 0:
        print(f"the tests end with {code} before anything is broken", file=sys.stderr)
        return 1
    unexpected = 0
    for one in chosen:
        began = time.monotonic()
        verdict = verdict_of(one)
        unexpected += verdict != ("survived" if one.survives else "killed")
        note = f" ({one.survives})" if one.survives else ""
        print(f"{verdict:9} {time.monotonic() - began:4.0f} s  {one.name}: {one.broken}{note}", flush=True)
    print(f"{len(chosen)} mutations, {unexpected} with another verdict than the list has")
    return int(unexpected > 0)


def verdict_of(one: Mutation) -> str:
    """Breaks the copy, asks the tests, and mends it: killed or survived, or no build, or no answer."""
    path = one.path(TREE)
    whole = path.read_text(encoding="utf-8")
    path.write_text(one.applied(whole), encoding="utf-8")
    try:
        build()  # of a break in Python too: the one before may have been in Rust
        code = pytest([*one.tests], "-x", "-q")
    except subprocess.CalledProcessError:
        return "no build"
    finally:
        path.write_text(whole, encoding="utf-8")
    return {0: "survived", FAILED: "killed"}.get(code, "no answer")


def copy_tree() -> None:
    """Brings the copy to what the tree is, leaving files alone that are the same, so that cargo does too."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    wanted = {name for name in listed if name and (ROOT / name).is_file()}
    for path in [path for path in TREE.rglob("*") if path.is_file()]:
        if path.relative_to(TREE).as_posix() not in wanted:
            path.unlink()
    for name in wanted:
        source, target = ROOT / name, TREE / name
        if not target.exists() or source.read_bytes() != target.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def build() -> None:
    """Builds the extension of the copy, with assertions, and puts it beside its package."""
    command = ["cargo", "build", "--quiet", "--locked", "--package", "veltrix-py"]
    environment = {
        **os.environ,
        "CARGO_TARGET_DIR": str(COPY / "target"),
        "PYO3_PYTHON": sys.executable,
        "PYO3_BUILD_EXTENSION_MODULE": "1",
    }
    subprocess.run(command, cwd=TREE, env=environment, check=True)
    extension = TREE / "python" / "veltrix" / f"_native{sysconfig.get_config_var('EXT_SUFFIX')}"
    shutil.copyfile(COPY / "target" / "debug" / "lib_native.so", extension)


def pytest(tests: list[str], *flags: str) -> int:
    """Runs tests of the copy against the copy; the exit code of pytest, 1 where the process died or hung."""
    command = [sys.executable, "-m", "pytest", *flags, "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(TREE / "python"), "PYTHONDONTWRITEBYTECODE": "1"}
    options = {"capture_output": True, "text": True, "timeout": MOST_SECONDS}
    try:
        ran = subprocess.run(command, cwd=TREE, env=environment, check=False, **options)
    except subprocess.TimeoutExpired:
        return FAILED
    if ran.returncode > FAILED:
        print(ran.stdout[-2000:], ran.stderr[-2000:], file=sys.stderr)
    return FAILED if ran.returncode < 0 else ran.returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
