"""Calls: what is called, with which arguments, and binding them to names.

`call` evaluates a call expression, `invoke` calls one object that is known,
`run` evaluates the body of a function of the program.
"""

from __future__ import annotations

from typing import Any

from spapr_lint import ir
from spapr_lint.flow import (
    activation,
    attributes,
    blessings,
    classes,
    containers,
    gates,
    iterables,
    keys,
    scope,
    streams,
)
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine, Unreachable
from spapr_lint.flow.objects import (
    ANY,
    ESCAPED,
    LENGTH,
    Bound,
    ClassRef,
    Closure,
    External,
    ModuleRef,
    Native,
    Object,
)
from spapr_lint.flow.values import (
    NOTHING,
    TRUE,
    UNKNOWN,
    Fact,
    Value,
    constant,
    join,
    reference,
    truth,
)

_QUESTIONS = ("is", "has")  # how methods begin that only answer yes or no
_AWAITABLE = ("future", "coroutine")


def decide(m: Machine, a: Activation, value: Value, site: int) -> bool | None:
    """`truth`, where ``__bool__`` and ``__len__`` of the program's classes are asked."""
    return judged(m, a, value, site)[1]


def judged(m: Machine, a: Activation, value: Value, site: int) -> tuple[Value, bool | None]:
    """What `decide` says, and the value that says so: that of ``__bool__`` if there is one."""
    for ref in value.refs:
        if ref.__class__ is Object and ref.shape == "instance":
            for name in ("__bool__", "__len__"):
                found = call_special(m, a, value, name, [], site)
                if found is not None:
                    return (found, truth(found)) if len(value.refs) == 1 else (value, None)
            break
    return value, truth(value)


def expand(m: Machine, a: Activation, elements: tuple[ir.Node, ...]) -> tuple[list[Value], bool]:
    """Evaluate expressions, stars spread out; whether positions are exact."""
    values: list[Value] = []
    exact = True
    for element in elements:
        if element[0] == ir.STAR:
            source = m.ex[element[1][0]](m, a, element[1])
            items, known = iterables.iterate(m, a, source, element[-1])
            values.extend(items)
            exact = exact and known
        else:
            value = m.ex[element[0]](m, a, element)
            if m.policy.guards:
                value = blessings.owned(value)
            values.append(value.step(a.module.index, element[-1], "") if value.facts else value)
    return values, exact


def read_arguments(m: Machine, a: Activation, n: ir.Node) -> Arguments:
    """The arguments of a call expression."""
    positional: list[Value] = []
    rest: Value | None = None
    for element in n[2]:
        if element[0] == ir.STAR:
            source = m.ex[element[1][0]](m, a, element[1])
            items, exact = iterables.iterate(m, a, source, element[-1])
            if exact and rest is None:
                positional.extend(items)
            else:
                rest = join(rest or NOTHING, containers.element_of(items))
        else:
            value = m.ex[element[0]](m, a, element)
            if m.policy.guards:
                value = blessings.owned(value)
            if rest is None:
                positional.append(value)
            else:
                rest = join(rest, value)
    keywords: dict[str, Value] = {}
    others: Value | None = None
    for name, element in n[3]:
        value = m.ex[element[0]](m, a, element)
        if m.policy.guards:
            value = blessings.owned(value)
        if name is not None:
            keywords[name] = value
            continue
        for key, item in containers.pairs(m, value):
            if key.exact() and isinstance(key.constants[0], str):
                keywords[key.constants[0]] = item
            else:
                others = join(others or NOTHING, item)
        if value.open:
            others = join(others or NOTHING, UNKNOWN)
    return Arguments(positional, rest, keywords, others)


def call(m: Machine, a: Activation, n: ir.Node) -> Value:
    """A call expression."""
    _, function, _, _, site = n
    m.steps += 1
    receiver: Value | None = None
    if function[0] == ir.ATTR:
        receiver = m.ex[function[1][0]](m, a, function[1])
        callee = attributes.get(m, a, receiver, function[2], function[3], function[1])
        word = function[2]
    else:
        callee = m.ex[function[0]](m, a, function)
        word = function[1] if function[0] in (ir.NAME, ir.GLOBAL, ir.FREE) else ""
    arguments = read_arguments(m, a, n)
    if a.gates:
        gates.called(a, n)
    if receiver is not None and word in m.program.fillers and _unsure(callee, receiver):
        if any(value.facts for value in arguments.values()):
            owners = m.policy.owners(m, receiver)
            callee = join(Value(refs=callee.refs), m.program.filling(word, owners))
    policy = m.policy
    spoken = word in policy.call_words
    if not spoken and policy.call_words:
        for ref in callee.refs:
            if ref.__class__ is External and ref.name.rpartition(".")[2] in policy.call_words:
                spoken = True
            elif ref.__class__ is Closure and ref.function.name in policy.call_words:
                spoken = True
            elif ref.__class__ is ClassRef and ref.name in policy.call_words:
                spoken = True
    if word in policy.slot_words:
        arguments = policy.slot_call(m, a, n, receiver, word, arguments)
    if not spoken:
        result = dispatch(m, a, callee, arguments, site, n)
    else:
        result = policy.call(m, a, n, callee, receiver, word, arguments)
    if word in keys.WORDS and policy.tables:
        if receiver is not None:
            keys.asked(policy, m, a, n, receiver, arguments)
        result = keys.given(policy, m, a, n, receiver, result)
    elif word == "_replace" and receiver is not None:
        policy.replaced(m, a, receiver, arguments, site)
    if policy.guards:
        if result.mark is not None:
            blessings.returned(a, result)
        if policy.guarding.speaks(word, callee):
            result = policy.checked(m, a, callee, receiver, arguments, result, n, site)
    if callee.facts and not result.facts and _obscure(callee, word):
        result = labelled(m, result, callee.facts)  # a method of what carries a label
    if a.module.language == "c" and len(result.refs) == 1:
        _typed(m, n, result.refs[0])
    return result


