"""Order and paths: what runs when, what never runs, constants that decide."""

from recorder import choice, number, sink_taint, taint

DEBUG = False
LIMIT = 3
MODES = {"on": True, "off": False}


def order():
    a = taint()
    sink_taint(a)  # flow
    a = "x"
    sink_taint(a)  # no flow
    b = a
    a = taint()
    sink_taint(b)  # no flow
    sink_taint(a)  # flow
    a = a and "x"
    sink_taint(a)  # no flow


def dead_by_constant():
    a = taint()
    if False:
        sink_taint(a)  # no flow DEAD
    if 0:
        sink_taint(a)  # no flow DEAD
    if 1 + 1 == 3:
        sink_taint(a)  # no flow DEAD
    if not True:
        sink_taint(a)  # no flow DEAD
    if None:
        sink_taint(a)  # no flow DEAD
    if "":
        sink_taint(a)  # no flow DEAD
    if []:
        sink_taint(a)  # no flow DEAD
    if DEBUG:
        sink_taint(a)  # no flow DEAD
    if LIMIT > 5 or DEBUG:
        sink_taint(a)  # no flow DEAD
    if MODES["off"]:
        sink_taint(a)  # no flow DEAD
    if len("abc") > 3:
        sink_taint(a)  # no flow DEAD
    if "x" in "abc":
        sink_taint(a)  # no flow DEAD
    if 5 not in (1, 2, 5):
        sink_taint(a)  # no flow DEAD
    if isinstance("a", int):
        sink_taint(a)  # no flow DEAD
    if 1 < 2 < 3 and MODES["on"]:
        sink_taint(a)  # flow
    while False:
        sink_taint(a)  # no flow DEAD
    for _ in ():
        sink_taint(a)  # no flow DEAD
    for _ in range(0):
        sink_taint(a)  # no flow DEAD
    return
    sink_taint(a)  # no flow DEAD


def decided():
    a = taint()
    mode = "safe"
    if mode == "safe":
        a = "x"
    sink_taint(a)  # no flow
    b = taint()
    x = 10
    if x * 2 > 15:
        b = ""
    else:
        b = taint()
    sink_taint(b)  # no flow
    c = "x"
    if x % 2:
        c = taint()
    sink_taint(c)  # no flow
    if x % 2 == 0:
        c = taint()
    sink_taint(c)  # flow
    d = taint() if x > 100 else "x"
    sink_taint(d)  # no flow
    e = x < 100 and taint()
    sink_taint(e)  # flow
    f = x > 100 and taint()
    sink_taint(f)  # no flow
    g = "default" or taint()
    sink_taint(g)  # no flow
    h = "" or taint()
    sink_taint(h)  # flow
    i = None
    if i is None:
        i = taint()
    sink_taint(i)  # flow
    j = "set"
    if j is None:
        j = taint()
    sink_taint(j)  # no flow


def is_on(level):
    return level >= LIMIT


def decided_by_calls():
    a = taint()
    if is_on(1):
        sink_taint(a)  # no flow DEAD
    if is_on(4):
        sink_taint(a)  # flow
    if max(1, 2) == 1:
        sink_taint(a)  # no flow DEAD
    if "abc".startswith("b"):
        sink_taint(a)  # no flow DEAD
    if all([True, DEBUG]):
        sink_taint(a)  # no flow DEAD
    if any([False, not DEBUG]):
        sink_taint(a)  # flow


def branches():
    a = "x"
    if choice():
        a = taint()
    sink_taint(a)  # flow
    if choice():
        a = "x"
    else:
        a = "y"
    sink_taint(a)  # no flow
    if choice():
        b = "x"
    elif choice():
        b = taint()
    else:
        b = "y"
    sink_taint(b)  # flow


def same_condition():
    flag = choice()
    a = taint() if flag else "x"
    sink_taint(a)  # flow
    if number() > 5:
        a = taint()


def loops():
    a = "x"
    for i in range(3):
        if i == 1:
            a = taint()
    sink_taint(a)  # flow
    for i in range(3):
        if i == 5:
            a = "y"
        else:
            a = "z"
    sink_taint(a)  # no flow
    b = ""
    i = 0
    while i < 3:
        b = taint() if i == 1 else ""
        i += 1
    sink_taint(b)  # no flow
    i = 0
    while i < 2:
        b = taint() if i == 1 else ""
        i += 1
    sink_taint(b)  # flow
    one, two, three = taint(), "", ""
    for _ in range(1):
        three, two = two, one
    sink_taint(two)  # flow
    sink_taint(three)  # no flow
    for _ in range(1):
        three, two = two, one
    sink_taint(three)  # flow


def jumps():
    a = taint()
    for i in range(5):
        if i == 0:
            break
        sink_taint(a)  # no flow DEAD
    for i in range(3):
        if i < 5:
            continue
        sink_taint(a)  # no flow DEAD
    for i in range(3):
        if i == 10:
            break
    else:
        sink_taint(a)  # flow
    for i in range(3):
        if i == 2:
            break
    else:
        sink_taint(a)  # no flow DEAD
    while True:
        a = ""
        break
    sink_taint(a)  # no flow
    b = taint()
    for i in range(4):
        if i == 3:
            b = ""
            break
    sink_taint(b)  # no flow
    n = 0
    c = ""
    while True:
        n += 1
        if n > 3:
            break
        if n == 2:
            c = taint()
            continue
        c = ""
    sink_taint(c)  # no flow
    for outer in range(2):
        for inner in range(2):
            if outer == 1 and inner == 1:
                c = taint()
    sink_taint(c)  # flow


def returns(a, flag):
    if flag:
        return "x"
    return a


def returns_early():
    sink_taint(returns(taint(), True))  # no flow
    sink_taint(returns(taint(), False))  # flow
    sink_taint(returns(taint(), choice()))  # flow
    sink_taint(returns("x", choice()))  # no flow


def wiped():
    a = taint()
    del a
    a = "x"
    sink_taint(a)  # no flow
    b = [taint()]
    b = b[:0]
    sink_taint(b)  # no flow
    c = taint()
    c = c.replace(c, "x") and "x"
    sink_taint(c)  # no flow
    d = {"k": taint()}
    d = {}
    sink_taint(d)  # no flow
    e = f = taint()
    e = ""
    sink_taint(e)  # no flow
    sink_taint(f)  # flow


def computed_index():
    x = ["", taint(), ""]
    i = 0
    sink_taint(x[i])  # no flow
    i += 1
    sink_taint(x[i])  # flow
    i = i * 2
    sink_taint(x[i])  # no flow
    sink_taint(x[i - 1])  # flow
    sink_taint(x[7 // 4])  # flow
    sink_taint(x[7 % 5])  # no flow
    sink_taint(x[-(1 + 1)])  # flow
    sink_taint(x[True])  # flow
    sink_taint(x[int("1")])  # flow
    sink_taint(x["abc".index("b")])  # flow
    sink_taint(x["abc".find("c")])  # no flow
    key = "k" + str(1)
    d = {"k1": taint(), "k2": ""}
    sink_taint(d[key])  # flow
    sink_taint(d[f"k{2}"])  # no flow
    sink_taint(d["K1".lower()])  # flow
    sink_taint(d["k%d" % 2])  # no flow
    sink_taint(d["-".join(["k1"])])  # flow
    sink_taint(d["k{}".format(2)])  # no flow


order()
dead_by_constant()
decided()
decided_by_calls()
branches()
same_condition()
loops()
jumps()
returns_early()
wiped()
computed_index()
