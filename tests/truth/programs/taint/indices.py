"""Indexes, keys and conditions that constant arithmetic decides."""

from recorder import number, sink_taint, taint


def index_by_arithmetic():
    items = ["x", taint(), "y", "z"]
    sink_taint(items[2 - 1])  # flow
    sink_taint(items[2 * 1])  # no flow
    sink_taint(items[7 % 3])  # flow
    sink_taint(items[9 // 4])  # no flow
    sink_taint(items[1 << 1])  # no flow
    sink_taint(items[5 & 3])  # flow
    sink_taint(items[-(2 + 1)])  # flow
    sink_taint(items[int("1")])  # flow
    sink_taint(items[len("ab")])  # no flow
    sink_taint(items[True])  # flow
    sink_taint(items[False])  # no flow


def index_by_name():
    items = ["x", taint(), "y"]
    i = 0
    sink_taint(items[i])  # no flow
    i = i + 1
    sink_taint(items[i])  # flow
    j = i * 2
    sink_taint(items[j])  # no flow
    low, high = 1, 2
    sink_taint(items[low])  # flow
    sink_taint(items[high])  # no flow
    sink_taint(items[low:high][0])  # flow
    sink_taint(items[high:][0])  # no flow


def pick(items, i):
    return items[i]


def shifted(items, i):
    return items[i + 1]


def index_by_parameter():
    items = ["x", taint(), "y"]
    sink_taint(pick(items, 1))  # flow
    sink_taint(pick(items, 0))  # no flow
    sink_taint(shifted(items, 0))  # flow
    sink_taint(shifted(items, 1))  # no flow
    sink_taint(pick(items, number()))  # flow


def written_by_arithmetic():
    items = ["", "", ""]
    n = 1
    items[n + 1] = taint()
    sink_taint(items[2])  # flow
    sink_taint(items[1])  # no flow
    items[n * 2] = "x"
    sink_taint(items)  # no flow


def keys():
    table = {"ab": taint(), "cd": "x", 3: "y"}
    sink_taint(table["a" + "b"])  # flow
    sink_taint(table["c" + "d"])  # no flow
    sink_taint(table["AB".lower()])  # flow
    sink_taint(table[f"{'a'}b"])  # flow
    sink_taint(table[1 + 2])  # no flow
    key = "a"
    key += "b"
    sink_taint(table[key])  # flow
    sink_taint(table["%s" % "cd"])  # no flow


def matrix():
    grid = [[["x"], ["y"]], [[taint()], ["z"]]]
    sink_taint(grid[1][0][0])  # flow
    sink_taint(grid[0][1][0])  # no flow
    i, j = 1, 1
    sink_taint(grid[i][j][0])  # no flow
    sink_taint(grid[i][j - 1][0])  # flow
    grid[1][0] = ["clean"]
    sink_taint(grid)  # no flow
    cube = {"a": [{"b": (taint(), "x")}]}
    sink_taint(cube["a"][0]["b"][0])  # flow
    sink_taint(cube["a"][0]["b"][1])  # no flow


def loops():
    items = ["x", "y", taint()]
    for i in range(2):
        sink_taint(items[i])  # no flow
    for i in range(1, 3):
        sink_taint(items[i])  # flow
    for i in range(0, 3, 2):
        sink_taint(items[i])  # flow
    i = 0
    while i < 2:
        sink_taint(items[i])  # no flow
        i += 1
    sink_taint(items[i])  # flow
    total = 0
    for n in [1, 1]:
        total += n
    sink_taint(items[total])  # flow


def conditions():
    a = taint()
    x = 10
    y = x * 2 + 1
    sink_taint(a if y > 20 else "x")  # flow
    sink_taint(a if y < 20 else "x")  # no flow
    sink_taint(a if y % 2 == 0 else "x")  # no flow
    sink_taint(a if x != 10 or y == 0 else "x")  # no flow
    sink_taint(a if x == 10 and y == 21 else "x")  # flow
    sink_taint(a if not x else "x")  # no flow
    sink_taint(a if len([1, 2]) == 3 else "x")  # no flow
    sink_taint(a if "b" in ["a", "b"] else "x")  # flow
    sink_taint(a if "c" in "ab" else "x")  # no flow
    sink_taint(a if {"k": 1}["k"] == 1 else "x")  # flow
    sink_taint(a if max(1, 2) == 1 else "x")  # no flow
    sink_taint(a if 1 < x < 5 else "x")  # no flow
    sink_taint(a if isinstance(x, str) else "x")  # no flow
    sink_taint(a if "abc".startswith("ab") else "x")  # flow
    sink_taint(a if x is None else "x")  # no flow
    sink_taint(a if [] else "x")  # no flow
    sink_taint(a if [0] else "x")  # flow


index_by_arithmetic()
index_by_name()
index_by_parameter()
written_by_arithmetic()
keys()
matrix()
loops()
conditions()
