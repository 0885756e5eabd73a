"""Matching as a pure function: what must hold for any findings and any change."""

from __future__ import annotations

import difflib
import random
import string
from dataclasses import replace

import gate_toy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spapr_lint.findings import Finding, Step, Way
from spapr_lint.gate.diff import Delta, FileMap, Hunk, LineMap, parse_hunks, parse_raw
from spapr_lint.gate.match import match, match_ways, producer, same_place
from spapr_lint.tree import MemoryTree


def finding(
    path: str = "a.c",
    line: int = 1,
    column: int = 5,
    rule: str = "SPL102",
    function: str = "f",
    fingerprint: str = "x",
    sink: str = "sink(ipi);",
    source: str = "ipi = server_id(cs);",
) -> Finding:
    """A finding with one way."""
    step = Step(path, max(1, line - 1), 1, source)
    return Finding(
        rule=rule,
        message="m",
        path=path,
        line=line,
        column=column,
        end_line=line,
        end_column=column + 4,
        severity="error",
        wanted="lisn.id",
        got="server.id",
        ways=(Way(step, (step, Step(path, line, column, sink)), "flowed"),),
        fingerprint=fingerprint,
        function=function,
    )


FINDINGS = st.lists(
    st.builds(
        finding,
        path=st.sampled_from(["a.c", "b.c"]),
        line=st.integers(1, 40),
        column=st.sampled_from([5, 9]),
        rule=st.sampled_from(["SPL101", "SPL102"]),
        function=st.sampled_from(["f", "g", ""]),
        fingerprint=st.sampled_from(["x", "y", "z", ""]),
        sink=st.sampled_from(["sink(a);", "sink(b);", "other(a, GROUP);"]),
    ),
    max_size=12,
)


@st.composite
def line_maps(draw: st.DrawFn) -> LineMap:
    """Any line map that a diff can give."""
    hunks, old, new = [], 1, 1
    for _ in range(draw(st.integers(0, 5))):
        same = draw(st.integers(1, 8))
        old, new = old + same, new + same
        gone, come = draw(st.integers(0, 4)), draw(st.integers(0, 4))
        if gone or come:
            hunks.append(Hunk(old, old + gone, new, new + come))
        old, new = old + gone, new + come
    return LineMap(tuple(hunks))


