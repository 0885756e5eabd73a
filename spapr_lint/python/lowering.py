"""The state of one lowering: sites, scopes, functions and classes as they come.

The handlers of `expressions`, `statements` and `patterns` are plain functions of
this state and one node; which node types they serve is said by a `Dialect`, so
that libcst's own nodes and lighter ones run through the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, NamedTuple, TypeVar

from spapr_lint.ir import Class, Function, Node
from spapr_lint.python.scopes import MODULE, Entry, Names, Scope

# A syntax node of whatever dialect; libcst is never imported for its types.
Syntax = Any
Handler = Callable[["Lowering", Syntax], Any]
Table = dict[type, Handler]
Result = TypeVar("Result")


class Dialect(NamedTuple):
    """The node types of one parser and the handlers that lower them.

    ``types`` holds the node types as attributes; ``comma`` is the type of a
    comma that stands in the text; ``spelling`` gives an operator's text by its
    type; ``texts`` render an annotation.
    """

    types: Any
    comma: type
    expressions: Table
    targets: Table
    statements: Table
    patterns: Table
    texts: dict[type, Callable[[Lowering, Syntax], str]]
    spelling: Mapping[type, str]


class Lowering:
    """What is being made of one module.

    ``next`` hands out the next site, ``at`` does so for a node that no table was
    asked for; where positions are wanted both remember the node.  ``source`` is the
    text (`source.Source`) for a parser whose nodes do not hold enough of it.
    """

    __slots__ = (
        "at",
        "cache",
        "classes",
        "comma",
        "expressions",
        "functions",
        "known",
        "next",
        "patterns",
        "scope",
        "source",
        "spelling",
        "statements",
        "targets",
        "texts",
        "types",
    )

    def __init__(self, dialect: Dialect, source: Any = None) -> None:
        self.types = dialect.types
        self.source = source
        self.comma = dialect.comma
        self.expressions = dialect.expressions
        self.targets = dialect.targets
        self.statements = dialect.statements
        self.patterns = dialect.patterns
        self.texts = dialect.texts
        self.spelling = dialect.spelling
        self.next: Callable[[], int] = count().__next__
        self.at: Callable[[Syntax], int] = self._at
        self.functions: list[Function | None] = []
        self.classes: list[Class | None] = []
        self.known: dict[int, Names] = {}
        self.scope = Scope(MODULE, None, "", Names())
        self.cache: dict[str, Entry] = self.scope.cache

    def close(self) -> None:
        """Let go of itself: else nothing of a file is freed while the collector is off."""
        del self.at

    def _at(self, _node: Syntax) -> int:
        return self.next()

    def expression(self, node: Syntax) -> Node:
        """An expression that is there."""
        lowered: Node = self.expressions[node.__class__](self, node)
        return lowered

    def optional(self, node: Syntax | None) -> Node | None:
        """An expression that may be missing."""
        return None if node is None else self.expression(node)

    def target(self, node: Syntax) -> Node:
        """What is bound: a NAME, GLOBAL, FREE, ATTR, ITEM, DISPLAY or STAR."""
        lowered: Node = self.targets[node.__class__](self, node)
        return lowered

    def enter(self, scope: Scope) -> None:
        """Lower what follows in ``scope``."""
        self.scope = scope
        self.cache = scope.cache

    def within(
        self, kind: int, qualname: str, node: Syntax, work: Callable[[Scope], Result]
    ) -> Result:
        """Do ``work`` in a scope of its own, again if its names came late.

        Gives what ``work`` gave the last time.  The names that the scope takes
        from outside are handed on to the scope around it.
        """
        parent = self.scope
        functions, classes = len(self.functions), len(self.classes)
        first = self.next()
        while True:
            scope = Scope(kind, parent, qualname, self.known.get(id(node)) or Names())
            self.enter(scope)
            try:
                result = work(scope)
            finally:
                self.enter(parent)
            if not scope.late:
                break
            self.known[id(node)] = scope.names
            del self.functions[functions:]
            del self.classes[classes:]
            self.next = count(first + 1).__next__
        parent.absorb(scope.outer | scope.passing)
        return result
