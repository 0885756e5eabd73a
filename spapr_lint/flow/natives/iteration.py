"""Builtins over iterables: ``zip``, ``enumerate``, ``map``, ``sorted``, ``sum``, ``len``, ``next``.

Exact where the elements are known; ``map``, ``filter`` and their like call the
program's functions only when their result is asked for.
"""

from __future__ import annotations

from typing import Any

from spapr_lint.flow import (
    arithmetic,
    blessings,
    calls,
    classes,
    containers,
    iterables,
    plain,
    streams,
)
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine, Unreachable, touch
from spapr_lint.flow.natives.common import (
    call,
    each,
    given,
    iterator,
    make,
    objects,
    or_else,
    whole,
)
from spapr_lint.flow.objects import Object
from spapr_lint.flow.streams import Later, Stream
from spapr_lint.flow.values import (
    BOOLEAN,
    NOTHING,
    UNKNOWN,
    Value,
    constant,
    join,
    join_all,
    reference,
    truth,
)


def stream(m: Machine, a: Activation, value: Value, site: int) -> Stream:
    """What an iterable gives, and takes it all from an iterator; endless ones stay endless."""
    if len(value.refs) == 1 and not value.open:
        ref = value.refs[0]
        if isinstance(ref, Object) and ref.shape == "iterator":
            found = streams.stream_of(m, a, ref)
            if found.endless:
                return found
    items, exact = iterables.iterate(m, a, value, site)
    return Stream(items, exact)


def rows(
    sources: list[Stream], longest: bool = False, fill: Value = UNKNOWN
) -> tuple[list[list[Value]], bool]:
    """The rows that zipping gives, and whether their number is certain."""
    bounded = [source for source in sources if not source.endless]
    if not bounded or not all(source.exact for source in sources):
        return [[containers.element_of(list(source.items)) for source in sources]], False
    sizes = [len(source.items) for source in bounded]
    size = max(sizes) if longest else min(sizes)
    table = []
    for position in range(size):
        row = []
        for source in sources:
            if source.endless:
                row.append(source.items[position % len(source.items)])
            else:
                row.append(source.items[position] if position < len(source.items) else fill)
        table.append(row)
    return table, True


def zip_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``zip(*iterables)``."""
    if g.rest is not None:
        inner, _ = iterables.iterate(m, a, g.rest, site)
        return iterator(m, a, [make(m, a, "tuple", inner, site, False)], False, site)
    if not g.positional:
        return iterator(m, a, [], True, site)
    table, exact = rows([stream(m, a, value, site) for value in g.positional])
    items = [make(m, a, "tuple", row, site) for row in table]
    return iterator(m, a, items, exact, site)


def enumerate_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``enumerate(iterable, start)``."""
    source = given(g, 0, "iterable")
    start = g.get(1, "start")
    items, exact = iterables.iterate(m, a, source, site)
    first = 0 if start is None else whole(start)
    made = []
    for position, item in enumerate(items):
        if exact and first is not None:
            number = constant(first + position)
        else:
            base = constant(0) if start is None else start
            number = m.policy.members(m, a, base, m.policy.length(m, a, source, site), site)
        made.append(make(m, a, "tuple", [number, item], site))
    return iterator(m, a, made, exact, site)


def reversed_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``reversed(sequence)``."""
    found = calls.call_special(m, a, given(g, 0), "__reversed__", [], site)
    if found is not None:
        return found
    items, exact = iterables.iterate(m, a, given(g, 0), site)
    return iterator(m, a, items[::-1], exact, site)


def _keys_of(
    m: Machine, a: Activation, items: list[Value], key: Value | None, exact: bool, site: int
) -> list[Any]:
    """What to sort by; whatever is not known of it is undecided."""
    keys = items
    if key is not None and not (key.exact() and key.constants[0] is None):
        keys = each(m, a, key, [[item] for item in items], exact, site)
    return [plain.of(item) for item in keys]


def ordered(
    m: Machine, a: Activation, items: list[Value], exact: bool, g: Arguments, site: int
) -> tuple[list[Value], bool]:
    """The items sorted if their order can be known, else any of them at each place."""
    keys = _keys_of(m, a, items, g.keywords.get("key"), exact, site)
    if not exact or len(items) < 2:
        return items, exact
    backwards = g.keywords.get("reverse")
    flag = False if backwards is None else truth(backwards)
    if flag is not None:
        try:
            places = sorted(range(len(items)), key=lambda i: keys[i], reverse=flag)
        except plain.Undecided:
            return [join_all(items)] * len(items), True
        except TypeError:
            return items, True
        return [items[place] for place in places], True
    return [join_all(items)] * len(items), True


def sorted_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``sorted(iterable, key=, reverse=)``."""
    items, exact = iterables.iterate(m, a, given(g, 0), site)
    items, exact = ordered(m, a, items, exact, g, site)
    return make(m, a, "list", items, site, exact)


