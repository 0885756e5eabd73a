"""One machine of a QEMU tree, run by its own C: what each rule says about it.

A rule that the C could not be brought to show is *not run*, with the reason: a stub, an unknown
external, a step that translated C does not take.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from spapr_lint.model.kvm import kvmppc_pack_vcpu_id
from spapr_lint.runtime.errors import Aborted, Exited, Stopped
from spapr_lint.runtime.migration import Unfit
from spapr_lint.runtime.program import Program
from spapr_lint.validate.c_guest import Broken, Guest, KernelXicsGuest, XicsGuest, XiveGuest
from spapr_lint.validate.c_machine import CMachine, cells, controller
from spapr_lint.validate.c_migration import migrate, run
from spapr_lint.validate.experiment import Outcome
from spapr_lint.validate.grid import Point
from spapr_lint.validate.invariants import FAILED, NAMES, NOT_RUN, PASSED, Answer

_COLLISION: Final = "is not free"
_MOST_PLUGGED: Final = 3  # cores that are plugged one after the other
_ANSWERED_BY: Final = {"kvm-sources-plug": "ipis-plug", "no-abort": None}
_XIRQ_BASE: Final = 0x1000


def evaluate_c(point: Point, program: Program, until: str | None = None) -> Outcome:
    """Run one machine of the program's tree; ``until`` names the only rule that is asked about."""
    answers: dict[str, Answer] = {}
    try:
        machine = CMachine(program, point)
    except Exited as refused:
        if _COLLISION not in refused.message:
            return Outcome(refused.message, {})
        detail = f"{refused}: the IPIs run into the external interrupts"
        answers["range-claimed"] = Answer(FAILED, detail)
        return Outcome(None, _complete(answers, "the machine does not start"))
    except Aborted as aborted:
        answers["no-abort"] = Answer(FAILED, str(aborted))
        return Outcome(None, _complete(answers, "the machine does not start"))
    except Stopped as stopped:
        return Outcome(None, _complete(answers, f"the run stopped: {stopped}"))
    steps = _Steps(point, machine, answers)
    steps.run(until)
    stubs = tuple(sorted(steps.stubs.items()))
    return Outcome(None, _complete(answers, "an earlier step ended the run"), stubs)


def _complete(answers: dict[str, Answer], reason: str) -> dict[str, Answer]:
    return {name: answers.get(name, Answer(NOT_RUN, reason)) for name in NAMES}


