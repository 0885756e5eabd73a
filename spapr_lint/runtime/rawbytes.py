"""Values as the host's bytes and back, and unions, where one alternative's bytes are another's.

Bit fields and pointers have no bytes here: asking for them is a fault, never a guess.
"""

from __future__ import annotations

from typing import Any

from spapr_lint.runtime.errors import Faulted
from spapr_lint.runtime.layout import Field, RecordType, lay_out
from spapr_lint.runtime.literal import Text
from spapr_lint.runtime.memory import Array, FieldRef, Record
from spapr_lint.runtime.types import ArrayType, IntType, SizeOf


def activate(place: Record, field: Field) -> None:
    """Make one alternative of a union the one that is stored, with the bytes of the last."""
    active = place._active.get(field.union)
    if active == field.alternative:
        return
    members = [f for f in type(place)._fields.values() if f.union == field.union]
    old = [f for f in members if f.alternative == active and f.name in place.__dict__]
    place._active[field.union] = field.alternative
    kept = {f.name: place.__dict__.pop(f.name) for f in old}
    if not kept:
        return
    offsets = lay_out(type(place))
    raw = bytearray(max(offsets[f.name] + _width(f) for f in members))
    for source in old:
        if source.name in kept and _plain(source.type):
            part = to_bytes(source.type, kept[source.name])
            raw[offsets[source.name] : offsets[source.name] + len(part)] = part
    for target in members:
        if target.alternative == field.alternative:
            _reread(place, target, raw, kept, old)


def _width(field: Field) -> int:
    return int(field.type.size)


def _reread(
    place: Record, target: Field, raw: bytearray, kept: dict[str, Any], old: list[Field]
) -> None:
    """One member of the alternative that is now looked at."""
    offset = lay_out(type(place))[target.name]
    if not _plain(target.type):
        for source in old:  # a pointer is the same pointer in another alternative
            same = lay_out(type(place))[source.name] == offset and not _plain(source.type)
            if same and source.name in kept:
                place.__dict__[target.name] = kept[source.name]
        return
    value = from_bytes(target.type, bytes(raw[offset : offset + _width(target)]))
    place.__dict__[target.name] = value
    if isinstance(value, (Record, Array)):
        object.__setattr__(value, "_holder", place)


def _plain(kind: Any) -> bool:
    """Whether values of the type are nothing but bytes."""
    if isinstance(kind, RecordType):
        return all(_plain(field.type) for field in kind._fields.values())
    return _plain(kind.of) if isinstance(kind, ArrayType) else isinstance(kind, IntType)


def to_bytes(kind: Any, value: Any) -> bytes:
    """A value of a type as the host keeps it."""
    if isinstance(kind, IntType):
        return (int(value) & ((1 << kind.size * 8) - 1)).to_bytes(kind.size, "little")
    if isinstance(kind, ArrayType):
        items = value._items if value is not None else [None] * kind.count
        zero = bytes(kind.of.size)
        return b"".join(zero if item is None else to_bytes(kind.of, item) for item in items)
    if isinstance(kind, RecordType):
        return load_bytes(value, 0, kind.size)
    if value is None:
        return bytes(kind.size)
    raise Faulted(f"the bytes of {value!r}")


def from_bytes(kind: Any, raw: bytes) -> Any:
    """The value that some bytes are as a type."""
    if isinstance(kind, IntType):
        return kind.convert(int.from_bytes(raw, "little"))
    if isinstance(kind, ArrayType):
        size = kind.of.size
        items = [from_bytes(kind.of, raw[at : at + size]) for at in range(0, len(raw), size)]
        return Array(kind.of, kind.count, items)
    if isinstance(kind, RecordType):
        made = kind()
        store_bytes(made, 0, raw)
        return made
    if not any(raw):
        return None
    raise Faulted("bytes become a pointer")


def load_bytes(record: Record, start: int, size: int) -> bytes:
    """Some bytes of a record."""
    cls = type(record)
    raw = bytearray(_exact_size(cls))
    for name, offset in lay_out(cls).items():
        field = cls._fields[name]
        if name not in record.__dict__:
            continue
        if field.bits:
            raise Faulted(f"the bytes of the bit field {name}")
        part = to_bytes(field.type, record.__dict__[name])
        raw[offset : offset + len(part)] = part
    if start + size > len(raw):
        raise Faulted(f"byte {start + size} of {len(raw)} in {cls.__name__}")
    return bytes(raw[start : start + size])


def _exact_size(cls: RecordType) -> int:
    size = cls.size
    if not cls._exact:
        raise Faulted(f"the bytes of {cls.__name__}, which holds types that are not in view")
    return size


def store_bytes(record: Record, start: int, raw: bytes) -> None:
    """Overwrite some bytes of a record."""
    cls = type(record)
    if start + len(raw) > _exact_size(cls):
        raise Faulted(f"byte {start + len(raw)} of {cls.size} in {cls.__name__}")
    end = start + len(raw)
    for name, offset in lay_out(cls).items():
        field = cls._fields[name]
        if field.union >= 0 and record._active.get(field.union, field.alternative) != (
            field.alternative
        ):
            continue
        size = field.type.size
        low, high = max(start, offset), min(end, offset + size)
        if low >= high:
            continue
        if field.bits or not _plain(field.type):
            if any(raw[low - start : high - start]):
                raise Faulted(f"bytes are stored over the field {name}")
            record.__dict__.pop(name, None)
            continue
        whole = bytearray(to_bytes(field.type, getattr(record, name)))
        whole[low - offset : high - offset] = raw[low - start : high - start]
        setattr(record, name, from_bytes(field.type, bytes(whole)))


def size_of(thing: Any) -> SizeOf:
    """``sizeof`` of a type or of a value; a record type keeps its own."""
    if isinstance(thing, Array):
        return SizeOf.of(thing._of, len(thing._items))
    if isinstance(thing, Text):
        return SizeOf(len(thing) + 1)
    if isinstance(thing, (RecordType, Record)):
        kind = thing if isinstance(thing, RecordType) else type(thing)
        known = kind.__dict__.get("_known")
        if known is None:
            known = kind._known = SizeOf.of(kind)
        return known
    if isinstance(thing, FieldRef):
        return SizeOf(8)
    if isinstance(thing, int):
        return SizeOf(4)
    if hasattr(type(thing), "zero"):
        return SizeOf.of(thing)
    return SizeOf(8)
