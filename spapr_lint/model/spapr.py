"""The pseries machine: from the command line to a machine at reset, its device tree, its CPUs.

Source: QEMU hw/ppc/spapr.c and hw/ppc/spapr_cpu_core.c.  Only what interrupts depend on.
"""

from __future__ import annotations

from spapr_lint.model.constants import (
    KVM_MAX_VCPUS,
    PCI_NUM_PINS,
    SPAPR_IRQ_EPOW,
    SPAPR_IRQ_HOTPLUG,
    SPAPR_IRQ_PCI_LSI,
    SPAPR_IRQ_VIO,
    cpu_to_be32,
)
from spapr_lint.model.cpus import COMPAT_PVR, compat_applies, runs_as
from spapr_lint.model.errors import Aborted, Error, Refused, error_exit, error_setg
from spapr_lint.model.fdt import (
    Fdt,
    FdtNode,
    fdt_add_subnode,
    fdt_setprop,
    fdt_setprop_cell,
    fdt_setprop_string,
)
from spapr_lint.model.kvm import KvmVcpu, KvmVm, kvm_create_vcpu
from spapr_lint.model.monitor import spapr_xive_print_info
from spapr_lint.model.options import MachineOptions, Usage
from spapr_lint.model.spapr_irq import (
    spapr_intc_get_class,
    spapr_irq_claim,
    spapr_irq_cpu_intc_create,
    spapr_irq_cpu_intc_destroy,
    spapr_irq_cpu_intc_reset,
    spapr_irq_dt,
    spapr_irq_findone,
    spapr_irq_init,
    spapr_irq_update_active_intc,
    spapr_xive_class_init,
)
from spapr_lint.model.spapr_xive import spapr_xive_reset
from spapr_lint.model.state import (
    CPUCore,
    CPUState,
    GuestMemory,
    MachineState,
    PowerPCCPU,
    SpaprMachineState,
    cpu_foreach,
)
from spapr_lint.model.variants import DESIGNS, ClassInit
from spapr_lint.model.vsmt import (
    ppc_compat_max_vthreads,
    spapr_get_vcpu_id,
    spapr_is_thread0_in_vcore,
    spapr_max_server_number,
    spapr_set_vcpu_id,
    spapr_set_vsmt_mode,
)
from spapr_lint.model.xics import ics_reset
from spapr_lint.model.xics_spapr import ics_spapr_class_init

PHANDLE_INTC = 0x00001111


