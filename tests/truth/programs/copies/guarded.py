"""Guards whose outcome travels: helpers, names, fields, methods, filters, every way of leaving."""

from dataclasses import dataclass

from recorder import choice, number, sink, source, valid
from recorder import valid as approved


def pick():
    return source() if choice() else "clean"


def helper(x):
    return valid(x)


def helper_of_helper(x):
    return helper(x)


def helper_branch(x):
    if valid(x):
        return True
    return False


def helper_early(x):
    if not valid(x):
        return False
    return True


def helper_else(x):
    if valid(x):
        result = True
    else:
        result = False
    return result


def helper_and(x, flag):
    return flag and valid(x)


def helper_or(x, flag):
    return flag or valid(x)


def helper_ternary(x):
    return True if valid(x) else False


def helper_inverse(x):
    return not helper(x)


def helper_second(_x, y):
    return valid(y)


def helper_none(x):
    if valid(x):
        return x
    return None


def helper_always(x):
    valid(x)
    return True


def helper_rebinds(x):
    x = "clean"
    return valid(x)


def helper_loop(x):
    while True:
        if valid(x):
            return True
        if choice():
            return False


def helper_try(x):
    try:
        return valid(x)
    finally:
        number()


def helper_raises_late(x):
    ok = valid(x)
    if not ok:
        raise ValueError
    return "ok"


def through_helpers():
    a = pick()
    if helper(a):
        sink(a)  # no flow
    else:
        sink(a)  # flow
    if helper_of_helper(a):
        sink(a)  # no flow
    if helper_branch(a):
        sink(a)  # no flow
    if helper_early(a):
        sink(a)  # no flow
    else:
        sink(a)  # flow
    if helper_else(a):
        sink(a)  # no flow
    if helper_and(a, choice()):
        sink(a)  # no flow
    if helper_or(a, choice()):
        sink(a)  # flow
    if helper_ternary(a):
        sink(a)  # no flow
    if helper_inverse(a):
        sink(a)  # flow
    else:
        sink(a)  # no flow
    if helper_loop(a):
        sink(a)  # no flow
    if helper_try(a):
        sink(a)  # no flow
    if helper_always(a):
        sink(a)  # flow
    if helper_rebinds(a):
        sink(a)  # flow
    if helper_none(a):
        sink(a)  # no flow
    if helper_none(a) is None:
        sink(a)  # flow


def which_argument():
    a = pick()
    b = pick()
    if helper_second(a, b):
        sink(a)  # flow
        sink(b)  # no flow
    if helper_second(b, a):
        sink(a)  # no flow
        sink(b)  # flow
    if helper_second(y=a, _x=b):
        sink(a)  # no flow
        sink(b)  # flow
    if helper(a) and helper(b):
        sink(a)  # no flow
        sink(b)  # no flow
    if helper(a) or helper(b):
        sink(a)  # flow
        sink(b)  # flow


def same_arguments():
    a = source()
    b = pick()
    first = helper(b)
    second = helper(a)
    if first:
        sink(b)  # no flow
        sink(a)  # flow
    if second:
        sink(a)  # no flow DEAD


def stored():
    a = pick()
    ok = valid(a)
    if ok:
        sink(a)  # no flow
    if not ok:
        sink(a)  # flow
    bad = not ok
    if bad:
        sink(a)  # flow
    else:
        sink(a)  # no flow
    both = ok and choice()
    if both:
        sink(a)  # no flow
    either = ok or choice()
    if either:
        sink(a)  # flow
    again = ok
    if again:
        sink(a)  # no flow
    if ok is True:
        sink(a)  # no flow
    if ok == False:  # noqa: E712
        sink(a)  # flow
    if bool(ok):
        sink(a)  # no flow
    a = source()
    if ok:
        sink(a)  # flow


def stored_elsewhere():
    a = pick()
    state = {"ok": valid(a)}
    if state["ok"]:
        sink(a)  # no flow
    else:
        sink(a)  # flow
    answers = [valid(a), True]
    if answers[0]:
        sink(a)  # no flow
    if answers[1]:
        sink(a)  # flow
    ok, other = valid(a), choice()
    if ok:
        sink(a)  # no flow
    if other:
        sink(a)  # flow


