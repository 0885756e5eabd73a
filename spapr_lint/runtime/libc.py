"""The C library, GLib and QEMU's small helpers: memory, text, bits, byte order, constants.

Sizes are bytes; what runs is on a little-endian 64-bit host, whatever machine this is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spapr_lint.runtime.bitmaps import bitmaps
from spapr_lint.runtime.errors import Aborted, Exited, Faulted, OutOfBounds
from spapr_lint.runtime.layout import RecordType
from spapr_lint.runtime.link import Link
from spapr_lint.runtime.literal import LIMIT, Text
from spapr_lint.runtime.memory import Array, Record, array, clear
from spapr_lint.runtime.text import compare, formatted, text_of
from spapr_lint.runtime.types import UINT8, ArrayType, IntType, SizeOf
from spapr_lint.runtime.views import bytes_of, put_bytes

_ERRNO = {
    "EPERM": 1, "ENOENT": 2, "EINTR": 4, "EIO": 5, "ENXIO": 6, "E2BIG": 7, "EBADF": 9,
    "EAGAIN": 11, "ENOMEM": 12, "EACCES": 13, "EFAULT": 14, "EBUSY": 16, "EEXIST": 17,
    "ENODEV": 19, "EINVAL": 22, "ENFILE": 23, "ENOSPC": 28, "ERANGE": 34, "ENOSYS": 38,
    "EOVERFLOW": 75, "ENOTSUP": 95, "EOPNOTSUPP": 95, "ETIMEDOUT": 110,
}  # fmt: skip
_TOTAL = 1 << 29  # bytes that one run may allocate


def libc(link: Link) -> dict[str, Any]:
    """Everything here, by name."""
    return {
        **_constants(),
        **_endian(),
        **_numbers(),
        **bitmaps(),
        **_texts(),
        **_Heap().names(),
        "memset": _memset,
        "memcpy": _memcpy,
        "memmove": _memcpy,
        "memcmp": _memcmp,
        "exit": _raiser(link, Exited, "exit"),
        "abort": _raiser(link, Aborted, "abort"),
        "g_abort": _raiser(link, Aborted, "abort"),
        "g_assert_not_reached": _raiser(link, Aborted, "code should not be reached"),
        "g_assert": _asserted(link),
        "stringify": lambda value: Text(value),
    }


def _raiser(link: Link, kind: type[Exited] | type[Aborted], what: str) -> Callable[..., Any]:
    def end(status: Any = "") -> Any:
        last = link.said[-1] if link.said and kind is Exited else ""
        message = last or f"{link.function()}: {what}"
        raise kind(message if kind is Aborted or last else f"exit({status})", link.place())

    return end


def _asserted(link: Link) -> Callable[[Any], None]:
    def assertion(holds: Any) -> None:
        if not holds:
            raise Aborted(f"{link.function()}: assertion failed", link.place())

    return assertion


def _constants() -> dict[str, Any]:
    found: dict[str, Any] = dict(_ERRNO)
    for bits in (8, 16, 32, 64):
        found[f"UINT{bits}_MAX"] = (1 << bits) - 1
        found[f"INT{bits}_MAX"] = (1 << (bits - 1)) - 1
        found[f"INT{bits}_MIN"] = -(1 << (bits - 1))
        size = "l" if bits == 64 else ""
        for letter in "xduX":
            found[f"PRI{letter}{bits}"] = Text(size + letter)
        found[f"UINT{bits}_C"] = found[f"INT{bits}_C"] = lambda value: value
    for name, bits in (("INT", 32), ("LONG", 64)):
        found[f"{name}_MAX"] = (1 << (bits - 1)) - 1
        found[f"{name}_MIN"] = -(1 << (bits - 1))
        found[f"U{name}_MAX"] = (1 << bits) - 1
    found.update(KiB=1 << 10, MiB=1 << 20, GiB=1 << 30, TiB=1 << 40)
    found.update(CHAR_BIT=8, BITS_PER_BYTE=8, BITS_PER_LONG=64, HOST_LONG_BITS=64)
    found.update(SIZE_MAX=(1 << 64) - 1, UINTPTR_MAX=(1 << 64) - 1)
    found.update(HOST_BIG_ENDIAN=0, HOST_WORDS_BIGENDIAN=0, TARGET_BIG_ENDIAN=1)
    found.update(TARGET_LONG_BITS=64, HWADDR_BITS=64, HWADDR_PRIx=Text("lx"))
    found.update(TARGET_FMT_lx=Text("%016lx"), TARGET_FMT_plx=Text("%016lx"))
    found.update(TRUE=1, FALSE=0, true=True, false=False, errno=0)
    found.update(PROT_READ=1, PROT_WRITE=2, MAP_SHARED=1, SIGBUS=7)
    return found


def _endian() -> dict[str, Any]:
    def swap(size: int) -> Callable[[Any], int]:
        mask = (1 << size * 8) - 1

        def swapped(value: Any) -> int:
            return int.from_bytes((value & mask).to_bytes(size, "little"), "big")

        return swapped

    def kept(size: int) -> Callable[[Any], int]:
        mask = (1 << size * 8) - 1
        return lambda value: int(value & mask)

    found: dict[str, Any] = {}
    for bits in (16, 32, 64):
        for form in ("cpu_to_be{}", "be{}_to_cpu", "bswap{}", "tswap{}", "__builtin_bswap{}"):
            found[form.format(bits)] = swap(bits // 8)
        for form in ("cpu_to_le{}", "le{}_to_cpu"):
            found[form.format(bits)] = kept(bits // 8)
        found.update(_memory_access(bits))
    return found


def _memory_access(bits: int) -> dict[str, Any]:
    """``ldl_be_p`` and its kin: numbers in bytes."""
    letter, size = {16: ("uw", 2), 32: ("l", 4), 64: ("q", 8)}[bits]
    store_letter = letter[-1]
    found: dict[str, Any] = {}
    for end, order in (("be", "big"), ("le", "little"), ("he", "little")):
        found[f"ld{letter}_{end}_p"] = lambda p, o=order: int.from_bytes(bytes_of(p, size), o)
        found[f"st{store_letter}_{end}_p"] = lambda p, value, o=order: put_bytes(
            p, (int(value) & ((1 << bits) - 1)).to_bytes(size, o)
        )
    return found


def _count(bits: int) -> dict[str, Any]:
    mask = (1 << bits) - 1

    def zeros(value: int) -> int:
        value &= mask
        return (value & -value).bit_length() - 1 if value else bits

    return {
        f"ctz{bits}": zeros,
        f"clz{bits}": lambda x: bits - (x & mask).bit_length(),
        f"cto{bits}": lambda x: (
            ((~x & mask) & -(~x & mask)).bit_length() - 1 if ~x & mask else bits
        ),
        f"clo{bits}": lambda x: bits - (~x & mask).bit_length(),
        f"ctpop{bits}": lambda x: (x & mask).bit_count(),
    }


def _clrsb(bits: int) -> Callable[[int], int]:
    """How many bits below the sign are the same as it."""
    mask, sign = (1 << bits) - 1, 1 << (bits - 1)
    return lambda x: bits - 1 - ((~x if x & sign else x) & mask).bit_length()


def _numbers() -> dict[str, Any]:
    def up(value: int, to: int) -> int:
        return -(-value // to) * to

    def down(value: int, to: int) -> int:
        return value // to * to

    table = {
        "MIN": min, "MAX": max, "MIN_CONST": min, "MAX_CONST": max,
        "MIN_NON_ZERO": lambda a, b: min(a, b) if a and b else a or b,
        "DIV_ROUND_UP": lambda n, d: (n + d - 1) // d,
        "ROUND_UP": up, "QEMU_ALIGN_UP": up, "ROUND_DOWN": down, "QEMU_ALIGN_DOWN": down,
        "QEMU_IS_ALIGNED": lambda n, to: int(n % to == 0),
        "is_power_of_2": lambda x: bool(x and not x & (x - 1)),
        "pow2floor": lambda x: 1 << (x.bit_length() - 1) if x else 0,
        "pow2ceil": lambda x: (1 << (x - 1).bit_length()) % (1 << 64) if x else 1,
        "ARRAY_SIZE": len,
        "G_N_ELEMENTS": len, "likely": lambda x: x, "unlikely": lambda x: x,
        "ctzl": _count(64)["ctz64"], "clzl": _count(64)["clz64"],
        "BIT": lambda n: 1 << n, "BIT_ULL": lambda n: 1 << n, "abs": abs,
        "MAKE_64BIT_MASK": lambda shift, length: (((1 << 64) - 1) >> (64 - length)) << shift,
        "BITS_TO_LONGS": lambda n: -(-n // 64),
        "QEMU_BUILD_BUG_ON": lambda _fails: None,
        "QEMU_BUILD_BUG_MSG": lambda *_given: None,
        "__has_builtin": lambda _builtin: 0,
        "__has_attribute": lambda _attribute: 0,
        "__builtin_clz": _count(32)["clz32"], "__builtin_clzll": _count(64)["clz64"],
        "__builtin_ctz": _count(32)["ctz32"], "__builtin_ctzll": _count(64)["ctz64"],
        "__builtin_popcount": _count(32)["ctpop32"],
        "__builtin_popcountll": _count(64)["ctpop64"],
        "__builtin_clrsb": _clrsb(32), "__builtin_clrsbll": _clrsb(64),
        "__builtin_expect": lambda value, _likely: value,
        "qatomic_read": lambda p: p.v, "qatomic_set": _atomic_set,
        "smp_mb": lambda: None, "smp_rmb": lambda: None, "smp_wmb": lambda: None,
        "barrier": lambda: None,
    }  # fmt: skip
    return {**table, **_count(32), **_count(64)}


def _atomic_set(pointer: Any, value: Any) -> None:
    pointer.v = value


def _contains(text: Any, part: Any) -> Any:
    whole, at = text_of(text), text_of(text).find(text_of(part))
    return None if at < 0 else Text(whole[at:])


def _put(buffer: Any, size: int, form: Any, *given: Any) -> int:
    made = formatted(form, given)
    if size > 0:
        put_bytes(buffer, made.encode("latin-1", "replace")[: size - 1] + b"\0")
    return len(made)


def _copied(text: Any, size: int | None = None) -> Any:
    return None if text is None else Text(text_of(text)[:size])


def _joined(*parts: Any) -> Text:
    found = []
    for part in parts:
        if part is None:
            break
        found.append(text_of(part))
    return Text("".join(found))


def _equal(left: Any, right: Any) -> int:
    return int(left is not right) if left is None or right is None else compare(left, right)


def _strings(listed: Any) -> list[str]:
    found: list[str] = []
    while listed[len(found)] is not None:
        found.append(text_of(listed[len(found)]))
    return found


def _texts() -> dict[str, Any]:
    return {
        "g_strjoinv": lambda between, listed: Text(text_of(between).join(_strings(listed))),
        "g_strv_length": lambda listed: len(_strings(listed)),
        "g_strfreev": lambda _listed: None,
        "strlen": lambda text: len(text_of(text)),
        "strcmp": compare,
        "strncmp": lambda a, b, n: compare(text_of(a)[:n], text_of(b)[:n]),
        "strstr": _contains,
        "strchr": lambda text, code: _contains(text, Text(chr(code))),
        "g_str_equal": lambda a, b: int(compare(a, b) == 0),
        "g_strcmp0": _equal,
        "g_str_has_prefix": lambda text, part: int(text_of(text).startswith(text_of(part))),
        "g_str_has_suffix": lambda text, part: int(text_of(text).endswith(text_of(part))),
        "g_strdup": _copied,
        "g_strndup": _copied,
        "g_strconcat": _joined,
        "g_strdup_printf": lambda form, *given: formatted(form, given),
        "g_strdup_vprintf": lambda form, given: formatted(form, given),
        "sprintf": lambda buffer, form, *given: _put(buffer, 1 << 12, form, *given),
        "snprintf": _put,
        "g_snprintf": _put,
        "strerror": lambda number: Text(f"errno {number}"),
        "g_strerror": lambda number: Text(f"errno {number}"),
    }


class _Heap:
    """Memory from malloc and GLib, zeroed and counted."""

    def __init__(self) -> None:
        self.used = 0

    def names(self) -> dict[str, Any]:
        same = ("g_malloc", "g_malloc0", "g_try_malloc0", "g_try_malloc", "malloc")
        new = ("g_new", "g_new0", "g_try_new", "g_try_new0")
        return {
            **dict.fromkeys(same, self.bytes),
            **dict.fromkeys(new, self.things),
            "g_renew": self.renewed,
            "g_free": lambda _pointer=None: None,
            "free": lambda _pointer=None: None,
            "g_memdup": self.copied,
            "g_memdup2": self.copied,
            "g_steal_pointer": self.stolen,
            "g_clear_pointer": self.cleared,
        }

    def count(self, size: int) -> None:
        """Raises `OutOfBounds` when the run has had its share."""
        self.used += max(size, 16)
        if self.used > _TOTAL:
            raise OutOfBounds("out of memory")

    def bytes(self, size: int) -> Any:
        """A record or an array if the size says of what, else bytes."""
        self.count(size)
        if size == 0:
            return None
        if not isinstance(size, SizeOf) or size.kind is None:
            return Array(UINT8, size)
        if size.count == 1 and isinstance(size.kind, RecordType):
            made = size.kind()
            if size.tail:
                _extend(made, size.tail)
            return made
        return Array(size.kind, size.count)

    def things(self, kind: Any, count: int) -> Any:
        """``g_new0(kind, count)``."""
        self.count(int(kind.size) * count if not isinstance(kind, RecordType) else count * 64)
        if count == 0:
            return None
        return kind() if count == 1 and isinstance(kind, RecordType) else Array(kind, count)

    def renewed(self, kind: Any, old: Any, count: int) -> Any:
        self.count(count * 8)
        made = Array(kind, count)
        if old is not None:
            items = old._items if isinstance(old, Array) else [old]
            made._items[: len(items)] = items[:count]
        return made

    def copied(self, pointer: Any, size: int) -> Any:
        if pointer is None:
            return None
        if isinstance(pointer, Record) and size == type(pointer).size:
            made = type(pointer)()
            made._assign(pointer)
            return made
        return array(UINT8, list(bytes_of(pointer, size)))

    def stolen(self, pointer: Any) -> Any:
        value, pointer.v = pointer.v, None
        return value

    def cleared(self, pointer: Any, free: Callable[[Any], Any]) -> None:
        value, pointer.v = pointer.v, None
        if value is not None:
            free(value)


def _extend(made: Record, count: int) -> None:
    """A flexible array at a record's end gets its elements."""
    name, field = list(type(made)._fields.items())[-1]
    if not isinstance(field.type, ArrayType):
        raise Faulted(f"{type(made).__name__} ends with no array")
    tail = Array(field.type.of, count)
    tail._holder, tail._at = made, name
    made.__dict__[name] = tail


