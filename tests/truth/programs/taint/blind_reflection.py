"""getattr and its kin, enums, types made at run time, odd corners of the language."""

import enum
import importlib
import inspect
import sys
import types
import weakref
from typing import Any, Generic, Literal, Optional, TypedDict, TypeVar, cast

from recorder import choice, sink_taint, taint


class Holder:
    shared = []
    __slots__ = ("one", "two", "__weakref__")

    def __init__(self, one=None, two=None):
        self.one = one
        self.two = two

    def get(self):
        return self.one

    def __repr__(self):
        return f"Holder({self.one})"

    def __eq__(self, other):
        sink_taint(other.one)  # flow
        return True

    def __hash__(self):
        return 1


def attributes(src):
    holder = Holder()
    setattr(holder, "one", src)
    sink_taint(getattr(holder, "one"))  # flow
    sink_taint(getattr(holder, "two"))  # no flow
    sink_taint(getattr(holder, "none", src))  # flow
    sink_taint(getattr(holder, "two", src))  # no flow
    sink_taint(getattr(holder, "get")())  # flow
    sink_taint(repr(holder))  # flow
    for name in ("one", "two"):
        setattr(holder, name, name)
    sink_taint(holder.one)  # no flow
    for name, value in {"one": "x", "two": src}.items():
        setattr(holder, name, value)
    sink_taint(holder.two)  # flow
    sink_taint(holder.one)  # no flow
    delattr(holder, "two")
    sink_taint(hasattr(holder, "two"))  # no flow
    Holder("a") == Holder(src)
    Holder.shared.append(src)
    sink_taint(Holder().shared[0])  # flow


class Open:
    pass


def dicts_of_objects(src):
    one, two = Open(), Open()
    one.__dict__["a"] = src
    sink_taint(one.a)  # flow
    two.__dict__.update(one.__dict__)
    sink_taint(two.a)  # flow
    two.a = "x"
    sink_taint(one.a)  # flow
    sink_taint(two.a)  # no flow
    vars(one)["a"] = "y"
    sink_taint(one.a)  # no flow
    three = Open()
    three.__dict__ = {"a": src, "b": "x"}
    sink_taint(three.a)  # flow
    sink_taint(three.b)  # no flow
    for key, value in vars(three).items():
        if key == "b":
            sink_taint(value)  # no flow


def made_types(src):
    made = type("Made", (Open,), {"word": src, "say": lambda self: self.word, "x": "x"})
    sink_taint(made().say())  # flow
    sink_taint(made.x)  # no flow
    one = Open()
    one.say = types.MethodType(lambda self, v: v, one)
    sink_taint(one.say(src))  # flow
    Open.say_all = lambda self: self.a
    one.a = src
    sink_taint(one.say_all())  # flow
    del Open.say_all
    other = one.__class__()
    other.a = "z"
    sink_taint(other.a)  # no flow
    swapped = Open()
    swapped.word = "own"
    swapped.__class__ = made
    sink_taint(swapped.say())  # no flow
    del swapped.word
    sink_taint(swapped.say())  # flow MISSING


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"

    def pick(self, value):
        return value if self is Color.RED else "no"

    @classmethod
    def _missing_(cls, value):
        return cls.RED


class Level(enum.IntFlag):
    LOW = enum.auto()
    HIGH = enum.auto()


def enums(src):
    sink_taint(Color.RED.pick(src))  # flow
    sink_taint(Color.BLUE.pick(src))  # no flow
    sink_taint(Color("blue").pick(src))  # no flow
    sink_taint(Color["RED"].pick(src))  # flow
    sink_taint(Color.RED.value)  # no flow
    table = {Color.RED: src, Color.BLUE: "x"}
    sink_taint(table[Color.RED])  # flow
    sink_taint(table[Color.BLUE])  # no flow
    sink_taint([c.value for c in Color])  # no flow
    sink_taint(src if Level.LOW & Level.HIGH else "none")  # no flow
    dynamic = enum.Enum("Dynamic", {"A": src, "B": "b"})
    sink_taint(dynamic.A.value)  # flow
    sink_taint(dynamic.B.value)  # no flow


