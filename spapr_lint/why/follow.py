"""One number followed through the program: where it comes to, and where it ends.

A mark that no operator takes away is put on the number where it starts; the
interpreter carries it as it carries kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from spapr_lint import ir
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.policy import Policy
from spapr_lint.flow.values import FLOWED, NOTHING, Fact, Link, Value, join
from spapr_lint.kinds import Kind, Space
from spapr_lint.packs import Pack, Sink
from spapr_lint.why.ends import End, Key, of_call
from spapr_lint.why.known import facts_of
from spapr_lint.why.observe import held_by, targets

MARK = Kind("<followed>", "")
_OVER = (ir.ASSIGN, ir.DECLARE, ir.AUGMENT)


class Start(NamedTuple):
    """Where numbers start to be followed: at sites, or wherever facts satisfy ``tells``.

    ``as_one`` follows all as if they started at one place; none crowds out another then.
    """

    keys: frozenset[Key]
    tells: Callable[[Fact], bool] | None = None
    as_one: bool = False


class Aim(NamedTuple):
    """Where numbers are waited for: at sites, or at sinks that satisfy ``takes``."""

    keys: frozenset[Key]
    takes: Callable[[Sink, str], bool] | None = None


class Arrived(NamedTuple):
    """A followed number at its aim: the mark with its way, and the kinds beside it."""

    mark: Fact
    facts: tuple[Fact, ...]


def marking(pack: Pack) -> Pack:
    """The pack with the mark as a label that arithmetic keeps."""
    space = Space(MARK.space, algebra="label", through_arithmetic=True)
    spaces = {**pack.spaces, MARK.space: space}
    return replace(pack, spaces=spaces, algebra=pack.algebra.with_space(space))


class Follower:
    """Puts marks on what starts, and notes where they arrive and end."""

    def __init__(self, start: Start, aim: Aim) -> None:
        self.start = start
        self.aim = aim
        self.started: dict[Key, tuple[Fact, ...]] = {}
        self.waited: set[Key] = set()
        self.arrived: dict[Key, Arrived] = {}
        self.ends: dict[tuple[Key, Key], End] = {}
        self.beside: dict[Key, dict[Any, Fact]] = {}
        self.open: set[Key] = set()  # where a kind may yet come of how the number is made
        self._last: dict[tuple[int, int], tuple[Activation, list[Fact]]] = {}

    def policy(self, pack: Pack, named: bool) -> Policy:
        """The policy of a run in which marks are known."""
        policy = Policy(marking(pack), named)
        policy.arrivals.listener = self._heard
        return policy

    # --- what the observer is told ---------------------------------------------

    def evaluated(self, m: Machine, a: Activation, n: ir.Node, value: Value) -> Value:
        key = (a.module.index, n[-1])
        if n[0] == ir.CALL:
            self._lost(m, a, n, value)
        value = self._marked(key, value)
        self._look(a, key, value)
        return value

    def before(self, m: Machine, a: Activation, n: ir.Node) -> list[list[Fact]]:
        if n[0] not in _OVER:
            return []
        return [_marks(held_by(m, a, target) or NOTHING) for target in targets(n)]

    def after(self, m: Machine, a: Activation, n: ir.Node, held: list[list[Fact]]) -> None:
        from spapr_lint.flow import binding

        for position, target in enumerate(targets(n)):
            key = (a.module.index, target[-1])
            value = held_by(m, a, target) or NOTHING
            marked = self._marked(key, value)
            if marked is not value and target[0] in (ir.NAME, ir.GLOBAL, ir.ATTR, ir.ITEM):
                binding.bind(m, a, target, marked, n[-1])
            self._look(a, key, marked)
            if n[0] in _OVER:
                self._overwritten(a, n, target, marked, held[position])

    def entered(self, m: Machine, a: Activation) -> None:
        assert a.function is not None
        for parameter in a.function.parameters:
            key = (a.module.index, parameter.site)
            cell = a.cells.get(parameter.name)
            value = a.env.get(parameter.name) if cell is None else cell.slots.get("value")
            marked = self._marked(key, value or NOTHING)
            if marked is not value:
                if cell is None:
                    a.env[parameter.name] = marked
                else:
                    cell.slots["value"] = marked
            self._look(a, key, marked)

    # --- marks -------------------------------------------------------------------

    def _marked(self, key: Key, value: Value) -> Value:
        starts = key in self.start.keys
        if not starts and self.start.tells is not None:
            starts = any(f.link.back is None and self.start.tells(f) for f in value.facts)
        if not starts:
            return value
        known = self.started.get(key, ())
        others = {f.key: f for f in (*known, *value.facts) if f.kind != MARK}
        self.started[key] = tuple(others.values())
        origin = (-1, 0) if self.start.as_one else key
        mark = Fact(MARK, origin, FLOWED, Link(*key, "", None))
        return join(value, Value((mark,)))

    def _look(self, a: Activation, key: Key, value: Value) -> None:
        if key in self.aim.keys:
            self.waited.add(key)
        marks = _marks(value)
        if not marks:
            return
        self._last[(id(a), key[1])] = (a, marks)
        if value.form is not None and not any(fact.kind.role for fact in value.facts):
            self.open.add(key)
        beside = self.beside.setdefault(key, {})
        for fact in value.facts:
            if fact.kind != MARK:
                beside.setdefault(fact.key, fact)
        if key in self.aim.keys:
            self._arrive(value)

    def _heard(self, a: Activation, value: Value, sink: Sink, site: int, what: str) -> None:
        if self.aim.takes is not None and self.aim.takes(sink, what):
            self.waited.add((a.module.index, abs(site)))
            self._arrive(value, Link(a.module.index, abs(site), what, None))

    def _arrive(self, value: Value, place: Link | None = None) -> None:
        others = tuple([f for f in facts_of(value) if f.kind != MARK])
        for mark in _marks(value):
            if place is not None:
                mark = mark.step(place.module, place.site, place.note)
            old = self.arrived.get(mark.origin)
            if old is None or mark.link.depth < old.mark.link.depth:
                merged = {f.key: f for f in (*(old.facts if old else ()), *others)}
                self.arrived[mark.origin] = Arrived(mark, tuple(merged.values()))

    # --- ends ----------------------------------------------------------------------

    def _lost(self, m: Machine, a: Activation, n: ir.Node, result: Value) -> None:
        alive = {mark.origin for mark in _marks(result)}
        held = []
        for where, node in _operands(n):
            last = self._last.get((id(a), node[-1]))
            if last is not None and last[0] is a:
                held.append((where, [mark for mark in last[1] if mark.origin not in alive]))
        if any(facts for _, facts in held):
            for end in of_call(m, a, n, result, held):
                self._end(end)

    def _overwritten(
        self, a: Activation, n: ir.Node, target: ir.Node, value: Value, held: list[Fact]
    ) -> None:
        alive = {mark.origin for mark in _marks(value)}
        key = (a.module.index, target[-1])
        for mark in held:
            if mark.origin not in alive:
                self._end(End(key, "overwritten", "the value is overwritten", mark))
        if n[0] != ir.DECLARE or n[3] is None:
            return
        last = self._last.get((id(a), n[3][-1]))
        fresh = next((f for f in value.facts if f.link.back is None and f.kind != MARK), None)
        if last is None or last[0] is not a or fresh is None:
            return
        for mark in last[1]:
            if mark.origin not in alive:
                self._end(End(key, "conversion", f"declared: {fresh.link.note}", mark))

    def _end(self, end: End) -> None:
        old = self.ends.get((end.fact.origin, end.key))
        if old is None or end.fact.link.depth < old.fact.link.depth:
            self.ends[(end.fact.origin, end.key)] = end


def _marks(value: Value) -> list[Fact]:
    return [fact for fact in facts_of(value) if fact.kind == MARK]


def _operands(n: ir.Node) -> Iterator[tuple[Any, ir.Node]]:
    """What a call is given: by position, by name, -1 for the object whose method it is."""
    if n[1][0] == ir.ATTR:
        yield -1, n[1][1]
    for position, node in enumerate(n[2]):
        yield position, node[1] if node[0] == ir.STAR else node
    for name, node in n[3]:
        yield name or -1, node
