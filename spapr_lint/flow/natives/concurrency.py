"""``asyncio``, ``threading``, ``concurrent.futures``, ``queue``, ``contextlib.ExitStack``.

Tasks and threads are run where they are started: one order of many, as a call.
"""

from __future__ import annotations

from typing import Any

from spapr_lint.flow import attributes, calls, classes, containers, iterables
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.natives import iteration, sequences, textual
from spapr_lint.flow.natives.common import Call, given, make, make_dict, native, or_else
from spapr_lint.flow.objects import ANY, ClassRef, External, Object
from spapr_lint.flow.values import (
    BOOLEAN,
    NONE,
    UNKNOWN,
    Value,
    reference,
)

_THREADS = ("threading.Thread", "threading.Timer", "multiprocessing.Process")
_RESULT = "<result>"


def run(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``asyncio.run(coroutine)``: its result."""
    return calls.awaited(m, a, given(g, 0), site)


def gather(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``asyncio.gather(*awaitables)``: the results in order."""
    found = [calls.awaited(m, a, value, site) for value in g.positional]
    if g.rest is not None:
        found.append(calls.awaited(m, a, g.rest, site))
    return make(m, a, "list", found, site, g.rest is None)


def task(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``asyncio.create_task(coroutine)``: a future whose result is known at once."""
    return future(m, a, calls.awaited(m, a, given(g, 0), site), site)


def future(m: Machine, a: Activation, result: Value, site: int) -> Value:
    """Something that holds a result."""
    made = m.allocate("future", "future", a.module.index, site)
    made.slots[_RESULT] = result
    return reference(made)


def empty_future(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``asyncio.Future()``, ``loop.create_future()``."""
    return reference(m.allocate("future", "future", a.module.index, site))


def _result(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return ref.slots.get(_RESULT, UNKNOWN)


def _set_result(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    m.journal.write(ref.slots, _RESULT, given(g, 0).step(a.module.index, site, ""))
    callback = ref.slots.get("callback")
    if callback is not None:
        calls.dispatch(m, a, callback, Arguments([reference(ref)]), site)
    return NONE


def _when_done(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    if _RESULT in ref.slots:
        calls.dispatch(m, a, given(g, 0), Arguments([reference(ref)]), site)
    else:
        m.journal.write(ref.slots, "callback", given(g, 0))
    return NONE


def wait_for(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``asyncio.wait_for(awaitable, timeout)``, ``shield``."""
    return given(g, 0)


def completed(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``as_completed(futures)``: they, in an order not known."""
    items, _ = iterables.iterate(m, a, given(g, 0), site)
    return make(m, a, "list", items, site, len(items) < 2)


def to_thread(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``asyncio.to_thread(function, …)`` and ``Executor.submit``."""
    rest = Arguments(g.positional[1:], g.rest, g.keywords, g.others)
    return future(m, a, calls.dispatch(m, a, given(g, 0), rest, site), site)


def _in_executor(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return to_thread(m, a, Arguments(g.positional[1:], g.rest), site, None)


def _submit(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return to_thread(m, a, g, site, None)


def _apply(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    items, exact = (
        iterables.iterate(m, a, given(g, 1), site) if len(g.positional) > 1 else ([], True)
    )
    arguments = Arguments(items) if exact else Arguments([], containers.element_of(items))
    result = calls.dispatch(m, a, given(g, 0), arguments, site)
    return future(m, a, result, site)


def _map(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    mapped = iteration.map_(m, a, Arguments(g.positional), site, None)
    items, exact = iterables.iterate(m, a, mapped, site)
    return make(m, a, "list", items, site, exact)


def _call_soon(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    rest = Arguments(g.positional[1:], g.rest)
    calls.dispatch(m, a, given(g, 0), rest, site)
    return UNKNOWN


def _run_until(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return calls.awaited(m, a, given(g, 0), site)


def thread(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``threading.Thread(target=f, args=(…))``, ``Timer(delay, f, args)``; ``data`` is the name."""
    made = m.allocate("thread", data, a.module.index, site)
    _set_up(m, a, made, g)
    return reference(made)


def _set_up(m: Machine, a: Activation, made: Object, g: Arguments) -> None:
    first = 1
    timer = made.type == "threading.Timer"
    for place, name in ((first, "target"), (first + 2 if not timer else 2, "args")):
        value = g.get(place, "function" if timer and name == "target" else name)
        if value is not None:
            made.slots[f"<{name}>"] = value
    if "kwargs" in g.keywords:
        made.slots["<kwargs>"] = g.keywords["kwargs"]


def initialise(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``super().__init__(…)`` of a base out of view."""
    if _outer_base(ref) in _THREADS:
        _set_up(m, a, ref, g)
    return NONE


def _start(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    if classes.class_of(ref) is not None:
        method = attributes.get(m, a, reference(ref), "run", site)
        if method.refs:
            calls.dispatch(m, a, method, Arguments([]), site)
            return NONE
    return _run_target(m, a, g, site, ref)


def _run_target(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    target = ref.slots.get("<target>")
    if target is None:
        return NONE
    arguments = Arguments([])
    if "<args>" in ref.slots:
        items, exact = iterables.iterate(m, a, ref.slots["<args>"], site)
        arguments = Arguments(items) if exact else Arguments([], containers.element_of(items))
    if "<kwargs>" in ref.slots:
        for key, value in containers.pairs(m, ref.slots["<kwargs>"]):
            if key.exact():
                arguments.keywords[str(key.constants[0])] = value
    calls.dispatch(m, a, target, arguments, site)
    return NONE


def queue(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``queue.Queue()`` and its like: a list of type ``queue`` (or ``stack``)."""
    made = m.allocate("list", data, a.module.index, site)
    containers.fill(m, made, [], True)
    return reference(made)


def _get(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    if ref.type == "stack":
        return sequences.pop(m, a, Arguments([]), site, ref)
    return sequences.pop_left(m, a, Arguments([]), site, ref)


def holder(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """An object of which only the type matters: an executor, a loop, a lock."""
    return reference(m.allocate("holder", data, a.module.index, site))


def _enter_context(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return calls.enter(m, a, given(g, 0), site)


def _callback(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    rest = Arguments(g.positional[1:], g.rest, g.keywords, g.others)
    calls.dispatch(m, a, given(g, 0), rest, site)
    return given(g, 0)


def _nothing(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return NONE


def _boolean(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return BOOLEAN


def variable(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``contextvars.ContextVar(name, default=)``."""
    made = m.allocate("holder", "variable", a.module.index, site)
    if "default" in g.keywords:
        made.slots[ANY] = g.keywords["default"]
    return reference(made)


def _variable_get(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return or_else(ref.slots.get(ANY), g.get(0) if ANY not in ref.slots else None)


def _variable_set(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    m.journal.write(ref.slots, ANY, given(g, 0).step(a.module.index, site, ""))
    return UNKNOWN


_TYPED: dict[str, dict[str, Call]] = {
    "future": {
        "result": _result,
        "get": _result,
        "set_result": _set_result,
        "add_done_callback": _when_done,
        "done": _boolean,
        "cancel": _boolean,
        "exception": _nothing,
        "wait": _nothing,
    },
    "queue": {
        "put": sequences.append,
        "put_nowait": sequences.append,
        "get": _get,
        "get_nowait": _get,
        "empty": _boolean,
        "full": _boolean,
        "task_done": _nothing,
        "join": _nothing,
    },
    "executor": {
        "submit": _submit,
        "map": _map,
        "imap": _map,
        "apply_async": _apply,
        "shutdown": _nothing,
        "starmap": lambda m, a, g, site, ref: calls.dispatch(
            m, a, reference(External("itertools.starmap")), g, site
        ),
    },
    "loop": {
        "run_until_complete": _run_until,
        "run_in_executor": _in_executor,
        "create_task": lambda m, a, g, site, ref: task(m, a, g, site, None),
        "create_future": lambda m, a, g, site, ref: empty_future(m, a, g, site, None),
        "call_soon": _call_soon,
        "call_later": lambda m, a, g, site, ref: _call_soon(
            m, a, Arguments(g.positional[1:], g.rest), site, ref
        ),
        "close": _nothing,
    },
    "stack": {
        "enter_context": _enter_context,
        "enter_async_context": _enter_context,
        "callback": _callback,
        "push": _nothing,
        "close": _nothing,
    },
    "variable": {"get": _variable_get, "set": _variable_set, "reset": _nothing},
}
_TYPED["group"] = {"create_task": _TYPED["loop"]["create_task"]}
_THREAD: dict[str, Call] = {
    "start": _start,
    "run": _run_target,
    "join": _nothing,
    "is_alive": _boolean,
    "cancel": _nothing,
}


def method(m: Machine, a: Activation, ref: Object, name: str) -> Value | None:
    """A method of one of these, or of a class of the program that extends one."""
    if isinstance(ref.type, str):
        if ref.shape == "thread":
            call = _THREAD.get(name)
        else:
            kind = "queue" if ref.shape == "list" else ref.type
            call = _TYPED.get(kind, {}).get(name)
            if call is None and ref.shape == "holder":
                call = textual.METHODS.get(kind, {}).get(name)
        return None if call is None else native(f"{ref.type}.{name}", call, ref)
    if isinstance(ref.type, ClassRef) and ref.type.unknown_base and name in _THREAD:
        if _outer_base(ref) in _THREADS:
            return native(f"threading.Thread.{name}", _THREAD[name], ref)
    return None


def _outer_base(ref: Object) -> str:
    """The name of the base out of view that the object's class has."""
    klass = classes.class_of(ref)
    for each in () if klass is None else klass.mro:
        for value in each.bases:
            for base in value.refs:
                if isinstance(base, External):
                    return base.name
    return ""


def manager(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``multiprocessing.Manager().dict()`` and its like are plain containers."""
    return reference(make_dict(m, a, site)) if data == "dict" else make(m, a, "list", [], site)


def local(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``threading.local()``: an object with attributes."""
    return reference(m.allocate("instance", None, a.module.index, site))


def suspended(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``asyncio.sleep(delay, result)``."""
    return future(m, a, g.get(1, "result") or NONE, site)


_LOOPS = ("get_event_loop", "new_event_loop", "get_running_loop")
_EXECUTORS = (
    "concurrent.futures.ThreadPoolExecutor",
    "concurrent.futures.ProcessPoolExecutor",
    "concurrent.futures.thread.ThreadPoolExecutor",
    "multiprocessing.Pool",
    "multiprocessing.pool.ThreadPool",
)
_QUEUES = (
    "queue.Queue",
    "queue.SimpleQueue",
    "asyncio.Queue",
    "multiprocessing.Queue",
    "multiprocessing.SimpleQueue",
)
TABLE: dict[str, tuple[Call, Any]] = {
    "asyncio.run": (run, None),
    "asyncio.gather": (gather, None),
    "asyncio.create_task": (task, None),
    "asyncio.ensure_future": (task, None),
    "asyncio.Future": (empty_future, None),
    "concurrent.futures.Future": (empty_future, None),
    "asyncio.wait_for": (wait_for, None),
    "asyncio.shield": (wait_for, None),
    "asyncio.sleep": (suspended, None),
    "asyncio.as_completed": (completed, None),
    "concurrent.futures.as_completed": (completed, None),
    "asyncio.to_thread": (to_thread, None),
    "asyncio.TaskGroup": (holder, "group"),
    "contextvars.ContextVar": (variable, None),
    "contextlib.ExitStack": (holder, "stack"),
    "contextlib.AsyncExitStack": (holder, "stack"),
    "threading.local": (local, None),
    "queue.LifoQueue": (queue, "stack"),
    "asyncio.LifoQueue": (queue, "stack"),
    **{name: (thread, name) for name in _THREADS},
    **{f"asyncio.{name}": (holder, "loop") for name in _LOOPS},
    **dict.fromkeys(_EXECUTORS, (holder, "executor")),
    **dict.fromkeys(_QUEUES, (queue, "queue")),
}
