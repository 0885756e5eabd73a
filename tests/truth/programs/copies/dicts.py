"""Dictionaries by key: writes, update, get, pop, items, copies, sets."""

from collections import OrderedDict, defaultdict, deque

from recorder import choice, sink, source


def display():
    d = {"a": source(), "b": "clean", 3: "three"}
    sink(d["a"])  # flow
    sink(d["b"])  # no flow
    sink(d[3])  # no flow


def written():
    d = {}
    d["a"] = source()
    d["b"] = "clean"
    sink(d["a"])  # flow
    sink(d["b"])  # no flow
    d["a"] = "clean"
    sink(d["a"])  # no flow


def unknown_key():
    d = {"a": source(), "b": "clean"}
    key = "a" if choice() else "b"
    sink(d[key])  # flow
    clean = {"a": "1", "b": "2"}
    sink(clean[key])  # no flow
    clean[key] = source()
    sink(clean["b"])  # flow
    sink(clean["a"])  # flow


def got():
    d = {"a": source()}
    sink(d.get("a"))  # flow
    sink(d.get("b"))  # no flow
    sink(d.get("b", "default"))  # no flow
    sink(d.get("b", source()))  # flow
    sink({"b": "clean"}.get("b", source()))  # no flow


def set_default():
    d = {}
    sink(d.setdefault("a", source()))  # flow
    sink(d["a"])  # flow
    sink(d.setdefault("b", "clean"))  # no flow
    sink(d.setdefault("a", "clean"))  # flow


def popped():
    d = {"a": source(), "b": "clean"}
    sink(d.pop("b"))  # no flow
    sink(d.pop("a"))  # flow
    sink(d.pop("a", "gone"))  # no flow
    sink(d.get("a"))  # no flow


def deleted():
    d = {"a": source()}
    del d["a"]
    d["b"] = "clean"
    sink(d.get("a"))  # no flow
    sink(d["b"])  # no flow


def updated():
    d = {"a": source(), "b": "clean"}
    d.update({"a": "clean", "c": source()})
    sink(d["a"])  # no flow
    sink(d["c"])  # flow
    d.update(b=source())
    sink(d["b"])  # flow
    d |= {"b": "clean"}
    sink(d["b"])  # no flow
    both = {"x": "1"} | {"y": source()}
    sink(both["x"])  # no flow
    sink(both["y"])  # flow


def made():
    d = dict(a=source(), b="clean")
    sink(d["a"])  # flow
    sink(d["b"])  # no flow
    e = dict([("a", "clean"), ("b", source())])
    sink(e["a"])  # no flow
    sink(e["b"])  # flow
    f = dict(zip(["a", "b"], ["clean", source()]))
    sink(f["a"])  # no flow
    sink(f["b"])  # flow
    g = dict.fromkeys(["a", "b"], source())
    sink(g["b"])  # flow


def walked():
    d = {"a": source(), "b": "clean"}
    for key in d:
        sink(key)  # no flow
    for value in d.values():
        sink(value)  # flow
    for key, value in d.items():
        sink(key)  # no flow
        sink(value)  # flow
    for value in {"x": "1"}.values():
        sink(value)  # no flow


def keys():
    d = {source(): "value"}
    for key in d:
        sink(key)  # flow
    for key, value in d.items():
        sink(key)  # flow
        sink(value)  # no flow
    sink(list(d)[0])  # flow
    sink(list(d.keys())[0])  # flow
    sink(list(d.values())[0])  # no flow


def exact_items():
    d = {"a": source(), "b": "clean"}
    pairs = list(d.items())
    sink(pairs[0][1])  # flow
    sink(pairs[1][1])  # no flow
    sink(pairs[0][0])  # no flow


def nested():
    d = {"in": {"a": source(), "b": "clean"}, "out": ["x", source()]}
    sink(d["in"]["a"])  # flow
    sink(d["in"]["b"])  # no flow
    sink(d["out"][0])  # no flow
    sink(d["out"][1])  # flow
    d["in"]["a"] = "clean"
    sink(d["in"]["a"])  # no flow


def copied():
    d = {"a": source()}
    e = d.copy()
    d["a"] = "clean"
    sink(d["a"])  # no flow
    sink(e["a"])  # flow
    f = dict(e)
    e["a"] = "clean"
    sink(f["a"])  # flow
    sink(e["a"])  # no flow


def computed_key():
    d = {"ab": source(), 2: "clean"}
    key = "a" + "b"
    sink(d[key])  # flow
    sink(d[1 + 1])  # no flow


def tuple_keys():
    d = {(1, 2): source(), (2, 1): "clean"}
    sink(d[1, 2])  # flow
    sink(d[(2, 1)])  # no flow


def defaults():
    d = defaultdict(list)
    d["a"].append(source())
    d["b"].append("clean")
    sink(d["a"][0])  # flow
    sink(d["b"][0])  # no flow
    o = OrderedDict()
    o["k"] = source()
    sink(o["k"])  # flow


def sets():
    s = {source(), "b"}
    for item in s:
        sink(item)  # flow
    t = set()
    t.add("x")
    for item in t:
        sink(item)  # no flow
    t.add(source())
    for item in t:
        sink(item)  # flow
    for item in t - s:
        sink(item)  # no flow SPURIOUS
    sink(source() in s)  # no flow


def queues():
    q = deque()
    q.append(source())
    q.append("b")
    sink(q[0])  # flow
    sink(q.popleft())  # flow
    sink(q.popleft())  # no flow
    q.appendleft(source())
    sink(q.pop())  # flow


display()
written()
unknown_key()
got()
set_default()
popped()
deleted()
updated()
made()
walked()
keys()
exact_items()
nested()
copied()
computed_key()
tuple_keys()
defaults()
sets()
queues()
