"""Calls: arguments with C's line breaks, names as arguments, macros that must be expanded."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from spapr_lint.c.context import ATOM, BREAK, POSTFIX, Context, Ex, Maker
from spapr_lint.c.dispatch import core, express
from spapr_lint.c.integers import common, wrapped
from spapr_lint.c.macros import captures, expand_expression, expression_tree, substituted, treatment
from spapr_lint.c.names import quoted, words
from spapr_lint.c.nodes import Node, UntranslatedError
from spapr_lint.c.operators import condition
from spapr_lint.c.types import (
    SIZE,
    STRING,
    ULONG,
    VOIDP,
    CType,
    by_value,
    named,
    pointer,
)

_ALLOCATORS: Final = frozenset(words("g_new g_new0 g_renew g_try_new g_try_new0 g_try_renew"))
_SWAP = re.compile(r"(?:cpu_to_[bl]e|[bl]e|bswap|tswap|ld\w*_|extract|deposit)(16|32|64)\w*\Z")
_JOINED: Final = frozenset(words("MIN MAX MIN_CONST MAX_CONST DIV_ROUND_UP ROUND_UP"))
_RESULTS: Final[dict[str, CType]] = {
    "ARRAY_SIZE": SIZE,
    "strlen": SIZE,
    "g_strdup_printf": STRING,
    "g_strdup": STRING,
    "object_get_typename": STRING,
    "PPC_BIT": ULONG,
    "BIT_ULL": ULONG,
    "GETFIELD_BE64": ULONG,
    "MAKE_64BIT_MASK": ULONG,
    "qemu_get_cpu": pointer(named("CPUState")),
    "g_malloc0": VOIDP,
    "g_malloc": VOIDP,
}


def call(ctx: Context, node: Node) -> Ex:
    """A call of a function, a macro, a pointer to a function."""
    function = core(node.need("function"))
    given = node.need("arguments").kids
    name = function.text if function.kind == "identifier" else ""
    special = _SPECIAL.get(name)
    if special is not None and given:
        return special(ctx, node)
    if name in _ALLOCATORS and given:
        return _allocation(ctx, name, node, given)
    local = ctx.local(name) if name else None
    if name and local is None:
        macro = ctx.declared.macros.get(name)
        if macro is not None and macro.parameters is not None:
            if treatment(ctx, macro) == "expression" or captures(ctx, macro):
                expanded = expand_expression(ctx, node, macro, [kid.words for kid in given])
                if expanded is not None:
                    return expanded
    if function.kind == "field_expression":
        expanded = _field_macro(ctx, node, function, [kid.words for kid in given])
        if expanded is not None:
            return expanded
    target = express(ctx, function)
    body = arguments(ctx, node, name if local is None else "", target.type)
    return Ex(f"{target.at(POSTFIX)}({body})", POSTFIX, _result(ctx, name, target.type, given))


def _field_macro(ctx: Context, node: Node, function: Node, given: list[str]) -> Ex | None:
    """``v.VsrD(1)``, where ``VsrD`` is a macro that stands for a field."""
    macro = ctx.declared.macros.get(function.need("field").text)
    if macro is None or macro.parameters is None:
        return None
    owner = function.need("argument").words + function.need("operator").text
    tree = expression_tree(ctx, owner + substituted(macro, given), node.line)
    return None if tree is None else express(ctx, tree)


def arguments(ctx: Context, node: Node, name: str, ctype: CType | None, skip: int = 0) -> str:
    """The arguments of a call, broken into lines as in C."""
    listed = node.need("arguments")
    given = listed.kids[skip:]
    names = quoted(name, len(listed.kids)) if name else ()
    behind = ctx.resolve(ctype)
    known = behind.parameters if behind is not None and behind.kind == "function" else ()
    parts: list[str] = []
    source, last = listed.source, listed.start
    for position, kid in enumerate(given):
        if position:
            parts.append(",")
        if source.text.find("\n", last, kid.start) >= 0 and not source.pinned:
            parts.append(BREAK.format(kid.line))
        elif position:
            parts.append(" ")
        if position + skip in names and kid.kind in ("identifier", "field_expression"):
            parts.append(json.dumps("".join(kid.words.split())))
        else:
            parts.append(_argument(ctx, kid, position < len(known)))
        last = kid.end
    return "".join(parts)


def _argument(ctx: Context, node: Node, coerced: bool) -> str:
    ex = express(ctx, node)
    if not coerced and not ex.exact:
        inner = core(node)
        if inner.kind == "unary_expression" or "- " in ex.text or "<<" in ex.text:
            ex = wrapped(ctx, ex)
    return ex.text


def _result(ctx: Context, name: str, target: CType | None, given: Sequence[Node]) -> CType | None:
    cast = ctx.declared.casts.get(name) if name else None
    if cast is not None:
        return pointer(named(cast))
    behind = ctx.resolve(target)
    if behind is not None and behind.kind == "ptr":
        behind = ctx.resolve(behind.of)
    if behind is not None and behind.kind == "function":
        return behind.of
    if name in _RESULTS:
        return _RESULTS[name]
    swap = _SWAP.match(name)
    if swap:
        return named(f"uint{swap.group(1)}_t")
    if name in _JOINED and len(given) == 2:
        kept = len(ctx.untranslated)
        one, two = express(ctx, given[0]), express(ctx, given[1])
        del ctx.untranslated[kept:]
        return common(ctx, one.type, two.type)
    return None


def _allocation(ctx: Context, name: str, node: Node, given: Sequence[Node]) -> Ex:
    """``g_new0(T *, n)``: the mask took the stars and noted them."""
    position = 0
    listed = node.need("arguments")
    first = given[position]
    limit = given[1].start if len(given) > 1 else listed.end
    stars = first.source.note(first.start, limit, "pointer")
    ctype = _type_of(ctx, first) or named(first.text or first.words.strip())
    for _ in range(stars.count(b"*") if stars else 0):
        ctype = pointer(ctype)
    rest = arguments(ctx, node, "", None, skip=1)
    space = "" if rest.startswith("\x01") else " "
    text = f"{name}({by_value(ctype)}{',' + space + rest if rest else ''})"
    return Ex(text, POSTFIX, pointer(ctype))


def _type_of(ctx: Context, node: Node) -> CType | None:
    """The type that ``typeof(x)`` names as an argument; ``object`` if it is not known."""
    if node.kind != "call_expression" or node.need("function").text not in _TYPEOF:
        return None
    kept = len(ctx.untranslated)
    given = node.need("arguments").kids
    found = express(ctx, given[0]).type if len(given) == 1 else None
    del ctx.untranslated[kept:]
    return found or named("object")


def _va_arg(ctx: Context, node: Node) -> Ex:
    given = node.need("arguments").kids
    if len(given) != 2:
        raise UntranslatedError("va_arg")
    last = given[1]
    stars = last.source.note(last.start, node.end, "pointer")
    ctype = named(last.text or last.words.strip())
    for _ in range(stars.count(b"*") if stars else 0):
        ctype = pointer(ctype)
    return Ex(f"va_arg({express(ctx, given[0]).text}, {by_value(ctype)})", POSTFIX, ctype)


def _likely(ctx: Context, node: Node) -> Ex:
    given = node.need("arguments").kids
    ex = condition(ctx, given[0])
    name = node.need("function").text
    return Ex(f"{name}({ex.text})", POSTFIX, ex.type)


def _stringify(ctx: Context, node: Node) -> Ex:
    words = " ".join(node.need("arguments").kids[0].words.split())
    ctx.helper("stringify")
    return Ex(json.dumps(words), ATOM, STRING)


_TYPEOF: Final = ("typeof", "__typeof__")
_SPECIAL: Final[dict[str, Maker]] = {
    "va_arg": _va_arg,
    "likely": _likely,
    "unlikely": _likely,
    "stringify": _stringify,
}
CALLS: Final[dict[str, Maker]] = {"call_expression": call}
