"""Random histories with branches and merges: the sums must be right whatever happened.

``SPAPR_LINT_FUZZ`` multiplies the number of histories.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import gate_toy
import pytest
from gate_repo import BAD, CLEAN, GOOD, Repo

from spapr_lint.gate.plan import range_plan
from spapr_lint.gate.series import examine
from spapr_lint.gate.trees import GitTree
from spapr_lint.gate.verdict import ALIVE, CURED, CURED_LATER, MOVED, OLD, WORSENED

TIMES = int(os.environ.get("SPAPR_LINT_FUZZ", "1"))
NAMES = ("a.c", "b.c", "c.c")


def some_text(luck: random.Random, name: str) -> str:
    """A file of a few functions, good ones and bad ones."""
    parts = [CLEAN.replace("lonely", f"{name[0]}_lonely")]
    for number in range(luck.randint(0, 3)):
        made = luck.choice((BAD, BAD, GOOD)).replace("claim", f"{name[0]}_claim{number}")
        parts.append(made.replace("ipi", luck.choice(("ipi", "nr"))))
    luck.shuffle(parts)
    return "".join(parts)


def change(repo: Repo, luck: random.Random, number: int) -> None:
    """One commit: an edit, a rename, a removal, or a file broken or mended."""
    there = [name for name in NAMES if (repo.path / name).exists()]
    name = luck.choice(NAMES)
    what = luck.randrange(6)
    if what == 0 and there:
        old = luck.choice(there)
        if old != name:
            repo.git("mv", "-f", old, name)
        repo.commit(f"{number} rename")
    elif what == 1 and len(there) > 1:
        repo.commit(f"{number} remove", {luck.choice(there): None})
    elif what == 2:
        repo.commit(f"{number} break", {name: some_text(luck, name) + "}\n"})
    else:
        repo.commit(f"{number} edit", {name: some_text(luck, name)})


def merge(repo: Repo, branch: str) -> None:
    """A merge that always succeeds: of what conflicts, one side's files."""
    repo.git("merge", "-q", "--no-edit", "-s", "ours", "--no-commit", branch)
    for name in NAMES[:2]:
        (repo.path / name).unlink(missing_ok=True)
        if name in repo.git("ls-tree", "--name-only", branch).split("\n"):
            repo.git("checkout", "-q", branch, "--", name)
    repo.git("add", "-A")
    repo.git("commit", "-q", "--allow-empty", "-m", f"merge {branch}")


@pytest.mark.parametrize("seed", range(12 * TIMES))
def test_sums(tmp_path: Path, seed: int) -> None:
    luck = random.Random(seed)
    repo = Repo(tmp_path / "repo")
    repo.commit("base", {name: some_text(luck, name) for name in NAMES})
    repo.git("tag", "base")
    repo.git("branch", "side")
    for number in range(luck.randint(2, 5)):
        change(repo, luck, number)
        if luck.random() < 0.4:
            repo.git("checkout", "-q", "side")
            change(repo, luck, 100 + number)
            repo.git("checkout", "-q", "main")
            if luck.random() < 0.7:
                merge(repo, "side")
    with repo.opened() as (repository, objects):
        trees = [
            GitTree(objects, repository.tree_of(repository.resolve(name)))
            for name in ("base", "HEAD")
        ]
        begin, end = (gate_toy.check(tree) for tree in trees)
        plan = range_plan(repository, "base..HEAD")
        report = examine(plan, objects, gate_toy.check, with_old=True)
    confused = [v for v in report.verdicts if v.finding.rule == "SPL102"]
    old = [v for v in confused if v.state in (OLD, MOVED, WORSENED, CURED)]
    there = [v for v in confused if v.state in (OLD, MOVED, WORSENED, ALIVE) and not v.unseen]
    assert len(old) == len(begin.findings)
    assert sorted((v.finding.path, v.finding.line) for v in there) == sorted(
        (finding.path, finding.line) for finding in end.findings
    )
    for verdict in confused:
        events = [event.what for event in verdict.events]
        if verdict.state in (ALIVE, CURED_LATER):
            assert events[0] == "born"
        if verdict.state in (CURED, CURED_LATER):
            assert "cured" in events
        assert all(1 <= event.patch <= len(report.patches) for event in verdict.events)
