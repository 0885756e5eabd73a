"""What truth programs import: sources, sinks that write down what arrived, and open choices.

A program is run many times by `main`, each time with other answers of `choice` and
`number`; a value arrives at a site if it does so in one run.  Prints JSON.
"""

from __future__ import annotations

import builtins
import json
import os
import random
import runpy
import sys
from pathlib import Path
from typing import Any

RUNS = 40
NAMED = "marked text"  # the text that programs with sources by name use
DIGITS = "\U0001d7de\U0001d7df\U0001d7e0"  # digits to int(), yet no text of a program
NUMBER = 678  # what int(DIGITS) is; no other number of a program comes near
PRIVATE = frozenset(DIGITS)


class _State:
    """The record of all runs of one program, and the answers of the run at hand."""

    def __init__(self) -> None:
        self.arrived: set[tuple[str, int]] = set()
        self.reached: set[tuple[str, int]] = set()
        self.random = random.Random(0)
        self.bias: float | None = None


state = _State()


class Marked(str):
    """A string that arrives only as itself: a copy of its text is another value."""

    def __deepcopy__(self, _memo: object) -> Marked:
        return self

    def __copy__(self) -> Marked:
        return self


class MarkedNumber(int):
    """A number whose mark survives every operation."""

    def __str__(self) -> str:
        return DIGITS

    __repr__ = __str__

    def __format__(self, how: str) -> str:
        return DIGITS


def _marking(name: str) -> None:
    plain = getattr(int, name)

    def method(self: int, *others: Any) -> Any:
        result = plain(self, *others)
        if type(result) is tuple:
            return tuple(MarkedNumber(item) for item in result)
        return MarkedNumber(result) if type(result) is int else result

    setattr(MarkedNumber, name, method)


BINARY = ("add", "sub", "mul", "floordiv", "mod", "divmod", "pow", "lshift", "rshift")
BITWISE = ("and", "or", "xor")
for _name in BINARY + BITWISE:
    _marking(f"__{_name}__")
    _marking(f"__r{_name}__")
for _name in ("neg", "pos", "abs", "invert"):
    _marking(f"__{_name}__")

_STRICT = Marked("source")


def source() -> Any:
    """The value to be followed; it counts as arrived only as this very object."""
    return _STRICT


def taint() -> str:
    """Text to be followed through whatever is made of it."""
    return DIGITS


def taint_number() -> int:
    """A number to be followed through arithmetic."""
    return MarkedNumber(NUMBER)


def choice() -> bool:
    """A condition of which nothing is known."""
    if state.bias is not None:
        return state.random.random() < state.bias
    return state.random.random() < 0.5


def number() -> int:
    """A small number of which nothing is known: 0, 1 or 2."""
    return state.random.randrange(3)


def valid(value: Any) -> bool:
    """A check that blesses what it was asked about: says no to what came from a source."""
    return value is not _STRICT


def tainted(value: Any, depth: int = 4) -> bool:
    """Whether a mark is in the value, or in what a container holds."""
    if isinstance(value, str):
        return not PRIVATE.isdisjoint(value) or str(NUMBER) in value
    if isinstance(value, (bytes, bytearray)):
        return not PRIVATE.isdisjoint(bytes(value).decode(errors="replace"))
    if isinstance(value, MarkedNumber):
        return True
    if isinstance(value, int):
        return value == NUMBER
    if depth and isinstance(value, dict):
        return any(tainted(item, depth - 1) for item in value.values())
    if depth and isinstance(value, (list, tuple, set, frozenset)):
        return any(tainted(item, depth - 1) for item in value)
    return False


def _record(arrived: bool) -> None:
    frame = sys._getframe(2)
    site = (str(Path(frame.f_code.co_filename).resolve()), frame.f_lineno)
    state.reached.add(site)
    if arrived:
        state.arrived.add(site)


def sink(value: Any = None, *_rest: Any, **_named: Any) -> None:
    """Records whether the very object of `source` arrived as first argument."""
    _record(value is _STRICT)


def sink_taint(value: Any = None) -> None:
    """Records whether something made of `taint` arrived."""
    _record(tainted(value))


def run_command(command: Any = None, shell: Any = None) -> int:
    """Stands for `os.system`: records whether the named text or something tainted arrived."""
    _record(NAMED in (command, shell) or tainted(command))
    return 0


def run_second(_first: Any = None, second: Any = None) -> None:
    """A sink at its second argument, or the one named ``second``."""
    _record(second == NAMED)


def main(program: str) -> None:
    """Runs one program `RUNS` times and prints what arrived and what was reached."""
    os.system = run_command  # a policy about real names; nothing may really be run
    builtins.injected = NAMED  # type: ignore[attr-defined]
    folder = str(Path(program).resolve().parent)
    sys.modules["recorder"] = sys.modules["__main__"]
    sys.path.insert(0, folder)
    before = set(sys.modules)
    for run in range(RUNS):
        state.random = random.Random(run)
        state.bias = {0: 0.05, 1: 0.95, 2: 0.85, 3: 0.15}.get(run)
        for name in set(sys.modules) - before:
            del sys.modules[name]
        runpy.run_path(program, run_name="__main__")
    print(json.dumps({"arrived": sorted(state.arrived), "reached": sorted(state.reached)}))


if __name__ == "__main__":
    main(sys.argv[1])
