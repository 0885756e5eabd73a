"""What translated C calls: pointers, boxes, arrays, casts and integer types.

These are names of `spapr_lint.runtime`, seen with the interpreter's eyes; what
they mean when they are executed is written there.
"""

from __future__ import annotations

from typing import Any

from spapr_lint.flow import arithmetic, attributes, containers
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.objects import ANY, LENGTH, Native, Object
from spapr_lint.flow.values import BOOLEAN, NOTHING, UNKNOWN, Value, join, reference

_INTEGERS = (
    "u8 u16 u32 u64 s8 s16 s32 s64 uint8_t uint16_t uint32_t uint64_t int8_t int16_t int32_t"
    " int64_t size_t ssize_t ssize_t uintptr_t intptr_t hwaddr target_ulong target_long ram_addr_t"
    " int_ unsigned unsigned_int long_ unsigned_long vaddr float_ double"
).split()


def _first(m: Machine, a: Activation, arguments: Arguments, site: int, data: Any) -> Value:
    """A cast: the same number."""
    value = arguments.get(0)
    return UNKNOWN if value is None else value


def _second(m: Machine, a: Activation, arguments: Arguments, site: int, data: Any) -> Value:
    """``as_(T, x)``, ``ptr_cast(T, x)``."""
    value = arguments.get(1)
    return UNKNOWN if value is None else value


def _ref(m: Machine, a: Activation, arguments: Arguments, site: int, data: Any) -> Value:
    """A scalar whose address is taken."""
    made = m.allocate("box", None, a.module.index, site)
    made.slots["v"] = arguments.get(0) or UNKNOWN
    return reference(made)


def _addr(m: Machine, a: Activation, arguments: Arguments, site: int, data: Any) -> Value:
    """``&s->field``: a pointer through which the field is read."""
    owner, name = arguments.get(0), arguments.get(1)
    made = m.allocate("box", None, a.module.index, site)
    if owner is not None and name is not None and name.exact():
        made.slots["v"] = attributes.get(m, a, owner, str(name.constants[0]), site)
    return reference(made)


def _ptr(m: Machine, a: Activation, arguments: Arguments, site: int, data: Any) -> Value:
    """``&a[i]``, ``a + n``."""
    base, index = arguments.get(0), arguments.get(1)
    made = m.allocate("box", None, a.module.index, site)
    if base is not None and index is not None:
        made.slots["v"] = containers.get_item(m, a, base, index, site)
        for ref in base.refs:
            if ref.__class__ is Object and ref.shape == "symbol":
                return reference(ref)
    return reference(made)


def _array(m: Machine, a: Activation, arguments: Arguments, site: int, data: Any) -> Value:
    """``T a[] = {…}``, ``T a[n]``."""
    items = arguments.get(1)
    if items is not None and items.refs:
        return items
    made = m.allocate("list", None, a.module.index, site)
    size = arguments.keywords.get("n")
    if size is not None and size.exact() and size.constants[0].__class__ is int:
        containers.fill(m, made, [UNKNOWN] * min(size.constants[0], 512), True)
    else:
        made.slots[LENGTH] = UNKNOWN if size is None else Value(size.facts, open=True)
    return reference(made)


def _operator(m: Machine, a: Activation, arguments: Arguments, site: int, data: Any) -> Value:
    return arithmetic.combine(m, a, data, arguments.positional[:2], site)


def _assign(m: Machine, a: Activation, arguments: Arguments, site: int, data: Any) -> Value:
    """``*dst = *src`` of structs."""
    target, source = arguments.get(0), arguments.get(1)
    if target is None or source is None:
        return UNKNOWN
    for ref in source.refs:
        if ref.__class__ is not Object:
            continue
        for name, value in list(ref.slots.items()):
            if isinstance(name, str):
                attributes.store(m, a, target, name, value, site)
    return target


def _copy(m: Machine, a: Activation, arguments: Arguments, site: int, data: Any) -> Value:
    value = arguments.get(0)
    if value is None:
        return UNKNOWN
    result = NOTHING
    for ref in value.refs:
        if ref.__class__ is Object and ref.shape != "symbol":
            made = m.allocate(ref.shape, ref.type, a.module.index, site, ref.extra)
            made.slots.update(ref.slots)
            result = join(result, reference(made))
        else:
            result = join(result, reference(ref))
    return value if result is NOTHING else result


def _unknown(m: Machine, a: Activation, arguments: Arguments, site: int, data: Any) -> Value:
    return UNKNOWN


def _condition(m: Machine, a: Activation, arguments: Arguments, site: int, data: Any) -> Value:
    """``defined("CONFIG_KVM")``: both sides of an ``#if`` are looked at."""
    return BOOLEAN


def _foreach(m: Machine, a: Activation, arguments: Arguments, site: int, data: Any) -> Value:
    """``QLIST_FOREACH(head, "field")``: any element of a list."""
    made = m.allocate("list", None, a.module.index, site)
    made.slots[LENGTH] = UNKNOWN
    made.slots[ANY] = m.opaque(a, site)
    return reference(made)


def _callee(m: Machine, a: Activation, arguments: Arguments, site: int, data: Any) -> Value:
    """A decorator of translated functions."""
    value = arguments.get(0)
    return UNKNOWN if value is None else value


_CALLS: dict[str, Any] = {
    **dict.fromkeys(_INTEGERS, _first),
    "as_": _second,
    "ptr_cast": _second,
    "Ref": _ref,
    "addr": _addr,
    "ptr": _ptr,
    "array": _array,
    "assign": _assign,
    "copy": _copy,
    "sizeof": _unknown,
    "defined": _condition,
    "cfunc": _callee,
    "UNTRANSLATED": _unknown,
}


def cast(m: Machine, a: Activation, arguments: Arguments, site: int, data: Any) -> Value:
    """A checked cast to the type ``data``: the same object where it is of that type."""
    value = arguments.get(0)
    if value is not None:
        fitting = tuple(
            [
                ref
                for ref in value.refs
                if ref.__class__ is Object
                and ref.type is not None
                and data in m.program.type_names(ref.type)
            ]
        )
        if fitting:
            return Value(refs=fitting)
    return reference(m.symbol(data, ""))


def construct(m: Machine, a: Activation, arguments: Arguments, site: int, data: Any) -> Value:
    """``T(field=value)``: what the pack says of fields is judged where each is set."""
    owner = reference(m.symbol(data, ""))
    for name, value in arguments.keywords.items():
        if name in m.policy.fields:
            m.policy.field_store(m, a, owner, name, value, -site)
            m.write_cell(data, name, value)
    return UNKNOWN


_OPERATORS = {"cdiv": "//", "cmod": "%"}


def c_builtins(python: dict[str, Value]) -> dict[str, Value]:
    """The runtime's names for translated C, with the few of Python's that it uses."""
    found = {name: reference(Native(name, call)) for name, call in _CALLS.items()}
    for name, operator in _OPERATORS.items():
        found[name] = reference(Native(name, _operator, operator))
    for name in ("range", "len", "int", "bool", "str", "list", "dict", "min", "max", "enumerate"):
        if name in python:
            found[name] = python[name]
    for name in (
        "QLIST_FOREACH QLIST_FOREACH_SAFE QTAILQ_FOREACH QSIMPLEQ_FOREACH QSLIST_FOREACH"
        " QTAILQ_FOREACH_REVERSE QTAILQ_FOREACH_SAFE CPU_FOREACH"
    ).split():
        found[name] = reference(Native(name, _foreach))
    found["NULL"] = Value(constants=(None,))
    return found
