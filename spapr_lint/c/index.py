"""What is declared in the headers that C files include, found and read on demand.

Works on any part of a tree: a header that is not there is simply not known.
"""

from __future__ import annotations

import marshal
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from spapr_lint.c.facts import Facts, read_facts
from spapr_lint.c.mask import Source, decode, mask
from spapr_lint.c.nodes import Node, convert, parse_tree
from spapr_lint.c.records import Inner, fields
from spapr_lint.c.types import (
    INTEGERS,
    NOT_RECORDS,
    CType,
    Width,
    annotation,
    base_type,
    declare,
)
from spapr_lint.cache import digest, made_by
from spapr_lint.tree import Tree

V = TypeVar("V")


class Prototype(NamedTuple):
    """A function's parameters (name, type) and result."""

    parameters: tuple[tuple[str, CType], ...]
    returns: CType


class Macro(NamedTuple):
    """A macro; ``parameters`` is None if it takes none; ``line`` is in its own file."""

    name: str
    parameters: tuple[str, ...] | None
    body: str
    line: int


Asked = tuple[tuple[str, ...], ...]
"""By table (`Declarations.tables`), the names that somebody asked for, sorted."""


class Kept(Protocol):
    """Where things are kept between runs: `spapr_lint.cache.Cache`."""

    def get(self, key: str) -> Any: ...

    def put(self, key: str, value: Any) -> None: ...


