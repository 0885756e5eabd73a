"""C's text: printf's formats, and the string functions of C and GLib.

Results are new texts; a text is never changed in place unless it stands in an array of ``char``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from spapr_lint.runtime.errors import Faulted, OutOfBounds
from spapr_lint.runtime.literal import Text
from spapr_lint.runtime.memory import Array, Pointer
from spapr_lint.runtime.views import View

_FORMAT = re.compile(
    r"%(?P<flags>[-+ #0]*)(?P<width>\d+|\*)?(?:\.(?P<precision>\d+|\*))?"
    r"(?P<size>hh|h|ll|l|z|j|t)?(?P<what>[diuxXospcfgeE%])"
)
_BITS: Final = {"hh": 8, "h": 16, "l": 64, "ll": 64, "z": 64, "j": 64, "t": 64}
_WIDEST: Final = 4096


def text_of(pointer: Any) -> str:
    """What a ``char *`` points to, up to its NUL."""
    if isinstance(pointer, Text):
        return str.__str__(pointer)
    if isinstance(pointer, str):
        return pointer
    if isinstance(pointer, (Array, Pointer, View)):
        found = bytearray()
        while len(found) < 1 << 20:
            code = int(pointer[len(found)]) & 0xFF
            if not code:
                return found.decode("latin-1")
            found.append(code)
    raise Faulted(f"no text: {pointer!r}")


def formatted(form: Any, given: Sequence[Any]) -> Text:
    """``printf``'s text.  Raises `Faulted` for a missing argument, `OutOfBounds` for a width."""
    rest = list(given)

    def take() -> Any:
        if not rest:
            raise Faulted(f"a format without its argument: {form}")
        return rest.pop(0)

    def one(match: re.Match[str]) -> str:
        what = match["what"]
        if what == "%":
            return "%"
        width = take() if match["width"] == "*" else match["width"]
        precision = take() if match["precision"] == "*" else match["precision"]
        if max(int(width or 0), int(precision or 0)) > _WIDEST:
            raise OutOfBounds("a format that is too wide")
        spec = "%" + match["flags"] + str(width or "")
        spec += f".{precision}" if precision is not None else ""
        return _one(spec, match["size"] or "", what, take())

    return Text(_FORMAT.sub(one, text_of(form)))


def _one(spec: str, size: str, what: str, value: Any) -> str:
    if what == "s":
        return (spec + "s") % ("(null)" if value is None else text_of(value))
    if what == "p":
        return "0x0" if value is None else "0x7f0000000000"
    if what == "c":
        return chr(int(value) & 0xFF)
    if what in "fgeE":
        return (spec + what) % float(value)
    if value is None or isinstance(value, str):
        raise Faulted(f"no number for %{what}: {value!r}")
    bits = _BITS.get(size, 32)
    number = int(value) & ((1 << bits) - 1)
    if what in "di" and number >> (bits - 1):
        number -= 1 << bits
    return (spec + ("d" if what in "diu" else what)) % number


def compare(left: Any, right: Any) -> int:
    """``strcmp``: negative, 0 or positive."""
    first, second = text_of(left), text_of(right)
    return (first > second) - (first < second)
