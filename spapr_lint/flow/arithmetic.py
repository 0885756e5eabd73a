"""Operators: constants are computed, kinds go through the algebra of the pack."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from spapr_lint.flow import calls, enums, plain
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.objects import ClassRef, Object
from spapr_lint.flow.values import (
    BOOLEAN,
    UNKNOWN,
    Fact,
    Value,
    constant,
)

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "**": operator.pow,
    "min": min,
    "max": max,
}
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
    "is": lambda left, right: left.__class__ is right.__class__ and left == right,
    "is not": lambda left, right: not (left.__class__ is right.__class__ and left == right),
}
_METHODS = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "truediv",
    "//": "floordiv",
    "%": "mod",
    "<<": "lshift",
    ">>": "rshift",
    "&": "and",
    "|": "or",
    "^": "xor",
    "**": "pow",
    "@": "matmul",
}
_RICH = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_LARGEST = 1 << 128


def _small(value: Any) -> bool:
    if isinstance(value, int):
        return -_LARGEST < value < _LARGEST
    return not isinstance(value, (str, bytes)) or len(value) < 4096


def compute(op: str, left: Value, right: Value) -> tuple[Any, ...] | None:
    """The possible constants of an operation, None if it has others."""
    if not left.constants or not right.constants or left.open or right.open:
        return None
    function = _OPERATORS.get(op)
    if function is None or left.refs or right.refs:
        return None
    results: list[Any] = []
    for x in left.constants:
        for y in right.constants:
            if op in ("<<", "**", "*") and (not isinstance(y, int) or not 0 <= y <= 256):
                if not (op == "*" and isinstance(x, (int, float)) and isinstance(y, (int, float))):
                    return None
            try:
                result = function(x, y)
            except Exception:  # any error of the program's own arithmetic: no value
                return None
            if not _small(result):
                return None
            results.append(result)
    return tuple(results[:6])


def binary(m: Machine, a: Activation, op: str, left: Value, right: Value, site: int) -> Value:
    """``left op right``: kinds by the algebra, constants computed, dunder methods called."""
    if left.refs or right.refs:
        special = _special(m, a, op, left, right, site)
        if special is not None:
            return special
    constants = compute(op, left, right)
    if not left.facts and not right.facts and left.form is None and right.form is None:
        if constants is not None:
            return Value(constants=constants)
        return UNKNOWN
    facts, reduced = derive(m, a, op, left, right, site)
    form = None if reduced else (op, left, right)
    if constants is not None:
        return Value(facts, (), constants, False, form)
    return Value(facts, (), (), True, form)


def derive(
    m: Machine, a: Activation, op: str, left: Value, right: Value, site: int
) -> tuple[tuple[Fact, ...], bool]:
    """The facts of a result, and whether the algebra gave it a kind of its own."""
    derived, clashes = m.policy.algebra.binary(op, left.term(), right.term())
    module = a.module.index
    for clash in clashes:
        m.policy.clash(m, a, clash, left, right, site)
    facts: dict[Any, Fact] = {}
    reduced = False
    for kind, sides, note in derived:
        sources: list[Fact] = []
        if sides != "right":
            sources.extend(_leaf_facts(left))
        if sides != "left":
            sources.extend(_leaf_facts(right))
        for fact in sources:
            if fact.kind == kind:
                new = fact.step(module, site, "") if sides != "both" else fact
            elif not fact.kind.role:
                continue  # a label is carried or not, it becomes no number
            else:
                if sides != "both" and any(f.kind == kind for f in sources):
                    continue
                new = fact.become(kind, module, site, note or f"{fact.kind} -> {kind}")
                reduced = True
            facts.setdefault(new.key, new)
    return tuple(facts.values()), reduced


def _leaf_facts(value: Value, depth: int = 0) -> list[Fact]:
    """The facts of a value, or of what it was computed from."""
    if value.facts or value.form is None or depth > 4:
        return list(value.facts)
    return _leaf_facts(value.form[1], depth + 1) + _leaf_facts(value.form[2], depth + 1)


def unary(m: Machine, a: Activation, op: str, value: Value, site: int) -> Value:
    """``-x``, ``+x``, ``~x``."""
    if value.exact() and isinstance(value.constants[0], (int, float)):
        number = value.constants[0]
        result = number
        if op == "-":
            result = -number
        elif op == "~" and isinstance(number, int):
            result = ~number
        if not value.facts:
            return constant(result)
    if value.refs:
        name = {"-": "__neg__", "+": "__pos__", "~": "__invert__"}[op]
        special = calls.call_special(m, a, value, name, [], site)
        if special is not None:
            return special
    facts: list[Fact] = []
    for derived in m.policy.algebra.unary(op, value.term()):
        facts.extend(fact for fact in value.facts if fact.kind == derived.kind)
    return Value(tuple(facts), (), (), True)


def mixed(m: Machine, a: Activation, values: list[Value], site: int) -> Value:
    """What is made of several values, as a formatted string: only labels that say so survive."""
    facts: dict[Any, Fact] = {}
    for value in values:
        for fact in m.policy.surviving(value.facts):
            new = fact.step(a.module.index, site, "")
            facts.setdefault(new.key, new)
    return Value(tuple(facts.values()), (), (), True)


def _special(
    m: Machine, a: Activation, op: str, left: Value, right: Value, site: int
) -> Value | None:
    """An operator on objects: methods of theirs, or containers."""
    name = _METHODS.get(op)
    if name is None:
        return None
    found = calls.call_special(m, a, left, f"__{name}__", [right], site)
    if found is not None:
        return found
    found = calls.call_special(m, a, right, f"__r{name}__", [left], site)
    if found is not None:
        return found
    left_value, right_value = enums.plain(left), enums.plain(right)
    if left_value is not left or right_value is not right:
        return binary(m, a, op, left_value, right_value, site)
    return m.tables.container_binary(m, a, op, left, right, site)


def compare(m: Machine, a: Activation, op: str, left: Value, right: Value, site: int) -> Value:
    """``left op right`` of a comparison; kinds of both sides are checked."""
    if left.facts and right.facts:
        m.policy.comparison(m, a, op, left, right, site)
    if (left.refs or right.refs) and not op.startswith("is"):
        left, right = enums.plain(left), enums.plain(right)
    if left.refs or right.refs:
        answer = _compare_objects(m, a, op, left, right, site)
        if answer is not None:
            return answer
    if left.open or right.open or left.refs or right.refs:
        return BOOLEAN
    if not left.constants or not right.constants:
        return BOOLEAN
    function = _COMPARISONS.get(op)
    if function is None:
        return BOOLEAN
    results = set()
    for x in left.constants:
        for y in right.constants:
            try:
                results.add(bool(function(x, y)))
            except Exception:  # the program's own error: either way
                return BOOLEAN
    return constant(results.pop()) if len(results) == 1 else BOOLEAN


def _compare_objects(
    m: Machine, a: Activation, op: str, left: Value, right: Value, site: int
) -> Value | None:
    if op in ("is", "is not", "==", "!="):
        if op in _RICH:
            found = calls.call_special(m, a, left, f"__{_RICH[op]}__", [right], site)
            if found is not None:
                return found
            decided = _of_sequences(op, left, right)
            if decided is not None:
                return decided
        return _identity(op, left, right)
    if op in ("in", "not in"):
        found = calls.call_special(m, a, right, "__contains__", [left], site)
        if found is not None:
            return found
        return m.tables.contains(m, a, left, right, op == "not in")
    if op in _RICH:
        found = calls.call_special(m, a, left, f"__{_RICH[op]}__", [right], site)
        return _of_sequences(op, left, right) if found is None else found
    return None


def _of_sequences(op: str, left: Value, right: Value) -> Value | None:
    """How two lists or tuples compare, if what is known of them decides that."""
    for side in (left, right):
        if len(side.refs) != 1 or side.refs[0].__class__ is not Object:
            return None
        if side.refs[0].shape not in ("list", "tuple"):
            return None
    try:
        return constant(bool(_COMPARISONS[op](plain.of(left), plain.of(right))))
    except (plain.Undecided, TypeError):
        return None


def _identity(op: str, left: Value, right: Value) -> Value | None:
    """Whether two values are certainly one object, or certainly not."""
    if left.open or right.open:
        return BOOLEAN
    equal = op in ("is", "==")
    if len(left.refs) == 1 and left.refs == right.refs and not left.constants:
        ref = left.refs[0]
        if not right.constants and not (isinstance(ref, Object) and ref.many):
            return constant(equal)
        return BOOLEAN
    if left.refs and right.refs:
        if set(left.refs).isdisjoint(right.refs) and (op.startswith("is") or _plain(left, right)):
            return BOOLEAN if left.constants or right.constants else constant(not equal)
        return BOOLEAN
    if (left.refs and not left.constants) or (right.refs and not right.constants):
        return constant(not equal)
    return BOOLEAN


def _plain(left: Value, right: Value) -> bool:
    """Whether equality of these is identity: functions and classes."""
    return all(isinstance(ref, ClassRef) for ref in left.refs + right.refs)


def combine(m: Machine, a: Activation, op: str, values: list[Value], site: int) -> Value:
    """``min``, ``max`` and other operators that a call spells."""
    if not values:
        return UNKNOWN
    result = values[0]
    for value in values[1:]:
        result = binary(m, a, op, result, value, site)
    return result
