"""Looks at a machine from all sides: its tree, its tables, its devices' interrupts, its guest.

Each probe yields what it saw; what it finds broken by itself is an assertion.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from spapr_lint.model import Machine, dt, dts, info_pic, parse_options
from spapr_lint.model.constants import H_SUCCESS
from spapr_lint.model.hypercall import OPCODES, spapr_hypercall, spapr_rtas_call
from spapr_lint.model.spapr_irq import spapr_set_irq
from spapr_lint.model.xics import ics_irq_free

sys.path.insert(0, str(Path(__file__).parents[1] / "model"))
from world import RTAS, World

DEVICES = (0x1000, 0x1001, 0x1100, 0x1200, 0x1203)
STEPS = 60


def new(words: str) -> Machine:
    """The machine of a command line."""
    return Machine(parse_options(words.split()))


def tree(words: str) -> Iterator[str]:
    """The device tree before and after CAS."""
    machine = new(words)
    yield dts(machine)
    yield str(dt(machine))
    if machine.spapr.irq == "dual":
        machine.cas("xive")
        yield str(dt(machine))
    yield info_pic(machine)


def xics_devices(words: str) -> Iterator[str]:
    """Each device's interrupt, routed to each server, raised and taken there."""
    machine = new(words)
    spapr = machine.spapr
    if spapr.ics is None:
        return
    for irq in DEVICES:
        for server, cpu in list(spapr.cpus.items())[:4]:
            routed = spapr_rtas_call(spapr, "ibm,set-xive", [irq, server, 5], 1)
            read = spapr_rtas_call(spapr, "ibm,get-xive", [irq], 3)
            spapr_hypercall(spapr, cpu, OPCODES["H_CPPR"], 0xFF)
            spapr_set_irq(spapr, irq, 1)
            _code, taken = spapr_hypercall(spapr, cpu, OPCODES["H_XIRR"])
            spapr_set_irq(spapr, irq, 0)
            spapr_hypercall(spapr, cpu, OPCODES["H_EOI"], taken[0])
            off = spapr_rtas_call(spapr, "ibm,int-off", [irq], 1)
            on = spapr_rtas_call(spapr, "ibm,int-on", [irq], 1)
            again = spapr_rtas_call(spapr, "ibm,get-xive", [irq], 3)
            yield f"{irq:#x} {server} {routed} {read} {taken[0]:#x} {off} {on} {again}"
            assert again == read, "routed elsewhere by being masked"
            # Raised while masked, or while the CPU lets nothing through: it comes later.
            spapr_rtas_call(spapr, "ibm,int-off", [irq], 1)
            spapr_set_irq(spapr, irq, 1)
            spapr_hypercall(spapr, cpu, OPCODES["H_CPPR"], 0)
            spapr_rtas_call(spapr, "ibm,int-on", [irq], 1)
            spapr_hypercall(spapr, cpu, OPCODES["H_CPPR"], 0xFF)
            _code, late = spapr_hypercall(spapr, cpu, OPCODES["H_XIRR"])
            spapr_set_irq(spapr, irq, 0)
            spapr_hypercall(spapr, cpu, OPCODES["H_EOI"], late[0])
            yield f"{irq:#x} {server} late {late[0]:#x}"
            if taken[0] & 0xFFFFFF == irq and not ics_irq_free(spapr.ics, irq - spapr.ics.offset):
                assert late[0] & 0xFFFFFF == irq, "an interrupt is lost"
    for irq in (0, 2, 0xFFF, 0x1FFF, 0x2000, 0x13FF):
        yield str([spapr_rtas_call(spapr, name, [irq, 0, 5][:n], r) for name, n, r in CALLS])
    for server in range(40):
        cpu = next(iter(spapr.cpus.values()))
        yield str(spapr_hypercall(spapr, cpu, OPCODES["H_IPOLL"], server))
    yield info_pic(machine)


CALLS = (("ibm,set-xive", 3, 1), ("ibm,get-xive", 1, 3), ("ibm,int-off", 1, 1))


def xive_devices(words: str) -> Iterator[str]:
    """Each device's interrupt, aimed at each server, raised, and read from the queue."""
    machine = new(words)
    spapr = machine.spapr
    if spapr.xive is None:
        return
    if spapr.irq == "dual":
        machine.cas("xive")
    else:
        spapr.ov5_cas = set(spapr.ov5)
    boss = next(iter(spapr.cpus.values()))

    def call(name: str, *args: int) -> tuple[int, list[int]]:
        return spapr_hypercall(spapr, boss, OPCODES[name], *args)

    for number, server in enumerate(range(36)):
        for priority in (0, 5, 6, 7):
            yield str(call("H_INT_GET_QUEUE_INFO", 0, server, priority))
        page = (4 << 20) + (number << 16)
        yield str(call("H_INT_SET_QUEUE_CONFIG", 1, server, 5, page, 16)[0])
        yield str(call("H_INT_GET_QUEUE_CONFIG", 1, server, 5))
        if server not in spapr.cpus:
            continue
        for irq in (*DEVICES, 1, 3):
            aimed = call("H_INT_SET_SOURCE_CONFIG", 2, irq, server, 5, 0x100 + irq)[0]
            told = call("H_INT_GET_SOURCE_CONFIG", 0, irq)
            call("H_INT_ESB", 0, irq, 0xC00, 0)
            if irq >= 0x1000:
                spapr_set_irq(spapr, irq, 1)
                spapr_set_irq(spapr, irq, 0)
            words_there = [spapr.memory.read32(page + 4 * slot) for slot in range(6)]
            yield f"{irq:#x} {server} {aimed} {told} {words_there}"
            yield str([call("H_INT_ESB", 0, irq, 0x800, 0), call("H_INT_SYNC", 0, irq)[0]])
            if aimed == H_SUCCESS:
                assert told[1][:2] == [server, 5], "another target than was asked for"
    for lisn in (*range(0, 40, 3), 0xFFF, 0x1002, 0x1FFF, 0x2000, 1 << 20):
        yield str(call("H_INT_GET_SOURCE_INFO", 0, lisn))
    yield info_pic(machine)


def life(words: str) -> Iterator[str]:
    """A guest that boots, sends IPIs, plugs, resets and moves; its own checks are the faults."""
    if "maxcpus=513" in words or "maxcpus=600" in words or "3.0" in words:
        return
    chance = random.Random(words)
    world = World(words)
    for step in range(STEPS):
        pick = chance.randrange(1000)
        steps = (world.send, world.plug, world.toggle, world.line, world.messages, world.reset)
        chance.choices(steps, (40, 12, 12, 5, 3, 2))[0](pick)
        if step % 3 == 0:
            world.take()
        if step % 17 == 0:
            world.migrate()
        world.check_guest()
        world.rtas(chance.choice(RTAS), [0x1000 + step % 3, pick % 12, 5], 1)
    yield info_pic(world.machine)


PROBES: dict[str, Callable[[str], Iterator[str]]] = {
    "tree": tree,
    "xics": xics_devices,
    "xive": xive_devices,
    "life": life,
}
