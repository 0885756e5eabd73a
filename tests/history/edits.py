"""Small edits of a QEMU 7.2 tree that bring back old faults, and two fixes from the list.

An edit is an anchor (a few words of QEMU, to find the place) and text of our own.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import history_harness as harness

KVM = "hw/intc/spapr_xive_kvm.c"
XIVE = "hw/intc/spapr_xive.c"
XICS = "hw/intc/xics_spapr.c"
IRQ = "hw/ppc/spapr_irq.c"
MACHINE = "hw/ppc/spapr.c"
HEADER = "include/hw/ppc/spapr_xive.h"


class Edit(NamedTuple):
    """Within a function (or the whole file if None): the anchor's text becomes the new text.

    An empty anchor puts the new text before the function.
    """

    path: str
    function: str | None
    anchor: str
    text: str


class Twin(NamedTuple):
    """Edits, and what they must change: (code, function) of findings born and cured.

    Code and function may be several, with ``|`` between them; the function ``*`` is any.
    """

    name: str
    edits: tuple[Edit, ...]
    born: frozenset[tuple[str, str]]
    cured: frozenset[tuple[str, str]] = frozenset()


def twin(
    name: str,
    edits: list[Edit],
    born: list[tuple[str, str]],
    cured: list[tuple[str, str]] | None = None,
) -> Twin:
    """A Twin out of lists."""
    return Twin(name, tuple(edits), frozenset(born), frozenset(cured or ()))


def apply(edit: Edit, root: Path) -> None:
    """Makes one edit; raises ValueError if its place is not found exactly once."""
    path = root / edit.path
    text = path.read_text()
    lines = text.splitlines(keepends=True)
    start, end = 0, len(lines)
    if edit.function is not None:
        inside = harness.span(text, edit.function)
        if inside is None:
            raise ValueError(f"{edit.path} has no {edit.function}")
        start, end = inside.start - 1, inside.stop - 1
    body = "".join(lines[start:end])
    if not edit.anchor:
        changed = edit.text + body
    elif body.count(edit.anchor) == 1:
        changed = body.replace(edit.anchor, edit.text)
    else:
        raise ValueError(f"{edit.path}: {body.count(edit.anchor)} times {edit.anchor!r}")
    path.write_text("".join(lines[:start]) + changed + "".join(lines[end:]))


DIRECT = """\
static int twin_announce(SpaprXive *xive, CPUState *cs, Error **errp)
{
    unsigned long number = kvm_arch_vcpu_id(cs);
    uint64_t word = 0;

    return kvm_device_access(xive->fd, KVM_DEV_XIVE_GRP_SOURCE, number, &word,
                             true, errp);
}

"""

HANDED_ON = """\
typedef struct {
    SpaprXive *owner;
    Error *problem;
    int result;
} TwinJob;

static void twin_on_thread(CPUState *cs, run_on_cpu_data arg)
{
    TwinJob *job = arg.host_ptr;
    unsigned long number = kvm_arch_vcpu_id(cs);
    uint64_t word = 0;

    job->result = kvm_device_access(job->owner->fd, KVM_DEV_XIVE_GRP_SOURCE,
                                    number, &word, true, &job->problem);
}

static int twin_everywhere(SpaprXive *xive, CPUState *cs)
{
    TwinJob job = { .owner = xive, .problem = NULL, .result = 0 };

    run_on_cpu(cs, twin_on_thread, RUN_ON_CPU_HOST_PTR(&job));
    return job.result;
}

"""

LOOKUP = """\
static bool twin_known(unsigned long wanted)
{
    KVMEnabledCPU *each;

    QLIST_FOREACH(each, &kvm_enabled_cpus, node) {
        if (each->vcpu_id == wanted) {
            return true;
        }
    }
    return false;
}

static bool twin_usable(SpaprXive *xive, uint32_t n)
{
    return n >= SPAPR_XIRQ_BASE || twin_known(n);
}

