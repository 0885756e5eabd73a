"""Integer operators and conditions: C's widths and signs where they can show.

A result carries whether it is exact.  ``a - b`` of unsigned operands equals the
C value only modulo its width; it is wrapped (``u32(a - b)``) where it is
compared, divided, shifted right or converted to something wider.
"""

from __future__ import annotations

import re
from typing import Final

from spapr_lint.c.context import (
    AND,
    ATOM,
    BITAND,
    BITOR,
    COMPARE,
    NOT,
    OR,
    POSTFIX,
    SHIFT,
    SUM,
    TERM,
    TERNARY,
    UNARY,
    WALRUS,
    XOR,
    Context,
    Ex,
    Maker,
)
from spapr_lint.c.dispatch import char_pointer, core, element, express, gap, value
from spapr_lint.c.names import python_name
from spapr_lint.c.nodes import Node, UntranslatedError
from spapr_lint.c.types import BOOL, INT, CType, Width, arithmetic, by_value, pointer

BINDS: Final = {
    "|": BITOR, "^": XOR, "&": BITAND, "<<": SHIFT, ">>": SHIFT,
    "+": SUM, "-": SUM, "*": TERM, "/": TERM, "%": TERM,
}  # fmt: skip
_COMPARISONS: Final = frozenset(("==", "!=", "<", ">", "<=", ">="))
_INT: Final = Width(32, True)
_LITERAL = re.compile(r"(?:0x[0-9a-fA-F]+|0o[0-7]+|\d+)\Z", re.I)


# ---- widths


def common(ctx: Context, left: CType | None, right: CType | None) -> CType | None:
    """The type of an arithmetic operation on two operands, None if one is not known."""
    one, two = ctx.width(left), ctx.width(right)
    if one is None or two is None:
        return left if two is None and one is None else None
    return arithmetic(one, two)


def promoted(ctx: Context, ctype: CType | None) -> CType | None:
    """The type after integer promotion."""
    width = ctx.width(ctype)
    if width is None:
        return None
    return INT if width.bits < 32 else ctype


def wrapped(ctx: Context, ex: Ex) -> Ex:
    """The expression with its exact C value."""
    width = ctx.width(ex.type)
    if ex.exact or width is None:
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
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return at == len(text) - 1
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
    return kind == "binary_expression" and node.need("operator").text in _COMPARISONS


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
    if ctx.width(ex.type) is None and ex.exact:
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


# ---- operators


def binary(ctx: Context, node: Node) -> Ex:
    """An operator with two operands, as a value."""
    sign = node.need("operator")
    operator = sign.text
    if operator == "||" and sign.start in node.source.masked.notes:
        low, high = value(ctx, node.need("left")), value(ctx, node.need("right"))
        return Ex(f"{ctx.helper('crange')}({low}, {high})", POSTFIX)
    if operator in ("&&", "||"):
        ex = logic(ctx, node)
        return Ex(f"{ctx.helper('bool')}({ex.text})", POSTFIX, BOOL)
    left, right = node.need("left"), node.need("right")
    space = gap(left, right)
    if operator in _COMPARISONS:
        return _comparison(ctx, operator, left, right, space)
    one, two = express(ctx, left), express(ctx, right)
    behind, other = ctx.resolve(one.type), ctx.resolve(two.type)
    if operator in "+-" and element(behind) is not None:
        return _pointer_arithmetic(ctx, operator, one, two, other)
    if operator == "+" and element(other) is not None:
        return _pointer_arithmetic(ctx, operator, two, one, behind)
    if operator in ("/", "%"):
        return _division(ctx, operator, (left, one), (right, two), space)
    if operator in ("<<", ">>"):
        return _shift(ctx, operator, one, two, space)
    if operator not in BINDS:
        raise UntranslatedError("operator")
    ctype = common(ctx, one.type, two.type)
    one, two = _widened(ctx, one, ctype), _widened(ctx, two, ctype)
    exact = _exact(ctx, operator, (left, one), (right, two), ctype)
    binds = BINDS[operator]
    text = f"{one.at(binds)} {operator}{space}{two.at(binds + 1)}"
    return Ex(text, binds, ctype, exact)


