"""The series of 2020 in small: its faults are born at patch 3, moved by 4, cured by the revert.

The C is written for this test, in QEMU's style and with QEMU's names; the
checker and the packs are the real ones.
"""

from __future__ import annotations

import pytest
from gate_repo import Repo, life
from series_2020 import BY_CPU, BY_ID, EAS_VALID, RESET_IPI, RESET_IPI_ON_CPU, text

from spapr_lint.check import check
from spapr_lint.findings import Report
from spapr_lint.gate.plan import range_plan
from spapr_lint.gate.series import examine
from spapr_lint.gate.verdict import GateReport, Verdict
from spapr_lint.tree import Tree


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """Base, four patches, revert."""
    repo = Repo(tmp_path_factory.mktemp("series") / "repo")
    path = "hw/intc/spapr_xive_kvm.c"
    by_id = "kvm_arch_vcpu_id(tctx->cs)"
    base = text(BY_CPU, "tctx->cs", "", EAS_VALID)
    first = text(BY_ID, by_id, "", EAS_VALID)
    second = first.replace("    int i;\n", "    int i; /* source */\n")
    third = text(BY_ID, by_id, RESET_IPI, "xive_source_is_valid(xive, i)")
    fourth = text(BY_ID, by_id, RESET_IPI_ON_CPU, "xive_source_is_valid(xive, i)")
    steps = {
        "base": base,
        "Modify kvm_cpu_is_enabled() interface": first,
        "Say what i is": second,
        "Allocate IPIs independently": third,
        "Allocate vCPU IPIs from the vCPU contexts": fourth,
        "Revert": base,
    }
    for subject, content in steps.items():
        repo.commit(subject, {path: content})
    return repo


def gate(repo: Repo, revisions: str) -> GateReport:
    """The gate's answer with the real checker."""

    def real(tree: Tree) -> Report:
        return check(["."], tree=tree, jobs=1, cache=False)

    with repo.opened() as (repository, objects):
        return examine(range_plan(repository, revisions), objects, real)


def by_code(report: GateReport) -> dict[str, list[Verdict]]:
    """Verdicts by code, without those on sight."""
    told: dict[str, list[Verdict]] = {}
    for verdict in report.verdicts:
        if verdict.finding.rule != "SPL903":
            told.setdefault(verdict.finding.rule, []).append(verdict)
    return told


def test_born_at_three_and_moved_at_four(history: Repo) -> None:
    told = by_code(gate(history, "HEAD~5..HEAD~1"))
    assert set(told) == {"SPL102", "SPL103"}
    (ipi,) = told["SPL102"]
    assert (ipi.state, life(ipi)) == ("alive", [(3, "born"), (4, "moved")])
    assert ipi.finding.function == "kvmppc_xive_reset_ipi_on_cpu"
    assert all(v.born and v.born.patch == 3 and v.state == "alive" for v in told["SPL103"])


def test_the_fourth_alone_bears_nothing(history: Repo) -> None:
    told = by_code(gate(history, "HEAD~2..HEAD~1"))
    assert [v.state for v in told["SPL102"]] == ["moved"]
    assert {v.state for v in told["SPL103"]} == {"old"}


def test_the_revert_cures_both(history: Repo) -> None:
    told = by_code(gate(history, "HEAD~1..HEAD"))
    assert set(told) == {"SPL102", "SPL103"}
    assert {v.state for verdicts in told.values() for v in verdicts} == {"cured"}


def test_all_together_is_cured_later(history: Repo) -> None:
    told = by_code(gate(history, "HEAD~5..HEAD"))
    assert {v.state for verdicts in told.values() for v in verdicts} == {"cured-later"}
