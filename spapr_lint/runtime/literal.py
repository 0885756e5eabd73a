"""A C string literal: Python text that behaves as an array of ``char``.

It is never changed in place; what has to be is an array.
"""

from __future__ import annotations

from typing import Any, Final

from spapr_lint.runtime.errors import Faulted, OutOfBounds

LIMIT: Final = 1 << 24  # elements of one array or text


class Sealed(type):
    """The class of classes that all runs share: translated code can store nothing in them."""

    def __setattr__(cls, name: str, value: Any) -> None:
        raise Faulted(f"{cls.__name__} is no variable")


class Text(str, metaclass=Sealed):
    """A string literal: text that is also an array of ``char`` with a NUL behind."""

    __slots__ = ()

    def __new__(cls, text: object = "") -> Text:
        made = str.__new__(cls, text)
        if len(made) > LIMIT:
            raise OutOfBounds("a text that is too long")
        return made

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, int) or not 0 <= index <= len(self):
            raise Faulted(f"index {index} of a text of {len(self)}")
        if index == len(self):
            return 0
        code = ord(str.__getitem__(self, index)) & 0xFF
        return code - 256 if code > 127 else code

    @property
    def v(self) -> int:
        return int(self[0])

    def __bool__(self) -> bool:
        return True

    def __add__(self, other: str) -> Text:
        if not isinstance(other, str):
            raise Faulted(f"text and {other!r}")
        if len(self) + len(other) > LIMIT:
            raise OutOfBounds("a text that is too long")
        return Text(str.__add__(self, other))

    def __radd__(self, other: str) -> Text:
        return Text(other) + self

    def __mul__(self, _other: Any) -> Any:
        raise Faulted("text is multiplied")

    __rmul__ = __mul__

    def __mod__(self, _other: Any) -> Any:
        raise Faulted("text is divided")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and str.__eq__(self, other)

    def __hash__(self) -> int:
        return str.__hash__(self)
