"""Make QEMU's C acceptable to tree-sitter without moving a byte.

Comments are blanked and kept aside; the few GNU, GLib and QEMU idioms that the
grammar does not know are overwritten by something of the same length.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from typing import Final, NamedTuple

_TOKEN = re.compile(
    rb"/\*.*?(?:\*/|\Z)|//(?:[^\n\\]|\\.)*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S
)
_CONTINUED = re.compile(rb"(?!\\\n)[^\n]")
_NOT_NEWLINE = re.compile(rb"[^\n]")
# No letter stands before these words.  That is asked after their first one, because a
# pattern that begins with a plain letter is looked for several times as fast.
_ATTRIBUTE = re.compile(
    rb"g(?<!\wg)(?:_autofree|_auto\(\w+\))|c(?<!\wc)oroutine_(?:fn|mixed_fn)"
    rb"|n(?<!\wn)o_coroutine_fn|_(?<!\w_)(?:_extension__|_volatile__"
    rb"|_attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\))"
    rb"|G(?<!\wG)(?:_NORETURN|_GNUC_UNUSED|_GNUC_NORETURN|_GNUC_WARN_UNUSED_RESULT"
    rb"|_GNUC_NULL_TERMINATED|_GNUC_PURE|_GNUC_CONST"
    rb"|(?:_GNUC_PRINTF|_GNUC_FORMAT|CC_FMT_ATTR)\s*\([^()]*\))"
    rb"|Q(?<!\wQ)EMU_(?:PACKED|NORETURN|SENTINEL|ALWAYS_INLINE|FALLTHROUGH|WARN_UNUSED_RESULT"
    rb"|ARTIFICIAL|FLATTEN|USED|(?:ALIGNED|ALIGN|ERROR|NONSTRING)\s*\([^()]*\)|NONSTRING\b)"
)
_AUTOPTR = re.compile(rb"g_autoptr(?<!\wg_autoptr)\((\w+)\)")
_RANGE = re.compile(rb"case([ \t(][^:;{}]*?)\.\.\.(?=[^:;{}]*:)")
_POINTER_ARGUMENT = re.compile(
    rb"[(,](\s*(?:(?:const|struct|enum|union)\s+)*\w+\s*)(\*[*\s]*)(?=\s*[,)])"
)
_RECORD_ARGUMENT = re.compile(rb"[(,](\s*)(struct|enum|union|const)(?=\s+\w+\s*[,)])")
_RECORD_WORD = re.compile(rb"struct|enum|union|const")
_STRINGIFY = re.compile(rb"\bstringify\(\s*(\w+)\s*\)")
_QUEUE = re.compile(
    rb"\b(?:QLIST|QTAILQ|QSIMPLEQ|QSLIST)_(?:HEAD|ENTRY)\(\s*\w*\s*,?\s*(?:struct\s+)?\w+\s*\)(?=\s*\w)"
)
_BITMAP = re.compile(rb"\bDECLARE_BITMAP(\()(\s*\w+\s*)(,)([^;{}\n]*)(\))(?=\s*;)")
_TOP_MACRO = re.compile(
    rb"^([A-Za-z_]\w*)([ \t]*\()([\w\s,]*)(\))(?=[ \t]*(?:\n|\Z)(?!\s*\{))", re.M
)
_NOT_MACRO = re.compile(
    rb"(?:^|,)\s*(?:\d|(?:void|int|bool|char|const|unsigned|struct)\b)|^\s*$|\w[ \t]+\w"
)
_NUMBER_TOKEN = re.compile(
    rb"[(,](\s*)(\d+_\w+|[1-9]\d*(?![uUlL]{1,3}\b|[eE]\d)[A-Za-z]\w*)(?=\s*[,)])"
)
_TYPE_TAKERS = re.compile(rb"(?:[A-Z_][A-Z0-9_]*|g_\w+|va_arg|container_of|qemu_\w*new\w*)\Z")
_LAST_WORD = re.compile(rb"(\w+)\s*\Z")


class Comment(NamedTuple):
    """One comment: where it stands, its text, whether code precedes it on its line."""

    start: int
    end: int
    text: str
    trailing: bool


class Masked(NamedTuple):
    """A text that tree-sitter accepts, and what was taken out of it.

    ``clean`` has the comments blanked and nothing else changed; ``code`` has the
    inside of its strings replaced too; ``text`` is what is parsed.  All are as
    long as the raw text, with the same line ends.  ``notes`` says what was
    overwritten: offset to (what, original bytes).
    """

    clean: bytes
    code: bytes
    text: bytes
    notes: Mapping[int, tuple[str, bytes]]
    comments: tuple[Comment, ...]


def _blank(text: bytes) -> bytes:
    return _NOT_NEWLINE.sub(b" ", text)


def _blank_comment(text: bytes) -> bytes:
    """As `_blank`; a comment inside a macro keeps the marks that continue the macro."""
    breaks = text.count(b"\n")
    if breaks and breaks == text.count(b"\\\n"):
        return _CONTINUED.sub(b" ", text)
    return _NOT_NEWLINE.sub(b" ", text)


def decode(text: bytes) -> str:
    """Text of a file that may not be UTF-8; never fails."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def line_starts(text: bytes) -> list[int]:
    """Offset of the first byte of each line."""
    ends = accumulate([len(line) + 1 for line in text.split(b"\n")])
    return [0, *ends][:-1]


