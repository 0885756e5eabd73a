"""The order of a run: module bodies, then functions that nothing called, until stable.

A function that only reads what others write to fields is run again when they
have written more; everything is in a fixed order, so that the outcome is too.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Any

from spapr_lint import ir
from spapr_lint.flow import activation, components, scope
from spapr_lint.flow.machine import Activation, Limits, Machine, Module, Unreachable
from spapr_lint.flow.objects import Bound, ClassRef, Closure, Object, Wrapper
from spapr_lint.flow.program import Program
from spapr_lint.flow.survey import survey

if TYPE_CHECKING:
    from spapr_lint.flow.policy import Policy
    from spapr_lint.flow.tables import Tables

_ROUNDS = 6
_COARSE_ROUNDS = 16
_RECURSION = 60_000
_COARSE_DEPTH = 20


def run_module(m: Machine, module: Module) -> None:
    """Run the body of a module, once."""
    if module.state != "new":
        return
    module.state = "running"
    m.margins.begins(module.index)
    a = Activation(module, None, 0)
    a.name = module.name
    a.mark = m.journal.mark()
    held, m.collectors = m.collectors, m.collectors[:1]
    root, m.root = m.root, None
    try:
        m.tables.block(m, a, module.ir.body)
    except Exception:  # a fault of ours: the rest of the program is still looked into
        _failed(m, module.index, 0)
    m.collectors = held
    m.root = root
    module.state = "done"


def _failed(m: Machine, module: int, site: int) -> None:
    """The interpreter itself failed: the ledger says so, and the next root starts clean."""
    if os.environ.get("SPAPR_LINT_RAISE"):
        raise
    m.limit("internal", module, site)
    m.stack.clear()
    m.loop_objects.clear()
    m.looping = 0
    del m.collectors[1:]


class Root:
    """A function that is run by itself."""

    __slots__ = ("cells", "closure", "epoch")

    def __init__(self, closure: Closure) -> None:
        self.closure = closure
        self.cells: dict[Any, None] = {}
        self.epoch = -1


def solve(
    program: Program, policy: Policy, tables: Tables, limits: Limits | None = None
) -> Machine:
    """Interpret the whole program."""
    large = sum(len(module.ir.functions) for module in program.modules) > scope.LARGE
    survey(program, policy, everything=not large)
    m = Machine(program, policy, tables, limits)
    recursion = sys.getrecursionlimit()
    collecting = gc.isenabled()
    sys.setrecursionlimit(max(recursion, _RECURSION))
    gc.disable()
    try:
        if large:
            _narrow(m, program, True)
            m.ever_exact = m.exact
        for module in program.modules:
            m.steps = 0
            m.visits.clear()
            run_module(m, module)
            m.margins.ended()
            _spent(m, program, module.index)
        m.journal.entries.clear()
        _roots(m, program)
    finally:
        sys.setrecursionlimit(recursion)
        if collecting:
            gc.enable()
    return m


def _roots(m: Machine, program: Program) -> None:
    """Run every function that was not run for a caller, and again while fields change."""
    roots: dict[tuple[int, int], Root] = {}
    closures = _closures(program)
    for closure in closures.values():
        program.known.setdefault(closure.function.name, []).append(closure)
    for round_ in range(_COARSE_ROUNDS if m.scope is not None else _ROUNDS):
        ran = False
        if m.scope is not None:
            m.scope.widen(scope.fact_holders(m))
        for key in _ordered(m, program, closures):
            if m.scope is not None and key[0] not in m.exact:
                if not m.scope.matters(closures[key]):
                    continue
            root = roots.get(key)
            if root is None:
                if key in m.evaluated and round_ == 0:
                    continue
                if key in m.evaluated:
                    continue
                root = roots[key] = Root(closures[key])
            elif m.total > scope.TOTAL or not _stale(m, root):
                continue  # of what is too large, each function is looked into once
            _run_root(m, root)
            _spent(m, program, key[0])
            ran = True
        if not ran and not (m.scope is not None and m.scope.widen(scope.fact_holders(m))):
            return
    m.limit("rounds", 0, 0)


def _ordered(
    m: Machine, program: Program, closures: dict[tuple[int, int], Closure]
) -> list[tuple[int, int]]:
    """Callers first in what is followed exactly, then the rest, callees first."""
    if m.scope is None:
        return _callers_first(closures, program)
    exact = {key: closure for key, closure in closures.items() if key[0] in m.exact}
    rest = [key for key in closures if key[0] not in m.exact]
    return _callers_first(exact, program) + rest


def _narrow(m: Machine, program: Program, from_start: bool) -> None:
    """Treat the program as a large one from here on."""
    m.coarse = True
    m.limits.depth = min(m.limits.depth, _COARSE_DEPTH)
    m.limits.root_steps = min(m.limits.root_steps, scope.STEPS)
    m.scope = scope.Scope(program, m.policy.producer_words, from_start)
    speaking = m.scope.speaking(m.policy.producer_words, m.policy.literals)
    m.exact = components.small(program, scope.GROUP, speaking)


def _spent(m: Machine, program: Program, module: int) -> None:
    """Count what was done; a small program that costs much is treated as a large one."""
    m.total += m.steps
    m.margins.total(m.total, scope.TOTAL, scope.TOP_LEVELS)
    if module in m.exact:
        m.total_exact += m.steps
    if m.scope is None and m.total > scope.BUDGET:
        m.limit("budget", 0, 0)
        _narrow(m, program, False)
        m.exact = frozenset()
    elif m.exact and m.total_exact > scope.EXACT:
        m.limit("budget", module, 0)
        m.exact = frozenset()
    if m.total > scope.TOTAL and m.limits.root_steps > scope.LEAST:
        m.limit("total", module, 0)
        m.limits.root_steps = scope.LEAST


def _stale(m: Machine, root: Root) -> bool:
    return any(m.versions.get(cell, 0) > root.epoch for cell in root.cells)


def _run_root(m: Machine, root: Root) -> None:
    closure = root.closure
    m.root = root
    m.oldest = m.births
    m.reading = {}
    m.steps = 0
    m.visits.clear()
    root.epoch = m.epoch
    mark = m.journal.mark()
    a = Activation(m.program.modules[closure.module], None, 0)
    a.name = "<root>"
    m.evaluated[(closure.module, closure.index)] = None
    try:
        env = activation.root_values(m, closure)
        if closure.function.is_generator:
            made = m.allocate("generator", None, closure.module, 0, [closure, env, 0])
            activation.advance(m, made)
        else:
            activation.evaluate(m, a, closure, env, closure.function.site)
    except Unreachable:
        pass
    except Exception:  # a fault of ours: the rest of the program is still looked into
        _failed(m, closure.module, closure.function.site)
    root.cells = m.reading
    m.journal.undo(mark)
    m.root = None


def _closures(program: Program) -> dict[tuple[int, int], Closure]:
    """All functions and methods that the module bodies made, by place."""
    found: dict[tuple[int, int], Closure] = {}
    for module in program.modules:
        pending: list[Any] = list(module.namespace.slots.values())
        seen: set[int] = set()
        while pending:
            value = pending.pop(0)
            for ref in value.refs:
                if id(ref) in seen:
                    continue
                seen.add(id(ref))
                if isinstance(ref, Closure):
                    found.setdefault((ref.module, ref.index), ref)
                    pending.extend(
                        cell.slots["value"] for cell in ref.cells.values() if "value" in cell.slots
                    )
                elif isinstance(ref, ClassRef):
                    pending.extend(ref.members.slots.values())
                elif isinstance(ref, Wrapper):
                    pending.extend(ref.values)
                elif isinstance(ref, Bound):
                    if isinstance(ref.function, Closure):
                        found.setdefault((ref.function.module, ref.function.index), ref.function)
                elif isinstance(ref, Object) and len(seen) < 20_000:
                    pending.extend(ref.slots.values())
    return dict(sorted(found.items()))


def _callers_first(
    closures: dict[tuple[int, int], Closure], program: Program
) -> list[tuple[int, int]]:
    """Functions in an order in which callers come before what they call, by name."""
    named: dict[str, list[tuple[int, int]]] = {}
    for key, closure in closures.items():
        named.setdefault(closure.function.name, []).append(key)
    for field, names in program.fillers.items():
        filling = [key for name in names for key in named.get(name, ())]
        if filling:
            named[field] = [*named.get(field, ()), *filling]
    callees = {key: called_names(c.function.body) for key, c in closures.items()}
    order: list[tuple[int, int]] = []
    state: dict[tuple[int, int], int] = {}
    for start in closures:
        if start in state:
            continue
        stack = [(start, iter(_targets(callees[start], named)))]
        state[start] = 1
        while stack:
            key, rest = stack[-1]
            for target in rest:
                if target not in state:
                    state[target] = 1
                    stack.append((target, iter(_targets(callees[target], named))))
                    break
            else:
                stack.pop()
                order.append(key)
    order.reverse()
    return order


def _targets(names: list[str], named: dict[str, list[tuple[int, int]]]) -> list[tuple[int, int]]:
    return [key for name in names for key in named.get(name, ())]


def called_names(block: ir.Block) -> list[str]:
    """The last names of everything that a block calls, in order."""
    names: dict[str, None] = {}
    pending: list[Any] = [block]
    while pending:
        node = pending.pop()
        if node and node[0] == ir.CALL and len(node) == 5:
            function = node[1]
            if function[0] == ir.ATTR:
                names[function[2]] = None
            elif function[0] in (ir.NAME, ir.GLOBAL, ir.FREE):
                names[function[1]] = None
        pending.extend(part for part in node if part.__class__ is tuple)
    return list(names)
