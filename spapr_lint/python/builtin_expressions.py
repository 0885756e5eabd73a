"""Expressions of the running Python's own tree; see `builtin`.

Each handler does what its namesake in `expressions` does with libcst's nodes, and
hands out the sites in the same order.
"""

from __future__ import annotations

from _ast import Constant, FormattedValue, Name, Starred, keyword
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
    FUNCTION,
    ITEM,
    LOGIC,
    MAPPING,
    NAME,
    OPAQUE,
    RETURN,
    SLICE,
    STAR,
    UNARY,
    YIELD,
    YIELD_FROM,
    Block,
    Node,
    Parameter,
)
from spapr_lint.python.definitions import Head, define
from spapr_lint.python.lowering import Handler, Lowering, Syntax
from spapr_lint.python.source import Unreadable


def name(low: Lowering, node: Syntax) -> Node:
    text = node.id
    known = low.cache.get(text)
    if known is None:
        known = low.scope.resolve(text)
    operation, operand = known
    return (operation, operand, low.next())


def bound_name(low: Lowering, node: Syntax) -> Node:
    known = low.cache.get(node.id)
    if known is None or known[0] != NAME:
        known = low.scope.bind(node.id)
    operation, operand = known
    return (operation, operand, low.next())


def attribute(low: Lowering, node: Syntax) -> Node:
    value = node.value
    value = low.expressions[value.__class__](low, value)
    return (ATTR, value, intern(node.attr), low.next())


def call(low: Lowering, node: Syntax) -> Node:
    expressions = low.expressions
    function = node.func
    function = expressions[function.__class__](low, function)
    keywords = node.keywords
    if keywords:
        arguments, named = _arguments(low, node.args, keywords)
        return (CALL, function, arguments, named, low.next())
    arguments = tuple([expressions[value.__class__](low, value) for value in node.args])
    return (CALL, function, arguments, (), low.next())


def _arguments(
    low: Lowering, given: list[Syntax], keywords: list[Syntax]
) -> tuple[tuple[Node, ...], tuple[tuple[str | None, Node], ...]]:
    """Arguments and keywords, lowered in the order in which they stand."""
    arguments: list[Node] = []
    named: list[tuple[str | None, Node]] = []
    together = [*given, *keywords]
    if len(given) > 0 and given[-1].__class__ is Starred:
        together.sort(key=lambda one: (one.lineno, one.col_offset))
    for one in together:
        if one.__class__ is keyword:
            value = low.expression(one.value)
            named.append((None if one.arg is None else intern(one.arg), value))
        else:
            arguments.append(low.expression(one))
    return tuple(arguments), tuple(named)


def subscript(low: Lowering, node: Syntax) -> Node:
    value = node.value
    value = low.expressions[value.__class__](low, value)
    key = node.slice
    return (ITEM, value, low.expressions[key.__class__](low, key), low.next())


def slice_(low: Lowering, node: Syntax) -> Node:
    lower, upper = low.optional(node.lower), low.optional(node.upper)
    return (SLICE, lower, upper, low.optional(node.step), low.next())


def constant(low: Lowering, node: Syntax) -> Node:
    value = node.value
    if value.__class__ is complex:
        return (OPAQUE, _imaginary(low, node), low.next())
    return (CONST, value, low.next())


def _imaginary(low: Lowering, node: Syntax) -> str:
    text = low.source.slice(node)
    if text[-1:] not in ("j", "J") or not text[:1].isdecimal() and text[:1] != ".":
        raise Unreadable("number")
    return intern(text)


def formatted(low: Lowering, node: Syntax) -> Node:
    values = node.values
    if all(one.__class__ is Constant for one in values):
        return (CONST, "".join([one.value for one in values]), low.next())
    parts: list[Node] = []
    text = ""
    for one in values:
        if one.__class__ is Constant:
            text += str(one.value)
        else:
            if text:
                if text.rstrip().endswith("=") and low.source.tells():
                    raise Unreadable("f-string")
                parts.append((CONST, text, low.next()))
                text = ""
            _replaced(low, one, parts)
    if text:
        parts.append((CONST, text, low.next()))
    return (FORMAT, tuple(parts), low.next())


def _replaced(low: Lowering, node: Syntax, parts: list[Node]) -> None:
    """A replacement field and those in its format."""
    parts.append(low.expression(node.value))
    for inner in () if node.format_spec is None else node.format_spec.values:
        if inner.__class__ is FormattedValue:
            _replaced(low, inner, parts)


def binary(low: Lowering, node: Syntax) -> Node:
    # Long sums lean to the left; they are taken apart in a loop, not by recursion.
    spine = [node]
    left = node.left
    while left.__class__ is node.__class__:
        spine.append(left)
        left = left.left
    expressions, spelling = low.expressions, low.spelling
    result: Node = expressions[left.__class__](low, left)
    while spine:
        node = spine.pop()
        right = node.right
        right = expressions[right.__class__](low, right)
        result = (BINARY, spelling[node.op.__class__], result, right, low.at(node))
    return result


def logic(low: Lowering, node: Syntax) -> Node:
    operator = node.op.__class__
    operands = node.values
    while operands[0].__class__ is node.__class__ and operands[0].op.__class__ is operator:
        operands = [*operands[0].values, *operands[1:]]
    lowered = tuple([low.expression(operand) for operand in operands])
    return (LOGIC, low.spelling[operator], lowered, low.next())


def unary(low: Lowering, node: Syntax) -> Node:
    operand = node.operand
    operand = low.expressions[operand.__class__](low, operand)
    return (UNARY, low.spelling[node.op.__class__], operand, low.next())


