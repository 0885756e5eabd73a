"""Enumerations: their members, and what these are worth where numbers or text are wanted."""

from __future__ import annotations

from typing import Any

from spapr_lint.flow import calls, classes, iterables
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.objects import ClassRef, Closure, External, Object, Wrapper
from spapr_lint.flow.values import NOTHING, UNKNOWN, Value, constant, join, reference

AUTO = reference(External("enum.auto()"))
_PLAIN = ("enum.IntEnum", "enum.IntFlag", "enum.StrEnum")


def _kind(klass: ClassRef) -> str:
    """The class of the library that an enumeration extends."""
    return next((str(each.traits["enum"]) for each in klass.mro if "enum" in each.traits), "")


def _automatic(klass: ClassRef, name: str, place: int) -> Value:
    """What ``auto()`` stands for: counted from one, powers of two, or the name."""
    kind = _kind(klass)
    if kind == "enum.StrEnum":
        return constant(name.lower())
    return constant(1 << place if kind.endswith("Flag") else place + 1)


def enumerated(m: Machine, a: Activation, klass: ClassRef, site: int) -> None:
    """The values of an enumeration become its members."""
    order: list[Value] = []
    for name, value in list(klass.members.slots.items()):
        if name.startswith("_") or any(
            isinstance(ref, (Closure, Wrapper, ClassRef)) for ref in value.refs
        ):
            continue
        if value.refs == AUTO.refs:
            value = _automatic(klass, name, len(order))
        member = m.allocate("instance", klass, a.module.index, site)
        member.slots["value"] = member.slots["_value_"] = value
        member.slots["name"] = constant(name)
        initializer = classes.lookup(klass, "__init__")
        if initializer is not None:
            items, exact = iterables.iterate(m, a, value, site)
            calls.call_special(
                m, a, reference(member), "__init__", Arguments(items if exact else [value]), site
            )
        known = reference(member)
        if klass.native in classes.TEXTUAL:  # a member of `class E(str, Enum)` is its value, too
            known = Value(value.facts, (member,), value.constants, value.open)
        m.journal.write(klass.members.slots, name, known)
        order.append(known)
    klass.traits["members"] = order


def member(m: Machine, klass: ClassRef, arguments: Arguments) -> Value:
    """``Color(value)``: the member with that value."""
    wanted = arguments.get(0)
    found = NOTHING
    for each in klass.traits.get("members", ()):
        value = each.refs[0].slots.get("value", UNKNOWN)
        if wanted is not None and wanted.exact() and value.exact():
            if wanted.constants == value.constants:
                return each  # type: ignore[no-any-return]
            continue
        found = join(found, each)
    return found if found is not NOTHING else UNKNOWN


def plain(value: Value) -> Value:
    """The number or text that a member of an ``IntEnum`` and its like is; else the value."""
    ref: Any = value.refs[0] if len(value.refs) == 1 else None
    if ref.__class__ is not Object or ref.shape != "instance" or value.constants or value.open:
        return value
    klass = classes.class_of(ref)
    held = ref.slots.get("value")
    if klass is None or held is None or _kind(klass) not in _PLAIN:
        return value
    return held
