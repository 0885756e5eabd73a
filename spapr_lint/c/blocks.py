"""Where every statement goes first: blocks, scopes, and what to do when one fails."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from spapr_lint.c.context import Context
from spapr_lint.c.nodes import Node, UntranslatedError

_LEAVES: Final = frozenset(("declaration", "expression_statement", "return_statement"))
_PIECE = re.compile(r'"(?:\\.|[^"\\])*"|[()\[\]{}]|\x01')


def statement(ctx: Context, node: Node, indent: int) -> None:
    """Write one statement; one that fails becomes comments and ``UNTRANSLATED``."""
    writer = ctx.writers.get(node.kind)
    written = len(ctx.lines)
    ctx.indent = indent
    if writer is None or (node.broken and node.kind in _LEAVES):
        fail(ctx, node, indent, f"cannot read {node.kind}")
        return
    try:
        writer(ctx, node, indent)
    except UntranslatedError as error:
        del ctx.lines[written:]
        fail(ctx, node, indent, str(error))
    finally:
        ctx.hoist = None


def fail(ctx: Context, node: Node, indent: int, why: str) -> None:
    """Write a statement as comments and a call that stops whoever runs it."""
    words = node.words
    text = " ".join(words.split())
    if not text:
        return
    ctx.fail(node, f"{why}: {text[:60]}")
    for number, row in enumerate(words.split("\n")[:40]):
        ctx.put(indent, f"# C: {row.strip()}".replace("\x01", " "), node.line + number)
    short = text if len(text) <= 80 else text[:77] + "..."
    ctx.put(indent, f"{ctx.helper('UNTRANSLATED')}({json.dumps(short)})", node.line)


def statements(ctx: Context, nodes: Sequence[Node], indent: int) -> None:
    """Write a sequence of statements; a macro call before a block is a loop."""
    position = 0
    while position < len(nodes):
        node = nodes[position]
        following = nodes[position + 1] if position + 1 < len(nodes) else None
        if (
            node.kind == "expression_statement"
            and node.text == "missing ;"
            and following is not None
            and following.kind == "compound_statement"
        ):
            ctx.writers["macro block"](ctx, _pair(node, following), indent)
            position += 2
            continue
        if node.kind == "labeled_statement" and ctx.function.backward:
            if node.need("label").text in ctx.function.backward:
                again = Node("again", "", node.start, nodes[-1].end, "", node.source)
                again.kids = list(nodes[position:])
                statement(ctx, again, indent)
                return
        statement(ctx, node, indent)
        position += 1


def _pair(head: Node, body: Node) -> Node:
    pair = Node("macro block", "", head.start, body.end, "", head.source)
    pair.kids = [*head.kids, body]
    return pair


def block(ctx: Context, node: Node, indent: int) -> None:
    """Write a block in a scope of its own, without ``pass``."""
    ctx.function.scopes.append({})
    try:
        statements(ctx, node.kids if node.kind == "compound_statement" else [node], indent)
    finally:
        ctx.function.scopes.pop()


def body(ctx: Context, node: Node | Sequence[Node], indent: int) -> None:
    """Write what is below an ``if`` or a loop; never empty."""
    written = len(ctx.lines)
    if isinstance(node, Node):
        block(ctx, node, indent)
        line = node.line
    else:
        ctx.function.scopes.append({})
        statements(ctx, node, indent)
        ctx.function.scopes.pop()
        line = node[0].line if node else 0
    fill(ctx, written, indent, line)


def fill(ctx: Context, written: int, indent: int, line: int) -> None:
    """Write ``pass`` where nothing was written since ``written`` lines."""
    lines = ctx.lines
    for position in range(written, len(lines)):
        if lines[position].text.lstrip()[:1] not in ("", "#"):
            return
    ctx.put(indent, "pass", line or (lines[-1].line if lines else 1))


def whole(text: str) -> str:
    """A text that stands alone in its statement; in parentheses if it breaks its line."""
    if "\x01" not in text:
        return text
    depth = 0
    for piece in _PIECE.finditer(text):
        what = piece.group()
        if what == "\x01":
            if depth == 0:
                return f"({text})"
        elif what in "([{":
            depth += 1
        elif what in ")]}":
            depth -= 1
    return text


# What a statement or expression of some kind must have in its text.
_SIGNS: Final = {
    "break_statement": "break",
    "continue_statement": "continue",
    "goto_statement": "goto",
    "compound_statement": "{",
    "conditional_expression": "?",
    "labeled_statement": ":",
    "update_expression": "",
}


def contains(node: Node, kinds: frozenset[str], outside: frozenset[str] = frozenset()) -> bool:
    """Whether a node of some kind (in `_SIGNS`) is in a tree, not looking below some others."""
    signs = [_SIGNS[kind] for kind in kinds]
    stack: list[Node] = [node]
    while stack:
        found = stack.pop()
        for sign in signs:
            if found.holds(sign):
                break
        else:
            continue
        if found.kind in kinds:
            return True
        for kid in found.kids:
            if kid.kind not in outside and (kid.kids or kid.kind in kinds):
                stack.append(kid)
    return False
