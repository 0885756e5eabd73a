"""What changed between two trees: files by git's rename detection, lines by git's hunks.

`LineMap` and `Delta` are pure data; `Differ` asks git for them and remembers.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from spapr_lint.gate.git import Repository

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_DIFF = (
    "diff",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-renames",
    "--text",
    "--diff-algorithm=histogram",
    "--no-indent-heuristic",
    "--ignore-submodules=all",
    "--inter-hunk-context=0",
)
RENAME_LIMIT = 2000


class Hunk(NamedTuple):
    """Lines [old_start, old_end) became [new_start, new_end); 1-based, either may be empty."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


@dataclass(frozen=True, slots=True)
class LineMap:
    """How the lines of one file's old text stand in its new text."""

    hunks: tuple[Hunk, ...] = ()

    def forward(self, line: int) -> int | None:
        """The new number of an old line, None if the line was changed or removed."""
        hunk = self._before(line, 0)
        if hunk is None:
            return line
        if line < hunk.old_end:
            return None
        return line + hunk.new_end - hunk.old_end

    def backward(self, line: int) -> int | None:
        """The old number of a new line, None if the line is changed or new."""
        return self.reversed().forward(line)

    def reversed(self) -> LineMap:
        """The map from the new text to the old."""
        return LineMap(tuple(Hunk(h[2], h[3], h[0], h[1]) for h in self.hunks))

    def hunk_at_old(self, line: int) -> Hunk | None:
        """The hunk that removes or changes an old line."""
        hunk = self._before(line, 0)
        return hunk if hunk is not None and line < hunk.old_end else None

    def hunk_at_new(self, line: int) -> Hunk | None:
        """The hunk that adds or changes a new line."""
        hunk = self._before(line, 2)
        return hunk if hunk is not None and line < hunk.new_end else None

    def _before(self, line: int, side: int) -> Hunk | None:
        """The last hunk that starts at or before a line of one side."""
        at = bisect_right(self.hunks, line, key=lambda hunk: hunk[side]) - 1
        return self.hunks[at] if at >= 0 else None


def parse_hunks(text: bytes) -> LineMap:
    """The line map of a diff without context (``-U0``) of one file."""
    hunks = []
    for match in re.finditer(rb"(?m)^" + _HUNK.pattern, text):
        old, old_count, new, new_count = (
            1 if number is None else int(number) for number in match.groups()
        )
        # Git names the line *before* an empty side.
        old += old_count == 0
        new += new_count == 0
        hunks.append(Hunk(old, old + old_count, new, new + new_count))
    return LineMap(tuple(hunks))


class Change(NamedTuple):
    """One changed file.  ``status`` is git's letter; a path or id is empty where there is none."""

    status: str
    old_path: str
    new_path: str
    old_mode: int
    new_mode: int
    old_oid: str
    new_oid: str


class FileMap(NamedTuple):
    """One file's way through a change: its lines exactly, and ignoring white space."""

    old_path: str
    new_path: str
    exact: LineMap
    loose: LineMap


@dataclass(frozen=True, slots=True)
class Delta:
    """One change of a whole tree.  A path that is in none of the collections is untouched."""

    files: tuple[FileMap, ...] = ()
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    _old: Mapping[str, FileMap] = field(init=False, repr=False, compare=False, default_factory=dict)
    _new: Mapping[str, FileMap] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_old", {file.old_path: file for file in self.files})
        object.__setattr__(self, "_new", {file.new_path: file for file in self.files})

    def old_file(self, path: str) -> FileMap | None:
        """The changed file that had this path before."""
        return self._old.get(path)

    def new_file(self, path: str) -> FileMap | None:
        """The changed file that has this path now."""
        return self._new.get(path)

    def path_after(self, path: str) -> str | None:
        """Where a file is now, None if it was removed."""
        file = self._old.get(path)
        if file is not None:
            return file.new_path
        return None if path in self.removed else path

    def place_after(self, path: str, line: int, loose: bool = False) -> tuple[str, int] | None:
        """Where an unchanged line is now, None if it was changed or removed."""
        file = self._old.get(path)
        if file is None:
            return None if path in self.removed else (path, line)
        number = (file.loose if loose else file.exact).forward(line)
        return None if number is None else (file.new_path, number)

    def is_fresh(self, path: str, line: int, loose: bool = False) -> bool:
        """Whether this line is changed or new."""
        file = self._new.get(path)
        if file is None:
            return path in self.added
        return (file.loose if loose else file.exact).hunk_at_new(line) is not None

    def touched(self, path: str) -> bool:
        """Whether the file that has this path now was changed, added or renamed."""
        return path in self._new or path in self.added


