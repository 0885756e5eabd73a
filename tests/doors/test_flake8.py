"""The plugin under flake8 itself, as a process of its own."""

from __future__ import annotations

import os
import time
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tests.doors.run import BAD, GOOD, project, run

INSTALLED = any(point.name == "SPL" for point in entry_points(group="flake8.extension"))
LOCAL = "[flake8:local-plugins]\nextension =\n    SPL = spapr_lint.flake8_plugin:Plugin\n"
# Our sources and sinks stand nowhere, which pyflakes would tell at length.
HEAD = "[flake8]\nselect = SPL,E9\n"
SPAWN = """\
import multiprocessing
import sys

from flake8.main.cli import main

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
"""
FOUND = "bad.py:6:10: SPL109 "


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = project(tmp_path / "work", {"bad.py": BAD, "good.py": GOOD, "also.py": BAD})
    (folder / ".flake8").write_text(HEAD + ("" if INSTALLED else LOCAL))
    (tmp_path / "flake8_by.py").write_text(SPAWN)
    return folder


def _flake8(work: Path, *arguments: str, stdin: str | bytes = "") -> list[str]:
    done = run("-m", "flake8", *arguments, cwd=work, stdin=stdin)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.skipif(not INSTALLED, reason="the package is not installed into this environment")
def test_it_is_known_to_flake8(work: Path) -> None:
    assert "spapr-lint: " in _flake8(work, "--version")[0]


def test_findings_have_line_column_and_source(work: Path) -> None:
    (line,) = _flake8(work, "bad.py")
    assert line.startswith(FOUND)
    assert line.endswith("(from bad.py:2)")


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_many_jobs_say_what_one_says(work: Path, method: str) -> None:
    one = _flake8(work, "--jobs=1", "bad.py", "good.py", "also.py")
    assert [line.split(":")[0] for line in one] == ["also.py", "bad.py"]
    done = run("../flake8_by.py", method, "--jobs=2", "bad.py", "good.py", "also.py", cwd=work)
    assert (done.stdout.splitlines(), done.stderr) == (one, "")


def test_a_folder_is_a_folder(work: Path) -> None:
    assert [line.split(":")[0] for line in _flake8(work)] == ["./also.py", "./bad.py"]


def test_the_buffer_counts_and_not_the_disk(work: Path) -> None:
    name = "--stdin-display-name"
    (line,) = _flake8(work, name, "good.py", "-", stdin=BAD)
    assert line.startswith("good.py:6:10: SPL109 ")
    assert _flake8(work, name, "bad.py", "-", stdin=GOOD) == []


def test_a_buffer_without_a_name_is_python(work: Path) -> None:
    (line,) = _flake8(work, "-", stdin=BAD)
    assert line.startswith("stdin:6:10: SPL109 ")


def test_a_buffer_shorter_than_the_file_has_no_line_past_its_end(work: Path) -> None:
    (work / "bad.py").write_text("\n" * 500 + BAD)
    found = _flake8(work, "--stdin-display-name", "bad.py", "-", stdin=BAD)
    assert [line.split(":")[1] for line in found if "SPL" in line] == ["6"]


def test_a_cookie_and_a_byte_order_mark_are_obeyed(work: Path) -> None:
    latin = ("# coding: latin-1\n# \u00e9\n" + BAD).encode("latin-1")
    (work / "latin.py").write_bytes(latin)
    (line,) = _flake8(work, "latin.py")
    assert line.startswith("latin.py:8:10: SPL109 ")
    (line,) = _flake8(work, "--stdin-display-name", "x.py", "-", stdin=latin)
    assert line.startswith("x.py:8:10: SPL109 ")
    (work / "mark.py").write_bytes(b"\xef\xbb\xbf" + BAD.encode())
    (line,) = _flake8(work, "mark.py")
    assert line.startswith("mark.py:6:10: SPL109 ")


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# noqa: SPL109 -- why", []),
        ("# noqa", []),
        ("# noqa: SPL109", ["SPL902"]),
        ("# noqa: SPL101 -- why", ["SPL109", "SPL901"]),
    ],
)
def test_noqa_is_flake8s(work: Path, comment: str, codes: list[str]) -> None:
    (work / "bad.py").write_text(BAD.replace("sink(value)", f"sink(value)  {comment}"))
    assert [line.split()[1] for line in _flake8(work, "bad.py")] == codes
    told = _flake8(work, "--disable-noqa", "bad.py")
    assert FOUND in "".join(told)


