"""Reports of trees seen before: in this run, and in earlier ones through `answers`.

A report depends on the names and content of the files that matter, the tool,
the packs and the options; the commit that is made of a staged tree is known
already when the next change is staged.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence

from spapr_lint import answers
from spapr_lint.findings import Report
from spapr_lint.gate.series import Check
from spapr_lint.gate.trees import GitTree, matters
from spapr_lint.reports import packed, unpacked
from spapr_lint.tree import Tree

_KEPT_REPORTS = 32


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

    def _from_before(self, key: str, tree: Tree) -> Report:
        if self._folder is None:
            return self._check(tree)
        question = f"gate {key} {self._question}"
        known = answers.recall(self._folder, question, self._state)
        if isinstance(known, dict):
            return unpacked(known)
        report = self._check(tree)
        answers.remember(self._folder, question, self._state, packed(report))
        return report


def content_key(tree: GitTree) -> str:
    """A digest of the names, modes and content of all files that matter."""
    digest = hashlib.sha256()
    for path, entry in sorted(tree.entries.items()):
        if matters(path) or entry.mode == 0o120000:
            line = f"{path}\0{entry.mode:o} {entry.oid}\0"
            digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
