"""Remembering what a call came to, so that the same call is not followed twice.

Exactly: a run that looked at nothing older than itself is remembered by its
arguments.  Coarsely, for translated C and for large programs: objects are known
by what they hold and not by who they are, and what was written to them is
written again.
"""

from __future__ import annotations

from typing import Any

from spapr_lint.flow import blessings, scope
from spapr_lint.flow.machine import PASSED_BY, Activation, Env, Machine
from spapr_lint.flow.objects import ANY, Bound, ClassRef, Closure, Object
from spapr_lint.flow.values import NOTHING, Value

_DEEP = 2
_WIDE = 12

Write = tuple[str, int, Any, Value]


class Memory:
    """What one run of a function came to: its result, what it read, what it wrote."""

    __slots__ = ("cells", "epoch", "raises", "result", "tokens", "writes")

    def __init__(
        self,
        result: Value | None,
        cells: dict[Any, None],
        epoch: int,
        writes: tuple[Write, ...] = (),
        tokens: dict[object, str] | None = None,
    ) -> None:
        self.result = result
        self.tokens = tokens
        self.cells = cells
        self.epoch = epoch
        self.writes = writes
        self.raises = False


def exact_key(closure: Closure, env: Env) -> Any:
    """The call as it is: which function, closed over what, with which values."""
    return (
        closure.module,
        closure.index,
        tuple([id(cell) for cell in closure.cells.values()]) if closure.cells else (),
        tuple([value.key() for value in env.values()]),
    )


def coarse_key(closure: Closure, env: Env, numbers: bool) -> Any:
    """The call as far as kinds are concerned; without ``numbers`` constants do not count."""
    return (
        closure.module,
        closure.index,
        numbers,
        tuple([_digest(value, numbers, _DEEP) for value in env.values()]),
    )


def _digest(value: Value, numbers: bool, depth: int) -> Any:
    refs: list[Any] = []
    for ref in value.refs:
        if ref.__class__ is not Object or not ref.birth:
            refs.append(ref)
        elif depth and len(ref.slots) <= _WIDE:
            held = [
                (key, _digest(slot, numbers, depth - 1))
                for key, slot in ref.slots.items()
                if slot.facts or slot.refs or numbers
            ]
            refs.append((ref.shape, str(ref.type), tuple(held)))
        else:
            refs.append((ref.shape, str(ref.type)))
    return (
        frozenset([fact.key for fact in value.facts]) if value.facts else None,
        tuple(refs),
        tuple([(c.__class__, c) for c in value.constants]) if numbers else bool(value.constants),
        value.open,
    )


def memorable(closure: Closure, env: Env) -> bool:
    """Whether the arguments are such that the same ones mean the same again."""
    if closure.cells:
        return False
    for value in env.values():
        for ref in value.refs:
            if ref.__class__ is Object and ref.birth:
                return False
    return True


def writes_of(m: Machine, env: Env, child: Activation) -> tuple[Write, ...]:
    """What a run wrote to the objects that it was given."""
    given: dict[int, tuple[str, int]] = {}
    for name, value in env.items():
        for position, ref in enumerate(value.refs):
            if ref.__class__ is Object and ref.birth:
                given[id(ref.slots)] = (name, position)
    if not given:
        return ()
    found: list[Write] = []
    for slots, key, held in m.journal.changes(child.mark).values():
        where = given.get(id(slots))
        if where is not None and held is not None:
            found.append((*where, key, held))
    return tuple(found)


def recall(m: Machine, remembered: Memory, env: Env) -> None:
    """Write what the remembered run wrote."""
    if any(key[0] == PASSED_BY for key in remembered.cells):
        scope.leave_unsure(env.values())
    for name, position, key, value in remembered.writes:
        value_given = env.get(name)
        if value_given is None or position >= len(value_given.refs):
            continue
        ref = value_given.refs[position]
        if ref.__class__ is Object:
            m.journal.write(ref.slots, key, value)


def tokens_of(env: Env) -> dict[object, str] | None:
    """Which argument has which token, if there are any and no two have the same."""
    found: dict[object, str] = {}
    for name, value in env.items():
        token = None if value.mark is None else value.mark.token
        if token is not None:
            if token in found:
                return None
            found[token] = name
    return found or None


def returned(remembered: Memory, env: Env) -> Value:
    """What the remembered run returned, said of these arguments."""
    result: Value = remembered.result or NOTHING
    if result.mark is None:
        return result
    tokens = {}
    for token, name in (remembered.tokens or {}).items():
        mark = env[name].mark
        if mark is not None and mark.token is not None:
            tokens[token] = mark.token
    return blessings.translated(result, tokens)


def portable(result: Value | None, start: int) -> bool:
    """Whether a result may be given to another caller: it is no object made in the run."""
    if result is None:
        return True
    for ref in result.refs:
        if ref.__class__ is Object and ref.birth > start:
            if ref.shape != "opaque" or ref.slots.get(ANY) is not None:
                return False
        elif ref.__class__ is Closure and ref.cells:
            return False
        elif ref.__class__ is ClassRef and ref.members.birth > start:
            return False
        elif ref.__class__ is Bound and not portable(ref.receiver, start):
            return False
    return True
