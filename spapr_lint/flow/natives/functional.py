"""``functools`` and ``operator``: partials, caches, dispatch by type, getters."""

from __future__ import annotations

from typing import Any

from spapr_lint.flow import arithmetic, attributes, calls, classes, containers
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.natives import iteration, reflection
from spapr_lint.flow.natives.common import Call, given, make, make_dict, native, text
from spapr_lint.flow.objects import ClassRef, Closure, Native, Object, Wrapper
from spapr_lint.flow.values import (
    NOTHING,
    UNKNOWN,
    Value,
    constant,
    join,
    reference,
    truth,
)

PARTIAL = "functools.partial"
METHOD = "functools.partialmethod"
DISPATCH = "functools.singledispatch"
_SYMBOLS = {
    "add": "+",
    "iadd": "+",
    "concat": "+",
    "sub": "-",
    "mul": "*",
    "truediv": "/",
    "floordiv": "//",
    "mod": "%",
    "lshift": "<<",
    "rshift": ">>",
    "and_": "&",
    "or_": "|",
    "xor": "^",
    "pow": "**",
    "matmul": "@",
}
_TESTS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "is_": "is"}


def partial(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``functools.partial(function, …)``; ``data`` is its name."""
    rest = Arguments(list(g.positional[1:]), g.rest, dict(g.keywords), g.others)
    return native(data, _call_partial, (given(g, 0), rest))


def _call_partial(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    function, held = data
    return calls.dispatch(m, a, function, joined(held, g), site)


def joined(held: Arguments, g: Arguments) -> Arguments:
    """The held arguments, then those of the call."""
    rest = held.rest
    positional = [*held.positional, *g.positional]
    if rest is not None:
        for value in g.positional:
            rest = join(rest, value)
        positional = list(held.positional)
    if g.rest is not None:
        rest = g.rest if rest is None else join(rest, g.rest)
    others = held.others if g.others is None else join(held.others or NOTHING, g.others)
    return Arguments(positional, rest, {**held.keywords, **g.keywords}, others)


def partial_method(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``functools.partialmethod(function, …)``; it is bound as functions are."""
    rest = Arguments(list(g.positional[1:]), g.rest, dict(g.keywords), g.others)
    return native(METHOD, _call_method, (given(g, 0), rest))


def _call_method(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    function, held = data
    receiver = given(g, 0)
    rest = Arguments(g.positional[1:], g.rest, g.keywords, g.others)
    bound = classes.bind_method(function, receiver)
    return calls.dispatch(m, a, bound, joined(held, rest), site)


def _identity(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    return given(g, 0)


def wraps(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``functools.wraps(wrapped)``: a decorator that keeps the wrapper."""
    return native("functools.wraps", _wrapped, given(g, 0, "wrapped"))


def _wrapped(m: Machine, a: Activation, g: Arguments, site: int, data: Value) -> Value:
    wrapper = given(g, 0)
    for ref in wrapper.refs:
        if isinstance(ref, Closure):
            slots = ref.namespace.slots
            for inner in data.refs:
                if isinstance(inner, Closure):
                    for key, value in inner.namespace.slots.items():
                        m.journal.write(slots, key, value)
                    m.journal.write(slots, "__name__", constant(inner.function.name))
            m.journal.write(slots, "__wrapped__", data)
    return wrapper


def update_wrapper(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``functools.update_wrapper(wrapper, wrapped)``."""
    return _wrapped(m, a, Arguments([given(g, 0)]), site, given(g, 1, "wrapped"))


def decorator(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """A decorator, with or without options, that keeps what it decorates."""
    if len(g.positional) == 1 and g.positional[0].refs and not g.keywords:
        return g.positional[0]
    return native("decorator", _identity)


def cached_property(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``functools.cached_property``."""
    return reference(Wrapper("cached", (given(g, 0),)))


def single_dispatch(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``functools.singledispatch``: a table of functions by the class of the first argument."""
    registry = m.allocate("registry", None, a.module.index, site, data)
    registry.slots["default"] = given(g, 0)
    return native(DISPATCH if data == 0 else METHOD + "dispatch", _dispatch, registry)


def _dispatch(m: Machine, a: Activation, g: Arguments, site: int, data: Object) -> Value:
    place: int = data.extra
    subject = given(g, place)
    chosen = NOTHING
    unsure = False
    rest = g
    if place and g.positional:
        rest = Arguments(g.positional[1:], g.rest, g.keywords, g.others)
    for kind, function in _registered(m, data):
        known = reflection.is_instance(m, subject, kind)
        if known is not False:
            chosen = function if known else join(chosen, function)
            unsure = known is None
            if known:
                break
    if chosen is NOTHING or unsure:
        chosen = join(chosen, data.slots["default"])
    if place:
        chosen = classes.bind_method(chosen, given(g, 0))
    return calls.dispatch(m, a, chosen, rest, site)


def _registered(m: Machine, registry: Object) -> list[tuple[Value, Value]]:
    """Classes and functions, subclasses before their bases, the last registered first."""
    found: list[tuple[Value, Value]] = []
    for key, value in reversed(list(registry.slots.items())):
        if key.__class__ is tuple and key[0] == "kind":
            found.append((key[1], value))

    def depth(entry: tuple[Value, Value]) -> int:
        for ref in entry[0].refs:
            if isinstance(ref, ClassRef):
                return -len(ref.mro)
            if isinstance(ref, Native):
                return 1 if ref.name == "object" else -1 if ref.name == "bool" else 0
        return 0

    return sorted(found, key=depth)


def _register(m: Machine, a: Activation, g: Arguments, site: int, data: Object) -> Value:
    if len(g.positional) > 1:
        m.journal.write(data.slots, ("kind", g.positional[0]), g.positional[1])
        return g.positional[1]
    value = given(g, 0)
    closures = [ref for ref in value.refs if isinstance(ref, Closure)]
    if closures:
        kind = _annotated(m, a, closures[0], data.extra)
        m.journal.write(data.slots, ("kind", kind), value)
        return value
    return native(
        "register",
        lambda m, a, g, site, held: _register(m, a, Arguments([held, given(g, 0)]), site, data),
        value,
    )


def _annotated(m: Machine, a: Activation, closure: Closure, place: int) -> Value:
    """The class that annotates the parameter that is dispatched on."""
    parameters = closure.function.parameters
    if place >= len(parameters) or parameters[place].annotation is None:
        return UNKNOWN
    name = parameters[place].annotation or ""
    value = a.module.namespace.slots.get(name)
    if value is None:
        value = a.env.get(name, m.tables.builtins.get(name))
    return UNKNOWN if value is None else value


def item_getter(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``operator.itemgetter(*keys)``."""
    return native("itemgetter", _get_items, tuple(g.positional))


def _get_items(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    found = [containers.get_item(m, a, given(g, 0), key, site) for key in data]
    return found[0] if len(found) == 1 else make(m, a, "tuple", found, site)


def attribute_getter(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``operator.attrgetter(*names)``."""
    return native("attrgetter", _get_attributes, tuple(g.positional))


def _get_attributes(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    found = []
    for each in data:
        value = given(g, 0)
        name = text(each)
        for part in (name or "").split("."):
            value = attributes.get(m, a, value, part, site) if part else UNKNOWN
        found.append(value)
    return found[0] if len(found) == 1 else make(m, a, "tuple", found, site)


def method_caller(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``operator.methodcaller(name, …)``."""
    rest = Arguments(g.positional[1:], g.rest, g.keywords, g.others)
    return native("methodcaller", _call_named, (text(given(g, 0)), rest))


def _call_named(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    name, rest = data
    if name is None:
        return m.opaque(a, site)
    method = attributes.get(m, a, given(g, 0), name, site)
    return calls.dispatch(m, a, method, rest, site)


def binary(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``operator.add`` and its like; ``data`` is how the operator is spelled."""
    left, right = given(g, 0), given(g, 1)
    return arithmetic.binary(m, a, data, left, right, site)


def compare(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``operator.eq`` and its like."""
    return arithmetic.compare(m, a, data, given(g, 0), given(g, 1), site)


def get_item(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``operator.getitem``."""
    return containers.get_item(m, a, given(g, 0), given(g, 1), site)


def set_item(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``operator.setitem``."""
    for ref in given(g, 0).refs:
        if isinstance(ref, Object):
            containers.store_item(m, a, ref, given(g, 1), given(g, 2))
    return constant(None)


def contains(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``operator.contains``."""
    return arithmetic.compare(m, a, "in", given(g, 1), given(g, 0), site)


def call(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """A call of the first argument with the others: ``operator.call``, ``atexit.register``."""
    rest = Arguments(g.positional[1:], g.rest, g.keywords, g.others)
    return calls.dispatch(m, a, given(g, 0), rest, site)


def negation(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``operator.not_``, ``operator.neg`` and their like."""
    if data in ("not", "truth"):
        known = truth(given(g, 0))
        if known is None:
            return Value(constants=(True, False))
        return constant(known if data == "truth" else not known)
    return arithmetic.unary(m, a, data, given(g, 0), site)


def compared_by(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``functools.cmp_to_key``: the keys are not known, the function is called."""
    return native("cmp_to_key", lambda m, a, g, site, held: UNKNOWN, given(g, 0))


def member(m: Machine, a: Activation, ref: Native, name: str) -> Value | None:
    """An attribute of a partial or of a dispatching function."""
    if ref.name in (PARTIAL, METHOD) and isinstance(ref.data, tuple):
        function, held = ref.data
        if name == "func":
            return function  # type: ignore[no-any-return]
        if name == "args":
            return make(m, a, "tuple", held.positional, 0)
        if name == "keywords":
            made = make_dict(m, a, 0)
            for key, value in held.keywords.items():
                containers.store_item(m, a, made, constant(key), value)
            return reference(made)
    if isinstance(ref.data, Object) and ref.data.shape == "registry":
        if name == "register":
            return native("singledispatch.register", _register, ref.data)
        if name == "dispatch":
            return native("singledispatch.dispatch", reflection.unknown, ref.data)
    return None


TABLE: dict[str, tuple[Call, Any]] = {
    PARTIAL: (partial, PARTIAL),
    METHOD: (partial_method, None),
    "functools.wraps": (wraps, None),
    "functools.update_wrapper": (update_wrapper, None),
    "functools.lru_cache": (decorator, None),
    "functools.cache": (decorator, None),
    "functools.total_ordering": (decorator, None),
    "functools.cached_property": (cached_property, None),
    "functools.singledispatch": (single_dispatch, 0),
    "functools.singledispatchmethod": (single_dispatch, 1),
    "functools.reduce": (iteration.reduce_, None),
    "functools.cmp_to_key": (compared_by, None),
    "operator.itemgetter": (item_getter, None),
    "operator.attrgetter": (attribute_getter, None),
    "operator.methodcaller": (method_caller, None),
    "operator.getitem": (get_item, None),
    "operator.setitem": (set_item, None),
    "operator.contains": (contains, None),
    "operator.call": (call, None),
    "operator.index": (_identity, None),
    "operator.not_": (negation, "not"),
    "operator.truth": (negation, "truth"),
    "operator.neg": (negation, "-"),
    "operator.pos": (negation, "+"),
    "operator.invert": (negation, "~"),
    **{f"operator.{name}": (binary, sign) for name, sign in _SYMBOLS.items()},
    **{f"operator.{name}": (compare, sign) for name, sign in _TESTS.items()},
}
IDENTITY: Call = _identity
