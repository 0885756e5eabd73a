"""Generators, coroutines and threads."""

import asyncio
import concurrent.futures
import queue
import threading

from recorder import choice, sink_taint, taint


def some():
    yield "a"
    yield taint()
    yield "c"


def echo():
    got = None
    while True:
        got = yield got


def collecting(into):
    while True:
        into.append((yield))


def delegating():
    result = yield from inner()
    yield result


def inner():
    yield "x"
    return taint()


def filtered(values):
    for v in values:
        if v != "a":
            yield v


def mapped(values, function):
    for v in values:
        yield function(v)


def tree(depth):
    if depth == 0:
        yield taint()
    else:
        yield "x"
        yield from tree(depth - 1)


def endless():
    n = 0
    while True:
        yield taint() if n == 1 else "x"
        n += 1


def closing(log):
    try:
        yield "a"
    finally:
        log.append(taint())


def generators():
    g = some()
    sink_taint(next(g))  # no flow
    sink_taint(next(g))  # flow
    sink_taint(next(g))  # no flow
    a, b, c = some()
    sink_taint(a)  # no flow
    sink_taint(b)  # flow
    sink_taint(list(some())[2])  # no flow
    for v in some():
        sink_taint(v)  # flow
    e = echo()
    next(e)
    sink_taint(e.send(taint()))  # flow
    sink_taint(e.send("x"))  # no flow
    box = []
    c = collecting(box)
    next(c)
    c.send("x")
    c.send(taint())
    sink_taint(box[0])  # no flow
    sink_taint(box[1])  # flow
    d = delegating()
    sink_taint(next(d))  # no flow
    sink_taint(next(d))  # flow
    sink_taint(list(filtered(some()))[0])  # flow
    sink_taint(list(filtered(some()))[1])  # no flow SPURIOUS
    sink_taint(list(mapped(some(), lambda v: "x")))  # no flow
    sink_taint(list(mapped(["x"], lambda v: taint())))  # flow
    sink_taint(list(tree(2))[0])  # no flow
    sink_taint(list(tree(2))[2])  # flow
    n = endless()
    sink_taint(next(n))  # no flow
    sink_taint(next(n))  # flow
    log = []
    for _ in closing(log):
        sink_taint(log)  # no flow SPURIOUS
    sink_taint(log)  # flow
    x = (v for v in ["a", taint()])
    sink_taint(next(x))  # no flow
    sink_taint(next(x))  # flow
    sink_taint("".join(v for v in some()))  # flow
    sink_taint(sum(1 for _ in some()))  # no flow
    sink_taint(next((v for v in some() if v != "a"), "x"))  # flow
    sink_taint(next((v for v in some() if v == "zz"), "x"))  # no flow
    first, *rest = some()
    sink_taint(first)  # no flow
    sink_taint(rest[0])  # flow
    try:
        done = inner()
        next(done)
        next(done)
    except StopIteration as stop:
        sink_taint(stop.value)  # flow


class Rows:
    def __init__(self, rows):
        self.rows = rows

    def __iter__(self):
        for row in self.rows:
            yield row


class Steps:
    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.n += 1
        if self.n > 3:
            raise StopIteration
        return taint() if self.n == 2 else "x"


class Old:
    def __getitem__(self, i):
        if i > 2:
            raise IndexError
        return taint() if i == 1 else "x"


def iterables():
    rows = Rows(["x", taint()])
    sink_taint(list(rows)[0])  # no flow
    sink_taint(list(rows)[1])  # flow
    a, b = rows
    sink_taint(b)  # flow
    steps = list(Steps())
    sink_taint(steps[0])  # no flow
    sink_taint(steps[1])  # flow
    for v in Old():
        sink_taint(v)  # flow
    sink_taint([v for v in Rows(["x"])])  # no flow
    sink_taint(dict(Rows([("k", taint()), ("j", "x")]))["k"])  # flow
    sink_taint(dict(Rows([("k", taint()), ("j", "x")]))["j"])  # no flow


async def give(v):
    return v


async def later(v):
    await asyncio.sleep(0)
    return await give(v)


async def agen():
    yield "a"
    yield taint()


