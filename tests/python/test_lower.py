"""Shape and meaning of the IR, on programs small enough to be read."""

from __future__ import annotations

import gc

import pytest

from spapr_lint import ir
from spapr_lint.python import lower
from tests.python.helpers import module_nodes


def bare(tree: object) -> object:
    """A tree without its sites."""
    if isinstance(tree, tuple):
        if tree and type(tree[0]) is int and len(tree) > 1 and type(tree[-1]) is int:
            return tuple(bare(one) for one in tree[:-1])
        return tuple(bare(one) for one in tree)
    return tree


def statement(text: str) -> object:
    """The only statement of a module."""
    (one,) = lower(text + "\n").body
    return bare(one)


def expression(text: str) -> object:
    """The only expression of a module whose names are all global."""
    one = statement(f"_ = {text}")
    assert isinstance(one, tuple)
    return one[2]


def name(text: str) -> tuple[object, ...]:
    return (ir.GLOBAL, text)


A, B, C = name("a"), name("b"), name("c")


def const(value: object) -> tuple[object, ...]:
    return (ir.CONST, value)


EXPRESSIONS = {
    "a.b": (ir.ATTR, A, "b"),
    "a[b]": (ir.ITEM, A, B),
    "a[b:c]": (ir.ITEM, A, (ir.SLICE, B, C, None)),
    "a[::b]": (ir.ITEM, A, (ir.SLICE, None, None, B)),
    "a[b, c]": (ir.ITEM, A, (ir.DISPLAY, "tuple", (B, C))),
    "a[b,]": (ir.ITEM, A, (ir.DISPLAY, "tuple", (B,))),
    "a[(b)]": (ir.ITEM, A, B),
    "a[*b]": (ir.ITEM, A, (ir.DISPLAY, "tuple", ((ir.STAR, B),))),
    "a[:b, c]": (ir.ITEM, A, (ir.DISPLAY, "tuple", ((ir.SLICE, None, B, None), C))),
    "a()": (ir.CALL, A, (), ()),
    "a(b, *c, d=b, **c)": (
        ir.CALL,
        A,
        (B, (ir.STAR, C)),
        (("d", B), (None, C)),
    ),
    "a(b for b in c)": (
        ir.CALL,
        A,
        ((ir.COMPREHENSION, "generator", (B,), ((B, C, ()),)),),
        (),
    ),
    "a + b * c": (ir.BINARY, "+", A, (ir.BINARY, "*", B, C)),
    "a - b - c": (ir.BINARY, "-", (ir.BINARY, "-", A, B), C),
    "a ** b ** c": (ir.BINARY, "**", A, (ir.BINARY, "**", B, C)),
    "a << 3 | b": (ir.BINARY, "|", (ir.BINARY, "<<", A, const(3)), B),
    "-a": (ir.UNARY, "-", A),
    "not a": (ir.UNARY, "not", A),
    "a < b <= c": (ir.COMPARE, A, (("<", B), ("<=", C))),
    "a not in b": (ir.COMPARE, A, (("not in", B),)),
    "a is not b": (ir.COMPARE, A, (("is not", B),)),
    "a and b and c": (ir.LOGIC, "and", (A, B, C)),
    "a and (b and c)": (ir.LOGIC, "and", (A, (ir.LOGIC, "and", (B, C)))),
    "a or b and c": (ir.LOGIC, "or", (A, (ir.LOGIC, "and", (B, C)))),
    "a if b else c": (ir.CHOOSE, B, A, C),
    "(a, b)": (ir.DISPLAY, "tuple", (A, B)),
    "[a, *b]": (ir.DISPLAY, "list", (A, (ir.STAR, B))),
    "{a, b}": (ir.DISPLAY, "set", (A, B)),
    "()": (ir.DISPLAY, "tuple", ()),
    "{a: b, **c}": (ir.MAPPING, ((A, B), (None, C))),
    "[a for a in b if c]": (ir.COMPREHENSION, "list", (A,), ((A, B, (C,)),)),
    "{a: b for a in b for b, c in a}": (
        ir.COMPREHENSION,
        "dict",
        (A, B),
        ((A, B, ()), ((ir.DISPLAY, "tuple", (B, C)), A, ())),
    ),
    "(a := b)": (ir.BIND, A, B),
    "f'x{a!r:>{b}}{{y}}'": (ir.FORMAT, (const("x"), A, B, const("{y}"))),
    "'x' f'{a}' r'\\n'": (ir.FORMAT, (const("x"), A, const("\\n"))),
    "'x' \"y\" '''z'''": const("xyz"),
    "b'x' rb'\\n'": const(b"x\\n"),
    "f'x'": const("x"),
    "...": const(...),
    "True": const(True),
    "None": const(None),
    "0x_ff + 1_000": (ir.BINARY, "+", const(255), const(1000)),
    "1.5e3": const(1500.0),
    "2j": (ir.OPAQUE, "2j"),
    "1" * 5000: (ir.OPAQUE, "1" * 5000),
    "await a": (ir.AWAIT, A),
}