def spapr_machine_new(
    options: MachineOptions, design: ClassInit | None = None
) -> SpaprMachineState:
    """A machine at reset.  `Refused` and `Aborted` as QEMU would refuse or die."""
    if design is None and options.variant not in DESIGNS:
        raise Usage(f"--variant: {options.variant!r} is none of {', '.join(DESIGNS)}")
    smp, smc = options.smp, options.machine
    spapr = SpaprMachineState(
        options=options,
        smc=smc,
        ms=MachineState(smp, options.cpu, [None] * (smp.max_cpus // smp.threads)),
        memory=GuestMemory(options.ram_size),
        vsmt=options.vsmt or 0,
        irq=options.ic_mode or smc.irq,
        kvm=KvmVm() if options.kvm else None,
        warnings=list(options.warnings),
    )
    try:
        _bring_up(spapr, design)
    except (Refused, Aborted) as end:
        end.warnings = tuple(spapr.warnings)
        raise
    return spapr


def _bring_up(spapr: SpaprMachineState, design: ClassInit | None) -> None:
    _check_kvm(spapr)
    spapr.xics_class = ics_spapr_class_init()
    spapr.xive_class = ics_spapr_class_init()
    spapr_xive_class_init(spapr.xive_class)
    spapr.xive_class.print_info = spapr_xive_print_info
    spapr.design = (design or DESIGNS[spapr.options.variant])(spapr.xive_class)
    spapr_machine_init(spapr)
    spapr_machine_reset(spapr)


def _check_kvm(spapr: SpaprMachineState) -> None:
    """What KVM has room for (accel/kvm/kvm-all.c kvm_init)."""
    if spapr.kvm is None:
        return
    smp = spapr.ms.smp
    for what, count in (("SMP", smp.cpus), ("hotpluggable", smp.max_cpus)):
        if count > KVM_MAX_VCPUS:
            raise Refused(
                f"Number of {what} cpus requested ({count}) exceeds the maximum cpus "
                f"supported by KVM ({KVM_MAX_VCPUS})"
            )


def _check_htm(spapr: SpaprMachineState) -> None:
    """Transactional memory: on by default in old machine versions; TCG has none (spapr_caps.c)."""
    wanted = spapr.options.htm
    if wanted is None:
        capable = runs_as(spapr.ms.cpu_type, spapr.options.max_cpu_compat) >= 8
        wanted = capable and spapr.smc.version <= (2, 11)
    if wanted and spapr.kvm is None:
        raise Refused("No Transactional Memory support in TCG\nTry appending -machine cap-htm=off")


def spapr_machine_init(spapr: SpaprMachineState) -> None:
    """Everything up to the first reset, in QEMU's order."""
    errp = Error()
    spapr_set_vsmt_mode(spapr, errp)
    error_exit(errp)
    # The interrupt controller comes before the vCPUs.
    spapr_irq_init(spapr, errp)
    error_exit(errp)
    if spapr.irq in ("xive", "dual"):
        spapr.ov5.add("XIVE_EXPLOIT")
    spapr_init_cpus(spapr, errp)
    error_exit(errp)
    _init_devices(spapr, errp)
    error_exit(errp)


def spapr_init_cpus(spapr: SpaprMachineState, errp: Error) -> None:
    """Plug the cores that are there at boot."""
    smp = spapr.ms.smp
    if spapr.smc.has_hotpluggable_cpus:
        for name, count in (("smp_cpus", smp.cpus), ("max_cpus", smp.max_cpus)):
            if count % smp.threads:
                raise Refused(f"{name} ({count}) must be multiple of threads ({smp.threads})")
    elif smp.max_cpus != smp.cpus:
        raise Refused("This machine version does not support CPU hotplug")
    for core_id in range(0, smp.cpus, smp.threads):
        spapr_core_realize(spapr, core_id, errp)
        if errp.message is not None:
            return


def spapr_core_realize(spapr: SpaprMachineState, core_id: int, errp: Error) -> None:
    """Create a core's vCPUs and plug it.  ``core_id`` is the cpu_index of its thread 0."""
    smp = spapr.ms.smp
    core = CPUCore(core_id)
    # Old machine versions, which have no hotplug, may end with a core of fewer threads.
    for i in range(smp.threads):
        if core.core_id + i >= smp.max_cpus:
            break
        cs = CPUState(cpu_index=core.core_id + i)
        cpu = PowerPCCPU(cs, vcpu_id=0)
        if not spapr_set_vcpu_id(cpu, cs.cpu_index, spapr, errp):
            return
        if _create_in_kvm(spapr, cpu, errp) < 0:
            return
        spapr.cpus[cpu.vcpu_id] = cpu
        core.threads.append(cpu)
        if spapr_irq_cpu_intc_create(spapr, cpu, errp) < 0:
            del spapr.cpus[cpu.vcpu_id]
            return
    spapr.ms.possible_cpus[core_id // spapr.ms.smp.threads] = core


def _create_in_kvm(spapr: SpaprMachineState, cpu: PowerPCCPU, errp: Error) -> int:
    """KVM_CREATE_VCPU, or the vCPU that was parked when it was unplugged."""
    if spapr.kvm is None:
        return 0
    vcpu_id = cpu.vcpu_id
    parked = spapr.parked_vcpus.pop(vcpu_id, None)
    vcpu = parked or kvm_create_vcpu(spapr.kvm, vcpu_id)
    if not isinstance(vcpu, KvmVcpu):
        error_setg(errp, f"kvm_init_vcpu: kvm_get_vcpu failed ({vcpu_id}): Invalid argument")
        return vcpu
    cpu.cs.kvm_vcpu = vcpu
    return 0


def _init_devices(spapr: SpaprMachineState, errp: Error) -> None:
    """Claim the external irqs of the devices that every machine has.

    EPOW and hotplug events, the NVRAM on the VIO bus, four level interrupts of the host bridge.
    """
    fixed = [(SPAPR_IRQ_EPOW, False)]
    if spapr.options.hotplug_events:
        fixed.append((SPAPR_IRQ_HOTPLUG, False))
    fixed.append((SPAPR_IRQ_VIO, False))
    fixed += [(SPAPR_IRQ_PCI_LSI + pin, True) for pin in range(PCI_NUM_PINS)]
    for irq, lsi in fixed:
        nr = spapr_irq_findone(spapr, errp) if spapr.smc.legacy_irq_allocation else irq
        if nr < 0 or spapr_irq_claim(spapr, nr, lsi, errp) < 0:
            return


def spapr_machine_reset(spapr: SpaprMachineState) -> None:
    """System reset: controllers and vCPUs, what CAS agreed, the active controller, the tree."""
    _check_htm(spapr)
    if spapr.ics is not None:
        ics_reset(spapr.ics)
    if spapr.xive is not None:
        spapr_xive_reset(spapr.xive)
    for cpu in cpu_foreach(spapr):
        spapr_irq_cpu_intc_reset(spapr, cpu)
        cpu.cs.halted = True
    spapr.irq_map.clear()
    spapr.ov5_cas = set()
    compat = spapr.options.max_cpu_compat
    if compat is not None and not compat_applies(spapr.ms.cpu_type, compat):
        raise Refused(f"Compatibility PVR 0x{COMPAT_PVR[compat]:08x} not valid for CPU")
    spapr_irq_update_active_intc(spapr)
    spapr.fdt = None


def spapr_fixup_cpu_smt_dt(fdt: Fdt, node: FdtNode, cpu: PowerPCCPU, smt_threads: int) -> None:
    """The interrupt servers of a core's threads: (server) and (server, 0) for each.

    PAPR B.6.1.1 "ibm,ppc-interrupt-server#s" and "ibm,ppc-interrupt-gserver#s".
    """
    index = spapr_get_vcpu_id(cpu)
    servers_prop = []
    gservers_prop = []
    for i in range(smt_threads):
        servers_prop.append(cpu_to_be32(index + i))
        gservers_prop += [cpu_to_be32(index + i), 0]
    fdt_setprop(fdt, node, "ibm,ppc-interrupt-server#s", servers_prop)
    fdt_setprop(fdt, node, "ibm,ppc-interrupt-gserver#s", gservers_prop)


def spapr_dt_cpu(spapr: SpaprMachineState, cpu: PowerPCCPU, fdt: Fdt, node: FdtNode) -> None:
    """A core's node: ``reg`` is the server number of its thread 0."""
    fdt_setprop_cell(fdt, node, "reg", spapr_get_vcpu_id(cpu))
    fdt_setprop_string(fdt, node, "device_type", "cpu")
    fdt_setprop_string(fdt, node, "status", "okay")
    spapr_fixup_cpu_smt_dt(fdt, node, cpu, ppc_compat_max_vthreads(spapr))


def spapr_dt_cpus(spapr: SpaprMachineState, fdt: Fdt) -> None:
    """The cpus node with one child for each core present."""
    cpus = fdt_add_subnode(fdt, fdt.root, "cpus")
    fdt_setprop_cell(fdt, cpus, "#address-cells", 1)
    fdt_setprop_cell(fdt, cpus, "#size-cells", 0)
    name = "PowerPC," + spapr.ms.cpu_type.split("_")[0].upper()
    for cpu in cpu_foreach(spapr):
        if spapr_is_thread0_in_vcore(spapr, cpu):
            node = fdt_add_subnode(fdt, cpus, f"{name}@{spapr_get_vcpu_id(cpu):x}")
            spapr_dt_cpu(spapr, cpu, fdt, node)


def spapr_build_fdt(spapr: SpaprMachineState) -> Fdt:
    """The guest's device tree as it is now: before or after CAS, with the cores present."""
    fdt = Fdt()
    fdt_setprop_string(fdt, fdt.root, "device_type", "chrp")
    fdt_setprop_string(fdt, fdt.root, "model", "IBM pSeries (emulated by qemu)")
    fdt_setprop_string(fdt, fdt.root, "compatible", "qemu,pseries")
    fdt_setprop_cell(fdt, fdt.root, "#address-cells", 2)
    fdt_setprop_cell(fdt, fdt.root, "#size-cells", 2)
    spapr_irq_dt(spapr, spapr_max_server_number(spapr), fdt, PHANDLE_INTC)
    spapr_dt_cpus(spapr, fdt)
    spapr.fdt = fdt
    return fdt


def spapr_cas(spapr: SpaprMachineState, mode: str) -> None:
    """ibm,client-architecture-support: the guest asks for ``xics`` or ``xive``.

    A mode that the machine does not offer ends QEMU (hw/ppc/spapr_hcall.c,
    do_client_architecture_support).
    """
    wanted = {"XIVE_EXPLOIT"} if mode == "xive" else set()
    if wanted and spapr.irq not in ("xive", "dual"):
        raise Refused(
            "Guest requested unavailable interrupt mode (XIVE), "
            "try the ic-mode=xive or ic-mode=dual machine property"
        )
    if not wanted and spapr.irq == "xive":
        raise Refused(
            "Guest requested unavailable interrupt mode (XICS), either don't set the "
            "ic-mode machine property or try ic-mode=xics or ic-mode=dual"
        )
    spapr.ov5_cas = spapr.ov5 & wanted
    spapr_irq_update_active_intc(spapr)


def spapr_core_plug(spapr: SpaprMachineState, core_id: int) -> CPUCore:
    """device_add of a core.  `Refused` as spapr_core_pre_plug() refuses."""
    smp = spapr.ms.smp
    if not spapr.smc.has_hotpluggable_cpus:
        raise Refused("CPU hotplug not supported for this machine")
    if core_id % smp.threads:
        raise Refused(f"invalid core id {core_id}")
    index = core_id // smp.threads
    if not 0 <= index < len(spapr.ms.possible_cpus):
        raise Refused(f"core id {core_id} out of range")
    if spapr.ms.possible_cpus[index] is not None:
        raise Refused(f"core {core_id} already populated")
    errp = Error()
    spapr_core_realize(spapr, core_id, errp)
    error_exit(errp)
    core = spapr.ms.possible_cpus[index]
    assert core is not None
    for cpu in core.threads:
        spapr_irq_cpu_intc_reset(spapr, cpu)
    return core


def spapr_core_unplug(spapr: SpaprMachineState, core_id: int) -> None:
    """device_del of a core, once the guest has let it go.  The boot core stays."""
    index = core_id // spapr.ms.smp.threads
    known = 0 <= index < len(spapr.ms.possible_cpus) and core_id >= 0
    core = spapr.ms.possible_cpus[index] if known else None
    if core is None:
        raise Refused(f"Unable to find CPU core with core-id: {core_id}")
    if index == 0:
        raise Refused("Boot CPU core may not be unplugged")
    for cpu in core.threads:
        spapr_irq_cpu_intc_destroy(spapr, cpu)
        if cpu.cs.kvm_vcpu is not None:
            spapr.parked_vcpus[cpu.vcpu_id] = cpu.cs.kvm_vcpu
        del spapr.cpus[cpu.vcpu_id]
    spapr.ms.possible_cpus[index] = None


def spapr_print_info(spapr: SpaprMachineState) -> str:
    """``info pic``."""
    intc = spapr.active_intc
    assert intc is not None
    lines = spapr_intc_get_class(spapr, intc).print_info(intc)
    in_kernel = intc.fd is not None
    lines.append(f"irqchip: {'in-kernel' if in_kernel else 'emulated'}")
    return "\n".join(lines) + "\n"
