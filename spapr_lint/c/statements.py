"""Simple statements: expressions, assignments, declarations, ``if``, ``return``."""

from __future__ import annotations

import re
from typing import Final

from spapr_lint.c.blocks import block, body, contains, fill, statements, whole
from spapr_lint.c.context import ATOM, POSTFIX, WALRUS, Context, Ex, Writer, variable
from spapr_lint.c.dispatch import core, element, express
from spapr_lint.c.initialisers import initial
from spapr_lint.c.integers import stored
from spapr_lint.c.macros import captures, expression_tree, statement_tree, substituted, treatment
from spapr_lint.c.nodes import Node, UntranslatedError
from spapr_lint.c.operators import BINDS, combined, condition, stepped_line
from spapr_lint.c.records import RECORDS, fields, inner_name
from spapr_lint.c.types import CType, annotation, base_type, by_value, declare, named

_STEPS: Final = frozenset(("update_expression",))
_CHOICES: Final = frozenset(("conditional_expression", "compound_statement"))


def expression_statement(ctx: Context, node: Node, indent: int) -> None:
    """An expression that is executed for its effect."""
    if node.kids:
        effect(ctx, node.kids[0], indent)


def effect(ctx: Context, node: Node, indent: int) -> None:
    """Write an expression as a statement."""
    kind = node.kind
    if kind == "parenthesized_expression" and core(node) is not node:
        effect(ctx, core(node), indent)
    elif kind == "comma_expression":
        effect(ctx, node.need("left"), indent)
        effect(ctx, node.need("right"), indent)
    elif kind == "assignment_expression":
        _assignment(ctx, node, indent)
    elif kind == "update_expression":
        target = core(node.need("argument"))
        sign = node.need("operator").text[0]
        ctx.put(indent, stepped_line(ctx, target, express(ctx, target), sign), node.line)
    elif kind == "call_expression":
        _call(ctx, node, indent)
    elif kind == "cast_expression" and node.need("type").words.strip() == "void":
        effect(ctx, node.need("value"), indent)
    elif kind == "conditional_expression" and node.get("consequence") is not None:
        ctx.put(indent, f"if {whole(condition(ctx, node.need('condition')).text)}:", node.line)
        effect(ctx, node.need("consequence"), indent + 1)
        ctx.put(indent, "else:", node.line)
        effect(ctx, node.need("alternative"), indent + 1)
    else:
        _plain(ctx, node, indent)


def _plain(ctx: Context, node: Node, indent: int) -> None:
    after = _hoisting(ctx, node)
    ex = express(ctx, node)
    ctx.put(indent, f"({ex.text})" if ex.binds == WALRUS else whole(ex.text), node.line)
    _hoisted(ctx, after, indent, node.line)


def _hoisting(ctx: Context, node: Node) -> list[str] | None:
    """Collect ``n++`` to be written after the statement, where that is the same."""
    ctx.hoist = None
    if (node.holds("++") or node.holds("--")) and contains(node, _STEPS):
        if not contains(node, _CHOICES) and not any(sign in node.words for sign in ("&&", "||")):
            ctx.hoist = []
    return ctx.hoist


def _hoisted(ctx: Context, after: list[str] | None, indent: int, line: int) -> None:
    ctx.hoist = None
    for text in after or ():
        ctx.put(indent, text, line)


# ---- assignments


def _assignment(ctx: Context, node: Node, indent: int) -> None:
    operator = node.need("operator").text
    target, given = node.need("left"), node.need("right")
    line = node.line
    if operator != "=":
        after = _hoisting(ctx, node)
        _compound(ctx, operator[:-1], core(target), given, indent)
        _hoisted(ctx, after, indent, line)
        return
    if given.kind == "assignment_expression" and given.need("operator").text == "=":
        _chain(ctx, node, indent)
        return
    after = _hoisting(ctx, node)
    place = _place(ctx, core(target))
    goal = express(ctx, place)
    ex = express(ctx, given)
    _store(ctx, place, goal, given, ex, indent)
    _hoisted(ctx, after, indent, line)


