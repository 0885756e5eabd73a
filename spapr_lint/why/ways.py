"""Why a number does not come from one place to another: the first place where its way ends.

At each place where it stops it is carried on nevertheless, as another number:
what arrives behind the fewest such places, by the shortest way, is the answer.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from spapr_lint.findings import Step, Way
from spapr_lint.flow.arrivals import PASSED
from spapr_lint.flow.machine import Machine
from spapr_lint.flow.report import ways
from spapr_lint.flow.values import Fact, Link
from spapr_lint.kinds import Kind
from spapr_lint.packs import Sink
from spapr_lint.why.ends import End, Key
from spapr_lint.why.follow import MARK, MARKS, Aim, Arrived, Follower, Start
from spapr_lint.why.ground import Ground


class Verdict(NamedTuple):
    """The answer.  ``sort`` is ``way``, ``conversion``, ``overwritten``, ``call``, ``limit``,
    ``lost`` (arithmetic took its kind), ``none`` (nothing joins them) or ``unseen``.

    ``end`` is where the way ends, None where there is one or none at all; ``way`` leads from
    the source to there (or to the sink), ``rest`` from there to the sink.
    """

    sort: str
    what: str
    end: Step | None = None
    way: Way | None = None
    rest: Way | None = None


def why_not(ground: Ground, start: Start, aim: Aim) -> Verdict:
    """Where the way from ``start`` to ``aim`` ends."""
    follower, m = _run(ground, start, aim)
    if not follower.started:
        return Verdict("unseen", "the interpreter does not come to the source")
    best = follower.best()
    if best is not None:
        ends = follower.ends_of(best.mark)
        return _ended(ground, follower, ends, best) if ends else _arrived(ground, follower, best)
    if not follower.waited and aim.keys:
        return Verdict("unseen", "the interpreter does not come to the sink")
    hit = sorted({what for what, _, _ in m.limits_hit})
    because = f" (limits were hit: {', '.join(hit)})" if hit else ""
    return Verdict("none", f"nothing that is made of the source comes to the sink{because}")


def _run(ground: Ground, start: Start, aim: Aim) -> tuple[Follower, Machine]:
    """One run; another only if a parameter's annotation took a number that is carried on."""
    follower = Follower(start, aim)
    for _ in MARKS:
        known = dict(follower.later)
        m = ground.run(follower, follower.policy(ground.pack, ground.named))
        if follower.best() is not None or follower.later.keys() == known.keys():
            break
        follower = Follower(start, aim, follower)
    return follower, m


def _arrived(ground: Ground, follower: Follower, arrived: Arrived) -> Verdict:
    """The number arrives; but perhaps not as what it was."""
    started = follower.started[arrived.mark.origin]
    if not started:
        return Verdict("way", "it arrives", way=_way(ground, arrived.mark))
    origins = {fact.origin: fact.kind for fact in started}
    own = [fact for fact in arrived.facts if fact.origin in origins]
    for fact in own:
        if fact.kind == origins[fact.origin]:
            return Verdict("way", f"it arrives as {fact.kind}", way=_way(ground, fact, arrived))
    if own:
        return _converted(ground, own[0], origins[own[0].origin], arrived)
    return _replaced(ground, follower, started, arrived)


def _converted(ground: Ground, fact: Fact, kind: Kind, arrived: Arrived) -> Verdict:
    """The algebra made another kind of it, as a conversion allows."""
    steps = fact.link.steps()
    at = next((link for link in steps if "->" in link.note), steps[-1])
    up = _way(ground, Fact(MARK, fact.origin, fact.evidence, at))
    what = f"{at.note}: {kind} arrives as {fact.kind}"
    rest = _rest(up, _way(ground, fact, arrived))
    return Verdict("conversion", what, up.trace[-1], up, rest)


