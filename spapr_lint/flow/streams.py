"""Iterators and generators: what they still give, one at a time or all that is left.

A `Stream` is what an iterator gives in order; a `Later` is one that is computed
when it is first asked, as ``map`` and ``filter`` do.  The position of an iterator
is a slot, so that branches that step it can be undone and merged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from spapr_lint.flow import activation, iterables
from spapr_lint.flow.blessings import anonymous
from spapr_lint.flow.machine import Activation, Machine, touch
from spapr_lint.flow.objects import Object
from spapr_lint.flow.values import NOTHING, TRUE, UNKNOWN, Value, constant, join_all, reference

POSITION = "position"
_AHEAD = 8
_TURNS = 6  # items that are asked for one by one: each time the generator is run again
_FORCED = "forced"


class Stream(NamedTuple):
    """Items in order; ``exact`` if these are all, ``endless`` if they come round again for ever.

    ``placed`` are the first items where those are known although the others are not.
    """

    items: list[Value]
    exact: bool
    endless: bool = False
    placed: tuple[Value, ...] = ()


class Later:
    """A stream that is computed when it is first asked."""

    __slots__ = ("compute", "held")

    def __init__(self, compute: Callable[[Machine, Activation], Stream]) -> None:
        self.compute = compute
        self.held: Stream | None = None


def make(m: Machine, a: Activation, source: Stream | Later, site: int) -> Value:
    """A new iterator."""
    return reference(m.allocate("iterator", None, a.module.index, site, source))


def stream_of(m: Machine, a: Activation, ref: Object, wanted: int | None = None) -> Stream:
    """All (or as much as is wanted) that an iterator or generator gives from its very start."""
    touch(a, ref)
    if ref.shape == "generator":
        items, exact = activation.advance(m, ref, wanted)
        return Stream(items, exact)
    source = ref.extra
    if isinstance(source, Stream):
        return source
    if not isinstance(source, Later):
        return Stream([UNKNOWN], False)
    if source.held is None or _FORCED not in ref.slots:
        source.held = source.compute(m, a)
        m.journal.write(ref.slots, _FORCED, TRUE)
    return source.held


def position(ref: Object) -> int | None:
    """How many items were taken, None if that is not certain."""
    value = ref.slots.get(POSITION)
    if value is None:
        return 0
    return value.constants[0] if value.exact() else None


def drain(m: Machine, a: Activation, ref: Object) -> tuple[list[Value], bool]:
    """All that is left; afterwards nothing is."""
    stream = stream_of(m, a, ref)
    start = position(ref)
    _moved(m, ref, stream)
    if stream.endless:
        return list(stream.items), False
    if start is None or not stream.exact or ref.many:
        return list(stream.items), False
    m.journal.write(ref.slots, POSITION, constant(len(stream.items)))
    return list(stream.items[start:]), True


def step(m: Machine, a: Activation, ref: Object) -> tuple[Value, bool | None]:
    """The next item, and whether there certainly is one (True), is none (False) or neither."""
    place = position(ref)
    stream = stream_of(m, a, ref, None if place is None else _wanted(m, place))
    _moved(m, ref, stream)
    if place is None or ref.many:
        return anonymous(join_all(stream.items)), None
    if stream.endless and stream.items:
        m.journal.write(ref.slots, POSITION, constant(place + 1))
        return stream.items[place % len(stream.items)], True if stream.exact else None
    if place < len(stream.items) and stream.exact:
        m.journal.write(ref.slots, POSITION, constant(place + 1))
        return stream.items[place], True
    if stream.exact:
        return NOTHING, False
    return anonymous(join_all(stream.items)), None


def first(m: Machine, a: Activation, source: Value, site: int) -> Value:
    """The first item of an iterable; a generator is not run further than that."""
    if len(source.refs) == 1 and source.refs[0].__class__ is Object:
        ref: Object = source.refs[0]
        if ref.shape == "generator":
            return step(m, a, ref)[0]
    items, _ = iterables.iterate(m, a, source, site)
    return items[0] if items else UNKNOWN


def _wanted(m: Machine, place: int) -> int:
    """How far a generator is run: at first one item at a time, so that turns are exact."""
    if place < _TURNS and 2 * m.steps < m.limits.exact_steps:
        return place + 1
    return max(_AHEAD, 2 * place)


def _moved(m: Machine, ref: Object, stream: Stream) -> None:
    """Something is taken: what comes first now is not known unless all is."""
    if stream.placed and not stream.exact:
        m.journal.write(ref.slots, POSITION, UNKNOWN)


def placed(ref: Object) -> tuple[Value, ...]:
    """The first items of an iterator from which nothing was taken, as far as they are known."""
    fresh = ref.shape == "iterator" and isinstance(ref.extra, Stream) and not ref.many
    return ref.extra.placed if fresh and position(ref) == 0 else ()


def take(stream: Stream, count: int) -> tuple[list[Value], bool]:
    """At most ``count`` items from the start; whether it is certain which."""
    if stream.endless and stream.items and stream.exact:
        return [stream.items[i % len(stream.items)] for i in range(count)], True
    return stream.items[:count] if stream.exact else stream.items, stream.exact
