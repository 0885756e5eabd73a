"""What the linter says of the model: nothing of what designs share, and each design's own fault."""

from __future__ import annotations

import functools
from pathlib import Path

from spapr_lint import check
from spapr_lint.findings import Finding
from spapr_lint.tree import MemoryTree

PACKAGE = Path(__file__).parents[2] / "spapr_lint"
VARIANTS = "spapr_lint/model/variants"


@functools.cache
def findings() -> tuple[Finding, ...]:
    """The model by itself: the rest of the linter is no part of it."""
    files: dict[str, bytes | None] = {"spapr_lint/__init__.py": b""}
    for path in sorted((PACKAGE / "model").rglob("*.py")):
        files[f"spapr_lint/{path.relative_to(PACKAGE).as_posix()}"] = path.read_bytes()
    return check(["spapr_lint/model"], tree=MemoryTree(files), cache=False).findings


def of(variant: str) -> dict[str, str]:
    """Code and the text of the line, of one design."""
    path = f"{VARIANTS}/{variant}.py"
    lines = (PACKAGE / "model" / "variants" / f"{variant}.py").read_text().splitlines()
    return {
        finding.rule: lines[finding.line - 1].strip()
        for finding in findings()
        if finding.path == path
    }


def test_nothing_of_what_the_designs_share() -> None:
    assert [finding for finding in findings() if not finding.path.startswith(VARIANTS)] == []


def test_as_shipped() -> None:
    cells = "lisn_ranges = [cpu_to_be32(SPAPR_IRQ_IPI), cpu_to_be32(SPAPR_IRQ_IPI + nr_servers)]"
    assert of("as_shipped") == {
        "SPL101": cells,
        "SPL203": cells,
        "SPL102": "if sicc.claim_irq(dev, SPAPR_IRQ_IPI + i, False, errp) < 0:",
    }


def test_ipi_by_vcpu_id() -> None:
    assert of("ipi_by_vcpu_id") == {
        "SPL102": "return kvm_device_access(xive.fd, KVM_DEV_XIVE_GRP_SOURCE, ipi, 0, True, errp)",
        "SPL103": "return i >= SPAPR_XIRQ_BASE or kvm_cpu_is_enabled(i, xive.spapr)",
    }


def test_the_two_versions_of_the_fix() -> None:
    assert of("nr_ipis") == {}
    assert of("ends_by_cpus") == {"SPL201": 'qdev_prop_set_uint32(dev, "nr-ends", max_cpus << 3)'}


def test_each_is_found_once() -> None:
    assert len(findings()) == 6
