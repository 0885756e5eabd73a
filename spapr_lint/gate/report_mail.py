"""The gate's answer as replies to the patches: the hunk quoted, the finding under it.

Plain text in the habits of a mailing list; with several replies, an mbox.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from spapr_lint.gate.plan import Patch
from spapr_lint.gate.verdict import CURED, Event, GateReport, Verdict, is_news
from spapr_lint.report.mail import render_finding, wrap
from spapr_lint.report.view import View, no_line

_QUOTED_LINES = 60
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def write(report: GateReport, view: View) -> str:
    """One reply for each patch that something is to be said about, oldest first."""
    replies = []
    for patch in report.patches:
        parts = list(_parts(report, patch, view))
        if parts:
            replies.append("\n".join([_head(patch, report), *parts, _closing(report, view)]))
    if not replies:
        return _ascii(wrap(f"{report.title}: nothing added.") + "\n")
    if len(replies) == 1:
        return _ascii(replies[0])
    return _ascii("\n".join(_separator(reply) for reply in replies))


def _separator(reply: str) -> str:
    escaped = re.sub(r"(?m)^(>*From )", r">\1", reply)
    return f"From spapr-lint@localhost Thu Jan  1 00:00:00 1970\n{escaped}"


def _head(patch: Patch, report: GateReport) -> str:
    """Headers of the reply, and the line that says who wrote what is quoted."""
    letter = patch.letter
    subject = letter.subject or f"[PATCH {patch.number}/{len(report.patches)}] {patch.subject}"
    headers = [f"Subject: {_flat(subject if _is_reply(subject) else f'Re: {subject}')}"]
    if letter.author:
        headers.append(f"To: {_flat(letter.author)}")
    if letter.recipients:
        headers.append(f"Cc: {_flat(letter.recipients)}")
    if letter.message_id:
        headers.append(f"In-Reply-To: {_flat(letter.message_id)}")
        headers.append(f"References: {_flat(letter.message_id)}")
    who = _flat(letter.author) if letter.author else f"Commit {(patch.commit or '')[:12]}".rstrip()
    when = f"On {_flat(letter.date)}, " if letter.date else ""
    return "\n".join([*headers, "", f"{when}{who} wrote:", f"> {_flat(patch.subject)}"])


def _is_reply(subject: str) -> bool:
    return subject.lower().startswith("re:")


def _flat(text: str) -> str:
    """One line: a header that somebody else wrote must not become two."""
    return " ".join(text.split())


def _parts(report: GateReport, patch: Patch, view: View) -> Iterator[str]:
    told = [
        (verdict, event)
        for verdict in report.verdicts
        if is_news(verdict)
        for event in verdict.events
        if event.patch == patch.number and event.what in ("born", "worsened")
    ]
    for hunk, group in _by_hunk(told):
        yield hunk
        for verdict, event in group:
            yield _finding(report, verdict, event, view)
    for verdict in report.states(CURED):
        event_cured = verdict.cured
        if event_cured is not None and event_cured.patch == patch.number and verdict.siblings:
            yield _siblings(verdict)


def _by_hunk(
    told: Iterable[tuple[Verdict, Event]],
) -> Iterator[tuple[str, list[tuple[Verdict, Event]]]]:
    groups: dict[str, list[tuple[Verdict, Event]]] = {}
    for verdict, event in told:
        groups.setdefault(_quote(event), []).append((verdict, event))
    yield from groups.items()


def _quote(event: Event) -> str:
    lines = event.hunk.rstrip("\n").split("\n") if event.hunk else [f"+{event.text}"]
    shown = lines[:_QUOTED_LINES]
    left = len(lines) - len(shown)
    quoted = [f"> {line}".rstrip() for line in [f"--- {event.path}", *shown]]
    return "\n".join([">", *quoted, *([f"[{left} lines left out]"] if left else []), ""])


def _finding(report: GateReport, verdict: Verdict, event: Event, view: View) -> str:
    # Of a finding that is gone at the end, the last tree shows other lines.
    shown = view._replace(line=view.line if verdict.cured is None else no_line)
    lines = [render_finding(verdict.finding, shown)]
    if event.what == "worsened":
        lines.append(wrap("It was there before; this patch adds a way to it.") + "\n")
    if event.outside and event.text:
        lines.append(wrap(f"Caused by {event.path}:{event.line}: {event.text}") + "\n")
    if verdict.cured is not None:
        said = f"Patch {verdict.cured.patch}/{len(report.patches)} mends it, but bisection stops"
        lines.append(wrap(f"{said} in between.") + "\n")
    if verdict.doubts:
        places = ", ".join(f"{f.path}:{f.line}" for f in verdict.doubts)
        lines.append(wrap(f"It may be what was in {places} before, moved.") + "\n")
    return "\n".join(lines)


def _siblings(verdict: Verdict) -> str:
    finding = verdict.finding
    places = ", ".join(f"{f.path}:{f.line}" for f in verdict.siblings)
    return (
        wrap(
            f"This mends {finding.rule} in {finding.path}; the same number still reaches the same"
            f" sort of place in {places}."
        )
        + "\n"
    )


def _closing(report: GateReport, view: View) -> str:
    notes = [wrap(f"Note: {note}") for note in report.notes]
    return "\n".join([*notes, "-- ", f"spapr-lint {view.version}".rstrip()]) + "\n"


def _ascii(text: str) -> str:
    plain = text.encode("ascii", "backslashreplace").decode()
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", plain)
