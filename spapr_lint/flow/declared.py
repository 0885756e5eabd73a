"""What is declared of parameters and variables: by the pack, by slots, by annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spapr_lint import ir
from spapr_lint.flow.machine import Activation, Env, Machine, Module
from spapr_lint.flow.objects import LENGTH, Closure, Object
from spapr_lint.flow.values import DECLARED, UNKNOWN, Fact, Link, Value
from spapr_lint.packs import Sink

if TYPE_CHECKING:
    from spapr_lint.flow.policy import Policy


def parameters(policy: Policy, m: Machine, closure: Closure, env: Env) -> Env:
    """Parameters as annotations, slots and the pack declare them."""
    module = m.program.modules[closure.module]
    key = (closure.module, closure.index)
    producers = m.program.parameter_producers.get(key)
    if producers is None:
        producers = m.program.parameter_producers[key] = _producers(policy, m, module, closure)
    for parameter, (plain, inner) in zip(closure.function.parameters, producers, strict=True):
        value = env[parameter.name]
        if parameter.annotation is not None:
            value = _annotated(
                policy, m, module, parameter.annotation, value, parameter.site, parameter.name
            )
        if plain:
            value = _declared_parameter(policy, module, plain, value, parameter)
        if inner:
            value = _declared_items(policy, m, module, inner, value, parameter)
        env[parameter.name] = value
    return env


def _producers(
    policy: Policy, m: Machine, module: Module, closure: Closure
) -> list[tuple[list[Any], list[Any]]]:
    """What the pack says of each parameter itself, and of what each holds."""
    slots = m.program.slots_of(closure)
    named = (
        *policy.parameter_producers.get(closure.function.name, ()),
        *policy.parameter_producers.get("*", ()),
    )
    found = []
    for position, parameter in enumerate(closure.function.parameters):
        producers = [
            p
            for p in named
            if p.parameter in (parameter.name, str(position))
            and (p.owner is None or p.owner in m.program.parameter_types(closure))
        ]
        for owner, slot in slots:
            producers.extend(
                p
                for p in policy.slot_parameters.get(slot, ())
                if p.parameter in (parameter.name, str(position))
                and (owner == p.owner or (owner is None and (module.speaks or not p.owner)))
            )
        plain = [p for p in producers if p.item is None and not p.element]
        inner = [p for p in producers if p.item is not None and policy.applies(p, module)]
        found.append((plain, inner))
    return found


def _declared_parameter(
    policy: Policy, module: Module, producers: list[Any], value: Value, parameter: ir.Parameter
) -> Value:
    kinds = {p.gives for p in producers if policy.applies(p, module)}
    place = (module.index, parameter.site)
    facts = [f for f in value.facts if not f.kind.role]
    if len([k for k in kinds if k.role]) <= 1:
        for kind in kinds:
            link = Link(*place, f"{parameter.name} is {kind}", None)
            facts.append(Fact(kind, place, DECLARED, link))
    return Value(tuple(facts), value.refs, value.constants, value.open)


def _declared_items(
    policy: Policy,
    m: Machine,
    module: Module,
    producers: list[Any],
    value: Value,
    parameter: ir.Parameter,
) -> Value:
    """An array from outside of which the pack knows what is where."""
    place = (module.index, parameter.site)
    made = m.allocate("list", None, *place)
    made.slots[LENGTH] = UNKNOWN
    for producer in producers:
        note = f"{parameter.name}[{producer.item}] is {producer.gives}"
        fact = Fact(producer.gives, place, DECLARED, Link(*place, note, None))
        made.slots[("item", "int", producer.item)] = Value((fact,), open=True)
    return Value(value.facts, (made,), value.constants, False)


def parameter_store(
    policy: Policy, m: Machine, a: Activation, target: ir.Node, key: Value, value: Value, site: int
) -> None:
    """Check what a function stores in an element of a parameter."""
    function = a.function
    if function is None or not value.facts or target[0] != ir.NAME or not key.exact():
        return
    names = [p.name for p in function.parameters]
    for sink in (
        *policy.parameter_sinks.get(function.name, ()),
        *policy.parameter_sinks.get("*", ()),
    ):
        if target[1] not in names or sink.item != key.constants[0]:
            continue
        if sink.parameter in (target[1], str(names.index(target[1]))) and policy.fits(sink, a):
            what = f"stored in {target[1]}[{sink.item}]"
            policy.arrivals.check(m, a, value, sink, site, what)


def _annotated(
    policy: Policy, m: Machine, module: Module, text: str, value: Value, site: int, name: str
) -> Value:
    note = policy.annotation(text)
    if note.kind is not None:
        place = (module.index, site)
        link = Link(*place, f"{name} is {note.kind}", None)
        facts = (Fact(note.kind, place, DECLARED, link),)
        return Value(facts, value.refs, value.constants, value.open)
    if note.type is not None and value.refs and (m.scope is not None or module.language == "c"):
        value = _of_type(policy, m, module, note.type, value)
    if value.open and note.type is not None and _vague(value):
        symbol = m.program.symbol(m, module, note.type)
        if symbol is not None:
            return Value(value.facts, (symbol,), value.constants)
    return value


def _of_type(policy: Policy, m: Machine, module: Module, type_: str, value: Value) -> Value:
    """The value without objects of other types, which came by a merged call."""
    symbol = m.program.symbol(m, module, type_)
    if symbol is None:
        return value
    names = m.program.type_names(symbol.type)
    kept = []
    for ref in value.refs:
        if ref.__class__ is Object and ref.type is not None:
            own = m.program.type_names(ref.type)
            if names.isdisjoint(own) or not (type_ in own or own <= names):
                continue
        kept.append(ref)
    if len(kept) == len(value.refs):
        return value
    return Value(value.facts, tuple(kept) or (symbol,), value.constants, value.open)


def variable(
    policy: Policy, m: Machine, a: Activation, annotation: str, value: Value, n: ir.Node
) -> Value:
    """A value as the annotation of its variable declares it."""
    note = policy.annotation(annotation)
    if note.kind is not None and value.facts:
        wanted = Sink(wants=(note.kind,), title=annotation)
        policy.arrivals.check(m, a, value, wanted, n[-1], f"declared {note.kind}")
    name = n[1][1] if n[1][0] in (ir.NAME, ir.GLOBAL, ir.FREE) else "value"
    return _annotated(policy, m, a.module, annotation, value, n[-1], str(name))


def _vague(value: Value) -> bool:
    return all(
        ref.__class__ is Object and ref.shape == "opaque" and ref.type is None for ref in value.refs
    )
