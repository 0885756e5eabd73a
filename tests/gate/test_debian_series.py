"""The series of 2020 as edits on QEMU 7.2's own source: the same answer as on QEMU's history.

``SPAPR_LINT_QEMU_TREE`` names the tree.  An edit is an anchor of a few words of
QEMU, to find the place, and text of our own.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from gate_repo import Repo, life
from series_2020 import IS_VALID, RESET_IPI, RESET_IPI_ON_CPU

from spapr_lint.check import check
from spapr_lint.findings import Report
from spapr_lint.gate.plan import range_plan
from spapr_lint.gate.series import examine
from spapr_lint.gate.verdict import GateReport, Verdict
from spapr_lint.tree import Tree

TREE = os.environ.get("SPAPR_LINT_QEMU_TREE", "")
FILE = "hw/intc/spapr_xive_kvm.c"
PARTS = (
    FILE,
    "hw/intc/spapr_xive.c",
    "hw/ppc/spapr_irq.c",
    "include/hw/ppc/spapr_irq.h",
    "include/hw/ppc/spapr_xive.h",
    "include/hw/ppc/xive.h",
    "VERSION",
)

pytestmark = pytest.mark.skipif(
    not os.path.isfile(os.path.join(TREE, FILE)),
    reason="SPAPR_LINT_QEMU_TREE names no source tree of QEMU 7.2",
)


def edited(text: str, *edits: tuple[str, str]) -> str:
    """The text with each anchor, found exactly once, replaced."""
    for anchor, new in edits:
        assert text.count(anchor) == 1, (anchor, text.count(anchor))
        text = text.replace(anchor, new)
    return text


CONNECT = "int kvmppc_xive_cpu_connect(XiveTCTX *tctx, Error **errp)\n"
RESET = "static int kvmppc_xive_source_reset(XiveSource *xsrc, Error **errp)\n"


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """7.2, four patches, revert."""
    repo = Repo(tmp_path_factory.mktemp("debian") / "repo")
    for part in PARTS:
        (repo.path / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(TREE) / part, repo.path / part)
    base = (repo.path / FILE).read_text()
    first = edited(
        base,
        ("kvm_cpu_is_enabled(CPUState *cs)", "kvm_cpu_is_enabled(unsigned long vcpu_id)"),
        ("    unsigned long vcpu_id = kvm_arch_vcpu_id(cs);\n\n    QLIST", "\n    QLIST"),
        ("kvm_cpu_is_enabled(tctx->cs)", "kvm_cpu_is_enabled(kvm_arch_vcpu_id(tctx->cs))"),
    )
    second = edited(first, (RESET, "/* Sources first */\n" + RESET))
    call = "    kvmppc_xive_reset_ipi(xive, tctx->cs, errp);\n"
    third = edited(
        second,
        (CONNECT, RESET_IPI + CONNECT),
        ("    kvm_cpu_enable(tctx->cs);\n", call + "    kvm_cpu_enable(tctx->cs);\n"),
        ("/* Sources first */\n", IS_VALID + "/* Sources first */\n"),
    )
    third = third.replace(
        "if (!xive_eas_is_valid(&xive->eat[i]))", "if (!xive_source_is_valid(xive, i))"
    )
    fourth = edited(third, (RESET_IPI, RESET_IPI_ON_CPU))
    for subject, text in zip(
        ("base", "interface", "comment", "IPIs", "contexts", "revert"),
        (base, first, second, third, fourth, base),
        strict=True,
    ):
        repo.commit(subject, {FILE: text})
    return repo


def gate(repo: Repo, revisions: str) -> GateReport:
    """The gate's answer with the real checker."""

    def real(tree: Tree) -> Report:
        return check([FILE], tree=tree, jobs=1, cache=False)

    with repo.opened() as (repository, objects):
        return examine(range_plan(repository, revisions), objects, real)


def confusions(report: GateReport) -> list[Verdict]:
    """Verdicts on ids and IPIs, apart from what 7.2 holds already."""
    return [v for v in report.verdicts if v.events and v.finding.rule in ("SPL102", "SPL103")]


def test_the_series(history: Repo) -> None:
    told = confusions(gate(history, "HEAD~5..HEAD~1"))
    assert {v.finding.rule for v in told} == {"SPL102", "SPL103"}
    assert all(v.state == "alive" and v.born and v.born.patch == 3 for v in told)
    assert [life(v) for v in told if v.finding.rule == "SPL102"] == [[(3, "born"), (4, "moved")]]


def test_the_revert(history: Repo) -> None:
    told = confusions(gate(history, "HEAD~1..HEAD"))
    assert {v.finding.rule for v in told} == {"SPL102", "SPL103"}
    assert {v.state for v in told} == {"cured"}
