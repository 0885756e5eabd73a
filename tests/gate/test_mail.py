"""Mail as people have it: every shape gives the same series."""

from __future__ import annotations

import gzip
from pathlib import Path

import gate_toy
import pytest
from gate_repo import BAD, CLEAN, FILLER, Repo, life, only, states
from mails import Sent, formatted, mbox, series

from spapr_lint.errors import UserError
from spapr_lint.gate import letters, thread
from spapr_lint.gate.apply import ApplyError
from spapr_lint.gate.mail import MailError, read_mails
from spapr_lint.gate.series import examine
from spapr_lint.gate.thread import Series
from spapr_lint.gate.verdict import GateReport


@pytest.fixture
def sender(tmp_path: Path) -> Repo:
    """A base and three patches on a branch: prepare, add a fault, move it away."""
    repo = Repo(tmp_path / "sender")
    repo.commit("base", {"a.c": CLEAN + FILLER, "b.c": CLEAN})
    repo.git("branch", "base")
    repo.commit("prepare", {"b.c": CLEAN + "/* Ä */\n"})
    repo.commit("add the claim", {"a.c": CLEAN + FILLER + BAD})
    repo.commit("move it", {"a.c": CLEAN + FILLER, "b.c": CLEAN + "/* Ä */\n" + BAD})
    repo.git("checkout", "-q", "base")
    return repo


def titles(data: bytes) -> list[str]:
    """The subjects of the series in order."""
    return [mail.title for mail in parsed(data).patches]


def parsed(data: bytes) -> Series:
    """The series in a file's content."""
    return thread.order(read_mails(data, "x.mbox"), "x.mbox")


def gate(repo: Repo, data: bytes, base: str | None = None) -> GateReport:
    """The gate's answer on mails."""
    with repo.opened() as (repository, objects):
        return examine(
            letters.mail_plan(repository, parsed(data), base),
            objects,
            gate_toy.check,
            with_old=True,
        )


WANTED = ["prepare", "add the claim", "move it"]


def assert_right(repo: Repo, data: bytes) -> None:
    """The series is complete, in order, applies, and its fault is told."""
    assert titles(data) == WANTED
    before = repo.state()
    report = gate(repo, data)
    verdict = only(report)
    assert (verdict.state, life(verdict)) == ("alive", [(2, "born"), (3, "moved")])
    assert [patch.commit for patch in report.patches] == [None] * 3
    assert repo.state() == before


def test_format_patch(sender: Repo) -> None:
    assert_right(sender, formatted(sender, "base..main"))


def test_format_patch_with_cover_and_threads(sender: Repo) -> None:
    assert_right(sender, formatted(sender, "base..main", "--cover-letter", "--thread", "-v3"))


def test_separate_files(sender: Repo, tmp_path: Path) -> None:
    out = tmp_path / "out"
    sender.git("format-patch", "-q", "-o", str(out), "base..main")
    names = [str(name) for name in sorted(out.iterdir(), reverse=True)]
    assert [mail.title for mail in letters.read_series(names).patches] == WANTED


@pytest.mark.parametrize("encoding", ["8bit", "quoted-printable", "base64"])
def test_transfer_encodings(sender: Repo, encoding: str) -> None:
    assert_right(sender, mbox(*(m.but(encoding=encoding) for m in series(sender, "base..main"))))


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-16", "windows-1252"])
def test_charsets(sender: Repo, charset: str) -> None:
    """What the list's software turned into another charset applies to files in UTF-8."""
    mails = [
        m.but(body=m.body.decode().encode(charset), charset=charset, encoding="base64")
        for m in series(sender, "base..main")
    ]
    assert_right(sender, mbox(*mails))


def test_unknown_charset_is_taken_as_it_is(sender: Repo) -> None:
    assert_right(sender, mbox(*(m.but(charset="x-klingon") for m in series(sender, "base..main"))))


def test_crlf_mbox(sender: Repo) -> None:
    assert_right(sender, mbox(*series(sender, "base..main")).replace(b"\n", b"\r\n"))


def test_gzipped(sender: Repo) -> None:
    assert_right(sender, gzip.compress(mbox(*series(sender, "base..main"))))


def test_mailman_archive(sender: Repo) -> None:
    line = "From author at example.com  Thu Aug 20 15:45:47 2020"
    mails = [m.but(author="author at example.com (A U Thor)") for m in series(sender, "base..main")]
    assert_right(sender, mbox(*mails, line=line))