"""

FAULTS = [
    twin(
        "kvm_source_by_vcpu_id",
        [Edit(KVM, "kvmppc_xive_source_reset", "", DIRECT)],
        [("SPL102", "twin_announce")],
    ),
    twin(
        "kvm_source_by_vcpu_id_on_another_thread",
        [Edit(KVM, "kvmppc_xive_source_reset", "", HANDED_ON)],
        [("SPL102", "twin_on_thread")],
    ),
    twin(
        "lisn_among_enabled_vcpus",
        [
            Edit(KVM, "kvmppc_xive_source_reset", "", LOOKUP),
            Edit(
                KVM,
                "kvmppc_xive_source_reset",
                "if (!xive_eas_is_valid(&xive->eat[i])) {",
                "if (!twin_usable(xive, i)) {",
            ),
        ],
        [("SPL103", "twin_known|twin_usable|kvmppc_xive_source_reset")],
    ),
    twin(
        "irq_taken_for_source_index",
        [Edit(XICS, "xics_spapr_set_irq", "irq - ics->offset", "irq")],
        [("SPL105", "xics_spapr_set_irq|ics_set_irq")],
    ),
    twin(
        "external_irqs_for_the_whole_space",
        [
            Edit(
                IRQ,
                "spapr_irq_init",
                '(dev, "nr-irqs", smc->nr_xirqs + SPAPR_XIRQ_BASE',
                '(dev, "nr-irqs", smc->nr_xirqs',
            )
        ],
        [("SPL205", "spapr_irq_init")],
    ),
    twin(
        "getter_returns_cpu_index",
        [Edit(MACHINE, "spapr_get_vcpu_id", "return cpu->vcpu_id", "return CPU(cpu)->cpu_index")],
        [("SPL104", "*")],
    ),
    twin(
        "server_ranges_by_boot_cpus",
        [
            Edit(
                XICS,
                "xics_spapr_dt",
                "cpu_to_be32(nr_servers)",
                "cpu_to_be32(MACHINE(qdev_get_machine())->smp.cpus)",
            )
        ],
        [("SPL104|SPL201", "xics_spapr_dt")],
    ),
    twin(
        "server_ranges_by_possible_cpus",
        [
            Edit(
                XICS,
                "xics_spapr_dt",
                "cpu_to_be32(nr_servers)",
                "cpu_to_be32(MACHINE(qdev_get_machine())->smp.max_cpus)",
            )
        ],
        [("SPL104|SPL201", "xics_spapr_dt")],
    ),
]

CLAIM = "for (i = 0; i < nr_servers; ++i) {"
CLAIM_FIXED = "for (i = 0; i < MACHINE(spapr)->smp.max_cpus; ++i) {"
CURED = [("SPL101", "spapr_xive_dt"), ("SPL102", "spapr_irq_init")]
NEW_FIELD = [
    Edit(HEADER, None, "uint32_t      nr_ends;", "uint32_t      nr_ends;\n    uint32_t nr_ipis;"),
    Edit(
        XIVE,
        None,
        'DEFINE_PROP_UINT32("nr-ends", SpaprXive, nr_ends, 0),',
        'DEFINE_PROP_UINT32("nr-ends", SpaprXive, nr_ends, 0),\n'
        '    DEFINE_PROP_UINT32("nr-ipis", SpaprXive, nr_ipis, 0),',
    ),
    Edit(XIVE, "spapr_xive_dt", "SPAPR_IRQ_IPI + nr_servers", "SPAPR_IRQ_IPI + xive->nr_ipis"),
]

FIX_V1 = [
    *NEW_FIELD,
    Edit(
        IRQ,
        "spapr_irq_init",
        'qdev_prop_set_uint32(dev, "nr-ends"',
        'qdev_prop_set_uint32(dev, "nr-ipis", MACHINE(spapr)->smp.max_cpus);\n'
        '        qdev_prop_set_uint32(dev, "nr-ends"',
    ),
    Edit(IRQ, "spapr_irq_init", CLAIM, CLAIM_FIXED),
]
ENDS_BY_COUNT = Edit(
    IRQ,
    "spapr_irq_init",
    '"nr-ends", nr_servers << 3',
    '"nr-ends", MACHINE(spapr)->smp.max_cpus << 3',
)

FIXES = [
    twin("fix_v1", FIX_V1, [], CURED),
    twin("fix_v2_counts_the_ends", [*FIX_V1, ENDS_BY_COUNT], [("SPL201", "spapr_irq_init")], CURED),
]
