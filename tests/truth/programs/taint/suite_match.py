"""``match``: what fits, what is bound."""

from dataclasses import dataclass
from enum import Enum

from recorder import choice, number, sink_taint, taint


@dataclass
class P:
    x: str
    y: str


class Kind(Enum):
    A = 1
    B = 2


def shape(v):
    match v:
        case []:
            return "empty"
        case [one]:
            return one
        case [first, _, *rest]:
            return first
        case {"a": a, **others}:
            return a
        case P(x="x", y=y):
            return y
        case P(x, _):
            return x
        case str(s):
            return s
        case int() | float():
            return "number"
        case None:
            return "none"
        case _:
            return v


def shapes():
    sink_taint(shape([]))  # no flow
    sink_taint(shape([taint()]))  # flow
    sink_taint(shape(["x", taint()]))  # no flow
    sink_taint(shape([taint(), "x", "y"]))  # flow
    sink_taint(shape({"a": taint()}))  # flow
    sink_taint(shape({"a": "x", "b": taint()}))  # no flow
    sink_taint(shape(P("x", taint())))  # flow
    sink_taint(shape(P("z", taint())))  # no flow
    sink_taint(shape(P(taint(), "x")))  # flow
    sink_taint(shape(taint()))  # flow
    sink_taint(shape(3))  # no flow
    sink_taint(shape(None))  # no flow


def bindings():
    match {"k": [taint(), "x"], "j": "y"}:
        case {"k": [a, b], "j": c, **rest}:
            sink_taint(a)  # flow
            sink_taint(b)  # no flow
            sink_taint(c)  # no flow
            sink_taint(rest)  # no flow
    match ("cmd", taint(), "x"):
        case ("other", *args):
            sink_taint(args[0])  # no flow DEAD
        case ("cmd", *args):
            sink_taint(args[0])  # flow
            sink_taint(args[1])  # no flow
    match taint():
        case "x":
            sink_taint("x")  # no flow DEAD
        case whole:
            sink_taint(whole)  # flow
    match [1, [taint()]]:
        case [int(n), [inner] as both]:
            sink_taint(n)  # no flow
            sink_taint(inner)  # flow
            sink_taint(both)  # flow
    match P(taint(), "y"):
        case P(x=a, y="y") if len(a) > 1:
            sink_taint(a)  # flow
        case P(x=a):
            sink_taint(a)  # no flow DEAD SPURIOUS
    match Kind.A:
        case Kind.B:
            sink_taint(taint())  # no flow DEAD SPURIOUS
        case Kind.A:
            sink_taint(taint())  # flow
    match (number(), taint()):
        case (0, v):
            sink_taint(v)  # flow
        case (1 | 2, v):
            sink_taint(v)  # flow
        case (7, v):
            sink_taint("x")  # no flow DEAD
    match "a":
        case "a" | "b" as letter:
            sink_taint(letter)  # no flow
    match 5:
        case n if n > 9:
            sink_taint(taint())  # no flow DEAD
        case n if n > 3:
            sink_taint(taint())  # flow


shapes()
bindings()