def _exact(
    ctx: Context, operator: str, one: tuple[Node, Ex], two: tuple[Node, Ex], ctype: CType | None
) -> bool:
    """Whether the Python value of an operation is the C value."""
    width = ctx.width(ctype)
    if width is None:
        return True
    sides = (one, two)
    plain = [ex.exact for _, ex in sides]
    if operator in "+-*":
        return width.signed and all(plain)
    if width.signed:
        return all(plain)
    positive = [ex.exact and not_negative(ctx, node, ex) for node, ex in sides]
    return any(positive) if operator == "&" else all(positive)


def _widened(ctx: Context, ex: Ex, ctype: CType | None) -> Ex:
    """An operand that is narrower than the operation must be exact before it is widened."""
    inner, outer = ctx.width(ex.type), ctx.width(ctype)
    if not ex.exact and inner is not None and outer is not None and inner.bits < outer.bits:
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


def _comparison(ctx: Context, operator: str, left: Node, right: Node, space: str) -> Ex:
    for side, other in ((right, left), (left, right)):
        if core(side).kind == "null" and operator in ("==", "!="):
            ex = express(ctx, other)
            word = "is" if operator == "==" else "is not"
            return Ex(f"{ex.at(COMPARE + 1)} {word} {ctx.helper('NULL')}", COMPARE, BOOL)
    one, two = express(ctx, left), express(ctx, right)
    ctype = common(ctx, one.type, two.type)
    one, two = observed(ctx, left, one, ctype), observed(ctx, right, two, ctype)
    text = f"{one.at(COMPARE + 1)} {operator}{space}{two.at(COMPARE + 1)}"
    return Ex(text, COMPARE, BOOL)


def _division(
    ctx: Context, operator: str, one: tuple[Node, Ex], two: tuple[Node, Ex], space: str
) -> Ex:
    ctype = common(ctx, one[1].type, two[1].type)
    known = ctx.width(one[1].type) is not None or ctx.width(two[1].type) is not None
    left, right = observed(ctx, *one, ctype), observed(ctx, *two, ctype)
    behind = ctx.resolve(one[1].type) or ctx.resolve(two[1].type)
    if operator == "/" and behind is not None and behind.name in ("double", "float"):
        return Ex(f"{left.at(TERM)} /{space}{right.at(UNARY)}", TERM, behind)
    width = ctx.width(ctype)
    floor = width is not None and not width.signed
    if not floor:
        floor = all(not_negative(ctx, node, ex) for node, ex in (one, two)) and known
    if floor:
        sign = "//" if operator == "/" else "%"
        return Ex(f"{left.at(TERM)} {sign}{space}{right.at(UNARY)}", TERM, ctype)
    name = ctx.helper("cdiv" if operator == "/" else "cmod")
    return Ex(f"{name}({left.text},{space}{right.text})", POSTFIX, ctype)


def _shift(ctx: Context, operator: str, one: Ex, two: Ex, space: str) -> Ex:
    ctype = promoted(ctx, one.type)
    width = ctx.width(ctype)
    count = two  # C says nothing of a count that is not within the width
    if operator == ">>":
        left = wrapped(ctx, one)
        return Ex(f"{left.at(SHIFT)} >>{space}{count.at(SUM)}", SHIFT, ctype)
    left = _widened(ctx, one, ctype)
    exact = width is None or (width.signed and left.exact)
    return Ex(f"{left.at(SHIFT)} <<{space}{count.at(SUM)}", SHIFT, ctype, exact)


def _pointer_arithmetic(
    ctx: Context, operator: str, base: Ex, count: Ex, other: CType | None
) -> Ex:
    if element(other) is not None:
        return Ex(f"{base.at(SUM)} - {count.at(TERM)}", SUM, INT)
    behind = ctx.resolve(base.type)
    ctype = pointer(behind.of) if behind is not None and behind.of is not None else base.type
    number = count.text if operator == "+" else f"-{count.at(UNARY)}"
    number = f"({number})" if count.binds == WALRUS else number
    return Ex(f"{ctx.helper('ptr')}({base.text}, {number})", POSTFIX, ctype)


def unary(ctx: Context, node: Node) -> Ex:
    """``!``, ``-``, ``+``, ``~`` as values."""
    operator, argument = node.need("operator").text, node.need("argument")
    if operator == "!":
        return Ex(negation(ctx, argument).text, NOT, BOOL)
    ex = express(ctx, argument)
    ctype = promoted(ctx, ex.type)
    width, own = ctx.width(ctype), ctx.width(ex.type)
    if own is not None and own.bits < 32:
        ex = wrapped(ctx, ex)
    exact = ex.exact and (width is None or width.signed or operator == "+")
    return Ex(f"{operator}{ex.at(UNARY)}", UNARY, ctype or ex.type, exact)


