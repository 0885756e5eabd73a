"""Calls told apart: by argument, receiver, callee; values back through results and parameters."""

import functools
import operator
from abc import ABC, abstractmethod

from recorder import choice, number, sink_taint, taint


def same(x):
    return x


def twice(x):
    return same(same(x))


def first(x, y):
    return x


def pair(x, y):
    return x, y


def told_apart():
    sink_taint(same(taint()))  # flow
    sink_taint(same("x"))  # no flow
    a, b = same(taint()), same("x")
    sink_taint(a)  # flow
    sink_taint(b)  # no flow
    sink_taint(twice("x"))  # no flow
    sink_taint(twice(taint()))  # flow
    sink_taint(first("x", taint()))  # no flow
    sink_taint(first(y="x", x=taint()))  # flow
    sink_taint(pair("x", taint())[0])  # no flow
    sink_taint(pair("x", taint())[1])  # flow
    sink_taint(first(*["x", taint()]))  # no flow
    sink_taint(first(*pair(taint(), "x")))  # flow
    sink_taint(first(**{"y": taint(), "x": "x"}))  # no flow


def fill(target, value):
    target.append(value)


def by_reference():
    a, b = [], []
    fill(a, taint())
    fill(b, "x")
    sink_taint(a[0])  # flow
    sink_taint(b[0])  # no flow
    fill(b, a[0])
    sink_taint(b[1])  # flow
    sink_taint(b[0])  # no flow


def rebinds(x):
    x = taint()
    return None


def by_value():
    a = "x"
    rebinds(a)
    sink_taint(a)  # no flow


def default_list(value, into=[]):
    into.append(value)
    return into


def shared_default():
    default_list("x")
    default_list(taint())
    sink_taint(default_list("y")[0])  # no flow
    sink_taint(default_list("z")[1])  # flow


def default(x=taint(), y="x"):
    sink_taint(y)  # flow
    return x


def defaults():
    sink_taint(default())  # flow
    sink_taint(default("x"))  # no flow
    sink_taint(default("x", y=taint()))  # no flow


def varargs(*args, **kwargs):
    return args, kwargs


def spread():
    args, kwargs = varargs("x", taint(), k="x", t=taint())
    sink_taint(args[0])  # no flow
    sink_taint(args[1])  # flow
    sink_taint(kwargs["k"])  # no flow
    sink_taint(kwargs["t"])  # flow
    again = varargs(*args, **kwargs)
    sink_taint(again[0][0])  # no flow
    sink_taint(again[0][1])  # flow
    sink_taint(again[1]["t"])  # flow


def only_keyword(a, /, b, *, c="x", d="x"):
    return [a, b, c, d]


def routed():
    got = only_keyword("x", b=taint(), d="y")
    sink_taint(got[0])  # no flow
    sink_taint(got[1])  # flow
    sink_taint(got[2])  # no flow
    got = only_keyword("x", "y", c=taint())
    sink_taint(got[2])  # flow
    sink_taint(got[3])  # no flow


class Shape(ABC):
    @abstractmethod
    def pick(self, a, b):
        raise NotImplementedError

    def run(self, a, b):
        return self.pick(a, b)


class Left(Shape):
    def pick(self, a, b):
        return a


class Right(Shape):
    def pick(self, a, b):
        return b


class Loud(Right):
    def pick(self, a, b):
        return super().pick(a, b) + "!"


def polymorphism():
    sink_taint(Left().pick("x", taint()))  # no flow
    sink_taint(Right().pick("x", taint()))  # flow
    sink_taint(Loud().pick("x", taint()))  # flow
    sink_taint(Loud().pick(taint(), "x"))  # no flow
    sink_taint(Left().run("x", taint()))  # no flow
    sink_taint(Right().run("x", taint()))  # flow
    shape = Left() if choice() else Right()
    sink_taint(shape.pick("x", taint()))  # flow
    shapes = [Left(), Right()]
    sink_taint(shapes[0].run("x", taint()))  # no flow
    for shape in shapes:
        sink_taint(shape.run("x", taint()))  # flow
    kinds = {"l": Left, "r": Right}
    sink_taint(kinds["l"]().run("x", taint()))  # no flow
    sink_taint(kinds["r"]().run("x", taint()))  # flow
    sink_taint(Shape.run(Left(), "x", taint()))  # no flow
    method = Right().pick
    sink_taint(method("x", taint()))  # flow


