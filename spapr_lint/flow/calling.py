"""Calls whose name the pack knows: sinks, conversions, producers, pass-through."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from spapr_lint import ir
from spapr_lint.flow import arithmetic, calls, properties
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine, Unreachable
from spapr_lint.flow.objects import Bound, ClassRef, Closure, External, Native, Object
from spapr_lint.flow.values import NOTHING, UNKNOWN, Value, constant, join
from spapr_lint.kinds import Kind, Pattern
from spapr_lint.packs import Pack

if TYPE_CHECKING:
    from spapr_lint.flow.policy import Policy

_HOLDERS = ("list", "tuple", "set", "dict")
_PYTHON = frozenset("+ - * / // % << >> & | ^ **".split())


def operators(pack: Pack) -> dict[str, str]:
    """Operators that code spells as calls: the name, and the operator that it is."""
    found = {"MIN": "min", "MAX": "max"}
    pending: list[Pattern] = [c.frm for c in pack.conversions]
    while pending:
        pattern = pending.pop()
        if isinstance(pattern, tuple) and not isinstance(pattern, Kind):
            if pattern[0] not in _PYTHON:
                found[pattern[0]] = pattern[0]
            pending.extend(pattern[1:])
    found.pop("min", None)
    found.pop("max", None)
    return found


def dotted(node: ir.Node) -> str:
    """The text of a name with attributes, empty for anything else."""
    if node[0] in (ir.NAME, ir.GLOBAL, ir.FREE):
        return str(node[1])
    if node[0] == ir.ATTR:
        inner = dotted(node[1])
        return f"{inner}.{node[2]}" if inner else f".{node[2]}"
    return ""


def callee_names(m: Machine, callee: Value, node: ir.Node) -> set[str]:
    """All names by which a pack may mean what is called here."""
    names = set()
    text = dotted(node)
    if text:
        names.add(text)
        names.add(text.rpartition(".")[2])
    return names | names_of(m, callee)


def names_of(m: Machine, callee: Value) -> set[str]:
    """The names of what is called, whatever it is called by here."""
    names = set()
    for ref in callee.refs:
        target: Any = ref.function if ref.__class__ is Bound else ref
        if target.__class__ is External or target.__class__ is Native:
            names.add(target.name)
            names.add(target.name.rpartition(".")[2])
        elif target.__class__ is Closure:
            module = m.program.modules[target.module].name
            names.add(target.function.name)
            names.add(f"{module}.{target.function.qualname}")
            names.add(target.function.qualname)
        elif target.__class__ is ClassRef:
            names.add(target.name)
            names.add(f"{m.program.modules[target.module].name}.{target.name}")
    return names


def applies_when(item: Any, n: ir.Node, arguments: Arguments) -> bool:
    """Whether the other arguments are those that a declaration is about."""
    for position, allowed in item.when:
        node = None
        if isinstance(position, int):
            node = n[2][position] if position < len(n[2]) else None
        else:
            node = next((value for name, value in n[3] if name == position), None)
        if node is None:
            return False
        word = dotted(node).rpartition(".")[2]
        if word in allowed:
            continue
        if node[0] == ir.CONST and str(node[1]) in allowed:
            continue
        return False
    return True


def _owner_fits(policy: Policy, m: Machine, item: Any, receiver: Value | None) -> bool:
    if item.owner is None:
        return True
    owners = policy.owners(m, receiver) if receiver is not None else None
    return owners is None or item.owner in owners


def _deref(value: Value) -> Value:
    """What a pointer points to, as far as it is known."""
    result = Value(value.facts, (), value.constants, value.open, value.form)
    for ref in value.refs:
        if ref.__class__ is Object:
            for slot in ("v", "value"):
                held = ref.slots.get(slot)
                if held is not None:
                    result = join(result, held)
    return result


def _with_contents(policy: Policy, value: Value, depth: int = 3) -> Value:
    """The value with the labels of what it holds: text made of a container is made of them."""
    facts = {fact.key: fact for fact in value.facts}
    pending = [(ref, depth) for ref in value.refs]
    seen = set()
    while pending:
        ref, left = pending.pop()
        if ref.__class__ is not Object or ref in seen or ref.shape not in _HOLDERS:
            continue
        seen.add(ref)
        for key, item in ref.slots.items():
            if key.__class__ is str:
                continue
            for fact in policy.surviving(item.facts):
                facts.setdefault(fact.key, fact)
            if left:
                pending.extend((inner, left - 1) for inner in item.refs)
    return value.with_facts(tuple(facts.values())) if len(facts) > len(value.facts) else value


def _argument(arguments: Arguments, which: int | str | None) -> Value | None:
    if isinstance(which, int):
        return arguments.get(which)
    if which is None:
        return arguments.any()
    return arguments.keywords.get(which)


def _site(n: ir.Node, which: int | str | None) -> int:
    """The site of an argument's expression, of the call where it is not one of its own."""
    if isinstance(which, int) and which < len(n[2]):
        if not any(node[0] == ir.STAR for node in n[2][: which + 1]):
            return n[2][which][-1]  # type: ignore[no-any-return]
    if isinstance(which, str):
        for name, node in n[3]:
            if name == which:
                return node[-1]  # type: ignore[no-any-return]
    return n[-1]  # type: ignore[no-any-return]


