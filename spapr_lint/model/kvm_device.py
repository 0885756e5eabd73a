"""The attributes of KVM's interrupt devices: what each sets, and which error says what.

Linux arch/powerpc/kvm/book3s_xive_native.c (kvmppc_xive_native_set_attr and below) and
book3s_xive.c; Documentation/virt/kvm/devices/{xive,xics}.rst.  Measured on 6.1.
"""

from __future__ import annotations

from spapr_lint.model.constants import KVMPPC_XICS_FIRST_IRQ, KVMPPC_XIVE_NR_IRQS
from spapr_lint.model.errors import (
    E2BIG,
    EBUSY,
    EFAULT,
    EINVAL,
    ENOENT,
    ENXIO,
    Error,
    error_setg,
)
from spapr_lint.model.kvm import (
    KVM_DEV_TYPE_XICS,
    KVM_DEV_XICS_GRP_CTRL,
    KVM_DEV_XICS_GRP_SOURCES,
    KVM_DEV_XICS_NR_SERVERS,
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
    KvmSource,
    KvmVcpu,
    find_server,
    set_nr_servers,
)

KVM_XIVE_EQ_ALWAYS_NOTIFY = 1
MASKED = 0xFF
_BLOCK_SHIFT = 10  # sources live in blocks of 1024


def kvm_device_check_attr(fd: KvmDevice, group: str, attr: int) -> bool:
    """KVM_HAS_DEVICE_ATTR: whether the device has that attribute."""
    return has_attr(fd, group, attr) == 0


def has_attr(device: KvmDevice, group: str, attr: int) -> int:
    """0 or -ENXIO."""
    if device.kind == KVM_DEV_TYPE_XICS:
        known = group == KVM_DEV_XICS_GRP_CTRL and attr == KVM_DEV_XICS_NR_SERVERS
        sources = KVMPPC_XICS_FIRST_IRQ <= attr < KVMPPC_XIVE_NR_IRQS
        known = known or (group == KVM_DEV_XICS_GRP_SOURCES and sources)
    elif group == KVM_DEV_XIVE_GRP_CTRL:
        known = attr in (KVM_DEV_XIVE_RESET, KVM_DEV_XIVE_EQ_SYNC, KVM_DEV_XIVE_NR_SERVERS)
    elif group == KVM_DEV_XIVE_GRP_EQ_CONFIG:
        known = True
    else:
        groups = (
            KVM_DEV_XIVE_GRP_SOURCE,
            KVM_DEV_XIVE_GRP_SOURCE_CONFIG,
            KVM_DEV_XIVE_GRP_SOURCE_SYNC,
        )
        known = group in groups and 0 <= attr < KVMPPC_XIVE_NR_IRQS
    return 0 if known else -ENXIO


def kvm_device_access(
    fd: KvmDevice | None, group: str, attr: int, value: object, write: bool, errp: Error
) -> int:
    """KVM_SET_DEVICE_ATTR: 0 or a negative error, which ``errp`` then words as QEMU does.

    Source: QEMU accel/kvm/kvm-all.c kvm_device_access().
    """
    assert fd is not None
    ret = kvm_set_attr(fd, group, attr, value)
    if ret < 0:
        way = "SET" if write else "GET"
        number = {
            KVM_DEV_XIVE_GRP_CTRL: 1,
            KVM_DEV_XIVE_GRP_SOURCE: 2,
            KVM_DEV_XIVE_GRP_SOURCE_CONFIG: 3,
            KVM_DEV_XIVE_GRP_EQ_CONFIG: 4,
            KVM_DEV_XIVE_GRP_SOURCE_SYNC: 5,
        }.get(group, 1)
        error_setg(
            errp,
            f"KVM_{way}_DEVICE_ATTR failed: Group {number} attr 0x{attr & ((1 << 64) - 1):016x}: "
            f"errno {-ret}",
        )
    return ret


