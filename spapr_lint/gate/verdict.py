"""The gate's answer as frozen data: each finding's life over a series, and its state.

The states are those of `STATES`; what fails is said by `fails` alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from spapr_lint.findings import Finding, Ledger
from spapr_lint.gate.plan import Patch
from spapr_lint.report import view

ALIVE = "alive"  # born here, there at the end
CURED_LATER = "cured-later"  # born and cured here
OLD = "old"  # in the base and after
MOVED = "moved"  # old, at another place
WORSENED = "worsened"  # old, with a new way, stronger evidence, or silenced no longer
CURED = "cured"  # old, gone
STATES = (ALIVE, WORSENED, CURED_LATER, CURED, MOVED, OLD)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a finding at one patch (from 1), and the line that made it happen.

    ``what`` is born, cured, moved, worsened, unseen (its file cannot be read
    any more) or seen again.  ``text`` is that line, ``hunk`` the hunk it
    lies in.  ``outside`` says that the finding itself is not in a changed line.
    """

    patch: int
    what: str
    path: str
    line: int
    text: str = ""
    hunk: str = ""
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """One finding as last seen, and its life over the series.

    ``first`` is how it was when it came (or in the base).
    ``present`` lists the patches (0: the base) after which it was there.
    ``doubts`` names old findings that this one may be; it counts as born.
    ``siblings`` are, for a cured one, the same sort of finding elsewhere.
    """

    finding: Finding
    first: Finding
    state: str
    events: tuple[Event, ...] = ()
    present: frozenset[int] = frozenset()
    unseen: bool = False
    suppressed: bool = False
    doubts: tuple[Finding, ...] = ()
    siblings: tuple[Finding, ...] = ()

    def event(self, what: str, last: bool = False) -> Event | None:
        """The first (or last) event of a sort."""
        found = [event for event in self.events if event.what == what]
        return (found[-1] if last else found[0]) if found else None

    @property
    def born(self) -> Event | None:
        """Where it came in, None if it was in the base."""
        return self.event("born") if self.state in (ALIVE, CURED_LATER) else None

    @property
    def cured(self) -> Event | None:
        """Where it went, None if it is still there."""
        gone = self.state in (CURED, CURED_LATER)
        return self.event("cured", last=True) if gone else None


@dataclass(frozen=True, slots=True)
class GateReport:
    """The answer: the patches, every finding's verdict, and what the last run saw."""

    title: str
    patches: tuple[Patch, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    ledger: Ledger = field(default_factory=Ledger)
    notes: tuple[str, ...] = ()
    fragments: bool = False
    checks: int = 0

    def states(self, *states: str) -> tuple[Verdict, ...]:
        """The verdicts in these states, in that order."""
        return tuple(v for state in states for v in self.verdicts if v.state == state)


def is_news(verdict: Verdict) -> bool:
    """Whether the series added or worsened it, and nobody silenced it."""
    return verdict.state in (ALIVE, WORSENED, CURED_LATER) and not verdict.suppressed


def fails(verdict: Verdict, fail_on: str = "error", bisect: bool = True) -> bool:
    """Whether a verdict makes exit code 1.

    Alive and worsened findings do, and those cured later in the series unless
    ``bisect`` is false; severity and evidence as in `view.fails`.
    """
    if not is_news(verdict) or (verdict.state == CURED_LATER and not bisect):
        return False
    return view.fails(verdict.finding, fail_on)


def exit_code(
    report: GateReport, fail_on: str = "error", bisect: bool = True, strict: bool = False
) -> int:
    """0, 1 a verdict that fails, 3 ``strict`` and something was not seen."""
    if strict and not report.ledger.empty:
        return 3
    return 1 if any(fails(verdict, fail_on, bisect) for verdict in report.verdicts) else 0
