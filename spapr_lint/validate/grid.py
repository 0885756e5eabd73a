"""The machines over which a design is run, and what makes one smaller than another.

A `Point` is a machine in QEMU's words; counts are vCPUs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

MODES = ("xics", "xive", "dual")
STRIDES = (1, 2, 4, 8)  # what KVM can set; a POWER core has at most 8 threads

# (cores at boot, cores at most); and at most so many vCPUs with one core at boot, where the
# interrupt number space ends.
_CORES = (
    *((1, 1), (1, 2), (2, 2), (1, 3), (2, 3), (3, 3), (1, 4), (2, 4), (4, 4), (1, 5), (5, 5)),
    *((1, 6), (3, 6), (6, 6), (1, 8), (4, 8), (8, 8), (2, 16), (16, 16)),
)
_LARGE = (512, 513, 1024, 1025, 2048, 4096)


class Point(NamedTuple):
    """One machine.  ``vsmt`` None is the machine version's default."""

    cpus: int
    maxcpus: int
    threads: int = 1
    vsmt: int | None = None
    ic_mode: str = "xive"
    kvm: bool = False
    machine: str = "pseries"

    def words(self) -> list[str]:
        """The machine as QEMU's options."""
        machine = f"{self.machine},ic-mode={self.ic_mode}"
        if self.vsmt is not None:
            machine += f",vsmt={self.vsmt}"
        smp = f"{self.cpus},threads={self.threads},maxcpus={self.maxcpus}"
        return ["-M", machine, "-cpu", "power9", "-smp", smp, *(["--kvm"] if self.kvm else [])]

    def __str__(self) -> str:
        return " ".join(self.words())


class Limits(NamedTuple):
    """What the user wants looked at; None for everything."""

    modes: tuple[str, ...] | None = None
    strides: tuple[int | None, ...] | None = None
    kvm: bool | None = None
    smp: tuple[int, int, int] | None = None  # cpus, threads, maxcpus
    machine: str = "pseries"


def _sizes(threads: int, full: bool, limits: Limits) -> Iterator[tuple[int, int]]:
    """(vCPUs at boot, vCPUs at most)."""
    if limits.smp is not None:
        yield limits.smp[0], limits.smp[2]
        return
    if not full:
        cores: tuple[tuple[int, int], ...] = ((1, 1), (2, 2), (2, 4))
        large: tuple[int, ...] = (513, 1025)
    else:
        cores, large = _CORES, _LARGE
    for now, most in cores:
        yield now * threads, most * threads
    for count in large:
        yield threads, -(-count // threads) * threads


def grid(size: str, limits: Limits) -> list[Point]:
    """The machines of ``quick`` (more than 48) or ``full`` (more than 2,000), within limits."""
    full = size == "full"
    points = []
    every = STRIDES if full else (1, 4)
    for threads in (limits.smp[1],) if limits.smp else every:
        wanted: tuple[int | None, ...] = (None, *STRIDES) if full else (None, 8)
        for vsmt in limits.strides or wanted:
            if vsmt is not None and vsmt < threads:
                continue
            for mode in limits.modes or MODES:
                for kvm in (False, True) if limits.kvm is None else (limits.kvm,):
                    points += [
                        Point(now, most, threads, vsmt, mode, kvm, limits.machine)
                        for now, most in _sizes(threads, full, limits)
                    ]
    return points


def size_of(point: Point) -> tuple[int, ...]:
    """What is compared to call one machine smaller than another: vCPUs first, then strides."""
    stride = point.vsmt or 0
    mode = ("xive", "xics", "dual").index(point.ic_mode)
    return point.maxcpus, point.threads, stride, point.cpus, point.kvm, mode


def smaller(point: Point) -> Iterator[Point]:
    """Machines a step smaller, the boldest step first."""
    cores_now, cores = point.cpus // point.threads, point.maxcpus // point.threads
    step = cores // 2
    while step:
        most = cores - step
        yield point._replace(
            cpus=min(cores_now, most) * point.threads, maxcpus=most * point.threads
        )
        step //= 2
    if point.threads > 1:
        half = point.threads // 2
        yield point._replace(cpus=cores_now * half, maxcpus=cores * half, threads=half)
        yield point._replace(cpus=cores_now, maxcpus=cores, threads=1)
    if point.vsmt is not None:
        for stride in STRIDES:
            if point.threads <= stride < point.vsmt:
                yield point._replace(vsmt=stride)
        yield point._replace(vsmt=None)
    if cores_now > 1:
        yield point._replace(cpus=point.threads)
        yield point._replace(cpus=point.cpus - point.threads)
    if point.kvm:
        yield point._replace(kvm=False)
    if point.ic_mode == "dual":
        yield point._replace(ic_mode="xive")
        yield point._replace(ic_mode="xics")
