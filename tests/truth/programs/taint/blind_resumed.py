"""Generators, coroutines, context managers, exceptions: control that leaves and comes back."""

import asyncio
import contextlib

from recorder import choice, sink_taint, taint


def numbers(src):
    yield "a"
    yield src
    yield "c"


def positions(src):
    stream = numbers(src)
    sink_taint(next(stream))  # no flow
    sink_taint(next(stream))  # flow
    sink_taint(next(stream))  # no flow
    sink_taint(next(stream, "end"))  # no flow
    first, second, _ = numbers(src)
    sink_taint(first)  # no flow
    sink_taint(second)  # flow


def echo():
    received = yield "ready"
    while received is not None:
        received = yield received


def sending(src):
    stream = echo()
    next(stream)
    sink_taint(stream.send(src))  # flow
    sink_taint(stream.send("x"))  # no flow


def delegating(src):
    result = yield from returning(src)
    yield result


def returning(src):
    yield "inner"
    return src


def delegated(src):
    stream = delegating(src)
    sink_taint(next(stream))  # no flow
    sink_taint(next(stream))  # flow


def stop_value(src):
    stream = returning(src)
    try:
        while True:
            sink_taint(next(stream))  # no flow
    except StopIteration as stop:
        sink_taint(stop.value)  # flow


def pipeline(src):
    lines = (line.strip() for line in ["a", src])
    marked = (line + "!" for line in lines)
    kept = [line for line in marked if line != "a!"]
    sink_taint(kept)  # flow
    fixed = ("x" for _ in [src])
    sink_taint(list(fixed))  # no flow


def throwing(src):
    def guarded():
        try:
            yield "start"
        except ValueError as error:
            yield error.args[0]

    stream = guarded()
    next(stream)
    sink_taint(stream.throw(ValueError(src)))  # flow


class Countdown:
    def __init__(self, items):
        self.items = items
        self.position = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.position >= len(self.items):
            raise StopIteration
        item = self.items[self.position]
        self.position += 1
        return item


class ByIndex:
    def __init__(self, items):
        self.items = items

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        if index >= 2:
            raise IndexError(index)
        return self.items[index]


def iterators(src):
    sink_taint(list(Countdown(["a", src])))  # flow
    for item in Countdown(["a", "b"]):
        sink_taint(item)  # no flow
    for item in ByIndex(["a", src]):
        sink_taint(item)  # flow
    sink_taint(list(ByIndex(["a", "b", src])))  # no flow


async def fetch(value):
    await asyncio.sleep(0)
    return value


async def stream(values):
    for value in values:
        yield value


class Session:
    def __init__(self, value):
        self.value = value

    async def __aenter__(self):
        return self.value

    async def __aexit__(self, *rest):
        self.value = "closed"


async def asynchronous(src):
    sink_taint(await fetch(src))  # flow
    first, second = await asyncio.gather(fetch("a"), fetch(src))
    sink_taint(first)  # no flow
    sink_taint(second)  # flow
    task = asyncio.create_task(fetch(src))
    sink_taint(await task)  # flow
    async for value in stream(["x", src]):
        sink_taint(value)  # flow
    sink_taint([v async for v in stream(["a", "b"])])  # no flow
    session = Session(src)
    async with session as value:
        sink_taint(value)  # flow
    sink_taint(session.value)  # no flow
    line = asyncio.Queue()
    await line.put(src)
    sink_taint(await line.get())  # flow
    sink_taint(await asyncio.wait_for(fetch("x"), 1))  # no flow
    loop = asyncio.get_running_loop()
    sink_taint(await loop.run_in_executor(None, str.upper, src))  # flow
    future = loop.create_future()
    future.set_result(src)
    sink_taint(await future)  # flow
    sink_taint(await asyncio.to_thread(lambda a: "x", src))  # no flow


@contextlib.contextmanager
def opened(value):
    box = [value]
    try:
        yield box
    finally:
        box[0] = "closed"


class Suppressing:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is not None:
            self.seen = error.args[0]
        return True


def contexts(src):
    with opened(src) as box:
        sink_taint(box[0])  # flow
    sink_taint(box[0])  # no flow
    with opened("x") as first, opened(src) as second:
        sink_taint(first)  # no flow
        sink_taint(second)  # flow
    with Suppressing() as guard:
        raise RuntimeError(src)
    sink_taint(guard.seen)  # flow
    value = "clean"
    with contextlib.suppress(KeyError):
        {}["missing"]
        value = src
    sink_taint(value)  # no flow
    with contextlib.ExitStack() as stack:
        entered = stack.enter_context(opened(src))
        sink_taint(entered)  # flow
        seen = []
        stack.callback(seen.append, src)
        sink_taint(seen)  # no flow
    sink_taint(seen)  # flow
    with contextlib.nullcontext(src) as same:
        sink_taint(same)  # flow
    output = __import__("io").StringIO()
    with contextlib.redirect_stdout(output):
        print(src, end="")
    sink_taint(output.getvalue())  # flow


class Refused(Exception):
    def __init__(self, reason, code="0"):
        super().__init__(reason)
        self.code = code


class Special(Refused):
    pass


def refuse(reason, code):
    raise Special(reason, code=code)


