"""Attributes: what ``x.name`` is and what ``x.name = v`` changes.

Instances of the program's classes are looked up as Python does; a symbol (an
instance from outside) is what any write to that field of its type may hold.
"""

from __future__ import annotations

from typing import Any

from spapr_lint import ir
from spapr_lint.flow import calls, classes, containers
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.blessings import anonymous
from spapr_lint.flow.machine import Activation, Machine, touch
from spapr_lint.flow.objects import (
    Bound,
    ClassRef,
    Closure,
    External,
    ModuleRef,
    Native,
    Object,
    Super,
    Wrapper,
)
from spapr_lint.flow.values import NOTHING, UNKNOWN, Value, constant, join, reference


def get(
    m: Machine, a: Activation, owner: Value, name: str, site: int, node: ir.Node | None = None
) -> Value:
    """``owner.name``."""
    result = NOTHING
    for ref in owner.refs:
        found = _get_one(m, a, ref, name, site)
        result = join(result, found)
    for item in owner.constants:
        if item is not None and hasattr(item, name):
            method = m.tables.constant_method(m, a, owner, item, name)
            result = join(result, method)
    if owner.open and not result.refs:
        text_method = m.tables.open_method(m, a, owner, name)
        if text_method is None and owner.facts and name in _PARTS:
            text_method = Value(owner.facts, open=True)
        result = join(result, UNKNOWN if text_method is None else text_method)
    if result is NOTHING:
        result = UNKNOWN
    if result is UNKNOWN and owner.refs:
        plain = private(owner, name)
        if plain != name:
            return get(m, a, owner, plain, site, node)
        result = _from_outside(owner, name)
        handed_on = bool(owner.facts)
    else:
        handed_on = bool(owner.facts) and m.policy.hands_on and outside(owner)
    if handed_on:  # of what was made of something: so is its part
        result = result.with_facts((*result.facts, *m.policy.surviving(owner.facts)))
    if name in m.policy.fields:
        return m.policy.field(m, a, owner, name, result, site)
    return result


def outside(owner: Value) -> bool:
    """Whether nothing that the value may be is in view."""
    if not owner.refs:
        return owner.open
    return all(
        ref.__class__ is External or (ref.__class__ is Object and ref.shape == "opaque")
        for ref in owner.refs
    )


def private(owner: Value, name: str) -> str:
    """``_C__name``, as it is called outside of class ``C``, by the name that it has inside."""
    inside = name.find("__", 1)
    if name[:1] != "_" or inside < 2 or name.endswith("__"):
        return name
    for ref in owner.refs:
        klass = ref if ref.__class__ is ClassRef else classes.class_of(ref)
        for each in () if klass is None else klass.mro:
            if each.name.rpartition(".")[2].lstrip("_") == name[1:inside]:
                return name[inside:]
    return name


_PARTS = ("real", "imag", "numerator", "denominator")  # of a number
_LONGEST = 8  # parts of a dotted name that says how something outside was come by


def _from_outside(owner: Value, name: str) -> Value:
    """An attribute of what something outside the program made, or is the base of, by its name."""
    refs = []
    for ref in owner.refs:
        klass = classes.class_of(ref)
        if ref.__class__ is not Object:
            continue
        origin = ref.extra if ref.shape == "opaque" else None
        if origin is None and klass is not None:
            origin = classes.outside(klass)
        if isinstance(origin, str) and origin.count(".") < _LONGEST:
            refs.append(External(f"{origin}.{name}"))
    return Value(refs=tuple(dict.fromkeys(refs)), open=len(refs) < len(owner.refs))


def _get_one(m: Machine, a: Activation, ref: Any, name: str, site: int) -> Value:
    kind = ref.__class__
    if kind is Object:
        return _from_object(m, a, ref, name, site)
    if kind is ModuleRef:
        return m.program.member(m, a, ref, name)
    if kind is ClassRef:
        return _from_class(m, a, ref, name, site)
    if kind is External:
        return m.tables.external_member(m, ref.name, name)
    if kind is Closure:
        return _from_function(m, ref, name)
    if kind is Super:
        return _from_super(m, a, ref, name, site)
    if kind is Bound:
        if name == "__self__":
            return ref.receiver  # type: ignore[no-any-return]
        if name == "__func__":
            return reference(ref.function)
        if name == "__call__":
            return reference(ref)
        return (
            _from_function(m, ref.function, name) if ref.function.__class__ is Closure else UNKNOWN
        )
    if kind is Wrapper and ref.kind == "property" and name in ("setter", "getter", "deleter"):
        return reference(Native(f"property.{name}", m.tables.property_part, (ref, name)))
    if kind is Native:
        return m.tables.native_member(m, a, ref, name)
    return UNKNOWN


