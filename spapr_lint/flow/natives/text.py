"""Methods of strings, bytes and numbers: computed when all is known, else what labels survive.

Only methods whose result is no larger than their arguments allow are computed;
what could be made huge by a number (``ljust``, ``%9999d``) is bounded first.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from typing import Any

from spapr_lint.flow import arithmetic, attributes, containers, iterables
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.natives.common import make
from spapr_lint.flow.natives.constructors import converted, deep, formatted
from spapr_lint.flow.objects import Native, Object
from spapr_lint.flow.values import BOOLEAN, UNKNOWN, Value, constant, join_all, reference

_LONGEST = 4096
_WIDE = re.compile(r"\d{4,}|\*")
_QUESTIONS = frozenset(
    [
        "startswith",
        "endswith",
        "isdigit",
        "isalpha",
        "isalnum",
        "isascii",
        "isdecimal",
        "isidentifier",
        "islower",
        "isnumeric",
        "isprintable",
        "isspace",
        "istitle",
        "isupper",
        "is_integer",
    ]
)
_NUMBERS = frozenset(
    ["find", "rfind", "index", "rindex", "count", "bit_length", "bit_count", "__len__", "__hash__"]
)
_LISTS = frozenset(["split", "rsplit", "splitlines"])
_TUPLES = frozenset(["partition", "rpartition", "as_integer_ratio"])
_TEXTS = frozenset(
    [
        "strip",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
        "title",
        "capitalize",
        "casefold",
        "swapcase",
        "replace",
        "join",
        "format",
        "format_map",
        "encode",
        "decode",
        "zfill",
        "ljust",
        "rjust",
        "center",
        "expandtabs",
        "translate",
        "removeprefix",
        "removesuffix",
        "hex",
        "to_bytes",
        "tobytes",
        "conjugate",
        "__add__",
        "__mul__",
        "__mod__",
        "__radd__",
        "__getitem__",
        "__str__",
        "__format__",
        "__repr__",
    ]
)
_MUTATORS = frozenset(["maketrans", "fromhex", "from_bytes"])
KNOWN = _QUESTIONS | _NUMBERS | _LISTS | _TUPLES | _TEXTS | _MUTATORS
COPIES = frozenset(["__str__", "conjugate"])


def constant_method(m: Machine, a: Activation, owner: Value, item: Any, name: str) -> Value:
    """A method of one constant; a property of a number at once."""
    plain = getattr(item, name, None)
    if isinstance(plain, (int, float)) and not callable(plain):
        return constant(plain).with_facts(owner.facts if name in ("real", "numerator") else ())
    return reference(Native(f"{type(item).__name__}.{name}", _call, _Method(owner, item, name)))


def open_method(m: Machine, a: Activation, owner: Value, name: str) -> Value | None:
    """A method of something unknown that is taken to be text because of its name."""
    if name not in KNOWN:
        return None
    return reference(Native(f"str.{name}", _call, _Method(owner, None, name)))


class _Method:
    """A method with the text that it belongs to."""

    __slots__ = ("item", "name", "owner")

    def __init__(self, owner: Value, item: Any, name: str) -> None:
        self.owner = owner
        self.item = item
        self.name = name

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Method)
            and (self.item.__class__, self.item, self.name)
            == (other.item.__class__, other.item, other.name)
            and self.owner.key() == other.owner.key()
        )

    def __hash__(self) -> int:
        return hash(self.name)


def _call(m: Machine, a: Activation, g: Arguments, site: int, data: _Method) -> Value:
    name = data.name
    shown = None
    if isinstance(data.item, str):
        if name == "format":
            shown = _shown(m, a, data.item, g, site)
        g = _used(m, data.item, name, g)
    parts = [data.owner, *(_contents(m, a, g, site) if shown is None else shown)]
    facts = arithmetic.mixed(m, a, parts, site).facts
    if name in COPIES:
        facts = data.owner.facts
    known = None if data.item is None else _computed(m, a, data.item, name, g, site)
    if known is not None:
        return _lifted(m, a, known[0], facts, site)
    if name in _QUESTIONS:
        return BOOLEAN
    if name in _NUMBERS:
        return UNKNOWN
    piece = Value(facts, open=True)
    if name in _LISTS:
        return make(m, a, "list", [piece], site, False)
    if name in _TUPLES:
        count = 3 if "partition" in name else 2
        return make(m, a, "tuple", [piece] * count, site)
    return piece


def _used(m: Machine, item: str, name: str, g: Arguments) -> Arguments:
    """The arguments without those of which a method of a known text makes nothing."""
    if name == "replace" and len(g.positional) > 1 and g.positional[0].exact():
        found = g.positional[0].constants[0]
        if isinstance(found, str) and found not in item:
            return Arguments([])
    if name not in ("format", "format_map") or g.rest is not None or g.others is not None:
        return g
    wanted = _fields(item)
    if wanted is None:
        return g
    if name == "format":
        positional = [value if str(i) in wanted else EMPTY for i, value in enumerate(g.positional)]
        return Arguments(positional, None, {k: v for k, v in g.keywords.items() if k in wanted})
    return Arguments([], None, keyed(m, g.positional[0], wanted)) if g.positional else g


EMPTY = constant("")
_PARTS = re.compile(r"\.([^.\[]+)|\[([^\]]+)\]")  # of a field: attributes and items


def _shown(m: Machine, a: Activation, item: str, g: Arguments, site: int) -> list[Value] | None:
    """What the fields of a format string show of its arguments; None if that is not plain."""
    if g.rest is not None or g.others is not None:
        return None
    found: list[Value] = []
    count = 0
    try:
        for _, field, inner, conversion in string.Formatter().parse(item):
            if field is None:
                continue
            if inner and "{" in inner:
                return None
            first = re.split(r"[.\[]", field)[0]
            if first == "":
                value, count = g.get(count), count + 1
            else:
                value = g.get(int(first)) if first.isdigit() else g.keywords.get(first)
            for attribute, key in _PARTS.findall(field):
                if value is None:
                    break
                if attribute:
                    value = attributes.get(m, a, value, attribute, site)
                else:
                    held = constant(int(key) if key.isdigit() else key)
                    value = containers.get_item(m, a, value, held, site)
            if value is not None:
                found.append(converted(m, a, value, conversion or "", site))
    except ValueError:
        return None
    return found


def keyed(m: Machine, mapping: Value, wanted: set[str]) -> dict[str, Value]:
    """What a mapping holds for these keys."""
    found: dict[str, Value] = {}
    for key, value in containers.pairs(m, mapping):
        name = key.constants[0] if key.exact() else None
        if name is None or name in wanted:
            found[str(len(found))] = value
    return found


def _fields(item: str) -> set[str] | None:
    """The arguments that a format string uses, by number or name; None if that is not plain."""
    found: set[str] = set()
    try:
        for _, field, inner, _ in string.Formatter().parse(item):
            if field is None:
                continue
            if inner and "{" in inner:
                return None
            found.add(re.split(r"[.\[]", field)[0] or str(len(found)))
    except ValueError:
        return None
    return found


def _contents(m: Machine, a: Activation, g: Arguments, site: int) -> list[Value]:
    """The arguments, and what containers among them hold."""
    found = []
    for value in g.values():
        found.append(value)
        for ref in value.refs:
            if isinstance(ref, Object) and ref.shape in containers.SHAPES:
                found.extend(deep(m, ref, 2))
            elif isinstance(ref, Object) and ref.shape in ("iterator", "generator"):
                found.extend(iterables.iterate(m, a, reference(ref), site)[0])
    return found


def _lifted(m: Machine, a: Activation, result: Any, facts: Any, site: int) -> Value:
    """What a method of Python's own returned, as a value."""
    if isinstance(result, (list, tuple)):
        items = [_lifted(m, a, item, facts, site) for item in result]
        return make(m, a, "list" if isinstance(result, list) else "tuple", items, site)
    value = constant(result)
    return value.with_facts(facts) if facts and isinstance(result, (str, bytes, int)) else value


