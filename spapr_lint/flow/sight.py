"""What the interpreter could not see, by place, and which statements that leaves in the dark.

A statement is clear if nothing unseen lies in its function, in what calls that,
in what any of them calls, or in what writes the fields that they read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from spapr_lint import ir
from spapr_lint.findings import Unseen
from spapr_lint.flow.outcome import Outcome
from spapr_lint.flow.report import Source
from spapr_lint.flow.uses import walk, word_of

Body = tuple[int, int]
"""A module and a function of it; -1 for what stands outside of functions."""

_EVERYWHERE = ("rounds", "budget", "total", "internal")


def unresolved(
    outcome: Outcome, modules: Sequence[Any], sources: Sequence[Source]
) -> tuple[Unseen, ...]:
    """The calls that could not be resolved, in order of their places."""
    sites: dict[int, set[int]] = {}
    for module, site in outcome.unresolved:
        sites.setdefault(module, set()).add(site)
    found = set()
    for module, wanted in sites.items():
        words = {
            node[-1]: word_of(node[1])
            for block in _blocks(modules[module]).values()
            for node in walk(block)
            if node[0] == ir.CALL
        }
        for site, place in sources[module].places(sorted(wanted)).items():
            name = words.get(site)
            what = f"a call of {name}()" if name else "a call of what an expression gives"
            found.add(Unseen(place.path, place.line, what))
    return tuple(sorted(found, key=lambda u: (u.path, u.line, u.what)))


class Sight:
    """Which statements of a program are clear of all that was not seen."""

    def __init__(
        self,
        outcome: Outcome,
        modules: Sequence[Any],
        sources: Sequence[Source],
        dark: Iterable[int],
    ) -> None:
        self._outcome = outcome
        self._modules = modules
        self._sources = sources
        self._bodies = {
            (index, number): block
            for index, module in enumerate(modules)
            for number, block in _blocks(module).items()
        }
        self._names = {self._name(body): body for body in self._bodies}
        self._dark = set(self._unseen(frozenset(dark)))
        self._blind = any(what in _EVERYWHERE for what, _, _ in outcome.limits)

    def clear(self, module: int, first: int, last: int) -> bool:
        """Whether all that could reach the statement on these lines was seen."""
        if self._blind:
            return False
        if not self._dark:
            return True
        near = self._near(self._at(module, first, last))
        if not near.isdisjoint(self._dark):
            return False
        read = {name for body in near for name in _read(self._bodies[body])}
        written = {name for body in self._dark for name in _written(self._bodies[body])}
        return read.isdisjoint(written)

    def _name(self, body: Body) -> str:
        module = self._modules[body[0]]
        if body[1] < 0:
            return str(module.name)
        qualname = module.code.functions[body[1]].qualname
        return f"{module.name}.{qualname.replace('.<locals>', '')}"

    def _unseen(self, dark: frozenset[int]) -> Iterator[Body]:
        holes = {*self._outcome.unresolved, *[limit[1:] for limit in self._outcome.limits]}
        by_module: dict[int, set[int]] = {}
        for module, site in holes:
            by_module.setdefault(module, set()).add(site)
        for body, block in self._bodies.items():
            sites = by_module.get(body[0])
            if body[0] in dark or (sites and any(n[-1] in sites for n in walk(block))):
                yield body

    def _at(self, module: int, first: int, last: int) -> set[Body]:
        """The bodies with something on these lines; the whole module if there is none."""
        own = {body: block for body, block in self._bodies.items() if body[0] == module}
        sites = {node[-1]: body for body, block in own.items() for node in walk(block)}
        places = self._sources[module].places(sorted(sites))
        found = {
            sites[site]
            for site, place in places.items()
            if place.line <= last and place.end_line >= first
        }
        return found or set(own)

    def _near(self, start: set[Body]) -> set[Body]:
        callers: dict[str, set[str]] = {}
        for caller, callees in self._outcome.edges.items():
            for callee in callees:
                callers.setdefault(callee, set()).add(caller)
        names = {self._name(body) for body in start}
        above = _closure(names, callers)
        every = _closure(above, {name: set(found) for name, found in self._outcome.edges.items()})
        return {self._names[name] for name in every if name in self._names}


def _closure(start: set[str], edges: Mapping[str, set[str]]) -> set[str]:
    found = set(start)
    pending = list(start)
    while pending:
        for name in edges.get(pending.pop(), ()):
            if name not in found:
                found.add(name)
                pending.append(name)
    return found


def _blocks(module: Any) -> dict[int, Any]:
    code = module.code
    found: dict[int, Any] = {-1: (code.body, *(klass.body for klass in code.classes))}
    found.update({number: function.body for number, function in enumerate(code.functions)})
    return found


def _read(block: Any) -> Iterator[str]:
    return (node[2] for node in walk(block) if node[0] == ir.ATTR)


def _written(block: Any) -> Iterator[str]:
    for node in walk(block):
        if node[0] == ir.ASSIGN:
            yield from (target[2] for target in node[1] if target[0] == ir.ATTR)
