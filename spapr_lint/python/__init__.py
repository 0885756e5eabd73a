"""Python text to IR, positions where they are asked for, and a lexical prefilter.

Nothing here imports libcst before a text is lowered: a start-up of the linter
that finds nothing to look into does not pay for it.
"""

from spapr_lint.python.decoding import decode
from spapr_lint.python.errors import DecodeError, ParseError
from spapr_lint.python.front import lower
from spapr_lint.python.positions import Position, positions

__all__ = ["DecodeError", "ParseError", "Position", "decode", "lower", "positions"]
