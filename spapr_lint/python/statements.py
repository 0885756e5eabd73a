"""Statements: one small function for each kind of syntax node, and their table.

A handler gives the lowered statement, or None for one that does nothing (`pass`,
a docstring, `global`).
"""

from __future__ import annotations

from sys import intern

from spapr_lint.ir import (
    ASSERT,
    ASSIGN,
    AUGMENT,
    BREAK,
    CONTINUE,
    DECLARE,
    DELETE,
    EXPRESSION,
    FOR,
    FROM,
    IF,
    IMPORT,
    RAISE,
    RETURN,
    TRY,
    WHILE,
    WITH,
    Block,
    Node,
)
from spapr_lint.python.annotations import text_of
from spapr_lint.python.expressions import pieces_of
from spapr_lint.python.lowering import Handler, Lowering, Syntax


def block(low: Lowering, node: Syntax) -> Block:
    """The statements of a module, an indented block or the rest of a line."""
    statements = low.statements
    line = low.types.SimpleStatementLine
    lowered = []
    for statement in node.body:
        if statement.__class__ is line:
            for small in statement.body:
                done = statements[small.__class__](low, small)
                if done is not None:
                    lowered.append(done)
        else:
            done = statements[statement.__class__](low, statement)
            if done is not None:
                lowered.append(done)
    return tuple(lowered)


def _body(low: Lowering, node: Syntax | None) -> Block:
    return () if node is None else block(low, node.body)


def expression(low: Lowering, node: Syntax) -> Node | None:
    value = node.value
    kind = value.__class__
    types = low.types
    if kind is types.SimpleString or kind is types.ConcatenatedString or kind is types.Ellipsis:
        if kind is not types.ConcatenatedString:
            return None
        if all(piece.__class__ is types.SimpleString for piece in pieces_of(low, value)):
            return None
    return (EXPRESSION, low.expressions[kind](low, value), low.next())


def assign(low: Lowering, node: Syntax) -> Node:
    value = node.value
    value = low.expressions[value.__class__](low, value)
    targets = []
    for target in node.targets:
        target = target.target
        targets.append(low.targets[target.__class__](low, target))
    return (ASSIGN, tuple(targets), value, low.next())


def declare(low: Lowering, node: Syntax) -> Node:
    value = low.optional(node.value)
    target = low.target(node.target)
    return (DECLARE, target, text_of(low, node.annotation.annotation), value, low.next())


def augment(low: Lowering, node: Syntax) -> Node:
    target = low.target(node.target)
    value = low.expression(node.value)
    return (AUGMENT, target, low.spelling[node.operator.__class__], value, low.next())


def alias(low: Lowering, node: Syntax) -> Node:
    value = low.expression(node.value)
    return (ASSIGN, (low.target(node.name),), value, low.next())


def return_(low: Lowering, node: Syntax) -> Node:
    value = node.value
    if value is not None:
        value = low.expressions[value.__class__](low, value)
    return (RETURN, value, low.next())


def raise_(low: Lowering, node: Syntax) -> Node:
    exception = low.optional(node.exc)
    cause = None if node.cause is None else low.expression(node.cause.item)
    return (RAISE, exception, cause, low.next())


def assert_(low: Lowering, node: Syntax) -> Node:
    test = low.expression(node.test)
    return (ASSERT, test, low.optional(node.msg), low.next())


def delete(low: Lowering, node: Syntax) -> Node:
    target = node.target
    if target.__class__ is low.types.Tuple:
        targets = tuple([low.target(element.value) for element in target.elements])
    else:
        targets = (low.target(target),)
    return (DELETE, targets, low.next())


def nothing(_low: Lowering, _node: Syntax) -> None:
    return None


def break_(low: Lowering, _node: Syntax) -> Node:
    return (BREAK, low.next())


def continue_(low: Lowering, _node: Syntax) -> Node:
    return (CONTINUE, low.next())


def global_(low: Lowering, node: Syntax) -> None:
    for item in node.names:
        low.scope.declare_global(intern(item.name.value))


