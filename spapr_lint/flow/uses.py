"""What functions take their parameters for, by what they hand them to, without running.

A parameter that is handed on as it is, to a sink of the pack or to a function
that does so, is wanted to be what the sink wants.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from spapr_lint import ir
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.calling import applies_when
from spapr_lint.flow.machine import Module
from spapr_lint.flow.passed import Place
from spapr_lint.flow.program import Program
from spapr_lint.kinds import Kind
from spapr_lint.packs import Table

_ROUNDS = 6
Key = tuple[int, int]
_NAMES = (ir.NAME, ir.GLOBAL, ir.FREE)


class Use(NamedTuple):
    """A kind that is wanted, and the site in the function at which."""

    kind: Kind
    site: int


class _Read(NamedTuple):
    """Of one function: by parameter its own uses, and where it is handed on (place, site)."""

    uses: dict[int, dict[Kind, Use]]
    passes: dict[int, list[tuple[Place, int]]]


class Uses:
    """What parameters of a program are taken for; a function is read when it is asked for."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._functions: dict[Key, _Read] = {}
        self._named: dict[str, list[Key]] = {}
        for module in program.modules:
            for index, function in enumerate(module.ir.functions):
                if function.owner is None:
                    self._named.setdefault(function.name, []).append((module.index, index))

    def of(self, place: Place) -> list[Use]:
        """What a parameter is taken for: by its function, then by those it hands it to."""
        found: dict[Kind, Use] = {}
        seen = {place}
        reached: list[tuple[Place, int | None]] = [(place, None)]
        for _ in range(_ROUNDS):
            further: list[tuple[Place, int | None]] = []
            for at, first in reached:
                read = self._read(at[:2])
                for use in read.uses.get(at[2], {}).values():
                    found.setdefault(use.kind, use if first is None else Use(use.kind, first))
                for target, site in read.passes.get(at[2], ()):
                    if target not in seen:
                        seen.add(target)
                        further.append((target, site if first is None else first))
            reached = further
        return list(found.values())

    def find(self, module: int, name: str) -> Key | None:
        """The one function that a name means in a module; its own come first."""
        found = self._named.get(name, [])
        own = [key for key in found if key[0] == module]
        if len(own or found) != 1:
            return None
        return (own or found)[0]

    def _read(self, key: Key) -> _Read:
        known = self._functions.get(key)
        if known is None:
            known = self._functions[key] = _Read({}, {})
            module = self._program.modules[key[0]]
            self._take(module, module.ir.functions[key[1]], known)
        return known

    def _take(self, module: Module, function: ir.Function, into: _Read) -> None:
        positions = {p.name: n for n, p in enumerate(function.parameters)}
        if not positions:
            return
        nodes = list(walk(function.body))
        for name in rebound(nodes):
            positions.pop(name, None)
        for node in nodes:
            if node[0] == ir.CALL:
                self._call(module, node, positions, into)
            elif node[0] == ir.ITEM and _is(node[2], positions):
                for kind in self._table(module, node[1]):
                    _want(into, positions[node[2][1]], Use(kind, node[-1]))

    def _call(self, module: Module, node: ir.Node, positions: dict[str, int], into: _Read) -> None:
        word = word_of(node[1])
        target = self.find(module.index, word) if node[1][0] != ir.ATTR else None
        for position, argument in enumerate(node[2]):
            if argument[0] == ir.STAR:
                return
            if not _is(argument, positions):
                continue
            parameter = positions[argument[1]]
            for kind in self._sinks(module, node, word, position):
                _want(into, parameter, Use(kind, argument[-1]))
            if target is not None:
                passes = into.passes.setdefault(parameter, [])
                passes.append(((*target, position), argument[-1]))

    def _sinks(self, module: Module, node: ir.Node, word: str, position: int) -> Iterator[Kind]:
        policy = self._program.policy
        for sink in policy.call_sinks.get(word, ()):
            if sink.argument != position or sink.deref or sink.within is not None:
                continue
            if policy.applies(sink, module) and applies_when(sink, node, Arguments([])):
                yield from sink.wants
        for conversion in policy.call_conversions.get(word, ()):
            if policy.applies(conversion, module) and position < len(conversion.arguments):
                pattern = conversion.arguments[position]
                if isinstance(pattern, Kind):
                    yield pattern

    def _table(self, module: Module, base: ir.Node) -> Iterator[Kind]:
        policy = self._program.policy
        if base[0] != ir.ATTR and base[0] != ir.GLOBAL:
            return
        for table in policy.tables.get(word_of(base), ()):
            if isinstance(table, Table) and policy.applies(table, module):
                yield table.index


def _want(into: _Read, parameter: int, use: Use) -> None:
    into.uses.setdefault(parameter, {}).setdefault(use.kind, use)


def walk(block: Any) -> Iterator[ir.Node]:
    """All nodes of a block, those of functions in it left out."""
    pending = [block]
    while pending:
        node = pending.pop()
        if node and node[0].__class__ is int and node[-1].__class__ is int:
            yield node
        pending.extend(part for part in node if part.__class__ is tuple)


def rebound(nodes: list[ir.Node]) -> set[str]:
    """The names that statements and ``:=`` bind anew."""
    found: set[str] = set()
    for node in nodes:
        if node[0] == ir.ASSIGN:
            targets: Any = node[1]
        elif node[0] in (ir.DECLARE, ir.AUGMENT, ir.FOR, ir.BIND):
            targets = (node[1],)
        elif node[0] == ir.WITH:
            targets = tuple(target for _, target in node[1] if target is not None)
        else:
            continue
        pending = list(targets)
        while pending:
            target = pending.pop()
            if target[0] in _NAMES:
                found.add(target[1])
            elif target[0] == ir.DISPLAY:
                pending.extend(target[2])
            elif target[0] == ir.STAR:
                pending.append(target[1])
    return found


def word_of(node: ir.Node) -> str:
    """The last name of an expression, empty if it has none."""
    if node[0] in _NAMES:
        return str(node[1])
    return str(node[2]) if node[0] == ir.ATTR else ""


def _is(node: ir.Node, positions: dict[str, int]) -> bool:
    return node[0] == ir.NAME and node[1] in positions
