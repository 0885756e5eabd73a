"""Truth programs: comments against real runs, and the tool against the comments."""

from __future__ import annotations

from pathlib import Path

import pytest
import truth_harness as harness

PROGRAMS = harness.programs()
SITES_AT_LEAST = 1000


@pytest.mark.parametrize("program", PROGRAMS, ids=harness.name_of)
def test_comments_agree_with_the_run(program: Path) -> None:
    assert harness.disagreements(program) == []


def test_there_are_enough_sites() -> None:
    counted = [s for p in PROGRAMS for f in harness.files_of(p) for s in harness.sites(f)]
    flows = sum(site.flow for site in counted)
    assert len(counted) >= SITES_AT_LEAST
    assert 0.3 < flows / len(counted) < 0.7


WRONG = """
from recorder import sink, source
sink(source())  # no flow
sink("a")  # flow
sink("b")  # no flow DEAD
if False:
    sink("c")  # no flow
"""


def test_a_wrong_comment_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "PROGRAMS", tmp_path)
    program = tmp_path / "copies" / "wrong.py"
    program.parent.mkdir()
    program.write_text(WRONG)
    assert len(harness.disagreements(program)) == 4
