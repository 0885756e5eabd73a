"""``itertools``, ``collections``, ``dataclasses``, ``copy``, ``contextlib``, ``types``: what they make."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from spapr_lint.flow import attributes, calls, classes, containers, streams
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.natives import constructors, iteration, sequences
from spapr_lint.flow.natives.common import (
    Call,
    each,
    given,
    iterator,
    make,
    make_dict,
    native,
    text,
    whole,
)
from spapr_lint.flow.objects import ANY, Bound, ClassRef, Closure, Object, Wrapper
from spapr_lint.flow.streams import Later, Stream
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


# --- itertools -----------------------------------------------------------------


def chain(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.chain(*iterables)``."""
    sources = g.positional if g.rest is None else [*g.positional, g.rest]
    return _chained(m, a, sources, g.rest is None, site)


def chain_from(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.chain.from_iterable(iterables)``."""
    sources, exact = containers.iterate(m, a, given(g, 0), site)
    return _chained(m, a, sources, exact, site)


def _chained(m: Machine, a: Activation, sources: list[Value], exact: bool, site: int) -> Value:
    def compute(m: Machine, a: Activation) -> Stream:
        items: list[Value] = []
        certain = exact
        for source in sources:
            more, known = containers.iterate(m, a, source, site)
            items.extend(more)
            certain = certain and known
        return Stream(items, certain)

    return streams.make(m, a, Later(compute), site)


def islice(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.islice(iterable, stop)`` and ``(iterable, start, stop, step)``."""
    bounds = [None if b.exact() and b.constants[0] is None else whole(b) for b in g.positional[1:4]]
    exact = all(
        bound is not None or (given.exact() and given.constants[0] is None)
        for bound, given in zip(bounds, g.positional[1:4], strict=False)
    )
    where = slice(*bounds) if bounds else slice(None)
    value = given_iterator(m, a, given(g, 0), site)
    last = where.stop
    if exact and isinstance(last, int) and last <= 64 and value is not None:
        items = []
        for _ in range(last):
            item, certain = streams.step(m, a, value)
            if certain is None:
                return iterator(m, a, [item], False, site)
            if certain is False:
                break
            items.append(item)
        return iterator(m, a, items[where], True, site)
    items, known = containers.iterate(m, a, given(g, 0), site)
    return iterator(m, a, items[where] if exact and known else items, exact and known, site)


def given_iterator(m: Machine, a: Activation, value: Value, site: int) -> Object | None:
    """The one iterator or generator that the value is."""
    if len(value.refs) == 1 and not value.open and isinstance(value.refs[0], Object):
        ref = value.refs[0]
        return ref if ref.shape in ("iterator", "generator") else None
    return None


def endless(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.repeat``, ``cycle`` and ``count``; ``data`` is which."""
    if data == "repeat":
        times = g.get(1, "times")
        item = given(g, 0)
        if times is not None:
            number = whole(times)
            exact = number is not None and number <= 64
            return iterator(m, a, [item] * (number or 0) if exact else [item], exact, site)
        return streams.make(m, a, Stream([item], True, True), site)
    if data == "cycle":
        items, exact = containers.iterate(m, a, given(g, 0), site)
        return streams.make(m, a, Stream(items, exact and bool(items), True), site)
    start = g.get(0, "start") or constant(0)
    element = m.policy.members(m, a, start, UNKNOWN, site)
    return streams.make(m, a, Stream([element], True, True), site)


def product(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.product``, ``permutations`` and ``combinations``; ``data`` is which."""
    if data == "product":
        parts = [containers.iterate(m, a, value, site) for value in g.positional]
        times = whole(g.keywords["repeat"]) if "repeat" in g.keywords else 1
        parts = parts * (times or 1)
        exact = all(known for _, known in parts) and times is not None
        size = 1
        for items, _ in parts:
            size *= max(1, len(items))
        if size <= 128:
            rows: Any = list(itertools.product(*[items for items, _ in parts]))
            return _rows(m, a, rows, exact, site)
        row = [join_all(items) for items, _ in parts]
        return _rows(m, a, [row], False, site)
    items, exact = containers.iterate(m, a, given(g, 0), site)
    count = whole(g.positional[1]) if len(g.positional) > 1 else len(items)
    makers: dict[str, Callable[..., Any]] = {
        "permutations": itertools.permutations,
        "combinations": itertools.combinations,
        "combinations_with_replacement": itertools.combinations_with_replacement,
        "pairwise": lambda them, _: itertools.pairwise(them),
    }
    if data == "pairwise":
        count = 2
    if exact and count is not None and len(items) <= 5:
        return _rows(m, a, list(makers[data](items, count)), True, site)
    return _rows(m, a, [[join_all(items)] * min(count or 2, 8)], False, site)


def _rows(m: Machine, a: Activation, rows: Any, exact: bool, site: int) -> Value:
    return iterator(m, a, [make(m, a, "tuple", list(row), site) for row in rows], exact, site)


def starmap(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.starmap(function, rows)``."""
    rows, exact = containers.iterate(m, a, given(g, 1), site)
    function = given(g, 0)

    def compute(m: Machine, a: Activation) -> Stream:
        table = [containers.iterate(m, a, row, site)[0] for row in rows]
        return Stream(each(m, a, function, table, exact, site), exact)

    return streams.make(m, a, Later(compute), site)


def accumulate(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.accumulate(iterable, function)``."""
    items, exact = containers.iterate(m, a, given(g, 0), site)
    function = g.get(1, "func") or native("add", _add)
    initial = g.keywords.get("initial")
    if initial is not None:
        items = [initial, *items]
    found: list[Value] = []
    for item in items:
        found.append(
            calls.dispatch(m, a, function, Arguments([found[-1], item]), site) if found else item
        )
    return iterator(m, a, found, exact, site)


def _add(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    from spapr_lint.flow import arithmetic

    return arithmetic.binary(m, a, "+", given(g, 0), given(g, 1), site)


def zip_longest(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.zip_longest(*iterables, fillvalue=)``."""
    found = [iteration.stream(m, a, value, site) for value in g.positional]
    fill = g.keywords.get("fillvalue", NONE)
    table, exact = iteration.rows(found, True, fill)
    if not exact:
        table = [[join(item, fill) for item in row] for row in table]
    return _rows(m, a, table, exact, site)


def tee(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.tee(iterable, n)``."""
    items, exact = containers.iterate(m, a, given(g, 0), site)
    count = whole(g.positional[1]) if len(g.positional) > 1 else 2
    copies = [iterator(m, a, items, exact, site) for _ in range(min(count or 2, 16))]
    return make(m, a, "tuple", copies, site, count is not None)


def while_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.takewhile`` and ``dropwhile``; ``data``: whether to take."""
    items, exact = containers.iterate(m, a, given(g, 1), site)
    answers = []
    for place, item in enumerate(items):
        answer = each(m, a, given(g, 0), [[item]], exact, site)[0]
        known = truth(answer) if answer is not NOTHING else None
        answers.append(known)
        if known is None or not exact:
            return iterator(m, a, items, False, site)
        if known is False:
            return iterator(m, a, items[:place] if data else items[place:], True, site)
    return iterator(m, a, items if data else [], exact, site)


def group_by(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.groupby(iterable, key)``."""
    items, exact = containers.iterate(m, a, given(g, 0), site)
    key = g.get(1, "key")
    element = containers.element_of(items)
    name = element
    if key is not None and not key.exact():
        name = join_all(each(m, a, key, [[item] for item in items], exact, site))
    group = iterator(m, a, items, False, site)
    return iterator(m, a, [make(m, a, "tuple", [name, group], site)], False, site)


def compress(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``itertools.compress(data, selectors)``."""
    items, exact = containers.iterate(m, a, given(g, 0), site)
    chosen, known = containers.iterate(m, a, given(g, 1), site)
    answers = [truth(item) for item in chosen]
    if exact and known and None not in answers:
        kept = [item for item, answer in zip(items, answers, strict=False) if answer]
        return iterator(m, a, kept, True, site)
    return iterator(m, a, items, False, site)


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
        for key in containers.iterate(m, a, value, site)[0]:
            containers.store_item(m, a, made, key, UNKNOWN)
    return reference(made)


def chain_map(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``collections.ChainMap(*maps)``: what the first that has a key says."""
    made = make_dict(m, a, site)
    for value in reversed(g.positional):
        containers.update(m, a, made, value)
    return reference(made)


def deque(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``collections.deque(iterable)`` and ``queue.Queue()``."""
    made = constructors.sequence(m, a, Arguments(g.positional[:1]), site, "list")
    limit = g.get(1, "maxlen")
    if limit is not None and not (limit.exact() and limit.constants[0] is None):
        containers.blur(m, made.refs[0])  # type: ignore[arg-type]
    return made


def named_tuple(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``collections.namedtuple(name, fields)`` and ``typing.NamedTuple(name, fields)``."""
    fields = given(g, 1, "field_names")
    written = text(fields)
    if written is not None:
        names = written.replace(",", " ").split()
    else:
        names = []
        for item in containers.iterate(m, a, fields, site)[0]:
            if data == "typing":
                item = containers.get_item(m, a, item, constant(0), site)
            names.append(text(item) or "?")
    members = m.allocate("class", None, a.module.index, site)
    klass = ClassRef(a.module.index, -1 - site, text(given(g, 0)) or "?", members)
    klass.traits["namedtuple"] = tuple(names)
    defaults = g.keywords.get("defaults")
    if defaults is not None:
        items = containers.iterate(m, a, defaults, site)[0]
        for name, item in zip(reversed(names), reversed(items), strict=False):
            klass.annotations[name] = ""
            members.slots[name] = item
        klass.annotations = {name: "" for name in names}
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
            name = text(key)
            if name is not None:
                made.slots[name] = value
    return reference(made)


def method_type(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``types.MethodType(function, receiver)``."""
    refs = [Bound(ref, given(g, 1)) for ref in given(g, 0).refs if isinstance(ref, Closure)]
    return Value(refs=tuple(refs)) if refs else UNKNOWN


def weak(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``weakref.ref(x)``: calling it gives ``x``."""
    return native("weakref", lambda m, a, g, site, held: held, given(g, 0))


def held_in(m: Machine, value: Value) -> Value:
    """What an opaque container was given."""
    return join_all([ref.slots[ANY] for ref in value.refs if isinstance(ref, Object) and ANY in ref.slots])


def member_of(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``inspect.getattr_static`` and its like."""
    name = text(given(g, 1))
    return UNKNOWN if name is None else attributes.get(m, a, given(g, 0), name, site)


TABLE: dict[str, tuple[Call, Any]] = {
    "itertools.chain": (chain, None),
    "itertools.chain.from_iterable": (chain_from, None),
    "itertools.islice": (islice, None),
    "itertools.repeat": (endless, "repeat"),
    "itertools.cycle": (endless, "cycle"),
    "itertools.count": (endless, "count"),
    **{
        f"itertools.{name}": (product, name)
        for name in (
            "product permutations combinations combinations_with_replacement pairwise".split()
        )
    },
    "itertools.starmap": (starmap, None),
    "itertools.accumulate": (accumulate, None),
    "itertools.zip_longest": (zip_longest, None),
    "itertools.tee": (tee, None),
    "itertools.takewhile": (while_, True),
    "itertools.dropwhile": (while_, False),
    "itertools.filterfalse": (iteration.filter_, False),
    "itertools.groupby": (group_by, None),
    "itertools.compress": (compress, None),
    "collections.defaultdict": (default_dict, None),
    "collections.OrderedDict": (constructors.dict_, None),
    "collections.UserDict": (constructors.dict_, None),
    "collections.UserList": (constructors.sequence, "list"),
    "collections.Counter": (counter, None),
    "collections.ChainMap": (chain_map, None),
    "collections.deque": (deque, None),
    "collections.namedtuple": (named_tuple, None),
    "typing.NamedTuple": (named_tuple, "typing"),
    "dataclasses.dataclass": (dataclass, None),
    "dataclasses.field": (field, None),
    "dataclasses.replace": (replaced, None),
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
    "types.MethodType": (method_type, None),
    "weakref.ref": (weak, None),
    "weakref.proxy": (lambda m, a, g, site, data: given(g, 0), None),
    "inspect.getattr_static": (member_of, None),
}
