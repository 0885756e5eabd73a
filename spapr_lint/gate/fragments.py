"""Trees made of hunks alone, for patches that come without a tree.

Every known line stands at its own number, unknown lines are empty; a hunk that
begins inside a function gets the function's head from its ``@@`` line.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from spapr_lint.gate.git import Repository
from spapr_lint.gate.trees import matters

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)")
_MOST_LINES = 200_000
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


class Piece(NamedTuple):
    """One hunk: where it is in the old text, both texts, and the head of its function."""

    old_start: int
    old: tuple[str, ...]
    new_start: int
    new: tuple[str, ...]
    heading: str


class FilePatch(NamedTuple):
    """One file's part of a patch; an empty path means that there is no such side."""

    old_path: str
    new_path: str
    pieces: tuple[Piece, ...]


_Lines = dict[int, str]
_Files = dict[str, _Lines]


def write_trees(repository: Repository, patches: Sequence[bytes]) -> list[str]:
    """The trees before and after each patch, as object ids; one more than patches."""
    parsed = [tuple(parse(patch)) for patch in patches]
    files = _before_all(parsed)
    trees = [_write(repository, files, _heads(parsed, 0))]
    for number, patch in enumerate(parsed, start=1):
        files = _after(files, patch)
        trees.append(_write(repository, files, _heads(parsed, number)))
    return trees


def _heads(patches: Sequence[tuple[FilePatch, ...]], done: int) -> dict[tuple[str, int], str]:
    """The head of the function that a piece begins in, by path and first line."""
    heads: dict[tuple[str, int], str] = {}
    for number, patch in enumerate(patches):
        for file in patch:
            for piece in file.pieces:
                old = (file.old_path, piece.old_start)
                heads[(file.new_path, piece.new_start) if number < done else old] = piece.heading
    return heads


def parse(patch: bytes) -> Iterator[FilePatch]:
    """The files of a patch.  What is no hunk is passed over."""
    lines = patch.split(b"\n")
    at, old_path, new_path, pieces = 0, "", "", list[Piece]()
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith((b"diff --git ", b"--- ")) and pieces:
            yield FilePatch(old_path, new_path, tuple(pieces))
            old_path, new_path, pieces = "", "", []
        if line.startswith(b"--- "):
            old_path = _path(line[4:])
        elif line.startswith(b"+++ "):
            new_path = _path(line[4:])
        elif match := _HUNK.match(line):
            piece, at = _piece(match, lines, at)
            pieces.append(piece)
    if pieces:
        yield FilePatch(old_path, new_path, tuple(pieces))


def _piece(match: re.Match[bytes], lines: Sequence[bytes], at: int) -> tuple[Piece, int]:
    old_left, new_left = (1 if count is None else int(count) for count in (match[2], match[4]))
    old_start, new_start = int(match[1]) + (old_left == 0), int(match[3]) + (new_left == 0)
    old, new = [], []
    while at < len(lines) and (old_left > 0 or new_left > 0):
        mark, text = lines[at][:1], lines[at][1:].decode("utf-8", "replace")
        if mark not in (b" ", b"-", b"+", b"", b"\\"):
            break
        at += 1
        if mark in (b" ", b"", b"-"):
            old.append(text)
            old_left -= 1
        if mark in (b" ", b"", b"+"):
            new.append(text)
            new_left -= 1
    heading = match[5].decode("utf-8", "replace").strip()
    return Piece(old_start, tuple(old), new_start, tuple(new), heading), at


def _path(word: bytes) -> str:
    """The path of a ``---`` or ``+++`` line, empty for /dev/null."""
    text = os.fsdecode(word.rstrip(b"\r").split(b"\t")[0])
    if text.startswith('"') and text.endswith('"'):
        text = re.sub(r"\\([0-7]{3}|.)", _unescaped, text[1:-1])
        text = os.fsdecode(text.encode("latin-1", "replace"))
    if text == "/dev/null":
        return ""
    path = re.sub(r"^[a-z]/", "", text)
    parts = [part for part in path.split("/") if part not in ("", ".", "..", ".git")]
    return "/".join(parts)


def _unescaped(match: re.Match[str]) -> str:
    found = match[1]
    return chr(int(found, 8) & 0xFF) if len(found) == 3 else _ESCAPES.get(found, found)


def _before_all(patches: Sequence[tuple[FilePatch, ...]]) -> _Files:
    """What all patches together tell about the tree before the first.

    A later patch's context counts where no earlier patch made it: its line
    numbers are followed back through the earlier patches' hunks.
    """
    files: _Files = {}
    for number, patch in enumerate(patches):
        for file in patch:
            if not file.old_path or not matters(file.old_path):
                continue
            for piece in file.pieces:
                for line, text in enumerate(piece.old, start=piece.old_start):
                    back = _back(patches[:number], file.old_path, line)
                    if back is not None and back[1] <= _MOST_LINES:
                        files.setdefault(back[0], {}).setdefault(back[1], text)
    return files


