"""What nobody means to hand in: one clear line each, the rest is checked, never a traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from spapr_lint.cli import main
from spapr_lint.sources import LARGEST
from tests.doors.run import BAD, BAD_C, GOOD, PACK, ROOT, lint, project


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return project(tmp_path / "work", {"bad.py": BAD, "good.py": GOOD})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc", "bad.py"], "'chekc' is neither a command nor a file or folder; did you mean c"),
        (["wherefore"], "'wherefore' is neither a command nor a file or folder (see "),
        (["check", "dangling.py"], "no such file or folder: dangling.py (a link to nothing.py)"),
        (["check", "sub/loop.py"], "sub/loop.py: Too many levels of symbolic links"),
        (["check", "pipe.py"], "pipe.py is neither a file nor a folder; - is standard input"),
        (["check", "/dev/null"], "/dev/null is neither a file nor a folder"),
        (["callgraph", "pipe.py"], "pipe.py is neither a file nor a folder"),
        (["-", "--stdin-display-name", "x.txt"], "x.txt: neither Python nor C, which end in .py"),
        (["check", "--select", "", "none.py"], "no such file or folder: none.py"),
        (["translate", "bad.py"], "bad.py is no C, which ends in .c or .h"),
        (["callgraph", "c.c"], "c.c is no Python, of which alone there is a call graph"),
        (["check", "--select", "SPL999", "bad.py"], "no rule has the code SPL999 or begins so"),
        (["check", "--ignore", "SPL1,SPL6", "bad.py"], "no rule has the code SPL6 or begins so"),
        (["check", "--per-file-ignores", "*:SPL111", "bad.py"], "no rule has the code SPL111"),
        (["gate", "--select", "SPL999", "--staged"], "no rule has the code SPL999 or begins so"),
        (["rules"], "it takes a command (see spapr-lint rules --help)"),
        (["why", "bad.py:99"], "bad.py has no line 99, it ends at 9"),
        (["why", "bad.py:6:80"], "bad.py:6 has no column 80, it ends at 15"),
    ],
)
def test_what_is_no_input_is_said_in_one_line(work: Path, arguments: list[str], said: str) -> None:
    (work / "c.c").write_text(BAD_C)
    (work / "dangling.py").symlink_to("nothing.py")
    (work / "sub").mkdir()
    (work / "sub" / "loop.py").symlink_to("loop.py")
    os.mkfifo(work / "pipe.py")
    done = lint(*arguments, cwd=work)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.startswith("spapr-lint: error: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("word", ["--grid=big", "--format=xml", "--nothing"])
def test_wrong_words_of_validate_are_one_line(work: Path, word: str) -> None:
    done = lint("validate", word, cwd=work)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("spapr-lint validate: error: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["model", "model dt", "model boot", "validate"])
def test_help_is_there_wherever_it_is_asked_for(work: Path, command: str) -> None:
    done = lint(*command.split(), "--help", cwd=work)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: spapr-lint")


def test_what_a_call_graph_lacks_is_told(work: Path) -> None:
    (work / "broken.py").write_text("def f(:\n")
    done = lint("callgraph", ".", cwd=work)
    assert done.returncode == 0
    assert "bad.made -> source\n" in done.stdout
    assert done.stderr.startswith("broken.py:")
    assert done.stderr.count("\n") == 1


def test_a_bug_is_one_line_that_says_where(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> int:
        raise KeyError("lost")

    monkeypatch.setattr("spapr_lint.commands.check.main", fail)
    monkeypatch.delenv("SPAPR_LINT_TRACEBACK", raising=False)
    assert main(["check"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "bug of spapr-lint, please report it: KeyError: 'lost' at doors/test_odd_" in said
    monkeypatch.setenv("SPAPR_LINT_TRACEBACK", "1")
    with pytest.raises(KeyError):
        main(["check"])


@pytest.mark.parametrize(
    "command",
    [
        ["check", "bad.py"],
        ["check", "--format", "json", "bad.py"],
        ["rules", "list"],
        ["explain", "SPL101"],
        ["why", "bad.py:6"],
        ["callgraph", "bad.py"],
        ["model", "dt", "-M", "pseries"],
        ["validate", "nr_ipis", "--smp", "1", "--ic-mode", "xive", "--no-kvm"],
    ],
)
def test_a_full_disk_is_said_in_one_line(work: Path, command: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "spapr_lint", *command],
            cwd=work,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env={
                **{k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"},
                "PYTHONPATH": str(ROOT),
                "XDG_CACHE_HOME": str(work / ".cache"),
            },
            timeout=120,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "spapr-lint: error: No space left on device\n"


def test_what_a_pattern_excludes_is_not_checked_though_it_is_named(work: Path) -> None:
    assert lint("bad.py", cwd=work).returncode == 1
    assert lint("--exclude", "bad.*", "bad.py", cwd=work).returncode == 0
    (work / "pyproject.toml").write_text(
        '[tool.spapr-lint]\npacks = ["pack.toml"]\nexclude = ["bad.*"]\n'
    )
    done = lint("bad.py", "good.py", cwd=work)
    assert (done.returncode, done.stdout) == (0, "No findings in 0 files, 0 functions.\n")


def test_a_rule_that_a_pack_lacks_is_to_be_written(work: Path) -> None:
    (work / "pack.toml").write_text(PACK.replace("SPL109", "SPL701"))
    done = lint("bad.py", cwd=work)
    assert done.returncode == 2
    assert "unknown rule 'SPL701' (a rule of your own stands in a file SPL701.md" in done.stderr


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_like(work: Path, end: str) -> None:
    (work / "bad.py").write_bytes(BAD.replace("\n", end).encode())
    done = lint("bad.py", cwd=work)
    assert "bad.py:6:10: SPL109 " in done.stdout
    assert "    6 |     sink(value)\n" in done.stdout
    assert "    bad.py:2: return source()\n" in done.stdout


def test_settings_that_are_no_utf8_are_refused(work: Path) -> None:
    (work / "pyproject.toml").write_bytes(b"[tool.spapr-lint]\n# caf\xe9\n")
    done = lint("bad.py", cwd=work)
    assert done.returncode == 2
    assert done.stderr.endswith("pyproject.toml: byte 0xe9 is no UTF-8\n")
    assert done.stderr.count("\n") == 1


def test_a_large_file_is_told_once(work: Path) -> None:
    for name, text in (("big.c", BAD_C), ("big.py", BAD)):
        (work / name).write_text(text + " " * LARGEST)
    done = lint(".", cwd=work)
    for name in ("big.c", "big.py"):
        assert done.stdout.count(f"{name}:1:1: SPL903 not checked: larger than 16 MB") == 1
    assert done.stdout.startswith("bad.py:6:10: SPL109 ")


def test_a_large_file_beside_is_in_the_ledger(work: Path) -> None:
    (work / "big.py").write_text(BAD + " " * LARGEST)
    done = lint("--strict", "bad.py", cwd=work)
    assert done.returncode == 3
    assert "  big.py:1: not parsed: larger than 16 MB\n" in done.stdout


@pytest.fixture
def unprivileged() -> list[str]:
    """What runs a command so that it may not read what it has no right to read."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("only root can read all, and setpriv is not there to give that up")
    rights = "-dac_override,-dac_read_search"
    return ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}"]


