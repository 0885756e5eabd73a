"""The command itself, with the real checker and a pack of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from gate_repo import QUIET, Repo
from mails import formatted

from spapr_lint.cli import main

PACK = """\
[space.marked]
title = "marked values"
algebra = "label"
reference = "the test"

[[producer]]
call = "source"
gives = "marked"

[[sink]]
call = "sink"
argument = 0
forbids = ["marked"]
rule = "SPL109"
"""
GOOD = "def one(value):\n    return value\n\n\n"
BAD = "def claim():\n    number = source()\n    sink(number)\n"


@pytest.fixture
def project(repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Repo:
    """A project that names its own pack; its last commit adds a finding."""
    (tmp_path / "pack.toml").write_text(PACK)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    repo.commit("base", {"old.py": BAD.replace("claim", "old"), "new.py": GOOD})
    repo.commit("adds it", {"new.py": GOOD + BAD})
    monkeypatch.chdir(repo.path)
    return repo


@pytest.fixture
def gate(capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> object:
    """Run ``spapr-lint gate``; exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        packs = ["--pack", str(tmp_path / "pack.toml"), "--no-default-packs"]
        code = main(["gate", *packs, *arguments])
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    return run


def test_range(project: Repo, gate) -> None:  # type: ignore[no-untyped-def]
    before = project.state()
    code, out, _ = gate("HEAD~1..HEAD")
    assert code == 1
    assert out.startswith("new.py:7:")
    assert "SPL109" in out.split("\n")[0]
    assert "old.py" not in out
    assert project.state() == before


def test_json(project: Repo, gate) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = gate("HEAD~1..HEAD", "--format", "json", "--old")
    assert code == 1
    told = {finding["path"]: finding["state"] for finding in json.loads(out)["findings"]}
    assert told == {"new.py": "alive", "old.py": "old"}


def test_mail_file_and_standard_input(
    project: Repo,
    gate,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    data = formatted(project, "HEAD~1..HEAD")
    (tmp_path / "0001.patch").write_bytes(data)
    code, out, _ = gate("--base", "HEAD~1", str(tmp_path / "0001.patch"), "--format", "json")
    finding = json.loads(out)["findings"][0]
    assert (code, finding["born"]["commit"], finding["born"]["subject"]) == (1, None, "adds it")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "0001-x.patch").write_bytes(data)
    assert gate("--base", "HEAD~1", str(tmp_path / "out"))[0] == 1
    with open(tmp_path / "0001.patch") as file:
        monkeypatch.setattr("sys.stdin", file)
        assert gate("--base", "HEAD~1", "-")[0] == 1


def test_staged_and_worktree(project: Repo, gate) -> None:  # type: ignore[no-untyped-def]
    assert gate("--staged")[0] == 0
    project.write("new.py", GOOD + BAD + "\n\n" + BAD.replace("claim", "again"))
    assert gate("--staged")[0] == 0
    assert gate("--worktree")[0] == 1
    project.git("add", "new.py")
    assert gate("--staged")[0] == 1


def test_no_bisect(project: Repo, gate) -> None:  # type: ignore[no-untyped-def]
    project.commit("mends", {"new.py": GOOD})
    assert gate("HEAD~2..HEAD")[0] == 1
    assert gate("HEAD~2..HEAD", "--no-bisect")[0] == 0


def test_path_limits(project: Repo, gate) -> None:  # type: ignore[no-untyped-def]
    assert gate("HEAD~1..HEAD", "--path", "old.py")[0] == 0
    assert gate("HEAD~1..HEAD", "--path", "new.py")[0] == 1
    assert gate("HEAD~1..HEAD", "--path", "nowhere")[0] == 0


