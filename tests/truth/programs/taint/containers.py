"""A container that holds the value is handed to the sink: it arrives inside."""

from recorder import choice, sink_taint, taint


def displays():
    a = taint()
    sink_taint([a])  # flow
    sink_taint(["x"])  # no flow
    sink_taint(("x", a))  # flow
    sink_taint({"k": a})  # flow
    sink_taint({"k": "x"})  # no flow
    sink_taint({a})  # flow
    sink_taint([["x"], [a]])  # flow
    sink_taint([["x"], ["y"]])  # no flow


def grown():
    items = ["x"]
    sink_taint(items)  # no flow
    items.append(taint())
    sink_taint(items)  # flow
    sink_taint(items[:1])  # no flow
    sink_taint(items[1:])  # flow
    items.pop()
    sink_taint(items)  # no flow
    items.insert(0, taint())
    sink_taint(items)  # flow
    items.clear()
    sink_taint(items)  # no flow


def overwritten():
    items = ["x", taint()]
    sink_taint(items)  # flow
    items[1] = "y"
    sink_taint(items)  # no flow
    table = {"a": taint()}
    del table["a"]
    sink_taint(table)  # no flow
    table.update(b=taint())
    sink_taint(table)  # flow
    table["b"] = "x"
    sink_taint(table)  # no flow


def made():
    a = taint()
    sink_taint(list(zip(["x"], [a])))  # flow
    sink_taint(list(zip(["x"], ["y"])))  # no flow
    sink_taint(list({"k": a}.items()))  # flow
    sink_taint(list({"k": a}))  # no flow
    sink_taint(dict(k=a))  # flow
    sink_taint([c for c in ["x", a]])  # flow
    sink_taint([c for c in ["x", "y"]])  # no flow
    sink_taint(sorted(["x", a]))  # flow
    sink_taint(list(map(str.upper, [a])))  # flow
    sink_taint("a b".split())  # no flow


def two_objects():
    one, two = [], []
    one.append(taint())
    two.append("x")
    sink_taint(one)  # flow
    sink_taint(two)  # no flow
    two.extend(one)
    sink_taint(two)  # flow
    three = one if choice() else []
    sink_taint(three)  # flow


displays()
grown()
overwritten()
made()
two_objects()
