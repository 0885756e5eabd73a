"""Methods of natives, of instances of builtin types and of classes, as attributes see them."""

from __future__ import annotations

import builtins
from typing import Any

from spapr_lint.flow import activation, attributes, calls, classes, containers, iterables, streams
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine, touch
from spapr_lint.flow.natives import (
    abstract,
    constructors,
    environment,
    iteration,
    mappings,
    reflection,
    sequences,
    text,
)
from spapr_lint.flow.natives.common import Call, given, make, native, or_else, texts
from spapr_lint.flow.natives.common import text as text_of
from spapr_lint.flow.objects import (
    ANY,
    Bound,
    ClassRef,
    External,
    Native,
    Object,
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


def _get_item(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return containers.own_item(m, a, ref, given(g, 0), site)


def _set_item(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    touch(a, ref)
    value = given(g, 1).step(a.module.index, site, "")
    containers.store_item(m, a, ref, given(g, 0), value)
    return NONE


def _delete_item(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    touch(a, ref)
    containers.delete_item(m, a, ref, given(g, 0))
    return NONE


def _len(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    size = iteration.size_of(reference(ref))
    return m.policy.length(m, a, reference(ref), site) if size is None else constant(size)


def _contains(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return sequences.contains(m, a, given(g, 0), reference(ref), False)


def _iterator(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    items, exact = iterables.own_items(m, a, ref, site)
    return streams.make(m, a, streams.Stream(items, exact), site)


def _initialise(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    klass = classes.class_of(ref)
    if klass is not None:
        classes._fill_fields(m, a, ref, klass, g, site)
    elif ref.shape in ("list", "dict", "set"):
        iterables.construct(m, a, ref, g, site)
    elif isinstance(ref.type, str):
        classes.set_exception(m, a, ref, g, site)
    return NONE


def _set_attribute(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    names = texts(given(g, 0))
    if names is None or len(names) != 1:
        arguments = Arguments([reference(ref), *g.positional])
        return reflection.setattr_(m, a, arguments, site, None)
    attributes.store_plain(m, a, ref, names[0], given(g, 1), site)
    return NONE


def _get_attribute(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    names = texts(given(g, 0))
    if names is None:
        return reflection.any_attribute(m, reference(ref))
    result = NOTHING
    for name in names:
        result = join(result, attributes.get_plain(m, a, ref, name, site))
    return result


def _delete_attribute(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return reflection.delattr_(m, a, Arguments([reference(ref), given(g, 0)]), site, None)


def _self(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return reference(ref)


def _nothing(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return NONE


def _boolean(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return BOOLEAN


def _unknown(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return UNKNOWN


OBJECT: dict[str, Call] = {
    "__init__": _initialise,
    "__setattr__": _set_attribute,
    "__getattribute__": _get_attribute,
    "__delattr__": _delete_attribute,
    "__eq__": _boolean,
    "__ne__": _boolean,
    "__hash__": _unknown,
    "__repr__": _unknown,
    "__str__": _unknown,
    "__post_init__": _nothing,
    "__init_subclass__": _nothing,
}
_CONTAINER: dict[str, Call] = {
    "__getitem__": _get_item,
    "__setitem__": _set_item,
    "__delitem__": _delete_item,
    "__len__": _len,
    "__contains__": _contains,
    "__iter__": _iterator,
}


def _next(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return iteration.next_(m, a, Arguments([reference(ref)]), site, None)


def _send(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``generator.send(value)``: what it yields next, that value being what its ``yield`` gives."""
    value = given(g, 0)
    if ref.shape != "generator":
        return activation.finish(m, a, ref) if ref.shape == "coroutine" else UNKNOWN
    return activation.send(m, a, ref, value, site)


def _throw(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    if ref.shape != "generator":
        return UNKNOWN
    error = calls.instance_of(m, a, given(g, 0), site)
    return activation.send(m, a, ref, error, site, "thrown")


def _close(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    if ref.shape == "generator":
        activation.close(m, a, ref, site)
    return NONE


GENERATOR: dict[str, Call] = {
    "__next__": _next,
    "__iter__": _self,
    "__aiter__": _self,
    "__anext__": _next,
    "asend": _send,
    "send": _send,
    "throw": _throw,
    "close": _close,
    "aclose": _close,
}
EXCEPTION: dict[str, Call] = {"with_traceback": _self, "add_note": constructors.add_note}
METHODS: dict[str, dict[str, Call]] = {
    "list": {**_CONTAINER, **sequences.LIST},
    "tuple": {**_CONTAINER, **sequences.TUPLE},
    "set": {**_CONTAINER, **sequences.SET},
    "dict": {**_CONTAINER, **mappings.DICT},
    "namespace": {**_CONTAINER, **mappings.DICT},
    "generator": GENERATOR,
    "iterator": GENERATOR,
    "coroutine": GENERATOR,
    "range": {"__iter__": _iterator, "__len__": _len, "__contains__": _contains},
}


def _put(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    touch(a, ref)
    held = ref.slots.get(ANY, NOTHING)
    for value in g.values():
        held = join(held, value)
        for each in value.refs:
            if isinstance(each, Object) and each.shape in containers.SHAPES:
                held = join(held, containers.element_of(containers.known_items(each)[0]))
    m.journal.write(ref.slots, ANY, held.step(a.module.index, site, ""))
    return UNKNOWN


def _take(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    touch(a, ref)
    held = ref.slots.get(ANY)
    for key, value in ref.slots.items():
        if key.__class__ is tuple and key[0] == "item":
            held = value if held is None else join(held, value)
    return join(UNKNOWN, or_else(held, g.get(1))) if held is not None else UNKNOWN


def _take_items(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    value = _take(m, a, Arguments([]), site, ref)
    return make(m, a, "list", [make(m, a, "tuple", [UNKNOWN, value], site)], site, False)


def _take_values(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return make(m, a, "list", [_take(m, a, Arguments([]), site, ref)], site, False)


_OPAQUE: dict[str, Call] = {
    **dict.fromkeys(
        ("append", "add", "insert", "extend", "put", "put_nowait", "push", "appendleft", "update"),
        _put,
    ),
    **dict.fromkeys(("pop", "popleft", "get", "get_nowait"), _take),
    "items": _take_items,
    "values": _take_values,
}


def of_instance(m: Machine, a: Activation, ref: Object, name: str) -> Value | None:
    """A method that the builtin type of an object gives it; None if it has none of that name."""
    from spapr_lint.flow.natives import concurrency, encoding

    found = encoding.attribute(m, a, ref, name) or concurrency.method(m, a, ref, name)
    if found is not None:
        return found
    call = METHODS.get(ref.shape, {}).get(name)
    if call is None and ref.shape in ("opaque", "symbol"):
        call = _OPAQUE.get(name)
        if call is None:
            return None
    if call is None and ref.shape == "instance" and "args" in ref.slots:
        call = EXCEPTION.get(name)
    if call is None:
        call = OBJECT.get(name)
    if call is not None:
        return native(f"{ref.shape}.{name}", call, ref)
    if name == "__class__":
        return reflection.type_of(m, ref)
    if name == "_fields" and isinstance(ref.type, ClassRef) and ref.shape == "tuple":
        return class_method(m, a, ref.type, name)
    if name == "data" and isinstance(ref.type, ClassRef) and ref.shape in ("list", "dict"):
        return reference(ref)  # of a `collections.UserDict`
    if name == "__call__" and classes.class_of(ref) is None:
        return None
    return None


def _create(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``object.__new__(C)``, ``tuple.__new__(C, items)``."""
    made = NOTHING
    for ref in given(g, 0).refs:
        if not isinstance(ref, ClassRef):
            continue
        fresh = classes.new(m, a, ref, site)
        target = fresh.refs[0]
        if ref.native in classes.TEXTUAL and len(g.positional) > 1:
            fresh = fresh.with_facts(g.positional[1].facts)
        if isinstance(target, Object) and target.shape == "tuple" and len(g.positional) > 1:
            items, exact = iterables.iterate(m, a, g.positional[1], site)
            if "namedtuple" in ref.traits:
                rest = Arguments(g.positional[1:], g.rest, g.keywords, g.others)
                classes._fill_fields(m, a, target, ref, rest, site)
            else:
                containers.clear(m, target)
                containers.fill(m, target, items, exact)
        made = join(made, fresh)
    return UNKNOWN if made is NOTHING else made


def _new_class(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``type.__new__(M, name, bases, namespace)``: the class being defined, if it is one."""
    if len(g.positional) < 4:
        return reflection.type_(m, a, Arguments(g.positional[1:]), site, None)
    for ref in g.positional[3].refs:
        if isinstance(ref, Object) and isinstance(ref.extra, Object):
            if isinstance(ref.extra.extra, ClassRef):
                return reference(ref.extra.extra)
    klass = reflection.make_class(m, a, g.positional[1:], site)
    klass.metaclass = next((r for r in g.positional[0].refs if isinstance(r, ClassRef)), None)
    return reference(klass)


def _instantiate(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``type.__call__(C, ...)``."""
    return classes.make(m, a, data, g, site)


def class_method(m: Machine, a: Activation, klass: ClassRef, name: str) -> Value:
    """An attribute of a class that no class of the program gives it."""
    if name == "__new__":
        return native("object.__new__", _create)
    if name == "__subclasses__":
        below = [reference(each) for each in klass.subclasses]
        return native(
            "type.__subclasses__", lambda m, a, g, site, data: make(m, a, "list", below, site)
        )
    if name == "mro":
        order = [reference(each) for each in klass.mro]
        return native("type.mro", lambda m, a, g, site, data: make(m, a, "list", order, site))
    if name == "register":
        klass.traits["register"] = True
        return native("ABCMeta.register", lambda m, a, g, site, data: given(g, 0))
    if name in ("_make", "fromkeys", "from_bytes", "fromhex"):
        return native(f"{klass.name}.{name}", _class_maker, (klass, name))
    if name == "_fields":
        fields = [constant(field) for field, _ in classes._fields(klass)]
        made = m.allocate("tuple", None, a.module.index, 0)
        containers.fill(m, made, fields, True)
        return reference(made)
    if klass.native:
        return unbound(m, klass.native, name)
    if klass.unknown_base:
        return UNKNOWN
    return unbound(m, "object", name) if hasattr(object, name) else UNKNOWN


def _class_maker(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    klass, name = data
    if name == "_make":
        items, exact = iterables.iterate(m, a, given(g, 0), site)
        arguments = Arguments(items) if exact else Arguments([], containers.element_of(items))
        return classes.instantiate(m, a, klass, arguments, site)
    made = classes.new(m, a, klass, site)
    for ref in made.refs:
        if isinstance(ref, Object) and ref.shape == "dict":
            source = mappings.from_keys(m, a, g, site, None)
            containers.update(m, a, ref, source)
    return made


def base_method(m: Machine, a: Activation, klass: ClassRef, name: str, receiver: Value) -> Value:
    """What ``super().name`` is when no class of the program has it."""
    ref = receiver.refs[0]
    if isinstance(ref, ClassRef):
        if name == "__new__":
            return (
                native("type.__new__", _new_class)
                if _is_meta(ref)
                else native("object.__new__", _create)
            )
        if name == "__call__":
            return native("type.__call__", _instantiate, ref)
        if name in ("__init__", "__init_subclass__", "__set_name__"):
            return native(f"object.{name}", _nothing, ref)
        return class_method(m, a, ref, name)
    if isinstance(ref, Object):
        found = of_instance(m, a, ref, name)
        if found is not None:
            if name == "__init__" and klass.unknown_base and not klass.native:
                from spapr_lint.flow.natives import concurrency

                return native("object.__init__", concurrency.initialise, ref)
            return found
    return UNKNOWN


def _is_meta(klass: ClassRef) -> bool:
    return any(each.native == "type" for each in klass.mro)


def unbound(m: Machine, kind: str, name: str) -> Value:
    """``list.append``, ``object.__init__``: a method whose first argument is its object."""
    if kind == "object" and name == "__new__":
        return native("object.__new__", _create)
    if kind == "type" and name in ("__new__", "__call__", "__init__"):
        return native(f"type.{name}", _type_method, name)
    return native(f"{kind}.{name}", _unbound, (kind, name))


def _type_method(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    if data == "__new__":
        return _new_class(m, a, g, site, None)
    if data == "__call__":
        result = NOTHING
        rest = Arguments(g.positional[1:], g.rest, g.keywords, g.others)
        for ref in given(g, 0).refs:
            if isinstance(ref, ClassRef):
                result = join(result, classes.make(m, a, ref, rest, site))
        return UNKNOWN if result is NOTHING else result
    return NONE


def _unbound(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    kind, name = data
    receiver = given(g, 0)
    if name == "__new__":
        return _create(m, a, g, site, None)
    if kind in ("str", "bytes", "int", "float") and not any(map(classes.class_of, receiver.refs)):
        return text.static(m, a, g, site, name)
    rest = Arguments(g.positional[1:], g.rest, g.keywords, g.others)
    result = NOTHING
    for ref in receiver.refs:
        if isinstance(ref, Object):
            method = of_instance(m, a, ref, name)
            if method is not None:
                result = join(result, calls.dispatch(m, a, method, rest, site))
    return UNKNOWN if result is NOTHING else result


def native_member(m: Machine, a: Activation, ref: Native, name: str) -> Value:
    """An attribute of a native: ``dict.fromkeys``, ``str.join``, ``partial.func``."""
    from spapr_lint.flow.natives import functional

    found = functional.member(m, a, ref, name)
    if found is not None:
        return found
    if name == "__name__":
        return constant(ref.name)
    if name == "__call__":
        return reference(ref)
    if ref.name == "dict" and name == "fromkeys":
        return native("dict.fromkeys", mappings.from_keys)
    if ref.name == "str" and name == "maketrans":
        return native("str.maketrans", reflection.unknown)
    if ref.name in ("int", "bytes") and name in ("from_bytes", "fromhex"):
        return native(f"{ref.name}.{name}", _from_bytes)
    if ref.name == "chain" and name == "from_iterable":
        return reference(External("itertools.chain.from_iterable"))
    kind = getattr(builtins, ref.name, None)
    if isinstance(kind, type) and hasattr(kind, name):
        return unbound(m, ref.name, name)
    return UNKNOWN


def _from_bytes(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    from spapr_lint.flow import arithmetic

    return arithmetic.mixed(m, a, g.values(), site)


def subscript_other(m: Machine, a: Activation, ref: Any, key: Value, site: int) -> Value:
    """``C[key]`` where C is no container: a generic type, a member of an enumeration."""
    if isinstance(ref, ClassRef):
        names = texts(key)
        if "members" in ref.traits and names is not None:
            result = NOTHING
            for name in names:
                result = join(result, ref.members.slots.get(name, NOTHING))
            return UNKNOWN if result is NOTHING else result
        if ref.metaclass is not None:
            found = calls.call_special(m, a, reference(ref), "__getitem__", [key], site)
            if found is not None:
                return found
        hook = classes.lookup(ref, "__class_getitem__")
        if hook is not None:
            bound = [Bound(f, reference(ref)) for f in hook.refs]
            return calls.dispatch(m, a, Value(refs=tuple(bound)), Arguments([key]), site)
        return reference(ref)
    if isinstance(ref, External) and ref.name == "sys.modules":
        module = text_of(key)
        return UNKNOWN if module is None else m.program.module_value(m, a, _own_name(a, module))
    if isinstance(ref, External) and ref.name == environment.NAME:
        held = environment.read(m, a, key)
        return reference(ref) if held is NOTHING else held
    if isinstance(ref, (Native, External)):
        return reference(ref)
    return UNKNOWN


def _own_name(a: Activation, name: str) -> str:
    return a.module.name if name == "__main__" else name


def iterate_other(m: Machine, a: Activation, ref: Any, site: int) -> tuple[list[Value], bool]:
    """Iterating what is no object: an enumeration, a class whose metaclass can be iterated."""
    if isinstance(ref, ClassRef):
        members = ref.traits.get("members")
        if isinstance(members, list):
            return list(members), True
        found = calls.call_special(m, a, reference(ref), "__iter__", [], site)
        if found is not None:
            return iterables.iterate(m, a, found, site)
    return [UNKNOWN], False


def object_method(m: Machine, a: Activation, ref: Object, name: str) -> Value | None:
    """A method that the interpreter itself gives an object."""
    klass = classes.class_of(ref)
    if klass is not None and ref.shape == "instance" and name in ("__init__", "__eq__", "__hash__"):
        return native(f"object.{name}", OBJECT[name], ref)
    return abstract.method(m, ref, name) or of_instance(m, a, ref, name)
