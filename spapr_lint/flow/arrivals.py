"""Kinds that arrived where they are not wanted, before they are findings.

One `Arrival` for each place, code and wrong kind; it collects all the facts
that arrive, each a way of the later finding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.values import Fact, Link, Value
from spapr_lint.kinds import ZERO_BASE, Clash, Kind
from spapr_lint.packs import Pack, Sink, Table

PASSED = "passed to"
_ARGUMENT = "argument "
_STORED = "stored in "
_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=", "in", "not in")
_PARTS = 5  # of a sum, that are looked into
Listener = Callable[[Activation, Value, Sink, int, str], None]
"""Is told of each value that arrives at a sink, in an activation, at a site, in words."""


class Arrival:
    """A wrong kind at one place; ``facts`` by where their numbers come from.

    Of a comparison, ``against`` has what the other side carried.
    """

    __slots__ = (
        "against",
        "code",
        "facts",
        "function",
        "got",
        "module",
        "site",
        "wanted",
        "what",
        "zero",
    )

    def __init__(
        self, module: int, site: int, code: str, got: Kind, wanted: Kind | None, what: str
    ) -> None:
        self.module = module
        self.site = site
        self.code = code
        self.got = got
        self.wanted = wanted
        self.what = what
        self.function = ""
        self.zero = False
        self.facts: dict[tuple[int, int], Fact] = {}
        self.against: dict[tuple[int, int], Fact] = {}


class Arrivals:
    """All arrivals of a run."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.found: dict[tuple[int, int, str, Kind], Arrival] = {}
        self.listener: Listener | None = None

    def add(
        self,
        a: Activation,
        place: tuple[int, int],
        code: str,
        fact: Fact,
        wanted: Kind | None,
        what: str,
    ) -> Arrival:
        """Note that ``fact`` arrived."""
        key = (*place, code, fact.kind)
        arrival = self.found.get(key)
        if arrival is None:
            arrival = self.found[key] = Arrival(*place, code, fact.kind, wanted, what)
            if a.function is not None:
                arrival.function = a.function.qualname
        link: Link = fact.link
        if (link.module, link.site) != place:
            link = Link(*place, what, link)
        old = arrival.facts.get(fact.origin)
        if old is None or (fact.evidence, -link.depth) > (old.evidence, -old.link.depth):
            arrival.facts[fact.origin] = Fact(fact.kind, fact.origin, fact.evidence, link)
            if link.note.endswith(ZERO_BASE) or (
                link.back is not None and _ends_at_zero(link.back)
            ):
                arrival.zero = True
        return arrival

    def settled(self) -> list[Arrival]:
        """All arrivals but those that say again what another one says.

        A meeting (3xx) whose result a sink refused; a caller's argument that the
        pack's own sink refused, and where that goes on to; what a field holds by
        declaration where others are blamed for what they store there; a base that
        is an end as soon as it is known how much is added to it.
        """
        through: set[tuple[int, int]] = set()
        named = {
            (a.module, a.code, a.got, a.what.rpartition(" of ")[2]) for a in self.found.values()
        }
        refused = {
            (a.module, a.what.rpartition(" of ")[2], origin)
            for a in self.found.values()
            if a.what.startswith(_ARGUMENT)
            for origin in a.facts
        }
        stored = {
            (a.what.removeprefix(_STORED), a.got, a.wanted)
            for a in self.found.values()
            if a.what.startswith(_STORED)
        }
        ends = {
            (*key[:3], origin)
            for key, a in self.found.items()
            if a.got.role == "end"
            for origin in a.facts
        }
        for arrival in self.found.values():
            if not arrival.code.startswith("SPL3"):
                for fact in arrival.facts.values():
                    through.update((link.module, link.site) for link in fact.link.steps())
        return [
            arrival
            for key, arrival in self.found.items()
            if not (arrival.code.startswith("SPL3") and (arrival.module, arrival.site) in through)
            and not _twice(arrival, named)
            and not _all_onward(arrival, refused)
            and not all(_as_stored(arrival, fact, stored) for fact in arrival.facts.values())
            and not self._disputed(arrival, stored)
            and not (
                arrival.got.role == "base"
                and all((*key[:3], origin) in ends for origin in arrival.facts)
            )
        ]

    def _disputed(self, arrival: Arrival, stored: set[tuple[str, Kind, Kind | None]]) -> bool:
        """Whether this was compared with a field that holds, somewhere, what goes with it.

        Who stores that there, against what the field is declared to hold, is told already.
        """
        return bool(arrival.against) and all(
            any(
                field == _field(fact) and wanted == fact.kind and self._together(arrival.got, got)
                for field, got, wanted in stored
            )
            for fact in arrival.against.values()
        )

    def _together(self, one: Kind, two: Kind) -> bool:
        return not self.pack.algebra.compare("<", frozenset((one,)), frozenset((two,)))

    def check(
        self, m: Machine, a: Activation, value: Value, sink: Sink, site: int, what: str
    ) -> None:
        """Judge each fact of a value that arrives at a sink."""
        if self.listener is not None:
            self.listener(a, value, sink, site, what)
        if value.form is not None and sink.wants:
            self._unmet(a, value, sink, site, what)
        for fact in value.facts:
            verdict = self.verdict(fact.kind, sink)
            if verdict is None:
                continue
            code, wanted = verdict
            link = fact.link
            place = (a.module.index, site)
            if site < 0:  # the sink is a property: the finding stands where its cell is written
                place = (a.module.index, -site)
                if link.module == a.module.index:
                    place = (link.module, link.site)
            self.add(a, place, code, fact, wanted, what)

    def _unmet(
        self, a: Activation, value: Value, sink: Sink, site: int, what: str, depth: int = 0
    ) -> None:
        """Judge what was scaled as the wanted number is, but from a number of another kind."""
        if value.form is None or depth > _PARTS:
            return
        operator, left, right = value.form
        if operator in ("+", "|"):
            for part in (left, right):
                if not any(fact.kind.role for fact in part.facts):
                    self._unmet(a, part, sink, site, what, depth + 1)
            return
        wanted = self.pack.algebra.unmet(operator, left.term(), right.term(), sink.wants)
        for fact in left.facts if wanted else ():
            verdict = self.verdict(fact.kind, Sink(wants=wanted, rule=sink.rule))
            if verdict is not None:
                self.add(a, (a.module.index, abs(site)), verdict[0], fact, verdict[1], what)

    def verdict(self, kind: Kind, sink: Sink) -> tuple[str, Kind | None] | None:
        """The code with which a sink refuses a kind, and what it wants instead."""
        if kind in sink.forbids:
            return sink.rule or "SPL109", None
        if not kind.role or not sink.wants:
            return None
        sort = self.pack.algebra.judge(kind, sink.wants)
        if sort is None:
            return None
        wanted = next((w for w in sink.wants if w.space == kind.space), sink.wants[0])
        code = self.pack.code(kind, wanted, sort)
        if sort == "space" and sink.rule:
            code = sink.rule
        return code, wanted

    def index(
        self, m: Machine, a: Activation, index: Value, table: Any, name: str, site: int
    ) -> None:
        """Judge the index of a table."""
        if isinstance(table, Table):
            sink = Sink(wants=(table.index,))
        else:
            sink = table
        self.check(m, a, index, sink, site, f"index of {name}[]")

    def beyond(
        self, m: Machine, a: Activation, index: Value, member: Kind, site: int, what: str
    ) -> None:
        """Judge an index by the space that sizes the table."""
        algebra = self.pack.algebra
        for fact in index.facts:
            if fact.kind.role and algebra.judge(fact.kind, (member,)) == "space":
                self.add(a, (a.module.index, site), "SPL204", fact, member, what)

    def clash(
        self,
        m: Machine,
        a: Activation,
        clash: Clash,
        left: Value,
        right: Value,
        site: int,
        code: str,
    ) -> None:
        """Two kinds met where they must not."""
        against = {fact.origin: fact for fact in right.facts if fact.kind == clash.right}
        for fact in left.facts:
            if fact.kind == clash.left:
                place = (a.module.index, site)
                arrival = self.add(a, place, code, fact, clash.right, clash.what)
                if clash.what in _COMPARISONS:
                    arrival.against.update(against)

    def compared(
        self, m: Machine, a: Activation, clash: Clash, left: Value, right: Value, site: int
    ) -> None:
        """Two kinds were compared.

        Where one side is what a caller passed in, the caller's argument is the
        wrong one: the function wants what it compares with.
        """
        if "sum" in (clash.left.role, clash.right.role):
            self.clash(m, a, clash, left, right, site, "SPL302")
            return
        sides = ((left, clash.left, clash.right), (right, clash.right, clash.left))
        passed = []
        for value, kind, other in sides:
            for fact in value.facts:
                if fact.kind == kind and fact.link.note.startswith(PASSED):
                    passed.append((fact, other))
        if len({fact.kind for fact, _ in passed}) == 1:
            for fact, other in passed:
                code = self.pack.code(fact.kind, other, "space")
                place = (fact.link.module, fact.link.site)
                self.add(a, place, code, fact, other, fact.link.note)
            return
        self.clash(m, a, clash, left, right, site, "SPL301")


