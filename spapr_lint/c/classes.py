"""Structs and unions as classes with annotated fields, enums as constants, typedefs as names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from spapr_lint.c.blocks import fill
from spapr_lint.c.context import Context, Writer
from spapr_lint.c.dispatch import express
from spapr_lint.c.names import python_name
from spapr_lint.c.nodes import Node
from spapr_lint.c.preprocessor import sides
from spapr_lint.c.records import RECORDS, inner_name
from spapr_lint.c.statements import tagged
from spapr_lint.c.types import CType, annotation, base_type, declare, named


def record(ctx: Context, node: Node, indent: int) -> None:
    """A struct or union; ``node.text`` is its name if it has no tag of its own."""
    inner = node.get("body")
    if inner is None:
        return
    tag = node.get("name")
    name = node.text or (tag.text if tag is not None else "")
    base = "Union" if node.kind == "union_specifier" else "Struct"
    ctx.put(indent, f"class {python_name(name)}({base}):", node.line)
    written = len(ctx.lines)
    outer, ctx.in_union = ctx.in_union, base == "Union"
    _fields(ctx, inner, name, indent + 1)
    ctx.in_union = outer
    fill(ctx, written, indent + 1, node.line)


def _fields(ctx: Context, body: Node, owner: str, indent: int) -> None:
    for node in body.kids:
        if node.kind == "field_declaration" and not node.broken:
            _field(ctx, node, owner, indent)
        elif node.kind in ("preproc_if", "preproc_ifdef"):
            word = "if"
            for test, inner, line in sides(node):
                ctx.put(indent, f"{word} {test}:" if test else "else:", line)
                word = "elif"
                written = len(ctx.lines)
                group = Node("group", "", node.start, node.end, "", node.source)
                group.kids = inner
                _fields(ctx, group, owner, indent + 1)
                fill(ctx, written, indent + 1, line)
        elif node.kind.startswith("preproc_"):
            ctx.writers[node.kind](ctx, node, indent)
        elif node.words.strip(" ;"):
            ctx.fail(node, f"struct field: {' '.join(node.words.split())[:60]}")
            ctx.put(indent, f"# C: {' '.join(node.words.split())}", node.line)


def _field(ctx: Context, node: Node, owner: str, indent: int) -> None:
    kind = node.need("type")
    declarators = node.all("declarator")
    inner = kind.get("body")
    base = base_type(kind)
    if inner is not None and kind.kind in RECORDS:
        if not declarators:
            sort = "union" if kind.kind == "union_specifier" else "struct"
            if sort == "union" or ctx.in_union:
                ctx.put(indent, f"__{sort}_{node.line}__ = {_members(inner)}", node.line)
            outer, ctx.in_union = ctx.in_union, False
            _fields(ctx, inner, owner, indent)
            ctx.in_union = outer
            return
        name = inner_name(kind, declarators, owner)
        named_kind = Node(kind.kind, "", kind.start, kind.end, name, kind.source)
        named_kind.kids = kind.kids
        record(ctx, named_kind, indent)
        base = named(name)
    elif inner is not None:
        enum(ctx, kind, indent)
    bits = next((kid for kid in node.kids if kid.kind == "bitfield_clause"), None)
    for declarator in declarators:
        name, ctype, _ = declare(declarator, base)
        if not name:
            continue
        spelled = annotation(ctype)
        if bits is not None and bits.kids:
            spelled = f'Bits[{spelled}, "{" ".join(bits.kids[0].words.split())}"]'
        spelled = tagged(ctx, declarator, spelled)
        ctx.put(indent, f"{python_name(name)}: {spelled}{_parameters(ctype)}", declarator.line)


def _members(body: Node) -> str:
    """The fields that share their place, as a tuple; those of an inner struct as one of its own."""
    found: list[str] = []
    for kid in body.kids:
        kind = kid.get("type")
        inner = kind.get("body") if kind is not None else None
        if kind is not None and inner is not None and not kid.all("declarator"):
            found.append(_members(inner))
        else:
            names = [declare(declarator, named("int"))[0] for declarator in kid.all("declarator")]
            found.extend(f'"{python_name(name)}"' for name in names if name)
    return f"({', '.join(found)}{',' if len(found) == 1 else ''})"


def _parameters(ctype: CType) -> str:
    """The names of a function pointer's parameters, as a comment."""
    while ctype.kind == "ptr" and ctype.of is not None:
        ctype = ctype.of
    names = [name for name, _ in ctype.parameters if name]
    return f"  # ({', '.join(names)})" if ctype.kind == "function" and names else ""


def enum(ctx: Context, node: Node, indent: int) -> None:
    """An enum's constants, each one more than the one before."""
    inner = node.get("body")
    _enumerators(ctx, inner.kids if inner is not None else [], "", indent)


def _enumerators(ctx: Context, nodes: Sequence[Node], before: str, indent: int) -> str:
    for kid in nodes:
        if kid.kind == "enumerator":
            name = ctx.global_name(kid.need("name").text)
            given = kid.get("value")
            if given is not None:
                text = express(ctx, given).text
            else:
                text = f"{before} + 1" if before else "0"
            ctx.put(indent, f"{name} = {text}", kid.line)
            before = name
        elif kid.kind in ("preproc_if", "preproc_ifdef"):
            before = _conditional(ctx, kid, before, indent)
        elif kid.kind.startswith("preproc_"):
            ctx.writers[kid.kind](ctx, kid, indent)
    return before


def _conditional(ctx: Context, node: Node, before: str, indent: int) -> str:
    """Constants that only some configurations have; what follows counts from what there is."""
    last, word = ctx.fresh("last"), "if"
    ctx.put(indent, f"{last} = {before or -1}", node.line)
    for test, inner, line in sides(node):
        ctx.put(indent, f"{word} {test}:" if test else "else:", line)
        word = "elif"
        written = len(ctx.lines)
        end = _enumerators(ctx, inner, before, indent + 1)
        if end != before:
            ctx.put(indent + 1, f"{last} = {end}", line)
        fill(ctx, written, indent + 1, line)
    return last


def specifier(ctx: Context, node: Node, indent: int) -> None:
    """A record that is only defined."""
    record(ctx, node, indent)


def typedef(ctx: Context, node: Node, indent: int) -> None:
    """``typedef``: a record's own name, or another name for a type."""
    kind = node.need("type")
    base = base_type(kind)
    inner = kind.get("body")
    declarators = node.all("declarator")
    first = declare(declarators[0], base) if declarators else ("", base, None)
    if inner is not None and kind.kind in RECORDS:
        if kind.get("name") is None and first[1] == base:
            named_kind = Node(kind.kind, "", kind.start, kind.end, first[0], kind.source)
            named_kind.kids = kind.kids
            record(ctx, named_kind, indent)
            base = named(first[0])
        else:
            record(ctx, kind, indent)
    elif inner is not None:
        enum(ctx, kind, indent)
    for declarator in declarators:
        name, ctype, _ = declare(declarator, base)
        if name and ctype != named(name):
            forward = inner is None and kind.kind in RECORDS and ctype == base
            if not forward or base.name != name:
                ctx.put(indent, f"{python_name(name)} = {annotation(ctype)}", declarator.line)


CLASSES: Final[dict[str, Writer]] = {
    "record": record,
    "struct_specifier": specifier,
    "union_specifier": specifier,
    "enum_specifier": enum,
    "type_definition": typedef,
}
