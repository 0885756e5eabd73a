"""What waits to be undone or called: exit stacks, redirected output, context variables.

What a ``with`` over one of these does on leaving is `leave`; on entering, `enter`.
"""

from __future__ import annotations

from typing import Any

from spapr_lint.flow import calls, containers, iterables
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.natives.common import Call, given, make, native, or_else
from spapr_lint.flow.objects import ANY, Object
from spapr_lint.flow.values import NONE, NOTHING, UNKNOWN, Value, join, reference

_EXITS = "<exits>"
_VARIABLE = "<variable>"
_FILE = "<file>"


# --- contextlib.ExitStack -----------------------------------------------------------


def stack(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``contextlib.ExitStack()``: a holder with a list of what is called on leaving."""
    made = m.allocate("holder", "stack", a.module.index, site)
    made.slots[_EXITS] = make(m, a, "list", [], site)
    return reference(made)


def _exits(ref: Object) -> Object | None:
    held = ref.slots.get(_EXITS, NOTHING).refs
    return held[0] if held and isinstance(held[0], Object) else None


def _later(m: Machine, ref: Object, call: Call, data: Any) -> None:
    exits = _exits(ref)
    if exits is not None:
        containers.append(m, exits, native("exit", call, data))


def enter_context(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``stack.enter_context(manager)``: entered now, left with the stack."""
    entered = calls.enter(m, a, given(g, 0), site)
    _later(m, ref, _leave_manager, given(g, 0))
    return entered


def push(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``stack.push(manager)``."""
    _later(m, ref, _leave_manager, given(g, 0))
    return given(g, 0)


def _leave_manager(m: Machine, a: Activation, g: Arguments, site: int, data: Value) -> Value:
    from spapr_lint.flow import managers

    return managers.leave(m, a, data, None, site)


def callback(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``stack.callback(function, …)``: called when the stack is left."""
    rest = Arguments(g.positional[1:], g.rest, g.keywords, g.others)
    _later(m, ref, _call_back, (given(g, 0), rest))
    return given(g, 0)


def _call_back(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    function, arguments = data
    return calls.awaited(m, a, calls.dispatch(m, a, function, arguments, site), site)


def close(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``stack.close()``: the last that was put there is left first."""
    exits = _exits(ref)
    if exits is None:
        return NONE
    items, _ = containers.known_items(exits)
    for item in reversed(items):
        if item.refs:
            calls.dispatch(m, a, item, Arguments([]), site)
    containers.replace(m, exits, [])
    return NONE


def pop_all(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``stack.pop_all()``: another stack takes over."""
    made = m.allocate("holder", "stack", a.module.index, site)
    exits = _exits(ref)
    items, exact = ([], True) if exits is None else containers.known_items(exits)
    made.slots[_EXITS] = make(m, a, "list", items, site, exact)
    if exits is not None:
        containers.replace(m, exits, [])
    return reference(made)


# --- sched ------------------------------------------------------------------------------


def scheduler(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``sched.scheduler()``: a list of what is called when it runs."""
    made = m.allocate("holder", "scheduler", a.module.index, site)
    made.slots[_EXITS] = make(m, a, "list", [], site)
    return reference(made)


def _schedule(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    values: list[Value] = []
    given_ = g.get(3, "argument")
    if given_ is not None:
        values, exact = iterables.iterate(m, a, given_, site)
        values = values if exact else [containers.element_of(values)]
    _later(m, ref, _call_back, (given(g, 2, "action"), Arguments(values)))
    return UNKNOWN


# --- contextlib.redirect_stdout -------------------------------------------------------


def redirect(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``contextlib.redirect_stdout(file)``."""
    made = m.allocate("holder", "redirect", a.module.index, site)
    made.slots[_FILE] = given(g, 0)
    return reference(made)


def output(m: Machine) -> Value | None:
    """The file to which output is redirected."""
    return m.symbol("<stdout>", "").slots.get(_FILE)


def enter(m: Machine, manager: Value) -> None:
    """``with redirect_stdout(file)`` begins."""
    for ref in manager.refs:
        if isinstance(ref, Object) and ref.type == "redirect":
            m.journal.write(m.symbol("<stdout>", "").slots, _FILE, ref.slots[_FILE])


def leave(m: Machine, a: Activation, manager: Value, site: int) -> None:
    """The end of a ``with`` over a stack or a redirection."""
    for ref in manager.refs:
        if not isinstance(ref, Object) or ref.shape != "holder":
            continue
        if ref.type == "stack":
            close(m, a, Arguments([]), site, ref)
        elif ref.type == "redirect":
            m.journal.write(m.symbol("<stdout>", "").slots, _FILE, None)


# --- contextvars ----------------------------------------------------------------------


def variable(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``contextvars.ContextVar(name, default=)``."""
    made = m.allocate("holder", "variable", a.module.index, site)
    made.slots[_VARIABLE] = NONE
    if "default" in g.keywords:
        made.slots[ANY] = g.keywords["default"]
    return reference(made)


def _get(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return or_else(ref.slots.get(ANY), g.get(0) if ANY not in ref.slots else None)


def _set(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    token = m.allocate("holder", "token", a.module.index, site)
    token.slots[ANY] = token.slots["old_value"] = ref.slots.get(ANY, NOTHING)
    m.journal.write(ref.slots, ANY, given(g, 0).step(a.module.index, site, ""))
    return reference(token)


def _reset(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    old = NOTHING
    for token in given(g, 0).refs:
        if isinstance(token, Object) and token.type == "token":
            old = join(old, token.slots.get(ANY, NOTHING))
    m.journal.write(ref.slots, ANY, None if old is NOTHING else old)
    return NONE


def context(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``contextvars.copy_context()``."""
    return reference(m.allocate("holder", "context", a.module.index, site))


def _run(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``context.run(function, …)``: what it sets stays in the context."""
    mark = m.journal.mark()
    rest = Arguments(g.positional[1:], g.rest, g.keywords, g.others)
    result = calls.dispatch(m, a, given(g, 0), rest, site)
    before: dict[int, tuple[Any, Value | None]] = {}
    for slots, key, old in m.journal.entries[mark:]:
        if key is ANY and _VARIABLE in slots:
            before.setdefault(id(slots), (slots, old))
    for where, (slots, old) in before.items():
        m.journal.write(ref.slots, ("set", where), slots.get(ANY))
        m.journal.write(slots, ANY, old)
    return result


def _context_item(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    result = NOTHING
    for each in given(g, 0).refs:
        if isinstance(each, Object) and each.type == "variable":
            held = ref.slots.get(("set", id(each.slots)), each.slots.get(ANY, UNKNOWN))
            result = join(result, held)
    return UNKNOWN if result is NOTHING else result


METHODS: dict[str, dict[str, Call]] = {
    "stack": {
        "enter_context": enter_context,
        "enter_async_context": enter_context,
        "callback": callback,
        "push_async_callback": callback,
        "push": push,
        "push_async_exit": push,
        "pop_all": pop_all,
        "close": close,
        "aclose": close,
    },
    "scheduler": {"enter": _schedule, "enterabs": _schedule, "run": close},
    "variable": {"get": _get, "set": _set, "reset": _reset},
    "context": {"run": _run, "__getitem__": _context_item, "get": _context_item},
}
TABLE: dict[str, tuple[Call, Any]] = {
    "contextlib.ExitStack": (stack, None),
    "contextlib.AsyncExitStack": (stack, None),
    "sched.scheduler": (scheduler, None),
    "contextlib.redirect_stdout": (redirect, None),
    "contextvars.ContextVar": (variable, None),
    "contextvars.copy_context": (context, None),
}