@pytest.mark.parametrize("text", EXPRESSIONS, ids=lambda text: text[:30])
def test_expressions(text: str) -> None:
    found = expression(text)
    assert found == EXPRESSIONS[text]
    assert repr(found) == repr(EXPRESSIONS[text])  # True is not 1


STATEMENTS = {
    "a = b = c": (ir.ASSIGN, (A, B), C),
    "a, *b = c": (ir.ASSIGN, ((ir.DISPLAY, "tuple", (A, (ir.STAR, B))),), C),
    "a.b[c] = a": (ir.ASSIGN, ((ir.ITEM, (ir.ATTR, A, "b"), C),), A),
    "a: int = b": (ir.DECLARE, A, "int", B),
    "a: int": (ir.DECLARE, A, "int", None),
    "a <<= b": (ir.AUGMENT, A, "<<", B),
    "a(b)": (ir.EXPRESSION, (ir.CALL, A, (B,), ())),
    "raise a from b": (ir.RAISE, A, B),
    "raise": (ir.RAISE, None, None),
    "assert a, b": (ir.ASSERT, A, B),
    "del a, b.c": (ir.DELETE, (A, (ir.ATTR, B, "c"))),
    "del (a)": (ir.DELETE, (A,)),
    "import a.b, c as d": (ir.IMPORT, (("a.b", "a", False), ("c", "d", True))),
    "import a, b.c as d": (ir.IMPORT, (("a", "a", True), ("b.c", "d", True))),
    "from ..a import b as c, d": (ir.FROM, "a", 2, (("b", "c"), ("d", "d"))),
    "from . import a": (ir.FROM, "", 1, (("a", "a"),)),
    "from a.b import *": (ir.FROM, "a.b", 0, None),
    "if a: b = 1\nelif b: c = 1\nelse: a = 1": (
        ir.IF,
        A,
        ((ir.ASSIGN, (B,), const(1)),),
        ((ir.IF, B, ((ir.ASSIGN, (C,), const(1)),), ((ir.ASSIGN, (A,), const(1)),)),),
    ),
    "while a: break\nelse: b()": (
        ir.WHILE,
        A,
        ((ir.BREAK,),),
        ((ir.EXPRESSION, (ir.CALL, B, (), ())),),
    ),
    "for a in b: continue": (ir.FOR, A, B, ((ir.CONTINUE,),), ()),
    "try: a()\nexcept b as c: pass\nexcept: pass\nelse: raise\nfinally: raise": (
        ir.TRY,
        ((ir.EXPRESSION, (ir.CALL, A, (), ())),),
        ((B, "c", ()), (None, None, ())),
        ((ir.RAISE, None, None),),
        ((ir.RAISE, None, None),),
    ),
    "with a as b, c: pass": (ir.WITH, ((A, B), (C, None)), ()),
    "type a = b": (ir.ASSIGN, (A,), B),
    "match a:\n  case [b, *_] if c: pass\n  case {1: a, **b} | c.d: pass\n  case _: pass": (
        ir.MATCH,
        A,
        (
            ((ir.P_SEQUENCE, ((ir.P_CAPTURE, B), (ir.P_STAR, None))), C, ()),
            (
                (
                    ir.P_OR,
                    (
                        (ir.P_MAPPING, (const(1),), ((ir.P_CAPTURE, A),), B),
                        (ir.P_VALUE, (ir.ATTR, C, "d")),
                    ),
                ),
                None,
                (),
            ),
            ((ir.P_CAPTURE, None), None, ()),
        ),
    ),
    "match a:\n  case b(1, c=None) as c: pass": (
        ir.MATCH,
        A,
        (
            (
                (
                    ir.P_AS,
                    (
                        ir.P_CLASS,
                        B,
                        ((ir.P_VALUE, const(1)),),
                        (("c", (ir.P_VALUE, const(None))),),
                    ),
                    C,
                ),
                None,
                (),
            ),
        ),
    ),
}


