"""Places of sites, found by looking only into the top-level statements that hold them.

Sites are handed out in the order of the text and a statement takes its own last,
so those of one top-level statement are a range.  Python's own parser, a tenth as
slow, tells most places (`spans`); libcst parses the lines of what it does not tell.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from spapr_lint.python import builtin
from spapr_lint.python.errors import ParseError
from spapr_lint.python.front import annotation, builtin_proved
from spapr_lint.python.positions import Position, positions
from spapr_lint.python.source import Source
from spapr_lint.python.spans import spans

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+\Z")


class _Chunk(NamedTuple):
    """Lines (from 1, both inclusive) and sites (from first, up to last) of some statements."""

    start: int
    end: int
    first: int
    last: int
    statements: tuple[ast.stmt, ...]


def positions_within(text: str, sites: Collection[int], tops: Sequence[int]) -> dict[int, Position]:
    """As `positions`; ``tops`` are the sites of the module's statements, in order."""
    chunks = _chunks(text, tops)
    if chunks is None:
        return positions(text, sites)
    ends = [chunk.last for chunk in chunks]
    wanted: dict[int, list[int]] = {}
    for site in sites:
        number = bisect_left(ends, site)
        if number < len(chunks):
            wanted.setdefault(number, []).append(site)
    lines = _LINE.findall(text)
    source = Source(text, annotation)
    found: dict[int, Position] = {}
    for number, inside in sorted(wanted.items()):
        chunk = chunks[number]
        quick = _told(source, chunk, inside)
        if quick is not None:
            found.update(quick)
            continue
        part = "".join(lines[chunk.start - 1 : chunk.end])
        try:
            # The last site of all is asked for, too: if it is not there, the ranges are wrong.
            near = positions(part, {site - chunk.first for site in (*inside, chunk.last)})
        except ParseError:
            return positions(text, sites)
        if chunk.last - chunk.first not in near:
            return positions(text, sites)
        found.update(_moved(near, inside, chunk))
    return found


def _told(source: Source, chunk: _Chunk, sites: Collection[int]) -> dict[int, Position] | None:
    """What Python's own parser tells of a chunk's sites; None if that may be less than libcst."""
    if not builtin_proved():
        return None
    wanted = frozenset(site - chunk.first for site in (*sites, chunk.last))
    try:
        near = spans(source, chunk.statements, wanted)
    except Exception:  # whatever it cannot read or tell, libcst can
        return None
    if len(near) < len(wanted):
        return None
    return {site: Position(*near[site - chunk.first]) for site in sites}


def _moved(
    near: dict[int, Position], sites: Collection[int], chunk: _Chunk
) -> Iterator[tuple[int, Position]]:
    down = chunk.start - 1
    for site in sites:
        at = near.get(site - chunk.first)
        if at is not None:
            yield site, at._replace(line=at.line + down, end_line=at.end_line + down)


def _chunks(text: str, tops: Sequence[int]) -> list[_Chunk] | None:
    """The top-level statements; None if Python cannot read the text, or sees others."""
    try:
        body = builtin.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    kept = [statement for statement in body if not _does_nothing(statement)]
    if len(kept) != len(tops):
        return None
    chunks: list[_Chunk] = []
    first = 0
    for statement, last in zip(kept, tops, strict=True):
        start, end = _lines(statement)
        if chunks and start <= chunks[-1].end:  # several statements on one line
            before = chunks[-1]
            both = (*before.statements, statement)
            chunks[-1] = _Chunk(before.start, max(end, before.end), before.first, last, both)
        else:
            chunks.append(_Chunk(start, end, first, last, (statement,)))
        first = last + 1
    return chunks


def _lines(statement: ast.stmt) -> tuple[int, int]:
    start = statement.lineno
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        start = min([start, *[one.lineno for one in statement.decorator_list]])
    return start, statement.end_lineno or start


def _does_nothing(statement: ast.stmt) -> bool:
    """Whether the lowering leaves it out: see `statements`."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return isinstance(statement.value.value, str | bytes) or statement.value.value is ...
    return isinstance(statement, ast.Pass | ast.Global | ast.Nonlocal)
