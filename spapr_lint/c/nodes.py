"""A light copy of tree-sitter's tree: plain Python objects that are quick to walk.

Only what the translation reads is copied: named nodes, and operators.  The copy
is made one function at a time, without recursion.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import tree_sitter
import tree_sitter_c

from spapr_lint.c.mask import Source
from spapr_lint.c.names import words

_SKIP, _LEAF, _DESCEND = range(3)
_LEAVES: Final = frozenset(
    words(
        "string_literal char_literal sized_type_specifier number_literal identifier "
        "field_identifier type_identifier primitive_type statement_identifier preproc_arg "
        "system_lib_string storage_class_specifier true false null preproc_directive "
        "escape_sequence"
    )
)
_IGNORED: Final = frozenset(("comment", "type_qualifier", "attribute_specifier"))


@cache
def language() -> tree_sitter.Language:
    """tree-sitter's grammar of C."""
    return tree_sitter.Language(tree_sitter_c.language())


@cache
def _kinds() -> tuple[tuple[str, int, bool], ...]:
    """For each kind of node: its name, what to do with it, whether it is named."""
    grammar = language()
    kinds = []
    for number in range(grammar.node_kind_count):
        name = grammar.node_kind_for_id(number) or ""
        named = grammar.node_kind_is_named(number)
        if name in _IGNORED:
            what = _SKIP
        elif not named or name in _LEAVES:
            what = _LEAF
        else:
            what = _DESCEND
        kinds.append((name, what, named))
    return tuple(kinds)


_ERROR: Final = ("ERROR", _DESCEND, True)


@cache
def _fields() -> tuple[str, ...]:
    grammar = language()
    return ("", *(grammar.field_name_for_id(n + 1) or "" for n in range(grammar.field_count)))


class Node:
    """One node of a C syntax tree.

    ``field`` is what it is to its parent (``left``, ``body``, …; "" if nothing),
    ``broken`` says that it, or something in it, could not be parsed, ``steps``
    that it holds a ``++`` or ``--``.
    """

    __slots__ = ("broken", "end", "field", "kids", "kind", "source", "start", "steps", "text")

    def __init__(
        self, kind: str, field: str, start: int, end: int, text: str, source: Source
    ) -> None:
        self.kind = kind
        self.field = field
        self.start = start
        self.end = end
        self.text = text
        self.source = source
        self.kids: list[Node] = []
        self.broken = False
        self.steps = False

    @property
    def line(self) -> int:
        """The line on which it starts, from 1."""
        return self.source.line(self.start)

    @property
    def last(self) -> int:
        """The line on which it ends, from 1."""
        return self.source.line(self.end)

    @property
    def words(self) -> str:
        """Its C text, comments left out."""
        return self.source.slice(self.start, self.end)

    def get(self, field: str) -> Node | None:
        """The child that is ``field`` to this node."""
        for kid in self.kids:
            if kid.field == field:
                return kid
        return None

    def need(self, field: str) -> Node:
        """As `get`; raises `UntranslatedError` if there is none (a broken tree)."""
        for kid in self.kids:
            if kid.field == field:
                return kid
        raise UntranslatedError(f"{self.kind} without {field}")

    def all(self, field: str) -> list[Node]:
        """All children that are ``field`` to this node."""
        return [kid for kid in self.kids if kid.field == field]


class UntranslatedError(Exception):
    """A construct that the translation cannot express; says which in words."""


def parse_tree(text: bytes) -> tree_sitter.Tree:
    """tree-sitter's tree of a masked text."""
    return tree_sitter.Parser(language()).parse(text)


def convert(start: tree_sitter.Node, source: Source) -> Node:
    """The light copy of one node and all that is below it."""
    kinds, fields, text = _kinds(), _fields(), source.text
    damaged = start.has_error
    cursor = start.walk()
    name, what, _ = kinds[start.kind_id] if start.kind_id < len(kinds) else _ERROR
    begin, end = start.start_byte, start.end_byte
    root = current = Node(name, "", begin, end, text[begin:end] if what == _LEAF else "", source)
    path: list[Node] = []
    forward, descend = cursor.goto_next_sibling, cursor.goto_first_child
    if what == _LEAF or not descend():
        return root
    while True:
        raw = cursor.node
        assert raw is not None
        number = raw.kind_id
        name, what, named = kinds[number] if number < 65535 else _ERROR
        field = fields[cursor.field_id or 0]
        if what and (named or field):
            begin, end = raw.start_byte, raw.end_byte
            if what == _LEAF:
                node = Node(name, field, begin, end, text[begin:end], source)
                current.kids.append(node)
                if damaged and raw.is_missing:
                    node.broken = current.broken = True
            else:
                node = Node(name, field, begin, end, "", source)
                current.kids.append(node)
                if damaged and (name == "ERROR" or raw.is_missing):
                    node.broken = current.broken = True
                if name == "update_expression":
                    node.steps = True
                if descend():
                    path.append(current)
                    current = node
                    continue
        elif damaged and raw.is_missing and name == ";":
            current.text = "missing ;"
        while not forward():
            if not path:
                return root
            cursor.goto_parent()
            parent = path.pop()
            if current.broken:
                parent.broken = True
            if current.steps:
                parent.steps = True
            current = parent
