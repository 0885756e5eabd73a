"""Builtins that look at objects: ``getattr``, ``isinstance``, ``type``, ``super``, ``vars``.

Exact where names and classes are known; otherwise any attribute may be meant.
"""

from __future__ import annotations

import builtins
from typing import Any

from spapr_lint.flow import arithmetic, attributes, calls, classes, containers, iterables
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine, Unreachable, touch
from spapr_lint.flow.natives.common import given, make_dict, native, text, texts
from spapr_lint.flow.objects import (
    Bound,
    ClassRef,
    Closure,
    ModuleRef,
    Native,
    Object,
    Super,
)
from spapr_lint.flow.values import (
    BOOLEAN,
    NONE,
    NOTHING,
    UNKNOWN,
    Value,
    constant,
    join,
    reference,
)

_CONTENTS = ("list", "tuple", "set", "dict")


def has(m: Machine, a: Activation, owner: Value, name: str, site: int) -> bool | None:
    """Whether the owner has an attribute: yes, no, or perhaps."""
    answers = {_has_one(m, a, ref, name) for ref in owner.refs}
    answers |= {hasattr(item, name) for item in owner.constants}
    if owner.open or not answers:
        answers.add(None)
    return answers.pop() if len(answers) == 1 else None


def _has_one(m: Machine, a: Activation, ref: Any, name: str) -> bool | None:
    if isinstance(ref, Object):
        touch(a, ref)
        klass = classes.class_of(ref)
        if name in ref.slots:
            return None if ref.many else True
        if klass is None:
            kind = getattr(builtins, ref.shape, None)
            return hasattr(kind, name) if ref.shape in _CONTENTS else None
        if classes.special(m, ref, name) is not None:
            return True
        if klass.unknown_base or ref.shape != "instance" or "*" in ref.slots or ref.many:
            return None
        if classes.lookup(klass, "__getattr__") or classes.lookup(klass, "__getattribute__"):
            return None
        return hasattr(object, name)
    if isinstance(ref, ClassRef):
        if classes.lookup(ref, name) is not None:
            return True
        return None if ref.unknown_base or ref.metaclass or ref.native else hasattr(object, name)
    if isinstance(ref, Closure):
        return name in ref.namespace.slots or hasattr(has, name)
    if isinstance(ref, ModuleRef):
        return True if name in ref.namespace.slots else None
    if isinstance(ref, Native) and isinstance(getattr(builtins, ref.name, None), type):
        return hasattr(getattr(builtins, ref.name), name)
    return None


def getattr_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``getattr(owner, name, default)``."""
    owner, name, default = given(g, 0), given(g, 1), g.get(2)
    names = texts(name)
    if names is None:
        result = any_attribute(m, owner)
        return result if default is None else join(result, default)
    result = NOTHING
    for each in names:
        known = True if default is None else has(m, a, owner, each, site)
        if known is not False:
            result = join(result, _get(m, a, owner, each, site, default))
        if known is not True and default is not None:
            result = join(result, default)
    return result


def _get(
    m: Machine, a: Activation, owner: Value, name: str, site: int, default: Value | None
) -> Value:
    try:
        return attributes.get(m, a, owner, name, site)
    except Unreachable:
        if default is None:
            raise
        return default


def any_attribute(m: Machine, owner: Value) -> Value:
    """Any attribute of the owner, for a name that is not known."""
    result = UNKNOWN
    for ref in owner.refs:
        slots: dict[Any, Value] = {}
        if isinstance(ref, Object):
            slots = ref.slots
            klass = classes.class_of(ref)
            for each in () if klass is None else reversed(klass.mro):
                for value in each.members.slots.values():
                    result = join(result, classes.bind_method(value, reference(ref)))
        elif isinstance(ref, ClassRef):
            slots = ref.members.slots
        elif isinstance(ref, ModuleRef):
            slots = ref.namespace.slots
        for key, value in slots.items():
            if isinstance(key, str):
                result = join(result, value)
    return result


def setattr_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``setattr(owner, name, value)``."""
    owner, name, value = given(g, 0), given(g, 1), given(g, 2)
    names = texts(name)
    if names is not None and len(names) == 1:
        attributes.store(m, a, owner, names[0], value, site)
        return NONE
    for ref in owner.refs:
        target = ref.members if isinstance(ref, ClassRef) else ref
        if isinstance(ref, ModuleRef):
            target = ref.namespace
        if not isinstance(target, Object):
            continue
        touch(a, target)
        known = [k for k in target.slots if isinstance(k, str)] if names is None else names
        for key in [*known, "*"] if names is None else known:
            old = target.slots.get(key, UNKNOWN)
            m.journal.write(target.slots, key, join(old, value))
    return NONE


def hasattr_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``hasattr(owner, name)``."""
    name = text(given(g, 1))
    known = None if name is None else has(m, a, given(g, 0), name, site)
    return BOOLEAN if known is None else constant(known)


def delattr_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``delattr(owner, name)``."""
    name = text(given(g, 1))
    refs = given(g, 0).refs
    if name is not None and len(refs) == 1 and isinstance(refs[0], Object):
        m.journal.write(refs[0].slots, name, None)
    return NONE


