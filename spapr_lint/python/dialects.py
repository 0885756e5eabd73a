"""Which handler serves which node type: one `Dialect` for each parser.

A node type that nothing here knows (of a newer libcst) becomes OPAQUE, never an
error.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from spapr_lint.ir import EXPRESSION, P_CAPTURE, Node
from spapr_lint.python import definitions, patterns, statements
from spapr_lint.python.annotations import TEXTS
from spapr_lint.python.expressions import EXPRESSIONS, TARGETS, opaque
from spapr_lint.python.lowering import Dialect, Handler, Lowering, Syntax, Table

SPELLING = {
    "Add": "+",
    "AddAssign": "+",
    "And": "and",
    "BitAnd": "&",
    "BitAndAssign": "&",
    "BitInvert": "~",
    "BitOr": "|",
    "BitOrAssign": "|",
    "BitXor": "^",
    "BitXorAssign": "^",
    "Divide": "/",
    "DivideAssign": "/",
    "Equal": "==",
    "FloorDivide": "//",
    "FloorDivideAssign": "//",
    "GreaterThan": ">",
    "GreaterThanEqual": ">=",
    "In": "in",
    "Is": "is",
    "IsNot": "is not",
    "LeftShift": "<<",
    "LeftShiftAssign": "<<",
    "LessThan": "<",
    "LessThanEqual": "<=",
    "MatrixMultiply": "@",
    "MatrixMultiplyAssign": "@",
    "Minus": "-",
    "Modulo": "%",
    "ModuloAssign": "%",
    "Multiply": "*",
    "MultiplyAssign": "*",
    "Not": "not",
    "NotEqual": "!=",
    "NotIn": "not in",
    "Or": "or",
    "Plus": "+",
    "Power": "**",
    "PowerAssign": "**",
    "RightShift": ">>",
    "RightShiftAssign": ">>",
    "Subtract": "-",
    "SubtractAssign": "-",
}

STATEMENTS: dict[str, Handler] = {
    **statements.STATEMENTS,
    "FunctionDef": definitions.function,
    "ClassDef": definitions.class_,
    "Match": patterns.match,
}


def _unknown_statement(low: Lowering, node: Syntax) -> Node:
    return (EXPRESSION, opaque(low, node), low.next())


def _unknown_pattern(low: Lowering, _node: Syntax) -> Node:
    return (P_CAPTURE, None, low.next())


def dialect_of(types: Any, comma: type, node_types: dict[str, type]) -> Dialect:
    """The dialect whose node types have the names of libcst's.

    ``types`` gives them as attributes, ``node_types`` all of them by name.
    """

    def table(handlers: dict[str, Handler], unknown: Handler) -> Table:
        return {one: handlers.get(name, unknown) for name, one in node_types.items()}

    known = {name: one for name, one in node_types.items() if name in TEXTS}
    texts: dict[type, Callable[[Lowering, Syntax], str]]
    texts = {one: TEXTS[name] for name, one in known.items()}
    expressions = {**EXPRESSIONS, "Lambda": definitions.lambda_}
    return Dialect(
        types,
        comma,
        table(expressions, opaque),
        table(TARGETS, opaque),
        table(STATEMENTS, _unknown_statement),
        table(patterns.PATTERNS, _unknown_pattern),
        texts,
        {one: SPELLING[name] for name, one in node_types.items() if name in SPELLING},
    )


@cache
def standard() -> Dialect:
    """libcst's own nodes.  Imports libcst, which takes a quarter of a second."""
    import libcst

    node_types = {
        name: one
        for name, one in vars(libcst).items()
        if isinstance(one, type) and issubclass(one, libcst.CSTNode)
    }
    return dialect_of(libcst, libcst.Comma, node_types)
