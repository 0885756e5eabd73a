"""Loops: ``range`` where that is exactly what C does, macros that loop, ``while`` otherwise."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Final

from spapr_lint.c.blocks import body, contains, statement, whole
from spapr_lint.c.context import SUM, UNARY, Context, Ex, Loop, Writer
from spapr_lint.c.dispatch import core, express, value
from spapr_lint.c.integers import wrapped
from spapr_lint.c.macros import expression_tree, statement_tree, substituted, treatment
from spapr_lint.c.names import quoted
from spapr_lint.c.nodes import Node, UntranslatedError, marked
from spapr_lint.c.operators import condition
from spapr_lint.c.statements import declaration, effect
from spapr_lint.c.types import base_type

LOOPS: Final = frozenset(("for_statement", "while_statement", "do_statement", "macro block"))
_FOREACH = re.compile(r"FOREACH|for_each|FOR_EACH|foreach", re.I)
_CALLS: Final = frozenset(("call_expression", "assignment_expression", "update_expression"))
_PURE: Final = frozenset(("ARRAY_SIZE", "MIN", "MAX", "BIT", "DIV_ROUND_UP", "BITS_TO_LONGS"))


def in_loop(
    ctx: Context, node: Node, indent: int, repeat: Callable[[int], None] | None = None
) -> None:
    """Write the body of a loop, what it repeats, and after it what a jump out of it needs."""
    loop = Loop("loop", repeat, "", node, [])
    ctx.function.loops.append(loop)
    try:
        body(ctx, node, indent)
    finally:
        ctx.function.loops.pop()
    if repeat is not None:
        repeat(indent)
    leave(ctx, loop, indent - 1, node.last)


def leave(ctx: Context, loop: Loop, indent: int, line: int) -> None:
    """After a loop that a jump backwards left: leave the next one too, or go on with it."""
    for flag in dict.fromkeys(loop.after or ()):
        ctx.put(indent, f"if {flag}:", line)
        jump_again(ctx, flag, indent + 1, line)


def jump_again(ctx: Context, flag: str, indent: int, line: int) -> None:
    """Write the jump to the loop that stands for a label, from wherever we are."""
    loops = [loop for loop in ctx.function.loops if loop.kind != "chain"]
    if loops and loops[-1].kind == "again" and loops[-1].flag == flag:
        ctx.put(indent, "continue", line)
        return
    if not any(loop.kind == "again" and loop.flag == flag for loop in loops):
        raise UntranslatedError("goto backwards out of a copy")
    after = loops[-1].after
    if after is not None:
        after.append(flag)
    ctx.put(indent, "break", line)


def while_statement(ctx: Context, node: Node, indent: int) -> None:
    """``while``."""
    test = core(node.need("condition"))
    _while(ctx, test, node.need("body"), indent, node.line, None)


def _while(
    ctx: Context,
    test: Node | None,
    inner: Node,
    indent: int,
    line: int,
    repeat: Callable[[int], None] | None,
) -> None:
    if test is not None and contains(test, frozenset(("compound_statement",))):
        # a statement expression writes a definition, which must be inside the loop
        ctx.put(indent, "while True:", line)
        ctx.indent = indent + 1
        text = whole(condition(ctx, test).text)
        ctx.put(indent + 1, f"if not ({text}):", line)
        ctx.put(indent + 2, "break", line)
    else:
        text = "True" if test is None else whole(condition(ctx, test).text)
        ctx.put(indent, f"while {'True' if text == '1' else text}:", line)
    in_loop(ctx, inner, indent + 1, repeat)


def do_statement(ctx: Context, node: Node, indent: int) -> None:
    """``do ... while``; one that runs once and never jumps is a plain block."""
    inner, test = node.need("body"), core(node.need("condition"))
    once = test.words.strip() in ("0", "false", "FALSE")
    jumps = contains(inner, frozenset(("break_statement", "continue_statement")), LOOPS)
    if once and not jumps:
        statement(ctx, inner, indent)
        return
    ctx.put(indent, "while True:", node.line)

    def repeat(level: int) -> None:
        if once:
            ctx.put(level, "break", node.last)
            return
        ctx.indent = level
        ctx.put(level, f"if not {condition(ctx, test).at(UNARY)}:", test.line)
        ctx.put(level + 1, "break", test.line)

    in_loop(ctx, inner, indent + 1, repeat)


def for_statement(ctx: Context, node: Node, indent: int) -> None:
    """``for``."""
    ctx.function.scopes.append({})
    try:
        ranged = _ranged(ctx, node)
        if ranged is not None:
            name, text = ranged
            ctx.put(indent, f"for {name} in {text}:", node.line)
            in_loop(ctx, node.need("body"), indent + 1)
            return
        first, update = node.get("initializer"), node.get("update")
        if first is not None and first.kind == "declaration":
            declaration(ctx, first, indent)
        elif first is not None:
            effect(ctx, first, indent)

        def repeat(level: int) -> None:
            if update is not None:
                ctx.function.bounded = _bounded(node.get("condition"))
                effect(ctx, update, level)
                ctx.function.bounded = set()

        again = repeat if update is not None else None
        _while(ctx, node.get("condition"), node.need("body"), indent, node.line, again)
    finally:
        ctx.function.scopes.pop()


def _bounded(test: Node | None) -> set[str]:
    """The variable that a loop's condition keeps below something, so that ``++`` never wraps."""
    if test is None or test.kind != "binary_expression" or test.need("operator").text != "<":
        return set()
    return {core(test.need("left")).text}