def apply(function, *args):
    return function(*args)


def compose(f, g):
    return lambda x: f(g(x))


def const(_):
    return "const"


def higher_order():
    sink_taint(apply(same, taint()))  # flow
    sink_taint(apply(const, taint()))  # no flow
    sink_taint(apply(first, "x", taint()))  # no flow
    sink_taint(compose(same, same)(taint()))  # flow
    sink_taint(compose(const, same)(taint()))  # no flow
    sink_taint(compose(same, const)(taint()))  # no flow
    table = {"same": same, "const": const}
    sink_taint(table["same"](taint()))  # flow
    sink_taint(table["const"](taint()))  # no flow
    sink_taint(table[["same", "const"][number() % 2]](taint()))  # flow
    chosen = same if choice() else const
    sink_taint(chosen(taint()))  # flow
    sink_taint((lambda a, b: b)(taint(), "x"))  # no flow
    sink_taint((lambda *a: a[1])("x", taint()))  # flow
    sink_taint((lambda a, b="x": b)(taint()))  # no flow
    sink_taint(list(map(same, ["x", taint()]))[1])  # flow
    sink_taint(list(map(const, ["x", taint()]))[1])  # no flow
    sink_taint(list(map(lambda a, b: b, [taint()], ["x"]))[0])  # no flow
    sink_taint(list(filter(None, ["", taint()]))[0])  # flow
    sink_taint(functools.reduce(lambda a, b: b, [taint(), "x"]))  # no flow
    sink_taint(functools.reduce(lambda a, b: a + b, ["x", taint()], ""))  # flow
    sink_taint(functools.reduce(operator.add, ["x", "y", taint()]))  # flow
    sink_taint(max(["x", taint()], key=lambda v: len(v)))  # flow
    sink_taint(operator.itemgetter(1)(["x", taint()]))  # flow
    sink_taint(operator.itemgetter(0)(["x", taint()]))  # no flow
    sink_taint(operator.methodcaller("strip")(taint()))  # flow


def factorial(n, value):
    if n <= 0:
        return value
    return factorial(n - 1, value)


def even(n, value):
    return "x" if n == 0 else odd(n - 1, value)


def odd(n, value):
    return value if n == 0 else even(n - 1, value)


def flatten(tree):
    found = []
    for item in tree:
        if isinstance(item, list):
            found.extend(flatten(item))
        else:
            found.append(item)
    return found


def recursion():
    sink_taint(factorial(5, taint()))  # flow
    sink_taint(factorial(5, "x"))  # no flow
    sink_taint(even(4, taint()))  # no flow
    sink_taint(odd(4, taint()))  # flow
    sink_taint(flatten(["a", ["b", [taint()]]])[2])  # flow
    sink_taint(flatten(["a", ["b", [taint()]]])[0])  # no flow SPURIOUS


class Handler:
    def __init__(self):
        self.handlers = {}
        self.log = []

    def on(self, name, function):
        self.handlers.setdefault(name, []).append(function)

    def fire(self, name, *args):
        for function in self.handlers.get(name, []):
            self.log.append(function(*args))


def callbacks():
    h = Handler()
    h.on("a", same)
    h.on("b", const)
    h.fire("a", taint())
    sink_taint(h.log[0])  # flow
    h.fire("b", taint())
    sink_taint(h.log[1])  # no flow
    kept = []
    h.on("c", kept.append)
    h.fire("c", taint())
    sink_taint(kept[0])  # flow
    h.on("d", lambda v: kept.append("x"))
    h.fire("d", taint())
    sink_taint(kept[1])  # no flow


def dispatch(name, value):
    return {"a": lambda: value, "b": lambda: "x"}.get(name, lambda: None)()


def dispatched():
    sink_taint(dispatch("a", taint()))  # flow
    sink_taint(dispatch("b", taint()))  # no flow
    sink_taint(dispatch("c", taint()))  # no flow


told_apart()
by_reference()
by_value()
shared_default()
defaults()
spread()
routed()
polymorphism()
higher_order()
recursion()
callbacks()
dispatched()
