"""Why a mutant that the linter flags is equal on every machine."""

from __future__ import annotations

from tests.agreement.mutants import Mutant

UNKNOWN = "no reason is written down yet"

# By module and function: why nothing of it can be seen.
OF_FUNCTION = {
    ("xics_kvm", "xics_kvm_connect"): (
        "one piece of code stands for XICS in the kernel and for XICS emulated, "
        "so what the kernel is told of its sources is not read again"
    ),
    ("xics", "icp_irq"): (
        "only a server that was unplugged while an interrupt for it was under way comes here"
    ),
    ("xics_spapr", "xics_spapr_print_info"): "for reading only",
}
# By what is written instead of what.
OF_NUMBERS = {
    ("SPAPR_XIRQ_BASE", "spapr.smc.nr_xirqs"): (
        "machines with XIVE have as many external irqs as there are numbers before them, 0x1000"
    ),
    ("XICS_IRQ_BASE", "spapr.smc.nr_xirqs"): "both are 0x1000 where the machine is no old one",
}


def reason(mutant: Mutant) -> str:
    """In words, why no machine can show it."""
    by_function = OF_FUNCTION.get((mutant.module, mutant.function))
    return by_function or OF_NUMBERS.get((mutant.new, mutant.old)) or UNKNOWN
