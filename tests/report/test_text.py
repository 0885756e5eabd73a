"""The text that people and their editors read."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given

from spapr_lint.findings import Report, Unseen, Way
from spapr_lint.report import View, render
from spapr_lint.report.view import printable
from tests.report.samples import LINES, REPORT, SINK, SOURCE, finding, findings, line_of, reports

VIEW = View(line=line_of)
FIRST = """\
model/xive.py:12:17: SPL101 server number sizes an IPI range
   12 |     cells = [0, nr]
      |                 ^^
  error (declared): server.bound where ipi.count is wanted
  way:
    model/machine.py:4: n = spapr_max_server_number(spapr)
        gives server.bound
    model/machine.py:5: dt_xive(fdt, n)
        argument nr
    model/xive.py:12: cells = [0, nr]
        cell 1 of ibm,xive-lisn-ranges
  fix: use spapr->max_cpus
  seen on: smp 1,maxcpus=513, vsmt 8
"""
LAST = """\
2 findings (1 error, 1 warning) in 3 files, 21 functions, 1 suppressed.
Not seen: 1 file not parsed, 2 constructs not translated, 2 calls not resolved.
  broken.py:7: not parsed: unexpected indent
  hw/odd.c:30: not translated: asm statement
  hw/odd.c:31: not translated: goto *p
"""


def test_a_finding_has_its_line_its_excerpt_and_its_way() -> None:
    text = render("text", REPORT, VIEW)
    assert text.startswith(FIRST)
    assert text.endswith("\n\n" + LAST)


def test_steps_on_one_line_stand_together() -> None:
    steps = (SOURCE, replace(SOURCE, note="passed on"), SINK)
    text = render("text", Report((finding(ways=(Way(SOURCE, steps, "flowed"),)),)), VIEW)
    assert text.count("n = spapr_max_server_number(spapr)") == 1
    assert "        gives server.bound\n        passed on\n" in text


def test_every_other_way_names_its_source() -> None:
    text = render("text", REPORT, VIEW)
    assert "    also from model/machine.py:5: dt_xive(fdt, n)\n" in text


def test_the_source_is_put_in_front_of_a_trace_that_lacks_it() -> None:
    text = render("text", Report((REPORT.findings[1],)), VIEW)
    assert text.count("n = spapr_max_server_number(spapr)") == 1


def test_a_tab_stays_a_tab_before_the_caret() -> None:
    one = finding(path="tabs.c", line=3, column=13, end_line=3, end_column=15)
    lines = render("text", Report((one,)), VIEW).splitlines()
    assert lines[1] == "    3 | " + LINES["tabs.c", 3]
    assert lines[2] == "      | \t          \t^^"


def test_a_finding_over_several_lines_is_marked_to_the_end_of_its_first() -> None:
    one = finding(end_line=14, end_column=2)
    assert "      |                 ^^^\n" in render("text", Report((one,)), VIEW)


def test_colours_only_where_they_are_wanted() -> None:
    assert "\x1b" not in render("text", REPORT, VIEW)
    colored = render("text", REPORT, VIEW._replace(color=True))
    assert "\x1b" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render("text", REPORT, VIEW)


def test_nothing_found_says_how_much_was_looked_at() -> None:
    assert render("text", Report(), VIEW) == "No findings in 0 files, 0 functions.\n"


def test_a_long_ledger_is_cut_and_says_so() -> None:
    ledger = REPORT.ledger.__class__(limits_hit=tuple(Unseen("a.c", n, "x") for n in range(30)))
    text = render("text", Report(ledger=ledger), VIEW)
    assert text.count("a.c:") == 5
    assert text.endswith("  and 25 more entries; --ledger lists all\n")


def test_source_text_cannot_steer_the_terminal() -> None:
    assert printable("a\x1b[2Jb\u202ec\td") == "a\\x1b[2Jb\\u202ec\td"


@given(reports)
def test_nothing_but_printable_characters_comes_out(report: Report) -> None:
    text = render("text", report, VIEW)
    assert all(c.isprintable() or c in "\t\n" for c in text)


@given(findings)
def test_one_line_a_finding_is_for_the_editor(one: object) -> None:
    text = render("text", Report((one,)), VIEW)  # type: ignore[arg-type]
    place = re.compile(r"^(?! ).*:\d+:\d+: SPL\d{3} ")
    own = [line for line in text.splitlines() if place.match(line)]
    assert len(own) <= 1
