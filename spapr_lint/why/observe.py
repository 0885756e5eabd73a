"""Looking on while the interpreter runs: what expressions come to, what statements change.

An `Observer` is laid around the tables by which the machine finds its parts, so
that the machine itself knows nothing of being watched.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from spapr_lint import ir
from spapr_lint.flow.machine import Activation, Evaluator, Executor, Machine
from spapr_lint.flow.tables import Tables, standard
from spapr_lint.flow.values import Value

BINDING = frozenset((ir.ASSIGN, ir.DECLARE, ir.AUGMENT, ir.FOR, ir.WITH))


class Observer(Protocol):
    """Who looks on, and may put another value in the place of what an expression gave."""

    def evaluated(self, m: Machine, a: Activation, n: ir.Node, value: Value) -> Value:
        """An expression was evaluated; what is returned is what it gives."""
        ...

    def before(self, m: Machine, a: Activation, n: ir.Node) -> Any:
        """A statement that binds is about to run; `after` is handed what is returned."""
        ...

    def after(self, m: Machine, a: Activation, n: ir.Node, held: Any) -> None:
        """A statement that binds has run."""
        ...

    def entered(self, m: Machine, a: Activation) -> None:
        """A function's body is about to run; its parameters are bound."""
        ...


def tables(observer: Observer) -> Tables:
    """The usual tables with an observer around them."""
    usual = standard()
    statements = [
        _bound(observer, executor) if operation in BINDING else executor
        for operation, executor in enumerate(usual.statements)
    ]

    def block(m: Machine, a: Activation, body: ir.Block) -> bool:
        if a.function is not None and body is a.function.body:
            observer.entered(m, a)
        return usual.block(m, a, body)

    return replace(
        usual,
        expressions=[_seen(observer, evaluator) for evaluator in usual.expressions],
        statements=statements,
        block=block,
    )


def _seen(observer: Observer, evaluator: Evaluator) -> Evaluator:
    def seen(m: Machine, a: Activation, n: ir.Node) -> Value:
        return observer.evaluated(m, a, n, evaluator(m, a, n))

    return seen


def _bound(observer: Observer, executor: Executor) -> Executor:
    def bound(m: Machine, a: Activation, n: ir.Node) -> bool:
        held = observer.before(m, a, n)
        goes = executor(m, a, n)
        observer.after(m, a, n, held)
        return goes

    return bound


def targets(n: ir.Node) -> tuple[ir.Node, ...]:
    """What a statement that binds binds, in order, without what is unpacked into."""
    if n[0] == ir.ASSIGN:
        found: tuple[ir.Node, ...] = n[1]
    elif n[0] == ir.WITH:
        found = tuple(target for _, target in n[1] if target is not None)
    else:
        found = (n[1],)
    flat: list[ir.Node] = []
    pending = list(reversed(found))
    while pending:
        target = pending.pop()
        if target[0] == ir.DISPLAY:
            pending.extend(reversed(target[2]))
        elif target[0] == ir.STAR:
            pending.append(target[1])
        else:
            flat.append(target)
    return tuple(flat)


def held_by(m: Machine, a: Activation, target: ir.Node) -> Value | None:
    """What a target of a binding holds now; None if it holds nothing yet."""
    if target[0] == ir.NAME:
        cell = a.cells.get(target[1]) if a.function is not None else None
        return a.env.get(target[1]) if cell is None else cell.slots.get("value")
    if target[0] == ir.GLOBAL:
        return a.module.namespace.slots.get(target[1])
    return m.tables.expressions[target[0]](m, a, target)
