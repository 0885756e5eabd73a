"""Text in, IR out: parse and lower with the garbage collector off.

The trees of libcst hold no cycles, so the collector has nothing to find in them
and costs an eighth of the parse.  Light nodes are used where they prove right,
libcst's own everywhere else.  Before both, the running Python's parser is tried:
it is much quicker and reads most files.  The IR is the same.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from zlib import crc32

from spapr_lint.ir import Block, Module, plain
from spapr_lint.python.builtin import dialect
from spapr_lint.python.builtin import parse as parse_builtin
from spapr_lint.python.builtin_statements import block as builtin_block
from spapr_lint.python.dialects import standard
from spapr_lint.python.errors import ParseError
from spapr_lint.python.light import Light, light, switched_off
from spapr_lint.python.lowering import Lowering, Syntax
from spapr_lint.python.prepare import prepare
from spapr_lint.python.probe import BUILTIN_EXPECTED, BUILTIN_PROBE, EXPECTED, PROBE
from spapr_lint.python.source import Source
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
    text = prepare(text)
    with collector_off():
        return _lower(text)


def _lower(text: str) -> Module:
    if builtin_proved():
        try:
            return lower_builtin(text)
        except Exception:  # what this Python cannot read or tell, libcst can
            pass
    return lower_exact(text)


def lower_exact(text: str) -> Module:
    """As `lower`, with libcst's parser and of a prepared text."""
    chosen = accelerator()
    if chosen is not None:
        try:
            return _lower_light(chosen, text)
        except ParseError:
            raise
        except Exception:  # whatever surprises the light nodes, libcst's own can do
            pass
    return lower_standard(text)


def lower_standard(text: str) -> Module:
    """As `lower`, with libcst's own nodes and of a prepared text."""
    return lower_tree(Lowering(standard()), parse(text))


def _lower_light(chosen: Light, text: str) -> Module:
    return lower_tree(Lowering(chosen.dialect), chosen.parse(text))


def lower_builtin(text: str) -> Module:
    """As `lower`, with the running Python's parser.  Raises anything where it cannot serve."""
    low = Lowering(dialect(), Source(text, annotation))
    body = builtin_block(low, parse_builtin(text).body)
    return _module(low, body)


@lru_cache(maxsize=4096)
def annotation(text: str) -> str:
    """The text of an annotation as libcst's nodes render it.  Raises `ParseError`."""
    return str(lower_exact(f"_: {text}\n").body[0][2])


@cache
def builtin_proved() -> bool:
    """Whether the running Python's parser gives the IR of the probe."""
    if switched_off():
        return False
    try:
        return checksum(lower_builtin(BUILTIN_PROBE)) == BUILTIN_EXPECTED
    except Exception:
        return False


@cache
def accelerator() -> Light | None:
    """The light parser if it has proved right on the probe, else None."""
    chosen = light()
    if chosen is None:
        return None
    try:
        right = checksum(_lower_light(chosen, PROBE)) == EXPECTED
    except Exception:
        return None
    return chosen if right else None


def checksum(module: Module) -> int:
    """A number that differs for different IR, by all likelihood."""
    return crc32(repr(plain(module)).encode())


def lower_tree(low: Lowering, tree: Syntax) -> Module:
    """Lower a parsed module with a fresh `Lowering`.  Raises `ParseError`."""
    try:
        body = block(low, tree)
    except RecursionError:
        raise ParseError(1, 1, "nested too deeply") from None
    return _module(low, body)


def _module(low: Lowering, body: Block) -> Module:
    functions = tuple([one for one in low.functions if one is not None])
    classes = tuple([one for one in low.classes if one is not None])
    made = Module(body, functions, classes, low.next())
    low.close()
    return made


def parse(text: str) -> Syntax:
    """The tree of libcst.  Raises `ParseError`."""
    import libcst

    try:
        return libcst.parse_module(text)
    except libcst.ParserSyntaxError as error:
        message = " ".join(error.message.split())
        raise ParseError(error.raw_line, error.raw_column + 1, message) from None
    except libcst.CSTValidationError as error:  # it does not say where
        raise ParseError(1, 1, str(error)) from None
    except (UnicodeError, RecursionError) as error:
        raise ParseError(1, 1, " ".join(str(error).split())) from None
