"""XICS, XIVE, KVM, CAS, hotplug and migration in any order: nothing breaks, no IPI is lost.

A state machine of hypothesis finds short ways to a fault; a walk of 50,000 steps looks far.
``python tests/model/test_states.py [STEPS]`` lets hypothesis take 50,000 steps by itself.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from spapr_lint.model.hypercall import HCALLS

sys.path.insert(0, str(Path(__file__).parent))
from world import MACHINES, RTAS, World

PICK = st.integers(0, 1000)
# Numbers near the edges of every space, and anything at all.
EDGES = [0, 1, 2, 6, 7, 8, 9, 12, 16, 21, 24, 0xFF, 0x100, 0xFFF, 0x1000, 0x1001, 0x1200, 0x1FFF]
EDGES += [0x2000, 0x10000, 0x20000, 0x4000000, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32]
EDGES += [0x400, 0x800, 0xC00, 0xD00, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]
ARGUMENT = st.one_of(st.sampled_from(EDGES), st.integers(0, (1 << 64) - 1), st.integers(0, 64))
OPCODE = st.one_of(st.sampled_from(sorted(HCALLS)), st.integers(0, 0xFFFF))


class WellBehaved(RuleBasedStateMachine):
    """A guest that does what guests do."""

    @initialize(words=st.sampled_from(MACHINES))
    def start(self, words: str) -> None:
        self.world = World(words)

    @rule(pick=PICK)
    def send(self, pick: int) -> None:
        self.world.send(pick)

    @rule()
    def take(self) -> None:
        self.world.take()

    @rule(pick=PICK)
    def plug(self, pick: int) -> None:
        self.world.plug(pick)

    @rule(pick=PICK)
    def toggle(self, pick: int) -> None:
        self.world.toggle(pick)

    @rule(pick=PICK)
    def reset(self, pick: int) -> None:
        self.world.reset(pick)

    @rule()
    def migrate(self) -> None:
        self.world.migrate()

    @rule(pick=PICK)
    def devices(self, pick: int) -> None:
        self.world.line(pick)

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "world"):
            self.world.check_guest()


class Hostile(RuleBasedStateMachine):
    """A guest that calls anything with anything, on a machine whose CPUs come and go."""

    @initialize(words=st.sampled_from(MACHINES))
    def start(self, words: str) -> None:
        self.world = World(words)

    @rule(opcode=OPCODE, args=st.lists(ARGUMENT, max_size=9))
    def hypercall(self, opcode: int, args: list[int]) -> None:
        self.world.hypercall(opcode, args)

    @rule(name=st.sampled_from([*RTAS, "nonsense"]), args=st.lists(ARGUMENT, max_size=4))
    def rtas(self, name: str, args: list[int]) -> None:
        self.world.rtas(name, args, len(args) or 1)

    @rule(pick=PICK)
    def devices(self, pick: int) -> None:
        self.world.line(pick)

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "world"):
            self.world.check()


QUIET = settings(
    max_examples=30,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestWellBehaved = WellBehaved.TestCase
TestWellBehaved.settings = QUIET
TestHostile = Hostile.TestCase
TestHostile.settings = QUIET


@pytest.mark.parametrize("words", MACHINES)
def test_a_long_walk(words: str) -> None:
    chance = random.Random(words)
    world = World(words)
    steps = 50_000 // len(MACHINES)
    for step in range(steps):
        pick = chance.randrange(1000)
        action = chance.choices(
            (world.send, world.plug, world.toggle, world.line, world.reset, None),
            (50, 12, 12, 5, 2, 30),
        )[0]
        if action is None:
            world.take()
        else:
            action(pick)
        if step % 97 == 0:
            world.migrate()
        if step % 5 == 0:
            world.check_guest()
    world.take()


@pytest.mark.parametrize("words", MACHINES)
def test_a_long_walk_of_a_hostile_guest(words: str) -> None:
    chance = random.Random(words)
    world = World(words)
    opcodes = sorted(HCALLS)
    for step in range(50_000 // len(MACHINES)):
        args = [
            chance.choice(EDGES) if chance.random() < 0.8 else chance.getrandbits(64)
            for _argument in range(5)
        ]
        world.hypercall(chance.choice(opcodes), args)
        if step % 7 == 0:
            world.rtas(chance.choice(RTAS), args[: chance.randrange(4)], chance.randrange(4))
        if step % 11 == 0:
            world.line(step)
        if step % 50 == 0:
            world.check()
        if step % 400 == 0:
            world.messages(step)
    world.check()


def main(wanted: int) -> None:
    """Half of the steps by each state machine, each round with other random numbers."""
    long = settings(QUIET, max_examples=100, database=None)
    start = time.process_time()
    for machine in (WellBehaved, Hostile):
        taken = 0

        class Counted(machine):  # type: ignore[misc, valid-type]
            def teardown(self) -> None:
                nonlocal taken
                taken += self.steps if hasattr(self, "steps") else 0

            @invariant()
            def count(self) -> None:
                self.steps = getattr(self, "steps", -1) + 1

        while taken < wanted // 2:
            run_state_machine_as_test(Counted, settings=long)
        print(f"{machine.__name__}: {taken} steps, {time.process_time() - start:.0f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
