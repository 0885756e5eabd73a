"""A guest that boots as Linux does: reads the tree, brings CPUs up, sends and takes IPIs.

What it does with interrupts is in `guest_xive` and `guest_xics`; this is the part that does not
care.  Source: Linux arch/powerpc/kernel/smp.c, arch/powerpc/platforms/pseries/{smp,hotplug-cpu}.c.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from spapr_lint.model.errors import Refused
from spapr_lint.model.fdt import Fdt, FdtNode, cells, fdt_subnode
from spapr_lint.model.guest_xics import XicsDriver
from spapr_lint.model.guest_xive import Panic, XiveDriver
from spapr_lint.model.hypercall import spapr_rtas_call
from spapr_lint.model.machine import Machine
from spapr_lint.model.spapr import spapr_build_fdt
from spapr_lint.model.state import PowerPCCPU


@dataclass(slots=True)
class Guest:
    """A running guest.  CPUs have the guest's own dense numbers; ``hard_id`` are server numbers.

    ``online`` are the guest's CPUs that came up, ``messages`` what its console said about
    interrupts, ``panic`` why it died, or None.
    """

    machine: Machine
    mode: str = "xics"
    hard_id: dict[int, int] = field(default_factory=dict)
    online: list[int] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    panic: str | None = None
    driver: XiveDriver | XicsDriver = field(init=False)

    @property
    def ipi_of_cpu(self) -> dict[int, int]:
        """The LISN of each online CPU's IPI; empty with XICS, which has one irq for all."""
        if isinstance(self.driver, XicsDriver):
            return {}
        return {cpu: self.driver.hw_ipi[cpu] for cpu in self.online if cpu in self.driver.hw_ipi}

    def vcpu(self, cpu: int) -> PowerPCCPU | None:
        """The machine's vCPU behind one of the guest's CPUs."""
        return self.machine.spapr.cpus.get(self.hard_id[cpu])


def negotiate(machine: Machine, xive: bool) -> str:
    """What stock Linux asks for at CAS: XIVE where it is offered, unless ``xive=off``.

    A machine that has XIVE only overrules ``xive=off``.
    """
    offered = machine.spapr.irq
    wanted = offered == "xive" or (offered == "dual" and xive)
    return "xive" if wanted else "xics"


def boot(
    machine: Machine,
    *,
    xive: bool = True,
    edit: Callable[[Fdt], None] | None = None,
    maxcpus: int | None = None,
) -> Guest:
    """Boot a guest on the machine and bring up every CPU that is present.

    ``xive=False`` is the guest's option ``xive=off``; ``edit`` may spoil the tree before the guest
    reads it; ``maxcpus`` is the guest's option, how many CPUs to start at boot.  `Aborted` when
    the machine dies of it.
    """
    guest = Guest(machine, negotiate(machine, xive))
    machine.cas(guest.mode)
    tree = spapr_build_fdt(machine.spapr)
    if edit is not None:
        edit(tree)
    _number_cpus(guest, tree.root)
    if guest.mode == "xive":
        guest.driver = XiveDriver(machine.spapr, guest.messages)
    else:
        guest.driver = XicsDriver(machine.spapr)
    try:
        guest.driver.probe(tree.root)
        first = min(guest.hard_id)
        boot_cpu = guest.vcpu(first)
        if boot_cpu is None:
            raise Panic("the boot CPU is not there")
        boot_cpu.cs.halted = False
        guest.driver.boot_cpu(first, guest.hard_id[first])
    except Panic as panic:
        guest.panic = str(panic)
        return guest
    guest.online.append(first)
    others = [cpu for cpu in sorted(guest.hard_id) if cpu != first]
    for cpu in others[: None if maxcpus is None else maxcpus - 1]:
        bring_up(guest, cpu)
    return guest


