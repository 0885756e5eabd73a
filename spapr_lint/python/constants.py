"""What a literal's text means: strings with their escapes, bytes, numbers.

`ast.literal_eval` would warn about unknown escapes, and importing `ast` costs
more than most files' lowering; Python's rules for literals fit on one screen.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_NEWLINES = re.compile(r"\r\n?")
_ESCAPE = re.compile(
    r"\\(?:\n|[\\'\"abfnrtv]|[0-7]{1,3}|x[0-9a-fA-F]{2}"
    r"|N\{[^}]*\}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})"
)
_BYTE_ESCAPE = re.compile(r"\\(?:\n|[\\'\"abfnrtv]|[0-7]{1,3}|x[0-9a-fA-F]{2})")
_SIMPLE = {
    "\n": "",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}


def _character(match: re.Match[str]) -> str:
    body = match[0][1:]
    simple = _SIMPLE.get(body)
    if simple is not None:
        return simple
    first = body[0]
    if first == "N":
        return _named(body[2:-1], match[0])
    if first in "xuU":
        code = int(body[1:], 16)
    else:
        code = int(body, 8)
    return chr(code) if code < 0x110000 else match[0]


def _byte(match: re.Match[str]) -> str:
    body = match[0][1:]
    simple = _SIMPLE.get(body)
    if simple is not None:
        return simple
    return chr((int(body[1:], 16) if body[0] == "x" else int(body, 8)) & 0xFF)


def _named(name: str, text: str) -> str:
    import unicodedata  # a megabyte that hardly any file needs

    try:
        return unicodedata.lookup(name)
    except KeyError:
        return text


def unescape(text: str, raw: bool = False) -> str:
    """The characters that the inside of a string literal stands for."""
    if "\r" in text:
        text = _NEWLINES.sub("\n", text)
    if raw or "\\" not in text:
        return text
    return _ESCAPE.sub(_character, text)


def string_value(token: str) -> str | bytes:
    """The value of one string token with its prefix and quotes.

    Raises `ValueError` for bytes with characters beyond ASCII.
    """
    quote = token[-1]
    start = token.index(quote)
    prefix = token[:start].lower()
    width = 3 if token.startswith(quote * 3, start) and len(token) - start >= 6 else 1
    text = token[start + width : -width]
    if "b" not in prefix:
        return unescape(text, "r" in prefix)
    if "\r" in text:
        text = _NEWLINES.sub("\n", text)
    raw = text.encode("ascii")
    if "r" in prefix or b"\\" not in raw:
        return raw
    return _BYTE_ESCAPE.sub(_byte, text).encode("latin-1")


def text_of_part(text: str, start: str) -> str:
    """The characters of a text part of an f-string that starts with ``start``."""
    text = text.replace("{{", "{").replace("}}", "}")
    return unescape(text, "r" in start.lower())


def integer_value(token: str) -> int:
    """The value of an integer token.  Raises `ValueError` where Python would."""
    return int(token, 0)


def float_value(token: str) -> float:
    """The value of a float token.  Raises `ValueError` where Python would."""
    return float(token)


def value_or_none(read: Callable[[str], object], token: str) -> object:
    """``read(token)``, or None if the token has no value."""
    try:
        return read(token)
    except ValueError:
        return None
