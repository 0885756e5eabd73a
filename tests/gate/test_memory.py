"""Reports remembered: the same answer as before, and none that is not true any more."""

from __future__ import annotations

import time
from pathlib import Path

import gate_toy
import pytest
from gate_repo import BAD, CLEAN, Repo

from spapr_lint.answers import tool_state
from spapr_lint.findings import Edit, Fix, Report
from spapr_lint.gate import plan, series
from spapr_lint.gate.memory import Remembered
from spapr_lint.gate.trees import GitTree
from spapr_lint.reports import packed, unpacked
from spapr_lint.tree import MemoryTree, Tree


class Counting:
    """A check that counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, tree: Tree) -> Report:
        self.calls += 1
        return gate_toy.check(tree)


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_report_comes_back_whole() -> None:
    quiet = BAD.replace("sink(ipi);", "sink(ipi); /* spapr-lint: SPL102 -- known */")
    texts = {"a.c": BAD, "b.c": BAD + "}", "q.c": quiet.replace("claim", "q")}
    report = gate_toy.check(MemoryTree({name: text.encode() for name, text in texts.items()}))
    assert report.findings
    assert report.suppressed
    assert report.ledger.not_parsed
    assert unpacked(packed(report)) == report
    edit = Edit("a.c", 1, 1, 1, 2, "x")
    from dataclasses import replace

    fixed = replace(report.findings[0], fixes=(Fix("t", (edit,)),), witness={"smp": 4})
    assert unpacked(packed(Report((fixed,)))) == Report((fixed,))


def test_known_in_the_next_run(repo: Repo, cache: Path) -> None:
    repo.commit("base", {"a.c": BAD})
    check = Counting()
    reports = []
    for _ in range(2):
        with repo.opened() as (repository, objects):
            tree = GitTree(objects, repository.tree_of(repository.resolve("HEAD")))
            reports.append(Remembered(check, repository.git_dir, "q")(tree))
    assert reports[0] == reports[1]
    assert check.calls == 1
    assert list(cache.rglob("answer-*"))


def test_another_question_tree_or_pack_is_asked_anew(repo: Repo, tmp_path: Path) -> None:
    pack = tmp_path / "pack.toml"
    pack.write_text("")
    repo.commit("base", {"a.c": BAD})
    check = Counting()
    with repo.opened() as (repository, objects):
        tree = GitTree(objects, repository.tree_of(repository.resolve("HEAD")))
        state = tool_state([str(pack)])
        for question in ("q", "q", "other"):
            Remembered(check, repository.git_dir, question, state)(tree)
    first = check.calls
    pack.write_text("# longer")
    repo.commit("more", {"a.c": BAD + CLEAN})
    with repo.opened() as (repository, objects):
        Remembered(check, repository.git_dir, "q", tool_state([str(pack)]))(tree)
        tree = GitTree(objects, repository.tree_of(repository.resolve("HEAD")))
        Remembered(check, repository.git_dir, "q", state)(tree)
    # The pack is younger than two seconds: answers that depend on it are not kept.
    assert (first, check.calls) == (3, 5)


def test_damaged_is_asked_anew(repo: Repo, cache: Path) -> None:
    repo.commit("base", {"a.c": BAD})
    check = Counting()
    for _ in range(3):
        with repo.opened() as (repository, objects):
            tree = GitTree(objects, repository.tree_of(repository.resolve("HEAD")))
            report = Remembered(check, repository.git_dir, "q")(tree)
        assert len(report.findings) == 1
        for file in cache.rglob("answer-*"):
            data = bytearray(file.read_bytes())
            data[len(data) // 2] ^= 0xFF
            file.write_bytes(data)
    assert check.calls == 3


def test_trees_checked_ahead_are_as_if_one_by_one(repo: Repo) -> None:
    texts = [BAD, CLEAN, BAD + CLEAN, CLEAN + BAD]
    repo.commit("base", {"b.c": CLEAN})
    for number, text in enumerate(texts):
        repo.commit(f"patch {number}", {"a.c": text, "b.c": CLEAN * (number + 2)})
    here, alone = Counting(), Counting()

    def slowly(tree: Tree) -> Report:
        time.sleep(0.2)  # longer than another process needs to begin
        return alone(tree)

    with repo.opened() as (repository, objects):
        oids = [repository.resolve(f"HEAD~{n}") for n in range(len(texts))]
        trees = [GitTree(objects, repository.tree_of(oid)) for oid in oids]
        remembered = Remembered(here)
        remembered.ahead([*trees, trees[0]], slowly, 2)
        found = [remembered(tree) for tree in trees]
        assert here.calls == 1
        assert alone.calls < len(trees) - 1  # the others were called in another process
        assert found == [Counting()(tree) for tree in trees]
        few = Remembered(here)
        few.ahead(trees[:2], alone, 2)
        assert here.calls == 1


def test_a_series_tells_its_trees_before_it_asks(repo: Repo) -> None:
    repo.commit("base", {"a.c": BAD})
    repo.commit("bad", {"a.c": BAD + CLEAN})
    repo.commit("notes", {"notes.txt": "x"})
    told: list[str] = []
    with repo.opened() as (repository, objects):
        check = Counting()
        asked = plan.range_plan(repository, "HEAD~2..HEAD")
        plain = series.examine(asked, objects, check)
        again = series.examine(
            asked,
            objects,
            Counting(),
            ahead=lambda trees: told.extend(tree.oid for tree in trees),
        )
        assert told == [repository.tree_of(repository.resolve(f"HEAD~{n}")) for n in (2, 1)]
        assert again == plain
        assert check.calls == 2
