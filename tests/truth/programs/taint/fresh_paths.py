"""Which way a program goes when that is known."""

from recorder import choice, number, sink_taint, taint

DEBUG = False
LIMIT = 3


def constants():
    value = "x"
    if DEBUG:
        value = taint()
    sink_taint(value)  # no flow
    if not DEBUG and LIMIT == 3:
        value = taint()
    sink_taint(value)  # flow
    if LIMIT * 2 < 6 or LIMIT % 2 == 0:
        sink_taint(value)  # no flow DEAD
    elif LIMIT**2 == 9:
        value = "y"
    sink_taint(value)  # no flow
    sink_taint(taint() if LIMIT > 5 else "x")  # no flow
    sink_taint(LIMIT and taint())  # flow
    sink_taint(LIMIT or taint())  # no flow
    sink_taint("" or taint())  # flow
    sink_taint([] and taint())  # no flow
    sink_taint(None or "x")  # no flow
    sink_taint((0 or taint()) and "x")  # no flow
    sink_taint(1 < 2 < 3 and taint())  # flow
    sink_taint(1 < 2 > 3 and taint())  # no flow


def texts():
    mode = "read"
    value = taint()
    if mode.startswith("w"):
        sink_taint(value)  # no flow DEAD
    if mode == "re" + "ad":
        sink_taint(value)  # flow
    if len(mode) > 10:
        sink_taint(value)  # no flow DEAD
    if mode in ("write", "append"):
        sink_taint(value)  # no flow DEAD
    if "ea" in mode:
        sink_taint(value)  # flow
    if mode is None:
        sink_taint(value)  # no flow DEAD
    if mode.upper() == "READ":
        sink_taint(value)  # flow
    if isinstance(mode, int):
        sink_taint(value)  # no flow DEAD


def indices():
    items = ["x", taint(), "y", "z"]
    i = 0
    sink_taint(items[i])  # no flow
    i += 1
    sink_taint(items[i])  # flow
    sink_taint(items[i * 2])  # no flow
    sink_taint(items[(i + 2) // 3])  # flow
    sink_taint(items[len(items) - 1])  # no flow
    sink_taint(items[len(items) - 3])  # flow
    sink_taint(items[-i - 1])  # no flow
    sink_taint(items[1 << 1])  # no flow
    sink_taint(items[5 % 4])  # flow
    sink_taint(items[int("2")])  # no flow
    sink_taint(items[abs(-1)])  # flow
    sink_taint(items[min(3, 2)])  # no flow
    sink_taint(items[True])  # flow
    sink_taint(items[number()])  # flow
    grid = [["a", "b"], ["c", taint()]]
    sink_taint(grid[1][0])  # no flow
    sink_taint(grid[i][i])  # flow
    sink_taint(grid[i - 1][i])  # no flow
    table = {"a1": taint(), "a2": "x"}
    sink_taint(table["a" + "1"])  # flow
    sink_taint(table[f"a{i + 1}"])  # no flow
    sink_taint(table["a%d" % i])  # flow


def breaks():
    value = "x"
    for n in range(5):
        if n == 2:
            break
        if n == 3:
            value = taint()
    sink_taint(value)  # no flow
    for n in range(5):
        if n != 3:
            continue
        value = taint()
    sink_taint(value)  # flow
    value = "x"
    for n in range(5):
        continue
        value = taint()
    sink_taint(value)  # no flow
    while True:
        break
        value = taint()
    sink_taint(value)  # no flow
    for n in ():
        value = taint()
    sink_taint(value)  # no flow
    for n in range(0):
        value = taint()
    sink_taint(value)  # no flow
    while False:
        value = taint()
    sink_taint(value)  # no flow


def loop_elses():
    value = "x"
    for n in range(3):
        if n == 5:
            break
    else:
        value = taint()
    sink_taint(value)  # flow
    value = "x"
    for n in range(3):
        if n == 2:
            break
    else:
        value = taint()
    sink_taint(value)  # no flow
    n = 0
    while n < 3:
        n += 1
    else:
        value = taint()
    sink_taint(value)  # flow
    value = "x"
    while True:
        if choice():
            break
    else:
        value = taint()
    sink_taint(value)  # no flow


def counted():
    n, value = 0, "x"
    while n < 4:
        n += 1
    if n == 5:
        value = taint()
    sink_taint(value)  # no flow
    if n == 4:
        value = taint()
    sink_taint(value)  # flow
    total = 0
    for i in range(1, 4):
        total += i
    sink_taint(taint() if total > 6 else "x")  # no flow
    sink_taint(taint() if total == 6 else "x")  # flow
    out = []
    for i in range(3):
        out.append(taint() if i == 1 else "x")
    sink_taint(out[0])  # no flow
    sink_taint(out[1])  # flow
    sink_taint(out[2])  # no flow
    for i in range(3, 0, -1):
        last = i
    sink_taint("x" if last == 1 else taint())  # no flow


def carried():
    a, b, c = taint(), "x", "y"
    for _ in range(1):
        c, b = b, a
    sink_taint(c)  # no flow
    sink_taint(b)  # flow
    for _ in range(1):
        c, b = b, a
    sink_taint(c)  # flow
    previous = "x"
    for item in ["a", taint()]:
        sink_taint(previous)  # no flow
        previous = item
    sink_taint(previous)  # flow


def early(flag, value):
    if flag == "a":
        return "x"
    if flag == "b":
        return value
    raise ValueError


def returns():
    sink_taint(early("a", taint()))  # no flow
    sink_taint(early("b", taint()))  # flow
    sink_taint(early("b", "x"))  # no flow


def nested_returns(items):
    for row in items:
        for cell in row:
            if cell:
                return cell
    return "none"


def finds():
    sink_taint(nested_returns([["", ""], ["", taint()]]))  # flow
    sink_taint(nested_returns([["", "x"], ["", taint()]]))  # no flow
    sink_taint(nested_returns([]))  # no flow


def correlated():
    flag = choice()
    value = taint() if flag else "x"
    if flag:
        value = "y"
    sink_taint(value)  # no flow SPURIOUS
    other = "x"
    if flag:
        other = taint()
    if not flag:
        sink_taint(other)  # no flow
    if flag:
        sink_taint(other)  # flow


def overwritten():
    value = taint()
    if choice():
        value = "x"
    else:
        value = "y"
    sink_taint(value)  # no flow
    value = taint()
    if choice():
        value = "x"
    sink_taint(value)  # flow
    del value
    value = "z"
    sink_taint(value)  # no flow
    value = value + taint()
    value = value and "q"
    sink_taint(value)  # no flow


def none_checks():
    found = None
    for item in ["x", "y"]:
        if item == "z":
            found = taint()
    if found is not None:
        sink_taint(found)  # no flow DEAD
    maybe = taint() if choice() else None
    if maybe is None:
        sink_taint(maybe)  # no flow
    else:
        sink_taint(maybe)  # flow
    if not maybe:
        return
    sink_taint(maybe)  # flow


for run in (
    constants, texts, indices, breaks, loop_elses, counted, carried, returns, finds, correlated,
    overwritten, none_checks,
):  # fmt: skip
    run()
