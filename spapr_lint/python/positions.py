"""Where a site stands: recovered from the text, only for the sites that are asked for.

The text is parsed once more with libcst's own nodes and lowered by the same code,
which now remembers the nodes of the wanted sites.  Then libcst's code generator
runs into a state that keeps no text and only adds up lengths.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection
from typing import NamedTuple

from spapr_lint.python import builtin
from spapr_lint.python.builtin_statements import block
from spapr_lint.python.dialects import standard
from spapr_lint.python.errors import ParseError
from spapr_lint.python.front import annotation, builtin_proved, collector_off, lower_tree, parse
from spapr_lint.python.lowering import Syntax
from spapr_lint.python.prepare import prepare
from spapr_lint.python.recording import recorded
from spapr_lint.python.source import Source

_NEWLINE = re.compile(r"\r\n?|\n")


class Position(NamedTuple):
    """A place in a text: lines and columns (in characters) from 1, end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


def positions(text: str, sites: Collection[int]) -> dict[int, Position]:
    """The places of some sites of ``lower(text)``; unknown sites are left out.

    A call, attribute or other expression is the whole expression without
    parentheses around it; a statement is the statement without its indentation; a
    `Parameter`, `Function` or `Class` is its name, a lambda the whole of it.  (Of a text
    that libcst cannot read, the whole definition.)  Raises `ParseError` as `lower` does.
    """
    if not sites:
        return {}
    prepare(text)  # only for its refusals: places are those of the text as it is
    with collector_off():
        try:
            tree = parse(text)
            nodes = _nodes_of(tree, frozenset(sites))
            state = _Lengths(tree, {id(node) for node in nodes.values()})
            tree._codegen(state)
        except (ParseError, RecursionError) as error:
            # Not libcst's, or too deep for it: the running Python's parser may have read it.
            found = _from_builtin(text, frozenset(sites))
            if found is None and isinstance(error, ParseError):
                raise
            return {} if found is None else found
    # A byte order mark is no part of what libcst generates.
    shift = 1 if text.startswith("\ufeff") else 0
    lines = [0, *[match.end() for match in _NEWLINE.finditer(text)]]
    found = {}
    for site, node in nodes.items():
        span = state.found.get(id(node))
        if span is not None:
            line, column = _place(lines, span[0] + shift)
            found[site] = Position(line, column, *_place(lines, span[1] + shift))
    return found


def _place(lines: list[int], offset: int) -> tuple[int, int]:
    line = bisect_right(lines, offset)
    return line, offset - lines[line - 1] + 1


def _nodes_of(tree: Syntax, sites: frozenset[int]) -> dict[int, Syntax]:
    return recorded(standard(), None, sites, lambda low: lower_tree(low, tree)).nodes


def _from_builtin(text: str, sites: frozenset[int]) -> dict[int, Position] | None:
    """Places that the running Python's parser gives; of a definition, all of it."""
    if not builtin_proved():
        return None
    source = Source(text, annotation)
    try:
        tree = builtin.parse(text)
        nodes = recorded(builtin.dialect(), source, sites, lambda low: block(low, tree.body)).nodes
    except RecursionError:
        return {}  # remembering nodes takes more calls than lowering them
    except Exception:
        return None
    return {site: Position(*source.span(node)) for site, node in nodes.items()}


class _Unwanted:
    """The context of a node whose position nobody asked for."""

    __slots__ = ()

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


_UNWANTED = _Unwanted()


class _Wanted:
    """The context of a node whose position is recorded when it is left."""

    __slots__ = ("_begin", "_end", "_node", "_start", "_state")

    def __init__(self, state: _Lengths, node: Syntax, begin: Syntax, end: Syntax) -> None:
        self._state = state
        self._node = node
        self._begin = begin
        self._end = end
        self._start = 0

    def __enter__(self) -> None:
        self._start = self._state.offset

    def __exit__(self, *_: object) -> None:
        found = self._state.found
        start, end = self._start, self._state.offset
        if self._begin is not None:
            start = found[id(self._begin)][0]
        if self._end is not None:
            end = found[id(self._end)][1]
        found[id(self._node)] = (start, end)


class _Lengths:
    """Stands in for libcst's ``CodegenState``: an offset instead of the tokens."""

    def __init__(self, tree: Syntax, wanted: set[int]) -> None:
        self.default_indent: str = tree.default_indent
        self.default_newline: str = tree.default_newline
        self.offset = 0
        # libcst asks at the end of a file whether there is any token.
        self.tokens = ("",)
        self.found: dict[int, tuple[int, int]] = {}
        self._wanted = wanted
        self._starts: dict[int, int] = {}
        self._indents: list[int] = []
        self._indent = 0

    def increase_indent(self, value: str) -> None:
        self._indents.append(len(value))
        self._indent += len(value)

    def decrease_indent(self) -> None:
        self._indent -= self._indents.pop()

    def add_indent_tokens(self) -> None:
        self.offset += self._indent

    def add_token(self, value: str) -> None:
        self.offset += len(value)

    def pop_trailing_newline(self) -> None:
        """Nothing that is asked for stands behind the last line's end."""

    def before_codegen(self, node: Syntax) -> None:
        if id(node) in self._wanted:
            self._starts[id(node)] = self.offset

    def after_codegen(self, node: Syntax) -> None:
        if id(node) in self._wanted:
            self.found.setdefault(id(node), (self._starts[id(node)], self.offset))

    def record_syntactic_position(
        self, node: Syntax, *, start_node: Syntax = None, end_node: Syntax = None
    ) -> _Wanted | _Unwanted:
        if id(node) not in self._wanted:
            return _UNWANTED
        # These come later, inside: from now on they are wanted, too.
        self._wanted.update(id(one) for one in (start_node, end_node) if one is not None)
        return _Wanted(self, node, start_node, end_node)
