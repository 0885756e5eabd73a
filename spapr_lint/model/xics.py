"""XICS: sources (ICS) and presentation (ICP) as PAPR's external interrupt option has them.

Source: QEMU hw/intc/xics.c, b5cec4c5.  An *irq* is a number of the machine's shared space; a
*srcno* counts within one ICS from 0; a *server* is a vCPU's interrupt server number.
"""

from __future__ import annotations

from spapr_lint.model.constants import XICS_IPI
from spapr_lint.model.state import ICPState, ICSIRQState, ICSState, SpaprMachineState

XISR_MASK = 0x00FFFFFF
CPPR_MASK = 0xFF000000

XICS_STATUS_ASSERTED = 0x1
XICS_STATUS_SENT = 0x2
XICS_STATUS_REJECTED = 0x4
XICS_STATUS_MASKED_PENDING = 0x8
XICS_STATUS_PRESENTED = 0x10
XICS_STATUS_QUEUED = 0x20
XICS_FLAGS_IRQ_LSI = 0x1
XICS_FLAGS_IRQ_MSI = 0x2


def xisr(icp: ICPState) -> int:
    """The irq that is presented, 0 for none, `XICS_IPI` for an IPI."""
    return icp.xirr & XISR_MASK


def cppr(icp: ICPState) -> int:
    """The vCPU's current priority: interrupts of a higher number wait."""
    return icp.xirr >> 24


def xics_icp_get(spapr: SpaprMachineState, server: int) -> ICPState | None:
    """The presentation controller of that server, or None (xics.c, spapr_icp_get)."""
    cpu = spapr.cpus.get(server)
    return cpu.icp if cpu is not None else None


def ics_valid_irq(ics: ICSState, nr: int) -> bool:
    """Whether irq ``nr`` belongs to the ICS (include/hw/ppc/xics.h)."""
    return ics.offset <= nr < ics.offset + ics.nr_irqs


def ics_irq_free(ics: ICSState, srcno: int) -> bool:
    """Whether the source is claimed by nobody."""
    return not ics.irqs[srcno].flags


def ics_set_irq_type(ics: ICSState, srcno: int, lsi: bool) -> None:
    """Claim a source, as level or message signalled."""
    irq = ics.irqs[srcno]
    flags = XICS_FLAGS_IRQ_LSI if lsi else XICS_FLAGS_IRQ_MSI
    ics.irqs[srcno] = irq._replace(flags=irq.flags | flags)


def icp_reset(icp: ICPState) -> None:
    """Nothing presented, nothing let through."""
    icp.xirr, icp.pending_priority, icp.mfrr = 0, 0xFF, 0xFF
    icp.xirr_owner, icp.output = None, False


def ics_reset(ics: ICSState) -> None:
    """All sources masked; who claimed them stays."""
    ics.irqs = [
        irq._replace(server=0, priority=0xFF, saved_priority=0xFF, status=0) if irq.flags else _FREE
        for irq in ics.irqs
    ]
    ics.pending = False


_FREE = ICSIRQState()


def icp_check_ipi(icp: ICPState) -> None:
    """Present the requested IPI unless something as urgent is presented already."""
    if xisr(icp) and icp.pending_priority <= icp.mfrr:
        return
    if xisr(icp) and icp.xirr_owner is not None:
        ics_reject(icp.xirr_owner, xisr(icp))
    icp.xirr = (icp.xirr & ~XISR_MASK) | XICS_IPI
    icp.pending_priority = icp.mfrr
    icp.xirr_owner = None
    icp.output = True


def icp_resend(icp: ICPState) -> None:
    """Offer again what was turned away."""
    if icp.mfrr < cppr(icp):
        icp_check_ipi(icp)
    ics = icp.spapr.ics
    if ics is not None:
        ics_resend(ics)


def icp_set_cppr(icp: ICPState, value: int) -> None:
    """H_CPPR: the vCPU's new priority, 0..255."""
    old_cppr = cppr(icp)
    icp.xirr = (icp.xirr & ~CPPR_MASK) | (value << 24)
    if value >= old_cppr:
        if not xisr(icp):
            icp_resend(icp)
        return
    if xisr(icp) and value <= icp.pending_priority:
        old_xisr = xisr(icp)
        icp.xirr &= ~XISR_MASK
        icp.pending_priority = 0xFF
        icp.output = False
        owner, icp.xirr_owner = icp.xirr_owner, None
        if owner is not None:
            ics_reject(owner, old_xisr)


def icp_set_mfrr(icp: ICPState, mfrr: int) -> None:
    """H_IPI: request an IPI of that priority, or with 0xff take the request back."""
    icp.mfrr = mfrr
    if mfrr < cppr(icp):
        icp_check_ipi(icp)


def icp_accept(icp: ICPState) -> int:
    """H_XIRR: take the presented interrupt; its XIRR, and CPPR becomes its priority."""
    xirr = icp.xirr
    icp.output = False
    icp.xirr = icp.pending_priority << 24
    icp.pending_priority = 0xFF
    icp.xirr_owner = None
    return xirr


