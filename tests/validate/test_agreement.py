"""The sweep and the linter agree: a number of another kind in the sound design is seen by both.

Each mutant puts, by hand, one number of another kind into the first version of the fix series.
"""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from spapr_lint import check
from spapr_lint.findings import Finding
from spapr_lint.tree import MemoryTree
from spapr_lint.validate.grid import Limits, grid
from spapr_lint.validate.invariants import FAILED
from spapr_lint.validate.sweep import sweep

PACKAGE = Path(__file__).parents[2] / "spapr_lint"
SOUND = "spapr_lint/model/variants/nr_ipis.py"

# (the text, another kind of number in its place, in words)
MUTANTS = {
    "claims by servers": ("range(max_cpus)", "range(spapr_max_server_number(spapr))"),
    "ENDs by CPUs": ("spapr_max_server_number(spapr) << 3", "max_cpus << 3"),
    "IPIs by servers": ('"nr-ipis", max_cpus', '"nr-ipis", spapr_max_server_number(spapr)'),
    "cell by servers": ("cpu_to_be32(xive.nr_ipis)", "cpu_to_be32(nr_servers)"),
    "cell by ENDs": ("cpu_to_be32(xive.nr_ipis)", "cpu_to_be32(xive.nr_ends)"),
    "cell by LISNs": ("cpu_to_be32(xive.nr_ipis)", "cpu_to_be32(xive.nr_irqs)"),
    "table by IPIs": ("spapr.smc.nr_xirqs + SPAPR_XIRQ_BASE", "max_cpus"),
}


def text(mutant: str | None) -> str:
    source = (PACKAGE.parent / SOUND).read_text()
    if mutant is None:
        return source
    old, new = MUTANTS[mutant]
    assert source.count(old) == 1
    return source.replace(old, new).replace("    del nr_servers\n", "")


@functools.cache
def package() -> dict[str, bytes]:
    """The machine without those who use it, which say nothing about its numbers."""
    files = {"spapr_lint/__init__.py": b""}
    users = ("guest", "command", "migration", "machine", "hypercall", "options")
    for path in sorted((PACKAGE / "model").rglob("*.py")):
        if not path.name.startswith(users):
            files[f"spapr_lint/{path.relative_to(PACKAGE).as_posix()}"] = path.read_bytes()
    return files


def flagged(mutant: str | None) -> list[Finding]:
    """What the linter says whose sink or source is in the design."""
    files: dict[str, bytes | None] = {**package(), SOUND: text(mutant).encode()}
    return list(check([SOUND], tree=MemoryTree(files), cache=False).findings)


def broken(mutant: str | None, folder: Path) -> set[str]:
    """The rules that the sweep finds broken."""
    module = folder / "design.py"
    module.write_text(text(mutant))
    points = grid("quick", Limits(modes=("xive",)))
    verdicts = sweep(str(module), points, jobs=1).verdicts
    return {verdict.invariant.name for verdict in verdicts if verdict.state == FAILED}


def test_the_sound_design(tmp_path: Path) -> None:
    assert broken(None, tmp_path) == set()
    assert flagged(None) == []


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_mutant_is_seen_by_both(mutant: str, tmp_path: Path) -> None:
    assert broken(mutant, tmp_path)
    assert flagged(mutant)
