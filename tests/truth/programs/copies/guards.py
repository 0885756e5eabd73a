"""Checks that bless: on their branch only, through calls, early leaves, and, or, not."""

from recorder import choice, sink, source, valid


def branch():
    a = source() if choice() else "clean"
    if valid(a):
        sink(a)  # no flow
    else:
        sink(a)  # flow
    sink(a)  # flow


def negated():
    a = source() if choice() else "clean"
    if not valid(a):
        sink(a)  # flow
    else:
        sink(a)  # no flow


def early():
    a = source() if choice() else "clean"
    if not valid(a):
        return
    sink(a)  # no flow


def early_raise():
    a = source() if choice() else "clean"
    if not valid(a):
        raise ValueError(a)
    sink(a)  # no flow


def asserted():
    a = source() if choice() else "clean"
    assert valid(a)
    sink(a)  # no flow


def wrong_value():
    a = source()
    b = "clean"
    if valid(b):
        sink(a)  # flow
        sink(b)  # no flow


def conjunction():
    a = source() if choice() else "clean"
    if choice() and valid(a):
        sink(a)  # no flow
    if valid(a) or choice():
        sink(a)  # flow
    if valid(a) and choice():
        sink(a)  # no flow
    else:
        sink(a)  # flow
    b = a if valid(a) else "clean"
    sink(b)  # no flow
    c = valid(a) and a
    sink(c)  # no flow


def disjunction():
    a = source() if choice() else "clean"
    if not valid(a) or choice():
        return
    sink(a)  # no flow


def checked(x):
    return valid(x)


def wrongly_checked(x):
    return not valid(x)


def mostly_checked(x):
    if choice():
        return True
    return valid(x)


def through_call():
    a = source() if choice() else "clean"
    if checked(a):
        sink(a)  # no flow
    if wrongly_checked(a):
        sink(a)  # flow
    if mostly_checked(a):
        sink(a)  # flow


def through_name():
    a = source() if choice() else "clean"
    ok = valid(a)
    if ok:
        sink(a)  # no flow
    else:
        sink(a)  # flow


def rebound():
    a = source() if choice() else "clean"
    if valid(a):
        a = source()
        sink(a)  # flow


def copied():
    a = source() if choice() else "clean"
    if valid(a):
        b = a
        sink(b)  # no flow


def in_field():
    class Box:
        pass

    box = Box()
    box.value = source() if choice() else "clean"
    if valid(box.value):
        sink(box.value)  # no flow
    else:
        sink(box.value)  # flow
    box.value = source()
    sink(box.value)  # flow


def refused(x):
    if not valid(x):
        raise ValueError
    return x


def required(x):
    if not valid(x):
        raise ValueError


def raising_check():
    a = source() if choice() else "clean"
    sink(refused(a))  # no flow
    required(a)
    sink(a)  # no flow


def loops():
    while choice():
        a = source() if choice() else "clean"
        if not valid(a):
            continue
        sink(a)  # no flow
    for item in ["a", source()]:
        if not valid(item):
            break
        sink(item)  # no flow


def forgotten():
    a = source()
    valid(a)
    sink(a)  # flow


def filtered():
    kept = [x for x in ["a", source()] if valid(x)]
    for item in kept:
        sink(item)  # no flow
    lost = [x for x in ["a", source()] if not valid(x)]
    for item in lost:
        sink(item)  # flow


def guarded_callee(x):
    if valid(x):
        sink(x)  # no flow


def plain_callee(x):
    sink(x)  # no flow


def guarded_caller():
    a = source() if choice() else "clean"
    guarded_callee(a)
    if valid(a):
        plain_callee(a)


def run(function):
    try:
        function()
    except (ValueError, AssertionError):
        pass


branch()
negated()
early()
run(early_raise)
run(asserted)
wrong_value()
conjunction()
disjunction()
through_call()
through_name()
rebound()
copied()
in_field()
run(raising_check)
loops()
forgotten()
filtered()
guarded_caller()