# ---- conditions


def logic(ctx: Context, node: Node) -> Ex:
    """``&&`` and ``||`` where only the truth matters."""
    word, binds = ("and", AND) if node.need("operator").text == "&&" else ("or", OR)
    left, right = node.need("left"), node.need("right")
    one, two = condition(ctx, left), condition(ctx, right)
    return Ex(f"{one.at(binds)} {word}{gap(left, right)}{two.at(binds + 1)}", binds, BOOL)


def condition(ctx: Context, node: Node) -> Ex:
    """An expression of which only the truth matters."""
    node = core(node)
    if node.kind == "unary_expression" and node.need("operator").text == "!":
        return negation(ctx, node.need("argument"))
    if node.kind == "binary_expression":
        sign = node.need("operator")
        if sign.text in ("&&", "||") and sign.start not in node.source.masked.notes:
            return logic(ctx, node)
    ex = express(ctx, node)
    if ex.binds < TERNARY:
        return Ex(f"({ex.text})", ATOM, BOOL)
    if char_pointer(ctx, ex.type):
        return Ex(f"{ex.at(COMPARE + 1)} is not {ctx.helper('NULL')}", COMPARE, BOOL)
    return wrapped(ctx, ex)


def negation(ctx: Context, node: Node) -> Ex:
    """``!x`` where only its truth matters."""
    inner = condition(ctx, node)
    if inner.binds == COMPARE and inner.text.endswith(" is not NULL"):
        return Ex(inner.text[: -len("is not NULL")] + "is NULL", COMPARE, BOOL)
    return Ex(f"not {inner.at(NOT)}", NOT, BOOL)


def conditional(ctx: Context, node: Node) -> Ex:
    """``c ? a : b`` and GNU's ``a ?: b``."""
    test, other = node.need("condition"), node.need("alternative")
    then = node.get("consequence")
    if then is None:
        first, second = express(ctx, test), express(ctx, other)
        text = f"{first.at(OR)} or {second.at(OR + 1)}"
        return Ex(text, OR, first.type, first.exact and second.exact)
    yes, no = express(ctx, then), express(ctx, other)
    ctype = common(ctx, yes.type, no.type) or yes.type or no.type
    yes, no = _widened(ctx, yes, ctype), _widened(ctx, no, ctype)
    exact = (
        yes.exact
        and no.exact
        and all(_same_sign(ctx, side, ex, ctype) for side, ex in ((then, yes), (other, no)))
    )
    text = f"{yes.at(OR)} if {condition(ctx, test).at(OR)} else{gap(test, other)}{no.at(TERNARY)}"
    if "\x01" in text:
        return Ex(f"({text})", ATOM, ctype, exact)
    return Ex(text, TERNARY, ctype, exact)


def _same_sign(ctx: Context, node: Node, ex: Ex, ctype: CType | None) -> bool:
    width, own = ctx.width(ctype), ctx.width(ex.type)
    if width is None or own is None or width.signed or not own.signed:
        return True
    return not_negative(ctx, node, ex)


# ---- assignments and steps inside expressions


def assignment(ctx: Context, node: Node) -> Ex:
    """``x = v`` as a value."""
    target, given = node.need("left"), node.need("right")
    operator = node.need("operator").text
    goal, ex = express(ctx, core(target)), express(ctx, given)
    if operator != "=":
        ex = combined(ctx, operator[:-1], (target, goal), (given, ex))
    ex = stored(ctx, given, ex, goal.type)
    return put_inside(ctx, core(target), goal, ex)


def put_inside(ctx: Context, target: Node, goal: Ex, ex: Ex) -> Ex:
    """The expression that stores ``ex`` in a place and gives the value."""
    if target.kind == "identifier" and goal.text.isidentifier():
        own = ctx.writes(target.text)
        if not own.startswith("ext."):
            return Ex(f"{goal.text} := {ex.text}", WALRUS, goal.type)
        return Ex(f'{ctx.helper("set_")}({own[:3]}, "{own[4:]}", {ex.text})', POSTFIX, goal.type)
    owner, place = place_of(goal.text)
    return Ex(f"{ctx.helper('set_')}({owner}, {place}, {ex.text})", POSTFIX, goal.type)


