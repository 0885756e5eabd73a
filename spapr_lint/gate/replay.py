"""The gate over a stretch of history, each commit by itself, judged by what came later.

A commit that a later one names in ``Fixes:`` or reverts was a mistake; the
question is how many mistakes were flagged, and how many flagged were mistakes.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from spapr_lint.gate.diff import Change, Differ
from spapr_lint.gate.git import Repository, printable
from spapr_lint.gate.memory import Remembered
from spapr_lint.gate.plan import Commit, Patch, Plan, outer_trees, range_ends, read_commits
from spapr_lint.gate.series import Check, examine
from spapr_lint.gate.sight import RULE as SIGHT
from spapr_lint.gate.trees import Objects, matters
from spapr_lint.gate.verdict import ALIVE, CURED, WORSENED, GateReport, Verdict

_NAMED = re.compile(
    r"(?mi)^\s*fixes:\s*(?:commit\s+)?([0-9a-f]{7,64})\b|reverts?\s+commits?\s+([0-9a-f]{7,64})\b"
)

Progress = Callable[[int, int], None]


class Judged(NamedTuple):
    """One commit: how long it took (seconds), what it brought and took away.

    ``named_by`` are later commits that fix or revert it; ``mends`` what it says
    it fixes or reverts.
    """

    commit: str
    subject: str
    seconds: float
    born: tuple[str, ...]
    cured: tuple[str, ...]
    named_by: tuple[str, ...]
    mends: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """All commits of a range that change what can matter; ``skipped`` do not."""

    title: str
    commits: tuple[Judged, ...]
    skipped: int

    @property
    def flagged(self) -> tuple[Judged, ...]:
        """Commits that brought a finding."""
        return tuple(commit for commit in self.commits if commit.born)

    @property
    def named(self) -> tuple[Judged, ...]:
        """Commits that a later one of the range fixes or reverts."""
        return tuple(commit for commit in self.commits if commit.named_by)

    @property
    def hits(self) -> int:
        """Flagged and named."""
        return sum(1 for commit in self.flagged if commit.named_by)

    @property
    def precision(self) -> float | None:
        """Of the flagged, how many were named; None if nothing was flagged."""
        return self.hits / len(self.flagged) if self.flagged else None

    @property
    def recall(self) -> float | None:
        """Of the named, how many were flagged; None if none was named."""
        return self.hits / len(self.named) if self.named else None


def replay(
    repository: Repository,
    objects: Objects,
    text: str,
    check: Check,
    paths: Sequence[str] = (),
    progress: Progress | None = None,
) -> Replay:
    """Judge each commit of ``REV..REV`` that changes a file that can matter (under ``paths``)."""
    base, head = range_ends(repository, text)
    listing = repository.run(
        "rev-list", "--reverse", "--topo-order", "--no-merges", head, f"^{base}"
    )
    commits = read_commits(repository, listing.decode().split())
    differ = Differ(repository)
    remembered = Remembered(check)
    mends = {commit.oid: tuple(_mends(commit, commits)) for commit in commits}
    judged, skipped = [], 0
    for number, commit in enumerate(commits):
        if progress is not None:
            progress(number, len(commits))
        trees = outer_trees(repository, commit.parents[:1])
        changes = differ.changes(trees[0], commit.tree) if trees else ()
        if not any(_touches(change, paths) for change in changes):
            skipped += 1
            continue
        patch = Patch(1, commit.oid, commit.subject, commit.message, commit.tree, (0,))
        begun = time.perf_counter()
        report = examine(Plan(commit.oid, trees, (patch,)), objects, remembered)
        seconds = time.perf_counter() - begun
        judged.append(_judged(commit, report, seconds, mends))
    return Replay(printable(text), tuple(judged), skipped)


def _judged(
    commit: Commit, report: GateReport, seconds: float, mends: dict[str, tuple[str, ...]]
) -> Judged:
    named_by = tuple(oid for oid, names in mends.items() if commit.oid in names)
    return Judged(
        commit.oid,
        commit.subject,
        round(seconds, 3),
        tuple(_said(report.states(ALIVE, WORSENED))),
        tuple(_said(report.states(CURED))),
        named_by,
        mends[commit.oid],
    )


def _said(verdicts: Iterable[Verdict]) -> Iterator[str]:
    for verdict in verdicts:
        finding = verdict.finding
        if not verdict.suppressed and finding.rule != SIGHT:
            yield f"{finding.rule} {printable(finding.path)}:{finding.line}"


def _touches(change: Change, paths: Sequence[str]) -> bool:
    return any(matters(path) and within(path, paths) for path in (change.old_path, change.new_path))


def within(path: str, paths: Sequence[str]) -> bool:
    """Whether a file is one of these, or in one of these folders; everything is in none."""
    return not paths or any(
        top in (".", path) or path.startswith(top.rstrip("/") + "/") for top in paths
    )


def _mends(commit: Commit, commits: Sequence[Commit]) -> Iterator[str]:
    """The commits of the range that a commit's message says it fixes or reverts."""
    for groups in _NAMED.findall(commit.message):
        name = (groups[0] or groups[1]).lower()
        found = [other.oid for other in commits if other.oid.startswith(name)]
        if len(found) == 1 and found[0] != commit.oid:
            yield found[0]


def write_text(result: Replay) -> str:
    """A line for each commit that says something, then the sums."""
    lines = []
    for commit in result.commits:
        if commit.born or commit.cured or commit.named_by:
            lines.append(
                f"{commit.commit[:12]} {commit.seconds:7.2f} s  {printable(commit.subject)}"
            )
            lines += [f"    + {said}" for said in commit.born]
            lines += [f"    - {said}" for said in commit.cured]
            lines += [f"    named by {name[:12]}" for name in commit.named_by]
    times = sorted(commit.seconds for commit in result.commits) or [0.0]
    lines += [
        f"{result.title}: {len(result.commits)} commits looked at,"
        f" {result.skipped} that change nothing of interest",
        f"time per commit: median {times[len(times) // 2]:.2f} s, longest {times[-1]:.2f} s",
        f"flagged {len(result.flagged)}, named by a fix or revert {len(result.named)},"
        f" both {result.hits}",
        f"precision {_ratio(result.precision)}, recall {_ratio(result.recall)}",
    ]
    return "\n".join(lines) + "\n"


def _ratio(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.2f}"


def write_json(result: Replay) -> str:
    """Everything, for programs."""
    return (
        json.dumps(
            {
                "version": 1,
                "title": result.title,
                "commits": [commit._asdict() for commit in result.commits],
                "skipped": result.skipped,
                "flagged": len(result.flagged),
                "named": len(result.named),
                "hits": result.hits,
                "precision": result.precision,
                "recall": result.recall,
            },
            indent=2,
        )
        + "\n"
    )
