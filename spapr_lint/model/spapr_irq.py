"""The machine's interrupt frontend: which controllers there are, and which one is active.

Source: QEMU hw/ppc/spapr_irq.c, 82cffa2eb2.  Everything here is common to all designs.
"""

from __future__ import annotations

from spapr_lint.model.constants import (
    SPAPR_IRQ_MSI,
    SPAPR_XIRQ_BASE,
    XICS_IRQ_BASE,
)
from spapr_lint.model.errors import Error, error_exit, error_setg, qemu_assert
from spapr_lint.model.fdt import Fdt
from spapr_lint.model.spapr_xive import (
    spapr_xive_activate,
    spapr_xive_claim_irq,
    spapr_xive_cpu_intc_create,
    spapr_xive_cpu_intc_destroy,
    spapr_xive_cpu_intc_reset,
    spapr_xive_deactivate,
    spapr_xive_free_irq,
    spapr_xive_post_load,
    spapr_xive_set_irq,
)
from spapr_lint.model.state import (
    ICSState,
    Intc,
    PowerPCCPU,
    SpaprInterruptControllerClass,
    SpaprMachineState,
)
from spapr_lint.model.vsmt import is_xive_capable, spapr_max_server_number
from spapr_lint.model.xics import ics_irq_free
from spapr_lint.model.xics_kvm import xics_kvm_has_broken_disconnect
from spapr_lint.model.xics_spapr import ics_spapr_new


def spapr_intc_get_class(spapr: SpaprMachineState, intc: Intc) -> SpaprInterruptControllerClass:
    """QEMU's SPAPR_INTC_GET_CLASS."""
    return spapr.xics_class if isinstance(intc, ICSState) else spapr.xive_class


def spapr_xive_class_init(sicc: SpaprInterruptControllerClass) -> None:
    """XIVE's methods; ``dt`` and ``print_info`` are given by the design and the monitor."""
    sicc.activate = spapr_xive_activate
    sicc.deactivate = spapr_xive_deactivate
    sicc.cpu_intc_create = spapr_xive_cpu_intc_create
    sicc.cpu_intc_reset = spapr_xive_cpu_intc_reset
    sicc.cpu_intc_destroy = spapr_xive_cpu_intc_destroy
    sicc.claim_irq = spapr_xive_claim_irq
    sicc.free_irq = spapr_xive_free_irq
    sicc.set_irq = spapr_xive_set_irq
    sicc.post_load = spapr_xive_post_load


def all_intcs(spapr: SpaprMachineState) -> list[Intc]:
    """Every controller that the machine has, active or not; XICS first."""
    return [intc for intc in (spapr.ics, spapr.xive) if intc is not None]


def spapr_irq_check(spapr: SpaprMachineState, errp: Error) -> int:
    """Settle the interrupt mode for the CPU at hand; -1 when it cannot be."""
    if not is_xive_capable(spapr):
        if spapr.irq == "dual":
            spapr.irq = "xics"
            return 0
        if spapr.irq == "xive":
            error_setg(errp, "XIVE-only machines require a POWER9 CPU")
            return -1
    required = spapr.options.kernel_irqchip == "required"
    if spapr.irq == "dual" and required and xics_kvm_has_broken_disconnect(spapr):
        error_setg(errp, "KVM is incompatible with ic-mode=dual,kernel-irqchip=on")
        errp.hints.append("This can happen with an old KVM or in a KVM nested guest.")
        errp.hints.append("Try without kernel-irqchip or with kernel-irqchip=off.")
        return -1
    return 0


def spapr_irq_init(spapr: SpaprMachineState, errp: Error) -> None:
    """Create the controllers that the mode wants, and activate one."""
    if spapr.kvm is not None and spapr.options.kernel_irqchip == "split":
        error_setg(errp, "kernel_irqchip split mode not supported on pseries")
        return
    if spapr_irq_check(spapr, errp) < 0:
        return
    if spapr.irq in ("legacy", "xics", "dual"):
        spapr.ics = ics_spapr_new(spapr, spapr.smc.nr_xirqs, XICS_IRQ_BASE)
    if spapr.irq in ("xive", "dual"):
        spapr.design.init(spapr, errp)
        if errp.message is not None:
            return
    spapr_irq_update_active_intc(spapr)


def spapr_irq_nr_msis(spapr: SpaprMachineState) -> int:
    """How many irqs the MSI allocator has."""
    if spapr.smc.legacy_irq_allocation:
        return spapr.smc.nr_xirqs
    return SPAPR_XIRQ_BASE + spapr.smc.nr_xirqs - SPAPR_IRQ_MSI


def spapr_irq_msi_alloc(spapr: SpaprMachineState, num: int, align: bool, errp: Error) -> int:
    """The first of ``num`` free irqs for messages; -1 when there are none."""
    step = num if align else 1
    nr_msis = spapr_irq_nr_msis(spapr)
    for first in range(0, nr_msis - num + 1, step):
        block = range(first, first + num)
        if spapr.irq_map.isdisjoint(block):
            spapr.irq_map.update(block)
            return first + SPAPR_IRQ_MSI
    error_setg(errp, f"can't find a free {num}-IRQ block")
    return -1


