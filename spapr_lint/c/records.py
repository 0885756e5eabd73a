"""Fields of structs and unions, for the index of types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from spapr_lint.c.nodes import Node
from spapr_lint.c.types import CType, base_type, declare, named

RECORDS: Final = ("struct_specifier", "union_specifier")
Inner = dict[str, dict[str, CType]]


def fields(body: Node, owner: str, inner: Inner) -> Iterator[tuple[str, CType]]:
    """Names and types of a record's fields in order.

    Fields of an unnamed inner record belong to the outer one, as in C; both
    sides of an ``#if`` are there.  Records that are defined for one field are
    put into ``inner`` under the name that `inner_name` gives.
    """
    for node in body.kids:
        if node.kind == "field_declaration":
            yield from _declared(node, owner, inner)
        elif node.kind.startswith("preproc_"):
            yield from fields(node, owner, inner)


def _declared(node: Node, owner: str, inner: Inner) -> Iterator[tuple[str, CType]]:
    kind = node.get("type")
    if kind is None:
        return
    declarators = node.all("declarator")
    body = kind.get("body")
    base = base_type(kind)
    if body is not None and kind.kind in RECORDS:
        if not declarators:
            yield from fields(body, owner, inner)
            return
        name = inner_name(kind, declarators, owner)
        inner[name] = dict(fields(body, name, inner))
        base = named(name)
    for declarator in declarators:
        name, ctype, _ = declare(declarator, base)
        if name:
            yield name, ctype


def inner_name(kind: Node, declarators: list[Node], owner: str) -> str:
    """The name of a record that is defined where it is used: its tag, or ``owner__field``."""
    tag = kind.get("name")
    if tag is not None:
        return tag.text
    first = declare(declarators[0], named("int"))[0] if declarators else ""
    return f"{owner}__{first or kind.line}"
