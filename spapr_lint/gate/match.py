"""Which finding after a change is which finding before it.  Pure.

Git's own line map decides first; then the fingerprint in the same function, in
the same file, across the change; last the shape.  What stays ambiguous is born.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from spapr_lint.findings import EVIDENCE, Finding, Step, Way
from spapr_lint.gate.diff import Delta

_CALL = re.compile(r"([A-Za-z_]\w*)\s*\(")
_FIELD = re.compile(r"(?:\.|->)\s*([A-Za-z_]\w*)")
_CONSTANT = re.compile(r"\b[A-Z][A-Z0-9_]{2,}\b")
# What the first step of a way says: a call, a field or a constant is of a kind; no local.
_GIVEN = re.compile(r"(?:[\w.]+\(\)|\w+\.\w[\w.]*|[A-Z][A-Z0-9_]{2,}) is [a-z_]+\.[a-z]+$")
_COMMENT = re.compile(r"/\*.*?(?:\*/|$)|//.*|#\s*noqa.*")
_STRING = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
# Words before a parenthesis that are no call, in C and in Python.
_NO_CALL = frozenset({"if", "while", "for", "switch", "return", "sizeof", "and", "or", "not", "in"})

# The tiers that find the same place again; the others mean that code moved.
IN_PLACE = frozenset({"line", "reindented", "hunk"})


class Pair(NamedTuple):
    """A finding before (by index) and the same after, and which tier said so."""

    before: int
    after: int
    tier: str


@dataclass(frozen=True, slots=True)
class Matching:
    """All pairs; what is in none is cured (before) or born (after).

    ``ambiguous`` says of a born finding which old ones it may be, by index.
    """

    pairs: tuple[Pair, ...] = ()
    cured: tuple[int, ...] = ()
    born: tuple[int, ...] = ()
    ambiguous: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


class _Tier(NamedTuple):
    """One way to recognise: equal keys on both sides are the same; None takes no part.

    ``moving`` tiers join only a finding whose line went with one whose line came:
    a line that stayed and is clean now is cured, whatever was added elsewhere.
    """

    name: str
    old_key: Callable[[Finding], Hashable | None]
    new_key: Callable[[Finding], Hashable | None]
    moving: bool


def match(before: Sequence[Finding], after: Sequence[Finding], delta: Delta) -> Matching:
    """Match the findings of two trees, given the change between them.

    The result does not depend on the order of either side, except that it is
    told in indexes of both.
    """
    old_left = sorted(range(len(before)), key=lambda i: _order(before[i]))
    new_left = sorted(range(len(after)), key=lambda i: _order(after[i]))
    pairs: list[Pair] = []
    ambiguous: dict[int, tuple[int, ...]] = {}
    for tier in _tiers(delta):
        olds = _grouped(before, old_left, tier, lambda f: _uprooted(f, delta), tier.old_key)
        news = _grouped(after, new_left, tier, lambda f: _fresh(f, delta), tier.new_key)
        for key, new_group in news.items():
            old_group = olds.get(key, [])
            joined = _join(old_group, new_group, before, after, tier)
            pairs += [Pair(old, new, tier.name) for old, new in joined]
            taken = {new for _, new in joined}
            if tier.moving and old_group and len(new_group) > len(old_group):
                ambiguous |= {new: tuple(old_group) for new in new_group if new not in taken}
        # What a strict tier cannot tell apart, a looser one would only guess.
        doubtful = {old for olds in ambiguous.values() for old in olds}
        gone = doubtful | {pair.before for pair in pairs}
        come = ambiguous.keys() | {pair.after for pair in pairs}
        old_left = [index for index in old_left if index not in gone]
        new_left = [index for index in new_left if index not in come]
    cured = set(range(len(before))) - {pair.before for pair in pairs}
    return Matching(
        pairs=tuple(sorted(pairs)),
        cured=tuple(sorted(cured)),
        born=tuple(sorted(set(range(len(after))) - {pair.after for pair in pairs})),
        ambiguous=_doubts(ambiguous, cured),
    )


def _doubts(
    ambiguous: Mapping[int, tuple[int, ...]], cured: Set[int]
) -> dict[int, tuple[int, ...]]:
    """The doubts that are left: old findings that found no other partner."""
    left = {new: tuple(o for o in olds if o in cured) for new, olds in ambiguous.items()}
    return {new: olds for new, olds in sorted(left.items()) if olds}


def _tiers(delta: Delta) -> tuple[_Tier, ...]:
    def after(path: str) -> str | None:
        return delta.path_after(path)

    def in_function(path: str | None, finding: Finding) -> Hashable | None:
        if path is None or not finding.fingerprint:
            return None
        return path, finding.function, finding.fingerprint

    def in_file(path: str | None, finding: Finding) -> Hashable | None:
        return (path, finding.fingerprint) if path is not None and finding.fingerprint else None

    def shaped(path: str | None, finding: Finding) -> Hashable | None:
        return (path, shape(finding)) if path is not None else None

    return (
        _Tier("line", lambda f: _old_line(f, delta), _new_line, False),
        _Tier("reindented", lambda f: _old_loose_line(f, delta), _new_loose_line, False),
        _Tier(
            "function",
            lambda f: in_function(after(f.path), f),
            lambda f: in_function(f.path, f),
            True,
        ),
        _Tier("hunk", lambda f: _old_hunk(f, delta), lambda f: _new_hunk(f, delta), True),
        _Tier("file shape", lambda f: shaped(after(f.path), f), lambda f: shaped(f.path, f), True),
        _Tier("file", lambda f: in_file(after(f.path), f), lambda f: in_file(f.path, f), True),
        _Tier("hunk kinds", lambda f: _old_mix(f, delta), lambda f: _new_mix(f, delta), True),
        _Tier("moved shape", shape, shape, True),
        _Tier("moved way", _by_way, _by_way, True),
        _Tier("moved", lambda f: f.fingerprint or None, lambda f: f.fingerprint or None, True),
    )


def _grouped(
    findings: Sequence[Finding],
    left: Iterable[int],
    tier: _Tier,
    may_move: Callable[[Finding], bool],
    key_of: Callable[[Finding], Hashable | None],
) -> dict[Hashable, list[int]]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for index in left:
        finding = findings[index]
        if tier.moving and not may_move(finding):
            continue
        key = key_of(finding)
        if key is not None:
            groups[key].append(index)
    return groups


def _join(
    olds: Sequence[int],
    news: Sequence[int],
    before: Sequence[Finding],
    after: Sequence[Finding],
    tier: _Tier,
) -> list[tuple[int, int]]:
    """Pairs within one group: equal sinks first; the rest in order if none would be born.

    In place the fingerprint tells equals apart.  Where code moves it does not:
    its ordinal says only which came first; there the sink's text must do.
    """
    mark = sink_text if tier.moving else _fingerprint
    pairs: list[tuple[int, int]] = []
    for text in dict.fromkeys(mark(after[new]) for new in news):
        old_same = [old for old in olds if mark(before[old]) == text]
        new_same = [new for new in news if mark(after[new]) == text]
        if len(new_same) <= len(old_same):
            pairs += zip(old_same, new_same, strict=False)
    olds_left = [old for old in olds if old not in {pair[0] for pair in pairs}]
    news_left = [new for new in news if new not in {pair[1] for pair in pairs}]
    if len(news_left) <= len(olds_left):
        pairs += zip(olds_left, news_left, strict=False)
    return pairs


def _fingerprint(finding: Finding) -> str:
    return finding.fingerprint


def _order(finding: Finding) -> tuple[str, int, int, str, str, str, str, str, str]:
    return (
        finding.path,
        finding.line,
        finding.column,
        finding.rule,
        finding.got,
        finding.wanted,
        finding.fingerprint,
        finding.function,
        sink_text(finding),
    )


def _what(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.got, finding.wanted


def _old_line(finding: Finding, delta: Delta) -> Hashable | None:
    place = delta.place_after(finding.path, finding.line)
    return None if place is None else (place, finding.column, _what(finding))


def _new_line(finding: Finding) -> Hashable:
    return (finding.path, finding.line), finding.column, _what(finding)


def _old_loose_line(finding: Finding, delta: Delta) -> Hashable | None:
    place = delta.place_after(finding.path, finding.line, loose=True)
    return None if place is None else (place, _what(finding))


def _new_loose_line(finding: Finding) -> Hashable:
    return (finding.path, finding.line), _what(finding)


def _old_hunk(finding: Finding, delta: Delta) -> tuple[Hashable, ...] | None:
    file = delta.old_file(finding.path)
    hunk = None if file is None else file.exact.hunk_at_old(finding.line)
    if file is None or hunk is None:
        return None
    return file.new_path, hunk, finding.function, shape(finding)


def _new_hunk(finding: Finding, delta: Delta) -> tuple[Hashable, ...] | None:
    file = delta.new_file(finding.path)
    hunk = None if file is None else file.exact.hunk_at_new(finding.line)
    if file is None or hunk is None:
        return None
    return file.new_path, hunk, finding.function, shape(finding)


def _old_mix(finding: Finding, delta: Delta) -> Hashable | None:
    """As the hunk's key, but whatever takes the number: that may be what got another name."""
    key = _old_hunk(finding, delta)
    return None if key is None else (*key[:3], _what(finding), producer(finding.source))


