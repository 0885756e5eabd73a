"""How Linux uses XIVE on pseries: takes LISNs for its IPIs, sets up queues, sends and takes.

Source: Linux arch/powerpc/sysdev/xive/{spapr,common}.c, with its console messages.  A LISN is the
first free one of the advertised ranges at the moment when the CPU comes up: never a server number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from spapr_lint.model.constants import H_SUCCESS, TM_SHIFT, XIVE_TM_OS_PAGE
from spapr_lint.model.fdt import FdtNode, cells, fdt_subnode
from spapr_lint.model.hypercall import (
    OPCODES,
    esb_load,
    esb_store,
    spapr_hypercall,
    tima_load,
    tima_store,
)
from spapr_lint.model.state import PowerPCCPU, SpaprMachineState
from spapr_lint.model.xive import (
    TM_CPPR,
    TM_QW1_OS,
    TM_SPC_ACK_OS_REG,
    XIVE_ESB_SET_PQ_00,
)

PAGE_SHIFT = 16  # of a distribution's kernel, 64 KiB
EISN = 0x10  # Linux's virtual irq of its IPIs
SRC_SET_EISN = 2
ALWAYS_NOTIFY = 1
MASKED = 0xFF
FIRST_QUEUE = 64 << 20  # where the guest puts its queues in memory
ALL_ONES = (1 << 64) - 1


class Panic(Exception):
    """The guest's kernel gives up."""


@dataclass(slots=True)
class IrqRange:
    """A range of LISNs to take from: ``taken`` are ordinals within it."""

    base: int
    count: int
    taken: set[int] = field(default_factory=set)
    first_free: int = 0

    def allocate(self) -> int | None:
        """The first free LISN of the range, or None."""
        while self.first_free in self.taken:
            self.first_free += 1
        if self.first_free >= self.count:
            return None
        self.taken.add(self.first_free)
        return self.base + self.first_free

    def release(self, lisn: int) -> bool:
        """Give a LISN back, if it is of this range."""
        ordinal = lisn - self.base
        if ordinal not in self.taken:
            return False
        self.taken.discard(ordinal)
        self.first_free = min(self.first_free, ordinal)
        return True


@dataclass(slots=True)
class Queue:
    """A CPU's event queue as the guest reads it."""

    address: int
    entries: int
    index: int = 0
    toggle: int = 0


