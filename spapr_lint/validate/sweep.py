"""A design over a grid of machines: in parallel, the same whatever the number of processes.

Each rule that fails is shrunk to the smallest machine on which it fails.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from spapr_lint.model.options import Usage
from spapr_lint.model.variants import DESIGNS, ClassInit
from spapr_lint.validate.c_subject import bounded, evaluate_tree, preload
from spapr_lint.validate.experiment import Outcome, evaluate
from spapr_lint.validate.grid import Point, size_of, smaller
from spapr_lint.validate.invariants import FAILED, INVARIANTS, NOT_RUN, PASSED, Invariant


class Smallest(NamedTuple):
    """The smallest machine on which a rule fails, and how."""

    point: Point
    detail: str


class Verdict(NamedTuple):
    """One rule over all machines.  ``state`` is failed if it fails anywhere, else passed if it
    was run anywhere, else not run.
    """

    invariant: Invariant
    state: str
    passed: int
    not_run: int
    failures: tuple[tuple[Point, str], ...]
    smallest: Smallest | None


class Sweep(NamedTuple):
    """All of it: the outcomes in the order of the grid, and the verdicts."""

    subject: str
    outcomes: tuple[tuple[Point, Outcome], ...]
    verdicts: tuple[Verdict, ...]

    @property
    def machines(self) -> int:
        """How many machines were run; refused ones do not count."""
        return sum(outcome.refused is None for _point, outcome in self.outcomes)

    @property
    def stubs(self) -> dict[str, int]:
        """The functions that did nothing while translated C ran, and how often over all."""
        total: Counter[str] = Counter()
        for _point, outcome in self.outcomes:
            total.update(dict(outcome.stubs))
        return dict(sorted(total.items()))


def load_design(path: str) -> ClassInit:
    """The function ``spapr_xive_class_init`` of a user's Python file, which is executed."""
    spec = importlib.util.spec_from_file_location("spapr_lint_users_design", path)
    if spec is None or spec.loader is None:
        raise Usage(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except OSError as error:
        raise Usage(f"{path}: {error.strerror}") from error
    except Exception as error:
        raise Usage(f"{path}: {type(error).__name__}: {error}") from error
    init = getattr(module, "spapr_xive_class_init", None)
    if not callable(init):
        raise Usage(f"{path}: has no function spapr_xive_class_init(sicc) -> SpaprXiveClass")
    design: ClassInit = init
    return design


def _evaluate_all(
    subject: str, cache: bool, until: str | None, points: Sequence[Point]
) -> list[Outcome]:
    """One process's share.  ``subject`` is a variant's name, a file or a QEMU tree.

    ``until`` is the only rule that is asked about, None for all; where runs are slow, what comes
    after its answer is not run.
    """
    if subject in DESIGNS:
        return [evaluate(point, None, subject) for point in points]
    if _is_tree(subject):
        return evaluate_tree(subject, points, cache, until)
    design = load_design(subject)
    return [evaluate(point, design) for point in points]


def _is_tree(subject: str) -> bool:
    return subject not in DESIGNS and Path(subject).is_dir()


def _chunks(points: Sequence[Point], size: int) -> Iterator[Sequence[Point]]:
    for start in range(0, len(points), size):
        yield points[start : start + size]


def sweep(
    subject: str,
    points: Sequence[Point],
    *,
    jobs: int | None = None,
    progress: Callable[[int], None] = lambda _done: None,
    cache: bool = True,
) -> Sweep:
    """Run every machine, and shrink what fails.  ``progress`` gets how many are done.

    ``cache`` False neither reads nor writes what is kept of trees.
    """
    jobs = min(jobs or os.cpu_count() or 1, -(-len(points) // 24) or 1)
    outcomes: list[Outcome] = []
    most = 6 if _is_tree(subject) else 24  # a tree's machines take a second or so a chunk
    size = most if jobs == 1 else max(1, min(most, len(points) // jobs // 2))
    chunks = list(_chunks(points, size))
    with _Workers(subject, jobs, cache) as workers:
        for answer in workers.run(chunks):
            outcomes += answer
            progress(len(outcomes))
        pairs = tuple(zip(points, outcomes, strict=True))
        verdicts = tuple(_verdict(workers, invariant, pairs) for invariant in INVARIANTS)
    return Sweep(subject, pairs, verdicts)


class _Workers:
    """Who runs the machines: this process, several, or for a tree always others, with limits."""

    def __init__(self, subject: str, jobs: int, cache: bool) -> None:
        self.evaluate = partial(_evaluate_all, subject, cache)
        self.subject = subject
        self.pool: ProcessPoolExecutor | None = None
        if _is_tree(subject):
            preload(subject, cache)
            forked = get_context("fork")  # a child has what its parent has read
            self.pool = ProcessPoolExecutor(jobs, forked, initializer=bounded)
        elif jobs > 1:
            self.pool = ProcessPoolExecutor(jobs)

    def __enter__(self) -> _Workers:
        return self

    def __exit__(self, *_error: object) -> None:
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)

    def run(
        self, chunks: Sequence[Sequence[Point]], until: str | None = None
    ) -> Iterator[list[Outcome]]:
        """The outcomes, chunk by chunk, in order."""
        evaluate = partial(self.evaluate, until)
        if self.pool is None:
            for chunk in chunks:
                yield evaluate(chunk)
            return
        try:
            yield from self.pool.map(evaluate, chunks)
        except BrokenProcessPool as error:
            raise Usage(f"{self.subject}: a run went beyond its time or memory") from error


def _verdict(
    workers: _Workers, invariant: Invariant, pairs: Sequence[tuple[Point, Outcome]]
) -> Verdict:
    answers = [
        (point, outcome.answers[invariant.name])
        for point, outcome in pairs
        if outcome.refused is None
    ]
    failures = tuple((point, answer.detail) for point, answer in answers if answer.state == FAILED)
    passed = sum(answer.state == PASSED for _point, answer in answers)
    smallest = None
    if failures:
        point, detail = min(failures, key=lambda failure: size_of(failure[0]))
        smallest = shrink(workers, invariant.name, Smallest(point, detail))
    state = FAILED if failures else PASSED if passed else NOT_RUN
    not_run = len(answers) - passed - len(failures)
    return Verdict(invariant, state, passed, not_run, failures, smallest)


def shrink(workers: _Workers, name: str, start: Smallest) -> Smallest:
    """The smallest machine, step by step, on which the rule still fails."""
    best, seen = start, {start.point}
    improved = True
    while improved:
        improved = False
        for point in smaller(best.point):
            if point in seen or size_of(point) >= size_of(best.point):
                continue
            seen.add(point)
            ((outcome,),) = workers.run([[point]], name)
            answer = outcome.answers.get(name)
            if answer is not None and answer.state == FAILED:
                best, improved = Smallest(point, answer.detail), True
                break
    return best
