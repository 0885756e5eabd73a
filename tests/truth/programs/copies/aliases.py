"""Two names of one object, through calls, containers, attributes; strong and weak updates."""

from recorder import choice, number, sink, source


class Box:
    def __init__(self, value="clean"):
        self.value = value


def two_names():
    a = Box()
    b = a
    b.value = source()
    sink(a.value)  # flow
    a.value = "clean"
    sink(b.value)  # no flow
    a = Box()
    a.value = source()
    sink(b.value)  # no flow


def lists():
    a = ["x"]
    b = a
    b.append(source())
    sink(a[1])  # flow
    b = b + ["more"]
    b[0] = source()
    sink(a[0])  # no flow
    c = a
    c += [source()]
    sink(a[2])  # flow
    a = a[:]
    a[1] = "clean"
    sink(c[1])  # flow
    sink(a[1])  # no flow


def keep(x):
    return x


def fresh(x):
    return Box(x.value)


def through_calls():
    a = Box()
    b = keep(a)
    b.value = source()
    sink(a.value)  # flow
    c = fresh(a)
    a.value = "clean"
    sink(c.value)  # flow
    sink(b.value)  # no flow
    c.value = "clean"
    a.value = source()
    sink(c.value)  # no flow


def through_containers():
    a = Box()
    shelf = [a, Box()]
    shelf[0].value = source()
    sink(a.value)  # flow
    sink(shelf[1].value)  # no flow
    table = {"a": a}
    table["a"].value = "clean"
    sink(a.value)  # no flow
    sink(shelf[0].value)  # no flow
    shelf[0] = Box(source())
    sink(a.value)  # no flow


def through_attributes():
    a = Box()
    outer = Box(a)
    outer.value.value = source()
    sink(a.value)  # flow
    other = Box(a)
    other.value.value = "clean"
    sink(outer.value.value)  # no flow
    outer.value = Box(source())
    sink(other.value.value)  # no flow
    sink(outer.value.value)  # flow


def same_items():
    row = ["a"]
    grid = [row, row, ["b"]]
    grid[0][0] = source()
    sink(grid[1][0])  # flow
    sink(grid[2][0])  # no flow
    made = [[] for _ in range(2)]
    made[0].append(source())
    made[1].append("clean")
    sink(made[1][0])  # no flow
    shared = [[]] * 2
    shared[0].append(source())
    sink(shared[1][0])  # flow


def may_alias():
    a, b = Box(), Box()
    c = a if choice() else b
    c.value = source()
    sink(a.value)  # flow
    sink(b.value)  # flow
    a.value = "clean"
    sink(a.value)  # no flow
    sink(c.value)  # flow


def weak_index():
    boxes = [Box(), Box(), Box()]
    boxes[number()].value = source()
    sink(boxes[0].value)  # flow
    boxes[1].value = "clean"
    sink(boxes[1].value)  # no flow


def swapped():
    a, b = Box(source()), Box()
    a, b = b, a
    sink(a.value)  # no flow
    sink(b.value)  # flow
    a.value, b.value = b.value, a.value
    sink(a.value)  # flow
    sink(b.value)  # no flow


def cyclic():
    a, b = Box(), Box()
    a.next, b.next = b, a
    a.next.next.value = source()
    sink(a.value)  # flow
    sink(b.value)  # no flow
    sink(b.next.next.next.value)  # flow


def loop_alias():
    first = Box()
    boxes = []
    for _ in range(2):
        boxes.append(first)
    boxes[1].value = source()
    sink(first.value)  # flow
    many = []
    for _ in range(2):
        many.append(Box())
    many[0].value = source()
    sink(many[1].value)  # no flow
    sink(many[0].value)  # flow


def fill(target, value):
    target.value = value


def change_both(a, b):
    a.value = source()
    sink(b.value)  # flow


def parameters():
    a = Box()
    fill(a, source())
    sink(a.value)  # flow
    fill(a, "clean")
    sink(a.value)  # no flow
    change_both(a, a)
    change_both(Box(), Box())
    b, c = Box(), Box()
    fill(b, source())
    sink(c.value)  # no flow


def self_stored():
    class Owner:
        def __init__(self):
            self.items = []
            self.alias = self.items

        def add(self, item):
            self.items.append(item)

        def forget(self):
            self.items = []

    o = Owner()
    o.add(source())
    sink(o.alias[0])  # flow
    o.forget()
    o.add("clean")
    sink(o.items[0])  # no flow
    sink(o.alias[0])  # flow


def strings_do_not_alias():
    a = source()
    b = a
    b += "more"
    sink(a)  # flow
    sink(b)  # no flow


def tuples_hold_objects():
    a = Box()
    pair = (a, "x")
    a.value = source()
    sink(pair[0].value)  # flow
    first, _ = pair
    first.value = "clean"
    sink(a.value)  # no flow


def dict_views():
    d = {"a": Box(), "b": Box()}
    for box in d.values():
        box.value = source()
    sink(d["a"].value)  # flow
    for box in d.values():
        box.value = "clean"
    sink(d["b"].value)  # no flow


two_names()
lists()
through_calls()
through_containers()
through_attributes()
same_items()
may_alias()
weak_index()
swapped()
cyclic()
loop_alias()
parameters()
self_stored()
strings_do_not_alias()
tuples_hold_objects()
dict_views()
