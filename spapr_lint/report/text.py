"""Findings for people: one line each for the editor, then the source and the way.

The first line of a finding is ``path:line:column: CODE message``; everything
below it is indented, so that an error format can tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator

from spapr_lint.findings import Finding, Report, Step
from spapr_lint.report.view import (
    View,
    left_out,
    lines_of,
    printable,
    shown_entries,
    steps_of,
    summary,
    unseen_summary,
)

_SEVERITY_COLOR = {"error": "1;31", "warning": "1;33", "info": "1;36"}


def write(report: Report, view: View) -> str:
    """All findings, a summary, and what was not seen."""
    parts = [render_finding(finding, view) for finding in report.findings]
    parts.append("\n".join(_closing(report, view)) + "\n")
    return "\n".join(parts)


def render_finding(finding: Finding, view: View) -> str:
    """One finding: its line, the source with a caret, the way, and how to mend it."""
    return "\n".join(_lines(finding, view)) + "\n"


def _lines(finding: Finding, view: View) -> Iterator[str]:
    code = _paint(finding.rule, _SEVERITY_COLOR[finding.severity], view.color)
    place = f"{printable(finding.path)}:{finding.line}:{finding.column}"
    yield f"{_paint(place, '1', view.color)}: {code} {printable(finding.message)}"
    yield from _excerpt(finding, view)
    yield f"  {_verdict(finding)}"
    steps = steps_of(finding.ways[0])
    if len(steps) > 1 or (steps[0].path, steps[0].line) != (finding.path, finding.line):
        yield from way_lines(steps, view.color)
    for way in finding.ways[1:]:
        yield f"    also from {_place(way.source)} {printable(way.source.text)}"
    for fix in finding.fixes:
        yield f"  fix: {printable(fix.title)}"
    if finding.witness is not None:
        said = ", ".join(f"{key} {value}" for key, value in finding.witness.items())
        yield f"  seen on: {printable(said)}"


def _verdict(finding: Finding) -> str:
    if not finding.got:
        return finding.severity  # of a file or a comment: nothing spoke for it
    said = f"{finding.severity} ({finding.evidence})"
    wanted = f" where {finding.wanted} is wanted" if finding.wanted else ""
    return printable(f"{said}: {finding.got}{wanted}")


def _excerpt(finding: Finding, view: View) -> Iterator[str]:
    line = view.line(finding.path, finding.line)
    if line is None:
        return
    number = str(finding.line).rjust(5)
    yield f"{number} | {printable(line)}".rstrip()
    start = finding.column - 1
    same_line = finding.end_line == finding.line and finding.end_column > finding.column
    end = finding.end_column - 1 if same_line else len(line.rstrip())
    # A tab stays a tab, so that the caret stands under it wherever tabs stop.
    lead = "".join("\t" if c == "\t" else " " * len(printable(c)) for c in line[:start])
    width = max(1, len(printable(line[start:end])))
    yield f"{' ' * len(number)} | {lead}{_paint('^' * width, '1;32', view.color)}"


def way_lines(steps: tuple[Step, ...], color: bool) -> Iterator[str]:
    """The steps, those on one line together, with what happens there below."""
    yield "  way:"
    for step, notes in lines_of(steps):
        yield f"    {_place(step)} {printable(step.text)}"
        yield from (f"        {_paint(printable(note), '2', color)}" for note in notes)


def _place(step: Step) -> str:
    return f"{printable(step.path)}:{step.line}:"


def _closing(report: Report, view: View) -> Iterator[str]:
    yield summary(report, view.known)
    unseen = unseen_summary(report.ledger)
    if not unseen:
        return
    yield unseen
    for heading, entry in shown_entries(report.ledger, view):
        yield f"  {printable(entry.path)}:{entry.line}: {heading}: {printable(entry.what)}"
    left = left_out(report.ledger, view)
    if left:
        yield f"  {left}"


def _paint(text: str, style: str, color: bool) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if color and text else text
