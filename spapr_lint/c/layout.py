"""From translated statements to the text of a module: line breaks, comments, blank lines, map."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

from spapr_lint.c.context import Line
from spapr_lint.c.mask import Comment, Source

_BREAK = re.compile(r"\x01(\d+)\x02")
_PIECE = re.compile(r'"(?:\\.|[^"\\])*"|[()\[\]{}]')
_WIDTH: Final = 60  # columns; continuation lines are not indented deeper


def broken(lines: Iterable[Line]) -> list[Line]:
    """Statements broken into the lines that C has, each with its C line."""
    found: list[Line] = []
    for line in lines:
        if "\x01" not in line.text:
            found.append(line)
            continue
        parts = _BREAK.split(line.text)
        base = len(parts[0]) - len(parts[0].lstrip())
        stack: list[tuple[int, bool]] = []
        _scan(parts[0], 0, stack)
        found.append(Line(parts[0].rstrip(), line.line))
        for number, part in zip(parts[1::2], parts[2::2], strict=True):
            text = part.strip()
            if not text:
                continue
            column = base + 4
            if stack:
                place, hanging = stack[-1]
                depth = sum(1 for _, hangs in stack if hangs)
                closing = text[:1] in ")]}"
                column = base + 4 * (depth - closing) if hanging else min(place, _WIDTH)
            found.append(Line(" " * column + text, int(number)))
            _scan(text, column, stack)
    return found


def _scan(text: str, column: int, stack: list[tuple[int, bool]]) -> None:
    for piece in _PIECE.finditer(text):
        what = piece.group()
        if what in "([{":
            rest = text[piece.end() :].strip()
            stack.append((column + piece.end(), not rest))
        elif what in ")]}" and stack:
            stack.pop()


def comment_lines(comment: Comment) -> list[str]:
    """The lines of a C comment as Python comments, without stars and frames."""
    text = comment.text
    inner = text[2:] if text.startswith("//") else text[2:].removesuffix("*/")
    found = []
    for number, row in enumerate(re.split(r"\r?\n", inner)):
        row = row.strip()
        if number:
            row = re.sub(r"\A\*+ ?", "", row)
        row = row.strip("*").rstrip()
        if not row.isprintable():
            row = "".join([char if char.isprintable() else " " for char in row])
        found.append(f"# {row.strip()}".rstrip() if number == 0 else f"# {row}".rstrip())
    return found


def with_comments(
    lines: list[Line], source: Source, skipped: Sequence[tuple[int, int]]
) -> list[Line]:
    """The lines with the file's comments where they stood."""
    ends: dict[int, list[int]] = {}
    first: dict[int, int] = {}
    trailing = {source.line(one.start) for one in source.masked.comments if one.trailing}
    for number, (_, at) in enumerate(lines):
        if at not in first:
            first[at] = number
        if at in trailing and (number + 1 == len(lines) or lines[number + 1].line != at):
            ends.setdefault(at, []).append(number)
    rows = sorted(first)
    tails: dict[int, str] = {}
    before: dict[int, list[Line]] = {}
    starts = [start for start, _ in skipped]
    for comment in source.masked.comments:
        row = source.line(comment.start)
        span = bisect_right(starts, row) - 1
        if span >= 0 and row <= skipped[span][1]:
            continue
        written = comment_lines(comment)
        rest = 0
        if comment.trailing and row in ends:
            rest = 1
            if len(written[0]) > 1:
                for number in ends[row]:
                    tails[number] = tails.get(number, "") + "  " + written[0]
        while rest < len(written) and written[rest] == "#" and rest in (0, len(written) - 1):
            rest += 1
        position = bisect_right(rows, row)
        place = first[rows[position]] if position < len(rows) else len(lines)
        column = 0
        if place < len(lines):
            column = len(lines[place].text) - len(lines[place].text.lstrip())
        kept = written[rest:]
        if len(kept) > 1 and kept[-1] == "#":
            kept = kept[:-1]
        for offset, text in enumerate(kept):
            made = Line(" " * column + text, row + offset)
            before.setdefault(place, []).append(made)
    found: list[Line] = []
    for number, line in enumerate(lines):
        found.extend(before.get(number, ()))
        tail = tails.get(number)
        found.append(Line(line.text + tail, line.line) if tail else line)
    found.extend(before.get(len(lines), ()))
    return found


def spaced(lines: Iterable[Line], source: Source) -> list[Line]:
    """The lines with blank ones where C has them, two before a function."""
    raw = source.masked.clean.split(b"\n")
    comments = {
        row
        for comment in source.masked.comments
        for row in range(source.line(comment.start), source.line(max(0, comment.end - 1)) + 1)
    }
    blank = {
        number + 1
        for number, row in enumerate(raw)
        if not row.strip() and number + 1 not in comments
    }
    found: list[Line] = []
    past = Line("", 0)
    for line in lines:
        text = line.text
        top = text[:1] not in (" ", "")
        heads = text.startswith(("def ", "class "))
        want = 0
        if found and line.line > past.line and line.line - 1 in blank:
            want = 0 if past.text.endswith(":") or text.lstrip()[:1] in (")", "]", "}") else 1
        if found and top and text[:1] not in (")", "]", "}"):
            inner = past.text[:1] == " "
            if inner and (heads or text[:1] == "#"):
                want = 2
            elif inner or (heads and past.text[:1] != "#"):
                want = 2 if heads else max(want, 1)
            elif want and heads:
                want = 1 if past.text[:1] == "#" else 2
        found.extend([Line("", line.line)] * want)
        found.append(line)
        past = line
    return found


def laid_out(
    lines: Iterable[Line], source: Source, skipped: Sequence[tuple[int, int]]
) -> tuple[str, tuple[int, ...]]:
    """The module's text, and for each of its lines the C line."""
    finished = spaced(with_comments(broken(lines), source, skipped), source)
    text = "".join(line.text + "\n" for line in finished)
    return text, tuple(line.line for line in finished)
