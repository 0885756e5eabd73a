"""The data model: dunders, descriptors, inheritance, metaclasses, enums, managers."""

import abc
import enum
from typing import Generic, Protocol, TypeVar

from recorder import choice, sink_taint, taint

T = TypeVar("T")


class Money:
    def __init__(self, v):
        self.v = v

    def __add__(self, o):
        return Money(self.v + o.v)

    def __radd__(self, o):
        return Money(o + self.v)

    def __iadd__(self, o):
        self.v += o.v
        return self

    def __mul__(self, n):
        return self.v * n

    def __neg__(self):
        return "neg"

    def __eq__(self, o):
        return self.v == o.v

    def __lt__(self, o):
        return self.v < o.v

    def __hash__(self):
        return 1

    def __bool__(self):
        return False

    def __len__(self):
        return 3

    def __contains__(self, x):
        return True

    def __getitem__(self, k):
        return self.v if k == "v" else "x"

    def __setitem__(self, k, v):
        if k == "v":
            self.v = v

    def __delitem__(self, k):
        self.v = "deleted"

    def __call__(self, x):
        return x + "called"

    def __str__(self):
        return self.v

    def __repr__(self):
        return "repr"

    def __format__(self, how):
        return self.v + how

    def __index__(self):
        return 1

    def __int__(self):
        return 3

    def __iter__(self):
        return iter([self.v, "x"])

    def __enter__(self):
        return self.v

    def __exit__(self, *e):
        self.v = "exited"
        return True

    def __matmul__(self, o):
        return o

    def __invert__(self):
        return self.v

    def __or__(self, o):
        return o.v


def dunders():
    m, n = Money(taint()), Money("x")
    sink_taint((m + n).v)  # flow
    sink_taint((n + n).v)  # no flow
    sink_taint(("p" + m).v)  # flow
    sink_taint(m * 2)  # flow
    sink_taint(-m)  # no flow
    sink_taint(~m)  # flow
    sink_taint(n @ taint())  # flow
    sink_taint(m | n)  # no flow
    sink_taint(m == n)  # no flow
    sink_taint(m["v"])  # flow
    sink_taint(m["w"])  # no flow
    sink_taint(n(taint()))  # flow
    sink_taint(str(m))  # flow
    sink_taint(repr(m))  # no flow
    sink_taint(f"{m}")  # flow
    sink_taint(f"{m!r}")  # no flow SPURIOUS
    sink_taint("%s" % m)  # flow
    sink_taint(["a", taint()][m])  # flow
    sink_taint(len(m))  # no flow
    sink_taint(list(m)[0])  # flow
    sink_taint(list(m)[1])  # no flow
    first, second = m
    sink_taint(second)  # no flow
    if m:
        sink_taint(m.v)  # no flow DEAD
    sink_taint(m and "x")  # no flow
    n += m
    sink_taint(n.v)  # flow
    n["v"] = "x"
    sink_taint(n.v)  # no flow
    n["v"] = taint()
    del n["v"]
    sink_taint(n.v)  # no flow
    with m as v:
        sink_taint(v)  # flow
    sink_taint(m.v)  # no flow
    sink_taint(sum([Money("a"), Money(taint())], Money("")).v)  # flow


class Dynamic:
    def __init__(self):
        self.seen = {}

    def __getattr__(self, name):
        return taint() if name == "dirty" else "x"


class Proxy:
    def __init__(self, inner):
        object.__setattr__(self, "inner", inner)

    def __getattr__(self, name):
        return getattr(object.__getattribute__(self, "inner"), name)

    def __setattr__(self, name, value):
        setattr(self.inner, name, value)


class Upper:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, obj, owner=None):
        return "none" if obj is None else getattr(obj, self.name)

    def __set__(self, obj, value):
        setattr(obj, self.name, value)


class Fixed:
    def __get__(self, obj, owner=None):
        return "fixed"

    def __set__(self, obj, value):
        pass


