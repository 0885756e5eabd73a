"""Prints case by case how the tool stands against QEMU's history.

Usage: SPAPR_LINT_QEMU_GIT=CLONE python tests/history/history_table.py [-v] [WORD…]
Trees are kept in SPAPR_LINT_HISTORY_CACHE if that names a folder.  ``-v`` prints findings.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import history_harness as harness


def verdict(case: harness.Case, clone: str, trees: Path, details: list[str]) -> str:
    """What the tool makes of one case; fills the details with findings."""
    before = harness.extract(clone, case.before, trees / case.before)
    if case.kind == "negative":
        alarms = harness.false_alarms(case, before)
        details += [harness.shown(finding, before) for finding in alarms]
        return f"{len(alarms)} FALSE" if alarms else "ok"
    found = harness.hits(case, before)
    details += [harness.shown(finding, before) for finding in found]
    if not found:
        where = harness.places(case, before)
        others = harness.all_findings(before)
        near = [f for f in others if harness.touches(f, where, before)]
        details += ["other: " + harness.shown(finding, before) for finding in near]
    words = "found" if found else "MISSED"
    if case.after is not None:
        after = harness.extract(clone, case.after, trees / case.after)
        left = harness.hits(case, after)
        details += ["left: " + harness.shown(finding, after) for finding in left]
        words += ", STILL THERE after the fix" if left else ", gone after"
    return words


def main(arguments: list[str]) -> None:
    """Prints the table; see the module's docstring."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    clone = os.environ["SPAPR_LINT_QEMU_GIT"]
    verbose = "-v" in arguments
    words = [word for word in arguments if word != "-v"]
    with tempfile.TemporaryDirectory() as scratch:
        trees = Path(os.environ.get("SPAPR_LINT_HISTORY_CACHE", scratch))
        for case in harness.cases():
            if words and not any(word in case.id for word in words):
                continue
            details: list[str] = []
            start = time.perf_counter()
            try:
                result = verdict(case, clone, trees, details)
            except Exception as error:  # a table of the rest is still of use
                result = f"FAILED: {type(error).__name__}: {error}"
            print(f"{case.id:44} {result:34} {time.perf_counter() - start:5.1f} s", flush=True)
            if verbose:
                print("".join(f"    {line}\n" for line in details), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
