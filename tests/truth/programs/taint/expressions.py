"""Everything an expression can be, with the value at each place in it."""

from recorder import choice, sink_taint, taint, taint_number


def ternaries():
    a = taint()
    sink_taint(a if choice() else "x")  # flow
    sink_taint("x" if a else "y")  # no flow
    sink_taint("x" if choice() else ("y" if choice() else a))  # flow
    sink_taint("x" if choice() else ("y" if choice() else "z"))  # no flow


def logic():
    a = taint()
    sink_taint(a and "x")  # no flow
    sink_taint("x" and a)  # flow
    sink_taint(a or "x")  # flow
    sink_taint("" or a)  # flow
    sink_taint(not a)  # no flow
    sink_taint((a or "x") and "y")  # no flow
    sink_taint(choice() and a)  # flow
    sink_taint(choice() or a)  # flow


def walrus():
    sink_taint((b := taint()) + "x")  # flow
    sink_taint(b)  # flow
    if (c := "x") != b:
        sink_taint(c)  # no flow
    kept = [d for x in ["x", taint()] if (d := x + "y")]
    sink_taint(kept)  # flow
    sink_taint(kept[0])  # no flow SPURIOUS
    while (e := taint()) and choice():
        sink_taint(e)  # flow


def stars():
    a = taint()
    sink_taint([*"xy", *[a]])  # flow
    sink_taint([*"xy", *["x"]])  # no flow
    sink_taint({**{"k": a}})  # flow
    sink_taint((*[a], "x")[1])  # no flow
    sink_taint((*[a], "x")[0])  # flow
    first, *rest = (a, "x", "y")
    sink_taint(rest)  # no flow


def lambdas():
    a = taint()
    sink_taint((lambda x: x + "y")(a))  # flow
    sink_taint((lambda x: "y")(a))  # no flow
    sink_taint((lambda: a)())  # flow
    sink_taint([f("x") for f in [lambda x: x, lambda x: a]][1])  # flow
    sink_taint([f("x") for f in [lambda x: x, lambda x: a]][0])  # no flow
    sink_taint((lambda x, *y, z="z", **k: (x, y, z, k))("x", "y", q=a)[3]["q"])  # flow
    sink_taint((lambda x, *y, z="z", **k: (x, y, z))("x", "y", q=a))  # no flow


def comparisons():
    a = taint()
    sink_taint(a == a)  # no flow
    sink_taint(a < "x" < "y")  # no flow
    sink_taint(a is not None)  # no flow
    sink_taint(a in {"x": "y"})  # no flow


def comprehensions():
    a = taint()
    sink_taint([c + "x" for c in ["y", a]])  # flow
    sink_taint([c + "x" for c in ["y", a]][0])  # no flow
    sink_taint(["x" for _ in a])  # no flow
    sink_taint({k: v for k, v in zip("ab", [a, "x"])}["a"])  # flow
    sink_taint({k: v for k, v in zip("ab", [a, "x"])}["b"])  # no flow
    sink_taint({c for c in [a]})  # flow
    sink_taint(sum(n for n in [1, taint_number()]))  # flow
    sink_taint(sum(1 for _ in [taint_number()]))  # no flow
    sink_taint([(i, c) for i, c in enumerate(["x", a])][1])  # flow
    sink_taint([[x + y for x in ["p"]] for y in [a]])  # flow


def slices():
    a = taint()
    sink_taint(a[0:1] + "x")  # flow
    sink_taint(("x", a, "y")[1:2])  # flow
    sink_taint(("x", a, "y")[::2])  # no flow
    sink_taint(("x", a, "y")[::-1][1])  # flow
    sink_taint(["x", "y", a][:2])  # no flow
    sink_taint(["x", "y", a][slice(2, 3)])  # flow
    sink_taint(["x", "y", a][slice(0, 2)])  # no flow


def augmented():
    a = "x"
    a += "y"
    sink_taint(a)  # no flow
    a += taint()
    sink_taint(a)  # flow
    items = ["x"]
    items += [taint()]
    sink_taint(items)  # flow
    items *= 2
    sink_taint(items[3])  # flow
    sink_taint(items[2])  # no flow
    bag = {"x"}
    bag |= {taint()}
    sink_taint(bag)  # flow
    bag -= bag
    sink_taint(bag)  # no flow


def chained():
    a = taint()
    sink_taint(" x ".join([a, "y"]).strip().upper().replace("X", "Z")[1:])  # flow
    sink_taint("x y".split()[0].strip().upper())  # no flow
    sink_taint({"k": ["x", (a, "y")]}["k"][1][0].lower())  # flow
    sink_taint({"k": ["x", (a, "y")]}["k"][1][1].lower())  # no flow


ternaries()
logic()
walrus()
stars()
lambdas()
comparisons()
comprehensions()
slices()
augmented()
chained()
