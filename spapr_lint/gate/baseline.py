"""Findings that are known and accepted: a file of fingerprints.

Written once, it silences what it lists; pruned, it loses what is mended.  One
entry silences one finding: a second of the same fingerprint is reported.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from spapr_lint.errors import UserError
from spapr_lint.findings import Finding, Report
from spapr_lint.gate.git import printable

VERSION = 1
_KEYS = ("fingerprint", "path", "rule", "function", "message")


class Known(NamedTuple):
    """One accepted finding; all but the first two are for people."""

    fingerprint: str
    path: str
    rule: str = ""
    function: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Baseline:
    """All accepted findings, sorted."""

    known: tuple[Known, ...] = ()


def from_report(report: Report) -> Baseline:
    """The baseline that silences everything in a report."""
    return Baseline(
        tuple(
            sorted(
                Known(f.fingerprint, f.path, f.rule, f.function, f.message) for f in report.findings
            )
        )
    )


def write(baseline: Baseline) -> str:
    """The baseline's file, one finding after the other so that diffs stay small."""
    entries = [dict(zip(_KEYS, known, strict=True)) for known in baseline.known]
    return json.dumps({"version": VERSION, "findings": entries}, indent=2) + "\n"


def read(text: str, path: str) -> Baseline:
    """The baseline in a file's text.  Raises `UserError` that says what is wrong with it."""
    name = printable(path)
    try:
        data = json.loads(text)
    except ValueError as error:
        raise UserError(f"{name}: no baseline, not JSON: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("findings"), list):
        raise UserError(f"{name}: no baseline; write one with --write-baseline")
    if data.get("version") != VERSION:
        raise UserError(f"{name}: a baseline of version {data.get('version')}, not {VERSION}")
    return Baseline(tuple(sorted(_entry(entry, name) for entry in data["findings"])))


def _entry(entry: object, name: str) -> Known:
    if not isinstance(entry, dict):
        raise UserError(f"{name}: an entry that is no object")
    words = [entry.get(key, "") for key in _KEYS]
    if not all(isinstance(word, str) for word in words) or not words[0]:
        raise UserError(f"{name}: an entry without a fingerprint, or with one that is no text")
    return Known(*words)


def load(path: str) -> Baseline:
    """The baseline in a file.  Raises `UserError`."""
    try:
        with open(path, encoding="utf-8") as file:
            return read(file.read(), path)
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "no UTF-8"
        raise UserError(f"{printable(path)}: {said}; write it with --write-baseline") from None


def split(
    findings: Iterable[Finding], baseline: Baseline, exists: Callable[[str], bool]
) -> tuple[tuple[Finding, ...], frozenset[int]]:
    """Findings that the baseline does not know, and which of its entries were met.

    An entry silences a finding of its fingerprint in its own file, else one
    that says the same of the same function; in another file only if its own
    does not exist any more (it was renamed).
    """
    left = dict(enumerate(baseline.known))
    unknown = list(findings)
    tests: tuple[Callable[[Known, Finding], bool], ...] = (
        lambda known, f: known[:2] == (f.fingerprint, f.path),
        # A fingerprint holds the ordinal among equals, which changes when one of them is mended.
        lambda known, f: known[1:] == (f.path, f.rule, f.function, f.message),
        lambda known, f: known.fingerprint == f.fingerprint and not exists(known.path),
        lambda known, f: known[2:] == (f.rule, f.function, f.message) and not exists(known.path),
    )
    for test in tests:
        new = []
        for finding in unknown:
            met = next((n for n, known in left.items() if test(known, finding)), None)
            if met is None:
                new.append(finding)
            else:
                del left[met]
        unknown = new
    return tuple(unknown), frozenset(range(len(baseline.known))) - left.keys()


def without_known(report: Report, baseline: Baseline, exists: Callable[[str], bool]) -> Report:
    """The report without what the baseline knows."""
    return replace(report, findings=split(report.findings, baseline, exists)[0])


def pruned(report: Report, baseline: Baseline, exists: Callable[[str], bool]) -> Baseline:
    """The baseline without entries that nothing in the report needs."""
    met = split(report.findings, baseline, exists)[1]
    return Baseline(tuple(known for n, known in enumerate(baseline.known) if n in met))