def _place(ctx: Context, target: Node) -> Node:
    """What is assigned to; a macro's body, if that is what the name stands for."""
    if target.kind == "identifier" and ctx.local(target.text) is None:
        macro = ctx.declared.macros.get(target.text)
        if macro is not None and macro.parameters is None:
            return expression_tree(ctx, macro.body, target.line) or target
    return target


def _store(ctx: Context, target: Node, goal: Ex, given: Node, ex: Ex, indent: int) -> None:
    line = target.line
    if goal.type is not None and ctx.is_record(goal.type):
        text = f"({ex.text})" if ex.binds == WALRUS else ex.text
        ctx.put(indent, f"{ctx.helper('assign')}({goal.text}, {text})", line)
        return
    place = goal.text
    if target.kind == "identifier":
        place = ctx.writes(target.text)
    if target.kind == "identifier" or place.endswith(".v"):
        ex = stored(ctx, given, ex, goal.type)
    text = f"({ex.text})" if ex.binds == WALRUS else whole(ex.text)
    ctx.put(indent, f"{place} = {text}", line)


def _chain(ctx: Context, node: Node, indent: int) -> None:
    """``a = b = v``: from right to left, as C does it."""
    targets = []
    while node.kind == "assignment_expression" and node.need("operator").text == "=":
        targets.append(core(node.need("left")))
        node = node.need("right")
    goals = [express(ctx, target) for target in targets]
    first = goals[-1]
    if all(goal.type == first.type for goal in goals) and not ctx.is_record(first.type):
        places = [
            ctx.writes(target.text) if target.kind == "identifier" else goal.text
            for target, goal in zip(targets, goals, strict=True)
        ]
        ex = stored(ctx, node, express(ctx, node), first.type)
        text = f"({ex.text})" if ex.binds == WALRUS else whole(ex.text)
        ctx.put(indent, f"{' = '.join(places)} = {text}", targets[0].line)
        return
    given, ex = node, express(ctx, node)
    for target, goal in zip(reversed(targets), reversed(goals), strict=True):
        _store(ctx, target, goal, given, ex, indent)
        given, ex = target, goal


def _compound(ctx: Context, operator: str, target: Node, given: Node, indent: int) -> None:
    goal, ex = express(ctx, target), express(ctx, given)
    place = ctx.writes(target.text) if target.kind == "identifier" else goal.text
    new = combined(ctx, operator, (target, goal), (given, ex))
    local = target.kind == "identifier" or place.endswith(".v")
    kept = stored(ctx, target, new, goal.type) if local else new
    same = kept.text == new.text and element(ctx.resolve(goal.type)) is None
    sign = operator
    if same and operator == "/" and new.text.startswith(f"{goal.text} // "):
        sign = "//"
    simple = f"{goal.text} {sign} "
    if same and new.text.startswith(simple) and operator in BINDS:
        right = new.text[len(simple) :]
        if right == f"({ex.text})" and ex.binds > WALRUS:
            right = ex.text
        ctx.put(indent, f"{place} {sign}= {whole(right)}", target.line)
    else:
        ctx.put(indent, f"{place} = {whole(kept.text)}", target.line)


# ---- calls as statements


def _call(ctx: Context, node: Node, indent: int) -> None:
    function = core(node.need("function"))
    name = function.text if function.kind == "identifier" else ""
    given = node.need("arguments").kids
    writer = _CALLS.get(name)
    if writer is not None:
        writer(ctx, node, indent)
        return
    if name and ctx.local(name) is None:
        macro = ctx.declared.macros.get(name)
        if macro is not None and macro.parameters is not None and name not in ctx.expanding:
            how = treatment(ctx, macro)
            statement = how == "statement" or (";" in macro.body and captures(ctx, macro))
            if statement and len(ctx.expanding) < 8:
                text = substituted(macro, [kid.words for kid in given])
                tree = statement_tree(ctx, text, node.line) if len(text) < 20_000 else None
                if tree is not None:
                    _expand(ctx, node, name, tree, indent)
                    return
    _plain(ctx, node, indent)


