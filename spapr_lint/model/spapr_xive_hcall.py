"""The H_INT_* hypercalls of XIVE exploitation mode, with PAPR's return codes.

Source: PAPR 14.5.4.7 ff.; QEMU hw/intc/spapr_xive.c, 23bcd5eb9a.  Arguments are 64 bits; where QEMU
narrows one (target to 32 bits, priority to 8), the model does too, and says so.
"""

from __future__ import annotations

from collections.abc import Callable

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
from spapr_lint.model.errors import Error, qemu_assert
from spapr_lint.model.spapr_xive import (
    spapr_xive_cpu_to_nvt,
    spapr_xive_nvt_to_target,
    spapr_xive_reset,
    spapr_xive_target_to_end,
)
from spapr_lint.model.spapr_xive_kvm import (
    kvmppc_xive_esb_rw,
    kvmppc_xive_get_queue_config,
    kvmppc_xive_reset,
    kvmppc_xive_set_queue_config,
    kvmppc_xive_set_source_config,
    kvmppc_xive_sync_source,
    spapr_xive_in_kernel,
)
from spapr_lint.model.state import PowerPCCPU, SpaprMachineState, SpaprXive, XiveEAS, XiveEND
from spapr_lint.model.vsmt import spapr_find_cpu
from spapr_lint.model.xive import (
    xive_source_esb_len,
    xive_source_esb_mgmt,
    xive_source_esb_page,
    xive_source_esb_read,
    xive_source_esb_write,
    xive_source_irq_is_lsi,
)

ALL_ONES = (1 << 64) - 1
U32 = 0xFFFFFFFF

# Flag bits, counted from the left as PAPR does.
SPAPR_XIVE_SRC_H_INT_ESB = 1 << (63 - 60)
SPAPR_XIVE_SRC_LSI = 1 << (63 - 61)
SPAPR_XIVE_SRC_SET_EISN = 1 << (63 - 62)
SPAPR_XIVE_SRC_MASK = 1 << (63 - 63)
SPAPR_XIVE_END_ALWAYS_NOTIFY = 1 << (63 - 63)
SPAPR_XIVE_END_DEBUG = 1 << (63 - 63)
SPAPR_XIVE_ESB_STORE = 1 << (63 - 63)
END_ESB_SHIFT = 16


def spapr_xive_priority_is_reserved(xive: SpaprXive, priority: int) -> bool:
    """Whether the hypervisor keeps that priority; QEMU looks at 8 bits only."""
    return (priority & 0xFF) >= xive.hv_prio


def _xive(spapr: SpaprMachineState) -> SpaprXive:
    """The controller; a call comes here only when there is one."""
    assert spapr.xive is not None
    return spapr.xive


def _valid_lisn(xive: SpaprXive, lisn: int) -> bool:
    return lisn < xive.nr_irqs and xive.eat[lisn].valid


def _check_source(xive: SpaprXive, flags: int, lisn: int) -> int:
    """Whether a call that has no flags names a source: H_PARAMETER, H_P2."""
    if flags:
        return H_PARAMETER
    return H_SUCCESS if _valid_lisn(xive, lisn) else H_P2


def _find_end(xive: SpaprXive, target: int, priority: int, function: str) -> tuple[int, int] | int:
    """Block and index of the END that a call on queues means, else H_P3 or H_P2."""
    if spapr_xive_priority_is_reserved(xive, priority):
        return H_P3
    found = spapr_xive_target_to_end(target & U32, priority & 0xFF, xive.spapr)
    if found is None:
        return H_P2
    _end_blk, end_idx = found
    qemu_assert(end_idx < xive.nr_ends, function, "end_idx < xive->nr_ends")
    return found


