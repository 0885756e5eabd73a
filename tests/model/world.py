"""A machine with a guest on it, and everything that may happen to them, one step at a time.

Used by the state machines of hypothesis and by a long walk.
"""

from __future__ import annotations

from machines import machine

from spapr_lint.model import boot
from spapr_lint.model import guest as linux
from spapr_lint.model.constants import (
    H_FUNCTION,
    H_HARDWARE,
    H_P2,
    H_P3,
    H_P4,
    H_P5,
    H_PARAMETER,
    H_SUCCESS,
)
from spapr_lint.model.errors import Error
from spapr_lint.model.guest_xive import XiveDriver
from spapr_lint.model.hypercall import HCALLS, spapr_hypercall, spapr_rtas_call
from spapr_lint.model.migration import migrate
from spapr_lint.model.spapr_irq import (
    spapr_irq_claim,
    spapr_irq_free,
    spapr_irq_msi_alloc,
    spapr_irq_msi_free,
    spapr_set_irq,
)
from spapr_lint.model.vsmt import spapr_vcpu_id
from spapr_lint.model.xics import ICPState

CODES = {H_SUCCESS, H_HARDWARE, H_FUNCTION, H_PARAMETER, H_P2, H_P3, H_P4, H_P5}
MACHINES = [
    f"-M pseries,ic-mode={mode},vsmt={vsmt} -smp {smp}{kvm}"
    for mode in ("xics", "xive", "dual")
    for vsmt, smp in ((1, "2,maxcpus=5"), (8, "1,maxcpus=4"), (4, "4,threads=2,maxcpus=8"))
    for kvm in ("", " --kvm")
]
RTAS = ("ibm,set-xive", "ibm,get-xive", "ibm,int-on", "ibm,int-off", "query-cpu-stopped-state")