class Lazy(Mapping[str, V], Generic[V]):
    """A mapping whose values are made when first asked for, laid over another.

    ``asked`` holds the names that anybody asked for.
    """

    def __init__(
        self,
        raw: Mapping[str, Any],
        make: Callable[[str, Any], V | None],
        below: Mapping[str, V] | None = None,
    ) -> None:
        self._raw = raw
        self._make = make
        self._below: Mapping[str, V] = {} if below is None else below
        self._made: dict[str, V | None] = {}
        self._origins: dict[str, str] = {}
        self.asked: set[str] = set()

    def origin(self, key: str) -> str:
        """What the value is made of, by the topmost mapping that has it; lines apart."""
        known = self._origins.get(key)
        if known is None:
            found = self._raw.get(key)
            if found is None and isinstance(self._below, Lazy):
                known = self._below.origin(key)
            else:
                known = repr(found[:2] if found.__class__ in (tuple, list) else found)
            self._origins[key] = known
        return known

    def __getitem__(self, key: str) -> V:
        value: V | None = self.get(key)
        if value is None:
            raise KeyError(key)
        return value

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or ``default``; reads it if this is the first question."""
        if key not in self._made:
            raw = self._raw.get(key)
            made = self._below.get(key) if raw is None else self._make(key, raw)
            self._made[key] = made
            self.asked.add(key)
        value = self._made[key]
        return default if value is None else value

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return key in self._raw or key in self._below

    def __iter__(self) -> Iterator[str]:
        yield from self._raw
        yield from (key for key in self._below if key not in self._raw)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def snippet(text: str) -> Node:
    """The parsed form of a piece of C."""
    masked = mask(text.encode("utf-8"))
    return convert(parse_tree(masked.text).root_node, Source("", masked))


def _first(text: str, *kinds: str) -> Node | None:
    root = snippet(text)
    stack = [root]
    while stack:
        node = stack.pop(0)
        if node.kind in kinds:
            return node
        stack.extend(node.kids)
    return None


def _declared(_: str, text: str) -> CType | None:
    node = _first(text + ";", "declaration", "type_definition")
    kind = node.get("type") if node is not None else None
    if node is None or kind is None:
        return None
    return declare(node.get("declarator"), base_type(kind))[1]


def _prototype(name: str, text: str) -> Prototype | None:
    ctype = _declared(name, text)
    if ctype is None or ctype.kind != "function" or ctype.of is None:
        return None
    return Prototype(ctype.parameters, ctype.of)


def _macro(name: str, raw: tuple[str | None, str, int]) -> Macro:
    listed, body, line = raw
    parameters = None if listed is None else tuple(p for p in listed.split(",") if p)
    return Macro(name, parameters, body, line)


class Declarations:
    """All that a set of C files can see.  The mappings read their values on demand.

    ``structs``: record to its fields in order, each with its type as Python
    writes it (``Ptr[XiveEAS]``).  ``typedefs``, ``globals``: name to type as
    Python writes it.  ``prototypes``: function to `Prototype`.  ``casts``: QOM
    cast (``SPAPR_XIVE``, ``XIVE_ROUTER_GET_CLASS``) to the record it points to.
    ``class_casts``: instance record to class record.  ``constants``: enum
    constant to the enum's name ("" if it has none).  ``inner``: records defined
    for one field, by ``Outer__field``, known once the outer one was read.
    ``headers``: what the headers that were found declare, by path.  ``missing``:
    headers that were not found.  ``identity``: a digest of all types, macros and
    constants, but not of functions and variables, nor of lines.
    """

    def __init__(
        self,
        parts: Iterable[Facts],
        missing: frozenset[str] = frozenset(),
        below: Declarations | None = None,
        headers: Mapping[str, Facts] | None = None,
        identity: str = "",
    ) -> None:
        parts = list(parts)
        self.identity = identity
        self.missing = missing
        self.headers: Mapping[str, Facts] = headers or {}
        self._resolved: dict[str, CType] = {}
        self.inner: Inner = {} if below is None else below.inner
        records = _merged(part.records for part in parts)
        types = _merged(part.typedefs for part in parts)
        variables = _merged(part.variables for part in parts)
        functions = _merged(part.functions for part in parts)
        macros = _merged(part.macros for part in parts)
        self.types: Mapping[str, CType] = Lazy(types, _declared, below.types if below else None)
        self.variables: Mapping[str, CType] = Lazy(
            variables, _declared, below.variables if below else None
        )
        self.records: Mapping[str, dict[str, CType]] = Lazy(
            records, self._record, below.records if below else None
        )
        self.prototypes: Mapping[str, Prototype] = Lazy(
            functions, _prototype, below.prototypes if below else None
        )
        self.macros: Mapping[str, Macro] = Lazy(macros, _macro, below.macros if below else None)
        casts, classes = _merged(p.casts for p in parts), _merged(p.classes for p in parts)
        constants = _merged(part.constants for part in parts)
        self.casts: Mapping[str, str] = Lazy(casts, _itself, below.casts if below else None)
        self.class_casts: Mapping[str, str] = Lazy(
            classes, _itself, below.class_casts if below else None
        )
        self.constants: Mapping[str, str] = Lazy(
            constants, _itself, below.constants if below else None
        )
        self.structs: Mapping[str, Mapping[str, str]] = Lazy(self.records, self._spelled)
        self.typedefs: Mapping[str, str] = Lazy(self.types, _annotated)
        self.globals: Mapping[str, str] = Lazy(self.variables, _annotated)

    def seen_from(self, facts: Facts) -> Declarations:
        """The same with one file's own declarations first, as that file sees it."""
        return Declarations([facts], self.missing, self)

    def _tables(self) -> tuple[Lazy[Any], ...]:
        tables: tuple[Any, ...] = (
            self.types,
            self.variables,
            self.records,
            self.prototypes,
            self.macros,
            self.casts,
            self.class_casts,
            self.constants,
        )
        return tables

    def asked(self) -> Asked:
        """What was asked of these declarations so far, as plain data."""
        return tuple(tuple(sorted(table.asked)) for table in self._tables())

    def signature(self, asked: Asked) -> str:
        """A digest of all that some questions were answered from, lines apart."""
        parts: list[str] = []
        for table, names in zip(self._tables(), asked, strict=True):
            parts.extend(map(table.origin, names))
            parts.append("")
        return digest("\n".join(parts))  # what `repr` gives has no line breaks

    def _record(self, name: str, text: str) -> dict[str, CType] | None:
        node = _first(text + ";", "struct_specifier", "union_specifier")
        body = node.get("body") if node is not None else None
        return None if body is None else dict(fields(body, name, self.inner))

    def _spelled(self, _: str, found: dict[str, CType]) -> dict[str, str]:
        return {field: annotation(ctype) for field, ctype in found.items()}

    def resolve(self, ctype: CType | None) -> CType | None:
        """The type behind typedefs; records and integers are their own."""
        if ctype is None or ctype.kind != "name":
            return ctype
        found = self._resolved.get(ctype.name)
        if found is None:
            found = self._resolved[ctype.name] = self._resolve(ctype)
        return found

    def _resolve(self, ctype: CType) -> CType:
        for _ in range(12):
            if ctype.kind != "name" or ctype.name in INTEGERS:
                return ctype
            if ctype.name in self.records:
                return ctype
            behind = self.types.get(ctype.name)
            if behind is None or behind == ctype:
                return ctype
            ctype = behind
        return ctype

    def width(self, ctype: CType | None) -> Width | None:
        """Size and sign, if it is an integer type."""
        if ctype is None:
            return None
        if ctype.kind == "name":
            known = INTEGERS.get(ctype.name)
            if known is not None:
                return known
            behind = self.resolve(ctype)
            if behind is not None and behind.kind == "name":
                return INTEGERS.get(behind.name)
        return None

    def is_record(self, ctype: CType | None) -> bool:
        """Whether values of the type are structs or unions, held by reference in Python."""
        behind = self.resolve(ctype)
        if behind is None or behind.kind != "name":
            return False
        name = behind.name
        if name in self.inner:
            return True
        if name in INTEGERS or name in NOT_RECORDS:
            return False
        return name in self.records or name[:1].isupper() or not name.endswith("_t")

    def field(self, ctype: CType | None, name: str) -> CType | None:
        """Type of a record's field, looked for in the record itself only."""
        behind = self.resolve(ctype)
        if behind is None or behind.kind != "name":
            return None
        found = self.fields(behind)
        return found.get(name) if found else None

    def fields(self, ctype: CType | None) -> Mapping[str, CType] | None:
        """A record's fields in order, if they are known."""
        behind = self.resolve(ctype)
        if behind is None or behind.kind != "name":
            return None
        return self.inner.get(behind.name) or self.records.get(behind.name)


