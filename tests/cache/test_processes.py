"""Work over processes: the results of one process, in their order, and nothing left behind."""

from __future__ import annotations

import os
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spapr_lint.processes import WORTH, each, in_rows


def _pids(jobs: int) -> list[int]:
    return each(lambda _: os.getpid(), list(range(8)), [WORTH] * 8, jobs)


@given(st.lists(st.integers(0, 3 * WORTH), max_size=12), st.integers(1, 4))
def test_as_one_process_does_it(sizes: list[int], jobs: int) -> None:
    items = [f"item {n}" for n in range(len(sizes))]
    assert each(str.upper, items, sizes, jobs) == [item.upper() for item in items]


def test_several_processes_share_the_work() -> None:
    pids = _pids(2)
    assert len(set(pids)) == 2
    assert os.getpid() in pids


def test_small_work_stays_here() -> None:
    assert set(each(lambda _: os.getpid(), [1, 2], [10, 10], 2)) == {os.getpid()}


def test_where_other_threads_run_nothing_is_forked() -> None:
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    other.start()
    try:
        assert set(_pids(2)) == {os.getpid()}
    finally:
        stop.set()
        other.join()


def test_a_child_that_dies_is_stood_in_for() -> None:
    parent = os.getpid()

    def work(item: int) -> int:
        if os.getpid() != parent:
            os._exit(9)
        return item * item

    assert each(work, [1, 2, 3, 4], [WORTH] * 4, 2) == [1, 4, 9, 16]


def test_what_work_raises_is_raised_here() -> None:
    def work(item: int) -> int:
        return 1 // item

    with pytest.raises(ZeroDivisionError):
        each(work, [3, 2, 1, 0], [WORTH] * 4, 2)


def test_no_child_and_no_pipe_is_left() -> None:
    before = set(os.listdir("/proc/self/fd"))
    _pids(3)
    assert set(os.listdir("/proc/self/fd")) == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_progress_counts_up() -> None:
    seen: list[tuple[int, int]] = []
    each(str, list(range(5)), [1] * 5, 1, lambda done, all_: seen.append((done, all_)))
    assert seen == [(0, 5), (1, 5), (2, 5), (3, 5), (4, 5)]


@given(st.integers(0, 20), st.integers(1, 4))
def test_rows_give_what_one_process_gives(items: int, jobs: int) -> None:
    assert in_rows(lambda n: n * n, range(items), jobs) == [n * n for n in range(items)]


def test_rows_are_worked_in_a_row_and_the_longest_is_shared() -> None:
    """The second process has long work, so that the first one takes half of what is left."""

    def work(item: int) -> tuple[int, float]:
        time.sleep(0.15 if item in (4, 5) else 0.01)
        return os.getpid(), time.monotonic()

    made = in_rows(work, range(8), 2)
    pids = [pid for pid, _ in made]
    assert pids[:4] == [os.getpid()] * 4
    assert pids[4] != os.getpid()
    assert os.getpid() in pids[5:]


def test_what_a_dead_child_took_is_done_here() -> None:
    parent = os.getpid()

    def work(item: int) -> int:
        if os.getpid() != parent:
            os._exit(9)
        return item * item

    assert in_rows(work, range(6), 2) == [n * n for n in range(6)]


def test_no_child_and_no_pipe_is_left_of_rows() -> None:
    before = set(os.listdir("/proc/self/fd"))

    def work(item: int) -> int:
        if item == 1:
            raise ValueError("of the work")
        return item

    with pytest.raises(ValueError, match="of the work"):
        in_rows(work, range(8), 2)
    assert set(os.listdir("/proc/self/fd")) == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