def icp_eoi(icp: ICPState, xirr: int) -> None:
    """H_EOI: done with the irq in ``xirr``, back to its priority."""
    icp.xirr = (icp.xirr & ~CPPR_MASK) | (xirr & CPPR_MASK)
    nr = xirr & XISR_MASK
    ics = icp.spapr.ics
    if ics is not None and ics_valid_irq(ics, nr):
        ics_eoi(ics, nr)
    if not xisr(icp):
        icp_resend(icp)


def icp_irq(ics: ICSState, server: int, nr: int, priority: int) -> None:
    """A source presents irq ``nr`` to a server; it is rejected when something is more urgent."""
    icp = xics_icp_get(ics.spapr, server)
    if icp is None:
        # QEMU would use a null pointer: only a server that was unplugged can be absent here.
        ics_reject(ics, nr)
        return
    if priority >= cppr(icp) or (xisr(icp) and icp.pending_priority <= priority):
        ics_reject(ics, nr)
        return
    if xisr(icp) and icp.xirr_owner is not None:
        ics_reject(icp.xirr_owner, xisr(icp))
    icp.xirr = (icp.xirr & ~XISR_MASK) | (nr & XISR_MASK)
    icp.xirr_owner = ics
    icp.pending_priority = priority
    icp.output = True


def _set_status(ics: ICSState, srcno: int, on: int, off: int) -> None:
    irq = ics.irqs[srcno]
    ics.irqs[srcno] = irq._replace(status=(irq.status & ~off) | on)
    ics.pending = ics.pending or bool(on)


def ics_resend(ics: ICSState) -> None:
    """Offer every rejected or still asserted source again."""
    if not ics.pending:
        return  # the common case, and not worth a walk over all sources
    for srcno in range(ics.nr_irqs):
        irq = ics.irqs[srcno]
        if irq.flags & XICS_FLAGS_IRQ_LSI:
            ics_resend_lsi(ics, srcno)
        elif irq.status & XICS_STATUS_REJECTED:
            _set_status(ics, srcno, 0, XICS_STATUS_REJECTED)
            if irq.priority != 0xFF:
                icp_irq(ics, irq.server, srcno + ics.offset, irq.priority)


def ics_resend_lsi(ics: ICSState, srcno: int) -> None:
    """Offer a level interrupt whose line is up and that is not under way."""
    irq = ics.irqs[srcno]
    under_way = irq.status & XICS_STATUS_SENT
    if irq.priority != 0xFF and irq.status & XICS_STATUS_ASSERTED and not under_way:
        _set_status(ics, srcno, XICS_STATUS_SENT, 0)
        icp_irq(ics, irq.server, srcno + ics.offset, irq.priority)


def ics_set_irq(ics: ICSState, srcno: int, val: int) -> None:
    """A device moves its line (level) or sends a message (val 1)."""
    irq = ics.irqs[srcno]
    if irq.flags & XICS_FLAGS_IRQ_LSI:
        on, off = (XICS_STATUS_ASSERTED, 0) if val else (0, XICS_STATUS_ASSERTED)
        _set_status(ics, srcno, on, off)
        ics_resend_lsi(ics, srcno)
    elif val and irq.priority == 0xFF:
        _set_status(ics, srcno, XICS_STATUS_MASKED_PENDING, 0)
    elif val:
        icp_irq(ics, irq.server, srcno + ics.offset, irq.priority)


def ics_write_xive(
    ics: ICSState, srcno: int, server: int, priority: int, saved_priority: int
) -> None:
    """Route a source to a server with a priority; 0xff masks it (RTAS ibm,set-xive)."""
    irq = ics.irqs[srcno]._replace(server=server, priority=priority, saved_priority=saved_priority)
    ics.irqs[srcno] = irq
    if irq.flags & XICS_FLAGS_IRQ_LSI:
        ics_resend_lsi(ics, srcno)
    elif irq.status & XICS_STATUS_MASKED_PENDING and priority != 0xFF:
        _set_status(ics, srcno, 0, XICS_STATUS_MASKED_PENDING)
        icp_irq(ics, server, srcno + ics.offset, priority)


def ics_reject(ics: ICSState, nr: int) -> None:
    """A server turned irq ``nr`` away: remember it for `ics_resend`."""
    srcno = nr - ics.offset
    irq = ics.irqs[srcno]
    if irq.flags & XICS_FLAGS_IRQ_MSI:
        _set_status(ics, srcno, XICS_STATUS_REJECTED, 0)
    elif irq.flags & XICS_FLAGS_IRQ_LSI:
        _set_status(ics, srcno, 0, XICS_STATUS_SENT)


def ics_eoi(ics: ICSState, nr: int) -> None:
    """The guest is done with irq ``nr``; a level source may fire again."""
    srcno = nr - ics.offset
    if ics.irqs[srcno].flags & XICS_FLAGS_IRQ_LSI:
        _set_status(ics, srcno, 0, XICS_STATUS_SENT)
