"""How fast a QEMU tree's own C, translated, builds machines, and its quick grid.

Run it as ``python tests/benchmarks/bench_runtime.py TREE [GRID]``.  Machines are measured in
processor time after the first, which pays for parsing and compiling; the grid in wall time on all
processors.  Exit status 1 when a bound is missed: 0.3 s a 4-CPU machine, 30 s a quick grid.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from spapr_lint.validate.c_experiment import evaluate_c
from spapr_lint.validate.c_machine import CMachine
from spapr_lint.validate.c_subject import tree_program
from spapr_lint.validate.grid import Limits, Point, grid
from spapr_lint.validate.sweep import sweep

MACHINES = (Point(4, 4), Point(4, 8, vsmt=8), Point(4, 4, ic_mode="dual"), Point(4, 4, kvm=True))


def best(work: Callable[[], object], rounds: int = 3) -> float:
    """Processor time of the quickest of a few runs."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def main(argv: list[str]) -> int:
    """Measure, print, compare with the bounds."""
    if not argv:
        print(__doc__)
        return 2
    began = time.process_time()
    shared = tree_program(argv[0])
    parsed = time.process_time()
    evaluate_c(Point(2, 4, ic_mode="dual", kvm=True), shared)
    print(f"tree parsed         {parsed - began:6.2f} s")
    print(f"the first machine   {time.process_time() - parsed:6.2f} s")
    gc.freeze()
    slow = 0
    for point in MACHINES:
        built = best(lambda p=point: CMachine(shared, p).tree())  # type: ignore[misc]
        whole = best(lambda p=point: evaluate_c(p, shared))  # type: ignore[misc]
        slow += built > 0.3
        print(f"built {built:6.3f} s, with its guest {whole:6.3f} s   {point}")
    points = grid(argv[1] if len(argv) > 1 else "quick", Limits())
    wall = time.perf_counter()
    result = sweep(argv[0], points)
    wall = time.perf_counter() - wall
    print(f"{result.machines} of {len(points)} machines run in {wall:.1f} s")
    return int(bool(slow) or (len(argv) == 1 and (wall > 30 or result.machines < 48)))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
