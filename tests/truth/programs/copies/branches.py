"""Branches: constant conditions, early leaves, joins, short circuits."""

from recorder import choice, number, sink, source


def never():
    a = "clean"
    if False:
        a = source()
    sink(a)  # no flow
    if 1 > 2:
        a = source()
    sink(a)  # no flow
    if not True:
        a = source()
    sink(a)  # no flow


def always():
    a = source()
    if True:
        a = "clean"
    sink(a)  # no flow
    b = "clean"
    if 2 > 1:
        b = source()
    sink(b)  # flow


def dead_sink():
    a = source()
    if False:
        sink(a)  # no flow DEAD
    if 0:
        sink(a)  # no flow DEAD
    while False:
        sink(a)  # no flow DEAD


def constant_name():
    flag = False
    a = source()
    if flag:
        sink(a)  # no flow DEAD
    else:
        sink(a)  # flow
    level = 3
    if level == 4:
        sink(a)  # no flow DEAD
    elif level == 3:
        sink(a)  # flow
    else:
        sink(a)  # no flow DEAD


def computed_constant():
    n = 2
    n = n + 1
    a = "clean"
    if n * 2 > 6:
        a = source()
    sink(a)  # no flow
    if n * 2 == 6:
        a = source()
    sink(a)  # flow


def constant_text():
    mode = "off"
    a = source() if mode == "on" else "clean"
    sink(a)  # no flow
    b = source() if mode == "off" else "clean"
    sink(b)  # flow


def early_return(flag):
    a = source()
    if flag:
        return "left"
    sink(a)  # flow
    a = "clean"
    return a


def left_always():
    a = source()
    if a:
        return
    sink("x")  # no flow DEAD


def after_return():
    a = source()
    return a
    sink(a)  # no flow DEAD


def one_side():
    a = source()
    if choice():
        a = "clean"
    sink(a)  # flow
    if choice():
        a = "clean"
    else:
        a = "other"
    sink(a)  # no flow


def sides_apart():
    if choice():
        a = source()
        sink(a)  # flow
    else:
        a = "clean"
        sink(a)  # no flow
    sink(a)  # flow


def three_ways():
    n = number()
    if n == 0:
        a = source()
    elif n == 1:
        a = "one"
    else:
        a = "more"
        sink(a)  # no flow
    sink(a)  # flow


def expression():
    a = source() if choice() else "clean"
    sink(a)  # flow
    b = "x" if choice() else "y"
    sink(b)  # no flow
    c = source() if True else "clean"
    sink(c)  # flow
    d = "clean" if True else source()
    sink(d)  # no flow


def short_circuit():
    empty = ""
    a = empty or source()
    sink(a)  # flow
    b = "full" or source()
    sink(b)  # no flow
    c = empty and source()
    sink(c)  # no flow
    d = "full" and source()
    sink(d)  # flow
    e = None or "default"
    sink(e)  # no flow
    f = source() or "default"
    sink(f)  # flow


def unknown_or():
    given = "x" if choice() else None
    a = given or source()
    sink(a)  # flow
    b = given or "default"
    sink(b)  # no flow


def returns_in_both():
    def pick(flag):
        if flag:
            return source()
        else:
            return "clean"

    sink(pick(choice()))  # flow
    sink(pick(True))  # flow
    sink(pick(False))  # no flow


def is_none():
    a = None
    if a is None:
        a = "clean"
    else:
        a = source()
    sink(a)  # no flow
    b = None
    if b is not None:
        sink(source())  # no flow DEAD
    if b is None:
        b = source()
    sink(b)  # flow


def nested_conditions():
    a = "clean"
    if choice():
        if choice():
            a = source()
        else:
            sink(a)  # no flow
    sink(a)  # flow


never()
always()
dead_sink()
constant_name()
computed_constant()
constant_text()
sink(early_return(choice()))  # no flow
left_always()
after_return()
one_side()
sides_apart()
three_ways()
expression()
short_circuit()
unknown_or()
returns_in_both()
is_none()
nested_conditions()
