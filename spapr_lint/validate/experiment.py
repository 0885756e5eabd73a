"""One machine of one design, run through its life: what each rule says about it.

Boot, hotplug, unplug, replug, reset, the other interrupt mode, migration; at each step the tree,
the tables, KVM's device and a guest as Linux are asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from spapr_lint.model import guest as linux
from spapr_lint.model.constants import SPAPR_XIRQ_BASE
from spapr_lint.model.errors import Aborted, Refused
from spapr_lint.model.guest import Guest
from spapr_lint.model.kvm import kvmppc_pack_vcpu_id
from spapr_lint.model.machine import Machine, dt
from spapr_lint.model.migration import migrate
from spapr_lint.model.options import parse_options
from spapr_lint.model.variants import ClassInit
from spapr_lint.model.vsmt import spapr_vcpu_id
from spapr_lint.validate.grid import Point
from spapr_lint.validate.invariants import FAILED, NAMES, NOT_RUN, PASSED, Answer

_COLLISION = "is not free"
_MOST_PLUGGED = 6  # cores that are plugged one after the other


class Outcome(NamedTuple):
    """What came of one machine: refused for good reason, or an answer for each rule.

    ``stubs`` are the functions that did nothing while translated C ran, with their calls.
    """

    refused: str | None
    answers: dict[str, Answer]
    stubs: tuple[tuple[str, int], ...] = ()


class _Fault(Exception):
    """A rule is broken; the text says how."""


def evaluate(point: Point, design: ClassInit | None, variant: str = "as_shipped") -> Outcome:
    """Run one machine.  Rules that its kind of machine cannot show are not run, with the reason."""
    answers: dict[str, Answer] = {}
    try:
        options = parse_options([*point.words(), "--variant", variant])
        machine = Machine(options, design)
    except Refused as refused:
        if _COLLISION not in refused.message:
            return Outcome(refused.message, {})
        detail = f"{refused.message}: the IPIs run into the external interrupts"
        answers["range-claimed"] = Answer(FAILED, detail)
        return Outcome(None, _complete(answers, "the machine does not start"))
    except Aborted as aborted:
        answers["no-abort"] = Answer(FAILED, aborted.message)
        return Outcome(None, _complete(answers, "the machine does not start"))
    _Experiment(point, machine, answers).run()
    return Outcome(None, _complete(answers, "an earlier step ended the machine"))


def _complete(answers: dict[str, Answer], reason: str) -> dict[str, Answer]:
    return {name: answers.get(name, Answer(NOT_RUN, reason)) for name in NAMES}


class _Experiment:
    """The steps, in order; an abort ends them."""

    def __init__(self, point: Point, machine: Machine, answers: dict[str, Answer]) -> None:
        self.point = point
        self.machine = machine
        self.answers = answers
        self.guest: Guest | None = None
        self.peak = 0

    def run(self) -> None:
        """All steps; what dies is an abort, and the rules after it are not run."""
        steps: tuple[tuple[str, Callable[[], str | None]], ...] = (
            ("server-ranges", self.server_ranges),
            ("ends-exist", self.ends_exist),
            ("ipis-boot", self.boot),
            ("range-holds-cpus", self.range_holds_cpus),
            ("range-cells", self.range_cells),
            ("range-claimed", self.range_claimed),
            ("kvm-nr-servers", self.kvm_nr_servers),
            ("kvm-sources-boot", self.kvm_sources),
            ("ipis-plug", self.plug),
            ("ipis-migration", self.migrate),
            ("ipis-reset", self.reset),
            ("ipis-switch", self.switch),
        )
        for name, step in steps:
            try:
                reason = step()
            except _Fault as fault:
                self.answers[name] = Answer(FAILED, str(fault))
            except (Refused, Aborted) as end:
                self.answers[name] = Answer(NOT_RUN, f"ended: {end.message}")
                self.answers["no-abort"] = Answer(FAILED, f"{name}: {end.message}")
                return
            else:
                self.answers[name] = Answer(PASSED) if reason is None else Answer(NOT_RUN, reason)
        self.answers["no-abort"] = Answer(PASSED)

    def servers(self) -> list[int]:
        """Every server number that the machine can have."""
        spapr = self.machine.spapr
        return [spapr_vcpu_id(spapr, index) for index in range(spapr.ms.smp.max_cpus)]

    def server_ranges(self) -> str | None:
        """The tree before CAS, where it is XICS's."""
        ranges = dt(self.machine).get("ibm,interrupt-server-ranges")
        if ranges is None:
            return "the tree has no server ranges with ic-mode=xive"
        pairs = list(zip(ranges[::2], ranges[1::2], strict=True))
        for server in self.servers():
            if not any(first <= server < first + count for first, count in pairs):
                raise _Fault(f"server {server} is in none of {pairs}")
        return None

    def ends_exist(self) -> str | None:
        """The table of ENDs against every legal server and priority."""
        xive = self.machine.spapr.xive
        if xive is None:
            return "the machine has no XIVE"
        for server in self.servers():
            last = (server << 3) + xive.hv_prio - 1
            if last >= xive.nr_ends:
                raise _Fault(f"server {server} needs END {last}, there are {xive.nr_ends}")
        return None

    def boot(self) -> str | None:
        """Boot, every CPU up, each IPI to its CPU."""
        self.guest = linux.boot(self.machine)
        self.peak = len(self.machine.spapr.cpus)
        return self._ipis_arrive("boot")

    def _ipis_arrive(self, when: str) -> str | None:
        guest = self.guest
        assert guest is not None
        if guest.panic is not None:
            raise _Fault(f"{when}: {guest.panic}")
        down = sorted(set(guest.hard_id) - set(guest.online))
        if down:
            said = [line for line in guest.messages if "ailed" in line]
            raise _Fault(f"{when}: CPU {down[0]} does not come up: {'; '.join(said[:1])}")
        lost = linux.lost_ipis(guest)
        if lost:
            raise _Fault(f"{when}: the IPI of CPU {lost[0]} does not reach just it")
        return None

    def _ranges(self) -> list[tuple[int, int]] | None:
        cells = dt(self.machine).get("ibm,xive-lisn-ranges")
        return None if cells is None else list(zip(cells[::2], cells[1::2], strict=True))

    def range_holds_cpus(self) -> str | None:
        """The first range against the number of possible threads."""
        ranges = self._ranges()
        if ranges is None:
            return "the guest chose XICS"
        (_first, count), most = ranges[0], self.machine.options.smp.max_cpus
        if count < most:
            raise _Fault(f"{count} LISNs for {most} threads")
        return None

    def range_cells(self) -> str | None:
        """Cells that are first and count of IPIs."""
        ranges = self._ranges()
        if ranges is None:
            return "the guest chose XICS"
        for first, count in ranges:
            if not 0 < count <= SPAPR_XIRQ_BASE - first:
                raise _Fault(f"({first:#x}, {count:#x}) reaches beyond the IPIs")
        return None

    def range_claimed(self) -> str | None:
        """Each LISN that is advertised."""
        ranges, xive = self._ranges(), self.machine.spapr.xive
        if ranges is None or xive is None:
            return "the guest chose XICS"
        for first, count in ranges:
            for lisn in range(first, first + count):
                if lisn >= SPAPR_XIRQ_BASE or not xive.eat[lisn].valid:
                    raise _Fault(f"LISN {lisn:#x} is advertised and not an IPI that is claimed")
        return None

    def kvm_nr_servers(self) -> str | None:
        """The device's bound against each server number."""
        spapr = self.machine.spapr
        device = spapr.kvm.device if spapr.kvm is not None else None
        if spapr.kvm is None or device is None:
            return "no interrupt controller in the kernel"
        for server in self.servers():
            if kvmppc_pack_vcpu_id(spapr.kvm, server) >= device.nr_servers:
                raise _Fault(f"server {server} is beyond NR_SERVERS {device.nr_servers}")
        return None

    def kvm_sources(self) -> str | None:
        """The LISNs that as many CPUs as there ever were may hold now, known to KVM."""
        xive, ranges = self.machine.spapr.xive, self._ranges()
        if xive is None or xive.fd is None or ranges is None:
            return "no XIVE in the kernel"
        self.peak = max(self.peak, len(self.machine.spapr.cpus))
        (first, count), device = ranges[0], xive.fd
        for lisn in range(first, first + min(count, self.peak)):
            if lisn not in device.sources:
                raise _Fault(f"with {self.peak} CPUs LISN {lisn:#x} may be in use, unknown to KVM")
        return None

    def plug(self) -> str | None:
        """Plug from the far end, unplug, plug again; KVM's sources are looked at each time."""
        guest = self.guest
        assert guest is not None
        cores = self.machine.spapr.ms.possible_cpus
        threads = self.machine.options.smp.threads
        empty = [index * threads for index, core in enumerate(cores) if core is None]
        if not empty:
            self.answers["kvm-sources-plug"] = Answer(NOT_RUN, "no core to plug")
            return "no core to plug"
        chosen = [*empty[: -_MOST_PLUGGED - 1 : -1]]
        sources: Answer | None = None
        fault: _Fault | None = None
        actions: list[tuple[str, Callable[[Guest, int], object], int]] = [
            *(("plug", linux.plug, core_id) for core_id in chosen),
            ("unplug", linux.unplug, chosen[0]),
            *((("unplug", linux.unplug, chosen[1]),) if len(chosen) > 1 else ()),
            ("replug", linux.plug, chosen[0]),
        ]
        for what, action, core_id in actions:
            action(guest, core_id)
            sources = sources if sources and sources.state == FAILED else self._look(what, core_id)
            self.answers["kvm-sources-plug"] = sources
            try:
                self._ipis_arrive(f"{what} of core {core_id}")
            except _Fault as found:
                fault = fault or found
        if fault is not None:
            raise fault
        return None

    def _look(self, what: str, core_id: int) -> Answer:
        try:
            reason = self.kvm_sources()
        except _Fault as fault:
            return Answer(FAILED, f"{what} of core {core_id}: {fault}")
        return Answer(PASSED) if reason is None else Answer(NOT_RUN, reason)

    def migrate(self) -> str | None:
        """To another host, with an IPI on its way."""
        guest = self.guest
        assert guest is not None
        if self._dead():
            return "the guest was not well before"
        target = guest.online[-1]
        linux.send_ipi(guest, target)
        self._on(migrate(self.machine))
        if linux.take_interrupts(guest) != {target: 1}:
            raise _Fault(f"migration: the pending IPI of CPU {target} is lost")
        return self._ipis_arrive("migration")

    def _dead(self) -> bool:
        """Whether a CPU is missing already, which is no fault of the step at hand."""
        guest = self.guest
        return guest is None or bool(guest.panic) or set(guest.hard_id) != set(guest.online)

    def _on(self, machine: Machine) -> None:
        guest = self.guest
        assert guest is not None
        self.machine = guest.machine = machine
        guest.driver.spapr = machine.spapr

    def reset(self) -> str | None:
        """System reset and another boot."""
        before = self._dead()
        self.machine.reset()
        self.guest = linux.boot(self.machine)
        if before and self._dead():
            return "the guest was not well before"
        return self._ipis_arrive("reset")

    def switch(self) -> str | None:
        """Reset into XICS, reset into XIVE."""
        if self.machine.spapr.irq != "dual":
            return "the machine has one interrupt mode"
        before = self._dead()
        for xive in (False, True):
            self.machine.reset()
            self.guest = linux.boot(self.machine, xive=xive)
            if not (before and self._dead()):
                self._ipis_arrive(f"switch to {self.guest.mode}")
        return None
