"""Walks a plan patch by patch and tells each finding's life.

Trees are checked only where a file that can matter changed; every finding is
matched with its parents' findings, and a life (a track) goes with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from spapr_lint.findings import EVIDENCE, Finding, Report
from spapr_lint.gate import sight
from spapr_lint.gate.cause import Cause, Causes
from spapr_lint.gate.diff import Delta, Differ
from spapr_lint.gate.match import (
    Matching,
    Pair,
    match,
    match_ways,
    producer,
    same_place,
    shape,
)
from spapr_lint.gate.plan import Plan
from spapr_lint.gate.trees import GitTree, Objects, matters
from spapr_lint.gate.verdict import (
    ALIVE,
    CURED,
    CURED_LATER,
    MOVED,
    OLD,
    STATES,
    WORSENED,
    Event,
    GateReport,
    Verdict,
)
from spapr_lint.tree import Tree

Check = Callable[[Tree], Report]
Progress = Callable[[int, int], None]


class _Item(NamedTuple):
    """A finding in one tree, the life it belongs to, and since when each of its ways is there."""

    finding: Finding
    track: int
    ways_since: tuple[int, ...]
    suppressed: bool = False
    unseen: bool = False


@dataclass(slots=True)
class _Track:
    """A finding's life while it is being told; patch 0 is the base."""

    since: int
    first: _Item
    last: _Item
    events: list[Event] = field(default_factory=list)
    present: set[int] = field(default_factory=set)
    doubts: tuple[Finding, ...] = ()
    joined: bool = False  # a merge found it to be another life


@dataclass(slots=True)
class _Seen:
    """One node of the plan after its check."""

    report: Report
    findings: tuple[Finding, ...]
    suppressed: frozenset[int]
    items: tuple[_Item, ...] = ()


def _silent(_done: int, _of: int) -> None:
    pass


def examine(
    plan: Plan,
    objects: Objects,
    check: Check,
    progress: Progress = _silent,
    with_old: bool = False,
    ahead: Callable[[Sequence[GitTree]], None] | None = None,
) -> GateReport:
    """What a plan's patches add, cure and carry.

    ``check`` is called with trees only, and at most once for each that differs
    in a file that matters; not at all if none does, unless the old findings
    are asked for too (``with_old``).  Before that ``ahead`` is told all of them.
    """
    walk = _Walk(plan, objects, check, progress)
    if not with_old and not walk.anything_matters():
        return GateReport(plan.title, plan.patches, notes=plan.notes, fragments=plan.fragments)
    if ahead is not None:
        ahead(walk.to_check())
    return walk.run()


