"""What the translation of a file carries along: scopes, output lines, diagnostics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from spapr_lint.c.index import Declarations, Macro
from spapr_lint.c.names import HELPERS, NEVER_GLOBALS, global_name, python_name
from spapr_lint.c.nodes import Node
from spapr_lint.c.types import INTEGERS, CType, Width, named

# How tightly Python binds; an operand that binds less needs parentheses.
WALRUS, TERNARY, OR, AND, NOT, COMPARE = 0, 2, 3, 4, 5, 6
BITOR, XOR, BITAND, SHIFT, SUM, TERM, UNARY, POSTFIX, ATOM = 7, 8, 9, 10, 11, 12, 13, 15, 16

# A place where the Python line breaks because the C line did: \x01, line, \x02.
BREAK = "\x01{}\x02"


class Ex(NamedTuple):
    """A translated expression.

    ``exact``: its Python value is the C value; else it only equals it modulo the
    width of its type and must be wrapped where that shows.
    """

    text: str
    binds: int
    type: CType | None = None
    exact: bool = True

    def at(self, level: int) -> str:
        """Its text as an operand of something that binds as tightly as ``level``."""
        return f"({self.text})" if self.binds < level else self.text


Maker = Callable[["Context", Node], Ex]

Writer = Callable[["Context", Node, int], None]


class Local(NamedTuple):
    """A parameter or local variable: its Python name, type, whether it is held in a Ref."""

    name: str
    type: CType | None
    boxed: bool
    read: Ex  # where it is used
    shared: bool = False  # a static one, which stands at module level


def variable(name: str, ctype: CType | None, boxed: bool, shared: bool = False) -> Local:
    """A local variable of a Python name."""
    read = Ex(name + ".v", POSTFIX, ctype) if boxed else Ex(name, ATOM, ctype)
    return Local(name, ctype, boxed, read, shared)


class Line(NamedTuple):
    """One line of output and the C line it comes from."""

    text: str
    line: int


class Loop(NamedTuple):
    """A loop or switch around a statement.

    ``kind``: ``loop``, ``chain`` (a switch as if/elif) or ``cases`` (a switch
    with fallthrough).  ``repeat`` writes what must run before ``continue``.
    ``after`` collects the flags that mean "leave this one too, and go on".
    """

    kind: str
    repeat: Callable[[int], None] | None = None
    flag: str = ""
    body: Node | None = None
    after: list[str] | None = None


class Label(NamedTuple):
    """A label: its statement, what follows in its block, the block, its place in the text."""

    node: Node
    rest: Sequence[Node]
    block: Node


@dataclass(slots=True)
class Function:
    """State while one function is translated."""

    name: str = ""
    returns: CType | None = None
    scopes: list[dict[str, Local]] = field(default_factory=lambda: [{}])
    addressed: frozenset[str] = frozenset()
    stores: dict[str, list[Node | None]] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    backward: frozenset[str] = frozenset()
    loops: list[Loop] = field(default_factory=list)
    globals: set[str] = field(default_factory=set)
    helpers: set[str] = field(default_factory=set)
    renamed: frozenset[str] = frozenset()
    names: set[str] = field(default_factory=set)
    statics: list[Line] = field(default_factory=list)
    jumps: list[str] = field(default_factory=list)
    nonlocals: set[str] = field(default_factory=set)
    nested: int = 0
    bounded: set[str] = field(default_factory=set)
    body: Node | None = None
    marks: Sequence[Node] = ()


@dataclass(slots=True)
class Context:
    """State while one file is translated."""

    path: str
    declared: Declarations
    makers: Mapping[str, Maker]
    measure: Callable[[Context, str], str]
    owned: frozenset[str]
    boxed_globals: frozenset[str] = frozenset()
    tags: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    untranslated: list[tuple[int, str]] = field(default_factory=list)
    records: dict[str, dict[str, CType]] = field(default_factory=dict)
    macros: dict[str, str] = field(default_factory=dict)
    object_macros: dict[str, frozenset[str]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    known: dict[str, Ex] = field(default_factory=dict)
    widths: dict[str, Width | None] = field(default_factory=lambda: dict(INTEGERS))
    commons: dict[tuple[str, str], CType] = field(default_factory=dict)
    expanding: list[str] = field(default_factory=list)
    function: Function = field(default_factory=Function)
    writers: Mapping[str, Writer] = field(default_factory=dict)
    hoist: list[str] | None = None
    local_macros: list[tuple[Macro, int]] = field(default_factory=list)
    indent: int = 0
    counter: int = 0
    in_union: bool = False

    # ---- output

    def put(self, indent: int, text: str, line: int) -> None:
        """Write a statement, or the head of one."""
        if "\n" in text:  # C text that was not taken apart; a line here is a line of Python
            text = " ".join(text.split())
        self.lines.append(Line("    " * indent + text, line))

    def fail(self, node: Node, why: str) -> None:
        """Record a construct that was not translated."""
        self.untranslated.append((node.line, why))

    def helper(self, name: str) -> str:
        """The name of a runtime helper that the code at hand calls."""
        self.function.helpers.add(name)
        return name

    def fresh(self, stem: str) -> str:
        """A name that no C identifier has."""
        self.counter += 1
        return f"{stem}_{self.counter}_"

    # ---- names

    def local(self, name: str) -> Local | None:
        """The local variable or parameter of that C name, if it is one."""
        for scope in reversed(self.function.scopes):
            found = scope.get(name)
            if found is not None:
                return found
        return None

    def declare(self, name: str, ctype: CType | None) -> Local:
        """A new local variable in the innermost scope."""
        function = self.function
        python = python_name(name)
        base = ctype
        while base is not None and base.kind in ("ptr", "array"):
            base = base.of
        hidden = any(name in scope for scope in function.scopes[:-1])
        if name in function.renamed or (base is not None and base.name == name):
            python = name + "_"
        elif hidden:
            taken = {known.name for scope in function.scopes for known in scope.values()}
            number = 2
            while f"{python}_{number}" in taken:
                number += 1
            python = f"{python}_{number}"
        boxed = name in function.addressed and self.is_scalar(ctype)
        function.names.add(python)
        made = variable(python, ctype, boxed)
        function.scopes[-1][name] = made
        return made

    def collides(self) -> frozenset[str]:
        """Names of locals that hide a helper which the function calls."""
        return frozenset(self.function.helpers & HELPERS & self.function.names)

    def global_name(self, name: str) -> str:
        """A name of file scope in Python."""
        return global_name(name) if name in NEVER_GLOBALS else python_name(name)

    # ---- types

    def is_scalar(self, ctype: CType | None) -> bool:
        """Whether the address of such a variable needs a box."""
        behind = self.resolve(ctype)
        if behind is None:
            return True
        if behind.kind == "array":
            return False
        return not self.is_record(behind)

    def resolve(self, ctype: CType | None) -> CType | None:
        """The type behind typedefs."""
        if ctype is None or ctype.kind != "name":
            return ctype
        name = ctype.name
        if name in INTEGERS or name in self.records:
            return ctype
        return self.declared.resolve(ctype)

    def width(self, ctype: CType | None) -> Width | None:
        """Size and sign, if it is an integer type."""
        if ctype is None or ctype.kind != "name":
            return None
        name = ctype.name
        if name not in self.widths:
            self.widths[name] = self.declared.width(ctype)
        return self.widths[name]

    def is_record(self, ctype: CType | None) -> bool:
        """Whether values of the type are structs or unions."""
        if ctype is not None and ctype.kind == "name" and ctype.name in self.records:
            return True
        return self.declared.is_record(ctype)

    def field(self, ctype: CType | None, name: str) -> CType | None:
        """Type of a field of a record or of what a pointer points to."""
        behind = self.resolve(ctype)
        if behind is not None and behind.kind in ("ptr", "array"):
            behind = self.resolve(behind.of)
        if behind is None or behind.kind != "name":
            return None
        own = self.records.get(behind.name)
        return own.get(name) if own is not None else self.declared.field(behind, name)

    def fields(self, ctype: CType | None) -> Mapping[str, CType] | None:
        """Fields of a record in order, if they are known."""
        behind = self.resolve(ctype)
        if behind is None or behind.kind != "name":
            return None
        return self.records.get(behind.name) or self.declared.fields(behind)

    def writes(self, name: str) -> str:
        """The text that an assignment to a variable assigns to."""
        local = self.local(name)
        if local is not None:
            if local.shared and not local.boxed:
                self.function.globals.add(local.name)
            else:
                self._outer_write(local.name)
            return f"{local.name}.v" if local.boxed else local.name
        python = self.global_name(name)
        if name in self.boxed_globals:
            return python + ".v"
        if name in self.owned or name not in self.declared.variables:
            self.function.globals.add(python)
            return python
        return f"{self.helper('ext')}.{python}"

    def _outer_write(self, name: str) -> None:
        """A nested function that assigns to a variable of the outer one says so."""
        function = self.function
        if not function.nested:
            return
        scopes = function.scopes[function.nested :]
        if not any(known.name == name for scope in scopes for known in scope.values()):
            function.nonlocals.add(name)

    def dimension(self, text: str) -> str:
        """An array's dimension as Python."""
        return self.measure(self, text) if text else "0"

    def global_type(self, name: str) -> CType | None:
        """Type of a variable, constant or function of file scope."""
        declared = self.declared
        found = declared.variables.get(name)
        if found is None and name in declared.constants:
            return named("int")
        if found is None and name in declared.prototypes:
            prototype = declared.prototypes.get(name)
            if prototype is not None:
                return CType("function", "", prototype.returns, prototype.parameters)
        return found
