"""Which variable a name means: Python's rules, decided while the text is lowered.

A scope learns its names as it goes.  When a binding turns up for a name that was
already taken for an outer one, the scope is *late*, and the lowering does it once
more with all its names known from the start.
"""

from __future__ import annotations

from sys import intern

from spapr_lint.ir import CONST, FREE, GLOBAL, NAME

MODULE, FUNCTION, CLASS, COMPREHENSION = range(4)

# What a name turns into: the operation and its operand.
Entry = tuple[int, object]

CONSTANTS: dict[str, Entry] = {
    "True": (CONST, True),
    "False": (CONST, False),
    "None": (CONST, None),
}


class Names:
    """What one attempt at a scope has taught: given to the next attempt."""

    __slots__ = ("bound", "declared_global", "declared_outer")

    def __init__(self) -> None:
        self.bound: dict[str, None] = {}
        self.declared_global: set[str] = set()
        self.declared_outer: set[str] = set()


class Scope:
    """One scope while it is lowered.

    ``cache`` answers for names that were met before.  ``outer`` are the names
    that this scope and its inner functions take from outside; ``passing`` those
    that inner functions of a class take from beyond it.
    """

    __slots__ = (
        "cache",
        "extra",
        "generator",
        "index",
        "kind",
        "late",
        "names",
        "outer",
        "_owner",
        "parent",
        "passing",
        "qualname",
        "shared",
    )

    def __init__(self, kind: int, parent: Scope | None, qualname: str, names: Names) -> None:
        self.kind = kind
        self.parent = parent
        self.qualname = qualname
        self.names = names
        self.cache: dict[str, Entry] = CONSTANTS.copy()
        self.outer: set[str] = set()
        self.passing: set[str] = set()
        self.shared: set[str] = set()
        self.extra: dict[str, None] = {}
        self.late = False
        self.generator = False
        self.index: int | None = None
        self._owner: Scope | None = None
        for name in names.bound:
            self.cache[name] = (NAME, name)
        for name in names.declared_global:
            self.cache[name] = (GLOBAL, name)
        for name in names.declared_outer:
            self.cache[name] = (FREE, name)

    @property
    def owner(self) -> Scope:
        """The scope in which what this one binds is bound: but for a comprehension, itself."""
        return self._owner or self

    def resolve(self, name: str) -> Entry:
        """The meaning of a name that ``cache`` does not know, where it is read."""
        name = intern(name)
        entry: Entry
        if self.kind == COMPREHENSION:
            entry = self._resolve_around(name)
        elif self.kind == MODULE:
            entry = (GLOBAL, name)
        else:
            self.outer.add(name)
            entry = (_look_up(self.parent, name), name)
        self.cache[name] = entry
        return entry

    def _resolve_around(self, name: str) -> Entry:
        around = self.parent
        assert around is not None
        if around.kind == CLASS:
            # The body of a comprehension does not see the class that it stands in.
            around.passing.add(name)
            return _look_up(around.parent, name), name
        return around.cache.get(name) or around.resolve(name)

    def bind(self, name: str) -> Entry:
        """The meaning of a name where it is bound."""
        scope = self.owner
        entry = scope.cache.get(name)
        if entry is not None and (entry[0] == NAME or scope.kind == MODULE):
            return entry
        name = intern(name)
        names = scope.names
        if scope.kind == MODULE or name in names.declared_global:
            entry = (GLOBAL, name)
        elif name in names.declared_outer:
            entry = (FREE, name)
        else:
            names.bound[name] = None
            scope.late = scope.late or name in scope.outer
            entry = (NAME, name)
        scope.cache[name] = entry
        return entry

    def declare_global(self, name: str) -> None:
        """``global name``."""
        scope = self.owner
        if scope.kind != MODULE:
            scope.late = scope.late or name in scope.outer
            scope.names.declared_global.add(name)
            scope.cache[name] = (GLOBAL, name)

    def declare_outer(self, name: str) -> None:
        """``nonlocal name``."""
        scope = self.owner
        if scope.kind != MODULE:
            scope.names.declared_outer.add(name)
            scope.outer.add(name)
            scope.cache[name] = (FREE, name)

    def comprehend(self, targets: list[str]) -> Scope:
        """The scope of a comprehension here, whose clauses bind ``targets``."""
        inner = Scope(COMPREHENSION, self, self.qualname, Names())
        owner = inner._owner = self.owner
        inner.index = owner.index
        operation = GLOBAL if owner.kind == MODULE else NAME
        for name in targets:
            name = intern(name)
            inner.names.bound[name] = None
            inner.cache[name] = (operation, name)
            if owner.kind != MODULE:
                owner.extra[name] = None
        return inner

    def absorb(self, taken: set[str]) -> None:
        """An inner function or class of this scope takes these names from outside."""
        if self.kind == MODULE:
            return
        if self.kind == CLASS:
            self.passing |= taken
            return
        own = taken & self.names.bound.keys()
        rest = taken - own
        self.owner.shared |= own
        if self.kind == COMPREHENSION:
            assert self.parent is not None
            self.parent.absorb(rest)
        else:
            self.outer |= rest - self.names.declared_global

    def variables(self) -> tuple[str, ...]:
        """The names of NAME: parameters, bindings, then targets of comprehensions."""
        return tuple({**self.names.bound, **self.extra})


def _look_up(scope: Scope | None, name: str) -> int:
    """Whether a name of an inner function is FREE or GLOBAL, seen from ``scope``."""
    while scope is not None:
        if scope.kind == FUNCTION:
            if name in scope.names.declared_global:
                return GLOBAL
            if name in scope.names.bound:
                return FREE
        elif scope.kind == COMPREHENSION and name in scope.names.bound:
            return GLOBAL if scope.owner.kind == MODULE else FREE
        scope = scope.parent
    return GLOBAL
