"""Comments that silence findings: ``# noqa: SPL101 -- reason``, ``/* spapr-lint: SPL101 -- … */``.

A comment counts for the statement on any of whose lines it stands, be it the
sink's or a source's.  Pure functions of texts and findings (DESIGN section 7).
"""

from __future__ import annotations

import hashlib
import io
import re
import tokenize
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from spapr_lint.findings import Finding, Step, Suppressed, Way

Span = tuple[int, int]
"""First and last line of a statement, from 1."""

_CODES = r"[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*"
# As flake8 reads it: without a code right after the colon, noqa is a bare one.
_MARK = re.compile(
    rf"(?:^[\s*]*|(?:\#|//)\s*)(?:(?P<file>flake8[:=]\s*noqa)|noqa(?![\w-])|spapr-lint:(?=\s*SPL))"
    rf"(?:(?:(?<=:)|:)\s*(?P<codes>{_CODES}))?\s*(?:--\s*(?P<reason>.*\S))?",
    re.IGNORECASE | re.DOTALL,
)
_OUR_CODE = re.compile(r"spl\d")  # in small letters
_C_TOKEN = re.compile(
    r"""(?P<comment>/\*.*?(?:\*/|\Z)|//(?:[^\n\\]|\\.)*)
    |(?P<directive>^[ \t]*\#(?:[^\n\\/]|\\.|/(?!\*))*)
    |(?P<text>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|\w+)
    |(?P<sign>[^\s\w])""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_C_SUFFIXES = (".c", ".h", ".inc")


class Mark(NamedTuple):
    """One comment that silences: where it is, which codes (none: all), and why.

    ``whole`` says that it speaks for the whole file (``# flake8: noqa``).
    """

    line: int
    end_line: int
    column: int
    codes: tuple[str, ...]
    reason: str
    whole: bool
    text: str

    @property
    def own(self) -> bool:
        """Whether it names a code of ours, and so is ours to judge."""
        return any(code.startswith("SPL") for code in self.codes)

    def names(self, rule: str) -> bool:
        """Whether it silences ``rule``: by its code or a beginning of it, or as a bare one."""
        return not self.codes or rule.startswith(self.codes)


class Layout(NamedTuple):
    """What matters of one text: its marks, and which lines belong to one statement."""

    marks: tuple[Mark, ...]
    spans: tuple[Span, ...]

    def statement(self, line: int, end_line: int) -> Span:
        """The lines of the statements that touch lines ``line`` to ``end_line``."""
        first, last = line, max(line, end_line)
        for start, end in self.spans:
            if start <= last and end >= line:
                first, last = min(first, start), max(last, end)
        return first, last


class Applied(NamedTuple):
    """Findings after suppression: those that stay, SPL901 and SPL902 among them, and the rest."""

    kept: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]


def layout(path: str, text: str) -> Layout:
    """Read the marks and statements of one file; empty at once for a text without a mark."""
    lowered = text.lower()
    if "noqa" not in lowered and "spapr-lint" not in lowered:
        return Layout((), ())
    marks, spans = _read_c(text) if path.endswith(_C_SUFFIXES) else _read_python(text)
    return Layout(tuple(marks), tuple(spans)) if marks else Layout((), ())


def apply(
    findings: Iterable[Finding],
    texts: Mapping[str, str],
    judged: Callable[[str, int, int], bool] | None = None,
    rules: Collection[str] | None = None,
) -> Applied:
    """Take out what comments silence; add SPL902 for a missing reason, SPL901 for no effect.

    ``texts`` holds every file whose comments count.  ``judged(path, first,
    last)`` says whether all that could have reached the statement on these lines
    was seen; without it there is no SPL901.  Nor is there for a comment that names
    a code which is none of the ``rules`` that ran.
    """
    findings = list(findings)
    there = {path for f in findings for path in (f.path, *[way.source.path for way in f.ways])}
    layouts = {
        path: layout(path, text)
        for path, text in texts.items()
        if path in there or _OUR_CODE.search(text.lower())
    }
    used: set[tuple[str, Mark]] = set()
    kept: list[Finding] = []
    suppressed: list[Suppressed] = []
    for finding in findings:
        left, by = _silence(finding, layouts, used)
        if left is not None:
            kept.append(left)
        elif by is not None:
            suppressed.append(Suppressed(finding, by[0], by[1].line, by[1].reason))
    kept += _complaints(layouts, used, judged, rules)
    kept.sort(key=lambda f: (f.path, f.line, f.column, f.rule))
    return Applied(tuple(kept), tuple(suppressed))


def _silence(
    finding: Finding, layouts: Mapping[str, Layout], used: set[tuple[str, Mark]]
) -> tuple[Finding | None, tuple[str, Mark] | None]:
    """What is left of a finding, and the mark that took the last of it."""
    here = layouts.get(finding.path)
    if here is not None and here.marks:
        for mark in _marks_at(here, finding.line, finding.end_line):
            if mark.names(finding.rule):
                used.add((finding.path, mark))
                return None, (finding.path, mark)
    ways: list[Way] = []
    by: tuple[str, Mark] | None = None
    for way in finding.ways:
        source_mark = _mark_at_source(way.source, finding.rule, layouts)
        if source_mark is None:
            ways.append(way)
        else:
            by = (way.source.path, source_mark)
            used.add(by)
    if by is None:
        return finding, None
    return (replace(finding, ways=tuple(ways)) if ways else None), by


def _mark_at_source(source: Step, rule: str, layouts: Mapping[str, Layout]) -> Mark | None:
    """A mark at a source's statement; a bare one counts only where the finding is reported."""
    there = layouts.get(source.path)
    if there is None or not there.marks:
        return None
    found = _marks_at(there, source.line, source.line)
    return next((mark for mark in found if mark.codes and mark.names(rule)), None)


def _marks_at(there: Layout, line: int, end_line: int) -> Iterator[Mark]:
    first, last = there.statement(line, end_line)
    for mark in there.marks:
        if mark.whole or (mark.line <= last and mark.end_line >= first):
            yield mark


def _complaints(
    layouts: Mapping[str, Layout],
    used: set[tuple[str, Mark]],
    judged: Callable[[str, int, int], bool] | None,
    rules: Collection[str] | None,
) -> Iterator[Finding]:
    for path, there in layouts.items():
        for mark in there.marks:
            if not mark.own:
                continue
            if not mark.reason and not _waived(there, mark, "SPL902"):
                yield _complaint("SPL902", "suppression without a reason", path, mark)
            if (path, mark) in used or judged is None or _waived(there, mark, "SPL901"):
                continue
            if not _ran(mark, rules):
                continue
            if judged(path, *there.statement(mark.line, mark.end_line)):
                yield _complaint("SPL901", "suppression that suppresses nothing", path, mark)


def _ran(mark: Mark, rules: Collection[str] | None) -> bool:
    """Whether all that a comment silences was looked for; of comments it is not said."""
    codes = [code for code in mark.codes if code.startswith("SPL")]
    if any(code.startswith("SPL9") for code in codes):
        return False
    return rules is None or all(any(r.startswith(code) for r in rules) for code in codes)


def _waived(there: Layout, mark: Mark, rule: str) -> bool:
    return any(other.names(rule) for other in _marks_at(there, mark.line, mark.end_line))


def _complaint(rule: str, message: str, path: str, mark: Mark) -> Finding:
    text = " ".join(mark.text.split())
    here = Step(path, mark.line, mark.column, text, "this comment")
    codes = ", ".join(code for code in mark.codes if code.startswith("SPL"))
    end = mark.column + len(mark.text.splitlines()[-1])
    return Finding(
        rule=rule,
        message=f"{message} ({codes})",
        path=path,
        line=mark.line,
        column=mark.column,
        end_line=mark.end_line,
        end_column=end if mark.end_line == mark.line else len(mark.text.splitlines()[-1]) + 1,
        severity="warning",
        wanted="",
        got="",
        ways=(Way(here, (here,), "declared"),),
        fingerprint=hashlib.sha256(f"{rule}\0{text}".encode()).hexdigest()[:16],
    )


def _mark(comment: str, body: str, line: int, column: int) -> Mark | None:
    found = _MARK.search(body)
    if found is None:
        return None
    codes = re.split(r"[,\s]+", (found["codes"] or "").upper()) if found["codes"] else []
    reason = " ".join(re.sub(r"\n[ \t]*\*+", "\n", found["reason"] or "").split())
    end = line + comment.count("\n")
    return Mark(line, end, column, tuple(codes), reason, bool(found["file"]), comment)


def _read_python(text: str) -> tuple[list[Mark], list[Span]]:
    """Marks and logical lines.  A text that ends too early keeps what was read of it."""
    marks: list[Mark] = []
    spans: list[Span] = []
    start = 0
    skipped = (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING)
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                line, column = token.start
                mark = _mark(token.string, token.string, line, column + 1)
                marks += [mark] if mark is not None else []
            elif token.type == tokenize.NEWLINE:
                spans.append((start or token.start[0], token.end[0]))
                start = 0
            elif token.type not in skipped and not start:
                start = token.start[0]
    except (tokenize.TokenError, SyntaxError):
        pass
    return marks, spans


class _CReader:
    """Cuts C into statements at ``;``, ``{``, ``}`` and labels, outside brackets."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.brackets: list[str] = []
        self.start = 0
        self.words: list[str] = []

    def end(self, line: int) -> None:
        if self.start:
            self.spans.append((self.start, line))
        self.start = 0
        self.words = []

    def take(self, token: str, line: int) -> None:
        """One word, string or sign that starts on ``line``."""
        if token == "}" and not self.brackets:
            self.end(line)
            return
        opens = token in "([" or (token == "{" and self._initializes())
        self.start = self.start or line
        if opens:
            self.brackets.append(token)
        elif token in ")]}" and self.brackets:
            self.brackets.pop()
        elif not self.brackets and (token in ";{" or (token == ":" and self._is_label())):
            self.end(line)
            return
        self.words.append(token)

    def _initializes(self) -> bool:
        return bool(self.brackets) or (bool(self.words) and self.words[-1] in "=,")

    def _is_label(self) -> bool:
        return len(self.words) == 1 or self.words[:1] in (["case"], ["default"])


def _read_c(text: str) -> tuple[list[Mark], list[Span]]:
    marks: list[Mark] = []
    reader = _CReader()
    line, seen, line_start = 1, 0, 0
    for found in _C_TOKEN.finditer(text):
        between = text.count("\n", seen, found.start())
        line += between
        if between:
            line_start = text.rfind("\n", 0, found.start()) + 1
        token, kind = found.group(), found.lastgroup
        if kind == "comment":
            body = token[2:].removesuffix("*/")
            mark = _mark(token, body, line, found.start() - line_start + 1)
            marks += [mark] if mark is not None else []
        elif kind == "directive":
            if not reader.start:
                reader.spans.append((line, line + token.count("\n")))
        else:
            reader.take(token, line)
        inside = token.count("\n")
        line += inside
        if inside:
            line_start = text.rfind("\n", 0, found.end()) + 1
        seen = found.end()
    return marks, reader.spans
