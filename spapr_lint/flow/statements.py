"""What each statement of the IR does to the state.

An executor answers whether control can go on to the next statement.  Branches
are run one after the other from the same state and merged; loops run until the
state at their head no longer changes.
"""

from __future__ import annotations

from spapr_lint import ir
from spapr_lint.flow import (
    arithmetic,
    attributes,
    binding,
    blessings,
    calls,
    classes,
    containers,
    gates,
    imports,
    iterables,
    loops,
    matching,
    raising,
    slices,
)
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import (
    Activation,
    Executor,
    Machine,
    Unreachable,
)
from spapr_lint.flow.objects import ClassRef, Object
from spapr_lint.flow.refine import refined
from spapr_lint.flow.states import State, merge_states
from spapr_lint.flow.values import UNKNOWN, constant


def block(m: Machine, a: Activation, statements: ir.Block) -> bool:
    """Run statements in order until one does not let control through."""
    st = m.st
    try:
        for statement in statements:
            m.steps += 1
            if not st[statement[0]](m, a, statement):
                return False
    except Unreachable:
        return False
    return True


_AMOUNTS = ("count", "stride", "distance", "ordinal")


def _assign(m: Machine, a: Activation, n: ir.Node) -> bool:
    _, targets, value_node, site = n
    value = m.ex[value_node[0]](m, a, value_node)
    for target in targets:
        binding.bind(m, a, target, value, site, value_node)
    return True


def _declare(m: Machine, a: Activation, n: ir.Node) -> bool:
    _, target, annotation, value_node, site = n
    value = UNKNOWN if value_node is None else m.ex[value_node[0]](m, a, value_node)
    if a.klass is not None and a.function is None and target[0] == ir.NAME:
        a.klass.annotations[target[1]] = annotation
    if value_node is None and target[0] == ir.NAME and a.function is None:
        return True
    if value_node is None and target[0] not in (ir.NAME, ir.GLOBAL, ir.FREE):
        return True
    value = m.policy.declared(m, a, annotation, value, n)
    binding.bind(m, a, target, value, site, value_node)
    return True


def _augment(m: Machine, a: Activation, n: ir.Node) -> bool:
    _, target, op, value_node, site = n
    old = m.ex[target[0]](m, a, target)
    value = m.ex[value_node[0]](m, a, value_node)
    if op in ("+", "-") and value.facts and not old.facts:
        # how far something moved says nothing of what it is: `first += align`
        value = value.with_facts(tuple([f for f in value.facts if f.kind.role not in _AMOUNTS]))
    result = None
    if old.refs:
        result = slices.augment(m, a, op, old, value, site)
    if result is None:
        result = arithmetic.binary(m, a, op, old, value, site)
    binding.bind(m, a, target, result, site, value_node)
    return True


def _expression(m: Machine, a: Activation, n: ir.Node) -> bool:
    m.ex[n[1][0]](m, a, n[1])
    return True


def _return(m: Machine, a: Activation, n: ir.Node) -> bool:
    _, value_node, site = n
    value = constant(None) if value_node is None else m.ex[value_node[0]](m, a, value_node)
    if value.facts:
        value = value.step(a.module.index, site, "returned")
        if m.policy.returns:
            m.policy.returned(m, a, value, n)
    if m.policy.guards:
        value = blessings.leaving(a.env, value)
    raising.leave_function(m, a, value)
    return False


def _raise(m: Machine, a: Activation, n: ir.Node) -> bool:
    value = UNKNOWN
    if n[1] is not None:
        value = calls.instance_of(m, a, m.ex[n[1][0]](m, a, n[1]), n[3])
    if n[2] is not None:
        cause = m.ex[n[2][0]](m, a, n[2])
        attributes.store(m, a, value, "__cause__", cause, n[3])
    before = a.env.get("<raised>")
    if n[1] is None:
        value = UNKNOWN if before is None else before
    elif before is not None and value.refs:
        attributes.store(m, a, value, "__context__", before, n[3])
    m.raise_value(value)
    return False


def _if(m: Machine, a: Activation, n: ir.Node) -> bool:
    _, test, then, otherwise, _ = n
    value, known = calls.judged(m, a, m.ex[test[0]](m, a, test), test[-1])
    if known is not None:
        a.env = refined(m, a, test, known, None, value) if m.policy.guards else a.env
        return block(m, a, then if known else otherwise)
    before = a.env
    mark = m.journal.mark()
    a.branch += 1
    a.uncertain += 1
    a.env = refined(m, a, test, True, before, value)
    goes = block(m, a, then)
    first = (a.env, m.journal.undo(mark))
    a.env = refined(m, a, test, False, before, value)
    goes_too = block(m, a, otherwise) if otherwise else True
    a.branch -= 1
    a.uncertain -= 1
    if not goes:
        return goes_too
    second = (a.env, m.journal.undo(mark))
    merge_states(m, a, [first, second] if goes_too else [first])
    if goes_too and a.env is not first[0]:
        gates.remember(a, test, first[0], second[0])
    return True


