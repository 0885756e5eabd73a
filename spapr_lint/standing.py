"""Whether a module is as it was, but for functions that nothing depended on.

Two forms of a module are compared statement by statement; what stayed the same
stands at other sites, which are told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from spapr_lint import ir
from spapr_lint.lowered import Lowered
from spapr_lint.surface import Surface

Inert = Callable[[ir.Function, Surface], bool]
"""Whether a function with this surface would not be looked into, whoever is."""


class Moved(NamedTuple):
    """The new site of each old one that counts, and the names of functions that are new."""

    sites: dict[int, int]
    added: tuple[str, ...]


class _DiffersError(Exception):
    """The modules differ in what may matter."""


def moved(old: Lowered, new: Lowered, read: Collection[int], inert: Inert) -> Moved | None:
    """How the new form differs from the old one in nothing that matters; None if it does.

    Functions of the old form whose index is not in ``read`` may do something else
    in the new one; functions may be added to the top level.
    """
    walk = _Walk(old, new, frozenset(read), inert)
    try:
        walk.top(old.code.body, new.code.body)
    except _DiffersError:
        return None
    return Moved(walk.sites, tuple(walk.added))


class _Walk:
    """Two forms of a module, side by side."""

    def __init__(self, old: Lowered, new: Lowered, read: frozenset[int], inert: Inert) -> None:
        self.old = old
        self.new = new
        self.read = read
        self.inert = inert
        self.sites: dict[int, int] = {}
        self.classes: dict[int, int] = {}
        self.added: list[str] = []

    def top(self, old: ir.Block, new: ir.Block) -> None:
        """The statements of the modules; the new one may define more functions."""
        rest = list(reversed(old))
        for statement in new:
            if self.is_new(statement, rest[-1] if rest else None):
                self.add(statement)
            elif rest:
                self.same(rest.pop(), statement)
            else:
                raise _DiffersError
        if rest:
            raise _DiffersError

    def is_new(self, statement: ir.Node, old: ir.Node | None) -> bool:
        if statement[0] != ir.DEFINE:
            return False
        if old is None or old[0] != ir.DEFINE:
            return True
        name = self.new.code.functions[statement[1]].name
        return name != self.old.code.functions[old[1]].name

    def add(self, statement: ir.Node) -> None:
        function = self.new.code.functions[statement[1]]
        surface = self.new.surfaces[statement[1]]
        simple = not statement[2] and all(
            p.default is None or p.default[0] == ir.CONST for p in function.parameters
        )
        if not simple or surface.imports or surface.fills or not self.inert(function, surface):
            raise _DiffersError
        self.added.append(function.name)

    def same(self, old: Any, new: Any) -> None:
        """Go through two parts that must be equal but for their sites."""
        pending = [(old, new)]
        while pending:
            one, two = pending.pop()
            if one.__class__ is not tuple:
                if one is not two and (one.__class__ is not two.__class__ or _apart(one, two)):
                    raise _DiffersError
                continue
            if two.__class__ is not tuple or len(one) != len(two):
                raise _DiffersError
            if one and one[0].__class__ is int:
                one, two = self.node(one, two)
            pending.extend(zip(one, two, strict=True))

    def node(self, old: ir.Node, new: ir.Node) -> tuple[Sequence[Any], Sequence[Any]]:
        """What of two nodes is still to be compared."""
        if old[0] != new[0]:
            raise _DiffersError
        self.sites[old[-1]] = new[-1]
        if old[0] in (ir.DEFINE, ir.FUNCTION):
            self.function(old[1], new[1])
        elif old[0] == ir.CLASS:
            self.klass(old[1], new[1])
        else:
            return old[1:-1], new[1:-1]
        return old[2:-1], new[2:-1]

    def klass(self, old: int, new: int) -> None:
        one, two = self.old.code.classes[old], self.new.code.classes[new]
        self.classes[old] = new
        self.sites[one.site] = two.site
        self.same(one[:-1], two[:-1])

    def function(self, old: int, new: int) -> None:
        one, two = self.old.code.functions[old], self.new.code.functions[new]
        self.sites[one.site] = two.site
        owner = None if one.owner is None else self.classes.get(one.owner)
        if owner != two.owner:
            raise _DiffersError
        self.same(_head(one), _head(two))
        for left, right in zip(one.parameters, two.parameters, strict=True):
            self.sites[left.site] = right.site
        if old in self.read:
            self.same((one.variables, one.shared, one.body), (two.variables, two.shared, two.body))
        else:
            self.unread((one, self.old.surfaces[old]), (two, self.new.surfaces[new]))

    def unread(self, old: tuple[ir.Function, Surface], new: tuple[ir.Function, Surface]) -> None:
        """A function may do something else if neither form of it would be looked into."""
        one, two = old[1], new[1]
        self.same((one.imports, one.fills), (two.imports, two.fills))
        if (one.fields, one.names) != (two.fields, two.names):
            if not (self.inert(*old) and self.inert(*new)):
                raise _DiffersError


def _apart(one: Any, two: Any) -> bool:
    """Whether two constants of one type differ; -0.0 is not 0.0."""
    return bool(one != two) if one.__class__ in (str, int, bytes) else repr(one) != repr(two)


def _head(function: ir.Function) -> tuple[Any, ...]:
    """What a definition makes known of a function."""
    parameters = tuple([tuple(one[:-1]) for one in function.parameters])
    return (
        function.name,
        function.qualname,
        parameters,
        function.returns,
        function.target,
        function.is_generator,
        function.is_async,
    )
