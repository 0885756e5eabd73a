"""Classes: definition, order of bases, instances, methods found by class."""

from __future__ import annotations

import builtins
from collections import abc
from typing import Any

from spapr_lint import ir
from spapr_lint.flow import calls, containers, enums, iterables
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.objects import (
    Bound,
    ClassRef,
    Closure,
    External,
    Native,
    Object,
    Wrapper,
)
from spapr_lint.flow.values import (
    NOTHING,
    TRUE,
    UNKNOWN,
    Value,
    constant,
    join,
    reference,
)

TEXTUAL = ("str", "bytes", "int", "float")  # types whose instances are values
_METHODS = ("functools.partialmethod", "contextmanager")  # natives that are bound as functions
_CONTAINERS = ("list", "dict", "set", "tuple")
_ABSTRACT = {f"{m}.{name}" for m in ("collections.abc", "typing") for name in abc.__all__}
_ENUMS = ("enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag")


def define(m: Machine, a: Activation, n: ir.Node) -> Value:
    """Evaluate a class statement up to its decorators."""
    _, index, _, bases, keywords, site = n
    code = a.module.ir.classes[index]
    members = m.allocate("class", None, a.module.index, site)
    klass = ClassRef(a.module.index, index, code.qualname, members)
    values, _ = calls.expand(m, a, bases)
    klass.bases = tuple(values)
    _order(m, klass)
    given = {}
    for name, node in keywords:
        given[name] = m.ex[node[0]](m, a, node)
    metaclass = given.pop("metaclass", None)
    if metaclass is not None:
        klass.metaclass = next((r for r in metaclass.refs if isinstance(r, ClassRef)), None)
    else:
        inherited = (base.metaclass for base in klass.mro[1:] if base.metaclass is not None)
        klass.metaclass = next(inherited, None)
    body = Activation(a.module, None, a.depth)
    body.klass = klass
    body.cells = dict(a.cells)
    body.name = f"{a.module.name}.{code.qualname.replace('.<locals>', '')}"
    body.mark = m.journal.mark()
    body.touch = a.touch
    m.tables.block(m, body, code.body)
    m.policy.class_defined(m, klass)
    _names(m, a, klass)
    if "enum" in klass.traits:
        enums.enumerated(m, a, klass, site)
    if klass.metaclass is not None:
        _by_metaclass(m, a, klass, klass.metaclass, given, site)
    subclassed(m, a, klass, given, site)
    return reference(klass)


def subclassed(m: Machine, a: Activation, klass: ClassRef, given: Any, site: int) -> None:
    """Let ``__init_subclass__`` of a base see a new class."""
    hook = lookup(klass, "__init_subclass__", skip=1)
    if hook is not None:
        calls.dispatch(m, a, _as_class_method(hook, klass), Arguments([], None, given), site)


def _by_metaclass(
    m: Machine, a: Activation, klass: ClassRef, meta: ClassRef, given: dict[str, Value], site: int
) -> None:
    """``__new__`` and ``__init__`` of a metaclass, which see the class body's names as a dict."""
    creator, initializer = lookup(meta, "__new__"), lookup(meta, "__init__")
    if creator is None and initializer is None:
        return
    klass.members.extra = klass
    space = reference(m.allocate("namespace", None, a.module.index, site, klass.members))
    bases = m.allocate("tuple", None, a.module.index, site)
    containers.fill(m, bases, list(klass.bases), True)
    arguments = [constant(klass.name.rpartition(".")[2]), reference(bases), space]
    if creator is not None:
        first = Arguments([reference(meta), *arguments], None, given)
        calls.dispatch(m, a, _static(creator), first, site)
    if initializer is not None:
        rest = Arguments([reference(klass), *arguments], None, given)
        calls.dispatch(m, a, _static(initializer), rest, site)


def _as_class_method(value: Value, klass: ClassRef) -> Value:
    refs: list[Any] = []
    for ref in value.refs:
        inner = ref.values[0].refs if isinstance(ref, Wrapper) else (ref,)
        refs.extend(Bound(each, reference(klass)) for each in inner)
    return Value(refs=tuple(refs))


