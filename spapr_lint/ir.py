"""What a function does, as nested tuples.

Both front ends produce this form and `flow` interprets it.  A node is a plain
tuple whose first item is an operation (an ``int`` below) and whose last item is
its *site*: the ordinal of the node among the nodes of its module, in the order
in which they were lowered.  Positions are not stored; a front end that is asked
recovers the position of a site from the text (`Module.sites` says how many
there are).  Tuples of ``int``, ``str``, ``bytes``, ``float``, ``bool`` and
``None`` can be written to a cache as they are.

Expressions
-----------
CONST(value)                      int, str, bytes, float, bool, None or ``...``
NAME(id)                          a variable of the function (or class body) at hand
GLOBAL(id)                        a variable of the module, or a builtin
FREE(id)                          a variable of an enclosing function
ATTR(object, name)
ITEM(object, key)                 key is an expression, SLICE or a tuple display
SLICE(lower, upper, step)         each an expression or None
CALL(function, arguments, keywords)
                                  arguments: expressions, STAR among them;
                                  keywords: (name, expression), name None for ``**``
BINARY(operator, left, right)     operator as it is spelled: ``+``, ``<<``, …
UNARY(operator, operand)          ``-``, ``+``, ``~``, ``not``
COMPARE(left, ((operator, right), …))
LOGIC(operator, operands)         ``and``, ``or``
CHOOSE(test, then, otherwise)     conditional expression
FUNCTION(index)                   a lambda: ``Module.functions[index]``
DISPLAY(shape, elements)          shape ``list``, ``tuple`` or ``set``; STAR among elements
MAPPING(items)                    items: (key, value); key None for ``**value``
COMPREHENSION(shape, elements, clauses)
                                  shape ``list``, ``set``, ``dict`` or ``generator``;
                                  elements: (element,) or (key, value);
                                  clauses: (target, iterable, conditions)
YIELD(value)                      value may be None
YIELD_FROM(iterable)
AWAIT(value)
BIND(target, value)               ``:=``
FORMAT(parts)                     an f-string; parts are expressions, text that stands
                                  together is one part
STAR(value)                       in arguments, displays and targets
OPAQUE(text)                      what the front end could not read

Statements
----------
ASSIGN(targets, value)            targets: NAME, GLOBAL, FREE, ATTR, ITEM, DISPLAY, STAR
DECLARE(target, annotation, value)    annotation is text; value may be None
AUGMENT(target, operator, value)
EXPRESSION(value)
RETURN(value)                     value may be None
RAISE(exception, cause)           each may be None
IF(test, then, otherwise)         blocks are tuples of statements
WHILE(test, body, otherwise)
FOR(target, iterable, body, otherwise)
BREAK() CONTINUE()
TRY(body, handlers, otherwise, final)     handlers: (types, name, body); types, name may be None
                                  (of ``except*`` the name begins with a star)
WITH(items, body)                 items: (expression, target); target may be None
MATCH(subject, cases)             cases: (pattern, guard, body); guard may be None
DEFINE(index, decorators)         binds ``Module.functions[index].name`` (see `Function.target`)
CLASS(index, decorators, bases, keywords)
IMPORT(names)                     names: (dotted module, bound name, whether the name
                                  is bound to the module itself and not to its top package)
FROM(module, level, names)        names: (name, bound name), or None for ``*``
DELETE(targets)
ASSERT(test, message)             message may be None

Patterns of MATCH (site last, as everywhere)
--------------------------------------------
P_VALUE(expression)  P_CAPTURE(target or None)  P_SEQUENCE(patterns)
P_STAR(target or None)  P_MAPPING(keys, patterns, rest target or None)
P_CLASS(class, patterns, keywords: (name, pattern))  P_OR(patterns)  P_AS(pattern, target)
"""

from __future__ import annotations

import marshal
from collections.abc import Sequence
from typing import Any, NamedTuple

Node = tuple[Any, ...]
Block = tuple[Node, ...]

(
    CONST,
    NAME,
    GLOBAL,
    FREE,
    ATTR,
    ITEM,
    SLICE,
    CALL,
    BINARY,
    UNARY,
    COMPARE,
    LOGIC,
    CHOOSE,
    FUNCTION,
    DISPLAY,
    MAPPING,
    COMPREHENSION,
    YIELD,
    YIELD_FROM,
    AWAIT,
    BIND,
    FORMAT,
    STAR,
    OPAQUE,
) = range(24)

