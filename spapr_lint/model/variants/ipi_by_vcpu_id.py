"""The series of August 2020: under KVM, each vCPU brings its own IPI, numbered by its vCPU id.

QEMU acbdb9956fe9 to before 6d24795ee7e3 (reverted in the release candidate).  The guest does not
number its IPIs by vCPU id but takes the first LISNs of the range, so with VSMT above threads per
core it uses sources that KVM was never told of.
"""

from __future__ import annotations

from spapr_lint.model.constants import SPAPR_XIRQ_BASE
from spapr_lint.model.errors import Error
from spapr_lint.model.kvm import KVM_DEV_XIVE_GRP_SOURCE
from spapr_lint.model.kvm_device import kvm_device_access
from spapr_lint.model.spapr_xive_kvm import kvmppc_xive_source_reset_one
from spapr_lint.model.state import (
    PowerPCCPU,
    SpaprInterruptControllerClass,
    SpaprXive,
    SpaprXiveClass,
    XiveSource,
)
from spapr_lint.model.variants.as_shipped import spapr_irq_init, spapr_xive_dt
from spapr_lint.model.xics_kvm import kvm_arch_vcpu_id, kvm_cpu_is_enabled


def kvmppc_xive_reset_ipi(xive: SpaprXive, cpu: PowerPCCPU, errp: Error) -> int:
    """Create the vCPU's IPI in KVM."""
    ipi = kvm_arch_vcpu_id(cpu)
    return kvm_device_access(xive.fd, KVM_DEV_XIVE_GRP_SOURCE, ipi, 0, True, errp)


def xive_source_is_valid(xive: SpaprXive, i: int) -> bool:
    """Whether KVM knows the source: an external one that is claimed, or a connected vCPU's IPI."""
    if not xive.eat[i].valid:
        return False
    return i >= SPAPR_XIRQ_BASE or kvm_cpu_is_enabled(i, xive.spapr)


def kvmppc_xive_source_reset(xsrc: XiveSource, errp: Error) -> int:
    """Create the external sources in KVM; IPIs come with their vCPUs."""
    for lisn in range(SPAPR_XIRQ_BASE, xsrc.nr_irqs):
        if xsrc.xive.eat[lisn].valid:
            ret = kvmppc_xive_source_reset_one(xsrc, lisn, errp)
            if ret < 0:
                return ret
    return 0


def spapr_xive_class_init(sicc: SpaprInterruptControllerClass) -> SpaprXiveClass:
    """The slots that this design fills."""
    sicc.dt = spapr_xive_dt
    return SpaprXiveClass(
        init=spapr_irq_init,
        cpu_connect_ipi=kvmppc_xive_reset_ipi,
        source_reset=kvmppc_xive_source_reset,
        source_is_valid=xive_source_is_valid,
    )
