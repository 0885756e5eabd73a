"""Running a function of the program: parameters, recursion, memory of earlier runs.

A run that looked at nothing older than itself is remembered by its arguments;
one that recurs into itself is repeated until its result is stable.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spapr_lint.flow import blessings, memory, scope
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Env, Machine, Unreachable
from spapr_lint.flow.objects import ClassRef, Closure, Object
from spapr_lint.flow.values import (
    NOTHING,
    UNKNOWN,
    Value,
    constant,
    join,
    join_all,
    reference,
    same,
)

_YOUNG = 1 << 62
_REPEATS = 4
_NESTED = 6
EXACT_DEPTH = 48
EXACT_STEPS = 20_000  # statements from one root of a small group of modules
_VISITS = 30  # of a function from one root, after which its recursion is taken in general


def enter(m: Machine, a: Activation, closure: Closure, arguments: Arguments, site: int) -> Value:
    """Call a function of the program."""
    function = closure.function
    module = m.program.modules[closure.module]
    m.edge(a, f"{module.name}.{function.qualname.replace('.<locals>', '')}")
    env = bind_parameters(m, a, closure, arguments, site)
    m.evaluated[(closure.module, closure.index)] = None
    if function.is_generator:
        made = m.allocate("generator", None, a.module.index, site, [closure, env, a.depth])
        return reference(made)
    if function.is_async:
        made = m.allocate("coroutine", None, a.module.index, site, [closure, env, a.depth])
        return reference(made)
    return evaluate(m, a, closure, env, site)


def bind_parameters(
    m: Machine, a: Activation, closure: Closure, arguments: Arguments, site: int
) -> Env:
    """Route arguments to parameters as Python does."""
    function = closure.function
    env: Env = {}
    position = 0
    given = dict(arguments.keywords)
    module = a.module.index
    note = f"passed to {function.name}()"
    for parameter in function.parameters:
        passing = parameter.passing
        name = parameter.name
        value: Value | None = None
        if passing == "star":
            env[name] = _star(m, a, arguments.positional[position:], arguments.rest, site)
            position = len(arguments.positional)
            continue
        if passing == "mapping":
            env[name] = _mapping(m, a, given, arguments.others, site)
            continue
        if passing != "keyword" and position < len(arguments.positional):
            value = arguments.positional[position]
            position += 1
        elif passing != "positional" and name in given:
            value = given.pop(name)
        else:
            value = closure.defaults.get(name)
            spread = arguments.others if passing == "keyword" else _spread(arguments)
            if spread is not None:
                value = spread if value is None else join(value, spread)
        env[name] = UNKNOWN if value is None else value.step(module, site, note)
    if any(value.facts for value in env.values()):
        m.policy.interfaces.passed(closure, env, module, site)
    return _named(m, m.policy.parameters(m, closure, env))


def _named(m: Machine, env: Env) -> Env:
    if not m.policy.guards:
        return env
    return {name: blessings.owned(value) for name, value in env.items()}


def _spread(arguments: Arguments) -> Value | None:
    if arguments.rest is None:
        return arguments.others
    return arguments.rest if arguments.others is None else join(arguments.rest, arguments.others)


def _star(m: Machine, a: Activation, values: list[Value], rest: Value | None, site: int) -> Value:
    from spapr_lint.flow import containers

    made = m.allocate("tuple", None, a.module.index, site)
    items = values if rest is None else [*values, rest]
    containers.fill(m, made, items, rest is None)
    return reference(made)


def _mapping(
    m: Machine, a: Activation, given: dict[str, Value], others: Value | None, site: int
) -> Value:
    from spapr_lint.flow import containers

    made = m.allocate("dict", None, a.module.index, site)
    containers.fill(m, made, [], True)
    for name, value in given.items():
        containers.store_item(m, a, made, constant(name), value)
    if others is not None:
        containers.store_item(m, a, made, UNKNOWN, others)
    return reference(made)


def evaluate(m: Machine, a: Activation, closure: Closure, env: Env, site: int) -> Value:
    """The result of the function's body with these parameters."""
    where = (closure.module, closure.index)
    nested = sum(1 for known, _ in m.stack if known == where)
    exact = closure.module in m.exact
    steps = EXACT_STEPS if exact else m.limits.root_steps
    depth = EXACT_DEPTH if exact else m.limits.depth
    if m.root is None:
        m.margins.steps(m.steps, steps + 1, m.limits.exact_steps + 1, scope.FINE + 1)
    if nested >= _NESTED + 2 or a.depth >= depth or m.steps > steps:
        m.limit("depth", a.module.index, site)
        return m.opaque(a, site)
    if m.scope is not None and not exact and not m.scope.matters(closure):
        if not _on_import(m) and not scope.handed(closure, env.values()):
            m.pass_by(where)
            scope.leave_unsure(env.values())
            return m.policy.result(m, a, closure, site)
    fine = m.root is None and m.steps <= scope.FINE
    merged = m.coarse and not exact and not fine
    coarse = merged or m.program.modules[closure.module].language == "c"
    if not coarse and m.steps > m.limits.exact_steps:
        m.limit("budget", closure.module, closure.function.site)
        coarse = True
    visits = m.visits[where] = m.visits.get(where, 0) + 1
    if nested >= _NESTED or (nested and (coarse or visits > _VISITS)):
        env = {name: _general(value) for name, value in env.items()}
    if coarse:
        numbers = m.contexts.get(where, 0) < m.limits.contexts
        key = memory.coarse_key(closure, env, numbers)
    else:
        key = memory.exact_key(closure, env)
    for known, running in m.stack:
        if known == where and running[0] == key:
            running[1] = True
            summary: Value | None = m.recursion.get(key)
            if summary is None:
                raise Unreachable
            return summary
    kept = coarse or memory.memorable(closure, env)
    if kept:
        remembered = m.memo.get(key)
        if remembered is not None and m.still(remembered) and _quiet(m, remembered):
            memory.recall(m, remembered, env)
            if remembered.result is None:
                raise Unreachable
            return memory.returned(remembered, env)
        m.contexts[where] = m.contexts.get(where, 0) + 1
    return _follow(m, a, closure, env, key, (kept, coarse))


