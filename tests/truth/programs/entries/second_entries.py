"""Short cases in the manner of benchmark suites, each sink of its own."""

import os

from recorder import choice, number, taint


def binary_ops(outside):
    os.system(outside + "a")  # flow
    os.system("a" + "b")  # no flow
    os.system(outside * 2)  # flow
    x = "a"
    x += outside
    os.system(x)  # flow
    y = outside
    y = "b"
    os.system(y)  # no flow
    os.system(outside or "a")  # flow
    os.system(outside and "a")  # no flow
    os.system("a" if outside else "b")  # no flow
    os.system((outside, "a")[1])  # no flow
    os.system((outside, "a")[0])  # flow


def chained(outside):
    a = b = c = outside
    b = "x"
    os.system(a)  # flow
    os.system(b)  # no flow
    os.system(c)  # flow
    a, b = b, a
    os.system(a)  # no flow
    os.system(b)  # flow


def nested_function(outside):
    def inner():
        return outside

    def other():
        outside = "x"
        return outside

    os.system(inner())  # flow
    os.system(other())  # no flow


def class_fields(outside):
    class Data:
        kind = "k"

        def __init__(self):
            self.left = outside
            self.right = self.kind

    d = Data()
    os.system(d.left)  # flow
    os.system(d.right)  # no flow
    Data.kind = outside
    os.system(Data().right)  # flow
    os.system(d.right)  # no flow
    os.system(d.kind)  # flow


def loops(outside):
    out = []
    for i, c in enumerate([outside, "a", "b"]):
        if i % 2 == 0:
            continue
        out.append(c)
    os.system(out)  # no flow
    for k in range(2):
        if k == 1:
            out.append(outside)
            break
    else:
        out.append("z")
    os.system(out)  # flow
    os.system(out[0])  # no flow
    i = 3
    while i > 0:
        i -= 1
    os.system(["a", outside][i])  # no flow
    os.system(["a", outside][i + 1])  # flow


def try_finally(outside):
    def attempt(v):
        try:
            if v == "z":
                return "a"
            return "b"
        finally:
            v = outside

    os.system(attempt("z"))  # no flow

    def late(box):
        try:
            return box
        finally:
            box.append(outside)

    os.system(late([]))  # flow


def conditions(outside):
    flag = True
    if flag and not (1 > 2):
        a = "x"
    else:
        a = outside
    os.system(a)  # no flow
    if number() > 1 or flag is False:
        a = outside
    elif choice():
        a = "y"
    os.system(a)  # flow
    n = 10
    b = outside if n // 3 == 4 else "z"
    os.system(b)  # no flow
    b = outside if n // 3 == 3 else "z"
    os.system(b)  # flow


def unpack_calls(outside):
    def pick(a, b="b", *args, c="c", **kw):
        return (a, b, args, c, kw)

    a, b, args, c, kw = pick("a", *["b", outside], **{"d": "d"})
    os.system(a)  # no flow
    os.system(b)  # no flow
    os.system(args)  # flow
    os.system(kw)  # no flow
    a, b, args, c, kw = pick(**{"a": outside, "c": "x", "e": outside})
    os.system(a)  # flow
    os.system(b)  # no flow
    os.system(c)  # no flow
    os.system(kw["e"])  # flow


def lists(outside):
    a = [1, 2]
    b = a
    b.append(outside)
    os.system(a[2])  # flow
    os.system(a[0:2])  # no flow
    c = a[:]
    a.clear()
    os.system(a)  # no flow
    os.system(c)  # flow
    d = sorted(c, key=str)
    os.system(d)  # flow
    e = [[]] * 2
    e[0].append(outside)
    os.system(e[1])  # flow
    f = [[] for _ in "ab"]
    f[0].append(outside)
    os.system(f[1])  # no flow
    os.system([x for x in c if x == 1])  # no flow


def dictionaries(outside):
    d = {}
    d.setdefault("a", []).append(outside)
    d.setdefault("b", []).append("x")
    os.system(d["a"])  # flow
    os.system(d["b"])  # no flow
    for k, v in d.items():
        if k == "b":
            os.system(v)  # no flow
        else:
            os.system(v)  # flow
    d.update({"a": "y"})
    os.system(d["a"])  # no flow
    os.system(d)  # no flow
    d[outside] = "z"
    os.system(list(d.keys()))  # flow
    os.system(list(d.values()))  # no flow
    e = {**d, "q": outside}
    os.system(e.get("q"))  # flow
    os.system(e.get("none", "x"))  # no flow
    os.system(e.pop("q"))  # flow
    os.system(e.get("q"))  # no flow


def strings(outside):
    os.system(outside.upper().split(",")[0])  # flow
    os.system("{} {x}".format("a", x=outside))  # flow
    os.system("%s" % outside)  # flow
    os.system("%(a)s" % {"a": "x", "b": outside})  # no flow
    os.system("".join(reversed(outside)))  # flow
    os.system(str(len(outside)))  # no flow
    os.system(outside.encode().decode())  # flow
    os.system(f"{outside!s:>10}")  # flow
    os.system("a" in outside)  # no flow
    os.system(bytes(outside, "utf8"))  # flow
    os.system(outside[0] + outside[-1])  # flow
    os.system(repr(outside))  # flow


def recursion(outside):
    def walk(n, v):
        return v if n <= 0 else walk(n - 1, v)

    def lose(n, v):
        return "x" if n <= 0 else lose(n - 1, v)

    os.system(walk(5, outside))  # flow
    os.system(lose(5, outside))  # no flow


def generators(outside):
    def numbers():
        got = yield "a"
        while got is not None:
            got = yield got

    g = numbers()
    os.system(next(g))  # no flow
    os.system(g.send(outside))  # flow
    os.system(g.send("b"))  # no flow
    os.system(list(x for x in ["a", outside]))  # flow
    os.system(next(x for x in ["a", outside]))  # no flow


def callbacks(outside):
    seen = []

    def on(event, handler, *rest):
        handler(event, *rest)

    on(outside, seen.append)
    os.system(seen)  # flow
    kept = {}
    on("k", kept.__setitem__, outside)
    os.system(kept["k"])  # flow
    on("l", kept.__setitem__, "x")
    os.system(kept["l"])  # no flow
    handlers = [lambda v: v, lambda v: "c"]
    os.system(handlers[0](outside))  # flow
    os.system(handlers[1](outside))  # no flow
    os.system([h(outside) for h in handlers][1])  # no flow


def checks(outside):
    if outside == "const":
        pass
    os.system(outside)  # flow
    if isinstance(outside, int):
        os.system("a")  # no flow DEAD
    safe = {"a": "1", "b": "2"}.get(outside, "none")
    os.system(safe)  # no flow
    os.system(int(outside) > 3)  # no flow


for case in (
    binary_ops, chained, nested_function, class_fields, loops, try_finally, conditions,
    unpack_calls, lists, dictionaries, recursion, generators, callbacks, checks,
):  # fmt: skip
    case(taint())
strings(taint())
