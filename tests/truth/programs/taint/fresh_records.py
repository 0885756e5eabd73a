"""Dataclasses, enums and other records."""

import abc
import dataclasses
import enum
import typing

from recorder import sink_taint, taint


@dataclasses.dataclass
class Order:
    name: str
    items: list = dataclasses.field(default_factory=list)
    note: str = "x"
    total: str = dataclasses.field(init=False, default="t")
    hidden: dataclasses.InitVar[str] = "h"

    def __post_init__(self, hidden):
        self.total = hidden + "!"


def orders():
    a = Order(taint())
    b = Order("x", hidden=taint())
    sink_taint(a.name)  # flow
    sink_taint(a.total)  # no flow
    sink_taint(b.total)  # flow
    a.items.append(taint())
    sink_taint(a.items)  # flow
    sink_taint(b.items)  # no flow
    sink_taint(Order("x").items)  # no flow
    c = dataclasses.replace(a, name="y", hidden="h")
    sink_taint(c.name)  # no flow
    sink_taint(c.items)  # flow
    d = dataclasses.replace(b, note=taint(), hidden="h")
    sink_taint(d.note)  # flow
    sink_taint(d.name)  # no flow
    sink_taint(dataclasses.asdict(a)["name"])  # flow
    sink_taint(dataclasses.asdict(a)["note"])  # no flow
    sink_taint(dataclasses.astuple(b)[0])  # no flow
    sink_taint(dataclasses.astuple(a)[0])  # flow
    sink_taint([getattr(a, f.name) for f in dataclasses.fields(a)])  # flow
    sink_taint(repr(a))  # flow
    sink_taint(a == b)  # no flow


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    left: str
    right: str = "x"


@dataclasses.dataclass
class Base:
    a: str = "x"


@dataclasses.dataclass
class Derived(Base):
    b: str = "y"
    made: str = dataclasses.field(default_factory=lambda: taint())
    count: typing.ClassVar[str] = "c"


def inherited():
    f = Frozen(left=taint())
    sink_taint(f.left)  # flow
    sink_taint(f.right)  # no flow
    d = Derived("a", taint())
    sink_taint(d.a)  # no flow
    sink_taint(d.b)  # flow
    sink_taint(Derived().made)  # flow
    sink_taint(Derived(made="m").made)  # no flow
    sink_taint(d.count)  # no flow
    made = dataclasses.make_dataclass("Made", ["p", "q"])
    m = made("x", taint())
    sink_taint(m.p)  # no flow
    sink_taint(m.q)  # flow


class Color(enum.Enum):
    RED = taint()
    GREEN = "x"
    BLUE = ("x", taint())

    @property
    def upper(self):
        return self.value

    @classmethod
    def first(cls):
        return cls.RED


class Planet(enum.Enum):
    EARTH = ("x", taint())
    MARS = (taint(), "y")

    def __init__(self, left, right):
        self.left, self.right = left, right


class Flag(enum.Flag):
    A = enum.auto()
    B = enum.auto()


class Text(str, enum.Enum):
    HOT = taint()
    COLD = "x"


def enums():
    sink_taint(Color.RED.value)  # flow
    sink_taint(Color.GREEN.value)  # no flow
    sink_taint(Color.RED.name)  # no flow
    sink_taint(Color["RED"].value)  # flow
    sink_taint(Color["GREEN"].value)  # no flow
    sink_taint(Color("x").value)  # no flow
    sink_taint(Color.BLUE.value[1])  # flow
    sink_taint(Color.BLUE.value[0])  # no flow
    sink_taint(Color.RED.upper)  # flow
    sink_taint(Color.GREEN.upper)  # no flow
    sink_taint(Color.first().value)  # flow
    sink_taint([c.value for c in Color])  # flow
    sink_taint([c.name for c in Color])  # no flow
    sink_taint(Planet.EARTH.left)  # no flow
    sink_taint(Planet.EARTH.right)  # flow
    sink_taint(Planet.MARS.left)  # flow
    sink_taint((Flag.A | Flag.B).value)  # no flow
    sink_taint(Text.HOT + "")  # flow
    sink_taint(Text.COLD + "")  # no flow
    sink_taint(Color.__members__["RED"].value)  # flow
    Dynamic = enum.Enum("Dynamic", {"A": taint(), "B": "x"})
    sink_taint(Dynamic.A.value)  # flow
    sink_taint(Dynamic.B.value)  # no flow


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...

    def shown(self):
        return self.area()

    @classmethod
    def make(cls, *args):
        return cls(*args)

    @staticmethod
    def unit():
        return "u"


class Hot(Shape):
    def area(self):
        return taint()


class Cold(Shape):
    def __init__(self, v="x"):
        self.v = v

    def area(self):
        return self.v


class Speaks(typing.Protocol):
    def speak(self) -> str: ...


class Dog:
    def speak(self):
        return taint()


class Cat:
    def speak(self):
        return "x"


def say(who: Speaks):
    return who.speak()


class Conf(typing.TypedDict):
    a: str
    b: str


def shapes():
    sink_taint(Hot().shown())  # flow
    sink_taint(Cold().shown())  # no flow
    sink_taint(Cold.make(taint()).shown())  # flow
    sink_taint(Hot.unit())  # no flow
    sink_taint(say(Dog()))  # flow
    sink_taint(say(Cat()))  # no flow
    conf = Conf(a=taint(), b="x")
    sink_taint(conf["a"])  # flow
    sink_taint(conf["b"])  # no flow
    sink_taint(typing.cast(str, taint()))  # flow
    sink_taint(sum((s.area() == "x") for s in (Cold(), Cold())))  # no flow


orders()
inherited()
enums()
shapes()
