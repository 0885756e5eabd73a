"""One field, key, index or object is marked; another is asked for."""

from collections import namedtuple

from recorder import choice, sink_taint, taint


class Node:
    def __init__(self, value=None, follow=None):
        self.value = value
        self.follow = follow


def field_of_field_t(src):
    inner = Node(src)
    outer = Node("outer", inner)
    sink_taint(outer.follow.value)  # flow


def field_of_field_f(src):
    inner = Node(src)
    outer = Node("outer", inner)
    sink_taint(outer.value)  # no flow


def linked_list_t(src):
    head = None
    for item in ("a", src, "b"):
        head = Node(item, head)
    while head is not None:
        last = head.value
        sink_taint(last)  # flow
        head = head.follow


def replaced_child_f(src):
    tree = Node("root", Node(src))
    tree.follow = Node("clean")
    sink_taint(tree.follow.value)  # no flow


def replaced_child_t(src):
    tree = Node("root", Node("clean"))
    old = tree.follow
    tree.follow = Node(src)
    sink_taint(old.value)  # no flow
    sink_taint(tree.follow.value)  # flow


def swap_fields(src):
    pair = Node(src, "clean")
    pair.value, pair.follow = pair.follow, pair.value
    sink_taint(pair.value)  # no flow
    sink_taint(pair.follow)  # flow


def matrix(src):
    grid = [["" for _ in range(3)] for _ in range(3)]
    grid[1][2] = src
    sink_taint(grid[1][2])  # flow
    sink_taint(grid[2][1])  # no flow
    sink_taint(grid[0])  # no flow


def shared_rows(src):
    grid = [[""] * 2] * 2
    grid[0][1] = src
    sink_taint(grid[1][1])  # flow
    sink_taint(grid[1][0])  # no flow


def nested_dict(src):
    config = {"db": {"user": "admin", "password": src}, "hosts": ["h1", "h2"]}
    sink_taint(config["db"]["password"])  # flow
    sink_taint(config["db"]["user"])  # no flow
    sink_taint(config["hosts"][1])  # no flow
    db = config["db"]
    db["password"] = "***"
    sink_taint(config["db"]["password"])  # no flow
    sink_taint(config)  # no flow


def key_from_constant(src):
    name = "pass" + "word"
    config = {}
    config[name] = src
    sink_taint(config["password"])  # flow
    sink_taint(config.get("user"))  # no flow


KEY = "token"


def key_from_global(src):
    store = {KEY: src, "other": "x"}
    sink_taint(store["token"])  # flow
    sink_taint(store["other"])  # no flow


def tuple_keys(src):
    table = {(0, 1): src, (1, 0): "clean"}
    sink_taint(table[0, 1])  # flow
    sink_taint(table[1, 0])  # no flow
    row, column = 1, 0
    sink_taint(table[(row, column)])  # no flow


def negative_index(src):
    items = ["a", "b", src]
    sink_taint(items[-1])  # flow
    sink_taint(items[-2])  # no flow
    sink_taint(items[len(items) - 1])  # flow
    sink_taint(items[len(items) - 3])  # no flow


def insert_shifts(src):
    items = ["a", src]
    items.insert(0, "first")
    sink_taint(items[1])  # no flow
    sink_taint(items[2])  # flow


def delete_shifts(src):
    items = ["a", "b", src]
    del items[0]
    sink_taint(items[1])  # flow
    sink_taint(items[0])  # no flow


def pop_order(src):
    stack = []
    stack.append("a")
    stack.append(src)
    top = stack.pop()
    sink_taint(top)  # flow
    sink_taint(stack.pop())  # no flow


def remove_value(src):
    items = [src, "b"]
    items.remove(src)
    sink_taint(items)  # no flow


def cleared(src):
    items = [src]
    items.clear()
    items.append("x")
    sink_taint(items[0])  # no flow
    table = {"a": src}
    table.clear()
    sink_taint(table)  # no flow


def reversed_in_place(src):
    items = [src, "b", "c"]
    items.reverse()
    sink_taint(items[0])  # no flow
    sink_taint(items[2])  # flow


Point = namedtuple("Point", "x y")


def named_tuple(src):
    point = Point(x=src, y="0")
    sink_taint(point.x)  # flow
    sink_taint(point.y)  # no flow
    sink_taint(point[0])  # flow
    other = point._replace(x="1")
    sink_taint(other.x)  # no flow
    sink_taint(point._asdict()["x"])  # flow
    sink_taint(point._asdict()["y"])  # no flow


def two_instances(src):
    first, second = Node(), Node()
    first.value = src
    second.value = "clean"
    sink_taint(first.value)  # flow
    sink_taint(second.value)  # no flow


def alias_or_not(src):
    first = Node("clean")
    second = first if choice() else Node("other")
    second.value = src
    sink_taint(first.value)  # flow


def objects_in_list(src):
    nodes = [Node("a"), Node("b")]
    nodes[0].value = src
    sink_taint(nodes[1].value)  # no flow
    sink_taint(nodes[0].value)  # flow


def objects_in_loop(src):
    nodes = []
    for text in ["a", src]:
        nodes.append(Node(text))
    sink_taint(nodes[1].value)  # flow


for case in (
    field_of_field_t,
    field_of_field_f,
    linked_list_t,
    replaced_child_f,
    replaced_child_t,
    swap_fields,
    matrix,
    shared_rows,
    nested_dict,
    key_from_constant,
    key_from_global,
    tuple_keys,
    negative_index,
    insert_shifts,
    delete_shifts,
    pop_order,
    remove_value,
    cleared,
    reversed_in_place,
    named_tuple,
    two_instances,
    alias_or_not,
    objects_in_list,
    objects_in_loop,
):
    case(taint())
