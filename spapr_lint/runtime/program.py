"""A C program as items: each top-level definition by name, checked and compiled when asked for.

Nothing here belongs to one run; `spapr_lint.runtime.link` gives each run its own variables.
"""

from __future__ import annotations
import __future__

import ast
import re
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from spapr_lint.runtime.check import check, field_name
from spapr_lint.runtime.compiled import Compiled, Kept, Shelf, word
from spapr_lint.runtime.errors import Faulted, Refused, Stopped
from spapr_lint.runtime.layout import Field
from spapr_lint.runtime.memory import record
from spapr_lint.runtime.rewrite import Rewriter
from spapr_lint.runtime.types import (
    INTEGERS,
    ULONG,
    VOID,
    ArrayType,
    FloatType,
    PointerType,
    UnknownType,
)

_FUTURE: Final = __future__.annotations.compiler_flag
POINTER: Final = PointerType(None)


class Source(Protocol):
    """Where translated C comes from; `spapr_lint.validate.c_source` is one over a tree.

    ``links`` are the C files whose definitions are in the program.  ``casts`` gives a QOM cast's
    record, ``prototypes`` every function that is declared somewhere.
    """

    @property
    def links(self) -> Sequence[str]: ...
    @property
    def casts(self) -> Mapping[str, str]: ...

    def text(self, path: str) -> tuple[str, Sequence[int]]:
        """A file as Python, and for each of its lines the line of C."""
        ...

    def line(self, path: str, number: int) -> str:
        """A line of C, without the white space around it."""
        ...

    def places(self, name: str) -> Sequence[str]:
        """The files that define a name and that other files see."""
        ...

    def is_static(self, path: str, name: str) -> bool:
        """Whether a C file keeps a function for itself."""
        ...

    def alias(self, name: str) -> str:
        """Another name of a type that a macro declares, "" if there is none."""
        ...

    def is_typedef(self, name: str) -> bool: ...
    def is_macro(self, name: str) -> bool: ...
    def is_declared(self, name: str) -> bool:
        """Whether it is a function that is declared somewhere."""
        ...


class Item(NamedTuple):
    """A definition: the conditions under which it counts, and the statement."""

    path: str
    name: str
    conditions: tuple[ast.expr, ...]
    node: ast.stmt


class Module(NamedTuple):
    """One file, taken apart.  ``calls`` are macros used at file level, as ``type_init(f)``."""

    path: str
    lines: Sequence[int]
    items: dict[str, list[Item]]
    calls: list[Item]
    shelf: Shelf


