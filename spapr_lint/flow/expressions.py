"""What each expression of the IR evaluates to.

One function an operation; `TABLE` lists them by operation number.  Calls,
attributes and containers have modules of their own.
"""

from __future__ import annotations

from typing import Any

from spapr_lint import ir
from spapr_lint.flow import (
    arithmetic,
    attributes,
    binding,
    blessings,
    calls,
    containers,
    failing,
    iterables,
    keys,
    slices,
    streams,
)
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.blessings import BLESSED, seen
from spapr_lint.flow.machine import Activation, Evaluator, Machine, touch
from spapr_lint.flow.objects import Object
from spapr_lint.flow.refine import refined
from spapr_lint.flow.values import (
    BOOLEAN,
    FALSE,
    NOTHING,
    TRUE,
    UNKNOWN,
    Value,
    constant,
    filter_truth,
    join,
    reference,
    truth,
)


def _const(m: Machine, a: Activation, n: ir.Node) -> Value:
    value = constant(n[1])
    if m.policy.literals and n[1].__class__ in (int, str, bytes):
        return m.policy.literal(m, a, value, n)
    return value


def _named(m: Machine, a: Activation, n: ir.Node, value: Value) -> Value:
    """The value of a variable, with what the pack says of its name."""
    if n[1] in m.policy.names:
        return m.policy.name(m, a, value, n)
    return value


def _name(m: Machine, a: Activation, n: ir.Node) -> Value:
    name = n[1]
    cell = a.cells.get(name) if a.function is not None else None
    value = a.env.get(name) if cell is None else cell.slots.get("value")
    if value is None:
        value = _global_value(m, a, name) if a.function is None else None
        if value is None:
            failing.name(m, a, name, n[2])
            value = UNKNOWN
    if value.mark is not None:
        value = seen(a, value)
    if name in m.policy.names:
        return m.policy.name(m, a, value, n)
    return value


def _global_value(m: Machine, a: Activation, name: str) -> Value | None:
    module = a.module
    value = module.namespace.slots.get(name)
    if value is None:
        for stars in module.stars:
            value = stars.slots.get(name)
            if value is not None:
                return value
        if module.language == "c":
            return m.program.linkage(m, module, name)
        return m.tables.builtins.get(name)
    return value


def _global(m: Machine, a: Activation, n: ir.Node) -> Value:
    name = n[1]
    key = (a.module.index, name)
    if key in m.volatile:
        a.touch = 0
    else:
        m.reading[key] = None
    value = _global_value(m, a, name)
    if value is None:
        failing.name(m, a, name, n[2])
        value = m.program.undefined(m, a, name, n[2])
    if value.mark is not None:
        value = seen(a, value)
    if name in m.policy.names:
        return m.policy.name(m, a, value, n)
    return value


def _free(m: Machine, a: Activation, n: ir.Node) -> Value:
    cell = a.cells.get(n[1])
    value = None
    if cell is not None:
        touch(a, cell)
        value = cell.slots.get("value")
        if value is not None and value.mark is not None:
            value = seen(a, value)
    return _named(m, a, n, UNKNOWN if value is None else value)


def _attr(m: Machine, a: Activation, n: ir.Node) -> Value:
    _, target, name, site = n
    owner = m.ex[target[0]](m, a, target)
    if target[0] in (ir.NAME, ir.CONST) and failing.awaited(m, a):
        failing.attribute(m, a, owner, site)
    value = attributes.get(m, a, owner, name, site, target)
    return value if value.mark is None else seen(a, value)


def _item(m: Machine, a: Activation, n: ir.Node) -> Value:
    _, target, key, site = n
    base = m.ex[target[0]](m, a, target)
    if key[0] == ir.SLICE:
        bounds = [None if part is None else m.ex[part[0]](m, a, part) for part in key[1:4]]
        return slices.get_slice(m, a, base, bounds, site)
    index = m.ex[key[0]](m, a, key)
    if index.facts:
        m.policy.sized(m, a, base, index, key[-1])
    if m.policy.tables:
        m.policy.subscript(m, a, target, base, index, key, site)
    if failing.awaited(m, a):
        failing.item(m, a, base, index, site)
    value = containers.get_item(m, a, base, index, site)
    return value if value.mark is None else seen(a, value)