def test_flake8_and_the_project_may_ignore_a_code(work: Path) -> None:
    assert _flake8(work, "--extend-ignore=SPL109", "bad.py") == []
    text = (work / "pyproject.toml").read_text()
    (work / "pyproject.toml").write_text(text + 'ignore = ["SPL1"]\n')
    assert _flake8(work, "bad.py") == []


def test_a_pack_may_be_named_in_flake8s_own_settings(work: Path) -> None:
    (work / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert _flake8(work, "bad.py") == []
    text = (work / ".flake8").read_text().replace(HEAD, HEAD + "spapr-lint-packs = pack.toml\n")
    (work / ".flake8").write_text(text)
    assert len(_flake8(work, "bad.py")) == 1


def test_numbers_of_other_files_count_unless_the_scope_is_the_file(work: Path) -> None:
    (work / "maker.py").write_text("def made():\n    return source()\n")
    (work / "user.py").write_text("from maker import made\n\nsink(made())\n")
    (line,) = _flake8(work, "user.py")
    assert line.startswith("user.py:3:6: SPL109 ")
    assert line.endswith("(from maker.py:2)")
    assert _flake8(work, "--spapr-lint-scope=file", "user.py") == []


def test_wrong_settings_are_said_in_flake8s_way(work: Path) -> None:
    (work / "pyproject.toml").write_text("[tool.spapr-lint]\npack = []\n")
    done = run("-m", "flake8", "bad.py", cwd=work)
    assert done.returncode == 1
    assert "spapr-lint: " in done.stdout + done.stderr
    assert "did you mean 'packs'?" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_with_a_syntax_error_is_flake8s(work: Path) -> None:
    (work / "broken.py").write_text("def f(:\n    source()\n")
    assert [line.split()[1] for line in _flake8(work, "broken.py")] == ["E999"]


def test_an_answer_is_given_again_only_while_nothing_changed(work: Path) -> None:
    old = time.time() - 60
    script = (
        "import sys\nfrom flake8.main.cli import main\n"
        "main(sys.argv[1:])\nprint('spapr_lint.check' in sys.modules)\n"
    )
    for file in work.iterdir():
        os.utime(file, (old, old))
    # The time of change of an inode cannot be set back: wait until it is old enough.
    time.sleep(2.5)
    told = [run("-c", script, "--jobs=1", "bad.py", cwd=work).stdout for _ in range(2)]
    assert told[0].endswith("True\n")
    assert told[1] == told[0].replace("True\n", "False\n")
    (work / "good.py").write_text("x = 1\n")
    assert run("-c", script, "--jobs=1", "bad.py", cwd=work).stdout == told[0]
    for answer in Path(f"{work}-cache").rglob("answer-*"):
        answer.write_bytes(answer.read_bytes()[:-3])
    assert run("-c", script, "--jobs=1", "bad.py", cwd=work).stdout == told[0]


def test_libcst_is_imported_only_for_a_file_that_can_matter(tmp_path: Path) -> None:
    work = project(tmp_path / "work", {"good.py": GOOD})
    (work / ".flake8").write_text(HEAD + ("" if INSTALLED else LOCAL))
    script = (
        "import sys\nfrom flake8.main.cli import main\n"
        "main(sys.argv[1:])\nprint('libcst' in sys.modules)\n"
    )
    told = run("-c", script, "--jobs=1", "good.py", cwd=work)
    assert (told.stdout.splitlines()[-1], told.stderr) == ("False", "")
