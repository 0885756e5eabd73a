"""Names that need care on the way from C to Python, and macros known by name.

What stands here holds for QEMU's and GLib's interfaces of all versions.
"""

from __future__ import annotations

import keyword
from typing import Final


def words(text: str) -> list[str]:
    """The words of a text: a way to write long lists of names."""
    return text.split()


KEYWORDS: Final = frozenset(keyword.kwlist) | {"None", "True", "False"}

# What generated code calls of the runtime.  A C local of that name is renamed in
# the functions that need the helper, a C global everywhere.
HELPERS: Final = frozenset(
    words(
        "Ref addr ptr ptr_cast as_ array sizeof assign copy cdiv cmod u8 u16 u32 u64 s8 "
        "s16 s32 s64 switch case defined NULL UNTRANSLATED ext set_ postinc preinc crange "
        "bool int range ord isinstance Ptr Array Callable Annotated Bits Struct Union "
        "comma"
    )
)
NEVER_GLOBALS: Final = frozenset(
    words(
        "Ref addr ptr ptr_cast as_ array sizeof assign copy cdiv cmod switch case defined "
        "ext set_ postinc preinc crange range Annotated Callable"
    )
)

NORETURN: Final = frozenset(
    words(
        "abort exit g_assert_not_reached g_abort hw_error cpu_loop_exit "
        "qemu_build_not_reached _exit cpu_loop_exit_restore raise_exception "
        "raise_exception_err raise_exception_ra raise_exception_err_ra assert_not_reached "
        "__builtin_unreachable longjmp siglongjmp"
    )
)

# Positions of macro arguments that are names (of a field, a type), not values.
QUOTED: Final[dict[str, tuple[int, ...]]] = {
    **{
        f"{queue}_{what}": (2,)
        for queue in ("QLIST", "QTAILQ", "QSIMPLEQ", "QSLIST")
        for what in words(
            "FOREACH FOREACH_SAFE FOREACH_REVERSE FOREACH_RCU FOREACH_SAFE_RCU INSERT_HEAD "
            "INSERT_TAIL INSERT_AFTER INSERT_HEAD_RCU INSERT_TAIL_RCU INSERT_HEAD_ATOMIC "
            "REMOVE REMOVE_HEAD_UNTIL FOREACH_REVERSE_SAFE SWAP"
        )
    },
    **{
        f"{queue}_{what}": (1,)
        for queue in ("QLIST", "QTAILQ", "QSIMPLEQ", "QSLIST")
        for what in words("NEXT NEXT_RCU PREV REMOVE_HEAD REMOVE_RCU IN_USE LAST REMOVE_AFTER")
    },
    **dict.fromkeys(
        ("QLIST_REMOVE", "QLIST_REMOVE_RCU", "QLIST_SAFE_REMOVE", "QLIST_IS_INSERTED"), (1,)
    ),
    "QLIST_INSERT_BEFORE": (2,),
    "QTAILQ_INSERT_BEFORE": (2,),
    "QLIST_FOREACH_ENTRY": (),
    "container_of": (2,),
    "offsetof": (1,),
    "endof": (1,),
    "sizeof_field": (1,),
    "typeof_field": (1,),
    "rcu_call": (),
    "call_rcu": (2,),
    "g_free_rcu": (1,),
}

# Macros that the runtime has as functions; they are never expanded.
RUNTIME_MACROS: Final = (
    "DEFINE_PROP",
    "VMSTATE_",
    "QLIST_",
    "QTAILQ_",
    "QSIMPLEQ_",
    "QSLIST_",
    "OBJECT",
    "INTERFACE_",
    "DEVICE_",
    "g_",
    "error_",
    "warn_",
    "trace_",
    "qatomic_",
    "atomic_",
    "GLIB_",
    "G_",
)
RUNTIME_NAMES: Final = frozenset(
    words(
        "container_of ARRAY_SIZE offsetof MIN MAX MIN_CONST MAX_CONST DIV_ROUND_UP "
        "ROUND_UP QEMU_ALIGN_UP QEMU_ALIGN_DOWN ROUND_DOWN BIT BIT_ULL stringify "
        "ERRP_GUARD QEMU_BUILD_BUG_ON QEMU_BUILD_BUG_MSG likely unlikely "
        "RUN_ON_CPU_HOST_PTR RUN_ON_CPU_HOST_INT RUN_ON_CPU_HOST_ULONG "
        "RUN_ON_CPU_TARGET_PTR RUN_ON_CPU_NULL CPU_FOREACH CPU_NEXT CPU_FOREACH_SAFE "
        "first_cpu va_start va_end va_arg va_copy assert g_assert call_rcu "
        "MAKE_64BIT_MASK BITS_TO_LONGS DECLARE_BITMAP WITH_RCU_READ_LOCK_GUARD "
        "QEMU_LOCK_GUARD RCU_READ_LOCK_GUARD WITH_QEMU_LOCK_GUARD is_power_of_2 bswap16 "
        "bswap32 bswap64 kvm_vm_ioctl_cap"
    )
)


def python_name(name: str) -> str:
    """A C identifier as a Python one: keywords get ``_``."""
    return name + "_" if name in KEYWORDS else name


def global_name(name: str) -> str:
    """As `python_name`, for a name of file scope, which must not hide the runtime's."""
    return name + "_" if name in KEYWORDS or name in NEVER_GLOBALS else name


def quoted(name: str, count: int) -> tuple[int, ...]:
    """Which of a macro's ``count`` arguments are names and not values."""
    known = QUOTED.get(name)
    if known is not None:
        return known
    if name.startswith("DEFINE_PROP_"):
        return (2,) if count > 2 else ()
    if name.startswith("VMSTATE_"):
        return (0,) if count > 1 and not name.startswith("VMSTATE_UNUSED") else ()
    return ()


def kept(name: str) -> bool:
    """Whether calls of the macro stay calls whatever its body is."""
    return name in RUNTIME_NAMES or name.startswith(RUNTIME_MACROS)
