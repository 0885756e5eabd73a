"""Loops: turn by turn while that is certain, then until the state at their head is stable."""

from __future__ import annotations

from typing import Any

from spapr_lint import ir
from spapr_lint.flow.machine import Activation, Env, Loop, Machine
from spapr_lint.flow.refine import refined
from spapr_lint.flow.states import State, merge_states
from spapr_lint.flow.values import Value, covers, same

_SURE = 4  # turns of an endless loop that are followed one by one even if they are uncertain


def run(
    m: Machine,
    a: Activation,
    step: Any,
    body: ir.Block,
    otherwise: ir.Block,
    place: Any,
    unroll: int,
) -> bool:
    """Run a loop.  ``step`` starts a turn: True it runs, False it is over, None either."""
    test, site = place
    outer, a.loop = a.loop, Loop(m.journal.mark())
    start = m.journal.mark()
    a.branch += 1
    leaves: list[State] = []
    over = False
    turn = 0
    forever = test is not None and test[0] == ir.CONST and bool(test[1])
    while turn < unroll and (not turn or m.steps < m.limits.exact_steps):
        head, before = m.journal.mark(), a.env
        runs = step(turn)
        if runs is not True:
            over = runs is False
            break
        a.loop = Loop(start)
        goes = m.tables.block(m, a, body)
        leaves.extend(a.loop.breaks)
        states = list(a.loop.continues)
        unsure = bool(states or a.loop.breaks)
        if goes and states:
            states.append((a.env, m.journal.changes(start)))
        if not states and not goes:
            over = True
            m.journal.undo(start)
            a.loop = outer
            a.branch -= 1
            return _leave(m, a, leaves, [], ())
        if states:
            m.journal.undo(start)
            merge_states(m, a, states)
        turn += 1
        stepwise = a.yields is not None and a.wanted is not None
        if not forever or turn < _SURE or stepwise:
            continue
        if unsure or _idle(m, a, before, head):
            break  # each further turn would only be as uncertain, or the same again
    if not over:
        _fixpoint(m, a, step, body, turn, leaves, start, (test, site))
    a.loop = outer
    a.branch -= 1
    if test is not None and not over:
        value = m.ex[test[0]](m, a, test) if m.policy.guards and not forever else None
        a.env = refined(m, a, test, False, None, value)
    end: list[State] = [(a.env, m.journal.undo(start))]
    if forever:
        end = []
    return _leave(m, a, leaves, end, otherwise)


def _idle(m: Machine, a: Activation, before: Env, head: int) -> bool:
    """Whether a turn left everything as it was."""
    if before.keys() != a.env.keys():
        return False
    if any(
        value is not a.env[name] and not same(value, a.env[name]) for name, value in before.items()
    ):
        return False
    return m.journal.unchanged(head)


def _leave(
    m: Machine, a: Activation, leaves: list[State], end: list[State], otherwise: ir.Block
) -> bool:
    """Join the ways out of a loop; ``end`` is the one that runs the else part."""
    if end and otherwise:
        mark = m.journal.mark()
        merge_states(m, a, end)
        a.branch += 1 if leaves else 0
        goes = m.tables.block(m, a, otherwise)
        a.branch -= 1 if leaves else 0
        if not leaves:
            return goes
        end = [(a.env, m.journal.undo(mark))] if goes else []
    states = leaves + end
    if not states:
        return False
    merge_states(m, a, states)
    return True


def _fixpoint(
    m: Machine,
    a: Activation,
    step: Any,
    body: ir.Block,
    turn: int,
    leaves: list[State],
    start: int,
    place: Any,
) -> None:
    """Turns whose number is not known: until the state at the head is stable."""
    _, site = place
    a.uncertain += 1
    m.looping += 1
    for round_ in range(m.limits.loop):
        head = m.journal.mark()
        env = a.env
        a.env = dict(env)  # the head stays as it is
        runs = step(-1 if round_ == 0 else -2)
        if runs is False:
            a.env = env
            _settled(m, a)
            return
        a.loop = Loop(start)
        goes = m.tables.block(m, a, body)
        leaves.extend(a.loop.breaks)
        states: list[State] = [(env, {})]
        if goes:
            states.append((a.env, m.journal.changes(head)))
        m.journal.undo(head)
        for other, changes in a.loop.continues:
            later = {
                where: change
                for where, change in changes.items()
                if change[0].get(change[1]) is not change[2]
            }
            states.append((other, later))
        stable = _stable(states)
        if stable:
            a.env = env
            _settled(m, a)
            return
        held = _before(states) if round_ else {}
        merge_states(m, a, states)
        if round_:
            _widen(m, a, env, held)
    _settled(m, a)
    m.limit("loop", a.module.index, site)


def _settled(m: Machine, a: Activation) -> None:
    """The end of a loop whose turns are not known."""
    a.uncertain -= 1
    m.looping -= 1
    if not m.looping:
        m.loop_objects.clear()


def _before(states: list[State]) -> dict[tuple[int, Any], tuple[Any, Any, Value | None]]:
    """The slots that a turn changes, with what they held."""
    return {
        where: (slots, key, slots.get(key))
        for _, changes in states
        for where, (slots, key, _) in changes.items()
    }


def _widen(m: Machine, a: Activation, env: Env, held: Any) -> None:
    """Forget constants that grow from turn to turn, so that the loop becomes stable."""
    for name, value in a.env.items():
        old = env.get(name)
        if old is not None and old is not value and len(value.constants) > len(old.constants):
            a.env[name] = Value(value.facts, value.refs, (), True)
    for slots, key, old in held.values():
        value = slots.get(key)
        if value is None or old is None or old is value:
            continue
        if len(value.constants) > len(old.constants):
            m.journal.write(slots, key, Value(value.facts, value.refs, (), True))


def _stable(states: list[State]) -> bool:
    env, _ = states[0]
    for other, changes in states[1:]:
        for name, value in other.items():
            old = env.get(name)
            if old is None and name.__class__ is tuple:
                continue
            if old is None or not covers(old, value):
                return False
        for slots, key, changed in changes.values():
            before = slots.get(key)
            if before is changed:
                continue
            if before is None or changed is None or not covers(before, changed):
                return False
    return True