def _start(node: Node) -> tuple[str, Node, Node | None] | None:
    """Loop variable, its first value and its declaration, if a ``for`` has just these."""
    first = node.get("initializer")
    if first is None:
        return None
    if first.kind == "assignment_expression" and first.need("operator").text == "=":
        target, given = first.need("left"), first.need("right")
        if target.kind == "identifier" and given.kind != "assignment_expression":
            return target.text, given, None
    elif first.kind == "declaration" and len(first.all("declarator")) == 1:
        declarator = first.need("declarator")
        name = declarator.get("declarator")
        if declarator.kind == "init_declarator" and name is not None and name.kind == "identifier":
            return name.text, declarator.need("value"), first
    return None


def _step(ctx: Context, node: Node, name: str) -> tuple[str, bool] | None:
    """By what a ``for`` moves its variable, and whether downwards."""
    update = node.get("update")
    if update is None:
        return None
    if update.kind == "update_expression" and core(update.need("argument")).text == name:
        down = update.need("operator").text == "--"
        return ("-1" if down else "1"), down
    if update.kind == "assignment_expression" and update.need("left").text == name:
        operator, by = update.need("operator").text, core(update.need("right"))
        positive = by.kind == "number_literal" or (by.kind == "identifier" and by.text.isupper())
        if operator in ("+=", "-=") and positive and by.text.strip("0xXuUlL"):
            down = operator == "-="
            return ("-" if down else "") + express(ctx, by).at(UNARY), down
    return None


def _ranged(ctx: Context, node: Node) -> tuple[str, str] | None:
    """Variable and ``range(...)`` of a ``for`` that is exactly that."""
    start, test = _start(node), node.get("condition")
    if start is None or test is None or test.kind != "binary_expression":
        return None
    name, given, declared = start
    operator = test.need("operator").text
    if core(test.need("left")).text != name or operator not in ("<", "<=", ">", ">="):
        return None
    step, bound, inner = _step(ctx, node, name), test.need("right"), node.need("body")
    if step is None or (operator in (">", ">=")) != step[1]:
        return None
    if not _steady(ctx, bound, name, inner):
        return None
    if declared is None:
        local = ctx.local(name)
        if local is None or local.boxed or local.shared:
            return None
        if read_after(ctx.function.body, node, name):
            return None
    else:
        if name in ctx.function.addressed:
            return None
        first = express(ctx, given)
        local = ctx.declare(name, base_type(declared.need("type")))
    width = ctx.width(local.type)
    if width is None or (step[1] and operator == ">=" and not width.signed):
        return None
    if declared is None:
        first = express(ctx, given)
    first, limit = wrapped(ctx, first), wrapped(ctx, express(ctx, bound))
    return local.name, _range(first, limit, operator, step[0])


