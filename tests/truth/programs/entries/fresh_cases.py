"""One small case after the other, each with the parameter that comes from outside."""

import os

from recorder import taint


def hot(o):
    os.system(o)  # flow


def cold(o):
    os.system(o)  # no flow


def assign_ops(outside):
    a = b = outside
    hot(b)
    a = "_"
    cold(a)
    a += outside
    hot(a)


def ternary_1(outside):
    hot(outside if 1 > 0 else "_")


def ternary_2(outside):
    cold("_" if 1 > 0 else outside)


def list_index(outside):
    items = ["_", "_", outside]
    hot(items[2])
    cold(items[1])
    hot(items[4 - 2])
    cold(items[2 - 1])


def multi(outside):
    grid = [[outside, "_"], ["_", "_"]]
    hot(grid[0][0])
    cold(grid[0][1])
    cold(grid[1])
    hot(grid[0])


def dict_key(outside):
    d = {"a": {"b": outside}, "c": "_"}
    hot(d["a"]["b"])
    cold(d["c"])
    hot(d)


def for_break(outside):
    result = ""
    for i in range(10):
        if i == 0:
            break
        result = outside
    cold(result)


def for_all(outside):
    result = ""
    for c in outside:
        result += c
    hot(result)


def while_count(outside):
    n, result = 0, ""
    while n < 3:
        if n == 2:
            result = outside
        n += 1
    hot(result)


def while_never(outside):
    n, result = 5, ""
    while n < 3:
        result = outside
        n += 1
    cold(result)


class A:
    def __init__(self, data):
        self.data = data
        self.other = "_"

    def get(self):
        return self.data

    def set(self, data):
        self.data = data


class B(A):
    def get(self):
        return "_"


def override(outside):
    hot(A(outside).get())
    cold(B(outside).get())
    hot(super(B, B(outside)).get())


def setter(outside):
    a, b = A("_"), A("_")
    a.set(outside)
    hot(a.get())
    cold(b.get())
    a.set("_")
    cold(a.data)


def polymorph(outside):
    for x in (B(outside), B("_")):
        cold(x.get())
    x = A(outside)
    hot(x.get())


def tries(outside):
    result = ""
    try:
        raise Exception(outside)
    except Exception as e:
        result = e.args[0]
    hot(result)


def tries_not(outside):
    result = "_"
    try:
        1 / 0
        result = outside
    except ZeroDivisionError:
        pass
    cold(result)


def divides(outside):
    result = outside
    try:
        int("x")
    except ValueError:
        result = "_"
    cold(result)


def generator(outside):
    def gen():
        yield "_"
        yield outside

    g = gen()
    cold(next(g))
    hot(next(g))


def multi_invoke(outside):
    def same(v):
        return v

    a = same(outside)
    b = same("_")
    cold(b)
    hot(a)


def strings(outside):
    hot("cmd " + outside)
    hot("cmd %s" % outside)
    hot(f"cmd {outside}")
    hot("cmd {}".format(outside))
    hot(" ".join(["cmd", outside]))
    hot(outside[1:])
    hot(outside.strip().lower())
    cold("cmd " + "x")


def lambdas(outside):
    hot((lambda v: v)(outside))
    cold((lambda v: "_")(outside))


def shadows(outside):
    def inner(outside):
        return outside

    cold_value = [outside for outside in ["_"]]
    cold(cold_value[0])
    hot(inner("a" + outside))


def deletes(outside):
    d = {"a": outside, "b": "_"}
    del d["a"]
    cold(d)


def asserts(outside):
    assert outside
    hot(outside)


def with_open(outside):
    class M:
        def __enter__(self):
            return outside

        def __exit__(self, *a):
            return None

    with M() as m:
        hot(m)


def pass_by_reference(outside):
    def fill(into):
        into.append(outside)

    items = []
    cold(items)
    fill(items)
    hot(items)


def sets(outside):
    hot({outside})
    cold({"_"})


def ellipsis_(outside):
    x = ...
    cold(str(x))
    hot([..., outside][1])


def slices(outside):
    items = ["_", outside, "_"]
    hot(items[0:2])
    cold(items[2:])
    cold(items[0:1])


def bits(outside):
    flags = 0b101
    hot(outside if flags & 1 else "_")
    cold(outside if flags & 2 else "_")


def complex_object(outside):
    a = A(A(outside))
    hot(a.data.data)
    cold(a.data.other)
    cold(a.other)


for case in (
    assign_ops, ternary_1, ternary_2, list_index, multi, dict_key, for_break, for_all, while_count,
    while_never, override, setter, polymorph, tries, tries_not, divides, generator, multi_invoke,
    strings, lambdas, shadows, deletes, asserts, with_open, pass_by_reference, sets, ellipsis_,
    slices, bits, complex_object,
):  # fmt: skip
    case(taint())
