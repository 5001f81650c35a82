"""What README opens with works where nothing but the wheel is installed."""

from __future__ import annotations

import re
import tomllib

from tests.docs.pages import blocks
from tests.packaging.wheels import ROOT, empty_environment, is_pure, pip, run


def fits(wheel, python, folder):
    return pip("--python", python, "install", "--dry-run", "--no-index", wheel).returncode == 0


def test_the_first_lines_of_the_readme_run(wheel, tmp_path):
    first = next(block for block in blocks(ROOT / "README.md") if block.language == "python")
    assert len(first.text.splitlines()) == 5
    python = empty_environment(tmp_path / "empty")
    if not is_pure(wheel) and not fits(wheel, python, tmp_path):
        return  # of another interpreter: `make smoke-wheel` installs that
    assert pip("--python", python, "install", "--no-index", wheel).returncode == 0
    printed = run(python, first.text, tmp_path)
    assert printed == "\n".join(re.findall(r"print\(.*\) +# (.*)$", first.text, re.MULTILINE))


def test_the_readme_names_the_file_until_there_is_something_to_download(dist):
    named = re.search(r"`(veltrix-[\w.-]+\.whl)`", (ROOT / "README.md").read_text(encoding="utf-8"))[1]
    assert (dist / named).exists()


def test_the_readme_names_the_rust_that_the_extension_needs():
    workspace = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))["workspace"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"Rust (1\.\d+)", readme)) == {workspace["package"]["rust-version"]}
