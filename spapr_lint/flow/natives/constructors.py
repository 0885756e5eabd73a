"""Builtin types as they are called: ``list(x)``, ``dict(pairs)``, ``int(x)``, exceptions."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from spapr_lint.flow import arithmetic, blessings, calls, classes, containers, failing, iterables
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.natives.common import given, make, make_dict
from spapr_lint.flow.objects import ClassRef, Object, Wrapper
from spapr_lint.flow.values import (
    BOOLEAN,
    NONE,
    NOTHING,
    UNKNOWN,
    Value,
    constant,
    reference,
)

_SHOWN = ("holder", "instance")  # besides containers, objects whose text tells what they hold
_HELD = 2_000  # containers inside of one that are looked into
_LONGEST = 4096
_CONVERSIONS: dict[str, Callable[..., Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "repr": repr,
    "ascii": ascii,
    "bytes": bytes,
    "chr": chr,
    "ord": ord,
    "abs": abs,
    "round": round,
    "hex": hex,
    "oct": oct,
    "bin": bin,
    "format": format,
    "complex": complex,
    "hash": hash,
}
_METHODS = {
    "int": ("__int__", "__index__", "__trunc__"),
    "float": ("__float__",),
    "str": ("__str__", "__repr__"),
    "repr": ("__repr__",),
    "ascii": ("__repr__",),
    "bytes": ("__bytes__",),
    "abs": ("__abs__",),
    "round": ("__round__",),
    "format": ("__format__", "__str__", "__repr__"),
    "hash": ("__hash__",),
    "complex": ("__complex__",),
}
COPIES = ("int", "float", "str", "abs", "round")


def sequence(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``list``, ``tuple`` and ``set`` of an iterable; ``data`` is the shape."""
    if not g.positional:
        return make(m, a, data, [], site, g.rest is None)
    items, exact = iterables.iterate(m, a, g.positional[0], site)
    return make(m, a, data, items, site, exact)


def dict_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``dict(mapping or pairs, **items)``."""
    made = make_dict(m, a, site)
    fill_dict(m, a, made, g, site)
    return reference(made)


def fill_dict(m: Machine, a: Activation, made: Object, g: Arguments, site: int) -> None:
    """What ``dict.__init__`` and ``dict.update`` do with their arguments."""
    for value in g.positional:
        update_from(m, a, made, value, site)
    for name, value in g.keywords.items():
        containers.store_item(m, a, made, constant(name), value)
    if g.others is not None:
        containers.store_item(m, a, made, UNKNOWN, g.others)


def update_from(m: Machine, a: Activation, made: Object, source: Value, site: int) -> None:
    """Put a mapping's items, or pairs, or what has ``keys``, into a dict."""
    plain: list[Any] = []
    for ref in source.refs:
        if not isinstance(ref, Object):
            plain.append(ref)
            continue
        if ref.shape in ("dict", "namespace"):
            for key, value in containers.pairs(m, reference(ref)):
                containers.store_item(m, a, made, key, value, weak=len(source.refs) > 1)
            continue
        keys = calls.call_special(m, a, reference(ref), "keys", [], site)
        if keys is not None:
            for key in iterables.iterate(m, a, keys, site)[0]:
                value = containers.get_item(m, a, reference(ref), key, site)
                containers.store_item(m, a, made, key, value)
            continue
        _store_rows(m, a, made, ref, site)
    if source.open or plain:
        containers.blur(m, made)
        if source.facts:
            containers.store_item(m, a, made, UNKNOWN, Value(source.facts, open=True))


def _store_rows(m: Machine, a: Activation, made: Object, ref: Object, site: int) -> None:
    rows, exact = iterables.iterate(m, a, reference(ref), site)
    for row in rows:
        parts, known = iterables.iterate(m, a, row, site)
        if known and len(parts) == 2:
            containers.store_item(m, a, made, parts[0], parts[1], weak=not exact)
        elif parts:
            containers.store_item(m, a, made, UNKNOWN, containers.element_of(parts))
    if not exact:
        containers.blur(m, made)


def bool_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``bool(x)``."""
    if not g.positional:
        return constant(False)
    value, known = calls.judged(m, a, g.positional[0], site)
    answer = BOOLEAN if known is None else constant(known)
    return blessings.alike(value, answer) if value.mark is not None else answer


def convert(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``int``, ``str``, ``repr`` and other conversions; ``data`` is the name."""
    if not g.positional:
        return (
            constant(_CONVERSIONS[data]()) if data in ("int", "str", "float", "bytes") else UNKNOWN
        )
    value = g.positional[0]
    if len(g.positional) == 1 and not g.keywords and failing.awaited(m, a):
        failing.conversion(m, a, data, value, site)
    for name in _METHODS.get(data, ()):
        found = calls.call_special(m, a, value, name, list(g.positional[1:]), site)
        if found is not None:
            return found
    constants = _converted(data, g)
    if data in COPIES:
        facts = value.facts + _held(m, a, value, site).facts
        if constants is not None:
            return Value(facts, (), constants)
        return Value(facts, (), (), True, value.form)
    parts = [*g.values(), _held(m, a, value, site)]
    if data == "bytes" and value.refs:
        parts.extend(iterables.iterate(m, a, value, site)[0])
    facts = arithmetic.mixed(m, a, parts, site).facts
    return Value(facts, (), constants or (), constants is None)


