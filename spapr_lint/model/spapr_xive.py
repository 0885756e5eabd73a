"""XIVE as pseries has it: the tables and how they are indexed, the controller's methods.

Source: QEMU hw/intc/spapr_xive.c, 3aa597f65.  What the designs under study disagree on (how many
IPIs, which cells, how many ENDs) is not here: see `spapr_lint.model.variants`.
"""

from __future__ import annotations

from ctypes import c_uint32
from typing import NamedTuple

from spapr_lint.model.constants import (
    SPAPR_XIVE_BLOCK_ID,
    SPAPR_XIVE_NVT_BASE,
    SPAPR_XIVE_TM_BASE,
    SPAPR_XIVE_VC_BASE,
    TM_SHIFT,
    XIVE_ESB_64K_2PAGE,
    XIVE_TM_OS_PAGE,
    XIVE_TM_USER_PAGE,
    cpu_to_be32,
    cpu_to_be64,
)
from spapr_lint.model.errors import EBUSY, Error, error_setg, g_assert, qemu_assert
from spapr_lint.model.fdt import (
    Fdt,
    FdtNode,
    fdt_add_subnode,
    fdt_setprop,
    fdt_setprop_cell,
    fdt_setprop_string,
)
from spapr_lint.model.irqchip import spapr_irq_init_kvm
from spapr_lint.model.spapr_xive_kvm import (
    kvmppc_xive_connect,
    kvmppc_xive_cpu_connect,
    kvmppc_xive_disconnect,
    kvmppc_xive_post_load,
    kvmppc_xive_source_reset_one,
    kvmppc_xive_source_set_irq,
    spapr_xive_in_kernel,
)
from spapr_lint.model.state import (
    PowerPCCPU,
    SpaprMachineState,
    SpaprXive,
    XiveEAS,
    XiveSource,
    XiveTCTX,
)
from spapr_lint.model.vsmt import spapr_find_cpu
from spapr_lint.model.xive import (
    TM_QW1W2_VO,
    xive_nvt_cam_line,
    xive_source_esb_len,
    xive_source_reset,
    xive_source_set_irq,
    xive_tctx_reset,
    xive_tctx_set_os_cam,
)


def spapr_xive_nvt_to_target(nvt_blk: int, nvt_idx: int) -> int:
    """The server number of a virtual processor."""
    del nvt_blk
    return (nvt_idx - SPAPR_XIVE_NVT_BASE) & 0xFFFFFFFF


def spapr_xive_cpu_to_nvt(cpu: PowerPCCPU) -> tuple[int, int]:
    """Block and index of a vCPU's virtual processor: its server number behind a base."""
    return SPAPR_XIVE_BLOCK_ID, SPAPR_XIVE_NVT_BASE + cpu.vcpu_id


def spapr_xive_cpu_to_end(cpu: PowerPCCPU, prio: int) -> tuple[int, int]:
    """Block and index of a vCPU's END of one priority: 8 for each server number, holes too."""
    return SPAPR_XIVE_BLOCK_ID, (cpu.vcpu_id << 3) + prio


def spapr_xive_target_to_end(
    target: int, prio: int, spapr: SpaprMachineState
) -> tuple[int, int] | None:
    """Block and index of a server's END, None when no such vCPU is present."""
    cpu = spapr_find_cpu(target, spapr)
    if cpu is None:
        return None
    return spapr_xive_cpu_to_end(cpu, prio)


def spapr_xive_new(spapr: SpaprMachineState) -> SpaprXive:
    """``qdev_new(TYPE_SPAPR_XIVE)``: the device before its properties are set."""
    return SpaprXive(spapr, vc_base=SPAPR_XIVE_VC_BASE, tm_base=SPAPR_XIVE_TM_BASE)


class Property(NamedTuple):
    """A property of a device: its name, and the field of the owner that it sets."""

    name: str
    owner: type
    field: str
    default: int


def DEFINE_PROP_UINT32(name: str, owner: type, field: str, default: int) -> Property:  # noqa: N802 -- QEMU's name
    """A property of 32 bits without a sign (QEMU include/hw/qdev-properties.h)."""
    return Property(name, owner, field, default)


spapr_xive_properties = (
    DEFINE_PROP_UINT32("nr-irqs", SpaprXive, "nr_irqs", 0),
    DEFINE_PROP_UINT32("nr-ends", SpaprXive, "nr_ends", 0),
    DEFINE_PROP_UINT32("nr-ipis", SpaprXive, "nr_ipis", 0),
)


def qdev_prop_set_uint32(dev: SpaprXive, name: str, value: int) -> None:
    """Set a property of the device before it is realized."""
    (prop,) = [prop for prop in spapr_xive_properties if prop.name == name]
    setattr(dev, prop.field, c_uint32(value).value)


def spapr_xive_realize(xive: SpaprXive) -> None:
    """Make the tables: an EAS for each LISN, an END for each END index."""
    g_assert(xive.nr_irqs > 0, "spapr_xive_realize", "xive->nr_irqs")
    g_assert(xive.nr_ends > 0, "spapr_xive_realize", "xive->nr_ends")
    xsrc = XiveSource(xive, xive.nr_irqs, XIVE_ESB_64K_2PAGE, bytearray(xive.nr_irqs))
    xive.source = xsrc
    xive_source_reset(xsrc)
    xive.end_base = xive.vc_base + xive_source_esb_len(xsrc)
    xive.eat = [XiveEAS()] * xive.nr_irqs
    tima = xive.tm_base + XIVE_TM_USER_PAGE * (1 << TM_SHIFT)
    xive.nodename = f"interrupt-controller@{tima:x}"


