"""What a pack says, as frozen data.

One class per section of the TOML files; the fields have the names of the keys there.
Positions count from 0; a field that does not apply is None or empty.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from spapr_lint.kinds import Algebra, Kind, Pattern, Space
from spapr_lint.packs.expressions import known_kind

_WILD = frozenset("*?[")

When = tuple[tuple[int | str, tuple[str, ...]], ...]


class Origin(NamedTuple):
    """Where in the packs a declaration stands; ``line`` counts from 1."""

    path: str
    line: int


NOWHERE = Origin("", 0)


@dataclass(frozen=True, slots=True)
class Producer:
    """What gives a kind.  Exactly one of the first fields says by what it is recognised.

    ``call``: the result of a function (its last name, or a dotted one), of a ``method`` (with
    ``owner`` its class), of a class ``slot`` (with ``owner``); with ``out`` not the result but
    what the argument of that position points to; with ``parameter`` not the result but that
    parameter inside the function (a position as text, or a name; ``*`` as function is any).
    ``field`` with ``owner``: reading that field; the owner is the object's type, without
    one any object's field of that name is meant.
    ``name``: any variable of that name.  ``constant``: a macro or a global, never a local.
    ``literal``: a literal.  ``property``: reading a device-tree property.
    ``item`` narrows to one constant index of what was recognised
    (``args[1]``), ``element`` to any element.  ``within`` holds it to the body of one function,
    ``when`` to calls with certain other arguments.
    """

    gives: Kind
    call: str | None = None
    method: str | None = None
    slot: str | None = None
    field: str | None = None
    owner: str | None = None
    function: str | None = None
    parameter: str | None = None
    name: str | None = None
    constant: str | None = None
    literal: str | int | None = None
    property: str | None = None
    cell: int | None = None
    cells: int = 0
    out: int | None = None
    item: int | None = None
    element: bool = False
    within: str | None = None
    when: When = ()
    family: str | None = None
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Sink:
    """What wants a kind, or forbids some.

    ``argument`` (position, or a keyword's name) belongs to ``call``, ``method`` and ``slot``;
    ``deref`` means what it points to.  ``field`` with ``owner``: storing there.  ``property`` with
    ``cell`` and ``cells`` (cells repeat with that period, 0 for no repetition; ``cell`` None for
    every cell): a device-tree property.  ``device_property`` with ``owner``: setting that
    property.  ``returns``: the result of that function, or of what fills that ``slot``.
    ``subscript``: the index of the table with that name or field.  ``parameter`` with
    ``function`` and ``item``: what the function stores in that element of its parameter.
    ``rule`` replaces the code of a space mismatch.
    """

    wants: tuple[Kind, ...] = ()
    forbids: tuple[Kind, ...] = ()
    call: str | None = None
    method: str | None = None
    slot: str | None = None
    field: str | None = None
    owner: str | None = None
    argument: int | str | None = None
    property: str | None = None
    cell: int | None = None
    cells: int = 0
    device_property: str | None = None
    returns: str | None = None
    subscript: str | None = None
    function: str | None = None
    parameter: str | None = None
    item: int | None = None
    deref: bool = False
    within: str | None = None
    when: When = ()
    rule: str | None = None
    title: str = ""
    family: str | None = None
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Conversion:
    """A declared way between kinds: an expression, or with ``call`` a function's result.

    ``text`` is the expression as it was written.  For a call, ``arguments`` holds a pattern per
    argument (a name is a wildcard).
    """

    frm: Pattern
    to: Kind
    text: str
    call: str | None = None
    arguments: tuple[Pattern, ...] = ()
    family: str | None = None
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Through:
    """A call whose result is its ``argument``, for what kinds are concerned."""

    call: str
    argument: int = 0
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class PropertyCall:
    """What sets a device's property by string.

    Positions of the device, the name and the value.  ``either`` says that name and value come in
    either order (it changed over the years): the name is the one that is a string.
    """

    call: str
    object: int = 0
    name: int = 1
    value: int = 2
    either: bool = False
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class DtCall:
    """What writes a device-tree property.

    ``form`` is ``cells`` (value points to an array of 32-bit cells), ``scalar`` (one cell),
    ``u64``, ``string`` or ``rest`` (value and all later arguments are cells).
    """

    call: str
    name: int
    value: int
    form: str
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Table:
    """An array: the field (with ``owner``) or variable, the field that is its size, its index."""

    field: str
    index: Kind
    owner: str | None = None
    size: str | None = None
    family: str | None = None
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Guard:
    """A test that blesses: where ``test`` holds, its variables are of the kinds in ``gives``.

    ``tree`` is the test as nested tuples: ``("compare", operator, left, right)``,
    ``("call", name, arguments)`` (the name dotted, ``$x.method`` for a method of a variable),
    ``("not", tree)`` over ``("variable", name)``,
    ``("word", name)`` and ``("literal", value)``; ``_`` is a variable that matches anything.
    """

    test: str
    gives: tuple[tuple[str, Kind], ...]
    tree: tuple[object, ...] = ()
    family: str | None = None
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Registration:
    """A call that hands a function to be called later.

    The function is the argument ``handler``; when it is called, its ``parameter`` is of kind
    ``gives``, or one of what the argument ``members_of`` counts (with ``range`` over it).
    """

    call: str
    handler: int
    parameter: int
    gives: Kind | None = None
    members_of: int | None = None
    item: int | None = None
    when: When = ()
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class PropertyDeclaration:
    """A call that declares a device property: which arguments name it, its type and its field.

    ``call`` may end in ``*``.
    """

    call: str
    name: int
    owner: int
    field: int
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class DeviceType:
    """A device type's name or macro, and the struct that holds such a device.

    Where both end in ``*``, the struct is what the cast macro of the same name casts to.
    """

    name: str
    struct: str
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Named:
    """What only an identifier says: evidence ``named``, off unless asked for."""

    name: str
    gives: Kind
    owner: str | None = None
    family: str | None = None
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Family:
    """Which files speak of one machine family: by includes or identifiers, ``*`` allowed.

    A file with one of the identifiers in ``excludes`` does not belong to it.  One that belongs
    to ``foreign`` families alone is none of the pack's: what has no family is not about it.
    """

    name: str
    includes: tuple[str, ...] = ()
    declares: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    foreign: bool = False
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Code:
    """One row of the table from (got, wanted) to a code; the first row that matches counts.

    Entries are ``space``, ``space.role``, ``*.role`` or ``*``; ``sort`` is ``space``, ``role``
    or ``*``.
    """

    code: str
    got: tuple[str, ...]
    wanted: tuple[str, ...]
    sort: str = "*"
    both_ways: bool = False
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of code that a rule must find something in, or nothing.

    ``lines`` and ``codes`` go together: finding ``codes[i]`` at ``lines[i]`` of ``text``,
    counted from 1; both are empty for a valid one.  ``fixed`` is the text after the repair.
    """

    language: str
    valid: bool
    text: str
    lines: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    fixed: str | None = None
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Rule:
    """A code and everything that a person needs to act on it."""

    code: str
    title: str
    severity: str = "error"
    message: str = ""
    why: str = ""
    fix: str = ""
    references: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Pack:
    """All that the loaded packs say together, checked."""

    spaces: Mapping[str, Space]
    producers: tuple[Producer, ...]
    sinks: tuple[Sink, ...]
    conversions: tuple[Conversion, ...]
    throughs: tuple[Through, ...]
    property_calls: tuple[PropertyCall, ...]
    dt_calls: tuple[DtCall, ...]
    tables: tuple[Table, ...]
    guards: tuple[Guard, ...]
    named: tuple[Named, ...]
    registrations: tuple[Registration, ...]
    types: tuple[DeviceType, ...]
    property_declarations: tuple[PropertyDeclaration, ...]
    families: tuple[Family, ...]
    codes: tuple[Code, ...]
    rules: Mapping[str, Rule]
    algebra: Algebra
    words: frozenset[str]
    sink_words: frozenset[str]
    aliases: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""

    def code(self, got: Kind, wanted: Kind, sort: str) -> str:
        """The code of a mismatch; ``sort`` as `Algebra.judge` says it.

        SPL109 where the table has no row for it.
        """
        for row in self.codes:
            if row.sort not in ("*", sort):
                continue
            if _one_of(got, row.got) and _one_of(wanted, row.wanted):
                return row.code
            if row.both_ways and _one_of(wanted, row.got) and _one_of(got, row.wanted):
                return row.code
        return "SPL109"

    def families_of(self, includes: Collection[str], words: Collection[str]) -> frozenset[str]:
        """The families of a file with such include lines and identifiers."""
        found = [
            family
            for family in self.families
            if (_some(includes, family.includes) or _some(words, family.declares))
            and not _some(words, family.excludes)
        ]
        ours = [family for family in found if not family.foreign]
        return frozenset(family.name for family in ours or found)

    def is_foreign(self, families: Collection[str]) -> bool:
        """Whether a file of these families is none that the pack is about."""
        return any(family.foreign for family in self.families if family.name in families)

    def kind(self, text: str) -> Kind:
        """Read ``space.role``, an alias resolved.  Raises `ValueError` with the nearest name."""
        return known_kind(text, self.spaces, self.aliases)


def _some(words: Collection[str], patterns: tuple[str, ...]) -> bool:
    if not patterns or not words:
        return False
    plain, wild = _matchers(patterns)
    if any(pattern in words for pattern in plain):
        return True
    return wild is not None and any(map(wild.match, words))


@cache
def _matchers(patterns: tuple[str, ...]) -> tuple[tuple[str, ...], re.Pattern[str] | None]:
    """The patterns that are plain words, and one for all the others."""
    plain = tuple([pattern for pattern in patterns if _WILD.isdisjoint(pattern)])
    wild = [fnmatch.translate(pattern) for pattern in patterns if pattern not in plain]
    return plain, re.compile("|".join(wild)) if wild else None


def _one_of(kind: Kind, entries: tuple[str, ...]) -> bool:
    names = ("*", kind.space, f"*.{kind.role}", str(kind))
    return any(entry in names for entry in entries)