def _from_function(m: Machine, ref: Closure, name: str) -> Value:
    value = ref.namespace.slots.get(name)
    if value is not None:
        return value
    if name == "__name__":
        return constant(ref.function.name)
    if name == "__wrapped__":
        return UNKNOWN
    if name == "__call__":
        return reference(ref)
    return UNKNOWN


def _from_object(m: Machine, a: Activation, ref: Object, name: str, site: int) -> Value:
    klass = classes.class_of(ref)
    touch(a, ref)
    if klass is not None:
        hook = classes.lookup(klass, "__getattribute__")
        if hook is not None:
            bound = classes.bind_method(hook, reference(ref))
            return calls.dispatch(m, a, bound, Arguments([constant(name)]), site)
    return get_plain(m, a, ref, name, site)


def get_plain(m: Machine, a: Activation, ref: Object, name: str, site: int) -> Value:
    """An attribute of an object, whatever ``__getattribute__`` its class has."""
    klass = classes.class_of(ref)
    shared = None if klass is None else classes.special(m, ref, name)
    if shared is not None:
        found = _descriptor(m, a, shared, ref, site, data=True)
        if found is not None:
            return found
    if ref.shape == "symbol":
        return _from_symbol(m, a, ref, name, shared, site)
    value = ref.slots.get(name)
    if value is not None:
        value = _perhaps_stale(m, a, ref, name, value)
        if ref.many:
            value = anonymous(value)
        if not ref.many or shared is None:
            return value
    if shared is not None:
        found = _descriptor(m, a, shared, ref, site, data=False, name=name)
        seen = classes.bind_method(shared, reference(ref)) if found is None else found
        return seen if value is None else join(value, seen)
    if name == "__class__" and klass is not None:
        return reference(klass)
    if name == "__dict__":
        return m.tables.namespace_of(m, a, ref, site)
    method = m.tables.object_method(m, a, ref, name)
    if method is not None:
        return method
    if klass is not None:
        hook = classes.lookup(klass, "__getattr__")
        if hook is not None:
            bound = classes.bind_method(hook, reference(ref))
            return calls.dispatch(m, a, bound, Arguments([constant(name)]), site)
        if not klass.unknown_base and ref.shape == "instance" and not ref.many:
            anything = ref.slots.get("*")
            return UNKNOWN if anything is None else anything
    return UNKNOWN


def _perhaps_stale(m: Machine, a: Activation, ref: Object, name: str, value: Value) -> Value:
    """A field, where calls that were not looked into may have set it since."""
    if m.scope is None or a.module.index in m.exact or ref.type.__class__ is not ClassRef:
        return value
    if ref.birth > m.oldest and not ref.unsure:
        return value
    held = m.read_cell(m.program.type_name(ref.type), name)
    return join(value if held is None else join(value, held), UNKNOWN)


def _descriptor(
    m: Machine, a: Activation, shared: Value, receiver: Any, site: int, data: bool, name: str = ""
) -> Value | None:
    """The value if the class attribute is a property or has ``__get__``."""
    result: Value | None = None
    for ref in shared.refs:
        answer = None
        if ref.__class__ is Wrapper and ref.kind == "property":
            if data:
                getter = ref.values[0]
                answer = calls.dispatch(m, a, getter, Arguments([reference(receiver)]), site)
        elif ref.__class__ is Wrapper and ref.kind == "cached":
            if not data:
                getter = ref.values[0]
                answer = calls.dispatch(m, a, getter, Arguments([reference(receiver)]), site)
                if receiver.shape != "symbol" and not receiver.many and len(shared.refs) == 1:
                    m.journal.write(receiver.slots, name, answer)
        elif ref.__class__ is Object:
            has_set = classes.special(m, ref, "__set__") is not None
            if has_set == data and classes.special(m, ref, "__get__") is not None:
                klass = classes.class_of(receiver)
                arguments = [reference(receiver), UNKNOWN if klass is None else reference(klass)]
                answer = calls.call_special(m, a, reference(ref), "__get__", arguments, site)
        if answer is not None:
            result = answer if result is None else join(result, answer)
    return result


