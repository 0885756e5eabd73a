"""CPU models: which there are, what a pseries machine has a core for, what they can run.

Source: QEMU target/ppc/cpu-models.c, hw/ppc/spapr_cpu_core.c, target/ppc/compat.c; the lists as
Debian's binaries print them (``-cpu help``, ``-device help``).
"""

from __future__ import annotations

import re

from spapr_lint.model.errors import Refused
from spapr_lint.model.versions import Release, SpaprMachineClass

# Compatibility modes by processor version, as QEMU's message names them.
COMPAT_PVR = {
    "power6": 0x0F000002,
    "power7": 0x0F000003,
    "power7+": 0x0F100003,
    "power8": 0x0F000004,
    "power9": 0x0F000005,
    "power10": 0x0F000006,
    "power11": 0x0F000007,
}
# Highest threads a core by compatibility mode (max_vthreads).  POWER9 has 4 and shows 8: a guest
# that turns out to know POWER9 must not lose half of its threads.
COMPAT_VTHREADS = dict.fromkeys(COMPAT_PVR, 8) | {"power6": 2, "power7": 4, "power7+": 4}
_POWER11 = (10, 0)  # the release that brought it

# Cores of a pseries machine, by a regular expression over names in small letters.
_CORE = re.compile(
    r"970(_v2\.2)?|970mp(_v1\.[01])?|power5(gs|\+|\+_v2\.1)|power7(_v2\.3)?|power7\+(_v2\.1)?"
    r"|power8(_v2\.0)?|power9(_v2\.0)?|power10(_v2\.0)?"
)
_OLD_CORE = re.compile(r"power8e(_v2\.1)?|power8nvl(_v1\.0)?|power9_v1\.0|power10_v1\.0")
_NEW_CORE = re.compile(r"power[57]p_v2\.1|power9_v2\.2|power11(_v2\.0)?")
# Models of other families, which exist and have no core here.
_OTHER = re.compile(
    r"970fx(_v(1\.0|2\.[01]|3\.[01]))?|ppc(64|32)?|g[234]"
    r"|(4[046]|60[34]|7[45])\w*|e[2356]00\w*|mpc\w+"
    r"|x2vp\w+|npe\w+|stb\w+|apollo\S*|vanilla|vaillant|goldeneye|typhoon|arthur|goldfinger"
)
_REMOVED = re.compile(r"(40[13]|60[12])\w*|cobra|iop480")


def cpu_model(name: str, mc: SpaprMachineClass, program: Release, kvm: bool) -> str:
    """The model that ``-cpu name`` means, in small letters; `Refused` when there is none."""
    model = name.split(",")[0].lower()
    if model == "max":
        # The best that the machine has; a Macintosh's in old releases.
        return default_cpu(mc) if program.option_tree else "7400"
    known = bool(_CORE.fullmatch(model) or _OTHER.fullmatch(model))
    if model == "power10_v2.0":
        known = program.version >= (7,)
    elif model in ("power9_v1.0", "power10_v1.0", "power5gs"):
        known = program.version < (10,)
    elif _OLD_CORE.fullmatch(model):
        known = program.version < (11,)
    if program.version < (7, 2):
        known |= bool(_REMOVED.fullmatch(model))
    if program.version >= _POWER11:
        known |= bool(_NEW_CORE.fullmatch(model))
    if model == "host":
        known = kvm
    if not known:
        raise Refused(f"unable to find CPU model '{name.split(',')[0]}'")
    return model


def check_core(model: str) -> None:
    """`Refused` for a model of which a pseries machine has no core."""
    if not any(cores.fullmatch(model) for cores in (_CORE, _OLD_CORE, _NEW_CORE)):
        if model != "host":
            raise Refused("Unable to find sPAPR CPU Core definition")


def default_cpu(mc: SpaprMachineClass) -> str:
    """QEMU hw/ppc/spapr.c, default_cpu_type of each machine version."""
    models = ((11, 1), "power11"), ((9, 0), "power10"), ((4, 0), "power9"), ((2, 8), "power8")
    for since, cpu in models:
        if mc.version >= since:
            return cpu
    return "power7"


def compat_modes(program: Release) -> list[str]:
    """What ``max-cpu-compat`` can be."""
    modes = list(COMPAT_PVR)
    return modes if program.version >= _POWER11 else modes[:-1]


def cpu_generation(model: str) -> int:
    """POWER generation of a ``-cpu`` model or compatibility mode, 0 for something older."""
    if model == "host":
        return 9
    match = re.match(r"power(\d+)", model)
    return int(match[1]) if match else 0


def compat_applies(cpu_type: str, compat: str) -> bool:
    """Whether a CPU can run in that mode: only in older ones than itself, or its own."""
    return cpu_generation(compat) <= cpu_generation(cpu_type)


def runs_as(cpu_type: str, compat: str | None) -> int:
    """The newest generation that the guest can be told, by CPU and ``max-cpu-compat``."""
    generation = cpu_generation(cpu_type)
    return generation if compat is None else min(generation, cpu_generation(compat))