def _number_cpus(guest: Guest, root: FdtNode) -> None:
    """Number CPUs in the order of the tree, threads of a core together."""
    cpus = fdt_subnode(root, "cpus")
    nodes = list(cpus.children.values()) if cpus is not None else []
    for node in nodes:
        for server in cells(node, "ibm,ppc-interrupt-server#s") or []:
            guest.hard_id[len(guest.hard_id)] = server


def bring_up(guest: Guest, cpu: int) -> bool:
    """Start one CPU: its queue and its IPI first, then RTAS start-cpu.  Whether it came up."""
    hard_id = guest.hard_id[cpu]
    if not guest.driver.prepare_cpu(cpu, hard_id):
        return False
    spapr = guest.machine.spapr
    (stopped,) = spapr_rtas_call(spapr, "start-cpu", [hard_id, 0, cpu], 1)
    if stopped != 0:
        return False
    guest.driver.setup_cpu(cpu, hard_id)
    guest.online.append(cpu)
    return True


def take_down(guest: Guest, cpu: int) -> None:
    """Stop one CPU (``echo 0 > /sys/devices/system/cpu/cpuN/online``)."""
    guest.driver.teardown_cpu(cpu, guest.hard_id[cpu])
    vcpu = guest.vcpu(cpu)
    if vcpu is not None:
        vcpu.cs.halted = True
    guest.online.remove(cpu)


def plug(guest: Guest, core_id: int) -> list[int]:
    """device_add of a core, and the guest's answer: its new CPUs, brought up."""
    guest.machine.plug(core_id)
    core = guest.machine.spapr.ms.possible_cpus[core_id // guest.machine.options.smp.threads]
    assert core is not None
    new = []
    for vcpu in core.threads:
        cpu = next(number for number in range(1 << 16) if number not in guest.hard_id)
        guest.hard_id[cpu] = vcpu.vcpu_id
        new.append(cpu)
    return [cpu for cpu in new if bring_up(guest, cpu)]


def unplug(guest: Guest, core_id: int) -> None:
    """device_del of a core: the guest lets its CPUs go first.  The boot core stays."""
    threads = guest.machine.options.smp.threads
    if core_id // threads == 0:
        raise Refused("Boot CPU core may not be unplugged")
    core = guest.machine.spapr.ms.possible_cpus[core_id // threads]
    gone = {vcpu.vcpu_id for vcpu in core.threads} if core is not None else set()
    for cpu in [cpu for cpu, hard_id in guest.hard_id.items() if hard_id in gone]:
        if cpu in guest.online:
            take_down(guest, cpu)
        del guest.hard_id[cpu]
    guest.machine.unplug(core_id)


def send_ipi(guest: Guest, target: int, *, sender: int | None = None) -> None:
    """One CPU interrupts another, or itself."""
    source = guest.online[0] if sender is None else sender
    source_cpu = guest.vcpu(source)
    assert source_cpu is not None
    guest.driver.cause_ipi(source_cpu, target, guest.hard_id[target])


def take_interrupts(guest: Guest) -> dict[int, int]:
    """Let every online CPU whose line is up take what is there: how many IPIs each got."""
    got: dict[int, int] = {}
    for cpu in guest.online:
        vcpu = guest.vcpu(cpu)
        if vcpu is not None and guest.driver.line_up(vcpu):
            taken = guest.driver.take(vcpu, cpu)
            if taken:
                got[cpu] = taken
    return got


def ping(guest: Guest) -> dict[int, dict[int, int]]:
    """An IPI to each online CPU in turn; who got how many, by whom it was meant for.

    Right is ``{cpu: {cpu: 1}}`` for each.
    """
    answers = {}
    for target in list(guest.online):
        send_ipi(guest, target)
        answers[target] = take_interrupts(guest)
    return answers


def lost_ipis(guest: Guest) -> list[int]:
    """The online CPUs whose IPI reached anyone else, nobody, or them more than once."""
    return [cpu for cpu, got in ping(guest).items() if got != {cpu: 1}]