@dataclass(slots=True)
class XiveDriver:
    """Linux's XIVE driver.  ``hw_ipi`` is the LISN of each CPU's IPI; ``calls`` the trace of
    (LISN, target, priority, EISN) that it asked for.
    """

    spapr: SpaprMachineState
    messages: list[str]
    ranges: list[IrqRange] = field(default_factory=list)
    priority: int = 6
    queue_shift: int = PAGE_SHIFT
    hw_ipi: dict[int, int] = field(default_factory=dict)
    trigger: dict[int, int] = field(default_factory=dict)
    management: dict[int, int] = field(default_factory=dict)
    queues: dict[int, Queue] = field(default_factory=dict)
    calls: list[tuple[int, int, int, int]] = field(default_factory=list)
    tima: int = 0

    def _call(self, name: str, *args: int) -> tuple[int, list[int]]:
        cpu = next(iter(self.spapr.cpus.values()))
        return spapr_hypercall(self.spapr, cpu, OPCODES[name], *args)

    def probe(self, root: FdtNode) -> None:
        """xive_spapr_init(): read what the tree offers; `Panic` when it cannot be used."""
        node = fdt_subnode(root, "interrupt-controller")
        if node is None:
            raise Panic("no interrupt controller")
        reg = cells(node, "reg") or []
        if len(reg) >= 8:
            self.tima = ((reg[4] << 32) | (reg[5] & 0xFFFFFFFF)) - XIVE_TM_OS_PAGE * (1 << TM_SHIFT)
        for value in cells(node, "ibm,xive-eq-sizes") or []:
            self.queue_shift = value
            if value == PAGE_SHIFT:
                break
        self._read_priorities(root)
        self._read_ranges(node)
        self.messages.append("xive: Interrupt handling initialized with spapr backend")
        self.messages.append(f"xive: Using priority {self.priority} for all interrupts")
        self.messages.append(f"xive: Using {(1 << self.queue_shift) // 1024}kB queues")

    def _read_ranges(self, node: FdtNode) -> None:
        lisn_ranges = cells(node, "ibm,xive-lisn-ranges")
        if lisn_ranges is None:
            self._give_up("xive: Failed to read 'ibm,xive-lisn-ranges' property")
        if len(lisn_ranges) % 2:
            self._give_up("xive: invalid 'ibm,xive-lisn-ranges' property")
        for base, count in zip(lisn_ranges[::2], lisn_ranges[1::2], strict=True):
            # The kernel puts each range before the ones that it has.
            self.ranges.insert(0, IrqRange(base, count))
            last = (base + count - 1) & 0xFFFFFFFF
            self.messages.append(f"xive: Using IRQ range [{base:x}-{last:x}]")

    def _read_priorities(self, root: FdtNode) -> None:
        """The highest priority number that the hypervisor does not keep for itself."""
        reserved = cells(root, "ibm,plat-res-int-priorities") or []
        pairs = list(zip(reserved[::2], reserved[1::2], strict=False))
        usable = [
            prio for prio in range(8) if not any(base <= prio < base + n for base, n in pairs)
        ]
        if not usable:
            self._give_up("xive: no valid priority found in 'ibm,plat-res-int-priorities'")
        self.priority = usable[-1]

    def _give_up(self, message: str) -> NoReturn:
        self.messages.append(message)
        raise Panic(message)

    def boot_cpu(self, cpu: int, hard_id: int) -> None:
        """The boot CPU goes on without an IPI when it gets none."""
        if not self._setup_queue(cpu, hard_id):
            raise Panic("no queue for the boot CPU")
        self._setup_ipi(cpu, hard_id)
        self.setup_cpu(cpu, hard_id)

    def prepare_cpu(self, cpu: int, hard_id: int) -> bool:
        """xive_prepare_cpu() and xive_setup_cpu_ipi(): False keeps the CPU down."""
        return self._setup_queue(cpu, hard_id) and self._setup_ipi(cpu, hard_id)

    def _setup_queue(self, cpu: int, hard_id: int) -> bool:
        """xive_spapr_configure_queue(): an empty queue for the CPU's one priority."""
        code, _info = self._call("H_INT_GET_QUEUE_INFO", 0, hard_id, self.priority)
        if code != H_SUCCESS:
            where = f"cpu={hard_id} prio={self.priority}"
            self.messages.append(f"xive: H_INT_GET_QUEUE_INFO {where} failed {code}")
            self.messages.append(
                f"xive: Error {code} getting queue info CPU {hard_id} prio {self.priority}"
            )
            return False
        size = 1 << self.queue_shift
        address = -(-FIRST_QUEUE // size) * size + cpu * size
        self.spapr.memory.clear(address, size)
        code, _nothing = self._call(
            "H_INT_SET_QUEUE_CONFIG",
            ALWAYS_NOTIFY,
            hard_id,
            self.priority,
            address,
            self.queue_shift,
        )
        if code != H_SUCCESS:
            self.messages.append(
                f"xive: Error {code} setting queue for CPU {hard_id} prio {self.priority}"
            )
            return False
        self.queues[cpu] = Queue(address, size >> 2)
        return True

    def _setup_ipi(self, cpu: int, hard_id: int) -> bool:
        """xive_setup_cpu_ipi(): take a LISN, look at it, aim it at the CPU."""
        lisn = next((nr for part in self.ranges if (nr := part.allocate()) is not None), None)
        if lisn is None:
            self.messages.append(f"xive: Failed to allocate IPI on CPU {cpu}")
            return False
        code, info = self._call("H_INT_GET_SOURCE_INFO", 0, lisn)
        if code != H_SUCCESS:
            self.messages.append(f"xive: H_INT_GET_SOURCE_INFO lisn={lisn:#x} failed {code}")
            self.messages.append(f"xive: Failed to populate IPI data on CPU {cpu}")
            return False
        if not self._configure(lisn, hard_id, self.priority):
            self.messages.append(f"xive: Failed to map IPI CPU {cpu}")
            return False
        self.hw_ipi[cpu] = lisn
        self.management[cpu], self.trigger[cpu] = info[1], info[2]
        # xive_do_source_set_mask(false): from here on the source lets events through.
        esb_load(self.spapr, info[1] + XIVE_ESB_SET_PQ_00)
        return True

    def _configure(self, lisn: int, target: int, priority: int) -> bool:
        self.calls.append((lisn, target, priority, EISN))
        code, _nothing = self._call(
            "H_INT_SET_SOURCE_CONFIG", SRC_SET_EISN, lisn, target, priority, EISN
        )
        if code != H_SUCCESS:
            self.messages.append(
                f"xive: H_INT_SET_SOURCE_CONFIG lisn={lisn:#x} target={target} "
                f"prio={priority} failed {code}"
            )
        return code == H_SUCCESS

    def setup_cpu(self, cpu: int, hard_id: int) -> None:
        """xive_setup_cpu(): the CPU lets all priorities through."""
        del cpu
        vcpu = self.spapr.cpus[hard_id]
        tima_store(self.spapr, vcpu, self._os(TM_QW1_OS + TM_CPPR), 0xFF, 1)

    def teardown_cpu(self, cpu: int, hard_id: int) -> None:
        """xive_teardown_cpu(): mask the CPU and its IPI, give the LISN and the queue back."""
        vcpu = self.spapr.cpus[hard_id]
        tima_store(self.spapr, vcpu, self._os(TM_QW1_OS + TM_CPPR), 0, 1)
        lisn = self.hw_ipi.pop(cpu, None)
        if lisn is not None:
            self._configure(lisn, hard_id, MASKED)
            for part in self.ranges:
                if part.release(lisn):
                    break
        self.queues.pop(cpu, None)
        self._call("H_INT_SET_QUEUE_CONFIG", 0, hard_id, self.priority, 0, 0)

    def _os(self, register: int) -> int:
        return self.tima + (XIVE_TM_OS_PAGE << TM_SHIFT) + register

    def cause_ipi(self, source: PowerPCCPU, target: int, hard_id: int) -> None:
        """Store to the trigger page of the target's IPI."""
        del source, hard_id
        if target in self.trigger:
            esb_store(self.spapr, self.trigger[target])

    def line_up(self, vcpu: PowerPCCPU) -> bool:
        """Whether the external interrupt line of the vCPU is up."""
        return vcpu.tctx is not None and vcpu.tctx.os_output

    def take(self, vcpu: PowerPCCPU, cpu: int) -> int:
        """xive_get_irq() until the queue is empty; how many IPIs there were."""
        count = 0
        queue = self.queues.get(cpu)
        while self.line_up(vcpu):
            tima_load(self.spapr, vcpu, self._os(TM_SPC_ACK_OS_REG), 2)
            while queue is not None and self._read(queue) == EISN:
                count += 1
                # xive_do_source_eoi(): an event that came meanwhile is triggered again.
                if esb_load(self.spapr, self.management[cpu] + XIVE_ESB_SET_PQ_00) & 1:
                    esb_store(self.spapr, self.trigger[cpu])
            tima_store(self.spapr, vcpu, self._os(TM_QW1_OS + TM_CPPR), 0xFF, 1)
        return count

    def _read(self, queue: Queue) -> int | None:
        """xive_read_eq(): the next event, None when there is none."""
        word = self.spapr.memory.read32(queue.address + (queue.index << 2))
        if word >> 31 == queue.toggle:
            return None
        queue.index = (queue.index + 1) & (queue.entries - 1)
        if queue.index == 0:
            queue.toggle ^= 1
        return word & 0x7FFFFFFF
