"""Applies mailed patches to a tree in the temporary store, each giving a tree.

One that does not apply is an `ApplyError`: which patch, where in which file,
what is expected there and what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from spapr_lint.errors import UserError
from spapr_lint.gate.git import Repository, printable
from spapr_lint.gate.mail import Mail
from spapr_lint.gate.plan import Letter, Patch

_APPLY = ("-c", "apply.whitespace=nowarn", "-c", "apply.ignoreWhitespace=no", "apply")
_FAILED = re.compile(r"patch failed: (.+):(\d+)$", re.MULTILINE)
_SECTION = re.compile(rb"(?m)^(?=diff --git )")
# Written with a/ and b/: to take those for folders would be to apply it elsewhere.
_PREFIXED = re.compile(rb'(?m)^(?:diff --git "?a/|--- "?a/|\+\+\+ "?b/)')
_NO_DATA = re.compile(rb"(?m)^Binary files .* differ$")


class ApplyError(UserError):
    """A patch that does not apply."""


def apply_all(
    repository: Repository, base: str, mails: Sequence[Mail]
) -> tuple[tuple[Patch, ...], tuple[str, ...]]:
    """The patches with their trees, and notes.  Raises `ApplyError` at the first that fails."""
    index = repository.scratch_index("mail")
    repository.run("read-tree", base, index=index)
    patches, notes = [], []
    for number, mail in enumerate(mails, start=1):
        left_out = _apply(repository, index, mail, f"{number}/{len(mails)}")
        notes += [f"patch {number}: {name}: left out, binary without data" for name in left_out]
        tree = repository.run("write-tree", index=index).decode().strip()
        patches.append(described(mail, number, tree))
    return tuple(patches), tuple(notes)


def described(mail: Mail, number: int, tree: str) -> Patch:
    """A mail as a step of a plan, on top of the step before it."""
    letter = Letter(mail.message_id, mail.author, mail.date, mail.recipients, mail.subject)
    return Patch(number, None, mail.title, mail.body, tree, (number - 1,), letter)


def _apply(repository: Repository, index: str, mail: Mail, which: str) -> list[str]:
    """Apply one patch in the first reading that fits; the files that had to be left out."""
    complaint = ""
    for reading in (mail.patch, *mail.others):
        patch, left_out = _with_data(reading)
        if not patch.strip():
            return left_out
        for strip in ("-p1",) if _PREFIXED.search(patch) else ("-p1", "-p0"):
            code, _, err = repository.attempt(
                *_APPLY, "--cached", "--binary", strip, "-", stdin=patch, index=index
            )
            if code == 0:
                return left_out
            complaint = complaint or err.decode("utf-8", "replace")
    where = f"{printable(mail.path)}:{mail.line}"
    title = f"patch {which} ({printable(mail.title)}, {where})"
    raise ApplyError(f"{title} does not apply: {_reason(repository, index, mail, complaint)}")


def _with_data(patch: bytes) -> tuple[bytes, list[str]]:
    """The patch without the binary files of which it holds no data."""
    kept, left_out = [], []
    for section in _SECTION.split(patch):
        if _NO_DATA.search(section) and b"GIT binary patch" not in section:
            first = section.split(b"\n")[0].decode("utf-8", "replace")
            left_out.append(printable(first.removeprefix("diff --git ").split(" b/")[-1]))
        else:
            kept.append(section)
    return b"".join(kept), left_out


def _reason(repository: Repository, index: str, mail: Mail, complaint: str) -> str:
    """Git's complaint in one line, with the lines that differ."""
    failed = _FAILED.search(complaint)
    if failed is None:
        lines = [line.removeprefix("error: ").strip() for line in complaint.splitlines()]
        return printable(next((line for line in lines if line), "git does not say why"))
    path, line = failed[1], int(failed[2])
    place = f"{printable(path)}:{line}"
    code, out, _ = repository.attempt("cat-file", "blob", f":{path}", index=index)
    if code != 0:
        return f"{place}: the file is not in the base"
    difference = _first_difference(mail.patch.decode("utf-8", "replace"), path, line, out)
    return difference or f"{place}: the lines around it are others in the base"


def _first_difference(patch: str, path: str, line: int, content: bytes) -> str:
    """The first line of a hunk's old text that is another one in the file."""
    lines = content.decode("utf-8", "replace").split("\n")
    sections = re.split(r"(?m)^(?=diff --git |--- [^\n]+\n\+\+\+ )", patch)
    for section in (s for s in sections if f"/{path}" in s or f" {path}" in s):
        hunk = re.search(
            rf"(?m)^@@ -{line}(?:,\d+)? \+\d+(?:,\d+)? @@.*\n((?:[ +\-\\].*\n)*)", section
        )
        if hunk is None:
            continue
        old = [text[1:] for text in hunk[1].splitlines() if text[:1] in (" ", "-")]
        for number, wanted in enumerate(old, start=line):
            there = lines[number - 1] if number <= len(lines) else None
            if there is None:
                return f"{printable(path)}:{number}: the file ends before it"
            if there != wanted:
                said = f"the patch wants {printable(wanted.strip())!r}"
                return f"{printable(path)}:{number}: {said}, there is {printable(there.strip())!r}"
    return ""
