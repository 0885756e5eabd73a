"""As shipped: IPIs, their range and the ENDs are all sized by the highest server number plus one.

QEMU from dcc345b61e (2.12's XIVE, merged for 4.0) to at least 11.1; hw/ppc/spapr_irq.c and
hw/intc/spapr_xive.c.  Right by luck while VSMT equals threads per core; with more, IPIs are
claimed that no CPU needs, until they run into the external interrupts.
"""

from __future__ import annotations

from spapr_lint.model.constants import SPAPR_IRQ_IPI, SPAPR_XIRQ_BASE, cpu_to_be32
from spapr_lint.model.errors import Error
from spapr_lint.model.fdt import Fdt, fdt_setprop
from spapr_lint.model.spapr_xive import (
    qdev_prop_set_uint32,
    spapr_xive_dt_node,
    spapr_xive_new,
    spapr_xive_realize,
)
from spapr_lint.model.spapr_xive_kvm import kvmppc_xive_source_reset_one
from spapr_lint.model.state import (
    PowerPCCPU,
    SpaprInterruptControllerClass,
    SpaprMachineState,
    SpaprXive,
    SpaprXiveClass,
    XiveSource,
)
from spapr_lint.model.vsmt import spapr_max_server_number


def spapr_irq_init(spapr: SpaprMachineState, errp: Error) -> None:
    """Create the controller and claim the IPIs."""
    nr_servers = spapr_max_server_number(spapr)
    dev = spapr_xive_new(spapr)
    qdev_prop_set_uint32(dev, "nr-irqs", spapr.smc.nr_xirqs + SPAPR_XIRQ_BASE)
    # 8 ENDs for each server number, one for each priority.
    qdev_prop_set_uint32(dev, "nr-ends", nr_servers << 3)
    spapr_xive_realize(dev)
    spapr.xive = dev
    sicc = spapr.xive_class
    for i in range(nr_servers):
        if sicc.claim_irq(dev, SPAPR_IRQ_IPI + i, False, errp) < 0:
            return


def spapr_xive_dt(xive: SpaprXive, nr_servers: int, fdt: Fdt, phandle: int) -> None:
    """The interrupt-controller node; the range of LISNs that the guest may take for IPIs.

    "ibm,xive-lisn-ranges" holds pairs (first LISN, how many), PAPR B.6.12.
    """
    node = spapr_xive_dt_node(xive, fdt, phandle)
    lisn_ranges = [cpu_to_be32(SPAPR_IRQ_IPI), cpu_to_be32(SPAPR_IRQ_IPI + nr_servers)]
    fdt_setprop(fdt, node, "ibm,xive-lisn-ranges", lisn_ranges)


def kvmppc_xive_cpu_connect_ipi(xive: SpaprXive, cpu: PowerPCCPU, errp: Error) -> int:
    """IPIs are created with all other sources, none when a vCPU comes."""
    del xive, cpu, errp
    return 0


def kvmppc_xive_source_reset(xsrc: XiveSource, errp: Error) -> int:
    """Create every claimed source in KVM."""
    for lisn, eas in enumerate(xsrc.xive.eat):
        if eas.valid:
            ret = kvmppc_xive_source_reset_one(xsrc, lisn, errp)
            if ret < 0:
                return ret
    return 0


def xive_source_is_valid(xive: SpaprXive, lisn: int) -> bool:
    """Whether KVM knows the source: it knows all that are claimed."""
    return xive.eat[lisn].valid


def spapr_xive_class_init(sicc: SpaprInterruptControllerClass) -> SpaprXiveClass:
    """The slots that this design fills."""
    sicc.dt = spapr_xive_dt
    return SpaprXiveClass(
        init=spapr_irq_init,
        cpu_connect_ipi=kvmppc_xive_cpu_connect_ipi,
        source_reset=kvmppc_xive_source_reset,
        source_is_valid=xive_source_is_valid,
    )
