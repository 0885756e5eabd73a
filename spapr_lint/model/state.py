"""The objects of the machine: what QEMU keeps in its structs, field for field where it matters.

Numbers are plain integers with the meaning that QEMU gives the field; entries of big tables
(EAS, END, ICS source) are immutable and replaced, so that a fresh table is one shared entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from spapr_lint.model.errors import Error
from spapr_lint.model.options import MachineOptions
from spapr_lint.model.topology import CpuTopology
from spapr_lint.model.versions import SpaprMachineClass

if TYPE_CHECKING:
    from spapr_lint.model.fdt import Fdt
    from spapr_lint.model.kvm import KvmDevice, KvmVcpu, KvmVm


class XiveEAS(NamedTuple):
    """Event Assignment Structure: where the events of one LISN go (xive_regs.h).

    ``end_idx`` is an END index of block ``end_blk``; ``end_data`` (EISN) the guest's own number,
    31 bits, written into the queue.
    """

    valid: bool = False
    masked: bool = False
    end_blk: int = 0
    end_idx: int = 0
    end_data: int = 0


class XiveEND(NamedTuple):
    """Event Notification Descriptor: one event queue of one server and priority (xive_regs.h).

    ``qsize`` is log2 of the queue's bytes minus 12; ``page_off`` counts entries of 4 bytes;
    ``esn``, ``ese`` are PQ bits; ``nvt_idx`` names the virtual processor to notify.
    """

    valid: bool = False
    enqueue: bool = False
    ucond_notify: bool = False
    qsize: int = 0
    esn: int = 1
    ese: int = 1
    generation: int = 0
    page_off: int = 0
    qaddr: int = 0
    nvt_blk: int = 0
    nvt_idx: int = 0
    priority: int = 0


class ICSIRQState(NamedTuple):
    """One source of the ICS (include/hw/ppc/xics.h).  ``server`` is an interrupt server number."""

    server: int = 0
    priority: int = 0xFF
    saved_priority: int = 0xFF
    status: int = 0
    flags: int = 0


@dataclass(slots=True, eq=False)
class XiveSource:
    """The ESBs: two PQ bits for each source; on sPAPR a source number is a LISN (xive.h)."""

    xive: SpaprXive
    nr_irqs: int
    esb_shift: int
    status: bytearray
    asserted: set[int] = field(default_factory=set)
    lsi: set[int] = field(default_factory=set)
    esb_mmap: KvmDevice | None = None


@dataclass(slots=True, eq=False)
class SpaprXive:
    """The XIVE interrupt controller of a pseries machine (include/hw/ppc/spapr_xive.h).

    ``eat`` is indexed by LISN, ``endt`` by END index below ``nr_ends``; ``nr_ipis`` is how many
    IPIs the design at hand hands out; ``fd`` is the KVM device, None when emulated.
    """

    spapr: SpaprMachineState
    nr_irqs: int = 0
    nr_ends: int = 0
    nr_ipis: int = 0
    hv_prio: int = 7
    vc_base: int = 0
    tm_base: int = 0
    end_base: int = 0
    nodename: str = ""
    eat: list[XiveEAS] = field(default_factory=list)
    endt: defaultdict[int, XiveEND] = field(default_factory=lambda: defaultdict(XiveEND))
    source: XiveSource = field(init=False)
    mmio_enabled: bool = False
    fd: KvmDevice | None = None


@dataclass(slots=True, eq=False)
class XiveTCTX:
    """Thread interrupt context: what the presenter knows of one vCPU (include/hw/ppc/xive.h).

    ``regs`` are the 64 bytes of the TIMA; ``os_cam`` repeats word 2 of the OS ring, by which the
    presenter finds the thread; ``os_output`` is the level of the CPU's external interrupt line.
    """

    cs: CPUState
    xptr: SpaprXive
    regs: bytearray = field(default_factory=lambda: bytearray(64))
    os_cam: int = 0
    os_output: bool = False


@dataclass(slots=True, eq=False)
class ICSState:
    """XICS source controller.  ``offset`` is its first irq, ``nr_irqs`` how many it has.

    ``pending`` is False while no source ever had anything to offer since the last reset.
    """

    spapr: SpaprMachineState
    nr_irqs: int
    offset: int
    irqs: list[ICSIRQState]
    pending: bool = False
    fd: KvmDevice | None = None


@dataclass(slots=True, eq=False)
class ICPState:
    """XICS presentation controller of one vCPU (include/hw/ppc/xics.h).

    ``xirr`` is CPPR << 24 | XISR; ``mfrr`` the priority of a requested IPI, 0xff for none.
    """

    cs: CPUState
    spapr: SpaprMachineState
    xirr: int = 0
    pending_priority: int = 0xFF
    mfrr: int = 0xFF
    xirr_owner: ICSState | None = None
    output: bool = False


@dataclass(slots=True, eq=False)
class CPUState:
    """``cpu_index`` is QEMU's own dense number of the vCPU, fixed by its core's id and thread."""

    cpu_index: int
    kvm_vcpu: KvmVcpu | None = None
    halted: bool = True


@dataclass(slots=True, eq=False)
class PowerPCCPU:
    """A vCPU; ``vcpu_id`` is its interrupt server number, sparse under VSMT."""

    cs: CPUState
    vcpu_id: int
    icp: ICPState | None = None
    tctx: XiveTCTX | None = None


@dataclass(slots=True, eq=False)
class CPUCore:
    """A pluggable core of a pseries machine.  ``core_id`` is the cpu_index of its thread 0."""

    core_id: int
    threads: list[PowerPCCPU] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class MachineState:
    """The part of a machine that is not special to pseries."""

    smp: CpuTopology
    cpu_type: str
    possible_cpus: list[CPUCore | None] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class GuestMemory:
    """The guest's RAM, as far as event queues use it: words of 4 bytes by address."""

    size: int
    pages: dict[int, dict[int, int]] = field(default_factory=dict)

    def contains(self, address: int, length: int) -> bool:
        """Whether all ``length`` bytes from ``address`` are RAM."""
        return address >= 0 and address + length <= self.size

    def write32(self, address: int, value: int) -> bool:
        """Store a word; False outside of RAM."""
        if not self.contains(address, 4):
            return False
        self.pages.setdefault(address >> 12, {})[address & 0xFFF] = value
        return True

    def read32(self, address: int) -> int:
        """Load a word; zero where nothing was stored, all ones outside of RAM."""
        if not self.contains(address, 4):
            return 0xFFFFFFFF
        return self.pages.get(address >> 12, {}).get(address & 0xFFF, 0)

    def clear(self, address: int, length: int) -> None:
        """Zero whole pages of 4 KiB."""
        for page in range(address >> 12, (address + length) >> 12):
            self.pages.pop(page, None)