def _slice(m: Machine, a: Activation, n: ir.Node) -> Value:
    for part in n[1:4]:
        if part is not None:
            m.ex[part[0]](m, a, part)
    return UNKNOWN


def _binary(m: Machine, a: Activation, n: ir.Node) -> Value:
    _, op, left_node, right_node, site = n
    left = m.ex[left_node[0]](m, a, left_node)
    right = m.ex[right_node[0]](m, a, right_node)
    if op in failing.DIVISIONS and failing.awaited(m, a):
        failing.division(m, a, right, site)
    return arithmetic.binary(m, a, op, left, right, site)


def _unary(m: Machine, a: Activation, n: ir.Node) -> Value:
    _, op, operand, site = n
    value = m.ex[operand[0]](m, a, operand)
    if op == "not":
        known = calls.decide(m, a, value, site)
        answer = BOOLEAN if known is None else constant(not known)
        return blessings.negated(value, answer) if m.policy.guards else answer
    return arithmetic.unary(m, a, op, value, site)


def _compare(m: Machine, a: Activation, n: ir.Node) -> Value:
    _, left_node, rest, site = n
    left = m.ex[left_node[0]](m, a, left_node)
    result: bool | None = True
    answer = BOOLEAN
    for op, right_node in rest:
        right = m.ex[right_node[0]](m, a, right_node)
        answer = arithmetic.compare(m, a, op, left, right, site)
        if op in ("in", "not in") and m.policy.tables:
            keys.tested(m.policy, m, a, left, left_node, right, right_node)
        if m.policy.guards and len(rest) == 1:
            answer = _says(m, a, n, (left, right), answer)
        known = truth(answer)
        if known is False:
            return answer
        if known is None:
            result = None
        left = right
    return answer if len(rest) == 1 else (BOOLEAN if result is None else constant(True))


def _says(
    m: Machine, a: Activation, n: ir.Node, sides: tuple[Value, Value], answer: Value
) -> Value:
    """What a comparison says of its sides; one with True or False says what the other side does."""
    left, right = sides
    op, right_node = n[2][0]
    for tested, other in ((left, right), (right, left)):
        if other.exact() and other.constants[0].__class__ is bool and tested.mark is not None:
            same = (op in ("==", "is")) == other.constants[0]
            if op in ("==", "is", "!=", "is not"):
                return (
                    blessings.alike(tested, answer) if same else blessings.negated(tested, answer)
                )
    return blessings.of_compare(m.policy, a, n, ((n[1], left), (right_node, right)), answer)


def _logic(m: Machine, a: Activation, n: ir.Node) -> Value:
    _, op, operands, _ = n
    result = NOTHING
    before = a.env
    last = len(operands) - 1
    guards = m.policy.guards
    for position, operand in enumerate(operands):
        value = m.ex[operand[0]](m, a, operand)
        if guards:
            value = blessings.after(blessings.here(a.env) - blessings.here(before), value)
        if position == last:
            certain = value is (TRUE if op == "or" else FALSE)  # `x and False` is never true
            settled = certain and not (guards or result.facts) and attributes.outside(result)
            result = value if settled else join(result, value)
            break
        known = calls.decide(m, a, value, n[3])
        stops = op == "or"
        if known is None:
            kept = filter_truth(value, stops)
            result = join(result, blessings.only(kept, stops) if guards else kept)
            a.env = refined(m, a, operand, not stops, None, value)
        elif known == stops:
            result = join(result, value)
            break
    if a.env is not before:
        held = before.get(BLESSED)
        a.env.pop(BLESSED, None)
        if held is not None:
            a.env[BLESSED] = held
        if a.env.keys() == before.keys():
            a.env = before
    return result


