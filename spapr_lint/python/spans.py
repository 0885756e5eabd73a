"""Places of sites by way of the running Python's own parser, which remembers where a node stands.

It saves the import of libcst and a parse that is ten times as slow.  What its places
do not tell as libcst's do, and cannot be told from the text beside them, raises
`Unreadable`; libcst is asked then.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any

from spapr_lint.python import builtin
from spapr_lint.python.builtin_statements import block
from spapr_lint.python.lowering import Syntax
from spapr_lint.python.recording import recorded
from spapr_lint.python.source import Source, Unreadable

Span = tuple[int, int, int, int]
"""Line and column (in characters) of the beginning and of the end, from 1; the end exclusive."""

_GAP = r"(?:\s|\\\n|\\\r\n?)+"
_NAMED = re.compile(rf"(?:(?:async{_GAP})?def|class){_GAP}(\w+)")
_WORD = re.compile(r"\w+")
_COMMENT = re.compile(r"#[^\r\n]*")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def spans(source: Source, statements: Sequence[Syntax], sites: frozenset[int]) -> dict[int, Span]:
    """The places of some sites of these statements of a text; what is not told is left out.

    The first statement's first site is 0.  Raises `Unreadable` and whatever else the
    lowering does of what it cannot read.
    """
    nodes, direct = recorded(
        builtin.dialect(), source, sites, lambda low: block(low, list(statements))
    )
    others, quoted = _special(statements)
    found: dict[int, Span] = {}
    for site, node in nodes.items():
        if id(node) in quoted:
            raise Unreadable("f-string")
        found[site] = _span(source, node, others.get(id(node)), site in direct)
    return found


def _special(statements: Sequence[Syntax]) -> tuple[dict[int, ast.AST], set[int]]:
    """What stands for a node where libcst has none like it; and all that stands in f-strings."""
    others: dict[int, ast.AST] = {}
    quoted: set[int] = set()
    for statement in statements:
        for node in ast.walk(statement):
            given: Sequence[ast.AST] = ()
            if isinstance(node, ast.Call):
                given = node.args
            elif isinstance(node, ast.ClassDef):
                given = node.bases
            elif isinstance(node, ast.Subscript):
                given = getattr(node.slice, "elts", (node.slice,))
                if isinstance(node.slice, ast.Tuple):
                    others[id(node.slice)] = node
            elif isinstance(node, ast.JoinedStr):
                quoted.update(id(one) for one in ast.walk(node) if one is not node)
            others.update((id(one), one.value) for one in given if isinstance(one, ast.Starred))
    return others, quoted


def _span(source: Source, node: Any, other: Any, direct: bool) -> Span:
    if isinstance(node, ast.pattern):
        raise Unreadable("pattern")
    if direct and isinstance(node, _DEFINITIONS):
        return _name(source, node)
    if isinstance(node, ast.arg):
        return _word(source, node)
    if other is not None and not isinstance(node, ast.Tuple):
        return _span(source, other, None, direct)
    if isinstance(node, ast.Tuple):
        found = _tuple(source, node)
        # Only ``x[(a, b)]`` has a tuple; of ``x[a, b]`` the subscript is all there is.
        bare = other is not None and found == source.span(node)
        return source.span(other) if bare else found
    if isinstance(node, ast.GeneratorExp):
        return _inside(source, node)
    return source.span(node)


def _name(source: Source, node: Any) -> Span:
    """Where the name of a definition stands."""
    found = _NAMED.match(source.slice(node))
    if found is None:
        raise Unreadable("definition")
    line, column, _, _ = source.span(node)
    before = found.group()[: -len(found[1])]
    rows = re.split(r"\r\n?|\n", before)
    column = column + len(before) if len(rows) == 1 else len(rows[-1]) + 1
    line += len(rows) - 1
    return line, column, line, column + len(found[1])


def _word(source: Source, node: Any) -> Span:
    """Where the name of a parameter stands."""
    found = _WORD.match(source.slice(node))
    if found is None:
        raise Unreadable("parameter")
    line, column, _, _ = source.span(node)
    return line, column, line, column + len(found.group())


def _inside(source: Source, node: Any) -> Span:
    """What stands between parentheses, on one line."""
    line, column, end_line, end = source.span(node)
    text = source.slice(node)
    if line != end_line or text[:1] != "(" or text[-1:] != ")":
        raise Unreadable("parentheses")
    inner = text[1:-1]
    blank = len(inner) - len(inner.lstrip())
    behind = len(inner) - len(inner.rstrip())
    return line, column + 1 + blank, line, end - 1 - behind


def _tuple(source: Source, node: Any) -> Span:
    """The items of a tuple, without parentheses around them."""
    if not node.elts:
        raise Unreadable("empty")
    first = node.elts[0]
    line, column, _, _ = source.span(node)
    first_line, first_column, last_line, last_column = source.span(first)
    opened = source.row(line)[column - 1 : first_column - 1]
    if line == first_line and "(" not in opened:
        return source.span(node)
    behind = source.row(last_line)[last_column - 1 :]
    closed = behind[: len(behind) - len(behind.lstrip(") \t"))]
    if line != first_line or not behind[len(closed) :].startswith(","):
        raise Unreadable("tuple")
    if opened.count("(") == closed.count(")"):  # they are the first item's own
        return source.span(node)
    return _inside(source, node)