def _replaced(
    ground: Ground, follower: Follower, started: tuple[Fact, ...], arrived: Arrived
) -> Verdict:
    """The number arrives without its kind: what took its place, or that arithmetic lost it."""
    kinds = {fact.kind for fact in started}
    known = {fact.origin for fact in started}
    steps = arrived.mark.link.steps()
    whole = _way(ground, arrived.mark)
    lost: Link | None = None
    for link in steps:
        key = (link.module, link.site)
        beside = follower.beside.get(key)
        last = link is steps[-1]
        if not last and (beside is None or link.note.startswith(PASSED)):
            continue  # a statement has no value, and a call's is what comes back
        facts = list(arrived.facts if last else (beside or {}).values())
        if any(fact.kind in kinds and fact.origin in known for fact in facts) and not last:
            continue
        lost = lost or link
        if key in follower.open and not last:
            continue  # the whole expression may yet be a declared one
        became = [fact for fact in facts if fact.origin in known and fact.kind not in kinds]
        others = became or [fact for fact in facts if _takes_over(follower, fact, known)]
        if not others:
            continue
        other = others[0]
        trail = other.link.steps()
        first = next((each for each in reversed(trail) if "->" in each.note), trail[0])
        end = _way(ground, Fact(MARK, other.origin, other.evidence, first)).trace[-1]
        what = f"{first.note}: from there on it is {other.kind}"
        up = whole if last else _way(ground, _until(arrived.mark, link))
        return Verdict("conversion", what, end, up, None if last else _rest(up, whole))
    if lost is None:
        return Verdict("way", "it arrives", way=whole)
    up = _way(ground, _until(arrived.mark, lost))
    what = f"the result is no {started[0].kind} any more: no conversion is declared for it"
    return Verdict("lost", what, up.trace[-1], up, _rest(up, whole))


def _takes_over(follower: Follower, fact: Fact, known: set[Key]) -> bool:
    """Whether a fact was declared of the very number, and not of what it is reckoned with."""
    if fact.origin in known:
        return False
    checked = fact.link.steps()[0].note.startswith("checked")
    return checked or fact.origin in follower.beside


def _until(fact: Fact, link: Link) -> Fact:
    return Fact(MARK, fact.origin, fact.evidence, link)


def _rest(up: Way, whole: Way) -> Way:
    """The part of a way from the end of another, its beginning, on."""
    same = 0
    for one, two in zip(up.trace, whole.trace, strict=False):
        if (one.path, one.line) != (two.path, two.line):
            break
        same += 1
    trace = whole.trace[max(0, same - 1) :]
    return Way(trace[0], trace, whole.evidence)


def _ended(ground: Ground, follower: Follower, ends: list[End], arrived: Arrived) -> Verdict:
    end, mark = ends[0], arrived.mark
    link = end.fact.link
    if (link.module, link.site) != end.key:
        link = Link(*end.key, end.what, link)
    up = _way(ground, Fact(MARK, mark.origin, mark.evidence, link))
    steps = mark.link.steps()
    turn = next(n for n, each in enumerate(steps) if id(each) in follower.turns)
    onward: Link | None = None
    for each in steps[turn:]:
        onward = Link(each.module, each.site, each.note, onward)
    assert onward is not None
    rest = _way(ground, Fact(MARK, mark.origin, mark.evidence, onward))
    later = "".join(f"; further on {each.what}" for each in ends[1:])
    return Verdict(end.sort, end.what + later, up.trace[-1], up, rest)


def _way(ground: Ground, fact: Fact, arrived: Arrived | None = None) -> Way:
    """A way as it is shown; to the sink, where the mark says what that is."""
    if arrived is not None:
        last = arrived.mark.link
        fact = fact.step(last.module, last.site, last.note)
    return ways([fact], list(ground.sources))[0]


def named_start(name: str) -> Start:
    """Wherever the pack's producer of that name gives a number."""
    inner = re.escape(name.rpartition(".")[2])
    said = re.compile(rf"(?:[\w.]+\.)?{inner}(?:\(\)|\[\d+\])? (?:is|gives) ")

    def tells(fact: Fact) -> bool:
        return fact.kind not in MARKS and said.match(fact.link.note) is not None

    return Start(frozenset(), tells)


def named_aim(name: str) -> Aim:
    """Wherever the pack's sink of that name wants a number."""
    whole = re.compile(rf"(?<![\w-]){re.escape(name.rpartition('.')[2])}(?![\w-])")

    def takes(sink: Sink, what: str) -> bool:
        if "." in name and sink.owner is not None:
            if sink.owner != name.rpartition(".")[0]:
                return False
        return whole.search(what) is not None

    return Aim(frozenset(), takes)
