"""Numbers: every operator, augmented assignment, builtins, comparisons."""

import math
import operator

from recorder import choice, sink_taint, taint_number


def operators():
    n = taint_number()
    sink_taint(n + 1)  # flow
    sink_taint(1 + n)  # flow
    sink_taint(n - 1)  # flow
    sink_taint(n * 2)  # flow
    sink_taint(n // 2)  # flow
    sink_taint(n % 1000)  # flow
    sink_taint(n**2)  # flow
    sink_taint(n << 1)  # flow
    sink_taint(n >> 1)  # flow
    sink_taint(n & 0xFFFF)  # flow
    sink_taint(n | 1)  # flow
    sink_taint(n ^ 1)  # flow
    sink_taint(-n)  # flow
    sink_taint(+n)  # flow
    sink_taint(~n)  # flow
    sink_taint(1 + 2)  # no flow
    sink_taint((n + 1) * 2 - 3)  # flow


def augmented():
    n = taint_number()
    m = 1
    m += n
    sink_taint(m)  # flow
    m = 1
    m <<= 2
    sink_taint(m)  # no flow
    m |= n
    sink_taint(m)  # flow
    cells = [1, 2]
    cells[0] += n
    sink_taint(cells[0])  # flow
    sink_taint(cells[1])  # no flow
    table = {"k": 1}
    table["k"] *= n
    sink_taint(table["k"])  # flow


def answers():
    n = taint_number()
    sink_taint(n == 1)  # no flow
    sink_taint(n < 1)  # no flow
    sink_taint(1 < n < 3)  # no flow
    sink_taint(not n)  # no flow
    sink_taint(n in [1, 2])  # no flow
    sink_taint(isinstance(n, int))  # no flow
    sink_taint(1 if n > 2 else 2)  # no flow


def builtins_():
    n = taint_number()
    sink_taint(abs(n))  # flow
    sink_taint(divmod(n, 10)[0])  # flow
    sink_taint(pow(n, 2))  # flow
    sink_taint(sum([1, n]))  # flow
    sink_taint(sum([1, 2]))  # no flow
    sink_taint(max(n, 1))  # flow
    sink_taint(max(1, 2))  # no flow
    sink_taint(str(n))  # flow
    sink_taint(f"{n:x}")  # flow
    sink_taint(int(n))  # flow
    sink_taint(operator.add(n, 1))  # flow
    sink_taint(operator.add(1, 2))  # no flow
    sink_taint(math.floor(2.5))  # no flow


def loops():
    total = 0
    for n in [1, taint_number()]:
        total += n
    sink_taint(total)  # flow
    count = 0
    for _ in [taint_number()]:
        count += 1
    sink_taint(count)  # no flow


def double(x):
    return x * 2


def through_calls():
    sink_taint(double(taint_number()))  # flow
    sink_taint(double(3))  # no flow
    sink_taint(list(map(double, [1, taint_number()]))[1])  # flow
    sink_taint(list(map(double, [1, taint_number()]))[0])  # no flow


def reset():
    n = taint_number()
    n = n * 0 if choice() else 5
    n = 7
    sink_taint(n)  # no flow


class Money:
    def __init__(self, amount):
        self.amount = amount

    def __add__(self, other):
        return Money(self.amount + other.amount)


def overloaded():
    sink_taint((Money(1) + Money(taint_number())).amount)  # flow
    sink_taint((Money(1) + Money(2)).amount)  # no flow


operators()
augmented()
answers()
builtins_()
loops()
through_calls()
reset()
overloaded()