class _Walk:
    def __init__(self, plan: Plan, objects: Objects, check: Check, progress: Progress) -> None:
        self.plan = plan
        self.objects = objects
        self.differ = Differ(objects.repository)
        self.check = check
        self.progress = progress
        self.reports: dict[str, Report] = {}
        self.trees: dict[str, GitTree] = {}
        self.nodes: list[_Seen] = []
        self.tracks: list[_Track] = []

    def run(self) -> GateReport:
        """Walk everything; the answer."""
        count = len(self.plan.bases)
        for number in range(count + len(self.plan.patches)):
            self.progress(number, count + len(self.plan.patches))
            self.nodes.append(self._look(number))
            if number < count:
                self._begin(number)
            else:
                self._step(number, number - count + 1)
        end = self.nodes[-1]
        verdicts = self._verdicts(end)
        return GateReport(
            title=self.plan.title,
            patches=self.plan.patches,
            verdicts=verdicts,
            ledger=end.report.ledger,
            notes=self.plan.notes,
            fragments=self.plan.fragments,
            checks=len({id(report) for report in self.reports.values()}),
        )

    def _look(self, number: int) -> _Seen:
        tree = self.plan.tree(number)
        if tree not in self.reports:
            self.reports[tree] = self._report(number, tree)
        report = self.reports[tree]
        hidden = tuple(entry.finding for entry in report.suppressed)
        findings = (*report.findings, *sight.blind_spots(report), *hidden)
        silenced = range(len(findings) - len(hidden), len(findings))
        return _Seen(report, findings, frozenset(silenced))

    def _report(self, number: int, tree: str) -> Report:
        for parent in self._parents(number):
            if not self._differs(parent, number):
                return self.reports[self.plan.tree(parent)]
        listed = self.trees.pop(tree) if tree in self.trees else GitTree(self.objects, tree)
        return self.check(listed)

    def to_check(self) -> list[GitTree]:
        """The trees that will be checked, in order."""
        found: dict[str, None] = {}
        same: set[str] = set()
        for number in range(len(self.plan.bases) + len(self.plan.patches)):
            tree = self.plan.tree(number)
            if any(not self._differs(parent, number) for parent in self._parents(number)):
                same.add(tree)
            elif tree not in same:
                found[tree] = None
        self.trees = {tree: GitTree(self.objects, tree) for tree in found}
        return list(self.trees.values())

    def anything_matters(self) -> bool:
        """Whether a patch changes a file that can matter."""
        count = len(self.plan.bases)
        return any(
            not patch.parents
            or any(self._differs(parent, count + number) for parent in patch.parents)
            for number, patch in enumerate(self.plan.patches)
        )

    def _differs(self, old: int, new: int) -> bool:
        changes = self.differ.changes(self.plan.tree(old), self.plan.tree(new))
        return any(matters(c.old_path) or matters(c.new_path) for c in changes)

    def _parents(self, number: int) -> tuple[int, ...]:
        count = len(self.plan.bases)
        if number < count:
            return (0,) if number else ()
        return self.plan.patches[number - count].parents

    def _delta(self, old: int, new: int, old_findings: Iterable[Finding]) -> Delta:
        after = self.nodes[new].findings
        wanted = {path for f in (*old_findings, *after) for path in _paths(f)}
        return self.differ.delta(self.plan.tree(old), self.plan.tree(new), wanted)

    def _begin(self, number: int) -> None:
        """The findings of a base: lives that began before."""
        node = self.nodes[number]
        known: dict[int, int] = {}
        if number:
            first = self.nodes[0].items
            delta = self._delta(0, number, [item.finding for item in first])
            found = match([item.finding for item in first], node.findings, delta)
            known = {pair.after: first[pair.before].track for pair in found.pairs}
        items = []
        for index, finding in enumerate(node.findings):
            item = _Item(finding, 0, (0,) * len(finding.ways), index in node.suppressed)
            track = known[index] if index in known else self._new_track(0, item)
            items.append(item._replace(track=track))
            self.tracks[track].present.add(0)
        node.items = tuple(items)

    def _new_track(self, since: int, item: _Item) -> int:
        self.tracks.append(_Track(since, item, item))
        return len(self.tracks) - 1

    def _step(self, number: int, patch: int) -> None:
        node = self.nodes[number]
        parents = self._parents(number)
        known: dict[int, _Item] = {}
        doubts: dict[int, tuple[Finding, ...]] = {}
        lost: list[tuple[int, _Item]] = []
        for parent in parents:
            joined, matching = self._join(parent, number, patch)
            for index, item in joined.items():
                known[index] = self._elder(known.get(index), item, patch)
            before = self.nodes[parent].items
            lost += [(parent, before[index]) for index in matching.cured]
            doubts |= {
                index: tuple(before[old].finding for old in olds)
                for index, olds in matching.ambiguous.items()
            }
        known = _each_once(known)
        items = [
            known.get(index) or self._arrival(number, patch, index, doubts.get(index, ()))
            for index in range(len(node.findings))
        ]
        items += self._losses(number, patch, lost, {item.track for item in items})
        node.items = tuple(items)
        for item in items:
            track = self.tracks[item.track]
            track.present.add(patch)
            track.last = item
        self._calls(parents, number, patch)

    def _elder(self, one: _Item | None, other: _Item, patch: int) -> _Item:
        """Of two lives that a merge joins, the one that began first."""
        if one is None or one.track == other.track:
            return other if one is None else one
        if self.tracks[other.track].since < self.tracks[one.track].since:
            one, other = other, one
        track = self.tracks[other.track]
        if track.since:
            track.joined = True
        else:
            # Two that the base had became one: one of them is gone.
            place = other.finding
            track.events.append(Event(patch, "cured", place.path, place.line))
        return one

    def _join(self, parent: int, number: int, patch: int) -> tuple[dict[int, _Item], Matching]:
        """The findings that a parent had already, with what happened to them on the way."""
        before = self.nodes[parent].items
        node = self.nodes[number]
        delta = self._delta(parent, number, [item.finding for item in before])
        found = match([item.finding for item in before], node.findings, delta)
        joined = {}
        for pair in found.pairs:
            old, new = before[pair.before], node.findings[pair.after]
            since = tuple(
                patch if known is None else old.ways_since[known]
                for known in match_ways(old.finding, new, delta)
            )
            silenced = pair.after in node.suppressed
            joined[pair.after] = _Item(new, old.track, since, silenced)
            if parent == self._parents(number)[0]:
                self._note(parent, number, patch, pair, joined[pair.after], delta)
        return joined, found

    def _note(
        self, parent: int, number: int, patch: int, pair: Pair, item: _Item, delta: Delta
    ) -> None:
        """Events of a finding that stays: moved, worsened, seen again."""
        old = self.nodes[parent].items[pair.before]
        track = self.tracks[item.track]
        new = item.finding
        if not same_place(old.finding, new, pair.tier, delta):
            track.events.append(Event(patch, "moved", new.path, new.line))
        if old.unseen:
            track.events.append(Event(patch, "seen", new.path, new.line))
        ways = [way for way, s in zip(new.ways, item.ways_since, strict=True) if s == patch]
        told = old.suppressed and not item.suppressed
        if ways or told or _evidence(new) > _evidence(old.finding):
            cause = self._causes(parent, number).of(new, ways)
            track.events.append(_event(patch, "worsened", cause))

    def _causes(self, parent: int, number: int) -> Causes:
        return Causes(self.differ, self.objects, self.plan.tree(parent), self.plan.tree(number))

    def _arrival(self, number: int, patch: int, index: int, doubts: tuple[Finding, ...]) -> _Item:
        """A finding that no parent had: back again, or born."""
        finding = self.nodes[number].findings[index]
        silenced = index in self.nodes[number].suppressed
        item = _Item(finding, 0, (patch,) * len(finding.ways), silenced)
        track = self._gone_before(finding, patch)
        if track is None:
            track = self._new_track(patch, item)
            self.tracks[track].doubts = doubts
        elif not self.tracks[track].since:
            item = item._replace(ways_since=(0,) * len(finding.ways))
        parents = self._parents(number)
        cause = Cause(finding.path, finding.line, "", "", False)
        if parents:
            cause = self._causes(parents[0], number).of(finding)
        self.tracks[track].events.append(_event(patch, "born", cause))
        self.tracks[track].present.add(patch)
        return item._replace(track=track)

    def _gone_before(self, finding: Finding, patch: int) -> int | None:
        """The life that ended earlier in the series, or runs on another branch, of this finding."""
        # What a parent still had would have been matched; this is something else.
        parents = self.plan.patches[patch - 1].parents
        inherited = {item.track for parent in parents for item in self.nodes[parent].items}
        for number, track in enumerate(self.tracks):
            last = track.last.finding
            same = (last.path, last.function) == (finding.path, finding.function)
            # Its fingerprint may be another one by now: the ordinal among equals is in it.
            alike = last.fingerprint == finding.fingerprint or shape(last) == shape(finding)
            if same and alike and number not in inherited and patch not in track.present:
                return number
        return None

    def _losses(
        self, number: int, patch: int, lost: Sequence[tuple[int, _Item]], kept: set[int]
    ) -> list[_Item]:
        """Findings that a parent had and this tree has not: cured, or only out of sight."""
        carried = []
        done = set(kept)
        blind = sight.unseen_paths(self.nodes[number].report.ledger)
        for parent, item in lost:
            if item.track in done:
                continue
            done.add(item.track)
            finding = item.finding
            delta = self._delta(parent, number, [finding])
            path = delta.path_after(finding.path)
            newly = blind - sight.unseen_paths(self.nodes[parent].report.ledger)
            hidden = path in newly or (item.unseen and path in blind)
            if path is not None and hidden and finding.rule != sight.RULE:
                carried.append(self._carry(item, path, delta, patch))
                continue
            if self._gone_on_a_branch(number, parent, item.track):
                continue
            cause = self._causes(parent, number).of_cure(finding)
            self.tracks[item.track].events.append(_event(patch, "cured", cause))
        return carried

    def _gone_on_a_branch(self, number: int, parent: int, track: int) -> bool:
        """Whether another parent was cured of it before: the merge only says so."""
        others = [p for p in self._parents(number) if p != parent]
        lacking = any(track not in {i.track for i in self.nodes[p].items} for p in others)
        return lacking and any(event.what == "cured" for event in self.tracks[track].events)

    def _carry(self, item: _Item, path: str, delta: Delta, patch: int) -> _Item:
        finding = item.finding
        place = delta.place_after(finding.path, finding.line, loose=True)
        line = place[1] if place is not None else finding.line
        shifted = replace(finding, path=path, line=line, end_line=max(line, finding.end_line))
        if not item.unseen:
            self.tracks[item.track].events.append(Event(patch, "unseen", path, line))
        return item._replace(finding=shifted, unseen=True)

    def _calls(self, parents: Sequence[int], number: int, patch: int) -> None:
        """Tell when calls resolve no longer."""
        if len(parents) != 1:
            return
        before, after = self.nodes[parents[0]].report.ledger, self.nodes[number].report.ledger
        if after.unresolved_calls <= before.unresolved_calls:
            return
        removed, added = self._causes(parents[0], number).lines()
        new_calls = sight.calls_in(added) - sight.calls_in(removed)
        changes = self.differ.changes(self.plan.tree(parents[0]), self.plan.tree(number))
        path = next((c.new_path for c in changes if matters(c.new_path)), "")
        finding = sight.unresolved(before, after, new_calls, path)
        if finding is None:
            return
        track = self._new_track(patch, _Item(finding, 0, (patch,)))
        self.tracks[track].events.append(Event(patch, "born", path, 1))
        self.tracks[track].present |= set(range(patch, len(self.plan.patches) + 1))

    def _verdicts(self, end: _Seen) -> tuple[Verdict, ...]:
        final = len(self.plan.patches)
        at_end = {item.track for item in end.items}
        moved = self._really_moved(end)
        verdicts = []
        for number, track in enumerate(self.tracks):
            if track.joined and number not in at_end:
                continue
            there = number in at_end or final in track.present
            state = _state(track, there, number in moved)
            siblings = _siblings(track.last.finding, end) if state == CURED else ()
            verdicts.append(
                Verdict(
                    finding=track.last.finding,
                    first=track.first.finding,
                    state=state,
                    events=tuple(sorted(track.events, key=lambda event: event.patch)),
                    present=frozenset(track.present),
                    unseen=there and track.last.unseen,
                    suppressed=there and track.last.suppressed,
                    doubts=track.doubts,
                    siblings=siblings,
                )
            )
        return tuple(sorted(verdicts, key=_order))

    def _really_moved(self, end: _Seen) -> frozenset[int]:
        """The lives that end at another place than they began: there and back is not moved."""
        if not self.plan.patches:
            return frozenset()
        first = self.nodes[0].items
        last = len(self.nodes) - 1
        delta = self._delta(0, last, [item.finding for item in first])
        found = match([item.finding for item in first], [i.finding for i in end.items], delta)
        still = {
            first[pair.before].track
            for pair in found.pairs
            if first[pair.before].track == end.items[pair.after].track
            and same_place(
                first[pair.before].finding, end.items[pair.after].finding, pair.tier, delta
            )
        }
        tracks = enumerate(self.tracks)
        went = {n for n, track in tracks if any(event.what == "moved" for event in track.events)}
        return frozenset(went - still)


