"""KVM for translated C: QEMU's kvm_* functions over the model of the kernel's devices.

The device answers as `spapr_lint.model.kvm_device` does, which was measured on the real kernel.
Group and type numbers are the kernel's (linux-headers/asm-powerpc/kvm.h).
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from spapr_lint.model import kvm as host
from spapr_lint.model.kvm_device import (
    has_attr,
    kvm_esb_load,
    kvm_esb_trigger,
    kvm_get_queue,
    kvm_set_attr,
)
from spapr_lint.runtime.errors import Aborted, Faulted, UnknownExternal
from spapr_lint.runtime.layout import RecordType
from spapr_lint.runtime.link import Link
from spapr_lint.runtime.literal import Text
from spapr_lint.runtime.memory import Array, Ref, find, root
from spapr_lint.runtime.qom import Qom
from spapr_lint.runtime.rawbytes import size_of
from spapr_lint.runtime.reports import Reports
from spapr_lint.runtime.views import View, bytes_of, put_bytes

_XIVE_GROUPS: Final = {
    1: host.KVM_DEV_XIVE_GRP_CTRL,
    2: host.KVM_DEV_XIVE_GRP_SOURCE,
    3: host.KVM_DEV_XIVE_GRP_SOURCE_CONFIG,
    4: host.KVM_DEV_XIVE_GRP_EQ_CONFIG,
    5: host.KVM_DEV_XIVE_GRP_SOURCE_SYNC,
}
_XICS_GROUPS: Final = {1: host.KVM_DEV_XICS_GRP_SOURCES, 2: host.KVM_DEV_XICS_GRP_CTRL}
_FD: Final = 9
_IRQ_LINE: Final = 0xAE61  # KVMIO and the number
CAPS: Final = {"KVM_CAP_PPC_IRQ_XIVE": host.KVM_CAP_PPC_IRQ_XIVE, "KVM_CAP_IRQ_XICS": "IRQ_XICS"}


class Call(NamedTuple):
    """One call of KVM: its name, its numbers, what the kernel answered."""

    name: str
    arguments: tuple[Any, ...]
    result: int


class Kernel:
    """The host kernel below one machine; ``enabled`` is ``-accel kvm``."""

    def __init__(self, link: Link, qom: Qom, reports: Reports, enabled: bool) -> None:
        self.link, self.qom, self.reports, self.enabled = link, qom, reports, enabled
        self.vm = host.KvmVm()
        self.calls: list[Call] = []
        self.parked: set[int] = set()
        self.registers: dict[tuple[int, int], bytes] = {}
        link.variables.update(
            kvm_allowed=enabled, tcg_allowed=not enabled,
            kvm_kernel_irqchip=False, kvm_split_irqchip=False,
            kvm_msi_via_irqfd_allowed=False, kvm_gsi_direct_mapping=False, kvm_state=None,
            kvm_async_interrupts_allowed=False, kvm_halt_in_kernel_allowed=False,
            kvm_irqfds_allowed=False, kvm_gsi_routing_allowed=False,
        )  # fmt: skip

    def names(self) -> dict[str, Any]:
        def on(value: Any) -> Any:
            return lambda *_given: value if self.enabled else 0

        return {
            "kvm_enabled": lambda: int(self.enabled),
            "kvm_irqchip_in_kernel": lambda: self.link.variables["kvm_kernel_irqchip"],
            "kvm_kernel_irqchip_allowed": on(1),
            "kvm_kernel_irqchip_required": on(0),
            "kvm_kernel_irqchip_split": on(0),
            "machine_kernel_irqchip_split": on(0),
            "machine_kernel_irqchip_allowed": on(1),
            "machine_kernel_irqchip_required": on(0),
            "kvmppc_smt_threads": lambda: self.vm.emul_smt_mode if self.enabled else 1,
            "kvmppc_set_smt_threads": self.set_smt,
            "kvmppc_has_cap_xive": on(1),
            "kvmppc_has_cap_mmu_radix": on(1),
            "kvmppc_has_cap_mmu_hash_v3": on(1),
            "kvmppc_get_tbfreq": lambda: 512000000,
            "kvmppc_get_clockfreq": lambda: 1000000000,
            "kvm_arch_vcpu_id": self.vcpu_id,
            "kvm_check_extension": on(1),
            "kvm_vm_check_extension": on(1),
            "kvm_create_device": self.create_device,
            "kvm_device_access": self.access,
            "kvm_device_check_attr": self.check,
            "kvm_vcpu_enable_cap": self.enable_vcpu,
            "kvm_get_one_reg": self.get_register,
            "kvm_set_one_reg": self.set_register,
            "kvm_vcpu_id_is_valid": lambda number: int(0 <= number < 8 * 2048),
            "kvm_vm_ioctl": self.ioctl,
            "_IO": lambda kind, number: _request(0, kind, number, None),
            "_IOW": lambda kind, number, of: _request(1, kind, number, of),
            "_IOR": lambda kind, number, of: _request(2, kind, number, of),
            "_IOWR": lambda kind, number, of: _request(3, kind, number, of),
            "close": self.close,
            "mmap": self.map,
            "munmap": lambda *_given: 0,
            "MAP_FAILED": _FAILED,
        }

    def note(self, name: str, arguments: tuple[Any, ...], result: int) -> int:
        self.calls.append(Call(name, arguments, result))
        return result

    def set_smt(self, threads: int) -> int:
        ret = host.kvm_vm_enable_cap(self.vm, host.KVM_CAP_PPC_SMT, int(threads))
        return self.note("PPC_SMT", (int(threads),), ret)

    def vcpu_id(self, cs: Any) -> int:
        cpu = find(root(cs), self.qom.record(_cpu_record(self.qom)))
        return int(cpu.vcpu_id)

    def create_vcpu(self, cs: Any) -> int:
        """What ``kvm_init_vcpu`` does when a CPU is realized."""
        number = self.vcpu_id(cs)
        if number in self.parked:
            self.parked.discard(number)
            return 0
        made = host.kvm_create_vcpu(self.vm, number)
        ret = made if isinstance(made, int) else 0
        return self.note("CREATE_VCPU", (number,), ret)

    def park_vcpu(self, cs: Any) -> None:
        """KVM cannot destroy a vCPU: QEMU keeps it for the next CPU of that number."""
        self.parked.add(self.vcpu_id(cs))

    def create_device(self, _state: Any, kind: int, test: Any = 0) -> int:
        if test:
            return 0
        made = host.kvm_create_device(self.vm, int(kind))
        ret = made if isinstance(made, int) else _FD
        return self.note("CREATE_DEVICE", (int(kind),), ret)

    def groups(self) -> dict[int, str]:
        device = self.vm.device
        xics = device is not None and device.kind == host.KVM_DEV_TYPE_XICS
        return _XICS_GROUPS if xics else _XIVE_GROUPS

    def check(self, _fd: int, group: int, attr: int) -> int:
        name = self.groups().get(int(group))
        device = self.vm.device
        return int(name is not None and device is not None and has_attr(device, name, attr) == 0)

    def access(
        self, fd: int, group: int, attr: int, value: Any, write: Any, errp: Any = None
    ) -> int:
        """KVM_SET_DEVICE_ATTR or KVM_GET_DEVICE_ATTR on the machine's device."""
        device, name = self.vm.device, self.groups().get(int(group))
        if device is None or name is None or fd != _FD:
            ret = -9 if device is None or fd != _FD else -6
        elif not write:
            ret = self._get(device, name, int(attr), value)
        else:
            ret = kvm_set_attr(device, name, int(attr), self._given(name, int(attr), value))
        self.note(name or f"group {group}", (int(attr), bool(write)), ret)
        if ret < 0 and errp is not None:
            way = "SET" if write else "GET"
            form = f"KVM_{way}_DEVICE_ATTR failed: Group {group} attr 0x{int(attr):016x}"
            self.reports.setg_errno(errp, -ret, Text(form))
        return ret

    def _given(self, name: str, attr: int, value: Any) -> Any:
        """What the kernel reads from user space: a queue's record, 32 or 64 bits, nothing."""
        if value is None:
            return None
        if name == host.KVM_DEV_XIVE_GRP_EQ_CONFIG:
            return host.KvmEq(
                int(value.flags), int(value.qshift), int(value.qaddr),
                int(value.qtoggle), int(value.qindex),
            )  # fmt: skip
        if isinstance(value, Ref) or hasattr(type(value), "v") or isinstance(value, View):
            return int(value.v or 0)
        del attr
        return int.from_bytes(bytes_of(value, 8), "little")

    def _get(self, device: host.KvmDevice, name: str, attr: int, value: Any) -> int:
        if name == host.KVM_DEV_XIVE_GRP_EQ_CONFIG:
            queue = kvm_get_queue(device, attr >> 3 & 0x1FFFFFFF, attr & 7)
            if isinstance(queue, int):
                return queue
            for field, number in zip(queue._fields, queue, strict=True):
                setattr(value, field, number)
            return 0
        source = device.sources.get(attr)
        if name == host.KVM_DEV_XICS_GRP_SOURCES and source is not None:
            put_bytes(value, bytes(8))
            return 0
        return -6

    def enable_vcpu(self, cs: Any, cap: int, flags: int, *given: Any) -> int:
        """KVM_ENABLE_CAP of a vCPU: connects it to the interrupt device."""
        vcpu = self.vm.vcpus.get(self.vcpu_id(cs))
        name = next(
            (text for key, text in CAPS.items() if self.link.resolve(self.qom.home, key)[0] == cap),
            "",
        )
        if vcpu is None or not name:
            return self.note(f"cap {cap}", (), -22)
        device = self.vm.device if given and given[0] == _FD else None
        number = int(given[1]) if len(given) > 1 else 0
        ret = host.kvm_vcpu_enable_cap(vcpu, name, int(flags), device, number)
        return self.note(name, (number,), ret)

    def get_register(self, cs: Any, register: int, to: Any) -> int:
        """KVM_GET_ONE_REG: what was set before, at first zero."""
        raw = self.registers.get((self.vcpu_id(cs), int(register)), bytes(_width(to)))
        if isinstance(to, Ref):
            to.v = int.from_bytes(raw, "little")
        else:
            put_bytes(to, raw)
        return 0

    def set_register(self, cs: Any, register: int, source: Any) -> int:
        """KVM_SET_ONE_REG."""
        if isinstance(source, Ref):
            raw = (int(source.v) & ((1 << 64) - 1)).to_bytes(8, "little")
        else:
            raw = bytes_of(source, _width(source))
        self.registers[self.vcpu_id(cs), int(register)] = raw
        return 0

    def ioctl(self, _state: Any, request: int, arguments: Any = None) -> int:
        """An ioctl of the machine: only KVM_IRQ_LINE is served, which raises a source's line."""
        if request & 0xFFFF != _IRQ_LINE:
            raise UnknownExternal("kvm_vm_ioctl", self.link.place(), f"KVM ioctl {request:#x}")
        device, irq = self.vm.device, int(arguments.irq)
        known = device is not None and irq in device.sources
        if known and device is not None and arguments.level:
            kvm_esb_trigger(device, irq)
        return self.note("IRQ_LINE", (irq, int(arguments.level)), 0 if known else -22)

    def close(self, fd: int) -> int:
        if fd == _FD and self.vm.device is not None:
            host.kvm_close_device(self.vm.device)
            return self.note("CLOSE", (int(fd),), 0)
        return 0

    def map(self, *_given: Any) -> Any:
        """The ESB or TIMA pages of the device."""
        return EsbPages(self)


