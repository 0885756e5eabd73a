"""Methods of dicts and of the namespaces behind ``__dict__`` and ``globals()``."""

from __future__ import annotations

from spapr_lint.flow import containers, iterables
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine, touch
from spapr_lint.flow.natives import constructors
from spapr_lint.flow.natives.common import Call, given, iterator, make, make_dict, perhaps
from spapr_lint.flow.natives.sequences import clear, copy
from spapr_lint.flow.objects import Object
from spapr_lint.flow.values import (
    NONE,
    NOTHING,
    UNKNOWN,
    Value,
    join,
    reference,
)


def get(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``dict.get(key, default)``."""
    default = g.get(1, "default")
    value, certain = containers.find(m, a, ref, given(g, 0))
    if certain:
        return value
    return join(value, NONE if default is None else default)


def set_default(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``dict.setdefault(key, default)``."""
    key = given(g, 0)
    default = g.get(1, "default") or NONE
    value, certain = containers.find(m, a, ref, key)
    if certain:
        return value
    if value is NOTHING:
        containers.store_item(m, a, ref, key, default.step(a.module.index, site, ""))
        return default

    def store() -> Value:
        containers.store_item(m, a, ref, key, default.step(a.module.index, site, ""), weak=True)
        return default

    return join(value, perhaps(m, a, store))


def pop(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``dict.pop(key, default)``."""
    key = given(g, 0)
    value, certain = containers.find(m, a, ref, key)
    containers.delete_item(m, a, ref, key)
    default = g.get(1)
    if certain:
        return value
    if default is not None:
        return join(value, default)
    return UNKNOWN if value is NOTHING else value


def pop_item(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``dict.popitem(last)``: the last (or first) item, any if their order is not known."""
    found = containers.pairs(m, reference(ref))
    exact = containers.known_items(ref)[1]
    if exact and found:
        first = bool(g.values()) and given(g, 0, "last").constants == (False,)
        key, value = found[0 if first else -1]
        containers.delete_item(m, a, ref, key)
        return make(m, a, "tuple", [key, value], site)
    key, value = UNKNOWN, NOTHING
    for each, item in found:
        key, value = join(key, each), join(value, item)
    return make(m, a, "tuple", [key, join(value, UNKNOWN)], site)


def update(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``dict.update(mapping or pairs, **items)``."""
    touch(a, ref)
    constructors.fill_dict(m, a, ref, g, site)
    return NONE


def items(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``dict.items()``."""
    touch(a, ref)
    exact = containers.known_items(ref)[1]
    rows = [
        make(m, a, "tuple", [key, value], site)
        for key, value in containers.pairs(m, reference(ref))
    ]
    return make(m, a, "list", rows, site, exact)


def keys(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``dict.keys()``."""
    touch(a, ref)
    found, exact = containers.known_items(ref)
    return make(m, a, "list", found, site, exact)


def values(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``dict.values()``."""
    touch(a, ref)
    exact = containers.known_items(ref)[1]
    found = [value for _, value in containers.pairs(m, reference(ref))]
    return make(m, a, "list", found, site, exact)


def from_keys(m: Machine, a: Activation, g: Arguments, site: int, data: object) -> Value:
    """``dict.fromkeys(keys, value)``."""
    made = make_dict(m, a, site)
    found, exact = iterables.iterate(m, a, given(g, 0), site)
    value = g.get(1, "value") or NONE
    for key in found:
        containers.store_item(m, a, made, key, value)
    if not exact:
        containers.blur(m, made)
    return reference(made)


def new_child(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``ChainMap.new_child(mapping)``."""
    made = copy(m, a, Arguments([]), site, ref)
    if g.positional:
        containers.update(m, a, made.refs[0], g.positional[0])  # type: ignore[arg-type]
    return made


def most_common(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``Counter.most_common(n)``: keys with their counts, in an order not known."""
    rows = [make(m, a, "tuple", [key, UNKNOWN], site) for key in containers.known_items(ref)[0]]
    return make(m, a, "list", rows, site, False)


def elements(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``Counter.elements()``."""
    return iterator(m, a, containers.known_items(ref)[0], False, site)


def move_to_end(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``OrderedDict.move_to_end(key, last)``."""
    touch(a, ref)
    value, certain = containers.find(m, a, ref, given(g, 0))
    if certain and len(g.values()) == 1:
        containers.delete_item(m, a, ref, given(g, 0))
        containers.store_item(m, a, ref, given(g, 0), value)
    else:
        containers.blur(m, ref)
    return NONE


def nothing(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """A method that changes nothing that is followed here."""
    return NONE


DICT: dict[str, Call] = {
    "get": get,
    "setdefault": set_default,
    "pop": pop,
    "popitem": pop_item,
    "update": update,
    "items": items,
    "keys": keys,
    "values": values,
    "copy": copy,
    "clear": clear,
    "fromkeys": from_keys,
    "move_to_end": move_to_end,
    "most_common": most_common,
    "elements": elements,
    "new_child": new_child,
}