(
    ASSIGN,
    DECLARE,
    AUGMENT,
    EXPRESSION,
    RETURN,
    RAISE,
    IF,
    WHILE,
    FOR,
    BREAK,
    CONTINUE,
    TRY,
    WITH,
    MATCH,
    DEFINE,
    CLASS,
    IMPORT,
    FROM,
    DELETE,
    ASSERT,
) = range(24, 44)

(
    P_VALUE,
    P_CAPTURE,
    P_SEQUENCE,
    P_STAR,
    P_MAPPING,
    P_CLASS,
    P_OR,
    P_AS,
) = range(44, 52)


class Parameter(NamedTuple):
    """One parameter of a function.

    ``passing`` is one of ``positional`` (before ``/``), ``both``, ``star``
    (``*args``), ``keyword`` (after ``*``) and ``mapping`` (``**kwargs``).
    ``default`` is an expression of the enclosing scope, or None; ``annotation``
    is its text with white space folded, or None.
    """

    name: str
    passing: str
    default: Node | None
    annotation: str | None
    site: int


class Code:
    """The body of a function: packed, as it comes from a cache, until it is asked for.

    Of a large tree few functions are interpreted; the rest is never unpacked.
    ``was_read`` says whether anything ever depended on what the function does.
    """

    __slots__ = ("_block", "_packed", "was_read")

    def __init__(self, block: Block | None = None, packed: bytes = b"") -> None:
        self._block = block
        self._packed = packed
        self.was_read = False

    def block(self) -> Block:
        """The statements."""
        self.was_read = True
        if self._block is None:
            self._block = marshal.loads(self._packed)
        return self._block

    def packed(self) -> bytes:
        """The statements as `marshal` writes them."""
        return self._packed or marshal.dumps(self._block)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Code) and self.block() == other.block()

    def __hash__(self) -> int:
        return hash(self.block())

    def __repr__(self) -> str:
        return repr(self.block())


class Function(NamedTuple):
    """A function, method or lambda.

    ``qualname`` is Python's (``Outer.method``, ``f.<locals>.g``).  ``owner`` is
    the index in `Module.classes` of the class whose body holds the definition,
    or None.  ``target`` is the node that the definition binds (NAME, GLOBAL or
    FREE), None for a lambda.  ``variables`` are the names that NAME may use in
    ``body``: parameters first, then in order of first binding.  ``shared`` are
    those of them that an inner function uses through FREE.  A lambda's body is
    one RETURN.
    """

    name: str
    qualname: str
    parameters: tuple[Parameter, ...]
    code: Code
    variables: tuple[str, ...]
    shared: tuple[str, ...]
    returns: str | None
    owner: int | None
    target: Node | None
    is_generator: bool
    is_async: bool
    site: int

    @property
    def body(self) -> Block:
        """The statements of the function."""
        return self.code.block()


class Class(NamedTuple):
    """A class; the statements of its body bind NAMEs of the class scope."""

    name: str
    qualname: str
    body: Block
    variables: tuple[str, ...]
    target: Node | None
    site: int


class Module(NamedTuple):
    """One module: what its text does, without a position or a comment."""

    body: Block
    functions: tuple[Function, ...]
    classes: tuple[Class, ...]
    sites: int


def plain(module: Module) -> Node:
    """A module as nested plain tuples: equal ones of equal modules."""
    return _taken_apart(module, [one.body for one in module.functions])


def packed(module: Module) -> Node:
    """As `plain`, for a cache or another process: the bodies of functions as bytes."""
    return _taken_apart(module, [one.code.packed() for one in module.functions])


def _taken_apart(module: Module, bodies: Sequence[Block | bytes]) -> Node:
    functions = tuple(
        [
            (*one[:2], tuple([tuple(p) for p in one.parameters]), body, *one[4:])
            for one, body in zip(module.functions, bodies, strict=True)
        ]
    )
    return (module.body, functions, tuple([tuple(one) for one in module.classes]), module.sites)


def module(data: Node) -> Module:
    """The module that `packed` took apart.

    Raises `TypeError` or `ValueError` if it is of another shape.
    """
    body, functions, classes, sites = data
    return Module(
        body,
        tuple([_function(one) for one in functions]),
        tuple([Class(*one) for one in classes]),
        sites,
    )


def _function(data: Node) -> Function:
    name, qualname, parameters, body, *rest = data
    listed = tuple([Parameter(*one) for one in parameters])
    return Function(name, qualname, listed, Code(packed=body), *rest)
