"""How Linux uses XICS: IPIs by MFRR, taken with H_XIRR, ended with H_EOI.

Source: Linux arch/powerpc/sysdev/xics/{icp-hv,xics-common}.c.
"""

from __future__ import annotations

from dataclasses import dataclass

from spapr_lint.model.constants import H_SUCCESS, XICS_IPI
from spapr_lint.model.fdt import FdtNode, fdt_subnode
from spapr_lint.model.guest_xive import Panic
from spapr_lint.model.hypercall import OPCODES, spapr_hypercall
from spapr_lint.model.state import PowerPCCPU, SpaprMachineState

IPI_PRIORITY = 4
LOWEST_PRIORITY = 0xFF


@dataclass(slots=True)
class XicsDriver:
    """Linux's XICS driver."""

    spapr: SpaprMachineState

    def _call(self, cpu: PowerPCCPU, name: str, *args: int) -> tuple[int, list[int]]:
        return spapr_hypercall(self.spapr, cpu, OPCODES[name], *args)

    def probe(self, root: FdtNode) -> None:
        """Find the controller's node."""
        if fdt_subnode(root, "interrupt-controller") is None:
            raise Panic("no interrupt controller")

    def boot_cpu(self, cpu: int, hard_id: int) -> None:
        """The boot CPU needs what every CPU needs."""
        self.setup_cpu(cpu, hard_id)

    def prepare_cpu(self, cpu: int, hard_id: int) -> bool:
        """Nothing is set up for a CPU before it starts."""
        del cpu, hard_id
        return True

    def setup_cpu(self, cpu: int, hard_id: int) -> None:
        """Let everything through, with no IPI requested."""
        del cpu
        vcpu = self.spapr.cpus[hard_id]
        self._call(vcpu, "H_IPI", hard_id, LOWEST_PRIORITY)
        self._call(vcpu, "H_CPPR", LOWEST_PRIORITY)

    def teardown_cpu(self, cpu: int, hard_id: int) -> None:
        """Let nothing through, take a requested IPI back."""
        del cpu
        vcpu = self.spapr.cpus[hard_id]
        self._call(vcpu, "H_CPPR", 0)
        self._call(vcpu, "H_IPI", hard_id, LOWEST_PRIORITY)

    def cause_ipi(self, source: PowerPCCPU, target: int, hard_id: int) -> None:
        """Request an IPI at the target's server number."""
        del target
        self._call(source, "H_IPI", hard_id, IPI_PRIORITY)

    def line_up(self, vcpu: PowerPCCPU) -> bool:
        """Whether the external interrupt line of the vCPU is up."""
        return vcpu.icp is not None and vcpu.icp.output

    def take(self, vcpu: PowerPCCPU, cpu: int) -> int:
        """Take interrupts until none is left; how many IPIs there were."""
        del cpu
        count = 0
        while self.line_up(vcpu):
            code, (xirr, *_rest) = self._call(vcpu, "H_XIRR")
            if code != H_SUCCESS or not xirr & 0xFFFFFF:
                break
            if xirr & 0xFFFFFF == XICS_IPI:
                self._call(vcpu, "H_IPI", vcpu.vcpu_id, LOWEST_PRIORITY)
                count += 1
            self._call(vcpu, "H_EOI", xirr)
        return count