def _from_symbol(
    m: Machine, a: Activation, ref: Object, name: str, shared: Value | None, site: int
) -> Value:
    """A field of an instance from outside: what was written to it, here or anywhere."""
    local = a.env.get(("field", ref, name))
    if local is not None:
        return local
    type_name = m.program.type_name(ref.type)
    held = m.read_cell(type_name, name)
    result = held or NOTHING
    if shared is not None:
        result = join(result, classes.bind_method(shared, reference(ref)))
    declared = m.program.field_value(m, ref.type, name)
    if declared is not None:
        result = join(result, declared)
    return Value(
        result.facts,
        result.refs,
        result.constants,
        not result.refs or shared is None and not result.refs,
        None,
    )


def _from_class(m: Machine, a: Activation, ref: ClassRef, name: str, site: int) -> Value:
    touch(a, ref.members)
    value = classes.lookup(ref, name)
    if value is not None:
        refs: list[Any] = []
        for each in value.refs:
            if each.__class__ is Wrapper and each.kind == "classmethod":
                refs.extend(Bound(f, reference(ref)) for f in each.values[0].refs)
            elif each.__class__ is Wrapper and each.kind == "staticmethod":
                refs.extend(each.values[0].refs)
            elif each.__class__ is Object and classes.special(m, each, "__get__") is not None:
                got = calls.call_special(
                    m, a, reference(each), "__get__", [constant(None), reference(ref)], site
                )
                return got if got is not None else UNKNOWN
            else:
                refs.append(each)
        return Value(value.facts, tuple(refs), value.constants, value.open, value.form, value.mark)
    if ref.metaclass is not None:
        method = classes.lookup(ref.metaclass, name)
        if method is not None:
            found = _descriptor(m, a, method, ref, site, data=True)
            return classes.bind_method(method, reference(ref)) if found is None else found
    if name == "__name__":
        return constant(ref.name.rpartition(".")[2])
    if name == "__mro__" or name == "__bases__":
        return UNKNOWN
    if name == "__members__" or name == "__dict__":
        return m.tables.namespace_of(m, a, ref.members, site)
    return m.tables.class_method(m, a, ref, name)


def _from_super(m: Machine, a: Activation, ref: Super, name: str, site: int) -> Value:
    result = NOTHING
    for receiver in ref.receiver.refs:
        klass = receiver if receiver.__class__ is ClassRef else classes.class_of(receiver)
        if klass is None:
            continue
        order = klass.mro
        after = order[order.index(ref.klass) + 1 :] if ref.klass in order else ref.klass.mro[1:]
        found = None
        for each in after:
            found = each.members.slots.get(name)
            if found is not None:
                break
        if found is None:
            base = classes.outside(klass) if not klass.native else None
            if base is not None:
                result = join(result, reference(External(f"{base}.{name}")))
                continue
            found = m.tables.base_method(m, a, klass, name, reference(receiver))
            result = join(result, found)
            continue
        if receiver.__class__ is Object:
            described = _descriptor(m, a, found, receiver, site, data=True)
            if described is not None:
                result = join(result, described)
                continue
        if receiver.__class__ is ClassRef and name == "__new__":
            result = join(result, classes._static(found))
            continue
        result = join(result, classes.bind_method(found, reference(receiver)))
    return result if result is not NOTHING else UNKNOWN


def store(
    m: Machine, a: Activation, owner: Value, name: str, value: Value, site: int, node: Any = None
) -> None:
    """``owner.name = value``."""
    if name in m.policy.fields:
        m.policy.field_store(m, a, owner, name, value, site)
    weak = len(owner.refs) > 1 or owner.open
    name = private(owner, name)
    for ref in owner.refs:
        kind = ref.__class__
        if kind is Object:
            _store_object(m, a, ref, name, value, site, weak)  # type: ignore[arg-type]
        elif kind is ClassRef:
            m.journal.write(ref.members.slots, name, value)  # type: ignore[union-attr]
            a.touch = 0
        elif kind is ModuleRef:
            m.global_changed(ref.index, name)  # type: ignore[union-attr]
            m.journal.write(ref.namespace.slots, name, value)  # type: ignore[union-attr]
            a.touch = 0
        elif kind is Closure:
            m.journal.write(ref.namespace.slots, name, value)  # type: ignore[union-attr]
            a.touch = 0