def _expand(ctx: Context, node: Node, name: str, tree: Node, indent: int) -> None:
    """A macro that jumps or assigns, written where it is used."""
    words = " ".join(node.words.split())
    ctx.put(indent, f"# {words}", node.line)
    inner = [kid for kid in tree.kids if kid.kind != "expression_statement" or kid.kids]
    if len(inner) == 1 and inner[0].kind == "do_statement":
        again = core(inner[0].need("condition")).text
        if again in ("0", "false"):
            tree = inner[0].need("body")
    ctx.expanding.append(name)
    written = len(ctx.lines)
    try:
        block(ctx, tree, indent)
    finally:
        ctx.expanding.pop()
    fill(ctx, written, indent, node.line)


def _assert(ctx: Context, node: Node, indent: int) -> None:
    given = node.need("arguments").kids
    if len(given) != 1:
        _plain(ctx, node, indent)
        return
    test = whole(condition(ctx, given[0]).text)
    if node.need("function").text.startswith("QEMU_BUILD"):
        test = f"not ({test})"
    ctx.put(indent, f"assert {test}", node.line)


def _guard(ctx: Context, node: Node, indent: int) -> None:
    ctx.put(indent, "errp = ERRP_GUARD(errp)", node.line)


def _va_start(ctx: Context, node: Node, indent: int) -> None:
    given = node.need("arguments").kids
    ctx.put(indent, f"{express(ctx, given[0]).text} = va_list(va)", node.line)


_CALLS: Final[dict[str, Writer]] = {
    "assert": _assert,
    "g_assert": _assert,
    "QEMU_BUILD_BUG_ON": _assert,
    "ERRP_GUARD": _guard,
    "va_start": _va_start,
}


# ---- declarations


def declaration(ctx: Context, node: Node, indent: int) -> None:
    """Local variables; each with its type."""
    kind = node.need("type")
    storage = {kid.text for kid in node.kids if kid.kind == "storage_class_specifier"}
    declarators = node.all("declarator")
    base = base_type(kind)
    inner = kind.get("body")
    if inner is not None and kind.kind in RECORDS:
        name = inner_name(kind, declarators, ctx.function.name)
        ctx.records[name] = dict(fields(inner, name, ctx.records))
        base = named(name)
        ctx.writers["record"](ctx, _named(kind, name), indent)
    elif inner is not None:
        ctx.writers["enum_specifier"](ctx, kind, indent)
    if "extern" in storage:
        return
    for declarator in declarators:
        name, ctype, _ = declare(declarator, base)
        if ctype.kind == "function" or not name:
            continue
        if "static" in storage:
            _static(ctx, declarator, name, ctype)
        else:
            _variable(ctx, declarator, name, ctype, indent)


def _named(kind: Node, name: str) -> Node:
    node = Node(kind.kind, kind.field, kind.start, kind.end, name, kind.source)
    node.kids = kind.kids
    return node


def _variable(ctx: Context, declarator: Node, name: str, ctype: CType, indent: int) -> None:
    given = declarator.get("value") if declarator.kind == "init_declarator" else None
    after = _hoisting(ctx, given) if given is not None else None
    line = declarator.line
    if given is not None and ctype.kind == "array" and not ctype.name:
        local = ctx.declare(name, ctype)
        text = starting(ctx, given, ctype)
    else:
        # the initialiser of a variable that hides another may use the hidden one
        local = ctx.declare(name, ctype)
        text = starting(ctx, given, ctype)
    auto = declarator.source.autos.get(line)
    tail = f"  # {auto}" if auto else ""
    spelled = tagged(ctx, declarator, annotation(ctype))
    if local.boxed:
        ctx.put(indent, f"{local.name}: Ref[{spelled}] = {ctx.helper('Ref')}({text}){tail}", line)
    elif text:
        ctx.put(indent, f"{local.name}: {spelled} = {whole(text)}{tail}", line)
    else:
        ctx.put(indent, f"{local.name}: {spelled}{tail}", line)
    _hoisted(ctx, after, indent, line)


