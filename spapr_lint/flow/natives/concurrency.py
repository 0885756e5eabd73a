"""``asyncio``, ``threading``, ``concurrent.futures``, ``queue``.

Tasks and threads are run where they are started: one order of many, as a call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spapr_lint.flow import attributes, calls, classes, containers, iterables, raising
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine, Unreachable
from spapr_lint.flow.natives import encoding, iteration, libraries, sequences, stacks, textual
from spapr_lint.flow.natives.common import Call, given, make, make_dict, native
from spapr_lint.flow.objects import ClassRef, External, Object
from spapr_lint.flow.values import (
    BOOLEAN,
    FALSE,
    NONE,
    NOTHING,
    TRUE,
    UNKNOWN,
    Value,
    join,
    reference,
    truth,
)

_THREADS = ("threading.Thread", "threading.Timer", "multiprocessing.Process")
_RESULT = "<result>"
_PARKED = 16  # threads and tasks that wait at a time


def run(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``asyncio.run(coroutine)``: its result."""
    return calls.awaited(m, a, given(g, 0), site)


def gather(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``asyncio.gather(*awaitables)``: the results in order."""
    values = g.positional if g.rest is None else [*g.positional, g.rest]
    keeps = truth(g.keywords.get("return_exceptions", FALSE)) is not False
    futures = [task(m, a, Arguments([value]), site, None) for value in values]
    found = []
    for each in futures:
        if not keeps:
            found.append(calls.awaited(m, a, each, site))
            continue
        result, error = raising.attempt(m, a, lambda each=each: calls.awaited(m, a, each, site))  # type: ignore[misc]
        found.append(error if result is None else join(result, error))
    return make(m, a, "list", found, site, g.rest is None)


def task(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``asyncio.create_task(coroutine)``: a future whose result is known, unless it must wait."""
    work = given(g, 0)
    if not any(isinstance(ref, Object) and ref.shape == "coroutine" for ref in work.refs):
        return work if work.refs else future(m, a, work, site)
    made = m.allocate("future", "future", a.module.index, site)
    _take_turn(m, a, made, lambda: calls.awaited(m, a, work, site))
    return reference(made)


def _take_turn(m: Machine, a: Activation, made: Object, action: Callable[[], Value]) -> None:
    """Run a thread or a task; one that comes to wait is as if it had not run yet."""
    mark = m.journal.mark()
    m.turns.append(False)
    try:
        result, error = raising.attempt(m, a, action)
    finally:
        waits = m.turns.pop()
    if waits and len(m.parked) < _PARKED and not made.many:
        m.journal.undo(mark)
        m.journal.write(made.slots, "<waits>", TRUE)
        m.parked.append((made, action))
        return
    if result is not None:
        m.journal.write(made.slots, _RESULT, result)
    if error is not NOTHING:
        m.journal.write(made.slots, "<error>", error)


def take_turns(m: Machine, a: Activation) -> None:
    """Let what waits go on, as far as it comes."""
    waiting, m.parked = m.parked, []
    for made, action in waiting:
        if "<waits>" not in made.slots:
            continue
        m.journal.write(made.slots, "<waits>", None)
        m.turns.append(False)
        try:
            result, error = raising.attempt(m, a, action)
        finally:
            m.turns.pop()
        if result is not None:
            m.journal.write(made.slots, _RESULT, result)
        if error is not NOTHING:
            m.journal.write(made.slots, "<error>", error)


def _turns(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``thread.join()``, ``queue.join()``."""
    take_turns(m, a)
    return NONE


def future(m: Machine, a: Activation, result: Value, site: int) -> Value:
    """Something that holds a result."""
    made = m.allocate("future", "future", a.module.index, site)
    made.slots[_RESULT] = result
    return reference(made)


def empty_future(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``asyncio.Future()``, ``loop.create_future()``."""
    return reference(m.allocate("future", "future", a.module.index, site))


def _result(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return calls.result_of(m, a, ref)


def _error(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    if "<waits>" in ref.slots:
        take_turns(m, a)
    return ref.slots.get("<error>", NONE)


def wait(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``asyncio.wait(tasks)``: those that are done, and those that are not."""
    take_turns(m, a)
    items, exact = iterables.iterate(m, a, given(g, 0), site)
    done = make(m, a, "list", items, site, exact and len(items) < 2)
    return make(m, a, "tuple", [done, make(m, a, "list", [], site)], site)


def _set_result(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    m.journal.write(ref.slots, _RESULT, given(g, 0).step(a.module.index, site, ""))
    callback = ref.slots.get("callback")
    if callback is not None:
        calls.dispatch(m, a, callback, Arguments([reference(ref)]), site)
    return NONE


def _when_done(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    if _RESULT in ref.slots or "<error>" in ref.slots:
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
    made = m.allocate("future", "future", a.module.index, site)
    _take_turn(m, a, made, lambda: calls.dispatch(m, a, given(g, 0), rest, site))
    return reference(made)


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
            _take_turn(m, a, ref, lambda: calls.dispatch(m, a, method, Arguments([]), site))
            return NONE
    _take_turn(m, a, ref, lambda: _run_target(m, a, g, site, ref))
    return NONE


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
    if containers.length(ref) == 0:
        if m.turns:  # of a thread or task, whose turn is over
            m.turns[-1] = True
            raise Unreachable
        take_turns(m, a)
    if ref.type == "stack":
        return sequences.pop(m, a, Arguments([]), site, ref)
    if ref.type == "heap":
        return libraries.heap_pop(m, a, Arguments([reference(ref)]), site, False)
    return sequences.pop_left(m, a, Arguments([]), site, ref)


def holder(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """An object of which only the type matters: an executor, a loop, a lock."""
    return reference(m.allocate("holder", data, a.module.index, site))


def _nothing(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return NONE


def _boolean(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return BOOLEAN


_TYPED: dict[str, dict[str, Call]] = {
    "future": {
        "result": _result,
        "get": _result,
        "set_result": _set_result,
        "add_done_callback": _when_done,
        "done": _boolean,
        "cancel": _boolean,
        "exception": _error,
        "wait": _turns,
    },
    "queue": {
        "put": sequences.append,
        "put_nowait": sequences.append,
        "get": _get,
        "get_nowait": _get,
        "empty": _boolean,
        "full": _boolean,
        "task_done": _nothing,
        "join": _turns,
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
    **stacks.METHODS,
    **encoding.METHODS,
}
_TYPED["group"] = {"create_task": _TYPED["loop"]["create_task"]}
_THREAD: dict[str, Call] = {
    "start": _start,
    "run": _run_target,
    "join": _turns,
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
    "asyncio.wait": (wait, None),
    "concurrent.futures.wait": (wait, None),
    "asyncio.wait_for": (wait_for, None),
    "asyncio.shield": (wait_for, None),
    "asyncio.sleep": (suspended, None),
    "asyncio.as_completed": (completed, None),
    "concurrent.futures.as_completed": (completed, None),
    "asyncio.to_thread": (to_thread, None),
    "asyncio.TaskGroup": (holder, "group"),
    **stacks.TABLE,
    **encoding.TABLE,
    "threading.local": (local, None),
    "queue.LifoQueue": (queue, "stack"),
    "asyncio.LifoQueue": (queue, "stack"),
    "queue.PriorityQueue": (queue, "heap"),
    "asyncio.PriorityQueue": (queue, "heap"),
    **{name: (thread, name) for name in _THREADS},
    **{f"asyncio.{name}": (holder, "loop") for name in _LOOPS},
    **dict.fromkeys(_EXECUTORS, (holder, "executor")),
    **dict.fromkeys(_QUEUES, (queue, "queue")),
}
