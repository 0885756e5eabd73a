"""The answer in every format, on one series that shows every state."""

from __future__ import annotations

import email
import json
import mailbox
from pathlib import Path
from xml.etree import ElementTree

import gate_toy
import pytest
from gate_repo import BAD, CLEAN, FILLER, GOOD, Repo
from mails import Sent, mbox, series

from spapr_lint.gate import formats, letters, thread
from spapr_lint.gate.mail import read_mails
from spapr_lint.gate.series import examine
from spapr_lint.gate.verdict import GateReport, exit_code
from spapr_lint.report import FORMATS
from spapr_lint.report.view import View

HELPER = "void helper(int n)\n{\n    sink(n);\n}\n"
CALLER = "void caller(int cs)\n{\n    helper(server_id(cs));\n}\n"


@pytest.fixture
def every(repo: Repo) -> GateReport:
    """One finding in each state."""
    repo.commit(
        "base",
        {
            "old.c": BAD.replace("claim", "old_claim"),
            "cured.c": BAD.replace("claim", "cured_claim"),
            "moved.c": BAD.replace("claim", "moved_claim") + FILLER,
            "worse.c": HELPER + CALLER,
        },
    )
    repo.commit("adds two", {"new.c": BAD.replace("claim", "new_claim"), "short.c": BAD})
    repo.git("mv", "moved.c", "there.c")
    again = CALLER.replace("caller", "again")
    repo.commit("moves and worsens", {"worse.c": HELPER + CALLER + again})
    repo.commit("mends", {"cured.c": GOOD.replace("claim", "cured_claim"), "short.c": GOOD})
    return repo.gate("HEAD~3..HEAD")


def test_states(every: GateReport) -> None:
    told = {verdict.finding.path: verdict.state for verdict in every.verdicts}
    assert told == {
        "new.c": "alive",
        "worse.c": "worsened",
        "short.c": "cured-later",
        "cured.c": "cured",
        "there.c": "moved",
        "old.c": "old",
    }


def test_text(every: GateReport) -> None:
    text = formats.render("text", every, View())
    lines = text.split("\n")
    assert "new.c:5:5: SPL102 server.id used where lisn.id is wanted" in lines
    assert "    +    sink(ipi);" in lines
    assert any(line.startswith("  born at patch 1/3 (") and "adds two" in line for line in lines)
    assert any("not cured" in line and "old.c:5" in line for line in lines)
    assert any("worsened at patch 2/3" in line and "again" not in line for line in lines)
    assert "patch  1  2  3  state" in lines
    rows = {line.split()[-1]: line.split()[:3] for line in lines if line.startswith("       ")}
    assert rows["short.c:5"] == ["+", "=", "-"]
    assert rows["cured.c:5"] == ["=", "=", "-"]
    assert rows["there.c:5"] == ["=", ">", "="]
    assert rows["worse.c:3"] == ["=", "!", "="]
    assert not any("old.c:5:5" in line for line in lines)
    assert "old.c:5:5" in formats.render("text", every, View(), with_old=True)
    assert text.endswith("3 patches: 1 alive, 1 worsened, 1 cured-later, 1 cured, 1 moved.\n")


def test_json(every: GateReport) -> None:
    data = json.loads(formats.render("json", every, View()))
    assert data["version"] == 1
    by_path = {finding["path"]: finding for finding in data["findings"]}
    assert set(by_path) == {"new.c", "worse.c", "short.c", "cured.c", "there.c"}
    new = by_path["new.c"]
    commit = every.patches[0].commit
    assert new["born"] == {
        "patch": 1, "of": 3, "commit": commit, "subject": "adds two", "path": "new.c", "line": 5
    }  # fmt: skip
    assert new["cured"] is None
    assert new["trace"][-1]["line"] == 5
    assert by_path["cured.c"]["born"] is None
    assert by_path["cured.c"]["cured"]["patch"] == 3
    assert [f["path"] for f in by_path["cured.c"]["siblings"]] == ["new.c", "old.c", "there.c"]
    assert by_path["there.c"]["moved"][0]["patch"] == 2
    assert [patch["born"] for patch in data["patches"]] == [2, 0, 0]
    assert len(json.loads(formats.render("json", every, View(), True))["findings"]) == 6


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_written(every: GateReport, form: str) -> None:
    text = formats.render(form, every, View(version="1"))
    assert "new.c" in text
    assert "old_claim" not in text
    assert text == formats.render(form, every, View(version="1"))


def test_sarif_says_what_is_new(every: GateReport) -> None:
    log = json.loads(formats.render("sarif", every, View()))
    results = log["runs"][0]["results"]
    told = {
        r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]: r["baselineState"]
        for r in results
    }
    assert told == {"new.c": "new", "short.c": "new", "worse.c": "updated"}


def test_junit_is_xml_with_patches(every: GateReport) -> None:
    tree = ElementTree.fromstring(formats.render("junit", every, View()))
    said = ElementTree.tostring(tree, encoding="unicode")
    assert "born at patch 1/3 (adds two)" in said


def test_replies(every: GateReport, tmp_path: Path) -> None:
    """Three patches have something to be said about: three mails, each under its hunk."""
    path = tmp_path / "replies"
    path.write_text(formats.render("mail", every, View(version="1")))
    mails = list(mailbox.mbox(path))
    assert [mail["Subject"] for mail in mails] == [
        "Re: [PATCH 1/3] adds two",
        "Re: [PATCH 2/3] moves and worsens",
        "Re: [PATCH 3/3] mends",
    ]
    body = str(mails[0].get_payload())
    assert body.index("> +    sink(ipi);") < body.index("new.c:5: SPL102")
    assert all(len(line) <= 80 for line in body.split("\n"))
    assert "bisection" in body
    assert "old.c:5" in str(mails[2].get_payload())