def byte_array(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``bytearray(x)``: a list of bytes, each of which carries what the whole was made of."""
    whole = convert(m, a, g, site, "bytes")
    items, exact = iterables.iterate(m, a, whole, site)
    if whole.facts:
        items = [item.with_facts(whole.facts) for item in items]
    return make(m, a, "list", items, site, exact and not whole.facts)


def _held(m: Machine, a: Activation, value: Value, site: int) -> Value:
    """What the text of a container or an exception is made of."""
    parts = []
    for ref in value.refs:
        if isinstance(ref, Object) and ref.shape in containers.SHAPES:
            parts.extend(deep(m, ref, 3))
        elif isinstance(ref, Object) and "args" in ref.slots:
            parts.extend(iterables.iterate(m, a, ref.slots["args"], site)[0])
        elif isinstance(ref, Object) and (_shown(ref) and ref.shape in _SHOWN):
            parts.extend(deep(m, ref, 3))
    return arithmetic.mixed(m, a, parts, site) if parts else NOTHING


def formatted(m: Machine, a: Activation, value: Value, site: int) -> Value:
    """What the value gives to a text that it is formatted into."""
    return convert(m, a, Arguments([value]), site, "format") if value.refs else value


_WAYS = {"r": "repr", "s": "str", "a": "ascii"}


def converted(m: Machine, a: Activation, value: Value, conversion: str, site: int) -> Value:
    """What a value gives to a text: as ``!r``, ``!s`` or ``!a`` say, else by its own format."""
    if not value.refs:
        return value
    how = _WAYS.get(conversion, "format")
    return convert(m, a, Arguments([value]), site, how)


def _shown(ref: Object) -> bool:
    """Whether the text of an object shows what it holds: not that of a plain instance."""
    if ref.shape not in ("instance", "symbol") or "args" in ref.slots:
        return True
    return isinstance(ref.type, ClassRef) and "dataclass" in ref.type.traits


def deep(m: Machine, ref: Object, depth: int) -> list[Value]:
    """All values that a container holds, those of inner containers too, each looked at once."""
    found: list[Value] = []
    seen = {id(ref)}
    level = [ref]
    for _ in range(depth + 1):
        below: list[Object] = []
        for each in level:
            for value in each.slots.values():
                if not (value.facts or value.refs or value.constants):
                    continue
                found.append(value)
                for inner in value.refs:
                    if isinstance(inner, Object) and id(inner) not in seen and _shown(inner):
                        seen.add(id(inner))
                        below.append(inner)
            if len(seen) > _HELD:
                m.limit("depth", ref.site[0], ref.site[1])
                m.steps += len(found) >> 3
                return found
        level = below
    m.steps += len(found) >> 3  # looking into much is work, too
    return found


def _converted(name: str, g: Arguments) -> tuple[Any, ...] | None:
    """The constants that a conversion gives if the arguments are constants."""
    if g.rest is not None or g.keywords or name == "hash":
        return None
    value = g.positional[0]
    if value.open or value.refs or not value.constants:
        return None
    others = g.positional[1:]
    if not all(other.exact() for other in others):
        return None
    results = []
    for item in value.constants:
        if name == "bytes" and isinstance(item, int) and item > _LONGEST:
            return None
        if name == "format" and others:
            return None
        try:
            result = _CONVERSIONS[name](item, *[other.constants[0] for other in others])
        except Exception:  # the program's own error: no value
            return None
        if result.__class__ is complex:
            return None
        results.append(result)
    return tuple(results)


def raiser(name: str) -> Callable[..., Value]:
    """The constructor of one exception type."""

    def made(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
        found = m.allocate("instance", name, a.module.index, site)
        classes.set_exception(m, a, found, g, site)
        return reference(found)

    return made


def add_note(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``error.add_note(text)``."""
    held = ref.slots.get("__notes__")
    notes = make(m, a, "list", [], site) if held is None else held
    m.journal.write(ref.slots, "__notes__", notes)
    for each in notes.refs:
        if isinstance(each, Object):
            containers.append(m, each, given(g, 0))
    return NONE


def exceptions() -> list[str]:
    """The names of all builtin exceptions."""
    return [
        name
        for name, kind in vars(builtins).items()
        if isinstance(kind, type) and issubclass(kind, BaseException)
    ]


def wrapper(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``staticmethod``, ``classmethod`` and ``property``; ``data`` is which."""
    if data == "property":
        parts = [g.get(i, name) for i, name in enumerate(("fget", "fset", "fdel"))]
        values = tuple([NOTHING if part is None else part for part in parts])
        return reference(Wrapper("property", values))
    return reference(Wrapper(data, (given(g, 0),)))


def property_part(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``@x.setter`` and its like: the property with one more part."""
    held, name = data
    values = list(held.values) + [NOTHING] * (3 - len(held.values))
    values[("getter", "setter", "deleter").index(name)] = given(g, 0)
    return reference(Wrapper(held.kind, tuple(values)))


def slice_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``slice(start, stop, step)``, as a value that subscripts know."""
    bounds = list(g.positional)
    if len(bounds) == 1:
        bounds = [constant(None), *bounds]
    bounds += [constant(None)] * (3 - len(bounds))
    return reference(m.allocate("slice", None, a.module.index, site, tuple(bounds)))
