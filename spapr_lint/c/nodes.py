"""A light copy of tree-sitter's tree: plain Python objects that are quick to walk.

Only what the translation reads is copied: named nodes, and operators.  The copy
is made one function at a time, without recursion.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import tree_sitter
import tree_sitter_c

from spapr_lint.c.mask import Source
from spapr_lint.c.names import words

# What to do with a kind of node: nothing, copy it if it is something to its parent,
# copy it with its text, copy it and what is in it, the same and remember it.
_SKIP, _TOKEN, _LEAF, _DESCEND, _MARK = range(5)
_LEAVES: Final = frozenset(
    words(
        "string_literal char_literal sized_type_specifier number_literal identifier "
        "field_identifier type_identifier primitive_type statement_identifier preproc_arg "
        "system_lib_string storage_class_specifier true false null preproc_directive "
        "escape_sequence"
    )
)
_IGNORED: Final = frozenset(("comment", "type_qualifier", "attribute_specifier"))
# Half of all tokens: they are never anything to their parents.
_PUNCTUATION: Final = frozenset(
    words(
        "( ) { } [ ] ; , : ' \" if else for while do switch case default return goto break "
        "continue sizeof struct union enum typedef"
    )
)
# Kinds whose children have no fields, so that nobody needs to ask for them; those that
# begin with a bracket; the one that holds a single thing between two of them.
_OTHER, _PLAIN, _OPENED, _SINGLE = range(4)
_SHAPES: Final = {
    **dict.fromkeys(("expression_statement", "return_statement"), _PLAIN),
    **dict.fromkeys(
        words("argument_list compound_statement initializer_list parameter_list"), _OPENED
    ),
    "parenthesized_expression": _SINGLE,
}
# What stores values, takes addresses or is jumped to; see `functions.survey`.
MARKED: Final = frozenset(
    words(
        "pointer_expression assignment_expression init_declarator update_expression "
        "labeled_statement expression_statement"
    )
)


@cache
def language() -> tree_sitter.Language:
    """tree-sitter's grammar of C."""
    return tree_sitter.Language(tree_sitter_c.language())


@cache
def _kinds() -> tuple[tuple[str, int], ...]:
    """For each kind of node: its name and what to do with it."""
    grammar = language()
    kinds = []
    for number in range(grammar.node_kind_count):
        name = grammar.node_kind_for_id(number) or ""
        if not grammar.node_kind_is_named(number):
            what = _SKIP if name in _PUNCTUATION else _TOKEN
        elif name in _IGNORED:
            what = _SKIP
        elif name in _LEAVES:
            what = _LEAF
        else:
            what = _MARK if name in MARKED else _DESCEND
        kinds.append((name, what))
    return tuple(kinds)


_ERROR: Final = ("ERROR", _DESCEND)


@cache
def _fields() -> tuple[str, ...]:
    grammar = language()
    return ("", *(grammar.field_name_for_id(n + 1) or "" for n in range(grammar.field_count)))


class Node:
    """One node of a C syntax tree.

    ``field`` is what it is to its parent (``left``, ``body``, …; "" if nothing),
    ``broken`` says that it, or something in it, could not be parsed.
    """

    __slots__ = ("broken", "end", "field", "kids", "kind", "source", "start", "text")

    def __init__(
        self, kind: str, field: str, start: int, end: int, text: str, source: Source
    ) -> None:
        self.kind = kind
        self.field = field
        self.start = start
        self.end = end
        self.text = text
        self.source = source
        self.kids: Sequence[Node] = ()
        self.broken = False

    @property
    def line(self) -> int:
        """The line on which it starts, from 1."""
        source = self.source
        return source.pinned or bisect_right(source.starts, self.start)

    @property
    def last(self) -> int:
        """The line on which it ends, from 1."""
        source = self.source
        return source.pinned or bisect_right(source.starts, self.end)

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

    def holds(self, sign: str) -> bool:
        """Whether its C text, strings and all, holds a piece of text."""
        return self.source.text.find(sign, self.start, self.end) >= 0

    def all(self, field: str) -> list[Node]:
        """All children that are ``field`` to this node."""
        return [kid for kid in self.kids if kid.field == field]