class Has:
    a = Upper()
    b = Upper()
    f = Fixed()

    def __init__(self, a, b):
        self.a = a
        self.b = b

    @property
    def both(self):
        return self.a + self.b

    @property
    def clean(self):
        return "x"

    @clean.setter
    def clean(self, v):
        self.b = v

    @staticmethod
    def static(x):
        return x

    @classmethod
    def make(cls, v):
        return cls(v, "x")


def attributes():
    d = Dynamic()
    sink_taint(d.dirty)  # flow
    sink_taint(d.neat)  # no flow
    p = Proxy(Money(taint()))
    sink_taint(p.v)  # flow
    p.v = "x"
    sink_taint(p.v)  # no flow
    p.w = taint()
    sink_taint(p.inner.w)  # flow
    h = Has(taint(), "x")
    sink_taint(h.a)  # flow
    sink_taint(h.b)  # no flow
    sink_taint(Has.a)  # no flow
    sink_taint(h.both)  # flow
    sink_taint(h.clean)  # no flow
    h.clean = taint()
    sink_taint(h.clean)  # no flow
    sink_taint(h.b)  # flow
    h.f = taint()
    sink_taint(h.f)  # no flow
    sink_taint(Has.static(taint()))  # flow
    sink_taint(h.static("x"))  # no flow
    sink_taint(Has.make(taint()).a)  # flow
    sink_taint(Has.make("x").a)  # no flow
    sink_taint(Has("x", "y").both)  # no flow


class Base:
    tag = "base"

    def __init__(self, v="x"):
        self.v = v

    def give(self):
        return self.v

    def template(self):
        return self.hook(self.v)

    def hook(self, v):
        return v


class Child(Base):
    tag = taint()

    def __init__(self, v):
        super().__init__(v)
        self.w = "w"

    def hook(self, v):
        return "hooked"


class Other(Base):
    def give(self):
        return "other" + super().give()[:0]


class Mixin:
    def give(self):
        return "mixin"


class Mixed(Mixin, Base):
    pass


class MixedToo(Base, Mixin):
    pass


class X:
    def who(self):
        return "x"


class Y(X):
    def who(self):
        return taint() + super().who()


class Z(X):
    def who(self):
        return "z" + super().who()


class W(Y, Z):
    pass


class V(Z):
    def who(self):
        return super().who()


def inheritance():
    sink_taint(Child(taint()).give())  # flow
    sink_taint(Child(taint()).template())  # no flow
    sink_taint(Base(taint()).template())  # flow
    sink_taint(Child("x").w)  # no flow
    sink_taint(Child.tag)  # flow
    sink_taint(Base.tag)  # no flow
    sink_taint(Other(taint()).tag)  # no flow
    sink_taint(Mixed(taint()).give())  # no flow
    sink_taint(MixedToo(taint()).give())  # flow
    sink_taint(W().who())  # flow
    sink_taint(V().who())  # no flow
    sink_taint(Base.give(Child(taint())))  # flow
    sink_taint(super(Child, Child(taint())).hook(taint()))  # flow
    o = Child if choice() else Base
    sink_taint(o(taint()).template())  # flow


class Meta(type):
    def __new__(mcs, name, bases, namespace, **kwargs):
        namespace["added"] = kwargs.get("give", "x")
        return super().__new__(mcs, name, bases, namespace)

    def __init__(cls, name, bases, namespace, **kwargs):
        super().__init__(name, bases, namespace)

    def __call__(cls, *args):
        made = super().__call__(*args)
        made.stamped = taint()
        return made

    def by_class(cls):
        return cls.added

    def __getitem__(cls, v):
        return v


class Made(metaclass=Meta, give=taint()):
    pass


class MadeClean(metaclass=Meta):
    def __init__(self, v="x"):
        self.v = v


class Plugin:
    known = []

    def __init_subclass__(cls, tag="x", **kwargs):
        super().__init_subclass__(**kwargs)
        cls.tag = tag
        Plugin.known.append(cls)