def h_int_get_source_info(
    cpu: PowerPCCPU, spapr: SpaprMachineState, opcode: int, args: list[int]
) -> int:
    """(flags, lisn) -> flags, management page or -1, trigger page or -1, log2 of their size."""
    del cpu, opcode
    xive = _xive(spapr)
    flags, lisn = args[0], args[1]
    ret = _check_source(xive, flags, lisn)
    if ret != H_SUCCESS:
        return ret
    xsrc = xive.source
    args[0], args[1], args[2] = 0, ALL_ONES, ALL_ONES
    if xive_source_irq_is_lsi(xsrc, lisn):
        args[0] = SPAPR_XIVE_SRC_H_INT_ESB | SPAPR_XIVE_SRC_LSI
    else:
        args[1] = xive.vc_base + xive_source_esb_mgmt(xsrc, lisn)
        args[2] = xive.vc_base + xive_source_esb_page(xsrc, lisn)
    args[3] = xsrc.esb_shift - 1
    return H_SUCCESS


def h_int_set_source_config(
    cpu: PowerPCCPU, spapr: SpaprMachineState, opcode: int, args: list[int]
) -> int:
    """(flags, lisn, target, priority, eisn): send a source's events to a server's queue.

    Priority 0xff takes the target away.  H_P2 no such LISN, H_P3 no such target, H_P4 priority.
    """
    del cpu, opcode
    xive = _xive(spapr)
    flags, lisn, target, priority, eisn = args[0], args[1], args[2], args[3], args[4]
    if flags & ~(SPAPR_XIVE_SRC_SET_EISN | SPAPR_XIVE_SRC_MASK):
        return H_PARAMETER
    if not _valid_lisn(xive, lisn):
        return H_P2
    if priority == 0xFF:
        xive.eat[lisn] = XiveEAS(valid=True, masked=True)
        return H_SUCCESS
    if spapr_xive_priority_is_reserved(xive, priority):
        return H_P4
    end = spapr_xive_target_to_end(target & U32, priority & 0xFF, xive.spapr)
    if end is None:
        return H_P3
    end_blk, end_idx = end
    eas = xive.eat[lisn]._replace(
        masked=bool(flags & SPAPR_XIVE_SRC_MASK), end_blk=end_blk, end_idx=end_idx & 0xFFFFFF
    )
    if flags & SPAPR_XIVE_SRC_SET_EISN:
        eas = eas._replace(end_data=eisn & 0x7FFFFFFF)
    if spapr_xive_in_kernel(xive):
        if kvmppc_xive_set_source_config(xive, lisn, eas, Error()) < 0:
            return H_HARDWARE
    xive.eat[lisn] = eas
    return H_SUCCESS


def h_int_get_source_config(
    cpu: PowerPCCPU, spapr: SpaprMachineState, opcode: int, args: list[int]
) -> int:
    """(flags, lisn) -> target, priority or 0xff when masked, eisn."""
    del cpu, opcode
    xive = _xive(spapr)
    flags, lisn = args[0], args[1]
    ret = _check_source(xive, flags, lisn)
    if ret != H_SUCCESS:
        return ret
    eas = xive.eat[lisn]
    end_idx = eas.end_idx
    qemu_assert(end_idx < xive.nr_ends, "h_int_get_source_config", "end_idx < xive->nr_ends")
    end = xive.endt[end_idx]
    args[0] = spapr_xive_nvt_to_target(end.nvt_blk, end.nvt_idx)
    args[1] = 0xFF if eas.masked else end.priority
    args[2] = eas.end_data
    return H_SUCCESS


def h_int_get_queue_info(
    cpu: PowerPCCPU, spapr: SpaprMachineState, opcode: int, args: list[int]
) -> int:
    """(flags, target, priority) -> page of the END, log2 of the queue's size or 0."""
    del cpu, opcode
    xive = _xive(spapr)
    flags, target, priority = args[0], args[1], args[2]
    if flags:
        return H_PARAMETER
    found = _find_end(xive, target, priority, "h_int_get_queue_info")
    if isinstance(found, int):
        return found
    _end_blk, end_idx = found
    end = xive.endt[end_idx]
    args[0] = xive.end_base + (1 << (END_ESB_SHIFT + 1)) * end_idx
    args[1] = end.qsize + 12 if end.enqueue else 0
    return H_SUCCESS


