"""Where the guest enters: hypercalls by number, RTAS calls by name, loads and stores to pages.

Source: PAPR 14 and 7.3; QEMU hw/ppc/spapr_hcall.c, hw/ppc/spapr_rtas.c.  Any 64-bit arguments
give a code of PAPR, whatever they are.
"""

from __future__ import annotations

from spapr_lint.model.constants import (
    H_FUNCTION,
    RTAS_OUT_PARAM_ERROR,
    RTAS_OUT_SUCCESS,
    TM_SHIFT,
)
from spapr_lint.model.kvm_device import kvm_esb_load, kvm_esb_trigger
from spapr_lint.model.spapr_xive_hcall import xive_hypercall
from spapr_lint.model.state import PowerPCCPU, SpaprMachineState
from spapr_lint.model.vsmt import spapr_find_cpu
from spapr_lint.model.xics_spapr import XICS_HCALLS, XICS_RTAS
from spapr_lint.model.xive import (
    ALL_ONES,
    xive_source_esb_len,
    xive_source_esb_read,
    xive_source_esb_write,
    xive_tctx_tm_read,
    xive_tctx_tm_write,
)

U64 = (1 << 64) - 1
REGISTERS = 9

# Hypercall numbers (QEMU include/hw/ppc/spapr.h).
HCALLS = {
    0x64: "H_EOI",
    0x68: "H_CPPR",
    0x6C: "H_IPI",
    0x70: "H_IPOLL",
    0x74: "H_XIRR",
    0x2FC: "H_XIRR_X",
    0x3A8: "H_INT_GET_SOURCE_INFO",
    0x3AC: "H_INT_SET_SOURCE_CONFIG",
    0x3B0: "H_INT_GET_SOURCE_CONFIG",
    0x3B4: "H_INT_GET_QUEUE_INFO",
    0x3B8: "H_INT_SET_QUEUE_CONFIG",
    0x3BC: "H_INT_GET_QUEUE_CONFIG",
    0x3C0: "H_INT_SET_OS_REPORTING_LINE",
    0x3C4: "H_INT_GET_OS_REPORTING_LINE",
    0x3C8: "H_INT_ESB",
    0x3CC: "H_INT_SYNC",
    0x3D0: "H_INT_RESET",
}
OPCODES = {name: opcode for opcode, name in HCALLS.items()}


def spapr_hypercall(
    spapr: SpaprMachineState, cpu: PowerPCCPU, opcode: int, *arguments: int
) -> tuple[int, list[int]]:
    """One hypercall of a vCPU: its return code and the registers from R4 on.

    ``arguments`` are taken modulo 2**64, missing ones are 0.  Unknown numbers and calls of a
    controller that the machine has not are H_FUNCTION.
    """
    args = [argument & U64 for argument in arguments[:REGISTERS]]
    args += [0] * (REGISTERS - len(args))
    name = HCALLS.get(opcode)
    if name is None:
        return H_FUNCTION, args
    if name in XICS_HCALLS:
        if spapr.ics is None:
            return H_FUNCTION, args
        return XICS_HCALLS[name](cpu, spapr, opcode, args), args
    return xive_hypercall(cpu, spapr, opcode, name, args), args


def spapr_rtas_call(spapr: SpaprMachineState, name: str, args: list[int], nret: int) -> list[int]:
    """One RTAS call: its ``nret`` results, the status first.

    A wrong number of arguments or results, like an unknown name, is a parameter error.
    """
    failed = [RTAS_OUT_PARAM_ERROR] + [0] * (nret - 1) if nret > 0 else []
    if name in XICS_RTAS and spapr.ics is not None:
        function, nargs, results = XICS_RTAS[name]
        return function(spapr, args) if (len(args), nret) == (nargs, results) else failed
    if name == "query-cpu-stopped-state" and (len(args), nret) == (1, 2):
        cpu = spapr_find_cpu(args[0] & 0xFFFFFFFF, spapr)
        return failed if cpu is None else [RTAS_OUT_SUCCESS, 0 if cpu.cs.halted else 2]
    if name == "start-cpu" and (len(args), nret) == (3, 1):
        cpu = spapr_find_cpu(args[0] & 0xFFFFFFFF, spapr)
        if cpu is None or not cpu.cs.halted:
            return failed
        cpu.cs.halted = False
        return [RTAS_OUT_SUCCESS]
    return failed


def esb_load(spapr: SpaprMachineState, address: int) -> int:
    """A guest's load of 8 bytes from a source's page; all ones where nothing answers."""
    xive = spapr.xive
    if xive is None or not xive.mmio_enabled:
        return ALL_ONES
    offset = address - xive.vc_base
    if offset & 7 or not 0 <= offset < xive_source_esb_len(xive.source):
        return ALL_ONES
    if xive.fd is not None:
        value = kvm_esb_load(xive.fd, offset >> xive.source.esb_shift, offset & 0xFFF)
        return ALL_ONES if value is None else value
    return xive_source_esb_read(xive.source, offset)


def esb_store(spapr: SpaprMachineState, address: int) -> bool:
    """A guest's store of 8 bytes to a source's page; whether anything took it.

    Under KVM a source that was never created has no page: the vCPU gets a bus error.
    """
    xive = spapr.xive
    if xive is None or not xive.mmio_enabled:
        return False
    offset = address - xive.vc_base
    if offset & 7 or not 0 <= offset < xive_source_esb_len(xive.source):
        return False
    if xive.fd is not None:
        return kvm_esb_trigger(xive.fd, offset >> xive.source.esb_shift)
    xive_source_esb_write(xive.source, offset)
    return True


def tima_load(spapr: SpaprMachineState, cpu: PowerPCCPU, address: int, size: int) -> int:
    """A vCPU's load from the thread management area, of its own context."""
    xive, tctx = spapr.xive, cpu.tctx
    offset = address - xive.tm_base if xive is not None else -1
    if xive is None or tctx is None or not xive.mmio_enabled:
        return ALL_ONES
    return xive_tctx_tm_read(tctx, offset, size) if 0 <= offset < 4 << TM_SHIFT else ALL_ONES


def tima_store(
    spapr: SpaprMachineState, cpu: PowerPCCPU, address: int, value: int, size: int
) -> None:
    """A vCPU's store to the thread management area."""
    xive, tctx = spapr.xive, cpu.tctx
    if xive is None or tctx is None or not xive.mmio_enabled:
        return
    offset = address - xive.tm_base
    if 0 <= offset < 4 << TM_SHIFT:
        xive_tctx_tm_write(tctx, offset, value, size)
