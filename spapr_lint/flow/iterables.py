"""Iterating: what an object gives one after the other, and whether that is all, in order."""

from __future__ import annotations

from typing import Any

from spapr_lint.flow import calls, containers, streams
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine, Unreachable, touch
from spapr_lint.flow.objects import ANY, LENGTH, Object
from spapr_lint.flow.values import (
    NOTHING,
    UNKNOWN,
    Value,
    constant,
    join,
    join_all,
    reference,
)


def iterate(m: Machine, a: Activation, source: Value, site: int) -> tuple[list[Value], bool]:
    """What iterating gives; whether these are all elements, in order."""
    refs = source.refs
    if len(refs) == 1 and not source.open and not source.constants:
        return _iterate_one(m, a, refs[0], site)
    found: list[Value] = []
    rows = [_iterate_one(m, a, ref, site) for ref in refs]
    if rows and not source.open and not source.constants and all(exact for _, exact in rows):
        if len({len(items) for items, _ in rows}) == 1:
            columns = zip(*[items for items, _ in rows], strict=True)
            return [join_all(list(column)) for column in columns], True
    for items, _ in rows:
        found.extend(items)
    facts = m.policy.surviving(source.facts)
    if source.exact() and isinstance(source.constants[0], (str, bytes)):
        text = source.constants[0]
        if len(text) <= 64:
            return [Value(facts, (), (part,)) for part in text], True
    if source.constants or source.open or not found:
        found.append(Value(facts, open=True))
    return found, False


def _iterate_one(m: Machine, a: Activation, ref: Any, site: int) -> tuple[list[Value], bool]:
    if ref.__class__ is not Object:
        return m.tables.iterate_other(m, a, ref, site)
    touch(a, ref)
    method = calls.call_special(m, a, reference(ref), "__iter__", [], site)
    if method is not None and method.refs != (ref,):
        return iterate(m, a, method, site)
    return own_items(m, a, ref, site)


def own_items(m: Machine, a: Activation, ref: Object, site: int) -> tuple[list[Value], bool]:
    """What iterating an object gives, whatever ``__iter__`` its class has."""
    if ref.shape in containers.SHAPES or ref.shape == "namespace":
        return containers.known_items(ref)
    if ref.shape in ("generator", "iterator"):
        return streams.drain(m, a, ref)
    if ref.shape == "range":
        return range_items(m, a, ref, site)
    if ref.shape == "future":
        return [ref.slots.get("<result>", UNKNOWN)], False
    for name in ("__next__", "__anext__"):
        items = _stepwise(m, a, ref, name, site)
        if items is not None:
            return items
    found = calls.call_special(m, a, reference(ref), "__aiter__", [], site)
    if found is not None and found.refs != (ref,):
        return iterate(m, a, found, site)
    found = calls.call_special(m, a, reference(ref), "__getitem__", [UNKNOWN], site)
    if found is not None:
        return _by_index(m, a, ref, site) or ([found], False)
    anything = ref.slots.get(ANY)
    return [UNKNOWN if anything is None else join(anything, UNKNOWN)], False


def _stepwise(
    m: Machine, a: Activation, ref: Object, name: str, site: int
) -> tuple[list[Value], bool] | None:
    """Call ``__next__`` until it certainly raises; blurred if that is not seen."""
    found: list[Value] = []
    head = m.journal.mark()
    for turn in range(_STEPS + _MORE):
        if turn >= _STEPS:  # what counts the turns may have come to anything
            _forget_counts(m, head)
            head = m.journal.mark()
        try:
            value = calls.call_special(m, a, reference(ref), name, [], site)
            if value is None:
                return None
            if name == "__anext__":
                value = calls.awaited(m, a, value, site)
        except Unreachable:
            return found, turn < _STEPS
        found.append(value)
    return found, False


def _by_index(m: Machine, a: Activation, ref: Object, site: int) -> tuple[list[Value], bool] | None:
    """Call ``__getitem__`` with 0, 1, 2, … until it raises, or as many as ``__len__`` says."""
    size = calls.call_special(m, a, reference(ref), "__len__", [], site)
    known = size is not None and size.exact() and isinstance(size.constants[0], int)
    count = size.constants[0] if known and size is not None else _STEPS
    found: list[Value] = []
    try:
        for index in range(min(count, _STEPS)):
            value = calls.call_special(m, a, reference(ref), "__getitem__", [constant(index)], site)
            found.append(UNKNOWN if value is None else value)
    except Unreachable:
        return found, True
    return (found, True) if known and count <= _STEPS else None


_STEPS = 12  # turns of an iterator of the program that are followed one by one
_MORE = 2


def _forget_counts(m: Machine, mark: int) -> None:
    """Let what has changed since ``mark`` be any number, so that every later turn is seen."""
    for slots, key, value in list(m.journal.changes(mark).values()):
        if value is not None and value.constants and not value.open and key is not LENGTH:
            m.journal.write(slots, key, Value(value.facts, value.refs, (), True))


def range_items(m: Machine, a: Activation, ref: Object, site: int) -> tuple[list[Value], bool]:
    """The numbers of a ``range``: what they are members of."""
    start, stop, step = ref.extra
    bounds = (start, stop, step)
    if all(bound.exact() and isinstance(bound.constants[0], int) for bound in bounds):
        numbers = (
            range(*[bound.constants[0] for bound in bounds]) if step.constants[0] else range(0)
        )
        if len(numbers) <= m.limits.unroll and not stop.facts and not start.facts:
            return [constant(number) for number in numbers], True
    return [m.policy.members(m, a, start, stop, site)], False


def generator_result(m: Machine, source: Value) -> Value:
    """The value that a generator returned, which ``yield from`` evaluates to."""
    result = NOTHING
    for ref in source.refs:
        if ref.__class__ is Object and ref.shape == "generator":
            result = join(result, ref.slots.get("result", UNKNOWN))
    return UNKNOWN if result is NOTHING else result


def construct(m: Machine, a: Activation, made: Object, arguments: Arguments, site: int) -> None:
    """``list(x)``, ``dict(x, k=v)`` and the like, into a new container."""
    if arguments.positional:
        source = arguments.positional[0]
        if made.shape == "dict":
            containers.update(m, a, made, source)
            if not source.refs or source.open:
                containers.blur(m, made)
        else:
            items, exact = iterate(m, a, source, site)
            containers.fill(m, made, items, exact)
    for name, value in arguments.keywords.items():
        if made.shape == "dict":
            containers.store_item(m, a, made, constant(name), value)
    if arguments.others is not None and made.shape == "dict":
        containers.store_item(m, a, made, UNKNOWN, arguments.others)
