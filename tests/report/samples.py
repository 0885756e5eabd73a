"""Findings to write down: ordinary ones, and ones that try to break a writer."""

from __future__ import annotations

import os

from hypothesis import strategies as st

from spapr_lint.findings import (
    EVIDENCE,
    SEVERITIES,
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

SOURCE = Step("model/machine.py", 4, 15, "n = spapr_max_server_number(spapr)", "gives server.bound")
CALL = Step("model/machine.py", 5, 5, "dt_xive(fdt, n)", "argument nr")
SINK = Step("model/xive.py", 12, 41, "cells = [0, nr]", "cell 1 of ibm,xive-lisn-ranges")

LINES = {
    ("model/xive.py", 12): "    cells = [0, nr]",
    ("tabs.c", 3): "\tcells[1] =\tnr;",
}


def line_of(path: str, number: int) -> str | None:
    return LINES.get((path, number))


def finding(**changes: object) -> Finding:
    values: dict[str, object] = {
        "rule": "SPL101",
        "message": "server number sizes an IPI range",
        "path": "model/xive.py",
        "line": 12,
        "column": 17,
        "end_line": 12,
        "end_column": 19,
        "severity": "error",
        "wanted": "ipi.count",
        "got": "server.bound",
        "ways": (Way(SOURCE, (SOURCE, CALL, SINK), "declared"),),
        "fingerprint": "0123456789abcdef",
        "function": "dt_xive",
    }
    return Finding(**(values | changes))  # type: ignore[arg-type]


LEDGER = Ledger(
    files=3,
    functions=21,
    not_parsed=(Unseen("broken.py", 7, "unexpected indent"),),
    not_translated=(Unseen("hw/odd.c", 30, "asm statement"), Unseen("hw/odd.c", 31, "goto *p")),
    unresolved_calls=2,
)

FIX = Fix("use spapr->max_cpus", (Edit("model/xive.py", 12, 17, 12, 19, "n_ipis"),))

REPORT = Report(
    findings=(
        finding(fixes=(FIX,), witness={"smp": "1,maxcpus=513", "vsmt": 8}),
        finding(
            rule="SPL203",
            severity="warning",
            message="a range's end, not its count",
            ways=(
                Way(SOURCE, (CALL, SINK), "flowed"),
                Way(CALL, (SINK,), "flowed"),
            ),
        ),
    ),
    ledger=LEDGER,
    suppressed=(
        Suppressed(finding(rule="SPL102", line=20, end_line=20), "model/xive.py", 20, "by design"),
    ),
)

_words = st.text(max_size=30)
_paths = st.binary(min_size=1, max_size=20).map(lambda name: os.fsdecode(name.replace(b"\0", b"x")))
_numbers = st.integers(1, 10**6)
_steps = st.builds(Step, _paths, _numbers, _numbers, _words, _words)
_ways = st.builds(Way, _steps, st.lists(_steps, max_size=4).map(tuple), st.sampled_from(EVIDENCE))
_edits = st.builds(Edit, _paths, _numbers, _numbers, _numbers, _numbers, _words)
_fixes = st.builds(Fix, _words, st.lists(_edits, min_size=1, max_size=2).map(tuple))
findings = st.builds(
    Finding,
    rule=st.from_regex(r"SPL[0-9]{3}", fullmatch=True),
    message=_words,
    path=_paths,
    line=_numbers,
    column=_numbers,
    end_line=_numbers,
    end_column=_numbers,
    severity=st.sampled_from(SEVERITIES),
    wanted=_words,
    got=_words,
    ways=st.lists(_ways, min_size=1, max_size=3).map(tuple),
    fingerprint=_words,
    function=_words,
    fixes=st.lists(_fixes, max_size=1).map(tuple),
    witness=st.none() | st.dictionaries(_words, _words, max_size=2),
)
_unseen = st.lists(st.builds(Unseen, _paths, st.integers(0, 99), _words), max_size=2).map(tuple)
reports = st.builds(
    Report,
    findings=st.lists(findings, max_size=3).map(tuple),
    ledger=st.builds(
        Ledger, st.integers(0, 9), st.integers(0, 9), _unseen, _unseen, st.integers(0, 9), _unseen
    ),
    suppressed=st.lists(st.builds(Suppressed, findings, _paths, _numbers, _words), max_size=1).map(
        tuple
    ),
)