def _order(m: Machine, klass: ClassRef) -> None:
    """The method resolution order (C3), and what is known of bases outside the program."""
    known: list[ClassRef] = []
    for value in klass.bases:
        if value.open and not value.refs:
            klass.unknown_base = True
        for ref in value.refs:
            if isinstance(ref, ClassRef):
                known.append(ref)
                klass.unknown_base |= ref.unknown_base
                klass.native = klass.native or ref.native
                klass.traits.update(
                    {
                        k: v
                        for k, v in ref.traits.items()
                        if k in ("enum", "namedtuple", "dataclass")
                    }
                )
                ref.subclasses.append(klass)
            elif isinstance(ref, External):
                _external_base(klass, ref.name)
            elif isinstance(ref, Native):
                if ref.name not in ("object", "typing.Generic"):
                    klass.native = klass.native or ref.name
            elif isinstance(ref, Object) and ref.type == "namedtuple":
                klass.traits["namedtuple"] = ref.extra
            else:
                klass.unknown_base = True
    klass.mro = (klass, *_merge([list(base.mro) for base in known] + [known]))


def _external_base(klass: ClassRef, name: str) -> None:
    if name in _ENUMS:
        klass.traits["enum"] = name
    elif name in ("typing.TypedDict", "typing_extensions.TypedDict"):
        klass.native = "dict"
    elif name == "typing.NamedTuple":
        klass.traits["namedtuple"] = None
    elif name in ("abc.ABC", "typing.Generic", "typing.Protocol", "typing.Generic[]"):
        return
    elif name in _ABSTRACT:
        klass.traits["abstract"] = name
    elif name.startswith("collections."):
        klass.native = {
            "collections.OrderedDict": "dict",
            "collections.UserDict": "dict",
            "collections.defaultdict": "dict",
            "collections.UserList": "list",
            "collections.deque": "list",
        }.get(name, klass.native)
        klass.unknown_base |= not klass.native
    else:
        klass.unknown_base = True
    if klass.unknown_base:
        klass.traits.setdefault("outside", name)


def outside(klass: ClassRef) -> str | None:
    """The dotted name of the nearest base that is not in view."""
    return next((each.traits["outside"] for each in klass.mro if "outside" in each.traits), None)


def _merge(lists: list[list[ClassRef]]) -> list[ClassRef]:
    result: list[ClassRef] = []
    lists = [list(each) for each in lists if each]
    while lists:
        for candidate in lists:
            head = candidate[0]
            if not any(head in other[1:] for other in lists):
                break
        else:
            head = lists[0][0]
        result.append(head)
        lists = [[k for k in each if k is not head] for each in lists]
        lists = [each for each in lists if each]
    return result


def _names(m: Machine, a: Activation, klass: ClassRef) -> None:
    """``__set_name__`` of what the class body bound."""
    for name, value in list(klass.members.slots.items()):
        for ref in value.refs:
            if isinstance(ref, Object) and special(m, ref, "__set_name__") is not None:
                arguments = [reference(klass), constant(name)]
                calls.call_special(m, a, reference(ref), "__set_name__", arguments, ref.site[1])


def lookup(klass: ClassRef, name: str, skip: int = 0) -> Value | None:
    """A class attribute, found in method resolution order."""
    for each in klass.mro[skip:]:
        value = each.members.slots.get(name)
        if value is not None:
            return value
    return None


def class_of(ref: Any) -> ClassRef | None:
    """The class of an object of the program."""
    if ref.__class__ is Object:
        return ref.type if ref.type.__class__ is ClassRef else None
    if ref.__class__ is ClassRef:
        return ref.metaclass
    return None


def special(m: Machine, ref: Any, name: str) -> Value | None:
    """A method that Python looks up on the class, such as ``__add__``."""
    klass = class_of(ref)
    if klass is None:
        return None
    found = lookup(klass, name)
    if ref.__class__ is Object and ref.shape == "symbol":
        for below in _below(klass):
            own = below.members.slots.get(name)
            if own is not None:
                found = own if found is None else join(found, own)
    return found


def _below(klass: ClassRef, limit: int = 24) -> list[ClassRef]:
    """The subclasses, nearest first."""
    found: list[ClassRef] = []
    pending = list(klass.subclasses)
    while pending and len(found) < limit:
        each = pending.pop(0)
        if each not in found:
            found.append(each)
            pending.extend(each.subclasses)
    return found


