"""C types as far as the translation needs them, and how they are spelled in Python.

A type is frozen plain data; its spelling in an annotation (``Ptr[SpaprXive]``)
is also how types are told to the analysis.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from spapr_lint.c.names import python_name, words
from spapr_lint.c.nodes import Node


class CType(NamedTuple):
    """One C type.

    ``kind`` is ``name`` (of an integer, a record, a typedef), ``ptr``, ``array``
    or ``function``.  ``of`` is what is pointed to, the element, or the result;
    ``name`` an array's dimension as C text where the kind is ``array``.
    """

    kind: str
    name: str = ""
    of: CType | None = None
    parameters: tuple[tuple[str, CType], ...] = ()


class Width(NamedTuple):
    """Size of an integer type in bits, and whether it has a sign."""

    bits: int
    signed: bool


INTEGERS: Final[dict[str, Width]] = {
    "bool": Width(1, False),
    "char": Width(8, True),
    "short": Width(16, True),
    "int": Width(32, True),
    "unsigned": Width(32, False),
    "long": Width(64, True),
    "ulong": Width(64, False),
    "__s8": Width(8, True),
    "__u8": Width(8, False),
    "__s16": Width(16, True),
    "__u16": Width(16, False),
    "__s32": Width(32, True),
    "__u32": Width(32, False),
    "__s64": Width(64, True),
    "__u64": Width(64, False),
    **{f"int{bits}_t": Width(bits, True) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}_t": Width(bits, False) for bits in (8, 16, 32, 64)},
    **{f"gint{bits}": Width(bits, True) for bits in (8, 16, 32, 64)},
    **{f"guint{bits}": Width(bits, False) for bits in (8, 16, 32, 64)},
    **dict.fromkeys(("gchar",), Width(8, True)),
    **dict.fromkeys(("gint", "gboolean", "pid_t", "target_int"), Width(32, True)),
    **dict.fromkeys(("guint", "uint", "MemTxResult", "mode_t", "gunichar"), Width(32, False)),
    **dict.fromkeys(
        words("ssize_t intptr_t ptrdiff_t off_t target_long glong gssize time_t intmax_t"),
        Width(64, True),
    ),
    **dict.fromkeys(
        words(
            "size_t uintptr_t hwaddr target_ulong ram_addr_t vaddr gsize gulong dma_addr_t "
            "abi_ulong uintmax_t guintptr"
        ),
        Width(64, False),
    ),
    **dict.fromkeys(("uchar", "guchar"), Width(8, False)),
    "ushort": Width(16, False),
}
NOT_RECORDS: Final = frozenset(words("void Bit float double float32 float64 va_list FILE Error"))

INT: Final = CType("name", "int")
UNSIGNED: Final = CType("name", "uint32_t")
LONG: Final = CType("name", "int64_t")
ULONG: Final = CType("name", "uint64_t")
SIZE: Final = CType("name", "size_t")
BOOL: Final = CType("name", "bool")
CHAR: Final = CType("name", "char")
VOID: Final = CType("name", "void")
DOUBLE: Final = CType("name", "double")
STRING: Final = CType("ptr", of=CHAR)
VOIDP: Final = CType("ptr", of=VOID)

_SIZED: Final = {"char": "int8_t", "short": "int16_t", "int": "int", "long": "long"}
_UNSIGNED: Final = {"char": "uint8_t", "short": "uint16_t", "int": "unsigned", "long": "ulong"}


@lru_cache(maxsize=1 << 14)
def named(name: str) -> CType:
    """A type by its name."""
    return CType("name", name)


def pointer(of: CType) -> CType:
    """A pointer to a type."""
    return CType("ptr", of=of)


def _sized(text: str) -> str:
    words = text.split()
    if "double" in words:
        return "double"
    core = next((w for w in ("char", "short") if w in words), "long" if "long" in words else "int")
    return (_UNSIGNED if "unsigned" in words else _SIZED)[core]


_BASIC: Final = {"_Bool": "bool", "float": "float", "unsigned": "unsigned", "signed": "int"}


def base_type(node: Node) -> CType:
    """The type that a declaration's first part names, before its declarators."""
    kind = node.kind
    if kind in ("primitive_type", "type_identifier", "identifier"):
        text = node.text
        if text[:1] == "Q" and "_" in text and text.startswith(_QUEUES):
            text = text[: text.index("_") + 5] if "_HEAD" in text else text.partition("_")[0]
            return named(text if text.endswith("_HEAD") else text + "_ENTRY")
        return named(_BASIC.get(text, text))
    if kind == "sized_type_specifier":
        return named(_sized(node.text))
    if kind in ("struct_specifier", "union_specifier", "enum_specifier"):
        name = node.get("name")
        if name is not None:
            return named("int" if kind[0] == "e" else name.text)
        return named("int" if kind[0] == "e" else anonymous(node))
    if kind == "macro_type_specifier":
        return named(node.need("name").text)
    if kind in ("typeof_specifier", "typeof_type"):
        return named("object")
    return named(node.words.strip() or "object")