def test_out_of_order_with_replies_and_reviews(sender: Repo) -> None:
    cover, one, two, three = series(sender, "base..main", "v3")
    quoted = b"\n".join(b"> " + line for line in two.body.split(b"\n"))
    review = Sent(
        f"Re: {two.subject}",
        b"On Thu wrote:\n" + quoted + b"\nNo.\n",
        "r1",
        two.message_id,
        "R <r@x>",
    )
    idea = review.but(message_id="r2", body=b"Rather so:\n\n" + one.body)
    german = review.but(message_id="r3", subject=f"AW: {two.subject}", body=one.body)
    assert_right(sender, mbox(three, review, one, idea, cover, german, two))


def test_list_s_copy_and_direct_copy(sender: Repo) -> None:
    mails = series(sender, "base..main")
    listed = [m.but(subject=f"[qemu-devel] {m.subject}") for m in mails]
    assert_right(sender, mbox(*mails, *listed))


@pytest.mark.parametrize(
    "mark", ["[PATCH 5.2 v3 {}/3]", "[RFC PATCH v2 {}/3]", "[PULL {}/3]", "[ppc] [PATCH {}/03]"]
)
def test_marks(sender: Repo, mark: str) -> None:
    mails = [
        m.but(subject=f"{mark.format(n)} {m.subject.partition('] ')[2]}")
        for n, m in enumerate(series(sender, "base..main"))
    ]
    assert_right(sender, mbox(*reversed(mails)))


def test_sent_without_threading(sender: Repo) -> None:
    mails = [m.but(reply_to="") for m in series(sender, "base..main")]
    assert_right(sender, mbox(*reversed(mails)))


def test_encoded_subject(sender: Repo) -> None:
    cover, one, two, three = series(sender, "base..main")
    one = one.but(subject="=?utf-8?q?=5BPATCH_1/3=5D_prepare?=")
    assert_right(sender, mbox(cover, one, two, three))


def test_older_version_is_left_out(sender: Repo) -> None:
    old = [m.but(body=m.body.replace(b"int", b"long")) for m in series(sender, "base..main")]
    new = series(sender, "base..main", "v2", "u")
    assert_right(sender, mbox(*old, *new))
    assert "v1 is left out" in parsed(mbox(*old, *new)).notes[0]


def test_one_patch_sent_again_in_reply(sender: Repo) -> None:
    cover, one, two, three = series(sender, "base..main", "v3")
    broken = two.but(body=two.body.replace(b"int claim", b"long claim"))
    again = two.but(
        subject=two.subject.replace("v3", "v4"), message_id="again", reply_to=two.message_id
    )
    assert_right(sender, mbox(cover, one, broken, three, again))


def test_fixup_follows_its_patch(sender: Repo) -> None:
    mails = series(sender, "base..main")
    sender.git("checkout", "-q", "main~1")
    sender.commit("fixup! add the claim", {"c.c": CLEAN})
    body = formatted(sender, "HEAD", "-1").partition(b"\n\n")[2]
    sender.git("checkout", "-q", "base")
    fixup = Sent("[PATCH] fixup! add the claim", body, "f", mails[2].message_id)
    assert titles(mbox(*mails, fixup)) == [
        "prepare",
        "add the claim",
        "fixup! add the claim",
        "move it",
    ]
    assert states(gate(sender, mbox(*mails, fixup))) == {"alive": 1}


def test_somebody_else_s_patch_in_the_thread_is_left_out(sender: Repo) -> None:
    mails = series(sender, "base..main")
    other = mails[1].but(
        subject="[PATCH] my idea", message_id="o", reply_to="t-1", author="X <x@y>"
    )
    assert titles(mbox(*mails, other)) == WANTED
    assert "my idea" in parsed(mbox(*mails, other)).notes[0]


def test_second_version_of_a_single_patch(sender: Repo) -> None:
    _, one, *_ = series(sender, "base..main")
    first = one.but(subject="[PATCH] prepare", reply_to="", message_id="v1")
    second = one.but(subject="[PATCH v2] prepare", reply_to="v1", message_id="v2")
    for mails in ((first, second), (second, first), (first, second.but(reply_to=""))):
        (patch,) = parsed(mbox(*mails)).patches
        assert patch.version == (2, 0)


def test_missing_patch_is_told(sender: Repo) -> None:
    cover, one, _, three = series(sender, "base..main")
    assert parsed(mbox(cover, one, three)).notes == ("patch 2 of 3 is not in the mail",)


def test_mime_attachment_and_signature(sender: Repo) -> None:
    raw = formatted(sender, "base..main", "--attach")
    assert_right(sender, raw)
    assert_right(sender, formatted(sender, "base..main", "--inline"))


