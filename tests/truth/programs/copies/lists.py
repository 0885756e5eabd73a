"""Lists and tuples by index: writes, inserts, pops, slices, copies."""

import copy

from recorder import number, sink, source


def display():
    items = ["a", source(), "c"]
    sink(items[0])  # no flow
    sink(items[1])  # flow
    sink(items[2])  # no flow
    sink(items[-2])  # flow
    sink(items[-1])  # no flow


def unknown_index():
    items = ["a", source(), "c"]
    sink(items[number()])  # flow
    clean = ["a", "b", "c"]
    sink(clean[number()])  # no flow


def written():
    items = ["a", "b"]
    items[0] = source()
    sink(items[0])  # flow
    sink(items[1])  # no flow
    items[0] = "clean"
    sink(items[0])  # no flow


def unknown_write():
    items = ["a", "b", "c"]
    items[number()] = source()
    sink(items[0])  # flow
    sink(items[2])  # flow
    items[1] = "clean"
    sink(items[1])  # no flow


def appended():
    items = []
    items.append("a")
    items.append(source())
    sink(items[0])  # no flow
    sink(items[1])  # flow
    sink(items[-1])  # flow
    items.append("z")
    sink(items[-1])  # no flow


def inserted():
    items = ["a", source()]
    items.insert(0, "front")
    sink(items[1])  # no flow
    sink(items[2])  # flow
    items.insert(2, "between")
    sink(items[2])  # no flow
    sink(items[3])  # flow


def popped():
    items = ["a", source(), "c"]
    last = items.pop()
    sink(last)  # no flow
    first = items.pop(0)
    sink(first)  # no flow
    sink(items[0])  # flow
    sink(items.pop())  # flow
    sink(len(items))  # no flow


def removed():
    items = ["a", source(), "c"]
    del items[0]
    sink(items[0])  # flow
    sink(items[1])  # no flow
    items.remove("c")
    items.append("d")
    sink(items[1])  # no flow SPURIOUS
    items.clear()
    items.append("e")
    sink(items[0])  # no flow


def extended():
    items = ["a"]
    items.extend(["b", source()])
    sink(items[1])  # no flow
    sink(items[2])  # flow
    items += ["d"]
    sink(items[3])  # no flow
    joined = ["x"] + items
    sink(joined[3])  # flow
    sink(joined[1])  # no flow


def sliced():
    items = ["a", "b", source(), "d"]
    tail = items[2:]
    sink(tail[0])  # flow
    sink(tail[1])  # no flow
    head = items[:2]
    sink(head[1])  # no flow
    whole = items[:]
    sink(whole[2])  # flow
    backward = items[::-1]
    sink(backward[1])  # flow
    sink(backward[2])  # no flow
    second = items[::2]
    sink(second[1])  # flow
    sink(second[0])  # no flow


def slice_written():
    items = ["a", source(), "c"]
    items[1:2] = ["x", "y"]
    sink(items[1])  # no flow
    sink(items[2])  # no flow
    items[0:1] = [source()]
    sink(items[0])  # flow
    del items[0:1]
    sink(items[0])  # no flow


def copies_are_apart():
    items = ["a", source()]
    twin = list(items)
    items[1] = "clean"
    sink(items[1])  # no flow
    sink(twin[1])  # flow
    other = twin.copy()
    twin[0] = source()
    sink(other[0])  # no flow
    sink(other[1])  # flow
    third = copy.copy(other)
    sink(third[1])  # flow
    sink(third[0])  # no flow


def deep_copy():
    nest = [["a", source()], ["b"]]
    shallow = copy.copy(nest)
    deep = copy.deepcopy([["a"], ["b"]])
    nest[1][0] = source()
    sink(shallow[1][0])  # flow
    sink(deep[1][0])  # no flow
    nest[0] = ["clean", "clean"]
    sink(shallow[0][1])  # flow
    sink(nest[0][1])  # no flow


def nested():
    rows = [["a", "b"], [source(), "d"]]
    sink(rows[1][0])  # flow
    sink(rows[0][0])  # no flow
    sink(rows[1][1])  # no flow
    rows[1][0] = "clean"
    rows[0][1] = source()
    sink(rows[1][0])  # no flow
    sink(rows[0][1])  # flow


def reversed_in_place():
    items = [source(), "b", "c"]
    items.reverse()
    sink(items[0])  # no flow
    sink(items[2])  # flow


def repeated():
    items = [source()] * 2
    sink(items[1])  # flow
    blank = [None] * 3
    blank[1] = source()
    sink(blank[0])  # no flow
    sink(blank[1])  # flow


def tuples():
    pair = ("a", source())
    sink(pair[0])  # no flow
    sink(pair[1])  # flow
    longer = pair + ("c",)
    sink(longer[2])  # no flow
    sink(longer[1])  # flow
    sink(tuple(["x", source()])[1])  # flow
    sink(tuple(["x", source()])[0])  # no flow


def computed_index():
    items = ["a", "b", source()]
    i = 1
    sink(items[i])  # no flow
    i += 1
    sink(items[i])  # flow
    sink(items[2 * 1 - 1])  # no flow
    sink(items[len(items) - 1])  # flow


def index_not_value():
    items = ["a", source()]
    sink(items.index("a"))  # no flow
    sink(len(items))  # no flow
    sink(items.count("a"))  # no flow


display()
unknown_index()
written()
unknown_write()
appended()
inserted()
popped()
removed()
extended()
sliced()
slice_written()
copies_are_apart()
deep_copy()
nested()
reversed_in_place()
repeated()
tuples()
computed_index()
index_not_value()
