"""More faults of QEMU's history, by other years and other numbers: there before a fix, gone after.

`found.json` names the fix, the commit before it, and what is found there and where.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import history_harness as harness
import pytest

from spapr_lint.check import check

CLONE = os.environ.get("SPAPR_LINT_QEMU_GIT", "")


class Fault(NamedTuple):
    """One line of the table."""

    fix: str
    parent: str
    rule: str
    path: str
    function: str
    what: str


FAULTS = [Fault(**line) for line in json.loads((harness.HERE / "found.json").read_text())]
FIXES = list(dict.fromkeys(fault.fix for fault in FAULTS))
Places = Counter[tuple[str, str, str]]


def test_the_table() -> None:
    assert len(FAULTS) >= 25
    assert len({(f.fix, f.rule, f.path, f.function) for f in FAULTS}) == len(FAULTS)
    assert all(fault.what and fault.parent != fault.fix for fault in FAULTS)
    known = {case.after for case in harness.cases()}
    assert known.isdisjoint(FIXES)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where both trees stand in turn: what did not change between them is kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "qemu"


def found(commit: str, paths: list[str], root: Path) -> Places:
    shutil.rmtree(root, ignore_errors=True)
    harness.extract(CLONE, commit, root)
    there = [str(root / path) for path in paths if (root / path).exists()]
    report = check(there, root=str(root))
    return Counter(
        (f.rule, harness.relative(f.path, root), f.function)
        for f in report.findings
        if f.evidence != "named"
    )


@pytest.mark.skipif(not CLONE, reason="SPAPR_LINT_QEMU_GIT names no clone of QEMU with history")
@pytest.mark.parametrize("fix", FIXES)
def test_there_before_and_gone_after(fix: str, root: Path) -> None:
    faults = [fault for fault in FAULTS if fault.fix == fix]
    paths = sorted({fault.path for fault in faults})
    before = found(faults[0].parent, paths, root)
    after = found(fix, paths, root)
    places = {(fault.rule, fault.path, fault.function) for fault in faults}
    assert places <= before.keys()
    assert places.isdisjoint(after), {place: after[place] for place in places & after.keys()}
