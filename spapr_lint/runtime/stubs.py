"""The functions that do nothing here, each with the reason why that is right.

Only what stands in this table is skipped.  A stub that was given a callback stops the run, and
every stub that ran is in the result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from spapr_lint.runtime.link import Link

# What a machine's interrupts do not depend on: where things lie in memory, ...
_MEMORY = """
get_system_memory memory_region_init memory_region_init_ram memory_region_init_ram_device_ptr
memory_region_init_alias memory_region_set_enabled memory_region_add_subregion
memory_region_add_subregion_overlap memory_region_del_subregion memory_region_transaction_begin
memory_region_transaction_commit sysbus_init_mmio sysbus_mmio_map sysbus_init_irq
memory_region_set_coalescing memory_region_add_coalescing
"""
# ... the monitor, the log and the user interface, ...
_SHOWN = """
monitor_printf qemu_log qemu_log_mask qemu_printf object_class_property_set_description
object_property_set_description
"""
# ... timers and the clock (nothing here waits), ...
_TIMERS = """
spapr_rtc_read timer_del timer_free timer_mod cpu_ppc_tb_free cpu_ppc_tb_init cpu_ppc_tb_reset
"""
# ... the processor proper: registers, MMU, emulation of instructions, ...
_PROCESSOR = """
cpu_ppc_set_papr cpu_ppc_set_1lpar ppc_hash64_filter_pagesizes kvmppc_set_papr
cpu_synchronize_state cpu_synchronize_post_reset kvm_check_mmu ppc_maybe_interrupt cpu_interrupt
cpu_reset_interrupt kvmppc_set_reg_ppc_online ppc_store_lpcr spapr_caps_cpu_apply
ppc_compat_add_property cpu_resume cpu_remove_sync qemu_cpu_kick
"""
# ... what a guest is told of the processor's abilities, ...
_ABILITIES = """
spapr_get_cap spapr_caps_init
"""
# ... wiring of classes that only other subsystems look at, ...
_CLASSES = """
machine_class_allow_dynamic_sysbus_dev spapr_caps_add_properties
kvm_irqchip_change_notify kvm_init_irq_routing kvm_irqchip_add_irq_route
kvm_irqchip_commit_routes kvmppc_error_append_smt_possible_hint qdev_init_gpio_out
kvmppc_define_rtas_kernel_token qbus_set_hotplug_handler
"""
# ... NUMA nodes, of which there are none, ...
_NUMA = """
numa_cpu_pre_plug spapr_numa_associativity_init spapr_numa_associativity_reset
"""
# ... and locks, since one thing runs at a time.
_LOCKS = """
qemu_mutex_lock_iothread qemu_mutex_unlock_iothread qemu_mutex_lock qemu_mutex_unlock
rcu_read_lock rcu_read_unlock cpu_list_lock cpu_list_unlock
"""

NO_OPS: Final[dict[str, Any]] = {
    name: 0 if name in ("kvmppc_define_rtas_kernel_token", "spapr_get_cap") else None
    for text in (_MEMORY, _SHOWN, _TIMERS, _PROCESSOR, _ABILITIES, _CLASSES, _NUMA, _LOCKS)
    for name in text.split()
}


def trace_maker(link: Link) -> Callable[[str, str], Any]:
    """Trace points do nothing; they are counted together."""
    stub = link.stub("trace_*")

    def described(*_given: Any) -> None:
        """A line of a migration table; migration is not run."""

    def make(kind: str, name: str) -> Any:
        if kind != "native":
            return None
        if name.startswith("VMSTATE_"):
            return described
        return stub if name.startswith("trace_") else None

    return make
