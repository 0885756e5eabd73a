"""C types at run time: what each converts, how large it is, where its fields lie.

Sizes are bytes of a 64-bit little-endian host (the LP64 model of x86-64 and ppc64le).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from spapr_lint.runtime.errors import Faulted

POINTER_SIZE: Final = 8


class CType(Protocol):
    """What every type has: its size and alignment, and a value that is all zero."""

    @property
    def size(self) -> int: ...

    @property
    def align(self) -> int: ...

    def zero(self) -> Any: ...


class SizeOf(int):
    """A size that remembers of what: ``kind`` the type, ``count`` how many, ``tail`` elements."""

    kind: Any = None
    count: int = 1
    tail: int = 0

    @staticmethod
    def of(kind: Any, count: int = 1, tail: int = 0, size: int | None = None) -> SizeOf:
        """The size of ``count`` things of a type, plus ``tail`` of its flexible array."""
        made = SizeOf(kind.size * count if size is None else size)
        made.kind, made.count, made.tail = kind, count, tail
        return made

    def __mul__(self, other: Any) -> Any:
        product = int(self) * int(other)
        if isinstance(other, SizeOf):
            return product
        return SizeOf.of(self.kind, self.count * int(other), size=product)

    __rmul__ = __mul__

    def __add__(self, other: Any) -> Any:
        total = int(self) + int(other)
        if self.count == 1 and isinstance(other, SizeOf):
            return SizeOf.of(self.kind, 1, other.count, total)
        return total


class Frozen:
    """Something that all runs share: translated code can store nothing in it."""

    __slots__ = ()

    def __setattr__(self, name: str, value: Any) -> None:
        raise Faulted(f"{self!r} is no variable")

    def _put(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)


class IntType(Frozen):
    """An integer type.  Calling it converts: ``uint8_t(300)`` is 44."""

    __slots__ = ("name", "bits", "signed", "low", "high", "mask", "sign", "convert")
    name: str
    bits: int
    signed: bool
    low: int
    high: int
    mask: int
    sign: int
    convert: Callable[[Any], Any]

    def __init__(self, name: str, bits: int, signed: bool) -> None:
        low, high = (-(1 << (bits - 1)) if signed else 0), (1 << (bits - signed)) - 1
        self._put(name=name, bits=bits, signed=signed, low=low, high=high)
        self._put(mask=(1 << bits) - 1, sign=1 << (bits - 1))
        self._put(convert=self._converter())

    def _converter(self) -> Callable[[Any], Any]:
        low, high, mask, sign, signed = self.low, self.high, self.mask, self.sign, self.signed
        if self.bits == 1:
            return lambda value: value is not None and bool(value)

        def convert(value: Any) -> Any:
            try:
                if low <= value <= high:
                    return value
            except TypeError:
                value = number(value)
            value = int(value) & mask
            return value - mask - 1 if signed and value & sign else value

        return convert

    def __call__(self, value: Any = 0) -> Any:
        return self.convert(value)

    @property
    def size(self) -> int:
        return max(1, self.bits // 8)

    @property
    def align(self) -> int:
        return self.size

    def zero(self) -> Any:
        return False if self.bits == 1 else 0

    def __repr__(self) -> str:
        return self.name


def number(value: Any) -> int:
    """What is no number in Python as one: NULL is 0, a float is cut.  A pointer has none here."""
    if value is None:
        return 0
    if isinstance(value, float):
        return int(value)
    raise Faulted(f"a pointer is used as a number: {value!r}")


class FloatType(Frozen):
    """``float`` and ``double``, which the code at hand only carries around."""

    name: str
    size: int
    align: int

    def __init__(self, name: str, size: int) -> None:
        self._put(name=name, size=size, align=size)

    def __call__(self, value: Any = 0.0) -> float:
        return float(value)

    convert = __call__

    def zero(self) -> float:
        return 0.0


class PointerType(Frozen):
    """``Ptr[T]``, also a pointer to a function (``of`` is None then)."""

    __slots__ = ("of",)
    of: Any
    size = align = POINTER_SIZE

    def __init__(self, of: Any) -> None:
        self._put(of=of)

    def zero(self) -> None:
        return None

    def __repr__(self) -> str:
        return f"{self.of!r} *"


class ArrayType(Frozen):
    """``Array[T, n]``."""

    __slots__ = ("of", "count")
    of: Any
    count: int

    def __init__(self, of: Any, count: int) -> None:
        self._put(of=of, count=count)

    @property
    def size(self) -> int:
        return int(self.of.size) * self.count

    @property
    def align(self) -> int:
        return int(self.of.align)

    def zero(self) -> Any:
        from spapr_lint.runtime.memory import Array

        return Array(self.of, self.count)

    def __repr__(self) -> str:
        return f"{self.of!r}[{self.count}]"


class VoidType(Frozen):
    """``void``; GNU C gives it the size 1."""

    size = align = 1

    def zero(self) -> None:
        return None

    def __repr__(self) -> str:
        return "void"


class UnknownType(Frozen):
    """A type that nothing in view defines: a pointer to it is fine, its size is not."""

    __slots__ = ("name",)
    name: str

    def __init__(self, name: str) -> None:
        self._put(name=name)

    @property
    def size(self) -> int:
        raise Faulted(f"the size of {self.name} is not known")

    align = size

    def zero(self) -> None:
        return None

    def __call__(self, *_items: Any, **_fields: Any) -> Any:
        raise Faulted(f"{self.name} is not defined in view")

    def __repr__(self) -> str:
        return self.name


VOID: Final = VoidType()


def _integers() -> dict[str, IntType]:
    table: dict[str, tuple[int, bool]] = {
        "bool": (1, False),
        "char": (8, True),
        "short": (16, True),
        "int": (32, True),
        "unsigned": (32, False),
        "long": (64, True),
        "ulong": (64, False),
    }
    for bits in (8, 16, 32, 64):
        for stem, signed in (("int{}_t", True), ("uint{}_t", False), ("__s{}", True)):
            table[stem.format(bits)] = (bits, signed)
        for stem, signed in (("__u{}", False), ("gint{}", True), ("guint{}", False)):
            table[stem.format(bits)] = (bits, signed)
        for stem, signed in (("s{}", True), ("u{}", False), ("__be{}", False), ("__le{}", False)):
            table[stem.format(bits)] = (bits, signed)
    more = (
        ("gchar", 8, True),
        ("uchar guchar", 8, False),
        ("ushort", 16, False),
        ("gint gboolean pid_t target_int", 32, True),
        ("guint uint MemTxResult mode_t gunichar", 32, False),
        ("ssize_t intptr_t ptrdiff_t off_t target_long glong gssize time_t intmax_t", 64, True),
        ("size_t uintptr_t hwaddr target_ulong ram_addr_t vaddr gsize gulong", 64, False),
        ("dma_addr_t abi_ulong uintmax_t guintptr", 64, False),
    )
    for names, bits, signed in more:
        table.update(dict.fromkeys(names.split(), (bits, signed)))
    return {name: IntType(name, bits, signed) for name, (bits, signed) in table.items()}


INTEGERS: Final = _integers()
CHAR: Final = INTEGERS["char"]
UINT8: Final = INTEGERS["uint8_t"]
ULONG: Final = INTEGERS["ulong"]
