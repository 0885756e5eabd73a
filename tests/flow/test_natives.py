"""Builtins, methods and library functions: exact, by example and against Python itself."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import arrived, expected, reported

BUILTINS = {
    "zip": """
        for a, b in zip(["x", "y"], [source(), "z"]):
            last = b
        pairs = list(zip(["x"], [source()]))
        sink(pairs[0][0])
        sink(pairs[0][1])  # flow
        sink(last)
    """,
    "enumerate": """
        rows = list(enumerate(["x", source()], 5))
        sink(rows[0][1])
        sink(rows[1][1])  # flow
        sink(rows[1][0])
        sink([source() if i == 6 else "x" for i, _ in rows][1])  # flow
    """,
    "map and filter": """
        made = list(map(lambda v, w: w, ["x", source()], [source(), "y"]))
        sink(made[0])  # flow
        sink(made[1])
        kept = list(filter(lambda p: p[0], [(0, source()), (1, "y")]))
        sink(kept[0][1])
    """,
    "laziness": """
        seen = []
        later = map(seen.append, [source()])
        sink(seen)
        for item in seen:
            sink(item)
        list(later)
        sink(seen[0])  # flow
    """,
    "iterators run dry": """
        it = iter(["x", source()])
        sink(next(it))
        rest = list(it)
        sink(rest[0])  # flow
        sink(list(it))
        sink(next(it, "none"))
    """,
    "sorted by keys": """
        rows = sorted([(2, source()), (1, "x")], key=lambda row: row[0])
        sink(rows[0][1])
        sink(rows[1][1])  # flow
        sink(max([(2, source()), (1, "x")], key=lambda row: row[0])[1])  # flow
        sink(min([(2, source()), (1, "x")], key=lambda row: row[0])[1])
    """,
    "getattr and its like": """
        class Box:
            clean = "x"
        b = Box()
        setattr(b, "held", source())
        sink(getattr(b, "he" + "ld"))  # flow
        sink(getattr(b, "clean"))
        sink(getattr(b, "none", source()))  # flow
        sink(getattr(b, "clean", source()))
        sink(vars(b)["held"])  # flow
        b.__dict__["held"] = "y"
        sink(b.held)
        if hasattr(b, "nothing"):
            sink(source())
        delattr(b, "held")
        sink(getattr(b, "held", source()))  # flow
    """,
    "types": """
        class Base: pass
        class Derived(Base): pass
        d = Derived()
        sink(source() if isinstance(d, Base) else "x")  # flow
        sink(source() if isinstance(d, (int, str)) else "x")
        sink(source() if issubclass(Base, Derived) else "x")
        sink(source() if type(d) is Derived else "x")  # flow
        sink(source() if isinstance(3, int) else "x")  # flow
        made = type("Made", (Base,), {"held": source(), "read": lambda self: self.held})
        sink(made().read())  # flow
        sink(source() if callable(d) else "x")
    """,
    "super and object": """
        class Base:
            def __setattr__(self, name, value):
                object.__setattr__(self, name, "washed" if name == "clean" else value)
        b = Base()
        b.clean = source()
        b.other = source()
        sink(b.clean)
        sink(b.other)  # flow
    """,
    "globals": """
        globals()["made"] = source()
        sink(made)  # flow
        def inner():
            here = source()
            return locals()
        sink(inner()["here"])  # flow
    """,
    "functools": """
        import functools
        def pick(a, b, c="z"):
            return b
        sink(functools.partial(pick, "x")(source()))  # flow
        sink(functools.partial(pick, source())("x"))
        sink(functools.partial(pick, b=source())("x"))  # flow
        sink(functools.reduce(lambda a, b: b, ["x", source()]))  # flow
        sink(functools.reduce(lambda a, b: a, ["x", source()]))
        @functools.singledispatch
        def show(value):
            return value
        @show.register
        def _(value: str):
            return "text"
        sink(show([source()])[0])  # flow
        sink(show("x"))
    """,
    "operator": """
        import operator
        sink(operator.itemgetter(1)(["x", source()]))  # flow
        sink(operator.itemgetter(0)(["x", source()]))
        sink(operator.itemgetter(0, 1)(["x", source()])[1])  # flow
        sink(operator.methodcaller("get", "k")({"k": source()}))  # flow
    """,
    "itertools": """
        import itertools
        made = list(itertools.chain(["x"], [source()]))
        sink(made[0])
        sink(made[1])  # flow
        sink(list(itertools.zip_longest(["x"], ["y", "z"], fillvalue=source()))[1][0])  # flow
        sink(list(itertools.islice(itertools.cycle(["x", source()]), 3))[2])
        sink(list(itertools.islice(itertools.cycle(["x", source()]), 4))[3])  # flow
        sink(list(itertools.starmap(lambda a, b: b, [("x", source())]))[0])  # flow
        sink(list(zip(itertools.repeat("x"), [source()]))[0][1])  # flow
        sink([b for _, b in itertools.product(["x"], ["y", source()])][1])  # flow
        one, two = itertools.tee(["x", source()])
        list(one)
        sink(list(two)[1])  # flow
    """,
    "collections": """
        import collections
        Point = collections.namedtuple("Point", "x y")
        p = Point("a", y=source())
        sink(p.x)
        sink(p[1])  # flow
        sink(p._replace(y="z").y)
        sink(p._asdict()["y"])  # flow
        groups = collections.defaultdict(list)
        groups["k"].append(source())
        sink(groups["k"][0])  # flow
        sink(groups["other"])
        line = collections.deque(["x", source()], maxlen=2)
        line.append("y")
        sink(line[0])  # flow
        line.rotate(1)
        sink(line[0])
        both = collections.ChainMap({"a": "x"}, {"a": source(), "b": source()})
        sink(both["a"])
        sink(both["b"])  # flow
    """,
    "dataclasses": """
        from dataclasses import asdict, astuple, dataclass, field, replace
        @dataclass
        class Pair:
            left: str
            right: str = "r"
            more: list = field(default_factory=lambda: [source()])
        p = Pair(source())
        sink(p.left)  # flow
        sink(p.right)
        sink(p.more[0])  # flow
        sink(replace(p, left="x").left)
        sink(replace(p, right=source()).right)  # flow
        sink(asdict(p)["left"])  # flow
        sink(astuple(p)[1])
    """,
    "copies": """
        import copy
        a = {"k": [source()]}
        b, c = copy.copy(a), copy.deepcopy(a)
        a["k"][0] = "x"
        sink(b["k"][0])
        sink(c["k"][0])  # flow
    """,
    "context managers": """
        import contextlib
        box = ["x"]
        @contextlib.contextmanager
        def lent(value):
            box[0] = value
            yield value
            box[0] = "back"
        with lent(source()) as inside:
            sink(inside)  # flow
            sink(box[0])  # flow
        sink(box[0])
        with contextlib.ExitStack() as stack:
            sink(stack.enter_context(lent(source())))  # flow
        with contextlib.suppress(KeyError):
            raise KeyError
            sink(source())
    """,
    "tasks": """
        import asyncio
        async def give(value):
            await asyncio.sleep(0)
            return value
        async def main():
            both = await asyncio.gather(give("x"), give(source()))
            sink(both[0])
            sink(both[1])  # flow
            task = asyncio.create_task(give(source()))
            sink(await task)  # flow
        asyncio.run(main())
    """,
    "generators": """
        def echo():
            got = "none"
            while True:
                got = yield got
        g = echo()
        next(g)
        sink(g.send("x"))
        sink(g.send(source()))  # flow
        sink(g.send("y"))
        def held():
            try:
                yield "a"
            except ValueError as error:
                yield error.args[0]
        h = held()
        sink(next(h))
        sink(h.throw(ValueError(source())))  # flow
    """,
    "metaclasses": """
        class Meta(type):
            def __call__(cls, *args):
                made = super().__call__(*args)
                made.extra = source()
                return made
        class Made(metaclass=Meta):
            def __init__(self, value):
                self.value = value
        sink(Made("x").value)
        sink(Made("x").extra)  # flow
    """,
}


@pytest.mark.parametrize("name", BUILTINS)
def test_exact(name: str, pack: str) -> None:
    assert reported(BUILTINS[name], pack) == expected(BUILTINS[name])


@pytest.mark.parametrize("name", BUILTINS)
def test_the_examples_are_true(name: str) -> None:
    assert arrived(BUILTINS[name]) == expected(BUILTINS[name])


VALUES = st.sampled_from(["source()", "'c'", "a[0]", "b[-1]", "d['k']", "a[1:][0]"])
NAMES = st.sampled_from("ab")
INDEX = st.integers(-2, 2)
LIST_STEPS = st.one_of(
    st.builds("{0}.append({1})".format, NAMES, VALUES),
    st.builds("{0}.insert({1}, {2})".format, NAMES, INDEX, VALUES),
    st.builds("{0}[{1}] = {2}".format, NAMES, INDEX, VALUES),
    st.builds("{0} = {1}[{2}:] + [{3}]".format, NAMES, NAMES, INDEX, VALUES),
    st.builds("{0} = {1}[::-1]".format, NAMES, NAMES),
    st.builds("{0} = list({1}) * 2".format, NAMES, NAMES),
    st.builds("{0} = {1}".format, NAMES, NAMES),
    st.builds("{0}.extend({1}[:2])".format, NAMES, NAMES),
    st.builds("{0}.reverse()".format, NAMES),
    st.builds("{0}.pop({1})".format, NAMES, INDEX),
    st.builds("{0}[1:2] = [{1}, {2}]".format, NAMES, VALUES, VALUES),
    st.builds("del {0}[{1}]".format, NAMES, INDEX),
    st.builds("{0}, *_ = [{1}], {2}".format, NAMES, VALUES, VALUES),
)
KEYS = st.sampled_from(["'k'", "1", "('t', 1)", "'k' 'k'"])
DICT_STEPS = st.one_of(
    st.builds("d[{0}] = {1}".format, KEYS, VALUES),
    st.builds("d.setdefault({0}, {1})".format, KEYS, VALUES),
    st.builds("d.pop({0}, None)".format, KEYS),
    st.builds("d.update({{{0}: {1}}})".format, KEYS, VALUES),
    st.builds("d = {{**d, {0}: {1}}}".format, KEYS, VALUES),
    st.builds("d |= {{{0}: {1}}}".format, KEYS, VALUES),
    st.builds("d = dict(list(d.items())[::-1])".format),
    st.builds("d = {{k: v for k, v in d.items() if k != {0}}}".format, KEYS),
    st.builds("a = list(d.values()) + [{0}]".format, VALUES),
    st.builds("d[{0}] = d.get({1}, {2})".format, KEYS, KEYS, VALUES),
)
SINKS = st.sampled_from(["a[0]", "a[-1]", "b[0]", "b[-1]", "d.get('k')", "d.get(1)", "len(a)"])


def _program(steps: list[tuple[str, str]]) -> str:
    """Straight-line code that does not raise: a step that would is left out."""
    lines = ["a, b, d = ['x', source()], ['y', 'z'], {'k': 'v'}"]
    for step, shown in steps:
        lines += [step, f"sink({shown})"]
        try:
            arrived("\n".join(lines))
        except (IndexError, KeyError, ValueError):
            del lines[-2:]
    return "\n".join(lines)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(st.one_of(LIST_STEPS, DICT_STEPS), SINKS), max_size=14))
def test_straight_lines_agree_with_python(steps: list[tuple[str, str]], pack: str) -> None:
    program = _program(steps)
    assert reported(program, pack) == arrived(program), program