def _new_mix(finding: Finding, delta: Delta) -> Hashable | None:
    key = _new_hunk(finding, delta)
    return None if key is None else (*key[:3], _what(finding), producer(finding.source))


def _by_way(finding: Finding) -> Hashable | None:
    """The steps between source and sink, as written; they tell nothing where there are none."""
    between = ["".join(_COMMENT.sub("", step.text).split()) for step in finding.trace[1:-1]]
    return (_what(finding), producer(finding.source), *between) if between else None


def _uprooted(finding: Finding, delta: Delta) -> bool:
    """Whether the old line is gone (not only indented anew)."""
    return delta.place_after(finding.path, finding.line, loose=True) is None


def _fresh(finding: Finding, delta: Delta) -> bool:
    return delta.is_fresh(finding.path, finding.line, loose=True)


def same_place(old: Finding, new: Finding, tier: str, delta: Delta) -> bool:
    """Whether a matched finding is where it was: same file, function and spot.

    A file or function that got another name is another place; so is code that
    was taken out of one hunk and put into another.
    """
    if old.path != new.path or old.function != new.function:
        return False
    if tier in IN_PLACE:
        return True
    file = delta.old_file(old.path)
    hunk = None if file is None else file.exact.hunk_at_old(old.line)
    return hunk is not None and hunk.new_start <= new.line < hunk.new_end


