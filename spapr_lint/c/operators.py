"""Integer operators, conditions, assignments inside expressions."""

from __future__ import annotations

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
from spapr_lint.c.integers import (
    COMPARISONS,
    common,
    highest,
    not_negative,
    observed,
    promoted,
    same_sign,
    stored,
    widened,
    wrapped,
)
from spapr_lint.c.names import words
from spapr_lint.c.nodes import Node, UntranslatedError
from spapr_lint.c.types import BOOL, INT, CType, by_value, pointer

BINDS: Final = {
    "|": BITOR, "^": XOR, "&": BITAND, "<<": SHIFT, ">>": SHIFT,
    "+": SUM, "-": SUM, "*": TERM, "/": TERM, "%": TERM,
}  # fmt: skip
# ---- operators


def binary(ctx: Context, node: Node) -> Ex:
    """An operator with two operands, as a value."""
    kids = node.kids
    if len(kids) == 3:
        left, sign, right = kids
    else:
        left, sign, right = node.need("left"), node.need("operator"), node.need("right")
    operator = sign.text
    if operator == "||" and sign.start in node.source.masked.notes:
        low, high = value(ctx, left), value(ctx, right)
        return Ex(f"{ctx.helper('crange')}({low}, {high})", POSTFIX)
    if operator in ("&&", "||"):
        ex = logic(ctx, node)
        return Ex(f"{ctx.helper('bool')}({ex.text})", POSTFIX, BOOL)
    space = gap(left, right)
    if operator in COMPARISONS:
        return _comparison(ctx, operator, left, right, space)
    one, two = express(ctx, left), express(ctx, right)
    if operator in "+-":
        behind, other = ctx.resolve(one.type), ctx.resolve(two.type)
        if element(behind) is not None:
            return _pointer_arithmetic(ctx, operator, one, two, other)
        if operator == "+" and element(other) is not None:
            return _pointer_arithmetic(ctx, operator, two, one, behind)
    if operator in ("/", "%"):
        return _division(ctx, operator, (left, one), (right, two), space)
    if operator in ("<<", ">>"):
        return _shift(ctx, operator, left, one, two, space)
    if operator not in BINDS:
        raise UntranslatedError("operator")
    ctype = common(ctx, one.type, two.type)
    if not (one.exact and two.exact):
        one, two = widened(ctx, one, ctype), widened(ctx, two, ctype)
    exact = _exact(ctx, operator, (left, one), (right, two), ctype)
    binds = BINDS[operator]
    text = f"{one.at(binds)} {operator}{space}{two.at(binds + 1)}"
    return tuple.__new__(Ex, (text, binds, ctype, exact))  # half the time of Ex()


def _exact(
    ctx: Context, operator: str, one: tuple[Node, Ex], two: tuple[Node, Ex], ctype: CType | None
) -> bool:
    """Whether the Python value of an operation is the C value."""
    width = ctx.width(ctype)
    if width is None:
        return True
    if width.signed:
        return one[1].exact and two[1].exact
    if operator in "+-*":
        return False
    positive = [ex.exact and not_negative(ctx, node, ex) for node, ex in (one, two)]
    return any(positive) if operator == "&" else all(positive)


def _comparison(ctx: Context, operator: str, left: Node, right: Node, space: str) -> Ex:
    for side, other in ((right, left), (left, right)) if operator in ("==", "!=") else ():
        if core(side).kind == "null":
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


def _shift(ctx: Context, operator: str, node: Node, one: Ex, two: Ex, space: str) -> Ex:
    ctype = promoted(ctx, one.type)
    width = ctx.width(ctype)
    count = two  # C says nothing of a count that is not within the width
    if operator == ">>":
        left = wrapped(ctx, one)
        return Ex(f"{left.at(SHIFT)} >>{space}{count.at(SUM)}", SHIFT, ctype)
    left = widened(ctx, one, ctype)
    exact = width is None or (width.signed and left.exact)
    if width is not None and left.exact and two.text.isdigit():
        exact = exact or highest(ctx, node, left) + int(two.text[:4]) <= width.bits
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
    yes, no = widened(ctx, yes, ctype), widened(ctx, no, ctype)
    exact = (
        yes.exact
        and no.exact
        and all(same_sign(ctx, side, ex, ctype) for side, ex in ((then, yes), (other, no)))
    )
    text = f"{yes.at(OR)} if {condition(ctx, test).at(OR)} else{gap(test, other)}{no.at(TERNARY)}"
    if "\x01" in text:
        return Ex(f"({text})", ATOM, ctype, exact)
    return Ex(text, TERNARY, ctype, exact)


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
        return _shift(ctx, operator, one[0], left, right, " ")
    ctype = common(ctx, left.type, right.type)
    right = widened(ctx, right, ctype)
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


_PLACES: Final = frozenset(
    words("identifier field_expression subscript_expression pointer_expression call_expression")
)


def stepped_value(ctx: Context, goal: Ex, operator: str) -> Ex:
    """``x + 1`` or ``x - 1`` as the new value of ``x``."""
    text = f"{goal.text} {operator} 1"
    width = ctx.width(goal.type)
    if width is not None and goal.type is not None:
        wraps = not width.signed and goal.text not in ctx.function.bounded
        if width.bits < 32 or wraps:
            return Ex(f"{ctx.helper(by_value(goal.type))}({text})", POSTFIX, goal.type)
    return Ex(text, SUM, goal.type)


def stepped_line(ctx: Context, target: Node, goal: Ex, operator: str) -> str:
    """The statement ``x += 1`` or ``x -= 1``."""
    if target.kind not in _PLACES or goal.text.endswith(")"):
        raise UntranslatedError("step of a value")
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
