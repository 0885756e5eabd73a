"""How records lie in memory: fields, offsets, unions, bit fields.

A record whose fields are of types that are not in view has a size by guess and no bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from spapr_lint.runtime.errors import Faulted
from spapr_lint.runtime.types import ArrayType, UnknownType


class Field(NamedTuple):
    """A member: its type, its bits if it is a bit field, and which union's alternative it is."""

    name: str
    type: Any
    bits: int = 0
    union: int = -1
    alternative: int = 0


class RecordType(type):
    """The class of a C struct or union; its own attributes are not its instances'."""

    _fields: dict[str, Field]
    _plain: dict[str, Callable[[Any], Any]]
    _offsets: dict[str, int] | None
    _size: int
    _align: int
    _exact: bool
    _known: Any

    @property
    def size(cls) -> int:
        lay_out(cls)
        return cls._size

    @property
    def align(cls) -> int:
        lay_out(cls)
        return cls._align

    def __setattr__(cls, name: str, value: Any) -> None:
        if not name.startswith("_"):
            raise Faulted(f"{cls.__name__} is no variable")
        type.__setattr__(cls, name, value)

    def zero(cls) -> Any:
        return cls()

    def offset(cls, name: str) -> int:
        """Where a field starts, in bytes.  Raises `Faulted` for an unknown one."""
        offsets = lay_out(cls)
        if name not in offsets:
            raise Faulted(f"{cls.__name__} has no field {name}")
        return offsets[name]

    def __repr__(cls) -> str:
        return f"struct {cls.__name__}"


def lay_out(cls: RecordType) -> dict[str, int]:
    """Offsets of a record's fields; its size and alignment are kept on the way."""
    if cls._offsets is not None:
        return cls._offsets
    offsets: dict[str, int] = {}
    position, align = 0, 1
    groups: dict[int, dict[int, list[Field]]] = {}
    for field in cls._fields.values():
        if field.union >= 0:
            groups.setdefault(field.union, {}).setdefault(field.alternative, []).append(field)
    done: set[int] = set()
    bits = 0
    for field in cls._fields.values():
        if field.union >= 0:
            if field.union in done:
                continue
            done.add(field.union)
            size, most = _union(cls, groups[field.union], offsets, position)
            position, align, bits = size, max(align, most), 0
        elif field.bits:
            unit = _size(cls, field.type)
            if not bits or bits + field.bits > unit * 8:
                position, bits = _up(position, unit), 0
                position += unit
            offsets[field.name] = position - unit
            bits += field.bits
            align = max(align, unit)
        else:
            size, most = _size(cls, field.type), _alignment(field.type)
            position = _up(position, most)
            offsets[field.name] = position
            position += size
            align, bits = max(align, most), 0
    cls._offsets, cls._align, cls._size = offsets, align, _up(position, align)
    return offsets


def _size(cls: RecordType, kind: Any) -> int:
    """A type's size; one that is not known makes the record's bytes unknown too."""
    if _unknown(kind):
        cls._exact = False
        return 8
    if isinstance(kind, RecordType):
        size = kind.size
        cls._exact = cls._exact and kind._exact
        return size
    return int(kind.size)


def _alignment(kind: Any) -> int:
    return 8 if _unknown(kind) else int(kind.align)


def _unknown(kind: Any) -> bool:
    while isinstance(kind, ArrayType):
        kind = kind.of
    return isinstance(kind, UnknownType)


def _union(
    cls: RecordType, alternatives: dict[int, list[Field]], offsets: dict[str, int], at: int
) -> tuple[int, int]:
    """Place alternatives over each other; where what follows starts, and the alignment."""
    align = max((_alignment(f.type) for fields in alternatives.values() for f in fields), default=1)
    start = end = _up(at, align)
    for fields in alternatives.values():
        position = start
        for field in fields:
            position = _up(position, _alignment(field.type))
            offsets[field.name] = position
            position += _size(cls, field.type)
        end = max(end, position)
    return _up(end, align), align


def _up(position: int, align: int) -> int:
    return -(-position // align) * align


# What a record's class starts with, before it is laid out.
FRESH: Final[dict[str, Any]] = {"_offsets": None, "_size": 0, "_align": 1, "_exact": True}
