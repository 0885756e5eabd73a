"""QEMU's own history: each bug found before its fix and gone after, each look-alike silent."""

from __future__ import annotations

import os
from pathlib import Path

import history_harness as harness
import pytest

CLONE = os.environ.get("SPAPR_LINT_QEMU_GIT", "")
CASES = harness.cases()
needs_clone = pytest.mark.skipif(
    not CLONE, reason="SPAPR_LINT_QEMU_GIT names no clone of QEMU with history"
)


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("qemu")


def of(*kinds: str) -> list[harness.Case]:
    return [case for case in CASES if case.kind in kinds]


def test_the_cases_are_all_there() -> None:
    assert len(of("bug")) == 7
    assert len(of("live")) == 3
    assert len(of("negative")) == 13


SOURCE = """\
static int first(int a);
int second(void);
static int first(int a)
{
    if (a) {
        return second();
    }
    return 0;
}

int second(void)
{
    return first(1);
}
"""


def test_span_is_the_definition() -> None:
    assert harness.span(SOURCE, "first") == range(3, 10)
    assert harness.span(SOURCE, "second") == range(11, 15)
    assert harness.span(SOURCE, "third") is None


@needs_clone
@pytest.mark.parametrize("case", of("bug"), ids=lambda case: case.id)
def test_bug(case: harness.Case, trees: Path) -> None:
    before = harness.extract(CLONE, case.before, trees / case.before)
    assert case.after is not None
    after = harness.extract(CLONE, case.after, trees / case.after)
    assert harness.hits(case, before), f"not found at {case.before}: {case.what}"
    left = [harness.shown(finding, after) for finding in harness.hits(case, after)]
    assert left == [], f"not gone at {case.after}: {case.what}"


@needs_clone
@pytest.mark.parametrize("case", of("live"), ids=lambda case: case.id)
def test_live(case: harness.Case, trees: Path) -> None:
    tree = harness.extract(CLONE, case.before, trees / case.before)
    assert harness.hits(case, tree), case.what


@needs_clone
@pytest.mark.parametrize("case", of("negative"), ids=lambda case: case.id)
def test_negative(case: harness.Case, trees: Path) -> None:
    tree = harness.extract(CLONE, case.before, trees / case.before)
    alarms = [harness.shown(finding, tree) for finding in harness.false_alarms(case, tree)]
    assert alarms == []
