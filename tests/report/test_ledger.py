"""What was not seen is told in every format, with its places, and fails a strict run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spapr_lint.findings import Ledger, Report, Unseen
from spapr_lint.report import FORMATS, View, exit_code, render
from spapr_lint.reports import packed, unpacked
from tests.doors.run import lint

LEDGER = Ledger(
    files=3,
    functions=9,
    not_parsed=(Unseen("broken.py", 7, "unexpected indent"),),
    not_translated=(Unseen("hw/odd.c", 30, "asm statement"),),
    unresolved_calls=2,
    limits_hit=(Unseen("deep.py", 5, "calls nested too deeply to follow"),),
)
CALLS = (Unseen("m.py", 3, "a call of f()"), Unseen("m.py", 9, "a call of g()"))
FULL = Ledger(3, 9, LEDGER.not_parsed, LEDGER.not_translated, 2, LEDGER.limits_hit, CALLS)
PLAIN = View()


def _plain(form: str, ledger: Ledger, view: View = PLAIN) -> str:
    return render(form, Report(ledger=ledger), view).replace("%3A", ":")


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_what_and_where(form: str) -> None:
    text = _plain(form, LEDGER)
    for entry in (*LEDGER.not_parsed, *LEDGER.not_translated, *LEDGER.limits_hit):
        assert entry.what in text
        assert entry.path in text
    assert "2 calls not resolved" in text or '"unresolved_calls": 2' in text


@pytest.mark.parametrize("form", FORMATS)
def test_calls_that_were_asked_for_have_places(form: str) -> None:
    text = _plain(form, FULL, View(whole_ledger=True))
    assert "a call of f()" in text
    assert "a call of g()" in text


@pytest.mark.parametrize("form", ["text", "mail", "github"])
def test_people_see_some_of_each_sort_unless_they_ask(form: str) -> None:
    many = Ledger(
        not_parsed=tuple(Unseen(f"p{n}.py", 1, "cut short") for n in range(50)),
        limits_hit=tuple(Unseen(f"l{n}.py", 1, "too deep") for n in range(50)),
    )
    short, whole = _plain(form, many), _plain(form, many, View(whole_ledger=True))
    assert (short.count("cut short"), short.count("too deep")) == (5, 5)
    assert "90 more entries; --ledger lists all" in " ".join(short.split())
    assert (whole.count("cut short"), whole.count("too deep")) == (50, 50)


def test_sarif_says_how_much_does_not_fit() -> None:
    many = Ledger(limits_hit=tuple(Unseen("l.py", n, "too deep") for n in range(1, 1500)))
    run = json.loads(render("sarif", Report(ledger=many), View()))["runs"][0]
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert len(notes) == 1002
    assert "499 more entries" in notes[-1]["message"]["text"]


def test_strict_fails_on_any_entry() -> None:
    assert exit_code(Report(), strict=True) == 0
    for ledger in (
        Ledger(not_parsed=LEDGER.not_parsed),
        Ledger(not_translated=LEDGER.not_translated),
        Ledger(unresolved_calls=1),
        Ledger(limits_hit=LEDGER.limits_hit),
    ):
        assert exit_code(Report(ledger=ledger), strict=True) == 3
        assert exit_code(Report(ledger=ledger)) == 0


def test_it_survives_being_remembered() -> None:
    assert unpacked(packed(Report(ledger=FULL))) == Report(ledger=FULL)


PROGRAM = """\
def use(table, cs):
    n = table.pick()(cs.cpu_index)
    return n


def other(table):
    return table["key"].run()
"""


def test_check_gives_the_places_on_request(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(PROGRAM)
    done = lint("check", "--format", "json", "m.py", cwd=tmp_path)
    ledger = json.loads(done.stdout)["ledger"]
    assert "unresolved" not in ledger
    done = lint("check", "--format", "json", "--ledger", "m.py", cwd=tmp_path)
    listed = json.loads(done.stdout)["ledger"]["unresolved"]
    assert len(listed) == ledger["unresolved_calls"] >= 2
    assert {(one["path"], one["line"]) for one in listed} == {("m.py", 2), ("m.py", 7)}
    assert "a call of run()" in {one["what"] for one in listed}
    text = lint("check", "--ledger", "m.py", cwd=tmp_path).stdout
    assert "  m.py:7: not resolved: a call of run()\n" in text
    assert lint("check", "--strict", "m.py", cwd=tmp_path).returncode == 3
    assert lint("check", "m.py", cwd=tmp_path).returncode == 0
