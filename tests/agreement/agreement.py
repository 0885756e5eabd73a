"""Both judges on each mutant: the sweep over machines, and the linter.

``python -m tests.agreement.agreement [--budget SECONDS] [--without-strides]`` takes mutants in a
fixed random order until the budget of processor time is spent, and prints the count, each miss,
and each mutant that is flagged and equal on every machine, with its reason.  ``--sweeps FILE``
keeps what the sweep saw; ``--first-look`` lints a mutant without the machine's own module
(spapr.py, nine tenths of the time) and the other designs, where it is not of them.
"""

from __future__ import annotations

import argparse
import functools
import json
import resource
import sys
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from spapr_lint import check
from spapr_lint.tree import MemoryTree
from tests.agreement.kept import Seen, Sweeps
from tests.agreement.mutants import MODEL, Mutant, every, mutated, path, source, stripped
from tests.agreement.observe import Shown, observe
from tests.agreement.reasons import reason

# The machine without those who use it, which say nothing about its numbers.
USERS = ("guest", "command", "migration", "machine", "hypercall", "options", "keyval", "topology")
USERS += ("cpus", "versions", "monitor")
WANTED = 0.98


class Judged(NamedTuple):
    """What both said of a mutant: the faults of the sweep, whether anything at all differs, the
    linter's codes.
    """

    mutant: Mutant
    faults: list[str]
    differs: bool
    codes: list[str]


@functools.cache
def package() -> dict[str, bytes]:
    """The model's text without annotations."""
    files = {"spapr_lint/__init__.py": b""}
    for file in sorted(MODEL.rglob("*.py")):
        if not file.name.startswith(USERS):
            name = file.relative_to(MODEL).with_suffix("").as_posix()
            files[path(name)] = stripped(file.read_text()).encode()
    return files


Found = Counter[tuple[str, int, str, str]]
# What a first look leaves out.
FAR = ("spapr", "variants/ends_by_cpus", "variants/ipi_by_vcpu_id", "variants/nr_ipis")


def findings(module: str, text: str, first_look: bool = False) -> Found:
    """What the linter says of the model with a module of that text."""
    files: dict[str, bytes | None] = {**package()}
    if first_look:
        base = "variants/nr_ipis" if "/" in module else ""  # which another design imports
        for name in set(FAR) - {base}:
            del files[path(name)]
    files[path(module)] = stripped(text).encode()
    report = check(["spapr_lint/model"], tree=MemoryTree(files), cache=False)
    return Counter(
        (finding.path, finding.line, finding.rule, f"{finding.got}->{finding.wanted}")
        for finding in report.findings
    )


@functools.cache
def _sound_findings(module: str = "xive", first_look: bool = False) -> Found:
    return findings(module, source(module), first_look)


@functools.cache
def _sound_machines(variant: str) -> Shown:
    return observe(None, "", variant)


def variant_of(mutant: Mutant) -> str:
    """The design on whose machines the mutant is run; what is shared runs on the sound one."""
    return mutant.module.removeprefix("variants/") if "/" in mutant.module else "nr_ipis"


def sweep(mutant: Mutant) -> Seen:
    """The faults that the machines show, three at most, and whether anything differs."""
    variant = variant_of(mutant)
    sound, shown = _sound_machines(variant), observe(mutant.module, mutated(mutant), variant)
    faults = [f"{name}: {how}" for name, how in shown.faults.items() if name not in sound.faults]
    return faults[:3], shown.digest != sound.digest


def judge(mutant: Mutant, kept: Sweeps | None = None, first_look: bool = False) -> Judged:
    """Both judges."""
    faults, differs = sweep(mutant) if kept is None else kept.get(mutant, sweep)
    if first_look:
        sound = _sound_findings(mutant.module, True)
    else:
        sound = _sound_findings()
    new = findings(mutant.module, mutated(mutant), first_look) - sound
    codes = sorted({rule for _path, _line, rule, _kinds in new})
    return Judged(mutant, faults, differs, codes)


