"""Classes: attributes, inheritance, properties, descriptors, dunder methods, metaclasses."""

import abc
import functools
from dataclasses import dataclass, field, replace, asdict, astuple
from enum import Enum, IntEnum
from typing import NamedTuple, Protocol, Generic, TypeVar

from recorder import choice, sink_taint, taint


class Account:
    registry = {}
    default = "none"

    def __init__(self, owner, note=default):
        self.owner = owner
        self.note = note
        Account.registry[owner] = self

    @classmethod
    def of(cls, text):
        return cls(text.strip(), note="of")

    @staticmethod
    def tidy(text):
        return text.lower()

    @property
    def title(self):
        return "Account of " + self.owner

    @title.setter
    def title(self, text):
        self.owner = text

    @title.deleter
    def title(self):
        self.owner = "deleted"

    def rename(self, name):
        self.owner = name
        return self

    def reset(self):
        self.__init__("fresh")


def constructors(src):
    sink_taint(Account.of(src).owner)  # flow
    sink_taint(Account.of(src).note)  # no flow
    sink_taint(Account.tidy(src))  # flow
    sink_taint(Account("x", src).note)  # flow
    sink_taint(Account("x", src).title)  # no flow


def properties(src):
    account = Account("x")
    account.title = src
    sink_taint(account.title)  # flow
    sink_taint(account.note)  # no flow
    del account.title
    sink_taint(account.title)  # no flow


def chained(src):
    account = Account("x").rename(src).rename("y")
    sink_taint(account.owner)  # no flow
    account.rename("z").rename(src)
    sink_taint(account.owner)  # flow
    account.reset()
    sink_taint(account.owner)  # no flow


class Base:
    kind = "base"

    def run(self, value):
        return self.step(self.before(value))

    def before(self, value):
        return value

    def step(self, value):
        return "base"


class Passing(Base):
    def step(self, value):
        return value


class Cleaning(Passing):
    def before(self, value):
        return "cleaned"


class Mixed(Cleaning):
    def before(self, value):
        return Base.before(self, value)


class SuperMixed(Cleaning):
    def before(self, value):
        return super().before(value) + "!"


def templates(src):
    sink_taint(Base().run(src))  # no flow
    sink_taint(Passing().run(src))  # flow
    sink_taint(Cleaning().run(src))  # no flow
    sink_taint(Mixed().run(src))  # flow
    sink_taint(SuperMixed().run(src))  # no flow


class A:
    def pick(self, a, b):
        return a


class B(A):
    def pick(self, a, b):
        return super().pick(b, a)


class C(A):
    def pick(self, a, b):
        return super().pick(b, a)


class D(B, C):
    pass


def diamond(src):
    sink_taint(A().pick(src, "x"))  # flow
    sink_taint(B().pick(src, "x"))  # no flow
    sink_taint(D().pick(src, "x"))  # flow


def class_level(src):
    Passing.kind = src
    sink_taint(Base.kind)  # no flow
    sink_taint(Cleaning.kind)  # flow
    sink_taint(Cleaning().kind)  # flow
    Passing.kind = "passing"
    sink_taint(Cleaning().kind)  # no flow
    one = Passing()
    one.kind = src
    sink_taint(Passing.kind)  # no flow
    sink_taint(one.kind)  # flow
    del one.kind
    sink_taint(one.kind)  # no flow


class Typed:
    def __set_name__(self, owner, name):
        self.slot = "_" + name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        return getattr(instance, self.slot, "")

    def __set__(self, instance, value):
        setattr(instance, self.slot, value)


class Form:
    name = Typed()
    city = Typed()


def descriptors(src):
    form = Form()
    form.name = src
    form.city = "Rome"
    sink_taint(form.name)  # flow
    sink_taint(form.city)  # no flow
    sink_taint(Form().name)  # no flow
    sink_taint(form._name)  # flow


class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __iadd__(self, other):
        self.x += other.x
        return self

    def __neg__(self):
        return Vector(self.y, self.x)

    def __getitem__(self, index):
        return (self.x, self.y)[index]

    def __iter__(self):
        yield self.x
        yield self.y

    def __str__(self):
        return f"<{self.x}>"

    def __format__(self, how):
        return self.y if how == "y" else self.x

    def __bool__(self):
        return False

    def __call__(self, scale):
        return scale

    def __contains__(self, item):
        sink_taint(item)  # flow
        return True

    def __enter__(self):
        return self.y

    def __exit__(self, *rest):
        return False


