"""XIVE without sPAPR: event state buffers, queues, routing, and presentation to threads.

Source: QEMU hw/intc/xive.c, 02e3ff54b..; OpenPOWER "POWER9 interrupt controller" names.  An event
goes source (PQ bits) -> EAS -> END (queue) -> NVT -> thread context, whose line it raises.
"""

from __future__ import annotations

from spapr_lint.model.constants import TM_SHIFT, XIVE_TM_OS_PAGE
from spapr_lint.model.errors import qemu_assert
from spapr_lint.model.state import SpaprXive, XiveEND, XiveSource, XiveTCTX

# PQ bits: P an event is under way, Q another one waits.
XIVE_ESB_RESET = 0b00
XIVE_ESB_OFF = 0b01
XIVE_ESB_PENDING = 0b10
XIVE_ESB_QUEUED = 0b11
# Offsets in a source's management page.
XIVE_ESB_LOAD_EOI = 0x000
XIVE_ESB_GET = 0x800
XIVE_ESB_SET_PQ_00 = 0xC00
XIVE_ESB_SET_PQ_01 = 0xD00
XIVE_ESB_SET_PQ_10 = 0xE00
XIVE_ESB_SET_PQ_11 = 0xF00
ALL_ONES = (1 << 64) - 1

# Rings of a thread context, and registers of a ring (xive_regs.h).
TM_QW0_USER, TM_QW1_OS, TM_QW2_HV_POOL, TM_QW3_HV_PHYS = 0x00, 0x10, 0x20, 0x30
TM_NSR, TM_CPPR, TM_IPB, TM_LSMFB, TM_ACK_CNT, TM_INC, TM_AGE, TM_PIPR, TM_WORD2 = range(9)
TM_QW1_NSR_EO = 0x80
TM_QW1W2_VO = 0x80000000
TM_SPC_ACK_OS_REG = 0xC00
TM_SPC_SET_OS_PENDING = 0xC10
XIVE_PRIORITY_MAX = 7


def xive_source_esb_get(xsrc: XiveSource, srcno: int) -> int:
    """The PQ bits of a source."""
    qemu_assert(0 <= srcno < xsrc.nr_irqs, "xive_source_esb_get", "srcno < xsrc->nr_irqs")
    return xsrc.status[srcno]


def xive_source_esb_set(xsrc: XiveSource, srcno: int, pq: int) -> int:
    """Set the PQ bits; the old ones."""
    qemu_assert(0 <= srcno < xsrc.nr_irqs, "xive_source_esb_set", "srcno < xsrc->nr_irqs")
    old, xsrc.status[srcno] = xsrc.status[srcno], pq & 3
    return old


def xive_source_irq_is_lsi(xsrc: XiveSource, srcno: int) -> bool:
    """Whether the source is level signalled."""
    return srcno in xsrc.lsi


def xive_source_esb_page(xsrc: XiveSource, srcno: int) -> int:
    """Offset of the source's trigger page from the base of the ESB pages."""
    return srcno << xsrc.esb_shift


def xive_source_esb_mgmt(xsrc: XiveSource, srcno: int) -> int:
    """Offset of the source's management page: the second of its two."""
    return xive_source_esb_page(xsrc, srcno) + (1 << (xsrc.esb_shift - 1))


def xive_source_esb_len(xsrc: XiveSource) -> int:
    """Bytes of all ESB pages."""
    return (1 << xsrc.esb_shift) * xsrc.nr_irqs


def xive_source_reset(xsrc: XiveSource) -> None:
    """All sources off; which are level signalled stays."""
    xsrc.status = bytearray([XIVE_ESB_OFF]) * xsrc.nr_irqs
    xsrc.asserted.clear()


def _lsi_trigger(xsrc: XiveSource, srcno: int) -> bool:
    xsrc.asserted.add(srcno)
    if xsrc.status[srcno] == XIVE_ESB_RESET:
        xsrc.status[srcno] = XIVE_ESB_PENDING
        return True
    return False


def xive_source_esb_trigger(xsrc: XiveSource, srcno: int) -> bool:
    """An event arrives at a source; whether it is to be routed now."""
    old = xive_source_esb_get(xsrc, srcno)
    if old in (XIVE_ESB_RESET, XIVE_ESB_OFF):
        xsrc.status[srcno] = XIVE_ESB_PENDING if old == XIVE_ESB_RESET else XIVE_ESB_OFF
    else:
        xsrc.status[srcno] = XIVE_ESB_QUEUED
    return old == XIVE_ESB_RESET


def xive_source_esb_eoi(xsrc: XiveSource, srcno: int) -> bool:
    """The guest is done with an event; whether another one is to be routed now."""
    old = xive_source_esb_get(xsrc, srcno)
    if old == XIVE_ESB_QUEUED:
        xsrc.status[srcno] = XIVE_ESB_PENDING
    elif old == XIVE_ESB_PENDING:
        xsrc.status[srcno] = XIVE_ESB_RESET
    if srcno in xsrc.lsi and srcno in xsrc.asserted:
        return _lsi_trigger(xsrc, srcno)
    return old == XIVE_ESB_QUEUED


