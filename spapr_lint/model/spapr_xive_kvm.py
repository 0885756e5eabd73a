"""XIVE under KVM, QEMU's side: the device, its vCPUs, sources, queues, and migration.

Source: QEMU hw/intc/spapr_xive_kvm.c, 38afd772f80; Documentation/virt/kvm/devices/xive.rst.  Which
sources are created when is a question of design: see `spapr_lint.model.variants`.
"""

from __future__ import annotations

from spapr_lint.model.constants import SPAPR_XIVE_BLOCK_ID
from spapr_lint.model.errors import Error, abort, error_setg
from spapr_lint.model.kvm import (
    KVM_CAP_PPC_IRQ_XIVE,
    KVM_DEV_TYPE_XIVE,
    KVM_DEV_XIVE_EQ_SYNC,
    KVM_DEV_XIVE_GRP_CTRL,
    KVM_DEV_XIVE_GRP_EQ_CONFIG,
    KVM_DEV_XIVE_GRP_SOURCE,
    KVM_DEV_XIVE_GRP_SOURCE_CONFIG,
    KVM_DEV_XIVE_GRP_SOURCE_SYNC,
    KVM_DEV_XIVE_NR_SERVERS,
    KVM_DEV_XIVE_RESET,
    KVM_XIVE_LEVEL_ASSERTED,
    KVM_XIVE_LEVEL_SENSITIVE,
    KvmDevice,
    KvmEq,
    kvm_close_device,
    kvm_create_device,
    kvm_vcpu_enable_cap,
)
from spapr_lint.model.kvm_device import (
    KVM_XIVE_EQ_ALWAYS_NOTIFY,
    kvm_device_access,
    kvm_device_check_attr,
    kvm_esb_load,
    kvm_esb_trigger,
    kvm_get_queue,
)
from spapr_lint.model.state import (
    PowerPCCPU,
    SpaprXive,
    XiveEAS,
    XiveEND,
    XiveSource,
    cpu_foreach,
)
from spapr_lint.model.xics_kvm import kvm_arch_vcpu_id, kvm_cpu_enable, kvm_cpu_is_enabled
from spapr_lint.model.xive import (
    TM_QW1_OS,
    XIVE_ESB_GET,
    XIVE_ESB_LOAD_EOI,
    XIVE_ESB_OFF,
    XIVE_ESB_QUEUED,
    XIVE_ESB_RESET,
    XIVE_ESB_SET_PQ_00,
    XIVE_ESB_SET_PQ_10,
    xive_priority_to_ipb,
    xive_source_esb_get,
    xive_source_esb_set,
    xive_source_irq_is_lsi,
    xive_tctx_ipb_update,
)


def spapr_xive_in_kernel(xive: SpaprXive) -> bool:
    """Whether KVM's device does the work."""
    return xive.fd is not None


def spapr_xive_end_to_target(end_blk: int, end_idx: int) -> tuple[int, int]:
    """Server number and priority that an END index stands for."""
    del end_blk
    return end_idx >> 3, end_idx & 7


def kvmppc_xive_cpu_connect(xive: SpaprXive, cpu: PowerPCCPU, errp: Error) -> int:
    """Connect a vCPU to the device, unless it was connected before an unplug."""
    vcpu = cpu.cs.kvm_vcpu
    assert vcpu is not None
    vcpu_id = kvm_arch_vcpu_id(cpu)
    tctx = cpu.tctx
    if tctx is not None:
        # The hardware's thread context; the model keeps it where QEMU keeps its copy.
        vcpu.deliver = lambda prio: xive_tctx_ipb_update(
            tctx, TM_QW1_OS, xive_priority_to_ipb(prio)
        )
    if kvm_cpu_is_enabled(vcpu_id, xive.spapr):
        return 0
    ret = kvm_vcpu_enable_cap(vcpu, KVM_CAP_PPC_IRQ_XIVE, 0, xive.fd, vcpu_id)
    if ret < 0:
        error_setg(errp, f"XIVE: unable to connect CPU{vcpu_id} to KVM device: error {-ret}")
        return ret
    ret = xive.spapr.design.cpu_connect_ipi(xive, cpu, errp)
    if ret < 0:
        return ret
    kvm_cpu_enable(vcpu_id, xive.spapr)
    return 0


def kvmppc_xive_set_source_config(xive: SpaprXive, lisn: int, eas: XiveEAS, errp: Error) -> int:
    """Tell KVM where the events of a LISN go: priority, server, masked, EISN in one word."""
    server, priority = spapr_xive_end_to_target(eas.end_blk, eas.end_idx)
    kvm_src = priority | server << 3 | int(eas.masked) << 32 | eas.end_data << 33
    return kvm_device_access(xive.fd, KVM_DEV_XIVE_GRP_SOURCE_CONFIG, lisn, kvm_src, True, errp)


