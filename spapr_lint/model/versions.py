"""What differs between QEMU releases and between their pseries machine versions.

A machine version fixes the guest's view and may be older than the program; the program's
release decides limits and messages.  All facts measured on Debian's binaries, or cited.
"""

from __future__ import annotations

from typing import NamedTuple

from spapr_lint.model.constants import SPAPR_NR_XIRQS
from spapr_lint.model.errors import Refused

Version = tuple[int, ...]


class Release(NamedTuple):
    """One QEMU release: how it parses ``-smp``, and its limits.

    ``max_cpus`` is a count of vCPUs; ``tcg_smt`` says whether TCG takes several threads a core
    (QEMU 8.1 on); ``smp_parser`` is ``sockets`` (hw/core/machine.c, up to 6.1), ``hierarchy``
    (hw/core/machine-smp.c, zero only warned about) or ``strict`` (zero refused, 9.0 on);
    ``option_tree`` whether options are read by util/keyval.c (6.1 on).
    """

    version: Version
    max_cpus: int
    tcg_smt: bool
    smp_parser: str
    option_tree: bool
    oldest_machine: Version

    @property
    def latest_machine(self) -> Version:
        """The newest pseries machine version of this release."""
        return self.version[:2]


class SpaprMachineClass(NamedTuple):
    """Facts of one pseries machine version (QEMU hw/ppc/spapr.c, *_class_options).

    ``nr_xirqs`` is a count of external irqs; ``smp_threads_vsmt`` makes VSMT default to the
    threads of a core (4.2 on) and not to 8; ``irq`` is the default ``ic-mode``.
    """

    name: str
    version: Version
    legacy_irq_allocation: bool
    nr_xirqs: int
    smp_threads_vsmt: bool
    irq: str
    prefer_sockets: bool
    has_hotpluggable_cpus: bool
    hotplug_events: bool
    max_cpus: int


# The releases that Debian ships or shipped, oldest first.
KNOWN = ("5.2", "7.2", "10.0.2", "10.0.13", "11.1.3")

# pseries machine versions, in the order in which they were born.
_MACHINES = (
    [(2, minor) for minor in range(1, 13)]
    + [(3, 0), (3, 1)]
    + [(major, minor) for major in range(4, 12) for minor in range(3)]
)


def release(text: str | None) -> Release:
    """The release that ``text`` (``7.2``, ``10.0.13``) names; the newest known for None.

    Raises `ValueError` for something that is no version.
    """
    version = tuple(int(part) for part in (text or KNOWN[-1]).split("."))
    if not 1 < len(version) < 5:
        raise ValueError(f"not a QEMU version: {text}")
    if version < (6, 2):
        parser = "sockets"
    else:
        parser = "hierarchy" if version < (9, 0) else "strict"
    if version >= (11,):
        oldest: Version = (5, 2)
    else:
        # Removed after a deprecation of six years; 10.0 still has 3.0.
        oldest = (3, 0) if version >= (10,) else (2, 1)
    return Release(
        version=version,
        max_cpus=1024 if version < (6, 1) else 4096,
        tcg_smt=version >= (8, 1),
        smp_parser=parser,
        option_tree=version >= (6, 1),
        oldest_machine=oldest,
    )


def machine_class(name: str, program: Release) -> SpaprMachineClass:
    """The class of ``-M name`` in that release; `Refused` as QEMU does when it has none."""
    newest = program.latest_machine
    prefix = "pseries-" if name != "pseries" else "pseries"
    suffix = name.removeprefix(prefix)
    plain = suffix.removesuffix("-sxxm")
    version: Version = newest
    try:
        if name != "pseries":
            version = tuple(int(part) for part in plain.split("."))
    except ValueError:
        version = ()
    known = version in _MACHINES and program.oldest_machine <= version <= newest
    if not name.startswith(prefix) or not known or (plain != suffix and version != (2, 12)):
        which = f': "{name}"' if program.version >= (9, 1) else ""
        raise Refused(
            f"unsupported machine type{which}\nUse -machine help to list supported machines"
        )
    legacy = version <= (3, 0)
    return SpaprMachineClass(
        name=name if suffix else "pseries-" + ".".join(map(str, newest)),
        version=version,
        legacy_irq_allocation=legacy,
        nr_xirqs=0x400 if legacy else SPAPR_NR_XIRQS,
        smp_threads_vsmt=version >= (4, 2),
        irq="legacy" if legacy else ("xics" if version <= (4, 0) else "dual"),
        prefer_sockets=version <= (6, 1),
        has_hotpluggable_cpus=version >= (2, 7),
        hotplug_events=version >= (2, 8),
        max_cpus=program.max_cpus,
    )
