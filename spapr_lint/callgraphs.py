"""The call graph that the interpreter saw, with names as PyCG writes them.

``module.function`` for functions of the program, ``<builtin>.name`` for Python's
own, dotted names for what is not in view.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from spapr_lint.check import Options, read_packs
from spapr_lint.config import find_root
from spapr_lint.context import load
from spapr_lint.flow import analysis
from spapr_lint.sources import select
from spapr_lint.tree import DiskTree


def callgraph(
    paths: Sequence[str | os.PathLike[str]], root: str | None = None
) -> dict[str, list[str]]:
    """Who calls whom in the files and folders ``paths``; nothing of them is run.

    Every function of the program is a key, its callees are sorted.  Raises
    `UserError` for a path that is not there.
    """
    names = [os.fspath(path) for path in paths]
    base = find_root(names[0] if names else ".", root or "")
    inside = [os.path.relpath(os.path.realpath(name), base).replace(os.sep, "/") for name in names]
    options = Options(default_packs=False, prefilter=False)
    pack = read_packs(options)
    tree = DiskTree(base)
    loaded = load(tree, select(tree, inside, ()), pack, options, lambda path: path)
    machine = analysis.interpret(loaded.modules, {}, pack, named=False)
    graph: dict[str, set[str]] = {}
    for module in machine.program.modules:
        graph[module.name] = set()
        for function in module.ir.functions:
            graph[f"{module.name}.{function.qualname.replace('.<locals>', '')}"] = set()
    for caller, callees in machine.edges.items():
        if caller != "<root>":
            graph.setdefault(caller, set()).update(callees)
    for callees in list(graph.values()):
        for callee in callees:
            graph.setdefault(callee, set())
    return {name: sorted(graph[name]) for name in sorted(graph)}
