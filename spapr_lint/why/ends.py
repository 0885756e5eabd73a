"""Where a number that is followed stops being one: overwritten, converted, lost in a call.

A call of a function in view is no end by itself: the number is followed into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from spapr_lint import ir
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.objects import Bound, Closure, External
from spapr_lint.flow.values import Fact, Value

Key = tuple[int, int]
_SOFT = ("depth", "recursion")


class End(NamedTuple):
    """What stops at a place: ``sort`` is ``overwritten``, ``conversion``, ``call`` or ``limit``.

    ``key`` is the site whose value would carry the number if it went on.
    """

    key: Key
    sort: str
    what: str
    fact: Fact


def of_call(
    m: Machine, a: Activation, n: ir.Node, result: Value, held: list[tuple[Any, list[Fact]]]
) -> Iterator[End]:
    """Where what a call is given ends, if its result does not carry it.

    ``held`` has, by argument (position or name), the followed facts that it carried.
    """
    key = (a.module.index, n[-1])
    lost = [fact for _, facts in held for fact in facts]
    if not lost:
        return
    name = _spelled(n[1])
    fresh = next((f for f in result.facts if f.origin == key and f.link.back is None), None)
    if fresh is not None:
        for fact in lost:
            yield End(key, "conversion", fresh.link.note, fact)
        return
    if any((what, *key) in m.limits_hit for what in _SOFT):
        for fact in lost:
            yield End(key, "limit", f"{name}() was not followed: calls nested too deeply", fact)
        return
    callee = _callee(m, a, n)
    if key in m.unresolved or not callee.refs:
        for fact in lost:
            yield End(key, "call", f"the call of {name}() could not be resolved", fact)
        return
    for ref in callee.refs:
        if isinstance(ref, External):
            for fact in lost:
                yield End(key, "call", f"{name}() is not in view", fact)
        else:
            yield from _declared_parameters(m, ref, held)


def _callee(m: Machine, a: Activation, n: ir.Node) -> Value:
    found: Value = m.ex[n[1][0]](m, a, n[1])
    return found


def _declared_parameters(m: Machine, ref: Any, held: list[tuple[Any, list[Fact]]]) -> Iterator[End]:
    """Parameters whose annotation says what they are, whatever is passed."""
    skipped = 0
    if isinstance(ref, Bound):
        ref, skipped = ref.function, 1
    if not isinstance(ref, Closure):
        return
    parameters = ref.function.parameters[skipped:]
    named = {parameter.name: parameter for parameter in parameters}
    for where, facts in held:
        parameter = named.get(where)
        if where.__class__ is int and where < len(parameters):
            parameter = parameters[where]
        if parameter is None or parameter.annotation is None:
            continue
        kind = m.policy.annotation(parameter.annotation).kind
        for fact in facts if kind is not None else ():
            what = f"{parameter.name} is declared {kind}"
            yield End((ref.module, parameter.site), "conversion", what, fact)


def _spelled(node: ir.Node) -> str:
    if node[0] in (ir.NAME, ir.GLOBAL, ir.FREE):
        return str(node[1])
    return f"…{node[2]}" if node[0] == ir.ATTR else "…"
