"""What the tests of the Python front end share: a corpus and a walk over the IR."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from pathlib import Path

from spapr_lint import ir

STDLIB = Path(sysconfig.get_paths()["stdlib"])
LEFT_OUT = ("site-packages", "lib2to3/tests/data", "test", "tests", "idlelib", "turtledemo")


def corpus(step: int, start: int = 0) -> list[Path]:
    """Every ``step``-th file of the standard library, without its tests."""
    files = [
        path
        for path in sorted(STDLIB.rglob("*.py"))
        if not set(path.relative_to(STDLIB).parts) & set(LEFT_OUT)
    ]
    return files[start::step]


def nodes(tree: object) -> Iterator[ir.Node]:
    """All nodes of a tree, outermost first; functions and classes are not entered."""
    rest = [tree]
    while rest:
        one = rest.pop()
        if isinstance(one, tuple):
            if one and type(one[0]) is int and type(one[-1]) is int and len(one) > 1:
                yield one
            rest += reversed(one)


def module_nodes(module: ir.Module) -> Iterator[ir.Node]:
    """All nodes of a module."""
    yield from nodes(module.body)
    for function in module.functions:
        yield from nodes(function.target)
        yield from nodes(function.body)
        for parameter in function.parameters:
            yield from nodes(parameter.default)
    for one in module.classes:
        yield from nodes(one.target)
        yield from nodes(one.body)


def sites(module: ir.Module) -> list[int]:
    """The sites of all nodes, functions, classes and parameters."""
    found = [node[-1] for node in module_nodes(module)]
    found += [function.site for function in module.functions]
    found += [one.site for one in module.classes]
    found += [one.site for function in module.functions for one in function.parameters]
    return found
