"""The gate's answer for programs: findings as `report.json` writes them, with their lives.

``state``, ``born`` and ``cured`` are documented in the README; every key that
`report.json` has means the same here.
"""

from __future__ import annotations

import json

from spapr_lint.gate.plan import Patch
from spapr_lint.gate.verdict import OLD, Event, GateReport, Verdict
from spapr_lint.report.json import VERSION, finding_object, ledger_object

_COUNTED = ("born", "cured", "moved", "worsened", "unseen")


def write(report: GateReport, with_old: bool = False) -> str:
    """The answer as one JSON object; old findings only when asked for."""
    shown = [v for v in report.verdicts if with_old or v.state != OLD]
    return (
        json.dumps(
            {
                "version": VERSION,
                "title": report.title,
                "patches": [_patch_object(report, patch) for patch in report.patches],
                "findings": [_verdict_object(report, verdict) for verdict in shown],
                "ledger": ledger_object(report.ledger),
                "notes": list(report.notes),
                "fragments": report.fragments,
            },
            indent=2,
        )
        + "\n"
    )


def _patch_object(report: GateReport, patch: Patch) -> dict[str, object]:
    events = [e for v in report.verdicts for e in v.events if e.patch == patch.number]
    return {
        "patch": patch.number,
        "of": len(report.patches),
        "commit": patch.commit,
        "subject": patch.subject,
        **{what: sum(event.what == what for event in events) for what in _COUNTED},
    }


def _verdict_object(report: GateReport, verdict: Verdict) -> dict[str, object]:
    moves = [event for event in verdict.events if event.what == "moved"]
    worse = [event for event in verdict.events if event.what == "worsened"]
    return {
        **finding_object(verdict.finding),
        "function": verdict.finding.function,
        "state": verdict.state,
        "born": event_object(report, verdict.born),
        "cured": event_object(report, verdict.cured),
        "moved": [event_object(report, event) for event in moves],
        "worsened": [event_object(report, event) for event in worse],
        "present": sorted(verdict.present),
        "unseen": verdict.unseen,
        "suppressed": verdict.suppressed,
        "doubts": [finding_object(finding) for finding in verdict.doubts],
        "siblings": [finding_object(finding) for finding in verdict.siblings],
    }


def event_object(report: GateReport, event: Event | None) -> dict[str, object] | None:
    """Where something happened: the patch, and the changed line that made it happen."""
    if event is None:
        return None
    patch = report.patches[event.patch - 1]
    return {
        "patch": event.patch,
        "of": len(report.patches),
        "commit": patch.commit,
        "subject": patch.subject,
        "path": event.path,
        "line": event.line,
    }
