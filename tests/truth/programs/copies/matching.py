"""match: captures, sequences, mappings, classes, guards, constants."""

from dataclasses import dataclass

from recorder import choice, sink, source


@dataclass
class Pair:
    left: object
    right: object


class Custom:
    __match_args__ = ("b", "a")

    def __init__(self, a, b):
        self.a = a
        self.b = b


def sequences(value):
    match value:
        case [a, b]:
            sink(a)  # no flow
            sink(b)  # flow
        case [a, *rest]:
            sink(a)  # no flow
            sink(rest[0])  # no flow
            sink(rest[1])  # flow
        case _:
            sink(value)  # no flow DEAD


def mappings(value):
    match value:
        case {"kind": "two", "a": a, **rest}:
            sink(a)  # no flow
            sink(rest["b"])  # flow
        case {"a": a}:
            sink(a)  # flow


def classes(value):
    match value:
        case Pair(left, right=right):
            sink(left)  # flow
            sink(right)  # no flow
        case Custom(first, second):
            sink(first)  # flow
            sink(second)  # no flow
        case str() as text:
            sink(text)  # no flow


def constants():
    mode = "b"
    match mode:
        case "a":
            x = source()
        case "b":
            x = "clean"
        case _:
            x = source()
    sink(x)  # no flow
    match 3:
        case 1 | 2:
            y = "clean"
        case 3:
            y = source()
    sink(y)  # flow


def captured():
    match source():
        case x:
            sink(x)  # flow
    match "plain":
        case x:
            sink(x)  # no flow
    match ("a", source()):
        case (x, _) if False:
            sink(x)  # no flow DEAD
        case (_, y):
            sink(y)  # flow


def nested():
    match {"rows": [("a", source()), ("c", "d")]}:
        case {"rows": [(a, b), (c, d)]}:
            sink(a)  # no flow
            sink(b)  # flow
            sink(c)  # no flow
            sink(d)  # no flow


def alternatives():
    value = ["x", source()] if choice() else [source(), "y", "z"]
    match value:
        case [_, a] | [a, _, _]:
            sink(a)  # flow
    match ["p", "q"]:
        case [_, a] | [a, _, _]:
            sink(a)  # no flow


def as_pattern():
    match ("a", ("b", source())):
        case (x, (y, z) as whole):
            sink(whole[0])  # no flow
            sink(whole[1])  # flow
            sink(x)  # no flow
            sink(y)  # no flow
            sink(z)  # flow


def returned(command):
    match command:
        case "give":
            return source()
        case "drop":
            return "clean"
    return None


sequences(("a", source()))
sequences(["a", "b", source()])
mappings({"a": source()})
mappings({"kind": "two", "a": "clean", "b": source()})
classes(Pair(source(), "clean"))
classes(Custom("a", source()))
classes("text")
constants()
captured()
nested()
alternatives()
as_pattern()
sink(returned("give"))  # flow
sink(returned("drop"))  # no flow
