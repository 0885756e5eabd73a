"""Slices, and operators that change a container in place."""

from __future__ import annotations

from spapr_lint.flow import calls, containers, iterables
from spapr_lint.flow.machine import Activation, Machine, touch
from spapr_lint.flow.objects import Object
from spapr_lint.flow.values import NOTHING, UNKNOWN, Value, join, reference


def get_slice(
    m: Machine, a: Activation, owner: Value, bounds: list[Value | None], site: int
) -> Value:
    """``owner[lower:upper:step]``."""
    result = NOTHING
    for ref in owner.refs:
        if ref.__class__ is not Object or ref.shape not in containers.SHAPES:
            result = join(result, UNKNOWN)
            continue
        shape = "tuple" if ref.shape == "tuple" else "list"
        made = m.allocate(shape, None, a.module.index, site)
        touch(a, ref)
        items, exact = containers.known_items(ref)
        where = _slice(bounds)
        containers.fill(
            m, made, items[where] if exact and where else items, exact and where is not None
        )
        if not exact and where is not None and not (made.many or ref.many):
            _place(m, made, ref, where)
        result = join(result, reference(made))
    if owner.constants or owner.open:
        where = _slice(bounds)
        facts = m.policy.surviving(owner.facts)
        if owner.exact() and where is not None and isinstance(owner.constants[0], (str, bytes)):
            result = join(result, Value(facts, (), (owner.constants[0][where],)))
        else:
            result = join(result, Value(facts, open=True))
    return result


def _place(m: Machine, made: Object, ref: Object, where: slice) -> None:
    """Let the slice of a sequence of unknown length hold its known elements in their places."""
    first = where.start or 0
    if first < 0 or where.step not in (None, 1) or (where.stop is not None and where.stop < 0):
        return
    for (_, kind, position), value in containers.items_of(ref):
        if kind == "int" and position >= first and (where.stop is None or position < where.stop):
            m.journal.write(made.slots, ("item", "int", position - first), value)


def _slice(bounds: list[Value | None]) -> slice | None:
    """The bounds as a slice if they are known."""
    parts: list[int | None] = []
    for bound in bounds:
        if bound is None:
            parts.append(None)
        elif bound.exact() and (bound.constants[0] is None or isinstance(bound.constants[0], int)):
            parts.append(bound.constants[0])
        else:
            return None
    return slice(*parts) if parts[2] != 0 else None


def store_slice(
    m: Machine, a: Activation, owner: Value, bounds: list[Value | None], value: Value, site: int
) -> None:
    """``owner[lower:upper:step] = value``."""
    new, known = iterables.iterate(m, a, value, site)
    for ref in owner.refs:
        if ref.__class__ is not Object or ref.shape != "list":
            continue
        touch(a, ref)
        items, exact = containers.known_items(ref)
        where = _slice(bounds)
        if where == slice(None) and len(owner.refs) == 1 and not (owner.open or ref.many):
            containers.clear(m, ref)
            if not known:
                containers.blur(m, ref)
            for item in new:
                containers.append(m, ref, item)
            continue
        if exact and known and where is not None and len(owner.refs) == 1:
            try:
                items[where] = new
            except ValueError:
                continue
            containers.replace(m, ref, items)
            continue
        containers.blur(m, ref)
        for item in new:
            containers.append(m, ref, item)


def augment(
    m: Machine, a: Activation, op: str, old: Value, value: Value, site: int
) -> Value | None:
    """``old op= value`` on objects: in place where Python does so."""
    names = {"+": "__iadd__", "-": "__isub__", "*": "__imul__", "|": "__ior__", "&": "__iand__"}
    name = names.get(op)
    if name is not None:
        found = calls.call_special(m, a, old, name, [value], site)
        if found is not None:
            return found
    changed = False
    for ref in old.refs:
        if ref.__class__ is not Object:
            continue
        if op == "+" and ref.shape == "list":
            items, exact = iterables.iterate(m, a, value, site)
            touch(a, ref)
            if not exact:
                containers.blur(m, ref)
            for item in items:
                containers.append(m, ref, item)
            changed = True
        elif op == "|" and ref.shape == "dict":
            containers.update(m, a, ref, value)
            changed = True
        elif op == "|" and ref.shape == "set":
            for item in iterables.iterate(m, a, value, site)[0]:
                containers.append(m, ref, item)
            changed = True
    return old if changed else None