def bind_method(method: Value, receiver: Value) -> Value:
    """A class attribute as it is seen through an instance."""
    refs: list[Any] = []
    for ref in method.refs:
        kind = ref.__class__
        if kind is Closure or kind is Native:
            bound = kind is Closure or ref.name.startswith(_METHODS)  # type: ignore[union-attr]
            refs.append(Bound(ref, receiver) if bound else ref)
        elif kind is Wrapper:
            refs.extend(_unwrap(ref, receiver))  # type: ignore[arg-type]
        else:
            refs.append(ref)
    return Value(method.facts, tuple(refs), method.constants, method.open, method.form, method.mark)


def _unwrap(wrapper: Wrapper, receiver: Value) -> list[Any]:
    if wrapper.kind == "staticmethod":
        return list(wrapper.values[0].refs)
    if wrapper.kind == "classmethod":
        owners = [
            class_of(ref) or ref
            for ref in receiver.refs
            if class_of(ref) or isinstance(ref, ClassRef)
        ]
        owner = Value(refs=tuple(dict.fromkeys(owners)))
        return [Bound(ref, owner) for ref in wrapper.values[0].refs]
    return [wrapper]


def instantiate(
    m: Machine, a: Activation, klass: ClassRef, arguments: Arguments, site: int
) -> Value:
    """Call a class."""
    if klass.metaclass is not None:
        method = lookup(klass.metaclass, "__call__")
        if method is not None:
            return calls.dispatch(m, a, bind_method(method, reference(klass)), arguments, site)
    return make(m, a, klass, arguments, site)


def make(m: Machine, a: Activation, klass: ClassRef, arguments: Arguments, site: int) -> Value:
    """``type.__call__``: ``__new__`` and ``__init__``."""
    if "enum" in klass.traits:
        return enums.member(m, klass, arguments)
    creator = lookup(klass, "__new__")
    if creator is not None:
        made = calls.dispatch(m, a, _static(creator), arguments.after(reference(klass)), site)
    else:
        made = new(m, a, klass, site)
        if klass.native in TEXTUAL and arguments.positional:
            made = made.with_facts(arguments.positional[0].facts)
    initializer = lookup(klass, "__init__")
    for ref in made.refs:
        if class_of(ref) is None or klass not in class_of(ref).mro:  # type: ignore[union-attr]
            continue
        if initializer is not None:
            bound = bind_method(initializer, reference(ref))
            calls.dispatch(m, a, bound, arguments, site)
        elif isinstance(ref, Object):
            base = outside(klass) if klass.unknown_base else None
            if base is not None:
                m.edge(a, f"{base}.__init__")
            _fill_fields(m, a, ref, klass, arguments, site)
    return made


def _static(value: Value) -> Value:
    refs: list[Any] = []
    for ref in value.refs:
        refs.extend(ref.values[0].refs if isinstance(ref, Wrapper) else (ref,))
    return Value(refs=tuple(refs), open=value.open)


def new(m: Machine, a: Activation, klass: ClassRef, site: int) -> Value:
    """``object.__new__``: an instance without contents."""
    shape = klass.native if klass.native in _CONTAINERS else "instance"
    if klass.traits.get("namedtuple", False) is not False:
        shape = "tuple"
    made = m.allocate(shape, klass, a.module.index, site)
    if shape in _CONTAINERS:
        containers.fill(m, made, [], True)
    return reference(made)


def _fields(klass: ClassRef) -> list[tuple[str, Value | None]]:
    """The fields of a dataclass or named tuple, with defaults, in order."""
    names: dict[str, Value | None] = {}
    for each in reversed(klass.mro):
        if each.traits.get("namedtuple"):
            names.update(dict.fromkeys(each.traits["namedtuple"]))
        for name, annotation in each.annotations.items():
            if not annotation.startswith(("ClassVar", "typing.ClassVar")):
                names[name] = each.members.slots.get(name)
                if annotation.removeprefix("dataclasses.").startswith("InitVar"):
                    klass.traits.setdefault("init-only", set()).add(name)
    return list(names.items())


