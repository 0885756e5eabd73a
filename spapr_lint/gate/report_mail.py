"""The gate's answer as replies to the patches: the hunk quoted, the finding under it.

Plain text in the habits of a mailing list; with several replies, an mbox.
"""

from __future__ import annotations

import email.header
import email.utils
import re
from collections.abc import Iterable, Iterator

from spapr_lint.gate.plan import Patch
from spapr_lint.gate.verdict import CURED, Event, GateReport, Verdict, is_news
from spapr_lint.report.mail import render_finding, wrap
from spapr_lint.report.view import View, no_line

_QUOTED_LINES = 60
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")

_ADDRESS = re.compile(r'(?:"[^"]*"|[^"<>]*)<[^<>\s]+>')


def write(report: GateReport, view: View) -> str:
    """One reply for each patch that something is to be said about, oldest first."""
    replies = []
    for patch in report.patches:
        parts = list(_parts(report, patch, view))
        if parts:
            replies.append("\n".join([_head(patch, report), *parts, _closing(report, view)]))
    if not replies:
        return _safe(wrap(f"{report.title}: nothing added.") + "\n")
    if len(replies) == 1:
        return _safe(replies[0])
    return _safe("\n".join(_separator(reply) for reply in replies))


def _separator(reply: str) -> str:
    escaped = re.sub(r"(?m)^(>*From )", r">\1", reply)
    return f"From spapr-lint@localhost Thu Jan  1 00:00:00 1970\n{escaped}"


def _head(patch: Patch, report: GateReport) -> str:
    """Headers of the reply, and the line that says who wrote what is quoted."""
    letter = patch.letter
    subject = letter.subject or f"[PATCH {patch.number}/{len(report.patches)}] {patch.subject}"
    subject = _flat(subject if _is_reply(subject) else f"Re: {subject}")
    headers = [f"Subject: {_header(subject)}"]
    if letter.author:
        headers.append(f"To: {_author(letter.author)}")
    if letter.recipients:
        headers.append(f"Cc: {_addresses(letter.recipients)}")
    if letter.message_id:
        headers.append(f"In-Reply-To: {_flat(letter.message_id)}")
        headers.append(f"References: {_flat(letter.message_id)}")
    headers += [
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    who = _flat(letter.author) if letter.author else f"Commit {(patch.commit or '')[:12]}".rstrip()
    when = f"On {_flat(letter.date)}, " if letter.date else ""
    return "\n".join([*headers, "", f"{when}{who} wrote:", f"> {_flat(patch.subject)}"])


def _header(text: str) -> str:
    """A header's value as mail programs take it: words that are no ASCII encoded."""
    if text.isascii():
        return text
    return email.header.Header(text, "utf-8", maxlinelen=998).encode(linesep="")


def _author(text: str) -> str:
    """The one who wrote a mail; whatever follows the address is nobody we write to."""
    found = _ADDRESS.match(_flat(text))
    return _addresses(text) if found is None else _addresses(found[0])


def _addresses(text: str) -> str:
    pairs = email.utils.getaddresses([_flat(text)])
    return ", ".join(email.utils.formataddr(pair) for pair in pairs if pair[1].isascii())


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
    # As it was in the patch that is answered; the last tree may show other lines there.
    finding = verdict.first if event.what == "born" else verdict.finding
    same = finding == verdict.finding and verdict.cured is None
    lines = [render_finding(finding, view if same else view._replace(line=no_line))]
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


def _safe(text: str) -> str:
    """Text that can neither steer a terminal nor break a mail."""
    plain = text.encode("utf-8", "backslashreplace").decode()
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", plain)
