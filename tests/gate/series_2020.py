"""The series of 2020, written again for the tests in QEMU's style and with QEMU's names."""

from __future__ import annotations

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
