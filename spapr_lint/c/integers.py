"""Integer values: which are exact, which fit a type, which must be wrapped to what C has.

A result carries whether it is exact.  ``a - b`` of unsigned operands equals the
C value only modulo its width; it is wrapped (``u32(a - b)``) where it is
compared, divided, shifted right or converted to something wider.
"""

from __future__ import annotations

import re
from typing import Final

from spapr_lint.c.context import (
    ATOM,
    COMPARE,
    POSTFIX,
    WALRUS,
    Context,
    Ex,
)
from spapr_lint.c.dispatch import char_pointer, core, express
from spapr_lint.c.names import python_name
from spapr_lint.c.nodes import Node
from spapr_lint.c.types import BOOL, INT, CType, Width, arithmetic

COMPARISONS: Final = frozenset(("==", "!=", "<", ">", "<=", ">="))
_PARENTHESIS = re.compile(r"[()]")
_LITERAL = re.compile(r"(?:0x[0-9a-fA-F]+|0o[0-7]+|\d+)\Z", re.I)


def common(ctx: Context, left: CType | None, right: CType | None) -> CType | None:
    """The type of an arithmetic operation on two operands, None if one is not known."""
    if left is not None and right is not None and left.kind == "name" == right.kind:
        known = ctx.commons.get((left.name, right.name))
        if known is not None:
            return known
    one, two = ctx.width(left), ctx.width(right)
    if one is None or two is None or left is None or right is None:
        return left if two is None and one is None else None
    made = ctx.commons[left.name, right.name] = arithmetic(one, two)
    return made


def promoted(ctx: Context, ctype: CType | None) -> CType | None:
    """The type after integer promotion."""
    width = ctx.width(ctype)
    if width is None:
        return None
    return INT if width.bits < 32 else ctype


def wrapped(ctx: Context, ex: Ex) -> Ex:
    """The expression with its exact C value."""
    if ex.exact:
        return ex
    width = ctx.width(ex.type)
    if width is None:
        return ex
    name = f"{'s' if width.signed else 'u'}{max(width.bits, 8)}"
    text = ex.text
    if text.startswith("(") and closes(text):
        text = text[1:-1]
    if ":=" in text and ex.binds == WALRUS:
        text = f"({text})"
    return Ex(f"{ctx.helper(name)}({text})", POSTFIX, ex.type)


def closes(text: str) -> bool:
    """Whether the parenthesis that opens the text closes at its very end."""
    if '"' in text:
        return False
    if text.find("(", 1) < 0:
        return text.find(")") == len(text) - 1
    depth = 0
    for match in _PARENTHESIS.finditer(text):
        depth += 1 if match.group() == "(" else -1
        if depth == 0:
            return match.end() == len(text)
    return False


def not_negative(ctx: Context, node: Node, ex: Ex, depth: int = 0) -> bool:
    """Whether the C value of a signed expression can be shown to be at least 0."""
    node = core(node)
    width = ctx.width(ex.type)
    if width is not None and not width.signed:
        return True
    kind = node.kind
    if kind in ("sizeof_expression", "true", "false", "char_literal"):
        return True
    if kind == "number_literal":
        return not node.text.startswith("-")
    if kind == "identifier":
        name = node.text
        if ctx.local(name) is not None:
            return depth < 4 and _stays_positive(ctx, name, depth)
        return (
            name in ctx.declared.constants
            or _LITERAL.match(ex.text) is not None
            or (name in ctx.declared.macros and width is not None)
        )
    if kind == "binary_expression" and node.need("operator").text in "+*/%>>&|":
        sides = (core(node.need("left")), core(node.need("right")))
        return all(not_negative(ctx, side, express(ctx, side), depth + 1) for side in sides)
    if kind == "call_expression":
        return node.need("function").text in ("ARRAY_SIZE", "strlen", "DIV_ROUND_UP", "ctz32")
    return kind == "binary_expression" and node.need("operator").text in COMPARISONS


def _stays_positive(ctx: Context, name: str, depth: int) -> bool:
    stores = ctx.function.stores.get(name)
    if not stores or name in ctx.function.addressed:
        return False
    for stored in stores:
        if stored is None:
            return False
        inner = core(stored)
        if inner.kind == "number_literal":
            if inner.text.startswith("-"):
                return False
        elif inner.kind == "identifier" and inner.text != name:
            local = ctx.local(inner.text)
            ctype = local.type if local is not None else None
            if not not_negative(ctx, inner, Ex(inner.text, ATOM, ctype), depth + 1):
                return False
        elif inner.kind != "sizeof_expression":
            return False
    return True


def fits(ctx: Context, node: Node, ex: Ex, target: Width) -> bool:
    """Whether an exact value is certainly within an integer type."""
    width = ctx.width(ex.type)
    if width is None:
        return True
    if width.signed == target.signed:
        return width.bits <= target.bits or _small(node, target)
    if not width.signed:
        return width.bits < target.bits or _small(node, target)
    if _small(node, target):
        return True
    return width.bits <= target.bits and not_negative(ctx, node, ex)


