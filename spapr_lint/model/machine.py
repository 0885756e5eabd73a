"""The public face of the model: a machine, its device tree in the forms that people read.

`Machine` is what the command line, the validator and the tests hold; QEMU's own functions are
in `spapr_lint.model.spapr` and below.
"""

from __future__ import annotations

from typing import Any

from spapr_lint.model.fdt import cells, fdt_subnode, to_dtb, to_dts
from spapr_lint.model.options import MachineOptions
from spapr_lint.model.spapr import (
    spapr_build_fdt,
    spapr_cas,
    spapr_core_plug,
    spapr_core_unplug,
    spapr_machine_new,
    spapr_machine_reset,
    spapr_print_info,
)
from spapr_lint.model.state import SpaprMachineState
from spapr_lint.model.variants import ClassInit

_CONTROLLER = (
    "ibm,xive-lisn-ranges",
    "ibm,xive-eq-sizes",
    "ibm,interrupt-server-ranges",
)


class Machine:
    """A pseries machine at reset, after CAS if the options say so.

    Raises `Refused` and `Aborted` with QEMU's words.  ``spapr`` is the machine's state.
    """

    def __init__(self, options: MachineOptions, design: ClassInit | None = None) -> None:
        """``design`` fills the slots of a design of one's own, in place of ``options.variant``."""
        self.options = options
        self.design = design
        self.spapr: SpaprMachineState = spapr_machine_new(options, design)
        if options.cas is not None:
            self.cas(options.cas)

    def cas(self, mode: str) -> None:
        """The guest's choice of ``xics`` or ``xive``; `Refused` when QEMU would leave."""
        spapr_cas(self.spapr, mode)

    def reset(self) -> None:
        """System reset: back to before CAS."""
        spapr_machine_reset(self.spapr)

    def plug(self, core_id: int) -> None:
        """device_add of the core with that id (cpu_index of its thread 0)."""
        spapr_core_plug(self.spapr, core_id)

    def unplug(self, core_id: int) -> None:
        """device_del of the core with that id."""
        spapr_core_unplug(self.spapr, core_id)


def dt(machine: Machine) -> dict[str, Any]:
    """What the device tree says about interrupts, now (DESIGN section 5).

    Keys: ``servers``, the server number of each thread present, ascending; the properties of the
    controller's node and ``ibm,plat-res-int-priorities`` as they are; ``cpus`` by server number
    of thread 0; ``claimed_ipis``, how many LISNs below the external irqs are claimed, and
    ``nr_ends``, where the machine has XIVE.  Absent properties are left out.
    """
    spapr = machine.spapr
    root = spapr_build_fdt(spapr).root
    cpus_node = fdt_subnode(root, "cpus")
    controller = fdt_subnode(root, "interrupt-controller")
    assert cpus_node is not None
    assert controller is not None
    cpus: dict[str, dict[str, Any]] = {}
    for node in cpus_node.children.values():
        (reg,) = cells(node, "reg") or [0]
        cpus[str(reg)] = {
            "reg": reg,
            "servers": cells(node, "ibm,ppc-interrupt-server#s"),
            "gservers": cells(node, "ibm,ppc-interrupt-gserver#s"),
        }
    result: dict[str, Any] = {"servers": sorted(spapr.cpus)}
    for name in _CONTROLLER:
        if (value := cells(controller, name)) is not None:
            result[name] = value
    if (value := cells(root, "ibm,plat-res-int-priorities")) is not None:
        result["ibm,plat-res-int-priorities"] = value
    if spapr.xive is not None:
        result["claimed_ipis"] = sum(eas.valid for eas in spapr.xive.eat[:0x1000])
        result["nr_ends"] = spapr.xive.nr_ends
    result["cpus"] = cpus
    return result


def dts(machine: Machine) -> str:
    """The device tree as source text."""
    return to_dts(spapr_build_fdt(machine.spapr))


def dtb(machine: Machine) -> bytes:
    """The device tree as a flattened blob."""
    return to_dtb(spapr_build_fdt(machine.spapr))


def info_pic(machine: Machine) -> str:
    """What the monitor's ``info pic`` prints."""
    return spapr_print_info(machine.spapr)
