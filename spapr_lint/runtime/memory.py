"""What C keeps in memory, as objects: records, arrays, pointers into them, boxed scalars, text.

A pointer to a record is the record; one to a scalar has ``.v``; one into an array ``.v`` and
``[i]``.  Names that start with ``_`` are ours: no field of translated C is called so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from spapr_lint.runtime.errors import Faulted, OutOfBounds
from spapr_lint.runtime.layout import FRESH, Field, RecordType
from spapr_lint.runtime.literal import LIMIT, Sealed, Text
from spapr_lint.runtime.types import ArrayType, FloatType, IntType, PointerType


class Record(metaclass=RecordType):
    """A struct or union.  Fields are made zero when first looked at, converted when stored."""

    __slots__ = ("_holder", "_first", "_at", "_qom", "_active", "__dict__")
    _holder: Any
    _first: bool
    _at: int
    _qom: Any
    _active: dict[int, int]

    def __init__(self, *items: Any, **fields: Any) -> None:
        _SET_HOLDER(self, None)
        _SET_FIRST(self, False)
        _SET_AT(self, 0)
        _SET_QOM(self, None)
        _SET_ACTIVE(self, {})
        if items and not (len(items) == 1 and items[0] == 0 and isinstance(items[0], int)):
            for name, item in zip(type(self)._fields, items, strict=False):
                initialise(self, name, item)
        for name, item in fields.items():
            initialise(self, name, item)

    def __getattr__(self, name: str) -> Any:
        cls = type(self)
        field = cls._fields.get(name)
        if field is None:
            if name == "v":
                return self
            raise Faulted(f"{cls.__name__} has no field {name.removesuffix('!')}")
        if field.union >= 0:
            _activate(self, field)
            if name in self.__dict__:
                return self.__dict__[name]
        value = field.type.zero()
        if isinstance(value, (Record, Array)):
            object.__setattr__(value, "_holder", self)
            object.__setattr__(value, "_at", name)
            if isinstance(value, Record):
                first = cls.offset(name) == 0 if field.union >= 0 else _is_first(cls, name)
                object.__setattr__(value, "_first", first)
        self.__dict__[name] = value
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        cls = type(self)
        plain = cls._plain.get(name)
        if plain is not None:
            self.__dict__[name] = plain(value)
            return
        field = cls._fields.get(name)
        if field is None:
            if name == "v":
                self._assign(value)
                return
            raise Faulted(f"{cls.__name__} has no field {name.removesuffix('!')}")
        if field.union >= 0:
            _activate(self, field)
        kind = field.type
        if isinstance(kind, IntType):
            value = kind.convert(value)
            if field.bits:
                value = _bit_field(value, field)
            elif field.union < 0:
                cls._plain[name] = kind.convert  # the next store takes the short way
        elif isinstance(kind, FloatType):
            value = float(value)
        elif isinstance(kind, RecordType):
            getattr(self, name)._assign(value)
            return
        elif isinstance(kind, ArrayType):
            getattr(self, name)._fill(value)
            return
        self.__dict__[name] = value

    def _assign(self, other: Any) -> None:
        """The value of another record of the same type (or of one that starts with it)."""
        if not isinstance(other, Record):
            raise Faulted(f"{type(self).__name__} is assigned {other!r}")
        if type(other) is not type(self):
            inner = find(other, type(self))
            if inner is None:
                from spapr_lint.runtime.rawbytes import load_bytes, store_bytes

                store_bytes(self, 0, load_bytes(other, 0, type(self).size))
                return
            other = inner
        mine, theirs = self.__dict__, other.__dict__
        for name in [name for name in mine if name not in theirs]:
            value = mine[name]
            if isinstance(value, Record):
                value._assign(type(value)())
            elif isinstance(value, Array):
                value._clear()
            else:
                del mine[name]
        for name, value in list(theirs.items()):
            if isinstance(value, Record) and isinstance(type(self)._fields[name].type, RecordType):
                getattr(self, name)._assign(value)
            elif isinstance(value, Array) and isinstance(type(self)._fields[name].type, ArrayType):
                getattr(self, name)._fill(value)
            else:
                mine[name] = value
        object.__setattr__(self, "_active", dict(other._active))

    def __getitem__(self, index: int) -> Any:
        if index == 0:
            return self
        if isinstance(self._holder, Array):
            return self._holder[self._at + index]
        raise Faulted(f"index {index} of a pointer to one {type(self).__name__}")

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Record) and root(self) is root(other)

    def __hash__(self) -> int:
        return id(root(self))

    def __sub__(self, other: Any) -> int:
        if isinstance(other, Record) and other._holder is self._holder is not None:
            return int(self._at) - int(other._at)
        raise Faulted("the difference of pointers to separate things")

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


# A slot's own setter is several times quicker than object.__setattr__.
_SET_HOLDER = Record.__dict__["_holder"].__set__
_SET_FIRST = Record.__dict__["_first"].__set__
_SET_AT = Record.__dict__["_at"].__set__
_SET_QOM = Record.__dict__["_qom"].__set__
_SET_ACTIVE = Record.__dict__["_active"].__set__


def clear(place: Record) -> None:
    """All fields zero; embedded records and arrays stay where they are."""
    mine = place.__dict__
    if not any(isinstance(value, (Record, Array)) for value in mine.values()):
        mine.clear()
        _SET_ACTIVE(place, {})
        return
    for name, value in list(mine.items()):
        kind = type(place)._fields[name].type if name in type(place)._fields else None
        if isinstance(value, Record) and isinstance(kind, RecordType):
            clear(value)
        elif isinstance(value, Array) and isinstance(kind, ArrayType):
            value._clear()
        else:
            del mine[name]
    _SET_ACTIVE(place, {})


def _activate(place: Record, field: Field) -> None:
    from spapr_lint.runtime.rawbytes import activate

    activate(place, field)


def _is_first(cls: RecordType, name: str) -> bool:
    return next(iter(cls._fields)) == name


def _bit_field(value: int, field: Field) -> int:
    value = int(value) & ((1 << field.bits) - 1)
    signed = field.type.signed and field.bits > 1 and value >> (field.bits - 1)
    return value - (1 << field.bits) if signed else value


def record(name: str, fields: Iterable[Field]) -> RecordType:
    """The class of a C record."""
    listed = {field.name: field for field in fields}
    return RecordType(name, (Record,), {"__slots__": (), "_fields": listed, "_plain": {}, **FRESH})


def root(place: Record) -> Record:
    """The outermost record that starts where this one does."""
    while place._first:
        place = place._holder
    return place


def find(place: Record, kind: RecordType) -> Any:
    """The record of a type that starts where ``place`` does, None if there is none."""
    here: Any = root(place)
    while isinstance(here, Record):
        if type(here) is kind:
            return here
        fields = type(here)._fields
        name = next(iter(fields), None)
        if name is None or not isinstance(fields[name].type, RecordType):
            return None
        here = getattr(here, name)
    return None


def initialise(place: Record, name: str, item: Any) -> None:
    """One initialiser; ``f__g`` names a field of a field, a list or dict fills an array."""
    while name not in type(place)._fields and "__" in name:
        outer, _, name = name.partition("__")
        place = getattr(place, outer)
    field = type(place)._fields.get(name)
    if field is None:
        raise Faulted(f"{type(place).__name__} has no field {name}")
    setattr(place, name, initial(field.type, item))


def initial(kind: Any, item: Any) -> Any:
    """An initialiser as a value of the type it is for."""
    if isinstance(item, Init):
        if isinstance(kind, RecordType):
            return kind(*item._items, **item._fields)
        raise Faulted(f"a record initialises {kind!r}")
    if isinstance(item, (list, dict)):
        if isinstance(kind, RecordType):
            return kind(*item)
        of = getattr(kind, "of", None)
        if of is None:
            first = next(iter(item.values() if isinstance(item, dict) else item), None)
            of = type(first) if isinstance(first, Record) else PointerType(None)
        return array(of, item, getattr(kind, "count", None) or None)
    if isinstance(item, int) and item == 0 and isinstance(kind, RecordType):
        return kind()
    if isinstance(item, int) and item == 0 and not isinstance(kind, (IntType, FloatType)):
        return kind.zero() if isinstance(kind, ArrayType) else None
    return item


class Init(metaclass=Sealed):
    """A record whose type is not known where it is written."""

    __slots__ = ("_items", "_fields")

    def __init__(self, *items: Any, **fields: Any) -> None:
        self._items, self._fields = items, fields


# ---- arrays and pointers


class Array(metaclass=Sealed):
    """An array: bounds-checked, its elements made when first looked at."""

    __slots__ = ("_of", "_items", "_holder", "_at", "_convert")
    _of: Any
    _items: list[Any]
    _holder: Any
    _at: Any

    def __init__(self, of: Any, count: int, items: list[Any] | None = None) -> None:
        if count > LIMIT:
            raise OutOfBounds(f"an array of {count} elements")
        self._of = of
        self._holder = None
        self._at = 0
        self._convert: Callable[[Any], Any] | None = getattr(of, "convert", None)
        fill: Any = of.zero() if self._convert else None
        self._items = [fill] * count if items is None else items

    def __getitem__(self, index: int) -> Any:
        if index < 0:
            raise Faulted(f"index {index} of {len(self._items)}")
        try:
            value = self._items[index]
        except IndexError:
            raise Faulted(f"index {index} of {len(self._items)}") from None
        if value is None:
            value = self._items[index] = self._made(index)
        return value

    def _made(self, index: int) -> Any:
        value = self._of.zero()
        if isinstance(value, (Record, Array)):
            object.__setattr__(value, "_holder", self)
            object.__setattr__(value, "_at", index)
        return value

    def __setitem__(self, index: int, value: Any) -> None:
        if not 0 <= index < len(self._items):
            raise Faulted(f"index {index} of {len(self._items)}")
        if self._convert is not None:
            self._items[index] = self._convert(value)
        elif isinstance(self._of, RecordType):
            self[index]._assign(value)
        elif isinstance(self._of, ArrayType):
            self[index]._fill(value)
        else:
            self._items[index] = value

    def _fill(self, value: Any) -> None:
        """An initialiser, text or another array as the content."""
        given = elements(self._of, value)
        if len(given) > len(self._items):
            raise Faulted(f"{len(given)} elements for {len(self._items)}")
        self._clear()
        for index, item in enumerate(given):
            if item is not None:
                self[index] = item

    def _clear(self) -> None:
        fill = self._of.zero() if self._convert else None
        self._items[:] = [fill] * len(self._items)

    @property
    def v(self) -> Any:
        return self[0]

    @v.setter
    def v(self, value: Any) -> None:
        self[0] = value

    def __len__(self) -> int:
        return len(self._items)

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        array, index = place(other)
        return array is self and index == 0

    def __hash__(self) -> int:
        return id(self._items)

    def __sub__(self, other: Any) -> int:
        return distance(self, other)

    def __repr__(self) -> str:
        return f"{self._of!r}[{len(self._items)}]"


class Pointer(metaclass=Sealed):
    """A pointer to an array's element, or just behind its last."""

    __slots__ = ("_array", "_index")

    def __init__(self, array: Any, index: int) -> None:
        self._array, self._index = array, index

    def __getitem__(self, index: int) -> Any:
        return self._array[self._index + index]

    def __setitem__(self, index: int, value: Any) -> None:
        self._array[self._index + index] = value

    @property
    def v(self) -> Any:
        return self._array[self._index]

    @v.setter
    def v(self, value: Any) -> None:
        self._array[self._index] = value

    def __eq__(self, other: object) -> bool:
        array, index = place(other)
        return array is self._array and index == self._index

    def __hash__(self) -> int:
        return hash((id(self._array), self._index))

    def __sub__(self, other: Any) -> int:
        return distance(self, other)

    def __lt__(self, other: Any) -> bool:
        return distance(self, other) < 0

    def __le__(self, other: Any) -> bool:
        return distance(self, other) <= 0

    def __gt__(self, other: Any) -> bool:
        return distance(self, other) > 0

    def __ge__(self, other: Any) -> bool:
        return distance(self, other) >= 0


