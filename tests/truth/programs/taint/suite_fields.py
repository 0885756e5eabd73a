"""Objects and their fields as other suites test them: which object, which field, which time."""

import copy
from collections import namedtuple
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import NamedTuple

from recorder import choice, sink_taint, taint


class A:
    shared = ""

    def __init__(self, data=""):
        self.data = data
        self.other = ""

    def set_data(self, data):
        self.data = data

    def get_data(self):
        return self.data


class B:
    def __init__(self, a):
        self.a = a


class Node:
    def __init__(self, value, after=None):
        self.value = value
        self.after = after


def two_objects():
    one, two = A(taint()), A("x")
    sink_taint(one.data)  # flow
    sink_taint(two.data)  # no flow
    two.set_data(one.get_data())
    sink_taint(two.get_data())  # flow
    one.set_data("x")
    sink_taint(one.get_data())  # no flow
    sink_taint(two.data)  # flow


def fields_of_one():
    a = A()
    a.other = taint()
    sink_taint(a.data)  # no flow
    sink_taint(a.other)  # flow
    a.data, a.other = a.other, a.data
    sink_taint(a.data)  # flow
    sink_taint(a.other)  # no flow


def nested_fields():
    b = B(A())
    b.a.data = taint()
    sink_taint(b.a.data)  # flow
    sink_taint(b.a.other)  # no flow
    held = b.a
    b.a = A()
    sink_taint(b.a.data)  # no flow
    sink_taint(held.data)  # flow


def linked_list():
    head = Node("a", Node(taint(), Node("c")))
    sink_taint(head.value)  # no flow
    sink_taint(head.after.value)  # flow
    sink_taint(head.after.after.value)  # no flow
    at = head
    while at:
        last = at.value
        at = at.after
    sink_taint(last)  # no flow


def build_list(values):
    head = None
    for value in values:
        head = Node(value, head)
    return head


def built_list():
    head = build_list(["a", taint(), "c"])
    sink_taint(head.value)  # no flow
    sink_taint(head.after.value)  # flow
    found = []
    while head is not None:
        found.append(head.value)
        head = head.after
    sink_taint(found[0])  # no flow
    sink_taint(found[1])  # flow
    sink_taint(found[-1])  # no flow


def class_attributes():
    sink_taint(A.shared)  # no flow
    a = A()
    A.shared = taint()
    sink_taint(a.shared)  # flow
    a.shared = "own"
    sink_taint(a.shared)  # no flow
    sink_taint(A().shared)  # flow
    A.shared = ""
    sink_taint(A().shared)  # no flow


def deleted_attribute():
    a = A()
    A.shared = "clean"
    a.shared = taint()
    sink_taint(a.shared)  # flow
    del a.shared
    sink_taint(a.shared)  # no flow


def copies():
    a = B(A(taint()))
    shallow = copy.copy(a)
    deep = copy.deepcopy(a)
    a.a.data = "x"
    sink_taint(shallow.a.data)  # no flow
    sink_taint(deep.a.data)  # flow
    deep.a.data = "x"
    sink_taint(deep.a.data)  # no flow
    shallow.a = A(taint())
    sink_taint(a.a.data)  # no flow


def alias_in_container():
    a = A()
    held = [a, {"k": a}]
    held[0].data = taint()
    sink_taint(a.data)  # flow
    sink_taint(held[1]["k"].data)  # flow
    held[1]["k"].data = ""
    sink_taint(a.data)  # no flow


def same_class_two_places():
    boxes = [A(), A()]
    boxes[0].data = taint()
    sink_taint(boxes[0].data)  # flow
    sink_taint(boxes[1].data)  # no flow
    for box in boxes:
        box.data = "x"
    sink_taint(boxes[0].data)  # no flow


def made_in_loop():
    made = []
    for value in ["x", taint()]:
        made.append(A(value))
    sink_taint(made[0].data)  # no flow
    sink_taint(made[1].data)  # flow
    table = {name: A(name) for name in "ab"}
    table["a"].data = taint()
    sink_taint(table["a"].data)  # flow
    sink_taint(table["b"].data)  # no flow


@dataclass
class Point:
    x: str
    y: str = "y"
    tags: list = field(default_factory=list)

    def moved(self):
        return Point(self.y, self.x)


