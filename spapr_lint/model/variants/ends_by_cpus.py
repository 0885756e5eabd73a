"""The fix series, second version: as the first, but the ENDs are sized by the number of vCPUs too.

Proposed on qemu-devel, 2020-11-30 (v2), and reviewed.  END numbers are built from server numbers,
which have holes, so with VSMT above threads per core the last vCPUs' ENDs lie beyond the table.
"""

from __future__ import annotations

from spapr_lint.model.constants import SPAPR_IRQ_IPI, SPAPR_XIRQ_BASE
from spapr_lint.model.errors import Error
from spapr_lint.model.spapr_xive import (
    qdev_prop_set_uint32,
    spapr_xive_new,
    spapr_xive_realize,
)
from spapr_lint.model.state import (
    SpaprInterruptControllerClass,
    SpaprMachineState,
    SpaprXiveClass,
)
from spapr_lint.model.variants.as_shipped import (
    kvmppc_xive_cpu_connect_ipi,
    kvmppc_xive_source_reset,
    xive_source_is_valid,
)
from spapr_lint.model.variants.nr_ipis import spapr_xive_dt


def spapr_irq_init(spapr: SpaprMachineState, errp: Error) -> None:
    """Create the controller and claim one IPI for each vCPU that there can be."""
    max_cpus = spapr.ms.smp.max_cpus
    dev = spapr_xive_new(spapr)
    qdev_prop_set_uint32(dev, "nr-irqs", spapr.smc.nr_xirqs + SPAPR_XIRQ_BASE)
    qdev_prop_set_uint32(dev, "nr-ends", max_cpus << 3)
    qdev_prop_set_uint32(dev, "nr-ipis", max_cpus)
    spapr_xive_realize(dev)
    spapr.xive = dev
    sicc = spapr.xive_class
    for i in range(max_cpus):
        if sicc.claim_irq(dev, SPAPR_IRQ_IPI + i, False, errp) < 0:
            return


def spapr_xive_class_init(sicc: SpaprInterruptControllerClass) -> SpaprXiveClass:
    """The slots that this design fills."""
    sicc.dt = spapr_xive_dt
    return SpaprXiveClass(
        init=spapr_irq_init,
        cpu_connect_ipi=kvmppc_xive_cpu_connect_ipi,
        source_reset=kvmppc_xive_source_reset,
        source_is_valid=xive_source_is_valid,
    )
