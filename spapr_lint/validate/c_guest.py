"""Guests on translated C, doing what Linux does to bring CPUs up and send IPIs.

With XIVE the guest takes the first free LISN for each CPU, asks for source and queue by hypercall,
and sends each CPU an event; with XICS it sets each CPU's MFRR.
Source of the order: Linux arch/powerpc/sysdev/xive/{common,spapr}.c and sysdev/xics/icp-hv.c.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from spapr_lint.model.kvm_device import kvm_esb_load, kvm_esb_trigger
from spapr_lint.runtime.errors import UnknownExternal
from spapr_lint.runtime.memory import Array, find, root
from spapr_lint.runtime.types import INTEGERS
from spapr_lint.validate.c_machine import CMachine

PRIORITY: Final = 6
QUEUE_SHIFT: Final = 16
ALWAYS_NOTIFY: Final = 1
EISN: Final = 0x10
_IPI_PRIORITY: Final = 4
_XICS_IPI: Final = 2
_QUEUES: Final = 0x1000000  # guest address of the first queue; the next follow
_WATCHED: Final = (
    256  # bytes of a queue, four an event, that are looked at; an experiment's are fewer
)
_H: Final = {0: "H_SUCCESS", -1: "H_HARDWARE", -2: "H_FUNCTION", -4: "H_PARAMETER"}


class Broken(Exception):
    """A rule is broken; the text says how."""


class Ipi(NamedTuple):
    """A CPU's IPI: its LISN and the guest address of its queue."""

    lisn: int
    queue: int


class _Guest:
    """What both guests share: hypercalls, and whether something was broken before."""

    def __init__(self, machine: CMachine) -> None:
        self.machine, self.run, self.link = machine, machine.run, machine.link
        self.broken = False

    def hcall(self, cpu: Any, name: str, *given: int) -> tuple[int, list[int]]:
        """A hypercall from a CPU: the code, and the registers from r4 on."""
        opcode = self.machine.constant(name)
        function = self.run.board.hypercalls.get(opcode)
        if function is None:
            raise UnknownExternal(name, "", f"no function serves the hypercall {name}")
        registers = Array(INTEGERS["target_ulong"], 9)
        for index, value in enumerate(given):
            registers[index] = value
        self.link.variables["current_cpu"] = self._cs(cpu)
        code = self.link.run(lambda: function(cpu, self.machine.spapr, opcode, registers))
        return int(INTEGERS["int64_t"](code)), [int(item) for item in registers._items]

    def _cs(self, cpu: Any) -> Any:
        return find(root(cpu), self.run.qom.record("CPUState"))

    def _must(self, cpu: Any, name: str, *given: int) -> list[int]:
        code, registers = self.hcall(cpu, name, *given)
        if code:
            shown = ", ".join(f"{value:#x}" for value in given)
            raise self._fault(f"{name}({shown}) gives {_H.get(code, code)}")
        return registers

    def _fault(self, text: str) -> Broken:
        self.broken = True
        return Broken(text)


class XicsGuest(_Guest):
    """A guest with XICS: IPIs through MFRR, by hypercall.

    Source: Linux arch/powerpc/sysdev/xics/icp-hv.c.
    """

    def moved(self, machine: CMachine) -> XicsGuest:
        """The guest on another host."""
        return XicsGuest(machine)

    def begin_ipi(self) -> int:
        """Send an IPI to the last CPU, which does not take it yet."""
        server = int(self.machine.cpus()[-1].vcpu_id)
        self._must(self.machine.cpus()[0], "H_IPI", server, _IPI_PRIORITY)
        return server

    def end_ipi(self, server: int, when: str) -> None:
        """The CPU takes the IPI that was sent before."""
        self._take(server, when)

    def bring_up(self) -> None:
        """Every CPU that is there accepts every priority."""
        for cpu in self.machine.cpus():
            self._must(cpu, "H_CPPR", 0xFF)

    def send_ipis(self, when: str) -> None:
        """One IPI to each CPU: just its line goes up, and it takes an IPI."""
        cpus = self.machine.cpus()
        for cpu in cpus:
            self._must(cpus[0], "H_IPI", int(cpu.vcpu_id), _IPI_PRIORITY)
            self._take(int(cpu.vcpu_id), when)

    def _take(self, server: int, when: str) -> None:
        here = {int(cpu.vcpu_id): cpu for cpu in self.machine.cpus()}
        raised = [number for number, other in here.items() if self.run.board.raised(other)]
        if raised != [server]:
            raise self._fault(f"{when}: the IPI to server {server} reaches {raised or 'none'}")
        cpu = here[server]
        (taken, *_rest) = self._must(cpu, "H_XIRR")
        if taken & 0xFFFFFF != _XICS_IPI:
            raise self._fault(f"{when}: server {server} takes {taken:#x} instead of its IPI")
        self._must(cpu, "H_IPI", server, 0xFF)
        self._must(cpu, "H_EOI", taken)