def _range(first: Ex, limit: Ex, operator: str, step: str) -> str:
    if operator in ("<=", ">="):
        sign = "+" if operator == "<=" else "-"
        text = f"{limit.at(SUM)} {sign} 1"
        limit = Ex("-1" if text == "0 - 1" else text, SUM)
    low = f"({first.text})" if first.binds < 1 else first.text
    if step != "1":
        return f"range({low}, {limit.text}, {step})"
    return f"range({limit.text})" if low == "0" else f"range({low}, {limit.text})"


def _steady(ctx: Context, bound: Node, name: str, inner: Node) -> bool:
    """Whether the body changes neither the variable nor what the bound is made of."""
    names = {name}
    stack = [bound]
    while stack:
        node = stack.pop()
        if node.kind in _CALLS:
            if node.kind != "call_expression" or node.need("function").text not in _PURE:
                return False
        if node.kind in ("identifier", "field_expression", "subscript_expression"):
            names.add("".join(node.words.split()))
        stack.extend(node.kids)
    if name in {node.text for node in _identifiers(bound)}:
        return False
    for node in _changing(ctx, inner):
        target: Node | None = None
        if node.kind == "assignment_expression":
            target = node.need("left")
        elif node.kind == "update_expression":
            target = node.need("argument")
        elif node.kind == "pointer_expression" and node.need("operator").text == "&":
            target = node.need("argument")
        if target is not None and "".join(core(target).words.split()) in names:
            return False
    return True


def _changing(ctx: Context, inner: Node) -> list[Node]:
    """The nodes in a loop's body that may change a variable, and some more."""
    root = ctx.function.body
    if root is None or root.source is not inner.source:
        return marked(inner)
    start, end = inner.start, inner.end
    return [node for node in ctx.function.marks if start <= node.start < end]


def _identifiers(node: Node) -> list[Node]:
    found, stack = [], [node]
    while stack:
        inner = stack.pop()
        if inner.kind == "identifier":
            found.append(inner)
        stack.extend(reversed(inner.kids))
    return found


def read_after(root: Node | None, loop: Node, name: str) -> bool:
    """Whether a variable is read after a loop before it is assigned again."""
    if root is None or root.source is not loop.source:
        return True
    if root.source.text.find(name, loop.end, root.end) < 0:
        return False
    best: tuple[int, bool] | None = None
    stack: list[tuple[Node, Node | None]] = [(root, None)]
    while stack:
        node, parent = stack.pop()
        if node.end <= loop.end and node is not root:
            continue
        if node.kind == "identifier" and node.text == name and node.start >= loop.end:
            if best is None or node.start < best[0]:
                best = (node.start, not _overwrites(node, parent))
        stack.extend((kid, node) for kid in node.kids)
    return best is not None and best[1]


def _overwrites(node: Node, parent: Node | None) -> bool:
    if parent is None:
        return False
    if parent.kind == "assignment_expression" and node.field == "left":
        inside = parent.need("right")
        same = any(kid.text == node.text for kid in _identifiers(inside))
        return parent.need("operator").text == "=" and not same
    if parent.kind == "init_declarator" and node.field == "declarator":
        return True
    return (
        parent.kind == "argument_list"
        and parent.kids[0] is node
        and bool(
            re.search(r"FOREACH\s*\Z", node.source.slice(max(0, parent.start - 40), parent.start))
        )
    )


# ---- macros that take a block


def macro_block(ctx: Context, node: Node, indent: int) -> None:
    """``QLIST_FOREACH(v, &head, field) {...}`` and other macros before a block."""
    call, inner = node.kids[0], node.kids[-1]
    if call.kind != "call_expression":
        raise UntranslatedError("block after an expression")
    name = call.need("function").text
    given = call.need("arguments").kids
    _looping(ctx, name, given, inner, indent, call)


