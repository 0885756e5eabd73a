"""Independent work over several processes, with results in the order of the work.

A child is forked, so that it has all that its parent has read, and gives back
plain data.  Where a fork is not safe, or the work is small, there is one process.
"""

from __future__ import annotations

import mmap
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import IO, Any, Final, TypeVar

from spapr_lint import cache

T = TypeVar("T")
Advance = Callable[[int, int], None]
WORTH: Final = 150_000
"""Bytes of work below which a second process costs more than it saves."""


def each(
    work: Callable[[T], Any],
    items: Sequence[T],
    sizes: Sequence[int],
    jobs: int | None = None,
    advance: Advance | None = None,
) -> list[Any]:
    """``work`` of each item, in their order; what it gives must be plain (`marshal`) data.

    ``sizes`` are the bytes of each item, to share them out evenly; ``jobs`` the
    processes, None for one a core; ``advance(done, all)`` is called in between.
    What ``work`` raises is raised here.
    """
    shares = _shares(sizes, count(sizes, jobs))
    children = [_start(partial(_all, work, items, share)) for share in shares[1:]]
    results: dict[int, Any] = {}
    try:
        for done, number in enumerate(shares[0]):
            if advance is not None:
                advance(done * len(shares), len(items))
            results[number] = work(items[number])
        for share, child in zip(shares[1:], children, strict=True):
            found = child.result() if child is not None else None
            for position, number in enumerate(share):
                results[number] = work(items[number]) if found is None else found[position]
    finally:
        for child in children:
            if child is not None:
                child.end()
    return [results[number] for number in range(len(items))]


def in_rows(
    work: Callable[[T], Any],
    items: Sequence[T],
    jobs: int | None = None,
    advance: Advance | None = None,
) -> list[Any]:
    """As `each`, where work is quicker for who has just done the item before.

    Every process works in a row; one that meets another's begins in the middle of
    the longest row that is left.
    """
    processes = min(jobs or cores(), len(items)) if _may_fork() else 1
    board = _Board(len(items))
    starts = [number * len(items) // max(processes, 1) for number in range(processes)]
    children = [_start(partial(_row, work, items, board, start)) for start in starts[1:]]
    try:
        results = dict(_row(work, items, board, 0, advance))
        for child in children:
            results.update((child.result() if child is not None else None) or ())
        for number, item in enumerate(items):
            if number not in results:  # a child did not get to the end of its work
                results[number] = work(item)
    finally:
        board.close()
        for child in children:
            if child is not None:
                child.end()
    return [results[number] for number in range(len(items))]


class _Board:
    """Which items have been taken, for all processes to see."""

    def __init__(self, items: int) -> None:
        self._items = items
        self._taken = mmap.mmap(-1, max(items, 1))
        self._reading, self._writing = os.pipe()
        os.write(self._writing, b".")  # who holds the byte may write on the board

    def take(self, wanted: int) -> int | None:
        """Take an item, or else the middle of the longest row; None if all are taken."""
        os.read(self._reading, 1)
        try:
            if wanted >= self._items or self._taken[wanted]:
                rows = re.finditer(rb"\0+", self._taken[: self._items])
                longest = max(rows, key=lambda row: row.end() - row.start(), default=None)
                if longest is None:
                    return None
                wanted = (longest.start() + longest.end()) // 2
            self._taken[wanted] = 1
            return wanted
        finally:
            os.write(self._writing, b".")

    def close(self) -> None:
        self._taken.close()
        os.close(self._reading)
        os.close(self._writing)


def _row(
    work: Callable[[T], Any],
    items: Sequence[T],
    board: _Board,
    start: int,
    advance: Advance | None = None,
) -> list[tuple[int, Any]]:
    """What one process does: numbers of items and what came of them."""
    done: list[tuple[int, Any]] = []
    number = board.take(start)
    while number is not None:
        if advance is not None:
            advance(number, len(items))
        done.append((number, work(items[number])))
        number = board.take(number + 1)
    return done


def _all(work: Callable[[T], Any], items: Sequence[T], share: Sequence[int]) -> list[Any]:
    return [work(items[number]) for number in share]


def count(sizes: Sequence[int], jobs: int | None = None) -> int:
    """How many processes `each` would share work of these sizes over."""
    if sum(sizes) < WORTH or not _may_fork():
        return 1
    return max(1, min(jobs or cores(), len(sizes), 1 + sum(sizes) // WORTH))


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _may_fork() -> bool:
    """A fork copies one thread of many and whatever locks the others hold."""
    return sys.platform == "linux" and threading.active_count() == 1


def _shares(sizes: Sequence[int], jobs: int) -> list[list[int]]:
    """Numbers of items for each process, the largest first to whom has least.

    The first process is the one that forks the others: it gets what is large last.
    """
    shares: list[list[int]] = [[] for _ in range(jobs)]
    loads = [0] * jobs
    for number in sorted(range(len(sizes)), key=lambda n: (-sizes[n], n)):
        least = max(range(jobs), key=lambda n: (-loads[n], n))
        shares[least].append(number)
        loads[least] += sizes[number] + 1
    return [sorted(share) for share in shares]


class _Child:
    """A forked process and the pipe on which its results come."""

    def __init__(self, pid: int, pipe: IO[bytes]) -> None:
        self._pid = pid
        self._pipe = pipe

    def result(self) -> Any:
        """All results; None if the child did not get to the end of its work."""
        return cache.read(self._pipe.read())

    def end(self) -> None:
        """Leave no process and no pipe behind."""
        self._pipe.close()
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


def _start(run: Callable[[], Any]) -> _Child | None:
    """A child that gives back what ``run`` gives it."""
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    try:
        pid = os.fork()
    except OSError:  # no room for another process
        os.close(reading)
        os.close(writing)
        return None
    if pid:
        os.close(writing)
        return _Child(pid, os.fdopen(reading, "rb"))
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us
        os.close(reading)
        content = cache.written(run())
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(content)
        status = 0
    except BaseException:  # the parent does our share itself, and sees what is wrong with it
        pass
    finally:
        os._exit(status)


__all__ = ["WORTH", "cores", "count", "each", "in_rows"]
