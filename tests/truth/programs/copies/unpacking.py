"""Targets with a shape: nested, starred, from calls, in loops."""

from recorder import sink, source


def nested():
    (a, (b, c)), d = ("a", (source(), "c")), "d"
    sink(a)  # no flow
    sink(b)  # flow
    sink(c)  # no flow
    sink(d)  # no flow


def starred_end():
    first, *rest = [source(), "b", "c"]
    sink(first)  # flow
    sink(rest[0])  # no flow
    first, *rest = ["a", source(), "c"]
    sink(first)  # no flow
    sink(rest[0])  # flow
    sink(rest[1])  # no flow


def starred_middle():
    a, *middle, z = "a", "b", source(), "d", "z"
    sink(a)  # no flow
    sink(middle[0])  # no flow
    sink(middle[1])  # flow
    sink(middle[-1])  # no flow
    sink(z)  # no flow


def starred_front():
    *front, last = ["a", "b", source()]
    sink(last)  # flow
    sink(front[0])  # no flow
    sink(front[1])  # no flow


def from_call():
    def pair():
        return "left", source()

    left, right = pair()
    sink(left)  # no flow
    sink(right)  # flow
    whole = pair()
    sink(whole[0])  # no flow
    sink(whole[1])  # flow


def into_places():
    class Box:
        pass

    box = Box()
    cells = ["", ""]
    box.value, cells[1] = source(), "clean"
    sink(box.value)  # flow
    sink(cells[1])  # no flow
    cells[0], box.value = box.value, cells[1]
    sink(cells[0])  # flow
    sink(box.value)  # no flow


def in_loop():
    for name, (low, high) in [("one", ("l", source())), ("two", ("l", "h"))]:
        sink(name)  # no flow
        sink(low)  # no flow
        sink(high)  # flow


def starred_display():
    inner = ["x", source()]
    outer = ["first", *inner, "last"]
    sink(outer[0])  # no flow
    sink(outer[1])  # no flow
    sink(outer[2])  # flow
    sink(outer[3])  # no flow


def merged_mapping():
    base = {"a": source(), "b": "clean"}
    merged = {**base, "c": "clean"}
    sink(merged["a"])  # flow
    sink(merged["b"])  # no flow
    over = {**base, "a": "clean"}
    sink(over["a"])  # no flow
    under = {"a": "clean", **base}
    sink(under["a"])  # flow


def loop_star():
    for head, *tail in [("h", "x", source())]:
        sink(head)  # no flow
        sink(tail[0])  # no flow
        sink(tail[1])  # flow


def string_parts():
    a, b = "xy"
    sink(a)  # no flow
    _, kept, _ = ("1", source(), "3")
    sink(kept)  # flow


nested()
starred_end()
starred_middle()
starred_front()
from_call()
into_places()
in_loop()
starred_display()
merged_mapping()
loop_star()
string_parts()
