"""Why a finding came at a patch: the changed line that brought it, and its hunk.

A finding in changed lines is its own cause.  Otherwise the cause is the first
changed line on the way to it, then a removal near the way, then the changed
line that shares most names with the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from spapr_lint.findings import Finding, Step, Way
from spapr_lint.gate.diff import Change, Differ, LineMap
from spapr_lint.gate.trees import Objects, matters

_HEADER = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_WORD = re.compile(r"[A-Za-z_]\w{2,}")
_NEAR = 60
_AROUND = 6
_MOST_FILES = 200
_MOST_LINES = 400


class Cause(NamedTuple):
    """A changed line (of the new text), its own text, the hunk around it."""

    path: str
    line: int
    text: str
    hunk: str
    outside: bool


class _Edit(NamedTuple):
    change: Change
    lines: LineMap


class Causes:
    """Explains what one change brought.  ``old`` and ``new`` are trees."""

    def __init__(self, differ: Differ, objects: Objects, old: str, new: str) -> None:
        self._differ = differ
        self._objects = objects
        changed = [change for change in differ.changes(old, new) if matters(_name(change))]
        self._changes = {_name(change): change for change in changed[:_MOST_FILES]}

    def of(self, finding: Finding, ways: Sequence[Way] = ()) -> Cause:
        """The cause of a finding that this change brought, or made worse by these ways."""
        inside = not ways and any(
            self._changed(finding.path, line)
            for line in range(finding.line, min(finding.end_line, finding.line + _MOST_LINES) + 1)
        )
        if inside:
            return self._cause(finding.path, finding.line, False)
        steps = list(_steps(ways or finding.ways))
        for step in steps:
            if self._changed(step.path, step.line):
                return self._cause(step.path, step.line, True)
        place = self._near(steps) or self._alike(steps)
        if place is None:
            return Cause(finding.path, finding.line, "", "", True)
        return self._cause(*place, True)

    def of_cure(self, finding: Finding) -> Cause:
        """The change that ended a finding (told in places of the old text)."""
        steps = [*_steps(finding.ways), Step(finding.path, finding.line, 1, "")]
        for step in reversed(steps):
            edit = self._edit_of_old(step.path)
            hunk = None if edit is None else edit.lines.hunk_at_old(step.line)
            if edit is not None and hunk is not None:
                return self._cause(_name(edit.change), max(1, hunk.new_start), True)
        place = self._near(steps) or self._alike(steps)
        if place is None:
            return Cause(finding.path, finding.line, "", "", True)
        return self._cause(*place, True)

    def lines(self) -> tuple[list[str], list[str]]:
        """The removed and the added lines of all files that matter."""
        removed: list[str] = []
        added: list[str] = []
        for change in self._changes.values():
            old = self._text(change.old_oid).split("\n") if change.old_oid else []
            new = self._text(change.new_oid).split("\n") if change.new_oid else []
            if not old or not new:
                removed += old
                added += new
                continue
            for hunk in self._lines(change).hunks:
                removed += old[hunk.old_start - 1 : hunk.old_end - 1]
                added += new[hunk.new_start - 1 : hunk.new_end - 1]
        return removed, added

    def _edit(self, path: str) -> _Edit | None:
        change = self._changes.get(path)
        if change is None:
            return None
        return _Edit(change, self._lines(change))

    def _edit_of_old(self, path: str) -> _Edit | None:
        for change in self._changes.values():
            if change.old_path == path:
                return _Edit(change, self._lines(change))
        return None

    def _lines(self, change: Change) -> LineMap:
        if not change.old_oid or not change.new_oid:
            return LineMap()
        return self._differ.lines(change.old_oid, change.new_oid)

    def _changed(self, path: str, line: int) -> bool:
        edit = self._edit(path)
        if edit is None:
            return False
        return not edit.change.old_oid or edit.lines.hunk_at_new(line) is not None

    def _near(self, steps: Iterable[Step]) -> tuple[str, int] | None:
        """The removal nearest to a step, in the step's file."""
        best: tuple[int, str, int] | None = None
        for step in steps:
            edit = self._edit(step.path)
            if edit is None:
                continue
            for hunk in edit.lines.hunks:
                distance = abs(hunk.new_start - step.line)
                found = (distance, step.path, max(1, hunk.new_start))
                if distance <= _NEAR and (best is None or found < best):
                    best = found
        return None if best is None else best[1:]

    def _alike(self, steps: Iterable[Step]) -> tuple[str, int] | None:
        """The changed line that shares most names with the steps."""
        names = {word for step in steps for word in _WORD.findall(step.text)}
        best: tuple[int, str, int] | None = None
        for path, change in self._changes.items():
            for line, text in self._changed_lines(change):
                score = len(names & set(_WORD.findall(text)))
                if best is None or score > best[0]:
                    best = (score, path, line)
        return None if best is None else best[1:]

    def _changed_lines(self, change: Change) -> Iterator[tuple[int, str]]:
        """Changed lines, each with its number in the new text; removed ones where they were."""
        edit = _Edit(change, self._lines(change))
        if not change.old_oid or not change.new_oid:
            yield 1, ""
            return
        old = self._text(change.old_oid).split("\n")
        new = self._text(change.new_oid).split("\n")
        for hunk in edit.lines.hunks:
            for number in range(hunk.new_start, hunk.new_end):
                yield number, new[number - 1]
            for number in range(hunk.old_start, hunk.old_end):
                yield max(1, hunk.new_start), old[number - 1]

    def _cause(self, path: str, line: int, outside: bool) -> Cause:
        change = self._changes.get(path)
        if change is None:
            return Cause(path, line, "", "", outside)
        text = self._text(change.new_oid).split("\n") if change.new_oid else []
        own = text[line - 1].strip() if 0 < line <= len(text) else ""
        return Cause(path, line, own, self._hunk(change, line), outside)

    def _hunk(self, change: Change, line: int) -> str:
        if not change.new_oid or change.old_oid == change.new_oid:
            return ""
        if not change.old_oid:
            return _all_new(self._text(change.new_oid), line)
        diff = self._differ.text(change.old_oid, change.new_oid).decode("utf-8", "replace")
        for hunk in re.split(r"(?m)^(?=@@ -)", diff)[1:]:
            match = _HEADER.match(hunk)
            if match is not None:
                start = int(match[3])
                count = int(match[4] or 1)
                if start <= line < start + max(1, count):
                    return hunk
        return ""

    def _text(self, oid: str) -> str:
        return self._objects.read(oid).decode("utf-8", "replace")


def _all_new(text: str, line: int) -> str:
    """The neighbourhood of a line in a file that was added, as a hunk."""
    start = max(1, line - _AROUND)
    lines = text.split("\n")[start - 1 : line + _AROUND]
    return "".join([f"@@ -0,0 +{start},{len(lines)} @@\n", *(f"+{one}\n" for one in lines)])


def _name(change: Change) -> str:
    return change.new_path or change.old_path


def _steps(ways: Iterable[Way]) -> Iterator[Step]:
    for way in ways:
        yield way.source
        yield from way.trace
