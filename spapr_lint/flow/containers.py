"""Lists, tuples, sets, dicts, generators: what index or key holds what.

While positions and keys are known each has a slot of its own; once they are
not, everything is in the slot `ANY` and the length is unknown.
"""

from __future__ import annotations

from typing import Any

from spapr_lint.flow import calls, enums, iterables, places, slices
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.blessings import anonymous
from spapr_lint.flow.machine import Activation, Machine, touch
from spapr_lint.flow.objects import ANY, KEYS, LENGTH, Object
from spapr_lint.flow.values import (
    NOTHING,
    UNKNOWN,
    Value,
    constant,
    join,
    join_all,
    reference,
)

SEQUENCES = ("list", "tuple")
SHAPES = ("list", "tuple", "set", "dict")
_LONGEST = 400


def fill(m: Machine, made: Object, items: list[Value], exact: bool) -> None:
    """Give a new sequence or set its elements."""
    if made.many and LENGTH in made.slots:
        _refill(m, made, items, exact)
        return
    if made.shape in ("set", "dict"):
        made.slots[LENGTH] = constant(0)
        for item in items:
            append(m, made, item)
        if not exact:
            blur(m, made)
        return
    if exact and len(items) <= _LONGEST:
        for position, item in enumerate(items):
            made.slots[("item", "int", position)] = item
        made.slots[LENGTH] = constant(len(items))
        return
    made.slots[LENGTH] = UNKNOWN
    element = join_all(items)
    if element is not NOTHING:
        made.slots[ANY] = element


def _refill(m: Machine, made: Object, items: list[Value], exact: bool) -> None:
    """The same place makes another one: the object stands for both."""
    if made.shape in SEQUENCES and exact and length(made) == len(items):
        for position, item in enumerate(items):
            key = ("item", "int", position)
            m.journal.write(made.slots, key, join(made.slots.get(key, NOTHING), item))
        return
    if made.shape == "dict":
        return
    blur(m, made)
    for item in items:
        append(m, made, item)


def length(target: Object) -> int | None:
    """The number of elements of a sequence, None if it is not known."""
    value = target.slots.get(LENGTH)
    if value is None or not value.exact():
        return None
    number: int = value.constants[0]
    return number


def sizes(target: Object) -> tuple[int, ...] | None:
    """All numbers of elements that a sequence may have, None if they are not known."""
    value = target.slots.get(LENGTH)
    if value is None or value.open or not value.constants:
        return None
    return value.constants


def set_size(m: Machine, made: Value, size: Value) -> None:
    """Let a new table remember what its size counts."""
    for ref in made.refs:
        if ref.__class__ is Object:
            m.journal.write(ref.slots, LENGTH, Value(size.facts, open=True))


def items_of(target: Object) -> list[tuple[Any, Value]]:
    """The slots with known keys, in order of insertion."""
    return [
        (key, value)
        for key, value in target.slots.items()
        if key.__class__ is tuple and key[0] == "item"
    ]


def known_items(target: Object) -> tuple[list[Value], bool]:
    """The elements of a sequence, set, or the keys of a dict; whether that is all, in order."""
    if target.shape == "namespace":
        names = _names(target)
        return [constant(name) for name in names], "*" not in target.extra.slots
    slots = target.slots
    size = length(target)
    if target.shape in SEQUENCES:
        if size is not None:
            return [slots.get(("item", "int", i), UNKNOWN) for i in range(size)], True
        rest = [value for _, value in items_of(target)]
    elif target.shape == "dict":
        keys = [key_value(target, key) for key, _ in items_of(target)]
        unknown = slots.get(KEYS)
        if unknown is None and not target.many and ANY not in slots:
            return keys, size is not None
        return [*keys, UNKNOWN if unknown is None else unknown], False
    else:
        rest = [value for _, value in items_of(target)]
        if ANY not in slots and size is not None:
            # A set has no order: each place may hold any of them.
            return ([join_all(rest)] * len(rest) if len(rest) > 1 else rest), True
    anything = slots.get(ANY)
    if anything is not None:
        rest.append(anything)
    return rest, False


