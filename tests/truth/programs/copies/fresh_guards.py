"""Checks that bless, joined by and, or, not, and in helpers."""

import re

from recorder import choice, sink, source, valid

ALLOWED = ("a", "b")


def direct(v):
    if valid(v):
        sink(v)  # no flow DEAD
    else:
        sink(v)  # flow
    sink(v)  # flow


def negated(v):
    if not valid(v):
        sink(v)  # flow
        return
    sink(v)  # no flow DEAD


def both(v):
    if valid(v) and choice():
        sink(v)  # no flow DEAD
    else:
        sink(v)  # flow
    if choice() and valid(v) and choice():
        sink(v)  # no flow DEAD


def either(v):
    if valid(v) or choice():
        sink(v)  # flow
    else:
        sink(v)  # flow
    if not valid(v) or choice():
        sink(v)  # flow
    else:
        sink(v)  # no flow DEAD
    if not (valid(v) or choice()):
        sink(v)  # flow
    if not (not valid(v) and choice()):
        sink(v)  # flow


def twice(v):
    if not not valid(v):
        sink(v)  # no flow DEAD
    if valid(v) is True:
        sink(v)  # no flow DEAD
    if valid(v) == False:  # noqa: E712
        sink(v)  # flow
    else:
        sink(v)  # no flow DEAD


def kept_answer(v):
    ok = valid(v)
    if ok:
        sink(v)  # no flow DEAD
    if not ok:
        sink(v)  # flow


def other_value(v, w):
    if valid(w):
        sink(v)  # flow
        sink(w)  # no flow


def rebound(v):
    if valid(v):
        v = source()
        sink(v)  # no flow DEAD SPURIOUS
    w = "x"
    if valid(w):
        w = source()
        sink(w)  # flow


def helper(v):
    return valid(v)


def strict_helper(v):
    if not valid(v):
        raise ValueError("no")
    return v


def weak_helper(v):
    if not valid(v):
        print("hm")
    return v


def helpers(v):
    if helper(v):
        sink(v)  # no flow DEAD
    else:
        sink(v)  # flow
    sink(weak_helper(v))  # flow
    try:
        sink(strict_helper(v))  # no flow DEAD
    except ValueError:
        sink(v)  # flow


def asserts(v):
    try:
        assert valid(v), "no"
        sink(v)  # no flow DEAD
    except AssertionError:
        pass
    sink(v)  # flow


def whiles(v):
    while not valid(v):
        sink(v)  # flow
        v = "x"
    sink(v)  # no flow


def expressions(v):
    sink(v if valid(v) else "x")  # no flow
    sink("x" if valid(v) else v)  # flow
    sink(valid(v) and v)  # no flow
    sink(valid(v) or v)  # flow
    sink([i for i in [v] if valid(i)][0] if choice() and valid(v) else "x")  # no flow
    for i in [w for w in ["x", v] if valid(w)]:
        sink(i)  # no flow
    for i in filter(valid, ["x", v]):
        sink(i)  # no flow
    for i in ["x", v]:
        if not valid(i):
            continue
        sink(i)  # no flow
    for i in ["x", v]:
        if not valid(i):
            break
        sink(i)  # no flow


def lists(v):
    if v in ALLOWED:
        sink(v)  # no flow DEAD
    else:
        sink(v)  # flow
    if v not in ALLOWED:
        sink(v)  # flow
    if not v in ALLOWED:  # noqa: E713
        sink(v)  # flow
    if v.isdigit():
        sink(v)  # no flow DEAD
    if v == "a" or v == "b":
        sink(v)  # no flow DEAD SPURIOUS
    if re.match("^[0-9]+$", v):
        sink("x")  # no flow DEAD


class Box:
    def __init__(self, v):
        self.v = v

    def ok(self):
        return valid(self.v)


def fields(v):
    box = Box(v)
    if valid(box.v):
        sink(box.v)  # no flow DEAD
    else:
        sink(box.v)  # flow
    if box.ok():
        sink(box.v)  # no flow DEAD
    table = {"k": v}
    if not valid(table["k"]):
        table["k"] = "x"
    sink(table["k"])  # no flow SPURIOUS
    sink(v)  # flow


def match_guard(v):
    match v:
        case w if valid(w):
            sink(w)  # no flow DEAD
        case w:
            sink(w)  # flow


for run in (
    direct, negated, both, either, twice, kept_answer, rebound, helpers, asserts, whiles,
    expressions, lists, fields, match_guard,
):  # fmt: skip
    run(source())
other_value(source(), "x")
