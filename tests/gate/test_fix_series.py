"""The two versions of the fix series, as patches on QEMU-style Python: one is right, one is not.

The first cures and adds nothing.  The second sizes the END table by CPUs and
goes on indexing it by server numbers: that patch is flagged, its others count.
"""

from __future__ import annotations

import pytest
from gate_repo import Repo

from spapr_lint.check import check
from spapr_lint.findings import Report
from spapr_lint.gate.plan import range_plan
from spapr_lint.gate.series import examine
from spapr_lint.gate.verdict import GateReport, exit_code
from spapr_lint.tree import Tree

AS_SHIPPED = '''\
"""The sPAPR interrupt controller, as QEMU has it."""

from qemu import (
    SPAPR_IRQ_IPI,
    cpu_to_be32,
    fdt_setprop,
    qdev_new,
    qdev_prop_set_uint32,
    spapr_irq_claim,
    spapr_max_server_number,
)


def spapr_irq_init(spapr, errp):
    """Create the controller, claim the IPIs."""
    nr_servers = spapr_max_server_number(spapr)
    dev = qdev_new("spapr-xive")
    qdev_prop_set_uint32(dev, "nr-ends", nr_servers << 3)
    for i in range(nr_servers):
        if spapr_irq_claim(spapr, SPAPR_IRQ_IPI + i, False, errp) < 0:
            return


def spapr_xive_dt(spapr, fdt, node):
    """The range of LISNs that the guest may take for IPIs."""
    nr_servers = spapr_max_server_number(spapr)
    lisn_ranges = [cpu_to_be32(SPAPR_IRQ_IPI), cpu_to_be32(SPAPR_IRQ_IPI + nr_servers)]
    fdt_setprop(fdt, node, "ibm,xive-lisn-ranges", lisn_ranges)
'''
CLAIM = AS_SHIPPED.replace(
    "    dev = qdev_new",
    "    max_cpus = spapr.ms.smp.max_cpus\n    dev = qdev_new",
).replace("for i in range(nr_servers)", "for i in range(max_cpus)")
RANGE = CLAIM.replace(
    "    nr_servers = spapr_max_server_number(spapr)\n    lisn",
    "    max_cpus = spapr.ms.smp.max_cpus\n    lisn",
).replace("cpu_to_be32(SPAPR_IRQ_IPI + nr_servers)", "cpu_to_be32(max_cpus)")
ENDS = RANGE.replace('"nr-ends", nr_servers << 3', '"nr-ends", max_cpus << 3').replace(
    "    nr_servers = spapr_max_server_number(spapr)\n    max_cpus", "    max_cpus"
)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """As shipped, the claim's patch, the range's patch, the ENDs' patch."""
    repo = Repo(tmp_path_factory.mktemp("fix") / "repo")
    for subject, text in (
        ("As shipped", AS_SHIPPED),
        ("Claim as many IPIs as there can be CPUs", CLAIM),
        ("Tell the guest of as many", RANGE),
        ("Size the ENDs by CPUs", ENDS),
    ):
        repo.commit(subject, {"spapr_irq.py": text})
    return repo


def gate(repo: Repo, revisions: str) -> GateReport:
    """The gate's answer with the real checker."""

    def real(tree: Tree) -> Report:
        return check(["."], tree=tree, jobs=1, cache=False)

    with repo.opened() as (repository, objects):
        return examine(range_plan(repository, revisions), objects, real)


def told(report: GateReport) -> set[tuple[str, str, int]]:
    """Code, state and patch of what happened."""
    return {
        (v.finding.rule, v.state, event.patch)
        for v in report.verdicts
        for event in v.events
        if v.finding.rule != "SPL903"
    }


def test_first_version_cures_and_adds_nothing(history: Repo) -> None:
    report = gate(history, "HEAD~3..HEAD~1")
    cured = {("SPL101", "cured", 2), ("SPL102", "cured", 1), ("SPL203", "cured", 2)}
    assert told(report) == cured
    assert exit_code(report) == 0


def test_second_version_is_flagged_at_its_ends(history: Repo) -> None:
    report = gate(history, "HEAD~3..HEAD")
    (alive,) = [v for v in report.states("alive") if v.finding.rule != "SPL903"]
    assert (alive.finding.rule, alive.finding.got, alive.finding.wanted) == (
        "SPL201",
        "end.count",
        "end.bound",
    )
    assert alive.born is not None
    assert alive.born.patch == 3
    assert "nr-ends" in alive.born.text
    assert {v.finding.rule for v in report.states("cured")} >= {"SPL101", "SPL102"}
    assert exit_code(report) == 1