def strip(raw: bytes) -> tuple[bytes, bytes, list[tuple[int, int]]]:
    """Comments blanked, strings emptied too, and where the comments stood."""
    raw = raw.replace(b"\\\r\n", b" \\\n").replace(b"\r", b" ").replace(b"\0", b" ")
    spans: list[tuple[int, int]] = []
    clean: list[bytes] = []
    code: list[bytes] = []
    last = 0
    for match in _TOKEN.finditer(raw):
        start, end = match.span()
        before = raw[last:start]
        clean.append(before)
        code.append(before)
        token = match.group()
        if token[:1] == b"/":
            spans.append((start, end))
            blank = _blank_comment(token)
            clean.append(blank)
            code.append(blank)
        else:
            clean.append(token)
            quote = token[:1]
            code.append(quote + _NOT_NEWLINE.sub(b"x", token[1:-1]) + quote)
        last = end
    clean.append(raw[last:])
    code.append(raw[last:])
    return b"".join(clean), b"".join(code), spans


def _comments(raw: bytes, code: bytes, spans: list[tuple[int, int]]) -> tuple[Comment, ...]:
    comments = []
    for start, end in spans:
        line = code[code.rfind(b"\n", 0, start) + 1 : start]
        comments.append(Comment(start, end, decode(raw[start:end]), bool(line.strip())))
    return tuple(comments)


class _Sheet:
    """The text while it is overwritten."""

    def __init__(self, clean: bytes, code: bytes) -> None:
        self.code = bytearray(code)
        self.text = bytearray(clean)
        self.notes: dict[int, tuple[str, bytes]] = {}

    def put(self, start: int, end: int, new: bytes, what: str) -> None:
        assert len(new) == end - start, (what, new)
        self.notes[start] = (what, bytes(self.text[start:end]))
        self.text[start:end] = new
        self.code[start:end] = new

    def matches(self, pattern: re.Pattern[bytes]) -> list[re.Match[bytes]]:
        return list(pattern.finditer(bytes(self.code)))


def _taker(code: bytes, at: int) -> bytes | None:
    """The name before the parenthesis that encloses offset ``at``."""
    depth = 0
    lowest = max(0, at - 2000)
    for place in range(at - 1, lowest - 1, -1):
        byte = code[place]
        if byte == 41:
            depth += 1
        elif byte == 40:
            if depth == 0:
                match = _LAST_WORD.search(code, max(0, place - 60), place)
                return match.group(1) if match else None
            depth -= 1
        elif byte in b";{}":
            return None
    return None


def _types_as_arguments(sheet: _Sheet) -> None:
    code = bytes(sheet.code)
    for match in _POINTER_ARGUMENT.finditer(code) if b"*" in code else ():
        taker = _taker(code, match.start(1))
        if taker and _TYPE_TAKERS.match(taker):
            stars = match.group(2)
            sheet.put(*match.span(2), _blank(stars), "pointer")
    if not _RECORD_WORD.search(code):
        return
    code = bytes(sheet.code)
    for match in _RECORD_ARGUMENT.finditer(code):
        taker = _taker(code, match.start(1))
        if taker and _TYPE_TAKERS.match(taker):
            sheet.put(*match.span(2), _blank(match.group(2)), "record")


