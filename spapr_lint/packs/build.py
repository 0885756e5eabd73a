"""From checked keys to the frozen entries of a pack.

One function per section; each raises `PackError` with the line of the key that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from spapr_lint.kinds import Space
from spapr_lint.packs import expressions
from spapr_lint.packs.data import (
    Code,
    Conversion,
    DeviceType,
    DtCall,
    Family,
    Guard,
    Named,
    Producer,
    PropertyCall,
    PropertyDeclaration,
    Registration,
    Sink,
    Table,
    Through,
)
from spapr_lint.packs.expressions import nearest
from spapr_lint.packs.sections import (
    FAMILY_KEYS,
    SECTIONS,
    SPACE_KEYS,
    Entry,
    Fields,
    Words,
    split_owner,
    variants,
)

_PRODUCED_BY = (
    "call",
    "method",
    "slot",
    "field",
    "parameter",
    "name",
    "constant",
    "literal",
    "property",
)
_SUNK_BY = (
    "call",
    "method",
    "slot",
    "field",
    "property",
    "device_property",
    "returns",
    "subscript",
    "parameter",
)
_FORMS = ("cells", "scalar", "u64", "string", "rest")
_SORTS = ("space", "role", "*")


def space(entry: Entry, name: str, before: Space | None) -> tuple[Space, tuple[str, ...]]:
    """A space and its aliases; what a later pack does not say stays as it was."""
    fields = entry.checked(SPACE_KEYS, f"space {name!r}")
    aliases = fields.pop("aliases", ())
    if fields.get("algebra", "affine") not in ("affine", "label"):
        raise entry.error("algebra is 'affine' or 'label'", "algebra")
    if before is None:
        return Space(name, **fields), aliases
    return _replaced(before, fields), aliases


def _replaced(before: Space, fields: Fields) -> Space:
    known: dict[str, Any] = {key: getattr(before, key) for key in Space.__slots__}
    return Space(**{**known, **fields})


def family(entry: Entry, name: str) -> Family:
    """Which files belong to a machine family."""
    fields = entry.checked(FAMILY_KEYS, f"family {name!r}")
    return Family(name, origin=entry.origin, **fields)


def _recognised(entry: Entry, fields: Fields, ways: tuple[str, ...], what: str) -> None:
    given = [key for key in ways if key in fields]
    if "parameter" in given and given != ["parameter"]:
        given.remove("parameter")
    if len(given) != 1:
        said = " and ".join(given) or "none"
        raise entry.error(f"a {what} has one of {', '.join(ways)}; here: {said}")


def _owned(fields: Fields) -> None:
    """Split ``Owner.name`` in the keys that may be written so."""
    for key in ("field", "method", "slot", "device_property", "subscript"):
        if key in fields:
            owner, fields[key] = split_owner(fields[key])
            if owner is not None:
                fields["owner"] = owner
    if "parameter" in fields:
        function, colon, parameter = fields["parameter"].rpartition(":")
        fields["parameter"] = parameter
        if colon:
            fields["function"] = function


def producers(entry: Entry, words: Words) -> Iterator[Producer]:
    """A producer per name that the entry lists."""
    keys = SECTIONS["producer"]
    fields = entry.checked(keys, "a producer")
    entry.need(fields, "gives")
    _recognised(entry, fields, _PRODUCED_BY, "producer")
    for key in ("parameter",):
        if key in fields and "slot" not in fields and any(":" not in p for p in fields[key]):
            raise entry.error("a parameter is written 'function:name' or 'function:position'", key)
    fields["gives"] = words.kind(entry, "gives", fields["gives"])
    for one in variants(fields, keys):
        _owned(one)
        yield Producer(origin=entry.origin, **one)


def sinks(entry: Entry, words: Words) -> Iterator[Sink]:
    """A sink per name that the entry lists."""
    keys = SECTIONS["sink"]
    fields = entry.checked(keys, "a sink")
    _recognised(entry, fields, _SUNK_BY, "sink")
    if not ("wants" in fields or "forbids" in fields):
        raise entry.error("a sink wants kinds or forbids some")
    if "argument" not in fields and any(key in fields for key in ("call", "method", "slot")):
        raise entry.error("the key 'argument' is missing")
    for key in ("wants", "forbids"):
        fields[key] = words.kinds(entry, fields, key)
    for one in variants(fields, keys):
        _owned(one)
        yield Sink(origin=entry.origin, **one)


def conversions(entry: Entry, words: Words) -> Iterator[Conversion]:
    """A conversion of an expression or by a call."""
    fields = entry.checked(SECTIONS["conversion"], "a conversion")
    entry.need(fields, "from", "to")
    text = fields.pop("from")
    try:
        pattern, call, arguments = expressions.conversion(text, words.spaces, words.aliases)
    except ValueError as error:
        raise entry.error(str(error), "from") from error
    to = words.kind(entry, "to", fields.pop("to"))
    yield Conversion(pattern, to, text, call, arguments, origin=entry.origin, **fields)


def throughs(entry: Entry, _words: Words) -> Iterator[Through]:
    """Calls that hand their argument on."""
    keys = SECTIONS["through"]
    fields = entry.checked(keys, "a through")
    entry.need(fields, "call")
    for one in variants(fields, keys):
        yield Through(origin=entry.origin, **one)


def property_calls(entry: Entry, _words: Words) -> Iterator[PropertyCall]:
    """Calls that set a device's property by string."""
    keys = SECTIONS["property_call"]
    fields = entry.checked(keys, "a property_call")
    entry.need(fields, "call")
    for one in variants(fields, keys):
        yield PropertyCall(origin=entry.origin, **one)


