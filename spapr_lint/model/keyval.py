"""QEMU's two readers of ``key=value,...``, and how it reads numbers.

Up to 6.0 an option was a list of pairs with a value for each bare word (util/qemu-option.c); since
6.1 it is a tree in a hash table, whose order decides which error comes first (util/keyval.c).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from spapr_lint.model.errors import Refused

Tree = dict[str, "str | Tree"]

_NAME = re.compile(r"(__[a-z0-9.-]+_)?[A-Za-z][A-Za-z0-9_-]*")
_NUMBER = re.compile(r"\s*([+-]?)(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))")
_BUCKETS = 512
U64 = (1 << 64) - 1


def split(text: str) -> list[str]:
    """The parts between commas; ``,,`` in a value is a comma."""
    parts, part, index = [], "", 0
    while index < len(text):
        if text[index] != ",":
            part += text[index]
        elif text[index + 1 : index + 2] == "," and "=" in part:
            part += ","
            index += 1
        else:
            parts.append(part)
            part = ""
        index += 1
    return [*parts, part] if part or not text else parts


def opts_parse(text: str, implied: str) -> list[tuple[str, str]]:
    """The pairs of an option up to 6.0; a bare word after the first switches something on."""
    pairs = []
    for index, part in enumerate(split(text)):
        key, equals, value = part.partition("=")
        if not equals:
            key, value = (implied, key) if index == 0 else (key, "on")
            if index and key.startswith("no"):
                key, value = key.removeprefix("no"), "off"
        pairs.append((key, value))
    return pairs


def keyval_parse(text: str, implied: str) -> Tree:
    """The tree of an option since 6.1; `Refused` for what is no key or has no value."""
    tree: Tree = {}
    for index, part in enumerate(split(text)):
        key, equals, value = part.partition("=")
        if not equals and index == 0 and key:
            key, equals, value = implied, "=", key
        fragments = key.split(".")
        if not all(
            _NAME.fullmatch(one) or (nr and one.isdigit()) for nr, one in enumerate(fragments)
        ):
            raise Refused(f"Invalid parameter '{key}'")
        if not equals:
            raise Refused(f"Expected '=' after parameter '{key}'")
        _put(tree, fragments, value)
    return tree


def _put(tree: Tree, fragments: list[str], value: str) -> None:
    """Store one leaf; a name may not be a leaf and an inner node too."""
    here = tree
    for depth, fragment in enumerate(fragments[:-1]):
        below = here.setdefault(fragment, {})
        if isinstance(below, str):
            raise Refused(f"Parameters '{'.'.join(fragments[: depth + 1])}.*' used inconsistently")
        here = below
    if isinstance(here.get(fragments[-1], ""), dict):
        raise Refused(f"Parameters '{'.'.join(fragments)}.*' used inconsistently")
    here[fragments[-1]] = value


def merge(tree: Tree, more: Tree) -> None:
    """Add a second option of the same name: its leaves win (keyval_merge)."""
    for key, value in more.items():
        old = tree.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merge(old, value)
        elif key in tree and isinstance(old, dict) != isinstance(value, dict):
            raise Refused(f"Parameter '{key}' used inconsistently")
        else:
            tree[key] = value


def _bucket(name: str) -> int:
    """Where a QDict keeps a key (qobject/qdict.c)."""
    value = 0x238F13AF * len(name)
    for index, byte in enumerate(name.encode()):
        value += byte << (index * 5 % 24)
    return ((1103515243 * value + 12345) & 0xFFFFFFFF) % _BUCKETS


def qdict_order(keys: Iterable[str]) -> list[str]:
    """Keys in the order in which QEMU walks over a QDict that got them in that order."""
    newest_first = list(keys)[::-1]
    return sorted(newest_first, key=_bucket)


def strtou64(text: str) -> int | None:
    """qemu_strtou64() of the whole text: decimal, 0x or octal; a negative number wraps."""
    value = _integer(text)
    return value & U64 if value is not None and abs(value) <= U64 else None


def strtoi64(text: str) -> int | None:
    """qemu_strtoi64() of the whole text; None where it fails."""
    value = _integer(text)
    return value if value is not None and -(1 << 63) <= value < 1 << 63 else None


def _integer(text: str) -> int | None:
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    sign, hexadecimal, octal, decimal = match.groups()
    value = int(hexadecimal or octal or decimal, 16 if hexadecimal else 8 if octal else 10)
    return -value if sign == "-" else value
