"""What a test says of the variables in it, on the branch where it holds."""

from __future__ import annotations

from typing import Any

from spapr_lint import ir
from spapr_lint.flow import gates
from spapr_lint.flow.blessings import holding
from spapr_lint.flow.machine import Activation, Env, Machine
from spapr_lint.flow.objects import ClassRef, Object
from spapr_lint.flow.values import Value, unlabelled


def refined(
    m: Machine,
    a: Activation,
    test: ir.Node,
    outcome: bool,
    env: Env | None = None,
    value: Value | None = None,
) -> Env:
    """A copy of the variables where ``test``, which has this value, came out as ``outcome``."""
    result = dict(a.env if env is None else env)
    if a.gates:
        gates.recall(a, test, outcome, result)
    _refine(m, a, test, outcome, result)
    if value is not None and m.policy.guards:
        holding(result, value, outcome)
    return result


def _refine(m: Machine, a: Activation, test: ir.Node, outcome: bool, env: Env) -> None:
    op = test[0]
    if op == ir.UNARY and test[1] == "not":
        _refine(m, a, test[2], not outcome, env)
    elif op == ir.LOGIC:
        if (test[1] == "and") == outcome:
            for operand in test[2]:
                _refine(m, a, operand, outcome, env)
    elif op == ir.NAME:
        _keep(env, test[1], lambda value: _by_truth(value, outcome))
    elif op == ir.BIND and test[1][0] == ir.NAME:
        _keep(env, test[1][1], lambda value: _by_truth(value, outcome))
    elif op == ir.COMPARE and len(test[2]) == 1:
        _compare(m, a, test, outcome, env)
    elif op == ir.CALL:
        _call(m, a, test, outcome, env)


def _keep(env: Env, name: str, select: Any) -> None:
    value = env.get(name)
    if value is not None:
        env[name] = select(value)


def _by_truth(value: Value, outcome: bool) -> Value:
    """The possibilities of a value that have this truth."""
    constants = tuple([c for c in value.constants if bool(c) == outcome])
    refs = tuple([r for r in value.refs if r.truth() in (None, outcome)])
    facts = value.facts
    if not outcome and facts and any(not fact.kind.role for fact in facts):
        facts = unlabelled(facts)
    elif len(constants) == len(value.constants) and len(refs) == len(value.refs):
        return value
    return Value(facts, refs, constants, value.open, value.form, value.mark)


def _compare(m: Machine, a: Activation, test: ir.Node, outcome: bool, env: Env) -> None:
    op, right = test[2][0]
    left = test[1]
    if op in ("!=", "is not", "not in"):
        outcome = not outcome
        op = {"!=": "==", "is not": "is", "not in": "in"}[op]
    if op == "in" and outcome and left[0] == ir.NAME and right[0] == ir.DISPLAY:
        if all(element[0] == ir.CONST for element in right[2]):
            _keep(env, left[1], _one_of_constants)
    if op not in ("==", "is"):
        return
    for name, other in ((left, right), (right, left)):
        if name[0] == ir.NAME and other[0] == ir.CONST:
            wanted = other[1]

            def select(value: Value, wanted: Any = wanted) -> Value:
                constants = tuple(
                    [
                        c
                        for c in value.constants
                        if (c.__class__ is wanted.__class__ and c == wanted) == outcome
                    ]
                )
                if wanted is None and outcome:
                    return Value((), (), constants or (None,), False)
                kept = _one_of_constants(value) if outcome else value
                return Value(kept.facts, value.refs, constants, value.open, value.form, value.mark)

            _keep(env, name[1], select)


def _one_of_constants(value: Value) -> Value:
    """What equals something that the program itself says carries no label any more."""
    return value.with_facts(unlabelled(value.facts)) if value.facts else value


def _call(m: Machine, a: Activation, test: ir.Node, outcome: bool, env: Env) -> None:
    """``isinstance(x, C)`` and the like."""
    function, arguments = test[1], test[2]
    if function[0] != ir.GLOBAL or function[1] != "isinstance" or len(arguments) != 2:
        return
    if arguments[0][0] != ir.NAME:
        return
    classes = m.ex[arguments[1][0]](m, a, arguments[1])
    wanted = [ref for ref in classes.refs if isinstance(ref, ClassRef)]
    if not wanted or len(wanted) != len(classes.refs) or classes.open:
        return

    def select(value: Value) -> Value:
        kept = []
        for ref in value.refs:
            if isinstance(ref, Object) and isinstance(ref.type, ClassRef):
                inside = any(klass in ref.type.mro for klass in wanted)
                if inside != outcome and not ref.type.unknown_base:
                    continue
            kept.append(ref)
        constants = () if outcome else value.constants
        facts = value.facts
        if len(kept) == len(value.refs) and constants == value.constants:
            return value
        return Value(facts, tuple(kept), constants, value.open, value.form, value.mark)

    _keep(env, arguments[0][1], select)
