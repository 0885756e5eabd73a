"""The series of 2020 in small: its faults are born at patch 3, moved by 4, cured by the revert.

The C is written for this test, in QEMU's style and with QEMU's names; the
checker and the packs are the real ones.
"""

from __future__ import annotations

import pytest
from gate_repo import Repo, life

from spapr_lint.check import check
from spapr_lint.findings import Report
from spapr_lint.gate.plan import range_plan
from spapr_lint.gate.series import examine
from spapr_lint.gate.verdict import GateReport, Verdict
from spapr_lint.tree import Tree

HEAD = """\
#include "qemu/osdep.h"
#include "hw/ppc/spapr.h"
#include "hw/ppc/spapr_xive.h"
#include "kvm_ppc.h"

typedef struct KVMEnabledCPU {
    unsigned long vcpu_id;
    QLIST_ENTRY(KVMEnabledCPU) node;
} KVMEnabledCPU;

static QLIST_HEAD(, KVMEnabledCPU)
    kvm_enabled_cpus = QLIST_HEAD_INITIALIZER(&kvm_enabled_cpus);

"""
BY_CPU = """\
static bool kvm_cpu_is_enabled(CPUState *cs)
{
    KVMEnabledCPU *enabled_cpu;
    unsigned long vcpu_id = kvm_arch_vcpu_id(cs);

    QLIST_FOREACH(enabled_cpu, &kvm_enabled_cpus, node) {
        if (enabled_cpu->vcpu_id == vcpu_id) {
            return true;
        }
    }
    return false;
}

"""
BY_ID = """\
static bool kvm_cpu_is_enabled(unsigned long vcpu_id)
{
    KVMEnabledCPU *enabled_cpu;

    QLIST_FOREACH(enabled_cpu, &kvm_enabled_cpus, node) {
        if (enabled_cpu->vcpu_id == vcpu_id) {
            return true;
        }
    }
    return false;
}

"""
RESET_IPI = """\
static int kvmppc_xive_reset_ipi(SpaprXive *xive, CPUState *cs, Error **errp)
{
    unsigned long ipi = kvm_arch_vcpu_id(cs);
    uint64_t state = 0;

    return kvm_device_access(xive->fd, KVM_DEV_XIVE_GRP_SOURCE, ipi, &state, true, errp);
}

"""
RESET_IPI_ON_CPU = """\
typedef struct {
    SpaprXive *xive;
    Error *err;
    int rc;
} XiveInitIPI;

static void kvmppc_xive_reset_ipi_on_cpu(CPUState *cs, run_on_cpu_data arg)
{
    unsigned long ipi = kvm_arch_vcpu_id(cs);
    XiveInitIPI *s = arg.host_ptr;
    uint64_t state = 0;

    s->rc = kvm_device_access(s->xive->fd, KVM_DEV_XIVE_GRP_SOURCE, ipi, &state, true, &s->err);
}

static int kvmppc_xive_reset_ipi(SpaprXive *xive, CPUState *cs, Error **errp)
{
    XiveInitIPI s = {
        .xive = xive,
    };

    run_on_cpu(cs, kvmppc_xive_reset_ipi_on_cpu, RUN_ON_CPU_HOST_PTR(&s));
    return s.rc;
}

"""
CONNECT = """\
int kvmppc_xive_cpu_connect(XiveTCTX *tctx, Error **errp)
{
    SpaprXive *xive = SPAPR_XIVE(tctx->xptr);
    unsigned long vcpu_id;

    if (kvm_cpu_is_enabled({enabled})) {
        return 0;
    }
    vcpu_id = kvm_arch_vcpu_id(tctx->cs);
{reset}    return kvm_vcpu_enable_cap(tctx->cs, KVM_CAP_PPC_IRQ_XIVE, 0, xive->fd, vcpu_id, 0);
}

"""
IS_VALID = """\
static bool xive_source_is_valid(SpaprXive *xive, int i)
{
    return xive_eas_is_valid(&xive->eat[i]) &&
        (i >= SPAPR_XIRQ_BASE || kvm_cpu_is_enabled(i));
}

"""
SYNC = """\
static void kvmppc_xive_get_queues(SpaprXive *xive, XiveSource *xsrc)
{
    int i;

    for (i = 0; i < xsrc->nr_irqs; i++) {
        if (!{valid}) {
            continue;
        }
        xive_esb_read(xsrc, i, XIVE_ESB_GET);
    }
}
"""
EAS_VALID = "xive_eas_is_valid(&xive->eat[i])"


def text(is_enabled: str, enabled: str, reset_ipi: str, valid: str) -> str:
    """The file at one point of its history."""
    call = "    kvmppc_xive_reset_ipi(xive, tctx->cs, errp);\n" if reset_ipi else ""
    connect = CONNECT.replace("{enabled}", enabled).replace("{reset}", call)
    is_valid = IS_VALID if valid != EAS_VALID else ""
    return HEAD + is_enabled + reset_ipi + connect + is_valid + SYNC.replace("{valid}", valid)


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
