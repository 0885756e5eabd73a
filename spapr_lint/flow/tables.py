"""The tables through which the machine reaches what executes the program.

They are handed to the machine as data, so that its parts need not import each
other in a circle and a test can put other parts in their place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spapr_lint import ir
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Evaluator, Executor, Machine, Module
from spapr_lint.flow.objects import ClassRef, Native, Object
from spapr_lint.flow.values import Value

Method = Value | None


@dataclass(frozen=True)
class Tables:
    """Evaluators and executors by operation of the IR, and what is known of natives."""

    expressions: list[Evaluator]
    statements: list[Executor]
    block: Callable[[Machine, Activation, ir.Block], bool]
    builtins: dict[str, Value]
    container_binary: Callable[[Machine, Activation, str, Value, Value, int], Value | None]
    contains: Callable[[Machine, Activation, Value, Value, bool], Value]
    external: Callable[[Machine, Activation, str, Arguments, int], Value]
    external_member: Callable[[Machine, str, str], Value]
    external_store: Callable[[Machine, Activation, str, Value, Value | None], None]
    constant_method: Callable[[Machine, Activation, Value, Any, str], Value]
    open_method: Callable[[Machine, Activation, Value, str], Method]
    namespace_of: Callable[[Machine, Activation, Object, int], Value]
    object_method: Callable[[Machine, Activation, Object, str], Method]
    class_method: Callable[[Machine, Activation, ClassRef, str], Value]
    base_method: Callable[[Machine, Activation, ClassRef, str, Value], Value]
    property_part: Callable[[Machine, Activation, Arguments, int, Any], Value]
    native_member: Callable[[Machine, Activation, Native, str], Value]
    subscript_other: Callable[[Machine, Activation, Any, Value, int], Value]
    iterate_other: Callable[[Machine, Activation, Any, int], tuple[list[Value], bool]]
    entered: Callable[[Machine, Value], None]
    left: Callable[[Machine, Activation, Value, int], None]
    take_turns: Callable[[Machine, Activation], None]
    run_module: Callable[[Machine, Module], None]
    c_builtins: dict[str, Value]


def standard() -> Tables:
    """Python as CPython 3.11 runs it."""
    from spapr_lint.flow import c_runtime, expressions, natives, solve, statements

    return Tables(
        expressions=expressions.TABLE,
        statements=statements.TABLE,
        block=statements.block,
        run_module=solve.run_module,
        entered=natives.entered,
        left=natives.left,
        take_turns=natives.take_turns,
        builtins=natives.BUILTINS,
        c_builtins=c_runtime.c_builtins(natives.BUILTINS),
        container_binary=natives.container_binary,
        contains=natives.contains,
        external=natives.external,
        external_member=natives.external_member,
        external_store=natives.external_store,
        constant_method=natives.constant_method,
        open_method=natives.open_method,
        namespace_of=natives.namespace_of,
        object_method=natives.object_method,
        class_method=natives.class_method,
        base_method=natives.base_method,
        property_part=natives.property_part,
        native_member=natives.native_member,
        subscript_other=natives.subscript_other,
        iterate_other=natives.iterate_other,
    )