def test_reply_to_a_mailed_patch(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.commit("add the claim", {"a.c": CLEAN + BAD})
    mails = series(repo, "HEAD~1..HEAD", "v3")
    evil = "A U Thor <author@example.com>\n Bcc: everybody@example.org"
    data = mbox(*(mail.but(author=evil) for mail in mails))
    repo.git("reset", "-q", "--hard", "HEAD~1")
    with repo.opened() as (repository, objects):
        found = thread.order(read_mails(data, "x"), "x")
        report = examine(letters.mail_plan(repository, found, None), objects, gate_toy.check)
    text = formats.render("mail", report, View(version="1"))
    reply = email.message_from_string(text)
    assert reply["Subject"] == "Re: [PATCH v3 1/1] add the claim"
    assert reply["In-Reply-To"] == "<t-1>"
    assert reply["Bcc"] is None
    assert reply.get_content_charset() == "utf-8"
    assert reply["To"] == "A U Thor <author@example.com>"
    assert "On Thu, 20 Aug 2020 15:45:47 +0200, A U Thor" in text
    assert "> +    sink(ipi);" in text
    data_json = json.loads(formats.render("json", report, View()))
    assert data_json["findings"][0]["born"]["commit"] is None


def test_reply_shows_the_finding_as_the_patch_has_it(repo: Repo) -> None:
    """Also where a later patch moved it, and to an author whose name is no ASCII."""
    repo.commit("base", {"a.c": FILLER})
    repo.commit("add the claim", {"a.c": FILLER + BAD})
    repo.commit("move it", {"a.c": FILLER, "b.c": BAD.replace("ipi", "ziffer")})
    mails = [m.but(author="=?utf-8?q?C=C3=A9dric?= <c@x.org>") for m in series(repo, "HEAD~2..")]
    repo.git("checkout", "-q", "HEAD~2")
    with repo.opened() as (repository, objects):
        found = thread.order(read_mails(mbox(*mails), "x"), "x")
        report = examine(letters.mail_plan(repository, found, None), objects, gate_toy.check)
    text = formats.render("mail", report, View(version="1"))
    line = FILLER.count("\n") + 5
    assert f"a.c:{line}: SPL102" in text
    assert "sink(ipi);" in text
    assert "ziffer" not in text
    head = email.message_from_string(text)
    assert head["To"] == "=?utf-8?q?C=C3=A9dric?= <c@x.org>"
    assert "Cédric <c@x.org> wrote:" in text


def test_exit_codes(every: GateReport, repo: Repo) -> None:
    assert exit_code(every) == 1
    assert exit_code(every, fail_on="never") == 0
    repo.commit("bad for a while", {"w.c": BAD.replace("claim", "w_claim")})
    repo.commit("better", {"w.c": None})
    report = repo.gate("HEAD~2..HEAD")
    assert exit_code(report) == 1
    assert exit_code(report, bisect=False) == 0
    repo.commit("calls", {"u.c": CLEAN.replace("lisn + 1", "known(lisn)")})
    repo.commit("blind", {"u.c": CLEAN.replace("lisn + 1", "unknown(lisn)")})
    report = repo.gate("HEAD~1..HEAD")
    assert (exit_code(report), exit_code(report, strict=True)) == (0, 3)
    assert exit_code(report, fail_on="warning") == 1


def test_nothing_to_say(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    repo.commit("more", {"a.c": BAD + CLEAN})
    report = repo.gate("HEAD~1..HEAD")
    assert formats.render("text", report, View()) == (
        "HEAD~1..HEAD, 1 patch: nothing added, nothing cured.\n"
    )
    assert formats.render("mail", report, View()) == "HEAD~1..HEAD: nothing added.\n"
    assert exit_code(report) == 0


def test_subjects_cannot_steer_a_terminal(repo: Repo) -> None:
    repo.commit("base", {"a.c": CLEAN})
    repo.write("a.c", CLEAN + BAD)
    repo.git("add", "-A")
    repo.git("commit", "-q", "-m", "\x1b[2J<script>alert(1)</script>")
    report = repo.gate("HEAD~1..HEAD")
    for form in FORMATS:
        text = formats.render(form, report, View())
        assert "\x1b" not in text
        assert "<script>alert" not in text or form not in ("html", "junit")


def test_bare_patches(repo: Repo) -> None:
    """Without a tree the hunks are looked at, and it is said that more context is wanted."""
    from spapr_lint.gate import git
    from spapr_lint.gate.trees import Objects

    repo.commit("base", {"a.c": FILLER + CLEAN})
    repo.commit("add the claim", {"a.c": FILLER + CLEAN + BAD})
    repo.commit("use it", {"a.c": FILLER + CLEAN + BAD.replace("return 0", "return 1")})
    mails: list[Sent] = series(repo, "HEAD~2..HEAD")
    found = thread.order(read_mails(mbox(*mails), "x"), "x")
    with git.created() as repository:
        objects = Objects(repository)
        report = examine(letters.bare_plan(repository, found), objects, gate_toy.check)
        objects.close()
    assert report.fragments
    (verdict,) = report.verdicts
    assert (verdict.state, verdict.born and verdict.born.patch) == ("alive", 1)
    assert verdict.finding.line == 5 + (FILLER + CLEAN).count("\n")
    assert "format-patch -W" in report.notes[-1]
    assert json.loads(formats.render("json", report, View()))["fragments"] is True
