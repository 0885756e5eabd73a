"""Plain assignments: chains, swaps, lives of one name, walrus, deletion."""

from recorder import choice, sink, source


def straight():
    a = source()
    b = a
    c = b
    sink(a)  # flow
    sink(c)  # flow
    sink("a")  # no flow


def overwritten():
    a = source()
    sink(a)  # flow
    a = "clean"
    sink(a)  # no flow
    a = source()
    sink(a)  # flow


def later():
    a = "clean"
    sink(a)  # no flow
    a = source()
    return a


def swap():
    a, b = source(), "clean"
    a, b = b, a
    sink(a)  # no flow
    sink(b)  # flow
    [a, b] = [b, a]
    sink(a)  # flow
    sink(b)  # no flow


def chained():
    a = b = source()
    b = "clean"
    sink(a)  # flow
    sink(b)  # no flow


def copy_survives():
    a = source()
    b = a
    a = "clean"
    sink(a)  # no flow
    sink(b)  # flow


def walrus():
    if (a := source()) and (b := "clean"):
        sink(a)  # flow
        sink(b)  # no flow
    sink((c := source()))  # flow
    sink(c)  # flow


def rotate():
    a, b, c = source(), "b", "c"
    a, b, c = c, a, b
    sink(a)  # no flow
    sink(b)  # flow
    sink(c)  # no flow


def deleted():
    a = source()
    b = a
    del a
    a = "again"
    sink(a)  # no flow
    sink(b)  # flow


def annotated():
    a: str = source()
    b: str
    b = "clean"
    sink(a)  # flow
    sink(b)  # no flow


def two_meanings():
    value = source()
    first = value
    value = "number"
    second = value
    sink(first)  # flow
    sink(second)  # no flow


def self_assigned():
    a = source()
    a = a
    sink(a)  # flow
    b = "x"
    b = b
    sink(b)  # no flow


def either():
    if choice():
        a = source()
    else:
        a = "clean"
    sink(a)  # flow
    if choice():
        a = "one"
    else:
        a = "two"
    sink(a)  # no flow


straight()
overwritten()
sink(later())  # flow
swap()
chained()
copy_survives()
walrus()
rotate()
deleted()
annotated()
two_meanings()
self_assigned()
either()
