"""What translated text itself calls: division, switch, addresses, casts, sizes.

The names and meanings are the contract in the docstring of `spapr_lint.c`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from spapr_lint.runtime.check import field_name
from spapr_lint.runtime.errors import Faulted, OutOfBounds
from spapr_lint.runtime.layout import RecordType
from spapr_lint.runtime.link import Link
from spapr_lint.runtime.literal import Text
from spapr_lint.runtime.memory import (
    Array,
    FieldRef,
    Init,
    Pointer,
    Record,
    Ref,
    array,
    find,
    place,
    root,
)
from spapr_lint.runtime.program import POINTER
from spapr_lint.runtime.rawbytes import size_of
from spapr_lint.runtime.types import IntType, PointerType, SizeOf, UnknownType
from spapr_lint.runtime.views import view


def helpers(link: Link) -> dict[str, Any]:
    """The helpers by name."""
    return {
        "NULL": None,
        "Ref": Ref,
        "Init": Init,
        "Ptr": _Pointers(),
        "Array": _Arrays(),
        "Callable": _Pointers(),
        "array": array,
        "sizeof": size_of,
        "alignof": lambda kind: int(kind.align),
        "offsetof": lambda kind, name: kind.offset(field_name(name)),
        "addr": addr,
        "ptr": ptr,
        "ptr_cast": view,
        "as_": as_,
        "assign": assign,
        "copy": copy,
        "cdiv": cdiv,
        "cmod": cmod,
        "crange": lambda low, high: range(low, high + 1),
        "range": _range,
        "ord": _ord,
        "set_": set_,
        "postinc": lambda owner, where, by: _step(owner, where, by, new=False),
        "preinc": lambda owner, where, by: _step(owner, where, by, new=True),
        "switch": switch,
        "comma": lambda *items: items[-1],
        "defined": link.program.defined,
        "ext": link.externals,
        "UNTRANSLATED": _untranslated,
        "container_of": container_of,
        "va_list": list,
        "va_arg": lambda given, _kind: given.pop(0),
        "isinstance": isinstance,
    }


class _Pointers:
    """``Ptr[T]`` and ``Callable[…]`` where a type is a value."""

    __slots__ = ()

    def __getitem__(self, of: Any) -> PointerType:
        return PointerType(of) if not isinstance(of, tuple) else POINTER


class _Arrays:
    __slots__ = ()

    def __getitem__(self, of: Any) -> Any:
        raise Faulted("the type of an array as a value")


def _untranslated(what: str) -> Any:
    raise Faulted(f"not translated: {what}")


def _range(*given: int) -> range:
    made = range(*given)
    if len(given) > 2 and given[2] == 0:
        raise OutOfBounds("a loop that does not move")
    return made


def _ord(text: str) -> int:
    code = str.__str__(text).encode("latin-1", "replace")[0]
    return code - 256 if code > 127 else code


def cdiv(left: Any, right: int) -> int:
    """``/`` of signed integers: towards zero."""
    quotient = abs(left) // abs(right)
    return int(quotient if (left < 0) == (right < 0) else -quotient)


def cmod(left: int, right: int) -> int:
    """``%`` of signed integers: the sign of the left."""
    return left - right * cdiv(left, right)


def addr(owner: Any, name: str) -> Any:
    """``&owner->name``."""
    if not isinstance(owner, Record):
        raise Faulted(f"the address of a field of {owner!r}")
    name = field_name(name)
    field = type(owner)._fields.get(name)
    if field is not None and not isinstance(field.type, (IntType, PointerType)):
        value = getattr(owner, name)
        if isinstance(value, (Record, Array)):
            return value
    return FieldRef(owner, name)


def ptr(base: Any, index: int) -> Any:
    """``base + index``: into an array or a text; 0 is the pointer itself."""
    if type(base) is Array:
        if type(base._of) is RecordType and index < len(base._items):
            return base[index]
        return Pointer(base, index)
    if isinstance(base, Text):
        return Pointer(base, index)
    if isinstance(base, Pointer):
        return _into(base._array, base._index + index)
    if index == 0:
        return base
    array_, start = place(base)
    if array_ is not None:
        return _into(array_, start + index)
    if hasattr(base, "_moved"):
        return base._moved(index)
    raise Faulted(f"{base!r} + {index}")


def _into(base: Any, index: int) -> Any:
    if isinstance(base, Array) and isinstance(base._of, RecordType) and index < len(base):
        return base[index]
    return Pointer(base, index)


def as_(kind: Any, pointer: Any) -> Any:
    """``(kind *)pointer``: the record of that type that starts at the same place."""
    if pointer is None or not isinstance(pointer, Record):
        return view(kind, pointer) if pointer is not None else None
    if type(pointer) is kind:
        return pointer
    if isinstance(kind, RecordType):
        found = find(pointer, kind)
        return found if found is not None else view(kind, pointer)
    return root(pointer) if isinstance(kind, UnknownType) else view(kind, pointer)


def assign(target: Any, source: Any) -> Any:
    """``*target = source`` of records; of anything else with ``.v`` too."""
    if isinstance(target, Record):
        target._assign(source)
    else:
        target.v = source
    return target


def copy(source: Any) -> Any:
    """A new record with the value of one."""
    made = type(source)()
    made._assign(source)
    return made


def set_(owner: Any, where: Any, value: Any) -> Any:
    """Store into a field or an element; the value that is there then."""
    if isinstance(where, str):
        name = field_name(where)
        setattr(owner, name, value)
        return getattr(owner, name)
    owner[where] = value
    return owner[where]


def _step(owner: Any, where: Any, by: int, new: bool) -> Any:
    old = getattr(owner, field_name(where)) if isinstance(where, str) else owner[where]
    moved = old + by if isinstance(old, int) else ptr(old, by)
    after = set_(owner, where, moved)
    return after if new else old


def switch(value: Any) -> Iterator[Callable[..., bool]]:
    """One turn; its ``case`` is true from the first match on."""
    matched = False

    def among(labels: Any) -> bool:
        return any(value in x if isinstance(x, range) else value == x for x in labels)

    def case(*labels: Any, unless: Any = None) -> bool:
        nonlocal matched
        if not labels:
            matched = matched or not among(unless or ())
        else:
            matched = matched or among(labels)
        return matched

    yield case


def container_of(pointer: Any, kind: Any, name: str) -> Any:
    """The record that holds a member."""
    name = field_name(name)
    if isinstance(pointer, FieldRef) and pointer._name == name:
        return pointer._record
    here = pointer
    while isinstance(here, (Record, Array)) and here._holder is not None:
        if isinstance(here._holder, Record) and here._at == name and type(here._holder) is kind:
            return here._holder
        here = here._holder
    raise Faulted(f"{pointer!r} is no {name} of a {kind!r}")


__all__ = ["SizeOf", "helpers"]
