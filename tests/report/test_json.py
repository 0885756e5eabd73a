"""The JSON that other programs read, against the schema of the design."""

from __future__ import annotations

import json

import jsonschema
from hypothesis import given

from spapr_lint.findings import Report
from spapr_lint.report import View, render
from tests.report.samples import REPORT, reports

_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}


def _exactly(**properties: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _many(item: object) -> dict[str, object]:
    return {"type": "array", "items": item}


_SOURCE = _exactly(path=_TEXT, line=_NUMBER, column=_NUMBER, text=_TEXT)
_STEP = _exactly(path=_TEXT, line=_NUMBER, column=_NUMBER, text=_TEXT, note=_TEXT)
_EVIDENCE = {"enum": ["declared", "flowed", "named"]}
_UNSEEN = _many(_exactly(path=_TEXT, line=_NUMBER, what=_TEXT))
_EDIT = _exactly(
    path=_TEXT, line=_NUMBER, column=_NUMBER, end_line=_NUMBER, end_column=_NUMBER, text=_TEXT
)
SCHEMA = _exactly(
    version={"const": 1},
    findings=_many(
        _exactly(
            rule=_TEXT,
            message=_TEXT,
            path=_TEXT,
            line=_NUMBER,
            column=_NUMBER,
            end_line=_NUMBER,
            end_column=_NUMBER,
            severity={"enum": ["error", "warning", "info"]},
            evidence=_EVIDENCE,
            wanted=_TEXT,
            got=_TEXT,
            source=_SOURCE,
            trace=_many(_STEP),
            ways=_many(_exactly(source=_SOURCE, trace=_many(_STEP), evidence=_EVIDENCE)),
            fingerprint=_TEXT,
            fixes=_many(_exactly(title=_TEXT, edits=_many(_EDIT))),
            witness={"type": ["object", "null"]},
        )
    ),
    ledger=_exactly(
        files=_NUMBER,
        functions=_NUMBER,
        not_parsed=_UNSEEN,
        not_translated=_UNSEEN,
        unresolved_calls=_NUMBER,
        limits_hit=_UNSEEN,
    ),
)


@given(reports)
def test_every_report_follows_the_schema(report: Report) -> None:
    text = render("json", report, View())
    assert text.isascii()
    jsonschema.validate(json.loads(text), SCHEMA)


def test_source_and_trace_repeat_the_first_way() -> None:
    data = json.loads(render("json", REPORT, View()))
    for one in data["findings"]:
        assert one["source"] == one["ways"][0]["source"]
        assert one["trace"] == one["ways"][0]["trace"]
    assert [one["evidence"] for one in data["findings"]] == ["declared", "flowed"]
    assert data["findings"][0]["witness"] == {"smp": "1,maxcpus=513", "vsmt": 8}
    assert data["ledger"]["unresolved_calls"] == 2