_QUEUES: Final = tuple(
    f"{queue}_{what}_"
    for queue in ("QLIST", "QTAILQ", "QSIMPLEQ", "QSLIST")
    for what in ("HEAD", "ENTRY")
)


def anonymous(node: Node) -> str:
    """The name that an unnamed struct or union gets."""
    return f"anonymous_{node.line}"


def declare(node: Node | None, base: CType) -> tuple[str, CType, Node | None]:
    """Name, type and name's node that a declarator gives; C reads them inside out."""
    while node is not None:
        kind = node.kind
        if kind in _NAMES:
            break
        inner = node.get("declarator")
        if kind in ("pointer_declarator", "abstract_pointer_declarator", "pointer_type_declarator"):
            base = CType("ptr", of=base)
        elif kind in ("array_declarator", "abstract_array_declarator"):
            size = node.get("size")
            base = CType("array", " ".join(size.words.split()) if size else "", base)
        elif kind in ("function_declarator", "abstract_function_declarator"):
            base = CType("function", "", base, parameters(node.get("parameters")))
        elif kind in (
            "parenthesized_declarator",
            "abstract_parenthesized_declarator",
            "attributed_declarator",
        ):
            inner = inner or next((kid for kid in node.kids if "declarator" in kid.kind), None)
            inner = inner or next(iter(node.kids), None)
        elif kind != "init_declarator":
            return node.text, base, node
        node = inner
    return ("", base, None) if node is None else (node.text, base, node)


_NAMES: Final = frozenset(("identifier", "field_identifier", "type_identifier"))


def parameters(node: Node | None) -> tuple[tuple[str, CType], ...]:
    """Parameters' names and types; ``...`` is one of that name."""
    found: list[tuple[str, CType]] = []
    for kid in node.kids if node is not None else ():
        if kid.kind == "parameter_declaration":
            base = base_type(kid.need("type"))
            name, ctype, _ = declare(kid.get("declarator"), base)
            if ctype == VOID and not name:
                continue
            if ctype.kind == "array" and ctype.of is not None:
                ctype = pointer(ctype.of)
            found.append((name, ctype))
        elif kid.kind == "variadic_parameter":
            found.append(("...", VOID))
        elif kid.kind == "identifier":
            found.append((kid.text, INT))
    return tuple(found)


def described(node: Node) -> CType:
    """The type that a type descriptor (of a cast, of sizeof) means."""
    return declare(node.get("declarator"), base_type(node.need("type")))[1]


def annotation(ctype: CType | None) -> str:
    """How Python writes the type: ``uint32_t``, ``Ptr[T]``, ``Array[T, "n"]``, ``Callable``."""
    if ctype is None:
        return "object"
    if ctype.kind == "name":
        return python_name(ctype.name)
    of = ctype.of or VOID
    if ctype.kind == "ptr":
        return annotation(of) if of.kind == "function" else f"Ptr[{annotation(of)}]"
    if ctype.kind == "array":
        dimension = ctype.name.replace("\\", "\\\\").replace('"', "'")
        return (
            f'Array[{annotation(of)}, "{dimension}"]' if dimension else f"Array[{annotation(of)}]"
        )
    listed = ", ".join(annotation(kind) for name, kind in ctype.parameters if name != "...")
    dots = any(name == "..." for name, _ in ctype.parameters)
    return f"Callable[{'...' if dots else f'[{listed}]'}, {result(of)}]"


def result(ctype: CType | None) -> str:
    """The annotation of what a function gives back."""
    return "None" if ctype is None or ctype == VOID else annotation(ctype)


def by_value(ctype: CType) -> str:
    """The type as a value at run time, for ``sizeof`` and ``array``."""
    if ctype.kind == "ptr" and ctype.of is not None and ctype.of.kind != "function":
        return f"Ptr[{by_value(ctype.of)}]"
    return annotation(ctype)


def arithmetic(left: Width, right: Width) -> CType:
    """The usual arithmetic conversions: the common type of two integer operands."""
    bits = max(left.bits, right.bits, 32)
    unsigned = any(not side.signed and side.bits == bits for side in (left, right))
    if bits == 64:
        return ULONG if unsigned else LONG
    return UNSIGNED if unsigned else INT