class Tally(NamedTuple):
    """The count over mutants of another kind; those of the same kind apart."""

    judged: list[Judged]

    def of(self, same: bool) -> list[Judged]:
        """Those of the same kind, or of another; strides and priorities are in neither."""
        return [one for one in self.judged if one.mutant.same_kind == same and not one.mutant.aside]

    @property
    def seen(self) -> list[Judged]:
        """Mutants of another kind of which the sweep sees a fault."""
        return [one for one in self.of(same=False) if one.faults]

    @property
    def missed(self) -> list[Judged]:
        """Of those, the ones that the linter does not flag."""
        return [one for one in self.seen if not one.codes]

    @property
    def recall(self) -> float:
        """How many of the faults seen are flagged; 1 where none is seen."""
        return 1 - len(self.missed) / len(self.seen) if self.seen else 1.0

    @property
    def equal(self) -> list[Judged]:
        """Flagged, and equal on every machine."""
        return [one for one in self.judged if one.codes and not one.differs and not one.faults]


def aside(tally: Tally) -> str:
    """The count over strides, threads and priorities."""
    seen = [one for one in tally.judged if one.mutant.aside and one.faults]
    flagged = sum(bool(one.codes) for one in seen)
    return f"strides, threads and priorities: {len(seen)} faults seen, {flagged} flagged"


def report(tally: Tally) -> str:
    """All of it, for reading."""
    other, same = tally.of(same=False), tally.of(same=True)
    quiet = [one for one in other if one.differs and not one.faults]
    kept = sum(bool(one.codes) for one in quiet)
    lines = [
        f"{len(other)} mutants of another kind: the sweep sees a fault of {len(tally.seen)}, "
        f"the linter flags {len(tally.seen) - len(tally.missed)}: recall {tally.recall:.4f}",
        f"{len(quiet)} more look otherwise without breaking a rule, {kept} flagged",
        aside(tally),
        f"{len(same)} of the same kind: {sum(bool(one.faults) for one in same)} faults, "
        f"{sum(bool(one.codes) for one in same)} flagged",
    ]
    lines += [f"MISSED {one.mutant}\n    {one.faults[0][:200]}" for one in tally.missed]
    lines += [f"quiet and not flagged: {one.mutant}" for one in quiet if not one.codes]
    lines += [
        f"flagged, equal on every machine: {one.mutant} {' '.join(one.codes)}: {reason(one.mutant)}"
        for one in tally.equal
    ]
    return "\n".join(lines)


def spent() -> float:
    """Seconds of processor time, of this process and its children."""
    own, below = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + below.ru_utime + below.ru_stime


def run(
    mutants: Iterable[Mutant], budget: float, kept: Sweeps | None = None, first_look: bool = False
) -> Tally:
    """Judge mutants until the budget is spent."""
    judged = []
    for number, mutant in enumerate(mutants):
        if spent() > budget:
            break
        one = judge(mutant, kept, first_look)
        judged.append(one)
        if one.faults and not one.codes and not mutant.same_kind and not mutant.aside:
            print(f"{number}: missed {mutant}: {one.faults[0][:150]}", file=sys.stderr, flush=True)
        elif one.codes and not one.differs and not one.faults:
            print(f"{number}: equal {mutant}: {one.codes}", file=sys.stderr, flush=True)
        elif one.differs and not one.faults and not one.codes and not mutant.same_kind:
            print(f"{number}: quiet {mutant}", file=sys.stderr, flush=True)
    return Tally(judged)


def main(argv: list[str]) -> int:
    """The command; 1 when the linter misses too much."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--budget", type=float, default=1800, help="seconds of processor time")
    parser.add_argument("--skip", type=int, default=0, help="mutants to leave out at the beginning")
    parser.add_argument("--module", help="only of this module")
    parser.add_argument("--without-strides", action="store_true")
    parser.add_argument("--output", help="where to write what was found of each, as JSON")
    parser.add_argument("--sweeps", help="where to keep what the sweep saw, for the next run")
    parser.add_argument("--first-look", action="store_true", help="lint without the far modules")
    options = parser.parse_args(argv)
    chosen = [one for one in every() if options.module in (None, one.module)]
    if options.without_strides:
        chosen = [one for one in chosen if not one.aside]
    kept = Sweeps(options.sweeps)
    tally = run(chosen[options.skip :], options.budget, kept, options.first_look)
    print(report(tally))
    print(f"{len(tally.judged)} of {len(chosen)} mutants, {spent():.0f} s of processor time")
    if options.output:
        with open(options.output, "w") as file:
            json.dump(
                [[*one.mutant, one.faults[:3], one.differs, one.codes] for one in tally.judged],
                file,
            )
    return int(tally.recall < WANTED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
