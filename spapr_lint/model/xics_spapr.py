"""XICS as pseries shows it: hypercalls, RTAS calls, device tree, and the controller's methods.

Source: QEMU hw/intc/xics_spapr.c; PAPR 14.5.4.7 (H_CPPR, H_IPI, H_XIRR, H_EOI, H_IPOLL) and
7.3.10 (ibm,set-xive and its family).
"""

from __future__ import annotations

from spapr_lint.model.constants import (
    H_HARDWARE,
    H_PARAMETER,
    H_SUCCESS,
    RTAS_OUT_HW_ERROR,
    RTAS_OUT_PARAM_ERROR,
    RTAS_OUT_SUCCESS,
    cpu_to_be32,
)
from spapr_lint.model.errors import EBUSY, Error, error_setg, qemu_assert
from spapr_lint.model.fdt import (
    Fdt,
    fdt_add_subnode,
    fdt_setprop,
    fdt_setprop_cell,
    fdt_setprop_string,
)
from spapr_lint.model.irqchip import spapr_irq_init_kvm
from spapr_lint.model.state import (
    ICPState,
    ICSIRQState,
    ICSState,
    PowerPCCPU,
    SpaprInterruptControllerClass,
    SpaprMachineState,
    cpu_foreach,
)
from spapr_lint.model.xics import (
    XICS_FLAGS_IRQ_LSI,
    icp_accept,
    icp_eoi,
    icp_resend,
    icp_reset,
    icp_set_cppr,
    icp_set_mfrr,
    ics_irq_free,
    ics_set_irq,
    ics_set_irq_type,
    ics_valid_irq,
    ics_write_xive,
    xics_icp_get,
)
from spapr_lint.model.xics_kvm import (
    icp_kvm_realize,
    ics_set_kvm_state_one,
    xics_kvm_connect,
    xics_kvm_disconnect,
)

U32 = 0xFFFFFFFF


def _emulated_or_kernel(spapr: SpaprMachineState) -> bool:
    """Whether XICS is the mode at hand.

    QEMU answers only for emulated XICS; in-kernel XICS is answered by KVM, with the same results,
    so the model lets one piece of code stand for both.
    """
    return "XIVE_EXPLOIT" not in spapr.ov5_cas


def h_cppr(cpu: PowerPCCPU, spapr: SpaprMachineState, opcode: int, args: list[int]) -> int:
    """H_CPPR(cppr)."""
    del opcode
    if not _emulated_or_kernel(spapr) or cpu.icp is None:
        return H_HARDWARE
    icp_set_cppr(cpu.icp, args[0] & 0xFF)
    return H_SUCCESS


def h_ipi(cpu: PowerPCCPU, spapr: SpaprMachineState, opcode: int, args: list[int]) -> int:
    """H_IPI(server, mfrr): H_PARAMETER when the server is no present vCPU."""
    del cpu, opcode
    if not _emulated_or_kernel(spapr):
        return H_HARDWARE
    icp = xics_icp_get(spapr, args[0] & U32)
    if icp is None:
        return H_PARAMETER
    icp_set_mfrr(icp, args[1] & 0xFF)
    return H_SUCCESS


def h_xirr(cpu: PowerPCCPU, spapr: SpaprMachineState, opcode: int, args: list[int]) -> int:
    """H_XIRR() -> xirr."""
    del opcode
    if not _emulated_or_kernel(spapr) or cpu.icp is None:
        return H_HARDWARE
    args[0] = icp_accept(cpu.icp)
    return H_SUCCESS


def h_xirr_x(cpu: PowerPCCPU, spapr: SpaprMachineState, opcode: int, args: list[int]) -> int:
    """H_XIRR_X() -> xirr, time stamp.  The model has no clock: 0."""
    ret = h_xirr(cpu, spapr, opcode, args)
    if ret == H_SUCCESS:
        args[1] = 0
    return ret


def h_eoi(cpu: PowerPCCPU, spapr: SpaprMachineState, opcode: int, args: list[int]) -> int:
    """H_EOI(xirr)."""
    del opcode
    if not _emulated_or_kernel(spapr) or cpu.icp is None:
        return H_HARDWARE
    icp_eoi(cpu.icp, args[0] & U32)
    return H_SUCCESS


def h_ipoll(cpu: PowerPCCPU, spapr: SpaprMachineState, opcode: int, args: list[int]) -> int:
    """H_IPOLL(server) -> xirr, mfrr."""
    del cpu, opcode
    if not _emulated_or_kernel(spapr):
        return H_HARDWARE
    icp = xics_icp_get(spapr, args[0] & U32)
    if icp is None:
        return H_PARAMETER
    args[0], args[1] = icp.xirr, icp.mfrr
    return H_SUCCESS