class EsbPages:
    """The device's management pages as a pointer; loads and stores reach its sources."""

    __slots__ = ("_kernel", "_offset")

    def __init__(self, kernel: Kernel, offset: int = 0) -> None:
        self._kernel, self._offset = kernel, offset

    def _moved(self, index: int) -> EsbPages:
        return EsbPages(self._kernel, self._offset + index)

    def _place(self) -> tuple[host.KvmDevice, int, int]:
        """The device, the source, the offset in its page; two pages of 64 KiB a source."""
        device = self._kernel.vm.device
        if device is None:
            raise Aborted("Bus error: the pages of a device that is closed")
        return device, self._offset >> 17, self._offset & 0xFFF

    @property
    def v(self) -> int:
        device, irq, offset = self._place()
        value = kvm_esb_load(device, irq, offset)
        if value is None:
            raise Aborted(f"Bus error: a load from the page of source {irq:#x}, unknown to KVM")
        return int.from_bytes(value.to_bytes(8, "big"), "little")

    @v.setter
    def v(self, _value: int) -> None:
        device, irq, offset = self._place()
        if offset:
            raise Faulted(f"a store to offset {offset:#x} of a source's page")
        if not kvm_esb_trigger(device, irq):
            raise Aborted(f"Bus error: a store to the page of source {irq:#x}, unknown to KVM")


def _width(place: Any) -> int:
    """The bytes of what a register is read into: an array's, or one word's."""
    return len(place) * int(place._of.size) if isinstance(place, Array) else 8


class _Failed:
    __slots__ = ()


_FAILED: Final = _Failed()


def _request(way: int, kind: int, number: int, of: Any) -> int:
    """An ioctl's number, as <asm-generic/ioctl.h> makes it; 0 for a size that is not known."""
    try:
        size = int(size_of(of)) if of is not None else 0
    except Faulted:
        size = 0
    return way << 30 | size << 16 | int(kind) << 8 | int(number)


def _cpu_record(qom: Qom) -> str:
    """``ArchCPU`` since 7.0, ``PowerPCCPU`` before."""
    return cpu_record(qom)


def cpu_record(qom: Qom) -> str:
    """The record of a PowerPC CPU in this tree."""

    found = qom.link.program.type_named(qom.home, "ArchCPU")
    return "ArchCPU" if isinstance(found, RecordType) and found._fields else "PowerPCCPU"