def key_value(target: Object, key: tuple[str, str, Any]) -> Value:
    """The key that a slot is for, as it was when something was first stored there."""
    if key[1] == "object":
        return reference(key[2])
    return target.slots.get(("keyed", key)) or constant(key[2])


def _names(view: Object) -> list[str]:
    """The keys of a namespace."""
    return [key for key in view.extra.slots if isinstance(key, str) and key != "*"]


def element_of(items: list[Value]) -> Value:
    """Any of the elements, unknown if there are none."""
    return alike(join_all(items)) if items else UNKNOWN


def append(m: Machine, target: Object, value: Value) -> None:
    """Add an element at the end of a list, or to a set."""
    slots = target.slots
    size = length(target)
    if target.shape in SEQUENCES and size is not None and size < _LONGEST and not target.many:
        m.journal.write(slots, ("item", "int", size), value)
        m.journal.write(slots, LENGTH, constant(size + 1))
        return
    several = sizes(target) if target.shape in SEQUENCES and size is None else None
    if several is not None and max(several) < _LONGEST and not target.many:
        for place in several:  # it is appended at one of these
            key = ("item", "int", place)
            m.journal.write(slots, key, join(slots.get(key, NOTHING), value))
        m.journal.write(slots, LENGTH, Value(constants=tuple([n + 1 for n in several])))
        return
    if target.shape == "set" and value.exact() and not target.many:
        key = places.key_of(value)
        if key is not None:
            m.journal.write(slots, key, value)
            return
    if size is not None and target.shape in SEQUENCES:
        blur(m, target)
    m.journal.write(slots, ANY, join(slots.get(ANY, NOTHING), value))


def blur(m: Machine, target: Object) -> None:
    """Forget which position holds what."""
    if target.shape == "dict":
        m.journal.write(target.slots, LENGTH, UNKNOWN)
        return
    anything = target.slots.get(ANY, NOTHING)
    for key, value in items_of(target):
        anything = join(anything, value)
        m.journal.write(target.slots, key, None)
    if anything is not NOTHING:
        m.journal.write(target.slots, ANY, anything)
    m.journal.write(target.slots, LENGTH, UNKNOWN)


def get_item(m: Machine, a: Activation, owner: Value, key: Value, site: int) -> Value:
    """``owner[key]``."""
    result = NOTHING
    for ref in owner.refs:
        result = join(result, _get_one(m, a, ref, key, site))
    for text in owner.constants:
        if isinstance(text, (str, bytes)) and key.exact() and isinstance(key.constants[0], int):
            try:
                result = join(result, constant(text[key.constants[0]]))
            except IndexError:
                continue
        else:
            result = join(result, UNKNOWN)
    if (owner.open and not owner.refs) or result is NOTHING:
        result = join(result, UNKNOWN)
    if owner.facts:
        facts = m.policy.surviving(owner.facts)
        if facts:
            result = join(result, Value(facts, open=True))
    return result


def _get_one(m: Machine, a: Activation, ref: Any, key: Value, site: int) -> Value:
    if ref.__class__ is not Object:
        return m.tables.subscript_other(m, a, ref, key, site)
    found = calls.call_special(m, a, reference(ref), "__getitem__", [key], site)
    if found is not None:
        return found
    return own_item(m, a, ref, key, site)