def rtas_set_xive(spapr: SpaprMachineState, args: list[int]) -> list[int]:
    """ibm,set-xive(irq, server, priority) -> status."""
    ics = spapr.ics
    if not _emulated_or_kernel(spapr) or ics is None:
        return [RTAS_OUT_HW_ERROR]
    nr, server, priority = (arg & U32 for arg in args)
    known = xics_icp_get(spapr, server) is not None
    if not ics_valid_irq(ics, nr) or not known or priority > 0xFF:
        return [RTAS_OUT_PARAM_ERROR]
    ics_write_xive(ics, nr - ics.offset, server, priority, priority)
    return [RTAS_OUT_SUCCESS]


def rtas_get_xive(spapr: SpaprMachineState, args: list[int]) -> list[int]:
    """ibm,get-xive(irq) -> status, server, priority."""
    ics = spapr.ics
    if not _emulated_or_kernel(spapr) or ics is None:
        return [RTAS_OUT_HW_ERROR, 0, 0]
    nr = args[0] & U32
    if not ics_valid_irq(ics, nr):
        return [RTAS_OUT_PARAM_ERROR, 0, 0]
    irq = ics.irqs[nr - ics.offset]
    return [RTAS_OUT_SUCCESS, irq.server, irq.priority]


def rtas_int_off(spapr: SpaprMachineState, args: list[int]) -> list[int]:
    """ibm,int-off(irq) -> status: mask, remembering the priority."""
    ics = spapr.ics
    if not _emulated_or_kernel(spapr) or ics is None:
        return [RTAS_OUT_HW_ERROR]
    nr = args[0] & U32
    if not ics_valid_irq(ics, nr):
        return [RTAS_OUT_PARAM_ERROR]
    irq = ics.irqs[nr - ics.offset]
    ics_write_xive(ics, nr - ics.offset, irq.server, 0xFF, irq.priority)
    return [RTAS_OUT_SUCCESS]


def rtas_int_on(spapr: SpaprMachineState, args: list[int]) -> list[int]:
    """ibm,int-on(irq) -> status: back to the remembered priority."""
    ics = spapr.ics
    if not _emulated_or_kernel(spapr) or ics is None:
        return [RTAS_OUT_HW_ERROR]
    nr = args[0] & U32
    if not ics_valid_irq(ics, nr):
        return [RTAS_OUT_PARAM_ERROR]
    irq = ics.irqs[nr - ics.offset]
    saved = irq.saved_priority
    ics_write_xive(ics, nr - ics.offset, irq.server, saved, saved)
    return [RTAS_OUT_SUCCESS]


def xics_spapr_dt(ics: ICSState, nr_servers: int, fdt: Fdt, phandle: int) -> None:
    """The interrupt-controller node of XICS.

    "ibm,interrupt-server-ranges" holds pairs (first server number, how many server numbers from
    there), PAPR B.6.1.1: a machine's numbers start at 0, so the highest plus one is right.
    """
    del ics
    interrupt_server_ranges_prop = [0, cpu_to_be32(nr_servers)]
    node = fdt_add_subnode(fdt, fdt.root, "interrupt-controller")
    fdt_setprop_string(fdt, node, "device_type", "PowerPC-External-Interrupt-Presentation")
    fdt_setprop_string(fdt, node, "compatible", "IBM,ppc-xicp")
    fdt_setprop(fdt, node, "interrupt-controller", None)
    fdt_setprop(fdt, node, "ibm,interrupt-server-ranges", interrupt_server_ranges_prop)
    fdt_setprop_cell(fdt, node, "#interrupt-cells", 2)
    fdt_setprop_cell(fdt, node, "linux,phandle", phandle)
    fdt_setprop_cell(fdt, node, "phandle", phandle)


def ics_spapr_new(spapr: SpaprMachineState, nr_irqs: int, offset: int) -> ICSState:
    """An ICS of ``nr_irqs`` sources whose first irq is ``offset``."""
    return ICSState(spapr, nr_irqs, offset, [ICSIRQState()] * nr_irqs)


def xics_spapr_cpu_intc_create(ics: ICSState, cpu: PowerPCCPU, errp: Error) -> int:
    """Give a new vCPU its presentation controller."""
    cpu.icp = ICPState(cpu.cs, ics.spapr)
    return icp_kvm_realize(ics, cpu, errp)