def _back(patches: Sequence[tuple[FilePatch, ...]], path: str, line: int) -> tuple[str, int] | None:
    """Where a line was before these patches; None if one of them made it."""
    for patch in reversed(patches):
        file = next((f for f in patch if f.new_path == path), None)
        if file is None:
            continue
        if not file.old_path:
            return None
        shift = 0
        for piece in file.pieces:
            if line < piece.new_start:
                break
            if line < piece.new_start + len(piece.new):
                text = piece.new[line - piece.new_start]
                if text not in piece.old:
                    return None
                line, shift = piece.old_start + piece.old.index(text), 0
                break
            shift = len(piece.old) - len(piece.new) + shift
        path, line = file.old_path, line + shift
    return path, line


def _after(files: Mapping[str, Mapping[int, str]], patch: Iterable[FilePatch]) -> _Files:
    """The known lines after a patch."""
    after: _Files = {path: dict(lines) for path, lines in files.items()}
    for file in patch:
        path = file.new_path or file.old_path
        if not matters(path):
            continue
        lines = dict(after.pop(file.old_path, {})) if file.old_path else {}
        if file.new_path:
            after[file.new_path] = _patched(lines, file.pieces)
    return after


def _patched(lines: Mapping[int, str], pieces: Sequence[Piece]) -> _Lines:
    new: _Lines = {}
    shift, at = 0, 0
    bounds = [(p.old_start, p.old_start + len(p.old), len(p.new) - len(p.old)) for p in pieces]
    for line in sorted(lines):
        while at < len(bounds) and line >= bounds[at][1]:
            shift += bounds[at][2]
            at += 1
        if at < len(bounds) and line >= bounds[at][0]:
            continue
        new[line + shift] = lines[line]
    for piece in pieces:
        for line, text in enumerate(piece.new, start=piece.new_start):
            if line <= _MOST_LINES:
                new[line] = text
    return new


def _write(
    repository: Repository, files: Mapping[str, _Lines], heads: Mapping[tuple[str, int], str]
) -> str:
    index = repository.scratch_index("fragments")
    repository.run("read-tree", "--empty", index=index)
    records = []
    for path, lines in sorted(files.items()):
        if lines and path:
            text = _text(path, lines, heads).encode("utf-8", "replace")
            blob = repository.run("hash-object", "-w", "--stdin", "--no-filters", stdin=text)
            records.append(b"100644 %s\t%s\0" % (blob.strip(), os.fsencode(path)))
    repository.run(
        "update-index", "-z", "--add", "--index-info", stdin=b"".join(records), index=index
    )
    return repository.run("write-tree", index=index).decode().strip()


def _text(path: str, lines: _Lines, heads: Mapping[tuple[str, int], str]) -> str:
    """The whole text, each run of known lines made as complete as it can be."""
    full = dict(lines)
    for start, end in _runs(lines):
        block = [lines[number] for number in range(start, end)]
        room = next((n for n in range(start - 1, 0, -1) if n in full), 0) + 1
        if path.endswith((".py", ".pyi")):
            full |= _python_head(block, start, start - room)
        else:
            heading = heads.get((path, start), "")
            full |= _c_frame(block, start, heading, start > room, end)
    return "\n".join(full.get(number, "") for number in range(1, max(full) + 1)) + "\n"


def _runs(lines: _Lines) -> Iterator[tuple[int, int]]:
    start = previous = 0
    for number in sorted(lines):
        if number != previous + 1:
            if start:
                yield start, previous + 1
            start = number
        previous = number
    if start:
        yield start, previous + 1


def _c_frame(block: Sequence[str], start: int, heading: str, room: bool, end: int) -> _Lines:
    """The line before and after a piece of C that make its braces meet."""
    lowest = depth = 0
    for line in block:
        depth += line.count("{") - line.count("}")
        lowest = min(lowest, depth)
        if lowest < 0 and line.startswith("}"):
            break
    total = sum(line.count("{") - line.count("}") for line in block) - lowest
    frame: _Lines = {}
    first = next((line for line in block if line.strip()), "")
    inside = lowest < 0 or first.startswith((" ", "\t"))
    if inside and room:
        opens = max(1, -lowest)
        frame[start - 1] = f"{_c_head(heading)} {'{ ' * opens}".rstrip()
        total += opens + lowest
    if total > 0:
        frame[end] = "}" * total
    return frame


def _c_head(heading: str) -> str:
    """A function's head as far as git shows it (it cuts long ones)."""
    match = re.match(r"([A-Za-z_][\w\s*]*\b\w+)\s*\(([^()]*)(\)?)", heading)
    if match is None:
        return "void fragment(void)"
    arguments = match[2] if match[3] else match[2].rpartition(",")[0]
    return f"{match[1]}({arguments})"


def _python_head(block: Sequence[str], start: int, room: int) -> _Lines:
    """Lines before an indented piece of Python that make it a block."""
    if _is_python("\n".join(block)):
        return {}
    levels = sorted({len(t) - len(t.lstrip()) for t in block if t.strip()})
    first = next((len(t) - len(t.lstrip()) for t in block if t.strip()), 0)
    openers = [level for level in sorted({0, *levels}) if level < first]
    # The innermost is a function: a return at the module's level would end the module.
    heads = ["if True:"] * (len(openers) - 1) + ["def fragment():"]
    begin = start - len(openers)
    frame = {begin + n: " " * o + heads[n] for n, o in enumerate(openers)}
    whole = [frame[number] for number in sorted(frame)] + list(block)
    return frame if len(openers) <= room and _is_python("\n".join(whole)) else {}


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
