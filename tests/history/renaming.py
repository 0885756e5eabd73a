"""Renames every parameter and local of C functions, so that no name can help a checker."""

from __future__ import annotations

import tree_sitter_c
from tree_sitter import Language, Node, Parser

LANGUAGE = Language(tree_sitter_c.language())
DECLARING = ("declaration", "parameter_declaration")


def _walk(node: Node) -> list[Node]:
    found, stack = [], [node]
    while stack:
        current = stack.pop()
        found.append(current)
        stack.extend(current.children)
    return found


def _declared(declarator: Node | None) -> str | None:
    """The name that a declarator declares, or None for a function's."""
    while declarator is not None and declarator.type != "identifier":
        if declarator.type == "function_declarator":
            inner = declarator.child_by_field_name("declarator")
            if inner is None or inner.type != "parenthesized_declarator":
                return None
        following = declarator.child_by_field_name("declarator")
        if following is None and declarator.type == "parenthesized_declarator":
            following = next(iter(declarator.named_children), None)
        declarator = following
    return declarator.text.decode() if declarator is not None and declarator.text else None


def locals_of(function: Node) -> list[str]:
    """Parameters and locals in order of their declaration."""
    names: dict[str, None] = {}
    for node in sorted(_walk(function), key=lambda n: n.start_byte):
        if node.type in DECLARING:
            for declarator in node.children_by_field_name("declarator"):
                name = _declared(declarator)
                if name:
                    names[name] = None
    called = {
        callee.text.decode()
        for node in _walk(function)
        if node.type == "call_expression"
        and (callee := node.child_by_field_name("function")) is not None
        and callee.type == "identifier"
        and callee.text
    }
    return [name for name in names if name not in called]


def rename(text: bytes) -> tuple[bytes, int, int]:
    """The text with new names, how many functions were renamed, and how many were skipped.

    Lines stay where they are.  A function that the grammar cannot read whole is left alone.
    """
    tree = Parser(LANGUAGE).parse(text)
    edits: list[tuple[int, int, bytes]] = []
    done = skipped = 0
    for function in _walk(tree.root_node):
        if function.type != "function_definition":
            continue
        if function.has_error:
            skipped += 1
            continue
        done += 1
        new = {name: f"zz{number}" for number, name in enumerate(locals_of(function))}
        for node in _walk(function):
            name = new.get(node.text.decode()) if node.type == "identifier" and node.text else None
            if name is not None:
                edits.append((node.start_byte, node.end_byte, name.encode()))
    parts, last = [], 0
    for start, end, name in sorted(edits):
        parts += [text[last:start], name]
        last = end
    return b"".join([*parts, text[last:]]), done, skipped
