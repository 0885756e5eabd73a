"""What callers hand to parameters, written down while the program is interpreted."""

from __future__ import annotations

from typing import NamedTuple

from spapr_lint.flow.machine import Env
from spapr_lint.flow.objects import Closure
from spapr_lint.flow.values import NAMED, Fact, Value

Place = tuple[int, int, int]
"""A parameter: module, function, position."""


class Call(NamedTuple):
    """What one call site handed to a parameter, and which objects came with it."""

    site: tuple[int, int]
    facts: tuple[Fact, ...]
    company: tuple[Value, ...]


class Passed:
    """Members of number spaces that reach parameters, by parameter and by call site."""

    def __init__(self) -> None:
        self.calls: dict[Place, dict[tuple[int, int], Call]] = {}

    def passed(self, closure: Closure, env: Env, module: int, site: int) -> None:
        """A call at a site binds parameters."""
        values = tuple(env[parameter.name] for parameter in closure.function.parameters)
        for position, value in enumerate(values):
            facts = tuple([f for f in value.facts if f.kind.role == "id" and f.evidence != NAMED])
            if facts:
                known = self.calls.setdefault((closure.module, closure.index, position), {})
                old = known.get((module, site))
                if old is not None:
                    merged = {fact.key: fact for fact in (*old.facts, *facts)}
                    facts = tuple(merged.values())
                known[(module, site)] = Call((module, site), facts, values)