@dataclass(frozen=True)
class Frozen:
    x: str = ""
    y: str = ""


class Triple(NamedTuple):
    a: str
    b: str = "b"


Pair = namedtuple("Pair", "left right")
Wide = namedtuple("Wide", ["left", "right"], defaults=["d"])


def records():
    p = Point(taint())
    sink_taint(p.x)  # flow
    sink_taint(p.y)  # no flow
    q = p.moved()
    sink_taint(q.x)  # no flow
    sink_taint(q.y)  # flow
    r = Point("x", tags=[taint()])
    sink_taint(r.tags[0])  # flow
    s = Point("x")
    s.tags.append("x")
    sink_taint(s.tags[0])  # no flow
    f = Frozen(y=taint())
    sink_taint(f.x)  # no flow
    sink_taint(replace(f, x="n").y)  # flow
    sink_taint(replace(f, y="n").y)  # no flow
    sink_taint(replace(f, x=taint()).x)  # flow


def named_tuples():
    t = Triple(taint())
    sink_taint(t.a)  # flow
    sink_taint(t.b)  # no flow
    sink_taint(t[0])  # flow
    a, b = t
    sink_taint(a)  # flow
    sink_taint(b)  # no flow
    p = Pair("x", taint())
    sink_taint(p.left)  # no flow
    sink_taint(p.right)  # flow
    sink_taint(p._replace(right="x").right)  # no flow
    sink_taint(p._replace(left=taint()).left)  # flow
    sink_taint(p._asdict()["right"])  # flow
    sink_taint(p._asdict()["left"])  # no flow
    w = Wide(taint())
    sink_taint(w.left)  # flow
    sink_taint(w.right)  # no flow
    sink_taint(Pair._make(["x", taint()]).right)  # flow
    sink_taint(Pair(*["x", taint()]).left)  # no flow
    sink_taint(Pair(**{"left": taint(), "right": ""}).left)  # flow


def namespaces():
    n = SimpleNamespace(a=taint(), b="")
    sink_taint(n.a)  # flow
    sink_taint(n.b)  # no flow
    n.c = n.a
    sink_taint(n.c)  # flow
    n.a = ""
    sink_taint(n.a)  # no flow
    sink_taint(vars(n)["c"])  # flow


class Builder:
    def __init__(self):
        self.parts = []
        self.name = ""

    def add(self, part):
        self.parts.append(part)
        return self

    def named(self, name):
        self.name = name
        return self

    def build(self):
        return self.name + "".join(self.parts)


def chained():
    sink_taint(Builder().add("a").add("b").build())  # no flow
    sink_taint(Builder().add("a").add(taint()).build())  # flow
    sink_taint(Builder().named(taint()).add("b").name)  # flow
    sink_taint(Builder().named("n").add(taint()).name)  # no flow
    sink_taint(Builder().add(taint()).parts[0])  # flow
    sink_taint(Builder().add("x").add(taint()).parts[0])  # no flow


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a = a
        self.b = b


def slots():
    s = Slotted(taint(), "")
    sink_taint(s.a)  # flow
    sink_taint(s.b)  # no flow


def conditional_object():
    one, two = A(), A()
    chosen = one if choice() else two
    chosen.data = taint()
    sink_taint(one.data)  # flow
    sink_taint(two.data)  # flow
    sink_taint(one.other)  # no flow


def passed_object(box, value):
    box.data = value
    box = A(value)
    box.other = value


def through_parameter():
    a = A()
    passed_object(a, taint())
    sink_taint(a.data)  # flow
    sink_taint(a.other)  # no flow


def swapped(left, right):
    left.data, right.data = right.data, left.data


def through_two_parameters():
    a, b = A(taint()), A()
    swapped(a, b)
    sink_taint(a.data)  # no flow
    sink_taint(b.data)  # flow


two_objects()
fields_of_one()
nested_fields()
linked_list()
built_list()
class_attributes()
deleted_attribute()
copies()
alias_in_container()
same_class_two_places()
made_in_loop()
records()
named_tuples()
namespaces()
chained()
slots()
conditional_object()
through_parameter()
through_two_parameters()
