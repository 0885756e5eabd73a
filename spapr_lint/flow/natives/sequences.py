"""Methods of lists, tuples, deques and sets: exact while positions and members are known."""

from __future__ import annotations

import re

from spapr_lint.flow import arithmetic, containers, iterables
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine, touch
from spapr_lint.flow.natives.common import Call, given, iterator, make, whole
from spapr_lint.flow.natives.encoding import joined
from spapr_lint.flow.natives.iteration import ordered
from spapr_lint.flow.natives.text import percent
from spapr_lint.flow.objects import ANY, LENGTH, Object
from spapr_lint.flow.values import (
    BOOLEAN,
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


def append(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``list.append``, ``deque.append``, ``set.add``."""
    touch(a, ref)
    value = given(g, 0).step(a.module.index, site, "")
    if ref.extra.__class__ is int and containers.length(ref) == ref.extra:
        pop_left(m, a, Arguments([]), site, ref)  # a deque of bounded length that is full
    containers.append(m, ref, value)
    return NONE


def extend(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``list.extend``, ``set.update``."""
    touch(a, ref)
    for source in g.positional:
        items, exact = iterables.iterate(m, a, source, site)
        if not exact:
            containers.blur(m, ref)
        for item in items:
            containers.append(m, ref, item.step(a.module.index, site, ""))
    return NONE


def insert(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``list.insert(index, value)``."""
    touch(a, ref)
    index = whole(given(g, 0))
    value = given(g, 1).step(a.module.index, site, "")
    items, exact = containers.known_items(ref)
    if exact and index is not None and not ref.many:
        items.insert(index, value)
        containers.replace(m, ref, items)
        return NONE
    containers.blur(m, ref)
    containers.append(m, ref, value)
    return NONE


def append_left(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``deque.appendleft``."""
    return insert(m, a, Arguments([constant(0), given(g, 0)]), site, ref)


def extend_left(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``deque.extendleft``."""
    items, exact = iterables.iterate(m, a, given(g, 0), site)
    if not exact:
        containers.blur(m, ref)
    for item in items:
        append_left(m, a, Arguments([item]), site, ref)
    return NONE


def pop(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``list.pop(index)``, ``set.pop()``."""
    touch(a, ref)
    items, exact = containers.known_items(ref)
    index = whole(g.positional[0]) if g.positional else -1
    if ref.shape == "set":
        return containers.element_of(items)
    if exact and not ref.many and index is not None:
        if -len(items) <= index < len(items):
            found = items.pop(index)
            containers.replace(m, ref, items)
            return found
        return UNKNOWN
    several = containers.sizes(ref)
    if several is not None and index == -1 and min(several) > 0 and not ref.many:
        last = [ref.slots.get(("item", "int", n - 1), UNKNOWN) for n in several]
        m.journal.write(ref.slots, LENGTH, Value(constants=tuple([n - 1 for n in several])))
        return join_all(last)
    containers.blur(m, ref)
    return containers.element_of(items)


def pop_left(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``deque.popleft``, ``queue.get``."""
    return pop(m, a, Arguments([constant(0)]), site, ref)


def remove(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``list.remove(value)``: the first that is equal."""
    touch(a, ref)
    wanted = given(g, 0)
    if ref.shape == "set":
        return discard(m, a, g, site, ref)
    items, exact = containers.known_items(ref)
    if exact and not ref.many:
        for place, item in enumerate(items):
            equal = equals(m, a, item, wanted, site)
            if equal:
                del items[place]
                containers.replace(m, ref, items)
                return NONE
            if equal is None:
                break
    containers.blur(m, ref)
    return NONE


def equals(m: Machine, a: Activation, left: Value, right: Value, site: int) -> bool | None:
    """Whether two values are equal: yes, no, or perhaps."""
    if _twins(left, right):
        return True
    return truth(arithmetic.compare(m, a, "==", left.with_facts(()), right.with_facts(()), site))


def _twins(left: Value, right: Value) -> bool:
    """Whether two values are one and the same variable's: the same facts by the same way."""
    return left is right or (
        len(left.facts) == 1 == len(right.facts)
        and left.facts[0].key == right.facts[0].key
        and left.facts[0].link.steps()[0] is right.facts[0].link.steps()[0]
        and left.refs == right.refs
        and left.constants == right.constants
    )


def clear(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``clear()`` of any container."""
    touch(a, ref)
    if not ref.many:
        containers.clear(m, ref)
    return NONE


def sort(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``list.sort(key=, reverse=)``."""
    touch(a, ref)
    items, exact = containers.known_items(ref)
    items, exact = ordered(m, a, items, exact, g, site)
    if exact and not ref.many:
        containers.replace(m, ref, items)
    return NONE


def reverse(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``list.reverse()``."""
    touch(a, ref)
    items, exact = containers.known_items(ref)
    if exact and not ref.many:
        containers.replace(m, ref, items[::-1])
    return NONE


def rotate(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``deque.rotate(n)``."""
    touch(a, ref)
    items, exact = containers.known_items(ref)
    count = whole(g.positional[0]) if g.positional else 1
    if exact and count is not None and items and not ref.many:
        count %= len(items)
        containers.replace(m, ref, items[-count:] + items[:-count] if count else items)
    else:
        containers.blur(m, ref)
    return NONE


def copy(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``copy()`` of any container, and ``copy.copy`` of any object."""
    touch(a, ref)
    made = m.allocate(ref.shape, ref.type, a.module.index, site, ref.extra)
    made.slots.update(ref.slots)
    return reference(made)


def index(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``list.index(value)``."""
    items, exact = containers.known_items(ref)
    for place, item in enumerate(items if exact else []):
        equal = equals(m, a, item, given(g, 0), site)
        if equal:
            return constant(place)
        if equal is None:
            break
    return m.policy.members(m, a, constant(0), m.policy.length(m, a, reference(ref), site), site)


def count(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``list.count(value)``."""
    items, exact = containers.known_items(ref)
    answers = [equals(m, a, item, given(g, 0), site) for item in items]
    if exact and None not in answers:
        return constant(answers.count(True))
    return UNKNOWN


def discard(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``set.discard``, ``set.remove``."""
    touch(a, ref)
    containers.delete_item(m, a, ref, given(g, 0))
    anything = ref.slots.get(ANY)
    if anything is not None and _twins(anything, given(g, 0)):
        m.journal.write(ref.slots, ANY, None)
    return NONE


def union(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``set.union(*others)``."""
    made = copy(m, a, Arguments([]), site, ref)
    extend(m, a, g, site, made.refs[0])  # type: ignore[arg-type]
    return made


def _inside(
    m: Machine, a: Activation, item: Value, others: list[Value], exact: bool, site: int
) -> bool | None:
    """Whether an element is among others."""
    answers = {equals(m, a, item, other, site) for other in others}
    if True in answers:
        return True
    return None if None in answers or not exact else False


def narrowed(
    m: Machine, a: Activation, ref: Object, other: Value, wanted: bool, site: int
) -> tuple[list[Value], bool]:
    """The elements that are (or are not) in another collection, as far as can be known."""
    items, exact = containers.known_items(ref)
    others, known = iterables.iterate(m, a, other, site)
    kept = []
    for item in items:
        answer = _inside(m, a, item, others, known, site)
        if answer is None:
            exact = False
        if answer is None or answer == wanted:
            kept.append(item)
    return kept, exact


def difference(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``set.difference(*others)``."""
    made = copy(m, a, Arguments([]), site, ref)
    difference_update(m, a, g, site, made.refs[0])  # type: ignore[arg-type]
    return made


def difference_update(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``set.difference_update(*others)``."""
    for other in g.positional:
        _keep(m, ref, *narrowed(m, a, ref, other, False, site))
    return NONE


def intersection(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``set.intersection(*others)``."""
    made = copy(m, a, Arguments([]), site, ref)
    intersection_update(m, a, g, site, made.refs[0])  # type: ignore[arg-type]
    return made


def intersection_update(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``set.intersection_update(*others)``."""
    for other in g.positional:
        _keep(m, ref, *narrowed(m, a, ref, other, True, site))
    return NONE


def _keep(m: Machine, ref: Object, items: list[Value], exact: bool) -> None:
    containers.clear(m, ref)
    for item in items:
        containers.append(m, ref, item)
    if not exact:
        containers.blur(m, ref)


def symmetric(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``set.symmetric_difference(other)``."""
    made = m.allocate("set", None, a.module.index, site)
    containers.fill(m, made, [], True)
    other = given(g, 0)
    items, exact = narrowed(m, a, ref, other, False, site)
    for each in other.refs:
        if isinstance(each, Object):
            more, known = narrowed(m, a, each, reference(ref), False, site)
            items, exact = items + more, exact and known
    _keep(m, made, items, exact)
    return reference(made)


def question(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """A method that answers yes or no."""
    return BOOLEAN


def any_of(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``__iter__``."""
    items, exact = iterables.iterate(m, a, reference(ref), site)
    return iterator(m, a, items, exact, site)


def replaced(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``namedtuple._replace(**fields)``."""
    made = copy(m, a, g, site, ref)
    fresh = made.refs[0]
    if not isinstance(fresh, Object):
        return made
    names = [key for key in ref.slots if isinstance(key, str)]
    for name, value in g.keywords.items():
        fresh.slots[name] = value
        if name in names:
            fresh.slots[("item", "int", names.index(name))] = value
    return made


def as_dict(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``namedtuple._asdict()``: fields by name."""
    made = m.allocate("dict", None, a.module.index, site)
    containers.fill(m, made, [], True)
    for name, value in list(ref.slots.items()):
        if isinstance(name, str):
            containers.store_item(m, a, made, constant(name), value)
    return reference(made)


def binary(
    m: Machine, a: Activation, op: str, left: Value, right: Value, site: int
) -> Value | None:
    """``left op right`` where one is a container; None if neither is."""
    if op == "%" and not left.refs:
        wanted = _named_fields(left)
        if wanted is not None and right.refs and not right.open:
            parts = [
                value
                for key, value in containers.pairs(m, right)
                if not key.exact() or key.constants[0] in wanted
            ]
            right = reference(m.allocate("list", None, a.module.index, site))
            containers.fill(m, right.refs[0], parts, False)  # type: ignore[arg-type]
        return arithmetic.mixed(m, a, [left, *percent(m, a, left, right, site)], site)
    shapes = [ref.shape for ref in left.refs + right.refs if isinstance(ref, Object)]
    if not any(shape in containers.SHAPES for shape in shapes):
        return joined(m, a, left, right, site) if op == "/" else None
    if op == "+":
        return _concatenated(m, a, left, right, site)
    if op == "*":
        return _repeated(m, a, left, right, site)
    method = {"|": union, "&": intersection, "-": difference, "^": symmetric}.get(op)
    if method is None:
        return UNKNOWN
    result = NOTHING
    for ref in left.refs:
        if not isinstance(ref, Object):
            continue
        if ref.shape == "dict" and op == "|":
            made = copy(m, a, Arguments([]), site, ref)
            containers.update(m, a, made.refs[0], right)  # type: ignore[arg-type]
            result = join(result, made)
            continue
        if ref.shape in ("list", "dict"):
            items, exact = containers.known_items(ref)
            ref = make(m, a, "set", items, site, exact).refs[0]
        result = join(result, method(m, a, Arguments([right]), site, ref))  # type: ignore[arg-type]
    return UNKNOWN if result is NOTHING else result


def _named_fields(value: Value) -> list[str] | None:
    """The keys that ``%(key)s`` names in a text that is known; None if there are none."""
    if not value.exact() or not isinstance(value.constants[0], str):
        return None
    return re.findall(r"%\((\w+)\)", value.constants[0]) or None


def _concatenated(m: Machine, a: Activation, left: Value, right: Value, site: int) -> Value:
    shape = "list"
    for ref in (*left.refs, *right.refs):
        if isinstance(ref, Object) and ref.shape in containers.SEQUENCES:
            shape = ref.shape
            break
    first, exact = iterables.iterate(m, a, left, site)
    second, known = iterables.iterate(m, a, right, site)
    return make(m, a, shape, first + second, site, exact and known)


def _repeated(m: Machine, a: Activation, left: Value, right: Value, site: int) -> Value:
    owner, times = (left, right) if left.refs else (right, left)
    ref = next((r for r in owner.refs if isinstance(r, Object)), None)
    if ref is None:
        return UNKNOWN
    items, exact = iterables.iterate(m, a, owner, site)
    number = whole(times)
    shape = ref.shape if ref.shape in containers.SEQUENCES else "list"
    if exact and number is not None and number * len(items) <= 400:
        return make(m, a, shape, items * max(0, number), site)
    made = make(m, a, shape, items, site, False)
    if times.facts and exact and len(items) == 1:
        containers.set_size(m, made, times)
    return made


def element(m: Machine, a: Activation, ref: Object) -> Value:
    """Any element."""
    return join_all(containers.known_items(ref)[0])


def in_text(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``bytearray.decode()``: what is made of the bytes."""
    return arithmetic.mixed(m, a, containers.known_items(ref)[0], site)


LIST: dict[str, Call] = {
    "append": append,
    "extend": extend,
    "insert": insert,
    "pop": pop,
    "remove": remove,
    "clear": clear,
    "sort": sort,
    "reverse": reverse,
    "copy": copy,
    "index": index,
    "count": count,
    "appendleft": append_left,
    "extendleft": extend_left,
    "popleft": pop_left,
    "rotate": rotate,
    **dict.fromkeys(("decode", "hex", "tobytes"), in_text),
    "__reversed__": lambda m, a, g, site, ref: iterator(
        m, a, containers.known_items(ref)[0][::-1], containers.known_items(ref)[1], site
    ),
}
TUPLE: dict[str, Call] = {
    "index": index,
    "count": count,
    "_replace": replaced,
    "_asdict": as_dict,
}
SET: dict[str, Call] = {
    "add": append,
    "update": extend,
    "discard": discard,
    "remove": discard,
    "pop": pop,
    "clear": clear,
    "copy": copy,
    "union": union,
    "difference": difference,
    "difference_update": difference_update,
    "intersection": intersection,
    "intersection_update": intersection_update,
    "symmetric_difference": symmetric,
    "issubset": question,
    "issuperset": question,
    "isdisjoint": question,
}


def contains(m: Machine, a: Activation, item: Value, container: Value, negate: bool) -> Value:
    """``item in container``: a constant if it is known."""
    answers: set[bool | None] = set()
    for ref in container.refs:
        if not isinstance(ref, Object) or ref.shape not in (
            *containers.SHAPES,
            "range",
            "namespace",
        ):
            answers.add(None)
            continue
        touch(a, ref)
        if ref.shape == "range":
            items, exact = iterables.range_items(m, a, ref, 0)
        else:
            items, exact = containers.known_items(ref)
        answers.add(_inside(m, a, item, items, exact and not ref.many, 0))
    wanted = item.constants[0] if item.exact() else None
    for held in container.constants:
        if type(held) is type(wanted) and isinstance(held, (str, bytes)):
            answers.add(wanted in held)  # type: ignore[operator]
        else:
            answers.add(None)
    if container.open or len(answers) != 1 or None in answers:
        return BOOLEAN
    return constant(answers.pop() != negate)