def nonlocal_(low: Lowering, node: Syntax) -> None:
    for item in node.names:
        low.scope.declare_outer(intern(item.name.value))


def dotted(node: Syntax) -> str:
    """The text of a name with dots."""
    parts: list[str] = []
    while hasattr(node, "attr"):
        parts.append(node.attr.value)
        node = node.value
    parts.append(node.value)
    return intern(".".join(reversed(parts)))


def import_(low: Lowering, node: Syntax) -> Node:
    names = []
    for name in node.names:
        module = dotted(name.name)
        if name.asname is not None:
            bound, whole = intern(name.asname.name.value), True
        else:
            bound = intern(module.partition(".")[0])
            whole = bound == module
        low.scope.bind(bound)
        names.append((module, bound, whole))
    return (IMPORT, tuple(names), low.next())


def import_from(low: Lowering, node: Syntax) -> Node:
    module = "" if node.module is None else dotted(node.module)
    level = len(node.relative)
    if node.names.__class__ is low.types.ImportStar:
        return (FROM, module, level, None, low.next())
    names = []
    for name in node.names:
        imported = dotted(name.name)
        bound = imported if name.asname is None else intern(name.asname.name.value)
        low.scope.bind(bound)
        names.append((imported, bound))
    return (FROM, module, level, tuple(names), low.next())


def if_(low: Lowering, node: Syntax) -> Node:
    # A chain of elif is taken apart in a loop: it may be longer than recursion allows.
    chain = []
    otherwise = node
    while otherwise.__class__ is node.__class__:
        chain.append((otherwise, low.expression(otherwise.test), block(low, otherwise.body)))
        otherwise = otherwise.orelse
    rest = _body(low, otherwise)
    while True:
        branch, test, then = chain.pop()
        if not chain:
            return (IF, test, then, rest, low.next())
        rest = ((IF, test, then, rest, low.at(branch)),)


def while_(low: Lowering, node: Syntax) -> Node:
    test = low.expression(node.test)
    body = block(low, node.body)
    return (WHILE, test, body, _body(low, node.orelse), low.next())


def for_(low: Lowering, node: Syntax) -> Node:
    iterable = low.expression(node.iter)
    target = low.target(node.target)
    body = block(low, node.body)
    return (FOR, target, iterable, body, _body(low, node.orelse), low.next())


def try_(low: Lowering, node: Syntax) -> Node:
    starred = node.__class__.__name__ == "TryStar"
    body = block(low, node.body)
    handlers = tuple([_handler(low, handler, starred) for handler in node.handlers])
    otherwise = _body(low, node.orelse)
    return (TRY, body, handlers, otherwise, _body(low, node.finalbody), low.next())


def _handler(low: Lowering, node: Syntax, starred: bool) -> tuple[Node | None, str | None, Block]:
    types = low.optional(node.type)
    name = None
    if node.name is not None:
        name = intern(node.name.name.value)
        low.scope.bind(name)
        name = intern(f"*{name}") if starred else name
    return types, name, block(low, node.body)


def with_(low: Lowering, node: Syntax) -> Node:
    items = []
    for item in node.items:
        value = low.expression(item.item)
        target = None if item.asname is None else low.target(item.asname.name)
        items.append((value, target))
    return (WITH, tuple(items), block(low, node.body), low.next())


STATEMENTS: dict[str, Handler] = {
    "Expr": expression,
    "Assign": assign,
    "AnnAssign": declare,
    "AugAssign": augment,
    "TypeAlias": alias,
    "Return": return_,
    "Raise": raise_,
    "Assert": assert_,
    "Del": delete,
    "Pass": nothing,
    "Break": break_,
    "Continue": continue_,
    "Global": global_,
    "Nonlocal": nonlocal_,
    "Import": import_,
    "ImportFrom": import_from,
    "LazyImport": import_,
    "LazyImportFrom": import_from,
    "If": if_,
    "While": while_,
    "For": for_,
    "Try": try_,
    "TryStar": try_,
    "With": with_,
}