Intc = SpaprXive | ICSState


@dataclass(slots=True, eq=False)
class SpaprInterruptControllerClass:
    """Methods that XICS and XIVE both have (include/hw/ppc/spapr_irq.h).

    ``activate(intc, nr_servers)`` and ``dt(intc, nr_servers, ...)`` get the highest server number
    plus one; ``claim_irq``, ``free_irq``, ``set_irq`` an irq number of the shared space.
    """

    activate: Callable[..., int]
    deactivate: Callable[..., None]
    cpu_intc_create: Callable[..., int]
    cpu_intc_reset: Callable[..., None]
    cpu_intc_destroy: Callable[..., None]
    claim_irq: Callable[..., int]
    free_irq: Callable[..., None]
    set_irq: Callable[..., None]
    print_info: Callable[..., list[str]]
    dt: Callable[..., None]
    post_load: Callable[..., int]


@dataclass(slots=True, eq=False)
class SpaprXiveClass:
    """What the designs under study do differently; a variant fills the slots.

    ``init``: create the controller and claim its IPIs.  ``cpu_connect_ipi``: after a vCPU was
    connected to the KVM device.  ``source_reset``: tell KVM of the sources.
    ``source_is_valid``: whether KVM knows source i.
    """

    init: Callable[[SpaprMachineState, Error], None]
    cpu_connect_ipi: Callable[[SpaprXive, PowerPCCPU, Error], int]
    source_reset: Callable[[XiveSource, Error], int]
    source_is_valid: Callable[[SpaprXive, int], bool]


@dataclass(slots=True, eq=False)
class SpaprMachineState:
    """A pseries machine (include/hw/ppc/spapr.h).

    ``vsmt`` is the stride from one core's first server number to the next one's; ``irq`` the
    interrupt mode offered (``legacy``, ``xics``, ``xive``, ``dual``); ``ov5_cas`` what CAS agreed.
    """

    options: MachineOptions
    smc: SpaprMachineClass
    ms: MachineState
    memory: GuestMemory
    vsmt: int = 0
    irq: str = "dual"
    ics: ICSState | None = None
    xive: SpaprXive | None = None
    active_intc: Intc | None = None
    xics_class: SpaprInterruptControllerClass = field(init=False)
    xive_class: SpaprInterruptControllerClass = field(init=False)
    design: SpaprXiveClass = field(init=False)
    ov5: set[str] = field(default_factory=set)
    ov5_cas: set[str] = field(default_factory=set)
    cpus: dict[int, PowerPCCPU] = field(default_factory=dict)
    irq_map: set[int] = field(default_factory=set)
    kvm: KvmVm | None = None
    kvm_enabled_cpus: dict[int, None] = field(default_factory=dict)
    parked_vcpus: dict[int, KvmVcpu] = field(default_factory=dict)
    fdt: Fdt | None = None
    warnings: list[str] = field(default_factory=list)


def cpu_foreach(spapr: SpaprMachineState) -> list[PowerPCCPU]:
    """All present vCPUs in the order in which they were plugged (CPU_FOREACH)."""
    return list(spapr.cpus.values())


def kvm_enabled(spapr: SpaprMachineState) -> bool:
    """Whether the machine runs under KVM."""
    return spapr.kvm is not None
