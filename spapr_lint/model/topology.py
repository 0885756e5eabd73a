"""``-smp``: from what the user gave to sockets, cores, threads and counts of vCPUs.

Three generations of QEMU parsers, each with its own words of refusal (hw/core/machine.c up to
6.0, hw/core/machine-smp.c after).  Everything counted here is dense: a number of vCPUs.
"""

from __future__ import annotations

from typing import NamedTuple

from spapr_lint.model.errors import Refused
from spapr_lint.model.versions import Release, SpaprMachineClass

# What -smp can say, in the schema's order, and the release that brought each.
_KEYS = (
    ("cpus", (0,)),
    ("drawers", (8, 2)),
    ("books", (8, 2)),
    ("sockets", (0,)),
    ("dies", (4, 1)),
    ("clusters", (7, 0)),
    ("modules", (9, 1)),
    ("cores", (0,)),
    ("threads", (0,)),
    ("maxcpus", (0,)),
)
# Levels that some machine has and pseries has not, in the order in which they are looked at;
# before 9.0, of the two that there were, dies came first.
_UNSUPPORTED = ("modules", "clusters", "dies", "books", "drawers")


class CpuTopology(NamedTuple):
    """What QEMU calls ``ms->smp``: counts, all at least 1 in an accepted machine."""

    cpus: int
    max_cpus: int
    sockets: int
    cores: int
    threads: int


def uint(value: int) -> int:
    """C's ``unsigned``: 32 bits."""
    return value & 0xFFFFFFFF


def _int(value: int) -> int:
    """C's ``int`` of the same bits, as ``%d`` prints it."""
    return uint(value) - (1 << 32) if uint(value) >> 31 else uint(value)


def smp_keys(program: Release) -> tuple[str, ...]:
    """The keys that ``-smp`` takes in that release, in the schema's order."""
    return tuple(name for name, since in _KEYS if program.version >= since)


def smp_parse(
    given: dict[str, int], mc: SpaprMachineClass, program: Release
) -> tuple[CpuTopology, tuple[str, ...]]:
    """The topology of ``-smp``, and QEMU's warnings.  `Refused` with QEMU's words."""
    values = {key: uint(value) for key, value in given.items()}
    warnings: tuple[str, ...] = ()
    if program.smp_parser == "sockets":
        if program.option_tree and values.get("dies", 1) > 1:
            raise Refused("dies not supported by this machine's CPU topology")
        smp = _smp_parse_sockets(values)
    else:
        warnings = _zero(given, program)
        try:
            warnings += _unsupported(values, program)
            smp = _machine_parse_smp_config(values, mc)
            _check_limits(smp, mc)
        except Refused as refused:
            refused.warnings = warnings
            raise
        return smp, warnings
    _check_limits(smp, mc)
    return smp, warnings


def _check_limits(smp: CpuTopology, mc: SpaprMachineClass) -> None:
    """How many vCPUs the machine takes."""
    if smp.cpus < 1:
        raise Refused(
            f"Invalid SMP CPUs {_int(smp.cpus)}. The min CPUs supported by machine '{mc.name}' is 1"
        )
    if not 0 <= _int(smp.max_cpus) <= mc.max_cpus:
        raise Refused(
            f"Invalid SMP CPUs {_int(smp.max_cpus)}. The max CPUs "
            f"supported by machine '{mc.name}' is {mc.max_cpus}"
        )


