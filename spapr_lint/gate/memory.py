"""Reports of trees seen before: in this run, and in earlier ones through `answers`.

A report depends on the names and content of the files that matter, the tool,
the packs and the options; the commit that is made of a staged tree is known
already when the next change is staged.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence

from spapr_lint import answers, processes
from spapr_lint.findings import Report
from spapr_lint.gate.series import Check
from spapr_lint.gate.trees import GitTree, matters
from spapr_lint.reports import packed, unpacked
from spapr_lint.tree import Tree

_KEPT_REPORTS = 32
_WORTH_SHARING = 3  # the first is checked alone, and one more is quicker with all cores for itself


class Remembered:
    """A check that knows its earlier answers; with ``folder`` also those of earlier runs.

    ``question`` says everything apart from the tree that the answer depends on;
    ``state`` the files outside of it (`answers.tool_state`).
    """

    def __init__(
        self,
        check: Check,
        folder: str | None = None,
        question: str = "",
        state: Sequence[answers.Stamp] = (),
    ) -> None:
        self._check = check
        self._folder = folder
        self._question = question
        self._state = state
        self._reports: OrderedDict[str, Report] = OrderedDict()
        self._early: dict[str, Report] = {}

    def __call__(self, tree: Tree) -> Report:
        if not isinstance(tree, GitTree):
            return self._check(tree)
        key = content_key(tree)
        if key not in self._reports:
            self._reports[key] = self._from_before(key, tree)
        self._reports.move_to_end(key)
        while len(self._reports) > _KEPT_REPORTS:
            self._reports.popitem(last=False)
        return self._reports[key]

    def ahead(
        self,
        trees: Sequence[GitTree],
        alone: Check,
        jobs: int | None = None,
        advance: Callable[[int, int], None] | None = None,
    ) -> None:
        """Check trees that will be asked for, over several processes.

        The first is checked in this one, which leaves in the cache what the others
        have in common with it.  ``alone`` is the check as it runs in one of several.
        """
        wanted = {content_key(tree): tree for tree in trees}
        for key in wanted:
            known = self._recalled(key)
            if known is not None:
                self._early[key] = known
        fresh = [(key, tree) for key, tree in wanted.items() if key not in self._early]
        if len(fresh) < _WORTH_SHARING:
            return
        first, *rest = fresh
        self._early[first[0]] = self._from_before(*first)

        def work(item: tuple[str, GitTree]) -> dict[str, object]:
            return packed(alone(item[1]))

        # Each tree differs least from the one before.
        made = processes.in_rows(work, rest, jobs, advance)
        for (key, _), data in zip(rest, made, strict=True):
            self._early[key] = unpacked(data)
            self._keep(key, data)

    def _from_before(self, key: str, tree: Tree) -> Report:
        known = self._early.pop(key, None) or self._recalled(key)
        if known is not None:
            return known
        report = self._check(tree)
        self._keep(key, packed(report))
        return report

    def _recalled(self, key: str) -> Report | None:
        if self._folder is None:
            return None
        known = answers.recall(self._folder, self._about(key), self._state)
        return unpacked(known) if isinstance(known, dict) else None

    def _keep(self, key: str, data: dict[str, object]) -> None:
        if self._folder is not None:
            answers.remember(self._folder, self._about(key), self._state, data)

    def _about(self, key: str) -> str:
        return f"gate {key} {self._question}"


def content_key(tree: GitTree) -> str:
    """A digest of the names, modes and content of all files that matter."""
    digest = hashlib.sha256()
    for path, entry in sorted(tree.entries.items()):
        if matters(path) or entry.mode == 0o120000:
            line = f"{path}\0{entry.mode:o} {entry.oid}\0"
            digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
