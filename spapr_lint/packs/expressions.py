"""The small languages inside a pack: kinds, conversion expressions, guards.

All are Python expressions, read with `ast`, never evaluated.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Collection, Mapping

from spapr_lint.kinds import ROLES, Kind, Pattern, Space, parse_kind

_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "//",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
_CALLED_OPERATORS = {"DIV_ROUND_UP": "DIV_ROUND_UP", "min": "min", "max": "max"}
_COMPARED: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.In: "in",
    ast.NotIn: "not in",
}


def nearest(word: str, names: Collection[str]) -> str:
    """`` (did you mean 'x'?)`` for the nearest name, or nothing."""
    close = difflib.get_close_matches(word, sorted(names), n=1, cutoff=0.5)
    return f" (did you mean {close[0]!r}?)" if close else ""


def known_kind(text: str, spaces: Mapping[str, Space], aliases: Mapping[str, str]) -> Kind:
    """A kind of a declared space.  Raises `ValueError` with a sentence for a user."""
    match = re.fullmatch(r"\s*(\w+)\.(\w+)\s*", text)
    if match is not None and match[2] not in ROLES:
        raise ValueError(f"unknown role {match[2]!r} in {text!r}{nearest(match[2], ROLES)}")
    kind = parse_kind(text)
    name = aliases.get(kind.space, kind.space)
    space = spaces.get(name)
    if space is None:
        near = nearest(kind.space, [*spaces, *aliases])
        raise ValueError(f"unknown space {kind.space!r} in {text!r}{near}")
    if (space.algebra == "label") == bool(kind.role):
        what = "takes no role" if kind.role else f"needs a role, one of {', '.join(ROLES)}"
        raise ValueError(f"{text!r}: the space {name!r} {what}")
    return Kind(name, kind.role)


def _tree(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"{text!r} is not an expression") from error


def conversion(
    text: str, spaces: Mapping[str, Space], aliases: Mapping[str, str]
) -> tuple[Pattern, str | None, tuple[Pattern, ...]]:
    """A conversion's pattern, or a function's name and a pattern per argument.

    Raises `ValueError` for an unknown space or role, or an operator that no pattern has.
    """
    node = _tree(text)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id not in _CALLED_OPERATORS:
            arguments = tuple(_pattern(one, text, spaces, aliases) for one in node.args)
            return "_", node.func.id, arguments
    return _pattern(node, text, spaces, aliases), None, ()


def _pattern(
    node: ast.expr, text: str, spaces: Mapping[str, Space], aliases: Mapping[str, str]
) -> Pattern:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return known_kind(f"{node.value.id}.{node.attr}", spaces, aliases)
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return int(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left = _pattern(node.left, text, spaces, aliases)
        right = _pattern(node.right, text, spaces, aliases)
        return _OPERATORS[type(node.op)], left, right
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 2:
        operator = _CALLED_OPERATORS.get(node.func.id)
        if operator is not None:
            left = _pattern(node.args[0], text, spaces, aliases)
            return operator, left, _pattern(node.args[1], text, spaces, aliases)
    raise ValueError(f"{text!r} has a part that no conversion can be made of")


def guard(text: str) -> tuple[object, ...]:
    """The tree of a guard's test (see `data.Guard`); ``$x`` is a variable.

    Raises `ValueError` for anything but comparisons, calls and ``not``.
    """
    if re.search(r"\bVARIABLE_", text):
        raise ValueError(f"{text!r}: VARIABLE_ is reserved")
    return _guard(_tree(re.sub(r"\$(\w+)", r"VARIABLE_\1", text)), text)


def _guard(node: ast.expr, text: str) -> tuple[object, ...]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return "not", _guard(node.operand, text)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARED:
        left, right = _leaf(node.left, text), _leaf(node.comparators[0], text)
        return "compare", _COMPARED[type(node.ops[0])], left, right
    if isinstance(node, ast.Call) and not node.keywords:
        name = _dotted(node.func)
        if name:
            return "call", name, tuple(_leaf(one, text) for one in node.args)
    raise ValueError(f"{text!r} is neither a comparison nor a call")


def _dotted(node: ast.expr) -> str:
    """The dotted name of what is called, ``$x.method`` for a method of a variable, or empty."""
    if isinstance(node, ast.Name):
        return re.sub("^VARIABLE_", "$", node.id)
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def _leaf(node: ast.expr, text: str) -> tuple[object, ...]:
    if isinstance(node, ast.Name):
        if node.id.startswith("VARIABLE_"):
            return "variable", node.id.removeprefix("VARIABLE_")
        return ("variable", "_") if node.id == "_" else ("word", node.id)
    if isinstance(node, ast.Constant) and isinstance(node.value, int | str):
        return "literal", node.value
    raise ValueError(f"{text!r}: a guard compares $variables, names and literals only")