def _choose(m: Machine, a: Activation, n: ir.Node) -> Value:
    _, test, then, otherwise, _ = n
    value, known = calls.judged(m, a, m.ex[test[0]](m, a, test), test[-1])
    if known is not None:
        chosen: ir.Node = then if known else otherwise
        result: Value = m.ex[chosen[0]](m, a, chosen)
        return result
    before = a.env
    mark = m.journal.mark()
    a.env = refined(m, a, test, True, None, value)
    left = m.ex[then[0]](m, a, then)
    if m.policy.guards:
        left = blessings.leaving(a.env, left)
    first = m.journal.undo(mark)
    a.env = refined(m, a, test, False, before, value)
    right = m.ex[otherwise[0]](m, a, otherwise)
    if m.policy.guards:
        right = blessings.leaving(a.env, right)
    if first or m.journal.mark() > mark:
        second = m.journal.undo(mark)
        m.journal.merge([first, second])
    a.env = before
    return join(left, right)


def _function(m: Machine, a: Activation, n: ir.Node) -> Value:
    return calls.make_closure(m, a, n[1])


def _display(m: Machine, a: Activation, n: ir.Node) -> Value:
    _, shape, elements, site = n
    made = m.allocate(shape, None, a.module.index, site)
    items, exact = calls.expand(m, a, elements)
    containers.fill(m, made, items, exact)
    return reference(made)


def _mapping(m: Machine, a: Activation, n: ir.Node) -> Value:
    _, items, site = n
    made = m.allocate("dict", None, a.module.index, site)
    containers.fill(m, made, [], True)
    for key_node, value_node in items:
        value = m.ex[value_node[0]](m, a, value_node)
        if m.policy.guards:
            value = blessings.owned(value)
        if key_node is None:
            containers.update(m, a, made, value)
            continue
        key = m.ex[key_node[0]](m, a, key_node)
        step = value.step(a.module.index, value_node[-1], "")
        if m.policy.properties:
            m.policy.item_store(m, a, key, value, value_node, site)
        containers.store_item(m, a, made, key, step)
    return reference(made)


def _comprehension(m: Machine, a: Activation, n: ir.Node) -> Value:
    _, shape, elements, clauses, site = n
    made = m.allocate("list" if shape == "generator" else shape, None, a.module.index, site)
    containers.fill(m, made, [], True)
    before = a.env
    a.env = dict(before)
    _comprehend(m, a, made, elements, clauses, 0)
    first = _placed(m, a, elements, clauses)
    for place, item in enumerate(first if shape == "list" and not made.many else ()):
        m.journal.write(made.slots, ("item", "int", place), item)
    bound = {name for name in a.env if name not in before}
    targets = _target_names(clauses)
    for name, value in a.env.items():
        if name is BLESSED:
            continue
        if name not in targets and name not in bound:
            before[name] = value
        elif name in bound and name not in targets:
            before[name] = value
    a.env = before
    if shape == "generator":
        items, exact = containers.known_items(made)
        return streams.make(m, a, streams.Stream(items, exact, placed=tuple(first)), site)
    return reference(made)


_PLACED = 16


def _placed(m: Machine, a: Activation, elements: Any, clauses: Any) -> list[Value]:
    """The first elements of a comprehension over a list of which only the first ones are known."""
    target, iterable, conditions = clauses[0]
    plain = len(clauses) == 1 and not conditions and len(elements) == 1
    if not plain or iterable[0] not in (ir.NAME, ir.GLOBAL, ir.FREE, ir.ATTR):
        return []
    source = m.ex[iterable[0]](m, a, iterable)
    ref = source.refs[0] if len(source.refs) == 1 and not source.open else None
    if not isinstance(ref, Object) or ref.shape not in containers.SEQUENCES or ref.many:
        return []
    places = [key[2] for key, _ in containers.items_of(ref) if key[1] == "int"]
    if not places or min(places) < 0 or containers.length(ref) is not None:
        return []
    found: list[Value] = []
    for place in range(min(max(places) + 1, _PLACED)):
        item = containers.own_item(m, a, ref, constant(place), target[-1])
        binding.bind(m, a, target, item, target[-1])
        found.append(m.ex[elements[0][0]](m, a, elements[0]))
    return found