class World:
    """The machine, its guest, and what is owed to whom."""

    def __init__(self, words: str) -> None:
        self.machine = machine(words)
        self.guest = boot(self.machine)
        self.owed: dict[int, int] = {}
        self.msis: list[int] = []
        self.lines: set[int] = set()

    @property
    def cores(self) -> list[int]:
        """Ids of all cores that the machine can have."""
        threads = self.machine.options.smp.threads
        return [index * threads for index in range(len(self.machine.spapr.ms.possible_cpus))]

    def present(self, core_id: int) -> bool:
        """Whether a core is plugged."""
        index = core_id // self.machine.options.smp.threads
        return self.machine.spapr.ms.possible_cpus[index] is not None

    def send(self, pick: int) -> None:
        """An IPI to an online CPU, from another."""
        online = self.guest.online
        target, sender = online[pick % len(online)], online[pick // 7 % len(online)]
        linux.send_ipi(self.guest, target, sender=sender)
        self.owed[target] = self.owed.get(target, 0) + 1

    def take(self) -> None:
        """Every CPU takes what is there: one for a request or more, with XIVE two at most."""
        got = linux.take_interrupts(self.guest)
        assert set(got) == set(self.owed), (got, self.owed)
        kept = 2 if isinstance(self.guest.driver, XiveDriver) else 1
        assert got == {cpu: min(count, kept) for cpu, count in self.owed.items()}
        self.owed = {}

    def plug(self, pick: int) -> None:
        """Plug a core, or unplug it; core 0 stays."""
        core_id = self.cores[pick % len(self.cores)]
        if not self.present(core_id):
            new = linux.plug(self.guest, core_id)
            assert len(new) == self.machine.options.smp.threads
        elif core_id != 0:
            self.take()
            linux.unplug(self.guest, core_id)

    def toggle(self, pick: int) -> None:
        """Take a CPU down or bring it up; CPU 0 stays."""
        cpus = sorted(self.guest.hard_id)
        cpu = cpus[pick % len(cpus)]
        if cpu not in self.guest.online:
            assert linux.bring_up(self.guest, cpu)
        elif cpu != 0:
            self.take()
            linux.take_down(self.guest, cpu)

    def reset(self, pick: int) -> None:
        """Reset and boot, in dual mode with one controller or the other.

        Devices give their messages back first, as QEMU's host bridge does when it is reset.
        """
        for first in self.msis:
            spapr_irq_free(self.machine.spapr, first, 4)
            spapr_irq_msi_free(self.machine.spapr, first, 4)
        self.msis = []
        self.machine.reset()
        self.guest = boot(self.machine, xive=bool(pick % 2))
        self.owed = {}

    def migrate(self) -> None:
        """To another host, with what is pending."""
        self.machine = self.guest.machine = migrate(self.machine)
        self.guest.driver.spapr = self.machine.spapr

    def messages(self, pick: int) -> None:
        """A device takes irqs for messages, or gives them back."""
        spapr, errp = self.machine.spapr, Error()
        if spapr.smc.legacy_irq_allocation or len(self.msis) > 8:
            return
        first = spapr_irq_msi_alloc(spapr, 4, bool(pick % 2), errp)
        for irq in range(first, first + 4):
            assert spapr_irq_claim(spapr, irq, False, errp) == 0
        if pick % 3 == 0:
            self.msis.append(first)
            spapr_set_irq(spapr, first + 1, 1)
            return
        spapr_irq_free(spapr, first, 4)
        spapr_irq_msi_free(spapr, first, 4)

    def line(self, pick: int) -> None:
        """A device moves the line of a level interrupt that nobody has enabled."""
        irq = 0x1200 + pick % 4
        up = irq not in self.lines
        self.lines ^= {irq}
        spapr_set_irq(self.machine.spapr, irq, int(up))

    def hypercall(self, opcode: int, args: list[int]) -> int:
        """Any hypercall with any arguments, by a CPU that is there."""
        spapr = self.machine.spapr
        cpu = next(iter(spapr.cpus.values()))
        code, registers = spapr_hypercall(spapr, cpu, opcode, *args)
        assert code in CODES
        assert len(registers) == 9
        assert all(0 <= register < 1 << 64 for register in registers)
        if opcode not in HCALLS:
            assert code == H_FUNCTION
        return code

    def rtas(self, name: str, args: list[int], nret: int) -> None:
        """Any RTAS call with any arguments."""
        results = spapr_rtas_call(self.machine.spapr, name, args, nret)
        assert len(results) == max(nret, 0)
        assert not results or results[0] in (0, -1, -3)

    def check(self) -> None:
        """What holds at any time, whatever the guest did."""
        spapr = self.machine.spapr
        expected = set()
        for core in spapr.ms.possible_cpus:
            for cpu in core.threads if core is not None else ():
                assert cpu.vcpu_id == spapr_vcpu_id(spapr, cpu.cs.cpu_index)
                expected.add(cpu.vcpu_id)
        assert set(spapr.cpus) == expected
        if spapr.xive is not None:
            assert all(0 <= index < spapr.xive.nr_ends for index in spapr.xive.endt)
            cams = [cpu.tctx.os_cam for cpu in spapr.cpus.values() if cpu.tctx is not None]
            assert len(set(cams)) == len(cams) == len(spapr.cpus)
            assert set(spapr.xive.source.status) <= {0, 1, 2, 3}
        if spapr.kvm is not None and spapr.active_intc is not None:
            assert (spapr.kvm.device is not None) == (spapr.active_intc.fd is not None)
        for cpu in spapr.cpus.values():
            if isinstance(cpu.icp, ICPState):
                assert 0 <= cpu.icp.xirr < 1 << 32

    def check_guest(self) -> None:
        """What holds while the guest behaves: its own LISN for each CPU, aimed at its server."""
        self.check()
        spapr, guest = self.machine.spapr, self.guest
        if not isinstance(guest.driver, XiveDriver) or spapr.xive is None:
            return
        lisns = [guest.driver.hw_ipi[cpu] for cpu in guest.online]
        assert len(set(lisns)) == len(lisns)
        for cpu, lisn in zip(guest.online, lisns, strict=True):
            eas = spapr.xive.eat[lisn]
            assert eas.valid
            assert not eas.masked
            assert eas.end_idx >> 3 == guest.hard_id[cpu]
            if spapr.xive.fd is not None:
                assert spapr.xive.fd.sources[lisn].server == guest.hard_id[cpu]