def exceptions(src):
    try:
        refuse("r", src)
    except KeyError as error:
        sink_taint(error.args)  # no flow DEAD
    except Refused as error:
        sink_taint(error.code)  # flow
        sink_taint(error.args[0])  # no flow
        sink_taint(str(error))  # no flow
    try:
        try:
            refuse(src, "c")
        except Special as inner:
            raise ValueError("outer") from inner
    except ValueError as error:
        sink_taint(str(error))  # no flow
        sink_taint(str(error.__cause__))  # flow
        sink_taint(error.__cause__.code)  # no flow
    value = "before"
    try:
        value = src
        refuse("r", "c")
        value = "after"
    except Exception:
        sink_taint(value)  # flow
    try:
        raise KeyError("k") if src else ValueError(src)
    except (KeyError, TypeError) as error:
        sink_taint(error.args[0])  # no flow
    try:
        {}[src]
    except KeyError as error:
        sink_taint(error.args[0])  # flow
    try:
        raise ExceptionGroup("g", [ValueError(src), TypeError("x")])
    except* TypeError as group:
        sink_taint(group.exceptions[0].args[0])  # no flow
    except* ValueError as group:
        sink_taint(group.exceptions[0].args[0])  # flow


def reraised(src):
    kept = None
    for text in ["a", src]:
        try:
            if text == "a":
                continue
            raise ValueError(text)
        except ValueError as error:
            kept = error
        finally:
            last = text
    sink_taint(str(kept))  # flow
    sink_taint(last)  # flow


def matching(src):
    def handle(command):
        match command:
            case ["go", where]:
                return where
            case ["look", *rest]:
                return rest
            case {"kind": "move", "to": target, **others}:
                return target, others
            case str() as text if text == "skip":
                return "skip"
            case str(text):
                return text
            case (Session(value=inner), _):
                return inner
            case None | 0:
                return src
            case _:
                return "unknown"

    sink_taint(handle(["go", src]))  # flow
    sink_taint(handle([src, "x"]))  # no flow SPURIOUS
    sink_taint(handle(["look", src]))  # flow
    sink_taint(handle({"kind": "move", "to": src, "z": "x"})[0])  # flow
    sink_taint(handle({"kind": "move", "to": src, "z": "x"})[1])  # no flow
    sink_taint(handle({"kind": "stay", "to": src}))  # no flow
    sink_taint(handle("skip"))  # no flow
    sink_taint(handle(src))  # flow
    sink_taint(handle((Session(src), 1)))  # flow
    sink_taint(handle((Session("x"), src)))  # no flow
    sink_taint(handle(0))  # flow
    sink_taint(handle(5))  # no flow


def unpackings(src):
    (a, b), c = ("a", src), "c"
    sink_taint(a)  # no flow
    sink_taint(b)  # flow
    first, *middle, last = ["a", src, "c", "d"]
    sink_taint(middle)  # flow
    sink_taint(last)  # no flow
    sink_taint(middle[1])  # no flow
    [*all_] = ("a", "b")
    sink_taint(all_)  # no flow
    merged = {**{"a": src}, "a": "x"}
    sink_taint(merged["a"])  # no flow
    merged = {**{"a": "x"}, **{"a": src}}
    sink_taint(merged["a"])  # flow
    sink_taint(({"a": src} | {"a": "x"})["a"])  # no flow
    sink_taint([*["a"], src, *("c",)][1])  # flow
    sink_taint([*["a"], src, *("c",)][2])  # no flow
    for index, (key, value) in enumerate({"k": src}.items()):
        sink_taint(key)  # no flow
        sink_taint(value)  # flow
    x = y = src
    x = "x"
    sink_taint(y)  # flow
    sink_taint(x)  # no flow
    items = [0, 1, 2, 3]
    items[1:3] = [src]
    sink_taint(items[1])  # flow
    sink_taint(items[2])  # no flow
    sink_taint(items[::-1][1])  # flow
    sink_taint(items[::2])  # no flow
    index = 0
    index, items[index] = 1, src
    sink_taint(items[1])  # flow
    sink_taint(items[0])  # no flow


def comprehensions(src):
    sink_taint({k: v for k, v in [("a", src), ("b", "x")]}["b"])  # no flow
    sink_taint({k: v for k, v in [("a", src), ("b", "x")]}["a"])  # flow
    sink_taint([y for x in [["a"], [src]] for y in x][0])  # no flow
    sink_taint([y for x in [["a"], [src]] for y in x][1])  # flow
    sink_taint(list({v: k for k, v in {"a": src}.items()}))  # flow
    sink_taint({v: k for k, v in {"a": src}.items()}[src])  # no flow
    sink_taint([x for x in ["a", src] if x == "a"])  # no flow
    src_of = [src for src in ["shadow"]]
    sink_taint(src_of)  # no flow
    sink_taint(src)  # flow
    sink_taint({x for x in ("a", src)})  # flow
    sink_taint(any(x for x in [src]))  # no flow


positions(taint())
sending(taint())
delegated(taint())
stop_value(taint())
pipeline(taint())
throwing(taint())
iterators(taint())
asyncio.run(asynchronous(taint()))
contexts(taint())
exceptions(taint())
reraised(taint())
matching(taint())
unpackings(taint())
comprehensions(taint())
