"""Functions: head, parameters, body; macros as functions and constants."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from spapr_lint.c.blocks import block, contains, fill, statements, whole
from spapr_lint.c.context import (
    BREAK,
    WALRUS,
    Context,
    Function,
    Line,
    Local,
    Writer,
    variable,
)
from spapr_lint.c.dispatch import core, express
from spapr_lint.c.index import Macro
from spapr_lint.c.initialisers import initial
from spapr_lint.c.integers import closes
from spapr_lint.c.jumps import labels_of
from spapr_lint.c.loops import LOOPS
from spapr_lint.c.macros import expression_tree, parsed, statement_tree, treatment
from spapr_lint.c.names import python_name
from spapr_lint.c.nodes import Node, UntranslatedError, marked
from spapr_lint.c.statements import tagged
from spapr_lint.c.types import CType, annotation, base_type, declare, result


def function(ctx: Context, node: Node, indent: int, marks: Sequence[Node]) -> str:
    """Write one function definition; ``marks`` as `nodes.convert` gives them.  Gives its name."""
    base = base_type(node.need("type"))
    name, ctype, _ = declare(node.need("declarator"), base)
    if ctype.kind != "function":
        raise UntranslatedError("definition")
    body = node.need("body")
    written, failed = len(ctx.lines), len(ctx.untranslated)
    collided: frozenset[str] = frozenset()
    for attempt in range(2):
        state = Function(name=name, returns=ctype.of, body=body, marks=marks, renamed=collided)
        state.addressed, state.stores, labelled = survey(body, marks)
        if labelled:
            state.labels, state.backward = labels_of(body)
        ctx.function, ctx.indent, ctx.hoist = state, indent, None
        _function(ctx, node, name, ctype, body, indent)
        collided = ctx.collides()
        if not collided or attempt:
            break
        del ctx.lines[written:]
        del ctx.untranslated[failed:]
    if state.statics:
        ctx.lines[written:written] = [_moved(line, indent) for line in state.statics]
    ctx.function = Function()
    return name


def _moved(line: Line, indent: int) -> Line:
    return Line("    " * indent + line.text, line.line)


def _function(ctx: Context, node: Node, name: str, ctype: CType, body: Node, indent: int) -> None:
    listed = _parameter_nodes(node)
    boxed: list[Local] = []
    parts: list[tuple[int, str]] = []
    for position, (parameter, kind) in enumerate(ctype.parameters):
        given = listed[position] if position < len(listed) else None
        line = given.line if given is not None else node.line
        if parameter == "...":
            parts.append((line, "*va"))
            continue
        local = ctx.declare(parameter or f"_{position}", kind)
        ctx.function.stores.setdefault(parameter, []).append(None)
        if local.boxed:
            boxed.append(local)
        spelled = annotation(kind)
        if given is not None:
            spelled = tagged(ctx, given.get("declarator") or given, spelled)
        parts.append((line, f"{local.name}: {spelled}"))
    head = f"def {ctx.global_name(name)}("
    text, last = head, node.need("declarator").line
    for position, (line, part) in enumerate(parts):
        if position:
            text += ","
            text += BREAK.format(line) if line > last else " "
        text += part
        last = max(line, last)
    ctx.put(indent, f"{text}) -> {result(ctype.of)}:", node.need("declarator").line)
    at = len(ctx.lines)
    for local in boxed:
        ctx.put(indent + 1, f"{local.name} = {ctx.helper('Ref')}({local.name})", node.line)
    written = len(ctx.lines)
    block(ctx, body, indent + 1)
    fill(ctx, written, indent + 1, body.last)
    if ctx.function.globals:
        names = ", ".join(sorted(ctx.function.globals))
        ctx.lines.insert(at, Line("    " * (indent + 1) + f"global {names}", node.line))


def _parameter_nodes(node: Node) -> list[Node]:
    inner: Node | None = node.need("declarator")
    while inner is not None and inner.kind != "function_declarator":
        inner = inner.get("declarator")
    listed = inner.get("parameters") if inner is not None else None
    if listed is None:
        return []
    kinds = ("parameter_declaration", "variadic_parameter", "identifier")
    found = [kid for kid in listed.kids if kid.kind in kinds]
    if len(found) == 1 and found[0].get("declarator") is None and found[0].words == "void":
        return []
    return found


def survey(
    body: Node, marks: Sequence[Node]
) -> tuple[frozenset[str], dict[str, list[Node | None]], bool]:
    """Names whose address is taken, what is stored in each name (None: anything), any labels."""
    labelled = False
    addressed: set[str] = set()
    stores: dict[str, list[Node | None]] = {}
    first = body.start
    for node in marks:
        kind = node.kind
        if node.start < first:
            continue
        if kind == "pointer_expression":
            if node.need("operator").text == "&":
                inner = core(node.kids[-1])
                if inner.kind == "identifier":
                    addressed.add(inner.text)
        elif kind == "assignment_expression":
            target, operator = core(node.need("left")), node.need("operator").text
            if target.kind == "identifier":
                plain = operator in ("=", "+=")
                stores.setdefault(target.text, []).append(node.get("right") if plain else None)
        elif kind == "init_declarator":
            inner = node.need("declarator")
            if inner.kind == "identifier":
                stores.setdefault(inner.text, []).append(node.get("value"))
        elif kind == "update_expression":
            if node.need("operator").text == "--":
                stores.setdefault(core(node.need("argument")).text, []).append(None)
        elif kind == "labeled_statement":
            labelled = True
        elif node.text == "missing ;":
            kids = node.kids[0].kids if node.kids else ()
            for given in kids[-1].kids[:1] if kids else ():
                stores.setdefault(given.text, []).append(None)
    return frozenset(addressed), stores, labelled


# ---- macros


def constant(ctx: Context, macro: Macro, line: int, indent: int) -> None:
    """``#define NAME expression``."""
    body = macro.body.replace("\n", " ").strip()
    name = ctx.global_name(macro.name)
    if not body:
        ctx.put(indent, f"# #define {macro.name}", line)
        return
    if _SIMPLE.fullmatch(body):
        ctx.put(indent, f"{name} = {body}", line)
        return
    kept = len(ctx.untranslated)
    for tree_of in (_adjacent, expression_tree, _braces):
        tree = tree_of(ctx, body, line)
        if tree is None or tree.broken:
            continue
        ex = initial(ctx, tree, None)
        text = ex.text[1:-1] if ex.text.startswith("(") and closes(ex.text) else ex.text
        if len(ctx.untranslated) > kept or f" {name} " in f" {text} ":
            break
        text = f"({text})" if ":=" in text else text
        ctx.put(indent, f"{name} = {_flat(text)}", line)
        return
    del ctx.untranslated[kept:]
    _opaque(ctx, macro, line, indent)