def _on_import(m: Machine) -> bool:
    """Whether the body of a module calls, which runs once and early: it enters what it can."""
    if m.root is not None:
        return False
    m.margins.steps(m.steps, scope.TOP_LEVEL)
    return m.steps < scope.TOP_LEVEL and m.total < scope.TOP_LEVELS


def _follow(
    m: Machine, a: Activation, closure: Closure, env: Env, key: Any, how: tuple[bool, bool]
) -> Value:
    """Run the function and remember what it came to, if that may be."""
    kept, coarse = how
    leaks = m.leaks
    running = [key, False]
    m.stack.append(((closure.module, closure.index), running))
    outer = m.reading
    raised = m.raised
    m.reading = {}
    try:
        result, child = _stable(m, a, closure, env, key, running)
    finally:
        m.stack.pop()
        cells = m.reading
        m.reading = outer
        m.reading.update(cells)
    if coarse:
        writes = memory.writes_of(m, env, child)
        m.memo[key] = memory.Memory(result, cells, m.epoch, writes, memory.tokens_of(env))
    elif kept and child.touch > child.start and memory.portable(result, child.start):
        m.memo[key] = memory.Memory(result, cells, m.epoch, (), memory.tokens_of(env))
    if m.raised > raised and key in m.memo:
        m.memo[key].raises = True
    if m.scope is not None and (m.leaks > leaks or (result is not None and scope.carries(result))):
        if not scope.handed(closure, env.values()):
            m.scope.export((closure.module, closure.index))
            m.wake((closure.module, closure.index))
    if child.touch < a.touch:
        a.touch = child.touch
    if result is None:
        raise Unreachable
    return result


def _quiet(m: Machine, remembered: memory.Memory) -> bool:
    """Whether nothing was raised, or nobody would take it."""
    return not remembered.raises or m.collectors[-1].activation is None


