"""Preprocessor conditionals: both sides are kept, the condition becomes Python."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

import tree_sitter

from spapr_lint.c.blocks import fill, statements
from spapr_lint.c.context import Context, Writer
from spapr_lint.c.mask import Source
from spapr_lint.c.nodes import Node

_DEFINED = re.compile(r"\bdefined\s*\(\s*(\w+)\s*\)|\bdefined\s+(\w+)")
_SUFFIX = re.compile(r"\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]+\b")


def python_condition(text: str) -> str:
    """The condition of an ``#if`` as Python."""
    text = _DEFINED.sub(lambda m: f'defined("{m.group(1) or m.group(2)}")', text)
    text = text.replace("\\\n", " ").replace("&&", " and ").replace("||", " or ")
    text = _SUFFIX.sub(r"\1", re.sub(r"!(?!=)", " not ", text))
    text = " ".join(text.split())
    try:
        compile(text, "", "eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return f"UNTRANSLATED({json.dumps(text[:80])})"
    return text if re.fullmatch(r'[\w"()]+|not defined\("\w+"\)', text) else f"({text})"


def branches(node: Node) -> Iterator[tuple[str, list[Node], int]]:
    """Condition, content and line of each side; sides after the first exclude those before."""
    before: list[str] = []
    current: Node | None = node
    while current is not None:
        test, skipped = _condition(current)
        other = current.get("alternative")
        inner = [kid for kid in current.kids if kid is not other and kid is not skipped]
        conditions = [f"not {past}" for past in before] + ([test] if test else [])
        yield " and ".join(conditions) or "True", inner, current.line
        if test:
            before.append(test)
        current = other


def sides(node: Node) -> Iterator[tuple[str, list[Node], int]]:
    """As `branches`, with the condition of each side alone; "" for ``#else``."""
    current: Node | None = node
    while current is not None:
        test, skipped = _condition(current)
        other = current.get("alternative")
        inner = [kid for kid in current.kids if kid is not other and kid is not skipped]
        yield test, inner, current.line
        current = other


def _condition(node: Node) -> tuple[str, Node | None]:
    if node.kind in ("preproc_if", "preproc_elif"):
        given = node.get("condition")
        return (python_condition(given.words) if given is not None else "False"), given
    if node.kind in ("preproc_ifdef", "preproc_elifdef"):
        name = node.get("name")
        text = f'defined("{name.text}")' if name is not None else "False"
        head = node.source.slice(node.start, node.start + 24).lstrip("# \t")
        return (f"not {text}" if head.startswith(("ifndef", "elifndef")) else text), name
    return "", None


def side(raw: tree_sitter.Node, source: Source) -> tuple[str, list[tree_sitter.Node]]:
    """Condition ("" for ``#else``) and content of one side of a conditional."""
    other = raw.child_by_field_name("alternative")
    given = raw.child_by_field_name("condition") or raw.child_by_field_name("name")
    test = ""
    if given is not None:
        words = source.slice(given.start_byte, given.end_byte)
        head = source.slice(raw.start_byte, raw.start_byte + 24).lstrip("# \t")
        if raw.type in ("preproc_ifdef", "preproc_elifdef"):
            test = f'defined("{words}")'
            test = f"not {test}" if head.startswith(("ifndef", "elifndef")) else test
        else:
            test = python_condition(words)
    taken = {node.id for node in (other, given) if node is not None}
    inner = [kid for kid in raw.named_children if kid.id not in taken]
    return test, inner


def guarded_content(raw: tree_sitter.Node, source: Source) -> list[tree_sitter.Node] | None:
    """The content of a header's include guard, None if it is no guard."""
    if raw.type != "preproc_ifdef" or raw.child_by_field_name("alternative") is not None:
        return None
    name = raw.child_by_field_name("name")
    head = source.slice(raw.start_byte, raw.start_byte + 24).lstrip("# \t")
    inner = [kid for kid in raw.named_children if name is None or kid.id != name.id]
    if name is None or not head.startswith("ifndef") or not inner or inner[0].type != "preproc_def":
        return None
    defined = inner[0].child_by_field_name("name")
    words = source.masked.text[name.start_byte : name.end_byte]
    if defined is None or source.masked.text[defined.start_byte : defined.end_byte] != words:
        return None
    return inner[1:] if inner[0].child_by_field_name("value") is None else None


def conditional(ctx: Context, node: Node, indent: int) -> None:
    """``#if`` round statements."""
    word = "if"
    for test, inner, line in sides(node):
        ctx.put(indent, f"{word} {test}:" if test else "else:", line)
        word = "elif"
        written = len(ctx.lines)
        statements(ctx, inner, indent + 1)
        fill(ctx, written, indent + 1, line)


def comment(ctx: Context, node: Node, indent: int) -> None:
    """A directive that means nothing here."""
    for number, row in enumerate(node.words.strip().split("\n")):
        ctx.put(indent, f"# {row.strip()}", node.line + number)


PREPROCESSOR: Final[dict[str, Writer]] = {
    "preproc_if": conditional,
    "preproc_ifdef": conditional,
    "preproc_call": comment,
    "preproc_include": comment,
    "preproc_directive": comment,
}