# numbers and strings that Python writes in the same way
_SIMPLE = re.compile(r'0[xX][0-9a-fA-F]+|[1-9]\d*|0|"[ -!#-\[\]-~]*"')


def _opaque(ctx: Context, macro: Macro, line: int, indent: int) -> None:
    """A macro that is no expression: it only means something where it is used."""
    listed = "" if macro.parameters is None else f"({', '.join(macro.parameters)})"
    words = " ".join(macro.body.split())
    ctx.put(indent, f"# #define {macro.name}{listed} {words}", line)


def _flat(text: str) -> str:
    """The text of a macro, on one line."""
    while "\x01" in text:
        start = text.index("\x01")
        text = text[:start] + " " + text[text.index("\x02", start) + 1 :]
    return text


def _adjacent(ctx: Context, body: str, line: int) -> Node | None:
    """Strings and names of strings side by side; they would also be a declaration."""
    if '"' not in body:
        return None
    tree = expression_tree(ctx, f'"" {body}', line)
    if tree is None or tree.kind != "concatenated_string":
        return None
    tree.kids = tree.kids[1:]
    return tree.kids[0] if len(tree.kids) == 1 else tree


def _side_by_side(ctx: Context, body: str, line: int) -> Node | None:
    """Parameters and macros' names side by side, which only strings can be."""
    found = re.sub(r"[()]", " ", body).split()
    if len(found) < 2 or not all(word.isidentifier() for word in found):
        return None
    macros = (ctx.declared.macros.get(word) for word in found if ctx.local(word) is None)
    if not all(macro is not None and macro.parameters is None for macro in macros):
        return None
    tree = expression_tree(ctx, '"" ' + " ".join(found), line)
    tree = core(tree) if tree is not None else None
    if tree is None or tree.kind != "concatenated_string":
        return None
    tree.kids = tree.kids[1:]
    return tree


