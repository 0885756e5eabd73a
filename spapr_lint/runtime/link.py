"""One run of a C program: its variables, what it calls, how far it may go.

A name is looked up when the code that uses it first runs; nothing else is translated.  The code
has no builtins: an empty table whose missing names are asked from here is all it sees.
"""

from __future__ import annotations

import ast
import itertools
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from types import CodeType, FrameType, FunctionType, TracebackType
from typing import Any, Final

from spapr_lint.runtime.check import check
from spapr_lint.runtime.errors import (
    Aborted,
    Faulted,
    OutOfBounds,
    Refused,
    Stopped,
    UnknownExternal,
)
from spapr_lint.runtime.literal import Text
from spapr_lint.runtime.memory import Array, Record, Ref
from spapr_lint.runtime.program import Item, Program
from spapr_lint.runtime.rewrite import Rewriter
from spapr_lint.runtime.types import INTEGERS

STEPS: Final = 50_000_000  # rounds of loops and calls of functions, in one run
_NUMBER: Final = 4096  # bits of the largest number


class _Names(dict[str, Any]):
    """The builtins of one file's code: none, but a missing name is asked from the linker."""

    def __init__(self, link: Link, path: str, space: dict[str, Any]) -> None:
        super().__init__()
        self.link, self.path, self.space = link, path, space

    def __missing__(self, name: str) -> Any:
        value, stays = self.link.resolve(self.path, name)
        if stays:
            self.space[name] = value
        return value


class _Externals:
    """``ext.name = value``: a variable that another file defines."""

    __slots__ = ("_link",)

    def __init__(self, link: Link) -> None:
        object.__setattr__(self, "_link", link)

    def __setattr__(self, name: str, value: Any) -> None:
        self._link.store(name.removesuffix("!"), value)

    def __getattr__(self, name: str) -> Any:
        return self._link.resolve("", name.removesuffix("!"))[0]


class External:
    """A function that is declared, not defined in view: it can be stored, not called."""

    __slots__ = ("_name", "_link")

    def __init__(self, name: str, link: Link) -> None:
        self._name, self._link = name, link

    def __call__(self, *_given: Any) -> Any:
        raise UnknownExternal(
            self._name, self._link.place(), f"call of the unknown external {self._name}()"
        )


