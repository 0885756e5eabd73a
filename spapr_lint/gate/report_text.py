"""The gate's answer for people: what came, what went, and a table of findings by patches.

The first line of a finding is ``path:line:column: CODE message``, as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from spapr_lint.gate.git import printable
from spapr_lint.gate.sight import RULE as SIGHT
from spapr_lint.gate.verdict import (
    ALIVE,
    CURED,
    CURED_LATER,
    MOVED,
    OLD,
    WORSENED,
    Event,
    GateReport,
    Verdict,
    is_news,
)
from spapr_lint.report.text import render_finding
from spapr_lint.report.view import View, counted, no_line

_MARKS = {"born": "+", "cured": "-", "moved": ">", "worsened": "!", "unseen": "?", "seen": "="}
_LEGEND = "+ born  - cured  > moved  ! worsened  ? out of sight  = there  . not there"
_WIDE_TABLE = 40


def write(report: GateReport, view: View, with_old: bool = False) -> str:
    """The whole answer."""
    news = [v for v in report.states(ALIVE, WORSENED, CURED_LATER) if not v.suppressed]
    parts = [_news(report, verdict, view) for verdict in news if not _is_sight(verdict)]
    parts += ["\n".join(_cured(report, verdict)) + "\n" for verdict in _told(report, CURED)]
    parts += ["\n".join(_moved(report, verdict)) + "\n" for verdict in _told(report, MOVED)]
    parts += ["\n".join(_sight(report, verdict)) + "\n" for verdict in news if _is_sight(verdict)]
    if with_old:
        parts += [f"{_head(verdict)}\n  old\n" for verdict in report.states(OLD)]
    told = [v for v in report.verdicts if (v.events and not _is_sight(v)) or with_old]
    if told and report.patches:
        parts.append("\n".join(_table(report, told)) + "\n")
    parts.append("\n".join(_closing(report)) + "\n")
    return "\n".join(parts)


def _is_sight(verdict: Verdict) -> bool:
    return verdict.finding.rule == SIGHT


def _told(report: GateReport, state: str) -> list[Verdict]:
    return [v for v in report.states(state) if not v.suppressed and not _is_sight(v)]


def _sight(report: GateReport, verdict: Verdict) -> Iterator[str]:
    """That the series makes the tool see less: no way to show, only where and since when."""
    yield _head(verdict)
    yield f"  {verdict.finding.severity}: less is seen than before"
    yield from _life(report, verdict)


def _news(report: GateReport, verdict: Verdict, view: View) -> str:
    """A finding that the series brought: its life, its hunk, then the full trace."""
    shown = view if verdict.state != CURED_LATER else view._replace(line=no_line)
    head, _, rest = render_finding(verdict.finding, shown).partition("\n")
    lines = [head, *_life(report, verdict)]
    for event in verdict.events:
        if event.what in ("born", "worsened"):
            lines += _hunk(event)
    return "\n".join(lines) + "\n" + rest


def _life(report: GateReport, verdict: Verdict) -> Iterator[str]:
    for event in verdict.events:
        line = f"  {event.what} at {_patch(report, event)}"
        if event.outside and event.text:
            line += f", because of {printable(event.path)}:{event.line}: {printable(event.text)}"
        elif event.what == "moved":
            line += f", to {printable(event.path)}:{event.line}"
        yield line
    for doubt in verdict.doubts:
        yield f"  may be the old finding of {printable(doubt.path)}:{doubt.line}, moved"
    if verdict.unseen:
        yield "  its file can no longer be read: this is where it was"


def _hunk(event: Event) -> Iterator[str]:
    if event.hunk:
        yield "  in this hunk:"
        for line in event.hunk.rstrip("\n").split("\n"):
            yield f"    {printable(line.expandtabs())}".rstrip()


def _cured(report: GateReport, verdict: Verdict) -> Iterator[str]:
    yield _head(verdict)
    yield from _life(report, verdict)
    for sibling in verdict.siblings:
        place = f"{printable(sibling.path)}:{sibling.line}"
        yield f"  not cured: the same number reaches the same sort of place in {place}"


def _moved(report: GateReport, verdict: Verdict) -> Iterator[str]:
    yield _head(verdict)
    yield "  old"
    yield from _life(report, verdict)


def _head(verdict: Verdict) -> str:
    finding = verdict.finding
    place = f"{printable(finding.path)}:{finding.line}:{finding.column}"
    return f"{place}: {finding.rule} {printable(finding.message)}"


def _patch(report: GateReport, event: Event) -> str:
    patch = report.patches[event.patch - 1]
    commit = f"{patch.commit[:12]} " if patch.commit else ""
    return f"patch {event.patch}/{len(report.patches)} ({commit}{printable(patch.subject)})"


def _table(report: GateReport, told: list[Verdict]) -> Iterator[str]:
    """One row a finding, one column a patch; of a long series only patches with news."""
    numbers = [patch.number for patch in report.patches]
    if len(numbers) > _WIDE_TABLE:
        numbers = sorted({event.patch for verdict in told for event in verdict.events})
    widths = [max(2, len(str(number))) for number in numbers]
    pairs = list(zip(numbers, widths, strict=True))
    yield "patch " + " ".join(str(n).rjust(w) for n, w in pairs) + "  state"
    for verdict in told:
        marks = " ".join(_mark(verdict, n).rjust(w) for n, w in pairs)
        finding = verdict.finding
        place = f"{printable(finding.path)}:{finding.line}"
        yield f"      {marks}  {verdict.state.ljust(11)} {finding.rule} {place}"
    yield _LEGEND


def _mark(verdict: Verdict, patch: int) -> str:
    here = [event.what for event in verdict.events if event.patch == patch]
    if here:
        return _MARKS[here[-1]]
    return "=" if patch in verdict.present else "."


def _closing(report: GateReport) -> Iterator[str]:
    counts = [
        f"{len(verdicts)} {state}"
        for state in (ALIVE, WORSENED, CURED_LATER, CURED, MOVED)
        if (verdicts := _told(report, state))
    ]
    less = sum(_is_sight(v) and is_news(v) for v in report.verdicts)
    counts += [f"{less} times less seen"] if less else []
    said = ", ".join(counts) if counts else "nothing added, nothing cured"
    yield f"{printable(report.title)}, {counted(len(report.patches), 'patch', 'patches')}: {said}."
