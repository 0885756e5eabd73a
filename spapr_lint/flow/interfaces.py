"""Interfaces that carry two spaces (SPL401): callers, or implementations, that disagree.

Only what cannot be a helper for numbers of any sort counts: a parameter that
picks from one certain table, or a slot whose implementations hand it to
different sinks.  Where a sink takes a caller's number, the sink has spoken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from spapr_lint import ir
from spapr_lint.flow.arrivals import Arrival
from spapr_lint.flow.machine import Machine
from spapr_lint.flow.objects import ClassRef, Closure, Object
from spapr_lint.flow.passed import Call, Place
from spapr_lint.flow.uses import Use, Uses, rebound, walk, word_of
from spapr_lint.flow.values import FLOWED, Fact, Link
from spapr_lint.kinds import Kind

CODE = "SPL401"
_SPACES = 2  # a parameter that takes numbers of more spaces than that is a helper's


def disagreements(m: Machine, settled: Sequence[Arrival]) -> list[Arrival]:
    """What `arrivals` has not to say, but callers and implementations do."""
    pack = m.policy.pack
    if CODE not in pack.rules or all(s.algebra != "affine" for s in pack.spaces.values()):
        return []
    uses = Uses(m.program)
    through = {
        (link.module, link.site)
        for arrival in settled
        for fact in arrival.facts.values()
        for link in fact.link.steps()
    }
    found = [a for place in m.policy.interfaces.calls for a in _callers(m, uses, place, through)]
    return found + list(_slots(m, uses))


def _callers(
    m: Machine, uses: Uses, place: Place, through: set[tuple[int, int]]
) -> Iterator[Arrival]:
    by_site = m.policy.interfaces.calls[place]
    calls = [by_site[site] for site in sorted(by_site)]
    if len(calls) < 2 or uses.of(place):
        return
    kinds = sorted({fact.kind for call in calls for fact in call.facts})
    if len(kinds) != _SPACES or not _apart(m, *kinds):
        return
    if any(len({fact.kind for fact in call.facts}) > 1 for call in calls):
        return
    if any(call.site in through for call in calls):
        return
    function = m.program.modules[place[0]].ir.functions[place[1]]
    if not _is_interface(m, function, place, calls):
        return
    first = calls[0].facts[0].kind
    other = next(call for call in calls if call.facts[0].kind != first)
    name = function.parameters[place[2]].name
    what = f"{name} of {function.name}()"
    arrival = Arrival(*other.site, CODE, other.facts[0].kind, first, what)
    arrival.function = function.qualname
    for fact in (*other.facts, *calls[0].facts):
        arrival.facts[fact.origin] = fact
    yield arrival


def _apart(m: Machine, one: Kind, two: Kind) -> bool:
    """Whether two kinds are of spaces that nothing joins."""
    algebra = m.policy.algebra
    if one.role != "id" or two.role != "id" or algebra.relations.joined(one, two):
        return False
    return algebra.judge(one, (two,)) == "space" and algebra.judge(two, (one,)) == "space"


# --- callers -----------------------------------------------------------------------


def _is_interface(m: Machine, function: ir.Function, place: Place, calls: list[Call]) -> bool:
    """Whether a parameter can only be the number of one certain thing."""
    parameter = function.parameters[place[2]]
    policy = m.policy
    if parameter.passing in ("star", "mapping"):
        return False
    if parameter.annotation is not None and policy.annotation(parameter.annotation).kind:
        return False
    if function.name in policy.call_words or function.name in policy.slot_words:
        return False
    nodes = list(walk(function.body))
    if parameter.name in rebound(nodes) or _goes_on(nodes, parameter.name):
        return False
    local = {p.name: n for n, p in enumerate(function.parameters)}
    return any(
        node[0] == ir.ITEM
        and node[2][0] == ir.NAME
        and node[2][1] == parameter.name
        and _is_certain(m, function, node[1], local, calls)
        for node in nodes
    )


def _goes_on(nodes: list[ir.Node], name: str) -> bool:
    """Whether a number leaves the function as it came: returned, yielded, stored or collected."""
    for node in nodes:
        if node[0] in (ir.RETURN, ir.YIELD, ir.YIELD_FROM, ir.RAISE):
            if node[1] is not None and _bare(node[1], name):
                return True
        elif node[0] == ir.ASSIGN and any(t[0] == ir.ATTR for t in node[1]):
            if _bare(node[2], name):
                return True
    return False


def _bare(node: ir.Node, name: str) -> bool:
    """Whether a name is part of a value otherwise than as a subscript or an argument."""
    if node[0] == ir.NAME:
        return bool(node[1] == name)
    if node[0] == ir.ITEM:
        return _bare(node[1], name)
    if node[0] in (ir.CALL, ir.FUNCTION):
        return False
    parts: list[Any] = list(node[1:])
    while parts:
        part = parts.pop()
        if part.__class__ is tuple and part:
            if part[0].__class__ is int and part[-1].__class__ is int:
                if _bare(part, name):
                    return True
            else:
                parts.extend(part)
    return False


def _is_certain(
    m: Machine, function: ir.Function, base: ir.Node, local: dict[str, int], calls: list[Call]
) -> bool:
    """Whether a table is the same one for all callers, as far as can be known."""
    if base[0] == ir.GLOBAL:
        return True
    if base[0] != ir.ATTR:
        return False
    root = base
    while root[0] == ir.ATTR:
        root = root[1]
    if root[0] == ir.GLOBAL:
        return True
    position = local.get(root[1]) if root[0] == ir.NAME else None
    if position is None:
        return False
    held = [call.company[position] for call in calls if position < len(call.company)]
    first = held[0].refs
    if any(value.refs != first for value in held):
        return False
    return all(_one(m, ref) for ref in first)


def _one(m: Machine, ref: Any) -> bool:
    """Whether a reference is one object, or all of one type that the pack knows."""
    if not isinstance(ref, Object) or ref.many:
        return False
    if ref.shape != "symbol":
        return ref.shape == "instance"
    return not m.program.type_names(ref.type).isdisjoint(_known_types(m))


def _known_types(m: Machine) -> set[str]:
    pack = m.policy.pack
    items: list[Any] = [*pack.producers, *pack.sinks, *pack.tables]
    return {item.owner for item in items if item.owner is not None}


# --- implementations -----------------------------------------------------------------


def _slots(m: Machine, uses: Uses) -> Iterator[Arrival]:
    """Implementations of one slot that take the same parameter for numbers of two spaces."""
    groups: dict[tuple[str, str], dict[tuple[int, int], None]] = {}
    for owner, slot, key in (*_overriding(m), *_assigned(m, uses)):
        if slot not in m.policy.slot_words and slot not in m.policy.slot_parameters:
            groups.setdefault((owner, slot), {})[key] = None
    speaking: dict[int, bool] = {}
    for (owner, slot), group in sorted(groups.items()):
        members = sorted(key for key in group if _speaks(m, key[0], speaking))
        if len(members) < 2:
            continue
        count = min(len(_parameters(m, key)) for key in members)
        for position in range(count):
            taken = [
                (key, use)
                for key in members
                if (use := _single(m, uses, (*key, position))) is not None
            ]
            for (left, one), (right, two) in pairwise(taken):
                if _apart(m, one.kind, two.kind):
                    yield _differ(m, (owner, slot, position), (left, one), (right, two))


def _speaks(m: Machine, module: int, known: dict[int, bool]) -> bool:
    """Whether a file is one that is read in any case: it holds a word of a producer.

    Else what is found would hang on which other files are read as well.
    """
    if m.program.modules[module].language == "c":
        return True
    if module not in known:
        code = m.program.modules[module].ir
        blocks = (code.body, *(k.body for k in code.classes), *(f.body for f in code.functions))
        words = m.policy.producer_words
        known[module] = any(
            part in words
            for block in blocks
            for node in walk(block)
            for part in node
            if part.__class__ is str
        )
    return known[module]


def _parameters(m: Machine, key: tuple[int, int]) -> tuple[ir.Parameter, ...]:
    return m.program.modules[key[0]].ir.functions[key[1]].parameters


def _single(m: Machine, uses: Uses, place: Place) -> Use | None:
    """The one kind that a parameter is taken for; None if there is none or it is not one."""
    found = uses.of(place)
    if not found or any(_apart(m, found[0].kind, use.kind) for use in found[1:]):
        return None
    return found[0]


def _differ(
    m: Machine,
    slot: tuple[str, str, int],
    one: tuple[tuple[int, int], Use],
    two: tuple[tuple[int, int], Use],
) -> Arrival:
    (left, first), (right, second) = one, two
    function = m.program.modules[right[0]].ir.functions[right[1]]
    other = m.program.modules[left[0]].ir.functions[left[1]]
    name = function.parameters[slot[2]].name
    what = f"{name} of {slot[0]}.{slot[1]}: {other.qualname}() and {function.qualname}()"
    arrival = Arrival(right[0], second.site, CODE, second.kind, first.kind, what)
    arrival.function = function.qualname
    for key, use in (two, one):
        taker = m.program.modules[key[0]].ir.functions[key[1]].qualname
        link = Link(key[0], use.site, f"{taker}() takes it for {use.kind}", None)
        place = (key[0], use.site)
        arrival.facts[place] = Fact(use.kind, place, FLOWED, link)
    return arrival


def _overriding(m: Machine) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Methods that a class and those it extends have both: owner, name, function."""
    for klass in _classes(m):
        for name, value in klass.members.slots.items():
            if name.__class__ is not str or name.startswith("__"):
                continue
            above = [k for k in klass.mro if name in k.members.slots]
            for ref in value.refs:
                if isinstance(ref, Closure) and (len(above) > 1 or klass.subclasses):
                    yield above[-1].name, name, (ref.module, ref.index)


def _classes(m: Machine) -> Iterator[ClassRef]:
    seen: set[int] = set()
    for module in m.program.modules:
        for value in module.namespace.slots.values():
            for ref in value.refs:
                if isinstance(ref, ClassRef) and id(ref) not in seen:
                    seen.add(id(ref))
                    yield ref


def _assigned(m: Machine, uses: Uses) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """``k->slot = function`` where the type of ``k`` is declared: owner, slot, function."""
    for module in m.program.modules:
        for block in m.program.assigning.get(module.index, ()):
            types: dict[str, str] = {}
            nodes = list(walk(block))
            for node in nodes:
                if node[0] == ir.DECLARE and node[1][0] in (ir.NAME, ir.GLOBAL):
                    type_ = m.policy.annotation(node[2]).type
                    if type_ is not None:
                        types[node[1][1]] = type_
            for node in nodes:
                if node[0] != ir.ASSIGN or node[2][0] not in (ir.GLOBAL, ir.NAME):
                    continue
                for target in node[1]:
                    if target[0] == ir.ATTR and word_of(target[1]) in types:
                        key = uses.find(module.index, node[2][1])
                        if key is not None and target[1][0] != ir.ATTR:
                            yield types[word_of(target[1])], target[2], key