def operators(src):
    total = Vector(src, "a") + Vector("b", "c")
    sink_taint(total.x)  # flow
    sink_taint(total.y)  # no flow
    sink_taint((-total).y)  # flow
    sink_taint((-total).x)  # no flow
    sink_taint(total[0])  # flow
    sink_taint(total[1])  # no flow
    x, y = total
    sink_taint(x)  # flow
    sink_taint(y)  # no flow
    sink_taint(str(total))  # flow
    sink_taint(f"{total:y}")  # no flow SPURIOUS
    sink_taint(f"{total}")  # flow
    sink_taint(total or "empty")  # no flow
    sink_taint(total("s"))  # no flow
    sink_taint(total(src))  # flow
    src in total
    with total as entered:
        sink_taint(entered)  # no flow
    with -total as entered:
        sink_taint(entered)  # flow
    grown = Vector("p", "q")
    grown += total
    sink_taint(grown.x)  # flow
    sink_taint(grown.y)  # no flow


class Lazy:
    def __init__(self, data):
        self.__dict__["data"] = data

    def __getattr__(self, name):
        return self.data[name]

    def __setattr__(self, name, value):
        self.data[name] = value

    def __delattr__(self, name):
        del self.data[name]


def dynamic_attributes(src):
    lazy = Lazy({"a": src, "b": "x"})
    sink_taint(lazy.a)  # flow
    sink_taint(lazy.b)  # no flow
    lazy.c = src
    sink_taint(lazy.data["c"])  # flow
    lazy.a = "clean"
    sink_taint(lazy.a)  # no flow


@dataclass
class Order:
    customer: str
    item: str = "none"
    tags: list = field(default_factory=list)

    def __post_init__(self):
        self.label = self.customer + "/"


@dataclass(frozen=True)
class Rush:
    item: str
    deadline: str = "now"

    def __post_init__(self):
        object.__setattr__(self, "deadline", self.item)


@dataclass(order=True)
class Plain:
    first: str
    second: str = field(default="s", compare=False)


def dataclasses_(src):
    sink_taint(Rush(src).deadline)  # flow
    sink_taint(Rush("x", src).deadline)  # no flow
    order = Order(src)
    sink_taint(order.customer)  # flow
    sink_taint(order.item)  # no flow
    sink_taint(order.label)  # flow
    order.tags.append(src)
    sink_taint(Order("x").tags)  # no flow
    sink_taint(order.tags[0])  # flow
    copy = replace(Plain(src, "b"), first="clean")
    sink_taint(copy.first)  # no flow
    sink_taint(replace(Plain("a", src), first="clean").second)  # flow
    sink_taint(asdict(Plain("a", src))["second"])  # flow
    sink_taint(asdict(Plain("a", src))["first"])  # no flow
    sink_taint(astuple(Plain("a", src))[1])  # flow
    sink_taint(astuple(Plain("a", src))[0])  # no flow


class Entry(NamedTuple):
    key: str
    text: str = "t"

    def shout(self):
        return self.text.upper()


def named(src):
    entry = Entry(src)
    sink_taint(entry.key)  # flow
    sink_taint(entry.shout())  # no flow
    key, text = Entry("k", src)
    sink_taint(key)  # no flow
    sink_taint(text)  # flow
    sink_taint(Entry._make([src, "b"]).text)  # no flow
    sink_taint(Entry(**{"key": "k", "text": src}).shout())  # flow


class Meta(type):
    def __call__(cls, *args):
        made = super().__call__(*args)
        made.stamp = args[0]
        return made


class Stamped(metaclass=Meta):
    def __init__(self, first, second):
        self.second = second


class Single:
    _one = None

    def __new__(cls, *args):
        if cls._one is None:
            cls._one = super().__new__(cls)
        return cls._one

    def __init__(self, value=None):
        if value is not None:
            self.value = value


class Plugin:
    plugins = []

    def __init_subclass__(cls, **named):
        Plugin.plugins.append(named.get("label"))


def construction(src):
    stamped = Stamped(src, "b")
    sink_taint(stamped.stamp)  # flow
    sink_taint(stamped.second)  # no flow
    Single(src)
    sink_taint(Single().value)  # flow

    class Loud(Plugin, label=src):
        pass

    sink_taint(Plugin.plugins[-1])  # flow


class Shape(abc.ABC):
    @abc.abstractmethod
    def text(self): ...

    @functools.cached_property
    def cached(self):
        return self.text()


class Square(Shape):
    def __init__(self, side):
        self.side = side

    def text(self):
        return self.side


class Circle(Shape):
    def __init__(self, side):
        self.side = side

    def text(self):
        return "circle"


def abstract(src):
    sink_taint(Square(src).cached)  # flow
    sink_taint(Circle(src).cached)  # no flow
    for shape in [Square("a"), Circle(src)]:
        sink_taint(shape.text())  # no flow
    shapes = [Square(src), Circle("a")]
    sink_taint([shape.text() for shape in shapes][1])  # no flow


constructors(taint())
properties(taint())
chained(taint())
templates(taint())
diamond(taint())
class_level(taint())
descriptors(taint())
operators(taint())
dynamic_attributes(taint())
dataclasses_(taint())
named(taint())
construction(taint())
abstract(taint())