def kvm_set_attr(device: KvmDevice, group: str, attr: int, value: object) -> int:
    """One attribute set, and noted in the machine's log of calls."""
    if device.kind == KVM_DEV_TYPE_XICS:
        return _xics_set_attr(device, group, attr, value)
    if group == KVM_DEV_XIVE_GRP_CTRL:
        ret = _control(device, attr, value)
    elif group == KVM_DEV_XIVE_GRP_SOURCE:
        ret = _set_source(device, attr, value)
        device.kvm.log.append(f"GRP_SOURCE lisn={attr:#x} val={value} -> {ret}")
    elif group == KVM_DEV_XIVE_GRP_SOURCE_CONFIG:
        ret = _set_source_config(device, attr, value)
    elif group == KVM_DEV_XIVE_GRP_EQ_CONFIG:
        ret = _set_queue_config(device, attr, value)
    elif group == KVM_DEV_XIVE_GRP_SOURCE_SYNC:
        source = device.sources.get(attr)
        missing = -EINVAL if attr >> _BLOCK_SHIFT in device.blocks else -ENOENT
        ret = 0 if source is not None and source.valid else missing
    else:
        ret = -ENXIO
    return ret


def _xics_set_attr(device: KvmDevice, group: str, attr: int, value: object) -> int:
    """XICS on XIVE: sources 0x10 to 0xfffff; an absent server is not looked for."""
    if group == KVM_DEV_XICS_GRP_CTRL:
        return set_nr_servers(device, value) if attr == KVM_DEV_XICS_NR_SERVERS else -ENXIO
    if group != KVM_DEV_XICS_GRP_SOURCES:
        return -ENXIO
    if not KVMPPC_XICS_FIRST_IRQ <= attr < KVMPPC_XIVE_NR_IRQS:
        return -ENOENT
    device.sources.setdefault(attr, KvmSource()).valid = True
    return 0


def _control(device: KvmDevice, attr: int, value: object) -> int:
    if attr == KVM_DEV_XIVE_NR_SERVERS:
        ret = set_nr_servers(device, value)
        device.kvm.log.append(f"CTRL NR_SERVERS={value} -> {ret}")
        return ret
    if attr == KVM_DEV_XIVE_RESET:
        for vcpu in device.kvm.vcpus.values():
            vcpu.queues.clear()
        for source in device.sources.values():
            if source.priority != MASKED:
                source.server, source.priority, source.eisn, source.pq = 0, MASKED, 0, 1
        return 0
    return 0 if attr == KVM_DEV_XIVE_EQ_SYNC else -ENXIO


def _set_source(device: KvmDevice, irq: int, value: object) -> int:
    """Create or reset a source, masked: kvmppc_xive_native_set_source()."""
    if not 0 <= irq < KVMPPC_XIVE_NR_IRQS:
        return -E2BIG
    if not isinstance(value, int):
        return -EFAULT
    device.blocks.add(irq >> _BLOCK_SHIFT)
    lsi = bool(value & KVM_XIVE_LEVEL_SENSITIVE)
    asserted = lsi and bool(value & KVM_XIVE_LEVEL_ASSERTED)
    device.sources[irq] = KvmSource(valid=True, lsi=lsi, asserted=asserted)
    return 0


def _set_source_config(device: KvmDevice, irq: int, value: object) -> int:
    """Target a source: priority bits 0-2, server 3-31, masked 32, EISN 33-63."""
    if irq >> _BLOCK_SHIFT not in device.blocks:
        return -ENOENT
    source = device.sources.get(irq)
    if source is None or not source.valid:
        return -EINVAL
    if not isinstance(value, int):
        return -EFAULT
    priority, server = value & 7, value >> 3 & 0x1FFFFFFF
    masked, eisn = bool(value >> 32 & 1), value >> 33
    if priority == 7:
        return -EINVAL
    if (source.server, source.priority, source.eisn) == (server, priority, eisn):
        return 0
    if masked:
        source.server, source.priority, source.eisn = 0, MASKED, 0
        return 0
    target = _select_target(device, server, priority)
    if isinstance(target, int):
        return target
    source.server, source.priority, source.eisn = target.server_num, priority, eisn
    return 0