def _computed(
    m: Machine, a: Activation, item: Any, name: str, g: Arguments, site: int
) -> tuple[Any] | None:
    """The result if it can be computed and is of bounded size."""
    if name not in KNOWN or g.rest is not None or g.others is not None:
        return None
    plain = [_plain(m, a, value, site) for value in g.positional]
    named = {key: _plain(m, a, value, site) for key, value in g.keywords.items()}
    if None in plain or None in named.values():
        return None
    values = [part[0] for part in plain if part is not None]
    options = {key: part[0] for key, part in named.items() if part is not None}
    if not _bounded(item, name, values + list(options.values())):
        return None
    function: Callable[..., Any] | None = getattr(item, name, None)
    if function is None:  # a method of another type of text
        return None
    try:
        result = function(*values, **options)
    except Exception:  # the program's own error: no value
        return None
    if result is NotImplemented:
        return None
    if isinstance(result, (str, bytes, list, tuple)) and len(result) > _LONGEST:
        return None
    return (result,)


def _plain(m: Machine, a: Activation, value: Value, site: int) -> tuple[Any] | None:
    if value.exact():
        return (value.constants[0],)
    if len(value.refs) != 1 or value.open or value.constants:
        return None
    ref = value.refs[0]
    if not isinstance(ref, Object) or ref.shape not in ("list", "tuple"):
        return None
    items, exact = containers.known_items(ref)
    if not exact or not all(item.exact() for item in items):
        return None
    parts = [item.constants[0] for item in items]
    return (tuple(parts) if ref.shape == "tuple" else parts,)


