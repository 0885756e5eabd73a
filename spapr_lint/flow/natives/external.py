"""Calls of what is not in view: summaries of the standard library by dotted name.

What is in no table gives an object of which nothing is known.
"""

from __future__ import annotations

from typing import Any

from spapr_lint.flow import arithmetic, calls, enums, iterables
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine, Unreachable
from spapr_lint.flow.natives import (
    combining,
    concurrency,
    constructors,
    environment,
    functional,
    libraries,
    reflection,
    textual,
)
from spapr_lint.flow.natives.common import Call, given, make, native
from spapr_lint.flow.objects import ANY, External
from spapr_lint.flow.values import NONE, UNKNOWN, Value, constant, reference

_MIXING = (
    "base64.",
    "binascii.",
    "html.",
    "json.dumps",
    "ntpath.",
    "os.fsdecode",
    "os.fsencode",
    "os.path.",
    "pickle.dumps",
    "posixpath.",
    "re.escape",
    "shlex.",
    "string.capwords",
    "struct.pack",
    "textwrap.",
    "unicodedata.normalize",
    "urllib.parse.",
    "zlib.",
)
_LISTS = (
    "re.split",
    "re.findall",
    "shlex.split",
    "textwrap.wrap",
    "os.path.split",
)
_WORDS = ("loads", "load", "literal_eval")


def pieces(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """A list of pieces of the arguments."""
    return make(m, a, "list", [textual.mixed(m, a, g, site, data)], site, False)


def _array(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``array.array(typecode, items)`` or alike: a list, to whoever follows what is in it.

    ``data`` is the position of the items.
    """
    if len(g.positional) <= data:
        return make(m, a, "list", [], site)
    items, exact = iterables.iterate(m, a, g.positional[data], site)
    return make(m, a, "list", items, site, exact)


def read_back(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``json.loads`` and its like: something in which what the text carried may be anywhere."""
    facts = textual.mixed(m, a, g, site, data).facts
    made = m.allocate("opaque", None, a.module.index, site)
    if facts:
        made.slots[ANY] = Value(facts, open=True)
    return Value(facts, (made,), (), True)


def second(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``typing.cast(T, x)``."""
    return given(g, 1)


def member_value(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``enum.auto()``."""
    return enums.AUTO


def new_type(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``typing.NewType(name, type)``: a function that returns its argument."""
    return native("NewType", functional.IDENTITY)


def exception_info(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``sys.exc_info()``, its part ``data``, or its text: what the handler at hand took."""
    raised = a.env.get("<raised>", UNKNOWN)
    if data == "text":
        return textual.mixed(m, a, Arguments([raised]), site, None)
    if data == 1:
        return raised
    return make(
        m,
        a,
        "tuple",
        [reflection.type_(m, a, Arguments([raised]), site, None), raised, UNKNOWN],
        site,
    )


def leave(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    """``sys.exit(x)``: it does not come back."""
    kind = m.tables.builtins["SystemExit"]
    m.raise_value(calls.dispatch(m, a, kind, g, site))
    raise Unreachable


def _none(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    return NONE


def _math(m: Machine, a: Activation, g: Arguments, site: int, data: Any) -> Value:
    return arithmetic.mixed(m, a, g.values(), site)


TABLE: dict[str, tuple[Call, Any]] = {
    **functional.TABLE,
    **combining.TABLE,
    **libraries.TABLE,
    **concurrency.TABLE,
    **environment.TABLE,
    "typing.cast": (second, None),
    "typing.assert_type": (functional.IDENTITY, None),
    "typing.no_type_check": (functional.IDENTITY, None),
    "enum.auto": (member_value, None),
    "importlib.import_module": (reflection.import_, True),
    **textual.TABLE,
    "typing.NewType": (new_type, None),
    "atexit.register": (functional.call, None),
    "time.sleep": (_none, None),
    **dict.fromkeys(
        [
            "enum.unique",
            "typing.final",
            "typing.override",
            "typing.overload",
            "typing.runtime_checkable",
            "abc.abstractmethod",
            "typing_extensions.override",
            "sys.intern",
            "copyreg.pickle",
            "contextlib.aclosing",
            "typing.reveal_type",
            "asyncio.coroutine",
            "types.coroutine",
        ],
        (functional.IDENTITY, None),
    ),
    **dict.fromkeys(
        ("abc.abstractproperty", "enum.property", "types.DynamicClassAttribute"),
        (constructors.wrapper, "property"),
    ),
    **dict.fromkeys(("decimal.Decimal", "fractions.Fraction"), (_math, None)),
    "array.array": (_array, 1),
    **dict.fromkeys(("numpy.array", "numpy.asarray"), (_array, 0)),
    "sys.exc_info": (exception_info, None),
    "sys.exception": (exception_info, 1),
    "traceback.format_exc": (exception_info, "text"),
    **dict.fromkeys(("sys.exit", "exit", "quit", "os._exit", "os.abort"), (leave, None)),
    "abc.abstractclassmethod": (constructors.wrapper, "classmethod"),
    "abc.abstractstaticmethod": (constructors.wrapper, "staticmethod"),
    **{
        f"math.{name}": (_math, None)
        for name in ["floor", "ceil", "trunc", "fabs", "sqrt", "gcd", "lcm", "pow"]
    },
}


def external(m: Machine, a: Activation, name: str, g: Arguments, site: int) -> Value:
    """Call something by its dotted name."""
    found = TABLE.get(name)
    if found is None:
        base, _, last = name.rpartition(".")
        if base == "builtins" and last in m.tables.builtins:
            native: Any = m.tables.builtins[last].refs[0]
            return native.call(m, a, g, site, native.data)  # type: ignore[no-any-return]
        found = _by_prefix(name, last)
    if found is None:
        calls.escape(m, g)
        made = m.opaque(a, site, name=name)
        # What is not in view may hand on anything of what it is given.
        if m.policy.hands_on:
            labels = textual.mixed(m, a, g, site, None).facts
            return calls.labelled(m, made, labels) if labels else made
        return made
    return found[0](m, a, g, site, found[1])


def _by_prefix(name: str, last: str) -> tuple[Call, Any] | None:
    if name in _LISTS:
        return pieces, None
    if last in _WORDS and name.split(".")[0] in (
        "json",
        "pickle",
        "marshal",
        "ast",
        "yaml",
        "tomllib",
    ):
        return read_back, None
    return (textual.mixed, None) if name.startswith(_MIXING) else None


def external_member(m: Machine, dotted: str, attr: str) -> Value:
    """``module.name`` where the module is not in view."""
    if dotted == "builtins" and attr in m.tables.builtins:
        return m.tables.builtins[attr]
    if dotted == "sys" and attr in ("maxsize",):
        return constant((1 << 63) - 1)
    if dotted == "typing" and attr == "TYPE_CHECKING":
        return constant(False)
    inner = m.program.find(f"{dotted}.{attr}")
    if inner is not None:  # a module in view, in a package without a file of its own
        m.tables.run_module(m, inner)
        return reference(inner.ref)
    return reference(External(f"{dotted}.{attr}"))
