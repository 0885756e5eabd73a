"""Initialisers: records by field, arrays by element, nested as deep as the types go."""

from __future__ import annotations

from typing import Final

from spapr_lint.c.context import ATOM, BREAK, POSTFIX, WALRUS, Context, Ex, Maker
from spapr_lint.c.dispatch import express, value
from spapr_lint.c.integers import stored
from spapr_lint.c.names import python_name
from spapr_lint.c.nodes import Node
from spapr_lint.c.types import CType, by_value, described


def initial(ctx: Context, node: Node, ctype: CType | None, outermost: bool = False) -> Ex:
    """The value that a variable, field or element of some type starts with."""
    if node.kind != "initializer_list":
        return _plain(ctx, node, ctype)
    behind = ctx.resolve(ctype)
    if behind is not None and behind.kind in ("array", "ptr"):
        text, keyed = _elements(ctx, node, behind.of)
        listed = f"{{{text}}}" if keyed else f"[{text}]"
        if not outermost:
            return Ex(listed, ATOM, ctype)
        sized = behind.kind == "array" and behind.name
        size = f", n={ctx.dimension(behind.name)}" if sized else ""
        of = by_value(behind.of) if behind.of is not None else "object"
        return Ex(f"{ctx.helper('array')}({of}, {listed}{size})", POSTFIX, ctype)
    if behind is not None and ctx.is_record(behind):
        name = ctype.name if ctype is not None and ctype.kind == "name" else behind.name
        return Ex(f"{python_name(name)}({_fields(ctx, node, behind)})", POSTFIX, ctype)
    if behind is not None and ctx.width(behind) is not None and len(node.kids) == 1:
        return initial(ctx, node.kids[0], ctype)
    if any(kid.kind == "initializer_pair" for kid in node.kids):
        return Ex(f"Init({_fields(ctx, node, None)})", POSTFIX, ctype)
    text, keyed = _elements(ctx, node, None)
    return Ex(f"{{{text}}}" if keyed else f"[{text}]", ATOM, ctype)


def _plain(ctx: Context, node: Node, ctype: CType | None) -> Ex:
    ex = express(ctx, node)
    if ex.binds == WALRUS:
        ex = Ex(f"({ex.text})", ATOM, ex.type)
    return stored(ctx, node, ex, ctype) if ctx.width(ctype) is not None else ex


def _joined(node: Node, parts: list[tuple[int, int, str]]) -> str:
    """Elements (first line, last line, text) with the line breaks of the C text."""
    text = ""
    last = node.line
    broken = False
    for number, (first, end, part) in enumerate(parts):
        if first > last:
            text += BREAK.format(first)
            broken = True
        elif number:
            text += " "
        text += part
        if number < len(parts) - 1 or broken:
            text += ","
        last = end
    if broken:
        text += BREAK.format(node.last)
    return text


def _fields(ctx: Context, node: Node, record: CType | None) -> str:
    known = ctx.fields(record)
    order = list(known.items()) if known else []
    parts: list[tuple[int, int, str]] = []
    position = 0
    for kid in node.kids:
        if kid.kind == "initializer_pair":
            given = kid.need("value")
            designators = kid.all("designator")
            names = [d.kids[0].text for d in designators if d.kind == "field_designator"]
            if len(names) != len(designators) or not names:
                ctx.fail(kid, "designator")
                parts.append((kid.line, kid.last, f"UNTRANSLATED({kid.words!r})"))
                continue
            ctype = record
            for name in names:
                ctype = ctx.field(ctype, name)
            text = "__".join(python_name(name) for name in names)
            text += "=" + initial(ctx, given, ctype).text
            position = next((n for n, f in enumerate(order) if f[0] == names[0]), position) + 1
        else:
            ctype = order[position][1] if position < len(order) else None
            text = initial(ctx, kid, ctype).text
            if parts and "=" in parts[-1][2] and position < len(order):
                text = f"{python_name(order[position][0])}={text}"
            position += 1
        parts.append((kid.line, kid.last, text))
    return _joined(node, parts)


def _elements(ctx: Context, node: Node, of: CType | None) -> tuple[str, bool]:
    keyed = any(kid.kind == "initializer_pair" for kid in node.kids)
    parts: list[tuple[int, int, str]] = []
    following = "0"
    for kid in node.kids:
        if kid.kind != "initializer_pair":
            text = initial(ctx, kid, of).text
            if keyed:
                text = f"{following}: {text}"
                following = f"{following} + 1"
        else:
            key, following = _key(ctx, kid.all("designator"))
            text = f"{key}: {initial(ctx, kid.need('value'), of).text}"
        parts.append((kid.line, kid.last, text))
    return _joined(node, parts), keyed


def _key(ctx: Context, designators: list[Node]) -> tuple[str, str]:
    first = designators[0]
    if len(designators) == 1 and first.kind == "subscript_range_designator":
        low, high = value(ctx, first.need("start")), value(ctx, first.need("end"))
        return f"{ctx.helper('crange')}({low}, {high})", f"{high} + 1"
    if len(designators) == 1 and first.kind == "subscript_designator":
        key = value(ctx, first.kids[0])
        return key, f"{key} + 1"
    ctx.fail(first, "designator")
    return f"UNTRANSLATED({first.words!r})", "0"


def compound(ctx: Context, node: Node) -> Ex:
    """``(T){...}``: a new record or array."""
    ctype = described(node.need("type"))
    made = initial(ctx, node.need("value"), ctype)
    return Ex(made.text, made.binds, ctype)


def listed(ctx: Context, node: Node) -> Ex:
    """Braces where no type says what they hold."""
    return initial(ctx, node, None)


INITIALISERS: Final[dict[str, Maker]] = {
    "compound_literal_expression": compound,
    "initializer_list": listed,
}
