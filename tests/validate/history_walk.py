"""Every commit of a range that touches the sPAPR interrupt code, run by its own C, translated.

Run it as ``python tests/validate/history_walk.py CLONE [FROM..TO [PATH...]]``; it prints a line a
commit.  What commits have in common is translated once: it is kept below the user's cache.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from spapr_lint.cache import Cache, folder_of
from spapr_lint.gate.git import Repository, command, opened
from spapr_lint.gate.trees import GitTree, Objects
from spapr_lint.runtime.run import program
from spapr_lint.validate.c_experiment import evaluate_c
from spapr_lint.validate.c_source import CSource
from spapr_lint.validate.experiment import Outcome
from spapr_lint.validate.grid import Point
from spapr_lint.validate.invariants import FAILED, NOT_RUN

RANGE: Final = "v4.2.0..v6.0.0"
INTERRUPTS: Final = (
    *(f"hw/intc/{name}.c" for name in ("spapr_xive", "spapr_xive_kvm", "xive")),
    *(f"hw/intc/{name}.c" for name in ("xics", "xics_spapr", "xics_kvm")),
    "hw/ppc/spapr_irq.c",
    *(f"include/hw/ppc/{name}.h" for name in ("spapr_irq", "spapr_xive", "xive")),
    *(f"include/hw/ppc/{name}.h" for name in ("xics", "xics_spapr")),
)
MACHINES: Final = {
    "dense": Point(2, 2, kvm=True),  # VSMT equal to threads per core, all there
    "sparse": Point(2, 2, vsmt=2, kvm=True),  # the smallest where they differ
    "plugged": Point(1, 3, kvm=True),  # VSMT equal, CPUs plugged out of order
    "switched": Point(2, 4, vsmt=8, ic_mode="dual"),
    "513": Point(1, 513, vsmt=8),  # the IPIs run into the external interrupts
    "1025": Point(1, 1025, vsmt=8),  # beyond the table of LISNs
}


class Told(NamedTuple):
    """What one commit's C does on each of the machines."""

    commit: str
    title: str
    outcomes: dict[str, Outcome]
    seconds: float  # of processor time

    def failing(self) -> set[tuple[str, str]]:
        """(machine, rule) for each rule that fails."""
        return {
            (name, rule)
            for name, outcome in self.outcomes.items()
            for rule, answer in outcome.answers.items()
            if answer.state == FAILED
        }

    def stopped(self) -> set[tuple[str, str]]:
        """(machine, what stopped the run): nothing that the rules are about."""
        return {
            (name, answer.detail)
            for name, outcome in self.outcomes.items()
            for answer in outcome.answers.values()
            if answer.state == NOT_RUN and "stopped" in answer.detail
        }


def commits(clone: str, span: str, paths: Sequence[str]) -> list[tuple[str, str]]:
    """(commit, its first line) from the oldest on; merges are left out."""
    words = ("log", "--reverse", "--no-merges", "--format=%H %as %s", span, "--", *paths)
    done = subprocess.run(command(*words), cwd=clone, capture_output=True, check=True, text=True)
    pairs = [line.partition(" ") for line in done.stdout.splitlines()]
    return [(commit, title) for commit, _, title in pairs]


def walk(
    clone: str, listed: Sequence[tuple[str, str]], store: Cache, machines: Sequence[str] = ()
) -> Iterator[Told]:
    """Run each commit on the machines, in order."""
    with opened(clone) as repository:
        for commit, title in listed:
            began = time.process_time()
            outcomes = _outcomes(repository, commit, store, machines or tuple(MACHINES))
            yield Told(commit, title, outcomes, time.process_time() - began)


def _outcomes(
    repository: Repository, commit: str, store: Cache, machines: Sequence[str]
) -> dict[str, Outcome]:
    tree = GitTree(Objects(repository), repository.tree_of(repository.resolve(commit)))
    collecting = gc.isenabled()
    gc.disable()
    try:
        shared = program(CSource(tree, cache=store), kept=store)
        found = {name: evaluate_c(MACHINES[name], shared) for name in machines}
        shared.keep()
    finally:
        if collecting:
            gc.enable()
    return found


def line(told: Told) -> str:
    """A commit as a line: which rules fail where, and what stopped."""
    failing = ", ".join(f"{name}:{rule}" for name, rule in sorted(told.failing()))
    stopped = "; ".join(f"{name} {detail}" for name, detail in sorted(told.stopped()))
    text = f"{told.commit[:12]} {told.title[:70]:70} {told.seconds:5.1f} s  {failing or '-'}"
    return f"{text}  STOPPED {stopped}" if stopped else text


def main(argv: list[str]) -> int:
    """Print the table."""
    if not argv:
        print(__doc__)
        return 2
    clone, span = argv[0], argv[1] if len(argv) > 1 else RANGE
    listed = commits(clone, span, argv[2:] or INTERRUPTS)
    for told in walk(clone, listed, Cache(folder_of(clone))):
        print(line(told), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
