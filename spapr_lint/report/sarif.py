"""Findings as SARIF 2.1.0, within the limits that GitHub code scanning states.

Every way becomes a code flow.  Limits: 25,000 results a run (GitHub shows the
gravest 5,000), 1,000 thread-flow steps and 100 locations a result, 10 MB when
gzipped; what a limit takes away is said in a notification of the run.
Source: OASIS SARIF 2.1.0; GitHub docs, "SARIF support for code scanning".
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Sequence
from urllib.parse import quote

from spapr_lint.findings import SEVERITIES, Edit, Finding, Fix, Report, Step, Suppressed
from spapr_lint.report.view import RuleHelp, View, steps_of, unseen_entries, unseen_summary

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
MAX_RESULTS = 25_000
MAX_STEPS = 1_000
MAX_RELATED = 99
MAX_GZIPPED = 10_000_000
MAX_UNSEEN = 1_000

_SIZES = ((MAX_RESULTS, MAX_STEPS), (5_000, 100), (1_000, 20), (200, 10), (20, 4), (1, 2))

_LEVEL = {"error": "error", "warning": "warning", "info": "note"}
_Object = dict[str, object]


def write(report: Report, view: View) -> str:
    """The whole report as one SARIF log, made smaller until GitHub would take it."""
    ordered = _by_severity(report)
    for results, steps in _SIZES:
        text = json.dumps(_log(report, ordered[:results], steps, view), indent=1) + "\n"
        # Text that is not over the limit as it stands is not over it compressed.
        if len(text) <= MAX_GZIPPED or len(gzip.compress(text.encode(), 6)) <= MAX_GZIPPED:
            break
    return text


def _by_severity(report: Report) -> list[tuple[Finding, Suppressed | None]]:
    """All results, the gravest first where some must go, else in the report's order."""
    results: list[tuple[Finding, Suppressed | None]] = [(f, None) for f in report.findings]
    results += [(silenced.finding, silenced) for silenced in report.suppressed]
    if len(results) > MAX_RESULTS:
        results.sort(key=lambda pair: -SEVERITIES.index(pair[0].severity))
    return results


def _log(
    report: Report,
    results: Sequence[tuple[Finding, Suppressed | None]],
    max_steps: int,
    view: View,
) -> _Object:
    codes = sorted({finding.rule for finding, _ in results} | set(view.rules))
    index = {code: number for number, code in enumerate(codes)}
    run: _Object = {
        "tool": {
            "driver": {
                "name": "spapr-lint",
                "semanticVersion": view.version or "0.0.0",
                "rules": [_rule(code, view.rules.get(code)) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            "%SRCROOT%": {"description": {"text": "the folder in which spapr-lint ran"}}
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": _notifications(report, results, max_steps),
            }
        ],
        "results": [_result(f, silenced, index, max_steps) for f, silenced in results],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, rule: RuleHelp | None) -> _Object:
    if rule is None:
        return {"id": code}
    references = "\n".join(f"- {reference}" for reference in rule.references)
    help_text = "\n\n".join(part for part in (rule.why, rule.fix, references) if part)
    described: _Object = {
        "id": code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why or rule.title},
        "defaultConfiguration": {"level": _LEVEL.get(rule.severity, "warning")},
        "properties": {"tags": ["correctness"], "precision": "high"},
    }
    if help_text:
        described["help"] = {"text": help_text, "markdown": help_text}
    return described


def _notifications(
    report: Report, results: Sequence[tuple[Finding, Suppressed | None]], max_steps: int
) -> list[_Object]:
    notes = [
        _notification(f"{heading}: {entry.what}", entry.path, entry.line)
        for heading, entry in unseen_entries(report.ledger)[:MAX_UNSEEN]
    ]
    unseen = unseen_summary(report.ledger)
    if unseen:
        notes.append({"level": "note", "message": {"text": unseen}})
    left = len(unseen_entries(report.ledger)) - MAX_UNSEEN
    if left > 0:
        notes.append(_plain(f"{left} more entries of what was not seen do not fit in here"))
    cut = sum(_is_cut(finding, max_steps) for finding, _ in results)
    if cut:
        notes.append(_plain(f"the ways of {cut} results do not fit in here whole"))
    total = len(report.findings) + len(report.suppressed)
    if total > len(results):
        missing = total - len(results)
        notes.append(_plain(f"{missing} of {total} results do not fit in here"))
    return notes


