"""Mails as people's programs make them, from a real repository's commits."""

from __future__ import annotations

import base64
import quopri
import re
from dataclasses import dataclass, replace

from gate_repo import Repo


@dataclass(frozen=True)
class Sent:
    """One mail before it is written down."""

    subject: str
    body: bytes
    message_id: str = ""
    reply_to: str = ""
    author: str = "A U Thor <author@example.com>"
    encoding: str = "8bit"
    charset: str = "utf-8"

    def raw(self) -> bytes:
        """Headers and encoded body."""
        encoded = {
            "8bit": lambda body: body,
            "quoted-printable": quopri.encodestring,
            "base64": base64.encodebytes,
        }[self.encoding](self.body)
        headers = [f"From: {self.author}", "Date: Thu, 20 Aug 2020 15:45:47 +0200"]
        headers += [f"Subject: {self.subject}", "To: list@example.org"]
        headers += [f"Message-ID: <{self.message_id}>"] if self.message_id else []
        if self.reply_to:
            headers += [f"In-Reply-To: <{self.reply_to}>", f"References: <{self.reply_to}>"]
        headers += ["MIME-Version: 1.0", f"Content-Type: text/plain; charset={self.charset}"]
        headers += [f"Content-Transfer-Encoding: {self.encoding}", "", ""]
        return "\n".join(headers).encode() + encoded

    def but(self, **changes: str | bytes) -> Sent:
        """The mail with some things different."""
        return replace(self, **changes)  # type: ignore[arg-type]


def mbox(*mails: Sent, line: str = "From mboxrd@z Thu Jan  1 00:00:00 1970") -> bytes:
    """The mails in a file, as public-inbox gives them out."""
    parts = []
    for mail in mails:
        raw = re.sub(rb"(?m)^(>*From )", rb">\1", mail.raw())
        parts.append(f"{line}\n".encode() + raw + b"\n")
    return b"\n".join(parts)


def formatted(repo: Repo, text: str, *options: str) -> bytes:
    """``git format-patch --stdout``."""
    out = repo.git("format-patch", "--stdout", *options, text)
    return out.encode("utf-8", "surrogateescape") + b"\n"


def series(repo: Repo, text: str, version: str = "", thread: str = "t") -> list[Sent]:
    """A range as `git send-email` would send it, cover letter first."""
    commits = repo.git("rev-list", "--reverse", text).split()
    total = len(commits)
    sent = [
        Sent(f"[PATCH {version} 0/{total}] Cover".replace("  ", " "), b"Hello.\n", f"{thread}-0")
    ]
    for number, commit in enumerate(commits, start=1):
        raw = formatted(repo, commit, "-1", "--no-signature")
        body = raw.partition(b"\n\n")[2]
        subject = repo.git("log", "-1", "--format=%s", commit)
        mark = f"[PATCH {version} {number}/{total}]".replace("  ", " ")
        sent.append(Sent(f"{mark} {subject}", body, f"{thread}-{number}", f"{thread}-0"))
    return sent
