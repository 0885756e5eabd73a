"""Findings as one HTML file that needs nothing else: no script, no font, no network.

Ways fold open without JavaScript; it prints, and reads in a text browser.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from spapr_lint.findings import Finding, Ledger, Report, Way
from spapr_lint.report.view import (
    View,
    printable,
    steps_of,
    summary,
    unseen_entries,
    unseen_summary,
)

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }
article { border-left: 4px solid #888; margin: 1.5rem 0; padding: .2rem 1rem; }
article.error { border-color: #c62828; } article.warning { border-color: #c77700; }
h2 { font-size: 1rem; margin: .2rem 0; } code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { overflow-x: auto; background: #8882; padding: .5rem; }
mark { background: #e5393566; color: inherit; }
dl { margin: .3rem 0 .3rem 1rem; } dd { margin: 0 0 .3rem 1.5rem; } .note { opacity: .75; }
"""


def write(report: Report, view: View) -> str:
    """The report as a page."""
    body = "\n".join(_article(finding, view) for finding in report.findings)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>spapr-lint</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>spapr-lint</h1>\n<p>{_safe(summary(report, view.known))}</p>\n"
        f"{body}\n{_ledger(report.ledger)}</body>\n</html>\n"
    )


def _article(finding: Finding, view: View) -> str:
    return "\n".join(_parts(finding, view))


def _parts(finding: Finding, view: View) -> Iterator[str]:
    yield f'<article class="{_safe(finding.severity)}">'
    place = _safe(f"{finding.path}:{finding.line}:{finding.column}")
    yield f"<h2><code>{place}</code> {_safe(finding.rule)} {_safe(finding.message)}</h2>"
    yield f'<p class="note">{_safe(finding.severity)}, {_safe(finding.evidence)}</p>'
    source = view.line(finding.path, finding.line)
    if source is not None:
        yield f"<pre>{_marked(finding, source)}</pre>"
    for number, way in enumerate(finding.ways):
        yield _way(way, number == 0)
    rule = view.rules.get(finding.rule)
    if rule is not None:
        why = "\n".join(part for part in (rule.why, rule.fix) if part)
        yield f"<details><summary>{_safe(rule.title)}</summary><pre>{_safe(why)}</pre></details>"
    yield "</article>"


def _marked(finding: Finding, source: str) -> str:
    start = finding.column - 1
    end = finding.end_column - 1 if finding.end_line == finding.line else len(source)
    marked = f"<mark>{_safe(source[start:end])}</mark>"
    return f"{_safe(source[:start])}{marked}{_safe(source[end:])}"


def _way(way: Way, is_open: bool) -> str:
    steps = "".join(
        f"<dt><code>{_safe(f'{step.path}:{step.line}')}</code></dt>"
        f'<dd><code>{_safe(step.text)}</code> <span class="note">{_safe(step.note)}</span></dd>'
        for step in steps_of(way)
    )
    said = f"way from <code>{_safe(way.source.text)}</code>, {_safe(way.evidence)}"
    flag = " open" if is_open else ""
    return f"<details{flag}><summary>{said}</summary><dl>{steps}</dl></details>"


def _ledger(ledger: Ledger) -> str:
    unseen = unseen_summary(ledger)
    if not unseen:
        return ""
    entries = "".join(
        f"<li><code>{_safe(f'{entry.path}:{entry.line}')}</code> "
        f"{heading}: {_safe(entry.what)}</li>"
        for heading, entry in unseen_entries(ledger)
    )
    return f"<details><summary>{_safe(unseen)}</summary><ul>{entries}</ul></details>\n"


def _safe(text: str) -> str:
    return escape(printable(text)) if "\n" not in text else "\n".join(map(_safe, text.split("\n")))
