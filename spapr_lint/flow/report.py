"""From arrivals to findings: places, ways, messages, fingerprints.

Positions are asked for here and only here, for the files that have findings.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

from spapr_lint.findings import Finding, Step, Way
from spapr_lint.flow.arrivals import Arrival
from spapr_lint.flow.values import DECLARED, NAMED, Fact, Link
from spapr_lint.packs import Pack

_EVIDENCE = {NAMED: "named", DECLARED: "declared"}
_WORD = re.compile(r"[A-Za-z_]\w*")


class Place(NamedTuple):
    """Where a site stands in the text that a person reads; from 1, the end exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str


class Source(Protocol):
    """A file, as far as findings need it."""

    def places(self, sites: Iterable[int]) -> Mapping[int, Place]:
        """Places of sites.  A site that cannot be placed is at the start of the file."""
        ...


class Draft(NamedTuple):
    """A finding and the locals of the function in which its sink stands."""

    finding: Finding
    locals: frozenset[str]


def findings(
    arrivals: Iterable[Arrival],
    sources: list[Source],
    pack: Pack,
    locals_of: Callable[[Arrival], frozenset[str]],
) -> list[Finding]:
    """All findings, in order of path, line, column and code."""
    found = list(arrivals)
    wanted: dict[int, set[int]] = {}
    for arrival in found:
        wanted.setdefault(arrival.module, set()).add(arrival.site)
        for fact in arrival.facts.values():
            for link in fact.link.steps():
                wanted.setdefault(link.module, set()).add(link.site)
    places = {
        (module, site): place
        for module, sites in sorted(wanted.items())
        for site, place in sources[module].places(sorted(sites)).items()
    }
    drafts = [Draft(_finding(a, places, pack), locals_of(a)) for a in found]
    drafts.sort(
        key=lambda d: (
            d.finding.path,
            d.finding.line,
            d.finding.column,
            d.finding.rule,
            d.finding.got,
        )
    )
    return _fingerprinted(_merged(drafts), found, pack)


def ways(facts: Iterable[Fact], sources: list[Source]) -> list[Way]:
    """The way of each fact, in the order of the facts."""
    found = list(facts)
    wanted: dict[int, set[int]] = {}
    for fact in found:
        for link in fact.link.steps():
            wanted.setdefault(link.module, set()).add(link.site)
    places = {
        (module, site): place
        for module, sites in sorted(wanted.items())
        for site, place in sources[module].places(sorted(sites)).items()
    }
    return [_way(fact, places) for fact in found]


def _finding(arrival: Arrival, places: Mapping[tuple[int, int], Place], pack: Pack) -> Finding:
    place = places[(arrival.module, arrival.site)]
    ways = sorted(
        (_way(fact, places) for fact in arrival.facts.values()),
        key=lambda way: (len(way.trace), way.source.path, way.source.line, way.source.column),
    )
    rule = pack.rules.get(arrival.code)
    severity = rule.severity if rule is not None else "error"
    if arrival.zero and arrival.code == "SPL203":
        severity = "warning"
    if all(way.evidence == "named" for way in ways):
        severity = "info"
    return Finding(
        rule=arrival.code,
        message=_message(arrival, pack),
        path=place.path,
        line=place.line,
        column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
        severity=severity,
        wanted=str(arrival.wanted) if arrival.wanted is not None else "",
        got=str(arrival.got),
        ways=tuple(ways),
        function=arrival.function,
    )


def _message(arrival: Arrival, pack: Pack) -> str:
    rule = pack.rules.get(arrival.code)
    got, what = str(arrival.got), arrival.what
    wanted = str(arrival.wanted) if arrival.wanted is not None else "something else"
    if rule is not None and rule.message:
        return rule.message.format(got=got, wanted=wanted, what=what, sink=what)
    if arrival.wanted is None:
        return f"{got} must not be {what}"
    return f"{got} where {wanted} is wanted: {what}"


def _way(fact: Fact, places: Mapping[tuple[int, int], Place]) -> Way:
    steps: list[Step] = []
    for link in fact.link.steps():
        step = _step(link, places[(link.module, link.site)])
        if steps and (steps[-1].path, steps[-1].line) == (step.path, step.line):
            last = steps[-1]
            if not step.note or step.note == last.note:
                continue
            if not last.note:
                steps[-1] = step
                continue
        steps.append(step)
    evidence = _EVIDENCE.get(fact.evidence, "flowed")
    return Way(steps[0], tuple(steps), evidence)


def _step(link: Link, place: Place) -> Step:
    return Step(place.path, place.line, place.column, place.text, link.note)


def _merged(drafts: list[Draft]) -> list[Draft]:
    """Two sites at one place, such as two branches of one line, are one finding."""
    result: list[Draft] = []
    for draft in drafts:
        if result:
            last, this = result[-1].finding, draft.finding
            same = (last.path, last.line, last.column, last.rule, last.got) == (
                this.path,
                this.line,
                this.column,
                this.rule,
                this.got,
            )
            if same:
                ways = {(way.source, way.trace): way for way in (*last.ways, *this.ways)}
                merged = _with(last, tuple(sorted(ways.values(), key=lambda w: len(w.trace))))
                result[-1] = Draft(merged, result[-1].locals)
                continue
        result.append(draft)
    return result


def _with(finding: Finding, ways: tuple[Way, ...]) -> Finding:
    from dataclasses import replace

    return replace(finding, ways=ways)


def _fingerprinted(drafts: list[Draft], arrivals: list[Arrival], pack: Pack) -> list[Finding]:
    from dataclasses import replace

    seen: dict[str, int] = {}
    result = []
    for finding, names in drafts:
        base = _fingerprint(finding, names)
        ordinal = seen.get(base, 0)
        seen[base] = ordinal + 1
        text = hashlib.sha256(f"{base}:{ordinal}".encode()).hexdigest()[:32]
        result.append(replace(finding, fingerprint=f"v1:{text}"))
    return result


def _fingerprint(finding: Finding, names: frozenset[str]) -> str:
    """What stays when code moves: no path, no line, no function, no name of a local."""
    numbers: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        word = match[0]
        if word not in names:
            return word
        return numbers.setdefault(word, f"${len(numbers)}")

    first = finding.ways[0].source
    last = finding.ways[0].trace[-1]
    sink = _WORD.sub(numbered, last.text)
    source = _WORD.sub(numbered, first.note or first.text)
    note = _WORD.sub(numbered, last.note)
    parts = (finding.rule, finding.got, finding.wanted, source, note, " ".join(sink.split()))
    return "\0".join(parts)
