"""A QEMU tree as the subject of a sweep: parsed once, its machines run in processes with limits.

The code that runs may be a stranger's: besides the runtime's own bounds, a worker has a bound on
memory and on processor time, and can write no file.
"""

from __future__ import annotations

import functools
import gc
import os
import resource
from collections.abc import Sequence
from typing import Final

from spapr_lint.cache import Cache, folder_of
from spapr_lint.model.options import Usage
from spapr_lint.runtime.program import Program
from spapr_lint.runtime.run import program
from spapr_lint.tree import DiskTree
from spapr_lint.validate.c_experiment import evaluate_c
from spapr_lint.validate.c_source import LINKS, CSource
from spapr_lint.validate.experiment import Outcome
from spapr_lint.validate.grid import Point

_MEMORY: Final = 4 << 30  # bytes of address space of one worker
_COMMON: Final = (Point(2, 4, ic_mode="dual"), Point(2, 4, ic_mode="dual", kvm=True))
_SECONDS: Final = 120  # of processor time for a machine and a chunk's start


@functools.lru_cache(maxsize=2)
def tree_program(root: str, cache: bool = True) -> Program:
    """The program of a tree, from the cache as far as may be.  Raises `Usage` for another folder.

    ``cache`` False neither reads nor writes it.
    """
    tree = DiskTree(root)
    missing = [path for path in LINKS[:3] if not tree.exists(path)]
    if missing:
        raise Usage(f"{root}: no QEMU tree, {missing[0]} is missing")
    store = Cache(folder_of(os.path.realpath(root)) if cache else None)
    return program(CSource(tree, cache=store), kept=store)


def preload(root: str, cache: bool = True) -> None:
    """Parse the tree here, and run what machines have in common, so that workers need not."""
    shared = tree_program(root, cache)
    for point in _COMMON:
        evaluate_c(point, shared)
    shared.keep()
    gc.freeze()  # trees of text that live as long as the process; no use in looking at them again


def bounded() -> None:
    """The limits of a worker."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def evaluate_tree(
    root: str, points: Sequence[Point], cache: bool = True, until: str | None = None
) -> list[Outcome]:
    """Some machines of a tree; ``until`` as in `evaluate_c`."""
    shared = tree_program(root, cache)
    outcomes = []
    for point in points:
        used = resource.getrusage(resource.RUSAGE_SELF)
        _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
        limit = int(used.ru_utime + used.ru_stime) + _SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))
        outcomes.append(evaluate_c(point, shared, until))
    return outcomes
