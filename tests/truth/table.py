"""Prints how the tool stands against the truth programs; ``--write`` renews their marks.

Usage: python tests/truth/table.py [--write] [--lines] [WORD…], a WORD being part of a
program's name.  Exit code 1 if a mark is out of date.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import truth_harness as harness


def row(name: str, count: harness.Count, seconds: float) -> str:
    """One line of the table."""
    return (
        f"{name:28} {count.sites:5} {count.found:6} {count.missing:8} {count.spurious:9}"
        f" {count.precision:10.3f} {count.recall:7.3f} {seconds:6.2f}"
    )


def differences(program: Path, lines: set[tuple[Path, int]]) -> list[str]:
    """The sites at which the tool is wrong, with their text."""
    shown = []
    for path in harness.files_of(program):
        text = path.read_text().splitlines()
        for site in harness.sites(path):
            if ((path, site.line) in lines) != site.flow:
                what = "MISSING " if site.flow else "SPURIOUS"
                label = path.relative_to(harness.PROGRAMS)
                shown.append(f"    {what} {label}:{site.line}: {text[site.line - 1].strip()}")
    return shown


def main() -> int:
    """Prints the table; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="renew the marks in the programs")
    parser.add_argument("--lines", action="store_true", help="print each wrong site")
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    total, stale = harness.Count(), 0
    print(f"{'program':28} sites  found  missing  spurious  precision  recall      s")
    for program in harness.programs():
        name = harness.name_of(program)
        if options.words and not any(word in name for word in options.words):
            continue
        start = time.perf_counter()
        try:
            lines = harness.reported(program)
        except Exception as error:  # a table of the rest is still of use
            print(f"{name:28} FAILED: {type(error).__name__}: {error}")
            stale += 1
            continue
        seconds = time.perf_counter() - start
        files = harness.files_of(program)
        expected = [site for path in files for site in harness.sites(path)]
        count = harness.tally(expected, lines)
        total = harness.Count(*(a + b for a, b in zip(total, count, strict=True)))
        stale += sum(((site.path, site.line) in lines) != site.reported for site in expected)
        print(row(name, count, seconds))
        if options.lines:
            print("\n".join(differences(program, lines)))
        if options.write:
            for path in files:
                harness.remark(path, lines)
    print(row("all", total, 0.0))
    if stale and not options.write:
        print(f"{stale} marks out of date: run with --write and look at the diff")
    return int(bool(stale) and not options.write)


if __name__ == "__main__":
    sys.exit(main())