def own_item(m: Machine, a: Activation, ref: Object, key: Value, site: int) -> Value:
    """``ref[key]``, whatever ``__getitem__`` the class has."""
    touch(a, ref)
    if ref.shape in SEQUENCES and key.refs:
        index = calls.call_special(m, a, key, "__index__", [], site)
        key = enums.plain(key) if index is None else index
    if len(key.refs) == 1 and key.refs[0].__class__ is Object:
        bounds: Any = key.refs[0]
        if bounds.shape == "slice":
            return slices.get_slice(m, a, reference(ref), list(bounds.extra), site)
    if ref.shape == "range":
        return element_of(iterables.range_items(m, a, ref, site)[0])
    if ref.shape == "namespace":
        return join(find(m, a, ref, key)[0], NOTHING)
    slots = ref.slots
    keys = places.keys_of(key)
    size = length(ref) if ref.shape in SEQUENCES else None
    if keys is None:
        values = [value for _, value in items_of(ref)]
        values.append(slots.get(ANY, NOTHING))
        result = anonymous(alike(join_all(values)))
        default = _default(m, a, ref, site)
        if default is not None:
            result = join(result, default)
        if ref.shape in ("opaque", "symbol", "instance") or result is NOTHING:
            result = join(result, UNKNOWN)
        return result
    result = NOTHING
    if size is None and ref.shape in SEQUENCES:
        keys = places.from_end(ref, keys)
    for each in keys:
        if size is not None and each[1] == "int" and each[2] < 0:
            each = ("item", "int", each[2] + size)
        value = slots.get(each)
        if value is None and ref.shape == "dict":
            value = _missing(m, a, ref, key, site)
        result = join(result, value if value is not None else NOTHING)
        anything = slots.get(ANY)
        if anything is not None and (value is None or ref.many or ref.shape == "dict"):
            result = join(result, anonymous(_guessed(anything)))
    if result is NOTHING:
        return m.opaque(a, site) if ref.shape in ("opaque", "symbol") else UNKNOWN
    return anonymous(result) if ref.many or len(keys) > 1 else result


def _guessed(value: Value) -> Value:
    """What a known key may hold of what has no known key: labels yes, but no number's kind.

    Registers and arguments handed on as one array would else all be of all kinds.
    """
    if not value.facts:
        return value
    return value.with_facts(tuple([fact for fact in value.facts if not fact.kind.role]))


def alike(value: Value) -> Value:
    """Any element: of no kind if elements are of several."""
    value = anonymous(value)
    if len(value.facts) < 2 or len({f.kind for f in value.facts if f.kind.role}) < 2:
        return value
    return _guessed(value)


def find(m: Machine, a: Activation, ref: Object, key: Value) -> tuple[Value, bool]:
    """What a dict has for a key, and whether it certainly has it; nothing is made."""
    touch(a, ref)
    slots = ref.slots
    keys = places.keys_of(key)
    exact = length(ref) is not None and not ref.many
    if ref.shape == "namespace":
        slots = ref.extra.slots
        touch(a, ref.extra)
        exact = not ref.extra.many
        if keys is not None:
            keys = [each[2] if each[1] == "str" else each for each in keys]
    if keys is None:
        values = [slots[k] for k in _names(ref)] if ref.shape == "namespace" else None
        if values is None:
            values = [value for _, value in items_of(ref)]
            values.append(slots.get(ANY, NOTHING))
        return anonymous(join_all(values)), False
    result = NOTHING
    certain = True
    for each in keys:
        value = slots.get(each)
        if value is None or not exact:
            certain = False
        result = join(result, NOTHING if value is None else value)
        if value is None or ref.many:
            result = join(result, slots.get(ANY, NOTHING))
    if not exact and result is NOTHING:
        result = UNKNOWN
    return anonymous(result) if ref.many or len(keys) > 1 else result, certain


def _missing(m: Machine, a: Activation, ref: Object, key: Value, site: int) -> Value | None:
    found = calls.call_special(m, a, reference(ref), "__missing__", [key], site)
    if found is not None:
        return found
    default = _default(m, a, ref, site)
    if default is not None:
        store_item(m, a, ref, key, default)
    return default


def _default(m: Machine, a: Activation, ref: Object, site: int) -> Value | None:
    """What a ``defaultdict`` makes for a missing key."""
    factory = ref.extra
    if ref.shape != "dict" or not isinstance(factory, Value):
        return None
    return calls.dispatch(m, a, factory, Arguments([]), site)


