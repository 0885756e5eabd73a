"""VSMT, and with it the way from a vCPU's index to its server number.

The heart of the matter: under VSMT, server numbers have holes, so their bound is not how many
there are.  QEMU hw/ppc/spapr.c: spapr_set_vsmt_mode, spapr_vcpu_id, spapr_max_server_number.
"""

from __future__ import annotations

from spapr_lint.model.constants import KVM_MAX_VCPU_IDS, div_round_up
from spapr_lint.model.cpus import COMPAT_VTHREADS, compat_applies, runs_as
from spapr_lint.model.errors import Error, Refused, error_setg, qemu_assert
from spapr_lint.model.kvm import KVM_CAP_PPC_SMT, kvm_vm_enable_cap
from spapr_lint.model.state import PowerPCCPU, SpaprMachineState, kvm_enabled


def spapr_vcpu_id(spapr: SpaprMachineState, cpu_index: int) -> int:
    """The interrupt server number of a vCPU, from its cpu_index.

    Cores are ``vsmt`` server numbers apart, threads of a core follow each other.
    Source: QEMU hw/ppc/spapr.c spapr_vcpu_id(), 5d0fb1508e2d.
    """
    smp_threads = spapr.ms.smp.threads
    qemu_assert(spapr.vsmt > 0, "spapr_vcpu_id", "spapr->vsmt")
    return (cpu_index // smp_threads) * spapr.vsmt + cpu_index % smp_threads


def spapr_is_thread0_in_vcore(spapr: SpaprMachineState, cpu: PowerPCCPU) -> bool:
    """Whether the vCPU is the first of its core (QEMU hw/ppc/spapr.c)."""
    qemu_assert(spapr.vsmt > 0, "spapr_is_thread0_in_vcore", "spapr->vsmt")
    return spapr_get_vcpu_id(cpu) % spapr.vsmt == 0


def spapr_get_vcpu_id(cpu: PowerPCCPU) -> int:
    """The vCPU's interrupt server number."""
    return cpu.vcpu_id


def spapr_max_server_number(spapr: SpaprMachineState) -> int:
    """The highest server number that the machine can have, plus one.

    Not a count of anything under VSMT.  Source: QEMU hw/ppc/spapr.c, 1a518e7693c9.
    """
    qemu_assert(spapr.vsmt > 0, "spapr_max_server_number", "spapr->vsmt")
    max_cpus = spapr.ms.smp.max_cpus
    return div_round_up(max_cpus * spapr.vsmt, spapr.ms.smp.threads) & 0xFFFFFFFF


def spapr_find_cpu(vcpu_id: int, spapr: SpaprMachineState) -> PowerPCCPU | None:
    """The present vCPU with that server number, or None (QEMU hw/ppc/spapr.c)."""
    return spapr.cpus.get(vcpu_id)


def spapr_set_vcpu_id(
    cpu: PowerPCCPU, cpu_index: int, spapr: SpaprMachineState, errp: Error
) -> bool:
    """Give a new vCPU its server number; False when KVM could not take it."""
    vcpu_id = spapr_vcpu_id(spapr, cpu_index)
    if kvm_enabled(spapr) and not 0 <= vcpu_id < KVM_MAX_VCPU_IDS:
        error_setg(errp, f"Can't create CPU with id {vcpu_id} in KVM")
        errp.hints.append(
            f"Adjust the number of cpus to {spapr.ms.smp.max_cpus} "
            "or try to raise the number of threads per core"
        )
        return False
    cpu.vcpu_id = vcpu_id
    return True


def ppc_compat_max_vthreads(spapr: SpaprMachineState) -> int:
    """How many threads of a core the device tree shows (QEMU target/ppc/compat.c)."""
    threads = spapr.ms.smp.threads
    compat = spapr.options.max_cpu_compat
    if compat is not None and compat_applies(spapr.ms.cpu_type, compat):
        return min(threads, COMPAT_VTHREADS[compat])
    return threads


def is_xive_capable(spapr: SpaprMachineState) -> bool:
    """Whether the guest can be told that it runs on ISA 3.00 (POWER9) or later."""
    return runs_as(spapr.ms.cpu_type, spapr.options.max_cpu_compat) >= 9


def spapr_set_vsmt_mode(spapr: SpaprMachineState, errp: Error) -> None:
    """Choose VSMT: the user's, else the machine version's default; tell KVM.

    QEMU's refusals go to ``errp``.  Source: QEMU hw/ppc/spapr.c spapr_set_vsmt_mode(), fa98fbfcdf.
    """
    smp_threads = spapr.ms.smp.threads
    _check_threads(spapr, smp_threads, errp)
    if errp.message is not None:
        return
    vsmt_user = spapr.vsmt != 0
    if vsmt_user:
        if spapr.vsmt < smp_threads:
            vsmt = spapr.vsmt - (1 << 32) if spapr.vsmt >> 31 else spapr.vsmt
            error_setg(
                errp,
                f"Cannot support VSMT mode {vsmt}"
                f" because it must be >= threads/core ({smp_threads})",
            )
            return
    elif not spapr.smc.smp_threads_vsmt:
        spapr.vsmt = max(8, smp_threads)
    else:
        spapr.vsmt = smp_threads
    _set_kvm_smt(spapr, smp_threads, vsmt_user)


def _check_threads(spapr: SpaprMachineState, smp_threads: int, errp: Error) -> None:
    release = spapr.options.release
    if not kvm_enabled(spapr) and smp_threads > 1:
        if not release.tcg_smt:
            error_setg(errp, "TCG cannot support more than 1 thread/core on a pseries machine")
        elif runs_as(spapr.ms.cpu_type, spapr.options.max_cpu_compat) < 8:
            error_setg(errp, "TCG only supports SMT on POWER8 or newer CPUs")
        elif smp_threads > 8:
            error_setg(errp, "TCG cannot support more than 8 threads/core on a pseries machine")
    if errp.message is None and smp_threads & (smp_threads - 1):
        error_setg(
            errp,
            f"Cannot support {smp_threads} threads/core on a pseries "
            "machine because it must be a power of 2",
        )


def _set_kvm_smt(spapr: SpaprMachineState, smp_threads: int, vsmt_user: bool) -> None:
    """Tell KVM the stride; it may refuse, and QEMU can live with some refusals."""
    if spapr.kvm is None:
        return
    kvm_smt = spapr.kvm.host_smt
    if spapr.vsmt == kvm_smt:
        return
    ret = kvm_vm_enable_cap(spapr.kvm, KVM_CAP_PPC_SMT, spapr.vsmt)
    if not ret:
        return
    message = f"Failed to set KVM's VSMT mode to {spapr.vsmt} (errno {ret})"
    if kvm_smt >= smp_threads and spapr.vsmt % kvm_smt == 0:
        spapr.warnings.append(message)
        return
    hint = (
        f"On PPC, a VM with {smp_threads} threads/core on a host with {kvm_smt} threads/core"
        f" requires the use of VSMT mode {spapr.vsmt}."
    )
    hints = [] if vsmt_user else [hint]
    raise Refused("\n".join([message, *hints, "This KVM can set VSMT to: 1, 2, 4, 8"]))
