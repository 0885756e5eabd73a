"""GitHub annotations, JUnit, mail, HTML, and what makes a run fail."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
from hypothesis import given

from spapr_lint.findings import Ledger, Report, Way
from spapr_lint.report import FORMATS, View, exit_code, render
from spapr_lint.report.view import fails
from tests.report.samples import REPORT, SINK, SOURCE, finding, line_of, reports

VIEW = View(line=line_of, version="1")
NAMED = finding(severity="info", ways=(Way(SOURCE, (SINK,), "named"),))


def test_an_annotation_escapes_what_would_end_it() -> None:
    one = finding(path="a,b:c%.py", message="50%\nnext", end_column=19)
    line = render("github", Report((one,)), VIEW).splitlines()[0]
    head, _, data = line.removeprefix("::").partition("::")
    assert head == (
        "error file=a%2Cb%3Ac%25.py,line=12,endLine=12,col=17,endColumn=19,title=SPL101"
    )
    assert data.startswith("50%25%0Anext%0Amodel/machine.py:4: ")


def test_an_annotation_of_several_lines_has_no_columns() -> None:
    line = render("github", Report((finding(end_line=13),)), VIEW).splitlines()[0]
    assert "col=" not in line


@given(reports)
def test_every_annotation_is_one_command_on_one_line(report: Report) -> None:
    ledger = report.ledger
    unseen = len(ledger.not_parsed) + len(ledger.not_translated) + len(ledger.limits_hit)
    lines = render("github", report, VIEW).split("\n")
    assert len(lines) == len(report.findings) + unseen + 2
    assert all(line.startswith("::") for line in lines[:-1])


@given(reports)
def test_junit_is_well_formed_and_counts_right(report: Report) -> None:
    suite = ET.fromstring(render("junit", report, VIEW).encode())[0]
    cases = suite.findall("testcase")
    assert len(cases) == max(1, len(report.findings)) == int(suite.attrib["tests"])
    failed = sum(fails(one, "error") for one in report.findings)
    assert len(suite.findall("testcase/failure")) == failed == int(suite.attrib["failures"])


def test_junit_fails_only_on_what_fails_the_run() -> None:
    warning = REPORT.findings[1]
    assert "<failure" not in render("junit", Report((warning,)), VIEW)
    assert "<failure" in render("junit", Report((warning,)), VIEW._replace(fail_on="warning"))


def test_mail_breaks_prose_and_never_source() -> None:
    message = "a number of one space goes where a number of quite another one is wanted " * 2
    text = render("mail", Report((finding(message=message),)), VIEW)
    assert "    cells = [0, nr]\n" in text
    assert "    n = spapr_max_server_number(spapr)\n" in text
    assert max(len(line) for line in text.splitlines()) <= 76


@given(reports)
def test_mail_is_ascii(report: Report) -> None:
    assert render("mail", report, VIEW).isascii()


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
        assert not any(name in ("src", "href") for name, _ in attrs)  # type: ignore[attr-defined]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@given(reports)
def test_html_is_balanced_and_loads_nothing(report: Report) -> None:
    tags = _Tags()
    tags.feed(render("html", report, VIEW))
    assert not tags.open
    assert "script" not in tags.seen


def test_html_escapes_source() -> None:
    one = finding(message="<script>alert(1)</script>")
    assert "<script" not in render("html", Report((one,)), VIEW)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_takes_an_empty_report(form: str) -> None:
    assert render(form, Report(), VIEW).endswith("\n")


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_tells_what_was_not_seen(form: str) -> None:
    assert "unresolved" in (text := render(form, REPORT, VIEW)) or "not resolved" in text


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(KeyError):
        render("view", REPORT, VIEW)


def test_exit_codes() -> None:
    error, warning = REPORT.findings
    assert exit_code(Report()) == 0
    assert exit_code(Report((error,))) == 1
    assert exit_code(Report((warning, NAMED))) == 0
    assert exit_code(Report((warning,)), "warning") == 1
    assert exit_code(Report((NAMED,)), "warning") == 0
    assert exit_code(Report((NAMED,)), "info") == 1
    assert exit_code(Report((error,)), "never") == 0
    blind = Ledger(unresolved_calls=1)
    assert exit_code(Report((error,), blind)) == 1
    assert exit_code(Report((error,), blind), strict=True) == 3
    assert exit_code(Report((error,)), strict=True) == 1


def test_a_name_alone_never_fails_a_run_by_default() -> None:
    guess = finding(ways=(Way(SOURCE, (SINK,), "named"),))
    assert not fails(guess, "error")
