"""Feeds very many programs to `check`, within a budget: crashes, hangs, answers that vary.

Usage: python tests/fuzz/long_run.py [--count 10000] [--from 0] [--seconds N].  Every second seed
is a made module beside another, the others are mutated truth programs; each is looked at twice,
in processes with other hash seeds and with the files in the other order.  Exit code 1 on a fault.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]

import fuzz_programs as fuzz  # noqa: E402 -- found by the line above
import test_fuzz  # noqa: E402 -- likewise

BATCH = 25
SLOW = 10.0  # seconds of processor time that are worth telling


def files_of(seed: int) -> dict[str, bytes]:
    """What is checked for a seed: two made modules, or one mutated program."""
    if seed % 2:
        return {"fuzz.py": fuzz.mutate(test_fuzz.base(seed // 2), seed).encode()}
    other = b"from fuzz import *\n" + fuzz.program(seed + 1_000_003, 40).encode()
    return {"fuzz.py": fuzz.program(seed).encode(), "other.py": other}


def answer(seed: int, backwards: bool) -> tuple[str, float]:
    """A digest of the report (or of the fault), and the processor time it took."""
    files = files_of(seed)
    names = sorted(files, reverse=backwards)
    start = time.process_time()
    try:
        report = test_fuzz.checked({name: files[name] for name in names}, names)
        said = hashlib.sha256(repr(report).encode()).hexdigest()[:16]
    except Exception as error:
        said = f"FAULT {type(error).__name__}: {error}"
    return said, time.process_time() - start


def child(first: int, last: int, backwards: bool) -> None:
    """Prints the answers for some seeds, as JSON."""
    print(json.dumps([answer(seed, backwards) for seed in range(first, last)]))


def batch(first: int, last: int, backwards: bool) -> list[tuple[str, float]]:
    """The answers of a process of its own."""
    command = [sys.executable, __file__, "--child", str(first), str(last), str(int(backwards))]
    environment = os.environ | {"PYTHONHASHSEED": str(1 + backwards)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        return [(f"FAULT process: {done.stderr[-300:]}", 0.0)] * (last - first)
    return [(said, seconds) for said, seconds in json.loads(done.stdout.splitlines()[-1])]


def compare(first: int, last: int) -> int:
    """Prints what is wrong with some seeds, and how many of them have a fault."""
    faults = 0
    ways = zip(batch(first, last, False), batch(first, last, True), strict=True)
    for seed, ((one, seconds), (two, _)) in zip(range(first, last), ways, strict=True):
        if one != two or one.startswith("FAULT"):
            faults += 1
            print(f"seed {seed}: {one}" + (f", then {two}" if one != two else ""), flush=True)
        elif seconds > SLOW:
            print(f"seed {seed}: {seconds:.1f} s", flush=True)
    return faults


def main() -> int:
    """Runs until the count or the budget is used up; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="of wall time")
    parser.add_argument("--child", nargs=3, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child[0], options.child[1], bool(options.child[2]))
        return 0
    start, faults, seed = time.monotonic(), 0, options.first
    end = options.first + options.count
    while seed < end and time.monotonic() - start < options.seconds:
        last = min(end, seed + BATCH)
        faults += compare(seed, last)
        seed = last
        print(f"{seed - options.first} programs, {faults} faults", flush=True)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