def spapr_xive_reset(xive: SpaprXive) -> None:
    """Mask all sources that are claimed, clear all ENDs."""
    off = XiveEAS(valid=True, masked=True)
    free = XiveEAS()
    xive.eat = [off if eas.valid else free for eas in xive.eat]
    xive.endt.clear()
    xive_source_reset(xive.source)


def spapr_xive_claim_irq(xive: SpaprXive, lisn: int, lsi: bool, errp: Error) -> int:
    """Claim a LISN: it becomes valid and is masked; -EBUSY when it is taken.

    A LISN beyond the table is a bug of the caller, and aborts.
    """
    qemu_assert(lisn < xive.nr_irqs, "spapr_xive_claim_irq", "lisn < xive->nr_irqs")
    if xive.eat[lisn].valid:
        error_setg(errp, f"IRQ {lisn} is not free")
        return -EBUSY
    xive.eat[lisn] = XiveEAS(valid=True, masked=True)
    if lsi:
        xive.source.lsi.add(lisn)
    if spapr_xive_in_kernel(xive):
        return kvmppc_xive_source_reset_one(xive.source, lisn, errp)
    return 0


def spapr_xive_free_irq(xive: SpaprXive, lisn: int) -> None:
    """Give a LISN back."""
    qemu_assert(lisn < xive.nr_irqs, "spapr_xive_free_irq", "lisn < xive->nr_irqs")
    xive.eat[lisn] = xive.eat[lisn]._replace(valid=False)


def spapr_xive_cpu_intc_create(xive: SpaprXive, cpu: PowerPCCPU, errp: Error) -> int:
    """Give a new vCPU its thread context, connected to KVM when XIVE is in the kernel."""
    tctx = XiveTCTX(cpu.cs, xive)
    xive_tctx_reset(tctx)
    cpu.tctx = tctx
    if spapr_xive_in_kernel(xive):
        return kvmppc_xive_cpu_connect(xive, cpu, errp)
    return 0


def spapr_xive_cpu_intc_reset(xive: SpaprXive, cpu: PowerPCCPU) -> None:
    """Reset the thread context and push the vCPU's virtual processor onto it."""
    del xive
    assert cpu.tctx is not None
    xive_tctx_reset(cpu.tctx)
    nvt_blk, nvt_idx = spapr_xive_cpu_to_nvt(cpu)
    xive_tctx_set_os_cam(cpu.tctx, TM_QW1W2_VO | xive_nvt_cam_line(nvt_blk, nvt_idx))


def spapr_xive_cpu_intc_destroy(xive: SpaprXive, cpu: PowerPCCPU) -> None:
    """The vCPU goes away."""
    del xive
    cpu.tctx = None


def spapr_xive_set_irq(xive: SpaprXive, irq: int, val: int) -> None:
    """A device moves the line of an external irq; its LISN is the same number."""
    if spapr_xive_in_kernel(xive):
        kvmppc_xive_source_set_irq(xive.source, irq, val)
    else:
        xive_source_set_irq(xive.source, irq, val)


def spapr_xive_dt_node(xive: SpaprXive, fdt: Fdt, phandle: int) -> FdtNode:
    """The interrupt-controller node of XIVE, all but "ibm,xive-lisn-ranges".

    The tree's root gets "ibm,plat-res-int-priorities": (first, how many) of the
    priorities that the hypervisor keeps.  "ibm,xive-eq-sizes" are log2 of bytes.
    """
    page = 1 << TM_SHIFT
    timas = [
        cpu_to_be64(xive.tm_base + XIVE_TM_USER_PAGE * page),
        cpu_to_be64(page),
        cpu_to_be64(xive.tm_base + XIVE_TM_OS_PAGE * page),
        cpu_to_be64(page),
    ]
    node = fdt_add_subnode(fdt, fdt.root, xive.nodename)
    fdt_setprop_string(fdt, node, "device_type", "power-ivpe")
    fdt_setprop(fdt, node, "reg", [half for wide in timas for half in (wide >> 32, wide)])
    fdt_setprop_string(fdt, node, "compatible", "ibm,power-ivpe")
    fdt_setprop(fdt, node, "ibm,xive-eq-sizes", [cpu_to_be32(16)])
    fdt_setprop(fdt, node, "interrupt-controller", None)
    fdt_setprop_cell(fdt, node, "#interrupt-cells", 2)
    fdt_setprop_cell(fdt, node, "linux,phandle", phandle)
    fdt_setprop_cell(fdt, node, "phandle", phandle)
    plat_res_int_priorities = [cpu_to_be32(xive.hv_prio), cpu_to_be32(0xFF - xive.hv_prio)]
    fdt_setprop(fdt, fdt.root, "ibm,plat-res-int-priorities", plat_res_int_priorities)
    return node


def spapr_xive_activate(xive: SpaprXive, nr_servers: int, errp: Error) -> int:
    """XIVE becomes the machine's controller; under KVM create and fill the device."""
    if spapr_irq_init_kvm(kvmppc_xive_connect, xive, nr_servers, errp) < 0:
        return -1
    xive.mmio_enabled = True
    return 0


def spapr_xive_deactivate(xive: SpaprXive) -> None:
    """XIVE stops being the machine's controller."""
    xive.mmio_enabled = False
    if spapr_xive_in_kernel(xive):
        kvmppc_xive_disconnect(xive)


def spapr_xive_post_load(xive: SpaprXive) -> int:
    """After migration: hand the state to the kernel, if XIVE is there."""
    if spapr_xive_in_kernel(xive):
        return kvmppc_xive_post_load(xive)
    return 0
