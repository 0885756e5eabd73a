"""The program that a question is about, and what stands at a place of it.

Places are those of the text that a person reads: for C, lines of C.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from spapr_lint import ir
from spapr_lint.check import Options, read_packs
from spapr_lint.config import find_root
from spapr_lint.context import Loaded, load
from spapr_lint.errors import UserError
from spapr_lint.flow import analysis
from spapr_lint.flow.machine import Machine
from spapr_lint.flow.policy import Policy
from spapr_lint.packs import Pack
from spapr_lint.python import positions
from spapr_lint.python.positions import Position
from spapr_lint.sources import Selection, SourceFile, language_of, seen_from_here, select
from spapr_lint.tree import DiskTree
from spapr_lint.why.observe import Observer, tables

_SPOT = re.compile(r"(?P<path>.+?):(?P<line>[1-9][0-9]*)(?::(?P<column>[1-9][0-9]*))?:?\Z")
_VALUES = frozenset(range(24)) - {ir.SLICE, ir.STAR, ir.OPAQUE}
_NAMES = (ir.NAME, ir.GLOBAL, ir.FREE)


class Spot(NamedTuple):
    """A place as a person names it; lines and columns from 1, column 0 for the whole line."""

    path: str
    line: int
    column: int = 0


class Piece(NamedTuple):
    """An expression, a parameter or a target: its module, site and node, and where it stands."""

    module: int
    site: int
    node: ir.Node
    line: int
    column: int
    end_line: int
    end_column: int
    text: str

    @property
    def key(self) -> tuple[int, int]:
        return self.module, self.site


def spot(text: str) -> Spot | None:
    """Read ``FILE:LINE`` or ``FILE:LINE:COL``; None for anything else."""
    match = _SPOT.match(text)
    if match is None:
        return None
    return Spot(match["path"], int(match["line"]), int(match["column"] or 0))


class Ground:
    """A loaded program."""

    def __init__(self, loaded: Loaded, pack: Pack, root: str, named: bool) -> None:
        self.loaded = loaded
        self.pack = pack
        self.root = root
        self.named = named
        self._pieces: dict[int, tuple[Piece, ...]] = {}
        self._positions: dict[int, Mapping[int, Position]] = {}

    @property
    def sources(self) -> Sequence[SourceFile]:
        """The files of the program, by number of the module."""
        return self.loaded.sources

    def module_of(self, path: str) -> int | None:
        """The number of the module that a file is; None if it was not read."""
        inside = _inside(path, self.root)
        for number, module in enumerate(self.loaded.modules):
            if module.path == inside:
                return number
        return None

    def run(self, observer: Observer, policy: Policy | None = None) -> Machine:
        """Interpret the program with someone looking on."""
        loaded = self.loaded
        return analysis.interpret(
            loaded.modules,
            loaded.structs,
            self.pack,
            self.named,
            loaded.casts,
            loaded.numbers,
            tables(observer),
            policy,
        )

    def pieces(self, module: int) -> tuple[Piece, ...]:
        """All expressions, parameters and targets of a module that the text shows."""
        found = self._pieces.get(module)
        if found is None:
            found = self._pieces[module] = tuple(self._read(module))
        return found

    def at(self, spot: Spot) -> tuple[Piece, ...]:
        """What stands at a place: with a column the one innermost piece, else those on the line."""
        module = self.module_of(spot.path)
        if module is None:
            return ()
        here = [piece for piece in self.pieces(module) if piece.line == spot.line]
        if not spot.column:
            return tuple(sorted(here, key=lambda p: (p.column, -p.end_line, -p.end_column, p.site)))
        around = [piece for piece in self.pieces(module) if _covers(piece, spot)]
        if not around:
            return ()
        inner = min(around, key=lambda p: (p.end_line - p.line, len(p.text), -p.site))
        called = [p for p in around if p.node[0] == ir.CALL and p.node[1] is inner.node]
        return tuple(called[:1]) or (inner,)

    def function_at(self, module: int, line: int) -> ir.Function | None:
        """The innermost function that a line belongs to, from its name to its last expression."""
        source, code = self.sources[module], self.loaded.modules[module].code
        found: list[tuple[int, ir.Function]] = []
        starts = positions(source.code, [function.site for function in code.functions])
        places = self._places(module)
        for function in code.functions:
            if function.site not in starts:
                continue
            first = _person(source, starts[function.site].line)
            inner = [places[site].end_line for site, _ in _inside_of(function) if site in places]
            last = _person(source, max(inner, default=starts[function.site].line))
            if first <= line <= last:
                found.append((first, function))
        return max(found, key=lambda each: each[0])[1] if found else None

    def _places(self, module: int) -> Mapping[int, Position]:
        found = self._positions.get(module)
        if found is None:
            nodes = dict(_nodes(self.loaded.modules[module].code))
            found = positions(self.sources[module].code, list(nodes))
            self._positions[module] = found
        return found

    def _read(self, module: int) -> Iterator[Piece]:
        source = self.sources[module]
        nodes = dict(_nodes(self.loaded.modules[module].code))
        rows = source.code.split("\n")
        for site, place in sorted(self._places(module).items()):
            piece = Piece(module, site, nodes[site], *place, _cut(rows, place))
            if not source.lines:
                yield piece
            else:
                line = _person(source, place.line)
                yield from _in_c(piece, line, source.shown(line))


def ground(
    paths: Sequence[str],
    root: str | None,
    packs: Sequence[str],
    default_packs: bool = True,
    named: bool = False,
    all_functions: bool = False,
    exclude: Sequence[str] = (),
) -> Ground:
    """Load what a question about files and folders needs.  Raises `UserError`."""
    for path in paths:
        if not os.path.lexists(path):
            raise UserError(f"no such file or folder: {path}")
    base = find_root(paths[0], root or "")
    options = Options(
        packs=tuple(packs),
        default_packs=default_packs,
        named=named,
        all_functions=all_functions,
        exclude=tuple(exclude),
    )
    pack = read_packs(options)
    tree = DiskTree(base)
    inside = [_inside(path, base) for path in paths]
    for path, name in zip(paths, inside, strict=True):
        if name.startswith("../"):
            raise UserError(f"{path} is not below the root {base}")
    chosen = select(tree, inside, exclude)
    asked = frozenset(filter(tree.exists, inside))  # a question about a file is no check of it
    selection = Selection(sorted(asked.union(chosen.files)), asked)
    loaded = load(tree, selection, pack, options, seen_from_here(base))
    return Ground(loaded, pack, base, named)


def require(spot: Spot) -> None:
    """Refuse a place that no file has.  Raises `UserError`."""
    if not os.path.isfile(spot.path):
        raise UserError(f"no such file: {spot.path}")
    if not language_of(spot.path):
        raise UserError(f"{spot.path} is neither Python nor C")
    try:
        with open(spot.path, "rb") as file:
            rows = file.read().splitlines() or [b""]
    except OSError as error:
        raise UserError(f"{spot.path}: {error.strerror}") from None
    if spot.line > len(rows):
        raise UserError(f"{spot.path} has no line {spot.line}, it ends at {len(rows)}")
    width = len(rows[spot.line - 1])
    if spot.column > width + 1:
        raise UserError(f"{spot.path}:{spot.line} has no column {spot.column}, it ends at {width}")


def _inside(path: str, base: str) -> str:
    return os.path.relpath(os.path.realpath(path), os.path.realpath(base)).replace(os.sep, "/")


def _covers(piece: Piece, spot: Spot) -> bool:
    start, end = (piece.line, piece.column), (piece.end_line, piece.end_column)
    return start <= (spot.line, spot.column) < end


def _person(source: SourceFile, line: int) -> int:
    """The line of a person's text that a line of the code was made of."""
    return source.lines[min(line, len(source.lines)) - 1] if source.lines else line