class Differ:
    """Asks git for changes between trees and blobs, each once."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._changes: dict[tuple[str, str], tuple[Change, ...]] = {}
        self._maps: dict[tuple[str, str, bool], LineMap] = {}

    def changes(self, old: str, new: str) -> tuple[Change, ...]:
        """The changed files between two trees, renames joined (git's ``-M``)."""
        key = (old, new)
        if key not in self._changes:
            out = self._repository.run(
                "diff-tree",
                "-r",
                "-z",
                "--raw",
                "--no-abbrev",
                "-M",
                f"-l{RENAME_LIMIT}",
                "--no-ext-diff",
                "--no-textconv",
                "--ignore-submodules=none",
                old,
                new,
            )
            self._changes[key] = parse_raw(out)
        return self._changes[key]

    def lines(self, old_oid: str, new_oid: str, loose: bool = False) -> LineMap:
        """The line map between two blobs."""
        if old_oid == new_oid:
            return LineMap()
        key = (old_oid, new_oid, loose)
        if key not in self._maps:
            extra = ("-w",) if loose else ()
            out = self._repository.run(*_DIFF, "-U0", *extra, old_oid, new_oid)
            self._maps[key] = parse_hunks(out)
        return self._maps[key]

    def text(self, old_oid: str, new_oid: str, context: int = 3) -> bytes:
        """The diff between two blobs, for people."""
        return self._repository.run(*_DIFF, f"-U{context}", old_oid, new_oid)

    def delta(self, old: str, new: str, wanted: Iterable[str]) -> Delta:
        """The change between two trees, with line maps for the wanted paths (old or new)."""
        names = set(wanted)
        files, added, removed = [], set(), set()
        for change in self.changes(old, new):
            if not change.old_path:
                added.add(change.new_path)
            elif not change.new_path:
                removed.add(change.old_path)
            elif change.old_path in names or change.new_path in names:
                files.append(self._file(change))
            elif change.old_path != change.new_path:
                files.append(FileMap(change.old_path, change.new_path, LineMap(), LineMap()))
        return Delta(tuple(files), frozenset(added), frozenset(removed))

    def _file(self, change: Change) -> FileMap:
        old, new = change.old_oid, change.new_oid
        return FileMap(
            change.old_path, change.new_path, self.lines(old, new), self.lines(old, new, loose=True)
        )


def parse_raw(out: bytes) -> tuple[Change, ...]:
    """The records of ``git diff-tree --raw -z``.

    A file that became a link or a submodule, or was one, counts as removed and added.
    """
    fields = iter(out.split(b"\0"))
    changes: list[Change] = []
    for meta in fields:
        if not meta.startswith(b":"):
            continue
        old_mode, new_mode, old_oid, new_oid, status = meta[1:].decode().split()
        old_path = os.fsdecode(next(fields))
        new_path = os.fsdecode(next(fields)) if status[0] in "RC" else old_path
        old = (old_path, int(old_mode, 8), old_oid)
        new = (new_path, int(new_mode, 8), new_oid)
        changes += _split(status[0], old, new)
    return tuple(changes)


def _split(status: str, old: tuple[str, int, str], new: tuple[str, int, str]) -> tuple[Change, ...]:
    gone = Change("D", old[0], "", old[1], 0, old[2], "")
    come = Change("A", "", new[0], 0, new[1], "", new[2])
    if status == "D":
        return (gone,)
    if status in "AC":
        return (come,)
    if status == "T":
        return gone, come
    return (Change(status, old[0], new[0], old[1], new[1], old[2], new[2]),)