def place(pointer: Any) -> tuple[Any, int]:
    """The array that a pointer points into, and where."""
    if isinstance(pointer, Pointer):
        return pointer._array, pointer._index
    if isinstance(pointer, (Array, Text)):
        return pointer, 0
    if isinstance(pointer, Record) and isinstance(pointer._holder, Array):
        return pointer._holder, pointer._at
    return None, 0


def distance(left: Any, right: Any) -> int:
    """Elements between two pointers into one array.  Raises `Faulted` for separate ones."""
    array, index = place(left)
    other, start = place(right)
    if array is None or array is not other:
        raise Faulted("the difference of pointers to separate things")
    return index - start


def elements(of: Any, value: Any) -> list[Any]:
    """What fills an array, element by element; None is zero."""
    if isinstance(value, Array):
        return list(value._items)
    if isinstance(value, str):
        return [*value.encode("latin-1", "replace"), 0]
    if isinstance(value, dict):
        flat: dict[int, Any] = {}
        for key, item in value.items():
            flat.update((k, item) for k in (key if isinstance(key, range) else (key,)))
        return [initial(of, flat.get(k)) for k in range(max(flat, default=-1) + 1)]
    if isinstance(value, (list, tuple)):
        return [initial(of, item) for item in value]
    raise Faulted(f"an array is filled with {value!r}")


