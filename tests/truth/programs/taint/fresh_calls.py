"""Routing of arguments, closures, recursion, and who calls whom."""

from recorder import choice, sink_taint, taint


def everything(a, /, b, *rest, c="c", **named):
    return {"a": a, "b": b, "rest": rest, "c": c, "named": named}


def routing():
    r = everything("a", taint(), "d", c="c", e="e")
    sink_taint(r["a"])  # no flow
    sink_taint(r["b"])  # flow
    sink_taint(r["rest"])  # no flow
    r = everything("a", "b", "d", taint(), e="e")
    sink_taint(r["rest"][0])  # no flow
    sink_taint(r["rest"][1])  # flow
    sink_taint(r["named"])  # no flow
    r = everything("a", b="b", c="c", a=taint())
    sink_taint(r["a"])  # no flow
    sink_taint(r["named"]["a"])  # flow
    args, named = ["a", "b", taint()], {"c": "c", "z": taint()}
    r = everything(*args, **named)
    sink_taint(r["b"])  # no flow
    sink_taint(r["rest"])  # flow
    sink_taint(r["c"])  # no flow
    sink_taint(r["named"]["z"])  # flow
    r = everything(*["a"], *("b", "x"), **{"c": taint()}, y="y")
    sink_taint(r["c"])  # flow
    sink_taint(r["rest"])  # no flow
    sink_taint(r["named"])  # no flow


def forward(*args, **named):
    return everything(*args, **named)


def forward_some(first, *args, **named):
    named.pop("drop", None)
    return everything(*args[1:], **named)


def forwards():
    sink_taint(forward("a", taint())["b"])  # flow
    sink_taint(forward("a", taint())["a"])  # no flow
    r = forward_some("f", taint(), "a", "b", drop=taint(), keep="k")
    sink_taint(r)  # no flow
    r = forward_some("f", "x", "a", "b", drop="x", keep=taint())
    sink_taint(r["named"]["keep"])  # flow


def defaults(a, into=[], value=taint()):
    into.append(a)
    return into


def default_values():
    def give(v=taint(), w="x"):
        return v, w

    sink_taint(give()[0])  # flow
    sink_taint(give()[1])  # no flow
    sink_taint(give("y")[0])  # no flow
    sink_taint(defaults("x"))  # no flow
    defaults(taint())
    sink_taint(defaults("y"))  # flow
    sink_taint(defaults("y", []))  # no flow


def loops():
    late = [lambda: i for i in ("x", taint())]
    sink_taint(late[0]())  # flow
    early = [lambda i=i: i for i in ("x", taint())]
    sink_taint(early[0]())  # no flow
    sink_taint(early[1]())  # flow
    functions = []
    for value in (taint(), "x"):

        def f():
            return value

        functions.append(f)
    sink_taint(functions[0]())  # no flow
    value = taint()
    sink_taint(functions[1]())  # flow


def counter(start):
    state = start

    def get():
        return state

    def put(value):
        nonlocal state
        state = value

    return get, put


def nonlocals():
    get, put = counter("x")
    get2, put2 = counter("y")
    sink_taint(get())  # no flow
    put(taint())
    sink_taint(get())  # flow
    sink_taint(get2())  # no flow
    put("z")
    sink_taint(get())  # no flow

    def outer():
        v = "x"

        def middle():
            def inner():
                nonlocal v
                v = taint()

            inner()

        before = v
        middle()
        return before, v

    before, after = outer()
    sink_taint(before)  # no flow
    sink_taint(after)  # flow


STATE = "x"
TABLE = {}


def set_state(value):
    global STATE
    STATE = value


def globals_():
    sink_taint(STATE)  # no flow
    set_state(taint())
    sink_taint(STATE)  # flow
    set_state("y")
    sink_taint(STATE)  # no flow
    TABLE["a"] = taint()
    sink_taint(TABLE["a"])  # flow
    sink_taint(TABLE.get("b", "x"))  # no flow
    globals()["NEW"] = taint()
    sink_taint(NEW)  # flow


def down(n, value):
    return value if n == 0 else down(n - 1, value)


def swap(n, a, b):
    if n == 0:
        return a
    return swap(n - 1, b, a)


def even(n, v):
    return v if n == 0 else odd(n - 1, v)


def odd(n, v):
    return "x" if n == 0 else even(n - 1, v)


