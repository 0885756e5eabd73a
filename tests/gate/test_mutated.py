"""Thousands of damaged mails and patches: one clear sentence or an answer, never a traceback.

``SPAPR_LINT_FUZZ`` multiplies the number of examples.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import gate_toy
import pytest
from gate_repo import BAD, CLEAN, FILLER, Repo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mails import formatted, mbox, series

from spapr_lint.errors import UserError
from spapr_lint.gate import fragments, git, letters, thread
from spapr_lint.gate.mail import read_mails
from spapr_lint.gate.series import examine
from spapr_lint.gate.trees import Objects

TIMES = int(os.environ.get("SPAPR_LINT_FUZZ", "1"))
PIECES = (
    b"\n", b"\r\n", b"\0", b"=", b"=?utf-8?b?", b"?=", b"From ", b">From ", b"--- ", b"+++ b/",
    b"@@ -1,3 +1,4 @@", b"@@ -0,0 +1 @@", b"diff --git a/x b/x\n", b"rename from ", b"\xff\xfe",
    b"GIT binary patch\n", b"Subject: [PATCH 9/3]", b"Subject: [PATCH v9999 0/0]", b"../", b"-- \n",
    b"Content-Type: multipart/mixed; boundary=x\n", b"Content-Transfer-Encoding: base64\n",
    b"charset=utf-16", b"In-Reply-To: <t-3>\n", b"base-commit: 0123456789abcdef\n", b"\x1b[2J",
    b"similarity index 100%\n", b"new file mode 120000\n", b"deleted file mode 100644\n", b"---\n",
    b"old mode 100644\nnew mode 160000\n", b"Binary files a/x and b/x differ\n", b"/dev/null",
)  # fmt: skip


def mutated(data: bytes, luck: random.Random) -> bytes:
    """The data with a few bytes, words or lines cut, doubled, swapped or put in."""
    changed = bytearray(data)
    for _ in range(luck.randint(1, 6)):
        at = luck.randrange(len(changed) + 1)
        end = min(len(changed), at + luck.choice((1, 1, 4, 30, 300, 3000)))
        what = luck.randrange(5)
        if what == 0:
            del changed[at:end]
        elif what == 1:
            changed[at:at] = changed[at:end]
        elif what == 2:
            changed[at:at] = luck.choice(PIECES)
        elif what == 3 and at < len(changed):
            changed[at] = luck.randrange(256)
        else:
            lines = bytes(changed).split(b"\n")
            one, other = luck.randrange(len(lines)), luck.randrange(len(lines))
            lines[one], lines[other] = lines[other], lines[one]
            changed = bytearray(b"\n".join(lines))
    return bytes(changed)


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A base and two patches, one of them with a rename."""
    repo = Repo(tmp_path_factory.mktemp("mutated") / "repo")
    repo.commit("base", {"a.c": CLEAN + FILLER, "b.c": CLEAN})
    repo.git("branch", "base")
    repo.commit("add the claim", {"b.c": CLEAN + BAD})
    repo.git("mv", "a.c", "sub.c")
    repo.commit("rename", {"sub.c": FILLER + CLEAN})
    repo.git("checkout", "-q", "base")
    return repo


@pytest.fixture(scope="module")
def samples(sender: Repo) -> list[bytes]:
    """The series in several shapes."""
    mails = series(sender, "base..main", "v2")
    encoded = [m.but(encoding="base64") for m in mails]
    quoted = [m.but(encoding="quoted-printable", charset="iso-8859-1") for m in mails]
    plain = formatted(sender, "base..main")
    return [
        mbox(*mails),
        mbox(*encoded),
        mbox(*quoted),
        plain,
        formatted(sender, "base..main", "--attach"),
    ]


def clear(error: UserError) -> None:
    """Whatever is wrong is said in one line."""
    assert str(error)
    assert "\n" not in str(error)


def seeds(number: int) -> Iterator[random.Random]:
    """That many different, repeatable sources of luck."""
    for seed in range(number * TIMES):
        yield random.Random(seed)


def test_mutated_mails_are_read_or_refused(samples: list[bytes]) -> None:
    """2000 mails through the parser and the ordering."""
    read = 0
    for luck in seeds(2000):
        data = mutated(luck.choice(samples), luck)
        try:
            found = thread.order(read_mails(data, "x"), "x")
        except UserError as error:
            clear(error)
        else:
            read += 1
            assert found.patches
    assert 200 * TIMES < read < 2000 * TIMES


def test_mutated_series_apply_or_are_refused(
    sender: Repo, samples: list[bytes], nothing_left: Path
) -> None:
    """150 series through git and the gate: the repository stays as it is, nothing is left."""
    before = sender.state()
    answers = 0
    for luck in seeds(150):
        data = mutated(luck.choice(samples), luck)
        try:
            with sender.opened() as (repository, objects):
                made = letters.mail_plan(
                    repository, thread.order(read_mails(data, "x"), "x"), "base"
                )
                report = examine(made, objects, gate_toy.check)
        except UserError as error:
            clear(error)
        else:
            answers += 1
            assert len(report.patches) == len(made.patches)
        assert os.listdir(nothing_left) == []
    assert sender.state() == before
    assert 10 * TIMES < answers < 150 * TIMES


def test_mutated_bare_patches(samples: list[bytes]) -> None:
    """60 series without a tree."""
    answers = 0
    for luck in seeds(60):
        data = mutated(luck.choice(samples), luck)
        try:
            found = thread.order(read_mails(data, "x"), "x")
        except UserError:
            continue
        with git.created() as repository:
            objects = Objects(repository)
            try:
                report = examine(letters.bare_plan(repository, found), objects, gate_toy.check)
                assert report.fragments
                answers += 1
            except UserError as error:
                clear(error)
            finally:
                objects.close()
    assert answers


@settings(max_examples=300 * TIMES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=30)), max_size=40))
def test_any_bytes_are_read_or_refused(parts: list[bytes]) -> None:
    data = b"".join(parts)
    for head in (
        b"",
        b"From: a@b\nSubject: [PATCH] x\n",
        b"From x Thu Jan  1 00:00:00 1970\nDate: x\n",
    ):
        try:
            thread.order(read_mails(head + data, "x"), "x")
        except UserError as error:
            clear(error)


@settings(max_examples=300 * TIMES, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=30)), max_size=40))
def test_any_bytes_are_hunks_or_not(parts: list[bytes]) -> None:
    for file in fragments.parse(b"--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,2 @@\n" + b"".join(parts)):
        assert not {"..", ".git", ""} & set(file.new_path.split("/")) or not file.new_path


def test_deep_nesting_is_refused_or_read() -> None:
    part = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"
    data = b"From: a\nSubject: [PATCH] x\nMIME-Version: 1.0\n"
    data += b"".join(part % (n, n) for n in range(3000))
    with pytest.raises(UserError):
        thread.order(read_mails(data, "x"), "x")


def test_a_loop_of_replies_ends() -> None:
    mail = b"From x Thu Jan  1 00:00:00 1970\nFrom: a\nSubject: [PATCH %d/2] x\n"
    mail += b"Message-ID: <%d@x>\nIn-Reply-To: <%d@x>\n\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n\n"
    found = thread.order(read_mails(mail % (1, 1, 2) + mail % (2, 2, 1), "x"), "x")
    assert [patch.number for patch in found.patches] == [1, 2]


def test_long_lines_take_no_time() -> None:
    data = b"From: a\nSubject: " + b"[" * 100_000 + b"\n\n--- " + b"a" * 1_000_000 + b"\n+++ b\n"
    assert thread.order(read_mails(data, "x"), "x").patches
