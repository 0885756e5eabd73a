"""Old faults brought back into a QEMU 7.2 tree, two fixes, and the same tree without names."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import edits
import history_harness as harness
import pytest
import renaming

TREE = os.environ.get("SPAPR_LINT_QEMU_TREE", "")
FILES = [edits.KVM, edits.XIVE, edits.XICS, edits.IRQ, edits.MACHINE]
KNOWN_TRUE = {
    ("SPL101", "spapr_xive_dt"),  # the IPI range is sized by a server bound
    ("SPL203", "spapr_xive_dt"),  # base + n in the cell for n
    ("SPL102", "spapr_irq_init"),  # as many IPIs claimed as the server bound says
    ("SPL106", "spapr_xive_realize"),  # the END source's size is taken from the LISNs
    ("SPL302", "spapr_lmb_dt_populate"),  # a DRC index, type bits and all, times the block size
}
needs_tree = pytest.mark.skipif(
    not TREE,
    reason="SPAPR_LINT_QEMU_TREE names no source tree of QEMU 7.2",
)
Key = tuple[str, str]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return harness.copy(TREE, tmp_path_factory.mktemp("twin") / "qemu")


@pytest.fixture(scope="module")
def pristine(tree: Path) -> list[Any]:
    return harness.findings(tree, FILES)


@pytest.fixture
def edited(tree: Path) -> Iterator[Path]:
    """The tree, to be edited; put back afterwards."""
    paths = [*FILES, edits.HEADER]
    before = {path: (tree / path).read_bytes() for path in paths}
    yield tree
    for path, content in before.items():
        (tree / path).write_bytes(content)


def keys(found: list[Any]) -> Counter[Key]:
    """How many findings there are by code and function."""
    return Counter((finding.rule, finding.function) for finding in found)


def places(found: list[Any]) -> set[tuple[str, str, int, str, str]]:
    """What is said where, without a name or a message."""
    return {(f.rule, f.path, f.line, f.got, f.wanted) for f in found}


def fits(wanted: Key, key: Key) -> bool:
    """Whether a finding's code and function are the wanted ones (see `edits.Twin`)."""
    functions = wanted[1].split("|")
    return key[0] in wanted[0].split("|") and (functions == ["*"] or key[1] in functions)


def test_fits() -> None:
    assert fits(("SPL101", "a|b"), ("SPL101", "b"))
    assert fits(("SPL101", "*"), ("SPL101", "b"))
    assert not fits(("SPL101", "a"), ("SPL101", "b"))
    assert fits(("SPL101|SPL102", "*"), ("SPL102", "b"))
    assert not fits(("SPL101", "*"), ("SPL102", "b"))


SOURCE = b"""\
#define TWICE(x) ((x) * 2)
struct box { int value; int other; };
int total(struct box *box, int value, int (*weigh)(int))
{
    int other = value, *third = &other;
    for (int i = 0; i < value; i++) {
        box->value += weigh(i) + TWICE(*third);
    }
    return sizeof(other) + box->other;
}
"""


def test_renaming_takes_all_names_but_fields() -> None:
    text, done, skipped = renaming.rename(SOURCE)
    assert (done, skipped) == (1, 0)
    assert text.splitlines()[2] == b"int total(struct box *zz0, int zz1, int (*weigh)(int))"
    assert text.splitlines()[6] == b"        zz0->value += weigh(zz4) + TWICE(*zz3);"
    assert text.splitlines()[8] == b"    return sizeof(zz2) + zz0->other;"


@needs_tree
def test_the_tree_as_shipped(pristine: list[Any]) -> None:
    assert {key for key in KNOWN_TRUE if key[0] not in ("SPL106", "SPL302")} <= set(keys(pristine))
    assert set(keys(pristine)) <= KNOWN_TRUE
    way = next(f for f in pristine if f.rule == "SPL101").ways[0]
    texts = " ".join(step.text for step in (way.source, *way.trace))
    assert "spapr_max_server_number" in texts
    assert "spapr_irq_dt" in texts
    assert "nr_servers" in texts


@needs_tree
def test_the_whole_tree_holds_nothing_false(tree: Path) -> None:
    found = harness.findings(tree, ["hw/ppc", "hw/intc", "target/ppc"])
    wrong = [harness.shown(f, tree) for f in found if (f.rule, f.function) not in KNOWN_TRUE]
    assert wrong == []


@needs_tree
@pytest.mark.parametrize("twin", edits.FAULTS + edits.FIXES, ids=lambda twin: twin.name)
def test_twin(twin: edits.Twin, edited: Path, pristine: list[Any]) -> None:
    for edit in twin.edits:
        edits.apply(edit, edited)
    found = harness.findings(edited, FILES)
    born = set(keys(found) - keys(pristine))
    cured = set(keys(pristine)) - set(keys(found))
    shown = "\n".join(harness.shown(finding, edited) for finding in found)
    for wanted in twin.born:
        assert any(fits(wanted, key) for key in born), f"{wanted} not among\n{shown}"
    assert all(any(fits(wanted, key) for wanted in twin.born) for key in born), shown
    assert cured == twin.cured, shown


@needs_tree
def test_names_do_not_matter(edited: Path, pristine: list[Any]) -> None:
    """Every parameter and local of the C files has another name: the findings are the same."""
    done = skipped = 0
    before = {}
    for folder in ("hw/ppc", "hw/intc"):
        for path in sorted((edited / folder).glob("*.c")):
            before[path] = path.read_bytes()
            text, renamed, left = renaming.rename(before[path])
            path.write_bytes(text)
            done, skipped = done + renamed, skipped + left
    try:
        found = harness.findings(edited, FILES)
    finally:
        for path, content in before.items():
            path.write_bytes(content)
    assert done > 10 * skipped
    places = [
        {(f.rule, f.path, f.line, f.got, f.wanted) for f in some} for some in (found, pristine)
    ]
    assert places[0] == places[1]