def _memset(pointer: Any, value: int, size: int) -> Any:
    if isinstance(pointer, Record) and value == 0 and size == type(pointer).size:
        clear(pointer)
    elif isinstance(pointer, Array) and value == 0 and size == len(pointer) * int(pointer._of.size):
        pointer._clear()
    elif isinstance(pointer, Array) and isinstance(pointer._of, IntType) and pointer._of.bits == 8:
        if size > len(pointer):
            raise Faulted(f"{size} bytes for {len(pointer)}")
        pointer._items[:size] = [pointer._of.convert(value)] * size
    elif not 0 <= size <= LIMIT:
        raise OutOfBounds(f"{size} bytes at once")
    else:
        put_bytes(pointer, bytes([value & 0xFF]) * size)
    return pointer


def _memcpy(to: Any, source: Any, size: int) -> Any:
    if isinstance(to, Record) and type(to) is type(source) and size == type(to).size:
        to._assign(source)
    elif (
        isinstance(to, Array)
        and isinstance(source, Array)
        and to._of is source._of
        and not isinstance(to._of, IntType)
    ):
        for index in range(size // int(to._of.size)):
            to[index] = source[index]
    else:
        put_bytes(to, bytes_of(source, size))
    return to


def _memcmp(left: Any, right: Any, size: int) -> int:
    first, second = bytes_of(left, size), bytes_of(right, size)
    return (first > second) - (first < second)
