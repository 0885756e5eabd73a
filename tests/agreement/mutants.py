"""Every use of a number in the model, with each other number in scope in its place."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.agreement.kinds import ASIDE, BY_MODULE, alike, table

MODEL = Path(__file__).parents[2] / "spapr_lint" / "model"


class Mutant(NamedTuple):
    """One number in place of another: where, what, and the kinds of both."""

    module: str
    function: str
    line: int
    column: int
    old: str
    new: str
    old_kind: str
    new_kind: str
    compared: bool = False

    @property
    def same_kind(self) -> bool:
        """Whether the fault, if it is one, is none of kinds.

        What is compared may be any of its space: an id, its bound, where it starts.
        """
        spaces = {kind.split(".")[0] for kind in (self.old_kind, self.new_kind)}
        return alike(self.old_kind, self.new_kind) or (self.compared and len(spaces) == 1)

    @property
    def aside(self) -> bool:
        """Whether a stride or a priority is part of it."""
        return bool(ASIDE & {self.old_kind, self.new_kind})

    def __str__(self) -> str:
        where = f"{self.module}.py:{self.line} {self.function}()"
        return f"{where}: {self.new} ({self.new_kind}) for {self.old} ({self.old_kind})"


def path(module: str) -> str:
    """The module's path in the package."""
    return f"spapr_lint/model/{module}.py"


def source(module: str) -> str:
    """The module as it is."""
    return (MODEL / f"{module}.py").read_text()


def _roots(text: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


def _uses(function: ast.FunctionDef, known: dict[str, str]) -> Iterator[tuple[ast.expr, str]]:
    """The outermost expressions that are in the table, where they are read."""
    queue: list[ast.AST] = list(function.body)
    while queue:
        node = queue.pop()
        if isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            text = ast.unparse(node)
            if text in known:
                yield node, text
                continue
        if not isinstance(node, ast.FunctionDef):
            queue += list(ast.iter_child_nodes(node))


def _born(function: ast.FunctionDef) -> dict[str, int]:
    """The line from which on a name of the function can be read."""
    born = {
        arg.arg: function.lineno
        for arg in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            born.setdefault(node.id, node.lineno)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
            born.pop(node.id, None)
    return born


def _in_scope(text: str, line: int, born: dict[str, int], modules: set[str]) -> bool:
    return all(root in modules or born.get(root, 1 << 30) <= line for root in _roots(text))


def mutants(module: str) -> Iterator[Mutant]:
    """All of a module, in the order of its lines."""
    tree = ast.parse(source(module))
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    imported |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef):
            continue
        known = table(module, function.name)
        born = _born(function)
        compared = {
            side
            for compare in ast.walk(function)
            if isinstance(compare, ast.Compare)
            for side in (compare.left, *compare.comparators)
        }
        # In scope is what the function itself speaks of: its names, and what it reads.
        spoken = {text for _node, text in _uses(function, known)} | born.keys()
        for node, old in sorted(
            _uses(function, known), key=lambda use: (use[0].lineno, use[0].col_offset)
        ):
            # A name is read from the line after the one that makes it.
            scope = node.lineno - 1
            for new, kind in known.items():
                if new != old and new in spoken and _in_scope(new, scope, born, imported):
                    place = (node.lineno, node.col_offset)
                    kinds = (known[old], kind, node in compared)
                    yield Mutant(module, function.name, *place, old, new, *kinds)


def every() -> list[Mutant]:
    """All mutants, in an order that makes any beginning of it a fair sample."""
    found = [mutant for module in BY_MODULE for mutant in mutants(module)]
    random.Random("agreement").shuffle(found)
    return found


class _Swap(ast.NodeTransformer):
    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.done = 0

    def visit(self, node: ast.AST) -> ast.AST:
        mutant = self.mutant
        if (
            isinstance(node, ast.expr)
            and (node.lineno, node.col_offset) == (mutant.line, mutant.column)
            and ast.unparse(node) == mutant.old
        ):
            self.done += 1
            return ast.parse(mutant.new, mode="eval").body
        return self.generic_visit(node)


def mutated(mutant: Mutant) -> str:
    """The module with the other number."""
    swap = _Swap(mutant)
    tree = swap.visit(ast.parse(source(mutant.module)))
    assert swap.done == 1, mutant
    return ast.unparse(ast.fix_missing_locations(tree))


NUMBERS = {"int", "bool", "Annotated"}


def _of_numbers(annotation: ast.expr | None) -> bool:
    """Whether an annotation speaks of numbers; of QEMU's structs it may."""
    names = (
        {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
        if annotation
        else set()
    )
    return bool(names & NUMBERS)


class _Strip(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if _of_numbers(node.returns):
            node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        if _of_numbers(node.annotation):
            node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        # A field stays one, of no type.
        if _of_numbers(node.annotation):
            node.annotation = ast.Name("object", ast.Load())
        return node


def stripped(text: str) -> str:
    """The text without the annotations that speak of numbers."""
    return ast.unparse(ast.fix_missing_locations(_Strip().visit(ast.parse(text))))
