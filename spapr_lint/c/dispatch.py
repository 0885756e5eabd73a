"""Where every expression goes first, and the few helpers that all of them share."""

from __future__ import annotations

import json

from spapr_lint.c.context import BREAK, POSTFIX, Context, Ex
from spapr_lint.c.nodes import Node, UntranslatedError
from spapr_lint.c.types import CType


def express(ctx: Context, node: Node) -> Ex:
    """Translate one expression; what cannot be stands as ``UNTRANSLATED("its C")``."""
    maker = ctx.makers.get(node.kind)
    if maker is None or node.broken:
        return untranslated(ctx, node, f"{node.kind}")
    try:
        return maker(ctx, node)
    except UntranslatedError as error:
        return untranslated(ctx, node, str(error))


def untranslated(ctx: Context, node: Node, why: str) -> Ex:
    """The place holder of an expression that was not translated."""
    ctx.fail(node, f"{why}: {_short(node)}")
    return Ex(f"{ctx.helper('UNTRANSLATED')}({json.dumps(_short(node))})", POSTFIX)


def _short(node: Node) -> str:
    text = " ".join(node.words.split())
    return text if len(text) <= 80 else text[:77] + "..."


def core(node: Node) -> Node:
    """The expression inside its parentheses."""
    while node.kind == "parenthesized_expression" and len(node.kids) == 1:
        node = node.kids[0]
    return node


def value(ctx: Context, node: Node) -> str:
    """The text of an expression where any expression may stand (an argument, a statement)."""
    ex = express(ctx, node)
    return f"({ex.text})" if ex.binds < 1 else ex.text


def gap(left: Node, right: Node) -> str:
    """A space between two operands, or the line break that C has there."""
    source = right.source
    if source.text.find("\n", left.end, right.start) < 0 or source.pinned:
        return " "
    return BREAK.format(right.line)


def element(ctype: CType | None) -> CType | None:
    """What a pointer points to, or an array holds."""
    return ctype.of if ctype is not None and ctype.kind in ("ptr", "array") else None


def char_pointer(ctx: Context, ctype: CType | None) -> bool:
    """Whether it is ``char *``, which Python may hold as a str."""
    behind = ctx.resolve(ctype)
    if behind is None or behind.kind != "ptr" or behind.of is None:
        return False
    return behind.of.kind == "name" and behind.of.name in ("char", "gchar")
