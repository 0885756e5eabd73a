"""Real QEMU trees for tests: parts of commits out of a clone, and copies to edit.

Nothing of QEMU is part of the project: trees come from a clone or a source package that
whoever runs the tests has, and are gone afterwards.
"""

from __future__ import annotations

import functools
import io
import json
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
FOLDERS = ("hw/ppc", "hw/intc", "target/ppc", "target-ppc", "include", "linux-headers", "accel/kvm")
NEAR = 2  # lines: how far from a listed line counts as there, where no function is named
NAME = re.compile(r"[A-Za-z_]\w*$")


class Case(NamedTuple):
    """One line of `cases.json`; ``files`` are (path, function, lines)."""

    id: str
    kind: str
    what: str
    before: str
    after: str | None
    codes: tuple[str, ...]
    got: str | None
    wanted: str | None
    source_text: str | None
    files: tuple[tuple[str, str, tuple[int, ...]], ...]


def cases() -> list[Case]:
    """All cases, in the order of the file."""
    made = []
    for entry in json.loads((HERE / "cases.json").read_text()):
        files = tuple((f["path"], f["function"], tuple(f["lines"])) for f in entry["files"])
        before = entry.get("parent") or entry["at"]
        texts = (entry.get(key) for key in ("got", "wanted", "source_text"))
        codes = tuple(entry.get("codes", ()))
        head = (entry["id"], entry["kind"], entry["what"], before, entry.get("fix"), codes)
        made.append(Case(*head, *texts, files))
    return made


def extract(clone: str, commit: str, target: Path) -> Path:
    """Unpacks the folders of a commit that matter here, and returns the target."""
    if target.exists():
        return target
    listed = _git(clone, "ls-tree", "--name-only", commit, "--", *FOLDERS).decode().split()
    data = _git(clone, "archive", commit, "--", *listed)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.extractall(target, filter="data")
    (target / "VERSION").touch()
    return target


def _git(clone: str, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", clone, *arguments], check=True, capture_output=True).stdout


def copy(tree: str, target: Path) -> Path:
    """Copies the folders that matter of a source tree, to be edited."""
    for folder in FOLDERS:
        if (Path(tree) / folder).is_dir():
            shutil.copytree(Path(tree) / folder, target / folder, symlinks=True)
    (target / "VERSION").touch()
    return target


def findings(root: Path, files: list[str]) -> list[Any]:
    """What the tool reports on files of a tree, without what only a name says."""
    from spapr_lint.check import check

    report = check([str(root / path) for path in files], root=str(root), cache=False)
    return [finding for finding in report.findings if finding.evidence != "named"]


def span(text: str, function: str) -> range | None:
    """The lines of a function's definition (from its name to the closing brace), or None."""
    lines = text.splitlines()
    start = re.compile(rf"^[A-Za-z_].*\b{re.escape(function)}\s*\(|^{re.escape(function)}\s*\(")
    for number, line in enumerate(lines):
        if not start.match(line):
            continue
        body = next((n for n in range(number, len(lines)) if lines[n][:1] in "{};"), None)
        ends = [n for n in range(number, len(lines)) if lines[n].rstrip().endswith(";")]
        if body is None or lines[body][:1] != "{" or (ends and ends[0] < body):
            continue
        close = next(n for n in range(body, len(lines)) if lines[n].startswith("}"))
        return range(number + 1, close + 2)
    return None


def places(case: Case, root: Path) -> list[tuple[str, range]]:
    """Where the tree has what the case lists: whole functions, else the lines."""
    found = []
    for path, function, lines in case.files:
        if not (root / path).is_file():
            continue
        inside = None
        if NAME.match(function):
            inside = span((root / path).read_text(errors="replace"), function)
        if inside is not None:
            found.append((path, inside))
        else:
            found += [(path, range(line - NEAR, line + NEAR + 1)) for line in lines]
    return found


def relative(path: str, root: Path) -> str:
    """A finding's path, which is relative to where the tests run, within the tree."""
    resolved = Path(path).resolve()
    return str(resolved.relative_to(root.resolve())) if resolved.is_relative_to(root) else path


def matches(case: Case, finding: Any) -> bool:
    """Whether the finding is of the sort that the case is about."""
    texts = [step.text for way in finding.ways for step in (way.source, *way.trace)]
    return (
        finding.rule in case.codes
        and (case.got is None or finding.got.split(".")[0] == case.got)
        and (case.wanted is None or finding.wanted.split(".")[0] == case.wanted)
        and (case.source_text is None or any(case.source_text in text for text in texts))
    )


def touches(finding: Any, where: list[tuple[str, range]], root: Path) -> bool:
    """Whether the sink or a step of a way lies in one of the places."""
    points = [(finding.path, finding.line)]
    points += [(step.path, step.line) for way in finding.ways for step in (way.source, *way.trace)]
    return any(
        relative(path, root) == inside and line in lines
        for path, line in points
        for inside, lines in where
    )


def paths(case: Case, root: Path) -> list[str]:
    """The files of the case that the tree has."""
    return sorted({path for path, _, _ in case.files if (root / path).is_file()})


@functools.cache
def all_findings(root: Path) -> list[Any]:
    """What the tool reports on all files that any case lists; one run for a tree."""
    return findings(root, sorted({path for case in cases() for path in paths(case, root)}))


def hits(case: Case, root: Path) -> list[Any]:
    """The findings on the tree that the case is about."""
    where = places(case, root)
    return [f for f in all_findings(root) if matches(case, f) and touches(f, where, root)]


def false_alarms(case: Case, root: Path) -> list[Any]:
    """For a negative: the findings whose sink stands at a listed line."""
    where = [(path, range(line, line + 1)) for path, _, lines in case.files for line in lines]
    return [
        finding
        for finding in all_findings(root)
        if any(
            relative(finding.path, root) == path and finding.line in lines for path, lines in where
        )
    ]


def shown(finding: Any, root: Path) -> str:
    """One line for a table or a failing test."""
    return (
        f"{relative(finding.path, root)}:{finding.line}: {finding.rule} {finding.function} "
        f"{finding.got} where {finding.wanted} is wanted"
    )
