"""Migration: what travels from one machine to the next, and how the next one takes it up.

Source: the vmstate descriptions of QEMU hw/intc/{xics,xive,spapr_xive}.c and hw/ppc/spapr.c; with
KVM, the sequence of hw/intc/spapr_xive_kvm.c: stop, sync, save - load, restore, run.
"""

from __future__ import annotations

from typing import NamedTuple

from spapr_lint.model.errors import Error, Refused, error_exit
from spapr_lint.model.machine import Machine
from spapr_lint.model.spapr_irq import spapr_irq_post_load
from spapr_lint.model.spapr_xive_kvm import (
    kvmppc_xive_get_queues,
    kvmppc_xive_run,
    kvmppc_xive_stop,
)
from spapr_lint.model.state import ICSIRQState, SpaprMachineState, XiveEAS, XiveEND
from spapr_lint.model.xive import TM_QW1_OS, TM_WORD2


class CpuState(NamedTuple):
    """A vCPU's part: keyed by cpu_index in the stream, as QEMU's instance ids are."""

    cpu_index: int
    halted: bool
    icp: tuple[int, int, int, bool] | None
    xirr_owned: bool
    tctx: bytes | None
    os_output: bool


class Stream(NamedTuple):
    """What travels.  ``nr_irqs`` must be the same on both sides (VMSTATE_UINT32_EQUAL)."""

    ov5_cas: frozenset[str]
    irq_map: frozenset[int]
    cpus: tuple[CpuState, ...]
    nr_irqs: int | None = None
    eat: tuple[XiveEAS, ...] = ()
    endt: tuple[tuple[int, XiveEND], ...] = ()
    status: bytes = b""
    asserted: frozenset[int] = frozenset()
    ics_nr_irqs: int | None = None
    irqs: tuple[ICSIRQState, ...] = ()
    memory: tuple[tuple[int, tuple[tuple[int, int], ...]], ...] = ()


def save(spapr: SpaprMachineState) -> Stream:
    """Stop the machine and write its state.  The machine is not to run again."""
    xive = spapr.xive
    if xive is not None and xive.fd is not None:
        errp = Error()
        kvmppc_xive_stop(xive, errp)
        kvmppc_xive_get_queues(xive, errp)
        error_exit(errp)
    stream = Stream(
        ov5_cas=frozenset(spapr.ov5_cas),
        irq_map=frozenset(spapr.irq_map),
        cpus=tuple(_save_cpus(spapr)),
        memory=tuple((page, tuple(words.items())) for page, words in spapr.memory.pages.items()),
    )
    if xive is not None:
        stream = stream._replace(
            nr_irqs=xive.nr_irqs,
            eat=tuple(xive.eat),
            endt=tuple(sorted(item for item in xive.endt.items() if item[1] != XiveEND())),
            status=bytes(xive.source.status),
            asserted=frozenset(xive.source.asserted),
        )
    if spapr.ics is not None:
        stream = stream._replace(ics_nr_irqs=spapr.ics.nr_irqs, irqs=tuple(spapr.ics.irqs))
    return stream


def _save_cpus(spapr: SpaprMachineState) -> list[CpuState]:
    saved = []
    for cpu in spapr.cpus.values():
        icp, tctx = cpu.icp, cpu.tctx
        saved.append(
            CpuState(
                cpu_index=cpu.cs.cpu_index,
                halted=cpu.cs.halted,
                icp=(icp.xirr, icp.pending_priority, icp.mfrr, icp.output) if icp else None,
                xirr_owned=icp is not None and icp.xirr_owner is not None,
                tctx=bytes(tctx.regs) if tctx else None,
                os_output=tctx is not None and tctx.os_output,
            )
        )
    return saved


def load(spapr: SpaprMachineState, stream: Stream) -> None:
    """Take the state up on a machine at reset with the same cores.  `Refused` when it cannot."""
    ours = {cpu.cs.cpu_index: cpu for cpu in spapr.cpus.values()}
    if set(ours) != {cpu.cpu_index for cpu in stream.cpus}:
        raise Refused("Unknown savevm section or instance 'spapr_cpu'")
    nr_irqs = spapr.xive.nr_irqs if spapr.xive is not None else None
    ics_nr_irqs = spapr.ics.nr_irqs if spapr.ics is not None else None
    if (nr_irqs, ics_nr_irqs) != (stream.nr_irqs, stream.ics_nr_irqs):
        raise Refused("load of migration failed: Invalid argument")
    spapr.ov5_cas, spapr.irq_map = set(stream.ov5_cas), set(stream.irq_map)
    for page, words in stream.memory:
        spapr.memory.pages[page] = dict(words)
    if spapr.xive is not None:
        spapr.xive.eat = list(stream.eat)
        spapr.xive.endt.update(stream.endt)
        spapr.xive.source.status = bytearray(stream.status)
        spapr.xive.source.asserted = set(stream.asserted)
    if spapr.ics is not None:
        spapr.ics.irqs = list(stream.irqs)
        spapr.ics.pending = any(irq.status for irq in stream.irqs)
    for saved in stream.cpus:
        _load_cpu(spapr, ours[saved.cpu_index].vcpu_id, saved)
    if spapr_irq_post_load(spapr) < 0:
        raise Refused("load of migration failed: Operation not permitted")
    if spapr.xive is not None and spapr.xive.fd is not None:
        kvmppc_xive_run(spapr.xive)


def _load_cpu(spapr: SpaprMachineState, vcpu_id: int, saved: CpuState) -> None:
    cpu = spapr.cpus[vcpu_id]
    cpu.cs.halted = saved.halted
    if cpu.icp is not None and saved.icp is not None:
        cpu.icp.xirr, cpu.icp.pending_priority, cpu.icp.mfrr, cpu.icp.output = saved.icp
        cpu.icp.xirr_owner = spapr.ics if saved.xirr_owned else None
    if cpu.tctx is not None and saved.tctx is not None:
        cpu.tctx.regs[:] = saved.tctx
        first = TM_QW1_OS + TM_WORD2
        cpu.tctx.os_cam = int.from_bytes(saved.tctx[first : first + 4], "big")
        cpu.tctx.os_output = saved.os_output


def migrate(machine: Machine) -> Machine:
    """The machine on another host: same options, same cores in the same order."""
    stream = save(machine.spapr)
    destination = Machine(machine.options._replace(cas=None), machine.design)
    threads = machine.options.smp.threads
    for index, core in enumerate(machine.spapr.ms.possible_cpus):
        there = destination.spapr.ms.possible_cpus[index] is not None
        if core is None and there:
            destination.unplug(index * threads)
    for cpu in machine.spapr.cpus.values():
        core_id = cpu.cs.cpu_index // threads * threads
        if destination.spapr.ms.possible_cpus[core_id // threads] is None:
            destination.plug(core_id)
    load(destination.spapr, stream)
    return destination
