"""The file of known findings: what it silences, what it must not, and what a damaged one says."""

from __future__ import annotations

from dataclasses import replace

import gate_toy
import pytest
from gate_repo import BAD

from spapr_lint.errors import UserError
from spapr_lint.findings import Report
from spapr_lint.gate import baseline
from spapr_lint.tree import MemoryTree

TWO = {"a.c": BAD, "b.c": BAD.replace("claim", "other")}


def report(texts: dict[str, str]) -> Report:
    """The toy's report on these files."""
    return gate_toy.check(MemoryTree({name: text.encode() for name, text in texts.items()}))


def left(texts: dict[str, str], known: baseline.Baseline) -> list[str]:
    """Where something is found that the baseline does not know."""
    found = baseline.without_known(report(texts), known, lambda path: path in texts)
    return [finding.path for finding in found.findings]


def test_written_and_read_again() -> None:
    known = baseline.from_report(report(TWO))
    text = baseline.write(known)
    assert baseline.read(text, "x") == known
    assert text.endswith("\n")
    assert text == baseline.write(baseline.read(text, "x"))


def test_knows_what_it_lists_and_nothing_else() -> None:
    known = baseline.from_report(report(TWO))
    assert left(TWO, known) == []
    assert left({**TWO, "c.c": BAD.replace("claim", "third")}, known) == ["c.c"]
    twice = BAD.replace("    sink(ipi);\n", "    sink(ipi);\n    sink(ipi);\n")
    assert left({**TWO, "a.c": twice}, known) == ["a.c"]


def test_follows_code_within_a_file_and_a_renamed_file() -> None:
    known = baseline.from_report(report(TWO))
    assert left({"a.c": "\n\n" + TWO["a.c"], "b.c": TWO["b.c"]}, known) == []
    assert left({"new.c": TWO["a.c"], "b.c": TWO["b.c"]}, known) == []


def test_one_mended_does_not_make_the_other_new() -> None:
    """Fingerprints hold the ordinal among equals: with the first gone, the second has another."""
    known = baseline.from_report(report(TWO))
    assert left({"a.c": "", "b.c": TWO["b.c"]}, known) == []


def test_another_file_that_exists_keeps_its_entry() -> None:
    known = baseline.from_report(report({"a.c": BAD}))
    assert left({"a.c": "", "z.c": BAD.replace("claim", "z")}, known) == ["z.c"]


def test_pruned() -> None:
    known = baseline.from_report(report(TWO))
    now = report({"a.c": "", "b.c": TWO["b.c"]})
    kept = baseline.pruned(now, known, lambda _: True)
    assert [entry.path for entry in kept.known] == ["b.c"]


def test_odd_names_survive() -> None:
    finding = replace(report(TWO).findings[0], path="lat\udce9in.c")
    known = baseline.from_report(Report((finding,)))
    assert baseline.read(baseline.write(known), "x") == known


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("[]", "no baseline"),
        ('{"version": 1}', "no baseline"),
        ('{"version": 2, "findings": []}', "version 2"),
        ('{"version": 1, "findings": [1]}', "no object"),
        ('{"version": 1, "findings": [{"path": "x"}]}', "without a fingerprint"),
        ('{"version": 1, "findings": [{"fingerprint": 7}]}', "no text"),
    ],
)
def test_damaged_ones_are_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        baseline.read(text, "known.json")
    assert str(caught.value).startswith("known.json: ")
    assert "\n" not in str(caught.value)