def store_item(
    m: Machine, a: Activation, target: Object, key: Value, value: Value, weak: bool = False
) -> None:
    """``target[key] = value``."""
    slots = target.slots
    keys = places.keys_of(key)
    weak = weak or target.many
    if target.shape == "namespace":
        _store_name(m, a, target.extra, key, value, weak)
        return
    if keys is None or len(keys) > 1:
        for each, old in items_of(target):
            if keys is None or each in keys:
                m.journal.write(slots, each, join(old, value))
        if target.shape in SEQUENCES and length(target) is not None:
            return
        m.journal.write(slots, ANY, join(slots.get(ANY, NOTHING), value))
        if target.shape == "dict":
            m.journal.write(slots, KEYS, join(slots.get(KEYS, NOTHING), key))
        return
    each = keys[0]
    size = length(target) if target.shape in SEQUENCES else None
    if size is not None and each[1] == "int" and each[2] < 0:
        each = ("item", "int", each[2] + size)
    if target.shape in SEQUENCES and size is None and (target.many or places.negative(each)):
        m.journal.write(slots, ANY, join(slots.get(ANY, NOTHING), value))
        return
    if key.facts and each not in slots and key.exact():
        m.journal.write(slots, ("keyed", each), key)
    if weak and each in slots:
        value = join(slots[each], value)
    m.journal.write(slots, each, value)


def _store_name(
    m: Machine, a: Activation, target: Object, key: Value, value: Value, weak: bool
) -> None:
    """Write an attribute through the namespace of an object."""
    touch(a, target)
    names = [item for item in key.constants if isinstance(item, str)]
    if key.open or not names:
        names = [name for name in target.slots if isinstance(name, str)] + ["*"]
        weak = True
    for name in names:
        old = target.slots.get(name)
        joined = old is not None and (weak or len(names) > 1)
        m.journal.write(target.slots, name, join(old, value) if joined and old else value)


def delete_item(m: Machine, a: Activation, target: Object, key: Value, weak: bool = False) -> None:
    """``del target[key]``."""
    if target.shape == "namespace":
        if key.exact() and not weak:
            m.journal.write(target.extra.slots, key.constants[0], None)
        return
    keys = places.keys_of(key)
    if keys is None or len(keys) > 1 or weak or target.many:
        if target.shape in SEQUENCES:
            blur(m, target)
        return
    if target.shape in SEQUENCES:
        items, exact = known_items(target)
        index = keys[0][2]
        if exact and isinstance(index, int) and -len(items) <= index < len(items):
            del items[index]
            replace(m, target, items)
        return
    _drop(m, target, keys[0])


def _drop(m: Machine, target: Object, key: Any) -> None:
    """Empty a slot, and forget the key that it was made with: another may come to be equal."""
    m.journal.write(target.slots, key, None)
    if ("keyed", key) in target.slots:
        m.journal.write(target.slots, ("keyed", key), None)


def replace(m: Machine, target: Object, items: list[Value]) -> None:
    """Give a sequence other elements."""
    for key, _ in items_of(target):
        m.journal.write(target.slots, key, None)
    m.journal.write(target.slots, ANY, None)
    for position, item in enumerate(items):
        m.journal.write(target.slots, ("item", "int", position), item)
    m.journal.write(target.slots, LENGTH, constant(len(items)))


def clear(m: Machine, target: Object) -> None:
    """Take everything out."""
    for key, _ in items_of(target):
        _drop(m, target, key)
    for key in (ANY, KEYS):
        if key in target.slots:
            m.journal.write(target.slots, key, None)
    m.journal.write(target.slots, LENGTH, constant(0))


def update(m: Machine, a: Activation, target: Object, source: Value) -> None:
    """``target.update(source)`` of a dict."""
    for key, value in pairs(m, source):
        store_item(m, a, target, key, value)
    if source.open:
        blur(m, target)


def pairs(m: Machine, source: Value) -> list[tuple[Value, Value]]:
    """Keys and values of dicts, or of sequences of pairs."""
    found: list[tuple[Value, Value]] = []
    for ref in source.refs:
        if ref.__class__ is not Object:
            continue
        if ref.shape == "namespace":
            for name in _names(ref):
                found.append((constant(name), ref.extra.slots[name]))
        elif ref.shape == "dict":
            for key, value in items_of(ref):
                found.append((key_value(ref, key), value))
            anything = ref.slots.get(ANY)
            if anything is not None:
                found.append((ref.slots.get(KEYS, UNKNOWN), anything))
        elif ref.shape in SHAPES:
            for item in known_items(ref)[0]:
                parts = [p for r in item.refs if r.__class__ is Object for p in known_items(r)[0]]
                if len(parts) == 2:
                    found.append((parts[0], parts[1]))
    return found