def _each_once(known: dict[int, _Item]) -> dict[int, _Item]:
    """The first of all that claim one life: branches that moved it apart made two of it."""
    taken: set[int] = set()
    once = {}
    for index, item in known.items():
        if item.track not in taken:
            once[index] = item
            taken.add(item.track)
    return once


def _paths(finding: Finding) -> set[str]:
    steps = (step for way in finding.ways for step in (way.source, *way.trace))
    return {finding.path, *(step.path for step in steps)}


def _evidence(finding: Finding) -> int:
    return EVIDENCE.index(finding.evidence)


def _event(patch: int, what: str, cause: Cause) -> Event:
    return Event(patch, what, cause.path, cause.line, cause.text, cause.hunk, cause.outside)


def _state(track: _Track, there: bool, moved: bool) -> str:
    if track.since:
        return ALIVE if there else CURED_LATER
    if not there:
        return CURED
    first, last = track.first, track.last
    told = first.suppressed and not last.suppressed
    if told or any(last.ways_since) or _evidence(last.finding) > _evidence(first.finding):
        return WORSENED
    return MOVED if moved else OLD


def _siblings(cured: Finding, end: _Seen) -> tuple[Finding, ...]:
    """The findings left at the end where the same producer reaches the same sort of sink."""
    gives = {producer(way.source) for way in cured.ways}
    return tuple(
        item.finding
        for item in end.items
        if item.finding.rule == cured.rule != sight.RULE
        and (item.finding.got, item.finding.wanted) == (cured.got, cured.wanted)
        and gives & {producer(way.source) for way in item.finding.ways}
    )


def _order(verdict: Verdict) -> tuple[int, str, int, int, str, str]:
    finding = verdict.finding
    rank = STATES.index(verdict.state)
    return rank, finding.path, finding.line, finding.column, finding.rule, finding.fingerprint
