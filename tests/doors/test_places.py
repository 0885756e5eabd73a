"""Paths are those of the folder in which the command runs, wherever the root is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.doors.run import BAD, lint, project


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return project(tmp_path / "work", {"one/two/bad.py": BAD, "one/other.py": "x = 1\n"})


@pytest.mark.parametrize(
    ("folder", "named", "shown"),
    [
        (".", "one/two/bad.py", "one/two/bad.py"),
        ("one", "two", "two/bad.py"),
        ("one/two", "bad.py", "bad.py"),
        ("one/two", ".", "bad.py"),
        ("..", "work/one", "work/one/two/bad.py"),
    ],
)
def test_a_finding_is_where_the_reader_stands(
    work: Path, folder: str, named: str, shown: str
) -> None:
    done = lint("check", named, cwd=work / folder)
    assert done.stdout.startswith(f"{shown}:6:10: SPL109 "), done.stderr
    assert f"\n    {shown}:2: return source()\n" in done.stdout
    assert "    6 |     sink(value)\n" in done.stdout
    if os.path.isfile(work / folder / named):
        asked = lint("why", f"{named}:6", cwd=work / folder)
        assert asked.stdout.startswith(f"{shown}:6:10: value is marked"), asked.stderr