def xics_spapr_cpu_intc_reset(ics: ICSState, cpu: PowerPCCPU) -> None:
    """Reset the vCPU's presentation controller."""
    del ics
    assert cpu.icp is not None
    icp_reset(cpu.icp)


def xics_spapr_cpu_intc_destroy(ics: ICSState, cpu: PowerPCCPU) -> None:
    """The vCPU goes away."""
    del ics
    cpu.icp = None


def xics_spapr_claim_irq(ics: ICSState, irq: int, lsi: bool, errp: Error) -> int:
    """Claim an external irq; -EBUSY when it is taken."""
    valid = ics_valid_irq(ics, irq)
    qemu_assert(valid, "xics_spapr_claim_irq", "ics_valid_irq(ics, irq)")
    if not ics_irq_free(ics, irq - ics.offset):
        error_setg(errp, f"IRQ {irq} is not free")
        return -EBUSY
    ics_set_irq_type(ics, irq - ics.offset, lsi)
    return ics_set_kvm_state_one(ics, irq - ics.offset, errp)


def xics_spapr_free_irq(ics: ICSState, irq: int) -> None:
    """Give an external irq back."""
    valid = ics_valid_irq(ics, irq)
    qemu_assert(valid, "xics_spapr_free_irq", "ics_valid_irq(ics, irq)")
    srcno = irq - ics.offset
    ics.irqs[srcno] = ICSIRQState(priority=0, saved_priority=0)


def xics_spapr_set_irq(ics: ICSState, irq: int, val: int) -> None:
    """A device moves the line of an external irq."""
    ics_set_irq(ics, irq - ics.offset, val)


def xics_spapr_print_info(ics: ICSState) -> list[str]:
    """What the monitor's ``info pic`` says; addresses of QEMU objects are left out."""
    lines = []
    for cpu in cpu_foreach(ics.spapr):
        icp = cpu.icp
        if icp is not None:
            owner = "ics" if icp.xirr_owner is not None else "(nil)"
            lines.append(
                f"CPU {cpu.cs.cpu_index} XIRR={icp.xirr:08x} ({owner}) "
                f"PP={icp.pending_priority:02x} MFRR={icp.mfrr:02x}"
            )
    lines.append(f"ICS {ics.offset:4x}..{ics.offset + ics.nr_irqs - 1:4x}")
    for srcno in range(ics.nr_irqs):
        if ics_irq_free(ics, srcno):
            continue
        irq = ics.irqs[srcno]
        kind = "LSI" if irq.flags & XICS_FLAGS_IRQ_LSI else "MSI"
        lines.append(f"  {ics.offset + srcno:4x} {kind} {irq.priority:02x} {irq.status:02x}")
    return lines


def xics_spapr_post_load(ics: ICSState) -> int:
    """After migration: offer again what is pending."""
    for cpu in cpu_foreach(ics.spapr):
        if cpu.icp is not None:
            icp_resend(cpu.icp)
    return 0


def xics_spapr_activate(ics: ICSState, nr_servers: int, errp: Error) -> int:
    """XICS becomes the machine's controller; under KVM create the device."""
    return spapr_irq_init_kvm(xics_kvm_connect, ics, nr_servers, errp)


def xics_spapr_deactivate(ics: ICSState) -> None:
    """XICS stops being the machine's controller."""
    xics_kvm_disconnect(ics)


def ics_spapr_class_init() -> SpaprInterruptControllerClass:
    """XICS's methods."""
    return SpaprInterruptControllerClass(
        activate=xics_spapr_activate,
        deactivate=xics_spapr_deactivate,
        cpu_intc_create=xics_spapr_cpu_intc_create,
        cpu_intc_reset=xics_spapr_cpu_intc_reset,
        cpu_intc_destroy=xics_spapr_cpu_intc_destroy,
        claim_irq=xics_spapr_claim_irq,
        free_irq=xics_spapr_free_irq,
        set_irq=xics_spapr_set_irq,
        print_info=xics_spapr_print_info,
        dt=xics_spapr_dt,
        post_load=xics_spapr_post_load,
    )


XICS_HCALLS = {
    "H_CPPR": h_cppr,
    "H_IPI": h_ipi,
    "H_XIRR": h_xirr,
    "H_XIRR_X": h_xirr_x,
    "H_EOI": h_eoi,
    "H_IPOLL": h_ipoll,
}
# Name: function, number of arguments, number of results.
XICS_RTAS = {
    "ibm,set-xive": (rtas_set_xive, 3, 1),
    "ibm,get-xive": (rtas_get_xive, 1, 3),
    "ibm,int-off": (rtas_int_off, 1, 1),
    "ibm,int-on": (rtas_int_on, 1, 1),
}
