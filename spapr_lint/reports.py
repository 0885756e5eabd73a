"""Reports as plain data and back, for what remembers them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from spapr_lint.findings import (
    Edit,
    Finding,
    Fix,
    Ledger,
    Report,
    Step,
    Suppressed,
    Unseen,
    Way,
)


def packed(report: Report) -> dict[str, Any]:
    """The report as plain dictionaries, lists and words."""
    return asdict(report)


def unpacked(data: dict[str, Any]) -> Report:
    """The report that `packed` took apart."""
    ledger = data["ledger"]
    unseen = {
        name: tuple(Unseen(**entry) for entry in ledger[name])
        for name in ("not_parsed", "not_translated", "limits_hit", "unresolved")
    }
    return Report(
        findings=tuple(_finding(entry) for entry in data["findings"]),
        ledger=Ledger(**{**ledger, **unseen}),
        suppressed=tuple(
            Suppressed(**{**entry, "finding": _finding(entry["finding"])})
            for entry in data["suppressed"]
        ),
    )


def _finding(data: dict[str, Any]) -> Finding:
    ways = tuple(
        Way(Step(**way["source"]), tuple(Step(**step) for step in way["trace"]), way["evidence"])
        for way in data["ways"]
    )
    fixes = tuple(
        Fix(fix["title"], tuple(Edit(**edit) for edit in fix["edits"])) for fix in data["fixes"]
    )
    return Finding(**{**data, "ways": ways, "fixes": fixes})
