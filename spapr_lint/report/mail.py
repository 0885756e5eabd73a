"""Findings as plain text for a mailing list: 76 columns, ASCII, no markup.

Lines of source are never broken; prose is.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from spapr_lint.findings import Finding, Report
from spapr_lint.report.view import (
    View,
    left_out,
    lines_of,
    shown_entries,
    steps_of,
    summary,
    unseen_summary,
)

WIDTH = 76


def write(report: Report, view: View) -> str:
    """The report as the body of a mail."""
    parts = [render_finding(finding, view) for finding in report.findings]
    closing = wrap(f"{summary(report, view.known)} {unseen_summary(report.ledger)}".rstrip())
    unseen = "".join(f"{line}\n" for line in _unseen(report, view))
    return _ascii("\n".join([*parts, closing + "\n", *([unseen] if unseen else [])]))


def _unseen(report: Report, view: View) -> Iterator[str]:
    for heading, entry in shown_entries(report.ledger, view):
        yield f"  {entry.path}:{entry.line}"
        yield wrap(f"{heading}: {entry.what}", "    ")
    left = left_out(report.ledger, view)
    if left:
        yield f"  {left}"


def render_finding(finding: Finding, view: View) -> str:
    """One finding as a paragraph, the source line under it, then the way."""
    place = f"{finding.path}:{finding.line}"
    lines = [wrap(f"{place}: {finding.rule} ({finding.severity}): {finding.message}")]
    source = view.line(finding.path, finding.line)
    if source is not None:
        lines += ["", f"    {source.strip()}"]
    lines += ["", "The number comes this way:", ""]
    for step, notes in lines_of(steps_of(finding.ways[0])):
        lines += [f"  {step.path}:{step.line}", f"    {step.text}"]
        lines += [wrap(note, "      ") for note in notes]
    if len(finding.ways) > 1:
        sources = ", ".join(f"{way.source.path}:{way.source.line}" for way in finding.ways[1:])
        lines += ["", wrap(f"It also comes from {sources}.")]
    rule = view.rules.get(finding.rule)
    if rule is not None and rule.fix:
        lines += ["", wrap(" ".join(rule.fix.split()))]
    return "\n".join(lines) + "\n"


def wrap(text: str, indent: str = "") -> str:
    """Prose in lines of at most `WIDTH` columns; a longer word stands alone."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _ascii(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode()