@st.composite
def deltas(draw: st.DrawFn) -> Delta:
    """Any change of two files: edited, renamed, removed, added."""
    what = draw(st.sampled_from(["same", "edit", "rename", "replace"]))
    exact = draw(line_maps())
    loose = exact if draw(st.booleans()) else LineMap(exact.hunks[: len(exact.hunks) // 2])
    if what == "same":
        return Delta()
    if what == "replace":
        return Delta(added=frozenset({"b.c"}), removed=frozenset({"a.c"}))
    return Delta((FileMap("a.c", "b.c" if what == "rename" else "a.c", exact, loose),))


@given(line_maps(), st.integers(1, 60))
def test_line_maps_go_both_ways(lines: LineMap, number: int) -> None:
    there = lines.forward(number)
    if there is None:
        assert lines.hunk_at_old(number) is not None
    else:
        assert lines.backward(there) == number
        assert lines.hunk_at_new(there) is None


@given(
    st.lists(st.sampled_from("abcd"), max_size=14), st.lists(st.sampled_from("abcd"), max_size=14)
)
def test_line_map_of_a_real_diff(old: list[str], new: list[str]) -> None:
    text = "\n".join(difflib.unified_diff(old, new, lineterm="", n=0)).encode()
    lines = parse_hunks(text)
    for number, content in enumerate(old, start=1):
        there = lines.forward(number)
        assert there is None or new[there - 1] == content
    kept = sum(lines.forward(number) is not None for number in range(1, len(old) + 1))
    fresh = sum(lines.hunk_at_new(number) is not None for number in range(1, len(new) + 1))
    assert kept + fresh == len(new)


@given(FINDINGS)
def test_nothing_changed_matches_itself(findings: list[Finding]) -> None:
    result = match(findings, findings, Delta())
    assert not result.born
    assert not result.cured
    for pair in result.pairs:
        old, new = findings[pair.before], findings[pair.after]
        assert (old.path, old.line, old.column, old.rule) == (
            new.path,
            new.line,
            new.column,
            new.rule,
        )


@given(FINDINGS, FINDINGS, deltas())
def test_every_finding_is_told_once(
    before: list[Finding], after: list[Finding], delta: Delta
) -> None:
    result = match(before, after, delta)
    olds = [pair.before for pair in result.pairs]
    news = [pair.after for pair in result.pairs]
    assert sorted([*olds, *result.cured]) == list(range(len(before)))
    assert sorted([*news, *result.born]) == list(range(len(after)))
    assert set(result.ambiguous) <= set(result.born)
    assert all(set(doubts) <= set(result.cured) for doubts in result.ambiguous.values())


@given(FINDINGS, FINDINGS, deltas())
def test_partners_have_the_same_code_or_the_same_fingerprint(
    before: list[Finding], after: list[Finding], delta: Delta
) -> None:
    for pair in match(before, after, delta).pairs:
        old, new = before[pair.before], after[pair.after]
        assert old.rule == new.rule or (old.fingerprint and old.fingerprint == new.fingerprint)


@given(FINDINGS, FINDINGS, deltas())
def test_a_line_that_stayed_never_moves(
    before: list[Finding], after: list[Finding], delta: Delta
) -> None:
    """A moved finding left its line and stands in a new one: else the old one is cured."""
    for pair in match(before, after, delta).pairs:
        if pair.tier not in ("line", "reindented"):
            old, new = before[pair.before], after[pair.after]
            assert delta.place_after(old.path, old.line, loose=True) is None
            assert delta.is_fresh(new.path, new.line, loose=True)


@given(FINDINGS, FINDINGS, deltas(), st.randoms(use_true_random=False))
def test_order_does_not_matter(
    before: list[Finding], after: list[Finding], delta: Delta, luck: random.Random
) -> None:
    def told(olds: list[Finding], news: list[Finding]) -> list[tuple[str, str, str]]:
        pairs = match(olds, news, delta).pairs
        return sorted((repr(olds[p.before]), repr(news[p.after]), p.tier) for p in pairs)

    first = told(before, after)
    mixed_before, mixed_after = list(before), list(after)
    luck.shuffle(mixed_before)
    luck.shuffle(mixed_after)
    assert told(mixed_before, mixed_after) == first


@given(FINDINGS, st.integers(1, 30), st.integers(1, 9))
def test_lines_put_in_between_are_no_news(findings: list[Finding], at: int, count: int) -> None:
    lines = LineMap((Hunk(at, at, at, at + count),))
    delta = Delta(tuple(FileMap(path, path, lines, lines) for path in ("a.c", "b.c")))
    moved = [replace(f, line=f.line + count if f.line >= at else f.line) for f in findings]
    result = match(findings, moved, delta)
    assert not result.born
    assert not result.cured
    assert all(
        same_place(findings[p.before], moved[p.after], p.tier, delta)
        for p in result.pairs
        if findings[p.before].function == moved[p.after].function
    )


@given(FINDINGS)
def test_a_renamed_file_keeps_everything(findings: list[Finding]) -> None:
    ours = [replace(f, path="a.c") for f in findings]
    delta = Delta((FileMap("a.c", "new.c", LineMap(), LineMap()),))
    result = match(ours, [replace(f, path="new.c") for f in ours], delta)
    assert not result.born
    assert not result.cured


FUNCTION = (
    "int {name}(int cs)\n{{\n    int {var} = server_id(cs);\n    sink({var});\n    return 0;\n}}\n"
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(string.ascii_lowercase), unique=True, min_size=1, max_size=6),
    st.data(),
)
def test_shuffled_and_renamed_functions_bear_nothing(names: list[str], data: st.DataObject) -> None:
    """Real text, a real diff: reordered functions with other variables have no news."""
    old = [FUNCTION.format(name=f"fn_{name}", var="ipi") for name in names]
    order = data.draw(st.permutations(names))
    new = [FUNCTION.format(name=f"fn_{name}", var=f"v_{name}") for name in order]
    text_old, text_new = "".join(old), "".join(new)
    diff = difflib.unified_diff(text_old.split("\n"), text_new.split("\n"), lineterm="", n=0)
    lines = parse_hunks("\n".join(diff).encode())
    delta = Delta((FileMap("a.c", "a.c", lines, lines),))
    before = gate_toy.check(MemoryTree({"a.c": text_old.encode()})).findings
    after = gate_toy.check(MemoryTree({"a.c": text_new.encode()})).findings
    result = match(before, after, delta)
    assert len(before) == len(names)
    assert (result.born, result.cured) == ((), ())


def test_unmatched_when_code_and_kinds_differ() -> None:
    other = finding(rule="SPL101", fingerprint="y")
    assert match([finding()], [other], Delta()).pairs == ()


def test_equal_sinks_in_one_hunk_are_told_apart_by_text() -> None:
    lines = LineMap((Hunk(1, 9, 1, 9),))
    delta = Delta((FileMap("a.c", "a.c", lines, lines),))
    before = [finding(line=2, sink="sink(a);"), finding(line=4, sink="sink(b);")]
    after = [finding(line=3, sink="sink(b);"), finding(line=5, sink="sink(a);")]
    pairs = {(p.before, p.after) for p in match(before, after, delta).pairs}
    assert pairs == {(0, 1), (1, 0)}


@pytest.mark.parametrize(
    ("text", "gives"),
    [
        ("ipi = server_id(cs); /* why(not) */", ("server_id",)),
        ("n = spapr->max_server;", ("max_server",)),
        ("if (cs->cpu_index < n)", ("cpu_index",)),
        ("n = m", "n=m"),
    ],
)
def test_producer_without_locals(text: str, gives: object) -> None:
    assert producer(Step("a.c", 1, 1, text)) == gives


def test_each_old_way_accounts_for_one_new() -> None:
    one = finding()
    way = one.ways[0]
    other = Way(replace(way.source, line=30), way.trace, "flowed")
    assert match_ways(one, replace(one, ways=(way, other)), Delta()) == (0, None)
    assert match_ways(replace(one, ways=(way, other)), one, Delta()) == (0,)


def test_raw_records() -> None:
    zero, one = "0" * 40, "1" * 40
    records = (
        f":100644 100644 {one} {one} R090\0a b\0c\nd\0:000000 100644 {zero} {one} A\0new\0"
        f":100644 120000 {one} {one} T\0link\0:100644 000000 {one} {zero} D\0gone\0"
        f":100644 100755 {one} {one} C100\0from\0to\0"
    )
    told = [(c.status, c.old_path, c.new_path) for c in parse_raw(records.encode())]
    assert told == [
        ("R", "a b", "c\nd"),
        ("A", "", "new"),
        ("D", "link", ""),
        ("A", "", "link"),
        ("D", "gone", ""),
        ("A", "", "to"),
    ]


def with_way(item: Finding, *steps: tuple[str, str]) -> Finding:
    """The finding, its way told by text and note of each step."""
    made = tuple(
        Step(item.path, item.line + n, 1, text, note) for n, (text, note) in enumerate(steps)
    )
    return replace(item, ways=(Way(made[0], made, "flowed"),))


def put(path: str, *hunks: Hunk) -> Delta:
    """A change of one file."""
    return Delta((FileMap(path, path, LineMap(hunks), LineMap(hunks)),))


def test_a_callee_of_another_name_takes_the_same_number() -> None:
    """As QEMU 28976c99cf did: the line is new, its hunk and what gives the number are not."""
    source = ("static void set(void *o, int n)", "OpaqueClass.set is irq.id")
    old = with_way(finding(line=20, fingerprint="x"), source, ("ics_simple_set(ics, n);", ""))
    new = with_way(finding(line=20, fingerprint="y"), source, ("ics_set(ics, n);", ""))
    told = match([old], [new], put("a.c", Hunk(20, 21, 20, 21)))
    assert [pair[:2] for pair in told.pairs] == [(0, 0)]
    other = replace(new, wanted="ipi.id")
    assert match([old], [other], put("a.c", Hunk(20, 21, 20, 21))).born == (0,)


def test_a_loop_moved_into_another_function_takes_its_finding_along() -> None:
    """As QEMU 0b0e52b131 did: another callee, another function, the loop as it was."""
    steps = [
        ("n = spapr_max_server_number(spapr);", "spapr_max_server_number() is server.bound"),
        ("for (i = 0; i < n; ++i) {", "loop up to server.bound"),
    ]
    old = with_way(finding(line=20, function="f", fingerprint="x"), *steps, ("claim(x, i);", ""))
    new = with_way(
        finding(line=60, function="g", fingerprint="y"), *steps, ("c->claim_irq(y, i);", "")
    )
    delta = put("a.c", Hunk(18, 24, 18, 18), Hunk(64, 64, 58, 64))
    assert [pair[:2] for pair in match([old], [new], delta).pairs] == [(0, 0)]
    steps[1] = ("for (j = 8; j < n; ++j) {", "loop up to server.bound")
    new = with_way(new, *steps, ("c->claim_irq(y, j);", ""))
    assert match([old], [new], delta).born == (0,)


def test_the_same_producer_in_another_call_is_no_new_way() -> None:
    note = "spapr_max_server_number() is server.bound"
    sink = ("cells(n);", "")
    old = with_way(
        finding(line=20), ("irq->dt(spapr, spapr_max_server_number(spapr));", note), sink
    )
    new = with_way(finding(line=20), ("irq_dt(spapr, spapr_max_server_number(spapr));", note), sink)
    hunk = Hunk(20, 21, 20, 21)
    assert match_ways(old, new, put("a.c", hunk)) == (0,)
    other = with_way(
        new, ("irq_dt(spapr, kvm_arch_vcpu_id(cs));", "kvm_arch_vcpu_id() is x.id"), sink
    )
    assert match_ways(old, other, put("a.c", hunk)) == (None,)