@pytest.mark.parametrize("text", STATEMENTS)
def test_statements(text: str) -> None:
    assert statement(text) == STATEMENTS[text]


@pytest.mark.parametrize(
    "text", ["", "# only\n", "pass\n", '"doc"\n', "...\n", "'a' 'b'\n", "\n\n"]
)
def test_what_does_nothing(text: str) -> None:
    assert lower(text).body == ()


def test_function_and_its_parts() -> None:
    module = lower(
        "@a\n"
        "async def f(p, /, q: Annotated[int, 'server.bound'] = b, *r, s=1, **t) -> list[ int ]:\n"
        "    yield p\n"
    )
    assert bare(module.body) == ((ir.DEFINE, 0, (A,)),)
    (function,) = module.functions
    assert [one[:4] for one in bare(function.parameters)] == [  # type: ignore[attr-defined]
        ("p", "positional", None, None),
        ("q", "both", B, 'Annotated[int,"server.bound"]'),
        ("r", "star", None, None),
        ("s", "keyword", const(1), None),
        ("t", "mapping", None, None),
    ]
    assert function.returns == "list[int]"
    assert function.is_generator
    assert function.is_async
    assert function.variables == ("p", "q", "r", "s", "t")
    assert bare(function.target) == name("f")


def test_class_and_names() -> None:
    module = lower(
        "class A(b, *c, metaclass=d):\n"
        "    x = 1\n"
        "    def m(self):\n"
        "        class I: pass\n"
        "        return lambda: x\n"
        "    k = lambda self: 0\n"
    )
    outer, inner = module.classes
    assert (outer.qualname, inner.qualname) == ("A", "A.m.<locals>.I")
    assert outer.variables == ("x", "m", "k")
    method, returned, member = module.functions
    assert [one.qualname for one in module.functions] == [
        "A.m",
        "A.m.<locals>.<lambda>",
        "A.<lambda>",
    ]
    assert (method.owner, returned.owner, member.owner) == (0, None, 0)
    # A method does not see the variables of its class.
    assert bare(returned.body) == ((ir.RETURN, name("x")),)
    assert bare(module.body[0][3:5]) == ((B, (ir.STAR, C)), (("metaclass", name("d")),))


def test_names_bound_late_are_local_from_the_start() -> None:
    module = lower(
        "def f():\n"
        "    def g(): return x\n"
        "    print(y)\n"
        "    while y: x = y = 1\n"
        "    return (z := z)\n"
    )
    outer, inner = module.functions
    assert outer.variables == ("g", "x", "y", "z")
    assert outer.shared == ("x",)
    assert bare(inner.body) == ((ir.RETURN, (ir.FREE, "x")),)
    assert bare(outer.body[-1]) == (ir.RETURN, (ir.BIND, (ir.NAME, "z"), (ir.NAME, "z")))
    found = sorted({node[1] for node in module_nodes(module) if node[0] == ir.GLOBAL})
    assert found == ["f", "print"]


