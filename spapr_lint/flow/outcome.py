"""What a run of the interpreter comes to, by sites and not by places, as plain data and back.

Nothing in it depends on where a text puts its lines: as long as the IR and what
is declared around it stay the same, so does the outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from spapr_lint.flow.arrivals import Arrival
from spapr_lint.flow.values import Fact, Link
from spapr_lint.kinds import Kind


class Outcome(NamedTuple):
    """Arrivals; limits (what, module, site); unresolved calls (module, site); who calls whom."""

    arrivals: tuple[Arrival, ...]
    limits: tuple[tuple[str, int, int], ...]
    unresolved: tuple[tuple[int, int], ...]
    edges: Mapping[str, tuple[str, ...]]


def plain(outcome: Outcome) -> tuple[Any, ...]:
    """Nested tuples and words; `outcome` takes them."""
    return (
        tuple([_taken_apart(arrival) for arrival in outcome.arrivals]),
        outcome.limits,
        outcome.unresolved,
        dict(outcome.edges),
    )


def outcome(data: Any) -> Outcome:
    """What `plain` took apart."""
    arrivals, limits, unresolved, edges = data
    return Outcome(tuple([_arrival(one) for one in arrivals]), limits, unresolved, edges)


def at(data: Any, sites: Mapping[int, Mapping[int, int]]) -> tuple[Any, ...] | None:
    """What `plain` gave, where ``sites`` gives for some modules the new site of each old one.

    None if a site has none.
    """

    def place(module: int, site: int) -> tuple[int, int]:
        moved = sites.get(module)
        return (module, site if moved is None or not site else moved[site])

    arrivals, limits, unresolved, edges = data
    try:
        return (
            tuple([_arrival_at(arrival, place) for arrival in arrivals]),
            tuple([(what, *place(module, site)) for what, module, site in limits]),
            tuple([place(*each) for each in unresolved]),
            edges,
        )
    except KeyError:
        return None


def _arrival_at(data: Any, place: Callable[[int, int], tuple[int, int]]) -> tuple[Any, ...]:
    (module, site, *head), function, zero, facts = data
    moved = [
        (
            kind,
            place(*origin),
            evidence,
            tuple([(*place(at, where), note) for at, where, note in steps]),
        )
        for kind, origin, evidence, steps in facts
    ]
    return ((*place(module, site), *head), function, zero, tuple(moved))


def _taken_apart(arrival: Arrival) -> tuple[Any, ...]:
    facts = [
        (
            tuple(fact.kind),
            fact.origin,
            fact.evidence,
            tuple([(link.module, link.site, link.note) for link in fact.link.steps()]),
        )
        for fact in arrival.facts.values()
    ]
    wanted = None if arrival.wanted is None else tuple(arrival.wanted)
    head = (arrival.module, arrival.site, arrival.code, tuple(arrival.got), wanted, arrival.what)
    return (head, arrival.function, arrival.zero, tuple(facts))


def _arrival(data: Any) -> Arrival:
    (module, site, code, got, wanted, what), function, zero, facts = data
    arrival = Arrival(
        module, site, code, Kind(*got), None if wanted is None else Kind(*wanted), what
    )
    arrival.function = function
    arrival.zero = zero
    for kind, origin, evidence, steps in facts:
        link: Link | None = None
        for at, where, note in steps:
            link = Link(at, where, note, link)
        if link is not None:
            arrival.facts[origin] = Fact(Kind(*kind), origin, evidence, link)
    return arrival
