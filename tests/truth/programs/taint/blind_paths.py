"""Conditions, constants, loops, jumps: which paths are there at all."""

import sys
from enum import Enum

from recorder import choice, number, sink_taint, taint

DEBUG = False
VERSION = (3, 9)


def dead_by_flag(src):
    value = "clean"
    if DEBUG:
        value = src
    sink_taint(value)  # no flow


def alive_by_flag(src):
    value = "clean"
    if not DEBUG:
        value = src
    sink_taint(value)  # flow


def dead_by_arithmetic(src):
    a, b = 3, 4
    value = src if a * a + b * b != 25 else "clean"
    sink_taint(value)  # no flow


def dead_by_compare_of_tuples(src):
    value = src if VERSION < (3,) else "clean"
    sink_taint(value)  # no flow


def dead_by_text(src):
    mode = "read"
    value = ""
    if mode.startswith("w"):
        value = src
    elif mode == "read":
        value = "clean"
    sink_taint(value)  # no flow


def dead_by_type(src):
    limit = 10
    if isinstance(limit, str):
        sink_taint(src)  # no flow DEAD
    else:
        sink_taint(src)  # flow


def dead_by_none(src):
    found = None
    if found is not None:
        sink_taint(src)  # no flow DEAD
    if found is None:
        sink_taint(src)  # flow


def dead_by_len(src):
    names = ["a", "b"]
    if len(names) > 2:
        names.append(src)
    sink_taint(names)  # no flow


def dead_by_membership(src):
    allowed = {"a", "b"}
    value = src if "c" in allowed else "clean"
    sink_taint(value)  # no flow
    value = src if "a" in allowed else "clean"
    sink_taint(value)  # flow


def short_circuit(src):
    sink_taint(False and src)  # no flow
    sink_taint("" or src)  # flow
    sink_taint("x" or src)  # no flow
    sink_taint(True and src)  # flow
    sink_taint(None or "" or src)  # flow


def early_return_in_branch(flag, src):
    if flag:
        return "clean"
    return src


def by_argument(src):
    sink_taint(early_return_in_branch(True, src))  # no flow
    sink_taint(early_return_in_branch(False, src))  # flow
    sink_taint(early_return_in_branch(choice(), src))  # flow


def correlated(src):
    value = "clean"
    flag = choice()
    if flag:
        value = src
    if flag:
        value = "clean"
    sink_taint(value)  # no flow


def correlated_t(src):
    value = "clean"
    flag = choice()
    if flag:
        value = src
    if not flag:
        value = "clean"
    sink_taint(value)  # flow


class Mode(Enum):
    SAFE = 1
    RAW = 2


def by_mode(mode, src):
    if mode is Mode.SAFE:
        return "clean"
    elif mode is Mode.RAW:
        return src
    return ""


def enum_paths(src):
    sink_taint(by_mode(Mode.SAFE, src))  # no flow
    sink_taint(by_mode(Mode.RAW, src))  # flow


def while_counter(src):
    index = 0
    value = src
    while index < 1:
        value = "clean"
        index += 1
    sink_taint(value)  # no flow


def while_never(src):
    value = src
    while False:
        value = "clean"
    sink_taint(value)  # flow


def while_true_break(src):
    while True:
        value = src
        if choice():
            break
        value = "clean"
    sink_taint(value)  # flow


def while_true_overwrite(src):
    value = src
    while True:
        value = "clean"
        if choice():
            break
        value = src
    sink_taint(value)  # no flow


def for_else(src):
    for item in ["a", "b"]:
        if item == "z":
            value = "found"
            break
    else:
        value = src
    sink_taint(value)  # flow


def for_else_f(src):
    for item in ["a", "b"]:
        if item == "b":
            value = "found"
            break
    else:
        value = src
    sink_taint(value)  # no flow


def empty_loop(src):
    value = "clean"
    for _ in []:
        value = src
    sink_taint(value)  # no flow
    for _ in range(0):
        value = src
    sink_taint(value)  # no flow


def loop_delay(src):
    first = second = third = ""
    for _ in range(3):
        third = second
        second = first
        first = src
    sink_taint(third)  # flow


def loop_delay_f(src):
    first = second = third = ""
    for _ in range(2):
        third = second
        second = first
        first = src
    sink_taint(third)  # no flow
    sink_taint(second)  # flow


def unknown_index(src):
    items = ["a", src, "c"]
    sink_taint(items[number()])  # flow
    clean = ["a", "b", "c"]
    sink_taint(clean[number()])  # no flow


def nested_continue(src):
    out = []
    for outer in range(2):
        for inner in range(2):
            if inner == 0:
                continue
            out.append("x")
            break
        else:
            out.append(src)
    sink_taint(out)  # no flow


def try_return_finally(src):
    def inner():
        try:
            return src
        finally:
            return "clean"

    sink_taint(inner())  # no flow


def try_finally_value(src):
    value = "clean"
    try:
        value = src
    finally:
        sink_taint(value)  # flow
        value = "done"
    sink_taint(value)  # no flow


def try_else(src):
    value = ""
    try:
        int("5")
    except ValueError:
        value = src
    else:
        value = "clean"
    sink_taint(value)  # no flow


def except_taken(src):
    value = ""
    try:
        int("five")
        value = "clean"
    except ValueError:
        value = src
    sink_taint(value)  # flow


def platform(src):
    if sys.version_info >= (3, 0):
        value = src
    else:
        value = "clean"
    sink_taint(value)  # flow


def ternary_chain(src):
    n = 2
    value = "one" if n == 1 else src if n == 2 else "many"
    sink_taint(value)  # flow
    value = src if n == 1 else "two" if n == 2 else src
    sink_taint(value)  # no flow


def asserted(src):
    try:
        assert 1 > 2
        sink_taint(src)  # no flow DEAD
    except AssertionError:
        sink_taint(src)  # flow


def loop_condition_cleans(src):
    value = src
    while value:
        value = value[1:]
    sink_taint(value)  # no flow


def index_of_loop(src):
    items = ["a", src, "c"]
    for index, item in enumerate(items):
        if index == 1:
            sink_taint(item)  # flow
        if index == 2:
            sink_taint(item)  # no flow


def switch_by_dict(src):
    handlers = {"raw": lambda v: v, "safe": lambda v: "clean"}
    sink_taint(handlers["raw"](src))  # flow
    sink_taint(handlers["safe"](src))  # no flow
    sink_taint(handlers.get("none", lambda v: "default")(src))  # no flow


dead_by_flag(taint())
alive_by_flag(taint())
dead_by_arithmetic(taint())
dead_by_compare_of_tuples(taint())
dead_by_text(taint())
dead_by_type(taint())
dead_by_none(taint())
dead_by_len(taint())
dead_by_membership(taint())
short_circuit(taint())
by_argument(taint())
correlated(taint())
correlated_t(taint())
enum_paths(taint())
while_counter(taint())
while_never(taint())
while_true_break(taint())
while_true_overwrite(taint())
for_else(taint())
for_else_f(taint())
empty_loop(taint())
loop_delay(taint())
loop_delay_f(taint())
unknown_index(taint())
nested_continue(taint())
try_return_finally(taint())
try_finally_value(taint())
try_else(taint())
except_taken(taint())
platform(taint())
ternary_chain(taint())
asserted(taint())
loop_condition_cleans(taint())
index_of_loop(taint())
switch_by_dict(taint())
