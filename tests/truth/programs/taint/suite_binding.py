"""Names and binding: unpacking, chains, walrus, scopes, deletion, aliases of builtins."""

from recorder import choice, number, sink_taint, taint

outside = "x"
marked = taint()
count = 0


def chains():
    a = b = c = taint()
    sink_taint(c)  # flow
    a = "x"
    sink_taint(b)  # flow
    sink_taint(a)  # no flow
    d = e = []
    d.append(taint())
    sink_taint(e[0])  # flow
    e = []
    sink_taint(e)  # no flow
    x = [0, 0]
    i = x[i] = 1 if (i := 0) == 0 else 2
    sink_taint(x)  # no flow


def unpacking():
    a, b = taint(), "x"
    sink_taint(a)  # flow
    sink_taint(b)  # no flow
    a, b = b, a
    sink_taint(a)  # no flow
    sink_taint(b)  # flow
    (a, b), c = ("x", taint()), "y"
    sink_taint(a)  # no flow
    sink_taint(b)  # flow
    sink_taint(c)  # no flow
    first, *middle, last = "a", taint(), "b", "c"
    sink_taint(first)  # no flow
    sink_taint(middle[0])  # flow
    sink_taint(middle[1])  # no flow
    sink_taint(last)  # no flow
    *start, end = ["a", taint()]
    sink_taint(start)  # no flow
    sink_taint(end)  # flow
    [p, [q]] = ["a", [taint()]]
    sink_taint(q)  # flow
    sink_taint(p)  # no flow
    for i, (k, v) in enumerate({"a": taint()}.items()):
        sink_taint(k)  # no flow
        sink_taint(v)  # flow
        sink_taint(i)  # no flow
    x = {}
    x["a"], x["b"] = "x", taint()
    sink_taint(x["a"])  # no flow
    sink_taint(x["b"])  # flow
    d = {**{"k": taint()}, "k": "x"}
    sink_taint(d["k"])  # no flow
    d = {"k": "x", **{"k": taint()}}
    sink_taint(d["k"])  # flow
    t = [*["a"], *(taint(), "b")]
    sink_taint(t[0])  # no flow
    sink_taint(t[1])  # flow
    sink_taint(t[2])  # no flow
    for a, *rest in [("x", taint(), "y")]:
        sink_taint(a)  # no flow
        sink_taint(rest[0])  # flow
        sink_taint(rest[1])  # no flow
    print(*["x"], sep="")
    s = "ab"
    m, n = s
    sink_taint(m)  # no flow


def walrus():
    if (a := taint()) and choice():
        sink_taint(a)  # flow
    sink_taint(a)  # flow
    found = [y for x in ["a", taint()] if (y := x) != "a"]
    sink_taint(found)  # flow
    sink_taint(y)  # flow
    while (b := "x") and choice():
        sink_taint(b)  # no flow
    sink_taint((c := taint(), "x")[1])  # no flow
    sink_taint(c)  # flow
    print(d := "x")
    sink_taint(d)  # no flow


def set_global(v):
    global outside
    outside = v


def get_global():
    return outside


def shadow():
    outside = taint()
    return outside


def globals_():
    sink_taint(outside)  # no flow
    shadow()
    sink_taint(outside)  # no flow
    set_global(taint())
    sink_taint(outside)  # flow
    sink_taint(get_global())  # flow
    set_global("x")
    sink_taint(get_global())  # no flow
    sink_taint(marked)  # flow


class Scope:
    outside = "in class"
    inner = outside

    def method(self):
        return outside


def class_scope():
    set_global(taint())
    sink_taint(Scope().method())  # flow
    sink_taint(Scope.inner)  # no flow
    set_global("x")
    sink_taint(Scope().method())  # no flow


def nonlocals():
    a = "x"

    def one():
        nonlocal a
        a = taint()

    def two():
        a = "local"
        return a

    two()
    sink_taint(a)  # no flow
    one()
    sink_taint(a)  # flow
    sink_taint(two())  # no flow

    def three():
        b = "x"

        def four():
            nonlocal b
            b = a

        four()
        return b

    sink_taint(three())  # flow