def _general(value: Value) -> Value:
    """The value without the constants that would make each level of a recursion differ."""
    numbers = [c for c in value.constants if c.__class__ in (int, float, str, bytes)]
    if not numbers:
        return value
    rest = tuple([c for c in value.constants if c.__class__ not in (int, float, str, bytes)])
    return Value(value.facts, value.refs, rest, True)


def _stable(
    m: Machine, a: Activation, closure: Closure, env: Env, key: Any, running: list[Any]
) -> tuple[Value | None, Activation]:
    for _ in range(_REPEATS):
        running[1] = False
        result, child = run(m, a.depth + 1, closure, env)
        if not running[1]:
            break
        before = m.recursion.get(key)
        after = result if before is None else join(before, result or NOTHING)
        if after is not None:
            after = after if after.mark is None else after.marked(None)
            m.recursion[key] = after
        if before is not None and after is not None and same(before, after):
            break
        if after is None:
            break
    return result, child


def activation(m: Machine, depth: int, closure: Closure, env: Env) -> Activation:
    """The activation in which the function's body will run."""
    function = closure.function
    module = m.program.modules[closure.module]
    child = Activation(module, function, depth)
    child.closure = closure
    child.klass = closure.owner
    child.name = f"{module.name}.{function.qualname.replace('.<locals>', '')}"
    child.start = m.births
    child.touch = _YOUNG
    child.mark = m.journal.mark()
    child.env = dict(env)
    if closure.cells or function.shared:
        child.cells = dict(closure.cells)
        for name in function.shared:
            cell = m.allocate("cell", None, closure.module, function.site)
            value = env.get(name)
            if value is not None:
                cell.slots["value"] = value
            child.cells[name] = cell
        for name in function.variables:
            if name not in function.shared:
                child.cells.pop(name, None)
    return child


def run(m: Machine, depth: int, closure: Closure, env: Env) -> tuple[Value | None, Activation]:
    """Run the body; the result is None if it never returns."""
    child = activation(m, depth, closure, env)
    goes = m.tables.block(m, child, closure.function.body)
    return finish_paths(m, child, goes), child


def finish_paths(m: Machine, child: Activation, goes: bool) -> Value | None:
    """Join all ways out of a body."""
    results = [value for value, _ in child.returns]
    here = child.result if child.result is not None else (constant(None) if goes else None)
    if child.result is None and here is not None and m.policy.guards:
        here = blessings.leaving(child.env, here)
    if not results:
        return here
    paths = [changes for _, changes in child.returns]
    last = m.journal.undo(child.mark)
    if here is not None:
        results.append(here)
        paths.append(last)
    m.journal.merge(paths)
    return join_all(results)


def advance(m: Machine, generator: Object, wanted: int | None = None) -> tuple[list[Value], bool]:
    """What a generator yields, in order if that is certain: all, or as much as is wanted."""
    if "yielded" in generator.slots:
        items, exact, partial = generator.extra[3]
        if not partial or (wanted is not None and wanted <= len(items)):
            return items, exact
    closure, env, depth = generator.extra[:3]
    where = (closure.module, closure.index)
    nested = sum(1 for known, _ in m.stack if known == where)
    spent = m.steps > m.limits.exact_steps  # one that recurs is then taken as it is
    if depth >= m.limits.depth or nested >= (1 if spent else 3) or m.steps > m.limits.root_steps:
        if spent:
            m.limit("budget", closure.module, closure.function.site)
        return [UNKNOWN], False
    if len(generator.extra) > 4:
        _take_back(m, generator.extra[4])
    mark = m.journal.mark()
    child = activation(m, depth + 1, closure, env)
    child.yields = []
    child.wanted = wanted
    slots = generator.slots
    for slot, value in slots.items():
        if slot.__class__ is tuple and slot[0] in ("sent", "thrown"):
            child.sends[slot[1] if slot[0] == "sent" else slot] = value
    m.stack.append((where, [None, False]))
    try:
        goes = m.tables.block(m, child, closure.function.body)
    finally:
        m.stack.pop()
    if child.stopped:  # what would follow has not happened yet
        m.journal.undo(child.mark)
        m.journal.apply(child.stop)
        del child.yields[wanted:]
        result = None
    else:
        result = finish_paths(m, child, goes)
    m.journal.write(generator.slots, "result", UNKNOWN if result is None else result)
    exact = child.stopped or child.uncertain_yields == 0
    done = _done(m, mark) if child.stopped else []
    generator.extra[3:] = [(child.yields, exact, child.stopped), done]
    m.journal.write(generator.slots, "yielded", constant(True))
    return child.yields, exact


