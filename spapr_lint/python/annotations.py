"""The text of an annotation without its white space, quotes spelled ``"``.

Rendered from the syntax nodes, because a light parser keeps no text around them
and libcst's code generator costs more than the parse of many a file.
"""

from __future__ import annotations

from collections.abc import Callable

from spapr_lint.python.lowering import Lowering, Syntax


def text_of(low: Lowering, node: Syntax) -> str:
    """The text of one expression; ``?`` for what no annotation should hold."""
    render = low.texts.get(node.__class__)
    if render is None:
        return "?"
    text: str = render(low, node)
    if node.lpar:
        return "(" * len(node.lpar) + text + ")" * len(node.rpar)
    return text


def _plain(_low: Lowering, node: Syntax) -> str:
    text: str = node.value
    return text


def _ellipsis(_low: Lowering, _node: Syntax) -> str:
    return "..."


def _string(_low: Lowering, node: Syntax) -> str:
    text: str = node.value
    if text[0] == "'" and not text.startswith("'''") and '"' not in text and "\\" not in text:
        return f'"{text[1:-1]}"'
    return text


def _attribute(low: Lowering, node: Syntax) -> str:
    return f"{text_of(low, node.value)}.{node.attr.value}"


def _subscript(low: Lowering, node: Syntax) -> str:
    keys = [_key(low, element.slice) for element in node.slice]
    return f"{text_of(low, node.value)}[{','.join(keys)}]"


def _key(low: Lowering, node: Syntax) -> str:
    if node.__class__ is low.types.Index:
        return (node.star or "") + text_of(low, node.value)
    ends = [node.lower, node.upper] + ([] if node.step is None else [node.step])
    return ":".join(["" if end is None else text_of(low, end) for end in ends])


def _binary(low: Lowering, node: Syntax) -> str:
    operator = low.spelling[node.operator.__class__]
    return f"{text_of(low, node.left)}{operator}{text_of(low, node.right)}"


def _unary(low: Lowering, node: Syntax) -> str:
    operator = low.spelling[node.operator.__class__]
    space = " " if operator == "not" else ""
    return f"{operator}{space}{text_of(low, node.expression)}"


def _list(low: Lowering, node: Syntax) -> str:
    return f"[{_elements(low, node)}]"


def _tuple(low: Lowering, node: Syntax) -> str:
    text = _elements(low, node)
    return text + "," if len(node.elements) == 1 else text


def _elements(low: Lowering, node: Syntax) -> str:
    return ",".join([_element(low, element) for element in node.elements])


def _element(low: Lowering, node: Syntax) -> str:
    star = "*" if node.__class__ is low.types.StarredElement else ""
    return star + text_of(low, node.value)


def _star(low: Lowering, node: Syntax) -> str:
    return "*" + text_of(low, node.value)


def _call(low: Lowering, node: Syntax) -> str:
    arguments = []
    for argument in node.args:
        keyword = "" if argument.keyword is None else f"{argument.keyword.value}="
        arguments.append(keyword + argument.star + text_of(low, argument.value))
    return f"{text_of(low, node.func)}({','.join(arguments)})"


TEXTS: dict[str, Callable[[Lowering, Syntax], str]] = {
    "Name": _plain,
    "Integer": _plain,
    "Float": _plain,
    "Imaginary": _plain,
    "SimpleString": _string,
    "Ellipsis": _ellipsis,
    "Attribute": _attribute,
    "Subscript": _subscript,
    "BinaryOperation": _binary,
    "UnaryOperation": _unary,
    "List": _list,
    "Tuple": _tuple,
    "StarredElement": _star,
    "Call": _call,
}
