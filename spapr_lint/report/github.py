"""Findings as GitHub Actions workflow commands, which annotate the changed lines.

One line a finding; GitHub shows ten of each level a step, so the gravest come
first.  Source: GitHub docs, "Workflow commands for GitHub Actions"; the escaping
is that of its own toolkit (packages/core/src/command.ts).
"""

from __future__ import annotations

from spapr_lint.findings import SEVERITIES, Finding, Report
from spapr_lint.report.view import (
    View,
    left_out,
    lines_of,
    shown_entries,
    steps_of,
    summary,
    unseen_summary,
)

_COMMAND = {"error": "error", "warning": "warning", "info": "notice"}


def write(report: Report, view: View) -> str:
    """One annotation for each finding, one for each blind spot, and the summary."""
    ordered = sorted(report.findings, key=lambda f: -SEVERITIES.index(f.severity))
    lines = [annotation(finding) for finding in ordered]
    lines += [
        f"::warning file={_property(entry.path)},line={max(1, entry.line)},title=spapr-lint::"
        + _data(f"{heading}: {entry.what}")
        for heading, entry in shown_entries(report.ledger, view)
    ]
    said = (
        summary(report, view.known),
        unseen_summary(report.ledger),
        left_out(report.ledger, view),
    )
    closing = " ".join(part for part in said if part)
    return "\n".join([*lines, f"::notice title=spapr-lint::{_data(closing)}"]) + "\n"


def annotation(finding: Finding) -> str:
    """The workflow command for one finding, with its way below the message."""
    place = [
        f"file={_property(finding.path)}",
        f"line={finding.line}",
        f"endLine={finding.end_line}",
    ]
    # GitHub refuses columns on an annotation of several lines.
    if finding.line == finding.end_line:
        place += [f"col={finding.column}", f"endColumn={finding.end_column}"]
    place.append(f"title={_property(finding.rule)}")
    steps = "".join(
        "\n".join(["", f"{step.path}:{step.line}: {step.text}", *(f"  {note}" for note in notes)])
        for step, notes in lines_of(steps_of(finding.ways[0]))
    )
    return f"::{_COMMAND[finding.severity]} {','.join(place)}::{_data(finding.message + steps)}"


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return escaped.encode("utf-8", "backslashreplace").decode()


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