def place_of(text: str) -> tuple[str, str]:
    """An lvalue's text as the object and the field or index in it."""
    if text.endswith("]"):
        depth = 0
        for at in range(len(text) - 1, -1, -1):
            depth += (text[at] in "])") - (text[at] in "[(")
            if depth == 0:
                return text[:at], text[at + 1 : -1]
    owner, dot, name = text.rpartition(".")
    if not dot or not name.isidentifier():
        raise UntranslatedError("assignment to this")
    return owner, f'"{name}"'


def combined(ctx: Context, operator: str, one: tuple[Node, Ex], two: tuple[Node, Ex]) -> Ex:
    """The value of ``left operator right`` for a compound assignment."""
    left, right = one[1], two[1]
    behind = ctx.resolve(left.type)
    if operator in "+-" and element(behind) is not None:
        return _pointer_arithmetic(ctx, operator, left, right, None)
    if operator in ("/", "%"):
        return _division(ctx, operator, one, two, " ")
    if operator in ("<<", ">>"):
        return _shift(ctx, operator, left, right, " ")
    ctype = common(ctx, left.type, right.type)
    right = _widened(ctx, right, ctype)
    exact = _exact(ctx, operator, one, (two[0], right), ctype)
    binds = BINDS[operator]
    return Ex(f"{left.at(binds)} {operator} {right.at(binds + 1)}", binds, ctype, exact)


def step(ctx: Context, node: Node) -> Ex:
    """``x++`` and its kin as values."""
    target = core(node.need("argument"))
    sign = node.need("operator")
    before = sign.start < target.start
    by = "1" if sign.text == "++" else "-1"
    goal = express(ctx, target)
    if element(ctx.resolve(goal.type)) is not None:
        if ctx.hoist is not None and not before and target.kind == "identifier":
            ctx.hoist.append(f"{goal.text} = {ctx.helper('ptr')}({goal.text}, {by})")
            ctx.writes(target.text)
            return goal
        moved = Ex(f"{ctx.helper('ptr')}({goal.text}, {by})", POSTFIX, goal.type)
        ex = put_inside(ctx, target, goal, moved)
        if before:
            return ex
        back = "-1" if by == "1" else "1"
        return Ex(f"{ctx.helper('ptr')}({ex.at(POSTFIX)}, {back})", POSTFIX, goal.type)
    operator = sign.text[0]
    if target.kind != "identifier" or not goal.text.isidentifier():
        owner, place = place_of(goal.text)
        name = ctx.helper("preinc" if before else "postinc")
        return Ex(f"{name}({owner}, {place}, {by})", POSTFIX, goal.type)
    stepped = stepped_value(ctx, goal, operator)
    if ctx.hoist is not None and not before:
        ctx.hoist.append(stepped_line(ctx, target, goal, operator))
        return goal
    ex = put_inside(ctx, target, goal, stepped)
    if before:
        return ex
    back = "-" if operator == "+" else "+"
    width = ctx.width(goal.type)
    wraps = width is not None and not width.signed
    return Ex(f"{ex.at(POSTFIX)} {back} 1", SUM, goal.type, not wraps)


def stepped_value(ctx: Context, goal: Ex, operator: str) -> Ex:
    """``x + 1`` or ``x - 1`` as the new value of ``x``."""
    text = f"{goal.text} {operator} 1"
    width = ctx.width(goal.type)
    if width is not None and goal.type is not None:
        if width.bits < 32 or (operator == "-" and not width.signed):
            return Ex(f"{ctx.helper(by_value(goal.type))}({text})", POSTFIX, goal.type)
    return Ex(text, SUM, goal.type)


def stepped_line(ctx: Context, target: Node, goal: Ex, operator: str) -> str:
    """The statement ``x += 1`` or ``x -= 1``."""
    text = ctx.writes(target.text) if target.kind == "identifier" else goal.text
    if element(ctx.resolve(goal.type)) is not None:
        return f"{text} = {ctx.helper('ptr')}({text}, {'1' if operator == '+' else '-1'})"
    ex = stepped_value(ctx, goal, operator)
    local = target.kind == "identifier" or text.endswith(".v")
    return f"{text} = {ex.text}" if ex.binds == POSTFIX and local else f"{text} {operator}= 1"


OPERATORS: Final[dict[str, Maker]] = {
    "binary_expression": binary,
    "unary_expression": unary,
    "conditional_expression": conditional,
    "assignment_expression": assignment,
    "update_expression": step,
}