class First(Plugin, tag=taint()):
    pass


class Second(Plugin):
    pass


class Single:
    instance = None

    def __new__(cls, *args):
        if cls.instance is None:
            cls.instance = super().__new__(cls)
        return cls.instance

    def __init__(self, v=None):
        if v is not None:
            self.v = v


class Box(Generic[T]):
    def __init__(self, v: T) -> None:
        self.v = v

    def __class_getitem__(cls, item):
        return cls


class Speaks(Protocol):
    def speak(self) -> str: ...


class Dog:
    def speak(self):
        return taint()


def talk(s: Speaks):
    return s.speak()


def classes():
    sink_taint(Made.added)  # flow
    sink_taint(MadeClean.added)  # no flow
    sink_taint(Made().stamped)  # flow
    sink_taint(MadeClean(taint()).v)  # flow
    sink_taint(MadeClean().v)  # no flow
    sink_taint(Made.by_class())  # flow
    sink_taint(Made[taint()])  # flow
    sink_taint(First.tag)  # flow
    sink_taint(Second.tag)  # no flow
    sink_taint(Plugin.known[0]().tag)  # flow
    sink_taint(Plugin.known[1]().tag)  # no flow
    Single(taint())
    sink_taint(Single().v)  # flow
    Single("x")
    sink_taint(Single().v)  # no flow
    sink_taint(Box(taint()).v)  # flow
    sink_taint(Box[str]("x").v)  # no flow
    sink_taint(talk(Dog()))  # flow

    class Local:
        attr = taint()
        other = "x"

        def method(self):
            return self.attr

    sink_taint(Local().method())  # flow
    sink_taint(Local.other)  # no flow


class Color(enum.Enum):
    RED = taint()
    BLUE = "blue"

    @property
    def shout(self):
        return self.value + "!"

    @classmethod
    def default(cls):
        return cls.BLUE


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Planet(enum.Enum):
    EARTH = ("x", taint())
    MARS = ("y", "z")

    def __init__(self, name_, note):
        self.label = name_
        self.note = note


def enums():
    sink_taint(Color.RED.value)  # flow
    sink_taint(Color.BLUE.value)  # no flow
    sink_taint(Color["RED"].value)  # flow
    sink_taint(Color.RED.shout)  # flow
    sink_taint(Color.default().shout)  # no flow
    sink_taint(Color("blue").value)  # no flow
    sink_taint([c.value for c in Color][0])  # flow
    sink_taint([c.value for c in Color][1])  # no flow
    sink_taint(Color.RED.name)  # no flow
    sink_taint(Level.HIGH.value)  # no flow
    sink_taint(Planet.EARTH.note)  # flow
    sink_taint(Planet.EARTH.label)  # no flow
    sink_taint(Planet.MARS.note)  # no flow
    table = {Color.RED: "x", Color.BLUE: taint()}
    sink_taint(table[Color.BLUE])  # flow
    sink_taint(table[Color.RED])  # no flow
    if Color.RED is Color.BLUE:
        sink_taint(taint())  # no flow DEAD


class Managed:
    def __init__(self, v):
        self.v = v
        self.log = []

    def __enter__(self):
        self.log.append("in")
        return self

    def __exit__(self, kind, value, trace):
        self.log.append(value.args[0] if value else "out")
        return kind is KeyError


def managers():
    m = Managed(taint())
    with m as inside:
        sink_taint(inside.v)  # flow
        inside.v = "x"
    sink_taint(m.v)  # no flow SPURIOUS
    sink_taint(m.log)  # no flow
    with m:
        raise KeyError(taint())
    sink_taint(m.log[-1])  # flow
    with Managed("x") as a, Managed(taint()) as b:
        sink_taint(a.v)  # no flow
        sink_taint(b.v)  # flow


dunders()
attributes()
inheritance()
classes()
enums()
managers()
