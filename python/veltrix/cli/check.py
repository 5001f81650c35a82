"""`check`: every problem of a configuration, for people, for programs, or as annotations of GitHub."""

from __future__ import annotations

from veltrix.cli.text import escaped_as_json, one_line, shortened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from veltrix.cli.findings import Finding
    from veltrix.cli.style import Style

REPORTS = ("text", "json", "github")
LONGEST = 1_000
"""So many characters are shown of a path or a message; in JSON all of them are."""
_FIELDS = ("code", "path", "message", "file", "line", "column", "variable", "layer")


def report(findings: Sequence[Finding], form: str, style: Style, encoding: str) -> Iterator[str]:
    """The lines of a report in one of `REPORTS`."""
    if form == "json":
        return _as_json(findings, encoding)
    if form == "github":
        return (_annotation(one) for one in findings)
    return _as_text(findings, style)


def _as_text(findings: Sequence[Finding], style: Style) -> Iterator[str]:
    for one in findings:
        place = f"{style.strong(one_line(one.place))}: " if one.place else ""
        subject = "" if one.subject is None else f"{style.layer(_short(one.subject), 0)}: "
        yield f"{place}{subject}{_short(one.message)} {style.quiet(f'[{one.code}]')}"
    if findings:
        yield style.worse(f"{len(findings)} problem{'' if len(findings) == 1 else 's'}")
    else:
        yield style.better("no problems")


def _as_json(findings: Sequence[Finding], encoding: str) -> Iterator[str]:
    import json

    problems = [{name: getattr(one, name) for name in _FIELDS} for one in findings]
    yield escaped_as_json(json.dumps({"problems": problems}, indent=2, ensure_ascii=False), encoding)


def _annotation(one: Finding) -> str:
    """A workflow command: GitHub shows it at the line of the file."""
    where = {"file": one.file, "line": one.line, "col": one.column, "title": f"veltrix: {one.code}"}
    properties = ",".join(
        f"{name}={_property(str(value))}" for name, value in where.items() if value is not None
    )
    text = _short(one.message) if one.subject is None else f"{_short(one.subject)}: {_short(one.message)}"
    if one.file is None and one.place:
        text = f"{text} ({one_line(one.place)})"
    return f"::error {properties}::{_data(text)}"


def _short(text: str) -> str:
    """A text on one line; of what a document names as it likes, only the beginning."""
    return shortened(one_line(text), LONGEST)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