def test_what_may_not_be_read_is_told_and_the_rest_is_checked(
    work: Path, unprivileged: list[str]
) -> None:
    for name in ("closed.py", "closed.c", "folder/inner.py"):
        (work / name).parent.mkdir(exist_ok=True)
        (work / name).write_text(BAD)
        (work / name).chmod(0)
    (work / "folder").chmod(0)

    def ask(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*unprivileged, sys.executable, "-m", "spapr_lint", *arguments],
            cwd=work,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(work / ".cache")},
            timeout=120,
            check=False,
        )

    try:
        done = ask("check", "closed.py", "closed.c", "bad.py")
        assert (done.returncode, done.stderr) == (1, "")
        assert "closed.py:1:1: SPL903 not checked: Permission denied" in done.stdout
        assert "closed.c:1:1: SPL903 not checked: Permission denied" in done.stdout
        assert "bad.py:6:10: SPL109" in done.stdout
        done = ask("check", "--strict", "good.py")
        assert done.returncode == 3
        assert "  folder:1: not parsed: folder: Permission denied\n" in done.stdout
        for arguments, said in (
            (["check", "folder"], "folder: this folder cannot be read"),
            (["check", "folder/inner.py"], "folder/inner.py: Permission denied"),
            (["why", "closed.py:6"], "closed.py: Permission denied"),
            (["translate", "closed.c"], "cannot read closed.c: Permission denied"),
        ):
            done = ask(*arguments)
            assert (done.returncode, done.stdout) == (2, "")
            assert done.stderr == f"spapr-lint: error: {said}\n"
    finally:
        (work / "folder").chmod(0o755)
