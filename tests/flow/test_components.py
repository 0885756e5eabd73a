"""A small program is followed exactly, also where it lies in a large tree."""

from __future__ import annotations

from spapr_lint.check import check
from spapr_lint.tree import MemoryTree

SMALL = b"""
held = source()
def reads():
    sink(held)
class Box:
    def __init__(self, value):
        self.value = value
reads()
sink(Box("clean").value)
sink([held, "clean"][1])
"""


def _lines(files: dict[str, bytes], pack: str) -> list[int]:
    tree = MemoryTree(files)
    report = check(list(files), tree=tree, packs=[pack], default_packs=False, cache=False)
    return [finding.line for finding in report.findings if finding.path == "small.py"]


def test_neighbours_change_nothing(pack: str) -> None:
    many = "".join(f"def f{n}(x):\n    return sink(x)\n" for n in range(300)).encode()
    alone = _lines({"small.py": SMALL}, pack)
    assert alone == [4]
    assert _lines({"small.py": SMALL, "large.py": many}, pack) == alone
