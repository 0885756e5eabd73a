"""Which comment silences what, and what is said about a comment itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spapr_lint.findings import Finding, Step, Way
from spapr_lint.suppress import apply, layout

PY = "m.py"
C = "m.c"


def finding(line: int, *sources: int, path: str = PY, rule: str = "SPL101") -> Finding:
    sink = Step(path, line, 1, "sink")
    ways = [Way(Step(path, n, 1, "source"), (sink,), "flowed") for n in sources or (line,)]
    return Finding(
        rule, "m", path, line, 1, line, 2, "error", "ipi.count", "server.bound", tuple(ways)
    )


def rules(text: str, *found: Finding, path: str = PY) -> list[str]:
    return [f"{one.rule}:{one.line}" for one in apply(found, {path: text}).kept]


def test_a_code_with_a_reason_silences_its_line() -> None:
    result = apply([finding(1)], {PY: "x = f(n)  # noqa: SPL101 -- by design\n"})
    assert result.kept == ()
    assert [(one.line, one.reason) for one in result.suppressed] == [(1, "by design")]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: SPL101 -- why",
        "# NOQA:SPL101 -- why",
        "# noqa: E501,SPL101 -- why",
        "# noqa: E501 SPL101 -- why",
        "# noqa: SPL1 -- why",
        "# type: ignore  # noqa: SPL101 -- why",
        "# spapr-lint: SPL101 -- why",
        "# noqa",
        "# noqa: because",
        "# noqa SPL102",
    ],
)
def test_spellings_that_silence(comment: str) -> None:
    assert rules(f"x = f(n)  {comment}\n", finding(1)) == []


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa: E501",
        "# noqa: SPL102 -- why",
        "# spapr-lint is a tool",
        "# no noqa-like word here",
        '; s = "# noqa: SPL101 -- why"',
    ],
)
def test_spellings_that_do_not(comment: str) -> None:
    assert rules(f"x = f(n)  {comment}\n", finding(1)) == ["SPL101:1"]


def test_without_a_reason_it_silences_and_is_itself_reported() -> None:
    assert rules("x = f(n)  # noqa: SPL101\n", finding(1)) == ["SPL902:1"]
    assert rules("x = f(n)  # noqa: SPL101, SPL902\n", finding(1)) == []
    assert rules("x = f(n)  # noqa\n", finding(1)) == []


def test_any_line_of_the_statement_will_do() -> None:
    text = "a = 1\nx = f(\n    n,\n    m,  # noqa: SPL101 -- why\n)\nb = f(n)\n"
    for line in (2, 3, 4, 5):
        assert rules(text, finding(line)) == []
    assert rules(text, finding(1), finding(6)) == ["SPL101:1", "SPL101:6"]


def test_a_header_is_a_statement_of_its_own() -> None:
    text = "if f(n):  # noqa: SPL101 -- why\n    g(n)\n"
    assert rules(text, finding(1), finding(2)) == ["SPL101:2"]


def test_at_the_source_it_takes_only_that_way() -> None:
    text = "a = s()  # noqa: SPL101 -- why\nb = s()\nf(a or b)\n"
    assert rules(text, finding(3, 1)) == []
    kept = apply([finding(3, 1, 2)], {PY: text}).kept
    assert [way.source.line for way in kept[0].ways] == [2]


def test_a_bare_one_counts_only_where_the_finding_is() -> None:
    assert rules("a = s()  # noqa\nf(a)\n", finding(2, 1)) == ["SPL101:2"]


def test_flake8_silences_a_whole_file() -> None:
    assert rules("# flake8: noqa\n\nf(n)\n", finding(3)) == []
    assert rules("# flake8: noqa: E501\n\nf(n)\n", finding(3)) == ["SPL101:3"]


def test_one_that_does_nothing_is_told_only_when_all_was_seen() -> None:
    text = "x = f(n)  # noqa: SPL101 -- why\ny = 1  # noqa\n"
    assert apply([], {PY: text}).kept == ()
    told = apply([], {PY: text}, judged=lambda path, first, last: (path, first, last) == (PY, 1, 1))
    assert [one.rule for one in told.kept] == ["SPL901"]
    assert apply([], {PY: text}, judged=lambda *_: False).kept == ()
    assert apply([finding(1)], {PY: text}, judged=lambda *_: True).kept == ()


def test_a_text_cut_short_keeps_what_could_be_read() -> None:
    assert rules("x = f(n)  # noqa: SPL101 -- why\ny = (\n", finding(1)) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("f(n); /* spapr-lint: SPL101 -- why */\n", 1),
        ("f(n); // noqa: SPL101 -- why\n", 1),
        ("f(n); /* noqa */\n", 1),
        ("f(n); /*\n * spapr-lint: SPL101 -- why\n */\n", 1),
        ("f(a,\n  n); /* spapr-lint: SPL101 -- why */\n", 1),
        ("f(a, /* spapr-lint: SPL101 -- why */\n  n);\n", 2),
        ("f(n); /* spapr-lint: SPL101 --\n       * why it is so */\n", 1),
        ("int a[] = {\n  0,\n  n,\n}; /* spapr-lint: SPL101 -- why */\n", 3),
        ("if (f(a) &&\n    f(n)) { /* spapr-lint: SPL101 -- why */\n", 1),
        ("#define F(n) \\\n  g(n) /* spapr-lint: SPL101 -- why */\n", 2),
        ("for (i = 0; i < n; /* spapr-lint: SPL101 -- why */\n     i++) {\n", 2),
    ],
)
def test_c_statements(text: str, line: int) -> None:
    assert rules(text, finding(line, path=C), path=C) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("f(n);\ng(n); /* spapr-lint: SPL101 -- why */\n", 1),
        ("/* spapr-lint: SPL101 -- why */\nf(n);\n", 2),
        ("if (a) { /* spapr-lint: SPL101 -- why */\n  f(n);\n}\n", 2),
        ("case 1: /* spapr-lint: SPL101 -- why */\n  f(n);\n", 2),
        ("out: /* spapr-lint: SPL101 -- why */\n  f(n);\n", 2),
        ('f(n, "/* spapr-lint: SPL101 -- why */");\n', 1),
        ("f(n); /* see the noqa below */\n", 1),
    ],
)
def test_c_comments_that_stand_elsewhere(text: str, line: int) -> None:
    assert rules(text, finding(line, path=C), path=C) == [f"SPL101:{line}"]


def test_the_reason_of_a_c_comment_may_go_on() -> None:
    text = "f(n); /* spapr-lint: SPL101 -- the first\n       * and the second */\n"
    assert layout(C, text).marks[0].reason == "the first and the second"


@given(st.text("(){};:=,\"'\\/*#\n noqaSPL101-x", max_size=80), st.sampled_from([PY, C]))
def test_no_text_breaks_it_and_every_place_is_inside(text: str, path: str) -> None:
    # The comment is there so that the text is read at all.
    there = layout(path, text + "\n/* noqa */ # noqa\n")
    last = text.count("\n") + 3
    for mark in there.marks:
        assert 1 <= mark.line <= mark.end_line <= last
        assert mark.column >= 1
    for start, end in there.spans:
        assert 1 <= start <= end <= last
