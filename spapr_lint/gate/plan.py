"""What is to be examined: trees in order, each with the trees it was made from.

A range of commits is a graph (merges have two parents), a mailed series a line,
the index or the work tree a single step; `series` walks all of them alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from spapr_lint.gate.git import GitError, Repository, printable
from spapr_lint.gate.trees import index_tree, work_tree

_RANGE = re.compile(r"(?P<base>.*?)(?P<dots>\.\.\.?)(?P<head>.*)", re.DOTALL)
MAX_COMMITS = 5000


class Letter(NamedTuple):
    """What a reply to a mailed patch needs to know of it."""

    message_id: str = ""
    author: str = ""
    date: str = ""
    recipients: str = ""
    subject: str = ""


class Patch(NamedTuple):
    """One step: its tree, and by index into `Plan.nodes` the trees it was made from."""

    number: int
    commit: str | None
    subject: str
    message: str
    tree: str
    parents: tuple[int, ...]
    letter: Letter = Letter()


@dataclass(frozen=True, slots=True)
class Plan:
    """Trees before (``bases``), then patches in an order that puts parents first.

    Node n is base n, or patch n - len(bases).  ``title`` says in words what is
    examined; ``notes`` what a user should know about how the input was read.
    """

    title: str
    bases: tuple[str, ...]
    patches: tuple[Patch, ...]
    notes: tuple[str, ...] = ()
    fragments: bool = False

    def tree(self, node: int) -> str:
        """A node's tree."""
        count = len(self.bases)
        return self.bases[node] if node < count else self.patches[node - count].tree


class Commit(NamedTuple):
    """A commit as git stores it: no configuration has a say in it."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: str
    message: str

    @property
    def subject(self) -> str:
        """The message's first paragraph in one line."""
        return " ".join(self.message.strip().split("\n\n")[0].split())


def is_range(text: str) -> bool:
    """Whether an argument looks like ``BASE..HEAD``."""
    return ".." in text and not text.startswith(("../", "./", "/"))


def range_ends(repository: Repository, text: str) -> tuple[str, str]:
    """The commits of ``BASE..HEAD`` or ``BASE...HEAD`` (then from the merge base).

    An end left out is HEAD, as git has it.  Raises `GitError`.
    """
    match = _RANGE.fullmatch(text)
    if match is None:
        raise GitError(f"{printable(text)}: not a range; write BASE..HEAD")
    base = repository.resolve(match["base"] or "HEAD")
    head = repository.resolve(match["head"] or "HEAD")
    if match["dots"] == "...":
        code, out, _ = repository.attempt("merge-base", base, head)
        if code != 0:
            raise GitError(f"{printable(text)}: the two have no common ancestor")
        base = out.decode().split()[0]
    return base, head


def range_plan(repository: Repository, text: str, first_parent: bool = False) -> Plan:
    """The plan for ``BASE..HEAD``: every commit by itself, merges against all their parents.

    With ``first_parent`` only the line of first parents, a merge being one step.
    """
    base, head = range_ends(repository, text)
    options = ["--first-parent"] if first_parent else []
    out = repository.run("rev-list", "--reverse", "--topo-order", *options, head, f"^{base}")
    oids = out.decode().split()
    if len(oids) > MAX_COMMITS:
        raise GitError(f"{printable(text)}: {len(oids)} commits, more than {MAX_COMMITS}")
    commits = read_commits(repository, [base, *oids])
    notes: tuple[str, ...] = ()
    if not oids:
        notes = (f"{printable(text)}: no commits in this range",)
    return _commit_plan(repository, text, commits[0], commits[1:], first_parent, notes)


