"""Parsing without libcst's node classes: the same native parser, lighter nodes.

For each node the native parser looks up ``sys.modules["libcst"].<class>`` and
calls it; half of a parse is spent in those calls.  While it runs, a module of
bare classes stands there.  Nothing but C code runs in that window, so no other
thread and no signal handler can see it; libcst itself need not be imported.

This leans on how libcst works inside.  So it is tried on a probe before its
first use (`usable`), and whoever calls it falls back to libcst's own nodes on
any failure.  ``SPAPR_LINT_STANDARD_NODES=1`` turns it off.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from functools import cache, partial
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from operator import call
from threading import Lock
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

from spapr_lint.python.dialects import dialect_of
from spapr_lint.python.errors import ParseError
from spapr_lint.python.lowering import Dialect, Syntax

SWITCH = "SPAPR_LINT_STANDARD_NODES"
_LIBCST = "libcst"

# Node types that say nothing but white space and punctuation: they become "".
EMPTY = """
    Asynchronous AssignEqual Colon Comma Comment Dot EmptyLine LeftCurlyBrace LeftParen
    LeftSquareBracket Newline ParamSlash ParenthesizedWhitespace RightCurlyBrace RightParen
    RightSquareBracket Semicolon SimpleWhitespace TrailingWhitespace
"""

# All other node types, with the fields that are left out where there is nothing.
FIELDS = {
    "AnnAssign": "value",
    "Arg": "keyword",
    "Assert": "msg",
    "CompFor": "inner_for_in",
    "ExceptHandler": "type name",
    "ExceptStarHandler": "type name",
    "For": "orelse",
    "FormattedStringExpression": "format_spec",
    "FunctionDef": "returns asynchronous",
    "If": "orelse",
    "ImportAlias": "asname",
    "ImportFrom": "module",
    "Index": "star",
    "LazyImportFrom": "module",
    "MatchAs": "pattern name",
    "MatchCase": "guard",
    "MatchMapping": "rest",
    "MatchStar": "name",
    "Param": "default annotation",
    "Parameters": "star_arg star_kwarg",
    "Raise": "exc cause",
    "Return": "value",
    "Slice": "lower upper step",
    "SubscriptElement": "comma",
    "TemplatedStringExpression": "format_spec",
    "Try": "orelse finalbody",
    "TryStar": "orelse finalbody",
    "While": "orelse",
    "WithItem": "asname",
    "Yield": "value",
}
NODES = """
    Add AddAssign And Annotation AsName Assign AssignTarget Attribute AugAssign Await
    BinaryOperation BitAnd BitAndAssign BitInvert BitOr BitOrAssign BitXor BitXorAssign
    BooleanOperation Break Call ClassDef CompIf Comparison ComparisonTarget
    ConcatenatedString Continue Decorator Del Dict DictComp DictElement Divide DivideAssign
    Element Ellipsis Else Equal Expr Finally Float FloorDivide FloorDivideAssign
    FormattedString FormattedStringText From GeneratorExp Global GreaterThan
    GreaterThanEqual IfExp Imaginary Import ImportStar In IndentedBlock Integer Is IsNot
    Lambda LazyImport LeftShift LeftShiftAssign LessThan LessThanEqual List ListComp Match
    MatchClass MatchKeywordElement MatchList MatchMappingElement MatchOr MatchOrElement
    MatchSequenceElement MatchSingleton MatchTuple MatchValue MatrixMultiply
    MatrixMultiplyAssign Minus Module Modulo ModuloAssign Multiply MultiplyAssign Name
    NameItem NamedExpr Nonlocal Not NotEqual NotIn Or ParamSpec ParamStar Pass Plus Power
    PowerAssign RightShift RightShiftAssign Set SetComp SimpleStatementLine
    SimpleStatementSuite SimpleString StarredDictComp StarredDictElement StarredElement
    Subscript Subtract SubtractAssign TemplatedString TemplatedStringText Tuple TypeAlias
    TypeParam TypeParameters TypeVar TypeVarTuple UnaryOperation With