def _bounded(item: Any, name: str, values: list[Any]) -> bool:
    """Whether the result cannot be huge."""
    for value in values:
        if isinstance(value, int) and abs(value) > _LONGEST and name != "__mod__":
            return False
        if isinstance(value, (str, bytes)) and len(value) > _LONGEST:
            return False
    if name in ("format", "format_map", "__mod__", "__format__"):
        texts = [item, *values]
        return not any(isinstance(each, str) and _WIDE.search(each) for each in texts)
    if name in ("__mul__", "expandtabs"):
        return False
    if name == "replace" and len(item) * max(1, len(str(values[1:2]))) > 64 * _LONGEST:
        return False
    return not isinstance(item, (str, bytes)) or len(item) <= 16 * _LONGEST


_PERCENT = re.compile(r"%(?:\(\w*\))?[#0\- +]*[*\d]*(?:\.[*\d]*)?[hlL]?([a-zA-Z%])")


def percent(m: Machine, a: Activation, left: Value, right: Value, site: int) -> list[Value]:
    """What ``left % right`` shows of the values on the right."""
    whole = left.constants[0] if left.exact() else None
    how = _PERCENT.findall(whole) if isinstance(whole, str) else []
    ways = [each for each in how if each != "%"]
    held = []
    for ref in right.refs:
        if isinstance(ref, Object) and ref.shape == "tuple":
            items, exact = containers.known_items(ref)
            same = exact and len(items) == len(ways)
            for place, item in enumerate(items):
                held.append(converted(m, a, item, ways[place] if same else "", site))
        elif isinstance(ref, Object) and ref.shape in containers.SHAPES:
            held.append(formatted(m, a, right, site))
            held += [formatted(m, a, part, site) for part in list(ref.slots.values())]
        else:
            held.append(converted(m, a, right, ways[0] if len(ways) == 1 else "", site))
    return held if right.refs else [right]


def static(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``str.upper(x)``: a method called through its type; ``data`` is its name."""
    if not g.positional:
        return UNKNOWN
    owner, rest = g.positional[0], Arguments(g.positional[1:], g.rest, g.keywords, g.others)
    results = [_call(m, a, rest, site, _Method(owner, item, data)) for item in owner.constants]
    if owner.open or not results:
        results.append(_call(m, a, rest, site, _Method(owner, None, data)))
    return join_all(results)
