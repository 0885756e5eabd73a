"""PyCG's micro-benchmark against `spapr_lint.callgraph`: missing and surplus edges.

The benchmark is fetched by whoever runs this (github.com/vitsalis/PyCG) and never part of
the project.  Usage: python tests/truth/pycg_benchmark.py CHECKOUT [WORD…]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple

Edges = frozenset[tuple[str, str]]


class Result(NamedTuple):
    """One snippet: the edges that are missing and those that are too many."""

    name: str
    missing: Edges
    surplus: Edges


def edges(graph: dict[str, list[str]]) -> Edges:
    """The edges of a call graph, caller first."""
    return frozenset((caller, callee) for caller in graph for callee in graph[caller])


def snippets(checkout: Path) -> list[Path]:
    """The folders of the snippets."""
    return sorted(p.parent for p in checkout.glob("micro-benchmark/snippets/*/*/callgraph.json"))


def compare(snippet: Path) -> Result:
    """Runs the tool on one snippet."""
    import spapr_lint

    expected = edges(json.loads((snippet / "callgraph.json").read_text()))
    files = sorted(str(path) for path in snippet.rglob("*.py"))
    made = edges(spapr_lint.callgraph(files, str(snippet)))
    return Result("/".join(snippet.parts[-2:]), expected - made, made - expected)


def main(arguments: list[str]) -> None:
    """Prints each snippet that differs, and the totals."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    results = []
    for snippet in snippets(Path(arguments[0])):
        if len(arguments) > 1 and not any(word in str(snippet) for word in arguments[1:]):
            continue
        result = compare(snippet)
        results.append(result)
        if result.missing or result.surplus:
            print(result.name)
        for what, some in (("missing", result.missing), ("surplus", result.surplus)):
            for caller, callee in sorted(some):
                print(f"    {what} {caller} -> {callee}")
    sound = sum(not result.missing for result in results)
    complete = sum(not result.surplus for result in results)
    print(f"{len(results)} snippets: {complete} without a surplus edge, {sound} without a missing")


if __name__ == "__main__":
    main(sys.argv[1:])