def _store_object(
    m: Machine, a: Activation, ref: Object, name: str, value: Value, site: int, weak: bool
) -> None:
    klass = classes.class_of(ref)
    touch(a, ref)
    if klass is not None:
        shared = classes.lookup(klass, name)
        if shared is not None and _set_descriptor(m, a, shared, ref, value, site):
            return
        hook = classes.lookup(klass, "__setattr__")
        if hook is not None:
            bound = classes.bind_method(hook, reference(ref))
            calls.dispatch(m, a, bound, Arguments([constant(name), value]), site)
            return
    store_slot(m, a, ref, name, value, weak)


def store_plain(m: Machine, a: Activation, ref: Object, name: str, value: Value, site: int) -> None:
    """Write an attribute, whatever ``__setattr__`` the class has."""
    klass = classes.class_of(ref)
    shared = None if klass is None else classes.lookup(klass, name)
    if shared is None or not _set_descriptor(m, a, shared, ref, value, site):
        store_slot(m, a, ref, name, value)


def store_slot(
    m: Machine, a: Activation, ref: Object, name: str, value: Value, weak: bool = False
) -> None:
    """Write an attribute past any hook of its class."""
    if name == "__dict__" and ref.shape == "instance" and not weak and not ref.many:
        _store_all(m, ref, value)
        return
    if ref.shape == "symbol":
        key = ("field", ref, name)
        m.program.type_stored(ref.type, name, value)
        a.env[key] = value if not weak else join(a.env.get(key, NOTHING), value)
        m.write_cell(m.program.type_name(ref.type), name, value)
        return
    if ref.type is not None:
        m.program.type_stored(ref.type, name, value)
        m.write_cell(m.program.type_name(ref.type), name, value)
    if weak or ref.many:
        value = join(ref.slots.get(name, NOTHING), value)
    m.journal.write(ref.slots, name, value)


def _store_all(m: Machine, ref: Object, value: Value) -> None:
    """``x.__dict__ = mapping``: it has these attributes and no others."""
    for name in [key for key in ref.slots if key.__class__ is str]:
        m.journal.write(ref.slots, name, None)
    for key, item in containers.pairs(m, value):
        named = key.exact() and isinstance(key.constants[0], str)
        m.journal.write(ref.slots, key.constants[0] if named else "*", item)


def delete(m: Machine, a: Activation, owner: Value, name: str, site: int) -> None:
    """``del owner.name``."""
    for ref in owner.refs:
        if ref.__class__ is ClassRef:
            m.journal.write(ref.members.slots, name, None)
            a.touch = 0
        if ref.__class__ is not Object:
            continue
        touch(a, ref)
        klass = classes.class_of(ref)
        if klass is not None:
            shared = classes.lookup(klass, name)
            if shared is not None and _delete_descriptor(m, a, shared, ref, site):
                continue
            arguments = [constant(name)]
            if calls.call_special(m, a, reference(ref), "__delattr__", arguments, site):
                continue
        if len(owner.refs) == 1 and not ref.many:
            m.journal.write(ref.slots, name, None)


def _delete_descriptor(
    m: Machine, a: Activation, shared: Value, receiver: Object, site: int
) -> bool:
    for ref in shared.refs:
        if ref.__class__ is Wrapper and ref.kind == "property":
            if len(ref.values) > 2 and ref.values[2] is not NOTHING:
                calls.dispatch(m, a, ref.values[2], Arguments([reference(receiver)]), site)
            return True
        if ref.__class__ is Object and classes.special(m, ref, "__delete__") is not None:
            calls.call_special(m, a, reference(ref), "__delete__", [reference(receiver)], site)
            return True
    return False


def _set_descriptor(
    m: Machine, a: Activation, shared: Value, receiver: Object, value: Value, site: int
) -> bool:
    for ref in shared.refs:
        if ref.__class__ is Wrapper and ref.kind == "property":
            if len(ref.values) > 1 and ref.values[1] is not NOTHING:
                arguments = Arguments([reference(receiver), value])
                calls.dispatch(m, a, ref.values[1], arguments, site)
            return True
        if ref.__class__ is Object and classes.special(m, ref, "__set__") is not None:
            calls.call_special(m, a, reference(ref), "__set__", [reference(receiver), value], site)
            return True
    return False


__all__ = ["get", "ir", "store", "store_slot"]
