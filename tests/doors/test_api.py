"""The library: one function, frozen data, and errors that a user can act on."""

from __future__ import annotations

import dataclasses
import doctest
import importlib
from pathlib import Path

import pytest

import spapr_lint
from spapr_lint.errors import UserError
from spapr_lint.tree import MemoryTree
from tests.doors.run import BAD, PACK, run


def test_the_example_of_the_documentation_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module("spapr_lint.check")
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


def test_the_function_keeps_its_name_when_its_module_is_loaded(tmp_path: Path) -> None:
    script = (
        "import sys, spapr_lint\n"
        "assert 'spapr_lint.check' not in sys.modules\n"
        "import spapr_lint.check\n"
        "assert spapr_lint.check([], stdin=('m.py', b'x = 1')).findings == ()\n"
    )
    done = run("-c", script, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_tree_in_memory_is_checked_and_the_answer_is_frozen(tmp_path: Path) -> None:
    (tmp_path / "pack.toml").write_text(PACK)
    report = spapr_lint.check(
        ["bad.py"],
        packs=[tmp_path / "pack.toml"],
        default_packs=False,
        tree=MemoryTree({"bad.py": BAD.encode()}),
    )
    (finding,) = report.findings
    assert (finding.rule, finding.path, finding.line) == ("SPL109", "bad.py", 6)
    assert finding.source.line == 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        finding.line = 7  # type: ignore[misc]


def test_wrong_use_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file or folder: none"):
        spapr_lint.check(["none"])
    with pytest.raises(UserError, match=r"none\.toml"):
        spapr_lint.check([str(tmp_path)], packs=["none.toml"])
