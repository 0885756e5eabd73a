"""What a cold check of Python costs, as a ratio to libcst's bare parse of the same files.

Usage: python tests/benchmarks/bench_check.py [LINES] [ROUNDS]

The corpus is the standard library; the policy pack has a word in every file, so
that nothing is skipped (asserted).  Every round times both in one process each,
one after the other; the median of the ratios is what counts.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 1.25
PACK = """
[space.marked]
title = "a label for the benchmark"
algebra = "label"
reference = "tests/benchmarks/bench_check.py"

[[producer]]
call = "bench_source"
gives = "marked"

[[producer]]
call = "getenv"
gives = "marked"

[[producer]]
call = "readline"
gives = "marked"

[[sink]]
call = "exec"
argument = 0
forbids = ["marked"]
"""
PARSE = """
import gc, json, sys, time
import libcst
texts = [open(path, encoding="utf-8").read() for path in json.load(open(sys.argv[1]))]
gc.disable()
start = time.process_time()
for text in texts:
    libcst.parse_module(text)
print(time.process_time() - start)
"""
CHECK = """
import sys, time
from spapr_lint import check
start = time.process_time()
report = check([sys.argv[1]], packs=[sys.argv[2]], default_packs=False, cache=False, jobs=1)
print(time.process_time() - start, report.ledger.files, len(report.findings))
"""


def corpus(folder: Path, lines: int) -> list[Path]:
    """Copies files of the standard library, with one word of the pack in each."""
    library = Path(sysconfig.get_paths()["stdlib"])
    copied: list[Path] = []
    total = 0
    for source in sorted(library.rglob("*.py")):
        parts = source.relative_to(library).parts
        if {"test", "tests", "site-packages", "lib2to3", "idlelib"} & set(parts):
            continue
        try:
            text = source.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        target = folder.joinpath("corpus", *parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"{text}\n# bench_source\n", encoding="utf-8")
        copied.append(target)
        total += text.count("\n")
        if total >= lines:
            break
    print(f"{len(copied)} files, {total} lines")
    return copied


def seconds(*command: str) -> list[float]:
    """Runs Python and reads the numbers that it prints."""
    run = subprocess.run(
        [sys.executable, "-c", *command],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return [float(word) for word in run.stdout.split()]


def main(arguments: list[str]) -> int:
    """Prints one line a round and the median; fails above the limit."""
    lines = int(arguments[0]) if arguments else 100_000
    rounds = int(arguments[1]) if len(arguments) > 1 else 3
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = corpus(folder, lines)
        listed = folder / "files.json"
        listed.write_text(json.dumps([str(path) for path in files]))
        pack = folder / "pack.toml"
        pack.write_text(PACK)
        ratios = []
        for _ in range(rounds):
            (parse,) = seconds(PARSE, str(listed))
            check, seen, found = seconds(CHECK, str(folder / "corpus"), str(pack))
            if seen != len(files):
                print(f"skipped {len(files) - int(seen)} files")
                return 1
            ratios.append(check / parse)
            print(f"parse {parse:.2f} s  check {check:.2f} s  x{ratios[-1]:.2f}  {found:.0f} found")
    median = statistics.median(ratios)
    print(f"cold check / bare parse: x{median:.2f} (limit x{LIMIT})")
    return 0 if median <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
