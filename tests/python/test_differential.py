"""The lowering against Python's own `symtable` and `ast`, over the standard library."""

from __future__ import annotations

import ast
import re
import symtable
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from spapr_lint import ir
from spapr_lint.python import decode, lower
from tests.python.helpers import corpus, module_nodes, nodes, sites

FILES = corpus(14)
COMPREHENSIONS = {"listcomp", "setcomp", "dictcomp", "genexpr"}
PRIVATE = re.compile(r"class _*(\w+)")

Names = tuple[str, frozenset[str], frozenset[str], frozenset[str], frozenset[str]]


class _Plain(ast.NodeTransformer):
    """Annotations are text for the linter and names for `symtable`: leave them out."""

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    visit_FunctionDef = _function  # noqa: N815
    visit_AsyncFunctionDef = _function  # noqa: N815

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(0)
        return self.generic_visit(node)


def _plain_text(path: Path) -> tuple[str, ast.Module]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(path.read_bytes())
        text = ast.unparse(_Plain().visit(tree))
        return text, ast.parse(text)


def _unmangled(text: str) -> Callable[[str], str]:
    classes = "|".join(sorted(set(PRIVATE.findall(text)))) or "-"
    mangled = re.compile(rf"^_(?:{classes})(?=__\w*[^_]_?$)")
    return lambda name: mangled.sub("", name)


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        if child.get_name() not in COMPREHENSIONS:
            yield child
        yield from _tables(child)


def _facts(table: symtable.SymbolTable, spelled: Callable[[str], str]) -> Names:
    """Name, local names, and the free, global and global-and-read names of one scope."""
    local: set[str] = set()
    free: set[str] = set()
    wide: set[str] = set()
    read: set[str] = set()

    def take(one: symtable.SymbolTable, around: set[str]) -> None:
        own = {symbol.get_name() for symbol in one.get_symbols() if symbol.is_local()}
        for symbol in one.get_symbols():
            name = symbol.get_name()
            if name in (".0", "__class__"):
                continue
            if symbol.is_local():
                local.add(spelled(name))
            elif symbol.is_free():
                if name not in around and (symbol.is_referenced() or symbol.is_assigned()):
                    free.add(spelled(name))
            else:
                wide.add(spelled(name))
                if symbol.is_referenced():
                    read.add(spelled(name))
        for child in one.get_children():
            if child.get_name() in COMPREHENSIONS:
                take(child, around | own)

    take(table, set())
    name = table.get_name()
    return (
        "<lambda>" if name == "lambda" else name,
        frozenset(local),
        frozenset(free - {"__class__"}),
        frozenset(wide),
        frozenset(read),
    )


def _scope_nodes(module: ir.Module, tree: object) -> Iterator[ir.Node]:
    for node in nodes(tree):
        yield node
        if node[0] in (ir.DEFINE, ir.FUNCTION):
            # Defaults are evaluated where the function is defined.
            for parameter in module.functions[node[1]].parameters:
                yield from _scope_nodes(module, parameter.default)


def _own_facts(
    module: ir.Module, one: ir.Function | ir.Class
) -> tuple[str, frozenset[str], set[str], set[str]]:
    free, wide = set(), set()
    for node in _scope_nodes(module, one.body):
        if node[0] == ir.FREE:
            free.add(node[1])
        elif node[0] == ir.GLOBAL:
            wide.add(node[1])
        elif node[0] == ir.NAME:
            assert node[1] in one.variables
    return (
        one.name,
        frozenset(one.variables) - {"__class__"},
        free - {"__class__"},
        wide - {"__class__"},
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scopes_are_those_of_symtable(path: Path) -> None:
    text, _ = _plain_text(path)
    module = lower(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = symtable.symtable(text, str(path), "exec")
    expected: dict[tuple[str, frozenset[str]], list[Names]] = {}
    spelled = _unmangled(text)
    for one in _tables(table):
        facts = _facts(one, spelled)
        expected.setdefault(facts[:2], []).append(facts)
    found = [_own_facts(module, one) for one in (*module.functions, *module.classes)]
    assert Counter(one[:2] for one in found) == {key: len(v) for key, v in expected.items()}
    for name, local, free, wide in found:
        assert any(
            free == other_free and read <= wide <= other_wide
            for _, _, other_free, other_wide, read in expected[name, local]
        ), (name, local, free, wide, expected[name, local])


def _without_annotations(tree: ast.AST) -> Iterator[ast.AST]:
    rest: list[ast.AST] = [tree]
    while rest:
        one = rest.pop()
        if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant):
            if isinstance(one.value.value, str | bytes | type(...)):
                continue
        yield one
        if isinstance(one, ast.JoinedStr):
            rest += [part for part in one.values if not isinstance(part, ast.Constant)]
        else:
            rest += ast.iter_child_nodes(one)


def _key(value: object) -> tuple[str, str]:
    return type(value).__name__, repr(value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_constants_and_calls_are_those_of_ast(path: Path) -> None:
    text = decode(path.read_bytes())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(path.read_bytes())
    if any(
        getattr(one, "annotation", None) or getattr(one, "returns", None) for one in ast.walk(tree)
    ):
        text, tree = _plain_text(path)
    module = lower(text)
    counts = Counter(node[0] for node in module_nodes(module))
    formats = {
        part[-1] for node in module_nodes(module) if node[0] == ir.FORMAT for part in node[1]
    }
    constants = Counter(
        _key(node[1])
        for node in module_nodes(module)
        if node[0] == ir.CONST and node[-1] not in formats
    )
    kinds: Counter[type] = Counter()
    expected: Counter[tuple[str, str]] = Counter()
    for one in _without_annotations(tree):
        kinds[type(one)] += 1
        if isinstance(one, ast.Constant) and not isinstance(one.value, complex):
            expected[_key(one.value)] += 1
        elif isinstance(one, ast.MatchSingleton):
            expected[_key(one.value)] += 1
    # Constants in braces of f-strings are parts, too; that some of them are is enough.
    if not kinds[ast.JoinedStr]:
        declared = Counter({_key(0): kinds[ast.AnnAssign]})
        assert constants == expected - declared
        assert counts[ir.CALL] == kinds[ast.Call]
    assert counts[ir.BINARY] == kinds[ast.BinOp]
    assert counts[ir.COMPARE] == kinds[ast.Compare]
    assert counts[ir.ATTR] == kinds[ast.Attribute]
    assert counts[ir.RETURN] == kinds[ast.Return] + kinds[ast.Lambda]
    assert counts[ir.ASSIGN] == kinds[ast.Assign]
    assert counts[ir.TRY] == kinds[ast.Try]
    assert len(module.classes) == kinds[ast.ClassDef]


@pytest.mark.parametrize("path", corpus(40, 3), ids=lambda path: path.stem)
def test_every_site_is_handed_out_once(path: Path) -> None:
    module = lower(decode(path.read_bytes()))
    found = sites(module)
    assert len(found) == len(set(found))
    assert all(0 <= site < module.sites for site in found)