def dt_calls(entry: Entry, _words: Words) -> Iterator[DtCall]:
    """Calls that write a device-tree property."""
    keys = SECTIONS["dt_call"]
    fields = entry.checked(keys, "a dt_call")
    entry.need(fields, "call", "name", "value", "form")
    if fields["form"] not in _FORMS:
        near = nearest(fields["form"], _FORMS)
        raise entry.error(f"unknown form {fields['form']!r}{near}", "form")
    for one in variants(fields, keys):
        yield DtCall(origin=entry.origin, **one)


def tables(entry: Entry, words: Words) -> Iterator[Table]:
    """An array with its size and what indexes it."""
    fields = entry.checked(SECTIONS["table"], "a table")
    entry.need(fields, "field", "index")
    fields["index"] = words.kind(entry, "index", fields["index"])
    _owned(fields)
    if "size" in fields:
        fields["size"] = split_owner(fields["size"])[1]
    yield Table(origin=entry.origin, **fields)


def guards(entry: Entry, words: Words) -> Iterator[Guard]:
    """A test after which variables are of a kind."""
    fields = entry.checked(SECTIONS["guard"], "a guard")
    entry.need(fields, "if", "gives")
    test = fields.pop("if")
    try:
        tree = expressions.guard(test)
    except ValueError as error:
        raise entry.error(str(error), "if") from error
    gives = tuple((name, words.kind(entry, "gives", text)) for name, text in fields.pop("gives"))
    for name, _ in gives:
        if f"${name}" not in test:
            raise entry.error(f"the test has no variable ${name}", "gives")
    yield Guard(test, gives, tree, origin=entry.origin, **fields)


def named(entry: Entry, words: Words) -> Iterator[Named]:
    """What identifiers alone say."""
    keys = SECTIONS["named"]
    fields = entry.checked(keys, "a named")
    entry.need(fields, "name", "gives")
    fields["gives"] = words.kind(entry, "gives", fields["gives"])
    for one in variants(fields, keys):
        yield Named(origin=entry.origin, **one)


def registrations(entry: Entry, words: Words) -> Iterator[Registration]:
    """Calls that register a handler."""
    keys = SECTIONS["registration"]
    fields = entry.checked(keys, "a registration")
    entry.need(fields, "call", "handler", "parameter")
    if ("gives" in fields) == ("members_of" in fields):
        raise entry.error("a registration has one of gives and members_of")
    if "gives" in fields:
        fields["gives"] = words.kind(entry, "gives", fields["gives"])
    for one in variants(fields, keys):
        yield Registration(origin=entry.origin, **one)


def types(entry: Entry, _words: Words) -> Iterator[DeviceType]:
    """Names of device types."""
    keys = SECTIONS["type"]
    fields = entry.checked(keys, "a type")
    entry.need(fields, "name", "struct")
    for one in variants(fields, keys):
        yield DeviceType(origin=entry.origin, **one)


def property_declarations(entry: Entry, _words: Words) -> Iterator[PropertyDeclaration]:
    """Calls that declare device properties."""
    keys = SECTIONS["property_declaration"]
    fields = entry.checked(keys, "a property_declaration")
    entry.need(fields, "call", "name", "owner", "field")
    for one in variants(fields, keys):
        yield PropertyDeclaration(origin=entry.origin, **one)


def codes(entry: Entry, words: Words) -> Iterator[Code]:
    """A row of the table from kinds to codes."""
    fields = entry.checked(SECTIONS["code"], "a code")
    entry.need(fields, "code", "got", "wanted")
    if fields.get("sort", "*") not in _SORTS:
        near = nearest(fields["sort"], _SORTS)
        raise entry.error(f"unknown sort {fields['sort']!r}{near}", "sort")
    for key in ("got", "wanted"):
        for text in fields[key]:
            name, _, role = text.partition(".")
            if name != "*" and name not in words.spaces:
                near = nearest(name, list(words.spaces))
                raise entry.error(f"unknown space {name!r} in {text!r}{near}", key)
            if role and name != "*":
                words.kind(entry, key, text)
    yield Code(origin=entry.origin, **fields)


BUILDERS: dict[str, Callable[[Entry, Words], Iterator[Any]]] = {
    "producer": producers,
    "sink": sinks,
    "conversion": conversions,
    "through": throughs,
    "property_call": property_calls,
    "dt_call": dt_calls,
    "table": tables,
    "guard": guards,
    "named": named,
    "registration": registrations,
    "type": types,
    "property_declaration": property_declarations,
    "code": codes,
}
