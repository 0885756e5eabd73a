"""Why a mutant that the linter flags is equal on every machine."""

from __future__ import annotations

from tests.agreement.mutants import Mutant

UNKNOWN = "no reason is written down yet"

_4096 = "machines with XIVE have as many external irqs as there are numbers before them, 0x1000"
_NOT_READ = (
    "one piece of code stands for XICS in the kernel and for XICS emulated, "
    "so what the kernel is told of its sources is not read again"
)
_ALL_WRITTEN = "every field that is read later is written here, whichever entry is the pattern"

# By what is written instead of what.
OF_NUMBERS = {
    ("SPAPR_XIRQ_BASE", "spapr.smc.nr_xirqs"): _4096,
    ("spapr.smc.nr_xirqs", "SPAPR_XIRQ_BASE"): _4096,
    ("XICS_IRQ_BASE", "spapr.smc.nr_xirqs"): "both are 0x1000 where the machine is no old one",
    ("ics.nr_irqs", "nr_servers"): "KVM takes any bound of the servers that is large enough",
}
# By module and function, and what is replaced where not all of the function is meant.
OF_PLACE = {
    ("xics_kvm", "xics_kvm_connect"): _NOT_READ,
    ("xics_kvm", "ics_set_kvm_state_one"): _NOT_READ,
    ("xics", "icp_irq"): (
        "only a server that was unplugged while an interrupt for it was under way comes here"
    ),
    ("xics", "ics_write_xive"): (
        "what came while its source was masked is offered again by the next resend"
    ),
    ("xics_spapr", "xics_spapr_claim_irq"): _NOT_READ,
    ("xics_spapr", "xics_spapr_print_info"): "for reading only",
    ("xive", "xive_router_end_notify", "end_idx"): (
        "the guests of the list ask for notification of each event (ALWAYS_NOTIFY)"
    ),
    ("spapr", "spapr_core_realize", "cpu.vcpu_id"): (
        "only a vCPU that a controller refuses comes here, and the machine ends then"
    ),
    ("spapr_irq", "spapr_irq_claim"): "what holds of every irq that is claimed holds all the more",
    ("xics_spapr", "ics_spapr_new"): "the ICS begins at 0x1000 and has 0x1000 sources",
    ("spapr_irq", "spapr_irq_msi_alloc"): "no guest asks for messages until there are none",
    ("spapr_irq", "spapr_irq_findone"): "the first free source is found before either end",
    ("spapr_xive_hcall", "_find_end"): "a server is below its own ENDs: the assertion holds too",
    ("spapr_xive_hcall", "h_int_set_queue_config"): _ALL_WRITTEN,
    ("spapr_xive_hcall", "h_int_get_queue_config", "end_idx"): (
        "a queue that KVM does not know is not moved on: what is told of it is the same"
    ),
    ("spapr_xive_kvm", "kvmppc_xive_run"): "only what comes while the machine stands goes here",
}


def reason(mutant: Mutant) -> str:
    """In words, why no machine can show it."""
    place = (mutant.module, mutant.function)
    return (
        OF_NUMBERS.get((mutant.new, mutant.old))
        or OF_PLACE.get((*place, mutant.old))
        or OF_PLACE.get(place)
        or UNKNOWN
    )
