"""What the README says of QEMU is what a run on QEMU's source prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TREE = os.environ.get("SPAPR_LINT_QEMU_TREE", "")
ROOT = Path(__file__).resolve().parents[2]
FIRST = re.compile(r"^(hw/\S+\.c):\d+:\d+: (SPL\d+ .*)$", re.M)


@pytest.mark.skipif(not TREE, reason="SPAPR_LINT_QEMU_TREE names no source tree of QEMU 7.2")
def test_the_findings_of_qemu() -> None:
    shown = FIRST.findall((ROOT / "README.md").read_text())
    run = subprocess.run(
        [sys.executable, "-m", "spapr_lint", "check", "hw/ppc", "hw/intc"],
        cwd=TREE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stderr
    assert len(shown) == 5
    # Debian's patches move lines between updates.
    assert FIRST.findall(run.stdout) == shown
