"""Packed and encoded data: ``struct``, ``json`` files, ``re.sub``, paths, memory views.

What labels the parts carry, the whole carries; nothing is computed byte by byte.
"""

from __future__ import annotations

from typing import Any

from spapr_lint.flow import attributes, calls, containers
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine, touch
from spapr_lint.flow.natives.common import Call, given, make
from spapr_lint.flow.natives.textual import METHODS as TEXTUAL
from spapr_lint.flow.natives.textual import carrier, mixed
from spapr_lint.flow.objects import ANY, Object
from spapr_lint.flow.values import BOOLEAN, NONE, UNKNOWN, Value, join, reference


def substitute(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``re.sub(pattern, new, text)``: of the text and of what is put in, called if it can be."""
    return _substituted(m, a, given(g, 1, "repl"), given(g, 2, "string"), site)


def substitute_by(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    """``pattern.sub(new, text)``."""
    return _substituted(m, a, given(g, 0, "repl"), given(g, 1, "string"), site)


def _substituted(m: Machine, a: Activation, new: Value, whole: Value, site: int) -> Value:
    if any(not isinstance(ref, Object) or ref.shape != "opaque" for ref in new.refs):
        match = carrier(m, a, Arguments([whole]), site, "match")
        new = join(new, calls.dispatch(m, a, new, Arguments([match]), site))
    return mixed(m, a, Arguments([new, whole]), site, None)


def unpack(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``struct.unpack(format, data)`` and its like: a row of any length."""
    return make(m, a, "list", [mixed(m, a, g, site, None)], site, False)


def iter_unpack(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``struct.iter_unpack(format, data)``: rows."""
    return make(m, a, "list", [unpack(m, a, g, site, None)], site, False)


def pack_into(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``struct.pack_into(format, buffer, offset, *values)``; ``data`` is the buffer's place."""
    place = data if isinstance(data, int) else 0
    whole = mixed(m, a, Arguments(g.positional[place + 2 :], g.rest), site, None)
    for ref in given(g, place).refs:
        if isinstance(ref, Object) and ref.shape == "list":
            touch(a, ref)
            containers.blur(m, ref)
            containers.append(m, ref, whole)
    return NONE


def dump(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``json.dump(data, file)``: what was made of the data is written to the file."""
    text = mixed(m, a, Arguments([given(g, 0, "obj")]), site, None)
    write = attributes.get(m, a, given(g, 1, "fp"), "write", site)
    calls.dispatch(m, a, write, Arguments([text]), site)
    return NONE


def read_rows(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``csv.reader(file)``: rows of what the lines are made of."""
    return make(m, a, "list", [unpack(m, a, g, site, None)], site, False)


def writer(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``csv.writer(file)``: an object that writes rows to a file."""
    made = m.allocate("holder", "rows", a.module.index, site)
    made.slots["<file>"] = given(g, 0)
    return reference(made)


def _write_row(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    write = attributes.get(m, a, ref.slots.get("<file>", UNKNOWN), "write", site)
    calls.dispatch(m, a, write, Arguments([mixed(m, a, g, site, None)]), site)
    return UNKNOWN


def view(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``memoryview(x)``: a buffer that can be changed is seen as itself."""
    return given(g, 0)


def question(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """A predicate of which only the answer's type is known."""
    return BOOLEAN


def number(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """A number or other fact about something, which is nothing made of it."""
    return UNKNOWN


def _part(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return join(mixed(m, a, g, site, None), ref.slots.get(ANY, UNKNOWN))


def _path(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    made = m.allocate("holder", "path", a.module.index, site)
    made.slots[ANY] = _part(m, a, g, site, ref)
    return reference(made)


def _row(m: Machine, a: Activation, g: Arguments, site: int, ref: Object) -> Value:
    return make(m, a, "list", [_part(m, a, g, site, ref)], site, False)


_PATHS = (
    "joinpath",
    "with_name",
    "with_suffix",
    "with_stem",
    "resolve",
    "absolute",
    "expanduser",
    "relative_to",
    "__truediv__",
    "__rtruediv__",
    "parent",
)
METHODS: dict[str, dict[str, Call]] = {
    "pattern": {**TEXTUAL["pattern"], "sub": substitute_by},
    "path": {
        **dict.fromkeys(_PATHS, _path),
        **dict.fromkeys(("as_posix", "as_uri", "__str__", "__fspath__"), _part),
        **dict.fromkeys(("name", "stem", "suffix", "root", "anchor", "drive"), _part),
        "parts": _row,
        "suffixes": _row,
        "parents": _row,
        **dict.fromkeys(("exists", "is_file", "is_dir", "is_absolute", "match"), question),
    },
    "rows": {"writerow": _write_row, "writerows": _write_row},
    "struct": {
        "pack": mixed,
        "unpack": unpack,
        "unpack_from": unpack,
        "iter_unpack": iter_unpack,
        "pack_into": pack_into,
    },
}
PROPERTIES = frozenset(
    ["name", "stem", "suffix", "root", "anchor", "drive", "parent", "parts", "suffixes", "parents"]
)


def joined(m: Machine, a: Activation, left: Value, right: Value, site: int) -> Value | None:
    """``path / part``; None if neither side is a path."""
    for ref in (*left.refs, *right.refs):
        if isinstance(ref, Object) and ref.type == "path":
            return carrier(m, a, Arguments([left, right]), site, "path")
    return None


def attribute(m: Machine, a: Activation, ref: Object, name: str) -> Value | None:
    """A part of a path that is read and not called."""
    if ref.type != "path" or name not in PROPERTIES:
        return None
    return METHODS["path"][name](m, a, Arguments([]), ref.site[1], ref)


_KNOWN_FACTS = ("getsize", "getmtime", "getatime", "getctime")
_PREDICATES = ("exists", "lexists", "isfile", "isdir", "islink", "isabs", "ismount", "samefile")
TABLE: dict[str, tuple[Call, Any]] = {
    "re.sub": (substitute, None),
    "re.subn": (unpack, None),
    "struct.unpack": (unpack, None),
    "struct.unpack_from": (unpack, None),
    "struct.iter_unpack": (iter_unpack, None),
    "struct.pack_into": (pack_into, 1),
    "struct.Struct": (carrier, "struct"),
    "struct.calcsize": (number, None),
    "csv.writer": (writer, None),
    "csv.DictWriter": (writer, None),
    "csv.reader": (read_rows, None),
    "json.dump": (dump, None),
    "pickle.dump": (dump, None),
    "marshal.dump": (dump, None),
    **{f"os.path.{name}": (question, None) for name in _PREDICATES},
    **{f"os.path.{name}": (number, None) for name in _KNOWN_FACTS},
    **{
        f"pathlib.{name}": (carrier, "path")
        for name in ("Path", "PurePath", "PosixPath", "PurePosixPath", "WindowsPath")
    },
}