def _queue_page(xive: SpaprXive, qpage: int, qsize: int) -> int:
    """Whether a queue may lie there: aligned to its size, and in RAM."""
    if qsize not in (12, 16, 21, 24):
        return H_P5
    if qpage & ((1 << qsize) - 1):
        return H_P4
    # QEMU maps a page of anything through a bounce buffer, so the smallest size always passes.
    if qsize != 12 and not xive.spapr.memory.contains(qpage, 1 << qsize):
        return H_P4
    return H_SUCCESS


def h_int_set_queue_config(
    cpu: PowerPCCPU, spapr: SpaprMachineState, opcode: int, args: list[int]
) -> int:
    """(flags, target, priority, address, log2 size): give a server's priority its queue.

    Size 0 takes the queue away.  H_P2 no such target, H_P3 priority, H_P4 address, H_P5 size.
    """
    del cpu, opcode
    xive = _xive(spapr)
    flags, target, priority, qpage, qsize = args[0], args[1], args[2], args[3], args[4]
    if flags & ~SPAPR_XIVE_END_ALWAYS_NOTIFY:
        return H_PARAMETER
    found = _find_end(xive, target, priority, "h_int_set_queue_config")
    if isinstance(found, int):
        return found
    end_blk, end_idx = found
    end = XiveEND()
    if qsize != 0:
        ret = _queue_page(xive, qpage, qsize)
        if ret != H_SUCCESS:
            return ret
        server = spapr_find_cpu(target & U32, xive.spapr)
        assert server is not None
        nvt_blk, nvt_idx = spapr_xive_cpu_to_nvt(server)
        end = xive.endt[end_idx]._replace(
            valid=True,
            enqueue=True,
            ucond_notify=bool(flags & SPAPR_XIVE_END_ALWAYS_NOTIFY),
            qsize=qsize - 12,
            qaddr=qpage & 0x0FFFFFFFFFFFFFFF,
            nvt_blk=nvt_blk,
            nvt_idx=nvt_idx & 0x7FFFF,
            priority=priority & 0xFF,
            generation=1,
            page_off=0,
            esn=0,
            ese=0,
        )
    if spapr_xive_in_kernel(xive):
        if kvmppc_xive_set_queue_config(xive, end_blk, end_idx, end, Error()) < 0:
            return H_HARDWARE
    xive.endt[end_idx] = end
    return H_SUCCESS


def h_int_get_queue_config(
    cpu: PowerPCCPU, spapr: SpaprMachineState, opcode: int, args: list[int]
) -> int:
    """(flags, target, priority) -> flags, address, log2 size, index of the next entry."""
    del cpu, opcode
    xive = _xive(spapr)
    flags, target, priority = args[0], args[1], args[2]
    if flags & ~SPAPR_XIVE_END_DEBUG:
        return H_PARAMETER
    found = _find_end(xive, target, priority, "h_int_get_queue_config")
    if isinstance(found, int):
        return found
    end_blk, end_idx = found
    if spapr_xive_in_kernel(xive) and xive.endt[end_idx].valid:
        if kvmppc_xive_get_queue_config(xive, end_blk, end_idx, Error()) < 0:
            return H_HARDWARE
    end = xive.endt[end_idx]
    args[0] = SPAPR_XIVE_END_ALWAYS_NOTIFY if end.ucond_notify else 0
    args[1] = end.qaddr if end.enqueue else 0
    args[2] = end.qsize + 12 if end.enqueue else 0
    args[3] = 0
    if flags & SPAPR_XIVE_END_DEBUG:
        args[0] |= end.generation << 62
        args[3] = end.page_off
    return H_SUCCESS


def h_int_os_reporting_line(
    cpu: PowerPCCPU, spapr: SpaprMachineState, opcode: int, args: list[int]
) -> int:
    """H_INT_SET_ and H_INT_GET_OS_REPORTING_LINE: no QEMU has them."""
    del cpu, opcode, spapr, args
    return H_FUNCTION


