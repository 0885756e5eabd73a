"""A lowering that remembers the nodes of the sites that are asked for.

The handlers are those that make the IR, so that sites and nodes cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from spapr_lint.python.lowering import Dialect, Handler, Lowering, Syntax, Table


class Recorded(NamedTuple):
    """Nodes by site, and of those the sites that no table of handlers was asked for."""

    nodes: dict[int, Syntax]
    direct: frozenset[int]


def recorded(
    dialect: Dialect, source: Any, sites: frozenset[int], run: Callable[[Lowering], object]
) -> Recorded:
    """The nodes of ``sites`` in what ``run`` lowers."""
    nodes: dict[int, Syntax] = {}
    direct: set[int] = set()

    def recording(handler: Handler) -> Handler:
        def record(low: Lowering, node: Syntax) -> Any:
            lowered = handler(low, node)
            if lowered is not None and lowered[-1] in sites:
                nodes[lowered[-1]] = node
            return lowered

        return record

    low = Lowering(_recording(dialect, recording), source)

    def at(node: Syntax) -> int:
        site = low.next()
        if site in sites:
            nodes[site] = node
            direct.add(site)
        return site

    low.at = at
    run(low)
    return Recorded(nodes, frozenset(direct))


def _recording(dialect: Dialect, recording: Callable[[Handler], Handler]) -> Dialect:
    def table(handlers: Table) -> Table:
        return {one: recording(handler) for one, handler in handlers.items()}

    return dialect._replace(
        expressions=table(dialect.expressions),
        targets=table(dialect.targets),
        statements=table(dialect.statements),
        patterns=table(dialect.patterns),
    )