def starting(ctx: Context, given: Node | None, ctype: CType) -> str:
    """The value that a variable starts with; "" for a scalar that has none."""
    behind = ctx.resolve(ctype) or ctype
    if behind.kind == "array":
        return _array(ctx, given, behind)
    if ctx.is_record(ctype):
        if given is None:
            return f"{by_value(ctype)}()"
        ex = initial(ctx, given, ctype, outermost=True)
        if given.kind in ("initializer_list", "compound_literal_expression", "call_expression"):
            return ex.text
        return f"{ctx.helper('copy')}({ex.text})"
    if given is None:
        return ""
    ex = stored(ctx, given, initial(ctx, given, ctype, outermost=True), ctype)
    return f"({ex.text})" if ex.binds == WALRUS else ex.text


def _array(ctx: Context, given: Node | None, behind: CType) -> str:
    array = ctx.helper("array")
    if given is not None and given.kind == "initializer_list":
        return initial(ctx, given, behind, outermost=True).text
    sizes = []
    of: CType | None = behind
    while of is not None and of.kind == "array":
        sizes.append(ctx.dimension(of.name))
        of = ctx.resolve(of.of) if of.of is not None and of.of.kind == "array" else of.of
    dimension = sizes[0] if len(sizes) == 1 else f"({', '.join(sizes)})"
    kind = by_value(of) if of is not None else "object"
    if given is None:
        return f"{array}({kind}, n={dimension})"
    size = f", n={dimension}" if behind.name else ""
    return f"{array}({kind}, {express(ctx, given).text}{size})"


def tagged(ctx: Context, declarator: Node, spelled: str) -> str:
    """The annotation with the kind that a tag comment beside the declarator gives."""
    if not ctx.tags or declarator.source.pinned:
        return spelled
    line = declarator.last
    for start, kind in ctx.tags.get(line, ()):
        if start >= declarator.end:
            between = declarator.source.masked.code[declarator.end : start]
            if re.fullmatch(rb"[\s;,)]*(?:=[^,;]*[;,]\s*)?", between) and between.count(b",") < 2:
                return f'Annotated[{spelled}, "{kind}"]'
            return spelled
    return spelled


def _static(ctx: Context, declarator: Node, name: str, ctype: CType) -> None:
    """A static local variable lives at module level."""
    given = declarator.get("value") if declarator.kind == "init_declarator" else None
    function = ctx.function
    python = f"{function.name}__{name}"
    boxed = name in function.addressed and ctx.is_scalar(ctype)
    function.scopes[-1][name] = variable(python, ctype, boxed, shared=True)
    text = starting(ctx, given, ctype) or zero(ctx, ctype)
    spelled = annotation(ctype)
    kept, ctx.lines = ctx.lines, []
    if boxed:
        ctx.put(0, f"{python}: Ref[{spelled}] = {ctx.helper('Ref')}({text})", declarator.line)
    else:
        ctx.put(0, f"{python}: {spelled} = {whole(text)}", declarator.line)
    function.statics.extend(ctx.lines)
    ctx.lines = kept


def zero(ctx: Context, ctype: CType) -> str:
    """What a variable of file scope holds when nothing is said."""
    behind = ctx.resolve(ctype)
    if behind is not None and behind.kind in ("ptr", "function"):
        return "NULL"
    if ctx.is_record(ctype):
        return f"{by_value(ctype)}()"
    width = ctx.width(ctype)
    return "False" if width is not None and width.bits == 1 else "0"