def comparison(low: Lowering, node: Syntax) -> Node:
    left = low.expression(node.left)
    others = []
    for operator, other in zip(node.ops, node.comparators):  # noqa: B905
        others.append((low.spelling[operator.__class__], low.expression(other)))
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
    return tuple([expressions[one.__class__](low, one) for one in node.elts])


def star(low: Lowering, node: Syntax) -> Node:
    return (STAR, low.expression(node.value), low.next())


def mapping(low: Lowering, node: Syntax) -> Node:
    items = []
    for key, value in zip(node.keys, node.values):  # noqa: B905
        key = low.optional(key)
        items.append((key, low.expression(value)))
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
    generators = node.generators
    # Only the first iterable is evaluated outside.
    iterable = low.expression(generators[0].iter)
    around = low.scope
    low.enter(around.comprehend(_targets_of(generators)))
    try:
        clauses = []
        for number, clause in enumerate(generators):
            if number:
                iterable = low.expression(clause.iter)
            target = low.target(clause.target)
            conditions = tuple([low.expression(condition) for condition in clause.ifs])
            clauses.append((target, iterable, conditions))
        elements: tuple[Node, ...]
        if shape == "dict":
            key = low.expression(node.key)
            elements = (key, low.expression(node.value))
        else:
            elements = (low.expression(node.elt),)
    finally:
        low.enter(around)
    return (COMPREHENSION, shape, elements, tuple(clauses), low.next())


def _targets_of(generators: list[Syntax]) -> list[str]:
    names: list[str] = []
    for clause in generators:
        rest = [clause.target]
        while rest:
            target = rest.pop()
            if target.__class__ is Name:
                names.append(target.id)
            elif hasattr(target, "elts"):
                inner = reversed(target.elts)
                rest += [one.value if one.__class__ is Starred else one for one in inner]
    return names


def await_(low: Lowering, node: Syntax) -> Node:
    return (AWAIT, low.expression(node.value), low.next())


def yield_(low: Lowering, node: Syntax) -> Node:
    low.scope.owner.generator = True
    return (YIELD, low.optional(node.value), low.next())


def yield_from(low: Lowering, node: Syntax) -> Node:
    low.scope.owner.generator = True
    return (YIELD_FROM, low.expression(node.value), low.next())


def bind(low: Lowering, node: Syntax) -> Node:
    value = low.expression(node.value)
    text = node.target.id
    operation, operand = low.scope.bind(text)
    low.cache[text] = (operation, operand)
    return (BIND, (operation, operand, low.at(node.target)), value, low.next())


def parameters(low: Lowering, node: Syntax) -> tuple[Parameter, ...]:
    """The parameters of a function or lambda."""
    plain = [(one, "positional") for one in node.posonlyargs]
    plain += [(one, "both") for one in node.args]
    missing: list[Syntax | None] = [None] * (len(plain) - len(node.defaults))
    found = [
        _parameter(low, one, passing, default)
        for (one, passing), default in zip(plain, missing + node.defaults)  # noqa: B905
    ]
    if node.vararg is not None:
        found.append(_parameter(low, node.vararg, "star", None))
    for one, default in zip(node.kwonlyargs, node.kw_defaults):  # noqa: B905
        found.append(_parameter(low, one, "keyword", default))
    if node.kwarg is not None:
        found.append(_parameter(low, node.kwarg, "mapping", None))
    return tuple(found)


def _parameter(low: Lowering, node: Syntax, passing: str, given: Syntax | None) -> Parameter:
    default = low.optional(given)
    annotation = node.annotation
    text = None if annotation is None else low.source.annotation(annotation)
    return Parameter(intern(node.arg), passing, default, text, low.at(node))


def lambda_(low: Lowering, node: Syntax) -> Node:
    head = Head("<lambda>", parameters(low, node.args), None, None, False)
    index = define(low, node, head, node, lambda: _result(low, node.body))
    return (FUNCTION, index, low.next())


def _result(low: Lowering, node: Syntax) -> Block:
    return ((RETURN, low.expression(node), low.at(node)),)


EXPRESSIONS: dict[str, Handler] = {
    "Name": name,
    "Attribute": attribute,
    "Call": call,
    "Subscript": subscript,
    "Slice": slice_,
    "Constant": constant,
    "JoinedStr": formatted,
    "BinOp": binary,
    "BoolOp": logic,
    "UnaryOp": unary,
    "Compare": comparison,
    "IfExp": choose,
    "Tuple": tuple_display,
    "List": list_display,
    "Set": set_display,
    "Starred": star,
    "Dict": mapping,
    "ListComp": list_comprehension,
    "SetComp": set_comprehension,
    "GeneratorExp": generator,
    "DictComp": dict_comprehension,
    "Await": await_,
    "Yield": yield_,
    "YieldFrom": yield_from,
    "NamedExpr": bind,
    "Lambda": lambda_,
}


def tuple_target(low: Lowering, node: Syntax) -> Node:
    return (DISPLAY, "tuple", tuple([low.target(one) for one in node.elts]), low.next())


def list_target(low: Lowering, node: Syntax) -> Node:
    return (DISPLAY, "list", tuple([low.target(one) for one in node.elts]), low.next())


def star_target(low: Lowering, node: Syntax) -> Node:
    return (STAR, low.target(node.value), low.next())


TARGETS: dict[str, Handler] = {
    "Name": bound_name,
    "Attribute": attribute,
    "Subscript": subscript,
    "Tuple": tuple_target,
    "List": list_target,
    "Starred": star_target,
}
