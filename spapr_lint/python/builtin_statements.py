"""Statements and patterns of the running Python's own tree; see `builtin`.

Each handler does what its namesake in `statements`, `definitions` and `patterns`
does with libcst's nodes, and hands out the sites in the same order.
"""

from __future__ import annotations

from _ast import AsyncFunctionDef, Constant, Tuple
from sys import intern

from spapr_lint.ir import (
    ASSERT,
    ASSIGN,
    AUGMENT,
    BREAK,
    CLASS,
    CONST,
    CONTINUE,
    DECLARE,
    DEFINE,
    DELETE,
    EXPRESSION,
    FOR,
    FROM,
    IF,
    IMPORT,
    MATCH,
    NAME,
    P_AS,
    P_CAPTURE,
    P_CLASS,
    P_MAPPING,
    P_OR,
    P_SEQUENCE,
    P_STAR,
    P_VALUE,
    RAISE,
    RETURN,
    TRY,
    WHILE,
    WITH,
    Block,
    Node,
)
from spapr_lint.python.builtin_expressions import parameters
from spapr_lint.python.definitions import Head, define, define_class
from spapr_lint.python.lowering import Handler, Lowering, Syntax

_UNSAID = (str, bytes, type(...))


def block(low: Lowering, nodes: list[Syntax]) -> Block:
    """The statements of a body."""
    statements = low.statements
    lowered = []
    for statement in nodes:
        done = statements[statement.__class__](low, statement)
        if done is not None:
            lowered.append(done)
    return tuple(lowered)


def expression(low: Lowering, node: Syntax) -> Node | None:
    value = node.value
    if value.__class__ is Constant and value.value.__class__ in _UNSAID:
        return None
    return (EXPRESSION, low.expressions[value.__class__](low, value), low.next())


def assign(low: Lowering, node: Syntax) -> Node:
    value = node.value
    value = low.expressions[value.__class__](low, value)
    table = low.targets
    targets = tuple([table[target.__class__](low, target) for target in node.targets])
    return (ASSIGN, targets, value, low.next())


def declare(low: Lowering, node: Syntax) -> Node:
    value = low.optional(node.value)
    target = low.target(node.target)
    return (DECLARE, target, low.source.annotation(node.annotation), value, low.next())


def augment(low: Lowering, node: Syntax) -> Node:
    target = low.target(node.target)
    value = low.expression(node.value)
    return (AUGMENT, target, low.spelling[node.op.__class__], value, low.next())


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
    cause = low.optional(node.cause)
    return (RAISE, exception, cause, low.next())


def assert_(low: Lowering, node: Syntax) -> Node:
    test = low.expression(node.test)
    return (ASSERT, test, low.optional(node.msg), low.next())


def delete(low: Lowering, node: Syntax) -> Node:
    given = node.targets
    if len(given) == 1 and given[0].__class__ is Tuple:
        given = given[0].elts
    targets = tuple([low.target(target) for target in given])
    return (DELETE, targets, low.next())


def nothing(_low: Lowering, _node: Syntax) -> None:
    return None


def break_(low: Lowering, _node: Syntax) -> Node:
    return (BREAK, low.next())


def continue_(low: Lowering, _node: Syntax) -> Node:
    return (CONTINUE, low.next())


def global_(low: Lowering, node: Syntax) -> None:
    for name in node.names:
        low.scope.declare_global(intern(name))


def nonlocal_(low: Lowering, node: Syntax) -> None:
    for name in node.names:
        low.scope.declare_outer(intern(name))


def import_(low: Lowering, node: Syntax) -> Node:
    names = []
    for name in node.names:
        module = intern(name.name)
        if name.asname is not None:
            bound, whole = intern(name.asname), True
        else:
            bound = intern(module.partition(".")[0])
            whole = bound == module
        low.scope.bind(bound)
        names.append((module, bound, whole))
    return (IMPORT, tuple(names), low.next())


def import_from(low: Lowering, node: Syntax) -> Node:
    module = "" if node.module is None else intern(node.module)
    level = node.level
    if node.names[0].name == "*":
        return (FROM, module, level, None, low.next())
    names = []
    for name in node.names:
        imported = intern(name.name)
        bound = imported if name.asname is None else intern(name.asname)
        low.scope.bind(bound)
        names.append((imported, bound))
    return (FROM, module, level, tuple(names), low.next())


def if_(low: Lowering, node: Syntax) -> Node:
    # A chain of elif is taken apart in a loop: it may be longer than recursion allows.
    chain = []
    while True:
        test = node.test
        chain.append((node, low.expressions[test.__class__](low, test), block(low, node.body)))
        rest = node.orelse
        if len(rest) != 1 or rest[0].__class__ is not node.__class__:
            break
        node = rest[0]
    otherwise = block(low, rest)
    while True:
        branch, test, then = chain.pop()
        if not chain:
            return (IF, test, then, otherwise, low.next())
        otherwise = ((IF, test, then, otherwise, low.at(branch)),)


def while_(low: Lowering, node: Syntax) -> Node:
    test = low.expression(node.test)
    body = block(low, node.body)
    return (WHILE, test, body, block(low, node.orelse), low.next())


def for_(low: Lowering, node: Syntax) -> Node:
    iterable = low.expression(node.iter)
    target = low.target(node.target)
    body = block(low, node.body)
    return (FOR, target, iterable, body, block(low, node.orelse), low.next())


