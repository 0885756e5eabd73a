"""Every example of every shipped rule is checked as a file of its own."""

from __future__ import annotations

import pytest

import spapr_lint
from spapr_lint.packs import Example, load_packs
from spapr_lint.tree import MemoryTree

EXAMPLES = [
    pytest.param(example, id=f"{rule.code}-{example.language}-{example.origin.line}")
    for rule in load_packs().rules.values()
    for example in rule.examples
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_example(example: Example) -> None:
    name = "example.py" if example.language == "python" else "example.c"
    tree = MemoryTree({name: example.text.encode()})
    report = spapr_lint.check((name,), tree=tree, cache=False, jobs=1)
    found = {(finding.line, finding.rule) for finding in report.findings}
    assert found == set(zip(example.lines, example.codes, strict=True))
