"""Migration by the tree's own tables: what a machine saves, and how another takes it up.

A table is read, not run; only its functions run.  A kind of entry that is not known here stops
with its name.  Source: QEMU include/migration/vmstate.h, migration/{vmstate,savevm}.c.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from spapr_lint.runtime.check import field_name
from spapr_lint.runtime.errors import Faulted, UnknownExternal
from spapr_lint.runtime.layout import RecordType
from spapr_lint.runtime.link import Link
from spapr_lint.runtime.memory import Array, clear, find
from spapr_lint.runtime.program import Item
from spapr_lint.runtime.text import text_of

ANY: Final = -1  # an instance number that goes by the order of registration
_WORDS: Final = tuple(f"{sign}INT{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64))
_SCALARS: Final = frozenset((*_WORDS, "BOOL"))

_FUNCTIONS: Final[tuple[str, ...]] = ("needed", "pre_load", "post_load", "pre_save")


class Section(NamedTuple):
    """What something registered: its table, its instance number or `ANY`, whose state it is."""

    table: Item
    instance: int
    opaque: Any


class Saved(NamedTuple):
    """A section in a stream: its name and number, its fields in order, its subsections."""

    name: str
    instance: int
    fields: tuple[Any, ...]
    inside: tuple[Saved, ...]


class Unfit(Exception):
    """The state cannot be saved, or another machine does not take it up; the text says why."""


class _Table(NamedTuple):
    name: str
    fields: tuple[ast.Call, ...]
    inside: tuple[Item, ...]
    functions: dict[str, Any]


class Migration:
    """The tables of one run."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self._tables: dict[int, _Table] = {}

    def described(self, vmsd: Any) -> Item:
        """The table that a pointer to a description means."""
        item = self.link.tables.get(id(vmsd))
        if item is None:
            raise Faulted(f"no table describes {vmsd!r}")
        return item

    # ---- streams

    def save(self, sections: Sequence[Section]) -> list[Saved]:
        """All sections that are needed, in order.  Raises `Unfit`."""
        return [
            self._saved(section.table, instance, section.opaque)
            for section, instance in self._numbered(sections)
            if self._needed(section.table, section.opaque)
        ]

    def load(self, sections: Sequence[Section], stream: Sequence[Saved]) -> None:
        """Take up saved sections, in their order.  Raises `Unfit`."""
        here = {
            (self.table(section.table).name, instance): section
            for section, instance in self._numbered(sections)
        }
        for saved in stream:
            section = here.get((saved.name, saved.instance))
            if section is None:
                raise Unfit(f"Unknown savevm section or instance '{saved.name}' {saved.instance}")
            self._loaded(section.table, saved, section.opaque)

    def _numbered(self, sections: Sequence[Section]) -> Iterator[tuple[Section, int]]:
        count: Counter[str] = Counter()
        for section in sections:
            name = self.table(section.table).name
            instance = section.instance
            if instance == ANY:
                instance = count[name]
                count[name] += 1
            yield section, instance

    def _needed(self, item: Item, opaque: Any) -> bool:
        needed = self.table(item).functions.get("needed")
        return needed is None or bool(needed(opaque))

    def _saved(self, item: Item, instance: int, opaque: Any) -> Saved:
        table = self.table(item)
        before = table.functions.get("pre_save")
        code = before(opaque) if before is not None else 0
        if code:
            raise Unfit(f"{table.name}: pre_save gives {code}")
        fields = tuple(self._get(item, entry, opaque) for entry in table.fields)
        inside = tuple(
            self._saved(sub, 0, opaque) for sub in table.inside if self._needed(sub, opaque)
        )
        return Saved(table.name, instance, fields, inside)

    def _loaded(self, item: Item, saved: Saved, opaque: Any) -> None:
        table = self.table(item)
        before = table.functions.get("pre_load")
        if before is not None and before(opaque):
            raise Unfit(f"{table.name}: pre_load fails")
        for entry, value in zip(table.fields, saved.fields, strict=True):
            self._put(item, entry, opaque, value)
        subs = {self.table(sub).name: sub for sub in table.inside}
        for inner in saved.inside:
            self._loaded(subs[inner.name], inner, opaque)
        after = table.functions.get("post_load")
        code = after(opaque, self._version(item)) if after is not None else 0
        if code:
            raise Unfit(f"{table.name}: post_load gives {code}")

    def _record(self, item: Item, entry: ast.Call, opaque: Any) -> Any:
        """The record in an object that an entry is about."""
        kind = self.link.program.type_named(item.path, _word(self._entry(entry)[1][1]))
        inner = find(opaque, kind) if isinstance(kind, RecordType) else None
        return opaque if inner is None else inner

    # ---- tables

    def table(self, item: Item) -> _Table:
        """A description, read from its text."""
        known = self._tables.get(id(item.node))
        if known is None:
            known = self._tables[id(item.node)] = self._read(item)
        return known

    def _read(self, item: Item) -> _Table:
        given = self._arguments(item)
        functions: dict[str, Any] = {
            name: self._evaluate(item, given[name]) for name in _FUNCTIONS if name in given
        }
        fields = given.get("fields")
        entries = [node for node in _elements(fields) if isinstance(node, ast.Call)]
        inside = tuple(
            found
            for node in _elements(given.get("subsections"))
            if isinstance(node, ast.Name) and node.id != "NULL"
            if (found := self.link.program.find(item.path, node.id)) is not None
        )
        name = text_of(self._evaluate(item, given["name"]))
        return _Table(name, tuple(entries), inside, functions)

    def _arguments(self, item: Item) -> dict[str, ast.expr]:
        node = item.node
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        if not isinstance(value, ast.Call):
            raise Faulted(f"{item.name} is no table")
        return {word.arg: word.value for word in value.keywords if word.arg is not None}

    def _evaluate(self, item: Item, node: ast.expr) -> Any:
        return self.link.evaluate(item.path, node)

    def _version(self, item: Item) -> int:
        given = self._arguments(item)
        return int(self._evaluate(item, given["version_id"])) if "version_id" in given else 0

    # ---- entries

    def _entry(self, entry: ast.Call) -> tuple[str, list[ast.expr]]:
        """The kind of an entry, without what only says when it is there, and its arguments."""
        name = entry.func.id if isinstance(entry.func, ast.Name) else ""
        return name.removeprefix("VMSTATE_").removesuffix("_V"), list(entry.args)

    def _get(self, item: Item, entry: ast.Call, opaque: Any) -> Any:
        kind, given = self._entry(entry)
        if kind == "END_OF_LIST" or kind.startswith("UNUSED"):
            return None
        field, record = _field(given[0]), self._record(item, entry, opaque)
        value = getattr(record, field)
        if kind.removesuffix("_EQUAL") in _SCALARS:
            return value
        if kind == "BUFFER":
            return tuple(value._items)
        if kind == "VBUFFER_UINT32":
            return tuple(value._items[: int(getattr(record, _field(given[4])))])
        if kind == "BITMAP":
            return tuple(value._items)
        if kind in ("STRUCT", "STRUCT_POINTER"):
            return self._saved(self._inner(item, given[3]), 0, value)
        if kind == "STRUCT_VARRAY_POINTER_UINT32":
            count = int(getattr(record, _field(given[2])))
            return self._rows(self._inner(item, given[3]), _rows_at(value)[:count])
        raise UnknownExternal(f"VMSTATE_{kind}", f"{item.path}:{item.name}")

    def _put(self, item: Item, entry: ast.Call, opaque: Any, value: Any) -> None:
        kind, given = self._entry(entry)
        if kind == "END_OF_LIST" or kind.startswith("UNUSED"):
            return
        field, record = _field(given[0]), self._record(item, entry, opaque)
        if kind.endswith("_EQUAL"):
            if getattr(record, field) != value:
                here = getattr(record, field)
                raise Unfit(f"{item.name}: {_word(given[0])} {value} is {here} here")
        elif kind in _SCALARS:
            setattr(record, field, value)
        elif kind in ("STRUCT", "STRUCT_POINTER"):
            self._loaded(self._inner(item, given[3]), value, getattr(record, field))
        elif kind == "STRUCT_VARRAY_POINTER_UINT32":
            self._put_rows(self._inner(item, given[3]), getattr(record, field), value)
        else:
            there: Array = getattr(record, field)
            if len(there) < len(value):
                raise Unfit(f"{item.name}: {len(value)} of {_word(given[0])}, {len(there)} here")
            there._items[: len(value)] = value

    def _rows(self, item: Item, rows: Sequence[Any]) -> tuple[Any, ...]:
        """A table's rows; None is one that nobody looked at, all zero."""
        kind = next((type(row) for row in rows if row is not None), None)
        names = self._scalars(item, kind) if kind is not None else None
        if names is None:
            return tuple(None if row is None else self._saved(item, 0, row) for row in rows)
        return tuple(
            None if row is None else tuple([row.__dict__.get(name, 0) for name in names])
            for row in rows
        )

    def _put_rows(self, item: Item, there: Any, rows: Sequence[Any]) -> None:
        here = _rows_at(there)
        if len(here) < len(rows):
            raise Unfit(f"{item.name}: {len(rows)} rows, {len(here)} here")
        names = self._scalars(item, type(there[0])) if rows else None
        for index, row in enumerate(rows):
            if row is None:
                if here[index] is not None:
                    clear(here[index])
            elif names is None:
                self._loaded(item, row, there[index])
            else:
                there[index].__dict__.update(zip(names, row, strict=True))

    def _scalars(self, item: Item, kind: Any) -> list[str] | None:
        """The fields of a record's table of whole numbers and nothing else."""
        table = self.table(item)
        if table.inside or table.functions:
            return None
        found = []
        for entry in table.fields:
            entry_kind, given = self._entry(entry)
            if entry_kind in _SCALARS:
                field = kind._fields.get(_field(given[0]))
                if field is None or field.bits or field.union >= 0:
                    return None
                found.append(field.name)
            elif entry_kind != "END_OF_LIST":
                return None
        return found

    def _inner(self, item: Item, node: ast.expr) -> Item:
        found = self.link.program.find(item.path, _word(node))
        if found is None:
            raise UnknownExternal(_word(node), f"{item.path}:{item.name}")
        return found


def _rows_at(place: Any) -> list[Any]:
    """The rows where a pointer points: an array's, or the one that it is."""
    return place._items if isinstance(place, Array) else [place]


def _elements(node: ast.expr | None) -> list[ast.expr]:
    return list(node.elts) if isinstance(node, (ast.List, ast.Tuple)) else []


def _word(node: ast.expr) -> str:
    """A name, quoted or not."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return node.id if isinstance(node, ast.Name) else ast.unparse(node)


def _field(node: ast.expr) -> str:
    return field_name(_word(node))
