"""Plans for mailed patches: on a tree of the repository, or bare, without any tree.

The base is what the user names, else what the sender noted (``base-commit:``),
else HEAD.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from spapr_lint.errors import UserError
from spapr_lint.gate import fragments
from spapr_lint.gate.apply import apply_all, described
from spapr_lint.gate.git import GitError, Repository, printable
from spapr_lint.gate.mail import MAX_BYTES, Mail, MailError, read_mails
from spapr_lint.gate.plan import Plan, head_tree
from spapr_lint.gate.thread import Series, order


def read_series(paths: Sequence[str]) -> Series:
    """The series in these files (``-`` is standard input).  Raises `UserError`."""
    mails: list[Mail] = []
    for path in paths:
        name = "<stdin>" if path == "-" else path
        mails += read_mails(_content(path, name), name)
    return order(mails, "<stdin>" if paths[0] == "-" else paths[0])


def _content(path: str, name: str) -> bytes:
    try:
        if path == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with open(path, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise MailError(name, 1, said or "cannot be read") from None


def mail_plan(repository: Repository, series: Series, base: str | None) -> Plan:
    """The plan for a series on top of a revision.  Raises `ApplyError` or `GitError`."""
    tree, title = _base(repository, series, base)
    patches, notes = apply_all(repository, tree, series.patches)
    return Plan(f"{_what(series)} on {title}", (tree,), patches, (*series.notes, *notes))


def bare_plan(repository: Repository, series: Series) -> Plan:
    """The plan for a series without a tree: only what its hunks show.

    ``repository`` is an empty one (`git.created`), that holds the pieces.
    """
    trees = fragments.write_trees(repository, [mail.patch for mail in series.patches])
    patches = tuple(
        described(mail, number, tree)
        for number, (mail, tree) in enumerate(zip(series.patches, trees[1:], strict=True), start=1)
    )
    note = (
        "no tree to apply it to: only the hunks were looked at, each by itself;"
        " send whole functions (git format-patch -W), or name a tree with --base"
    )
    return Plan(_what(series), (trees[0],), patches, (*series.notes, note), fragments=True)


def _base(repository: Repository, series: Series, base: str | None) -> tuple[str, str]:
    if base is not None:
        return repository.tree_of(repository.resolve(base)), printable(base)
    if series.base_commit is None:
        return head_tree(repository), "HEAD"
    name = series.base_commit
    try:
        return repository.tree_of(repository.resolve(name)), name[:12]
    except GitError:
        raise UserError(
            f"the series was made on {name}, which is not in this repository:"
            " fetch it, or name another base with --base"
        ) from None


def _what(series: Series) -> str:
    count = len(series.patches)
    first = printable(series.patches[0].title)
    return f'"{first}"' if count == 1 else f'{count} patches from "{first}"'