def _braces(ctx: Context, body: str, line: int) -> Node | None:
    if not body.startswith("{"):
        return None
    root = parsed(ctx, f"T x_ = {body};", line)
    declaration = root.kids[0] if root is not None and root.kids else None
    declarator = declaration.get("declarator") if declaration is not None else None
    return declarator.get("value") if declarator is not None else None


def macro_function(ctx: Context, macro: Macro, line: int, indent: int) -> None:
    """``#define NAME(a, b) ...`` as a function, if its body is one."""
    names = [name for name in macro.parameters or () if name]
    pasted = "##" in macro.body or treatment(ctx, macro) in ("statement", "loop")
    spelled = re.search(r"#\s*[A-Za-z_]", macro.body) is not None
    if pasted or (spelled and treatment(ctx, macro) != "call"):
        _opaque(ctx, macro, line, indent)
        return
    listed = ", ".join("*va" if name.endswith("...") else python_name(name) for name in names)
    body = macro.body.replace("\n", " ").replace("__VA_ARGS__", "va")
    if spelled:
        body = re.sub(r"(?<![\w\"#])#\s*([A-Za-z_]\w*)", r'"\1"', body)
    head = f"def {ctx.global_name(macro.name)}({listed}):"
    if not body.strip():
        ctx.put(indent, head, line)
        ctx.put(indent + 1, "pass", line)
        return
    written, failed = len(ctx.lines), len(ctx.untranslated)
    state = ctx.function
    for make in (_as_expression, _as_statements):
        ctx.function = Function(name=macro.name)
        ctx.function.scopes[-1].update(
            {name: variable(python_name(name), None, False) for name in (*names, "va")}
        )
        ctx.put(indent, head, line)
        if make(ctx, body, line, indent + 1) and len(ctx.untranslated) == failed:
            ctx.function = state
            return
        del ctx.lines[written:]
        del ctx.untranslated[failed:]
    ctx.function = state
    _opaque(ctx, macro, line, indent)


def _as_expression(ctx: Context, body: str, line: int, indent: int) -> bool:
    tree = _side_by_side(ctx, body, line) or expression_tree(ctx, body, line)
    tree = tree or _adjacent(ctx, body, line) or _braces(ctx, body, line)
    if tree is None or tree.broken:
        return False
    ctx.indent = indent
    ex = initial(ctx, core(tree), None)
    text = ex.text
    while text.startswith("(") and closes(text) and ex.binds != WALRUS:
        text = text[1:-1]
    ctx.put(indent, f"return {f'({text})' if ':=' in text else _flat(text)}", line)
    return True


_LEAVING: Final = frozenset(("break_statement", "continue_statement", "goto_statement"))


def _as_statements(ctx: Context, body: str, line: int, indent: int) -> bool:
    tree = statement_tree(ctx, body, line)
    if tree is None or tree.broken:
        return False
    inner = [kid for kid in tree.kids if kid.kind != "expression_statement" or kid.kids]
    if len(inner) == 1 and inner[0].kind == "do_statement":
        tree = inner[0].need("body")
    if contains(tree, _LEAVING, LOOPS | {"switch_statement"}):
        return False
    ctx.function.addressed, ctx.function.stores, _ = survey(tree, marked(tree))
    ctx.function.addressed -= frozenset(ctx.function.scopes[0])
    written = len(ctx.lines)
    statements(ctx, tree.kids, indent)
    fill(ctx, written, indent, line)
    return not any(line.text.lstrip().startswith("class ") for line in ctx.lines[written:])


def local_macro(ctx: Context, node: Node, indent: int) -> None:
    """``#define`` inside a function or a struct."""
    name = node.need("name").text
    macro = ctx.declared.macros.get(name)
    if macro is None:
        ctx.put(indent, f"# {json.dumps(' '.join(node.words.split()))}", node.line)
        return
    ctx.local_macros.append((macro, node.line))
    ctx.put(indent, f"# #define {name}", node.line)


def measure(ctx: Context, text: str) -> str:
    """An array's dimension, given as C, as Python."""
    if text.isdigit():
        return text
    tree = expression_tree(ctx, text, 1)
    if tree is None:
        raise UntranslatedError("dimension")
    ex = express(ctx, tree)
    return whole(_flat(ex.text))


FUNCTIONS: Final[dict[str, Writer]] = {
    "preproc_def": local_macro,
    "preproc_function_def": local_macro,
}
