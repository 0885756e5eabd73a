"""Lowering by way of the running Python's own parser, which is ten times as fast as libcst's.

It reads what this Python reads and keeps no text, so it serves most files and not
all: whatever it cannot do ends in an exception, and the caller takes libcst.  It
is tried on a probe first; the IR is the same, to the last site.
"""

from __future__ import annotations

import _ast
import warnings
from functools import cache
from threading import Lock
from typing import Any

from spapr_lint.python.builtin_expressions import EXPRESSIONS, TARGETS
from spapr_lint.python.builtin_statements import PATTERNS, STATEMENTS
from spapr_lint.python.lowering import Dialect, Handler, Table

_SPELLING = {
    "Add": "+",
    "And": "and",
    "BitAnd": "&",
    "BitOr": "|",
    "BitXor": "^",
    "Div": "/",
    "Eq": "==",
    "FloorDiv": "//",
    "Gt": ">",
    "GtE": ">=",
    "In": "in",
    "Invert": "~",
    "Is": "is",
    "IsNot": "is not",
    "LShift": "<<",
    "Lt": "<",
    "LtE": "<=",
    "MatMult": "@",
    "Mod": "%",
    "Mult": "*",
    "Not": "not",
    "NotEq": "!=",
    "NotIn": "not in",
    "Or": "or",
    "Pow": "**",
    "RShift": ">>",
    "Sub": "-",
    "UAdd": "+",
    "USub": "-",
}
_LOCK = Lock()


def _table(handlers: dict[str, Handler]) -> Table:
    # A node type that is not served raises `KeyError`; this Python may not have all.
    return {getattr(_ast, name): one for name, one in handlers.items() if hasattr(_ast, name)}


@cache
def dialect() -> Dialect:
    """The handlers by the node types of the running Python."""
    return Dialect(
        _ast,
        type(None),
        _table(EXPRESSIONS),
        _table(TARGETS),
        _table(STATEMENTS),
        _table(PATTERNS),
        {},
        {getattr(_ast, name): text for name, text in _SPELLING.items()},
    )


def parse(text: str) -> Any:
    """The tree of a text.  Raises `SyntaxError`, `ValueError` and others."""
    # Odd escapes are warned about: not our text, not our user's concern.  The filters
    # are one for the process, so two threads must not put them back crosswise.
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compile(text, "<text>", "exec", _ast.PyCF_ONLY_AST, dont_inherit=True)
