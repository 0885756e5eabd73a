"""What a value is held by besides the usual: keys, sets, arrays, files, its own letters."""

import os
import tempfile
from array import array

from recorder import sink_taint, taint


def keys():
    a = taint()
    table = {a: 1, "x": 2}
    sink_taint(list(table)[0])  # flow
    sink_taint(list(table)[1])  # no flow SPURIOUS
    sink_taint(list(table.keys())[0])  # flow
    for key, value in table.items():
        if value == 1:
            sink_taint(key)  # flow
    other = {}
    other[a] = "x"
    sink_taint(other.popitem()[0])  # flow
    sink_taint(other.get("x"))  # no flow
    known = {"x": a}
    for key in known:
        sink_taint(key)  # no flow
    sink_taint(dict.fromkeys([a], 1).popitem()[0])  # flow


def sets():
    a = taint()
    both = {"x", a}
    for item in both:
        if item != "x":
            sink_taint(item)  # flow
    both.discard(a)
    one = {a}
    sink_taint(one.pop())  # flow
    sink_taint(next(iter({a} | {a})))  # flow
    sink_taint(next(iter({"x"} | {"y"})))  # no flow
    for item in {part + "!" for part in [a]}:
        sink_taint(item)  # flow


def arrays():
    held = array("B", taint().encode())
    sink_taint(bytes(held))  # flow
    sink_taint(bytes(array("B", b"x")))  # no flow
    held = array("B", b"xy")
    held.extend(taint().encode())
    sink_taint(bytes(held))  # flow
    sink_taint(held[0])  # no flow SPURIOUS


def letters():
    a = taint()
    sink_taint("".join(letter for letter in a))  # flow
    sink_taint("".join("x" for _ in a))  # no flow
    sink_taint("".join(map(str.upper, a)))  # flow
    sink_taint(bytes(map(int, a.encode())))  # flow
    sink_taint(bytes(number for number in a.encode()))  # flow
    sink_taint(bytes(1 for _ in a))  # no flow


def files():
    a = taint()
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    with open("written", "w") as file:
        file.write(a)
    with open("written") as file:
        sink_taint(file.read())  # flow
    with open("other", "w") as file:
        file.write("x")
    with open("other") as file:
        sink_taint(file.read())  # no flow
    with open("written", "w") as file:
        file.write("x")
    with open("written") as file:
        sink_taint(file.read())  # no flow
    with tempfile.TemporaryFile("w+") as file:
        file.write(a)
        file.seek(0)
        sink_taint(file.readline())  # flow


keys()
sets()
arrays()
letters()
files()
