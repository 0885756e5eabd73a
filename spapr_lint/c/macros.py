"""Macros: which stay calls, which must be expanded where they are used, and the expansion."""

from __future__ import annotations

import json
import re
from typing import Final

from spapr_lint.c.context import Context, Ex
from spapr_lint.c.dispatch import express
from spapr_lint.c.index import Macro
from spapr_lint.c.mask import Source, mask
from spapr_lint.c.names import kept
from spapr_lint.c.nodes import Node, convert, parse_tree

_TOKEN = re.compile(
    r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|\s*##\s*|#\s*[A-Za-z_]\w*|[A-Za-z_]\w*'
)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
_STRINGS = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'')
_JUMP = re.compile(r"\b(?:return|goto)\b")
_LOOP = re.compile(r"\b(?:for|while|switch|do)\b")
_BREAK = re.compile(r"\b(?:break|continue)\b")
_LIMIT: Final = 20_000  # characters of one expansion
_DEPTH: Final = 8  # expansions inside expansions


def treatment(ctx: Context, macro: Macro) -> str:
    """What to do with a use of a macro with parameters.

    ``call``: it is a function.  ``expression``: expand it inside the expression.
    ``statement``: expand it as statements, because it jumps or assigns.
    """
    found = ctx.macros.get(macro.name)
    if found is None:
        found = ctx.macros[macro.name] = _treatment(ctx, macro)
    return found


def _treatment(ctx: Context, macro: Macro) -> str:
    if kept(macro.name) or macro.name in ctx.declared.casts or not macro.body:
        return "call"
    body = _STRINGS.sub('""', _COMMENT.sub(" ", macro.body))
    statement = body.lstrip().startswith(("do", "{", "if", "while", "for")) or ";" in body
    gnu = "({" in body
    if "##" in body:
        return "statement" if statement and not gnu else "expression"
    if not statement and re.search(r"(?<!#)#\s*[A-Za-z_]", body):
        return "expression"
    if statement and not gnu:
        if _JUMP.search(body) or (
            _BREAK.search(body) and not _LOOP.search(body.partition("do")[2])
        ):
            return "statement"
        if re.match(r"\s*for\b", body):
            return "loop"
    # an argument's text that only goes into a message does not make it less of a function
    names = frozenset(macro.parameters or ())
    for use in _NO_VALUE:
        if not names.isdisjoint(use.findall(body)):
            return "statement" if statement and not gnu else "expression"
    return "call"


# Where a parameter stands for a field, a type or something that is changed.
_NO_VALUE: Final = (
    re.compile(r"(?:\.|->)\s*(\w+)"),
    re.compile(r"\(\s*(?:struct\s+)?(\w+)\s*\*+\s*\)"),
    re.compile(r"\b(\w+)(?=\s*\*?\s+\w+\s*=)"),
    re.compile(r"(?<![\w.>])\(?\b(\w+)\b\)?\s*(?:[-+*/|&^]|<<|>>)?=(?!=)"),
    re.compile(r"(?:\+\+|--)\(?(\w+)"),
    re.compile(r"\b(\w+)\)?\s*(?:\+\+|--)"),
)


_NAME = re.compile(r"(?<![\w.>])[A-Za-z_]\w*")


_DECLARED = re.compile(r"(?:^|[;{(])\s*(?:const\s+|struct\s+)*\w+[\s*]+(\w+)\s*(?:=|;|,)")


def free_names(macro: Macro) -> frozenset[str]:
    """The names in a macro's body that its parameters do not bind."""
    body = _STRINGS.sub('""', _COMMENT.sub(" ", macro.body))
    if len(body) > _LIMIT or not re.search("[a-z]", body):
        return frozenset()
    bound = {*(macro.parameters or ()), *_DECLARED.findall(body)}
    return frozenset(_NAME.findall(body)) - bound


def captures(ctx: Context, macro: Macro) -> bool:
    """Whether the body speaks of local variables of the function that uses the macro."""
    names = ctx.object_macros.get(macro.name)
    if names is None:
        names = free_names(macro) if not kept(macro.name) else frozenset()
        ctx.object_macros[macro.name] = names
    return any(ctx.local(name) is not None for name in names)


def substituted(macro: Macro, given: list[str]) -> str:
    """The body with the arguments in it, as the preprocessor does it."""
    names = list(macro.parameters or ())
    values = dict(zip(names, given, strict=False))
    variadic = names[-1] if names and names[-1].endswith("...") else ""
    if variadic:
        rest = ", ".join(given[len(names) - 1 :])
        values[variadic[:-3].strip() or "__VA_ARGS__"] = rest

    def replace(match: re.Match[str]) -> str:
        token = match.group()
        if token[0] in "\"'":
            return token
        if token.strip() == "##":
            return "\x00"
        if token[0] == "#":
            name = token[1:].strip()
            return json.dumps(values[name]) if name in values else token
        return values.get(token, token)

    text = _TOKEN.sub(replace, _COMMENT.sub(" ", macro.body))
    return re.sub(r",\s*\x00\s*(?=\))", "", text).replace("\x00", "").replace("\n", " ")


def parsed(ctx: Context, text: str, line: int) -> Node | None:
    """The tree of a piece of C that stands for something on ``line``; None if it is no C."""
    masked = mask(text.encode("utf-8"))
    tree = parse_tree(masked.text)
    root = convert(tree.root_node, Source(ctx.path, masked, line))
    return None if root.broken and tree.root_node.has_error else root


def expression_tree(ctx: Context, text: str, line: int) -> Node | None:
    """The tree of an expression."""
    root = parsed(ctx, f"void f(void) {{ x_ = ({text}); }}", line)
    body = root.kids[0].get("body") if root is not None and len(root.kids) == 1 else None
    if body is None or len(body.kids) != 1 or len(body.kids[0].kids) != 1:
        return None
    assigned = body.kids[0].kids[0]
    return assigned.get("right") if assigned.kind == "assignment_expression" else None


def statement_tree(ctx: Context, text: str, line: int) -> Node | None:
    """The tree of some statements, a block."""
    root = parsed(ctx, f"void f(void) {{ {text}; }}", line)
    return root.kids[0].get("body") if root is not None and len(root.kids) == 1 else None


def expand_expression(ctx: Context, node: Node, macro: Macro, given: list[str]) -> Ex | None:
    """A use of a macro replaced by its body, or None if that cannot be done."""
    if macro.name in ctx.expanding or len(ctx.expanding) >= _DEPTH:
        return None
    text = substituted(macro, given)
    if len(text) > _LIMIT:
        return None
    tree = expression_tree(ctx, text, node.line)
    if tree is None:
        return None
    ctx.expanding.append(macro.name)
    try:
        ex = express(ctx, tree)
    finally:
        ctx.expanding.pop()
    return ex