class Link:
    """A run.  ``natives`` is what the runtime gives by name, ``variables`` what may change.

    ``stubs`` counts the calls that did nothing, ``said`` what was reported, in order.
    """

    def __init__(self, program: Program, steps: int = STEPS) -> None:
        self.program = program
        self.natives: dict[str, Any] = {}
        self.variables: dict[str, Any] = {}
        self.stubs: Counter[str] = Counter()
        self.called: set[str] = set()
        self.said: list[str] = []
        self.spaces: dict[str, dict[str, Any]] = {}
        self.externals = _Externals(self)
        self.makers: list[Callable[[str, str], Any]] = []
        self.kept: list[Any] = []
        self.tables: dict[int, Item] = {}
        self.volatiles: dict[int, bool] = {}
        tick = itertools.repeat(None, steps).__next__
        self.own: dict[str, Any] = {
            "tick!": tick,
            "assert!": None,
            "copy!": _copied,
            "shl!": _shifted_left,
            "shr!": _shifted_right,
            "mul!": _product,
            **{f"convert!{name}": kind.convert for name, kind in INTEGERS.items()},
        }

    # ---- names

    def space(self, path: str) -> dict[str, Any]:
        """A file's names."""
        found = self.spaces.get(path)
        if found is None:
            found = self.spaces[path] = {"__name__": path, **self.own}
            found["assert!"] = lambda line: self._assertion(path, line)
            found["__builtins__"] = _Names(self, path, found)
        return found

    def resolve(self, path: str, name: str) -> tuple[Any, bool]:
        """What a name means in a file, and whether that stays so."""
        if name in self.variables:
            return self.variables[name], False
        program = self.program
        item = program.find(path, name) if not path or path.endswith(".c") else None
        from_c = item is not None and item.path.endswith(".c")
        if not from_c and name in self.natives:
            return self.natives[name], True
        if not from_c:
            made = self._made("native", name)
            if made is not None:
                return made, True
        if name in INTEGERS:
            return INTEGERS[name], True
        if not from_c and name in program.native_types:
            return program.native_types[name], True
        if name in program.source.casts and not isinstance(
            item.node if item is not None else None, ast.ClassDef
        ):
            made = self._made("cast", name)
            if made is not None:
                return made, True
        item = item if item is not None else program.find(path, name)
        if item is not None:
            return self._value(path, item)
        return self._last(path, name), True

    def _value(self, path: str, item: Item) -> tuple[Any, bool]:
        """What an item gives; a variable of another C file is asked for each time."""
        if isinstance(item.node, ast.ClassDef) or self.program.source.is_typedef(item.name):
            return self.program.type_named(path or item.path, item.name), True
        space = self.space(item.path)
        if item.name not in space and _describes_migration(item):
            table = self.program.type_named(item.path, "VMStateDescription")()
            space[item.name] = table
            self.tables[id(table)] = item
        if item.name not in space:
            self.load(item)
        if self._volatile(item):
            return space.pop(item.name), False
        value = space[item.name]
        if item.path == path or isinstance(item.node, ast.FunctionDef):
            return value, True
        return value.v if isinstance(value, Ref) else value, not item.path.endswith(".c")

    def _volatile(self, item: Item) -> bool:
        """Whether a macro's value depends on what variables hold: it is computed at each use."""
        known = self.volatiles.get(id(item.node))
        if known is None:
            macro = isinstance(item.node, ast.Assign) and self.program.source.is_macro(item.name)
            names = ast.walk(item.node) if macro else ()
            known = any(
                isinstance(node, ast.Attribute)
                or (isinstance(node, ast.Name) and node.id in self.variables)
                for node in names
            )
            self.volatiles[id(item.node)] = known
        return known

    def _last(self, path: str, name: str) -> Any:
        if self.program.source.is_declared(name) or name.startswith("__builtin_"):
            return External(name, self)
        if self.program.source.is_typedef(name):
            return self.program.type_named(path, name)
        raise UnknownExternal(name, self.place())

    def _made(self, kind: str, name: str) -> Any:
        for maker in self.makers:
            made = maker(kind, name)
            if made is not None:
                return made
        return None

    def load(self, item: Item) -> None:
        """Run a definition.  Raises `Refused` for one that is no translated C."""
        code, texts = self.program.code(item)
        space = self.space(item.path)
        for name, text in texts.items():
            space.setdefault(name, Text(text))
        exec(code, space)  # checked by Program.code, with no builtins
        if isinstance(item.node, ast.FunctionDef):
            self.called.add(f"{item.path}:{item.name}")
        elif isinstance(item.node, ast.AnnAssign):
            kind = self.program.type_of(item.path, item.node.annotation)
            convert = getattr(kind, "convert", None)
            if convert is not None:
                space[item.name] = convert(space[item.name])

    def store(self, name: str, value: Any) -> None:
        """Write a variable that some C file or the runtime owns."""
        item = self.program.find("", name)
        if item is None or not item.path.endswith(".c"):
            self.variables[name] = value
            return
        space = self.space(item.path)
        if item.name not in space:
            self.load(item)
        if isinstance(space[item.name], Ref):
            space[item.name].v = value
        else:
            space[item.name] = value

    def evaluate(self, path: str, node: ast.expr) -> Any:
        """A constant expression of a file: a condition, a dimension."""
        check(node, path)
        rewriter = Rewriter((), lambda _name: None)
        made = ast.Expression(_without_texts(rewriter, node))
        code = compile(ast.fix_missing_locations(made), path, "eval", 0, True)
        space = self.space(path)
        for name, text in rewriter.texts.items():
            space.setdefault(name, Text(text))
        return eval(code, space)  # checked above, with no builtins

    # ---- running

    def call(self, name: str, *given: Any, path: str = "") -> Any:
        """Call a C function.  Raises `Stopped` with the place in C for whatever goes wrong."""
        return self.run(lambda: self.resolve(path, name)[0](*given))

    def run(self, what: Callable[[], Any]) -> Any:
        """Run something of C's; what Python says of it becomes C's words and place."""
        try:
            return what()
        except Stopped as stopped:
            if not stopped.place:
                stopped.place = self._place_of(stopped.__traceback__)
            raise
        except (StopIteration, RuntimeError) as error:
            place = self._place_of(error.__traceback__)
            if isinstance(error, RecursionError):
                raise OutOfBounds("calls are nested too deeply", place) from error
            raise OutOfBounds("too many steps", place) from error
        except MemoryError as error:
            raise OutOfBounds("out of memory", self._place_of(error.__traceback__)) from error
        except (
            AttributeError,
            TypeError,
            NameError,
            ValueError,
            ArithmeticError,
            LookupError,
        ) as e:
            place = self._place_of(e.__traceback__)
            raise Faulted(_in_words(e), place) from e

    def place(self) -> str:
        """Where in C the run is just now."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if self._is_c(frame.f_code):
                return f"{frame.f_code.co_filename}:{frame.f_lineno}"
            frame = frame.f_back
        return ""

    def _place_of(self, trace: TracebackType | None) -> str:
        place = ""
        while trace is not None:
            if self._is_c(trace.tb_frame.f_code):
                place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
            trace = trace.tb_next
        return place

    def _is_c(self, code: CodeType) -> bool:
        return code.co_filename in self.spaces

    def function(self) -> str:
        """The C function that runs just now."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if self._is_c(frame.f_code):
                return frame.f_code.co_name
            frame = frame.f_back
        return ""

    def _assertion(self, path: str, line: int) -> None:
        text = self.program.source.line(path, line)
        inner = text.partition("(")[2].rpartition(")")[0] or text
        raise Aborted(f"{self.function()}: Assertion `{inner}' failed.", f"{path}:{line}")

    # ---- what does nothing

    def stub(self, name: str, value: Any = None) -> Callable[..., Any]:
        """A function that does nothing, says so, and is never given a callback."""

        def stub(*given: Any) -> Any:
            self.stubs[name] += 1
            for item in given:
                callback = self.callback_in(item)
                if callback:
                    raise Faulted(f"the stub {name}() was given the callback {callback}")
            return value

        return stub

    def callback_in(self, item: Any, depth: int = 0) -> str:
        """The name of a translated function in a value, "" if there is none."""
        if isinstance(item, FunctionType) and self._is_c(item.__code__):
            return item.__name__
        if isinstance(item, Record) and depth < 2 and not _of_object(item):
            values: Iterable[Any] = item.__dict__.values()
            for value in values:
                found = self.callback_in(value, depth + 1)
                if found:
                    return found
        return ""

    def keep(self, what: str, *given: Any) -> None:
        """Something registered for later, callbacks included."""
        self.kept.append((what, *given))


