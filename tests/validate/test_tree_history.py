"""The IPI series of 2020 on a clone: where KVM loses a source, by each commit's own C.

``SPAPR_LINT_QEMU_GIT`` names a clone with history; ``SPAPR_LINT_HISTORY`` another range than the
releases around the series, as ``v4.2.0..master``.  See `history_walk` for the machines.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from history_walk import INTERRUPTS, MACHINES, RANGE, Told, commits, line, walk

from spapr_lint.cache import Cache
from spapr_lint.gate.git import command
from spapr_lint.validate.invariants import FAILED, PASSED

CLONE = os.environ.get("SPAPR_LINT_QEMU_GIT", "")
pytestmark = pytest.mark.skipif(
    not CLONE, reason="SPAPR_LINT_QEMU_GIT names no clone of QEMU with history"
)

FIRST, FIXED = "acbdb9956fe9", "6d24795ee7e3"
# Sparse numbers at boot; plugging out of order where vCPU ids are dense as well.
OF_THE_SERIES = {
    ("sparse", "kvm-sources-boot"),
    ("sparse", "ipis-boot"),
    ("plugged", "kvm-sources-plug"),
    ("plugged", "ipis-plug"),
}


def is_ancestor(older: str, newer: str) -> bool:
    words = command("merge-base", "--is-ancestor", older, newer)
    return subprocess.run(words, cwd=CLONE).returncode == 0


def expected(told: Told) -> set[tuple[str, str]]:
    found = {("513", "range-claimed")}
    if told.outcomes["1025"].refused is None:  # until 5.2 there were at most 1024 vCPUs
        found.add(("1025", "no-abort"))
    if is_ancestor(FIRST, told.commit) and not is_ancestor(FIXED, told.commit):
        found |= OF_THE_SERIES
    return found


def test_each_commit_tells_the_same_story(tmp_path: Path) -> None:
    listed = commits(CLONE, os.environ.get("SPAPR_LINT_HISTORY", RANGE), INTERRUPTS)
    assert len(listed) > 80
    faulty = 0
    for told in walk(CLONE, listed, Cache(str(tmp_path))):
        assert not told.stopped(), line(told)
        assert told.failing() == expected(told), line(told)
        for name in ("dense", "sparse", "plugged"):
            sources = told.outcomes[name].answers["kvm-sources-boot"]
            assert sources.state in (PASSED, FAILED), line(told)
        assert told.outcomes["switched"].answers["ipis-switch"].state == PASSED
        faulty += told.failing() >= OF_THE_SERIES
    assert faulty >= 8


def test_the_machines_are_what_they_are_said_to_be() -> None:
    sparse, plugged = MACHINES["sparse"], MACHINES["plugged"]
    assert sparse.cpus == sparse.maxcpus
    assert sparse.vsmt != sparse.threads
    assert plugged.cpus < plugged.maxcpus
    assert plugged.vsmt in (None, plugged.threads)
