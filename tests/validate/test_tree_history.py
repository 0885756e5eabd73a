"""The IPI series of 2020 on a clone: where KVM loses a source, by each commit's own C.

``SPAPR_LINT_QEMU_GIT`` names a clone with history.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "history"))

from history_harness import extract

from spapr_lint.runtime.run import program
from spapr_lint.tree import DiskTree
from spapr_lint.validate.c_experiment import evaluate_c
from spapr_lint.validate.c_source import CSource
from spapr_lint.validate.experiment import Outcome
from spapr_lint.validate.grid import Point
from spapr_lint.validate.invariants import FAILED, PASSED

CLONE = os.environ.get("SPAPR_LINT_QEMU_GIT", "")
pytestmark = pytest.mark.skipif(
    not CLONE, reason="SPAPR_LINT_QEMU_GIT names no clone of QEMU with history"
)

BEFORE, FIRST, LAST, FIXED = "acbdb9956fe9~1", "acbdb9956fe9", "6d24795ee7e3~1", "6d24795ee7e3"
DENSE = Point(2, 2, kvm=True)  # VSMT equal to threads per core, all there
SPARSE = Point(2, 2, vsmt=2, kvm=True)  # the smallest where they differ
PLUGGED = Point(1, 3, kvm=True)  # VSMT equal, CPUs plugged out of order


def outcomes(commit: str, folder: Path) -> dict[Point, Outcome]:
    root = extract(CLONE, commit, folder / commit.replace("~", "-"))
    shared = program(CSource(DiskTree(str(root))))
    return {point: evaluate_c(point, shared) for point in (DENSE, SPARSE, PLUGGED)}


@pytest.mark.parametrize("commit", [BEFORE, FIRST, LAST, FIXED, "v4.2.0", "v5.2.0"])
def test_kvm_and_the_sources_of_the_guest(commit: str, tmp_path: Path) -> None:
    found = outcomes(commit, tmp_path)
    faulty = commit in (FIRST, LAST)
    rules = ("kvm-sources-boot", "kvm-sources-plug", "ipis-boot", "ipis-plug", "range-claimed")
    failing = {
        (point, name)
        for point, outcome in found.items()
        for name in rules
        if outcome.answers[name].state == FAILED
    }
    expected = {
        (SPARSE, "kvm-sources-boot"),
        (SPARSE, "ipis-boot"),
        (PLUGGED, "kvm-sources-plug"),
        (PLUGGED, "ipis-plug"),
    }
    assert failing == (expected if faulty else set())
    for point, outcome in found.items():
        assert outcome.refused is None
        assert outcome.answers["kvm-sources-boot"].state in (PASSED, FAILED), (
            point,
            outcome.answers["kvm-sources-boot"],
        )