class KernelXicsGuest(_Guest):
    """A guest with XICS under KVM, whose hypercalls QEMU never sees.

    The kernel finds the vCPU of an IPI by the number with which QEMU connected it.
    Source: Linux arch/powerpc/kvm/book3s_xics.c kvmppc_h_ipi(), kvmppc_xics_find_server().
    """

    def moved(self, machine: CMachine) -> KernelXicsGuest:
        """The guest on another host."""
        return KernelXicsGuest(machine)

    def begin_ipi(self) -> int:
        """The kernel keeps what it has pending to itself."""
        return 0

    def end_ipi(self, server: int, when: str) -> None:
        """Nothing of it is seen here."""

    def bring_up(self) -> None:
        """Every CPU that is there is known to the kernel by its server number."""
        for cpu in self.machine.cpus():
            if not self._reached(int(cpu.vcpu_id)):
                raise self._fault(f"H_IPI({int(cpu.vcpu_id)}) gives H_PARAMETER: not connected")

    def send_ipis(self, when: str) -> None:
        """One IPI to each CPU: just its vCPU is found."""
        for cpu in self.machine.cpus():
            server = int(cpu.vcpu_id)
            reached = self._reached(server)
            if reached != [server]:
                raise self._fault(f"{when}: the IPI to server {server} reaches vCPU {reached}")

    def _reached(self, server: int) -> list[int]:
        vm = self.run.kernel.vm
        return [
            number
            for number, vcpu in vm.vcpus.items()
            if vcpu.device is vm.device and vcpu.server_num == server
        ]