def _annotated(_: str, ctype: CType) -> str:
    return annotation(ctype)


def _itself(_: str, value: str) -> str:
    return value


def _merged(parts: Iterable[Mapping[str, V]]) -> dict[str, V]:
    """One mapping of all; the first that has a name wins."""
    found: dict[str, V] = {}
    for part in reversed(list(parts)):
        found.update(part)
    return found


@cache
def maker() -> str:
    """What everything made of C depends on apart from the C."""
    return made_by([os.path.dirname(__file__)], ["tree_sitter", "tree_sitter_c"])


_FOLDERS: Final = ("include/", "", "linux-headers/")


def _candidates(path: str, name: str) -> Iterator[str]:
    """Where an included header may be, best first, for a file of ``path``."""
    folder = path.rpartition("/")[0]
    yield f"{folder}/{name}" if folder else name
    root = folder
    while True:
        prefix = f"{root}/" if root else ""
        for part in _FOLDERS:
            yield prefix + part + name
        if name.startswith("asm/"):
            yield f"{prefix}linux-headers/asm-powerpc/{name[4:]}"
        yield f"{prefix}target/ppc/{name}"
        if not root:
            return
        root = root.rpartition("/")[0]


class _Closure:
    """Walks the includes of some files through a tree."""

    def __init__(self, tree: Tree, kept: Kept | None, read: Mapping[str, Facts]) -> None:
        self.tree = tree
        self.kept = kept
        self.read = read
        self.known: dict[str, bool] = {}
        self.found: dict[str, Facts] = {}
        self.missing: set[str] = set()
        self.resolved: dict[tuple[str, str], str | None] = {}

    def exists(self, path: str) -> bool:
        if path not in self.known:
            self.known[path] = self.tree.exists(path)
        return self.known[path]

    def resolve(self, path: str, name: str) -> str | None:
        key = (path.rpartition("/")[0], name)
        if key not in self.resolved:
            tries = (normal(place) for place in _candidates(path, name))
            self.resolved[key] = next((p for p in tries if p and self.exists(p)), None)
        return self.resolved[key]

    def load(self, path: str) -> Facts | None:
        if path in self.read:
            return self.read[path]
        try:
            raw = self.tree.read(path)
        except OSError:
            return None
        if self.kept is None:
            return read_facts(raw)
        key = digest("c-facts", maker(), raw)
        known = self.kept.get(key)
        if known is not None:
            return Facts(*known)
        read = read_facts(raw)
        self.kept.put(key, tuple(read))
        return read

    def walk(self, path: str, includes: Iterable[str]) -> None:
        todo = [(path, name) for name in includes]
        for place, name in todo:
            header = self.resolve(place, name)
            if header is None:
                self.missing.add(name)
            elif header not in self.found:
                facts = self.load(header)
                if facts is not None:
                    self.found[header] = facts
                    todo.extend((header, inner) for inner in facts.includes)


def normal(path: str) -> str | None:
    """The path without ``.`` and ``..``; None if it leads out of the tree."""
    if "./" not in path:
        return path
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in (".", ""):
            parts.append(part)
    return "/".join(parts)


_INCLUDE: Final = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"\n]+)[>"]', re.M)
_ALWAYS: Final = ("qemu/osdep.h", "qemu/typedefs.h")


def closure(
    tree: Tree,
    files: Iterable[tuple[str, Facts]],
    kept: Kept | None = None,
    read: Mapping[str, Facts] | None = None,
) -> Declarations:
    """Declarations of some files and all that they include, theirs first.

    ``read`` holds the facts of headers that are known already.
    """
    files = list(files)
    walker = _Closure(tree, kept, read or {})
    own = []
    for path, facts in files:
        own.append(facts)
        walker.walk(path, facts.includes)
        walker.walk(path, _ALWAYS)
    missing = frozenset(walker.missing) - set(_ALWAYS)
    parts = [(path, facts) for path, facts in files] + list(walker.found.items())
    identity = digest(*[one for path, facts in parts for one in _identity(path, facts)])
    return Declarations([*own, *walker.found.values()], missing, None, walker.found, identity)


def headers(
    tree: Tree, files: Iterable[tuple[str, bytes]], kept: Kept | None = None
) -> dict[str, Facts]:
    """What the headers declare that some files (path, text) include, by path.

    A look at the text must do, so a few may be missing, and a few be too many.
    """
    walker = _Closure(tree, kept, {})
    for path, content in files:
        walker.walk(path, (*map(decode, _INCLUDE.findall(content)), *_ALWAYS))
    return walker.found


def _identity(path: str, facts: Facts) -> list[str]:
    """A digest of what a file declares of types, macros and constants, if there is any."""
    macros = {name: (listed, body) for name, (listed, body, _) in facts.macros.items()}
    values = (facts.records, facts.typedefs, macros, facts.constants, facts.casts, facts.classes)
    parts = (facts.includes, *values)
    return [path, digest(marshal.dumps(parts, 2))] if any(parts) else []
