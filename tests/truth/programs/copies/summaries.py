"""Exact summaries of builtins: zip, enumerate, reversed, list, dict, iter, min, any, range."""

from recorder import choice, sink, source


def zipped():
    for a, b in zip(["x", "y"], ["z", source()]):
        sink(a)  # no flow
        sink(b)  # flow
    pairs = list(zip(["x", "y"], ["z", source()]))
    sink(pairs[0][1])  # no flow
    sink(pairs[1][1])  # flow
    sink(pairs[1][0])  # no flow
    a, b = zip(*[("p", source()), ("q", "r")])
    sink(a[0])  # no flow
    sink(b[0])  # flow
    sink(b[1])  # no flow
    for a, b in zip(["x"], ["y", source()]):
        sink(b)  # no flow


def enumerated():
    for i, item in enumerate(["a", source()]):
        sink(i)  # no flow
        sink(item)  # flow
    pairs = list(enumerate(["a", source()], start=1))
    sink(pairs[1][1])  # flow
    sink(pairs[0][1])  # no flow
    for i, (a, b) in enumerate([("x", source())]):
        sink(a)  # no flow
        sink(b)  # flow


def backwards():
    made = list(reversed(["a", source(), "c", "d"]))
    sink(made[2])  # flow
    sink(made[1])  # no flow
    for item in reversed([source()]):
        sink(item)  # flow


def converted():
    sink(list(("a", source()))[1])  # flow
    sink(list(("a", source()))[0])  # no flow
    sink(tuple({"a": source()}.values())[0])  # flow
    sink(list({"a": source()})[0])  # no flow
    for item in set(["a", source()]):
        sink(item)  # flow
    for item in frozenset(["a"]):
        sink(item)  # no flow
    sink(list(dict(a=source()).items())[0][1])  # flow
    sink(list("ab")[0])  # no flow


def extremes():
    sink(max(source(), ""))  # flow
    sink(max("a", "b"))  # no flow
    sink(min([], default=source()))  # flow
    sink(next(iter([]), source()))  # flow
    sink(next(iter(["x"]), source()))  # no flow


def no_value():
    value = source()
    sink(len(value))  # no flow
    sink(bool(value))  # no flow
    sink(id(value))  # no flow
    sink(type(value))  # no flow
    sink(isinstance(value, str))  # no flow
    sink(hash(value))  # no flow
    sink(callable(value))  # no flow
    sink(any([value]))  # no flow
    sink(all([value]))  # no flow
    sink(value == "x")  # no flow
    sink(value is None)  # no flow
    sink(not value)  # no flow
    sink(print(value))  # no flow
    sink([value].append(value))  # no flow
    sink([value].sort())  # no flow


def item_tuples():
    rows = [("a", source()), ("b", "c")]
    table = dict(rows)
    sink(table["a"])  # flow
    sink(table["b"])  # no flow
    inverted = {value: key for key, value in table.items()}
    for value in inverted.values():
        sink(value)  # no flow
    values = list(table.values())
    sink(values[0])  # flow
    sink(values[1])  # no flow
    last = rows.pop()
    sink(last[1])  # no flow
    first = rows.pop(0)
    sink(first[1])  # flow


def sums():
    made = sum([["a"], [source()]], [])
    sink(made[1])  # flow
    sink(made[0])  # no flow


def grown_then_sliced():
    items = ["a"]
    items.insert(1, source())
    items.insert(0, "b")
    sink(items[2])  # flow
    sink(items[1])  # no flow
    middle = items[1:3]
    sink(middle[0])  # no flow
    sink(middle[1])  # flow
    sink(items[-3:][0])  # no flow
    sink(items[-3:][2])  # flow
    del items[1]
    sink(items[1])  # flow


def copies_of_copies():
    base = {"list": ["a", source()]}
    shallow = dict(base)
    shallow["list"][1] = "clean"
    sink(base["list"][1])  # no flow
    shallow["list"] = [source()]
    sink(base["list"][0])  # no flow
    sink(shallow["list"][0])  # flow


def joined_length():
    items = ["a"]
    if choice():
        items.append("b")
    items.append(source())
    sink(items[0])  # no flow
    sink(items[-1])  # flow
    for item in items:
        sink(item)  # flow
    sink(items[1])  # flow


def popitem():
    d = {"a": "clean"}
    d["b"] = source()
    key, value = d.popitem()
    sink(key)  # no flow
    sink(value)  # flow
    sink(d.popitem()[1])  # no flow


def comparing_unpacked():
    a, *b = zip("xy", [source(), "w"])
    sink(a[1])  # flow
    sink(b[0][1])  # no flow


zipped()
enumerated()
backwards()
converted()
extremes()
no_value()
item_tuples()
sums()
grown_then_sliced()
copies_of_copies()
joined_length()
popitem()
comparing_unpacked()
