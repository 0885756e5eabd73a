"""Loops: carried values, break, continue, else, constant bounds."""

from recorder import choice, number, sink, source


def carried():
    last = "clean"
    for item in ["a", source(), "b"]:
        sink(last)  # flow
        last = item
    sink(last)  # no flow


def element():
    for item in ["a", source()]:
        sink(item)  # flow
    for item in ["a", "b"]:
        sink(item)  # no flow


def empty_loop():
    a = "clean"
    for _ in []:
        a = source()
    sink(a)  # no flow


def while_true():
    a = "clean"
    while True:
        if choice():
            a = source()
            break
        a = "again"
        sink(a)  # no flow
    sink(a)  # flow


def broken_first():
    a = "clean"
    while True:
        break
        a = source()
    sink(a)  # no flow


def continued():
    a = "clean"
    for n in range(3):
        if n < 5:
            continue
        a = source()
    sink(a)  # no flow


def loop_else():
    a = "clean"
    for _ in range(2):
        if choice():
            break
    else:
        a = source()
    sink(a)  # flow
    b = "clean"
    for _ in range(2):
        break
    else:
        b = source()
    sink(b)  # no flow


def second_turn():
    first = source()
    second = "clean"
    while choice():
        sink(second)  # flow
        first, second = second, first
    sink("done")  # no flow


def late_write():
    seen = "clean"
    n = 0
    while n < 3:
        sink(seen)  # flow
        seen = source()
        n += 1


def reset_each_turn():
    n = 0
    while n < 3:
        a = "clean"
        sink(a)  # no flow
        a = source()
        sink(a)  # flow
        n += 1


def counted():
    found = "clean"
    for n in range(3):
        if n == 1:
            found = source()
    sink(found)  # flow
    for n in range(0):
        sink(found)  # no flow DEAD


def loop_variable_left():
    for item in ["a", "b", source()]:
        pass
    sink(item)  # flow
    for other in [source(), "a", "b"]:
        pass
    sink(other)  # no flow


def overwritten_after():
    a = source()
    for _ in range(2):
        a = "clean"
    sink(a)  # no flow


def collects():
    kept = []
    for item in ("a", source()):
        kept.append(item)
    sink(kept[1])  # flow
    sink(kept[0])  # no flow
    for item in kept:
        sink(item)  # flow


def through_index():
    cells = ["a", source(), "c"]
    for i in range(len(cells)):
        sink(cells[i])  # flow
    for i in range(2, 3):
        sink(cells[i])  # no flow


def nested_loops():
    rows = [["a", "b"], ["c", source()]]
    for row in rows:
        for cell in row:
            sink(cell)  # flow
    for cell in rows[0]:
        sink(cell)  # no flow


def return_from_loop():
    def find(items):
        for item in items:
            if choice():
                return item
        return "none"

    sink(find(["a", source()]))  # flow
    sink(find(["a", "b"]))  # no flow


carried()
element()
empty_loop()
while_true()
broken_first()
continued()
loop_else()
second_turn()
late_write()
reset_each_turn()
counted()
loop_variable_left()
overwritten_after()
collects()
through_index()
nested_loops()
return_from_loop()


def no_turn():
    a = source()
    for _ in range(number()):
        a = "x"
    sink(a)  # flow
    b = "x"
    for _ in range(number()):
        b = source()
    sink(b)  # flow
    c = source()
    while choice():
        c = "x"
    sink(c)  # flow
    d = source()
    for _ in range(number()):
        d = "x"
        if choice():
            break
        d = "y"
    else:
        sink(d)  # flow
    sink(d)  # flow
    e = source()
    for _ in range(number()):
        e = "x"
        sink(e)  # no flow


no_turn()
