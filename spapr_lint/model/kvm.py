"""KVM as Linux behaves on a POWER9 host: virtual machines, vCPUs, devices and their errors.

The answers of every call were measured on the real kvm-hv (6.1) and follow the source of
arch/powerpc/kvm/{book3s_hv,book3s_xive,book3s_xive_native}.c; Documentation/virt/kvm/.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from spapr_lint.model.constants import KVM_MAX_VCPU_IDS, KVM_MAX_VCPUS, MAX_SMT_THREADS
from spapr_lint.model.errors import EBADF, EBUSY, EEXIST, EFAULT, EINVAL, EPERM

KVM_CAP_PPC_SMT = "PPC_SMT"
KVM_CAP_PPC_IRQ_XIVE = "PPC_IRQ_XIVE"
KVM_CAP_IRQ_XICS = "IRQ_XICS"

KVM_DEV_TYPE_XICS = 3
KVM_DEV_TYPE_XIVE = 9

KVM_DEV_XIVE_GRP_CTRL = "CTRL"
KVM_DEV_XIVE_GRP_SOURCE = "GRP_SOURCE"
KVM_DEV_XIVE_GRP_SOURCE_CONFIG = "GRP_SOURCE_CONFIG"
KVM_DEV_XIVE_GRP_EQ_CONFIG = "GRP_EQ_CONFIG"
KVM_DEV_XIVE_GRP_SOURCE_SYNC = "GRP_SOURCE_SYNC"
KVM_DEV_XIVE_RESET = 1
KVM_DEV_XIVE_EQ_SYNC = 2
KVM_DEV_XIVE_NR_SERVERS = 3
KVM_XIVE_LEVEL_SENSITIVE = 1
KVM_XIVE_LEVEL_ASSERTED = 2

KVM_DEV_XICS_GRP_SOURCES = "XICS_SOURCES"
KVM_DEV_XICS_GRP_CTRL = "XICS_CTRL"
KVM_DEV_XICS_NR_SERVERS = 1

_BLOCK_OFFSETS = (0, 4, 2, 6, 1, 5, 3, 7)


class KvmEq(NamedTuple):
    """``struct kvm_ppc_xive_eq``: log2 size, guest address, toggle bit, index in entries."""

    flags: int = 0
    qshift: int = 0
    qaddr: int = 0
    qtoggle: int = 0
    qindex: int = 0


@dataclass(slots=True, eq=False)
class KvmVcpu:
    """A vCPU as KVM sees it: ``vcpu_id`` is what userspace named it, a server number.

    ``server_num`` is set by connecting it to an interrupt device; ``queues`` by priority 0..7;
    ``deliver`` signals a priority to the thread that runs it.
    """

    kvm: KvmVm
    vcpu_id: int
    device: KvmDevice | None = None
    server_num: int = -1
    queues: dict[int, KvmEq] = field(default_factory=dict)
    deliver: Callable[[int], None] | None = None


@dataclass(slots=True)
class KvmSource:
    """One interrupt source of a device; ``pq`` are its ESB bits, 1 means off."""

    valid: bool = False
    lsi: bool = False
    asserted: bool = False
    pq: int = 1
    server: int = 0
    priority: int = 0xFF
    eisn: int = 0


@dataclass(slots=True, eq=False)
class KvmDevice:
    """An in-kernel interrupt controller; ``nr_servers`` bounds *packed* server numbers."""

    kvm: KvmVm
    kind: int
    nr_servers: int = KVM_MAX_VCPUS
    vp_block: bool = False
    vps: set[int] = field(default_factory=set)
    blocks: set[int] = field(default_factory=set)
    sources: dict[int, KvmSource] = field(default_factory=dict)
    # How a queue's page is checked and written: the guest's memory, given by the machine.
    mapped: Callable[[int, int], bool] = lambda _address, _length: True
    write32: Callable[[int, int], bool] = lambda _address, _value: True


@dataclass(slots=True, eq=False)
class KvmVm:
    """A virtual machine.  ``host_smt`` is what KVM_CAP_PPC_SMT says: 1 on POWER9."""

    host_smt: int = 1
    emul_smt_mode: int = 1
    vcpus: dict[int, KvmVcpu] = field(default_factory=dict)
    cores: set[int] = field(default_factory=set)
    device: KvmDevice | None = None
    log: list[str] = field(default_factory=list)
    # File descriptors are shown in the log as a real process has them.
    next_fd: int = 9


def kvm_vm_enable_cap(kvm: KvmVm, cap: str, smt_mode: int) -> int:
    """KVM_ENABLE_CAP on the machine: set the emulated SMT mode (kvmhv_set_smt_mode)."""
    ret = 0
    if smt_mode <= 0 or smt_mode & (smt_mode - 1) or smt_mode > MAX_SMT_THREADS:
        ret = -EINVAL
    elif kvm.vcpus:
        ret = -EBUSY
    else:
        kvm.emul_smt_mode = smt_mode
    kvm.log.append(f"ENABLE_CAP {cap} args={smt_mode},0 -> {'-1 EINVAL' if ret else 0}")
    return ret


def kvmppc_pack_vcpu_id(kvm: KvmVm, vcpu_id: int) -> int:
    """A vCPU id folded into 0..2047, by the blocks that the emulated SMT leaves unused.

    Source: Linux arch/powerpc/include/asm/kvm_book3s.h kvmppc_pack_vcpu_id().
    """
    block = (vcpu_id // KVM_MAX_VCPUS) * (MAX_SMT_THREADS // kvm.emul_smt_mode)
    if block >= MAX_SMT_THREADS:
        return 0
    packed = vcpu_id % KVM_MAX_VCPUS + _BLOCK_OFFSETS[block]
    return packed if packed < KVM_MAX_VCPUS else 0


def kvm_create_vcpu(kvm: KvmVm, vcpu_id: int) -> KvmVcpu | int:
    """KVM_CREATE_VCPU: the vCPU or a negative error.  Packing collisions are -EINVAL."""
    if not 0 <= vcpu_id < KVM_MAX_VCPU_IDS or len(kvm.vcpus) >= KVM_MAX_VCPUS:
        return -EINVAL
    if vcpu_id >= KVM_MAX_VCPUS * kvm.emul_smt_mode:
        return -EINVAL
    core = kvmppc_pack_vcpu_id(kvm, vcpu_id)
    if core in kvm.cores:
        return -EINVAL
    kvm.cores.add(core)
    vcpu = kvm.vcpus[vcpu_id] = KvmVcpu(kvm, vcpu_id)
    kvm.next_fd += 1
    kvm.log.append(f"CREATE_VCPU id={vcpu_id} -> {kvm.next_fd}")
    return vcpu


def kvm_create_device(kvm: KvmVm, kind: int) -> KvmDevice | int:
    """KVM_CREATE_DEVICE: XICS or XIVE, one at a time, else -EEXIST."""
    ret: KvmDevice | int = -EEXIST
    if kvm.device is None:
        ret = kvm.device = KvmDevice(kvm, kind)
    kvm.log.append(f"CREATE_DEVICE type={kind} -> {0 if kvm.device is ret else '-1 EEXIST'}")
    return ret


def kvm_close_device(device: KvmDevice) -> None:
    """close() of the device: destroyed at once, its vCPUs detached (kvmppc_xive_native_release)."""
    for vcpu in device.kvm.vcpus.values():
        if vcpu.device is device:
            vcpu.device, vcpu.server_num = None, -1
            vcpu.queues.clear()
    device.vps.clear()
    device.kvm.device = None


def kvm_vcpu_enable_cap(vcpu: KvmVcpu, cap: str, flags: int, device: object, vcpu_id: int) -> int:
    """Connect a vCPU to an interrupt device as server ``vcpu_id`` (KVM_CAP_PPC_IRQ_XIVE, _XICS).

    -EPERM: no such device; -EBUSY: connected already; -EINVAL: packed number not below
    NR_SERVERS; -EEXIST: that virtual processor is taken.
    """
    ret = -EINVAL if flags else _connect(vcpu, cap, device, vcpu_id)
    shown = ret if not ret else f"-1 {ret}"
    vcpu.kvm.log.append(f"ENABLE_CAP {cap} args=9,{vcpu_id} -> {shown}")
    return ret


def _connect(vcpu: KvmVcpu, cap: str, device: object, server_num: int) -> int:
    if device is None:
        return -EBADF
    kind = KVM_DEV_TYPE_XIVE if cap == KVM_CAP_PPC_IRQ_XIVE else KVM_DEV_TYPE_XICS
    if not isinstance(device, KvmDevice) or device.kind != kind or device.kvm is not vcpu.kvm:
        return -EPERM
    if vcpu.device is not None:
        return -EBUSY
    packed = kvmppc_pack_vcpu_id(vcpu.kvm, server_num)
    if packed >= device.nr_servers:
        return -EINVAL
    device.vp_block = True
    if packed in device.vps:
        return -EEXIST
    device.vps.add(packed)
    vcpu.device, vcpu.server_num = device, server_num
    return 0


def set_nr_servers(device: KvmDevice, value: object) -> int:
    """NR_SERVERS: the highest server number plus one, 1..16384, before the first connect."""
    if not isinstance(value, int):
        return -EFAULT
    if not 0 < value <= KVM_MAX_VCPU_IDS:
        return -EINVAL
    if device.vp_block:
        return -EBUSY
    device.nr_servers = min(value, KVM_MAX_VCPUS)
    return 0


def find_server(device: KvmDevice, server: int) -> KvmVcpu | None:
    """The vCPU connected under that server number (kvmppc_xive_find_server)."""
    vcpu = device.kvm.vcpus.get(server)
    if vcpu is not None and vcpu.device is device and vcpu.server_num == server:
        return vcpu
    for other in device.kvm.vcpus.values():
        if other.device is device and other.server_num == server:
            return other
    return None
