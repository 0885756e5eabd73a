"""The words by which a file can matter, for the pass over bytes that decides what is parsed.

A file without a producer's word holds no producer: an identifier as the pack spells it, or a
literal.  Of a dotted name only the last part must occur, since modules are renamed on import.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from spapr_lint.packs.data import Pack


def producer_words(pack: Pack) -> frozenset[str]:
    """One word per producer and guard, such that a file with none of them has no producer."""
    words: set[str] = set()
    for one in pack.producers:
        for name in (one.call, one.method, one.slot, one.field, one.name, one.constant):
            if name is not None:
                words.add(_last(name))
                break
        else:
            word = one.property or one.literal or one.function or one.parameter
            words.update([str(word)] if word not in (None, "*") else [str(one.parameter)])
    for conversion in pack.conversions:
        if conversion.call is not None:
            words.add(_last(conversion.call))
    for guard in pack.guards:
        words.update(_guard_words(guard.tree))
    words.update(_last(one.call) for one in pack.registrations if one.gives is not None)
    return frozenset(words)


def own_words(pack: Pack) -> frozenset[str]:
    """The words that nobody else uses: without those that only mean something of some type.

    ``id`` is a field of many things; who never says one of these words, nor the name of a
    type that the pack knows, does not speak of what the pack is about.
    """
    bound = [one for one in pack.producers if one.owner and (one.field or one.slot)]
    free = replace(pack, producers=tuple(one for one in pack.producers if one not in bound))
    return producer_words(free) | {one.owner for one in bound if one.owner}


def sink_words(pack: Pack) -> frozenset[str]:
    """One word per sink, such that a file with none of them has no sink."""
    words: set[str] = set()
    for one in pack.sinks:
        names = (
            one.call,
            one.method,
            one.slot,
            one.field,
            one.property,
            one.device_property,
            one.returns,
            one.subscript,
            one.function,
        )
        words.update(_last(name) for name in names[:1] if name)
        words.update(name for name in names[1:] if name)
    words.update(table.field for table in pack.tables)
    return frozenset(_last(word) if "," not in word else word for word in words)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _guard_words(tree: Iterable[object]) -> Iterable[str]:
    parts = tuple(tree)
    if parts[:1] == ("word",) or parts[:1] == ("call",):
        yield _last(str(parts[1]))
    for part in parts[1:]:
        if isinstance(part, tuple):
            yield from _guard_words(part) if part and isinstance(part[0], str) else _all(part)


def _all(parts: Iterable[object]) -> Iterable[str]:
    for part in parts:
        if isinstance(part, tuple):
            yield from _guard_words(part)