class Program:
    """All files of one tree, as far as they were asked for.

    ``config`` says which of the build's symbols are set; ``types`` are those that the runtime
    gives by name.  ``evaluate`` computes a constant of a file, for dimensions and conditions.
    ``kept`` is where compiled items are kept between runs, see `keep`.
    """

    def __init__(
        self,
        source: Source,
        config: Mapping[str, Any],
        types_of_runtime: Mapping[str, Any],
        kept: Kept | None = None,
    ) -> None:
        self.source = source
        self.config = config
        self.native_types = types_of_runtime
        self.kept = kept
        self.modules: dict[str, Module] = {}
        self.codes: dict[int, tuple[types.CodeType, dict[str, str]]] = {}
        self.records: dict[tuple[str, str], Any] = {}
        self.active_items: dict[int, bool] = {}
        self.evaluate: Callable[[str, ast.expr], Any] = lambda _path, _node: 0

    def module(self, path: str) -> Module:
        """A file's items; it is translated the first time."""
        found = self.modules.get(path)
        if found is None:
            text, lines = self.source.text(path)
            shelf = Shelf(self.kept, path, text, lines)
            found = self.modules[path] = Module(path, lines, {}, [], shelf)
            for node in ast.parse(text).body:
                self._take(found, node, ())
        return found

    def _take(self, module: Module, node: ast.stmt, conditions: tuple[ast.expr, ...]) -> None:
        if isinstance(node, ast.If):
            for inner in node.body:
                self._take(module, inner, (*conditions, node.test))
            for inner in node.orelse:
                self._take(module, inner, (*conditions, ast.UnaryOp(ast.Not(), node.test)))
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            self._add(module, node.name, node, conditions)
            if isinstance(node, ast.ClassDef):
                self._inner(module, node.body, conditions)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name):
                self._add(module, target.id, node, conditions)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            name = node.value.func.id if isinstance(node.value.func, ast.Name) else ""
            module.calls.append(Item(module.path, name, conditions, node))

    def _add(
        self, module: Module, name: str, node: ast.stmt, conditions: tuple[ast.expr, ...]
    ) -> None:
        item = Item(module.path, name, conditions, node)
        module.items.setdefault(name, []).append(item)

    def _inner(
        self, module: Module, body: Sequence[ast.stmt], conditions: tuple[ast.expr, ...]
    ) -> None:
        """Records and constants that are defined inside a record are the file's too."""
        for node in body:
            if isinstance(node, (ast.ClassDef, ast.Assign)):
                self._take(module, node, conditions)
            elif isinstance(node, ast.If):
                self._inner(module, node.body, (*conditions, node.test))
                self._inner(module, node.orelse, (*conditions, ast.UnaryOp(ast.Not(), node.test)))

    def active(self, item: Item) -> bool:
        """Whether the conditions around it hold in this build."""
        known = self.active_items.get(id(item.node))
        if known is None:
            known = all(bool(self.evaluate(item.path, test)) for test in item.conditions)
            self.active_items[id(item.node)] = known
        return known

    def defined(self, name: str) -> bool:
        """``#ifdef``: a symbol of the build, or any macro that is in view."""
        if name in self.config:
            return self.config[name] is not None and self.config[name] is not False
        if name.startswith(("CONFIG_", "TARGET_", "__")) or name.rstrip("_").endswith("_H"):
            return False  # of the build, of the compiler, or a header's own guard
        return self.source.is_macro(name)

    def find(self, path: str, name: str) -> Item | None:
        """The definition that a file sees under a name, its own first."""
        outer = name.partition("__")[0] if "__" in name else ""
        inner = self.source.places(outer) if outer else ()
        for place in (path, *self.source.places(name), *inner):
            if not place or (place != path and self.source.is_static(place, name)):
                continue
            for item in self.module(place).items.get(name, ()):
                if self.active(item):
                    return item
        return None

    # ---- code

    def code(self, item: Item) -> tuple[types.CodeType, dict[str, str]]:
        """The item ready to run, and the texts that it needs.  Raises `Refused`."""
        found = self.codes.get(id(item.node))
        if found is None:
            shelf = self.modules[item.path].shelf
            name = f"{item.node.lineno} {item.name}"
            made = shelf.get(name, lambda each: word(self._kind(item.path, each)))
            if made is None:
                made = self._compiled(item)
                shelf.put(name, made)
            elif made.records:
                self._take_records(item)
            found = self.codes[id(item.node)] = made.code, made.texts
        return found

    def keep(self) -> None:
        """Write what was compiled since to where it is kept."""
        for module in self.modules.values():
            module.shelf.keep()

    def _take_records(self, item: Item) -> bool:
        """The records that a function defines are the file's."""
        inside = [node for node in ast.walk(item.node) if isinstance(node, ast.ClassDef)]
        for node in inside:
            self._add(self.modules[item.path], node.name, node, ())
        return bool(inside)

    def _compiled(self, item: Item) -> Compiled:
        lines, node = self.modules[item.path].lines, item.node
        bare, records = node, False
        if isinstance(node, ast.AnnAssign):
            bare = ast.Assign([node.target], node.value or ast.Constant(0))
            ast.copy_location(bare, node)
            bare = ast.fix_missing_locations(bare)
        elif isinstance(node, ast.FunctionDef):
            records = self._take_records(item)
            bare = node = _Outward().visit(node)
            _without_annotations_check(node, item.path, lines)
        if not isinstance(node, ast.FunctionDef):
            check(bare, item.path)
        asked: dict[str, str] = {}

        def kind_of(name: str) -> Any:
            kind = self._kind(item.path, name)
            asked[name] = word(kind)
            return kind

        rewriter = Rewriter(lines, kind_of)
        made = ast.fix_missing_locations(ast.Module([rewriter.item(bare)], []))
        code = compile(made, item.path, "exec", _FUTURE, True)
        return Compiled(code, rewriter.texts, records, asked)

    def _kind(self, path: str, name: str) -> Any:
        """What a rewriter wants to know of a type's name."""
        if name in INTEGERS:
            return INTEGERS[name]
        try:
            found = self.type_named(path, name)
        except Faulted:
            return None
        if isinstance(found, type):
            return True
        return found if found in INTEGERS.values() else None

    # ---- types

    def type_named(self, path: str, name: str) -> Any:
        """The type of a name as a file sees it; an `UnknownType` if nothing defines it."""
        found = INTEGERS.get(name) or self.native_types.get(name)
        if found is not None:
            return found
        key = (path, name)
        if key not in self.records:
            self.records[key] = self._named(path, name)
        return self.records[key]

    def _named(self, path: str, name: str) -> Any:
        item = self.find(path, name)
        if item is None:
            other = self.source.alias(name)
            return self.type_named(path, other) if other else UnknownType(name)
        home = (item.path, name)
        if item.path != path and home in self.records:
            return self.records[home]
        node = item.node
        if isinstance(node, ast.ClassDef):
            made = self._record(item, node)
        elif isinstance(node, ast.Assign):
            made = self.type_of(item.path, node.value)
        else:
            made = UnknownType(name)
        self.records[home] = made
        return made

    def type_of(self, path: str, node: ast.expr) -> Any:
        """The type that an annotation means."""
        if isinstance(node, ast.Name):
            return self.type_named(path, node.id)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            outer, inner = node.value.id, node.slice
            parts = list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
            if outer == "Annotated":
                return self.type_of(path, parts[0])
            if outer == "Array":
                return self._array(path, parts)
            return POINTER
        return VOID if isinstance(node, ast.Constant) else UnknownType(ast.unparse(node))

    def _array(self, path: str, parts: Sequence[ast.expr]) -> Any:
        count = 0
        if len(parts) > 1 and isinstance(parts[1], ast.Constant):
            try:
                count = self.dimension(path, str(parts[1].value))
            except Stopped:
                return UnknownType(f"an array of {parts[1].value!s}")
        if isinstance(parts[0], ast.Name) and parts[0].id == "Bit":
            return ArrayType(ULONG, -(-count // 64))
        return ArrayType(self.type_of(path, parts[0]), count)

    def dimension(self, path: str, text: str) -> int:
        """An array's dimension, given as C.  Raises `Faulted` for one that is not understood."""
        if text.isdigit():
            return int(text)
        spelled = re.sub(r"(?<![\w.])(0[xX][0-9a-fA-F]+|\d+)[uUlL]+\b", r"\1", text)
        spelled = re.sub(r"\bsizeof\s*\(\s*(?:unsigned\s+)?(\w+)\s*\)", r"sizeof(\1)", spelled)
        try:
            node = ast.parse(spelled.replace("/", "//").strip(), mode="eval").body
        except SyntaxError:
            raise Faulted(f"the dimension {text} is not understood") from None
        value = self.evaluate(path, node)
        if not isinstance(value, int) or not 0 <= value < 1 << 31:
            raise Faulted(f"the dimension {text} is {value!r}")
        return value

    def _record(self, item: Item, node: ast.ClassDef) -> Any:
        union = any(isinstance(base, ast.Name) and base.id == "Union" for base in node.bases)
        made = record(node.name, ())
        self.records[(item.path, node.name)] = made
        reader = _Fields(self, item.path)
        reader.read(node.body)
        for position, field in enumerate(reader.fields):
            if union and field.union < 0:
                number = reader.alternatives.get(field.name, position)
                field = field._replace(union=0, alternative=number)
            made._fields[field.name] = field
        return made


def _without_annotations_check(node: ast.FunctionDef, path: str, lines: Sequence[int]) -> None:
    """Check a function; what its annotations say is never run and may be anything."""
    stripped = _Stripper().visit(_cloned(node))
    try:
        check(stripped, path)
    except Refused as refused:
        number = int(refused.place.rpartition(":")[2] or 0)
        line = lines[number - 1] if 0 < number <= len(lines) else number
        raise Refused(refused.message, f"{path}:{line}") from None


def _cloned(node: ast.AST) -> Any:
    import copy

    return copy.deepcopy(node)


class _Outward(ast.NodeTransformer):
    """Takes the records that a function defines out of it; they are the file's then."""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.Pass:
        return ast.copy_location(ast.Pass(), node)


class _Stripper(ast.NodeTransformer):
    """Takes annotations away."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        node.annotation = ast.Constant(None)
        self.generic_visit(node)
        return node


class _Fields:
    """Reads a record's body."""

    def __init__(self, program: Program, path: str) -> None:
        self.program, self.path = program, path
        self.fields: list[Field] = []
        self.groups: dict[str, tuple[int, int]] = {}
        self.alternatives: dict[str, int] = {}
        self.count = self.together = 0

    def read(self, body: Sequence[ast.stmt]) -> None:
        for node in body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                self._field(node.target.id, node.annotation)
            elif isinstance(node, ast.If):
                holds = bool(self.program.evaluate(self.path, node.test))
                self.read(node.body if holds else node.orelse)
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                if node.targets[0].id.startswith("__union_"):
                    self._group(ast.literal_eval(node.value))
                elif node.targets[0].id.startswith("__struct_"):
                    self.together += 1
                    for name in _flat(ast.literal_eval(node.value)):
                        self.alternatives[name] = 1000 + self.together

    def _group(self, alternatives: tuple[Any, ...]) -> None:
        self.count += 1
        for number, members in enumerate(alternatives):
            for name in _flat(members):
                self.groups[name] = (self.count, number)

    def _field(self, name: str, annotation: ast.expr) -> None:
        bits = 0
        if isinstance(annotation, ast.Subscript) and isinstance(annotation.value, ast.Name):
            if annotation.value.id == "Bits" and isinstance(annotation.slice, ast.Tuple):
                inner, width = annotation.slice.elts
                bits = self.program.dimension(self.path, str(ast.literal_eval(width)))
                annotation = inner
        union, alternative = self.groups.get(name, (-1, 0))
        kind = self.program.type_of(self.path, annotation)
        self.fields.append(Field(field_name(name), kind, bits, union, alternative))


def _flat(members: Any) -> list[str]:
    if isinstance(members, str):
        return [members]
    return [name for member in members for name in _flat(member)]


FLOATS: Final = {"float": FloatType("float", 4), "double": FloatType("double", 8)}
