"""Expressions: one small function for each kind of syntax node, and their table.

The most frequent ones dispatch by hand instead of through `Lowering.expression`:
a call saved there is a percent of the whole front end.
"""

from __future__ import annotations

import re
from sys import intern

from spapr_lint.ir import (
    ATTR,
    AWAIT,
    BINARY,
    BIND,
    CALL,
    CHOOSE,
    COMPARE,
    COMPREHENSION,
    CONST,
    DISPLAY,
    FORMAT,
    ITEM,
    LOGIC,
    MAPPING,
    NAME,
    OPAQUE,
    SLICE,
    STAR,
    UNARY,
    YIELD,
    YIELD_FROM,
    Node,
)
from spapr_lint.python.constants import (
    float_value,
    integer_value,
    string_value,
    text_of_part,
    value_or_none,
)
from spapr_lint.python.errors import ParseError
from spapr_lint.python.lowering import Handler, Lowering, Syntax

_BYTES = re.compile("r?b", re.IGNORECASE)


def name(low: Lowering, node: Syntax) -> Node:
    text = node.value
    known = low.cache.get(text)
    if known is None:
        known = low.scope.resolve(text)
    operation, operand = known
    return (operation, operand, low.next())


def bound_name(low: Lowering, node: Syntax) -> Node:
    known = low.cache.get(node.value)
    if known is None or known[0] != NAME:
        known = low.scope.bind(node.value)
    operation, operand = known
    return (operation, operand, low.next())


def attribute(low: Lowering, node: Syntax) -> Node:
    value = node.value
    value = low.expressions[value.__class__](low, value)
    return (ATTR, value, intern(node.attr.value), low.next())


def call(low: Lowering, node: Syntax) -> Node:
    expressions = low.expressions
    function = node.func
    function = expressions[function.__class__](low, function)
    if not node.args:
        return (CALL, function, (), (), low.next())
    arguments = []
    keywords: list[tuple[str | None, Node]] = []
    for argument in node.args:
        value = argument.value
        value = expressions[value.__class__](low, value)
        if argument.keyword is not None:
            keywords.append((intern(argument.keyword.value), value))
        elif not argument.star:
            arguments.append(value)
        elif argument.star == "*":
            arguments.append((STAR, value, low.at(argument.value)))
        else:
            keywords.append((None, value))
    return (CALL, function, tuple(arguments), tuple(keywords), low.next())


def subscript(low: Lowering, node: Syntax) -> Node:
    value = node.value
    value = low.expressions[value.__class__](low, value)
    elements = node.slice
    first = elements[0]
    key = _slice(low, first.slice)
    if len(elements) > 1 or first.comma.__class__ is low.comma or key[0] == STAR:
        keys = (key, *[_slice(low, element.slice) for element in elements[1:]])
        key = (DISPLAY, "tuple", keys, low.at(node))
    return (ITEM, value, key, low.next())


def _slice(low: Lowering, node: Syntax) -> Node:
    if node.__class__ is low.types.Index:
        value: Node = low.expression(node.value)
        if node.star:
            return (STAR, value, low.at(node.value))
        return value
    lower, upper = low.optional(node.lower), low.optional(node.upper)
    return (SLICE, lower, upper, low.optional(node.step), low.at(node))


def integer(low: Lowering, node: Syntax) -> Node:
    return _constant(low, node, value_or_none(integer_value, node.value))


def floating(low: Lowering, node: Syntax) -> Node:
    return _constant(low, node, value_or_none(float_value, node.value))


def string(low: Lowering, node: Syntax) -> Node:
    return _constant(low, node, value_or_none(string_value, node.value))


def _constant(low: Lowering, node: Syntax, value: object) -> Node:
    if value is None:
        return (OPAQUE, node.value, low.next())
    return (CONST, value, low.next())


def ellipsis(low: Lowering, _node: Syntax) -> Node:
    return (CONST, ..., low.next())


def opaque(low: Lowering, node: Syntax) -> Node:
    text = getattr(node, "value", None)
    return (OPAQUE, text if isinstance(text, str) else node.__class__.__name__, low.next())


def concatenated(low: Lowering, node: Syntax) -> Node:
    return _joined(low, pieces_of(low, node))


def pieces_of(low: Lowering, node: Syntax) -> list[Syntax]:
    """Strings side by side.  Raises `ParseError` if some are bytes and some are not."""
    pieces, rest = [], [node]
    while rest:
        piece = rest.pop()
        if piece.__class__ is low.types.ConcatenatedString:
            rest += (piece.right, piece.left)
        else:
            pieces.append(piece)
    if len({_is_bytes(low, piece) for piece in pieces}) > 1:
        raise ParseError(1, 1, "Cannot concatenate string and bytes.")  # libcst's words
    return pieces


