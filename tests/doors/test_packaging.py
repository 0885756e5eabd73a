"""What is shipped: the wheel, the hooks, and pre-commit for real."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from tests.doors.run import BAD, BAD_C, GOOD, ROOT, project

TOP = {"pyproject.toml", "spapr_lint", "rules", "tests", "README.md", "LICENSE"}


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def _snapshot(folder: Path) -> Path:
    """A repository with the files of this one as they are now, tracked or about to be."""
    listed = _git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        source = ROOT / name
        if source.is_file() and not name.startswith("tests/"):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    _git(folder, "init", "-q")
    _git(folder, "add", "-A")
    _git(folder, "commit", "-q", "-m", "snapshot")
    return folder


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("source")
    _snapshot(source)
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, source],
        check=True,
        capture_output=True,
    )
    return next(out.glob("*.whl"))


def test_the_top_of_the_repository_is_as_designed() -> None:
    names = {name.split("/")[0] for name in _git(ROOT, "ls-files").splitlines()}
    assert {name for name in names if not name.startswith(".")} == TOP


def test_the_wheel_holds_the_rules_and_the_types_and_nothing_beside(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"spapr_lint", "spapr_lint-0.1.0.dist-info"}
    assert "spapr_lint/py.typed" in names
    shipped = {name for name in names if name.startswith("spapr_lint/rules/spapr/")}
    here = {f"spapr_lint/rules/spapr/{p.name}" for p in (ROOT / "rules/spapr").iterdir()}
    assert shipped == here
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_runs_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(installed)
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [sys.executable, "-m", "spapr_lint", "explain", "SPL101"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("# SPL101: ")


def test_the_hooks_are_valid() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {hook["id"] for hook in hooks} >= {"spapr-lint", "spapr-lint-c"}


def _try_repo(repository: Path, work: Path, hook: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(repository), hook]
    environment = {**os.environ, "PRE_COMMIT_HOME": str(work.parent / "pre-commit")}
    done = subprocess.run(
        [*command, "--all-files", "--color=never", "--verbose"],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if "Could not find a version" in done.stdout or "No matching distribution" in done.stdout:
        pytest.skip("pip finds no package index here")
    return done


def test_pre_commit_runs_both_hooks_for_real(tmp_path: Path) -> None:
    repository = _snapshot(tmp_path / "repository")
    work = project(tmp_path / "work", {"bad.py": BAD, "good.py": GOOD, "hw/bad.c": BAD_C})
    _git(work, "init", "-q")
    _git(work, "add", "-A")
    python = _try_repo(repository, work, "spapr-lint")
    assert python.returncode == 1, python.stdout + python.stderr
    assert "bad.py:6:10: SPL109 " in python.stdout
    assert "hw/bad.c:6:" not in python.stdout
    c = _try_repo(repository, work, "spapr-lint-c")
    assert c.returncode == 1, c.stdout + c.stderr
    assert "hw/bad.c:6:" in c.stdout
    for name in ("bad.py", "hw/bad.c"):
        (work / name).write_text("")
    _git(work, "add", "-A")
    assert _try_repo(repository, work, "spapr-lint").returncode == 0