class Checker:
    def __init__(self, value):
        self.value = value
        self.ok = valid(value)

    def fine(self):
        return valid(self.value)

    def require(self):
        if not valid(self.value):
            raise ValueError

    @property
    def good(self):
        return valid(self.value)

    @staticmethod
    def judge(x):
        return valid(x)

    @classmethod
    def judged(cls, x):
        return cls.judge(x)

    def __bool__(self):
        return valid(self.value)


def in_objects():
    box = Checker(pick())
    if box.fine():
        sink(box.value)  # no flow
    else:
        sink(box.value)  # flow
    if box.ok:
        sink(box.value)  # no flow
    if box.good:
        sink(box.value)  # no flow
    if not box.good:
        sink(box.value)  # flow
    if box:
        sink(box.value)  # no flow
    a = pick()
    if Checker.judge(a):
        sink(a)  # no flow
    if Checker.judged(a):
        sink(a)  # no flow
    if box.judge(a):
        sink(a)  # no flow
        sink(box.value)  # flow


def required_object():
    box = Checker(pick())
    box.require()
    sink(box.value)  # no flow
    box.value = source()
    sink(box.value)  # flow


def other_object():
    one = Checker(pick())
    two = Checker(pick())
    if one.fine():
        sink(one.value)  # no flow
        sink(two.value)  # flow
    same = one
    if one.fine():
        sink(same.value)  # no flow


@dataclass
class Record:
    left: str
    right: str


def in_fields():
    record = Record(pick(), pick())
    if valid(record.left):
        sink(record.left)  # no flow
        sink(record.right)  # flow
    if not valid(record.right):
        return
    sink(record.right)  # no flow
    sink(record.left)  # flow
    record.right = source()
    sink(record.right)  # flow


def in_containers():
    row = [pick(), pick()]
    if valid(row[0]):
        sink(row[0])  # no flow
        sink(row[1])  # flow
    table = {"a": pick(), "b": pick()}
    if valid(table["a"]):
        sink(table["a"])  # no flow
        sink(table["b"])  # flow
        table["a"] = source()
        sink(table["a"])  # flow
    for key in table:
        if valid(table[key]):
            continue
        sink(table[key])  # flow


def aliased():
    a = pick()
    b = a
    if valid(b):
        sink(a)  # no flow
    c = pick()
    d = pick()
    if valid(c):
        sink(d)  # flow
    e = [a]
    if valid(e[0]):
        sink(a)  # no flow


def requirement(x):
    if not valid(x):
        raise ValueError(x)


def asserted(x):
    assert valid(x)


def half_required(x):
    if choice():
        requirement(x)


def required():
    a = pick()
    requirement(a)
    sink(a)  # no flow


def required_by_assert():
    a = pick()
    asserted(a)
    sink(a)  # no flow


def half():
    a = pick()
    half_required(a)
    sink(a)  # flow


def late():
    a = pick()
    helper_raises_late(a)
    sink(a)  # no flow


def required_in_try():
    a = pick()
    try:
        requirement(a)
        sink(a)  # no flow
    except ValueError:
        sink(a)  # flow
    sink(a)  # flow


def required_or_left():
    a = pick()
    try:
        requirement(a)
    except ValueError:
        return
    sink(a)  # no flow


def required_else():
    a = pick()
    try:
        requirement(a)
    except ValueError:
        a = "clean"
    else:
        sink(a)  # no flow
    sink(a)  # no flow


def in_loops():
    for item in [pick(), pick(), "x"]:
        if not helper(item):
            continue
        sink(item)  # no flow
    items = [pick() for _ in range(number())]
    for item in items:
        if helper(item):
            sink(item)  # no flow
        else:
            sink(item)  # flow
    last = "clean"
    for item in items:
        if valid(item):
            sink(last)  # flow
        last = item
    a = pick()
    while not valid(a):
        sink(a)  # flow
        a = pick()
    sink(a)  # no flow
    b = pick()
    while valid(b):
        sink(b)  # no flow
        b = pick()
    sink(b)  # flow
    while True:
        c = pick()
        if valid(c):
            break
    sink(c)  # no flow


