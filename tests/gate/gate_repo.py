"""Real repositories for the gate's tests, driven by real git as a user would."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import gate_toy

from spapr_lint.gate import git, plan, series, trees
from spapr_lint.gate.plan import Plan
from spapr_lint.gate.verdict import GateReport, Verdict

QUIET = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A U Thor",
    "GIT_AUTHOR_EMAIL": "author@example.com",
    "GIT_COMMITTER_NAME": "C O Mitter",
    "GIT_COMMITTER_EMAIL": "committer@example.com",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
}

CLEAN = """\
int lonely(int lisn)
{
    return lisn + 1;
}
"""
BAD = """\
int claim(int cs)
{
    int ipi = server_id(cs);

    sink(ipi);
    return 0;
}
"""
GOOD = BAD.replace("server_id", "ipi_number")
FILLER = "".join(f"int filler_{n}(int a)\n{{\n    return a + {n};\n}}\n\n" for n in range(6))


class Repo:
    """A repository on the disk, driven by real git."""

    def __init__(self, path: Path, *options: str) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main", *options)

    def git(
        self, *words: str, stdin: bytes | None = None, env: dict[str, str] | None = None
    ) -> str:
        """Run git as a user would; what it prints."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *words],
            cwd=self.path,
            env=clean | QUIET | (env or {}),
            input=stdin,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return os.fsdecode(done.stdout).strip()

    def write(self, name: str | bytes, text: str | bytes) -> None:
        """Write a file of the work tree."""
        full = os.path.join(os.fsencode(self.path), os.fsencode(name))
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)

    def commit(self, subject: str, files: dict[str, str | None] | None = None) -> str:
        """Write files (None: remove), commit all; the commit's id."""
        for name, text in (files or {}).items():
            if text is None:
                (self.path / name).unlink()
            else:
                self.write(name, text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def state(self) -> str:
        """A digest of every file, the git folder's included: names, modes, times, content.

        Git itself freshens the time of an object or shared index that it uses
        (so that no clean-up takes it away); only their content counts here.
        """
        digest = hashlib.sha256()
        for folder, folders, files in sorted(os.walk(os.fsencode(self.path))):
            folders.sort()
            for name in sorted(files):
                full = os.path.join(folder, name)
                info = os.lstat(full)
                content = os.readlink(full) if os.path.islink(full) else Path(os.fsdecode(full))
                data = content if isinstance(content, bytes) else content.read_bytes()
                fresh = b"/objects/" in full or name.startswith(b"sharedindex")
                time = 0 if fresh else info.st_mtime_ns
                digest.update(b"%s %o %d\0" % (full, info.st_mode, time))
                digest.update(data)
        return digest.hexdigest()

    @contextlib.contextmanager
    def opened(self) -> Iterator[tuple[git.Repository, trees.Objects]]:
        """The repository as the gate sees it."""
        with git.opened(str(self.path)) as repository:
            objects = trees.Objects(repository)
            try:
                yield repository, objects
            finally:
                objects.close()

    def gate(self, text: str, first_parent: bool = False) -> GateReport:
        """The gate's answer on a range, ``--staged`` or ``--worktree``."""
        with self.opened() as (repository, objects):
            if text == "--staged":
                made: Plan = plan.staged_plan(repository)
            elif text == "--worktree":
                made = plan.worktree_plan(repository)
            else:
                made = plan.range_plan(repository, text, first_parent)
            return series.examine(made, objects, gate_toy.check, with_old=True)


def states(report: GateReport) -> dict[str, int]:
    """How many findings are in each state."""
    return dict(Counter(verdict.state for verdict in report.verdicts))


def only(report: GateReport) -> Verdict:
    """The report's one verdict."""
    assert len(report.verdicts) == 1, report.verdicts
    return report.verdicts[0]


def life(verdict: Verdict) -> list[tuple[int, str]]:
    """Patch and event, in order."""
    return [(event.patch, event.what) for event in verdict.events]