def test_repeated_scopes_leave_nothing_behind() -> None:
    module = lower(
        "def f():\n"
        "    a = 1\n"
        "    def g():\n"
        "        def h(): return a, b\n"
        "        a = b\n"
        "        return lambda: b\n"
        "    b = 2\n"
    )
    assert [one.name for one in module.functions] == ["f", "g", "h", "<lambda>"]
    outer, middle, inner, _ = module.functions
    # `a` of h is the one of g, which is bound after h.
    assert outer.shared == ("b",)
    assert middle.shared == ("a",)
    assert bare(inner.body[0][1]) == (ir.DISPLAY, "tuple", ((ir.FREE, "a"), (ir.FREE, "b")))


def test_global_and_nonlocal() -> None:
    module = lower(
        "def f():\n"
        "    global a\n"
        "    a = b = 0\n"
        "    def g():\n"
        "        nonlocal b\n"
        "        b += a\n"
        "    class C:\n"
        "        nonlocal b\n"
        "        b = 1\n"
    )
    outer, inner = module.functions
    assert bare(outer.body[0]) == (ir.ASSIGN, (A, (ir.NAME, "b")), const(0))
    assert bare(inner.body) == ((ir.AUGMENT, (ir.FREE, "b"), "+", A),)
    assert outer.shared == ("b",)
    assert bare(module.classes[0].body) == ((ir.ASSIGN, ((ir.FREE, "b"),), const(1)),)


def test_comprehensions_bind_in_the_function() -> None:
    module = lower(
        "def f(x):\n"
        "    k = [lambda: (x, i, j) for i in x if (j := i)]\n"
        "    return i\n"
        "class C:\n"
        "    n = 1\n"
        "    m = [n for _ in n]\n"
    )
    function, inner = module.functions
    assert function.variables == ("x", "j", "k", "i")
    assert set(function.shared) == {"x", "i", "j"}
    assert {node[0] for node in module_nodes(module) if node[1:2] == ("j",)} == {ir.NAME, ir.FREE}
    # Outside of the comprehension `i` is no variable of the function.
    assert bare(function.body[-1]) == (ir.RETURN, name("i"))
    assert inner.name == "<lambda>"
    comprehension = module.classes[0].body[1][2]
    assert bare(comprehension) == (
        ir.COMPREHENSION,
        "list",
        (name("n"),),
        (((ir.NAME, "_"), (ir.NAME, "n"), ()),),
    )


def test_annotations_are_text() -> None:
    annotations = {
        "a.b[c,  d]": "a.b[c,d]",
        "'a | b'": '"a | b"',
        "a | None": "a|None",
        "Callable[[a, b], ...]": "Callable[[a,b],...]",
        "Annotated[int, K('x', y=-1)]": 'Annotated[int,K("x",y=-1)]',
        "tuple[*a]": "tuple[*a]",
        "(a | b)": "(a|b)",
        "lambda: 0": "?",
    }
    for text, expected in annotations.items():
        found = statement(f"x: {text}")
        assert isinstance(found, tuple)
        assert found[2] == expected


def test_long_chains_are_taken_apart_in_a_loop() -> None:
    assert len(expression(" and ".join(["a"] * 900))[2]) == 900  # type: ignore[index]
    text = "if a: pass\n" + "elif a: pass\n" * 950
    depth = 0
    block = lower(text).body
    while block:
        depth += 1
        block = block[0][3]
    assert depth == 951
    assert lower("_ = " + "+".join(["a"] * 900) + "\n").sites > 1800


def test_collector_is_left_as_it_was() -> None:
    assert gc.isenabled()
    lower("a = 1\n")
    assert gc.isenabled()
    gc.disable()
    try:
        lower("a = 1\n")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_names_are_shared_objects() -> None:
    body = lower("abc_d = 1\nabc_d(x.abc_d)\n").body
    assert body[0][1][0][1] is body[1][1][1][1] is body[1][1][2][0][2]
