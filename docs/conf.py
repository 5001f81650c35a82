"""How `make site` makes a site of these pages.

The pages are written for GitHub too, so nothing in them is for Sphinx alone: what it needs beyond that is
made here, as a page is read.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pygments.lexers.shell import BashLexer

if TYPE_CHECKING:
    from sphinx.application import Sphinx

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent / "python"))
os.environ["VELTRIX_IMPL"] = "pure"  # it has the same docstrings, and is there without a build

import veltrix  # noqa: E402

project = "Veltrix"
author = "The Veltrix authors"
version = release = veltrix.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
myst_heading_anchors = 4
suppress_warnings = ["misc.highlighting_failure"]  # a page may show a document that is wrong

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
maximum_signature_line_length = 72
napoleon_use_rtype = False

html_theme = "furo"
html_title = f"Veltrix {release}"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_theme_options = {
    "source_repository": "https://github.com/veltrix/veltrix/",
    "source_branch": "main",
    "source_directory": "docs/",
}

SECTIONS = ("Args:", "Attributes:", "Raises:", "Returns:", "Yields:", "Example:")
HOME = "https://github.com/veltrix/veltrix/blob/main/"


def for_sphinx(app: Sphinx, name: str, source: list[str]) -> None:
    """The page as Sphinx reads it."""
    text = source[0]
    if name == "index":
        text = re.sub(r"^## (.*)\n\n((?:- .*\n)+)", with_contents, text, flags=re.MULTILINE)
    text = text.replace("](../", f"]({HOME}")
    text = re.sub(r"^```(\w+) file=(\S+)$", r"```{code-block} \1\n:caption: \2\n", text, flags=re.MULTILINE)
    source[0] = text


def with_contents(section: re.Match[str]) -> str:
    """A section of the first page, and a table of contents of the pages that it lists."""
    pages = re.findall(r"\[([^]]+)\]\(([^)]+)\.(?:md|rst)\)", section[2])
    entries = "\n".join(f"{title} <{page}>" for title, page in pages)
    return f"{section[0]}\n```{{toctree}}\n:hidden:\n:caption: {section[1]}\n\n{entries}\n```\n"


def as_rst(app: Sphinx, what: str, name: str, member: Any, options: Any, lines: list[str]) -> None:
    """A docstring as Sphinx reads it: names in backquotes are code, and so is an indented paragraph."""
    made: list[str] = []
    heading, in_code = "", False
    for line in lines:
        if line and not line.startswith("    "):
            heading, in_code = line, False
        elif line and not in_code and made and not made[-1] and heading not in SECTIONS:
            made += [".. code-block:: python", ""]
            in_code = True
        made.append(line if in_code else code(line))
    lines[:] = made


def code(line: str) -> str:
    line = re.sub(r"(?<![`\w])`([^`]+)`(?![`_])", r"``\1``", line)
    return re.sub(r"docs/semantics\.md#([a-z-]+)", r"`semantics <../semantics.html#\1>`__", line)


def setup(app: Sphinx) -> None:
    app.add_lexer("dotenv", BashLexer)
    app.connect("source-read", for_sphinx)
    app.connect("autodoc-process-docstring", as_rst, priority=100)  # before napoleon
