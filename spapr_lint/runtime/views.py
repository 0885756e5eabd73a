"""The same bytes as another type: what ``(uint64_t *)bytes`` gives, and bytes in and out.

A view is live: what is stored through it is in the array or record below.
"""

from __future__ import annotations

from typing import Any

from spapr_lint.runtime.errors import Faulted, OutOfBounds
from spapr_lint.runtime.layout import RecordType
from spapr_lint.runtime.literal import LIMIT, Sealed, Text
from spapr_lint.runtime.memory import Array, FieldRef, Pointer, Record, Ref, find, root
from spapr_lint.runtime.rawbytes import from_bytes, load_bytes, store_bytes, to_bytes
from spapr_lint.runtime.types import IntType, PointerType, UnknownType, VoidType


class View(metaclass=Sealed):
    """A pointer to a type over bytes that are something else; ``_start`` is in bytes."""

    __slots__ = ("_kind", "_base", "_start")

    def __init__(self, kind: Any, base: Any, start: int) -> None:
        self._kind, self._base, self._start = kind, base, start

    def __getitem__(self, index: int) -> Any:
        size = self._kind.size
        return from_bytes(self._kind, load(self._base, self._start + index * size, size))

    def __setitem__(self, index: int, value: Any) -> None:
        size = self._kind.size
        store(self._base, self._start + index * size, to_bytes(self._kind, value))

    @property
    def v(self) -> Any:
        return self[0]

    @v.setter
    def v(self, value: Any) -> None:
        self[0] = value

    def _moved(self, index: int) -> View:
        return View(self._kind, self._base, self._start + index * self._kind.size)

    def __sub__(self, other: Any) -> int:
        if isinstance(other, View) and other._base is self._base:
            return int((self._start - other._start) // self._kind.size)
        raise Faulted("the difference of pointers to separate things")


def view(kind: Any, pointer: Any) -> Any:
    """``(kind *)pointer``."""
    if pointer is None or isinstance(kind, (VoidType, UnknownType, PointerType)):
        return pointer
    if isinstance(pointer, int):
        raise Faulted(f"the number {pointer:#x} becomes a pointer")
    if isinstance(kind, RecordType) and isinstance(pointer, Record):
        found = find(pointer, kind)
        if found is not None:
            return found
        raise Faulted(f"a {type(pointer).__name__} is taken for a {kind.__name__}")
    if isinstance(pointer, Text) and isinstance(kind, IntType) and kind.bits == 8:
        return pointer
    if isinstance(pointer, Ref) or not isinstance(kind, IntType):
        return pointer
    if isinstance(pointer, FieldRef) and _whole(pointer, kind):
        return pointer
    base, start = based(pointer)
    if isinstance(base, Array) and base._of is kind and start % kind.size == 0:
        return pointer
    return View(kind, base, start)


def _whole(pointer: FieldRef, kind: IntType) -> bool:
    """Whether a field is of just that width and sign: no need of its record's bytes."""
    field = type(pointer._record)._fields.get(pointer._name)
    of = field.type if field is not None and not field.bits else None
    return isinstance(of, IntType) and (of.bits, of.signed) == (kind.bits, kind.signed)


def based(pointer: Any) -> tuple[Any, int]:
    """What a pointer points into, and at which byte of it."""
    if isinstance(pointer, View):
        return pointer._base, pointer._start
    if isinstance(pointer, Pointer):
        return pointer._array, pointer._index * int(pointer._array._of.size)
    if isinstance(pointer, FieldRef):
        return pointer._record, type(pointer._record).offset(pointer._name)
    if isinstance(pointer, (Array, Record, Ref, Text)):
        return (root(pointer) if isinstance(pointer, Record) else pointer), 0
    raise Faulted(f"the bytes of {pointer!r}")


def load(base: Any, start: int, size: int) -> bytes:
    """Some bytes of an array or a record."""
    if isinstance(base, Record):
        return load_bytes(base, start, size)
    if isinstance(base, Array):
        width = int(base._of.size)
        first, last = start // width, -(-(start + size) // width)
        if start < 0 or last > len(base):
            raise Faulted(f"bytes {start} to {start + size} of {len(base) * width}")
        items = base._items[first:last]
        raw = b"".join(bytes(width) if i is None else to_bytes(base._of, i) for i in items)
        return raw[start - first * width : start - first * width + size]
    if isinstance(base, Text):
        raw = base.encode("latin-1", "replace") + b"\0"
        if start < 0 or start + size > len(raw):
            raise Faulted(f"bytes {start} to {start + size} of a text of {len(raw)}")
        return raw[start : start + size]
    if isinstance(base, Ref) and isinstance(base.v, int):
        return (int(base.v) & ((1 << 64) - 1)).to_bytes(8, "little")[start : start + size]
    raise Faulted(f"the bytes of {base!r}")


def store(base: Any, start: int, raw: bytes) -> None:
    """Overwrite some bytes of an array or a record."""
    if isinstance(base, Record):
        store_bytes(base, start, raw)
    elif isinstance(base, Array):
        width = int(base._of.size)
        first, last = start // width, -(-(start + len(raw)) // width)
        whole = bytearray(load(base, first * width, (last - first) * width))
        whole[start - first * width : start - first * width + len(raw)] = raw
        for index in range(first, last):
            at = (index - first) * width
            base[index] = from_bytes(base._of, bytes(whole[at : at + width]))
    elif isinstance(base, Ref):
        old = bytearray(load(base, 0, 8)) if isinstance(base.v, int) else bytearray(8)
        old[start : start + len(raw)] = raw
        base.v = int.from_bytes(old if start + len(raw) > len(raw) else raw, "little")
    else:
        raise Faulted(f"bytes are stored into {base!r}")


def bytes_of(pointer: Any, size: int) -> bytes:
    """``size`` bytes from where a pointer points."""
    if size == 0:
        return b""
    if not 0 < size <= LIMIT:
        raise OutOfBounds(f"{size} bytes at once")
    base, start = based(pointer)
    return load(base, start, size)


def put_bytes(pointer: Any, raw: bytes) -> None:
    """Store bytes where a pointer points."""
    if raw:
        base, start = based(pointer)
        store(base, start, raw)