def test_without_a_repository(
    project: Repo,
    gate,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    (tmp_path / "x.patch").write_bytes(formatted(project, "HEAD~1..HEAD", "-W"))
    monkeypatch.chdir(tmp_path)
    code, out, err = gate("x.patch", "--format", "json")
    assert (code, json.loads(out)["fragments"]) == (1, True)
    assert "format-patch -W" in err
    monkeypatch.chdir(project.path)
    assert gate("--no-tree", str(tmp_path / "x.patch"))[0] == 1


def test_baseline(project: Repo, gate, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = str(tmp_path / "baseline.json")
    assert gate("HEAD~1..HEAD", "--baseline", file, "--write-baseline")[0] == 0
    assert gate("HEAD~1..HEAD", "--baseline", file)[0] == 0
    project.commit("another", {"third.py": BAD.replace("claim", "third")})
    assert gate("HEAD~2..HEAD", "--baseline", file)[0] == 1
    project.commit("mends", {"new.py": GOOD, "third.py": None})
    assert gate("HEAD~1..HEAD", "--baseline", file, "--prune-baseline")[0] == 0
    known = json.loads(Path(file).read_text())["findings"]
    assert [entry["path"] for entry in known] == ["old.py"]


def test_replay(project: Repo, gate) -> None:  # type: ignore[no-untyped-def]
    bad = project.git("rev-parse", "HEAD")
    project.commit("docs", {"README": "x"})
    project.commit(f'mends\n\nFixes: {bad[:12]} ("adds it")', {"new.py": GOOD})
    project.commit("adds another", {"third.py": BAD.replace("claim", "third")})
    code, out, _ = gate("--replay", "HEAD~4..HEAD", "--format", "json")
    data = json.loads(out)
    assert code == 0
    assert [len(c["born"]) for c in data["commits"]] == [1, 0, 1]
    assert [len(c["cured"]) for c in data["commits"]] == [0, 1, 0]
    assert (data["skipped"], data["flagged"], data["named"], data["hits"]) == (1, 2, 1, 1)
    assert (data["precision"], data["recall"]) == (0.5, 1.0)
    text = gate("--replay", "HEAD~4..HEAD")[1]
    assert "precision 0.50, recall 1.00" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name one thing"),
        (("--staged", "--worktree"), "name one thing"),
        (("HEAD~1..HEAD", "--staged"), "name one thing"),
        (("HEAD",), "neither a file nor a range"),
        (("nowhere.patch",), "neither a file nor a range"),
        (("nowhere..HEAD",), "no such commit"),
        (("HEAD~1..HEAD", "other.patch"), "no such file"),
        (("HEAD~1..HEAD", "--base", "HEAD"), "go with patches"),
        (("HEAD~1..HEAD", "--write-baseline"), "want --baseline FILE"),
        (("HEAD~1..HEAD", "--baseline", "nowhere.json"), "--write-baseline"),
        (("--replay", "HEAD~1..HEAD", "--staged"), "its own range"),
        (("--replay", "HEAD~1..HEAD", "--format", "sarif"), "text or json"),
        (("HEAD~1..HEAD", "-C", "nowhere"), "nowhere"),
        (("new.py",), "no patch in it"),
    ],
)
def test_wrong_use_is_one_line(project: Repo, gate, arguments, said) -> None:  # type: ignore[no-untyped-def]
    code, out, err = gate(*arguments)
    assert code == 2
    assert out == ""
    assert said in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_as_a_pre_commit_hook_of_git(project: Repo, tmp_path: Path) -> None:
    """Real ``git commit`` runs it; ``git commit FILE`` gives it an index of its own."""
    root = Path(__file__).resolve().parents[2]
    hook = project.path / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    pack = f"--pack '{tmp_path / 'pack.toml'}' --no-default-packs"
    hook.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m spapr_lint gate --staged {pack}\n")
    hook.chmod(0o755)
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | QUIET
    env["PYTHONPATH"] = str(root)

    def commit(*words: str) -> int:
        words = ("git", "commit", "-q", "-m", "x", *words)
        done = subprocess.run(words, cwd=project.path, env=env, capture_output=True, check=False)
        return done.returncode

    project.write("third.py", BAD.replace("claim", "third"))
    project.write("fourth.py", GOOD)
    project.git("add", "third.py", "fourth.py")
    assert commit() == 1
    assert commit("fourth.py") == 0
    project.write("third.py", GOOD)
    project.git("add", "third.py")
    assert commit() == 0


def test_a_partial_clone_is_told_and_not_called_clean(
    project: Repo,
    gate,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    """Files that are only promised cannot be read: that is an error, not silence."""
    project.git("config", "uploadpack.allowFilter", "true")
    url = f"file://{project.path}"
    project.git("clone", "-q", "--filter=blob:none", "--no-checkout", url, str(tmp_path / "part"))
    monkeypatch.chdir(tmp_path / "part")
    code, _, err = gate("HEAD~1..HEAD")
    assert code == 2
    assert "partial clone" in err
