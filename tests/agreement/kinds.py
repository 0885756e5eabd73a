"""What the model's numbers mean, written by hand: the linter's packs are not asked.

By module, or for all of them, the text of an expression and its kind.  Sources: the model's
docstrings and QEMU's.  Numbers that are of one space by definition (irq, LISN, XIVE's srcno on
sPAPR) are of one kind here.
"""

from __future__ import annotations

# Strides, threads and priorities are no number spaces of interrupts: counted apart.
ASIDE = {"vsmt", "thread.count", "priority.id"}

EVERYWHERE = {
    "nr_servers": "server.bound",
    "spapr_max_server_number(spapr)": "server.bound",
    "max_cpus": "cpu_index.count",
    "spapr.ms.smp.max_cpus": "cpu_index.count",
    "smp.max_cpus": "cpu_index.count",
    "smp.cpus": "cpu_index.count",
    "smp_threads": "thread.count",
    "smp.threads": "thread.count",
    "smt_threads": "thread.count",
    "spapr.ms.smp.threads": "thread.count",
    "spapr.vsmt": "vsmt",
    "vcpu_id": "server.id",
    "cpu.vcpu_id": "server.id",
    "spapr_get_vcpu_id(cpu)": "server.id",
    "kvm_arch_vcpu_id(cpu)": "server.id",
    "server": "server.id",
    "target": "server.id",
    "cpu_index": "cpu_index.id",
    "cs.cpu_index": "cpu_index.id",
    "cpu.cs.cpu_index": "cpu_index.id",
    "core_id": "cpu_index.id",
    "core.core_id": "cpu_index.id",
    "lisn": "lisn.id",
    "end_idx": "end.id",
    "eas.end_idx": "end.id",
    "nvt_idx": "nvt.id",
    "end.nvt_idx": "nvt.id",
    "prio": "priority.id",
    "priority": "priority.id",
    "xive.nr_irqs": "lisn.bound",
    "xsrc.nr_irqs": "lisn.bound",
    "xive.nr_ends": "end.bound",
    "xive.nr_ipis": "ipi.count",
    "ics.offset": "lisn.base",
    "ics.nr_irqs": "srcno.count",
    "spapr.smc.nr_xirqs": "srcno.count",
    "SPAPR_IRQ_IPI": "lisn.base",
    "SPAPR_XIRQ_BASE": "lisn.base",
    "XICS_IRQ_BASE": "lisn.base",
    "SPAPR_IRQ_MSI": "lisn.base",
    "SPAPR_XIVE_NVT_BASE": "nvt.base",
}
XICS = {"srcno": "srcno.id", "nr": "lisn.id", "irq.server": "server.id"}
XIVE = {"srcno": "lisn.id"}
BY_MODULE: dict[str, dict[str, str]] = {
    "xics": XICS,
    "xics_kvm": XICS | {"ics.irqs[srcno].server": "server.id"},
    "xics_spapr": XICS | {"nr_irqs": "srcno.count", "offset": "lisn.base", "irq": "lisn.id"},
    "spapr_irq": {"irq": "lisn.id", "nr": "lisn.id", "srcno": "srcno.id", "nr_msis": "msi.count"},
    "spapr_xive": XIVE | {"irq": "lisn.id"},
    "xive": XIVE,
    "spapr_xive_kvm": XIVE,
    "spapr_xive_hcall": {},
    "vsmt": {},
    "spapr": {"nr": "lisn.id", "index": "server.id"},
    "variants/as_shipped": {"i": "server.id"},
    "variants/nr_ipis": {"i": "ipi.id"},
    "variants/ends_by_cpus": {"i": "ipi.id"},
    "variants/ipi_by_vcpu_id": {"i": "lisn.id"},
}
# In these functions a name means something else, or nothing of ours.
EXCEPT = {
    ("spapr", "spapr_core_plug"): {"index"},
    ("spapr", "spapr_core_unplug"): {"index"},
    ("spapr_xive_hcall", "h_int_set_queue_config"): {"server"},  # a CPU here
    ("spapr_irq", "spapr_irq_findone"): {"irq"},
    ("xics", "ics_resend"): {"irq"},
    ("xics_spapr", "xics_spapr_print_info"): {"irq"},
    ("xics_spapr", "rtas_int_off"): {"irq"},
    ("xics_spapr", "rtas_int_on"): {"irq"},
    ("xics_spapr", "rtas_get_xive"): {"irq"},
    ("variants/ipi_by_vcpu_id", "kvmppc_xive_reset_ipi"): {"i"},
}


def alike(one: str, other: str) -> bool:
    """Whether two kinds are one, as far as kinds can tell: a base is a member of its space."""
    return one.replace(".base", ".id") == other.replace(".base", ".id")


def table(module: str, function: str) -> dict[str, str]:
    """The kind of each expression of a function that is a number of ours."""
    known = EVERYWHERE | BY_MODULE[module]
    hidden = EXCEPT.get((module, function), set())
    return {text: kind for text, kind in known.items() if text not in hidden}