class _Steps:
    """The steps in order; an abort ends them, what cannot be run is said and passed over."""

    def __init__(self, point: Point, machine: CMachine, answers: dict[str, Answer]) -> None:
        self.point, self.machine, self.answers = point, machine, answers
        self.guest: Guest | None = None
        self.peak = len(machine.run.board.cpus)
        self.range: list[int] | None = None
        self.stubs = machine.link.stubs
        self._servers: list[int] | None = None

    def run(self, until: str | None = None) -> None:
        """All steps, or those up to the one that answers a rule."""
        last = _ANSWERED_BY.get(until or "", until)
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
        incomplete = ""
        for name, step in steps:
            try:
                reason = step()
            except Broken as broken:
                self.answers[name] = Answer(FAILED, str(broken))
            except (Aborted, Exited) as end:
                self.answers[name] = Answer(NOT_RUN, f"ended: {end}")
                self.answers["no-abort"] = Answer(FAILED, f"{name}: {end}")
                return
            except Stopped as stopped:
                incomplete = incomplete or str(stopped)
                self.answers[name] = Answer(NOT_RUN, f"the run stopped: {stopped}")
            else:
                self.answers[name] = Answer(PASSED) if reason is None else Answer(NOT_RUN, reason)
            if name == last:
                return
        self.answers["no-abort"] = (
            Answer(NOT_RUN, f"not run to the end: {incomplete}") if incomplete else Answer(PASSED)
        )

    # ---- the numbers

    def servers(self) -> list[int]:
        """Every server number that the machine can have, by the tree's own function."""
        if self._servers is None:
            run, spapr, most = self.machine.run, self.machine.spapr, self.point.maxcpus
            self._servers = [int(run.call("spapr_vcpu_id", spapr, i)) for i in range(most)]
        return self._servers

    def server_ranges(self) -> str | None:
        """The tree before CAS, where it is XICS's."""
        ranges = cells(controller(self.machine.tree()), "ibm,interrupt-server-ranges")
        if ranges is None:
            return "the tree has no server ranges with ic-mode=xive"
        pairs = list(zip(ranges[::2], ranges[1::2], strict=True))
        for server in self.servers():
            if not any(first <= server < first + count for first, count in pairs):
                raise Broken(f"server {server} is in none of {pairs}")
        return None

    def ends_exist(self) -> str | None:
        """The table of ENDs against every legal server and priority."""
        xive = self.machine.xive()
        if xive is None:
            return "the machine has no XIVE"
        last_priority = int(xive.hv_prio) - 1 if "hv_prio" in type(xive)._fields else 6
        for server in self.servers():
            last = (server << 3) + last_priority
            if last >= xive.nr_ends:
                raise Broken(f"server {server} needs END {last}, there are {xive.nr_ends}")
        return None

    def boot(self) -> str | None:
        """CAS, then every CPU up and each IPI to its CPU."""
        if self.machine.xive() is not None:
            self.machine.choose(xive=True)
            self.range = cells(controller(self.machine.tree()), "ibm,xive-lisn-ranges")
        return self._boot("boot")

    def _boot(self, when: str, xive: bool = True) -> str | None:
        """A fresh guest in the mode that CAS chose."""
        self.guest = None
        if xive and self.machine.xive() is not None:
            self.guest = XiveGuest(self.machine, self.range or [])
        elif self.machine.run.kernel.vm.device is not None:
            self.guest = KernelXicsGuest(self.machine)
        else:
            self.guest = XicsGuest(self.machine)
        self.guest.bring_up()
        self.guest.send_ipis(when)
        return None

    def _ranges(self) -> list[tuple[int, int]] | None:
        if self.range is None:
            return None
        return list(zip(self.range[::2], self.range[1::2], strict=True))

    def range_holds_cpus(self) -> str | None:
        """The first range against the number of possible threads."""
        ranges = self._ranges()
        if not ranges:
            return "the guest has XICS"
        if ranges[0][1] < self.point.maxcpus:
            raise Broken(f"{ranges[0][1]} LISNs for {self.point.maxcpus} threads")
        return None

    def range_cells(self) -> str | None:
        """Cells that are first and count of IPIs."""
        ranges = self._ranges()
        if not ranges:
            return "the guest has XICS"
        for first, count in ranges:
            if not 0 < count <= _XIRQ_BASE - first:
                raise Broken(f"({first:#x}, {count:#x}) reaches beyond the IPIs")
        return None

    def range_claimed(self) -> str | None:
        """Each LISN that is advertised."""
        ranges, claimed = self._ranges(), self.machine.facts().claimed
        if not ranges or claimed is None:
            return "the guest has XICS"
        for first, count in ranges:
            for lisn in range(first, first + count):
                if lisn >= _XIRQ_BASE or lisn not in claimed:
                    raise Broken(f"LISN {lisn:#x} is advertised and not an IPI that is claimed")
        return None

    # ---- KVM

    def kvm_nr_servers(self) -> str | None:
        """The device's bound against each server number."""
        kernel = self.machine.run.kernel
        device = kernel.vm.device
        if device is None:
            return "no interrupt controller in the kernel"
        for server in self.servers():
            if kvmppc_pack_vcpu_id(kernel.vm, server) >= device.nr_servers:
                raise Broken(f"server {server} is beyond NR_SERVERS {device.nr_servers}")
        return None

    def kvm_sources(self) -> str | None:
        """The LISNs that as many CPUs as there ever were may hold now, known to KVM."""
        device, ranges = self.machine.run.kernel.vm.device, self._ranges()
        xive = self.machine.xive()
        if device is None or not ranges or xive is None or xive.fd == -1:
            return "no XIVE in the kernel"
        self.peak = max(self.peak, len(self.machine.run.board.cpus))
        first, count = ranges[0]
        for lisn in range(first, first + min(count, self.peak)):
            if lisn not in device.sources:
                raise Broken(f"with {self.peak} CPUs LISN {lisn:#x} may be in use, unknown to KVM")
        return None

    # ---- what happens later

    def plug(self) -> str | None:
        """Plug from the far end, unplug, plug again; KVM's sources are looked at each time."""
        guest = self.guest
        here = {int(cpu.vcpu_id) for cpu in self.machine.cpus()}
        servers = self.servers()
        threads = self.point.threads
        empty = [i for i in range(0, self.point.maxcpus, threads) if servers[i] not in here]
        if not empty:
            self.answers["kvm-sources-plug"] = Answer(NOT_RUN, "no core to plug")
            return "no core to plug"
        chosen = empty[: -_MOST_PLUGGED - 1 : -1]
        actions = [("plug", core) for core in chosen]
        actions += [("unplug", chosen[0]), ("replug", chosen[0])]
        fault: Broken | None = None
        for what, core in actions:
            if what == "unplug":
                self.machine.unplug(core)
            else:
                self.machine.plug(core)
            self._look(what, core)
            if guest is not None and fault is None:
                try:
                    guest.bring_up()
                    guest.send_ipis(f"{what} of core {core}")
                except Broken as broken:
                    fault = broken
        if fault is not None:
            raise fault
        return None if guest is not None else "the guest did not come up"

    def _look(self, what: str, core: int) -> None:
        known = self.answers.get("kvm-sources-plug")
        if known is not None and known.state == FAILED:
            return
        try:
            reason = self.kvm_sources()
        except Broken as broken:
            answer = Answer(FAILED, f"{what} of core {core}: {broken}")
        else:
            answer = Answer(PASSED) if reason is None else Answer(NOT_RUN, reason)
        self.answers["kvm-sources-plug"] = answer

    def migrate(self) -> str | None:
        """To another host, with an IPI that is on its way; then one to each CPU."""
        if self.guest is None or self.guest.broken:
            return "the guest was not well before"
        pending = self.guest.begin_ipi()
        try:
            self.machine = migrate(self.machine)
        except Unfit as unfit:
            self.guest = None
            raise Broken(str(unfit)) from unfit
        self.guest = self.guest.moved(self.machine)
        run(self.machine)
        self.guest.end_ipi(pending, "migration")
        self.guest.send_ipis("migration")
        return None

    def reset(self) -> str | None:
        """System reset and another boot."""
        if self.guest is not None and self.guest.broken:
            return "the guest was not well before"
        self.machine.reset()
        return self._boot("reset")

    def switch(self) -> str | None:
        """CAS to XICS and back to XIVE."""
        if self.point.ic_mode != "dual":
            return "the machine has one interrupt mode"
        if self.guest is None or self.guest.broken:
            return "the guest was not well before"
        self.machine.choose(xive=False)
        if cells(controller(self.machine.tree()), "ibm,interrupt-server-ranges") is None:
            raise Broken("after CAS to XICS the tree has no server ranges")
        reason = self._boot("switch to XICS", xive=False)
        self.machine.choose(xive=True)
        return self._boot("switch back to XIVE") or reason