def _small(node: Node, target: Width) -> bool:
    node = core(node)
    if node.kind != "number_literal":
        return False
    match = re.match(r"(0[xX][0-9a-fA-F]+|\d+)[uUlL]*\Z", node.text)
    if match is None:
        return False
    digits = match.group(1)
    number = int(digits, 0) if digits in ("0",) or digits[0] != "0" or digits[1] in "xX" else 0
    return number < 1 << (target.bits - target.signed)


def stored(ctx: Context, node: Node, ex: Ex, target: CType | None) -> Ex:
    """The expression as the value of a variable of type ``target``."""
    width = ctx.width(target)
    if width is None or target is None:
        return ex if ex.binds > WALRUS else Ex(f"({ex.text})", ATOM, ex.type)
    if width.bits == 1:
        return _truth(ctx, node, ex)
    own = ctx.width(ex.type)
    if own is not None and own.bits < width.bits:
        ex = wrapped(ctx, ex)
    if own is None and ex.exact:
        return ex if ex.binds > WALRUS else Ex(f"({ex.text})", ATOM, target)
    if ex.exact and fits(ctx, node, ex, width):
        return ex if ex.binds > WALRUS else Ex(f"({ex.text})", ATOM, target)
    text = ex.text[1:-1] if ex.text.startswith("(") and closes(ex.text) else ex.text
    text = f"({text})" if ":=" in text and ex.binds == WALRUS else text
    return Ex(f"{ctx.helper(python_name(target.name))}({text})", POSTFIX, target)


def _truth(ctx: Context, node: Node, ex: Ex) -> Ex:
    width = ctx.width(ex.type)
    if width is not None and width.bits == 1:
        return ex if ex.binds > WALRUS else Ex(f"({ex.text})", ATOM, BOOL)
    inner = core(node)
    if inner.kind == "number_literal":
        return Ex("False" if ex.text.strip("0xX") == "" else "True", ATOM, BOOL)
    if char_pointer(ctx, ex.type):
        return Ex(f"{ex.at(COMPARE + 1)} is not {ctx.helper('NULL')}", COMPARE, BOOL)
    exact = wrapped(ctx, ex)
    text = f"({exact.text})" if exact.binds == WALRUS else exact.text
    return Ex(f"{ctx.helper('bool')}({text})", POSTFIX, BOOL)


def widened(ctx: Context, ex: Ex, ctype: CType | None) -> Ex:
    """An operand that is narrower than the operation must be exact before it is widened."""
    if ex.exact:
        return ex
    inner, outer = ctx.width(ex.type), ctx.width(ctype)
    if inner is not None and outer is not None and inner.bits < outer.bits:
        return wrapped(ctx, ex)
    return ex


def observed(ctx: Context, node: Node, ex: Ex, ctype: CType | None) -> Ex:
    """An operand whose value shows, converted to the type of the operation."""
    width, own = ctx.width(ctype), ctx.width(ex.type)
    if width is None or own is None or ctype is None:
        return wrapped(ctx, ex)
    if width.signed or not own.signed:
        return wrapped(ctx, ex)
    if ex.exact and not_negative(ctx, node, ex):
        return ex
    text = ex.text[1:-1] if ex.text.startswith("(") and closes(ex.text) else ex.text
    text = f"({text})" if ex.binds == WALRUS else text
    return Ex(f"{ctx.helper('u' + str(width.bits))}({text})", POSTFIX, ctype)


def highest(ctx: Context, node: Node, ex: Ex) -> int:
    """How many bits an exact unsigned value takes at most."""
    node = core(node)
    width = ctx.width(ex.type)
    bits = width.bits if width is not None else 64
    if width is None or width.signed:
        return (
            64
            if node.kind != "number_literal" or not ex.text.isdigit()
            else int(ex.text).bit_length()
        )
    if node.kind == "cast_expression":
        inner = express(ctx, node.need("value"))
        own = ctx.width(inner.type)
        if inner.exact and own is not None and not own.signed:
            return min(bits, own.bits)
    elif node.kind == "binary_expression" and node.need("operator").text == "&":
        sides = (core(node.need("left")), core(node.need("right")))
        numbers = [side.text for side in sides if side.kind == "number_literal"]
        for number in numbers:
            match = re.match(r"(0[xX][0-9a-fA-F]+|[1-9]\d*)", number)
            if match:
                return min(bits, int(match.group(1), 0).bit_length())
    return bits


def same_sign(ctx: Context, node: Node, ex: Ex, ctype: CType | None) -> bool:
    """Whether an operand keeps its value when it is converted to the type of the operation."""
    width, own = ctx.width(ctype), ctx.width(ex.type)
    if width is None or own is None or width.signed or not own.signed:
        return True
    return not_negative(ctx, node, ex)