class UntranslatedError(Exception):
    """A construct that the translation cannot express; says which in words."""


def parse_tree(text: bytes) -> tree_sitter.Tree:
    """tree-sitter's tree of a masked text."""
    return tree_sitter.Parser(language()).parse(text)


def convert(start: tree_sitter.Node, source: Source, marks: list[Node] | None = None) -> Node:
    """The light copy of one node and all that is below it.

    Nodes of kinds in `MARKED` are put into ``marks``, too.
    """
    if start.has_error:
        return _damaged(start, source, marks)
    kinds, fields, text = _kinds(), _fields(), source.text
    kind, what = kinds[start.kind_id]
    begin, end = start.start_byte, start.end_byte
    root = Node(kind, "", begin, end, text[begin:end] if what == _LEAF else "", source)
    if marks is not None and what == _MARK:
        marks.append(root)
    cursor = start.walk()
    forward, descend, ascend = (
        cursor.goto_next_sibling,
        cursor.goto_first_child,
        cursor.goto_parent,
    )
    if what == _LEAF or not descend():
        return root
    kids: list[Node] = []
    root.kids = kids
    shape = _SHAPES.get(kind, _OTHER)
    if shape >= _OPENED:
        forward()
    path: list[tuple[list[Node], int]] = []
    # The body of `Node.__init__` stands here: calling it costs more than all it does.
    new = object.__new__
    while True:
        raw: Any = cursor.node
        kind, what = kinds[raw.kind_id]
        if what:
            field = "" if shape else fields[cursor.field_id or 0]
            if field or what != _TOKEN:
                node = new(Node)
                node.kind = kind
                node.field = field
                node.start = begin = raw.start_byte
                node.end = end = raw.end_byte
                node.source = source
                node.broken = False
                kids.append(node)
                if what < _DESCEND:
                    node.text = text[begin:end]
                    node.kids = ()
                else:
                    node.text = ""
                    if what == _MARK and marks is not None:
                        marks.append(node)
                    if descend():
                        path.append((kids, shape))
                        node.kids = kids = []
                        shape = _SHAPES.get(kind, _OTHER)
                        if shape >= _OPENED:
                            forward()
                        continue
                    node.kids = ()
        while shape == _SINGLE or not forward():
            if not path:
                return root
            ascend()
            kids, shape = path.pop()


def marked(root: Node) -> list[Node]:
    """The nodes below a node that `functions.survey` looks at."""
    found: list[Node] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node.kind in MARKED:
            found.append(node)
        stack.extend(node.kids)
    return found


def _damaged(start: tree_sitter.Node, source: Source, marks: list[Node] | None) -> Node:
    """As `convert`, of what could not be parsed in whole."""
    kinds, fields, text = _kinds(), _fields(), source.text
    cursor = start.walk()
    name, what = kinds[start.kind_id] if start.kind_id < len(kinds) else _ERROR
    begin, end = start.start_byte, start.end_byte
    root = current = Node(name, "", begin, end, text[begin:end] if what == _LEAF else "", source)
    if what == _LEAF or not cursor.goto_first_child():
        return root
    path: list[tuple[Node, list[Node]]] = []
    kids: list[Node] = []
    root.kids = kids
    while True:
        raw: Any = cursor.node
        number = raw.kind_id
        name, what = kinds[number] if number < 65535 else _ERROR
        field = fields[cursor.field_id or 0]
        if what != _SKIP and (what != _TOKEN or field):
            begin, end = raw.start_byte, raw.end_byte
            node = Node(name, field, begin, end, text[begin:end] if what < _DESCEND else "", source)
            kids.append(node)
            if raw.is_missing or (name == "ERROR" and what == _DESCEND):
                node.broken = current.broken = True
            if what == _MARK and marks is not None:
                marks.append(node)
            if what >= _DESCEND and cursor.goto_first_child():
                path.append((current, kids))
                current = node
                node.kids = kids = []
                continue
        elif raw.is_missing and name == ";":
            current.text = "missing ;"
        while not cursor.goto_next_sibling():
            if not path:
                return root
            cursor.goto_parent()
            broken = current.broken
            current, kids = path.pop()
            if broken:
                current.broken = True
