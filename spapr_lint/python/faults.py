"""A syntax error told as Python itself tells it.

The parser's own words name a place behind the fault and list all tokens that it
would have taken; a reader looks for what `python` says of the same file.
"""

from __future__ import annotations

import ast
import re
import warnings

from spapr_lint.python.errors import ParseError

_NATIVE = re.compile(r"(?:parser|tokenizer) error: (?:error at \d+:\d+: )?")


def told(text: str, error: ParseError) -> ParseError:
    """The error with Python's place and message, where Python has something to say.

    An error that is not one of syntax stays as it is.  Python of this version may take what
    the parser does not; then the parser's message stays, without its second place.
    """
    plain, native = _NATIVE.subn("", error.message, count=1)
    if not native:
        return error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as fault:
        line, column = fault.lineno or error.line, fault.offset or 1
        return ParseError(max(1, line), max(1, column), " ".join(fault.msg.split()))
    except (ValueError, MemoryError, RecursionError):
        pass
    return ParseError(error.line, error.column, plain)
