"""A sweep as a picture: machines from left to right, rules from top to bottom.

SVG by itself, or in a page of HTML with a table of what fails.  No script, nothing fetched.
"""

from __future__ import annotations

from html import escape

from spapr_lint.validate.invariants import FAILED, NOT_RUN, PASSED
from spapr_lint.validate.sweep import Sweep

_COLOURS = {PASSED: "#7fb77e", FAILED: "#c0392b", NOT_RUN: "#e4e4e4", "refused": "#ffffff"}
_ROW, _LEFT, _TOP = 22, 150, 34


def to_svg(sweep: Sweep) -> str:
    """The picture.  Neighbouring machines of the same state are one bar, with a title."""
    count = max(len(sweep.outcomes), 1)
    cell = max(1.0, min(14.0, 1000 / count))
    width, height = _LEFT + cell * count + 10, _TOP + _ROW * len(sweep.verdicts) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
        f'font-family="sans-serif" font-size="11" role="img">',
        f"<title>{escape(sweep.subject)}: machines and invariants</title>",
        f'<text x="{_LEFT}" y="20">{escape(sweep.subject)}: {sweep.machines} machines</text>',
    ]
    for row, verdict in enumerate(sweep.verdicts):
        y = _TOP + row * _ROW
        name = verdict.invariant.name
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 14}" text-anchor="end">{name}</text>')
        for start, stop, state in _bars(sweep, name):
            title = f"{name}: {state}: {sweep.outcomes[start][0]}"
            parts.append(
                f'<rect x="{_LEFT + start * cell:.2f}" y="{y}" '
                f'width="{(stop - start) * cell:.2f}" height="{_ROW - 4}" '
                f'fill="{_COLOURS[state]}"><title>{escape(title)}</title></rect>'
            )
    y = _TOP + _ROW * len(sweep.verdicts) + 16
    legend = "  ".join(f"{state}: {colour}" for state, colour in _COLOURS.items())
    parts.append(f"<desc>{escape(legend)}</desc>")
    for number, state in enumerate((PASSED, FAILED, NOT_RUN)):
        x = _LEFT + number * 90
        parts.append(
            f'<rect x="{x}" y="{y - 10}" width="12" height="12" fill="{_COLOURS[state]}"/>'
        )
        parts.append(f'<text x="{x + 16}" y="{y}">{state}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _bars(sweep: Sweep, name: str) -> list[tuple[int, int, str]]:
    """(first machine, one after the last, state), neighbours of one state joined."""
    bars: list[tuple[int, int, str]] = []
    for index, (_point, outcome) in enumerate(sweep.outcomes):
        state = "refused" if outcome.refused is not None else outcome.answers[name].state
        if bars and bars[-1][2] == state:
            bars[-1] = (bars[-1][0], index + 1, state)
        else:
            bars.append((index, index + 1, state))
    return bars


def to_html(sweep: Sweep) -> str:
    """A page with the picture and, for each rule, its verdict and smallest machine."""
    rows = []
    for verdict in sweep.verdicts:
        small = verdict.smallest
        where = (
            f"<code>{escape(str(small.point))}</code><br>{escape(small.detail)}" if small else ""
        )
        rows.append(
            f"<tr class={verdict.state.replace(' ', '-')}><td>{verdict.invariant.name}</td>"
            f"<td>{escape(verdict.invariant.title)}<br><small>{escape(verdict.invariant.source)}"
            f"</small></td><td>{verdict.state}</td><td>{len(verdict.failures)}</td>"
            f"<td>{where}</td></tr>"
        )
    style = (
        "body{font-family:sans-serif;margin:2em}table{border-collapse:collapse}"
        "td,th{border:1px solid #ccc;padding:.3em .6em;vertical-align:top;text-align:left}"
        "tr.failed td:nth-child(3){background:#f5c6c0}tr.passed td:nth-child(3){background:#d5ead4}"
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{escape(sweep.subject)}</title><style>{style}</style>"
        f"<h1>{escape(sweep.subject)}</h1><p>{sweep.machines} machines</p>{to_svg(sweep)}"
        "<table><tr><th>rule</th><th>what it demands</th><th>verdict</th><th>failures</th>"
        f"<th>smallest machine</th></tr>{''.join(rows)}</table></html>\n"
    )