def comprehension_scope():
    x = taint()
    found = [x for x in ["a"]]
    sink_taint(found)  # no flow
    sink_taint(x)  # flow
    pairs = [(i, j) for i in ["a", taint()] for j in ["b"]]
    sink_taint(pairs[0][0])  # no flow
    sink_taint(pairs[1][0])  # flow
    sink_taint(pairs[1][1])  # no flow
    nested = [[y for y in row] for row in [["a"], [taint()]]]
    sink_taint(nested[0][0])  # no flow
    sink_taint(nested[1][0])  # flow
    d = {k: v for k, v in [("a", taint()), ("b", "x")]}
    sink_taint(d["a"])  # flow
    sink_taint(d["b"])  # no flow
    conditional = [v if v != "x" else "y" for v in ["x", taint()]]
    sink_taint(conditional[0])  # no flow
    sink_taint(conditional[1])  # flow
    s = {v.upper() for v in ["a"]}
    sink_taint(s)  # no flow


def deletion():
    d = {"a": taint(), "b": "x"}
    del d["a"]
    sink_taint(d)  # no flow
    x = [taint(), "x"]
    del x[0]
    sink_taint(x)  # no flow
    x = ["x", taint(), "y"]
    del x[-1]
    sink_taint(x[1])  # flow
    del x[1:]
    sink_taint(x)  # no flow


def builtin_aliases():
    join = "".join
    sink_taint(join([taint()]))  # flow
    length = len
    sink_taint(length(taint()))  # no flow
    push = [].append
    box = []
    push = box.append
    push(taint())
    sink_taint(box[0])  # flow
    get = {"a": taint()}.get
    sink_taint(get("a"))  # flow
    sink_taint(get("b"))  # no flow
    up = str.upper
    sink_taint(up(taint()))  # flow
    make = dict
    sink_taint(make(a=taint())["a"])  # flow
    sink = sink_taint
    sink("x")  # no flow
    str_ = str
    sink_taint(str_("x"))  # no flow


def ternaries():
    a = taint()
    sink_taint(a if True else "x")  # flow
    sink_taint("x" if True else a)  # no flow
    sink_taint(a if choice() else "x")  # flow
    sink_taint(("x", a)[True])  # flow
    sink_taint(("x", a)[False])  # no flow
    sink_taint({True: a, False: "x"}[1 < 2])  # flow
    sink_taint({True: a, False: "x"}[1 > 2])  # no flow
    sink_taint(a or "x")  # flow
    sink_taint("" or "x")  # no flow
    sink_taint(None or a)  # flow
    sink_taint([a, "x"][number() > 5])  # flow
    sink_taint(not a)  # no flow
    sink_taint((a, "x")[0])  # flow
    sink_taint(... and "x")  # no flow


def augmented():
    a = "x"
    a += taint()
    sink_taint(a)  # flow
    b = ["x"]
    c = b
    b += [taint()]
    sink_taint(c[1])  # flow
    d = ("x",)
    e = d
    d += (taint(),)
    sink_taint(e)  # no flow
    sink_taint(d[1])  # flow
    f = {"a": "x"}
    f["a"] += taint()
    sink_taint(f["a"])  # flow
    g = {"a"}
    g |= {taint()}
    sink_taint(sorted(g))  # flow
    h = [["x"]] * 2
    h[0] += [taint()]
    sink_taint(h[1][1])  # flow


class Counter:
    total = ""

    def bump(self, v):
        self.total += v
        return self

    @classmethod
    def bump_all(cls, v):
        cls.total += v


def class_state():
    a, b = Counter(), Counter()
    a.bump(taint())
    sink_taint(a.total)  # flow
    sink_taint(b.total)  # no flow
    Counter.bump_all(taint())
    sink_taint(b.total)  # flow


def rebound_function():
    def f(x):
        return x

    g = f

    def f(x):  # noqa: F811
        return "x"

    sink_taint(f(taint()))  # no flow
    sink_taint(g(taint()))  # flow


chains()
unpacking()
walrus()
globals_()
class_scope()
nonlocals()
comprehension_scope()
deletion()
builtin_aliases()
ternaries()
augmented()
class_state()
rebound_function()
