"""The executable reference model of pseries interrupts, a specification that runs.

machine = Machine(parse_options(["-M", "pseries-7.2,ic-mode=xive,vsmt=8", "-smp", "4"]))
dt(machine)["ibm,xive-lisn-ranges"]        # [0, 32]
"""

from spapr_lint.model.errors import Aborted, Refused
from spapr_lint.model.guest import Guest, boot
from spapr_lint.model.machine import Machine, dt, dtb, dts, info_pic
from spapr_lint.model.options import MachineOptions, Usage, parse_options

__all__ = [
    "Aborted",
    "Guest",
    "Machine",
    "MachineOptions",
    "Refused",
    "Usage",
    "boot",
    "dt",
    "dtb",
    "dts",
    "info_pic",
    "parse_options",
]
