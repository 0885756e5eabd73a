"""One number followed through the program: where it comes to, and where it ends.

A mark that no operator takes away is put on the number where it starts; the
interpreter carries it as it carries kinds.  Where it ends, a mark of the next
level goes on in its place, so that one run tells behind which ends it arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
MARKS = (MARK, *(Kind(f"<followed behind {level}>", "") for level in (1, 2, 3)))
"""By level: behind how many ends the number would have to be carried on."""
_LEVEL = {kind: level for level, kind in enumerate(MARKS)}
_OVER = (ir.ASSIGN, ir.DECLARE, ir.AUGMENT)
_MADE, _HELD, _ANY = range(3)


class Start(NamedTuple):
    """Where numbers start to be followed: at sites, or wherever facts satisfy ``tells``.

    ``whole_line`` says that the sites are all on a line: of them those count at which a number
    comes to be, else those that have a kind, else those that are among ``moving``.
    """

    keys: frozenset[Key]
    tells: Callable[[Fact], bool] | None = None
    whole_line: bool = False
    moving: frozenset[Key] = frozenset()


class Aim(NamedTuple):
    """Where numbers are waited for: at sites, or at sinks that satisfy ``takes``."""

    keys: frozenset[Key]
    takes: Callable[[Sink, str], bool] | None = None


class Arrived(NamedTuple):
    """A followed number at its aim: the mark with its way, and the kinds beside it."""

    mark: Fact
    facts: tuple[Fact, ...]


def marking(pack: Pack) -> Pack:
    """The pack with the marks as labels that arithmetic keeps."""
    for mark in MARKS:
        space = Space(mark.space, algebra="label", through_arithmetic=True)
        spaces = {**pack.spaces, mark.space: space}
        pack = replace(pack, spaces=spaces, algebra=pack.algebra.with_space(space))
    return pack


class Follower:
    """Puts marks on what starts, and notes where they arrive and end.

    ``later`` has what goes on at parameters whose annotation says what they are: they are
    bound before it is known what they were given, so that it takes another run, ``after`` it.
    """

    def __init__(self, start: Start, aim: Aim, after: Follower | None = None) -> None:
        self.start = start
        self.aim = aim
        self.later: dict[Key, Fact] = dict(after.later) if after else {}
        self.started: dict[Key, tuple[Fact, ...]] = {}
        self.waited: set[Key] = set()
        self.arrived: dict[Any, Arrived] = {}
        self.beside: dict[Key, dict[Any, Fact]] = {}
        self.open: set[Key] = set()  # where a kind may yet come of how the number is made
        # Where a mark took over, by identity of the link.
        self.turns: dict[int, tuple[Link, End]] = dict(after.turns) if after else {}
        self._rank: dict[Key, int] = {}
        self._last: dict[tuple[int, int], tuple[Activation, list[Fact]]] = {}

    def policy(self, pack: Pack, named: bool) -> Policy:
        """The policy of a run in which marks are known."""
        policy = Policy(marking(pack), named)
        policy.arrivals.listener = self._heard
        policy.hands_on = False  # a call that is not in view is an end
        return policy

    def best(self) -> Arrived | None:
        """What arrived behind the fewest ends, by the shortest way; None if nothing did."""
        rank = min(self._rank.values(), default=_MADE)
        found = [each for each in self.arrived.values() if self._ranked(each.mark) == rank]
        return min(
            found,
            key=lambda a: (_LEVEL[a.mark.kind], a.mark.link.depth, a.mark.origin),
            default=None,
        )

    def ends_of(self, mark: Fact) -> list[End]:
        """The ends behind which a mark was carried on, in order."""
        return [self.turns[id(link)][1] for link in mark.link.steps() if id(link) in self.turns]

    # --- what the observer is told ---------------------------------------------

    def evaluated(self, m: Machine, a: Activation, n: ir.Node, value: Value) -> Value:
        key = (a.module.index, n[-1])
        if n[0] == ir.CALL:
            value = self._carried(key, value, self._lost(m, a, n, value))
        value = self._marked(key, value)
        self._look(a, key, value)
        return value

    def before(self, m: Machine, a: Activation, n: ir.Node) -> list[list[Fact]]:
        if n[0] not in _OVER:
            return []
        return [marks_of(held_by(m, a, target) or NOTHING) for target in targets(n)]

    def after(self, m: Machine, a: Activation, n: ir.Node, held: list[list[Fact]]) -> None:
        from spapr_lint.flow import binding

        for position, target in enumerate(targets(n)):
            key = (a.module.index, target[-1])
            value = held_by(m, a, target) or NOTHING
            marked = self._marked(key, value)
            if n[0] in _OVER:
                marked = self._carried(key, marked, _overwritten(key, marked, held[position]))
                marked = self._carried(key, marked, self._declared(a, n, key, marked))
            if marked is not value and target[0] in (ir.NAME, ir.GLOBAL, ir.ATTR, ir.ITEM):
                binding.bind(m, a, target, marked, n[-1])
            self._look(a, key, marked)

    def entered(self, m: Machine, a: Activation) -> None:
        assert a.function is not None
        for parameter in a.function.parameters:
            key = (a.module.index, parameter.site)
            cell = a.cells.get(parameter.name)
            value = a.env.get(parameter.name) if cell is None else cell.slots.get("value")
            marked = self._marked(key, value or NOTHING)
            if key in self.later:
                marked = join(marked, Value((self.later[key],)))
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
        facts = [fact for fact in value.facts if fact.kind not in _LEVEL]
        rank = self._rank_of(key, facts)
        if rank is None:
            return value
        self._rank[key] = min(rank, self._rank.get(key, rank))
        others = {f.key: f for f in (*self.started.get(key, ()), *facts)}
        self.started[key] = tuple(others.values())
        return join(value, Value((Fact(MARK, key, FLOWED, Link(*key, "", None)),)))

    def _rank_of(self, key: Key, facts: list[Fact]) -> int | None:
        """How well a site stands for its line; None if it does not."""
        if not self.start.whole_line or any(fact.origin == key for fact in facts):
            return _MADE
        if facts:
            return _HELD
        return _ANY if key in self.start.moving else None

    def _ranked(self, mark: Fact) -> int:
        """The rank of the site at which a mark's number started."""
        return self._rank[mark.origin] if mark.kind == MARK else -1 - mark.origin[0]

    def _carried(self, key: Key, value: Value, ends: Iterable[End]) -> Value:
        """The value with marks of the next level in the place of those that ended at it."""
        for end in ends:
            fact = self._next(end)
            if fact is None:
                continue
            if end.key == key:
                value = join(value, Value((fact,)))
            elif end.key not in self.later:
                self.later[end.key] = fact
        return value

    def _next(self, end: End) -> Fact | None:
        """The mark that goes on behind an end; all that do so count as one number."""
        level = _LEVEL[end.fact.kind] + 1
        if level == len(MARKS) or any(each.key == end.key for each in self.ends_of(end.fact)):
            return None
        link = Link(*end.key, "", end.fact.link)
        self.turns[id(link)] = (link, end)
        return Fact(MARKS[level], (-1 - self._ranked(end.fact), 0), FLOWED, link)

    def _look(self, a: Activation, key: Key, value: Value) -> None:
        if key in self.aim.keys:
            self.waited.add(key)
        marks = marks_of(value)
        if not marks:
            return
        self._last[(id(a), key[1])] = (a, marks)
        if value.form is not None and not any(fact.kind.role for fact in value.facts):
            self.open.add(key)
        beside = self.beside.setdefault(key, {})
        for fact in value.facts:
            if fact.kind not in _LEVEL:
                beside.setdefault(fact.key, fact)
        if key in self.aim.keys:
            self._arrive(value)

    def _heard(self, a: Activation, value: Value, sink: Sink, site: int, what: str) -> None:
        if self.aim.takes is not None and self.aim.takes(sink, what):
            self.waited.add((a.module.index, abs(site)))
            self._arrive(value, Link(a.module.index, abs(site), what, None))

    def _arrive(self, value: Value, place: Link | None = None) -> None:
        others = tuple([f for f in facts_of(value) if f.kind not in _LEVEL])
        for mark in marks_of(value):
            if place is not None:
                mark = mark.step(place.module, place.site, place.note)
            old = self.arrived.get(mark.key)
            if old is None or mark.link.depth < old.mark.link.depth:
                merged = {f.key: f for f in (*(old.facts if old else ()), *others)}
                self.arrived[mark.key] = Arrived(mark, tuple(merged.values()))

    # --- ends ----------------------------------------------------------------------

    def _lost(self, m: Machine, a: Activation, n: ir.Node, result: Value) -> list[End]:
        alive = {mark.key for mark in marks_of(result)}
        held = []
        for where, node in _operands(n):
            last = self._last.get((id(a), node[-1]))
            if last is not None and last[0] is a:
                held.append((where, [mark for mark in last[1] if mark.key not in alive]))
        return list(of_call(m, a, n, result, held)) if any(facts for _, facts in held) else []

    def _declared(self, a: Activation, n: ir.Node, key: Key, value: Value) -> Iterator[End]:
        """The end of what is bound to a name whose annotation says what it is."""
        if n[0] != ir.DECLARE or n[3] is None:
            return
        last = self._last.get((id(a), n[3][-1]))
        plain = (fact for fact in value.facts if fact.kind not in _LEVEL)
        fresh = next((fact for fact in plain if fact.link.back is None), None)
        if last is None or last[0] is not a or fresh is None:
            return
        alive = {mark.key for mark in marks_of(value)}
        for mark in last[1]:
            if mark.key not in alive:
                yield End(key, "conversion", f"declared: {fresh.link.note}", mark)


def _overwritten(key: Key, value: Value, held: list[Fact]) -> Iterator[End]:
    alive = {mark.key for mark in marks_of(value)}
    for mark in held:
        if mark.key not in alive:
            yield End(key, "overwritten", "the value is overwritten", mark)


def marks_of(value: Value) -> list[Fact]:
    """The marks that a value carries, in what it holds as well."""
    return [fact for fact in facts_of(value) if fact.kind in _LEVEL]


def _operands(n: ir.Node) -> Iterator[tuple[Any, ir.Node]]:
    """What a call is given: by position, by name, -1 for the object whose method it is."""
    if n[1][0] == ir.ATTR:
        yield -1, n[1][1]
    for position, node in enumerate(n[2]):
        yield position, node[1] if node[0] == ir.STAR else node
    for name, node in n[3]:
        yield name or -1, node