def test_digest_with_whole_mails_inside(sender: Repo) -> None:
    mails = series(sender, "base..main")
    parts = [b"--d\nContent-Type: message/rfc822\n\n" + mail.raw() for mail in mails]
    kind = b"MIME-Version: 1.0\nContent-Type: multipart/digest; boundary=d\n\n"
    head = b"From: list@x\nSubject: digest\n" + kind
    assert_right(sender, head + b"\n".join(parts) + b"\n--d--\n")


def test_alternative_with_html(sender: Repo) -> None:
    mails = []
    for mail in series(sender, "base..main"):
        head, _, body = mail.raw().partition(b"\n\n")
        head = head.replace(b"text/plain; charset=utf-8", b'multipart/alternative; boundary="b"')
        html = b"--b\nContent-Type: text/html\n\n<pre>--- a/x\n+++ b/x\n</pre>\n"
        plain = b"--b\nContent-Type: text/plain; charset=utf-8\n\n" + body
        mails.append(
            b"From x Thu Jan  1 00:00:00 1970\n" + head + b"\n\n" + plain + html + b"--b--\n"
        )
    assert_right(sender, b"\n".join(mails))


def test_from_lines_in_messages(sender: Repo) -> None:
    mails = [
        m.but(body=b"From here on it is different.\n>From there too.\n" + m.body)
        for m in series(sender, "base..main")
    ]
    assert_right(sender, mbox(*mails))
    raw = b"\n".join(b"From a Thu Jan  1 00:00:00 1970\n" + m.raw() for m in mails)
    assert_right(sender, raw)


def test_diff_in_the_message_above_the_line(sender: Repo) -> None:
    mails = [
        m.but(body=m.body.replace(b"---\n", b"  diff --git a/x b/x\n  --- a/x\n---\n", 1))
        for m in series(sender, "base..main")
    ]
    assert_right(sender, mbox(*mails))


def test_plain_diffs(sender: Repo) -> None:
    for options in (("diff", "base", "main"), ("diff", "--no-prefix", "base", "main")):
        report = gate(sender, sender.git(*options).encode() + b"\n")
        assert states(report) == {"alive": 1}


def test_git_show_output(sender: Repo) -> None:
    data = sender.git("show", "main~1").encode()
    assert titles(data) == ["add the claim"]
    assert states(gate(sender, data, "main~2")) == {"alive": 1}


def test_renames_modes_and_binaries(sender: Repo) -> None:
    sender.git("checkout", "-q", "-b", "odd")
    sender.write("image.png", b"\x89PNG\0\1\2")
    sender.git("mv", "a.c", "z.c")
    sender.commit("odd", {"b.c": CLEAN + BAD})
    (sender.path / "b.c").chmod(0o755)
    sender.git("rm", "-q", "--cached", "image.png")
    sender.commit("odder")
    sender.git("checkout", "-q", "-f", "base")
    data = formatted(sender, "base..odd", "--binary")
    assert states(gate(sender, data, "base")) == {"alive": 1}
    without = sender.git("diff", "base", "odd~1").encode() + b"\n"
    report = gate(sender, without, "base")
    assert states(report) == {"alive": 1}
    assert "image.png: left out" in report.notes[0]


def test_base_commit_trailer(sender: Repo) -> None:
    data = formatted(sender, "main~1..main", "--base=main~1")
    sender.git("checkout", "-q", "base")
    assert states(gate(sender, data)) == {"moved": 1}
    assert states(gate(sender, data, "main~1")) == {"moved": 1}


def test_base_commit_that_is_not_here(sender: Repo) -> None:
    data = formatted(sender, "base..main", "--base=base").replace(
        b"base-commit: ", b"base-commit: 00000000"
    )
    with pytest.raises(UserError, match=r"made on 00000000.*--base"):
        gate(sender, data)


def test_cover_letter_s_base_commit(sender: Repo) -> None:
    mails = series(sender, "main~1..main")
    name = sender.git("rev-parse", "main~1")
    cover = mails[0].but(body=f"Hello.\n\nbase-commit: {name}\n".encode())
    assert states(gate(sender, mbox(cover, *mails[1:]))) == {"moved": 1}


def test_a_patch_that_does_not_apply(sender: Repo) -> None:
    data = formatted(sender, "base..main")
    sender.commit("in the way", {"a.c": (CLEAN + FILLER).replace("return a + 5", "return a - 5")})
    before = sender.state()
    with pytest.raises(ApplyError) as caught:
        gate(sender, data)
    said = str(caught.value)
    assert "patch 2/3 (add the claim, x.mbox:" in said
    assert "a.c:" in said
    assert "the patch wants 'return a + 5;', there is 'return a - 5;'" in said
    assert "\n" not in said
    assert sender.state() == before


