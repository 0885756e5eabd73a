"""Conditions that are asked twice: what a variable is where one came out as it did before.

After ``if flag: x = 1`` a variable is any of two values, and a second ``if flag:`` says which.
An `Activation` keeps both for each condition on a variable; they count only while the
condition's variable and the other one are the very values that the first ``if`` left.
"""

from __future__ import annotations

from typing import Any

from spapr_lint import ir
from spapr_lint.flow.machine import Activation, Env, Gate
from spapr_lint.flow.objects import Object
from spapr_lint.flow.values import UNKNOWN, Value

_OPPOSITES = {"==": "!=", "is": "is not", "<": ">=", ">": "<=", "in": "not in"}
_NEGATED = {negative: positive for positive, negative in _OPPOSITES.items()}


def _condition(test: ir.Node, outcome: bool) -> tuple[str, Any, bool] | None:
    """The variable that a test is about, what it asks of it, and with which outcome."""
    while test[0] == ir.UNARY and test[1] == "not":
        test, outcome = test[2], not outcome
    if test[0] == ir.NAME:
        return test[1], None, outcome
    if test[0] == ir.COMPARE and len(test[2]) == 1 and test[1][0] == ir.NAME:
        op, right = test[2][0]
        if right[0] == ir.CONST:
            positive = _NEGATED.get(op)
            asked = (positive or op, right[1].__class__, right[1])
            return test[1][1], asked, outcome == (positive is None)
    return None


def recall(a: Activation, test: ir.Node, outcome: bool, env: Env) -> None:
    """Let variables be what they were where the same condition came out so before."""
    found = _condition(test, outcome)
    gate = None if found is None else a.gates.get(found[:2])
    if found is None or gate is None or env.get(found[0]) is not gate.subject:
        return
    for name, (merged, held, failed) in gate.variables.items():
        if env.get(name) is merged:
            env[name] = held if found[2] else failed


def called(a: Activation, call: ir.Node) -> None:
    """A call may change what it is made of, and what it is handed."""
    _forget(a, (call[1][1], *call[2]) if call[1][0] == ir.ATTR else call[2])


def stored(a: Activation, target: ir.Node) -> None:
    """Something is put into a part of what a variable holds."""
    _forget(a, (target[1],))


def _forget(a: Activation, used: ir.Block) -> None:
    """What is not known, and may have changed, may answer otherwise from here on."""
    names = {node[1] for node in used if node[0] == ir.NAME and a.env.get(node[1], UNKNOWN).open}
    for key in [key for key in a.gates if key[0] in names]:
        del a.gates[key]


def _changes(ref: Any) -> bool:
    """Whether an object may answer otherwise when it is asked again: what is in view may change."""
    return ref.__class__ is Object and ref.shape not in ("opaque", "tuple")


def remember(a: Activation, test: ir.Node, held: Env, failed: Env) -> None:
    """After an ``if`` that came out either way: what either way made of the variables."""
    found = _condition(test, True)
    subject = None if found is None else a.env.get(found[0])
    if found is None or subject is None or any(map(_changes, subject.refs)):
        return
    if not found[2]:
        held, failed = failed, held
    variables: dict[Any, tuple[Value, Value, Value]] = {}
    for name, merged in a.env.items():
        left, right = held.get(name), failed.get(name)
        if left is right or left is None or right is None or name.__class__ is not str:
            continue
        if name != found[0]:
            variables[name] = (merged, left, right)
    if not variables:
        return
    for name, (merged, left, right) in variables.items():
        if merged is left or merged is right:  # it must be known again as what is made here
            a.env[name] = merged.marked(merged.mark)
            variables[name] = (a.env[name], left, right)
    a.env[found[0]] = fresh = subject.marked(subject.mark)
    a.gates[found[:2]] = Gate(fresh, variables)
