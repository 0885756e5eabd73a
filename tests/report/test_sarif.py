"""SARIF 2.1.0: the shape that the standard asks for, and GitHub's limits.

``sarif.schema.json`` is our own reading of the part of the standard that we
write, closed against anything else.  SPAPR_LINT_SARIF_SCHEMA may name a copy of
the official schema, which then judges as well.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given

from spapr_lint.findings import Report, Step, Way
from spapr_lint.report import View, render, sarif
from tests.report.samples import REPORT, SINK, SOURCE, finding, reports


@dataclass(frozen=True)
class _Rule:
    code: str = "SPL101"
    title: str = "server number sizes a range"
    severity: str = "error"
    why: str = "VSMT leaves holes."
    fix: str = "Count the CPUs."
    references: tuple[str, ...] = ("PAPR",)


VIEW = View(version="1.2.3", rules={"SPL101": _Rule()})


def _schemas() -> Iterator[object]:
    yield json.loads((Path(__file__).parent / "sarif.schema.json").read_text())
    official = os.environ.get("SPAPR_LINT_SARIF_SCHEMA")
    if official:
        yield json.loads(Path(official).read_text())


SCHEMAS = list(_schemas())


def _log(report: Report) -> dict[str, object]:
    log = json.loads(render("sarif", report, VIEW))
    for schema in SCHEMAS:
        jsonschema.validate(log, schema)
    return log["runs"][0]  # type: ignore[no-any-return]


@given(reports)
def test_every_report_follows_the_schema(report: Report) -> None:
    run = _log(report)
    assert len(run["results"]) == len(report.findings) + len(report.suppressed)  # type: ignore[arg-type]


def test_our_schema_refuses_what_the_standard_does_not_know() -> None:
    log = json.loads(render("sarif", REPORT, VIEW))
    log["runs"][0]["results"][0]["severity"] = "error"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(log, SCHEMAS[0])


def test_a_result_says_where_why_and_by_which_way() -> None:
    run = _log(REPORT)
    first, second, silenced = run["results"]  # type: ignore[misc]
    assert first["ruleId"] == "SPL101"
    rules = run["tool"]["driver"]["rules"]  # type: ignore[index]
    assert rules[first["ruleIndex"]]["help"]["text"].startswith("VSMT leaves holes.")
    assert first["partialFingerprints"] == {"spaprLint/v1": "0123456789abcdef"}
    region = first["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (12, 17, 19)
    steps = first["codeFlows"][0]["threadFlows"][0]["locations"]
    lines = [s["location"]["physicalLocation"]["region"]["startLine"] for s in steps]
    assert lines == [4, 5, 12]
    assert first["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"] == {
        "text": "n_ipis"
    }
    assert second["level"] == "warning"
    assert len(second["codeFlows"]) == len(second["relatedLocations"]) == 2
    assert silenced["suppressions"][0]["justification"] == "by design"


def test_info_is_a_note() -> None:
    run = _log(Report((finding(severity="info"),)))
    assert run["results"][0]["level"] == "note"  # type: ignore[index]


def test_paths_become_relative_or_file_addresses() -> None:
    run = _log(Report((finding(path="a b/ü#.py"), finding(path="/tmp/x.py"))))
    places = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]
        for result in run["results"]  # type: ignore[attr-defined]
    ]
    assert places[0] == {"uri": "a%20b/%C3%BC%23.py", "uriBaseId": "%SRCROOT%"}
    assert places[1] == {"uri": "file:///tmp/x.py"}


def test_no_result_has_more_steps_than_github_takes() -> None:
    long = tuple(Step("a.py", n + 1, 1, "x", "") for n in range(3000))
    ways = (Way(long[0], long, "flowed"), Way(SOURCE, (SINK,), "flowed"))
    run = _log(Report((finding(ways=ways),)))
    flows = run["results"][0]["codeFlows"]  # type: ignore[index]
    steps = [s for flow in flows for s in flow["threadFlows"][0]["locations"]]
    assert len(steps) == sarif.MAX_STEPS
    numbers = [s["location"]["physicalLocation"]["region"]["startLine"] for s in steps]
    assert (numbers[0], numbers[-1]) == (1, 3000)


def test_too_many_results_lose_the_lightest_and_say_so() -> None:
    many = tuple(finding(severity="info", line=n + 1) for n in range(sarif.MAX_RESULTS))
    run = json.loads(render("sarif", Report((*many, finding(severity="error"))), VIEW))["runs"][0]
    assert len(run["results"]) <= sarif.MAX_RESULTS
    assert run["results"][0]["level"] == "error"
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert "do not fit" in notes[-1]["message"]["text"]


def test_a_log_is_made_smaller_until_it_can_be_uploaded() -> None:
    noise = os.urandom(6_000_000).hex()
    steps = tuple(Step("a.py", n, 1, noise[n * 9000 : n * 9000 + 9000], "") for n in range(1, 900))
    ways = tuple(Way(step, steps, "flowed") for step in steps[:1])
    two = (finding(ways=ways), finding(ways=ways, line=13), finding(ways=ways, line=14))
    text = render("sarif", Report(two), VIEW)
    assert len(gzip.compress(text.encode())) <= sarif.MAX_GZIPPED
    assert len(json.loads(text)["runs"][0]["results"]) == 3
