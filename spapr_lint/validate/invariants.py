"""The rules that every machine has to keep, each with its source.

A rule that could not be looked at on a machine is *not run*, never passed.
"""

from __future__ import annotations

from typing import NamedTuple

PASSED, FAILED, NOT_RUN = "passed", "failed", "not run"


class Answer(NamedTuple):
    """What one rule said on one machine: ``state`` and, in words, how or why."""

    state: str
    detail: str = ""


class Invariant(NamedTuple):
    """A rule: a short name, what it demands, and where the demand is written."""

    name: str
    title: str
    source: str


INVARIANTS = (
    Invariant(
        "range-holds-cpus",
        "the first LISN range holds at least one for each thread that the machine can have",
        'PAPR B.6.12 "ibm,xive-lisn-ranges"; Linux sysdev/xive/spapr.c takes one for each CPU',
    ),
    Invariant(
        "range-cells",
        "each range's cells are (first, count), and stay within the IPIs",
        'PAPR B.6.12; QEMU docs/specs/ppc-spapr-xive.rst "IRQ number space"',
    ),
    Invariant(
        "range-claimed",
        "every advertised LISN is claimed, and none is an external interrupt",
        "PAPR 14.5.4.7.4.1 H_INT_GET_SOURCE_INFO; QEMU hw/intc/spapr_xive.c",
    ),
    Invariant(
        "server-ranges",
        "the server ranges cover every server number that the machine can have",
        'PAPR B.6.1.1 "ibm,interrupt-server-ranges"',
    ),
    Invariant(
        "ends-exist",
        "every END that a legal server and priority name exists",
        "QEMU hw/intc/spapr_xive.c h_int_get_queue_info(); PAPR H_INT_GET_QUEUE_INFO",
    ),
    Invariant(
        "kvm-sources-boot",
        "KVM knows every LISN that the CPUs there at boot may take",
        "Linux Documentation/virt/kvm/devices/xive.rst KVM_DEV_XIVE_GRP_SOURCE",
    ),
    Invariant(
        "kvm-sources-plug",
        "KVM knows every LISN that the CPUs may have taken, in whatever order they were plugged",
        "as kvm-sources-boot; a guest takes the first free LISN when a CPU comes up",
    ),
    Invariant(
        "kvm-nr-servers",
        "NR_SERVERS covers every server number that the machine can have",
        "Linux Documentation/virt/kvm/devices/xive.rst KVM_DEV_XIVE_NR_SERVERS",
    ),
    Invariant(
        "ipis-boot",
        "after boot every CPU is up, and each IPI reaches exactly its CPU",
        "PAPR 2.11 IPIs; Linux smp_muxed_ipi",
    ),
    Invariant(
        "ipis-plug",
        "the same after hotplug, unplug and replug",
        "PAPR 13.7 dynamic reconfiguration of processors",
    ),
    Invariant(
        "ipis-reset",
        "the same after a reset",
        "QEMU hw/ppc/spapr.c spapr_machine_reset()",
    ),
    Invariant(
        "ipis-switch",
        "the same after CAS chose the other interrupt mode, and back",
        "PAPR B.6.2.3 option vector 5, byte 23",
    ),
    Invariant(
        "ipis-migration",
        "the same after migration, a pending IPI included",
        "QEMU docs/devel/migration.rst; hw/intc/spapr_xive_kvm.c",
    ),
    Invariant(
        "no-abort",
        "no machine that the command line accepts aborts, at once or later",
        "QEMU docs/devel/style.rst: assertions are for the impossible",
    ),
)
NAMES = tuple(invariant.name for invariant in INVARIANTS)
