"""Text in, IR out: parse and lower with the garbage collector off.

The trees of libcst hold no cycles, so the collector has nothing to find in them
and costs an eighth of the parse.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from spapr_lint.ir import Class, Function, Module
from spapr_lint.python.dialects import standard
from spapr_lint.python.errors import ParseError
from spapr_lint.python.lowering import Lowering, Syntax
from spapr_lint.python.statements import block


@contextmanager
def collector_off() -> Iterator[None]:
    """No cyclic garbage collection inside; as it was before, afterwards."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def lower(text: str) -> Module:
    """What a Python module does.

    Raises `ParseError` if the text is no Python or nested too deeply.
    """
    with collector_off():
        tree = parse(text)
        return lower_tree(Lowering(standard()), tree)


def lower_tree(low: Lowering, tree: Syntax) -> Module:
    """Lower a parsed module with a fresh `Lowering`."""
    try:
        body = block(low, tree)
    except RecursionError:
        raise ParseError(1, 1, "nested too deeply") from None
    functions: list[Function] = [one for one in low.functions if one is not None]
    classes: list[Class] = [one for one in low.classes if one is not None]
    return Module(body, tuple(functions), tuple(classes), low.next())


def parse(text: str) -> Syntax:
    """The tree of libcst.  Raises `ParseError`."""
    import libcst

    try:
        return libcst.parse_module(text)
    except libcst.ParserSyntaxError as error:
        message = " ".join(error.message.split())
        raise ParseError(error.raw_line, error.raw_column + 1, message) from None
    except (UnicodeError, RecursionError) as error:
        raise ParseError(1, 1, " ".join(str(error).split())) from None
