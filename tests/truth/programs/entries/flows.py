"""The same abilities as elsewhere, each in the smallest form an entry point can have."""

import asyncio
import functools
import os

from recorder import choice, taint


def shell(o):
    os.system(o)  # flow


def quiet(o):
    os.system(o)  # no flow


def arguments(outside):
    def second(a, b):
        return b

    shell(second("x", outside))
    quiet(second(outside, "x"))
    shell(second(b=outside, a="x"))
    quiet(second(*[outside, "x"]))
    shell((lambda *a, **k: k["x"])(x=outside))
    quiet((lambda *a, **k: a[0])("x", x=outside))


def fields(outside):
    class Box:
        def __init__(self, a, b):
            self.a, self.b = a, b

    box = Box(outside, "x")
    shell(box.a)
    quiet(box.b)
    other = Box("x", outside)
    quiet(other.a)
    box.a = "x"
    quiet(box.a)


def containers(outside):
    items = ["x", outside]
    shell(items[1])
    quiet(items[0])
    shell(items[-1])
    items[1] = "x"
    quiet(items)
    table = {"k": {"v": [outside]}, "o": "x"}
    shell(table["k"]["v"][0])
    quiet(table["o"])
    shell(dict(a=outside)["a"])
    quiet(list({"a": outside}.keys())[0])


def paths(outside):
    value = "x"
    if 1 + 1 == 3:
        value = outside
    quiet(value)
    for _ in range(0):
        value = outside
    quiet(value)
    while True:
        if choice():
            break
        value = "y"
    quiet(value)
    try:
        raise KeyError(outside)
    except KeyError as error:
        shell(error.args[0])


def order(outside):
    value = outside
    value = "x"
    quiet(value)
    value = outside
    shell(value)


def asynchronous(outside):
    async def give(x):
        return x

    async def main():
        shell(await give(outside))
        quiet(await give("x"))
        first, second = await asyncio.gather(give("x"), give(outside))
        quiet(first)
        shell(second)

    asyncio.run(main())


def higher(outside):
    shell(functools.reduce(lambda a, b: a + b, ["x", outside]))
    quiet(functools.reduce(lambda a, b: a + b, ["x", "y"]))
    shell(list(map(str.upper, [outside]))[0])
    shell(functools.partial(lambda a, b: a, outside)("x"))
    quiet(functools.partial(lambda a, b: b, outside)("x"))
    shell(max([outside, "x"], key=len))


class Base:
    def convert(self, x):
        return x

    def run(self, x):
        shell(self.convert(x))


class Fixed(Base):
    def convert(self, x):
        return "fixed"

    def run(self, x):
        quiet(self.convert(x))


def classes(outside):
    Base().run(outside)
    Fixed().run(outside)
    for maker in (Base, Fixed):
        maker().run("x" if maker is Base else outside)


STATE = {"last": "x"}


def globals_(outside):
    quiet(STATE["last"])
    STATE["last"] = outside
    use()
    STATE["last"] = "x"
    quiet(STATE["last"])


def use():
    shell(STATE["last"])


def generators(outside):
    def parts():
        yield "x"
        yield outside

    for part in parts():
        os.system(part)  # flow
    first, second = parts()
    quiet(first)
    shell(second)


def operators(outside):
    shell(outside + "x")
    shell(outside * 2)
    shell(outside[1:])
    shell(outside or "x")
    quiet(str(outside == "x"))
    quiet(str(not outside))
    quiet("x" if outside else "y")
    text = "x"
    text += outside
    shell(text)
    shell(f"{outside!r:>10}")
    shell(outside.encode().decode())
    shell(bytes(outside, "utf-8"))


if __name__ == "__main__":
    given = taint()
    for entry in (arguments, fields, containers, paths, order, asynchronous):
        entry(given)
    for entry in (higher, classes, globals_, generators, operators):
        entry(given)