def _commit_plan(
    repository: Repository,
    title: str,
    base: Commit,
    commits: Sequence[Commit],
    first_parent: bool,
    notes: tuple[str, ...],
) -> Plan:
    inside = {commit.oid for commit in commits}
    outer: list[str] = []
    for commit in commits:
        parents = commit.parents[:1] if first_parent else commit.parents
        outer += [p for p in parents if p not in inside and p not in outer]
    if not outer:
        outer = [base.oid]
    trees = outer_trees(repository, outer)
    node = {oid: number for number, oid in enumerate(outer)}
    patches: list[Patch] = []
    for number, commit in enumerate(commits, start=1):
        parents = commit.parents[:1] if first_parent else commit.parents
        known = tuple(node[parent] for parent in parents)
        patches.append(
            Patch(number, commit.oid, commit.subject, commit.message, commit.tree, known)
        )
        node[commit.oid] = len(outer) + number - 1
    return Plan(title, trees, tuple(patches), notes)


def outer_trees(repository: Repository, oids: Iterable[str]) -> tuple[str, ...]:
    """The trees of commits just outside of a range.

    Raises `GitError` that says how to deepen a shallow clone that lacks one.
    """
    trees = []
    for oid in oids:
        code, out, _ = repository.attempt("rev-parse", "--verify", "--quiet", f"{oid}^{{tree}}")
        if code != 0:
            raise GitError(
                f"commit {oid[:12]} is not here: the clone is cut off before the range begins;"
                " deepen it with: git fetch --unshallow"
            )
        trees.append(out.decode().strip())
    return tuple(trees)


def read_commits(repository: Repository, oids: Sequence[str]) -> list[Commit]:
    """The commits of these ids, as stored."""
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    out = repository.run("cat-file", "--batch", stdin=asked)
    commits, at = [], 0
    for oid in oids:
        end = out.index(b"\n", at)
        header = out[at:end].split()
        if len(header) != 3 or header[1] != b"commit":
            raise GitError(f"{oid}: not a commit of this repository")
        size = int(header[2])
        commits.append(parse_commit(oid, out[end + 1 : end + 1 + size]))
        at = end + size + 2
    return commits


def parse_commit(oid: str, content: bytes) -> Commit:
    """A commit object's content.  Text that is no UTF-8 is decoded by its own encoding header."""
    head, _, message = content.partition(b"\n\n")
    fields: dict[bytes, list[bytes]] = {}
    for line in head.split(b"\n"):
        name, _, value = line.partition(b" ")
        fields.setdefault(name, []).append(value)
    encoding = fields.get(b"encoding", [b"utf-8"])[0].decode("ascii", "replace")
    author = fields.get(b"author", [b""])[0].rpartition(b">")[0] + b">"
    return Commit(
        oid,
        fields[b"tree"][0].decode(),
        tuple(parent.decode() for parent in fields.get(b"parent", [])),
        decoded(author, encoding),
        decoded(message, encoding),
    )


def decoded(text: bytes, encoding: str) -> str:
    """Text in an encoding that somebody else names, rightly or wrongly."""
    try:
        return text.decode(encoding, "replace")
    except (LookupError, ValueError):
        return text.decode("utf-8", "replace")


def staged_plan(repository: Repository) -> Plan:
    """The plan for what the next commit would hold: the index against HEAD."""
    return _single(repository, "the staged change", index_tree(repository))


def worktree_plan(repository: Repository) -> Plan:
    """The plan for all that is not committed: the files on the disk against HEAD."""
    return _single(repository, "the work tree's change", work_tree(repository))


def _single(repository: Repository, title: str, tree: str) -> Plan:
    patch = Patch(1, None, title, "", tree, (0,))
    return Plan(title, (head_tree(repository),), (patch,))


def head_tree(repository: Repository) -> str:
    """HEAD's tree; the empty tree before the first commit."""
    code, out, _ = repository.attempt("rev-parse", "--verify", "--quiet", "HEAD^{tree}")
    return out.decode().strip() if code == 0 else empty_tree(repository)


def empty_tree(repository: Repository) -> str:
    """The tree without files, written to the temporary store."""
    return repository.run("mktree", stdin=b"").decode().strip()