def _obscure(callee: Value, word: str) -> bool:
    """Whether a method is not in view, and gives more than an answer to a question."""
    return not word.startswith(_QUESTIONS) and attributes.outside(callee)


def labelled(m: Machine, made: Value, labels: tuple[Fact, ...]) -> Value:
    """What something unknown made, carrying labels, as does whatever may be asked of it."""
    for ref in made.refs:
        if ref.__class__ is Object and ref.shape == "opaque":
            held = join(ref.slots.get(ANY, NOTHING), Value(labels, open=True))
            m.journal.write(ref.slots, ANY, held)
    return made.with_facts(labels)


def _unsure(callee: Value, receiver: Value) -> bool:
    """Whether a method slot may hold more functions than were seen to be stored in it."""
    if not callee.refs:
        return True
    return any(ref.__class__ is Object and ref.shape == "symbol" for ref in receiver.refs)


def _typed(m: Machine, n: ir.Node, made: Any) -> None:
    """Say of what type a new object is, where an argument says so."""
    if made.__class__ is Object and made.shape == "opaque" and made.type is None:
        made.type = m.program.made_type(n)


def dispatch(
    m: Machine, a: Activation, callee: Value, arguments: Arguments, site: int, node: Any = None
) -> Value:
    """Call any of the objects that ``callee`` may be."""
    refs = callee.refs
    if len(refs) == 1 and not callee.open:
        return invoke(m, a, refs[0], arguments, site)
    if not refs:
        if m.scope is not None and any(scope.carries(value, 1) for value in arguments.values()):
            m.leaks += 1
        m.unresolved[(a.module.index, site)] = None
        escape(m, arguments)
        return m.opaque(a, site).with_facts(callee.facts)
    results: list[Value] = []
    paths = []
    mark = m.journal.mark()
    a.branch += 1
    alive = False
    for ref in refs:
        try:
            results.append(invoke(m, a, ref, arguments, site))
            alive = True
            paths.append(m.journal.undo(mark))
        except Unreachable:
            m.journal.undo(mark)
    a.branch -= 1
    if callee.open:
        results.append(UNKNOWN)
        paths.append({})
    elif not alive:
        raise Unreachable
    m.journal.merge(paths)
    result = NOTHING
    for value in results:
        result = join(result, value)
    return result


def invoke(m: Machine, a: Activation, ref: Any, arguments: Arguments, site: int) -> Value:
    """Call one object."""
    kind = ref.__class__
    if kind is Closure:
        return activation.enter(m, a, ref, arguments, site)
    if kind is Bound:
        return invoke(m, a, ref.function, arguments.after(ref.receiver), site)
    if kind is ClassRef:
        return classes.instantiate(m, a, ref, arguments, site)
    if kind is Native:
        spelled = _spelled(ref)
        if spelled:
            m.edge(a, spelled)
        result: Value = ref.call(m, a, arguments, site, ref.data)
        return result
    if kind is External:
        m.edge(a, ref.name)
        return m.tables.external(m, a, ref.name, arguments, site)
    if kind is Object:
        found = call_special(m, a, reference(ref), "__call__", arguments, site)
        if found is not None:
            return found
    m.unresolved[(a.module.index, site)] = None
    escape(m, arguments)
    return m.opaque(a, site)


def escape(m: Machine, arguments: Arguments) -> None:
    """Something that is not in view is handed these: it may change what they hold."""
    for value in arguments.values():
        for ref in value.refs:
            if ref.__class__ is Object and ref.shape in ("list", "dict"):
                m.journal.write(ref.slots, ESCAPED, TRUE)


def _spelled(ref: Native) -> str:
    """What a native is called in the call graph: of an object from outside by its dotted name."""
    owner = ref.data
    if owner.__class__ is Object and owner.shape in ("opaque", "symbol"):
        method = ref.name.rpartition(".")[2]
        return f"{owner.extra}.{method}" if owner.extra and owner.shape == "opaque" else ""
    return f"<builtin>.{ref.name}"


