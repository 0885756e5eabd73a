"""Generators that take turns with their consumers."""

import itertools

from recorder import choice, sink_taint, taint


def two_steps():
    yield "x"
    yield taint()


def turns():
    g = two_steps()
    sink_taint(next(g))  # no flow
    sink_taint(next(g))  # flow
    sink_taint(next(g, "end"))  # no flow


def unpacked():
    a, b = two_steps()
    sink_taint(a)  # no flow
    sink_taint(b)  # flow


def echo():
    got = "start"
    while True:
        got = yield got


def sending():
    e = echo()
    sink_taint(next(e))  # no flow
    sink_taint(e.send("x"))  # no flow
    sink_taint(e.send(taint()))  # flow
    sink_taint(e.send("y"))  # no flow


def collector(into):
    while True:
        into.append((yield))


def sent_into_a_list():
    into = []
    other = []
    c = collector(into)
    d = collector(other)
    next(c)
    next(d)
    c.send(taint())
    d.send("x")
    sink_taint(into)  # flow
    sink_taint(other)  # no flow


def catching():
    value = "x"
    while True:
        try:
            value = yield value
        except ValueError as e:
            value = e.args[0]


def throwing():
    g = catching()
    sink_taint(next(g))  # no flow
    sink_taint(g.throw(ValueError(taint())))  # flow
    g = catching()
    next(g)
    sink_taint(g.throw(ValueError("x")))  # no flow


def closing_it(log, what):
    try:
        yield "x"
    finally:
        log.append(what)


def closes():
    log, quiet = [], []
    g = closing_it(log, taint())
    sink_taint(next(g))  # no flow
    sink_taint(log)  # no flow
    g.close()
    sink_taint(log)  # flow
    h = closing_it(quiet, "x")
    next(h)
    h.close()
    sink_taint(quiet)  # no flow


def gives_back():
    yield "x"
    return taint()


def outer():
    result = yield from gives_back()
    yield result


def delegated():
    g = outer()
    sink_taint(next(g))  # no flow
    sink_taint(next(g))  # flow


def stop_value():
    g = gives_back()
    next(g)
    try:
        next(g)
    except StopIteration as stop:
        sink_taint(stop.value)  # flow


def numbered(items):
    for i, item in enumerate(items):
        yield i, item


def pipeline():
    def only(items):
        for i, item in items:
            if i == 1:
                yield item

    for found in only(numbered(["x", taint(), "y"])):
        sink_taint(found)  # flow
    for found in only(numbered([taint(), "x", taint()])):
        sink_taint(found)  # no flow


def shared_state():
    box = ["x"]

    def reader():
        yield box[0]
        yield box[0]

    g = reader()
    sink_taint(next(g))  # no flow
    box[0] = taint()
    sink_taint(next(g))  # flow


def interleaved():
    box = {"v": "x"}

    def steps():
        box["v"] = "y"
        yield 1
        box["v"] = taint()
        yield 2
        box["v"] = "z"

    it = steps()
    sink_taint(box["v"])  # no flow
    next(it)
    sink_taint(box["v"])  # no flow
    next(it)
    sink_taint(box["v"])  # flow
    next(it, None)
    sink_taint(box["v"])  # no flow


def loops_and_writes():
    seen = []

    def produce():
        for n in range(3):
            yield n

    for n in produce():
        if n == 2:
            seen.append(taint())
    sink_taint(seen)  # flow
    seen.clear()
    sink_taint(seen)  # no flow


def tree(node):
    if node is None:
        return
    left, value, right = node
    yield from tree(left)
    yield value
    yield from tree(right)


def recursion():
    for value in tree(((None, "a", None), taint(), None)):
        sink_taint(value)  # flow
    for value in tree(((None, "a", None), "b", None)):
        sink_taint(value)  # no flow


def expressions():
    data = ["x", "y"]
    lazy = (d for d in data)
    data.append(taint())
    sink_taint(list(lazy))  # flow MISSING
    other = ["x"]
    eager = [d for d in other]
    other.append(taint())
    sink_taint(eager)  # no flow


def filtered_out():
    source = [taint(), "x"]
    sink_taint([s for i, s in enumerate(source) if i > 0])  # no flow
    sink_taint([s for i, s in enumerate(source) if i < 1])  # flow
    sink_taint(list(itertools.islice(iter(source), 1, 2)))  # no flow


def walrus():
    sink_taint([y for x in ["a", taint()] if (y := x)])  # flow
    if any((last := x) == "a" for x in ["a", taint()]):
        sink_taint(last)  # no flow SPURIOUS
    [kept := x for x in ["b", taint()]]
    sink_taint(kept)  # flow


class Countdown:
    def __init__(self, items):
        self.items = items

    def __iter__(self):
        yield from reversed(self.items)


def iterable_class():
    for item in Countdown(["x", taint()]):
        sink_taint(item)  # flow
        break
    for item in Countdown([taint(), "x"]):
        sink_taint(item)  # no flow
        break


def infinite():
    n = 0
    while True:
        yield taint() if n == 3 else "x"
        n += 1


def limited():
    sink_taint(list(itertools.islice(infinite(), 3)))  # no flow
    sink_taint(list(itertools.islice(infinite(), 4)))  # flow


def conditional():
    def maybe():
        if choice():
            yield taint()
        yield "x"

    sink_taint(next(maybe()))  # flow
    *_, last = maybe()
    sink_taint(last)  # no flow SPURIOUS


for run in (
    turns, unpacked, sending, sent_into_a_list, throwing, closes, delegated, stop_value, pipeline,
    shared_state, interleaved, loops_and_writes, recursion, expressions, filtered_out, walrus,
    iterable_class, limited, conditional,
):  # fmt: skip
    run()
