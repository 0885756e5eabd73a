"""Parse one C file: mask, tree-sitter, and what the rest needs to know of its functions.

A file that is cut, that holds an unbalanced brace or that is no C at all gives a
`Unit` with errors, never an exception.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Final, NamedTuple

import tree_sitter

from spapr_lint.c.facts import Facts, facts_of
from spapr_lint.c.mask import Masked, Source, decode, mask
from spapr_lint.c.names import words
from spapr_lint.c.nodes import parse_tree

LIMIT: Final = 8 * 1024 * 1024  # bytes; larger files are not parsed


class FunctionSpan(NamedTuple):
    """One function definition: where it stands and which words it holds.

    Lines count from 1, bytes from 0, ends are inclusive for lines and exclusive
    for bytes.  ``words`` are its identifiers, the contents of its string
    literals and the kinds in its tag comments.
    """

    name: str
    start_line: int
    end_line: int
    static: bool
    start_byte: int
    end_byte: int
    words: frozenset[str]
    fields: frozenset[str]


class ParseError(NamedTuple):
    """Where the parser gave up, in which function ("" outside of any), and what stands there."""

    function: str
    line: int
    what: str


@dataclass(frozen=True)
class Unit:
    """One parsed C file; what was kept of it is parsed again when its tree is asked for.

    ``definitions`` are the macros, records, typedefs and variables that it
    defines; ``errors`` what could not be parsed, by function; ``notes`` what
    had to be left out so that the rest could be parsed (line, what).
    """

    path: str
    functions: tuple[FunctionSpan, ...]
    includes: tuple[str, ...]
    definitions: frozenset[str]
    errors: tuple[ParseError, ...]
    notes: tuple[tuple[int, str], ...]
    facts: Facts
    raw: bytes

    @cached_property
    def _parsed(self) -> tuple[Source, tree_sitter.Tree]:
        masked, tree, _ = _repaired(mask(self.raw))
        return Source(self.path, masked), tree

    @property
    def source(self) -> Source:
        """The text and what is masked in it."""
        return self._parsed[0]

    @property
    def tree(self) -> tree_sitter.Tree:
        """The syntax tree of the masked text."""
        return self._parsed[1]

    def outline(self) -> tuple[Any, ...]:
        """All but path and text, as plain data; `Unit.of` takes it."""
        return (
            tuple([tuple(span) for span in self.functions]),
            self.includes,
            self.definitions,
            tuple([tuple(error) for error in self.errors]),
            self.notes,
            tuple(self.facts),
        )

    @classmethod
    def of(cls, path: str, raw: bytes, outline: tuple[Any, ...]) -> Unit:
        """A file whose outline is known."""
        functions, includes, definitions, errors, notes, facts = outline
        return cls(
            path,
            tuple([FunctionSpan(*span) for span in functions]),
            includes,
            definitions,
            tuple([ParseError(*error) for error in errors]),
            notes,
            Facts(*facts),
            raw,
        )


_LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)+)"')
_TAG_COMMENT = re.compile(rb"/[*/]\s*([a-z_]+\.[a-z]+)\s*(?:\*/|$)", re.M)
_NAME = re.compile(r"[A-Za-z_]\w*")
_FIELD = re.compile(r"(?:\.|->)\s*([A-Za-z_]\w*)")
_OF_FIELDS = re.compile(r"\b(?:offsetof|container_of|offsetofend)\s*\(|##|\bDEFINE_PROP")
_FIELD_SIGNS: Final = ("offsetof", "container_of", "##", "DEFINE_PROP")  # one is in each of these
_IF = re.compile(rb"[ \t]*#[ \t]*if")
_ELSE = re.compile(rb"[ \t]*#[ \t]*(?:else|elif)")
_END = re.compile(rb"[ \t]*#[ \t]*endif")
_GROUPS: Final = frozenset(
    words(
        "preproc_if preproc_ifdef preproc_else preproc_elif preproc_elifdef "
        "linkage_specification declaration_list ERROR"
    )
)


def parse(path: str, text: bytes) -> Unit:
    """Parse one C file; see `Unit`.  Never fails."""
    if len(text) > LIMIT:
        return _parsed(path, b"", ParseError("", 1, f"larger than {LIMIT} bytes"))
    return _parsed(path, text)


def _parsed(path: str, raw: bytes, *errors: ParseError) -> Unit:
    masked, tree, notes = _repaired(mask(raw))
    source = Source(path, masked)
    facts = facts_of(raw, masked.clean, masked.code)
    functions: list[FunctionSpan] = []
    found = list(errors)
    for node in definitions(tree.root_node):
        span = _span(node, source, raw)
        if span is not None:
            functions.append(span)
            if node.has_error:
                for broken in islice(_errors(node, masked.code), 1):
                    line = source.line(broken.start_byte)
                    found.append(ParseError(span.name, line, _excerpt(source, broken)))
    found.extend(_outside(tree.root_node, source))
    defined = frozenset((*facts.macros, *facts.records, *facts.typedefs, *facts.owned))
    unit = Unit(
        path,
        tuple(functions),
        tuple(facts.includes),
        defined,
        tuple(found),
        tuple(notes),
        facts,
        raw,
    )
    unit.__dict__["_parsed"] = (source, tree)  # what its cached property would make again
    return unit


def definitions(root: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """The function definitions of a file, also those inside ``#if``."""
    for node in root.children:
        kind = node.type
        if kind == "function_definition":
            yield node
        elif kind in _GROUPS:
            yield from definitions(node)


