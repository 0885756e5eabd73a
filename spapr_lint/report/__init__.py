"""Findings written down: text, JSON, SARIF, GitHub, JUnit, mail, HTML.

One writer a file, each a pure function ``write(report, view) -> str``; a
writer is imported only when its format is asked for.
"""

from __future__ import annotations

from importlib import import_module

from spapr_lint.findings import Report
from spapr_lint.report.view import View, exit_code, fails

__all__ = ["FORMATS", "View", "exit_code", "fails", "render"]

FORMATS = ("text", "json", "sarif", "github", "junit", "mail", "html")


def render(form: str, report: Report, view: View) -> str:
    """The report in one of `FORMATS`.  Raises `KeyError` for any other."""
    if form not in FORMATS:
        raise KeyError(form)
    writer = import_module(f"spapr_lint.report.{form}")
    text: str = writer.write(report, view)
    return text
