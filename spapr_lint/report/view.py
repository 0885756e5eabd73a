"""What a report writer may know beside the report: rules, source lines, taste.

A writer is a pure function of a `Report` and a `View`; whoever calls it does
the reading (`View.line`) and the writing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import NamedTuple, Protocol

from spapr_lint.findings import EVIDENCE, SEVERITIES, Finding, Ledger, Report, Step, Unseen, Way

SHOWN_UNSEEN = 20
_SHARE = 5


class RuleHelp(Protocol):
    """What a writer reads of a rule; `packs.Rule` is one."""

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def fix(self) -> str: ...
    @property
    def references(self) -> tuple[str, ...]: ...


def no_line(_path: str, _line: int) -> str | None:
    """Know no source line; a writer then leaves the excerpt out."""
    return None


class View(NamedTuple):
    """How a report is to be shown.

    ``line`` gives a source line (path, number from 1) without its end, or None.
    ``fail_on`` is one of `config.FAIL_ON`; ``color`` allows terminal colours.
    ``whole_ledger`` asks for all that was not seen, where a writer would list a few.
    ``known`` is how many findings the baseline took away.
    """

    version: str = ""
    rules: Mapping[str, RuleHelp] = {}
    line: Callable[[str, int], str | None] = no_line
    color: bool = False
    fail_on: str = "error"
    whole_ledger: bool = False
    known: int = 0


def fails(finding: Finding, fail_on: str) -> bool:
    """Whether a finding makes exit code 1: severe enough, and more than a name says so.

    ``fail_on`` is ``error``, ``warning``, ``info`` (then *named* evidence counts
    as well) or ``never``.
    """
    if fail_on == "never":
        return False
    if fail_on == "info":
        return True
    sure = EVIDENCE.index(finding.evidence) > EVIDENCE.index("named")
    return sure and SEVERITIES.index(finding.severity) >= SEVERITIES.index(fail_on)


def exit_code(report: Report, fail_on: str = "error", strict: bool = False) -> int:
    """0 nothing that fails, 1 a finding that fails, 3 ``strict`` and something was not seen."""
    if strict and not report.ledger.empty:
        return 3
    return 1 if any(fails(finding, fail_on) for finding in report.findings) else 0


def steps_of(way: Way) -> tuple[Step, ...]:
    """The way from its producer on: the trace, with the source in front if it is not there."""
    trace = way.trace
    if trace and _place(trace[0]) == _place(way.source):
        return trace
    return (way.source, *trace)


def lines_of(steps: Iterable[Step]) -> Iterator[tuple[Step, list[str]]]:
    """Steps on one line as one, with all that happens there; their order stays."""
    for _, here in groupby(steps, key=lambda step: (step.path, step.line, step.text)):
        first, *more = here
        yield first, [step.note for step in (first, *more) if step.note]


def _place(step: Step) -> tuple[str, int, int]:
    return step.path, step.line, step.column


def printable(text: str) -> str:
    """The text with whatever could steer a terminal or hide something spelled out."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\t" else ascii(c)[1:-1] for c in text)


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def summary(report: Report, known: int = 0) -> str:
    """One sentence: how many findings in how much code; ``known`` more are in the baseline."""
    ledger = report.ledger
    where = f"{counted(ledger.files, 'file')}, {counted(ledger.functions, 'function')}"
    hidden = f", {len(report.suppressed)} suppressed" if report.suppressed else ""
    hidden += f", {known} in the baseline" if known else ""
    if not report.findings:
        return f"No findings in {where}{hidden}."
    by_severity = [
        counted(number, severity, "info" if severity == "info" else "")
        for severity in reversed(SEVERITIES)
        if (number := sum(f.severity == severity for f in report.findings))
    ]
    found = counted(len(report.findings), "finding")
    return f"{found} ({', '.join(by_severity)}) in {where}{hidden}."


def unseen_summary(ledger: Ledger) -> str:
    """One sentence on what the run could not see, or nothing if it saw everything."""
    parts = [
        counted(number, noun, plural)
        for number, noun, plural in (
            (len(ledger.not_parsed), "file not parsed", "files not parsed"),
            (len(ledger.not_translated), "construct not translated", "constructs not translated"),
            (ledger.unresolved_calls, "call not resolved", "calls not resolved"),
            (len(ledger.limits_hit), "limit hit", "limits hit"),
        )
        if number
    ]
    return f"Not seen: {', '.join(parts)}." if parts else ""


def unseen_entries(ledger: Ledger) -> tuple[tuple[str, Unseen], ...]:
    """All entries of the ledger that name a place, each with its heading."""
    return (
        *(("not parsed", entry) for entry in ledger.not_parsed),
        *(("not translated", entry) for entry in ledger.not_translated),
        *(("limit hit", entry) for entry in ledger.limits_hit),
        *(("not resolved", entry) for entry in ledger.unresolved),
    )


def shown_entries(ledger: Ledger, view: View) -> tuple[tuple[str, Unseen], ...]:
    """The entries that people are shown: all if they asked for them, else some of each sort."""
    entries = unseen_entries(ledger)
    if view.whole_ledger or len(entries) <= SHOWN_UNSEEN:
        return entries
    by_heading: dict[str, list[tuple[str, Unseen]]] = {}
    for entry in entries:
        by_heading.setdefault(entry[0], []).append(entry)
    return tuple(entry for sort in by_heading.values() for entry in sort[:_SHARE])


def left_out(ledger: Ledger, view: View) -> str:
    """One sentence on the entries that are not shown, or nothing."""
    left = len(unseen_entries(ledger)) - len(shown_entries(ledger, view))
    return f"and {counted(left, 'more entry', 'more entries')}; --ledger lists all" if left else ""
