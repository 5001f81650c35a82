"""The applications of docs/adopting.md load the same settings, and break as the other page says."""

from __future__ import annotations

import platform
import re

import pytest

import veltrix
from tests.adopting.broken import CASES, LIBRARIES, PAGE, TOML, Library, report, shortened, verdict

MODELS = Library("Veltrix with models of pydantic", "pydantic", "with_models", TOML)
TEXT = PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("library", [*LIBRARIES, MODELS], ids=lambda library: library.program)
def test_each_application_loads_the_sound_configuration(library):
    pytest.importorskip(library.module)
    found = report(library.program, library, None)
    assert (found.starts, found.text.splitlines()[-1]) == (True, "8080"), found.text


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.program)
def test_each_breaks_as_the_page_says(library):
    pytest.importorskip(library.module)
    column = [*map(str.strip, header().split("|"))].index(library.title)
    exact = platform.python_version() in TEXT
    for case in CASES:
        found = report(library.program, library, case)
        row = next(line for line in TEXT.splitlines() if line.startswith(f"| {case.title} |"))
        assert row.split("|")[column].strip() == verdict(library, case, found), (case.title, found)
        if exact and found is not None and not found.starts:
            section = TEXT.partition(f"### {case.title[0].upper()}{case.title[1:]}\n")[2].partition("### ")[0]
            said = "\n".join(f"    {line}" for line in shortened(found.text).splitlines())
            assert f"{library.title}:\n{said}\n" in section


def header():
    return next(line for line in TEXT.splitlines() if line.startswith("| | Veltrix"))


def test_veltrix_names_every_place_and_no_secret():
    """What the page is there to show; a case that a later version answers worse fails here."""
    column = [cell.strip() for cell in header().split("|")].index("Veltrix")
    cells = {
        line.split("|")[1].strip(): line.split("|")[column].strip()
        for line in TEXT.splitlines()
        if re.match(r"\| (a|two|no) ", line)
    }
    assert cells.keys() == {case.title for case in CASES}
    for title, cell in cells.items():
        assert cell.startswith("refused: ")
        assert "secret**" not in cell
        wanted = "variable" if "variable" in title else "file"
        assert wanted in cell, title
        if "required" not in title and title != "no file":
            assert "line" in cell or wanted == "variable", title


def test_a_class_that_reads_variables_by_itself_is_no_schema(monkeypatch):
    settings = pytest.importorskip("pydantic_settings")
    monkeypatch.setenv("SHOP_PORT", "1")

    class Shop(settings.BaseSettings, env_prefix="SHOP_", frozen=True):
        port: int = 0

    class Whole(settings.BaseSettings.__mro__[1], frozen=True):
        shop: Shop = Shop()

    refused = "Shop is a BaseSettings, which reads the environment by itself; make it a BaseModel"
    for form in (Shop, Whole):
        with pytest.raises(TypeError, match=f"^{refused}$"):
            veltrix.load({}, schema=form)