def _nodes(module: ir.Module) -> Iterator[tuple[int, ir.Node]]:
    """Expressions and parameters by site."""
    yield from _expressions([module.body, *(klass.body for klass in module.classes)])
    for function in module.functions:
        yield from _inside_of(function)


def _inside_of(function: ir.Function) -> Iterator[tuple[int, ir.Node]]:
    """The expressions of a function, its parameters among them, by site."""
    for parameter in function.parameters:
        yield parameter.site, (ir.NAME, parameter.name, parameter.site)
    yield from _expressions([function.body, *(p.default or () for p in function.parameters)])


def _expressions(blocks: Sequence[Any]) -> Iterator[tuple[int, ir.Node]]:
    pending = list(blocks)
    while pending:
        node = pending.pop()
        if node.__class__ is not tuple or not node:
            continue
        if node[0].__class__ is int and node[0] in _VALUES and node[-1].__class__ is int:
            if len(node) > 2:
                yield node[-1], node
        pending.extend(part for part in node if part.__class__ is tuple)


def _cut(rows: Sequence[str], place: tuple[int, int, int, int]) -> str:
    """The text between two positions, on one line."""
    line, column, end_line, end_column = place
    if line == end_line:
        return rows[line - 1][column - 1 : end_column - 1]
    inner = [row.strip() for row in rows[line : end_line - 1]]
    return " ".join([rows[line - 1][column - 1 :], *inner, rows[end_line - 1][: end_column - 1]])


def word_of(node: ir.Node) -> str:
    """The name by which an expression is known, empty for most."""
    if node[0] in _NAMES:
        return str(node[1])
    if node[0] == ir.ATTR:
        return str(node[2])
    if node[0] == ir.CALL:
        return word_of(node[1])
    if node[0] == ir.CONST and node[1].__class__ is int:
        return str(node[1])
    return ""


def _in_c(piece: Piece, line: int, row: str) -> Iterator[Piece]:
    """The piece where its C text stands in a row of C, if it can be told."""
    for text in (piece.text, piece.text.replace(".", "->")):
        found = re.search(rf"(?<!\w){re.escape(text)}(?!\w)", row) if text else None
        if found is not None:
            yield _placed(piece, line, found.start() + 1, found[0])
            return
    word = word_of(piece.node)
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", row) if word else None
    if found is None:
        return
    start, end = found.span()
    if piece.node[0] == ir.CALL:
        end = _closing(row, end)
    elif piece.node[0] == ir.ATTR:
        before = re.search(r"(?:[\w\]\)\[]|->|\.)+\Z", row[: found.start()])
        start = before.start() if before is not None else start
    yield _placed(piece, line, start + 1, row[start:end])


def _closing(row: str, start: int) -> int:
    """Behind the parenthesis that closes the one at ``start``, or the end of the row."""
    depth = 0
    for index in range(start, len(row)):
        depth += {"(": 1, ")": -1}.get(row[index], 0)
        if depth == 0 and row[index] == ")":
            return index + 1
        if depth == 0 and not row[index].isspace():
            return start
    return len(row.rstrip())


def _placed(piece: Piece, line: int, column: int, text: str) -> Piece:
    return piece._replace(
        line=line, column=column, end_line=line, end_column=column + len(text), text=text
    )