def _is_bytes(low: Lowering, piece: Syntax) -> bool:
    return piece.__class__ is low.types.SimpleString and _BYTES.match(piece.value) is not None


def formatted(low: Lowering, node: Syntax) -> Node:
    return _joined(low, [node])


def _joined(low: Lowering, pieces: list[Syntax]) -> Node:
    """Strings side by side; text that stands together is one, whatever pieces it is of."""
    contents = _contents(low, pieces)
    texts = [text for _, text in contents if isinstance(text, str)]
    if len(texts) == len(contents):
        return (CONST, "".join(texts), low.next())
    raw = [text for _, text in contents if isinstance(text, bytes)]
    if len(raw) == len(contents):
        return (CONST, b"".join(raw), low.next())
    parts: list[Node] = []
    text, place = "", None
    for node, value in contents:
        if isinstance(value, str):
            text, place = text + value, place or node
            continue
        if text:
            parts.append((CONST, text, low.at(place)))
            text, place = "", None
        parts.append(low.expression(node) if value is None else (CONST, value, low.at(node)))
    if text:
        parts.append((CONST, text, low.at(place)))
    return (FORMAT, tuple(parts), low.next())


def _contents(low: Lowering, pieces: list[Syntax]) -> list[tuple[Syntax, str | bytes | None]]:
    """Nodes with the text that they stand for, None for an expression."""
    found: list[tuple[Syntax, str | bytes | None]] = []
    for piece in pieces:
        if piece.__class__ is low.types.SimpleString:
            value = value_or_none(string_value, piece.value)
            found.append((piece, value if isinstance(value, str | bytes) else None))
            continue
        rest = list(reversed(piece.parts))
        while rest:
            part = rest.pop()
            expression = getattr(part, "expression", None)
            if expression is None:
                found.append((part, text_of_part(part.value, piece.start)))
            else:
                found.append((expression, None))
                spec = part.format_spec or ()
                rest += [inner for inner in reversed(spec) if hasattr(inner, "expression")]
    return found


def binary(low: Lowering, node: Syntax) -> Node:
    # Long sums lean to the left; they are taken apart in a loop, not by recursion.
    spine = [node]
    left = node.left
    while left.__class__ is node.__class__:
        spine.append(left)
        left = left.left
    result: Node = low.expression(left)
    while True:
        node = spine.pop()
        right = low.expression(node.right)
        operator = low.spelling[node.operator.__class__]
        if not spine:
            return (BINARY, operator, result, right, low.next())
        result = (BINARY, operator, result, right, low.at(node))


def logic(low: Lowering, node: Syntax) -> Node:
    operator = node.operator.__class__
    operands = [node.right]
    left = node.left
    while left.__class__ is node.__class__ and left.operator.__class__ is operator:
        operands.append(left.right)
        left = left.left
    operands.append(left)
    lowered = tuple([low.expression(operand) for operand in reversed(operands)])
    return (LOGIC, low.spelling[operator], lowered, low.next())


def unary(low: Lowering, node: Syntax) -> Node:
    operand = low.expression(node.expression)
    return (UNARY, low.spelling[node.operator.__class__], operand, low.next())


def comparison(low: Lowering, node: Syntax) -> Node:
    left = low.expression(node.left)
    others = []
    for other in node.comparisons:
        operator = other.operator
        others.append((low.spelling[operator.__class__], low.expression(other.comparator)))
    return (COMPARE, left, tuple(others), low.next())


def choose(low: Lowering, node: Syntax) -> Node:
    test = low.expression(node.test)
    then = low.expression(node.body)
    return (CHOOSE, test, then, low.expression(node.orelse), low.next())


def tuple_display(low: Lowering, node: Syntax) -> Node:
    return (DISPLAY, "tuple", _elements(low, node), low.next())


def list_display(low: Lowering, node: Syntax) -> Node:
    return (DISPLAY, "list", _elements(low, node), low.next())


def set_display(low: Lowering, node: Syntax) -> Node:
    return (DISPLAY, "set", _elements(low, node), low.next())


def _elements(low: Lowering, node: Syntax) -> tuple[Node, ...]:
    expressions = low.expressions
    starred = low.types.StarredElement
    lowered = []
    for element in node.elements:
        if element.__class__ is not starred:
            element = element.value
        lowered.append(expressions[element.__class__](low, element))
    return tuple(lowered)


def star(low: Lowering, node: Syntax) -> Node:
    return (STAR, low.expression(node.value), low.next())


