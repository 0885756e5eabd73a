"""Truth programs: their sites, what really happens at them, and what the tool says.

A site is a line with a comment ``# flow`` or ``# no flow``; see `programs/README.md`
for the marks that may follow.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import tokenize
from pathlib import Path
from typing import NamedTuple

from spapr_lint.tree import MemoryTree

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"
PACKS = HERE / "packs"
RECORDER = HERE / "recorder.py"
COMMENT = re.compile(r"#\s*(?P<no>no )?flow\b(?P<marks>(\s+(MISSING|SPURIOUS|DEAD))*)\s*$")
MARK = re.compile(r"(#\s*(?:no )?flow\b(?:\s+DEAD)?)(?:\s+(?:MISSING|SPURIOUS))?(\s+DEAD)?\s*$")


class Site(NamedTuple):
    """An expectation: whether the value arrives, and the marks of the comment."""

    path: Path
    line: int
    flow: bool
    marks: frozenset[str]

    @property
    def reported(self) -> bool:
        """Whether the tool is expected to report the line, known gaps included."""
        return (self.flow and "MISSING" not in self.marks) or "SPURIOUS" in self.marks


class Run(NamedTuple):
    """What happened at run time, by path and line."""

    arrived: frozenset[tuple[Path, int]]
    reached: frozenset[tuple[Path, int]]


class Count(NamedTuple):
    """Totals over sites: what a report holds against the truth."""

    found: int = 0
    missing: int = 0
    spurious: int = 0
    silent: int = 0

    @property
    def sites(self) -> int:
        return sum(self)

    @property
    def precision(self) -> float:
        return self.found / max(1, self.found + self.spurious)

    @property
    def recall(self) -> float:
        return self.found / max(1, self.found + self.missing)


def programs() -> list[Path]:
    """All programs: files, and the ``main.py`` of folders (of many files)."""
    files = [path for path in PROGRAMS.rglob("*.py") if folder_of(path) is None]
    return sorted(files + list(PROGRAMS.glob("*/*/main.py")))


def folder_of(path: Path) -> Path | None:
    """The folder of a program of many files that holds the file, or None."""
    parts = path.relative_to(PROGRAMS).parts
    return PROGRAMS.joinpath(*parts[:2]) if len(parts) > 2 else None


def name_of(program: Path) -> str:
    """``copies/containers``: the pack and the program."""
    return str((folder_of(program) or program.with_suffix("")).relative_to(PROGRAMS))


def pack_of(program: Path) -> Path:
    """The pack that belongs to the folder that holds the program."""
    return PACKS / (program.relative_to(PROGRAMS).parts[0] + ".toml")


def files_of(program: Path) -> list[Path]:
    """The program's file, or all files of its folder."""
    folder = folder_of(program)
    return sorted(folder.rglob("*.py")) if folder else [program]


def sites(path: Path) -> list[Site]:
    """The expectations of one file."""
    found = []
    text = path.read_text()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT:
            continue
        match = COMMENT.match(token.string)
        if match:
            marks = frozenset(match["marks"].split())
            found.append(Site(path, token.start[0], not match["no"], marks))
        elif re.match(r"#\s*(no )?flow\b", token.string):
            raise ValueError(f"{path}:{token.start[0]}: not an expectation: {token.string}")
    return found


def execute(program: Path) -> Run:
    """Runs the program for real, in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(RECORDER), str(program)], capture_output=True, text=True, timeout=30
    )
    if done.returncode:
        raise AssertionError(f"{program} does not run:\n{done.stderr}")
    record = json.loads(done.stdout.splitlines()[-1])
    return Run(*(frozenset((Path(p), n) for p, n in record[key]) for key in Run._fields))


def disagreements(program: Path) -> list[str]:
    """Where the comments and the run differ."""
    run = execute(program)
    expected = [site for path in files_of(program) for site in sites(path)]
    wrong = []
    for site in expected:
        place = (site.path, site.line)
        label = f"{site.path.name}:{site.line}: "
        if ("DEAD" in site.marks) == (place in run.reached):
            wrong.append(label + ("is reached" if place in run.reached else "is never reached"))
        elif site.flow != (place in run.arrived):
            wrong.append(label + f"says flow={site.flow}, the run says otherwise")
    known = {(site.path, site.line) for site in expected}
    wrong += [f"{p.name}:{n}: no expectation" for p, n in sorted(run.reached - known)]
    return wrong


def reported(program: Path) -> set[tuple[Path, int]]:
    """The lines that the tool reports for the program."""
    from spapr_lint.check import check

    folder = folder_of(program) or program.parent
    names = {str(path.relative_to(folder)): path for path in files_of(program)}
    report = check(
        sorted(names),
        packs=[str(pack_of(program))],
        default_packs=False,
        cache=False,
        tree=MemoryTree({name: path.read_bytes() for name, path in names.items()}),
    )
    return {(names[finding.path], finding.line) for finding in report.findings}


def tally(expected: list[Site], lines: set[tuple[Path, int]]) -> Count:
    """How the reported lines stand against the truth (marks do not excuse anything)."""
    counts = dict.fromkeys(Count._fields, 0)
    for site in expected:
        hit = (site.path, site.line) in lines
        key = ("found" if hit else "missing") if site.flow else ("spurious" if hit else "silent")
        counts[key] += 1
    known = {(site.path, site.line) for site in expected}
    counts["spurious"] += len(lines - known)
    return Count(**counts)


def remark(path: Path, lines: set[tuple[Path, int]]) -> None:
    """Rewrites the MISSING and SPURIOUS marks of one file to what the tool does now."""
    text = path.read_text().splitlines(keepends=True)
    for site in sites(path):
        hit = (path, site.line) in lines
        mark = "" if hit == site.flow else ("SPURIOUS" if hit else "MISSING")
        kept = MARK.sub(r"\1\2 " + mark, text[site.line - 1].rstrip())
        text[site.line - 1] = kept.rstrip() + "\n"
    path.write_text("".join(text))