_Done = list[tuple[dict[Any, Value], list[tuple[Any, Value | None, Value | None]]]]


def _done(m: Machine, mark: int) -> _Done:
    """What has been written since ``mark``, by object: slots, what they held and what they hold."""
    found: dict[int, tuple[dict[Any, Value], dict[Any, Value | None]]] = {}
    for slots, key, old in m.journal.entries[mark:]:
        found.setdefault(id(slots), (slots, {}))[1].setdefault(key, old)
    return [
        (slots, [(key, old, slots.get(key)) for key, old in olds.items()])
        for slots, olds in found.values()
    ]


def _take_back(m: Machine, done: _Done) -> None:
    """Undo what a generator did on its way so far: it is run again, and does so again."""
    for slots, written in done:
        if all(slots.get(key) is new for key, _, new in written):
            for key, old, _ in written:
                m.journal.write(slots, key, old)


def close(m: Machine, a: Activation, generator: Object, site: int) -> None:
    """``generator.close()``: its ``finally`` parts run, if it has begun."""
    from spapr_lint.flow import raising, streams

    if streams.position(generator) != 0:
        end = reference(m.allocate("instance", "GeneratorExit", a.module.index, site))
        raising.attempt(m, a, lambda: send(m, a, generator, end, site, "thrown"))


def run_generator(m: Machine, generator: Object, on_yield: Callable[[Value], None]) -> bool:
    """Run a generator, something else in the place of each yield; whether it comes to its end."""
    closure, env, depth = generator.extra[:3]
    where = (closure.module, closure.index)
    child = activation(m, depth + 1, closure, env)
    child.yields = []
    child.on_yield = on_yield
    m.stack.append((where, [None, False]))
    try:
        goes = m.tables.block(m, child, closure.function.body)
    finally:
        m.stack.pop()
    return finish_paths(m, child, goes) is not None


def send(
    m: Machine, a: Activation, generator: Object, value: Value, site: int, how: str = "sent"
) -> Value:
    """``generator.send(value)``: the body is run again with what was sent (or thrown) to it."""
    from spapr_lint.flow import streams

    position = streams.position(generator)
    key = (how, "any" if position is None else position - 1)
    if position != 0 and value.constants != (None,):
        m.journal.write(generator.slots, key, value.step(a.module.index, site, ""))
        m.journal.write(generator.slots, "yielded", None)
    item, _ = streams.step(m, a, generator)
    return UNKNOWN if item is NOTHING else item


def finish(m: Machine, a: Activation, coroutine: Object) -> Value:
    """The result of a coroutine."""
    closure, env, depth = coroutine.extra
    return evaluate(m, a, closure, env, closure.function.site) if depth >= 0 else UNKNOWN


def root_values(m: Machine, closure: Closure) -> Env:
    """What is known of the parameters of a function that nothing in view calls."""
    env: Env = {}
    function = closure.function
    for position, parameter in enumerate(function.parameters):
        value = UNKNOWN
        if position == 0 and isinstance(closure.owner, ClassRef) and function.owner is not None:
            value = reference(m.instance_symbol(closure.owner))
        elif parameter.name in closure.defaults:
            default = closure.defaults[parameter.name]
            value = Value(default.facts, default.refs, default.constants, True)
        env[parameter.name] = value
    return _named(m, m.policy.parameters(m, closure, env))
