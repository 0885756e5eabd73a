"""The designs under study, beside each other: one small module for what each does differently.

`DESIGNS` maps a variant's name to the function that fills its slots.  Everything the designs
share is in `spapr_lint.model`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spapr_lint.model.state import SpaprInterruptControllerClass, SpaprXiveClass
from spapr_lint.model.variants import as_shipped, ends_by_cpus, ipi_by_vcpu_id, nr_ipis

ClassInit = Callable[[SpaprInterruptControllerClass], SpaprXiveClass]

DESIGNS: Mapping[str, ClassInit] = {
    "as_shipped": as_shipped.spapr_xive_class_init,
    "ipi_by_vcpu_id": ipi_by_vcpu_id.spapr_xive_class_init,
    "nr_ipis": nr_ipis.spapr_xive_class_init,
    "ends_by_cpus": ends_by_cpus.spapr_xive_class_init,
}