def kvmppc_xive_sync_source(xive: SpaprXive, lisn: int, errp: Error) -> int:
    """Wait until the events of a LISN are in their queue."""
    return kvm_device_access(xive.fd, KVM_DEV_XIVE_GRP_SOURCE_SYNC, lisn, None, True, errp)


def kvmppc_xive_source_reset_one(xsrc: XiveSource, srcno: int, errp: Error) -> int:
    """Create, or reset and mask, a source in KVM; its number there is its LISN."""
    state = 0
    if xive_source_irq_is_lsi(xsrc, srcno):
        state |= KVM_XIVE_LEVEL_SENSITIVE
        if srcno in xsrc.asserted:
            state |= KVM_XIVE_LEVEL_ASSERTED
    return kvm_device_access(xsrc.xive.fd, KVM_DEV_XIVE_GRP_SOURCE, srcno, state, True, errp)


def xive_esb_read(xsrc: XiveSource, srcno: int, offset: int) -> int:
    """A load from a source's page in the kernel; the process dies when there is none."""
    assert xsrc.esb_mmap is not None
    value = kvm_esb_load(xsrc.esb_mmap, srcno, offset)
    if value is None:
        abort("xive_esb_rw: Bus error")
    return value


def kvmppc_xive_esb_trigger(xsrc: XiveSource, srcno: int) -> None:
    """A store to a source's page in the kernel; the process dies when there is none."""
    assert xsrc.esb_mmap is not None
    if not kvm_esb_trigger(xsrc.esb_mmap, srcno):
        abort("xive_esb_rw: Bus error")


def kvmppc_xive_esb_rw(xsrc: XiveSource, srcno: int, offset: int, write: bool) -> int:
    """H_INT_ESB under KVM: level sources are triggered again while their line is up."""
    if write:
        if offset < 0x400:
            kvmppc_xive_esb_trigger(xsrc, srcno)
        elif offset >= XIVE_ESB_SET_PQ_00:
            xive_esb_read(xsrc, srcno, offset)
        return (1 << 64) - 1
    if xive_source_irq_is_lsi(xsrc, srcno) and offset == XIVE_ESB_LOAD_EOI:
        xive_esb_read(xsrc, srcno, XIVE_ESB_SET_PQ_00)
        if srcno in xsrc.asserted:
            kvmppc_xive_esb_trigger(xsrc, srcno)
        return 0
    return xive_esb_read(xsrc, srcno, offset)


def kvmppc_xive_source_set_irq(xsrc: XiveSource, srcno: int, val: int) -> None:
    """A device moves its line or sends a message."""
    if not xive_source_irq_is_lsi(xsrc, srcno):
        if not val:
            return
    elif val:
        xsrc.asserted.add(srcno)
    else:
        xsrc.asserted.discard(srcno)
    kvmppc_xive_esb_trigger(xsrc, srcno)


def kvmppc_xive_set_queue_config(
    xive: SpaprXive, end_blk: int, end_idx: int, end: XiveEND, errp: Error
) -> int:
    """Tell KVM of a queue, named there by server number and priority."""
    kvm_eq = KvmEq()
    if end.valid:
        kvm_eq = KvmEq(
            qshift=end.qsize + 12,
            qaddr=end.qaddr,
            qtoggle=end.generation,
            qindex=end.page_off,
        )
    if end.ucond_notify:
        kvm_eq = kvm_eq._replace(flags=KVM_XIVE_EQ_ALWAYS_NOTIFY)
    server, priority = spapr_xive_end_to_target(end_blk, end_idx)
    kvm_eq_idx = priority | server << 3
    return kvm_device_access(xive.fd, KVM_DEV_XIVE_GRP_EQ_CONFIG, kvm_eq_idx, kvm_eq, True, errp)


def kvmppc_xive_get_queue_config(xive: SpaprXive, end_blk: int, end_idx: int, errp: Error) -> int:
    """Fetch a queue's index and toggle bit, which the hardware moves on."""
    assert xive.fd is not None
    server, priority = spapr_xive_end_to_target(end_blk, end_idx)
    kvm_eq = kvm_get_queue(xive.fd, server, priority)
    if not isinstance(kvm_eq, KvmEq):
        error_setg(errp, f"XIVE: no queue {priority} of server {server}: error {-kvm_eq}")
        return kvm_eq
    end = xive.endt[end_idx]
    xive.endt[end_idx] = end._replace(generation=kvm_eq.qtoggle, page_off=kvm_eq.qindex)
    return 0


def kvmppc_xive_reset(xive: SpaprXive, errp: Error) -> int:
    """H_INT_RESET's part in the kernel."""
    return kvm_device_access(xive.fd, KVM_DEV_XIVE_GRP_CTRL, KVM_DEV_XIVE_RESET, None, True, errp)