def _plain(text: str) -> _Object:
    return {"level": "warning", "message": {"text": text}}


def _is_cut(finding: Finding, max_steps: int) -> bool:
    """Whether steps or sources of a finding are left out."""
    steps = sum(len(steps_of(way)) for way in finding.ways)
    return steps > max_steps or len(finding.ways) > MAX_RELATED


def _notification(text: str, path: str, line: int) -> _Object:
    place: _Object = {"artifactLocation": _artifact(path), "region": {"startLine": max(1, line)}}
    return {
        "level": "warning",
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    }


def _result(
    finding: Finding, silenced: Suppressed | None, index: dict[str, int], max_steps: int
) -> _Object:
    result: _Object = {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": _LEVEL[finding.severity],
        "message": {"text": finding.message},
        "locations": [_sink(finding)],
        "relatedLocations": [
            _location(way.source, f"a number comes from here: {way.source.text}", number)
            for number, way in enumerate(finding.ways[:MAX_RELATED])
        ],
        "codeFlows": _flows(finding, max_steps),
        "properties": {
            "got": finding.got,
            "wanted": finding.wanted,
            "evidence": finding.evidence,
        },
    }
    if finding.fingerprint:
        result["partialFingerprints"] = {"spaprLint/v1": finding.fingerprint}
    if finding.fixes:
        result["fixes"] = [_fix(fix) for fix in finding.fixes]
    if silenced is not None:
        result["suppressions"] = [_suppression(silenced)]
    return result


def _sink(finding: Finding) -> _Object:
    location: _Object = {
        "physicalLocation": {
            "artifactLocation": _artifact(finding.path),
            "region": {
                "startLine": finding.line,
                "startColumn": finding.column,
                "endLine": finding.end_line,
                "endColumn": finding.end_column,
            },
        }
    }
    if finding.function:
        location["logicalLocations"] = [
            {"fullyQualifiedName": finding.function, "kind": "function"}
        ]
    return location


def _flows(finding: Finding, max_steps: int) -> list[_Object]:
    flows: list[_Object] = []
    left = max_steps
    for way in finding.ways:
        steps = steps_of(way)
        if len(steps) > left:
            # Half a way misleads; only the first may be cut, in its middle.
            if flows:
                break
            steps = (*steps[: left // 2], *steps[len(steps) - (left - left // 2) :])
        left -= len(steps)
        places = [{"location": _location(step, step.note or step.text)} for step in steps]
        flows.append({"threadFlows": [{"locations": places}]})
    return flows


def _location(step: Step, message: str, number: int | None = None) -> _Object:
    location: _Object = {
        "physicalLocation": {
            "artifactLocation": _artifact(step.path),
            "region": {
                "startLine": max(1, step.line),
                "startColumn": max(1, step.column),
                "snippet": {"text": step.text},
            },
        },
        "message": {"text": message},
    }
    return location if number is None else {"id": number, **location}


def _fix(fix: Fix) -> _Object:
    paths = dict.fromkeys(edit.path for edit in fix.edits)
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path),
                "replacements": [_replacement(edit) for edit in fix.edits if edit.path == path],
            }
            for path in paths
        ],
    }


def _replacement(edit: Edit) -> _Object:
    return {
        "deletedRegion": {
            "startLine": edit.line,
            "startColumn": edit.column,
            "endLine": edit.end_line,
            "endColumn": edit.end_column,
        },
        "insertedContent": {"text": edit.text},
    }


def _suppression(silenced: Suppressed) -> _Object:
    place: _Object = {
        "artifactLocation": _artifact(silenced.path),
        "region": {"startLine": silenced.line},
    }
    suppression: _Object = {"kind": "inSource", "location": {"physicalLocation": place}}
    if silenced.reason:
        suppression["justification"] = silenced.reason
    return suppression


def _artifact(path: str) -> _Object:
    uri = quote(os.fsencode(path), safe="/")
    if path.startswith("/"):
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}
