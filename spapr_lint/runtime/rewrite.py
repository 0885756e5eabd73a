"""Translated Python made ready to run: conversions in line, bounds on steps and numbers.

Lines become those of the C file, so that a traceback is a way through C.  Names that end in ``!``
are ours; no translated text can spell one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from spapr_lint.runtime.check import field_name
from spapr_lint.runtime.types import INTEGERS, IntType

# What a type's name in an annotation is: an `IntType`, True for a record, None for all else.
KindOf = Callable[[str], Any]


class Rewriter(ast.NodeTransformer):
    """One top-level item of a translated module."""

    def __init__(self, lines: Sequence[int], kind_of: KindOf) -> None:
        self.lines = lines
        self.kind_of = kind_of
        self.texts: dict[str, str] = {}
        self.returns: list[Any] = []

    def item(self, node: ast.stmt) -> ast.stmt:
        """The item, rewritten, with C's lines."""
        made = self.visit(node)
        for inner in ast.walk(made):
            if isinstance(inner, (ast.stmt, ast.expr, ast.arg, ast.keyword)):
                line = getattr(inner, "lineno", 1)
                line = self.lines[line - 1] if 0 < line <= len(self.lines) else line
                inner.lineno = inner.end_lineno = max(1, line)
                inner.col_offset = inner.end_col_offset = 0
        assert isinstance(made, ast.stmt)
        return made

    def kind(self, annotation: ast.expr | None) -> Any:
        """What is known of an annotation: see `KindOf`."""
        return self.kind_of(annotation.id) if isinstance(annotation, ast.Name) else None

    # ---- functions

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        start: list[ast.stmt] = [_tick()]
        for argument in node.args.args:
            made = self._converted(argument)
            if made is not None:
                start.append(made)
            argument.annotation = None
        if node.args.vararg is not None:
            node.args.vararg.annotation = None
        self.returns.append(self.kind(node.returns))
        node.returns = None
        body = self._block(node.body)
        self.returns.pop()
        head = [s for s in body if isinstance(s, (ast.Global, ast.Nonlocal))]
        rest = [s for s in body if not isinstance(s, (ast.Global, ast.Nonlocal))]
        node.body = [*head, *(_at(made, node) for made in start), *_guarded(rest)]
        return node

    def _converted(self, argument: ast.arg) -> ast.stmt | None:
        """A parameter that does not fit its type is converted; a record is copied."""
        kind = self.kind(argument.annotation)
        name = argument.arg
        if kind is True:
            call = _call("copy!", _load(name))
            return ast.Assign([ast.Name(name, ast.Store())], call)
        if not isinstance(kind, IntType):
            return None
        call = _call("convert!" + kind.name, _load(name))
        store = ast.Assign([ast.Name(name, ast.Store())], call)
        if kind.bits == 1:
            return store
        low, high = ast.Constant(kind.low), ast.Constant(kind.high)
        fits = ast.Compare(low, [ast.LtE(), ast.LtE()], [_load(name), high])
        return ast.If(ast.UnaryOp(ast.Not(), fits), [store], [])

    def visit_Return(self, node: ast.Return) -> ast.Return:
        self.generic_visit(node)
        kind = self.returns[-1] if self.returns else None
        value = node.value
        if value is None or kind is None:
            return node
        if kind is True:
            node.value = _call("copy!", value)
        elif isinstance(kind, IntType) and not _fits(value, kind):
            node.value = _call("convert!" + kind.name, value)
        return node

    # ---- statements

    def _block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for statement in body:
            new = self.visit(statement)
            made += new if isinstance(new, list) else [new] if new is not None else []
        return made or [ast.Pass()]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        node.annotation = ast.Constant(None)
        if node.value is None:
            return node
        return ast.copy_location(
            ast.Assign([self.visit(node.target)], self.visit(node.value)), node
        )

    def visit_For(self, node: ast.For) -> ast.For:
        self.generic_visit(node)
        node.body.insert(0, _at(_tick(), node))
        return node

    def visit_While(self, node: ast.While) -> ast.While:
        self.generic_visit(node)
        node.body.insert(0, _at(_tick(), node))
        return node

    def visit_Assert(self, node: ast.Assert) -> ast.If:
        line = self.lines[node.lineno - 1] if node.lineno <= len(self.lines) else node.lineno
        failed = ast.Expr(_call("assert!", ast.Constant(line)))
        test = ast.UnaryOp(ast.Not(), self.visit(node.test))
        made = ast.If(test, [failed], [])
        _at(made, node)
        return made

    # ---- expressions

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, str):
            return node
        name = f"text!{node.value}"
        self.texts[name] = node.value
        return ast.copy_location(_load(name), node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.Attribute:
        self.generic_visit(node)
        node.attr = field_name(node.attr)
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.keyword:
        self.generic_visit(node)
        if node.arg is not None and node.arg not in ("n", "unless"):
            node.arg = "__".join(field_name(part) for part in node.arg.split("__"))
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id == "NULL" and isinstance(node.ctx, ast.Load):
            return ast.copy_location(ast.Constant(None), node)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.LShift) and not _small(node.right):
            return ast.copy_location(_call("shl!", node.left, node.right), node)
        if isinstance(node.op, ast.RShift) and not _small(node.right):
            return ast.copy_location(_call("shr!", node.left, node.right), node)
        constant = isinstance(node.left, ast.Constant) or isinstance(node.right, ast.Constant)
        if isinstance(node.op, ast.Mult) and not constant:
            return ast.copy_location(_call("mul!", node.left, node.right), node)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        self.generic_visit(node)
        bounds = {ast.LShift: "shl!", ast.RShift: "shr!", ast.Mult: "mul!"}
        name = bounds.get(type(node.op))
        if name is None or not isinstance(node.target, ast.Name):
            return node
        value = _call(name, _load(node.target.id), node.value)
        return _at(ast.Assign([node.target], value), node)  # type: ignore[no-any-return]


def _guarded(body: list[ast.stmt]) -> list[ast.stmt]:
    """What follows ``errp = ERRP_GUARD(errp)`` hands its error on when it ends."""
    for at, statement in enumerate(body):
        value = statement.value if isinstance(statement, ast.Assign) else None
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            if value.func.id == "ERRP_GUARD" and isinstance(value.args[0], ast.Name):
                last = ast.Expr(_call("release!", _load(value.args[0].id)))
                rest = body[at + 1 :] or [ast.Pass()]
                made = _at(ast.Try(rest, [], [], [last]), statement)
                return [*body[: at + 1], made]
    return body


def _fits(value: ast.expr, kind: IntType) -> bool:
    """Whether a returned value needs no conversion, as far as its text tells."""
    if isinstance(value, ast.Constant) and isinstance(value.value, int):
        return kind.low <= value.value <= kind.high and (kind.bits > 1 or value.value in (0, 1))
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
        operand = value.operand
        if isinstance(operand, ast.Constant) and isinstance(operand.value, int):
            return kind.low <= -operand.value <= kind.high
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return INTEGERS.get(value.func.id) is kind
    return False


def _small(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and 0 <= node.value < 64


def _load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _call(name: str, *given: ast.expr) -> ast.Call:
    return ast.Call(_load(name), list(given), [])


def _tick() -> ast.stmt:
    return ast.Expr(_call("tick!"))


def _at(made: Any, like: ast.AST) -> Any:
    for inner in ast.walk(made):
        if "lineno" in inner._attributes and not hasattr(inner, "lineno"):
            ast.copy_location(inner, like)
    return made
