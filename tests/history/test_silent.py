"""Where QEMU's history is right and was taken for wrong: whole folders, as a maintainer does.

`silent.json` names a commit, a rule and where it must not be found (``*``: in any function).
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import history_harness as harness
import pytest

from spapr_lint.check import check

CLONE = os.environ.get("SPAPR_LINT_QEMU_GIT", "")
PLACES: list[dict[str, str]] = json.loads((harness.HERE / "silent.json").read_text())
COMMITS = list(dict.fromkeys(place["commit"] for place in PLACES))
FOLDERS = ("hw/ppc", "hw/intc")


def is_there(place: dict[str, str], finding: Any, root: Path) -> bool:
    return (
        finding.rule == place["rule"]
        and harness.relative(finding.path, root) == place["path"]
        and place["function"] in ("*", finding.function)
    )


@pytest.mark.skipif(not CLONE, reason="SPAPR_LINT_QEMU_GIT names no clone of QEMU with history")
@pytest.mark.parametrize("commit", COMMITS)
def test_silent(commit: str, tmp_path: Path) -> None:
    root = harness.extract(CLONE, commit, tmp_path / "qemu")
    report = check([str(root / folder) for folder in FOLDERS], root=str(root), cache=False)
    assert report.findings
    for place in PLACES:
        if place["commit"] == commit:
            found = [f for f in report.findings if is_there(place, f, root)]
            assert found == [], [harness.shown(f, root) for f in found]
