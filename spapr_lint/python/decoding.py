"""Bytes to text as Python itself does: byte order mark, PEP 263 cookie, UTF-8.

Line ends are kept as they are; positions count them like every editor does.
"""

from __future__ import annotations

import codecs
import re

from spapr_lint.python.errors import DecodeError

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")
_LINE_END = re.compile(rb"\r\n?|\n")


def decode(content: bytes) -> str:
    """The text of a Python file's content.

    Raises `DecodeError` for an unknown encoding, one that contradicts the byte
    order mark, and bytes that are not of it.
    """
    marked = content.startswith(codecs.BOM_UTF8)
    if marked:
        content = content[3:]
    line, cookie = _cookie(content)
    if cookie is None:
        return _decode(content, "utf-8")
    encoding = _encoding(cookie, line)
    if marked and encoding != "utf-8":
        message = f"the encoding {cookie} contradicts the byte order mark of UTF-8"
        raise DecodeError(line, message)
    return _decode(content, encoding)


def has_cookie(content: bytes) -> bool:
    """Whether the first two lines name an encoding."""
    return b"coding" in content[:400] and _cookie(content)[1] is not None


def _cookie(content: bytes) -> tuple[int, str | None]:
    start = 0
    for line in (1, 2):
        end = _LINE_END.search(content, start)
        text = content[start : end.start() if end else len(content)]
        match = _COOKIE.match(text)
        if match:
            return line, match[1].decode("ascii", "replace")
        if end is None or not _BLANK.match(text):
            break
        start = end.end()
    return 1, None


def _encoding(cookie: str, line: int) -> str:
    try:
        codec = codecs.lookup(cookie)
    except (LookupError, ValueError):
        raise DecodeError(line, f"unknown encoding: {cookie}") from None
    # rot13 and base64 are codecs, but not encodings of text.
    if not getattr(codec, "_is_text_encoding", True):
        raise DecodeError(line, f"not an encoding of text: {cookie}")
    try:
        readable = codec.decode(b"# coding")[0] == "# coding"
    except UnicodeError:
        readable = False
    if not readable:
        # Then the cookie could not have been read in the first place.
        raise DecodeError(line, f"not an encoding for a source file: {cookie}")
    return codec.name


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = len(_LINE_END.findall(content, 0, error.start)) + 1
        fault = content[error.start : error.start + 1].hex()
        raise DecodeError(line, f"byte 0x{fault} is not {encoding}: {error.reason}") from None
    except (UnicodeError, ValueError) as error:
        raise DecodeError(1, " ".join(f"not {encoding}: {error}".split())) from None
