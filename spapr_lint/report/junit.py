"""Findings as JUnit XML, for CI systems that show nothing else.

Every finding is a test case; it fails if it makes the exit code 1, else it
passes and says what it found.  A run without findings is one case that passes.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from spapr_lint.findings import Finding, Report
from spapr_lint.report import text
from spapr_lint.report.view import View, fails, printable, summary, unseen_entries, unseen_summary


def write(report: Report, view: View) -> str:
    """The report as one test suite."""
    plain = view._replace(color=False)
    cases = [_case(finding, plain) for finding in report.findings]
    if not cases:
        cases.append('    <testcase classname="spapr-lint" name="no finding" time="0"/>')
    failures = sum(fails(finding, view.fail_on) for finding in report.findings)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0"'
    body = "\n".join(cases)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="spapr-lint" {counts}>\n'
        f'  <testsuite name="spapr-lint" {counts} skipped="0" time="0">\n'
        f"{body}\n"
        f"    <system-out>{_text(_closing(report, view))}</system-out>\n"
        "  </testsuite>\n"
        "</testsuites>\n"
    )


def _case(finding: Finding, view: View) -> str:
    name = f"{finding.rule} {finding.path}:{finding.line}:{finding.column}"
    body = _text(text.render_finding(finding, view))
    if fails(finding, view.fail_on):
        tag = f"<failure type={_attribute(finding.rule)} message={_attribute(finding.message)}>"
        inner = f"{tag}{body}</failure>"
    else:
        inner = f"<system-out>{body}</system-out>"
    place = f"file={_attribute(finding.path)} line={_attribute(str(finding.line))}"
    head = f"classname={_attribute(finding.path)} name={_attribute(name)} {place}"
    return f'    <testcase {head} time="0">\n      {inner}\n    </testcase>'


def _closing(report: Report, view: View) -> str:
    entries = [
        f"{entry.path}:{entry.line}: {heading}: {entry.what}"
        for heading, entry in unseen_entries(report.ledger)
    ]
    return "\n".join(
        [summary(report, view.known), unseen_summary(report.ledger), *entries]
    ).rstrip()


def _text(content: str) -> str:
    # XML 1.0 has no way to write most control characters, not even escaped.
    return escape("\n".join(printable(line) for line in content.splitlines()))


def _attribute(content: str) -> str:
    return quoteattr(printable(content))
