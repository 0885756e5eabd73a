"""The number spaces of sPAPR interrupts, and the constants that lay them out.

Each constant gives its space, its unit and where it comes from.  Nothing here computes: the
conversions between the spaces stand beside the things that own them.
"""

from __future__ import annotations

# The irq number space, shared by XICS and XIVE (QEMU include/hw/ppc/spapr_irq.h, bb61a3d5b1;
# docs/specs/ppc-spapr-xive.rst, "IRQ number space"): one number names the same source in both.
SPAPR_IRQ_IPI = 0x0  # first LISN of the IPIs; XIVE only
XICS_IRQ_BASE = 0x1000  # first irq of the ICS
SPAPR_XIRQ_BASE = XICS_IRQ_BASE  # first external irq
SPAPR_IRQ_EPOW = SPAPR_XIRQ_BASE + 0x0000
SPAPR_IRQ_HOTPLUG = SPAPR_XIRQ_BASE + 0x0001
SPAPR_IRQ_VIO = SPAPR_XIRQ_BASE + 0x0100  # 256 VIO devices
SPAPR_IRQ_PCI_LSI = SPAPR_XIRQ_BASE + 0x0200  # 4 pins per host bridge
SPAPR_IRQ_MSI = SPAPR_XIRQ_BASE + 0x0300  # first of the range that a bitmap hands out
SPAPR_NR_XIRQS = 0x1000  # how many external irqs
PCI_NUM_PINS = 4

# The one irq of XICS that no source owns: an inter-processor interrupt (PAPR, "XISR").
XICS_IPI = 0x2

# Virtual processors (QEMU hw/intc/spapr_xive.c).  NVT numbers are never shown to the guest.
SPAPR_XIVE_NVT_BASE = 0x400
SPAPR_XIVE_BLOCK_ID = 0x0

# Where the XIVE pages lie in the guest's address space (QEMU hw/intc/spapr_xive.c).
SPAPR_XIVE_VC_BASE = 0x0006010000000000
SPAPR_XIVE_TM_BASE = 0x0006030203180000
XIVE_ESB_64K_2PAGE = 17  # log2 of the two pages of one source
TM_SHIFT = 16  # log2 of one page of the TIMA
XIVE_TM_HW_PAGE, XIVE_TM_HV_PAGE, XIVE_TM_OS_PAGE, XIVE_TM_USER_PAGE = range(4)

# Linux limits (arch/powerpc/include/asm/kvm_host.h, kvm_book3s.h; measured on 6.1).
KVM_MAX_VCPUS = 2048  # NR_CPUS of a distribution's kernel
MAX_SMT_THREADS = 8
KVM_MAX_VCPU_IDS = MAX_SMT_THREADS * KVM_MAX_VCPUS
KVMPPC_XIVE_NR_IRQS = 1 << 20
KVMPPC_XICS_FIRST_IRQ = 16

# Hypercall return codes (PAPR 14.5; QEMU include/hw/ppc/spapr.h).
H_SUCCESS = 0
H_HARDWARE = -1
H_FUNCTION = -2
H_PARAMETER = -4
H_P2 = -55
H_P3 = -56
H_P4 = -57
H_P5 = -58

# RTAS return codes (PAPR 7.3).
RTAS_OUT_SUCCESS = 0
RTAS_OUT_HW_ERROR = -1
RTAS_OUT_PARAM_ERROR = -3


def cpu_to_be32(value: int) -> int:
    """A cell's value as it goes into the device tree.  The model keeps plain integers."""
    return value & 0xFFFFFFFF


def cpu_to_be64(value: int) -> int:
    """Two cells' value as it goes into the device tree."""
    return value & 0xFFFFFFFFFFFFFFFF


def div_round_up(dividend: int, divisor: int) -> int:
    """QEMU's DIV_ROUND_UP for non-negative integers."""
    return (dividend + divisor - 1) // divisor