def _target_names(clauses: tuple[Any, ...]) -> set[str]:
    names: set[str] = set()
    pending = [clause[0] for clause in clauses]
    while pending:
        node = pending.pop()
        if node[0] in (ir.NAME, ir.GLOBAL, ir.FREE):
            names.add(node[1])
        elif node[0] == ir.DISPLAY:
            pending.extend(node[2])
        elif node[0] == ir.STAR:
            pending.append(node[1])
    return names


def _comprehend(
    m: Machine, a: Activation, made: Object, elements: Any, clauses: Any, level: int
) -> None:
    if level == len(clauses):
        values = [m.ex[element[0]](m, a, element) for element in elements]
        if m.policy.guards:
            values = [blessings.owned(value) for value in values]
        if len(values) == 2:
            containers.store_item(m, a, made, values[0], values[1])
        else:
            containers.append(m, made, values[0])
        return
    target, iterable, conditions = clauses[level]
    source = m.ex[iterable[0]](m, a, iterable)
    items, exact = iterables.iterate(m, a, source, iterable[-1])
    if not exact or len(items) > m.limits.unroll:
        items, exact = [containers.element_of(items)] if items else [], False
    for item in items:
        binding.bind(m, a, target, item, target[-1])
        certain = exact
        alive = True
        for condition in conditions:
            value, known = calls.judged(m, a, m.ex[condition[0]](m, a, condition), condition[-1])
            if known is False:
                alive = False
                break
            if known is None:
                certain = False
            a.env = refined(m, a, condition, True, None, value)
        if not alive:
            continue
        if certain:
            _comprehend(m, a, made, elements, clauses, level + 1)
        else:
            containers.blur(m, made)
            _comprehend(m, a, made, elements, clauses, level + 1)
            containers.blur(m, made)


def _yield(m: Machine, a: Activation, n: ir.Node) -> Value:
    value = constant(None) if n[1] is None else m.ex[n[1][0]](m, a, n[1])
    if a.yields is not None:
        return calls.yielded(m, a, value.step(a.module.index, n[2], "yielded"))
    return UNKNOWN


def _yield_from(m: Machine, a: Activation, n: ir.Node) -> Value:
    source = m.ex[n[1][0]](m, a, n[1])
    items, exact = iterables.iterate(m, a, source, n[2])
    if a.yields is not None:
        a.uncertain_yields += not exact
        for item in items:
            calls.yielded(m, a, item)
    return iterables.generator_result(m, source)


def _await(m: Machine, a: Activation, n: ir.Node) -> Value:
    return calls.awaited(m, a, m.ex[n[1][0]](m, a, n[1]), n[2])


def _bind(m: Machine, a: Activation, n: ir.Node) -> Value:
    value: Value = m.ex[n[2][0]](m, a, n[2])
    if m.policy.guards:
        value = blessings.owned(value)
    binding.bind(m, a, n[1], value, n[3])
    return value


def _format(m: Machine, a: Activation, n: ir.Node) -> Value:
    values = [m.ex[part[0]](m, a, part) for part in n[1]]
    if all(value.exact() for value in values):
        text = "".join(str(value.constants[0]) for value in values)
        if len(text) < 4096 and not any(value.facts for value in values):
            return constant(text)
    convert = m.tables.builtins["format"]
    parts = [
        calls.dispatch(m, a, convert, Arguments([value]), n[2]) if value.refs else value
        for value in values
    ]
    return arithmetic.mixed(m, a, parts, n[2])


def _star(m: Machine, a: Activation, n: ir.Node) -> Value:
    value: Value = m.ex[n[1][0]](m, a, n[1])
    return value


def _opaque(m: Machine, a: Activation, n: ir.Node) -> Value:
    return UNKNOWN


TABLE: list[Evaluator] = [
    _const,
    _name,
    _global,
    _free,
    _attr,
    _item,
    _slice,
    calls.call,
    _binary,
    _unary,
    _compare,
    _logic,
    _choose,
    _function,
    _display,
    _mapping,
    _comprehension,
    _yield,
    _yield_from,
    _await,
    _bind,
    _format,
    _star,
    _opaque,
]