def test_a_patch_to_a_file_that_is_not_there(sender: Repo) -> None:
    data = formatted(sender, "base..main")
    sender.commit("gone", {"b.c": None})
    with pytest.raises(ApplyError, match=r"patch 1/3 .*b\.c"):
        gate(sender, data)


def test_a_damaged_patch(sender: Repo) -> None:
    data = formatted(sender, "main~1..main").replace(b"@@ -1,", b"@@ -9999999999999999999999,")
    with pytest.raises(ApplyError, match="patch 1/1"):
        gate(sender, data)


def test_paths_that_leave_the_tree(sender: Repo) -> None:
    evil = b"--- a/../evil.c\n+++ b/../evil.c\n@@ -0,0 +1 @@\n+x\n"
    inside = b"--- /dev/null\n+++ b/.git/hooks/x.c\n@@ -0,0 +1 @@\n+x\n"
    for data in (evil, inside):
        with pytest.raises(ApplyError):
            gate(sender, data)


def test_patch_through_a_link(sender: Repo) -> None:
    (sender.path / "link").symlink_to("/tmp")
    sender.commit("link")
    data = b"--- /dev/null\n+++ b/link/evil.c\n@@ -0,0 +1 @@\n+x\n"
    with pytest.raises(ApplyError, match="link"):
        gate(sender, data)


def test_files_with_carriage_returns(sender: Repo) -> None:
    """A mail program took the carriage returns from a patch to a file that has them."""
    dos = (CLEAN + FILLER).replace("\n", "\r\n")
    sender.commit("dos", {"d.c": dos})
    sender.git("branch", "-f", "dos")
    sender.commit("bad", {"d.c": dos + BAD.replace("\n", "\r\n")})
    data = formatted(sender, "dos..HEAD")
    assert states(gate(sender, data, "dos")) == {"alive": 1}
    assert states(gate(sender, data.replace(b"\r\n", b"\n"), "dos")) == {"alive": 1}


def test_format_flowed(sender: Repo) -> None:
    mails = []
    for mail in series(sender, "base..main"):
        body = b"\n".join(b" " + t if t[:1] in (b" ", b">") else t for t in mail.body.split(b"\n"))
        raw = mail.but(body=body).raw()
        raw = raw.replace(b"charset=utf-8", b"charset=utf-8; format=flowed")
        mails.append(b"From x Thu Jan  1 00:00:00 1970\n" + raw)
    assert_right(sender, b"\n".join(mails))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "x.mbox:1: no patch in it"),
        (b"hello\n", "no patch in it"),
        (b"\0\0\0", "binary data"),
        (b"\x1f\x8bnonsense", "damaged gzip"),
        (b"From: a\nSubject: [PATCH 0/1] cover\n\nhello\n", "no patch in it"),
        (b"From: a\nSubject: Re: [PATCH] x\n\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "no patch"),
    ],
)
def test_no_patch(data: bytes, said: str) -> None:
    with pytest.raises(MailError, match=said):
        parsed(data)


def test_errors_name_file_and_line() -> None:
    error = MailError("a\nb.mbox", 7, "no")
    assert (str(error), error.path, error.line) == ("a\\nb.mbox:7: no", "a\nb.mbox", 7)


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MailError, match="No such file"):
        letters.read_series([str(tmp_path / "nothing.mbox")])


@pytest.mark.parametrize("thread_style", ["--thread=shallow", "--thread=deep"])
@pytest.mark.parametrize("cover", ["--cover-letter", "--no-cover-letter"])
def test_threads_of_git(sender: Repo, thread_style: str, cover: str) -> None:
    assert_right(sender, formatted(sender, "base..main", thread_style, cover))


def test_new_version_in_reply_to_the_old(sender: Repo) -> None:
    """``--in-reply-to`` puts v2 into v1's thread."""
    old = [m.but(body=m.body.replace(b"int", b"long")) for m in series(sender, "base..main")]
    new = [
        m.but(reply_to=m.reply_to or old[0].message_id)
        for m in series(sender, "base..main", "v2", "u")
    ]
    assert_right(sender, mbox(*new, *old))


def test_two_series_in_one_file_are_both_applied(sender: Repo) -> None:
    sender.git("checkout", "-q", "-b", "other", "main")
    sender.commit("something else", {"d.c": CLEAN})
    sender.git("checkout", "-q", "base")
    mails = [*series(sender, "base..main"), *series(sender, "main..other", "v5", "o")]
    assert titles(mbox(*mails)) == [*WANTED, "something else"]
