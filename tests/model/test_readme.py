"""What the README says of the model and of validate is what they print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from spapr_lint.validate.invariants import INVARIANTS
from tests.doors.run import ROOT, lint

README = (ROOT / "README.md").read_text()
# A command in a sentence that ends with a block of what it prints.
SHOWN = re.findall(
    r"`spapr-lint ((?:model|validate) [^`]+)`(?:(?!\n```).)*?\n```text\n(.*?)^```$",
    README,
    re.MULTILINE | re.DOTALL,
)
PICTURE = ROOT / "tests" / "readme" / "ends_by_cpus.svg"


def test_commands_are_shown_with_what_they_print() -> None:
    assert [words.split()[0] for words, _text in SHOWN] == ["model", "validate", "validate"]


@pytest.mark.parametrize(("words", "printed"), SHOWN)
def test_it_prints_what_is_shown(words: str, printed: str, tmp_path: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    (design,) = [block for block in blocks if "def spapr_xive_class_init" in block]
    (tmp_path / "mine.py").write_text(design)
    done = lint(*shlex.split(words), cwd=tmp_path)
    assert done.stdout == printed
    assert done.returncode == int("FAIL" in printed)
    assert ("running the code of mine.py" in done.stderr) == ("mine.py" in words)


def test_the_picture_is_what_it_makes(tmp_path: Path) -> None:
    lint("validate", "ends_by_cpus", "--format", "svg", "--output", "made.svg", cwd=tmp_path)
    assert (tmp_path / "made.svg").read_text() == PICTURE.read_text()
    assert "tests/readme/ends_by_cpus.svg" in README


def test_every_rule_is_in_the_table() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \|", README, re.MULTILINE)
    assert rows == [invariant.name for invariant in INVARIANTS]
