"""A function that is handed over is called, its parameter of the kind that the pack declares."""

from __future__ import annotations

from pathlib import Path

import pytest

from spapr_lint.check import check
from spapr_lint.tree import MemoryTree

PACK = """
[space.line]
title = "a line"
dense = true
reference = "this test"

[space.lamp]
title = "a lamp"
dense = true
reference = "this test"

[[producer]]
call = "lines"
gives = "line.bound"

[[registration]]
call = "register"
handler = 0
parameter = 1
{how}

[[sink]]
call = "light"
argument = 0
wants = ["lamp.id"]
rule = "SPL109"
"""
PROGRAM = """
def handler(opaque, n):
    light(n)

def other(opaque, n):
    light(n)

register(handler, {count})
other(None, 3)
"""


@pytest.mark.parametrize(
    ("how", "count"), [('gives = "line.id"', "7"), ("members_of = 1", "lines()")]
)
def test_handler(how: str, count: str, tmp_path: Path) -> None:
    pack = tmp_path / "pack.toml"
    pack.write_text(PACK.replace("{how}", how))
    tree = MemoryTree({"program.py": PROGRAM.replace("{count}", count).encode()})
    report = check(["program.py"], tree=tree, packs=[str(pack)], default_packs=False, cache=False)
    assert [finding.line for finding in report.findings] == [3]
