"""The fix series, first version: as many IPIs as there can be vCPUs, ENDs by server numbers.

Proposed on qemu-devel, 2020-11-20 ("spapr: Address the confusion between IPI numbers and vCPU
ids").  Written here with a real count in the range's second cell; as mailed it was base + count,
which is the same number while the base is 0.
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
from spapr_lint.model.state import (
    SpaprInterruptControllerClass,
    SpaprMachineState,
    SpaprXive,
    SpaprXiveClass,
)
from spapr_lint.model.variants.as_shipped import (
    kvmppc_xive_cpu_connect_ipi,
    kvmppc_xive_source_reset,
    xive_source_is_valid,
)
from spapr_lint.model.vsmt import spapr_max_server_number


def spapr_irq_init(spapr: SpaprMachineState, errp: Error) -> None:
    """Create the controller and claim one IPI for each vCPU that there can be."""
    max_cpus = spapr.ms.smp.max_cpus
    dev = spapr_xive_new(spapr)
    qdev_prop_set_uint32(dev, "nr-irqs", spapr.smc.nr_xirqs + SPAPR_XIRQ_BASE)
    qdev_prop_set_uint32(dev, "nr-ends", spapr_max_server_number(spapr) << 3)
    qdev_prop_set_uint32(dev, "nr-ipis", max_cpus)
    spapr_xive_realize(dev)
    spapr.xive = dev
    sicc = spapr.xive_class
    for i in range(max_cpus):
        if sicc.claim_irq(dev, SPAPR_IRQ_IPI + i, False, errp) < 0:
            return


def spapr_xive_dt(xive: SpaprXive, nr_servers: int, fdt: Fdt, phandle: int) -> None:
    """The interrupt-controller node, with the range of IPIs that exist."""
    del nr_servers
    node = spapr_xive_dt_node(xive, fdt, phandle)
    lisn_ranges = [cpu_to_be32(SPAPR_IRQ_IPI), cpu_to_be32(xive.nr_ipis)]
    fdt_setprop(fdt, node, "ibm,xive-lisn-ranges", lisn_ranges)


def spapr_xive_class_init(sicc: SpaprInterruptControllerClass) -> SpaprXiveClass:
    """The slots that this design fills."""
    sicc.dt = spapr_xive_dt
    return SpaprXiveClass(
        init=spapr_irq_init,
        cpu_connect_ipi=kvmppc_xive_cpu_connect_ipi,
        source_reset=kvmppc_xive_source_reset,
        source_is_valid=xive_source_is_valid,
    )
