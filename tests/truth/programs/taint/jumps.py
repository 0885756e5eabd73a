"""break, continue, return, raise, and what they keep from running."""

from recorder import choice, sink_taint, taint


def broken_before():
    a = ""
    for item in ["x", "y", taint()]:
        if item == "y":
            break
        a = item
    sink_taint(a)  # no flow


def broken_after():
    a = ""
    for item in [taint(), "y"]:
        a = item
        if choice():
            break
    sink_taint(a)  # flow


def skipped():
    found = []
    for n in range(4):
        if n == 2:
            continue
        found.append("x")
    sink_taint(found)  # no flow
    kept = ""
    for n in range(3):
        if n != 1:
            continue
        kept = taint()
    sink_taint(kept)  # flow


def returned_before(a):
    for _ in range(3):
        return "x"
    return a


def returned_after(a):
    for n in range(3):
        if n == 2:
            return a
    return "x"


def never_equal(a):
    for n in range(3):
        if n == 5:
            return a
    return "x"


def raised_before(a):
    raise ValueError("stop")
    return a


def nested_break():
    a = ""
    for i in range(2):
        for j in range(2):
            if j == 1:
                break
            a = taint()
        else:
            a = "x"
    sink_taint(a)  # flow
    b = ""
    for i in range(2):
        for j in range(2):
            break
            b = taint()
    sink_taint(b)  # no flow


def while_counted():
    n = 3
    a = taint()
    while n > 0:
        n -= 1
        a = "x"
    sink_taint(a)  # no flow
    b = "x"
    while n > 0:
        b = taint()
    sink_taint(b)  # no flow


def while_else():
    n = 0
    while n < 2:
        n += 1
    else:
        sink_taint(taint())  # flow
    while True:
        break
    else:
        sink_taint(taint())  # no flow DEAD


def caught():
    a = taint()
    try:
        raised_before(a)
        sink_taint(a)  # no flow DEAD
    except ValueError:
        sink_taint("x")  # no flow
    try:
        int("x")
        a = "x"
    except ValueError:
        sink_taint(a)  # flow


def exits():
    a = taint()
    try:
        if a:
            raise SystemExit
        sink_taint(a)  # no flow DEAD
    except SystemExit:
        pass


def flags():
    done = False
    a = "x"
    while not done:
        a = taint()
        done = True
    sink_taint(a)  # flow
    found = False
    if found:
        a = taint()
    else:
        a = "x"
    sink_taint(a)  # no flow


def chain(n):
    if n == 0:
        return "x"
    elif n == 1:
        return taint()
    return "y"


broken_before()
broken_after()
skipped()
sink_taint(returned_before(taint()))  # no flow
sink_taint(returned_after(taint()))  # flow
sink_taint(never_equal(taint()))  # no flow
nested_break()
while_counted()
while_else()
caught()
exits()
flags()
sink_taint(chain(0))  # no flow
sink_taint(chain(1))  # flow
sink_taint(chain(2))  # no flow