def mapping(low: Lowering, node: Syntax) -> Node:
    items = []
    for element in node.elements:
        key = low.optional(getattr(element, "key", None))
        items.append((key, low.expression(element.value)))
    return (MAPPING, tuple(items), low.next())


def list_comprehension(low: Lowering, node: Syntax) -> Node:
    return _comprehension(low, node, "list")


def set_comprehension(low: Lowering, node: Syntax) -> Node:
    return _comprehension(low, node, "set")


def generator(low: Lowering, node: Syntax) -> Node:
    return _comprehension(low, node, "generator")


def dict_comprehension(low: Lowering, node: Syntax) -> Node:
    return _comprehension(low, node, "dict")


def _comprehension(low: Lowering, node: Syntax, shape: str) -> Node:
    clause = node.for_in
    # Only the first iterable is evaluated outside.
    iterable = low.expression(clause.iter)
    around = low.scope
    low.enter(around.comprehend(_targets_of(low, clause)))
    try:
        clauses = []
        while True:
            target = low.target(clause.target)
            conditions = tuple([low.expression(condition.test) for condition in clause.ifs])
            clauses.append((target, iterable, conditions))
            clause = clause.inner_for_in
            if clause is None:
                break
            iterable = low.expression(clause.iter)
        elements = _comprehended(low, node)
    finally:
        low.enter(around)
    return (COMPREHENSION, shape, elements, tuple(clauses), low.next())


def _comprehended(low: Lowering, node: Syntax) -> tuple[Node, ...]:
    element = getattr(node, "elt", None)
    if element is not None:
        return (low.expression(element),)
    key = getattr(node, "key", None)
    if key is not None:
        return (low.expression(key), low.expression(node.value))
    return ((STAR, low.expression(node.value), low.at(node.value)),)


def _targets_of(low: Lowering, clause: Syntax) -> list[str]:
    names: list[str] = []
    while clause is not None:
        rest = [clause.target]
        while rest:
            target = rest.pop()
            if target.__class__ is low.types.Name:
                names.append(target.value)
            elif hasattr(target, "elements"):
                rest += [element.value for element in reversed(target.elements)]
        clause = clause.inner_for_in
    return names


def await_(low: Lowering, node: Syntax) -> Node:
    return (AWAIT, low.expression(node.expression), low.next())


def yield_(low: Lowering, node: Syntax) -> Node:
    low.scope.owner.generator = True
    value = node.value
    if value.__class__ is low.types.From:
        return (YIELD_FROM, low.expression(value.item), low.next())
    return (YIELD, low.optional(value), low.next())


def bind(low: Lowering, node: Syntax) -> Node:
    value = low.expression(node.value)
    text = node.target.value
    operation, operand = low.scope.bind(text)
    low.cache[text] = (operation, operand)
    return (BIND, (operation, operand, low.at(node.target)), value, low.next())


def tuple_target(low: Lowering, node: Syntax) -> Node:
    return (DISPLAY, "tuple", _target_elements(low, node), low.next())


def list_target(low: Lowering, node: Syntax) -> Node:
    return (DISPLAY, "list", _target_elements(low, node), low.next())


def _target_elements(low: Lowering, node: Syntax) -> tuple[Node, ...]:
    starred = low.types.StarredElement
    return tuple(
        [
            low.target(element if element.__class__ is starred else element.value)
            for element in node.elements
        ]
    )


def star_target(low: Lowering, node: Syntax) -> Node:
    return (STAR, low.target(node.value), low.next())


EXPRESSIONS: dict[str, Handler] = {
    "Name": name,
    "Attribute": attribute,
    "Call": call,
    "Subscript": subscript,
    "Integer": integer,
    "Float": floating,
    "Imaginary": opaque,
    "Ellipsis": ellipsis,
    "SimpleString": string,
    "ConcatenatedString": concatenated,
    "FormattedString": formatted,
    "TemplatedString": formatted,
    "BinaryOperation": binary,
    "BooleanOperation": logic,
    "UnaryOperation": unary,
    "Comparison": comparison,
    "IfExp": choose,
    "Tuple": tuple_display,
    "List": list_display,
    "Set": set_display,
    "StarredElement": star,
    "Dict": mapping,
    "ListComp": list_comprehension,
    "SetComp": set_comprehension,
    "GeneratorExp": generator,
    "DictComp": dict_comprehension,
    "StarredDictComp": dict_comprehension,
    "Await": await_,
    "Yield": yield_,
    "NamedExpr": bind,
}

TARGETS: dict[str, Handler] = {
    "Name": bound_name,
    "Attribute": attribute,
    "Subscript": subscript,
    "Tuple": tuple_target,
    "List": list_target,
    "StarredElement": star_target,
}
