"""Run small programs for real and through the engine, and compare what arrives where."""

from __future__ import annotations

import re
import textwrap
from typing import Any

from spapr_lint.check import check
from spapr_lint.tree import MemoryTree

PACK = """
[space.marked]
title = "what source() gives"
algebra = "label"
reference = "this test"

[[producer]]
call = "source"
gives = "marked"

[[sink]]
call = "sink"
argument = 0
forbids = ["marked"]
rule = "SPL109"
"""


def reported(text: str, pack: str) -> set[int]:
    """The lines of a program that are reported."""
    tree = MemoryTree({"program.py": textwrap.dedent(text).encode()})
    report = check(["program.py"], tree=tree, packs=[pack], default_packs=False, cache=False)
    assert not [f for f in report.findings if f.rule != "SPL109"]
    return {finding.line for finding in report.findings}


def expected(text: str) -> set[int]:
    """The lines that say ``# flow``."""
    lines = textwrap.dedent(text).splitlines()
    return {n for n, line in enumerate(lines, 1) if re.search(r"# flow$", line)}


def arrived(text: str) -> set[int]:
    """The lines of ``sink`` calls that the source's value reaches when the program runs."""
    found: set[int] = set()
    mark = type("Mark", (), {})  # a class is the same object after any copy

    def sink(value: Any, line: int) -> None:
        if value is mark:
            found.add(line)

    lines = textwrap.dedent(text).splitlines()
    numbered = [re.sub(r"sink\((.*)\)", rf"sink(\1, {n})", line) for n, line in enumerate(lines, 1)]
    exec("\n".join(numbered), {"source": lambda: mark, "sink": sink})
    return found
