"""``itertools``: chains, slices, products, groups; endless ones stay endless."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from spapr_lint.flow import arithmetic, calls, containers, iterables, streams
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.natives import iteration
from spapr_lint.flow.natives.common import (
    Call,
    each,
    given,
    iterator,
    make,
    native,
    whole,
)
from spapr_lint.flow.objects import Object
from spapr_lint.flow.streams import Later, Stream
from spapr_lint.flow.values import (
    NONE,
    NOTHING,
    UNKNOWN,
    Value,
    constant,
    join,
    join_all,
    truth,
)


def chain(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.chain(*iterables)``."""
    sources = g.positional if g.rest is None else [*g.positional, g.rest]
    return _chained(m, a, sources, g.rest is None, site)


def chain_from(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.chain.from_iterable(iterables)``."""
    sources, exact = iterables.iterate(m, a, given(g, 0), site)
    return _chained(m, a, sources, exact, site)


def _chained(m: Machine, a: Activation, sources: list[Value], exact: bool, site: int) -> Value:
    def compute(m: Machine, a: Activation) -> Stream:
        items: list[Value] = []
        certain = exact
        for source in sources:
            more, known = iterables.iterate(m, a, source, site)
            items.extend(more)
            certain = certain and known
        return Stream(items, certain)

    return streams.make(m, a, Later(compute), site)


def islice(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.islice(iterable, stop)`` and ``(iterable, start, stop, step)``."""
    bounds = [None if b.exact() and b.constants[0] is None else whole(b) for b in g.positional[1:4]]
    exact = all(
        bound is not None or (given.exact() and given.constants[0] is None)
        for bound, given in zip(bounds, g.positional[1:4], strict=False)
    )
    where = slice(*bounds) if bounds else slice(None)
    value = given_iterator(m, a, given(g, 0), site)
    last = where.stop
    if exact and isinstance(last, int) and last <= 64 and value is not None:
        items = []
        for _ in range(last):
            item, certain = streams.step(m, a, value)
            if certain is None:
                return iterator(m, a, [item], False, site)
            if certain is False:
                break
            items.append(item)
        return iterator(m, a, items[where], True, site)
    items, known = iterables.iterate(m, a, given(g, 0), site)
    return iterator(m, a, items[where] if exact and known else items, exact and known, site)


def given_iterator(m: Machine, a: Activation, value: Value, site: int) -> Object | None:
    """The one iterator or generator that the value is."""
    if len(value.refs) == 1 and not value.open and isinstance(value.refs[0], Object):
        ref = value.refs[0]
        return ref if ref.shape in ("iterator", "generator") else None
    return None


def endless(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.repeat``, ``cycle`` and ``count``; ``data`` is which."""
    if data == "repeat":
        times = g.get(1, "times")
        item = given(g, 0)
        if times is not None:
            number = whole(times)
            exact = number is not None and number <= 64
            return iterator(m, a, [item] * (number or 0) if exact else [item], exact, site)
        return streams.make(m, a, Stream([item], True, True), site)
    if data == "cycle":
        items, exact = iterables.iterate(m, a, given(g, 0), site)
        return streams.make(m, a, Stream(items, exact and bool(items), True), site)
    start = g.get(0, "start") or constant(0)
    element = m.policy.members(m, a, start, UNKNOWN, site)
    return streams.make(m, a, Stream([element], True, True), site)


def product(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.product``, ``permutations`` and ``combinations``; ``data`` is which."""
    if data == "product":
        parts = [iterables.iterate(m, a, value, site) for value in g.positional]
        times = whole(g.keywords["repeat"]) if "repeat" in g.keywords else 1
        parts = parts * (times or 1)
        exact = all(known for _, known in parts) and times is not None
        size = 1
        for items, _ in parts:
            size *= max(1, len(items))
        if size <= 128:
            rows: Any = list(itertools.product(*[items for items, _ in parts]))
            return _rows(m, a, rows, exact, site)
        row = [join_all(items) for items, _ in parts]
        return _rows(m, a, [row], False, site)
    items, exact = iterables.iterate(m, a, given(g, 0), site)
    count = whole(g.positional[1]) if len(g.positional) > 1 else len(items)
    makers: dict[str, Callable[..., Any]] = {
        "permutations": itertools.permutations,
        "combinations": itertools.combinations,
        "combinations_with_replacement": itertools.combinations_with_replacement,
        "pairwise": lambda them, _: itertools.pairwise(them),
    }
    if data == "pairwise":
        count = 2
    if exact and count is not None and len(items) <= 5:
        return _rows(m, a, list(makers[data](items, count)), True, site)
    return _rows(m, a, [[join_all(items)] * min(count or 2, 8)], False, site)


def _rows(m: Machine, a: Activation, rows: Any, exact: bool, site: int) -> Value:
    return iterator(m, a, [make(m, a, "tuple", list(row), site) for row in rows], exact, site)


def starmap(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.starmap(function, rows)``."""
    rows, exact = iterables.iterate(m, a, given(g, 1), site)
    function = given(g, 0)

    def compute(m: Machine, a: Activation) -> Stream:
        table = [iterables.iterate(m, a, row, site)[0] for row in rows]
        return Stream(each(m, a, function, table, exact, site), exact)

    return streams.make(m, a, Later(compute), site)


def accumulate(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.accumulate(iterable, function)``."""
    items, exact = iterables.iterate(m, a, given(g, 0), site)
    function = g.get(1, "func") or native("add", _add)
    initial = g.keywords.get("initial")
    if initial is not None:
        items = [initial, *items]
    found: list[Value] = []
    for item in items:
        found.append(
            calls.dispatch(m, a, function, Arguments([found[-1], item]), site) if found else item
        )
    return iterator(m, a, found, exact, site)


def _add(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    return arithmetic.binary(m, a, "+", given(g, 0), given(g, 1), site)


def zip_longest(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.zip_longest(*iterables, fillvalue=)``."""
    found = [iteration.stream(m, a, value, site) for value in g.positional]
    fill = g.keywords.get("fillvalue", NONE)
    table, exact = iteration.rows(found, True, fill)
    if not exact:
        table = [[join(item, fill) for item in row] for row in table]
    return _rows(m, a, table, exact, site)


def tee(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.tee(iterable, n)``."""
    items, exact = iterables.iterate(m, a, given(g, 0), site)
    count = whole(g.positional[1]) if len(g.positional) > 1 else 2
    copies = [iterator(m, a, items, exact, site) for _ in range(min(count or 2, 16))]
    return make(m, a, "tuple", copies, site, count is not None)


def while_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.takewhile`` and ``dropwhile``; ``data``: whether to take."""
    items, exact = iterables.iterate(m, a, given(g, 1), site)
    answers = []
    for place, item in enumerate(items):
        answer = each(m, a, given(g, 0), [[item]], exact, site)[0]
        known = truth(answer) if answer is not NOTHING else None
        answers.append(known)
        if known is None or not exact:
            return iterator(m, a, items, False, site)
        if known is False:
            return iterator(m, a, items[:place] if data else items[place:], True, site)
    return iterator(m, a, items if data else [], exact, site)


def group_by(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.groupby(iterable, key)``."""
    items, exact = iterables.iterate(m, a, given(g, 0), site)
    key = g.get(1, "key")
    element = containers.element_of(items)
    name = element
    if key is not None and not key.exact():
        name = join_all(each(m, a, key, [[item] for item in items], exact, site))
    group = iterator(m, a, items, False, site)
    return iterator(m, a, [make(m, a, "tuple", [name, group], site)], False, site)


def compress(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.compress(data, selectors)``."""
    items, exact = iterables.iterate(m, a, given(g, 0), site)
    chosen, known = iterables.iterate(m, a, given(g, 1), site)
    answers = [truth(item) for item in chosen]
    if exact and known and None not in answers:
        kept = [item for item, answer in zip(items, answers, strict=False) if answer]
        return iterator(m, a, kept, True, site)
    return iterator(m, a, items, False, site)


TABLE: dict[str, tuple[Call, Any]] = {
    "itertools.chain": (chain, None),
    "itertools.chain.from_iterable": (chain_from, None),
    "itertools.islice": (islice, None),
    "itertools.repeat": (endless, "repeat"),
    "itertools.cycle": (endless, "cycle"),
    "itertools.count": (endless, "count"),
    **{
        f"itertools.{name}": (product, name)
        for name in (
            ["product", "permutations", "combinations", "combinations_with_replacement", "pairwise"]
        )
    },
    "itertools.starmap": (starmap, None),
    "itertools.accumulate": (accumulate, None),
    "itertools.zip_longest": (zip_longest, None),
    "itertools.tee": (tee, None),
    "itertools.takewhile": (while_, True),
    "itertools.dropwhile": (while_, False),
    "itertools.filterfalse": (iteration.filter_, False),
    "itertools.groupby": (group_by, None),
    "itertools.compress": (compress, None),
}
