"""``try``, ``with`` and what leaves them: exceptions, ``return``, ``break`` through ``finally``.

What is raised for certain is collected with the state in which it is raised;
beside it, each statement that may raise is taken to do so.  Whatever leaves a
``try`` with a ``finally`` waits until that has run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spapr_lint import ir
from spapr_lint.flow import binding, calls, classes, containers, failing, managers
from spapr_lint.flow.imports import bind_name
from spapr_lint.flow.machine import Activation, Changes, Collector, Env, Final, Machine, Unreachable
from spapr_lint.flow.objects import Object
from spapr_lint.flow.states import State, merge_env, merge_states
from spapr_lint.flow.values import NOTHING, UNKNOWN, Value, join_all, reference, truth

Raised = tuple[Value, Env, Changes]

_RAISING = frozenset(
    (
        ir.CALL,
        ir.ITEM,
        ir.ATTR,
        ir.BINARY,
        ir.RAISE,
        ir.ASSERT,
        ir.IMPORT,
        ir.FROM,
        ir.AWAIT,
        ir.FOR,
        ir.WITH,
        ir.DELETE,
    )
)
_COMPOUND = frozenset((ir.IF, ir.FOR, ir.WHILE, ir.WITH, ir.TRY, ir.MATCH))
_YIELDING = _RAISING | {ir.YIELD}
_POINTS = 12


def may_raise(node: Any, yields: bool = False) -> bool:
    """Whether something unforeseen may be raised by a statement (or thrown in at its ``yield``)."""
    raising = _YIELDING if yields else _RAISING
    pending = [node]
    while pending:
        each = pending.pop()
        if each.__class__ is not tuple or not each:
            continue
        if each[0].__class__ is int and len(each) > 1 and each[0] in raising:
            return True
        pending.extend(each)
    return False


def try_(m: Machine, a: Activation, n: ir.Node) -> bool:
    """``try``: the body, the handlers, the else part, the finally part."""
    _, body, handlers, otherwise, final, _ = n
    start = m.journal.mark()
    collector = Collector(a, start)
    collector.undefined = any(_of_names(types) for types, _, _ in handlers)
    waiting = Final(start, a.loop) if final else None
    if waiting is not None:
        a.finals.append(waiting)
    m.collectors.append(collector)
    a.branch += 1
    goes, points = run_body(m, a, body, start, bool(handlers or final))
    pending = collector.states
    if points:
        pending = pending + points
    collector.states = []
    if not handlers:
        left = pending
    if goes and otherwise:
        m.collectors[-1] = outer = Collector(a, start)
        goes = m.tables.block(m, a, otherwise)
        collector.states = outer.states
    ends: list[State] = []
    if goes:
        ends.append((a.env, m.journal.undo(start)))
    else:
        m.journal.undo(start)
    m.collectors[-1] = collector
    if handlers:
        more, left = _handle(m, a, handlers, pending, start)
        ends.extend(more)
    left = left + collector.states
    m.collectors.pop()
    a.branch -= 1
    if waiting is None:
        _pass_on(m, a, left)
        return _continue(m, a, ends)
    a.finals.pop()
    return _finally(m, a, final, ends, left, waiting)


def _of_names(types: ir.Node | None) -> bool:
    """Whether ``except types`` speaks of names that are not defined."""
    if types is None or types[0] in (ir.NAME, ir.GLOBAL):
        return types is not None and types[1] in ("NameError", "UnboundLocalError")
    return types[0] == ir.DISPLAY and any(_of_names(each) for each in types[2])


def attempt(m: Machine, a: Activation, action: Callable[[], Value]) -> tuple[Value | None, Value]:
    """Do something whose exceptions are kept: its result, None if there is none, and they."""
    start = m.journal.mark()
    collector = Collector(a, start)
    m.collectors.append(collector)
    a.branch += 1
    result: Value | None = None
    try:
        result = action()
    except Unreachable:
        pass
    finally:
        m.collectors.pop()
        a.branch -= 1
    if not collector.states:
        return result, NOTHING
    paths = [changes for _, _, changes in collector.states]
    last = m.journal.undo(start)
    m.journal.merge(paths if result is None else [*paths, last])
    return result, join_all([value for value, _, _ in collector.states])


def run_body(
    m: Machine, a: Activation, body: ir.Block, start: int, wanted: bool
) -> tuple[bool, list[Raised]]:
    """Run statements one by one; the states in which something unforeseen may be raised."""
    points: list[Raised] = []
    for statement in body:
        raising = (
            wanted and statement[0] != ir.RAISE and may_raise(statement, a.on_yield is not None)
        )
        raising = raising and not failing.harmless(m, a, statement)
        if raising and len(points) < _POINTS:
            points.append((UNKNOWN, dict(a.env), m.journal.changes(start)))
        if not m.tables.block(m, a, (statement,)):
            return False, points
        if raising and (statement[0] in _COMPOUND or len(points) >= _POINTS):
            points.append((UNKNOWN, dict(a.env), m.journal.changes(start)))
    return True, points


def _continue(m: Machine, a: Activation, ends: list[State]) -> bool:
    if not ends:
        return False
    merge_states(m, a, ends)
    return True


def _pass_on(m: Machine, a: Activation, states: list[Raised]) -> None:
    """What no handler here takes is raised further out."""
    held = a.env
    for value, env, changes in states:
        if value is UNKNOWN:
            continue
        mark = m.journal.mark()
        a.env = env
        m.journal.apply(changes)
        m.raise_value(value)
        m.journal.undo(mark)
    a.env = held


def _handle(
    m: Machine, a: Activation, handlers: Any, pending: list[Raised], start: int
) -> tuple[list[State], list[Raised]]:
    """Run the handlers on what was raised: how they end, and what none of them takes."""
    ends: list[State] = []
    for types, name, body in handlers:
        grouped = name is not None and name[0] == "*"
        taken, left = [], []
        wanted = None if types is None else _types(m, a, types)
        for state in pending:
            match = True if wanted is None else classes.catches(m, state[0], wanted)
            if grouped and wanted is not None and match is None:
                match = catches_part(m, state[0], wanted)
            if match is not False:
                taken.append(state)
            if match is not True:
                left.append(state)
        pending = left
        if not taken:
            continue
        merge_states(m, a, [(env, changes) for _, env, changes in taken])
        raised = join_all([value for value, _, _ in taken])
        a.env = dict(a.env)
        a.env["<raised>"] = raised
        if name is not None:
            site = body[0][-1] if body else types[-1]
            if grouped:
                raised = group_of(m, a, raised, wanted or UNKNOWN, site)
            bind_name(m, a, name.lstrip("*"), raised, site)
        a.uncertain += 1
        goes = m.tables.block(m, a, body)
        a.uncertain -= 1
        changes = m.journal.undo(start)
        if goes:
            ends.append((a.env, changes))
    return ends, pending


def catches_part(m: Machine, value: Value, wanted: Value) -> bool | None:
    """Whether ``except* wanted`` takes anything of a raised group."""
    answers: set[bool | None] = set()
    for item in _grouped(value):
        answers.add(classes.catches(m, item, wanted))
    return False if answers == {False} else None


def _grouped(value: Value) -> list[Value]:
    """The exceptions that are raised: those in a group, or the one."""
    found: list[Value] = []
    for ref in value.refs:
        held = ref.slots.get("exceptions") if isinstance(ref, Object) else None
        inner = [] if held is None else [r for r in held.refs if isinstance(r, Object)]
        if inner:
            found += [item for each in inner for item in containers.known_items(each)[0]]
        else:
            found.append(reference(ref))
    return found if found and not value.open else [*found, UNKNOWN]


def group_of(m: Machine, a: Activation, raised: Value, wanted: Value, site: int) -> Value:
    """The group that ``except* wanted as name`` binds."""
    items = [item for item in _grouped(raised) if classes.catches(m, item, wanted) is not False]
    held = m.allocate("tuple", None, a.module.index, site)
    containers.fill(m, held, items, True)
    made = m.allocate("instance", "ExceptionGroup", a.module.index, site)
    made.slots["exceptions"] = reference(held)
    return reference(made)


def _types(m: Machine, a: Activation, node: ir.Node) -> Value:
    try:
        return m.ex[node[0]](m, a, node)
    except Unreachable:
        return UNKNOWN


def _finally(
    m: Machine,
    a: Activation,
    final: ir.Block,
    ends: list[State],
    raised: list[Raised],
    waiting: Final,
) -> bool:
    """Run the finally part once for each way that leads into it."""
    start = m.journal.mark()
    result: list[State] = []
    a.branch += 1
    if ends:
        merge_states(m, a, ends)
        goes = m.tables.block(m, a, final)
        changes = m.journal.undo(start)
        if goes:
            result.append((a.env, changes))
    for kind in ("return", "break", "continue"):
        exits = [(v, env, changes) for k, v, env, changes in waiting.exits if k == kind]
        if exits and _final_run(m, a, final, exits):
            _leave(m, a, kind, join_all([value for value, _, _ in exits]))
        m.journal.undo(start)
    explicit = [state for state in raised if state[0] is not UNKNOWN]
    for group in (explicit, [state for state in raised if state[0] is UNKNOWN]):
        if group and _final_run(m, a, final, group) and group is explicit:
            m.raise_value(join_all([value for value, _, _ in group]))
        m.journal.undo(start)
    a.branch -= 1
    return _continue(m, a, result)


def _final_run(m: Machine, a: Activation, final: ir.Block, states: list[Raised]) -> bool:
    merge_states(m, a, [(env, changes) for _, env, changes in states])
    return bool(m.tables.block(m, a, final))


def _leave(m: Machine, a: Activation, kind: str, value: Value) -> None:
    """Go on with what a finally part held up."""
    if kind == "return":
        leave_function(m, a, value)
    elif a.loop is not None:
        leave_turn(m, a, kind)


def leave_function(m: Machine, a: Activation, value: Value) -> None:
    """``return value``, through the finally parts that it leaves."""
    if a.finals:
        final = a.finals[-1]
        final.exits.append(("return", value, a.env, m.journal.changes(final.mark)))
    elif a.branch == 0:
        a.result = value
    else:
        a.returns.append((value, m.journal.changes(a.mark)))
        a.uncertain_yields += a.uncertain


def leave_turn(m: Machine, a: Activation, kind: str) -> None:
    """``break`` or ``continue``, through the finally parts that it leaves."""
    if a.finals and a.finals[-1].loop is a.loop:
        final = a.finals[-1]
        final.exits.append((kind, UNKNOWN, a.env, m.journal.changes(final.mark)))
    elif a.loop is not None:
        states = a.loop.breaks if kind == "break" else a.loop.continues
        states.append((a.env, m.journal.changes(a.loop.mark)))
        a.uncertain_yields += a.uncertain


def with_(m: Machine, a: Activation, n: ir.Node) -> bool:
    """``with``: managers from left to right, the body inside the last."""
    _, items, body, _ = n
    return _inside(m, a, items, 0, body)


def _inside(m: Machine, a: Activation, items: Any, place: int, body: ir.Block) -> bool:
    if place == len(items):
        return bool(m.tables.block(m, a, body))
    expression, target = items[place]
    manager = m.ex[expression[0]](m, a, expression)

    def enclosed(entered: Value) -> bool:
        try:
            if target is not None:
                binding.bind(m, a, target, entered, target[-1])
            return _inside(m, a, items, place + 1, body)
        except Unreachable:
            return False

    inline = managers.generator_of(manager)
    if inline is not None:
        return managers.run_around(m, a, inline, enclosed)
    entered = calls.enter(m, a, manager, expression[-1])
    return _guarded(m, a, manager, entered, enclosed, expression[-1])


def _guarded(
    m: Machine, a: Activation, manager: Value, entered: Value, enclosed: Any, site: int
) -> bool:
    """Run the body, then ``__exit__`` on every way out of it."""
    start = m.journal.mark()
    collector = Collector(a, start)
    waiting = Final(start, a.loop)
    before = dict(a.env)
    m.collectors.append(collector)
    a.finals.append(waiting)
    a.branch += 1
    goes = enclosed(entered)
    state = (a.env, m.journal.undo(start))
    m.collectors.pop()
    a.finals.pop()
    ends: list[State] = []
    if goes:
        merge_states(m, a, [state])
        managers.leave(m, a, manager, None, site)
        ends.append((a.env, m.journal.undo(start)))
    for kind in ("return", "break", "continue"):
        exits = [(v, env, changes) for k, v, env, changes in waiting.exits if k == kind]
        if exits:
            merge_states(m, a, [(env, changes) for _, env, changes in exits])
            managers.leave(m, a, manager, None, site)
            _leave(m, a, kind, join_all([value for value, _, _ in exits]))
            m.journal.undo(start)
    for value, env, changes in collector.states[:8]:
        merge_states(m, a, [(env, changes)])
        swallowed = truth(managers.leave(m, a, manager, value, site))
        if swallowed is not True:
            m.raise_value(value)
        changed = m.journal.undo(start)
        if swallowed is not False:
            ends.append((a.env, changed))
    if managers.suppresses(m, manager):
        for env, changes in ((merge_env(before, state[0]), state[1]), (before, {})):
            merge_states(m, a, [(env, changes)])
            managers.leave(m, a, manager, UNKNOWN, site)
            ends.append((a.env, m.journal.undo(start)))
    a.branch -= 1
    return _continue(m, a, ends)
