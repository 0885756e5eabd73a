"""Less sight as findings: what a run could not see, in the shape of what it found.

So a file that stops parsing is born, carried and cured like any other finding.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from spapr_lint.findings import Finding, Ledger, Report, Step, Unseen, Way

RULE = "SPL903"
_CALL = re.compile(r"\b[A-Za-z_]\w*\s*\(")


def blind_spots(report: Report) -> tuple[Finding, ...]:
    """The ledger's entries as findings; a file that `check` reported itself is left out."""
    told = {finding.path for finding in report.findings if finding.rule == RULE}
    ledger = report.ledger
    return (
        *_each(ledger.not_parsed, "cannot be parsed", "error", told),
        *_each(ledger.not_translated, "cannot be translated", "warning", set()),
        *_each(ledger.limits_hit, "is not followed to the end", "info", set()),
    )


def unresolved(before: Ledger, after: Ledger, new_calls: int, path: str) -> Finding | None:
    """The finding that calls resolve no longer, or None.

    ``new_calls`` is how many calls the change adds more than it removes: a new
    call that does not resolve is no loss.
    """
    more = after.unresolved_calls - before.unresolved_calls - max(0, new_calls)
    if more <= 0:
        return None
    calls = "1 call that was there is" if more == 1 else f"{more} calls that were there are"
    said = f"{calls} not resolved now ({after.unresolved_calls}, were {before.unresolved_calls})"
    return _finding(path, 1, said, "warning", f"unresolved {after.unresolved_calls}")


def calls_in(lines: Iterable[str]) -> int:
    """How many calls these lines seem to hold."""
    return sum(len(_CALL.findall(line)) for line in lines)


def unseen_paths(ledger: Ledger) -> frozenset[str]:
    """The files of which the run saw less than all."""
    return frozenset(entry.path for entry in (*ledger.not_parsed, *ledger.not_translated))


def _each(entries: Iterable[Unseen], verb: str, severity: str, told: set[str]) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for entry in entries:
        if entry.path in told:
            continue
        # Numbers in the words are lines and sizes; they change without a reason.
        what = f"{verb} {entry.path} {re.sub('[0-9]+', '#', entry.what)}"
        ordinal = seen[what] = seen.get(what, 0) + 1
        message = f"{verb}: {entry.what}" if entry.what else verb
        yield _finding(entry.path, max(1, entry.line), message, severity, f"{what} {ordinal}")


def _finding(path: str, line: int, message: str, severity: str, identity: str) -> Finding:
    step = Step(path, line, 1, "", message)
    return Finding(
        rule=RULE,
        message=message,
        path=path,
        line=line,
        column=1,
        end_line=line,
        end_column=1,
        severity=severity,
        wanted="",
        got="",
        ways=(Way(step, (), "declared"),),
        fingerprint=hashlib.sha256(
            f"{RULE} {identity}".encode("utf-8", "surrogateescape")
        ).hexdigest()[:32],
    )