def kvmppc_xive_get_queues(xive: SpaprXive, errp: Error) -> int:
    """Fetch all queues that are set."""
    for end_idx, end in sorted(xive.endt.items()):
        if end.valid:
            ret = kvmppc_xive_get_queue_config(xive, SPAPR_XIVE_BLOCK_ID, end_idx, errp)
            if ret < 0:
                return ret
    return 0


def kvmppc_xive_stop(xive: SpaprXive, errp: Error) -> int:
    """The machine stops: hold back events, keep PQ bits, flush queues (change_state_handler)."""
    xsrc = xive.source
    for lisn in range(xsrc.nr_irqs):
        if not xive.spapr.design.source_is_valid(xive, lisn):
            continue
        pq = xive_esb_read(xsrc, lisn, XIVE_ESB_GET)
        if pq != XIVE_ESB_OFF:
            pq = xive_esb_read(xsrc, lisn, XIVE_ESB_SET_PQ_10)
        xive_source_esb_set(xsrc, lisn, pq)
    return kvm_device_access(xive.fd, KVM_DEV_XIVE_GRP_CTRL, KVM_DEV_XIVE_EQ_SYNC, None, True, errp)


def kvmppc_xive_run(xive: SpaprXive) -> None:
    """The machine runs again: give the PQ bits back, trigger what came meanwhile."""
    xsrc = xive.source
    for lisn in range(xsrc.nr_irqs):
        if not xive.spapr.design.source_is_valid(xive, lisn):
            continue
        pq = xive_source_esb_get(xsrc, lisn)
        old_pq = xive_esb_read(xsrc, lisn, XIVE_ESB_SET_PQ_00 + (pq << 8))
        if pq == XIVE_ESB_RESET and old_pq == XIVE_ESB_QUEUED:
            kvmppc_xive_esb_trigger(xsrc, lisn)


def kvmppc_xive_post_load(xive: SpaprXive) -> int:
    """After migration: queues first, then sources, whose targets need them."""
    errp = Error()
    for end_idx, end in sorted(xive.endt.items()):
        if not end.valid:
            continue
        if kvmppc_xive_set_queue_config(xive, SPAPR_XIVE_BLOCK_ID, end_idx, end, errp) < 0:
            return -1
    for lisn in range(xive.source.nr_irqs):
        if not xive.spapr.design.source_is_valid(xive, lisn):
            continue
        if kvmppc_xive_restore_source(xive, lisn, errp) < 0:
            return -1
    return 0


def kvmppc_xive_restore_source(xive: SpaprXive, lisn: int, errp: Error) -> int:
    """Create one source in the kernel of the destination and target it."""
    ret = kvmppc_xive_source_reset_one(xive.source, lisn, errp)
    if ret < 0:
        return ret
    return kvmppc_xive_set_source_config(xive, lisn, xive.eat[lisn], errp)


def kvmppc_xive_connect(xive: SpaprXive, nr_servers: int, errp: Error) -> int:
    """Create the device, tell it its servers, connect vCPUs, create sources.

    ``nr_servers`` is the highest server number plus one, as KVM_DEV_XIVE_NR_SERVERS is defined.
    """
    spapr = xive.spapr
    if spapr.kvm is None or xive.fd is not None:
        return 0
    fd = kvm_create_device(spapr.kvm, KVM_DEV_TYPE_XIVE)
    if not isinstance(fd, KvmDevice):
        error_setg(errp, f"XIVE: error creating KVM device: error {-fd}")
        return -1
    fd.mapped, fd.write32 = spapr.memory.contains, spapr.memory.write32
    xive.fd = xive.source.esb_mmap = fd
    if kvm_device_check_attr(fd, KVM_DEV_XIVE_GRP_CTRL, KVM_DEV_XIVE_NR_SERVERS):
        ret = kvm_device_access(
            fd, KVM_DEV_XIVE_GRP_CTRL, KVM_DEV_XIVE_NR_SERVERS, nr_servers, True, errp
        )
        if ret < 0:
            kvmppc_xive_disconnect(xive)
            return -1
    for cpu in cpu_foreach(spapr):
        if kvmppc_xive_cpu_connect(xive, cpu, errp) < 0:
            kvmppc_xive_disconnect(xive)
            return -1
    if spapr.design.source_reset(xive.source, errp) < 0:
        kvmppc_xive_disconnect(xive)
        return -1
    return 0


def kvmppc_xive_disconnect(xive: SpaprXive) -> None:
    """Close the device; the vCPUs are detached with it."""
    if xive.fd is None:
        return
    kvm_close_device(xive.fd)
    xive.fd = xive.source.esb_mmap = None
    xive.spapr.kvm_enabled_cpus.clear()
