"""``match``: the statement and its patterns, one small function for each kind.

A capture that is `_` binds nothing and becomes a pattern without a target.
"""

from __future__ import annotations

from sys import intern

from spapr_lint.ir import (
    MATCH,
    P_AS,
    P_CAPTURE,
    P_CLASS,
    P_MAPPING,
    P_OR,
    P_SEQUENCE,
    P_STAR,
    P_VALUE,
    Node,
)
from spapr_lint.python.lowering import Handler, Lowering, Syntax
from spapr_lint.python.statements import block


def match(low: Lowering, node: Syntax) -> Node:
    """The statement: subject and cases (pattern, guard, body)."""
    subject = low.expression(node.subject)
    cases = []
    for case in node.cases:
        pattern = _pattern(low, case.pattern)
        guard = low.optional(case.guard)
        cases.append((pattern, guard, block(low, case.body)))
    return (MATCH, subject, tuple(cases), low.next())


def _pattern(low: Lowering, node: Syntax) -> Node:
    lowered: Node = low.patterns[node.__class__](low, node)
    return lowered


def _capture(low: Lowering, node: Syntax | None) -> Node | None:
    return None if node is None else low.target(node)


def value(low: Lowering, node: Syntax) -> Node:
    return (P_VALUE, low.expression(node.value), low.next())


def sequence(low: Lowering, node: Syntax) -> Node:
    return (P_SEQUENCE, _elements(low, node.patterns), low.next())


def _elements(low: Lowering, nodes: Syntax) -> tuple[Node, ...]:
    star_type = low.types.MatchStar
    return tuple([_pattern(low, one if one.__class__ is star_type else one.value) for one in nodes])


def star(low: Lowering, node: Syntax) -> Node:
    return (P_STAR, _capture(low, node.name), low.next())


def mapping(low: Lowering, node: Syntax) -> Node:
    keys = []
    patterns = []
    for element in node.elements:
        keys.append(low.expression(element.key))
        patterns.append(_pattern(low, element.pattern))
    rest = _capture(low, node.rest)
    return (P_MAPPING, tuple(keys), tuple(patterns), rest, low.next())


def class_(low: Lowering, node: Syntax) -> Node:
    called = low.expression(node.cls)
    patterns = _elements(low, node.patterns)
    keywords = tuple([(intern(one.key.value), _pattern(low, one.pattern)) for one in node.kwds])
    return (P_CLASS, called, patterns, keywords, low.next())


def either(low: Lowering, node: Syntax) -> Node:
    patterns = tuple([_pattern(low, one.pattern) for one in node.patterns])
    return (P_OR, patterns, low.next())


def named(low: Lowering, node: Syntax) -> Node:
    if node.pattern is None:
        return (P_CAPTURE, _capture(low, node.name), low.next())
    pattern = _pattern(low, node.pattern)
    if node.name is None:
        return pattern
    return (P_AS, pattern, low.target(node.name), low.next())


PATTERNS: dict[str, Handler] = {
    "MatchValue": value,
    "MatchSingleton": value,
    "MatchList": sequence,
    "MatchTuple": sequence,
    "MatchStar": star,
    "MatchMapping": mapping,
    "MatchClass": class_,
    "MatchOr": either,
    "MatchAs": named,
}
