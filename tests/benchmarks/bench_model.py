"""What the reference model costs: a boot, a large boot, the full grid of machines.

Run it: ``python tests/benchmarks/bench_model.py [--grid]``.  Times are of the processor, the best
of some rounds; ``--grid`` adds the full grid, in processor time over two cores.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from spapr_lint.model import Machine, boot, parse_options
from spapr_lint.model import guest as linux
from spapr_lint.validate.grid import Limits, grid
from spapr_lint.validate.sweep import sweep

# What is promised, in seconds.
LIMITS = {"boot of 4 CPUs": 0.005, "boot of 1,024 CPUs, an IPI to each": 1.0, "full grid": 60.0}
ROUNDS = 7
CORES = 2


def boot_small() -> None:
    """A machine with 4 CPUs, from its command line to a booted guest."""
    guest = boot(Machine(parse_options("-M pseries,ic-mode=xive,vsmt=8 -smp 4".split())))
    assert len(guest.online) == 4


def boot_large() -> None:
    """A machine with 1,024 CPUs; each gets an IPI, and takes it."""
    words = "-M pseries,ic-mode=xive -smp 1024 -m 1T --variant nr_ipis"
    guest = boot(Machine(parse_options(words.split())))
    assert len(guest.online) == 1024
    for target in guest.online:
        linux.send_ipi(guest, target)
    assert linux.take_interrupts(guest) == dict.fromkeys(guest.online, 1)


def whole_grid() -> None:
    """The full grid, on two cores, of the design that QEMU ships."""
    points = grid("full", Limits())
    assert len(points) >= 2000
    sweep("as_shipped", points, jobs=CORES)


def spent() -> float:
    """Seconds of processor time, of this process and its children."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def best(job: Callable[[], None], rounds: int) -> float:
    """Seconds of processor time of the best round."""
    times = []
    for _round in range(rounds):
        start = time.process_time()
        job()
        times.append(time.process_time() - start)
    return min(times)


def main(argv: list[str]) -> int:
    """Print the table; 1 if a promise is not kept."""
    seconds = {
        "boot of 4 CPUs": best(boot_small, ROUNDS * 3),
        "boot of 1,024 CPUs, an IPI to each": best(boot_large, ROUNDS // 2),
    }
    if "--grid" in argv:
        start = spent()
        whole_grid()
        seconds["full grid"] = (spent() - start) / CORES
    kept = True
    for name, taken in seconds.items():
        limit = LIMITS[name]
        kept = kept and taken <= limit
        note = "" if taken <= limit else ", BROKEN"
        print(f"{name:36} {taken * 1000:9.1f} ms  (limit {limit * 1000:.0f} ms{note})")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