"""


class Light:
    """The native parser with its stand-in for libcst, and their dialect."""

    __slots__ = ("_lock", "_native", "_stand_in", "_window", "dialect")

    def __init__(self, native: ModuleType) -> None:
        node_types = {
            name: _node_type(name, FIELDS.get(name, "")) for name in (*NODES.split(), *FIELDS)
        }
        stand_in = ModuleType(_LIBCST)
        vars(stand_in).update(node_types)
        for name in EMPTY.split():
            setattr(stand_in, name, "".format)
        self._native: Callable[[str, str], Syntax] = native.parse_module
        self._stand_in = stand_in
        self._lock = Lock()
        # PyImport_Import takes __import__ from the globals of the running function:
        # one that does nothing saves a fifth of the parse.
        builtins = {"__import__": "".format}
        self._window: Any = FunctionType(_window.__code__, {"__builtins__": builtins})
        self.dialect: Dialect = dialect_of(stand_in, str, node_types)

    def parse(self, text: str) -> Syntax:
        """The tree of light nodes.

        Raises `ParseError` for a syntax error and anything for whatever else fails.
        """
        fault: dict[str, Any] = {}
        modules = sys.modules
        collecting: list[bool] = []
        with self._lock:
            # Built anew so that nothing is left over from a failure.
            vars(self._stand_in)["ParserSyntaxError"] = fault.update
            before: dict[str, Any] = {}
            parse = partial(self._native, text, "utf-8")
            # The collector calls Python where somebody watches it, which may change threads.
            put = partial(modules.__setitem__, _LIBCST, self._stand_in)
            all_of: Any = partial(map, call)
            ask = partial(collecting.extend, all_of((gc.isenabled,)))
            begin = (ask, gc.disable, put, parse)
            steps_there = all_of((*begin, partial(modules.update, before)))
            steps_absent = all_of((*begin, partial(modules.pop, _LIBCST, None)))
            try:
                return self._window(modules, _LIBCST, before, list, steps_there, steps_absent)[3]
            except TypeError:
                if not fault:
                    raise
            finally:
                if True in collecting:
                    gc.enable()
        message = " ".join(str(fault["message"]).split())
        raise ParseError(int(fault["raw_line"]), int(fault["raw_column"]) + 1, message)


def _window(
    modules: Any,
    name: str,
    before: Any,
    do: Any,
    steps_there: Any,
    steps_absent: Any,
) -> Any:
    # The stand-in is put and libcst put back within one call, of C code: the interpreter
    # changes threads and runs signal handlers only after calls, on entry to functions and
    # at the end of loops.
    if name in modules:
        before[name] = modules[name]
        try:
            return do(steps_there)
        finally:
            modules[name] = before[name]
    try:
        return do(steps_absent)
    finally:
        if name in modules:
            del modules[name]


def _node_type(name: str, missing: str) -> type:
    # SimpleNamespace is made by C code alone; what the parser leaves out is None.
    return type(name, (SimpleNamespace,), {"__slots__": (), **dict.fromkeys(missing.split())})


def _native() -> ModuleType | None:
    """libcst's parser, without importing libcst, or None if it is not where it should be."""
    loaded = sys.modules.get("libcst.native")
    if loaded is not None:
        return loaded
    spec = find_spec(_LIBCST)
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        for suffix in EXTENSION_SUFFIXES:
            path = os.path.join(folder, "native" + suffix)
            if os.path.exists(path):
                found = spec_from_file_location("libcst.native", path)
                if found is None or found.loader is None:
                    return None
                module = module_from_spec(found)
                found.loader.exec_module(module)
                return module
    return None


def switched_off() -> bool:
    """Whether the user wants libcst's own nodes and nothing quicker."""
    return os.environ.get(SWITCH, "") not in ("", "0")


def _one_thread_at_a_time() -> bool:
    enabled: Callable[[], bool] = getattr(sys, "_is_gil_enabled", lambda: True)
    return sys.implementation.name == "cpython" and enabled()


@cache
def light() -> Light | None:
    """The light parser, not yet tried, or None where it cannot be had."""
    if switched_off() or not _one_thread_at_a_time():
        return None
    try:
        native = _native()
        return None if native is None else Light(native)
    except Exception:
        return None