def spapr_irq_msi_free(spapr: SpaprMachineState, irq: int, num: int) -> None:
    """Give irqs for messages back."""
    first = irq - SPAPR_IRQ_MSI
    spapr.irq_map.difference_update(range(first, first + num))


def spapr_irq_claim(spapr: SpaprMachineState, irq: int, lsi: bool, errp: Error) -> int:
    """Claim an external irq with every controller."""
    last_valid = irq < spapr.smc.nr_xirqs + SPAPR_XIRQ_BASE
    qemu_assert(irq >= SPAPR_XIRQ_BASE, "spapr_irq_claim", "irq >= SPAPR_XIRQ_BASE")
    qemu_assert(last_valid, "spapr_irq_claim", "irq < (smc->nr_xirqs + SPAPR_XIRQ_BASE)")
    for intc in all_intcs(spapr):
        sicc = spapr_intc_get_class(spapr, intc)
        rc = sicc.claim_irq(intc, irq, lsi, errp)
        if rc < 0:
            return rc
    return 0


def spapr_irq_free(spapr: SpaprMachineState, irq: int, num: int) -> None:
    """Give ``num`` external irqs from ``irq`` on back."""
    qemu_assert(irq >= SPAPR_XIRQ_BASE, "spapr_irq_free", "irq >= SPAPR_XIRQ_BASE")
    for nr in range(irq, irq + num):
        for intc in all_intcs(spapr):
            sicc = spapr_intc_get_class(spapr, intc)
            sicc.free_irq(intc, nr)


def spapr_irq_findone(spapr: SpaprMachineState, errp: Error) -> int:
    """Legacy allocation: the first free source of the ICS, as an irq."""
    ics = spapr.ics
    assert ics is not None
    for srcno in range(ics.nr_irqs):
        if ics_irq_free(ics, srcno):
            return srcno + ics.offset
    error_setg(errp, "can't find a free 1-IRQ block")
    return -1


def spapr_set_irq(spapr: SpaprMachineState, irq: int, level: int) -> None:
    """A device moves the line of its irq, at whatever controller is active."""
    intc = spapr.active_intc
    assert intc is not None
    sicc = spapr_intc_get_class(spapr, intc)
    sicc.set_irq(intc, irq, level)


def spapr_irq_cpu_intc_create(spapr: SpaprMachineState, cpu: PowerPCCPU, errp: Error) -> int:
    """A new vCPU: its part of every controller."""
    for intc in all_intcs(spapr):
        sicc = spapr_intc_get_class(spapr, intc)
        rc = sicc.cpu_intc_create(intc, cpu, errp)
        if rc < 0:
            return rc
    return 0


def spapr_irq_cpu_intc_reset(spapr: SpaprMachineState, cpu: PowerPCCPU) -> None:
    """Reset a vCPU's part of every controller."""
    for intc in all_intcs(spapr):
        sicc = spapr_intc_get_class(spapr, intc)
        sicc.cpu_intc_reset(intc, cpu)


def spapr_irq_cpu_intc_destroy(spapr: SpaprMachineState, cpu: PowerPCCPU) -> None:
    """A vCPU goes away."""
    for intc in all_intcs(spapr):
        sicc = spapr_intc_get_class(spapr, intc)
        sicc.cpu_intc_destroy(intc, cpu)


def spapr_irq_dt(spapr: SpaprMachineState, nr_servers: int, fdt: Fdt, phandle: int) -> None:
    """The interrupt controller's node, by the active controller.

    ``nr_servers`` is the highest server number plus one: the one number that both controllers'
    methods get, although only one of them describes servers with it.
    """
    intc = spapr.active_intc
    assert intc is not None
    sicc = spapr_intc_get_class(spapr, intc)
    sicc.dt(intc, nr_servers, fdt, phandle)


def set_active_intc(spapr: SpaprMachineState, new_intc: Intc) -> None:
    """Switch controllers: the old one's device goes, the new one's comes."""
    nr_servers = spapr_max_server_number(spapr)
    if new_intc is spapr.active_intc:
        return
    if spapr.active_intc is not None:
        sicc = spapr_intc_get_class(spapr, spapr.active_intc)
        sicc.deactivate(spapr.active_intc)
    sicc = spapr_intc_get_class(spapr, new_intc)
    errp = Error()
    sicc.activate(new_intc, nr_servers, errp)
    error_exit(errp)
    spapr.active_intc = new_intc


def spapr_irq_update_active_intc(spapr: SpaprMachineState) -> None:
    """The controller that ``ov5_cas`` asks for; before CAS that is XICS where there is one."""
    new_intc: Intc | None = spapr.ics
    if spapr.ics is None or "XIVE_EXPLOIT" in spapr.ov5_cas:
        new_intc = spapr.xive
    assert new_intc is not None
    set_active_intc(spapr, new_intc)


def spapr_irq_post_load(spapr: SpaprMachineState) -> int:
    """After migration."""
    spapr_irq_update_active_intc(spapr)
    intc = spapr.active_intc
    assert intc is not None
    sicc = spapr_intc_get_class(spapr, intc)
    return sicc.post_load(intc)


def spapr_irq_print_info(spapr: SpaprMachineState) -> list[str]:
    """The active controller's part of ``info pic``."""
    intc = spapr.active_intc
    assert intc is not None
    sicc = spapr_intc_get_class(spapr, intc)
    return sicc.print_info(intc)
