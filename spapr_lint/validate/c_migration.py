"""A machine of translated C moved to another host, by the tree's own tables of what travels.

Devices' sections travel in the order in which they were registered, the machine's own where
spapr_machine_init() registers it; of the machine's, what interrupts depend on.  Memory and the
levels of the CPUs' interrupt inputs (a part of the CPU's own state) travel as they are.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from spapr_lint.runtime.migration import Saved, Section, Unfit
from spapr_lint.validate.c_machine import CMachine

# The parts of ``vmstate_spapr`` that are carried; the rest is of the clock and of capabilities.
_OF_MACHINE: Final = ("vmstate_spapr_ov5_cas", "vmstate_spapr_irq_map")
_VERSION: Final = 3


class Stream(NamedTuple):
    """What travels: devices before the machine, the machine, devices after it; levels by CPU."""

    before: list[Saved]
    machine: list[Saved]
    after: list[Saved]
    levels: dict[int, list[int]]
    pages: dict[int, bytes]


def migrate(source: CMachine) -> CMachine:
    """The machine on another host, not running yet, see `run`.  Raises `Unfit`."""
    stream = source.link.run(lambda: _save(source))
    target = CMachine(source.link.program, source.point, tuple(source.plugged))
    target.link.run(lambda: _load(target, stream))
    return target


def run(machine: CMachine) -> None:
    """The machine runs: whoever asked is told."""
    machine.link.run(lambda: machine.run.devices.changed(running=True))


def _machine_sections(machine: CMachine) -> list[Section]:
    program = machine.link.program
    found = (program.find("hw/ppc/spapr.c", name) for name in _OF_MACHINE)
    return [Section(item, 0, machine.spapr) for item in found if item is not None]


def _sections(machine: CMachine) -> list[Section]:
    return list(machine.run.devices.sections)


def _save(machine: CMachine) -> Stream:
    devices, board = machine.run.devices, machine.run.board
    devices.changed(running=False)
    sections = devices.migration.save(_sections(machine))
    levels = {
        int(cpu.vcpu_id): [line._level for line in board.lines(cpu)] for cpu in machine.cpus()
    }
    pages = {number: bytes(page) for number, page in board.memory.pages.items()}
    own = devices.migration.save(_machine_sections(machine))
    return Stream(sections[: machine.base], own, sections[machine.base :], levels, pages)


def _load(machine: CMachine, stream: Stream) -> None:
    devices, board = machine.run.devices, machine.run.board
    board.memory.pages.update((n, bytearray(page)) for n, page in stream.pages.items())
    devices.migration.load(_sections(machine), stream.before)
    devices.migration.load(_machine_sections(machine), stream.machine)
    code = machine.run.call("spapr_irq_post_load", machine.spapr, _VERSION)
    if code:
        raise Unfit(f"spapr_irq_post_load gives {code}")
    devices.migration.load(_sections(machine), stream.after)
    for cpu in machine.cpus():
        for line, level in zip(board.lines(cpu), stream.levels[int(cpu.vcpu_id)], strict=True):
            line._level = level