class AM:
    def __init__(self, v):
        self.v = v

    async def __aenter__(self):
        return self.v

    async def __aexit__(self, *e):
        return False

    def __aiter__(self):
        self.left = [self.v, "x"]
        return self

    async def __anext__(self):
        if not self.left:
            raise StopAsyncIteration
        return self.left.pop(0)

    def __await__(self):
        yield from ()
        return self.v


async def coroutines():
    sink_taint(await give(taint()))  # flow
    sink_taint(await give("x"))  # no flow
    sink_taint(await later(taint()))  # flow
    a, b = await asyncio.gather(give(taint()), give("x"))
    sink_taint(a)  # flow
    sink_taint(b)  # no flow
    t = asyncio.create_task(later(taint()))
    sink_taint(await t)  # flow
    sink_taint(t.result())  # flow
    sink_taint(await asyncio.wait_for(later("x"), 5))  # no flow
    sink_taint(await asyncio.wait_for(later(taint()), 5))  # flow
    found = [v async for v in agen()]
    sink_taint(found[0])  # no flow
    sink_taint(found[1])  # flow
    async for v in agen():
        sink_taint(v)  # flow
    async with AM(taint()) as m:
        sink_taint(m)  # flow
    async with AM("x") as m:
        sink_taint(m)  # no flow
    async for v in AM("y"):
        sink_taint(v)  # no flow
    sink_taint(await AM(taint()))  # flow
    q = asyncio.Queue()
    await q.put(taint())
    sink_taint(await q.get())  # flow
    f = asyncio.get_running_loop().create_future()
    f.set_result(taint())
    sink_taint(await f)  # flow
    sink_taint(await asyncio.to_thread(lambda v: v, taint()))  # flow
    async with asyncio.TaskGroup() as tg:
        one = tg.create_task(give(taint()))
        two = tg.create_task(give("x"))
    sink_taint(one.result())  # flow
    sink_taint(two.result())  # no flow
    for done in asyncio.as_completed([give(taint())]):
        sink_taint(await done)  # flow
    box = []
    loop = asyncio.get_running_loop()
    loop.call_soon(box.append, taint())
    await asyncio.sleep(0)
    sink_taint(box[0])  # flow
    awaitable = give(taint())
    sink_taint(await awaitable)  # flow
    async with asyncio.Lock():
        sink_taint(await give("x"))  # no flow


class Worker(threading.Thread):
    def __init__(self, value):
        super().__init__()
        self.value = value
        self.result = ""

    def run(self):
        self.result = self.value


def threads():
    box = []
    t = threading.Thread(target=box.append, args=(taint(),))
    sink_taint(box)  # no flow
    t.start()
    t.join()
    sink_taint(box[0])  # flow
    w = Worker(taint())
    w.start()
    w.join()
    sink_taint(w.result)  # flow
    w = Worker("x")
    w.start()
    w.join()
    sink_taint(w.result)  # no flow
    with concurrent.futures.ThreadPoolExecutor() as pool:
        sink_taint(pool.submit(lambda v: v, taint()).result())  # flow
        sink_taint(pool.submit(lambda v: v, "x").result())  # no flow
        sink_taint(list(pool.map(lambda v: v, ["x", taint()]))[1])  # flow
        sink_taint(list(pool.map(lambda v: v, ["x", taint()]))[0])  # no flow
        futures = {pool.submit(lambda v: v, taint()): "name"}
        for f in concurrent.futures.as_completed(futures):
            sink_taint(f.result())  # flow
            sink_taint(futures[f])  # no flow
        got = []
        pool.submit(lambda: taint()).add_done_callback(lambda f: got.append(f.result()))
    sink_taint(got[0])  # flow
    q = queue.Queue()
    threading.Thread(target=lambda: q.put(taint())).start()
    sink_taint(q.get())  # flow
    timer = threading.Timer(0, box.append, [taint()])
    timer.start()
    timer.join()
    sink_taint(box[1])  # flow
    local = threading.local()
    local.v = taint()
    sink_taint(local.v)  # flow
    lock = threading.Lock()
    with lock:
        sink_taint("x")  # no flow


generators()
iterables()
asyncio.run(coroutines())
threads()