def _top_macros(sheet: _Sheet) -> None:
    code = bytes(sheet.code)
    for match in _TOP_MACRO.finditer(code):
        if _NOT_MACRO.search(match.group(3)):
            continue
        before = code[: match.start()].rstrip()[-400:]
        if before and before[-1:] not in b";})":
            last = before[before.rfind(b"\n") + 1 :]
            if not last.lstrip().startswith(b"#"):
                continue
        sheet.put(*match.span(2), b" " * len(match.group(2)), "macro")
        sheet.put(*match.span(4), b";", "macro end")


_ATTRIBUTE_WORDS: Final = (b"g_auto", b"coroutine", b"QEMU_", b"G_", b"__", b"GCC_FMT")


def _calls(sheet: _Sheet) -> None:
    """What looks like a call and is none."""
    _types_as_arguments(sheet)
    if b"stringify" in sheet.code:
        for match in sheet.matches(_STRINGIFY):
            sheet.put(*match.span(), re.sub(rb"\W", b"_", match.group()), "stringify")
    if b"_HEAD(" in sheet.code or b"_ENTRY(" in sheet.code:
        for match in sheet.matches(_QUEUE):
            sheet.put(*match.span(), re.sub(rb"[^\w\n]", b"_", match.group()), "queue")
    if b"DECLARE_BITMAP(" in sheet.code:
        for match in sheet.matches(_BITMAP):
            sheet.put(match.start(), match.end(1), b"Bit".ljust(15), "bitmap")
            sheet.put(*match.span(3), b"[", "bitmap")
            sheet.put(*match.span(5), b"]", "bitmap")
    if b")\n" in sheet.code or b") " in sheet.code or sheet.code.endswith(b")"):
        _top_macros(sheet)
    for match in sheet.matches(_NUMBER_TOKEN):
        sheet.put(*match.span(2), b"_" + match.group(2)[1:], "token")


def mask(raw: bytes) -> Masked:
    """The text in a form that tree-sitter accepts; see `Masked`."""
    clean, code, spans = strip(raw)
    sheet = _Sheet(clean, code)
    if any(word in code for word in _ATTRIBUTE_WORDS):
        for match in sheet.matches(_ATTRIBUTE):
            sheet.put(*match.span(), _blank(match.group()), "attribute")
        for match in sheet.matches(_AUTOPTR):
            name = match.group(1)
            sheet.put(*match.span(), b" " * 10 + name + b"*", "attribute")
    if b"..." in code:
        for match in sheet.matches(_RANGE):
            sheet.put(match.end() - 3, match.end(), b"|| ", "range")
    if b"(" in code:
        _calls(sheet)
    text = bytes(sheet.text)
    assert len(text) == len(raw)
    return Masked(clean, code, text, sheet.notes, _comments(raw, code, spans))


class Source:
    """One C text: its bytes, its lines and what the mask changed.

    ``pinned`` is the line that everything in it belongs to, for the text of a
    macro that is expanded where it is used; 0 for a file.
    """

    __slots__ = ("autos", "masked", "path", "pinned", "starts", "text")

    def __init__(self, path: str, masked: Masked, pinned: int = 0) -> None:
        self.path = path
        self.masked = masked
        self.pinned = pinned
        self.starts = line_starts(masked.text) if not pinned else [0]
        # one character a byte, so that offsets hold; `characters` undoes it
        self.text = masked.text.decode("latin-1")
        self.autos = {
            self.line(start): decode(old)
            for start, (what, old) in masked.notes.items()
            if what == "attribute" and old.startswith(b"g_auto")
        }

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return self.pinned or bisect_right(self.starts, offset)

    def characters(self, text: str) -> str:
        """A piece of ``text`` with its non-ASCII characters."""
        return text if text.isascii() else decode(text.encode("latin-1"))

    def slice(self, start: int, end: int) -> str:
        """Text between two offsets, comments left out."""
        return decode(self.masked.clean[start:end])

    def note(self, start: int, end: int, what: str) -> bytes | None:
        """What the mask overwrote between two offsets, if it was of that sort."""
        for offset, (sort, old) in self.masked.notes.items():
            if sort == what and start <= offset < end:
                return old
        return None