def flatten(tree):
    if isinstance(tree, list):
        return [leaf for branch in tree for leaf in flatten(branch)]
    return [tree]


def recursion():
    sink_taint(down(4, taint()))  # flow
    sink_taint(down(4, "x"))  # no flow
    sink_taint(swap(2, "x", taint()))  # no flow
    sink_taint(swap(3, "x", taint()))  # flow
    sink_taint(even(2, taint()))  # flow
    sink_taint(even(3, taint()))  # no flow
    sink_taint(flatten([["a"], ["b", [taint()]]]))  # flow
    sink_taint(flatten([["a"], ["b", ["c"]]]))  # no flow


def apply(f, *args):
    return f(*args)


def compose(*functions):
    def run(value):
        for f in functions:
            value = f(value)
        return value

    return run


def identity(v):
    return v


def constant(_v):
    return "x"


def higher():
    sink_taint(apply(identity, taint()))  # flow
    sink_taint(apply(constant, taint()))  # no flow
    sink_taint(compose(identity, identity)(taint()))  # flow
    sink_taint(compose(identity, constant)(taint()))  # no flow
    sink_taint(apply(apply, identity, taint()))  # flow
    table = {"id": identity, "const": constant}
    sink_taint(table["id"](taint()))  # flow
    sink_taint(table["const"](taint()))  # no flow
    sink_taint((identity if choice() else constant)(taint()))  # flow
    for f in (constant,):
        sink_taint(f(taint()))  # no flow
    sink_taint(list(map(identity, [taint()])))  # flow
    sink_taint(list(map(constant, [taint()])))  # no flow
    sink_taint(list(filter(None, ["", taint()])))  # flow
    sink_taint((lambda f: f(f))(lambda g: "x"))  # no flow
    sink_taint((lambda *, k: k)(k=taint()))  # flow
    sink_taint([identity, constant][1](taint()))  # no flow
    sink_taint(max(["x", taint()], key=lambda v: len(v)))  # flow
    sink_taint(max("x", "y", key=lambda v: taint()))  # no flow
    sink_taint(callable(identity) and identity(taint()))  # flow


def mutates(box, key, value):
    box[key] = value
    box = {}
    box[key] = "x"


def swaps(pair):
    pair[0], pair[1] = pair[1], pair[0]


def effects():
    box = {}
    mutates(box, "a", taint())
    sink_taint(box["a"])  # flow
    other = {}
    mutates(other, "a", "y")
    sink_taint(other["a"])  # no flow
    pair = ["x", taint()]
    swaps(pair)
    sink_taint(pair[0])  # flow
    sink_taint(pair[1])  # no flow

    def rebinding(value):
        value = taint()

    v = "x"
    rebinding(v)
    sink_taint(v)  # no flow


class Chain:
    def __init__(self):
        self.parts = []

    def add(self, part):
        self.parts.append(part)
        return self

    def build(self):
        return " ".join(self.parts)


class Base:
    def __init__(self, v):
        self.v = v

    def hook(self):
        return "x"

    def run(self):
        return self.hook()


class Sub(Base):
    def __init__(self, v, w):
        super().__init__(w)
        self.w = v

    def hook(self):
        return self.v


class Left(Base):
    def hook(self):
        return "left " + super().hook()


class Right(Base):
    def hook(self):
        return self.v


class Both(Left, Right):
    pass


def methods():
    sink_taint(Chain().add("x").add(taint()).build())  # flow
    sink_taint(Chain().add("x").add("y").build())  # no flow
    sink_taint(Sub("a", taint()).run())  # flow
    sink_taint(Sub(taint(), "a").run())  # no flow
    sink_taint(Base(taint()).run())  # no flow
    sink_taint(Both(taint()).run())  # flow
    sink_taint(Left(taint()).run())  # no flow
    bound = Sub("a", taint()).hook
    sink_taint(bound())  # flow
    sink_taint(Base.hook(Sub("a", taint())))  # no flow
    sink_taint(getattr(Sub("a", taint()), "ho" + "ok")())  # flow
    b = Base("x")
    b.hook = lambda: taint()
    sink_taint(b.run())  # flow
    sink_taint(Base("x").run())  # no flow


for run in (
    routing, forwards, default_values, loops, nonlocals, globals_, recursion, higher, effects,
    methods,
):  # fmt: skip
    run()