def xive_source_set_irq(xsrc: XiveSource, srcno: int, val: int) -> None:
    """A device moves its line (level) or sends a message (val 1)."""
    notify = False
    if srcno not in xsrc.lsi:
        notify = bool(val) and xive_source_esb_trigger(xsrc, srcno)
    elif val:
        notify = _lsi_trigger(xsrc, srcno)
    else:
        xsrc.asserted.discard(srcno)
    if notify:
        xive_router_notify(xsrc.xive, srcno)


def xive_source_esb_read(xsrc: XiveSource, addr: int) -> int:
    """A load of 8 bytes from the ESB pages, ``addr`` from their base."""
    offset, srcno = addr & 0xFFF, addr >> xsrc.esb_shift
    if not addr >> (xsrc.esb_shift - 1) & 1:
        return ALL_ONES  # the trigger page is not to be read
    if offset < XIVE_ESB_GET:
        notify = xive_source_esb_eoi(xsrc, srcno)
        if notify:
            xive_router_notify(xsrc.xive, srcno)
        return int(notify)
    if offset < XIVE_ESB_SET_PQ_00:
        return xive_source_esb_get(xsrc, srcno)
    return xive_source_esb_set(xsrc, srcno, offset >> 8 & 3)


def xive_source_esb_write(xsrc: XiveSource, addr: int) -> None:
    """A store of 8 bytes to the ESB pages: what is stored does not matter, where does."""
    offset, srcno = addr & 0xFFF, addr >> xsrc.esb_shift
    notify = False
    trigger_page = not addr >> (xsrc.esb_shift - 1) & 1
    if trigger_page or offset < 0x400:
        notify = xive_source_esb_trigger(xsrc, srcno)
    elif XIVE_ESB_GET <= offset < XIVE_ESB_SET_PQ_00:
        notify = True
    elif offset >= XIVE_ESB_SET_PQ_00:
        xive_source_esb_set(xsrc, srcno, offset >> 8 & 3)
    if notify:
        xive_router_notify(xsrc.xive, srcno)


def xive_nvt_cam_line(nvt_blk: int, nvt_idx: int) -> int:
    """A virtual processor's number as the presenter compares it (xive_regs.h)."""
    return nvt_blk << 19 | nvt_idx


def xive_router_notify(xive: SpaprXive, lisn: int) -> None:
    """Route an event of a source: to its END, unless there is none or it is masked."""
    if lisn >= xive.nr_irqs:
        return
    eas = xive.eat[lisn]
    if eas.valid and not eas.masked:
        xive_router_end_notify(xive, eas.end_idx, eas.end_data)


def xive_end_enqueue(xive: SpaprXive, end: XiveEND, data: int) -> XiveEND:
    """Write an entry into the queue; the END with index and toggle moved on."""
    address = end.qaddr + (end.page_off << 2)
    entries = 1 << (end.qsize + 10)
    if not xive.spapr.memory.write32(address, end.generation << 31 | data & 0x7FFFFFFF):
        return end
    page_off = (end.page_off + 1) & (entries - 1)
    generation = end.generation ^ 1 if page_off == 0 else end.generation
    return end._replace(page_off=page_off, generation=generation)


def xive_router_end_notify(xive: SpaprXive, end_idx: int, end_data: int) -> None:
    """Queue an event at an END and notify its virtual processor."""
    if end_idx >= xive.nr_ends:
        return
    end = xive.endt[end_idx]
    if not end.valid:
        return
    if end.enqueue:
        end = xive.endt[end_idx] = xive_end_enqueue(xive, end, end_data)
    if end.priority == 0xFF:
        return
    if not end.ucond_notify:
        # Further events coalesce until the guest has looked.
        old = end.esn
        new = {0b00: 0b10, 0b01: 0b01, 0b10: 0b11, 0b11: 0b11}[old]
        xive.endt[end_idx] = end._replace(esn=new)
        if old != XIVE_ESB_RESET:
            return
    xive_presenter_notify(xive, end.nvt_blk, end.nvt_idx, end.priority)


def xive_presenter_notify(xive: SpaprXive, nvt_blk: int, nvt_idx: int, priority: int) -> bool:
    """Find the one thread that runs the virtual processor, and signal it."""
    word2 = TM_QW1W2_VO | xive_nvt_cam_line(nvt_blk, nvt_idx)
    match = [
        cpu.tctx
        for cpu in xive.spapr.cpus.values()
        if cpu.tctx is not None and cpu.tctx.os_cam == word2
    ]
    if len(match) != 1:
        return False
    xive_tctx_ipb_update(match[0], TM_QW1_OS, xive_priority_to_ipb(priority))
    return True