def check_sinks(
    policy: Policy,
    m: Machine,
    a: Activation,
    n: ir.Node,
    sinks: list[Any],
    arguments: Arguments,
    name: str,
) -> None:
    """Judge the arguments that sinks are about; one argument may please any family."""
    grouped: dict[Any, list[Any]] = {}
    for sink in sinks:
        if policy.fits(sink, a) and applies_when(sink, n, arguments):
            grouped.setdefault((sink.argument, sink.deref, sink.rule), []).append(sink)
    for (which, deref, _), group in grouped.items():
        value = _argument(arguments, which)
        if value is None:
            continue
        if deref:
            value = _deref(value)
        if value.refs and policy.labels:
            value = _with_contents(policy, value)
        if not value.facts and value.form is None:
            continue
        sink = policy.united(group)[0]
        place = which if isinstance(which, str) else (f"{which}" if which is not None else "")
        what = f"argument {place} of {name}()" if place else f"argument of {name}()"
        policy.arrivals.check(m, a, value, sink, _site(n, which), what)


def slot_call(
    policy: Policy,
    m: Machine,
    a: Activation,
    n: ir.Node,
    receiver: Value | None,
    word: str,
    arguments: Arguments,
) -> Arguments:
    """Judge what a slot is called with."""
    if receiver is None:
        return arguments
    sinks = [s for s in policy.slot_sinks.get(word, ()) if _owner_fits(policy, m, s, receiver)]
    if sinks:
        check_sinks(policy, m, a, n, sinks, arguments, word)
    return arguments


def _method_items(
    policy: Policy, m: Machine, table: dict[str, list[Any]], word: str, receiver: Value | None
) -> list[Any]:
    if receiver is None:
        return []
    return [i for i in table.get(word, ()) if _owner_fits(policy, m, i, receiver)]


def call(
    policy: Policy,
    m: Machine,
    a: Activation,
    n: ir.Node,
    callee: Value,
    receiver: Value | None,
    word: str,
    arguments: Arguments,
) -> Value:
    """Evaluate a call that the pack says something of."""
    site = n[-1]
    names = callee_names(m, callee, n[1])
    lasts = {name.rpartition(".")[2] for name in names}
    sinks = [s for each in lasts for s in policy.call_sinks.get(each, ()) if s.call in names]
    sinks += _method_items(policy, m, policy.method_sinks, word, receiver)
    if sinks:
        check_sinks(policy, m, a, n, sinks, arguments, word or sorted(lasts)[0])
    for each in sorted(lasts):
        for item in policy.property_calls.get(each, ()):
            properties.property_call(policy, m, a, item, arguments, site)
        for item in policy.dt_calls.get(each, ()):
            properties.dt_call(policy, m, a, item, arguments, site)
        through = policy.throughs.get(each)
        if through is not None:
            value = arguments.get(through.argument)
            if value is not None:
                return value.step(a.module.index, site, "")
        operator = policy.operators.get(each)
        if operator is not None and len(arguments.positional) > 1:
            return arithmetic.combine(m, a, operator, arguments.positional, site)
    handed = [
        item
        for each in sorted(lasts)
        for item in policy.registrations.get(each, ())
        if applies_when(item, n, arguments)
    ]
    # Where each of many functions is called with members of its own range, the body that keeps
    # them all in one place would call each with the others' numbers.
    if any(item.members_of is not None for item in handed):
        result = m.opaque(a, site)
    else:
        result = calls.dispatch(m, a, callee, arguments, site, n)
    for registration in handed:
        _register(policy, m, a, registration, arguments, n)
    converted = _convert(policy, m, a, n, lasts, arguments, result)
    if converted is not None:
        return converted
    return _produced(policy, m, a, n, (names, lasts, word), receiver, arguments, result)


