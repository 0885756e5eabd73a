"""Findings for programs: JSON, version 1, stable, documented in the README.

Keys are never removed or renamed within a version.  Output is plain ASCII, in
the order of the report, and ends with a newline.
"""

from __future__ import annotations

import json

from spapr_lint.findings import Edit, Finding, Fix, Ledger, Report, Step, Unseen, Way
from spapr_lint.report.view import View

VERSION = 1


def write(report: Report, _view: View) -> str:
    """The whole report as one JSON object."""
    return json.dumps(report_object(report), indent=2) + "\n"


def report_object(report: Report) -> dict[str, object]:
    """The report as what `json.dumps` takes."""
    return {
        "version": VERSION,
        "findings": [finding_object(finding) for finding in report.findings],
        "ledger": ledger_object(report.ledger),
    }


def finding_object(finding: Finding) -> dict[str, object]:
    """One finding; the gate adds its own keys to this."""
    first = finding.ways[0]
    return {
        "rule": finding.rule,
        "message": finding.message,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "severity": finding.severity,
        "evidence": finding.evidence,
        "wanted": finding.wanted,
        "got": finding.got,
        "source": _source(first.source),
        "trace": [step_object(step) for step in first.trace],
        "ways": [way_object(way) for way in finding.ways],
        "fingerprint": finding.fingerprint,
        "fixes": [_fix(fix) for fix in finding.fixes],
        "witness": finding.witness,
    }


def ledger_object(ledger: Ledger) -> dict[str, object]:
    """What was looked at, and what was not seen."""
    found: dict[str, object] = {
        "files": ledger.files,
        "functions": ledger.functions,
        "not_parsed": [_unseen(entry) for entry in ledger.not_parsed],
        "not_translated": [_unseen(entry) for entry in ledger.not_translated],
        "unresolved_calls": ledger.unresolved_calls,
        "limits_hit": [_unseen(entry) for entry in ledger.limits_hit],
    }
    if ledger.unresolved:
        found["unresolved"] = [_unseen(entry) for entry in ledger.unresolved]
    return found


def _source(step: Step) -> dict[str, object]:
    return {"path": step.path, "line": step.line, "column": step.column, "text": step.text}


def step_object(step: Step) -> dict[str, object]:
    """One step of a way."""
    return {**_source(step), "note": step.note}


def way_object(way: Way) -> dict[str, object]:
    """One way, from its source to its sink."""
    return {
        "source": _source(way.source),
        "trace": [step_object(step) for step in way.trace],
        "evidence": way.evidence,
    }


def _fix(fix: Fix) -> dict[str, object]:
    return {"title": fix.title, "edits": [_edit(edit) for edit in fix.edits]}


def _edit(edit: Edit) -> dict[str, object]:
    return {
        "path": edit.path,
        "line": edit.line,
        "column": edit.column,
        "end_line": edit.end_line,
        "end_column": edit.end_column,
        "text": edit.text,
    }


def _unseen(entry: Unseen) -> dict[str, object]:
    return {"path": entry.path, "line": entry.line, "what": entry.what}