def nested_definition(ctx: Context, node: Node, indent: int) -> None:
    """``CPU_FOREACH(cs) {...}``, which the grammar takes for a function."""
    inner = node.need("body")
    head = node.source.slice(node.start, inner.start)
    match = re.match(r"\s*(\w+)\s*\((.*)\)\s*\Z", head, re.S)
    if match is None:
        raise UntranslatedError("nested function")
    given = []
    for part in match.group(2).split(","):
        tree = expression_tree(ctx, part, node.line) if part.strip() else None
        if tree is None and part.strip():
            raise UntranslatedError("nested function")
        if tree is not None:
            given.append(tree)
    _looping(ctx, match.group(1), given, inner, indent, node)


def _looping(
    ctx: Context, name: str, given: Sequence[Node], inner: Node, indent: int, node: Node
) -> None:
    macro = ctx.declared.macros.get(name)
    if macro is not None and macro.parameters is not None and treatment(ctx, macro) == "loop":
        text = substituted(macro, [kid.words for kid in given]) + " {}"
        tree = statement_tree(ctx, text, node.line)
        if tree is not None and tree.kids and tree.kids[0].kind in LOOPS:
            loop = tree.kids[0]
            loop.kids = [inner if kid.field == "body" else kid for kid in loop.kids]
            inner.field = "body"
            statement(ctx, loop, indent)
            return
    if name.startswith("WITH_"):
        words = ", ".join(value(ctx, kid) for kid in given)
        ctx.put(indent, f"with {name}({words}):", node.line)
        body(ctx, inner, indent + 1)
        return
    if not _FOREACH.search(name) or not given:
        raise UntranslatedError(f"block after {name}")
    names = quoted(name, len(given))
    parts = []
    for position, kid in enumerate(given):
        if position == 0 or (position == 3 and "_SAFE" in name):
            continue
        if position in names:
            parts.append(json.dumps("".join(kid.words.split())))
        else:
            parts.append(value(ctx, kid))
    target = express(ctx, given[0])
    place = ctx.writes(given[0].text) if given[0].kind == "identifier" else target.text
    ctx.put(indent, f"for {place} in {name}({', '.join(parts)}):", node.line)
    in_loop(ctx, inner, indent + 1)


# ---- leaving


def break_statement(ctx: Context, node: Node, indent: int) -> None:
    """``break``."""
    loops = [loop for loop in ctx.function.loops if loop.kind != "chain"]
    if loops and loops[-1].kind == "again":
        raise UntranslatedError("break round a label that is jumped back to")
    ctx.put(indent, "break", node.line)


def continue_statement(ctx: Context, node: Node, indent: int) -> None:
    """``continue``, after what the loop does before it tests again."""
    go_on(ctx, len(ctx.function.loops) - 1, indent, node.line)


def go_on(ctx: Context, depth: int, indent: int, line: int) -> None:
    """Write ``continue`` for the loop that encloses level ``depth`` of the loops."""
    loops = ctx.function.loops
    while depth >= 0 and loops[depth].kind == "chain":
        depth -= 1
    if depth < 0:
        raise UntranslatedError("continue outside a loop")
    loop = loops[depth]
    if loop.kind == "again":
        raise UntranslatedError("continue round a label that is jumped back to")
    if loop.kind == "cases":
        ctx.put(indent, f"{loop.flag} = True", line)
        ctx.put(indent, "break", line)
        return
    if loop.repeat is not None:
        loop.repeat(indent)
    ctx.put(indent, "continue", line)


LOOP_STATEMENTS: Final[dict[str, Writer]] = {
    "while_statement": while_statement,
    "do_statement": do_statement,
    "for_statement": for_statement,
    "macro block": macro_block,
    "function_definition": nested_definition,
    "break_statement": break_statement,
    "continue_statement": continue_statement,
}