def xive_priority_to_ipb(priority: int) -> int:
    """A priority as a bit of the pending buffer, 0 for a priority above 7."""
    return 0 if priority > XIVE_PRIORITY_MAX else 1 << (XIVE_PRIORITY_MAX - priority)


def ipb_to_pipr(ipb: int) -> int:
    """The most favoured pending priority, 0xff for none."""
    return 8 - ipb.bit_length() if ipb else 0xFF


def xive_tctx_notify(tctx: XiveTCTX, ring: int) -> None:
    """Raise the line when something more favoured than the current priority is pending."""
    regs = tctx.regs
    if regs[ring + TM_PIPR] < regs[ring + TM_CPPR]:
        regs[ring + TM_NSR] |= TM_QW1_NSR_EO
        tctx.os_output = True


def xive_tctx_ipb_update(tctx: XiveTCTX, ring: int, ipb: int) -> None:
    """Make priorities pending."""
    regs = tctx.regs
    regs[ring + TM_IPB] |= ipb
    regs[ring + TM_PIPR] = ipb_to_pipr(regs[ring + TM_IPB])
    xive_tctx_notify(tctx, ring)


def xive_tctx_set_cppr(tctx: XiveTCTX, ring: int, cppr: int) -> None:
    """The thread's current priority, 0..7, anything above lets all through."""
    tctx.regs[ring + TM_CPPR] = 0xFF if cppr > XIVE_PRIORITY_MAX else cppr
    xive_tctx_notify(tctx, ring)


def xive_tctx_accept(tctx: XiveTCTX, ring: int) -> int:
    """Acknowledge: the ring's NSR << 8 | CPPR, and CPPR becomes the accepted priority."""
    regs = tctx.regs
    nsr = regs[ring + TM_NSR]
    tctx.os_output = False
    if nsr & TM_QW1_NSR_EO:
        cppr = regs[ring + TM_PIPR]
        regs[ring + TM_CPPR] = cppr
        regs[ring + TM_IPB] &= ~xive_priority_to_ipb(cppr) & 0xFF
        regs[ring + TM_PIPR] = ipb_to_pipr(regs[ring + TM_IPB])
        regs[ring + TM_NSR] = nsr & ~TM_QW1_NSR_EO
    return nsr << 8 | regs[ring + TM_CPPR]


def xive_tctx_set_os_cam(tctx: XiveTCTX, word2: int) -> None:
    """Word 2 of the OS ring: valid bit and the virtual processor's number."""
    tctx.os_cam = word2
    first = TM_QW1_OS + TM_WORD2
    tctx.regs[first : first + 4] = word2.to_bytes(4, "big")


def xive_tctx_reset(tctx: XiveTCTX) -> None:
    """The state in which a thread starts: everything masked (CPPR 0)."""
    regs = tctx.regs = bytearray(64)
    for register in (TM_LSMFB, TM_ACK_CNT, TM_AGE, TM_PIPR):
        regs[TM_QW1_OS + register] = 0xFF
    regs[TM_QW3_HV_PHYS + TM_PIPR] = 0xFF
    tctx.os_cam = 0
    tctx.os_output = False


def xive_tctx_tm_write(tctx: XiveTCTX, offset: int, value: int, size: int) -> None:
    """A guest's store to the TIMA; ``offset`` from its base, ``size`` in bytes."""
    page, register = offset >> TM_SHIFT & 3, offset & 0xFFF
    if page > XIVE_TM_OS_PAGE:
        return
    if (register, size) == (TM_QW1_OS + TM_CPPR, 1):
        xive_tctx_set_cppr(tctx, TM_QW1_OS, value & 0xFF)
    elif (register, size) == (TM_SPC_SET_OS_PENDING, 1):
        xive_tctx_ipb_update(tctx, TM_QW1_OS, xive_priority_to_ipb(value & 0xFF))


def xive_tctx_tm_read(tctx: XiveTCTX, offset: int, size: int) -> int:
    """A guest's load from the TIMA; all ones where nothing answers."""
    page, register = offset >> TM_SHIFT & 3, offset & 0xFFF
    if page <= XIVE_TM_OS_PAGE and (register, size) == (TM_SPC_ACK_OS_REG, 2):
        return xive_tctx_accept(tctx, TM_QW1_OS)
    ring = TM_QW1_OS <= register < TM_QW1_OS + TM_WORD2
    if ring and size in (4, 8) and register % size == 0 and page <= XIVE_TM_OS_PAGE:
        # The OS view lets all of the ring's first two words be read, INC excepted.
        visible = bytearray(tctx.regs)
        visible[TM_QW1_OS + TM_AGE] = 0
        return int.from_bytes(visible[register : register + size], "big")
    return ALL_ONES
