"""C expressions to Python: names, fields, pointers, literals, casts, conditions.

Each function takes the context and a node and gives an `Ex`.  Integer operators
are in `operators`, calls in `calls`, initialisers in `initialisers`.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Final

from spapr_lint.c.context import ATOM, POSTFIX, SUM, UNARY, Context, Ex, Maker
from spapr_lint.c.dispatch import char_pointer, core, element, express, gap, value
from spapr_lint.c.macros import expand_expression, free_names
from spapr_lint.c.names import python_name
from spapr_lint.c.nodes import Node, UntranslatedError
from spapr_lint.c.operators import place_of
from spapr_lint.c.types import (
    BOOL,
    CHAR,
    DOUBLE,
    INT,
    LONG,
    SIZE,
    STRING,
    ULONG,
    UNSIGNED,
    VOID,
    VOIDP,
    CType,
    by_value,
    described,
    named,
    pointer,
)

# ---- names and literals

_TRUTH: Final = {"true": "True", "TRUE": "True", "false": "False", "FALSE": "False"}


def identifier(ctx: Context, node: Node) -> Ex:
    """A variable, constant or function."""
    name = node.text
    local = ctx.local(name)
    if local is not None:
        return local.read
    known = ctx.known.get(name)
    if known is None:
        known = ctx.known[name] = _global(ctx, name)
    if known.text in ctx.object_macros or known.text not in ctx.asked:
        expanded = _expanded(ctx, node)
        if expanded is not None:
            return expanded
    if known.text == "__func__":
        return Ex(json.dumps(ctx.function.name), ATOM, STRING)
    return known


def _expanded(ctx: Context, node: Node) -> Ex | None:
    """A macro without parameters that speaks of local variables, replaced by its body."""
    name = node.text
    if name not in ctx.asked:
        ctx.asked.add(name)
        macro = ctx.declared.macros.get(name)
        if macro is not None and macro.parameters is None:
            ctx.object_macros[name] = free_names(macro)
    for used in ctx.object_macros.get(name, ()):
        if ctx.local(used) is not None:
            return expand_expression(ctx, node, ctx.declared.macros[name], [])
    return None


def _alignof(_: Context, node: Node) -> Ex:
    kind = node.get("type")
    if kind is None:
        raise UntranslatedError("alignof")
    return Ex(f"alignof({by_value(described(kind))})", POSTFIX, SIZE)


def _global(ctx: Context, name: str) -> Ex:
    if name in _TRUTH:
        return Ex(_TRUTH[name], ATOM, BOOL)
    if name in ("__func__", "__FUNCTION__"):
        return Ex("__func__", ATOM, STRING)
    if name.startswith("stringify_"):
        return Ex(json.dumps(name[10:].strip("_")), ATOM, STRING)
    ctype = ctx.global_type(name)
    if name in ctx.boxed_globals:
        return Ex(ctx.global_name(name) + ".v", POSTFIX, ctype)
    if ctype is None:
        ctype = constant_type(ctx, name)
    return Ex(ctx.global_name(name), ATOM, ctype)


_PLAIN_NUMBER = re.compile(r"\(*\s*(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)\s*\)*\Z")


def constant_type(ctx: Context, name: str) -> CType | None:
    """The type of a macro that stands for a plain number."""
    macro = ctx.declared.macros.get(name)
    if macro is None or macro.parameters is not None:
        return None
    match = _PLAIN_NUMBER.match(macro.body)
    if match:
        return _number_type(
            int(match.group(1), 0 if match.group(1)[:2] in ("0x", "0X") else 10),
            match.group(2).lower(),
            True,
        )
    return STRING if macro.body.startswith('"') else None


_INTEGER = re.compile(r"(-?)(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)([uUlL]*)\Z")


def _number_type(number: int, suffix: str, hexadecimal: bool) -> CType:
    unsigned, long = "u" in suffix, "l" in suffix
    if number < 2**31 and not long:
        return UNSIGNED if unsigned else INT
    if number < 2**32 and not long and (unsigned or hexadecimal):
        return UNSIGNED
    if number < 2**63 and not unsigned:
        return LONG
    return ULONG


def number(ctx: Context, node: Node) -> Ex:
    """An integer or floating literal; tree-sitter reads ``-1U`` as one."""
    known = _literal(node.text)
    if known is None:
        raise UntranslatedError("number")
    if known.text[0] != "-" or known.type is DOUBLE:
        return known
    width = ctx.width(known.type)
    if width is not None and not width.signed:
        return Ex(f"{ctx.helper('u' + str(width.bits))}({known.text})", POSTFIX, known.type)
    return known


@lru_cache(maxsize=1 << 14)
def _literal(text: str) -> Ex | None:
    match = _INTEGER.match(text)
    if match is None:
        text = text.rstrip("fFlL") if text[:2] not in ("0x", "0X") else ""
        if not re.fullmatch(r"-?[\d.]+(?:[eE][-+]?\d+)?", text):
            return None
        return Ex(text + ("0" if text.endswith(".") else ""), ATOM, DOUBLE)
    sign, digits, suffix = match.groups()
    octal = len(digits) > 1 and digits[0] == "0" and digits[1].isdigit()
    if octal and not re.fullmatch("[0-7]+", digits):
        return None
    digits = "0o" + digits.lstrip("0").rjust(1, "0") if octal else digits
    ctype = _number_type(int(digits, 0), suffix.lower(), digits[:1] == "0")
    return Ex("-" + digits, UNARY, ctype) if sign else Ex(digits, ATOM, ctype)


_ESCAPES: Final = {
    "n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b",
    "\n": "",
}  # fmt: skip
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]+|[0-7]{1,3}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.S)


def _unescaped(match: re.Match[str]) -> str:
    what = match.group(1)
    if what[0] in "xuU" and len(what) > 1:
        return chr(min(int(what[1:], 16), 0x10FFFF) if what[0] != "x" else int(what[1:], 16) & 255)
    if what[0] in "01234567":
        return chr(int(what, 8) & 255)
    return _ESCAPES.get(what, what)


def unquoted(text: str) -> str:
    """The value of a C string or character literal."""
    quote = text.find('"') if '"' in text and not text.endswith("'") else text.find("'")
    inner = text[quote + 1 : -1]
    return _ESCAPE.sub(_unescaped, inner) if "\\" in inner else inner


def string(_: Context, node: Node) -> Ex:
    """A string literal."""
    return Ex(
        json.dumps(unquoted(node.source.characters(node.text)), ensure_ascii=False), ATOM, STRING
    )


def character(ctx: Context, node: Node) -> Ex:
    """A character literal, an int."""
    text = unquoted(node.source.characters(node.text))
    if len(text) != 1:
        raise UntranslatedError("character")
    if text == "\0":
        return Ex("0", ATOM, CHAR)
    return Ex(f"{ctx.helper('ord')}({json.dumps(text)})", POSTFIX, CHAR)


def strings(ctx: Context, node: Node) -> Ex:
    """Adjacent strings and macros that stand for strings."""
    text = ""
    plus = False
    before: Node | None = None
    for kid in node.kids:
        if before is not None:
            joint = kid.kind != "string_literal" or before.kind != "string_literal"
            plus = plus or joint
            text += (" +" if joint else "") + gap(before, kid)
        text += express(ctx, kid).at(SUM + 1)
        before = kid
    if "\x01" in text or not plus:
        return Ex(f"({text})" if before is not None and len(node.kids) > 1 else text, ATOM, STRING)
    return Ex(text, SUM, STRING)


# ---- fields, subscripts, pointers


def field(ctx: Context, node: Node) -> Ex:
    """``p->f`` and ``s.f``."""
    owner = express(ctx, node.need("argument"))
    name = node.need("field").text
    return Ex(f"{owner.at(POSTFIX)}.{python_name(name)}", POSTFIX, ctx.field(owner.type, name))


def subscript(ctx: Context, node: Node) -> Ex:
    """``a[i]``; a ``char *`` may be a Python string and goes through ``ptr``."""
    array = express(ctx, node.need("argument"))
    index = value(ctx, node.need("index"))
    ctype = element(ctx.resolve(array.type))
    if char_pointer(ctx, array.type):
        return Ex(f"{ctx.helper('ptr')}({array.text}, {index}).v", POSTFIX, ctype)
    return Ex(f"{array.at(POSTFIX)}[{index}]", POSTFIX, ctype)


def pointed(ctx: Context, node: Node) -> Ex:
    """``*p`` and ``&x``."""
    argument = core(node.need("argument"))
    if node.need("operator").text == "&":
        return _address(ctx, argument)
    ex = express(ctx, argument)
    behind = ctx.resolve(ex.type)
    if behind is not None and behind.kind == "function":
        return ex
    target = element(behind)
    if target is not None and target.kind == "function":
        return Ex(ex.text, ex.binds, target)
    if target is not None and ctx.is_record(target):
        return Ex(ex.text, ex.binds, target)
    if char_pointer(ctx, ex.type):
        return Ex(f"{ctx.helper('ptr')}({ex.text}, 0).v", POSTFIX, target)
    return Ex(f"{ex.at(POSTFIX)}.v", POSTFIX, target)


def _address(ctx: Context, node: Node) -> Ex:
    if node.kind == "identifier":
        return _address_of_name(ctx, node)
    if node.kind == "pointer_expression" and node.need("operator").text == "*":
        return express(ctx, node.need("argument"))
    ex = express(ctx, node)
    ctype = None if ex.type is None else pointer(ex.type)
    if ex.type is None or not ctx.is_scalar(ex.type) or ex.type.kind == "function":
        return Ex(ex.text, ex.binds, ctype)
    if node.kind == "field_expression":
        owner = express(ctx, node.need("argument"))
        text = f'{ctx.helper("addr")}({owner.text}, "{python_name(node.need("field").text)}")'
        return Ex(text, POSTFIX, ctype)
    if node.kind == "subscript_expression":
        array = express(ctx, node.need("argument"))
        index = value(ctx, node.need("index"))
        return Ex(f"{ctx.helper('ptr')}({array.text}, {index})", POSTFIX, ctype)
    if node.kind == "compound_literal_expression":
        return Ex(f"{ctx.helper('Ref')}({ex.text})", POSTFIX, ctype)
    if node.kind != "call_expression" or ex.text.endswith(")"):
        raise UntranslatedError("address")
    place, index = place_of(ex.text)
    name = ctx.helper("ptr" if ex.text.endswith("]") else "addr")
    return Ex(f"{name}({place}, {index})", POSTFIX, ctype)


def _address_of_name(ctx: Context, node: Node) -> Ex:
    local = ctx.local(node.text)
    if local is not None:
        return Ex(local.name, ATOM, None if local.type is None else pointer(local.type))
    ctype = ctx.global_type(node.text)
    if ctype is not None and ctype.kind == "function":
        return Ex(ctx.global_name(node.text), ATOM, ctype)
    return Ex(ctx.global_name(node.text), ATOM, None if ctype is None else pointer(ctype))


# ---- casts and sizes


def cast(ctx: Context, node: Node) -> Ex:
    """``(T)x``; a cast between pointers to records says which part is meant, and stays."""
    ctype = described(node.need("type"))
    inner = node.need("value")
    behind = ctx.resolve(ctype)
    if behind is None or behind.kind == "function":
        return express(ctx, inner)._replace(type=ctype)
    if behind.kind == "ptr":
        return _pointer_cast(ctx, ctype, behind, express(ctx, inner))
    if behind == VOID:
        return express(ctx, inner)
    width = ctx.width(behind)
    if width is None:
        ex = express(ctx, inner)
        return Ex(ex.text, ex.binds, ctype)
    ctx.helper(ctype.name)
    return Ex(f"{python_name(ctype.name)}({value(ctx, inner)})", POSTFIX, ctype)


def _pointer_cast(ctx: Context, ctype: CType, behind: CType, ex: Ex) -> Ex:
    target = ctx.resolve(behind.of)
    source = element(ctx.resolve(ex.type))
    if target is None or target == VOID or target.kind == "function":
        return Ex(ex.text, ex.binds, ctype)
    if source is not None and ctx.resolve(source) == target:
        return Ex(ex.text, ex.binds, ctype)
    of = behind.of or VOID
    if ctx.is_record(target):
        return Ex(f"{ctx.helper('as_')}({by_value(of)}, {ex.text})", POSTFIX, ctype)
    if ctx.width(target) is not None:
        if char_pointer(ctx, ctype) and char_pointer(ctx, ex.type):
            return Ex(ex.text, ex.binds, ctype)
        return Ex(f"{ctx.helper('ptr_cast')}({by_value(of)}, {ex.text})", POSTFIX, ctype)
    return Ex(ex.text, ex.binds, ctype)


def sizeof(ctx: Context, node: Node) -> Ex:
    """``sizeof(T)``, ``sizeof x``: by type where that is known, else of the value."""
    ctx.helper("sizeof")
    kind = node.get("type")
    if kind is not None:
        ctype = described(kind)
        local = ctx.local(ctype.name) if ctype.kind == "name" else None
        text = local.name if local is not None else by_value(ctype)
        return Ex(f"sizeof({text})", POSTFIX, SIZE)
    inner = core(node.need("value"))
    kept = len(ctx.untranslated)
    ex = express(ctx, inner)
    ctype_ = ex.type
    if ctype_ is not None and ctype_.kind in ("name", "ptr") and ctype_.kind != "array":
        behind = ctx.resolve(ctype_)
        if behind is not None and behind.kind != "array":
            del ctx.untranslated[kept:]
            return Ex(f"sizeof({by_value(ctype_)})", POSTFIX, SIZE)
    return Ex(f"sizeof({ex.text})", POSTFIX, SIZE)


def offset(_: Context, node: Node) -> Ex:
    """``offsetof(T, member)``."""
    kind = by_value(described(node.need("type")))
    member = "".join(node.need("member").words.split())
    return Ex(f'offsetof({kind}, "{member}")', POSTFIX, SIZE)


# ---- the rest


def parenthesized(ctx: Context, node: Node) -> Ex:
    """Parentheses stay where they matter to a reader."""
    if len(node.kids) != 1:
        raise UntranslatedError("parentheses")
    inner = node.kids[0]
    ex = express(ctx, inner)
    if ex.binds >= POSTFIX:
        return ex
    return tuple.__new__(Ex, (f"({ex.text})", ATOM, ex.type, ex.exact))  # half the time of Ex()


def comma(ctx: Context, node: Node) -> Ex:
    """``a, b`` as a value."""
    left = value(ctx, node.need("left"))
    right = express(ctx, node.need("right"))
    return Ex(f"({left}, {right.text})[-1]", POSTFIX, right.type, right.exact)


def literal(text: str, ctype: CType) -> Maker:
    """A maker of one fixed text."""
    made = Ex(text, ATOM, ctype)
    return lambda _ctx, _node: made


def null(ctx: Context, _: Node) -> Ex:
    """``NULL``."""
    return Ex(ctx.helper("NULL"), ATOM, VOIDP)


def type_value(_: Context, node: Node) -> Ex:
    """A type where a macro wants one as an argument."""
    ctype = described(node) if node.kind == "type_descriptor" else named(node.text)
    return Ex(by_value(ctype), ATOM)


EXPRESSIONS: Final[dict[str, Maker]] = {
    "identifier": identifier,
    "field_identifier": identifier,
    "type_identifier": identifier,
    "number_literal": number,
    "string_literal": string,
    "char_literal": character,
    "concatenated_string": strings,
    "true": literal("True", BOOL),
    "false": literal("False", BOOL),
    "null": null,
    "field_expression": field,
    "subscript_expression": subscript,
    "pointer_expression": pointed,
    "cast_expression": cast,
    "sizeof_expression": sizeof,
    "offsetof_expression": offset,
    "alignof_expression": _alignof,
    "parenthesized_expression": parenthesized,
    "comma_expression": comma,
    "type_descriptor": type_value,
    "primitive_type": type_value,
    "sized_type_specifier": type_value,
}