def try_(low: Lowering, node: Syntax) -> Node:
    starred = node.__class__.__name__ == "TryStar"
    body = block(low, node.body)
    handlers = tuple([_handler(low, handler, starred) for handler in node.handlers])
    otherwise = block(low, node.orelse)
    return (TRY, body, handlers, otherwise, block(low, node.finalbody), low.next())


def _handler(low: Lowering, node: Syntax, starred: bool) -> tuple[Node | None, str | None, Block]:
    types = low.optional(node.type)
    name = None
    if node.name is not None:
        name = intern(node.name)
        low.scope.bind(name)
        name = intern(f"*{name}") if starred else name
    return types, name, block(low, node.body)


def with_(low: Lowering, node: Syntax) -> Node:
    items = []
    for item in node.items:
        value = low.expression(item.context_expr)
        target = None if item.optional_vars is None else low.target(item.optional_vars)
        items.append((value, target))
    return (WITH, tuple(items), block(low, node.body), low.next())


# ---- definitions


def function(low: Lowering, node: Syntax) -> Node:
    decorators = tuple([low.expression(one) for one in node.decorator_list])
    listed = parameters(low, node.args)
    name = intern(node.name)
    operation, operand = low.scope.bind(name)
    target = (operation, operand, low.at(node))
    returns = None if node.returns is None else low.source.annotation(node.returns)
    is_async = node.__class__ is AsyncFunctionDef
    head = Head(name, listed, target, returns, is_async)
    index = define(low, node, head, node, lambda: block(low, node.body))
    return (DEFINE, index, decorators, low.next())


def class_(low: Lowering, node: Syntax) -> Node:
    decorators = tuple([low.expression(one) for one in node.decorator_list])
    bases = tuple([low.expression(base) for base in node.bases])
    keywords = tuple([(one.arg, low.expression(one.value)) for one in node.keywords])
    index = define_class(low, node, intern(node.name), node, lambda: block(low, node.body))
    return (CLASS, index, decorators, bases, keywords, low.next())


STATEMENTS: dict[str, Handler] = {
    "Expr": expression,
    "Assign": assign,
    "AnnAssign": declare,
    "AugAssign": augment,
    "TypeAlias": alias,
    "Return": return_,
    "Raise": raise_,
    "Assert": assert_,
    "Delete": delete,
    "Pass": nothing,
    "Break": break_,
    "Continue": continue_,
    "Global": global_,
    "Nonlocal": nonlocal_,
    "Import": import_,
    "ImportFrom": import_from,
    "If": if_,
    "While": while_,
    "For": for_,
    "AsyncFor": for_,
    "Try": try_,
    "TryStar": try_,
    "With": with_,
    "AsyncWith": with_,
    "FunctionDef": function,
    "AsyncFunctionDef": function,
    "ClassDef": class_,
}


# ---- match


def match(low: Lowering, node: Syntax) -> Node:
    subject = low.expression(node.subject)
    cases = []
    for case in node.cases:
        pattern = _pattern(low, case.pattern)
        guard = low.optional(case.guard)
        cases.append((pattern, guard, block(low, case.body)))
    return (MATCH, subject, tuple(cases), low.next())


STATEMENTS["Match"] = match


def _pattern(low: Lowering, node: Syntax) -> Node:
    lowered: Node = low.patterns[node.__class__](low, node)
    return lowered


def _patterns(low: Lowering, nodes: list[Syntax]) -> tuple[Node, ...]:
    return tuple([_pattern(low, one) for one in nodes])


def _capture(low: Lowering, name: str | None) -> Node | None:
    if name is None:
        return None
    known = low.cache.get(name)
    operation, operand = low.scope.bind(name) if known is None or known[0] != NAME else known
    return (operation, operand, low.next())


def value(low: Lowering, node: Syntax) -> Node:
    return (P_VALUE, low.expression(node.value), low.next())


def singleton(low: Lowering, node: Syntax) -> Node:
    return (P_VALUE, (CONST, node.value, low.next()), low.next())


def sequence(low: Lowering, node: Syntax) -> Node:
    return (P_SEQUENCE, _patterns(low, node.patterns), low.next())


def star(low: Lowering, node: Syntax) -> Node:
    return (P_STAR, _capture(low, node.name), low.next())


def mapping(low: Lowering, node: Syntax) -> Node:
    keys = []
    patterns = []
    for key, pattern in zip(node.keys, node.patterns):  # noqa: B905
        keys.append(low.expression(key))
        patterns.append(_pattern(low, pattern))
    rest = _capture(low, node.rest)
    return (P_MAPPING, tuple(keys), tuple(patterns), rest, low.next())


def pattern_class(low: Lowering, node: Syntax) -> Node:
    called = low.expression(node.cls)
    patterns = _patterns(low, node.patterns)
    keywords = [
        (intern(name), _pattern(low, one))
        for name, one in zip(node.kwd_attrs, node.kwd_patterns)  # noqa: B905
    ]
    return (P_CLASS, called, patterns, tuple(keywords), low.next())


def either(low: Lowering, node: Syntax) -> Node:
    return (P_OR, _patterns(low, node.patterns), low.next())


def named(low: Lowering, node: Syntax) -> Node:
    if node.pattern is None:
        return (P_CAPTURE, _capture(low, node.name), low.next())
    pattern = _pattern(low, node.pattern)
    target = _capture(low, node.name)
    return (P_AS, pattern, target, low.next())


PATTERNS: dict[str, Handler] = {
    "MatchValue": value,
    "MatchSingleton": singleton,
    "MatchSequence": sequence,
    "MatchStar": star,
    "MatchMapping": mapping,
    "MatchClass": pattern_class,
    "MatchOr": either,
    "MatchAs": named,
}
