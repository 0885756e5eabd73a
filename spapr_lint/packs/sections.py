"""The sections of a pack file: which keys they have, and how entries are made of them.

A table of keys per section, read by `Entry`; what a key's value must look like is checked
here, whether the spaces exist is checked where kinds are read.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from spapr_lint.kinds import Kind, Space
from spapr_lint.packs.data import Origin, When
from spapr_lint.packs.errors import Lines, PackError
from spapr_lint.packs.expressions import known_kind, nearest

Fields = dict[str, Any]
_COMMON = {"family": "text", "note": "text"}
# The keys of each section; a type in the plural also takes one item, "each" makes one entry a name.
SECTIONS: dict[str, dict[str, str]] = {
    "producer": {
        "call": "each",
        "method": "each",
        "slot": "each",
        "field": "each",
        "owner": "text",
        "parameter": "each",
        "name": "each",
        "constant": "each",
        "literal": "each literal",
        "property": "each",
        "cell": "number",
        "cells": "number",
        "out": "number",
        "item": "number",
        "element": "flag",
        "within": "each",
        "when": "when",
        "gives": "kind",
        **_COMMON,
    },
    "sink": {
        "call": "each",
        "method": "each",
        "slot": "each",
        "field": "each",
        "owner": "text",
        "argument": "place",
        "property": "each",
        "cell": "number",
        "cells": "number",
        "device_property": "each",
        "returns": "each",
        "subscript": "each",
        "parameter": "each",
        "item": "number",
        "deref": "flag",
        "within": "each",
        "when": "when",
        "wants": "kinds",
        "forbids": "kinds",
        "rule": "text",
        "title": "text",
        **_COMMON,
    },
    "conversion": {"from": "text", "to": "kind", **_COMMON},
    "through": {"call": "each", "argument": "number"},
    "property_call": {
        "call": "each",
        "object": "number",
        "name": "number",
        "value": "number",
        "either": "flag",
    },
    "dt_call": {"call": "each", "name": "number", "value": "number", "form": "text"},
    "table": {"field": "text", "size": "text", "index": "kind", **_COMMON},
    "guard": {"if": "text", "gives": "kinds by name", **_COMMON},
    "named": {"name": "each", "owner": "text", "gives": "kind", **_COMMON},
    "registration": {
        "call": "each",
        "handler": "number",
        "parameter": "number",
        "gives": "kind",
        "members_of": "number",
        "item": "number",
        "when": "when",
    },
    "type": {"name": "each", "struct": "text"},
    "property_declaration": {
        "call": "each",
        "name": "number",
        "owner": "number",
        "field": "number",
    },
    "code": {
        "code": "text",
        "got": "texts",
        "wanted": "texts",
        "sort": "text",
        "both_ways": "flag",
    },
    "rule": {
        "code": "text",
        "title": "text",
        "severity": "text",
        "message": "text",
        "why": "text",
        "fix": "text",
        "references": "texts",
        "example": "tables",
    },
}
SPACE_KEYS = {
    "title": "text",
    "dense": "flag",
    "reference": "text",
    "algebra": "text",
    "through_arithmetic": "flag",
    "inner_of": "texts",
    "subset_of": "texts",
    "same_as": "texts",
    "counted_by": "texts",
    "bits": "number",
    "aliases": "texts",
}
FAMILY_KEYS = {
    "includes": "texts",
    "declares": "texts",
    "excludes": "texts",
    "foreign": "flag",
}
EXAMPLE_KEYS = {
    "language": "text",
    "valid": "flag",
    "text": "text",
    "lines": "numbers",
    "codes": "texts",
    "fixed": "text",
}
TOP_KEYS = ("name", "title", "reference", "extend")


@dataclass(frozen=True, slots=True)
class Entry:
    """One table of a pack file, with what is needed to say where an error in it stands."""

    path: str
    lines: Lines
    header: int
    table: Mapping[str, Any]

    @property
    def origin(self) -> Origin:
        """Where the entry begins."""
        return Origin(self.path, self.header)

    def error(self, message: str, key: str | None = None) -> PackError:
        """An error at this entry, or at one key of it."""
        line = self.lines.key(self.header, key) if key else self.header
        return PackError(self.path, line, message)

    def checked(self, keys: Mapping[str, str], what: str) -> Fields:
        """The values of the table by key, each of the type that ``keys`` says."""
        found: Fields = {}
        for key, value in self.table.items():
            if key not in keys:
                raise self.error(f"unknown key {key!r} in {what}{nearest(key, list(keys))}", key)
            convert = _TYPES[keys[key]]
            try:
                found[key] = convert(value)
            except (TypeError, ValueError) as error:
                raise self.error(f"{key!r} in {what}: {error}", key) from error
        found.pop("note", None)
        return found

    def need(self, fields: Fields, *keys: str) -> None:
        """Raise an error if one of the keys has not been given."""
        for key in keys:
            if key not in fields:
                raise self.error(f"the key {key!r} is missing")


@dataclass(frozen=True, slots=True)
class Words:
    """The declared spaces, by which kinds are read."""

    spaces: Mapping[str, Space]
    aliases: Mapping[str, str]

    def kind(self, entry: Entry, key: str, text: str) -> Kind:
        """A kind of a declared space.  Raises `PackError` at the key."""
        try:
            return known_kind(text, self.spaces, self.aliases)
        except ValueError as error:
            raise entry.error(str(error), key) from error

    def kinds(self, entry: Entry, fields: Fields, key: str) -> tuple[Kind, ...]:
        """The kinds of a key that may be missing."""
        return tuple(self.kind(entry, key, text) for text in fields.get(key, ()))


def variants(fields: Fields, keys: Mapping[str, str]) -> Iterable[Fields]:
    """One set of fields per combination of the keys that list several names."""
    each = [key for key in fields if keys[key].startswith("each")]
    for values in itertools.product(*(fields[key] for key in each)):
        yield {**fields, **dict(zip(each, values, strict=True))}


def split_owner(text: str) -> tuple[str | None, str]:
    """``Owner.name`` in two; a name alone has no owner."""
    owner, dot, name = text.partition(".")
    return (owner, name) if dot else (None, owner)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a string that is not empty is wanted")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(_text(one) for one in value)
    return (_text(value),)


def _literals(value: object) -> tuple[str | int, ...]:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str | int) and not isinstance(one, bool) for one in values):
        raise ValueError("strings or integers are wanted")
    return tuple(values)


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("an integer from 0 is wanted")
    return value


def _numbers(value: object) -> tuple[int, ...]:
    return tuple(_number(one) for one in (value if isinstance(value, list) else [value]))


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false is wanted")
    return value


def _place(value: object) -> int | str:
    return _text(value) if isinstance(value, str) else _number(value)


def _when(value: object) -> When:
    if not isinstance(value, dict):
        raise ValueError("a table from argument to word is wanted")
    return tuple(
        (int(key) if key.isdigit() else key, tuple(str(one) for one in _literals(words)))
        for key, words in value.items()
    )


def _kinds_by_name(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict) or not value:
        raise ValueError("a table from variable to kind is wanted")
    return tuple((name, _text(text)) for name, text in value.items())


def _tables(value: object) -> list[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError("an array of tables is wanted")
    return value


_TYPES: dict[str, Callable[[object], Any]] = {
    "text": _text,
    "texts": _texts,
    "each": _texts,
    "each literal": _literals,
    "number": _number,
    "numbers": _numbers,
    "flag": _flag,
    "place": _place,
    "when": _when,
    "kind": _text,
    "kinds": _texts,
    "kinds by name": _kinds_by_name,
    "tables": _tables,
}
