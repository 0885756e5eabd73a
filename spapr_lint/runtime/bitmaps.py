"""QEMU's bitmaps and bit operations: arrays of ``unsigned long``, lowest bit first.

Source: QEMU include/qemu/{bitmap,bitops}.h, util/bitmap.c.
"""

from __future__ import annotations

from typing import Any

from spapr_lint.runtime.memory import Array, Pointer
from spapr_lint.runtime.types import ULONG


def _bits_of(bitmap: Any) -> tuple[Any, int]:
    return (bitmap._array, bitmap._index * 64) if isinstance(bitmap, Pointer) else (bitmap, 0)


def _put(bitmap: Any, first: int, count: int, on: bool) -> None:
    longs, base = _bits_of(bitmap)
    for bit in range(base + first, base + first + count):
        one = 1 << (bit & 63)
        longs[bit >> 6] = longs[bit >> 6] | one if on else longs[bit >> 6] & ~one


def _test(bit: int, bitmap: Any) -> int:
    longs, base = _bits_of(bitmap)
    bit += base
    return int(longs[bit >> 6] >> (bit & 63) & 1)


def _change(bit: int, bitmap: Any, on: bool) -> int:
    old = _test(bit, bitmap)
    _put(bitmap, bit, 1, on)
    return old


def _find(bitmap: Any, size: int, start: int, wanted: int) -> int:
    """The first such bit; a word without one is passed over at once."""
    longs, base = _bits_of(bitmap)
    bit, size = base + start, base + size
    while bit < size:
        word = int(longs[bit >> 6]) if wanted else ~int(longs[bit >> 6])
        rest = (word & ((1 << 64) - 1)) >> (bit & 63)
        if rest:
            return min(bit + (rest & -rest).bit_length() - 1, size) - base
        bit = (bit | 63) + 1
    return size - base


def _area(bitmap: Any, size: int, start: int, count: int, align: int) -> int:
    align, at = int(align), (start + int(align)) & ~int(align)
    while at + count <= size:
        used = next((b for b in range(at, at + count) if _test(b, bitmap)), -1)
        if used < 0:
            return at
        at = (used + 1 + align) & ~align
    return size


def _combine(to: Any, bits: list[int]) -> int:
    for index, bit in enumerate(bits):
        _put(to, index, 1, bool(bit))
    return int(any(bits))


def bitmaps() -> dict[str, Any]:
    """The functions by name."""
    return {
        "bitmap_new": lambda n: Array(ULONG, -(-n // 64)),
        "bitmap_try_new": lambda n: Array(ULONG, -(-n // 64)),
        "bitmap_zero": lambda b, n: _put(b, 0, n, False),
        "bitmap_fill": lambda b, n: _put(b, 0, n, True),
        "bitmap_set": lambda b, first, n: _put(b, first, n, True),
        "bitmap_clear": lambda b, first, n: _put(b, first, n, False),
        "bitmap_empty": lambda b, n: int(_find(b, n, 0, 1) == n),
        "bitmap_full": lambda b, n: int(_find(b, n, 0, 0) == n),
        "bitmap_copy": lambda to, a, n: _combine(to, [_test(i, a) for i in range(n)]),
        "bitmap_or": lambda to, a, b, n: _combine(
            to, [_test(i, a) | _test(i, b) for i in range(n)]
        ),
        "bitmap_and": lambda to, a, b, n: _combine(
            to, [_test(i, a) & _test(i, b) for i in range(n)]
        ),
        "bitmap_andnot": lambda to, a, b, n: _combine(
            to, [_test(i, a) & ~_test(i, b) & 1 for i in range(n)]
        ),
        "bitmap_xor": lambda to, a, b, n: _combine(
            to, [_test(i, a) ^ _test(i, b) for i in range(n)]
        ),
        "bitmap_complement": lambda to, a, n: _combine(to, [1 - _test(i, a) for i in range(n)]),
        "bitmap_intersects": lambda a, b, n: int(any(_test(i, a) & _test(i, b) for i in range(n))),
        "bitmap_equal": lambda a, b, n: int(all(_test(i, a) == _test(i, b) for i in range(n))),
        "bitmap_count_one": lambda b, n: sum(_test(i, b) for i in range(n)),
        "bitmap_find_next_zero_area": _area,
        "find_next_bit": lambda b, size, start: _find(b, size, start, 1),
        "find_first_bit": lambda b, size: _find(b, size, 0, 1),
        "find_next_zero_bit": lambda b, size, start: _find(b, size, start, 0),
        "find_first_zero_bit": lambda b, size: _find(b, size, 0, 0),
        "find_last_bit": lambda b, size: next(
            (i for i in range(size - 1, -1, -1) if _test(i, b)), size
        ),
        "set_bit": lambda bit, b: _put(b, bit, 1, True),
        "clear_bit": lambda bit, b: _put(b, bit, 1, False),
        "test_bit": _test,
        "test_and_set_bit": lambda bit, b: _change(bit, b, True),
        "test_and_clear_bit": lambda bit, b: _change(bit, b, False),
    }  # fmt: skip
