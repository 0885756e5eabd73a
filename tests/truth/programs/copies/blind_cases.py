"""The very value: pairs of cases as a benchmark has them, one that arrives and one that not."""

import copy
import os
from collections import deque
from recorder import choice, number, sink, source


def assign_chain_t(src):
    a = b = c = src
    sink(c)  # flow


def assign_over_f(src):
    a = src
    b = a
    a = "_"
    sink(a)  # no flow
    sink(b)  # flow


def derived_is_other(src):
    sink(src + "")  # no flow
    sink(f"{src}!")  # no flow
    sink(src if src else "x")  # flow
    sink(src and src)  # flow
    sink(not src)  # no flow
    sink((src,)[0])  # flow
    sink([src][0:1][0])  # flow
    sink({"a": src}.get("a"))  # flow
    sink({"a": src}.get("b"))  # no flow
    sink({"a": "x"}.get("b", src))  # flow


class Wallet:
    def __init__(self):
        self.items = {}
        self.order = []

    def put(self, key, value):
        self.items[key] = value
        self.order.append(key)

    def take(self, key):
        return self.items.pop(key, None)

    def newest(self):
        return self.items[self.order[-1]]


def wallet_t(src):
    wallet = Wallet()
    wallet.put("a", "x")
    wallet.put("b", src)
    sink(wallet.newest())  # flow
    sink(wallet.items["a"])  # no flow
    sink(wallet.take("b"))  # flow
    sink(wallet.take("b"))  # no flow


def wallet_over_f(src):
    wallet = Wallet()
    wallet.put("a", src)
    wallet.put("a", "x")
    sink(wallet.take("a"))  # no flow


def alias_param(box, src):
    mine = box
    mine["v"] = src


def alias_t(src):
    box = {"v": "x"}
    other = box
    alias_param(other, src)
    sink(box["v"])  # flow
    fresh = dict(box)
    box["v"] = "y"
    sink(box["v"])  # no flow
    sink(fresh["v"])  # flow


def alias_of_copy(src):
    rows = [["x"], ["y"]]
    flat = copy.copy(rows)
    deep = copy.deepcopy(rows)
    flat[0][0] = src
    sink(rows[0][0])  # flow
    sink(deep[0][0])  # no flow
    flat[1] = [src]
    sink(rows[1][0])  # no flow
    sliced = rows[:]
    sliced.append(src)
    sink(rows[-1])  # no flow
    sink(sliced[-1])  # flow


def alias_of_field(src):
    first, second = Wallet(), Wallet()
    second.items = first.items
    first.put("a", src)
    sink(second.items["a"])  # flow
    first.items = {}
    first.put("a", "x")
    sink(second.items["a"])  # flow
    sink(first.items["a"])  # no flow


def rebind_param(value):
    value = "_"


def clean_item(items):
    items[0] = "_"


def clean_if(items, flag):
    if flag:
        items[0] = "_"


def clean_in_callee(src):
    value = src
    rebind_param(value)
    sink(value)  # flow
    items = [src]
    clean_item(items)
    sink(items[0])  # no flow
    items = [src]
    clean_if(items, False)
    sink(items[0])  # flow
    clean_if(items, choice())
    sink(items[0])  # flow
    clean_if(items, True)
    sink(items[0])  # no flow


def contexts_apart(src):
    def same(value):
        return value

    clean, dirty = same("_"), same(src)
    sink(clean)  # no flow
    sink(dirty)  # flow
    sink(same(same("_")))  # no flow


def chain_of_objects(src):
    class Link:
        def __init__(self, back, value):
            self.back, self.value = back, value

    chain = Link(Link(Link(None, "c"), src), "a")
    sink(chain.back.value)  # flow
    sink(chain.back.back.value)  # no flow
    chain.back = chain.back.back
    sink(chain.back.value)  # no flow


def queue_order(src):
    line = deque()
    line.append("a")
    line.appendleft(src)
    sink(line[0])  # flow
    sink(line.pop())  # no flow
    sink(line.pop())  # flow
    line.extend(["b", src])
    line.extendleft(["c", "d"])
    sink(line[1])  # no flow
    sink(line[3])  # flow


def sort_and_pick(src):
    pairs = [(2, src), (1, "x")]
    pairs.sort()
    sink(pairs[0][1])  # no flow
    sink(pairs[1][1])  # flow
    sink(min(pairs)[1])  # no flow
    sink(max(pairs, key=lambda pair: pair[0])[1])  # flow


def counting_loop(src):
    items = []
    for n in range(5):
        items.append(src if n % 2 else "x")
    sink(items[0])  # no flow
    sink(items[3])  # flow
    total = {n: src if n > 2 else "x" for n in range(4)}
    sink(total[1])  # no flow
    sink(total[3])  # flow


def index_arithmetic(src):
    items = ["a", "b", src, "d"]
    at = 1
    sink(items[at + 1])  # flow
    sink(items[at * 3])  # no flow
    at += 1
    sink(items[at])  # flow
    sink(items[at // 2])  # no flow
    sink(items[items.index("b")])  # no flow
    sink(items[-at])  # flow


def nested_functions(src):
    def outer(value):
        kept = value

        def inner():
            def innermost():
                return kept

            return innermost

        return inner()

    sink(outer(src)())  # flow
    sink(outer("x")())  # no flow


def guard_by_return(src, flag=True):
    if flag:
        return
    sink(src)  # no flow DEAD


def loop_kills(src):
    for value in (src, "x"):
        pass
    sink(value)  # no flow
    for value in ("x", src):
        if choice():
            continue
    sink(value)  # flow


def conditional_object(src):
    first, second = [src], ["x"]
    chosen = first if number() else second
    sink(chosen[0])  # flow
    chosen[0] = "y"
    sink(second[0])  # no flow
    sink(first[0])  # flow


def by_identity(src):
    left, right = object(), object()
    table = {left: src, right: "x"}
    sink(table[left])  # flow
    sink(table[right])  # no flow


def zip_apart(src):
    names, values = zip(*[("a", src), ("b", "x")])
    sink(values[0])  # flow
    sink(values[1])  # no flow
    sink(names[0])  # no flow
    for name, value in zip(["a"], [src]):
        sink(name)  # no flow
        sink(value)  # flow


def stack_of_states(src):
    states = [{"v": "x"}]
    states.append({**states[-1], "v": src})
    sink(states[-1]["v"])  # flow
    states.pop()
    sink(states[-1]["v"])  # no flow


def aug_assign(src):
    items = ["a"]
    items += [src]
    sink(items[1])  # flow
    sink(items[0])  # no flow
    items *= 2
    sink(items[3])  # flow
    sink(items[2])  # no flow
    alias = items
    items = items + ["b"]
    items[0] = src
    sink(alias[0])  # no flow


assign_chain_t(source())
assign_over_f(source())
derived_is_other(source())
wallet_t(source())
wallet_over_f(source())
alias_t(source())
alias_of_copy(source())
alias_of_field(source())
clean_in_callee(source())
contexts_apart(source())
chain_of_objects(source())
queue_order(source())
sort_and_pick(source())
counting_loop(source())
index_arithmetic(source())
nested_functions(source())
guard_by_return(source())
loop_kills(source())
conditional_object(source())
by_identity(source())
zip_apart(source())
stack_of_states(source())
aug_assign(source())
