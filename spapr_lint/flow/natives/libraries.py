"""``collections``, ``dataclasses``, ``copy``, ``contextlib``, ``types``: what they make."""

from __future__ import annotations

from typing import Any

from spapr_lint.flow import attributes, calls, classes, containers, enums, iterables
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine, touch
from spapr_lint.flow.natives import constructors, iteration, sequences
from spapr_lint.flow.natives.common import (
    Call,
    given,
    iterator,
    make,
    make_dict,
    native,
    text,
    whole,
)
from spapr_lint.flow.objects import Bound, ClassRef, Closure, Object, Wrapper
from spapr_lint.flow.values import (
    NONE,
    NOTHING,
    UNKNOWN,
    Value,
    constant,
    join,
    join_all,
    reference,
    truth,
)

# --- collections ----------------------------------------------------------------


def default_dict(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``collections.defaultdict(factory, …)``."""
    factory = g.positional[0] if g.positional else None
    extra = factory if factory is not None and factory.refs else None
    made = make_dict(m, a, site, None, extra)
    rest = Arguments(g.positional[1:], None, g.keywords, g.others)
    constructors.fill_dict(m, a, made, rest, site)
    return reference(made)


def counter(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``collections.Counter(iterable)``: keys of it, with numbers."""
    made = make_dict(m, a, site)
    for value in g.positional:
        for key in iterables.iterate(m, a, value, site)[0]:
            containers.store_item(m, a, made, key, UNKNOWN)
    return reference(made)


def chain_map(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``collections.ChainMap(*maps)``: what the first that has a key says."""
    made = make_dict(m, a, site)
    for value in reversed(g.positional):
        containers.update(m, a, made, value)
    if g.positional:
        made.slots["maps"] = make(m, a, "list", g.positional, site, g.rest is None)
        rest = Arguments(g.positional[1:], g.rest)
        made.slots["parents"] = chain_map(m, a, rest, site, data)
    return reference(made)


def deque(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``collections.deque(iterable)`` and ``queue.Queue()``."""
    made = constructors.sequence(m, a, Arguments(g.positional[:1]), site, "list")
    limit = g.get(1, "maxlen")
    target = made.refs[0]
    if limit is None or not isinstance(target, Object):
        return made
    longest, size = whole(limit), containers.length(target)
    if longest is not None and size is not None and size <= longest:
        target.extra = longest
    elif not (limit.exact() and limit.constants[0] is None):
        containers.blur(m, target)
    return made


def heap_push(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``heapq.heappush(heap, x)``, ``bisect.insort(list, x)``: somewhere among the others."""
    for ref in given(g, 0).refs:
        if isinstance(ref, Object):
            touch(a, ref)
            containers.append(m, ref, given(g, 1).step(a.module.index, site, ""))
            if len(containers.known_items(ref)[0]) > 1:
                containers.blur(m, ref)
    return NONE


def heap_pop(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``heapq.heappop(heap)`` (and, with ``data``, a push before): any of them."""
    if data:
        heap_push(m, a, g, site, None)
    result = NOTHING
    for ref in given(g, 0).refs:
        if isinstance(ref, Object):
            several = len(containers.known_items(ref)[0]) != 1
            found = sequences.pop(m, a, Arguments([]), site, ref)
            result = join(result, found)
            if several:
                containers.blur(m, ref)
    return UNKNOWN if result is NOTHING else result


def heapify(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``heapq.heapify(list)``, ``random.shuffle(list)``: in another order."""
    for ref in given(g, 0).refs:
        if isinstance(ref, Object) and len(containers.known_items(ref)[0]) > 1:
            touch(a, ref)
            containers.blur(m, ref)
    return NONE


def any_of(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``random.sample(items, n)``: a list of some of the items; or just one."""
    items = [v for each in g.positional for v in iterables.iterate(m, a, each, site)[0]]
    if data == "one":
        return containers.element_of(items)
    return make(m, a, "list", items, site, False)


def extremes(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``heapq.nlargest(n, items, key=)`` and ``nsmallest``; ``data``: whether the largest."""
    items, exact = iterables.iterate(m, a, given(g, 1, "iterable"), site)
    order = {"reverse": constant(data), **g.keywords}
    items, exact = iteration.ordered(m, a, items, exact, Arguments([], None, order), site)
    count = whole(given(g, 0, "n"))
    if count is None:
        return make(m, a, "list", items, site, False)
    return make(m, a, "list", items[: max(count, 0)] if exact else items, site, exact)


def named_tuple(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``collections.namedtuple(name, fields)`` and ``typing.NamedTuple(name, fields)``."""
    fields = given(g, 1, "field_names")
    written = text(fields)
    if written is not None:
        names = written.replace(",", " ").split()
    else:
        names = []
        for item in iterables.iterate(m, a, fields, site)[0]:
            if data == "typing":
                item = containers.get_item(m, a, item, constant(0), site)
            names.append(text(item) or "?")
    members = m.allocate("class", None, a.module.index, site)
    klass = ClassRef(a.module.index, -1 - site, text(given(g, 0)) or "?", members)
    klass.traits["namedtuple"] = tuple(names)
    defaults = g.keywords.get("defaults")
    if defaults is not None:
        items = iterables.iterate(m, a, defaults, site)[0]
        for name, item in zip(reversed(names), reversed(items), strict=False):
            klass.annotations[name] = ""
            members.slots[name] = item
        klass.annotations = dict.fromkeys(names, "")
    return reference(klass)


def enumeration(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``enum.Enum(name, names)``: names in a text or a row, or with values."""
    members = m.allocate("class", None, a.module.index, site)
    klass = ClassRef(a.module.index, -1 - site, text(given(g, 0)) or "?", members)
    klass.traits["enum"] = f"enum.{data}"
    names = given(g, 1, "names")
    written = text(names)
    for name in [] if written is None else written.replace(",", " ").split():
        members.slots[name] = UNKNOWN
    for key, value in containers.pairs(m, names):
        word = text(key)
        if word is not None:
            members.slots[word] = value
    if not members.slots:
        for item in iterables.iterate(m, a, names, site)[0]:
            word = text(item) or text(containers.get_item(m, a, item, constant(0), site))
            value = containers.get_item(m, a, item, constant(1), site) if item.refs else UNKNOWN
            members.slots[word or "?"] = value
    enums.enumerated(m, a, klass, site)
    return reference(klass)


def made_dataclass(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``dataclasses.make_dataclass(name, fields)``."""
    members = m.allocate("class", None, a.module.index, site)
    klass = ClassRef(a.module.index, -1 - site, text(given(g, 0)) or "?", members)
    klass.traits["dataclass"] = True
    for item in iterables.iterate(m, a, given(g, 1, "fields"), site)[0]:
        name = text(item)
        if name is None:
            parts = iterables.iterate(m, a, item, site)[0]
            name = text(parts[0]) if parts else None
            if name is not None and len(parts) > 2:
                members.slots[name] = parts[2]
        if name is not None:
            klass.annotations[name] = ""
    _plain_defaults(m, klass)
    return reference(klass)


# --- dataclasses ----------------------------------------------------------------


def dataclass(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``@dataclass`` and ``@dataclass(…)``."""
    if not g.positional:
        return native("dataclass", dataclass)
    for ref in g.positional[0].refs:
        if isinstance(ref, ClassRef):
            ref.traits["dataclass"] = True
            _plain_defaults(m, ref)
    return g.positional[0]


def _plain_defaults(m: Machine, klass: ClassRef) -> None:
    """``x: int = field(default=v)`` leaves ``v`` as attribute of the class."""
    for name, value in list(klass.members.slots.items()):
        for ref in value.refs:
            if isinstance(ref, Wrapper) and ref.kind == "field-default":
                m.journal.write(klass.members.slots, name, ref.values[0])


def field(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``dataclasses.field(…)``."""
    init = g.keywords.get("init")
    if init is not None and truth(init) is False:
        default = g.keywords.get("default")
        return reference(Wrapper("field-hidden", () if default is None else (default,)))
    for kind, name in (("field-factory", "default_factory"), ("field-default", "default")):
        if name in g.keywords:
            return reference(Wrapper(kind, (g.keywords[name],)))
    return reference(Wrapper("field-default", (UNKNOWN,)))


def replaced(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``dataclasses.replace(object, **changes)``."""
    result = NOTHING
    for ref in given(g, 0).refs:
        klass = classes.class_of(ref)
        if not isinstance(ref, Object) or klass is None:
            continue
        given_ = {
            name: ref.slots.get(name, UNKNOWN)
            for name, default in classes._fields(klass)
            if not _hidden(default)
        }
        arguments = Arguments([], None, {**given_, **g.keywords})
        result = join(result, classes.instantiate(m, a, klass, arguments, site))
    return UNKNOWN if result is NOTHING else result


def _hidden(default: Value | None) -> bool:
    refs = () if default is None else default.refs
    return any(isinstance(ref, Wrapper) and ref.kind == "field-hidden" for ref in refs)


def as_fields(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``dataclasses.asdict`` and ``astuple``; ``data`` is the shape."""
    result = NOTHING
    for ref in given(g, 0).refs:
        if isinstance(ref, Object):
            result = join(result, _spread(m, a, ref, data, site, 4))
    return UNKNOWN if result is NOTHING else result


def _spread(m: Machine, a: Activation, ref: Object, shape: str, site: int, depth: int) -> Value:
    klass = classes.class_of(ref)
    names = [] if klass is None else [name for name, _ in classes._fields(klass)]
    values = []
    for name in names:
        value = ref.slots.get(name, UNKNOWN)
        inner = [r for r in value.refs if isinstance(r, Object) and classes.class_of(r)]
        if depth and inner and len(inner) == len(value.refs):
            value = join_all([_spread(m, a, r, shape, site, depth - 1) for r in inner])
        values.append(value)
    if shape == "tuple":
        return make(m, a, "tuple", values, site)
    made = make_dict(m, a, site)
    for name, value in zip(names, values, strict=True):
        containers.store_item(m, a, made, constant(name), value)
    return reference(made)


def fields_of(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``dataclasses.fields(x)``: things with a name."""
    ref = given(g, 0).refs[0] if len(given(g, 0).refs) == 1 else None
    klass = ref if isinstance(ref, ClassRef) else classes.class_of(ref)
    if klass is None:
        return m.opaque(a, site)
    found = []
    for name, _ in classes._fields(klass):
        made = m.allocate("instance", None, a.module.index, site)
        m.journal.write(made.slots, "name", constant(name))
        found.append(reference(made))
    return make(m, a, "tuple", found, site)


# --- copy, contextlib, types -------------------------------------------------------


def shallow(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``copy.copy(x)``."""
    return _copied(m, a, given(g, 0), "__copy__", 0, site)


def deep(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``copy.deepcopy(x)``."""
    return _copied(m, a, given(g, 0), "__deepcopy__", 12, site, {})


def _copied(
    m: Machine,
    a: Activation,
    value: Value,
    hook: str,
    depth: int,
    site: int,
    known: dict[Object, Value] | None = None,
) -> Value:
    refs: list[Any] = []
    result = NOTHING
    for ref in value.refs:
        if not isinstance(ref, Object) or ref.shape in ("symbol", "opaque"):
            refs.append(ref)
            continue
        memo = [] if hook == "__copy__" else [UNKNOWN]
        own = calls.call_special(m, a, reference(ref), hook, memo, site)
        if own is not None:
            result = join(result, own)
            continue
        if known is not None and ref in known:
            result = join(result, known[ref])
            continue
        made = sequences.copy(m, a, Arguments([]), site, ref)
        if known is not None:
            known[ref] = made
        fresh = made.refs[0]
        if depth and isinstance(fresh, Object):
            for key, item in fresh.slots.items():
                if item.refs:
                    fresh.slots[key] = _copied(m, a, item, hook, depth - 1, site, known)
        result = join(result, made)
    rest = Value(value.facts, tuple(refs), value.constants, value.open, value.form)
    return rest if result is NOTHING else join(rest, result)


def context_manager(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``@contextlib.contextmanager``: calls of the function give managers."""
    return native("contextmanager", _manager, given(g, 0))


def _manager(m: Machine, a: Activation, g: Arguments, site: int, data: Value) -> Value:
    generator = calls.dispatch(m, a, data, g, site)
    return reference(m.allocate("manager", None, a.module.index, site, generator))


def given_manager(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``contextlib.nullcontext(x)``, ``closing(x)``: entering gives ``x``."""
    item = given(g, 0) if g.positional else NONE
    inner = iterator(m, a, [item], True, site)
    return reference(m.allocate("manager", None, a.module.index, site, inner))


def suppress(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``contextlib.suppress(*exceptions)``."""
    kinds = make(m, a, "tuple", g.positional, site, g.rest is None)
    return reference(m.allocate("suppress", None, a.module.index, site, kinds))


def simple_namespace(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``types.SimpleNamespace(**fields)``."""
    made = m.allocate("instance", None, a.module.index, site)
    for name, value in g.keywords.items():
        made.slots[name] = value.step(a.module.index, site, "")
    if g.others is not None:
        made.slots["*"] = g.others
    for source in g.positional:
        for key, value in containers.pairs(m, source):
            word = text(key)
            if word is not None:
                made.slots[word] = value
    return reference(made)


def method_type(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``types.MethodType(function, receiver)``."""
    refs = [Bound(ref, given(g, 1)) for ref in given(g, 0).refs if isinstance(ref, Closure)]
    return Value(refs=tuple(refs)) if refs else UNKNOWN


def weak(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``weakref.ref(x)``: calling it gives ``x``."""
    return native("weakref", lambda m, a, g, site, held: held, given(g, 0))


def member_of(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``inspect.getattr_static`` and its like."""
    name = text(given(g, 1))
    return UNKNOWN if name is None else attributes.get(m, a, given(g, 0), name, site)


TABLE: dict[str, tuple[Call, Any]] = {
    "collections.defaultdict": (default_dict, None),
    "collections.OrderedDict": (constructors.dict_, None),
    "collections.UserDict": (constructors.dict_, None),
    "collections.UserList": (constructors.sequence, "list"),
    "collections.Counter": (counter, None),
    "collections.ChainMap": (chain_map, None),
    "collections.deque": (deque, None),
    "collections.namedtuple": (named_tuple, None),
    "typing.NamedTuple": (named_tuple, "typing"),
    **dict.fromkeys(
        ("heapq.heappush", "bisect.insort", "bisect.insort_left", "bisect.insort_right"),
        (heap_push, None),
    ),
    "heapq.heappop": (heap_pop, False),
    "heapq.heappushpop": (heap_pop, True),
    "heapq.heapreplace": (heap_pop, True),
    "heapq.heapify": (heapify, None),
    "random.shuffle": (heapify, None),
    "random.choice": (any_of, "one"),
    "random.choices": (any_of, "first"),
    "random.sample": (any_of, "first"),
    "heapq.nlargest": (extremes, True),
    "heapq.nsmallest": (extremes, False),
    "heapq.merge": (any_of, "first"),
    "dataclasses.dataclass": (dataclass, None),
    "dataclasses.field": (field, None),
    "dataclasses.make_dataclass": (made_dataclass, None),
    "types.MappingProxyType": (lambda m, a, g, site, data: given(g, 0), None),
    **{f"enum.{name}": (enumeration, name) for name in ("Enum", "IntEnum", "StrEnum", "Flag")},
    "weakref.WeakMethod": (weak, None),
    "dataclasses.replace": (replaced, None),
    "dataclasses.fields": (fields_of, None),
    "copy.replace": (replaced, None),
    "dataclasses.asdict": (as_fields, "dict"),
    "dataclasses.astuple": (as_fields, "tuple"),
    "copy.copy": (shallow, None),
    "copy.deepcopy": (deep, None),
    "contextlib.contextmanager": (context_manager, None),
    "contextlib.asynccontextmanager": (context_manager, None),
    "contextlib.suppress": (suppress, None),
    "contextlib.closing": (given_manager, None),
    "contextlib.nullcontext": (given_manager, None),
    "types.SimpleNamespace": (simple_namespace, None),
    "argparse.Namespace": (simple_namespace, None),
    "os.fspath": (lambda m, a, g, site, data: given(g, 0), None),
    "types.MethodType": (method_type, None),
    "weakref.ref": (weak, None),
    "weakref.proxy": (lambda m, a, g, site, data: given(g, 0), None),
    "inspect.getattr_static": (member_of, None),
}