def call_special(
    m: Machine, a: Activation, receiver: Value, name: str, arguments: Any, site: int
) -> Value | None:
    """Call a method of the receiver's class, None if no object it may be has one."""
    if not isinstance(arguments, Arguments):
        arguments = Arguments(list(arguments))
    result: Value | None = None
    for ref in receiver.refs:
        method = classes.special(m, ref, name)
        if method is None:
            continue
        answer = dispatch(m, a, classes.bind_method(method, reference(ref)), arguments, site)
        result = answer if result is None else join(result, answer)
    if result is not None and receiver.open:
        result = join(result, UNKNOWN)
    return result


def make_closure(m: Machine, a: Activation, index: int) -> Value:
    """The function that a definition makes here, its defaults evaluated."""
    module = a.module
    function = module.ir.functions[index]
    defaults: dict[str, Value] = {}
    for parameter in function.parameters:
        if parameter.default is not None:
            node = parameter.default
            defaults[parameter.name] = m.ex[node[0]](m, a, node)
    owner = a.klass if a.function is None or function.owner is not None else None
    attributes_of = m.allocate("function", None, module.index, function.site)
    closure = Closure(module.index, index, function, dict(a.cells), defaults, owner, attributes_of)
    return reference(closure)


def decorate(m: Machine, a: Activation, value: Value, decorators: tuple[ir.Node, ...]) -> Value:
    """What the decorators, innermost last in the text, make of a definition."""
    for decorator in reversed(decorators):
        wrapper = m.ex[decorator[0]](m, a, decorator)
        if not wrapper.refs and wrapper.open:
            continue  # an unknown decorator is taken to keep what it decorates
        result = dispatch(m, a, wrapper, Arguments([value]), decorator[-1])
        if result.refs and any(
            ref.__class__ is not Object or ref.shape != "opaque" for ref in result.refs
        ):
            value = result
    return value


def awaited(m: Machine, a: Activation, value: Value, site: int) -> Value:
    """``await value``: the result of a coroutine of the program."""
    found = call_special(m, a, value, "__await__", [], site)
    if found is not None:
        iterables.iterate(m, a, found, site)
        return iterables.generator_result(m, found)
    others = tuple(
        [r for r in value.refs if r.__class__ is not Object or r.shape not in _AWAITABLE]
    )
    if len(others) == len(value.refs):
        return value
    results = Value(value.facts, others, value.constants, value.open)
    for ref in value.refs:
        if ref.__class__ is Object and ref.shape == "future":
            results = join(results, result_of(m, a, ref))
        elif ref.__class__ is Object and ref.shape == "coroutine":
            results = join(results, activation.finish(m, a, ref))
    return results


def result_of(m: Machine, a: Activation, future: Object) -> Value:
    """What a future holds, or raises; what waits for something is given its turn first."""
    if "<waits>" in future.slots:
        m.tables.take_turns(m, a)
    error = future.slots.get("<error>")
    if error is not None:
        m.raise_value(error)
        if "<result>" not in future.slots:
            raise Unreachable
    return future.slots.get("<result>", UNKNOWN)


def yielded(m: Machine, a: Activation, value: Value) -> Value:
    """``yield value``: what was sent in return."""
    if a.yields is None:
        return UNKNOWN
    place = len(a.yields)
    a.yields.append(value)
    a.uncertain_yields += a.uncertain
    if a.on_yield is not None:
        a.on_yield(value)
    if a.wanted is not None and place + 1 >= a.wanted and not a.uncertain_yields:
        a.stopped = True
        a.stop = m.journal.changes(a.mark)
        raise Unreachable
    thrown = a.sends.get(("thrown", place)) if a.sends else None
    if thrown is not None:
        m.raise_value(thrown)
        raise Unreachable
    sent = a.sends.get(place, constant(None))
    return join(sent, a.sends["any"]) if "any" in a.sends else sent


def enter(m: Machine, a: Activation, manager: Value, site: int) -> Value:
    """What ``with manager as x`` binds."""
    for name in ("__enter__", "__aenter__"):
        found = call_special(m, a, manager, name, [], site)
        if found is not None:
            return awaited(m, a, found, site) if name == "__aenter__" else found
    m.tables.entered(m, manager)
    for ref in manager.refs:
        if ref.__class__ is Object and ref.shape == "manager":
            return streams.first(m, a, ref.extra, site)
    return manager


def instance_of(m: Machine, a: Activation, value: Value, site: int) -> Value:
    """``raise C`` raises ``C()``."""
    if any(
        ref.__class__ is ClassRef or (ref.__class__ is Native and ref.data == "exception")
        for ref in value.refs
    ):
        before = dict(m.edges.get(a.name, {}))
        made = dispatch(m, a, value, Arguments([]), site)
        for callee in [c for c in m.edges.get(a.name, {}) if c.startswith("<builtin>.")]:
            if callee not in before:  # nobody wrote a call of Python's own class
                del m.edges[a.name][callee]
        return made
    return value


__all__ = ["LENGTH", "ModuleRef", "call", "dispatch", "invoke"]