def _twice(arrival: Arrival, named: set[tuple[int, str, Kind, str]]) -> bool:
    """Whether a caller's argument is reported already by what the pack says of the function."""
    if not arrival.what.startswith(PASSED):
        return False
    callee = arrival.what.removeprefix(PASSED).strip()
    return (arrival.module, arrival.code, arrival.got, callee) in named


def _all_onward(arrival: Arrival, refused: set[tuple[int, str, tuple[int, int]]]) -> bool:
    """Whether nothing came here but what was refused before; of a meeting, one that was."""
    enough = any if arrival.code.startswith("SPL3") else all
    return enough(_onward(fact, refused) for fact in arrival.facts.values())


def _onward(fact: Fact, refused: set[tuple[int, str, tuple[int, int]]]) -> bool:
    """Whether a number came here through an argument that was refused it.

    Whatever the callee makes of a wrong number is wrong, too.
    """
    return any(
        (link.module, link.note[len(PASSED) + 1 :], fact.origin) in refused
        for link in fact.link.steps()
        if link.note.startswith(PASSED)
    )


def _as_stored(arrival: Arrival, fact: Fact, stored: set[tuple[str, Kind, Kind | None]]) -> bool:
    """Whether a field is only declared to hold this, and what is wanted here is stored in it."""
    return (
        fact.link.steps()[0].note.endswith(f" is {arrival.got}")
        and arrival.wanted is not None
        and (_field(fact), arrival.wanted, arrival.got) in stored
    )


def _field(fact: Fact) -> str:
    """What a number was read from, if it was a field that is declared to hold it."""
    return fact.link.steps()[0].note.partition(" is ")[0]


def _ends_at_zero(link: Link) -> bool:
    """Whether the last conversion of a way made an end whose base is 0."""
    step: Link | None = link
    while step is not None:
        if "->" in step.note:
            return step.note.endswith(ZERO_BASE)
        step = step.back
    return False
