"""Patterns of classes, mappings and sequences."""

import dataclasses
import typing

from recorder import choice, sink_taint, taint


class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y


class Point3(Point):
    __match_args__ = ("y", "x")


@dataclasses.dataclass
class Pair:
    left: str
    right: str


class Named(typing.NamedTuple):
    first: str
    second: str


def classes():
    match Point("a", taint()):
        case Point(x, y):
            sink_taint(x)  # no flow
            sink_taint(y)  # flow
    match Point3("a", taint()):
        case Point3(first, second):
            sink_taint(first)  # flow
            sink_taint(second)  # no flow
    match Point(taint(), "b"):
        case Point(x=a, y=b):
            sink_taint(a)  # flow
            sink_taint(b)  # no flow
    match Pair("l", taint()):
        case Pair(left, right):
            sink_taint(left)  # no flow
            sink_taint(right)  # flow
    match Named(taint(), "s"):
        case Named(first=f, second=s):
            sink_taint(f)  # flow
            sink_taint(s)  # no flow
    match Named("f", taint()):
        case (f, s):
            sink_taint(f)  # no flow
            sink_taint(s)  # flow


def which_class(value):
    match value:
        case Pair(left=x):
            return x
        case Point(x=x) | Named(x, _):
            return x
        case str(text):
            return text
        case _:
            return "none"


def dispatch():
    sink_taint(which_class(Pair(taint(), "r")))  # flow
    sink_taint(which_class(Pair("l", taint())))  # no flow
    sink_taint(which_class(Point("x", taint())))  # no flow
    sink_taint(which_class(Named(taint(), "y")))  # flow
    sink_taint(which_class(Named("x", taint())))  # no flow
    sink_taint(which_class(taint()))  # flow
    sink_taint(which_class([taint()]))  # no flow


def mappings():
    table = {"kind": "a", "value": taint(), "other": "x"}
    match table:
        case {"kind": k, **rest}:
            sink_taint(k)  # no flow
            sink_taint(rest["value"])  # flow
            sink_taint(rest["other"])  # no flow
    match table:
        case {"value": v, "other": o, **rest}:
            sink_taint(v)  # flow
            sink_taint(o)  # no flow
            sink_taint(rest)  # no flow
    match table:
        case {"missing": m}:
            sink_taint(m)  # no flow DEAD
        case {"kind": "b"}:
            sink_taint(table["value"])  # no flow DEAD
        case {"kind": "a" | "c"}:
            sink_taint(table["value"])  # flow


def sequences():
    match ["a", taint(), "c", "d"]:
        case [first, *middle, last]:
            sink_taint(first)  # no flow
            sink_taint(middle)  # flow
            sink_taint(last)  # no flow
    match ("go", taint()):
        case ("stop", what):
            sink_taint(what)  # no flow DEAD
        case ("go", what):
            sink_taint(what)  # flow
    match [taint()]:
        case []:
            sink_taint("x")  # no flow DEAD
        case [x, y]:
            sink_taint(x)  # no flow DEAD
        case [x]:
            sink_taint(x)  # flow
    match (1, (2, [taint(), "x"])):
        case (_, (_, [a, b])):
            sink_taint(a)  # flow
            sink_taint(b)  # no flow


def guards_and_names():
    value = (1, taint())
    match value:
        case (n, t) if n > 1:
            sink_taint(t)  # no flow DEAD
        case (n, t) as whole if n == 1:
            sink_taint(whole)  # flow
            sink_taint(n)  # no flow
    match "x" if choice() else taint():
        case "x" as x:
            sink_taint(x)  # no flow
        case other:
            sink_taint(other)  # flow


def constants():
    mode = 2
    result = "x"
    match mode:
        case 1:
            result = taint()
        case 2 | 3:
            result = "y"
        case _:
            result = taint()
    sink_taint(result)  # no flow
    match mode + 1:
        case 3:
            result = taint()
    sink_taint(result)  # flow


classes()
dispatch()
mappings()
sequences()
guards_and_names()
constants()


def compared():
    value = "x" if choice() else taint()
    match value:
        case "x" | "y":
            sink_taint(value)  # no flow
        case "z":
            sink_taint(value)  # no flow DEAD
        case _:
            sink_taint(value)  # flow
    if value in ("x", "y"):
        sink_taint(value)  # no flow
    elif value != "q":
        sink_taint(value)  # flow


compared()
