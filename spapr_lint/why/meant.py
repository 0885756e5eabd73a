"""Which values a place without a column means: as a source those made there, as a sink those taken.

``set_ipis(cut(n))`` as a sink takes what ``cut`` returns; that ``n`` stands on
the same line says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from spapr_lint import ir
from spapr_lint.packs import Pack
from spapr_lint.why.ends import Key
from spapr_lint.why.follow import Start
from spapr_lint.why.ground import Ground, Piece, Spot, word_of


def origins(ground: Ground, spot: Spot) -> Start:
    """Where a number at a place may start.

    On a whole line these are the values that come to be there, else those that have a kind,
    else all.
    """
    pieces = ground.at(spot)
    keys = frozenset(piece.key for piece in pieces)
    if spot.column:
        return Start(keys)
    moving = frozenset(piece.key for piece in pieces if _moves(piece.node))
    return Start(keys, whole_line=True, moving=moving)


def takers(ground: Ground, spot: Spot) -> frozenset[Key]:
    """The sites at a place at which a number is waited for.

    On a whole line these are what its calls of the pack's sinks are given, else what a call for
    its effect is given, else the outermost values.
    """
    pieces = ground.at(spot)
    if spot.column or not pieces:
        return frozenset(piece.key for piece in pieces)
    module = pieces[0].module
    calls = [piece.node for piece in pieces if piece.node[0] == ir.CALL]
    words = sink_words(ground.pack)
    known = [call for call in calls if word_of(call[1]) in words]
    effects = _for_effect(ground.loaded.modules[module].code)
    chosen = known or [call for call in calls if call[-1] in effects]
    if chosen:
        return frozenset((module, node[-1]) for call in chosen for node in _given(call))
    return frozenset(piece.key for piece in _outermost(pieces))


def sink_words(pack: Pack) -> frozenset[str]:
    """The last names of all calls by which the pack's sinks are reached."""
    names: list[str | None] = []
    for sink in pack.sinks:
        names += [sink.call, sink.method, sink.slot]
    names += [each.call for each in pack.dt_calls]
    names += [each.call for each in pack.property_calls]
    return frozenset(name.rpartition(".")[2] for name in names if name is not None)


def _given(call: ir.Node) -> Iterator[ir.Node]:
    for node in call[2]:
        yield node[1] if node[0] == ir.STAR else node
    for _, node in call[3]:
        yield node


def _for_effect(module: ir.Module) -> frozenset[int]:
    """The sites of calls whose result nobody takes."""
    found: set[int] = set()
    pending: list[Any] = [module.body, *(f.body for f in module.functions)]
    while pending:
        node = pending.pop()
        if len(node) == 3 and node[0] == ir.EXPRESSION and node[1][0] == ir.CALL:
            found.add(node[1][-1])
        pending.extend(part for part in node if part.__class__ is tuple)
    return frozenset(found)


def _outermost(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces that are no part of another."""
    listed = list(pieces)
    inner: set[int] = set()
    for piece in listed:
        pending: list[Any] = list(piece.node[1:])
        while pending:
            node = pending.pop()
            if node.__class__ is tuple and node:
                if node[-1].__class__ is int:
                    inner.add(node[-1])
                pending.extend(node)
    for piece in listed:
        if piece.site not in inner:
            yield piece


def _moves(node: ir.Node) -> bool:
    """Whether an expression may be a number that moves: no constant and no function's name."""
    return node[0] not in (ir.CONST, ir.FUNCTION)