class Movie(TypedDict, total=False):
    name: str
    year: str


T = TypeVar("T")


class Box(Generic[T]):
    def __init__(self, item: T) -> None:
        self.item: T = item

    def map(self, function) -> "Box":
        return Box(function(self.item))


def typed(src: str) -> None:
    movie: Movie = {"name": src, "year": "1"}
    sink_taint(movie["name"])  # flow
    sink_taint(movie["year"])  # no flow
    sink_taint(Box[str](src).item)  # flow
    sink_taint(Box(src).map(lambda x: "x").item)  # no flow
    sink_taint(Box("x").map(lambda _: src).item)  # flow
    sink_taint(cast(Any, src))  # flow
    maybe: Optional[str] = None
    maybe = src
    sink_taint(maybe)  # flow
    declared: str
    declared = "x"
    sink_taint(declared)  # no flow


def modules(src):
    module = types.ModuleType("made")
    module.value = src
    sys.modules["made_blind"] = module
    import made_blind

    sink_taint(made_blind.value)  # flow MISSING
    sink_taint(importlib.import_module("made_blind").value)  # flow MISSING
    module.value = "x"
    sink_taint(made_blind.value)  # no flow


def weak(src):
    holder = Holder(src)
    reference = weakref.ref(holder)
    sink_taint(reference().one)  # flow
    sink_taint(reference().two)  # no flow
    names = weakref.WeakKeyDictionary()
    names[holder] = src
    sink_taint(names[holder])  # flow


def scopes(src):
    value = "outer"

    class Inner:
        value = src
        other = value

        def read(self):
            return value

    sink_taint(Inner.other)  # flow
    sink_taint(Inner().read())  # no flow

    def shadow(value=value):
        value = value + "."
        return value

    sink_taint(shadow())  # no flow
    sink_taint(shadow(src))  # flow
    del value
    value = src
    sink_taint(Inner().read())  # flow
    exec("executed = src", {"src": src}, space := {})
    sink_taint(space["executed"])  # flow


def frames(src):
    sink_taint(locals()["src"])  # flow
    bound = inspect.signature(scopes).bind(src)
    sink_taint(bound.arguments["src"])  # flow


def deleting(src):
    table = {"a": src, "b": "x"}
    sink_taint(table.pop("a"))  # flow
    sink_taint(table)  # no flow
    table["a"] = "y"
    sink_taint(table["a"])  # no flow
    table = {"a": src}
    del table["a"]
    table["a"] = "z"
    sink_taint(table)  # no flow
    table.setdefault("a", src)
    sink_taint(table["a"])  # no flow
    table.setdefault("q", src)
    sink_taint(table["q"])  # flow
    keyed = {src: "v"}
    sink_taint(list(keyed)[0])  # flow
    sink_taint(list(keyed.values())[0])  # no flow
    keyed.clear()
    keyed["x"] = "y"
    sink_taint(keyed)  # no flow
    keyed = {src: "v"}
    del keyed[src]
    keyed["x"] = "v"
    sink_taint(keyed)  # no flow SPURIOUS


def sets(src):
    members = {"a", src}
    sink_taint(members)  # flow
    members.discard(src)
    sink_taint(members)  # no flow
    sink_taint({"a"} | {src})  # flow
    sink_taint({"a", src} & {"a"})  # no flow SPURIOUS
    sink_taint({"a", src} - {src})  # no flow
    sink_taint(frozenset(["a"]).union([src]))  # flow
    members.update({"b"}, [src])
    sink_taint(members)  # flow


attributes(taint())
dicts_of_objects(taint())
made_types(taint())
enums(taint())
typed(taint())
modules(taint())
weak(taint())
scopes(taint())
frames(taint())
deleting(taint())
sets(taint())