def _register(
    policy: Policy, m: Machine, a: Activation, item: Any, arguments: Arguments, n: ir.Node
) -> None:
    """A function is handed over to be called later: it is called, its parameter of this kind."""
    handler = arguments.get(item.handler)
    if handler is None or not handler.refs:
        return
    given: Value | None = None
    if item.members_of is not None:
        count = arguments.get(item.members_of)
        if count is not None and count.facts:
            given = policy.members(m, a, constant(0), count, n[-1])
    else:
        note = f"given to what {dotted(n[1])}() registers"
        given = Value((policy.declare(a, item.gives, n[-1], note),), open=True)
    if given is None:
        return
    values = [UNKNOWN] * item.parameter + [given]
    mark = m.journal.mark()
    a.branch += 1
    with suppress(Unreachable):
        calls.dispatch(m, a, Value(refs=handler.refs), Arguments(values, UNKNOWN), n[-1])
    a.branch -= 1
    m.journal.merge([m.journal.undo(mark), {}])


def _convert(
    policy: Policy,
    m: Machine,
    a: Activation,
    n: ir.Node,
    lasts: set[str],
    arguments: Arguments,
    result: Value,
) -> Value | None:
    """The result of a call that is a declared conversion; its arguments are judged."""
    for each in sorted(lasts):
        for conversion in policy.call_conversions.get(each, ()):
            if not policy.applies(conversion, a.module):
                continue
            source = None
            for position, pattern in enumerate(conversion.arguments):
                value = arguments.get(position)
                if value is None or not isinstance(pattern, Kind):
                    continue
                source = value if source is None else source
                sink = policy.wanting(pattern)
                if value.facts or value.form is not None:
                    what = f"argument {position} of {each}()"
                    policy.arrivals.check(m, a, value, sink, _site(n, position), what)
            fact = policy.declare(a, conversion.to, n[-1], f"{each}() gives {conversion.to}")
            return Value((fact,), result.refs, result.constants, True)
    return None


def _produced(
    policy: Policy,
    m: Machine,
    a: Activation,
    n: ir.Node,
    named: tuple[set[str], set[str], str],
    receiver: Value | None,
    arguments: Arguments,
    result: Value,
) -> Value:
    """The result of a call, with what its producers declare of it and of its pointers."""
    names, lasts, word = named
    producers = [
        p for each in sorted(lasts) for p in policy.call_producers.get(each, ()) if p.call in names
    ]
    producers += _method_items(policy, m, policy.method_producers, word, receiver)
    producers = [p for p in producers if applies_when(p, n, arguments)]
    outs = [p for p in producers if p.out is not None and policy.fits(p, a)]
    for producer in outs:
        _write_out(policy, m, a, n, arguments.get(producer.out), producer)
    plain = [p for p in producers if p.out is None and p.item is None and not p.element]
    if plain:
        if result is NOTHING:
            result = UNKNOWN
        return policy.give(a, plain, result, n[-1], f"{word or sorted(lasts)[0]}()")
    return result


def _write_out(
    policy: Policy, m: Machine, a: Activation, n: ir.Node, pointer: Value | None, producer: Any
) -> None:
    """What a call writes through a pointer."""
    if pointer is None:
        return
    note = f"written by {dotted(n[1])}()"
    fact = policy.declare(a, producer.gives, n[-1], f"{note} is {producer.gives}")
    for ref in pointer.refs:
        if ref.__class__ is Object:
            m.journal.write(ref.slots, "v", Value((fact,), open=True))