def type_of(m: Machine, ref: Any) -> Value:
    """``type(x)`` of an object."""
    klass = classes.class_of(ref)
    if klass is not None:
        return reference(klass)
    builtin = m.tables.builtins
    if isinstance(ref, Object):
        name = ref.type if isinstance(ref.type, str) else ref.shape
        return builtin.get(name, UNKNOWN)
    return builtin["type"] if isinstance(ref, ClassRef) else UNKNOWN


def type_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``type(x)`` and ``type(name, bases, namespace)``."""
    if len(g.positional) >= 3:
        made = make_class(m, a, g.positional, site)
        classes.subclassed(m, a, made, g.keywords, site)
        return reference(made)
    value = given(g, 0)
    result = NOTHING
    for ref in value.refs:
        result = join(result, type_of(m, ref))
    for item in value.constants:
        result = join(result, m.tables.builtins.get(type(item).__name__, UNKNOWN))
    if value.facts and value.open and all(_opaque(ref) for ref in value.refs):
        return join(result, native("type", textual_type))  # of text or a number: it converts
    return join(result, UNKNOWN) if value.open or result is NOTHING else result


def _opaque(ref: Any) -> bool:
    return isinstance(ref, Object) and ref.shape == "opaque"


def textual_type(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """What a type of text or numbers makes of its arguments."""
    return arithmetic.mixed(m, a, g.values(), site)


def make_class(m: Machine, a: Activation, parts: list[Value], site: int) -> ClassRef:
    """A class that is made by a call: its name, bases and namespace as values."""
    members = m.allocate("class", None, a.module.index, site)
    klass = ClassRef(a.module.index, -1 - site, text(parts[0]) or "?", members)
    klass.bases = tuple(iterables.iterate(m, a, parts[1], site)[0])
    classes._order(m, klass)
    klass.metaclass = next((b.metaclass for b in klass.mro[1:] if b.metaclass), None)
    for key, value in containers.pairs(m, parts[2]):
        name = text(key)
        if name is not None:
            members.slots[name] = value
    return klass


def is_instance(m: Machine, value: Value, wanted: Value) -> bool | None:
    """Whether the value is an instance of any of the wanted classes."""
    kinds = class_list(wanted)
    answers: set[bool | None] = set()
    for ref in value.refs:
        answers.add(_any(_is_one(m, ref, kind) for kind in kinds))
    for item in value.constants:
        answers.add(_any(_is_constant(item, kind) for kind in kinds))
    if value.open or not answers or wanted.open:
        answers.add(None)
    return answers.pop() if len(answers) == 1 else None


def _any(answers: Any) -> bool | None:
    found = set(answers)
    if True in found:
        return True
    return None if None in found or not found else False


def class_list(wanted: Value) -> list[Any]:
    """The classes of the second argument of ``isinstance``, tuples spread out."""
    found: list[Any] = []
    for ref in wanted.refs:
        if isinstance(ref, Object) and ref.shape == "tuple":
            for item in containers.known_items(ref)[0]:
                found.extend(class_list(item))
        else:
            found.append(ref)
    return found


def _is_constant(item: Any, kind: Any) -> bool | None:
    if isinstance(kind, Native):
        builtin = getattr(builtins, kind.name, None)
        return isinstance(item, builtin) if isinstance(builtin, type) else None
    return False if isinstance(kind, ClassRef) else None


def _is_one(m: Machine, ref: Any, kind: Any) -> bool | None:
    klass = classes.class_of(ref)
    if isinstance(kind, ClassRef):
        if klass is not None:
            if kind in klass.mro:
                return True
            if isinstance(ref, Object) and ref.shape == "symbol":
                return None
            return None if klass.unknown_base or "register" in kind.traits else False
        return None if isinstance(ref, Object) and ref.shape in ("opaque", "symbol") else False
    if isinstance(kind, Native):
        return _is_builtin(ref, klass, getattr(builtins, kind.name, None))
    return None


def _is_builtin(ref: Any, klass: ClassRef | None, kind: Any) -> bool | None:
    if not isinstance(kind, type):
        return None
    if kind is object:
        return True
    name = klass.native if klass is not None else ""
    if klass is None and isinstance(ref, Object):
        if ref.shape in ("opaque", "symbol"):
            return None
        name = ref.type if isinstance(ref.type, str) else ref.shape
    if isinstance(ref, (ClassRef, Native)):
        return True if kind is type else None
    own = getattr(builtins, name, None)
    if isinstance(own, type):
        return issubclass(own, kind)
    return None if klass is not None and klass.unknown_base else False


def isinstance_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``isinstance(x, classes)``; a class's ``__instancecheck__`` decides itself."""
    found = calls.call_special(m, a, given(g, 1), "__instancecheck__", [given(g, 0)], site)
    if found is not None:
        return found
    known = is_instance(m, given(g, 0), given(g, 1))
    return BOOLEAN if known is None else constant(known)