class XiveGuest(_Guest):
    """The guest.  ``ranges`` are the cells of "ibm,xive-lisn-ranges"."""

    def __init__(self, machine: CMachine, ranges: list[int]) -> None:
        super().__init__(machine)
        self.memory = machine.run.board.memory
        self.free = [
            lisn
            for first, count in zip(ranges[::2], ranges[1::2], strict=True)
            for lisn in range(first, first + count)
        ]
        self.ipis: dict[int, Ipi] = {}
        device = self.run.kernel.vm.device
        if device is not None:
            device.write32 = self._write32

    def _write32(self, address: int, value: int) -> bool:
        self.memory.write(address, value.to_bytes(4, "big"))
        return True

    def moved(self, machine: CMachine) -> XiveGuest:
        """The guest on another host, with the LISNs and queues that it has."""
        other = XiveGuest(machine, [])
        other.free, other.ipis = list(self.free), dict(self.ipis)
        return other

    def begin_ipi(self) -> int:
        """Send an IPI to the last CPU, which does not take it yet."""
        server = max(self.ipis)
        before = self._queued()[server]
        self._trigger(self.ipis[server].lisn)
        if self._queued()[server] == before:
            raise self._fault(f"the IPI of server {server} reaches no CPU")
        return server

    def end_ipi(self, server: int, when: str) -> None:
        """The CPU takes the IPI that was sent before."""
        here = {int(cpu.vcpu_id): cpu for cpu in self.machine.cpus()}
        if not self._in_kernel():
            self._take(here[server], when)
        self._load(self.ipis[server].lisn, 0)

    # ---- bringing CPUs up

    def bring_up(self) -> None:
        """Every CPU that is there and not up: an IPI of its own, a queue, the source's target."""
        here = {int(cpu.vcpu_id): cpu for cpu in self.machine.cpus()}
        for server in [server for server in self.ipis if server not in here]:
            self.free = sorted([*self.free, self.ipis.pop(server).lisn])
        for server, cpu in here.items():
            if server not in self.ipis:
                self.ipis[server] = self._one(server, cpu)

    def _one(self, server: int, cpu: Any) -> Ipi:
        if not self.free:
            raise self._fault(f"no LISN is left for the CPU with server {server}")
        lisn = self.free.pop(0)
        self._must(cpu, "H_INT_GET_SOURCE_INFO", 0, lisn)
        self._must(cpu, "H_INT_GET_QUEUE_INFO", 0, server, PRIORITY)
        queue = _QUEUES + (server << QUEUE_SHIFT)
        arguments = (ALWAYS_NOTIFY, server, PRIORITY, queue, QUEUE_SHIFT)
        self._must(cpu, "H_INT_SET_QUEUE_CONFIG", *arguments)
        self.memory.write(queue, bytes(_WATCHED))
        self._must(cpu, "H_INT_SET_SOURCE_CONFIG", 0, lisn, server, PRIORITY, EISN)
        self._unmask(lisn)
        if not self._in_kernel():
            self._priority(cpu)
        return Ipi(lisn, queue)

    def _in_kernel(self) -> bool:
        return bool(self.machine.xive().fd != -1)

    def _region(self, region: Any) -> tuple[Any, Any]:
        found = self.run.devices.region_of(region)
        if found is None:
            raise UnknownExternal("esb_mmio", "", "no function serves the source's pages")
        return found

    def _esb(self) -> tuple[Any, Any, int]:
        source = self.machine.xive().source
        name = "esb_mmio_emulated" if "esb_mmio_emulated" in type(source)._fields else "esb_mmio"
        ops, opaque = self._region(getattr(source, name))
        return ops, opaque, int(source.esb_shift)

    def _unmask(self, lisn: int) -> None:
        """A load from the management page that sets PQ to 00."""
        offset = int(self.machine.constant("XIVE_ESB_SET_PQ_00"))
        self._load(lisn, offset)

    def _load(self, lisn: int, offset: int) -> None:
        device = self.run.kernel.vm.device
        if self._in_kernel() and device is not None:
            if kvm_esb_load(device, lisn, offset) is None:
                raise self._fault(f"a load from the page of LISN {lisn:#x} is SIGBUS")
            return
        ops, opaque, shift = self._esb()
        address = (lisn << shift) + (1 << (shift - 1)) + offset
        self.link.run(lambda: ops.read(opaque, address, 8))

    def _priority(self, cpu: Any) -> None:
        """The CPU accepts every priority (CPPR)."""
        constant = self.machine.constant
        offset = int(constant("TM_QW1_OS")) | int(constant("TM_CPPR"))
        ops, opaque, page = self._tima(cpu)
        self.link.run(lambda: ops.write(opaque, page | offset, 0xFF, 1))

    def _tima(self, cpu: Any) -> tuple[Any, Any, int]:
        """The thread context's functions, for accesses from a CPU, and its OS page."""
        constant = self.machine.constant
        self.link.variables["current_cpu"] = self._cs(cpu)
        ops, opaque = self._region(self.machine.xive().tm_mmio)
        return ops, opaque, int(constant("XIVE_TM_OS_PAGE")) << int(constant("TM_SHIFT"))

    def _take(self, cpu: Any, when: str) -> None:
        """The CPU is told, and takes the interrupt."""
        if not self.run.board.raised(cpu):
            raise self._fault(f"{when}: the CPU with server {int(cpu.vcpu_id)} is not told")
        ops, opaque, page = self._tima(cpu)
        offset = page | int(self.machine.constant("TM_SPC_ACK_OS_REG"))
        self.link.run(lambda: ops.read(opaque, offset, 2))
        self._priority(cpu)

    # ---- IPIs

    def send_ipis(self, when: str) -> None:
        """One IPI to each CPU: just its queue gets the event."""
        here = {int(cpu.vcpu_id): cpu for cpu in self.machine.cpus()}
        for server, ipi in self.ipis.items():
            before = self._queued()
            self._trigger(ipi.lisn)
            after = self._queued()
            grown = [s for s in after if after[s] != before[s]]
            if grown != [server]:
                raise self._fault(
                    f"{when}: the IPI {ipi.lisn:#x} of server {server} reaches {grown or 'no CPU'}"
                )
            if not self._in_kernel():
                self._take(here[server], when)
            self._load(ipi.lisn, 0)

    def _queued(self) -> dict[int, bytes]:
        return {server: self.memory.read(ipi.queue, _WATCHED) for server, ipi in self.ipis.items()}

    def _trigger(self, lisn: int) -> None:
        device = self.run.kernel.vm.device
        if self._in_kernel() and device is not None:
            if not kvm_esb_trigger(device, lisn):
                raise self._fault(f"a store to the page of LISN {lisn:#x} is SIGBUS")
            return
        ops, opaque, shift = self._esb()
        self.link.run(lambda: ops.write(opaque, lisn << shift, 0, 8))


Guest = XiveGuest | XicsGuest | KernelXicsGuest