# ---- if, return, the rest


def if_statement(ctx: Context, node: Node, indent: int) -> None:
    """``if`` and its ``else if`` chain."""
    word = "if"
    current: Node | None = node
    while current is not None:
        test = condition(ctx, current.need("condition"))
        ctx.put(indent, f"{word} {whole(test.text)}:", current.line)
        body(ctx, current.need("consequence"), indent + 1)
        other = current.get("alternative")
        current = None
        if other is not None:
            inner = other.kids[0] if other.kids else other
            if inner.kind == "if_statement" and not needs_lines(ctx, inner):
                word, current = "elif", inner
            else:
                ctx.put(indent, "else:", other.line)
                body(ctx, inner, indent + 1)


_GNU: Final = frozenset(("compound_statement",))


def needs_lines(_: Context, node: Node) -> bool:
    """Whether the condition writes lines of its own before the ``if``."""
    return contains(node.need("condition"), _GNU)


def return_statement(ctx: Context, node: Node, indent: int) -> None:
    """``return``, with the value narrowed where it may not fit."""
    if not node.kids:
        ctx.put(indent, "return", node.line)
        return
    given = core(node.kids[0])
    returns = ctx.function.returns
    ex = express(ctx, given)
    if returns is not None and ctx.is_record(returns):
        if given.kind in ("field_expression", "subscript_expression", "pointer_expression"):
            ex = Ex(f"{ctx.helper('copy')}({ex.text})", POSTFIX, ex.type)
    else:
        width, own = ctx.width(returns), ctx.width(ex.type)
        narrower = width is not None and own is not None and width.bits < own.bits
        if narrower or not ex.exact:
            ex = stored(ctx, given, ex, returns)
    text = f"({ex.text})" if ex.binds == WALRUS else whole(ex.text)
    ctx.put(indent, f"return {text}", node.line)


def compound(ctx: Context, node: Node, indent: int) -> None:
    """A block; Python needs no mark for it."""
    block(ctx, node, indent)


def statement_expression(ctx: Context, node: Node) -> Ex:
    """GNU's ``({ ...; value; })``: a nested function, defined before the statement."""
    if not node.kids:
        raise UntranslatedError("empty statement expression")
    name = ctx.fresh("stmt_expr")
    indent, function = ctx.indent, ctx.function
    kept, ctx.lines = ctx.lines, []
    outer, writes = function.nested, function.nonlocals
    function.scopes.append({})
    function.nested, function.nonlocals = len(function.scopes) - 1, set()
    hoist, ctx.hoist = ctx.hoist, None
    ctype: CType | None = None
    try:
        statements(ctx, node.kids[:-1], indent + 1)
        last = node.kids[-1]
        if last.kind == "expression_statement" and last.kids:
            ex = express(ctx, last.kids[0])
            ctype = ex.type
            text = f"({ex.text})" if ex.binds == WALRUS else whole(ex.text)
            ctx.put(indent + 1, f"return {text}", last.line)
        else:
            statements(ctx, [last], indent + 1)
    finally:
        inner, ctx.lines, ctx.hoist = ctx.lines, kept, hoist
        used, function.nested, function.nonlocals = function.nonlocals, outer, writes
        function.scopes.pop()
        ctx.indent = indent
    ctx.put(indent, f"def {name}():", node.line)
    if used:
        ctx.put(indent + 1, f"nonlocal {', '.join(sorted(used))}", node.line)
    written = len(ctx.lines)
    ctx.lines.extend(inner)
    fill(ctx, written, indent + 1, node.line)
    return Ex(f"{name}()", ATOM, ctype)


STATEMENTS: Final[dict[str, Writer]] = {
    "expression_statement": expression_statement,
    "declaration": declaration,
    "if_statement": if_statement,
    "return_statement": return_statement,
    "compound_statement": compound,
}
