"""What the classes of ``collections.abc`` add to the few methods that a subclass writes."""

from __future__ import annotations

from spapr_lint.flow import calls, classes, containers, iterables
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine, Unreachable
from spapr_lint.flow.natives.common import Call, given, make, native
from spapr_lint.flow.objects import Object
from spapr_lint.flow.values import NONE, UNKNOWN, Value, constant, join, reference


def method(m: Machine, ref: Object, name: str) -> Value | None:
    """A method that an abstract base class gives an object, None if there is none."""
    call = METHODS.get(name)
    klass = None if call is None else classes.class_of(ref)
    if call is None or klass is None:
        return None
    base = next((each.traits["abstract"] for each in klass.mro if "abstract" in each.traits), None)
    return None if base is None else native(f"{base}.{name}", call, ref)


def _special(
    m: Machine, a: Activation, ref: Object, name: str, values: list[Value], site: int
) -> Value:
    found = calls.call_special(m, a, reference(ref), name, values, site)
    return UNKNOWN if found is None else found


def _item(m: Machine, a: Activation, ref: Object, key: Value, site: int) -> Value:
    """``ref[key]``, something unknown where that raises."""
    try:
        return _special(m, a, ref, "__getitem__", [key], site)
    except Unreachable:
        return UNKNOWN


def _or_default(value: Value, default: Value | None) -> Value:
    """What an item is, or the default where nothing is known of the item."""
    known = value.refs or value.constants or value.facts
    return value if known else join(value, NONE if default is None else default)


def _keys(m: Machine, a: Activation, ref: Object, site: int) -> tuple[list[Value], bool]:
    return iterables.iterate(m, a, reference(ref), site)


def _get(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return _or_default(_item(m, a, ref, given(g, 0, "key"), site), g.get(1, "default"))


def _pop(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    key = given(g, 0, "key") if g.values() else constant(-1)
    value = _item(m, a, ref, key, site)
    _special(m, a, ref, "__delitem__", [key], site)
    return _or_default(value, g.get(1, "default")) if len(g.values()) > 1 else value


def _set_default(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    value = _item(m, a, ref, given(g, 0, "key"), site)
    default = g.get(1, "default") or NONE
    if not (value.refs or value.constants or value.facts):
        _special(m, a, ref, "__setitem__", [given(g, 0, "key"), default], site)
    return _or_default(value, default)


def _list_keys(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    keys, exact = _keys(m, a, ref, site)
    return make(m, a, "list", keys, site, exact)


def _values(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    keys, exact = _keys(m, a, ref, site)
    return make(m, a, "list", [_item(m, a, ref, key, site) for key in keys], site, exact)


def _items(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    keys, exact = _keys(m, a, ref, site)
    rows = [make(m, a, "tuple", [key, _item(m, a, ref, key, site)], site) for key in keys]
    return make(m, a, "list", rows, site, exact)


def _update(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    pairs = containers.pairs(m, given(g, 0)) if g.positional else []
    pairs += [(constant(name), value) for name, value in g.keywords.items()]
    for key, value in pairs:
        _special(m, a, ref, "__setitem__", [key, value], site)
    return NONE


def _clear(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    for key in _keys(m, a, ref, site)[0]:
        _special(m, a, ref, "__delitem__", [key], site)
    return NONE


def _append(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    size = _special(m, a, ref, "__len__", [], site)
    return _special(m, a, ref, "insert", [size, given(g, 0, "value")], site)


def _extend(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    for item in iterables.iterate(m, a, given(g, 0, "values"), site)[0]:
        _append(m, a, Arguments([item]), site, ref)
    return NONE


METHODS: dict[str, Call] = {
    "get": _get,
    "pop": _pop,
    "setdefault": _set_default,
    "keys": _list_keys,
    "values": _values,
    "items": _items,
    "update": _update,
    "clear": _clear,
    "append": _append,
    "extend": _extend,
}
