"""Guards: tests that say of a variable what it is, on the branch where they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spapr_lint import ir
from spapr_lint.flow.machine import Activation, Env, Machine
from spapr_lint.flow.values import DECLARED, Fact, Link, Value

if TYPE_CHECKING:
    from spapr_lint.flow.policy import Policy

_NEGATED = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


def apply(
    policy: Policy, m: Machine, a: Activation, test: ir.Node, outcome: bool, env: Env
) -> None:
    """Let each guard that the test spells bless its variables."""
    for guard in policy.pack.guards:
        if not policy.applies(guard, a.module):
            continue
        tree: Any = guard.tree
        wanted = outcome
        while tree and tree[0] == "not":
            tree = tree[1]
            wanted = not wanted
        bound: dict[str, ir.Node] = {}
        if not tree or not _fits(tree, test, wanted, bound):
            continue
        for name, kind in guard.gives:
            node = bound.get(name)
            if node is not None and node[0] == ir.NAME and node[1] in env:
                env[node[1]] = _blessed(a, env[node[1]], kind, test, guard.test)


def _blessed(a: Activation, value: Value, kind: Any, test: ir.Node, text: str) -> Value:
    if not kind.role:
        place = (a.module.index, test[-1])
        blessed = Fact(kind, place, DECLARED, Link(*place, f"checked: {text}", None))
        rest = tuple([f for f in value.facts if f.kind.role])
        return value.with_facts((*rest, blessed))
    place = (a.module.index, test[-1])
    fact = Fact(kind, place, DECLARED, Link(*place, f"checked: {text}", None))
    labels = tuple([f for f in value.facts if not f.kind.role])
    return Value((*labels, fact), value.refs, value.constants, value.open)


def _fits(tree: Any, node: ir.Node, outcome: bool, bound: dict[str, ir.Node]) -> bool:
    if tree[0] == "compare":
        if node[0] != ir.COMPARE or len(node[2]) != 1:
            return False
        operator, right = node[2][0]
        operator = operator if outcome else _NEGATED.get(operator, "")
        if operator == tree[1] and _operands(tree, node[1], right, bound):
            return True
        mirrored = _MIRRORED.get(operator, "")
        return mirrored == tree[1] and _operands(tree, right, node[1], bound)
    if tree[0] == "call":
        if not outcome or node[0] != ir.CALL:
            return False
        function = node[1]
        name = function[2] if function[0] == ir.ATTR else function[1]
        if name != tree[1] or len(tree[2]) > len(node[2]):
            return False
        return all(_operand(t, n, bound) for t, n in zip(tree[2], node[2], strict=False))
    return outcome and _operand(tree, node, bound)


def _operands(tree: Any, left: ir.Node, right: ir.Node, bound: dict[str, ir.Node]) -> bool:
    return _operand(tree[2], left, bound) and _operand(tree[3], right, bound)


def _operand(tree: Any, node: ir.Node, bound: dict[str, ir.Node]) -> bool:
    if tree[0] == "variable":
        if tree[1] != "_":
            bound[tree[1]] = node
        return True
    if tree[0] == "word":
        if node[0] == ir.ATTR:
            return bool(node[2] == tree[1])
        return node[0] in (ir.NAME, ir.GLOBAL, ir.FREE) and bool(node[1] == tree[1])
    if tree[0] == "literal":
        return bool(node[0] == ir.CONST and node[1] == tree[1])
    return False