def _describes_migration(item: Item) -> bool:
    """A table of what migration carries; it is read by `spapr_lint.runtime.migration`."""
    value = item.node.value if isinstance(item.node, (ast.Assign, ast.AnnAssign)) else None
    function = value.func if isinstance(value, ast.Call) else None
    return isinstance(function, ast.Name) and function.id == "VMStateDescription"


def _of_object(item: Record) -> bool:
    """Whether a record is an object or class, or a part of one: no table of callbacks."""
    here: Any = item
    while here is not None:
        if isinstance(here, Record) and here._qom is not None:
            return True
        here = here._holder
    return False


def _without_texts(rewriter: Rewriter, node: ast.expr) -> ast.expr:
    import copy

    made = rewriter.visit(copy.deepcopy(node))
    assert isinstance(made, ast.expr)
    return made


def _copied(value: Any) -> Any:
    if not isinstance(value, Record):
        return value
    made = type(value)()
    made._assign(value)
    return made


def _shifted_left(value: int, count: int) -> int:
    if not 0 <= count < 128 or value.bit_length() > _NUMBER:
        raise Faulted(f"a shift by {count}")
    return value << count


def _shifted_right(value: int, count: int) -> int:
    if not 0 <= count < 128:
        raise Faulted(f"a shift by {count}")
    return value >> count


def _product(left: Any, right: Any) -> Any:
    product_bits = int(left).bit_length() + int(right).bit_length()
    if product_bits > _NUMBER:
        raise OutOfBounds("a number that is too large")
    return left * right


def _in_words(error: Exception) -> str:
    """What Python says, as a C programmer would."""
    text = str(error)
    if isinstance(error, (AttributeError, TypeError)) and "NoneType" in text:
        return f"NULL is followed ({text})"
    if isinstance(error, UnboundLocalError):
        return f"read before it is set: {text}"
    if isinstance(error, ZeroDivisionError):
        return "division by zero"
    return f"{type(error).__name__}: {text}"


def names(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table of natives with Python's trailing underscores taken off."""
    return {name.removesuffix("_"): value for name, value in table.items()}


__all__ = ["STEPS", "Array", "External", "Link", "Refused", "names"]