def _while(m: Machine, a: Activation, n: ir.Node) -> bool:
    _, test, body, otherwise, site = n

    def step(round_: int) -> bool | None:
        value, known = calls.judged(m, a, m.ex[test[0]](m, a, test), test[-1])
        if known is None and round_ >= 0:
            return None  # the first of the turns whose number is not known asks again
        if known is not False:
            a.env = refined(m, a, test, True, None, value)
        elif m.policy.guards:
            a.env = refined(m, a, test, False, None, value)
        return known

    return loops.run(m, a, step, body, otherwise, (test, site), m.limits.unroll)


def _for(m: Machine, a: Activation, n: ir.Node) -> bool:
    _, target, iterable, body, otherwise, site = n
    source = m.ex[iterable[0]](m, a, iterable)
    items, exact = iterables.iterate(m, a, source, iterable[-1])
    if exact and len(items) <= m.limits.unroll:

        def step(turn: int) -> bool | None:
            if turn < 0:  # the rest are not followed one by one any more
                binding.bind(m, a, target, containers.element_of(items), site)
                return None
            if turn >= len(items):
                return False
            binding.bind(m, a, target, items[turn], site)
            return True

        return loops.run(m, a, step, body, otherwise, (None, site), m.limits.unroll + 1)
    element = containers.element_of(items)

    def any_step(turn: int) -> bool | None:
        if turn >= 0:
            return None
        binding.bind(m, a, target, element, site)
        return None

    return loops.run(m, a, any_step, body, otherwise, (None, site), 1)


def _break(m: Machine, a: Activation, n: ir.Node) -> bool:
    raising.leave_turn(m, a, "break")
    return False


def _continue(m: Machine, a: Activation, n: ir.Node) -> bool:
    raising.leave_turn(m, a, "continue")
    return False


def _match(m: Machine, a: Activation, n: ir.Node) -> bool:
    _, subject, cases, _ = n
    value = m.ex[subject[0]](m, a, subject)
    mark = m.journal.mark()
    ends: list[State] = []
    falls = True
    before = a.env
    a.branch += 1
    for pattern, guard, body in cases:
        a.env = dict(before)
        fits = matching.match(m, a, pattern, value)
        if fits is not False and guard is not None:
            held = m.ex[guard[0]](m, a, guard)
            held, answer = calls.judged(m, a, held, guard[-1])
            a.env = refined(m, a, guard, True, None, held)
            fits = answer if fits is True or answer is False else None
        if fits is False:
            m.journal.undo(mark)
            continue
        if subject[0] == ir.NAME and value.facts and a.env.get(subject[1]) is not None:
            a.env[subject[1]] = matching.matched(pattern, a.env[subject[1]])
        goes = block(m, a, body)
        changes = m.journal.undo(mark)
        if goes:
            ends.append((a.env, changes))
        if fits is True:
            falls = False
            break
    a.branch -= 1
    if falls:
        ends.append((before, {}))
    if not ends:
        return False
    merge_states(m, a, ends)
    return True


def _define(m: Machine, a: Activation, n: ir.Node) -> bool:
    _, index, decorators, site = n
    value = calls.make_closure(m, a, index)
    value = calls.decorate(m, a, value, decorators)
    target = a.module.ir.functions[index].target
    if target is not None:
        binding.bind(m, a, target, value, site)
    return True


def _class(m: Machine, a: Activation, n: ir.Node) -> bool:
    value = classes.define(m, a, n)
    value = calls.decorate(m, a, value, n[2])
    target = a.module.ir.classes[n[1]].target
    if target is not None:
        binding.bind(m, a, target, value, n[-1])
    return True


def _delete(m: Machine, a: Activation, n: ir.Node) -> bool:
    for target in n[1]:
        binding.delete(m, a, target)
    return True


def _assert(m: Machine, a: Activation, n: ir.Node) -> bool:
    value, known = calls.judged(m, a, m.ex[n[1][0]](m, a, n[1]), n[1][-1])
    if known is True:
        return True
    before = a.env
    mark = m.journal.mark()
    a.env = refined(m, a, n[1], False, None, value)
    message = [] if n[2] is None else [m.ex[n[2][0]](m, a, n[2])]
    wanted = m.tables.builtins["AssertionError"]
    m.raise_value(calls.dispatch(m, a, wanted, Arguments(message), n[-1]))
    if known is False:
        return False
    m.journal.undo(mark)
    a.env = refined(m, a, n[1], True, before, value)
    return True


def _nothing(m: Machine, a: Activation, n: ir.Node) -> bool:
    return True


TABLE: list[Executor] = [
    *[_nothing] * ir.ASSIGN,  # numbers of expressions are no statements
    _assign,
    _declare,
    _augment,
    _expression,
    _return,
    _raise,
    _if,
    _while,
    _for,
    _break,
    _continue,
    raising.try_,
    raising.with_,
    _match,
    _define,
    _class,
    imports.import_,
    imports.from_,
    _delete,
    _assert,
]

__all__ = ["TABLE", "ClassRef", "Object", "block"]
