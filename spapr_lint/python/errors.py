"""Why a Python text could not be read: values with a place and one sentence.

Both exceptions keep their facts in `args`, so that they pickle, compare by
their parts and cannot be changed after they were made.
"""

from __future__ import annotations


class ParseError(Exception):
    """A text is no Python, or is nested deeper than can be followed.

    ``line`` and ``column`` count from 1; ``message`` is one line.
    """

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(line, column, message)

    @property
    def line(self) -> int:
        """The line of the fault, from 1."""
        return int(self.args[0])

    @property
    def column(self) -> int:
        """The column of the fault in characters, from 1."""
        return int(self.args[1])

    @property
    def message(self) -> str:
        """What is wrong, in one line without a place."""
        return str(self.args[2])

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


class DecodeError(Exception):
    """Bytes are not the text that their encoding promises.

    ``line`` counts from 1; ``message`` is one line.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(line, message)

    @property
    def line(self) -> int:
        """The line of the first bytes that do not decode, from 1."""
        return int(self.args[0])

    @property
    def message(self) -> str:
        """What is wrong, in one line without a place."""
        return str(self.args[1])

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"