def in_expressions():
    a = pick()
    sink(a if valid(a) else "clean")  # no flow
    sink("clean" if valid(a) else a)  # flow
    sink(a if not helper(a) else "clean")  # flow
    sink(helper(a) and a)  # no flow
    sink(not helper(a) or a)  # no flow
    sink(not helper(a) and a)  # flow
    ok = helper(a) if choice() else False
    if ok:
        sink(a)  # no flow
    unsure = helper(a) if choice() else True
    if unsure:
        sink(a)  # flow
    if (good := helper(a)) and choice():
        sink(a)  # no flow
    if good:
        sink(a)  # no flow
    if valid(b := pick()):
        sink(b)  # no flow
    else:
        sink(b)  # flow


def in_filters():
    items = ["a", pick(), pick()]
    for item in [x for x in items if helper(x)]:
        sink(item)  # no flow
    for item in [x for x in items if not helper(x)]:
        sink(item)  # flow
    for item in [x for x in items if choice() and valid(x)]:
        sink(item)  # no flow
    for item in (x for x in items if valid(x)):
        sink(item)  # no flow
    for item in {x: x for x in items if valid(x)}:
        sink(item)  # no flow
    for item in filter(valid, items):
        sink(item)  # no flow
    for item in filter(helper, items):
        sink(item)  # no flow
    for item in filter(lambda x: valid(x), items):
        sink(item)  # no flow
    for item in filter(lambda x: not valid(x), items):
        sink(item)  # flow
    [valid(x) for x in items]
    for item in items:
        sink(item)  # flow


def in_match():
    a = pick()
    match a:
        case str() if helper(a):
            sink(a)  # no flow
        case _:
            sink(a)  # flow
    match number():
        case 0 if valid(a):
            sink(a)  # no flow
        case 1:
            sink(a)  # flow
    match pick():
        case x if valid(x):
            sink(x)  # no flow
        case y:
            sink(y)  # flow


def named_otherwise():
    a = pick()
    if approved(a):
        sink(a)  # no flow
    check = valid
    if check(a):
        sink(a)  # no flow
    checks = {"v": valid, "h": helper}
    if checks["v"](a):
        sink(a)  # no flow
    if checks["h"](a):
        sink(a)  # no flow
    if (lambda x: valid(x))(a):
        sink(a)  # no flow


def callee(x, ok):
    if ok:
        sink(x)  # no flow
    else:
        sink(x)  # flow


def handed_on():
    a = pick()
    callee(a, valid(a))
    callee("clean", choice())


def nested():
    a = pick()
    b = pick()
    if valid(a):
        if valid(b):
            sink(b)  # no flow
        else:
            sink(b)  # flow
            sink(a)  # no flow
    elif valid(b):
        sink(a)  # flow
        sink(b)  # no flow
    if choice():
        requirement(a)
    else:
        requirement(a)
    sink(a)  # no flow
    sink(b)  # flow


ALLOWED = ("clean", "fine")


def by_membership():
    a = pick()
    if a in ALLOWED:
        sink(a)  # no flow
    else:
        sink(a)  # flow
    if a not in ALLOWED:
        sink(a)  # flow
        return
    sink(a)  # no flow


def by_method():
    a = source() if choice() else "7"
    if a.isdigit():
        sink(a)  # no flow
    else:
        sink(a)  # flow
    b = source() if choice() else "7"
    if b.isdigit() or a.isdigit():
        sink(a)  # flow


def by_method_of_field():
    record = Record(source() if choice() else "7", "1")
    if not record.left.isdigit():
        sink(record.left)  # flow
        return
    sink(record.left)  # no flow


def run(function):
    try:
        function()
    except (ValueError, AssertionError):
        pass


through_helpers()
which_argument()
same_arguments()
stored()
stored_elsewhere()
in_objects()
run(required_object)
other_object()
in_fields()
in_containers()
aliased()
run(required)
run(required_by_assert)
run(half)
run(late)
required_in_try()
required_or_left()
required_else()
in_loops()
in_expressions()
in_filters()
in_match()
named_otherwise()
handed_on()
run(nested)
by_membership()
by_method()
by_method_of_field()