def sink_text(finding: Finding) -> str:
    """The sink's line without white space, for telling equal findings apart."""
    text = finding.trace[-1].text if finding.trace else finding.source.text
    return "".join(_COMMENT.sub("", text).split())


def shape(finding: Finding) -> tuple[str, str, str, Hashable, Hashable]:
    """What a finding is without names of locals: rule, kinds, what produces and what takes it."""
    last = finding.trace[-1].text if finding.trace else finding.message
    return (*_what(finding), producer(finding.source), _words(last))


def producer(step: Step) -> Hashable:
    """What gives the number, without names of locals.

    That is the call, field or constant of which the first step speaks, else all calls or fields
    of its line, else the text itself.
    """
    given = _GIVEN.match(step.note)
    if given is not None:
        return given[0]
    text = _COMMENT.sub("", step.text)
    calls = tuple(sorted(set(_CALL.findall(text)) - _NO_CALL))
    if calls:
        return calls
    fields = tuple(sorted(set(_FIELD.findall(text))))
    return fields or "".join(text.split())


def _words(line: str) -> Hashable:
    text = _COMMENT.sub("", line)
    calls = set(_CALL.findall(text)) - _NO_CALL
    strings = {"".join(parts) for parts in _STRING.findall(text)}
    words = tuple(sorted(calls | set(_CONSTANT.findall(text)) | strings))
    return words or tuple(sorted(set(_FIELD.findall(text)))) or "".join(text.split())


def match_ways(old: Finding, new: Finding, delta: Delta) -> tuple[int | None, ...]:
    """For each way by which a matched finding is reached now, which old way it is (None: new).

    A way is known by where its number comes from (git's line map), else by
    what produces it; each old way accounts for one new one.
    """
    left = list(range(len(old.ways)))
    known: list[int | None] = []
    for way in new.ways:
        same = next((o for o in left if _same_source(old.ways[o], way, delta)), None)
        known.append(same)
        if same is not None:
            left.remove(same)
    for number, way in enumerate(new.ways):
        if known[number] is None:
            gives = producer(way.source)
            same = next((o for o in left if producer(old.ways[o].source) == gives), None)
            known[number] = same
            if same is not None:
                left.remove(same)
    return tuple(known)


def _same_source(old: Way, new: Way, delta: Delta) -> bool:
    place = delta.place_after(old.source.path, old.source.line, loose=True)
    return place == (new.source.path, new.source.line)


def stronger(old: Finding, new: Finding) -> bool:
    """Whether the evidence became stronger."""
    return EVIDENCE.index(new.evidence) > EVIDENCE.index(old.evidence)
