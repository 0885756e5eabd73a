"""Dataclasses, NamedTuple, enums, SimpleNamespace, TypedDict."""

import dataclasses
import enum
from collections import namedtuple
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import NamedTuple

from recorder import sink, source


@dataclass
class Point:
    x: object
    y: object = "clean"
    items: list = field(default_factory=list)

    def get(self):
        return self.x


@dataclass
class Extended(Point):
    z: object = source()


@dataclass
class Checked:
    value: object

    def __post_init__(self):
        self.seen = self.value
        self.value = "replaced"


@dataclass(kw_only=True)
class Keyword:
    a: object
    b: object = field(default="clean")


def dataclasses_():
    p = Point(source())
    sink(p.x)  # flow
    sink(p.y)  # no flow
    sink(p.get())  # flow
    q = Point("a", source())
    sink(q.x)  # no flow
    sink(q.y)  # flow
    r = Point(y=source(), x="a")
    sink(r.y)  # flow
    sink(r.x)  # no flow
    p.items.append(source())
    sink(p.items[0])  # flow
    q.items.append("clean")
    sink(q.items[0])  # no flow
    c = Checked(source())
    sink(c.seen)  # flow
    sink(c.value)  # no flow
    k = Keyword(a=source())
    sink(k.a)  # flow
    sink(k.b)  # no flow


def extended():
    e = Extended("x", source())
    sink(e.x)  # no flow
    sink(e.y)  # flow
    sink(e.z)  # flow
    sink(Extended("x", "y", [], "z").z)  # no flow
    sink(Extended(x=source(), z="z").get())  # flow


def helpers():
    p = Point(source(), "b")
    q = dataclasses.replace(p, y=source())
    sink(q.y)  # flow
    sink(q.x)  # flow
    r = dataclasses.replace(p, x="clean")
    sink(r.x)  # no flow
    sink(dataclasses.asdict(p)["x"])  # flow
    sink(dataclasses.asdict(p)["y"])  # no flow
    sink(dataclasses.astuple(p)[0])  # flow


class Pair(NamedTuple):
    left: object
    right: object = "clean"

    def swap(self):
        return Pair(self.right, self.left)


Old = namedtuple("Old", "a b")


def named_tuples():
    p = Pair(source())
    sink(p.left)  # flow
    sink(p.right)  # no flow
    sink(p[0])  # flow
    sink(p[1])  # no flow
    left, right = p
    sink(left)  # flow
    sink(right)  # no flow
    sink(p.swap().right)  # flow
    sink(p.swap().left)  # no flow
    sink(p._replace(left="clean").left)  # no flow
    sink(p._replace(right=source()).right)  # flow
    sink(p._asdict()["left"])  # flow
    o = Old("a", b=source())
    sink(o.b)  # flow
    sink(o.a)  # no flow
    sink(o[1])  # flow


class Color(enum.Enum):
    RED = source()
    BLUE = "blue"

    @property
    def twin(self):
        return self.value


class Code(enum.IntEnum):
    ONE = 1


def enums():
    sink(Color.RED.value)  # flow
    sink(Color.BLUE.value)  # no flow
    sink(Color.RED.twin)  # flow
    sink(Color["RED"].value)  # flow
    sink(Color["BLUE"].value)  # no flow
    sink(Color.BLUE.name)  # no flow
    sink(Code.ONE)  # no flow
    for color in Color:
        sink(color.value)  # flow


def namespaces():
    n = SimpleNamespace(a=source(), b="clean")
    sink(n.a)  # flow
    sink(n.b)  # no flow
    n.b = source()
    sink(n.b)  # flow


def in_containers():
    table = {"p": Point(source()), "q": Point("clean")}
    sink(table["p"].x)  # flow
    sink(table["q"].x)  # no flow
    points = [Point("a"), Point(source())]
    sink([p.x for p in points][1])  # flow
    sink([p.y for p in points][1])  # no flow


dataclasses_()
extended()
helpers()
named_tuples()
enums()
namespaces()
in_containers()