def extreme(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``min`` and ``max``; ``data`` says which."""
    key = g.keywords.get("key")
    if len(g.positional) > 1 and key is None:
        chosen = arithmetic.combine(m, a, data, g.positional, site)
        return _with_labels(chosen, g.positional)
    if len(g.positional) > 1:
        items, exact = list(g.positional), True
    else:
        items, exact = iterables.iterate(m, a, given(g, 0), site)
    default = g.keywords.get("default")
    if not items:
        return UNKNOWN if default is None else default
    keys = _keys_of(m, a, items, key, exact, site)
    if exact:
        try:
            best = (min if data == "min" else max)(range(len(items)), key=lambda i: keys[i])
        except plain.Undecided:
            pass
        except TypeError:
            return UNKNOWN
        else:
            return items[best]
    if key is None and exact and any(item.facts for item in items):
        return join(arithmetic.combine(m, a, data, items, site), join_all(items))
    result = join_all(items)
    return result if default is None or exact else join(result, default)


def _with_labels(result: Value, values: list[Value]) -> Value:
    """One of several values is chosen: its labels stay, whatever is chosen."""
    facts = {fact.key: fact for fact in result.facts}
    for value in values:
        for fact in value.facts:
            if not fact.kind.role:
                facts.setdefault(fact.key, fact)
    return result if len(facts) == len(result.facts) else result.with_facts(tuple(facts.values()))


def _callable(ref: Any) -> bool:
    return not isinstance(ref, Object) or ref.shape not in containers.SHAPES


def _misused(m: Machine, a: Activation, g: Arguments, site: int) -> Value:
    """A call that fails as it is written: its functions are followed as if they were meant."""
    others = [v for v in g.positional if not v.refs or not any(map(_callable, v.refs))]
    elements = [join_all(iterables.iterate(m, a, value, site)[0]) for value in others]
    found = [
        call(m, a, value, elements, site)
        for value in g.positional
        if any(map(_callable, value.refs))
    ]
    return iterator(m, a, found, False, site)


def map_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``map(function, *iterables)``."""
    function = given(g, 0)
    if function.refs and not function.open and not any(map(_callable, function.refs)):
        return _misused(m, a, g, site)
    sources = [stream(m, a, value, site) for value in g.positional[1:]]

    def compute(m: Machine, a: Activation) -> Stream:
        table, exact = rows(sources) if sources else ([[UNKNOWN]], False)
        return Stream(each(m, a, function, table, exact, site), exact)

    return streams.make(m, a, Later(compute), site)


def selected(
    m: Machine,
    a: Activation,
    items: list[Value],
    exact: bool,
    function: Value,
    site: int,
    wanted: bool = True,
) -> tuple[list[Value], bool]:
    """The items for which a function may say what is wanted, and whether that is certain."""
    found = []
    for item in items:
        if m.policy.guards:
            item = blessings.owned(item)
        if function.exact() and function.constants[0] is None:
            answer = item
        else:
            answer = each(m, a, function, [[item]], exact, site)[0]
        known = truth(answer) if answer is not NOTHING else False
        if known is None:
            exact = False
        if known is None or known == wanted:
            found.append(blessings.item(item, answer, wanted) if m.policy.guards else item)
    return found, exact


def filter_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``filter(function, iterable)`` and ``itertools.filterfalse``; ``data`` is what is wanted."""
    function, source = given(g, 0), given(g, 1)
    items, certain = iterables.iterate(m, a, source, site)

    def compute(m: Machine, a: Activation) -> Stream:
        return Stream(*selected(m, a, items, certain, function, site, data))

    return streams.make(m, a, Later(compute), site)


def quantifier(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``any`` and ``all``; ``data`` is the truth that decides."""
    items, exact = iterables.iterate(m, a, given(g, 0), site)
    answers = [truth(item) for item in items]
    if not exact:
        return BOOLEAN
    if data in answers:
        return constant(data)
    return BOOLEAN if None in answers else constant(not data)


def sum_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``sum(iterable, start)``."""
    items, exact = iterables.iterate(m, a, given(g, 0), site)
    start = g.get(1, "start")
    result = constant(0) if start is None else start
    for item in items[:64]:
        if exact or item.facts or item.refs:
            result = arithmetic.binary(m, a, "+", result, item, site)
    return result if exact else Value(result.facts, result.refs, (), True, result.form)


def len_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``len(x)``: a constant if it is known, else what the policy says of a size."""
    value = given(g, 0)
    found = calls.call_special(m, a, value, "__len__", [], site)
    if found is not None:
        return found
    known = size_of(value)
    if known is not None:
        for ref in objects(value):
            touch(a, ref)
        return constant(known)
    return m.policy.length(m, a, value, site)


def size_of(value: Value) -> int | None:
    """The number of elements if it is known."""
    if value.exact():
        return len(value.constants[0]) if isinstance(value.constants[0], (str, bytes)) else None
    if len(value.refs) != 1 or value.open or value.constants:
        return None
    ref = value.refs[0]
    if not isinstance(ref, Object) or ref.many:
        return None
    if ref.shape in containers.SEQUENCES:
        return containers.length(ref)
    if ref.shape in ("set", "dict", "namespace"):
        items, exact = containers.known_items(ref)
        return len(items) if exact and not any(item.facts for item in items) else None
    return None


def iter_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``iter(x)`` and ``iter(callable, sentinel)``."""
    source = given(g, 0)
    if len(g.positional) > 1:
        until = Later(lambda m, a: _until(m, a, source, g.positional[1], site))
        return streams.make(m, a, until, site)
    found = calls.call_special(m, a, source, "__iter__", [], site)
    if found is not None:
        return found
    if all(isinstance(r, Object) and r.shape in ("iterator", "generator") for r in source.refs):
        if source.refs:
            return source
    items, exact = iterables.iterate(m, a, source, site)
    return iterator(m, a, items, exact, site)


_CALLS, _UNSURE = 12, 3  # turns of a callable until its sentinel; those not known to be taken


def _until(m: Machine, a: Activation, function: Value, sentinel: Value, site: int) -> Stream:
    """What a callable gives, turn by turn, until that equals the sentinel."""
    items: list[Value] = []
    unsure = 0
    while len(items) < _CALLS and unsure < _UNSURE:
        try:
            item = call(m, a, function, [], site)
        except Unreachable:
            return Stream(items, not unsure)
        equal = truth(arithmetic.compare(m, a, "==", item, sentinel, site))
        if equal is True:
            return Stream(items, not unsure)
        unsure += equal is None
        items.append(item)
    return Stream(items, False)


def next_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``next(iterator, default)``."""
    source = given(g, 0)
    default = g.get(1)
    result = returned = NOTHING
    stopped = 0
    for ref in source.refs:
        method = classes.special(m, ref, "__next__")
        if method is not None:
            bound = classes.bind_method(method, reference(ref))
            try:
                result = join(result, calls.dispatch(m, a, bound, Arguments([]), site))
            except Unreachable:
                stopped += 1
        elif isinstance(ref, Object) and ref.shape in ("iterator", "generator"):
            item, certain = streams.step(m, a, ref)
            if certain is False:
                stopped += 1
                returned = join(returned, ref.slots.get("result", UNKNOWN))
                continue
            result = join(result, item)
            if certain is None and default is not None:
                result = join(result, default)
        else:
            result = join(result, _any_item(m, a, ref, site))
    if source.open or source.constants or not source.refs:
        result = join(result, UNKNOWN)
    if stopped:
        if default is not None:
            return join(result, default)
        if result is NOTHING:
            stop(m, a, site, returned)
    return or_else(result, None) if result is not NOTHING else UNKNOWN


def _any_item(m: Machine, a: Activation, ref: Any, site: int) -> Value:
    items, _ = iterables.iterate(m, a, reference(ref), site)
    return containers.element_of(items)


def stop(m: Machine, a: Activation, site: int, value: Value) -> None:
    """Raise ``StopIteration``."""
    raised = m.allocate("instance", "StopIteration", a.module.index, site)
    raised.slots["value"] = value
    m.raise_value(reference(raised))
    raise Unreachable


def range_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``range(stop)``, ``range(start, stop, step)``."""
    bounds = list(g.positional)
    if g.rest is not None:
        bounds = [UNKNOWN, g.rest, UNKNOWN]
    if len(bounds) == 1:
        bounds = [constant(0), *bounds]
    while len(bounds) < 3:
        bounds.append(constant(1) if len(bounds) == 2 else UNKNOWN)
    made = m.allocate("range", None, a.module.index, site, tuple(bounds[:3]))
    return reference(made)


def reduce_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``functools.reduce(function, iterable, initial)``."""
    function, source, initial = given(g, 0), given(g, 1), g.get(2)
    items, exact = iterables.iterate(m, a, source, site)
    if not exact:
        result = join(join_all(items), NOTHING if initial is None else initial)
        for _ in range(2):
            result = join(result, call(m, a, function, [result, join_all(items)], site))
        return result
    if initial is not None:
        items = [initial, *items]
    if not items:
        return UNKNOWN
    result = items[0]
    for item in items[1:]:
        result = call(m, a, function, [result, item], site)
    return result
