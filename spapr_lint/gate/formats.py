"""The gate's answer in every format that `spapr_lint.report` knows.

Text, JSON and mail have writers of their own; for the others the news are a
`Report` whose messages say at which patch they came.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from spapr_lint import report as reports
from spapr_lint.findings import Finding, Report
from spapr_lint.gate import report_json, report_mail, report_text
from spapr_lint.gate.git import printable
from spapr_lint.gate.verdict import WORSENED, GateReport, Verdict, is_news
from spapr_lint.report.view import View


def render(form: str, report: GateReport, view: View, with_old: bool = False) -> str:
    """The answer in one of `spapr_lint.report.FORMATS`."""
    if form == "text":
        return report_text.write(report, view, with_old)
    if form == "json":
        return report_json.write(report, with_old)
    if form == "mail":
        return report_mail.write(report, view)
    news = _in_order([verdict for verdict in report.verdicts if is_news(verdict)])
    findings = tuple(_told(report, verdict) for verdict in news)
    text = reports.render(form, Report(findings, report.ledger), view)
    return _with_baseline(text, news) if form == "sarif" else text


def _in_order(verdicts: list[Verdict]) -> list[Verdict]:
    """In the order that a `Report` has."""
    return sorted(verdicts, key=lambda v: _place(v.finding))


def _place(finding: Finding) -> tuple[str, int, int, str]:
    return finding.path, finding.line, finding.column, finding.rule


def _told(report: GateReport, verdict: Verdict) -> Finding:
    event = verdict.event("worsened" if verdict.state == WORSENED else "born", last=True)
    if event is None:
        return verdict.finding
    patch = report.patches[event.patch - 1]
    where = f"patch {event.patch}/{len(report.patches)} ({printable(patch.subject)})"
    return replace(verdict.finding, message=f"{verdict.finding.message} [{event.what} at {where}]")


def _with_baseline(text: str, news: list[Verdict]) -> str:
    """SARIF's own word for new and for changed results."""
    log: dict[str, Any] = json.loads(text)
    results = [result for run in log["runs"] for result in run.get("results", ())]
    for result, verdict in zip(results, news, strict=False):
        result["baselineState"] = "updated" if verdict.state == WORSENED else "new"
    return json.dumps(log, indent=2) + "\n"
