"""Two objects of a class, two names of an object."""

import os.path
import pathlib

from recorder import choice, sink_taint, taint


class Node:
    shared = "x"
    log = []

    def __init__(self, value, next=None):
        self.value = value
        self.next = next

    def set(self, value):
        self.value = value
        return self

    def last(self):
        node = self
        while node.next is not None:
            node = node.next
        return node


def instances():
    a, b = Node(taint()), Node("x")
    sink_taint(a.value)  # flow
    sink_taint(b.value)  # no flow
    a.value, b.value = b.value, a.value
    sink_taint(a.value)  # no flow
    sink_taint(b.value)  # flow
    c = a
    c.value = taint()
    sink_taint(a.value)  # flow
    c = Node("y")
    sink_taint(c.value)  # no flow
    sink_taint(a.value)  # flow
    a.set("z")
    sink_taint(a.value)  # no flow
    sink_taint(b.set(taint()).value)  # flow


def linked():
    chain = Node("a", Node("b", Node(taint())))
    sink_taint(chain.next.next.value)  # flow
    sink_taint(chain.next.value)  # no flow
    sink_taint(chain.last().value)  # flow
    sink_taint(Node(taint(), Node("x")).last().value)  # no flow
    chain.next = Node("y")
    sink_taint(chain.last().value)  # no flow
    ring = Node("r")
    ring.next = ring
    ring.value = taint()
    sink_taint(ring.next.next.next.value)  # flow


def shared():
    a, b = Node("x"), Node("x")
    a.shared = taint()
    sink_taint(a.shared)  # flow
    sink_taint(b.shared)  # no flow
    sink_taint(Node.shared)  # no flow
    Node.shared = taint()
    sink_taint(b.shared)  # flow
    Node.shared = "y"
    sink_taint(b.shared)  # no flow
    sink_taint(a.shared)  # flow
    del a.shared
    sink_taint(a.shared)  # no flow
    a.log.append(taint())
    sink_taint(b.log)  # flow
    Node.log = []
    sink_taint(b.log)  # no flow


def in_containers():
    nodes = [Node("a"), Node(taint())]
    sink_taint(nodes[0].value)  # no flow
    sink_taint(nodes[1].value)  # flow
    table = {n.value[:1]: n for n in [Node("a")]}
    first = nodes[0]
    nodes.append(first)
    first.value = taint()
    sink_taint(nodes[2].value)  # flow
    sink_taint(table["a"].value)  # no flow
    for node in nodes:
        node.value = "x"
    sink_taint(nodes[1].value)  # no flow
    inner = ["x"]
    outer = {"k": inner, "l": list(inner)}
    inner.append(taint())
    sink_taint(outer["k"])  # flow
    sink_taint(outer["l"])  # no flow
    held = (inner,)
    held[0].clear()
    sink_taint(inner)  # no flow
    sink_taint(outer["k"])  # no flow


def maybe_same():
    a, b = Node("x"), Node("y")
    c = a if choice() else b
    c.value = taint()
    sink_taint(a.value)  # flow
    sink_taint(b.value)  # flow
    d = Node("z")
    sink_taint(d.value)  # no flow


def attribute_names():
    n = Node("x")
    setattr(n, "extra", taint())
    sink_taint(n.extra)  # flow
    for name, value in {"p": taint(), "q": "x"}.items():
        setattr(n, name, value)
    sink_taint(n.p)  # flow
    sink_taint(n.q)  # no flow
    sink_taint(getattr(n, "missing", "x"))  # no flow
    sink_taint(getattr(n, "missing", taint()))  # flow
    n.__dict__["r"] = taint()
    sink_taint(n.r)  # flow
    delattr(n, "r")
    sink_taint(getattr(n, "r", "x"))  # no flow
    n.__dict__.update(s=taint(), t="x")
    sink_taint(n.s)  # flow
    sink_taint(n.t)  # no flow
    sink_taint(hasattr(n, "s"))  # no flow


class Outer:
    class Inner:
        value = taint()

        def get(self):
            return self.value

    def __init__(self):
        self.inner = self.Inner()

    @classmethod
    def build(cls, value):
        self = cls()
        self.inner.value = value
        return self

    @staticmethod
    def mix(a, b):
        return b

    __private = taint()

    def private(self):
        return self.__private


def nested():
    sink_taint(Outer().inner.get())  # flow
    sink_taint(Outer.build("x").inner.get())  # no flow
    sink_taint(Outer.Inner.value)  # flow
    sink_taint(Outer.mix(taint(), "x"))  # no flow
    sink_taint(Outer().mix("x", taint()))  # flow
    sink_taint(Outer().private())  # flow
    sink_taint(Outer._Outer__private)  # flow


def unpackings():
    (a, b), c = ("x", taint()), "y"
    sink_taint(a)  # no flow
    sink_taint(b)  # flow
    sink_taint(c)  # no flow
    a = b = "x"
    sink_taint(b)  # no flow
    *init, last = ["x", "y", taint()]
    sink_taint(init)  # no flow
    sink_taint(last)  # flow
    [d, [e, *f]] = ["x", ["y", taint(), "z"]]
    sink_taint(d + e)  # no flow
    sink_taint(f[0])  # flow
    sink_taint(f[1])  # no flow
    box = {}
    box["a"], box["b"] = taint(), "x"
    sink_taint(box["b"])  # no flow
    x, y = y, x = "x", taint()
    sink_taint(y)  # no flow
    sink_taint(x)  # flow
    for i, (k, v) in enumerate([("x", taint())]):
        sink_taint(k)  # no flow
        sink_taint(v)  # flow
        sink_taint(i)  # no flow
    i = 0
    i, cells = 1, ["a", "b"]
    cells[i], i = taint(), 0
    sink_taint(cells[1])  # flow
    sink_taint(cells[0])  # no flow


def paths():
    t = taint()
    sink_taint(os.path.join("x", t))  # flow
    sink_taint(os.path.basename("/x/" + t))  # flow
    sink_taint(os.path.dirname("/x/y"))  # no flow
    sink_taint(str(pathlib.Path("x") / t))  # flow
    sink_taint(pathlib.Path(t).name)  # flow
    sink_taint(str(pathlib.Path("x") / "y"))  # no flow
    sink_taint(os.path.splitext(t + ".c")[0])  # flow


def conversions():
    t = taint()
    sink_taint(list(t))  # flow
    sink_taint(tuple([t]))  # flow
    sink_taint(dict([("k", t)])["k"])  # flow
    sink_taint(int(t))  # flow
    sink_taint(float(int(t)) > 1)  # no flow
    sink_taint(bool(t))  # no flow
    sink_taint(str([t]))  # flow
    sink_taint(repr({"a": t}))  # flow
    sink_taint(ord(t[0]) > 3)  # no flow
    sink_taint(type(t))  # no flow
    sink_taint(id(t))  # no flow
    sink_taint(isinstance(t, str))  # no flow
    sink_taint(next(iter([t])))  # flow
    sink_taint(list(zip(["x"], [t]))[0][0])  # no flow
    sink_taint(list(zip(["x"], [t]))[0][1])  # flow
    sink_taint(list(reversed(["x", t]))[0])  # flow
    sink_taint(sorted([t])[0])  # flow
    sink_taint(list(range(3)))  # no flow
    sink_taint(dict(a=t, b="x").get("b"))  # no flow
    sink_taint(print(t))  # no flow


for run in (
    instances, linked, shared, in_containers, maybe_same, attribute_names, nested, unpackings,
    paths, conversions,
):  # fmt: skip
    run()