def h_int_esb(cpu: PowerPCCPU, spapr: SpaprMachineState, opcode: int, args: list[int]) -> int:
    """(flags, lisn, offset, data) -> value: a load from, or store to, a source's page."""
    del cpu, opcode
    xive = _xive(spapr)
    flags, lisn, offset = args[0], args[1], args[2]
    if flags & ~SPAPR_XIVE_ESB_STORE:
        return H_PARAMETER
    if not _valid_lisn(xive, lisn):
        return H_P2
    xsrc = xive.source
    if offset > 1 << xsrc.esb_shift:
        return H_P3
    store = bool(flags & SPAPR_XIVE_ESB_STORE)
    if spapr_xive_in_kernel(xive):
        args[0] = kvmppc_xive_esb_rw(xsrc, lisn, offset & 0xFFF, store)
        return H_SUCCESS
    # The offset counts from the management page, and may reach into the next source's pages.
    addr = xive_source_esb_mgmt(xsrc, lisn) + offset
    if addr & 7 or addr >= xive_source_esb_len(xsrc):
        return H_HARDWARE
    if store:
        xive_source_esb_write(xsrc, addr)
        args[0] = ALL_ONES
    else:
        args[0] = xive_source_esb_read(xsrc, addr)
    return H_SUCCESS


def h_int_sync(cpu: PowerPCCPU, spapr: SpaprMachineState, opcode: int, args: list[int]) -> int:
    """(flags, lisn): wait until the source's events are in their queue."""
    del cpu, opcode
    xive = _xive(spapr)
    flags, lisn = args[0], args[1]
    ret = _check_source(xive, flags, lisn)
    if ret != H_SUCCESS:
        return ret
    if spapr_xive_in_kernel(xive) and kvmppc_xive_sync_source(xive, lisn, Error()) < 0:
        return H_HARDWARE
    return H_SUCCESS


def h_int_reset(cpu: PowerPCCPU, spapr: SpaprMachineState, opcode: int, args: list[int]) -> int:
    """(flags): all sources masked, all queues gone."""
    del cpu, opcode
    xive = _xive(spapr)
    if args[0]:
        return H_PARAMETER
    spapr_xive_reset(xive)
    if spapr_xive_in_kernel(xive) and kvmppc_xive_reset(xive, Error()) < 0:
        return H_HARDWARE
    return H_SUCCESS


Hypercall = Callable[[PowerPCCPU, SpaprMachineState, int, list[int]], int]

XIVE_HCALLS: dict[str, Hypercall] = {
    "H_INT_GET_SOURCE_INFO": h_int_get_source_info,
    "H_INT_SET_SOURCE_CONFIG": h_int_set_source_config,
    "H_INT_GET_SOURCE_CONFIG": h_int_get_source_config,
    "H_INT_GET_QUEUE_INFO": h_int_get_queue_info,
    "H_INT_SET_QUEUE_CONFIG": h_int_set_queue_config,
    "H_INT_GET_QUEUE_CONFIG": h_int_get_queue_config,
    "H_INT_SET_OS_REPORTING_LINE": h_int_os_reporting_line,
    "H_INT_GET_OS_REPORTING_LINE": h_int_os_reporting_line,
    "H_INT_ESB": h_int_esb,
    "H_INT_SYNC": h_int_sync,
    "H_INT_RESET": h_int_reset,
}


def xive_hypercall(
    cpu: PowerPCCPU, spapr: SpaprMachineState, opcode: int, name: str, args: list[int]
) -> int:
    """One H_INT_* call.  H_FUNCTION without XIVE, or before CAS has chosen it.

    ``args`` are nine 64-bit registers from R4 on, replaced by the results.
    """
    if spapr.xive is None or "XIVE_EXPLOIT" not in spapr.ov5_cas:
        return H_FUNCTION
    return XIVE_HCALLS[name](cpu, spapr, opcode, args)
