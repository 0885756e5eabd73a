"""Context managers: classes with ``__enter__`` and ``__exit__``, and generators made into them.

The body of a ``with`` over a generator runs where the generator yields, so that
what stands before and after the ``yield`` sees what Python would show it.
"""

from __future__ import annotations

from collections.abc import Callable

from spapr_lint import ir
from spapr_lint.flow import activation, calls, classes, iterables
from spapr_lint.flow.machine import Activation, Env, Machine, Unreachable
from spapr_lint.flow.objects import Closure, Object
from spapr_lint.flow.states import merge_env
from spapr_lint.flow.values import (
    BOOLEAN,
    FALSE,
    NOTHING,
    TRUE,
    UNKNOWN,
    Value,
    constant,
    join,
)


def generator_of(manager: Value) -> Object | None:
    """The fresh generator behind ``@contextmanager``, if the manager is one for certain."""
    if len(manager.refs) != 1 or manager.open:
        return None
    ref = manager.refs[0]
    if not isinstance(ref, Object) or ref.shape != "manager" or not isinstance(ref.extra, Value):
        return None
    inner = ref.extra.refs
    if len(inner) != 1 or not isinstance(inner[0], Object) or inner[0].shape != "generator":
        return None
    return None if "yielded" in inner[0].slots else inner[0]


def run_around(
    m: Machine, a: Activation, generator: Object, enclosed: Callable[[Value], bool]
) -> bool:
    """Run a generator with the body of the ``with`` in the place of its ``yield``."""
    before = a.env
    ends: list[Env] = []
    completed = False

    def on_yield(value: Value) -> None:
        nonlocal completed
        a.env = dict(before)
        a.branch += 1
        try:
            goes = enclosed(value)
        finally:
            a.branch -= 1
        ends.append(a.env)
        if not goes:
            raise Unreachable
        completed = True

    goes = activation.run_generator(m, generator, on_yield)
    for env in ends:
        a.env = env if env is ends[0] else merge_env(a.env, env)
    if not ends:
        a.env = before
        return enclosed(UNKNOWN)
    return goes or completed


def leave(m: Machine, a: Activation, manager: Value, error: Value | None, site: int) -> Value:
    """The end of ``with manager``: whether an exception is swallowed."""
    none = constant(None)
    arguments = [none, none, none] if error is None else [UNKNOWN, error, UNKNOWN]
    if error is not None:
        kinds = [classes.class_of(ref) for ref in error.refs]
        arguments[0] = Value(refs=tuple([k for k in kinds if k is not None]), open=None in kinds)
    m.tables.left(m, a, manager, site)
    for ref in manager.refs:
        if isinstance(ref, Object) and ref.shape == "manager":
            iterables.iterate(m, a, ref.extra, site)  # the rest of the generator
    result = NOTHING
    for name in ("__exit__", "__aexit__"):
        found = calls.call_special(m, a, manager, name, arguments, site)
        if found is not None:
            found = calls.awaited(m, a, found, site) if name == "__aexit__" else found
            result = join(result, found)
    if result is not NOTHING:
        return result
    wanted = _suppressed(m, manager)
    if error is not None and wanted is not None:
        caught = classes.catches(m, error, wanted)
        return BOOLEAN if caught is None else TRUE if caught else FALSE
    return FALSE if error is not None and manager.refs and not manager.open else BOOLEAN


def _suppressed(m: Machine, manager: Value) -> Value | None:
    """The exceptions that ``contextlib.suppress`` was given."""
    for ref in manager.refs:
        if isinstance(ref, Object) and ref.shape == "suppress" and isinstance(ref.extra, Value):
            return ref.extra
    return None


def suppresses(m: Machine, manager: Value) -> bool:
    """Whether something unforeseen that is raised in the body may be swallowed."""
    if _suppressed(m, manager) is not None:
        return True
    for ref in manager.refs:
        for name in ("__exit__", "__aexit__"):
            method = classes.special(m, ref, name)
            if method is not None and _may_swallow(method):
                return True
    return False


def _may_swallow(method: Value) -> bool:
    for ref in method.refs:
        if isinstance(ref, Closure) and _returns_truth(ref.function.body):
            return True
    return False


def _returns_truth(block: object) -> bool:
    """Whether a block holds ``return True`` or a return of something computed."""
    pending: list[object] = [block]
    while pending:
        node = pending.pop()
        if not isinstance(node, tuple) or not node:
            continue
        if node[0] == ir.RETURN and len(node) == 3 and node[0].__class__ is int:
            value = node[1]
            if value is not None and not (value[0] == ir.CONST and not value[1]):
                return True
            continue
        pending.extend(node)
    return False