def _smp_parse_sockets(given: dict[str, int]) -> CpuTopology:
    """QEMU up to 6.0: sockets before cores before threads (hw/core/machine.c smp_parse)."""
    cpus, sockets = given.get("cpus", 0), given.get("sockets", 0)
    cores, threads = given.get("cores", 0), given.get("threads", 0)
    if cpus == 0 or sockets == 0:
        cores, threads = cores or 1, threads or 1
        if cpus == 0:
            sockets = sockets or 1
            cpus = cores * threads * sockets
        else:
            sockets = given.get("maxcpus", cpus) // (cores * threads)
    elif cores == 0:
        threads = threads or 1
        cores = cpus // (sockets * threads) or 1
    elif threads == 0:
        threads = cpus // (cores * sockets) or 1
    elif sockets * cores * threads < cpus:
        raise Refused(
            f"cpu topology: sockets ({sockets}) * cores ({cores}) * threads ({threads}) < "
            f"smp_cpus ({cpus})"
        )
    max_cpus = given.get("maxcpus", cpus)
    if max_cpus < cpus:
        raise Refused("maxcpus must be equal to or greater than smp")
    if sockets * cores * threads != max_cpus:
        raise Refused(
            f"Invalid CPU topology: sockets ({sockets}) * cores ({cores}) * "
            f"threads ({threads}) != maxcpus ({max_cpus})"
        )
    return CpuTopology(cpus, max_cpus, sockets, cores, threads)


def _zero(given: dict[str, int], program: Release) -> tuple[str, ...]:
    """An explicit zero: an error, or a warning in releases before."""
    if all(given.values()):
        return ()
    zero = "CPU topology parameters must be greater than zero"
    if program.smp_parser == "strict":
        raise Refused(f"Invalid CPU topology: {zero}")
    return (f"Deprecated CPU topology (considered invalid): {zero}",)


def _unsupported(values: dict[str, int], program: Release) -> tuple[str, ...]:
    """Levels that pseries does not have."""
    strict = program.smp_parser == "strict"
    warnings = []
    for name in _UNSUPPORTED if strict else ("dies", "clusters"):
        if values.get(name, 0) > 1:
            above = " > 1" if strict else ""
            raise Refused(f"{name}{above} not supported by this machine's CPU topology")
        if name in values and (9, 0) <= program.version < (9, 1):
            warnings.append(
                "Deprecated CPU topology (considered invalid): "
                f"Unsupported {name} parameter mustn't be specified as 1"
            )
    return tuple(warnings)


def _machine_parse_smp_config(given: dict[str, int], mc: SpaprMachineClass) -> CpuTopology:
    """QEMU from 6.1: cores before sockets for new machine versions (machine-smp.c)."""
    cpus, maxcpus = given.get("cpus", 0), given.get("maxcpus", 0)
    sockets, cores = given.get("sockets", 0), given.get("cores", 0)
    threads = given.get("threads", 0)
    if cpus == 0 and maxcpus == 0:
        sockets, cores, threads = sockets or 1, cores or 1, threads or 1
    else:
        maxcpus = maxcpus or cpus
        if mc.prefer_sockets:
            if sockets == 0:
                cores, threads = cores or 1, threads or 1
                sockets = maxcpus // (cores * threads)
            elif cores == 0:
                threads = threads or 1
                cores = maxcpus // (sockets * threads)
        elif cores == 0:
            sockets, threads = sockets or 1, threads or 1
            cores = maxcpus // (sockets * threads)
        elif sockets == 0:
            threads = threads or 1
            sockets = maxcpus // (cores * threads)
        threads = threads or maxcpus // (sockets * cores)
    maxcpus = maxcpus or uint(sockets * cores * threads)
    cpus = cpus or maxcpus
    hierarchy = f"sockets ({sockets}) * cores ({cores}) * threads ({threads})"
    if uint(sockets * cores * threads) != maxcpus:
        raise Refused(
            "Invalid CPU topology: product of the hierarchy must match maxcpus: "
            f"{hierarchy} != maxcpus ({maxcpus})"
        )
    if maxcpus < cpus:
        raise Refused(
            "Invalid CPU topology: maxcpus must be equal to or greater than smp: "
            f"{hierarchy} == maxcpus ({maxcpus}) < smp_cpus ({cpus})"
        )
    return CpuTopology(cpus, maxcpus, sockets, cores, threads)
