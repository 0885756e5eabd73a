"""The rules: what a code means, why it matters, what to do, and examples that are tests.

A rule is a Markdown file ``SPLnnn.md``: a title line ``# SPL101: …``, lines ``key: value``,
prose, the sections Fix, References, Valid and Invalid, and fenced examples such as
``python invalid lines=5`` (``codes=SPL101,SPL203 lines=5,5`` where they differ).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from spapr_lint.findings import SEVERITIES
from spapr_lint.packs.data import Example, Origin, Rule
from spapr_lint.packs.errors import Lines, PackError
from spapr_lint.packs.expressions import nearest
from spapr_lint.packs.sections import EXAMPLE_KEYS, SECTIONS, Entry

_TITLE = re.compile(r"#\s+(SPL\d{3}):\s+(.+?)\s*$")
_FENCE = re.compile(r"(`{3,})\s*(.*?)\s*$")
_META = re.compile(r"(severity|message):\s+(.+?)\s*$")
_SECTIONS = ("why", "fix", "references", "valid", "invalid", "examples")
_LANGUAGES = ("python", "c")


class _Parts:
    """What has been read of a rule's file so far."""

    def __init__(self) -> None:
        self.meta: dict[str, str] = {}
        self.prose: dict[str, list[str]] = {name: [] for name in _SECTIONS}
        self.examples: list[Example] = []


def read_markdown(path: str, text: str) -> Rule:
    """A rule from its file.  Raises `PackError` with the line that is wrong."""
    lines = text.splitlines()
    title = _TITLE.match(lines[0]) if lines else None
    if title is None:
        raise PackError(path, 1, "a rule starts with a line '# SPL101: title'")
    parts = _Parts()
    section, number = "why", 1
    while number < len(lines):
        line = lines[number]
        number += 1
        fence = _FENCE.match(line)
        if fence is not None:
            end = _fence_end(path, lines, number, fence[1])
            body = "\n".join(lines[number:end]) + "\n"
            _add_example(parts, path, number, fence[2], body, title[1])
            number = end + 1
        elif line.startswith("## "):
            section = line[3:].strip().lower()
            if section not in _SECTIONS:
                near = nearest(section, _SECTIONS)
                raise PackError(path, number, f"unknown section {section!r}{near}")
        elif section == "why" and not any(parts.prose["why"]) and _META.match(line):
            key, value = _META.match(line).groups()  # type: ignore[union-attr]
            parts.meta[key] = value
        else:
            parts.prose[section].append(line)
    return _finished(path, title[1], title[2], parts)


def _finished(path: str, code: str, title: str, parts: _Parts) -> Rule:
    severity = parts.meta.get("severity", "error")
    if severity not in SEVERITIES:
        raise PackError(path, 2, f"unknown severity {severity!r}{nearest(severity, SEVERITIES)}")
    return Rule(
        code,
        title,
        severity,
        parts.meta.get("message", title),
        _joined(parts.prose["why"]),
        _joined(parts.prose["fix"]),
        _items(parts.prose["references"]),
        tuple(parts.examples),
        Origin(path, 1),
    )


def _fence_end(path: str, lines: list[str], start: int, mark: str) -> int:
    for number in range(start, len(lines)):
        if lines[number].rstrip() == mark:
            return number
    raise PackError(path, start, "this example has no end")


def _add_example(parts: _Parts, path: str, line: int, info: str, body: str, code: str) -> None:
    """``python invalid lines=5``, ``c valid``, or ``python fixed`` for the one before."""
    words = info.split()
    if len(words) < 2 or words[0] not in _LANGUAGES:
        raise PackError(path, line, "an example says its language (python, c) and valid or invalid")
    origin = Origin(path, line)
    if words[1] == "fixed":
        if not parts.examples or parts.examples[-1].valid:
            raise PackError(path, line, "a fixed example stands behind an invalid one")
        parts.examples[-1] = replace(parts.examples[-1], fixed=body)
        return
    if words[1] not in ("valid", "invalid"):
        raise PackError(path, line, f"an example is valid, invalid or fixed, not {words[1]!r}")
    given = dict(word.partition("=")[::2] for word in words[2:])
    unknown = set(given) - {"lines", "codes"}
    if unknown:
        raise PackError(path, line, f"unknown word {sorted(unknown)[0]!r} of an example")
    try:
        numbers = tuple(int(one) for one in given.get("lines", "").split(",") if one)
    except ValueError as error:
        raise PackError(path, line, "lines are numbers with commas between") from error
    codes = tuple(one for one in given.get("codes", "").split(",") if one)
    example = Example(words[0], words[1] == "valid", body, numbers, codes, origin=origin)
    parts.examples.append(_consistent(example, code))


def _consistent(example: Example, code: str) -> Example:
    """The example with a code for each line.  Raises `PackError` if they do not go together."""
    codes = example.codes or (code,) * len(example.lines)
    path, line = example.origin
    if example.valid is bool(example.lines) or len(codes) != len(example.lines):
        raise PackError(path, line, "an invalid example has lines, and as many codes or none")
    if any(number > example.text.count("\n") or number < 1 for number in example.lines):
        raise PackError(path, line, "the example has no such line")
    return replace(example, codes=codes)


def _joined(lines: list[str]) -> str:
    """Paragraphs with one line each."""
    text = "\n".join(lines).strip()
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text)]
    return "\n\n".join(" ".join(block.split()) for block in blocks if block)


def _items(lines: Iterable[str]) -> tuple[str, ...]:
    """The items of a Markdown list; a line that is none continues the one before."""
    found: list[str] = []
    for line in lines:
        if line.lstrip().startswith("- "):
            found.append(line.lstrip()[2:].strip())
        elif line.strip() and found:
            found[-1] = f"{found[-1]} {line.strip()}"
    return tuple(found)


def read_table(entry: Entry, lines: Lines, ordinal: int) -> Rule:
    """A rule from a ``[[rule]]`` section.  Raises `PackError`."""
    fields = entry.checked(SECTIONS["rule"], "a rule")
    entry.need(fields, "code", "title")
    code = fields["code"]
    if not re.fullmatch(r"SPL\d{3}", code):
        raise entry.error(f"{code!r} is no code: SPL and three digits", "code")
    if fields.get("severity", "error") not in SEVERITIES:
        near = nearest(fields["severity"], SEVERITIES)
        raise entry.error(f"unknown severity {fields['severity']!r}{near}", "severity")
    examples: list[Example] = []
    del ordinal
    for table in fields.pop("example", ()):
        inner = Entry(entry.path, lines, entry.header, table)
        examples.append(_example(inner, code))
    fields.setdefault("message", fields["title"])
    return Rule(**fields, examples=tuple(examples), origin=entry.origin)


def _example(entry: Entry, code: str) -> Example:
    fields: dict[str, Any] = entry.checked(EXAMPLE_KEYS, "an example")
    entry.need(fields, "language", "valid", "text")
    if fields["language"] not in _LANGUAGES:
        near = nearest(fields["language"], _LANGUAGES)
        raise entry.error(f"unknown language {fields['language']!r}{near}", "language")
    return _consistent(Example(**fields, origin=entry.origin), code)