def function_name(node: tree_sitter.Node, text: bytes) -> str:
    """The name that a function definition defines, "" if it has none."""
    inner = node.child_by_field_name("declarator")
    while inner is not None and inner.type not in ("identifier", "type_identifier"):
        below = inner.child_by_field_name("declarator")
        if below is None and inner.type == "parenthesized_declarator":
            below = next(iter(inner.named_children), None)
        inner = below
    return decode(text[inner.start_byte : inner.end_byte]) if inner is not None else ""


def _span(node: tree_sitter.Node, source: Source, raw: bytes) -> FunctionSpan | None:
    start, end = node.start_byte, node.end_byte
    name = function_name(node, source.masked.text)
    if not name:
        return None
    clean = source.slice(start, end)
    words = set(_NAME.findall(clean))
    if '"' in clean:
        words.update(_LITERAL.findall(clean))
    if b"/" in raw[start:end]:
        words.update(decode(m.group(1)) for m in _TAG_COMMENT.finditer(raw[start : end + 200]))
    body = node.child_by_field_name("body")
    head = source.masked.code[start : body.start_byte if body is not None else end]
    return FunctionSpan(
        name,
        source.line(start),
        source.line(max(start, end - 1)),
        b"static" in head.split(b"(")[0].split(),
        start,
        end,
        frozenset(words),
        frozenset(words if _speaks_of_fields(clean) else _FIELD.findall(clean)),
    )


def _speaks_of_fields(text: str) -> bool:
    """Whether any word may be a field's name."""
    return any(sign in text for sign in _FIELD_SIGNS) and _OF_FIELDS.search(text) is not None


def _errors(node: tree_sitter.Node, code: bytes) -> Iterator[tree_sitter.Node]:
    """The places that could not be parsed, in order."""
    stack = [node]
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            if not _harmless(node, code):
                yield node
        elif node.has_error:
            stack.extend(reversed(node.children))


def _harmless(node: tree_sitter.Node, code: bytes) -> bool:
    """Whether it is the ``;`` that C wants before the body of a ``QLIST_FOREACH``."""
    return node.is_missing and node.type == ";" and code[node.end_byte :][:200].lstrip()[:1] == b"{"


def _excerpt(source: Source, node: tree_sitter.Node) -> str:
    text = " ".join(source.slice(node.start_byte, node.end_byte).split())
    if not text:
        return f"missing {node.type}"
    return text if len(text) <= 60 else text[:57] + "..."


def _outside(root: tree_sitter.Node, source: Source) -> Iterator[ParseError]:
    """Errors at file level."""
    for node in root.children if root.has_error else ():
        if node.type == "ERROR":
            yield ParseError("", source.line(node.start_byte), _excerpt(source, node))
            yield from _outside(node, source)
        elif node.type in _GROUPS and node.has_error:
            yield from _outside(node, source)


# ---- directives where the grammar allows none


def _repaired(masked: Masked) -> tuple[Masked, tree_sitter.Tree, list[tuple[int, str]]]:
    """Blank ``#if`` lines inside initialisers and split statements, keeping the first branch."""
    tree = parse_tree(masked.text)
    notes: list[tuple[int, str]] = []
    if b"#" not in masked.code:
        return masked, tree, notes
    for _ in range(4):
        if not tree.root_node.has_error:
            break
        lines = masked.text.split(b"\n")
        changed = False
        for line in _error_lines(tree.root_node, masked.code):
            changed = _flatten(lines, line, notes) or changed
        for line in () if changed else _unbalanced(tree.root_node, masked.code, lines):
            changed = _flatten(lines, line, notes) or changed
        if not changed:
            break
        text = b"\n".join(lines)
        masked = masked._replace(text=text)
        tree = parse_tree(text)
    return masked, tree, notes


def _error_lines(root: tree_sitter.Node, code: bytes) -> list[int]:
    rows: set[int] = set()
    for node in islice(_errors(root, code), 200):
        rows.update((node.start_point.row, node.end_point.row))
    return sorted(rows)


def _unbalanced(root: tree_sitter.Node, code: bytes, lines: list[bytes]) -> list[int]:
    """Rows inside ``#if`` blocks, within errors, whose braces do not match up by themselves."""
    found: list[int] = []
    for node in islice(_errors(root, code), 50):
        starts: list[int] = []
        for row in range(node.start_point.row, min(node.end_point.row + 1, len(lines))):
            if _IF.match(lines[row]):
                starts.append(row)
            elif _END.match(lines[row]) and starts:
                first = starts.pop()
                inner = b"\n".join(lines[first:row])
                sides = re.split(rb"(?m)^[ \t]*#[^\n]*$", inner)
                if any(side.count(b"{") != side.count(b"}") for side in sides):
                    found.append(first + 1)
    return found[:200]


def _flatten(lines: list[bytes], at: int, notes: list[tuple[int, str]]) -> bool:
    """Blank the directives of the ``#if`` block around or just before one line."""
    depth, first = 0, at
    while first >= 0 and at - first < 60:
        if _END.match(lines[first]) and first != at:
            depth += 1
        elif _IF.match(lines[first]):
            if depth == 0:
                break
            depth -= 1
        elif lines[first][:1] == b"}" and first != at:
            return False
        first -= 1
    if first < 0 or not _IF.match(lines[first]):
        return False
    depth, other = 0, -1
    for last in range(first, min(len(lines), first + 120)):
        if _IF.match(lines[last]):
            depth += 1
        elif _END.match(lines[last]):
            depth -= 1
            if depth == 0:
                break
        elif depth == 1 and other < 0 and _ELSE.match(lines[last]):
            other = last
    else:
        return False
    if other >= 0 and any(line.strip() for line in lines[other + 1 : last]):
        notes.append((other + 1, "the #else branch is left out: it splits a statement"))
    for row in (first, last, *(range(other, last) if other >= 0 else ())):
        lines[row] = b" " * len(lines[row])
    return True
