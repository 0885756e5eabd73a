"""What translated code may hold.  Everything else is refused before it is compiled.

Translated C may come from a stranger's patch.  It has no imports, no builtins, no attributes but
fields of C records, no comprehensions, no exceptions, no strings with a life of their own.
"""

from __future__ import annotations

import ast
import types
from typing import Any, Final

from spapr_lint.runtime.errors import Refused

ALLOWED: Final = (
    ast.FunctionDef,
    ast.arguments,
    ast.arg,
    ast.Return,
    ast.Assign,
    ast.AugAssign,
    ast.AnnAssign,
    ast.For,
    ast.While,
    ast.If,
    ast.Assert,
    ast.Expr,
    ast.Pass,
    ast.Break,
    ast.Continue,
    ast.Global,
    ast.Nonlocal,
    ast.BoolOp,
    ast.NamedExpr,
    ast.BinOp,
    ast.UnaryOp,
    ast.IfExp,
    ast.Dict,
    ast.List,
    ast.Tuple,
    ast.Compare,
    ast.Call,
    ast.Constant,
    ast.Attribute,
    ast.Subscript,
    ast.Starred,
    ast.Name,
    ast.keyword,
    ast.Load,
    ast.Store,
    ast.boolop,
    ast.operator,
    ast.unaryop,
    ast.cmpop,
)
FORBIDDEN: Final = (ast.Pow, ast.MatMult, ast.Div)


def _reachable() -> frozenset[str]:
    """Attributes of what the code may get into its hands and is no C record."""

    def function() -> Any:
        yield

    things: tuple[Any, ...] = (str, int, bool, list, tuple, dict, range, float, type(None), type)
    things += (types.FunctionType, types.BuiltinFunctionType, types.MethodType, BaseException)
    things += (types.GeneratorType, types.CodeType, types.FrameType, types.TracebackType, set)
    things += (types.ModuleType, types.MappingProxyType, bytes, bytearray, slice, function())
    return frozenset(name for thing in things for name in dir(thing))


OF_PYTHON: Final = _reachable()


def field_name(name: str) -> str:
    """How a C field is called here: never as an attribute of anything of Python's or ours."""
    return name + "!" if name in OF_PYTHON or name.startswith("_") else name


def check(tree: ast.AST, path: str = "") -> None:
    """Raise `Refused`, with the line, at the first thing that translated code never holds."""
    for node in ast.walk(tree):
        wrong = _wrong(node)
        if wrong:
            raise Refused(f"not run: {wrong}", f"{path}:{getattr(node, 'lineno', 0)}")


def _wrong(node: ast.AST) -> str:
    if not isinstance(node, ALLOWED) or isinstance(node, FORBIDDEN):
        return f"{type(node).__name__} in translated code"
    if isinstance(node, ast.FunctionDef) and (node.decorator_list or _defaults(node)):
        return "a decorator or a default"
    if isinstance(node, ast.Constant) and not isinstance(
        node.value, (int, float, str, type(None), type(...))
    ):
        return f"a constant {type(node.value).__name__}"
    if isinstance(node, ast.keyword) and node.arg is None:
        return "a double star"
    name = _name(node)
    if name.startswith("__") and name.endswith("__"):
        return f"the name {name}"
    return ""


def _defaults(node: ast.FunctionDef) -> bool:
    listed = node.args
    return bool(listed.defaults or listed.kwonlyargs or listed.kwarg or listed.posonlyargs)


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, (ast.FunctionDef,)):
        return node.name
    if isinstance(node, (ast.arg, ast.keyword)):
        return node.arg or ""
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return next((name for name in node.names if name.startswith("__")), "")
    return ""
