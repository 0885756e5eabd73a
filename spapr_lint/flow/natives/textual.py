"""Objects that text goes through: ``re`` matches, templates, buffers."""

from __future__ import annotations

from typing import Any

from spapr_lint.flow import arithmetic, attributes, calls
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.natives.common import Call, given, make, make_dict
from spapr_lint.flow.natives.constructors import deep, formatted
from spapr_lint.flow.objects import ANY, Object
from spapr_lint.flow.values import NONE, NOTHING, UNKNOWN, Value, join, reference


def mixed(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """Text made of the arguments and what they hold."""
    parts = []
    for value in g.values():
        parts.append(value)
        for ref in value.refs:
            if isinstance(ref, Object):
                parts.extend(deep(m, ref, 3))
    return arithmetic.mixed(m, a, parts, site)


def carrier(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """An object of type ``data`` that holds what its arguments are made of."""
    made = m.allocate("holder", data, a.module.index, site)
    made.slots[ANY] = mixed(m, a, g, site, None)
    return reference(made)


def _held(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return join(mixed(m, a, g, site, None), ref.slots.get(ANY, UNKNOWN))


def _list(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return make(m, a, "list", [_held(m, a, g, site, ref)], site, False)


def _dict(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    made = make_dict(m, a, site)
    made.slots[ANY] = _held(m, a, g, site, ref)
    return reference(made)


def _match(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    found = carrier(m, a, g, site, "match")
    return join(found, Value(constants=(None,)))


def _matches(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return make(m, a, "list", [carrier(m, a, g, site, "match")], site, False)


def _write(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    old = ref.slots.get(ANY, NOTHING)
    m.journal.write(ref.slots, ANY, join(old, mixed(m, a, g, site, None)))
    return UNKNOWN


def open_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``open(path, mode)``: a path that is known is the same file wherever it is opened."""
    path, mode = g.get(0, "file"), g.get(1, "mode")
    if path is None or not path.exact() or not isinstance(path.constants[0], str):
        return reference(m.allocate("holder", "buffer", a.module.index, site))
    key = (f"file:{path.constants[0]}", "")
    file = m.symbols.get(key)
    if file is None:
        file = m.symbols[key] = Object("holder", "buffer", 0, (0, 0))
    if mode is not None and mode.exact() and str(mode.constants[0])[:1] == "w":
        m.journal.write(file.slots, ANY, None)
    return reference(file)


def print_(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``print(…, file=f)``: what is printed is written to the file."""
    from spapr_lint.flow.natives import stacks

    file = g.keywords.get("file") or stacks.output(m)
    if file is not None and file.refs:
        texts = [formatted(m, a, value, site) for value in g.positional]
        write = attributes.get(m, a, file, "write", site)
        calls.dispatch(m, a, write, Arguments([mixed(m, a, Arguments(texts), site, None)]), site)
    return NONE


METHODS: dict[str, dict[str, Call]] = {
    "match": {
        "group": _held,
        "groups": _list,
        "groupdict": _dict,
        "expand": _held,
        "__getitem__": _held,
    },
    "pattern": {
        "match": _match,
        "search": _match,
        "fullmatch": _match,
        "finditer": _matches,
        "findall": _list,
        "split": _list,
        "subn": _list,
    },
    "template": {"substitute": _held, "safe_substitute": _held},
    "buffer": {
        "write": _write,
        "writelines": _write,
        "read": _held,
        "readline": _held,
        "readlines": _list,
        "getvalue": _held,
    },
}


def matching(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``re.match(pattern, text)`` and its like: a match or None."""
    rest = Arguments(g.positional[1:], g.rest, g.keywords, g.others)
    return join(carrier(m, a, rest, site, "match"), Value(constants=(None,)))


def all_matching(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``re.finditer(pattern, text)``."""
    found = carrier(m, a, Arguments([given(g, 1, "string")]), site, "match")
    return make(m, a, "list", [found], site, False)


TABLE: dict[str, tuple[Call, Any]] = {
    **{f"re.{name}": (matching, None) for name in ("match", "search", "fullmatch")},
    "re.finditer": (all_matching, None),
    "re.compile": (carrier, "pattern"),
    "string.Template": (carrier, "template"),
    "io.StringIO": (carrier, "buffer"),
    "io.BytesIO": (carrier, "buffer"),
    **{
        f"tempfile.{name}": (carrier, "buffer")
        for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile")
    },
    **dict.fromkeys(("io.open", "codecs.open"), (open_, None)),
}