def _fill_fields(
    m: Machine, a: Activation, made: Object, klass: ClassRef, arguments: Arguments, site: int
) -> None:
    """What an inherited or generated ``__init__`` does with its arguments."""
    if is_exception(klass):
        set_exception(m, a, made, arguments, site)
        return
    if made.shape in ("list", "dict", "set") and arguments.values():
        iterables.construct(m, a, made, arguments, site)
        return
    if a.module.language == "c":  # a struct that this file declares
        for name, given in arguments.keywords.items():
            m.policy.field_store(m, a, reference(made), name, given, -site)
            m.journal.write(made.slots, name, given)
        return
    if not ({"dataclass", "namedtuple"} & klass.traits.keys()):
        return
    positional = list(arguments.positional)
    fields, extra = [], []
    for name, default in _fields(klass):
        value: Value | None
        factory = None if default is None else _factory(default)
        if factory is not None and factory.kind == "field-hidden":
            continue
        if positional:
            value = positional.pop(0)
        elif name in arguments.keywords:
            value = arguments.keywords[name]
        elif arguments.rest is not None or arguments.others is not None:
            value = join(arguments.rest or NOTHING, arguments.others or NOTHING)
        else:
            value = default
            if factory is not None:
                value = (
                    calls.dispatch(m, a, factory.values[0], Arguments([]), site)
                    if factory.kind == "field-factory"
                    else factory.values[0]
                )
        value = (UNKNOWN if value is None else value).step(
            a.module.index, site, f"passed to {klass.name}() as {name}"
        )
        if name in klass.traits.get("init-only", ()):
            extra.append(value)
            continue
        fields.append(value)
        m.policy.field_store(m, a, reference(made), name, value, site)
        m.journal.write(made.slots, name, value)
    if made.shape == "tuple":
        containers.fill(m, made, fields, True)
    calls.call_special(m, a, reference(made), "__post_init__", extra, site)


def _factory(default: Value) -> Wrapper | None:
    for ref in default.refs:
        if isinstance(ref, Wrapper) and ref.kind.startswith("field-"):
            return ref
    return None


def is_exception(klass: ClassRef) -> bool:
    """Whether the class is an exception as far as is known."""
    if not klass.native:
        return False
    kind = getattr(builtins, klass.native, None)
    return isinstance(kind, type) and issubclass(kind, BaseException)


def set_exception(m: Machine, a: Activation, made: Object, arguments: Arguments, site: int) -> None:
    """What ``BaseException.__init__`` keeps: ``args``, and ``value`` of `StopIteration`."""
    held = m.allocate("tuple", None, a.module.index, site)
    items = list(arguments.positional)
    if arguments.rest is not None:
        items.append(arguments.rest)
    containers.fill(m, held, items, arguments.rest is None)
    m.journal.write(made.slots, "args", reference(held))
    if items:
        m.journal.write(made.slots, "value", items[0])
        m.journal.write(made.slots, "code", items[0])
    if len(items) > 1 and isinstance(made.type, str) and made.type.endswith("ExceptionGroup"):
        m.journal.write(made.slots, "exceptions", items[1])


def catches(m: Machine, value: Value, wanted: Value) -> bool | None:
    """Whether ``except wanted`` takes the raised value: yes, no, or perhaps."""
    kinds: list[Any] = []
    for ref in wanted.refs:
        if isinstance(ref, Object) and ref.shape == "tuple":
            items, _ = containers.known_items(ref)
            for item in items:
                kinds.extend(item.refs)
        else:
            kinds.append(ref)
    answers = set()
    for ref in value.refs:
        answers.add(_catches_one(ref, kinds))
    if value.open or not value.refs:
        answers.add(None)
    return answers.pop() if len(answers) == 1 else None


def _catches_one(ref: Any, kinds: list[Any]) -> bool | None:
    klass = class_of(ref)
    name = klass.native if klass is not None else (ref.type if ref.__class__ is Object else None)
    thrown = getattr(builtins, name, None) if isinstance(name, str) else None
    unsure = klass is not None and klass.unknown_base
    if isinstance(name, str) and name.endswith("ExceptionGroup"):
        unsure = True  # ``except*`` takes what is in the group
    for kind in kinds:
        if isinstance(kind, ClassRef):
            if klass is not None and kind in klass.mro:
                return True
        elif isinstance(kind, Native):
            caught = getattr(builtins, kind.name, None)
            if isinstance(thrown, type) and isinstance(caught, type) and issubclass(thrown, caught):
                return True
            unsure |= thrown is None
        else:
            unsure = True
    return None if unsure or (klass is None and thrown is None) else False


__all__ = ["TRUE", "define", "instantiate", "lookup", "special"]