def array(of: Any, items: Any = None, n: Any = None) -> Array:
    """``T a[n] = items``."""
    if isinstance(n, tuple):
        inner = n[1] if len(n) == 2 else n[1:]
        return Array(of, 0, [array(of, n=inner) for _ in range(n[0])])
    if isinstance(items, int) and not isinstance(items, bool) and n is None:
        items, n = None, items
    given = elements(of, items) if items is not None else []
    count = max(len(given), n or 0) if n is None or not isinstance(items, str) else n
    made = Array(of, count)
    for index, item in enumerate(given[:count]):
        if item is not None:
            made[index] = item
    return made


class Ref(metaclass=Sealed):
    """A boxed scalar: what ``&local`` points to."""

    __slots__ = ("v",)

    def __init__(self, v: Any = None) -> None:
        self.v = v

    def __getitem__(self, index: int) -> Any:
        if index:
            raise Faulted(f"index {index} of a pointer to one value")
        return self.v

    def __setitem__(self, index: int, value: Any) -> None:
        if index:
            raise Faulted(f"index {index} of a pointer to one value")
        self.v = value


class FieldRef(metaclass=Sealed):
    """The address of a record's scalar field."""

    __slots__ = ("_record", "_name")

    def __init__(self, record: Record, name: str) -> None:
        self._record, self._name = record, name

    @property
    def v(self) -> Any:
        return getattr(self._record, self._name)

    @v.setter
    def v(self, value: Any) -> None:
        setattr(self._record, self._name, value)

    def __getitem__(self, index: int) -> Any:
        if index:
            raise Faulted(f"index {index} of a pointer to one field")
        return self.v

    def __setitem__(self, index: int, value: Any) -> None:
        if index:
            raise Faulted(f"index {index} of a pointer to one field")
        self.v = value

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, FieldRef) and self._record is other._record
        return same and isinstance(other, FieldRef) and self._name == other._name

    def __hash__(self) -> int:
        return hash((id(self._record), self._name))
