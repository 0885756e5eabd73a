"""Whether the interrupt controller lives in the kernel, and what to do when it cannot.

Source: QEMU hw/ppc/spapr_irq.c spapr_irq_init_kvm(), 567192d486; ``kernel-irqchip=`` of -machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from spapr_lint.model.errors import Error, error_setg
from spapr_lint.model.state import ICSState, SpaprXive

Controller = TypeVar("Controller", ICSState, SpaprXive)


def spapr_irq_init_kvm(
    fn: Callable[[Controller, int, Error], int], intc: Controller, nr_servers: int, errp: Error
) -> int:
    """Connect to KVM: required, it is an error when that fails; else emulate, with a warning."""
    spapr = intc.spapr
    mode = spapr.options.kernel_irqchip
    if spapr.kvm is None or mode == "off":
        return 0
    local_err = Error()
    if fn(intc, nr_servers, local_err) >= 0:
        return 0
    if mode == "required":
        error_setg(errp, f"kernel_irqchip requested but unavailable: {local_err.message}")
        return -1
    spapr.warnings.append(f"kernel_irqchip allowed but unavailable: {local_err.message}")
    spapr.warnings.append("Falling back to kernel-irqchip=off")
    return 0
