"""XICS under KVM, QEMU's side: create the device, connect vCPUs, hand over sources.

Source: QEMU hw/intc/xics_kvm.c, 11ad93f68.
"""

from __future__ import annotations

from spapr_lint.model.errors import Error, error_setg
from spapr_lint.model.kvm import (
    KVM_CAP_IRQ_XICS,
    KVM_DEV_TYPE_XICS,
    KVM_DEV_XICS_GRP_CTRL,
    KVM_DEV_XICS_GRP_SOURCES,
    KVM_DEV_XICS_NR_SERVERS,
    KvmDevice,
    kvm_close_device,
    kvm_create_device,
    kvm_vcpu_enable_cap,
)
from spapr_lint.model.kvm_device import kvm_device_access, kvm_device_check_attr
from spapr_lint.model.state import ICSState, PowerPCCPU, SpaprMachineState, cpu_foreach
from spapr_lint.model.xics import ics_irq_free


def kvm_arch_vcpu_id(cpu: PowerPCCPU) -> int:
    """The id under which KVM knows the vCPU: its interrupt server number (target/ppc/kvm.c)."""
    return cpu.vcpu_id


def kvm_cpu_is_enabled(vcpu_id: int, spapr: SpaprMachineState) -> bool:
    """Whether that vCPU was connected to the device already, as after unplug and replug."""
    return vcpu_id in spapr.kvm_enabled_cpus


def kvm_cpu_enable(vcpu_id: int, spapr: SpaprMachineState) -> None:
    """Remember that the vCPU was connected."""
    spapr.kvm_enabled_cpus[vcpu_id] = None


def icp_kvm_realize(ics: ICSState, cpu: PowerPCCPU, errp: Error) -> int:
    """Connect a vCPU to the kernel's XICS, if that is in use."""
    vcpu = cpu.cs.kvm_vcpu
    if ics.fd is None or vcpu is None:
        return 0
    vcpu_id = kvm_arch_vcpu_id(cpu)
    if kvm_cpu_is_enabled(vcpu_id, ics.spapr):
        return 0
    ret = kvm_vcpu_enable_cap(vcpu, KVM_CAP_IRQ_XICS, 0, ics.fd, vcpu_id)
    if ret < 0:
        error_setg(errp, f"Unable to connect CPU{vcpu_id} to kernel XICS: error {-ret}")
        return ret
    kvm_cpu_enable(vcpu_id, ics.spapr)
    return 0


def ics_set_kvm_state_one(ics: ICSState, srcno: int, errp: Error) -> int:
    """Tell the kernel of one source, by its irq."""
    if ics.fd is None:
        return 0
    state = ics.irqs[srcno].server
    return kvm_device_access(
        ics.fd, KVM_DEV_XICS_GRP_SOURCES, srcno + ics.offset, state, True, errp
    )


def xics_kvm_connect(ics: ICSState, nr_servers: int, errp: Error) -> int:
    """Create the device and connect what is there.

    ``nr_servers`` is the highest server number plus one (Documentation/virt/kvm/devices/xics.rst).
    """
    spapr = ics.spapr
    if spapr.kvm is None or ics.fd is not None:
        return 0
    fd = kvm_create_device(spapr.kvm, KVM_DEV_TYPE_XICS)
    if not isinstance(fd, KvmDevice):
        error_setg(errp, f"Error on KVM_CREATE_DEVICE for XICS: error {-fd}")
        return -1
    if kvm_device_check_attr(fd, KVM_DEV_XICS_GRP_CTRL, KVM_DEV_XICS_NR_SERVERS):
        ret = kvm_device_access(
            fd, KVM_DEV_XICS_GRP_CTRL, KVM_DEV_XICS_NR_SERVERS, nr_servers, True, errp
        )
        if ret < 0:
            kvm_close_device(fd)
            return -1
    ics.fd = fd
    for cpu in cpu_foreach(spapr):
        if icp_kvm_realize(ics, cpu, errp) < 0:
            xics_kvm_disconnect(ics)
            return -1
    for srcno in range(ics.nr_irqs):
        if ics_irq_free(ics, srcno):
            continue
        if ics_set_kvm_state_one(ics, srcno, errp) < 0:
            xics_kvm_disconnect(ics)
            return -1
    return 0


def xics_kvm_disconnect(ics: ICSState) -> None:
    """Close the device; the vCPUs are detached with it."""
    if ics.fd is None:
        return
    kvm_close_device(ics.fd)
    ics.fd = None
    ics.spapr.kvm_enabled_cpus.clear()


def xics_kvm_has_broken_disconnect(spapr: SpaprMachineState) -> bool:
    """Whether closing the device does not destroy it, as with old kernels: create it twice."""
    if spapr.kvm is None:
        return False
    for _attempt in range(2):
        fd = kvm_create_device(spapr.kvm, KVM_DEV_TYPE_XICS)
        if not isinstance(fd, KvmDevice):
            return _attempt == 1
        kvm_close_device(fd)
    return False
