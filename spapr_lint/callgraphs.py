"""The call graph that the interpreter saw, with names as PyCG writes them.

``module.function`` for functions of the program, ``<builtin>.name`` for Python's
own, dotted names for what is not in view.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from spapr_lint import ir
from spapr_lint.check import Options, read_packs
from spapr_lint.config import find_root
from spapr_lint.context import load
from spapr_lint.findings import Unseen
from spapr_lint.flow import analysis
from spapr_lint.sources import package_of, select
from spapr_lint.tree import DiskTree

# What PyCG does not count: the class body applies these, nobody calls them.
_DECORATORS = frozenset({f"<builtin>.{n}" for n in ("staticmethod", "classmethod", "property")})
_TYPES = {
    f"<builtin>.{name}": f"<**Py{title}**>"
    for name, title in (("dict", "Dict"), ("list", "List"), ("str", "Str"), ("tuple", "Tuple"))
}


def _spelled(callee: str) -> str:
    """A callee's name as PyCG writes it: methods of Python's types have a mark of their own."""
    base, _, method = callee.rpartition(".")
    return f"{_TYPES[base]}.{method}" if base in _TYPES else callee


def _number_lambdas(module: ir.Module) -> ir.Module:
    """The module with its lambdas numbered from 1 in each scope, in order of their places."""
    counts: dict[str, int] = {}
    functions = list(module.functions)
    for index in sorted(range(len(functions)), key=lambda index: functions[index].site):
        function = functions[index]
        scope, _, name = function.qualname.rpartition("<lambda>")
        if function.target is None and not name:
            counts[scope] = counts.get(scope, 0) + 1
            functions[index] = function._replace(qualname=f"{scope}<lambda{counts[scope]}>")
    return module._replace(functions=tuple(functions))


def callgraph(
    paths: Sequence[str | os.PathLike[str]], root: str | None = None
) -> dict[str, list[str]]:
    """Who calls whom in the files and folders ``paths``; nothing of them is run.

    Every function of the program is a key, its callees are sorted.  Raises
    `UserError` for a path that is not there.
    """
    return with_gaps(paths, root)[0]


def with_gaps(
    paths: Sequence[str | os.PathLike[str]], root: str | None = None
) -> tuple[dict[str, list[str]], tuple[Unseen, ...]]:
    """The same, and the files that could not be read."""
    names = [os.fspath(path) for path in paths]
    base = find_root(names[0] if names else ".", root or "")
    inside = [os.path.relpath(os.path.realpath(name), base).replace(os.sep, "/") for name in names]
    options = Options(default_packs=False, prefilter=False)
    pack = read_packs(options)
    tree = DiskTree(base)
    loaded = load(tree, select(tree, inside, ()), pack, options, lambda path: path)
    # names are counted from the root, even where that is itself a package's folder
    above = f"{package_of(tree)}."
    modules = [
        given._replace(code=_number_lambdas(given.code), name=given.name.removeprefix(above))
        for given in loaded.modules
    ]
    machine = analysis.interpret(modules, {}, pack, named=False)
    graph: dict[str, set[str]] = {}
    for module in machine.program.modules:
        graph[module.name] = set()
        for function in module.ir.functions:
            graph[f"{module.name}.{function.qualname.replace('.<locals>', '')}"] = set()
    for caller, callees in machine.edges.items():
        if caller != "<root>":
            graph.setdefault(caller, set()).update(map(_spelled, set(callees) - _DECORATORS))
    for known in list(graph.values()):
        for callee in known:
            graph.setdefault(callee, set())
    return {name: sorted(graph[name]) for name in sorted(graph)}, loaded.ledger.not_parsed