def _select_target(device: KvmDevice, server: int, priority: int) -> KvmVcpu | int:
    """The server asked for, else any vCPU with a queue of that priority; -EINVAL, -EBUSY."""
    vcpu = find_server(device, server)
    if vcpu is None:
        return -EINVAL
    if priority in vcpu.queues:
        return vcpu
    for other in device.kvm.vcpus.values():
        if other.device is device and priority in other.queues:
            return other
    return -EBUSY


def _set_queue_config(device: KvmDevice, eq_idx: int, value: object) -> int:
    """Set a vCPU's queue: priority bits 0-2 and server 3-31 of the attribute."""
    priority, server = eq_idx & 7, eq_idx >> 3 & 0x1FFFFFFF
    vcpu = find_server(device, server)
    if vcpu is None:
        return -ENOENT
    if priority == 7:
        return -EINVAL
    if not isinstance(value, KvmEq):
        return -EFAULT
    if value.qshift == 0:
        vcpu.queues.pop(priority, None)
        return 0
    if value.flags != KVM_XIVE_EQ_ALWAYS_NOTIFY or value.qshift != 16:
        return -EINVAL
    if value.qaddr & 0xFFFF or not device.mapped(value.qaddr, 1 << value.qshift):
        return -EINVAL
    vcpu.queues[priority] = value
    return 0


def kvm_get_queue(device: KvmDevice, server: int, priority: int) -> KvmEq | int:
    """KVM_GET_DEVICE_ATTR of a queue: zeroes if it was never set; -ENOENT, -EINVAL."""
    vcpu = find_server(device, server)
    if vcpu is None:
        return -ENOENT
    if priority == 7:
        return -EINVAL
    return vcpu.queues.get(priority, KvmEq())


def kvm_esb_load(device: KvmDevice, irq: int, offset: int) -> int | None:
    """A load from a source's management page; None is SIGBUS: no such source.

    Linux checks ``state->valid`` in the page fault handler (6.1; not before about 5.4).
    """
    source = device.sources.get(irq)
    if source is None or not source.valid:
        return None
    old = source.pq
    if offset >= 0xC00:
        source.pq = offset >> 8 & 3
    elif offset < 0x800:
        source.pq = 0b10 if old == 0b11 else (old if old == 0b01 else 0b00)
        if old == 0b11:
            _route(device, source)
        return int(old == 0b11)
    return old


def kvm_esb_trigger(device: KvmDevice, irq: int) -> bool:
    """A store to a source's trigger page; False is SIGBUS."""
    source = device.sources.get(irq)
    if source is None or not source.valid:
        return False
    old = source.pq
    source.pq = {0b00: 0b10, 0b10: 0b11, 0b11: 0b11, 0b01: 0b01}[old]
    if old == 0b00:
        _route(device, source)
    return True


def _route(device: KvmDevice, source: KvmSource) -> None:
    """What the hardware does: write the event into the queue, signal the vCPU."""
    if source.priority == MASKED:
        return
    vcpu = find_server(device, source.server)
    if vcpu is None or source.priority not in vcpu.queues:
        return
    eq = vcpu.queues[source.priority]
    entries = 1 << (eq.qshift - 2)
    device.write32(eq.qaddr + (eq.qindex << 2), eq.qtoggle << 31 | source.eisn & 0x7FFFFFFF)
    index = (eq.qindex + 1) & (entries - 1)
    toggle = eq.qtoggle ^ (index == 0)
    vcpu.queues[source.priority] = eq._replace(qindex=index, qtoggle=toggle)
    if vcpu.deliver is not None:
        vcpu.deliver(source.priority)