def issubclass_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``issubclass(C, classes)``."""
    value, wanted = given(g, 0), given(g, 1)
    answers: set[bool | None] = set()
    for ref in value.refs:
        for kind in class_list(wanted):
            if isinstance(ref, ClassRef) and isinstance(kind, ClassRef):
                inside = kind in ref.mro
                answers.add(True if inside else (None if ref.unknown_base else False))
            else:
                answers.add(None)
    if value.open or wanted.open or not answers:
        return BOOLEAN
    known = _any(answers) if len(value.refs) == 1 else None
    return BOOLEAN if known is None else constant(known)


def callable_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``callable(x)``."""
    value = given(g, 0)
    answers: set[bool | None] = {False for _ in value.constants}
    for ref in value.refs:
        if isinstance(ref, (Closure, ClassRef, Bound, Native)):
            answers.add(True)
        elif isinstance(ref, Object) and ref.shape in (*_CONTENTS, "instance"):
            klass = classes.class_of(ref)
            unsure = klass is not None and klass.unknown_base
            answers.add(None if unsure else classes.special(m, ref, "__call__") is not None)
        else:
            answers.add(None)
    known = answers.pop() if len(answers) == 1 and not value.open else None
    return BOOLEAN if known is None else constant(known)


def super_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``super()`` and ``super(C, self)``."""
    if g.positional:
        found = [r for r in g.positional[0].refs if isinstance(r, ClassRef)]
        klass = found[0] if found else None
        receiver = given(g, 1)
    else:
        klass = a.klass
        receiver = first_parameter(a)
    if not isinstance(klass, ClassRef):
        return UNKNOWN
    return reference(Super(klass, receiver))


def first_parameter(a: Activation) -> Value:
    """The value of the first parameter of the function at hand."""
    if a.function is None or not a.function.parameters:
        return UNKNOWN
    parameter = a.function.parameters[0]
    cell = a.cells.get(parameter.name)
    value = a.env.get(parameter.name) if cell is None else cell.slots.get("value")
    if value is None:
        return UNKNOWN
    if parameter.passing == "star":
        for ref in value.refs:
            if isinstance(ref, Object):
                items, exact = containers.known_items(ref)
                return items[0] if exact and items else UNKNOWN
    return value


def view_of(m: Machine, a: Activation, target: Object, site: int) -> Value:
    """A dict that is the attributes of an object: both change together."""
    return reference(m.allocate("namespace", None, a.module.index, site, target))


def vars_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``vars(x)``, ``vars()``."""
    if not g.positional:
        return locals_(m, a, g, site, data)
    return attributes.get(m, a, g.positional[0], "__dict__", site)


def globals_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``globals()``."""
    return view_of(m, a, a.module.namespace, site)


def locals_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``locals()``: in a function, the variables as they are now."""
    if a.function is None:
        target = a.module.namespace if a.klass is None else a.klass.members
        return view_of(m, a, target, site)
    made = make_dict(m, a, site)
    for name in a.function.variables:
        cell = a.cells.get(name)
        value = a.env.get(name) if cell is None else cell.slots.get("value")
        if value is not None:
            containers.store_item(m, a, made, constant(name), value)
    return reference(made)


def dir_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``dir(x)``: the names of its attributes if its class is in view."""
    names: set[str] = set(dir(object))
    exact = bool(g.positional)
    for ref in g.positional[0].refs if g.positional else ():
        klass = ref if isinstance(ref, ClassRef) else classes.class_of(ref)
        exact = exact and klass is not None and not klass.unknown_base and not klass.native
        if isinstance(ref, Object):
            names.update(key for key in ref.slots if isinstance(key, str))
        for each in () if klass is None else klass.mro:
            names.update(key for key in each.members.slots if isinstance(key, str))
    exact = exact and len(g.positional[0].refs) == 1 and not g.positional[0].open
    items: list[Value] = [constant(name) for name in sorted(names)] if exact else [UNKNOWN]
    made = m.allocate("list", None, a.module.index, site)
    containers.fill(m, made, items, exact)
    return reference(made)


def import_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``__import__(name)``, ``importlib.import_module(name)``; ``data``: not its top package."""
    name = text(given(g, 0, "name"))
    if name is None:
        return m.opaque(a, site)
    level = len(name) - len(name.lstrip("."))
    if level:
        name = m.program.absolute(a.module, name.lstrip("."), level)[0]
    whole = m.program.module_value(m, a, name)
    if data or "." not in name:
        return whole
    return m.program.module_value(m, a, name.partition(".")[0])


def unknown(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """A function of whose result nothing is known."""
    return m.opaque(a, site)


def nothing(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """A function that returns None."""
    return NONE


def plain_object(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``object()``."""
    return reference(m.allocate("instance", None, a.module.index, site))
