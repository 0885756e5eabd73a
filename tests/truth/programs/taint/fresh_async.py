"""asyncio: tasks, queues, futures and generators."""

import asyncio

from recorder import sink_taint, taint


async def give(value):
    await asyncio.sleep(0)
    return value


async def tasks():
    a, b = await asyncio.gather(give("x"), give(taint()))
    sink_taint(a)  # no flow
    sink_taint(b)  # flow
    t = asyncio.create_task(give(taint()))
    u = asyncio.ensure_future(give("x"))
    sink_taint(await t)  # flow
    sink_taint(await u)  # no flow
    sink_taint(t.result())  # flow
    sink_taint(await asyncio.wait_for(give(taint()), timeout=5))  # flow
    sink_taint(await asyncio.wait_for(give("x"), 5))  # no flow
    sink_taint(await asyncio.shield(give(taint())))  # flow
    results = await asyncio.gather(*[give(v) for v in ("x", taint())])
    sink_taint(results[0])  # no flow
    sink_taint(results[1])  # flow


async def waits():
    done, pending = await asyncio.wait([asyncio.create_task(give(taint()))])
    for task in done:
        sink_taint(task.result())  # flow
    for future in asyncio.as_completed([give("x")]):
        sink_taint(await future)  # no flow
    for future in asyncio.as_completed([give(taint())]):
        sink_taint(await future)  # flow


async def groups():
    async with asyncio.TaskGroup() as group:
        a = group.create_task(give(taint()))
        b = group.create_task(give("x"))
    sink_taint(a.result())  # flow
    sink_taint(b.result())  # no flow
    async with asyncio.timeout(5):
        sink_taint(await give(taint()))  # flow


async def queues():
    q = asyncio.Queue()
    await q.put(taint())
    p = asyncio.Queue()
    p.put_nowait("x")
    sink_taint(await q.get())  # flow
    sink_taint(await p.get())  # no flow

    async def producer(queue, value):
        await queue.put(value)

    await asyncio.gather(producer(q, taint()), producer(p, "x"))
    sink_taint(q.get_nowait())  # flow
    sink_taint(p.get_nowait())  # no flow


async def futures():
    loop = asyncio.get_running_loop()
    f = loop.create_future()
    g = loop.create_future()
    f.set_result(taint())
    g.set_result("x")
    sink_taint(await f)  # flow
    sink_taint(await g)  # no flow
    seen = []
    h = loop.create_future()
    h.add_done_callback(lambda done: seen.append(done.result()))
    h.set_result(taint())
    await asyncio.sleep(0)
    sink_taint(seen)  # flow
    loop.call_soon(seen.clear)
    await asyncio.sleep(0)
    kept = []
    loop.call_soon(kept.append, taint())
    await asyncio.sleep(0)
    sink_taint(kept)  # flow
    sink_taint(await loop.run_in_executor(None, str, taint()))  # flow
    sink_taint(await asyncio.to_thread(lambda v: "x", taint()))  # no flow
    sink_taint(await asyncio.to_thread(lambda v: v, taint()))  # flow


async def numbers(values):
    for value in values:
        yield value
        await asyncio.sleep(0)


class Ticker:
    def __init__(self, values):
        self.values = list(values)

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.values:
            raise StopAsyncIteration
        return self.values.pop(0)


async def iterations():
    async for value in numbers([taint()]):
        sink_taint(value)  # flow
    async for value in numbers(["x"]):
        sink_taint(value)  # no flow
    sink_taint([v async for v in numbers(["x", taint()])])  # flow
    sink_taint([v async for v in numbers([taint()]) if v == "x"])  # no flow
    sink_taint({k: v async for k, v in numbers([("a", taint())])}["a"])  # flow
    async for value in Ticker(["x"]):
        sink_taint(value)  # no flow
    async for value in Ticker([taint()]):
        sink_taint(value)  # flow
    g = numbers(["x", taint()])
    sink_taint(await anext(g))  # no flow
    sink_taint(await g.__anext__())  # flow


async def talks():
    got = "x"
    while True:
        got = yield got


async def sends():
    t = talks()
    await t.asend(None)
    sink_taint(await t.asend(taint()))  # flow
    sink_taint(await t.asend("y"))  # no flow


class Awaitable:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        yield from asyncio.sleep(0).__await__()
        return self.value


async def awaitables():
    sink_taint(await Awaitable(taint()))  # flow
    sink_taint(await Awaitable("x"))  # no flow
    coroutine = give(taint())
    other = coroutine
    sink_taint(await other)  # flow


async def failing(value):
    raise ValueError(value)


async def failures():
    try:
        await failing(taint())
    except ValueError as e:
        sink_taint(e.args[0])  # flow
    results = await asyncio.gather(failing("x"), give(taint()), return_exceptions=True)
    sink_taint(results[0].args[0])  # no flow
    sink_taint(results[1])  # flow
    task = asyncio.create_task(failing(taint()))
    await asyncio.wait([task])
    sink_taint(task.exception().args)  # flow


async def shared():
    box = ["x"]
    event = asyncio.Event()

    async def writer():
        box[0] = taint()
        event.set()

    async def reader():
        await event.wait()
        return box[0]

    _, seen = await asyncio.gather(writer(), reader())
    sink_taint(seen)  # flow
    lock = asyncio.Lock()
    async with lock:
        box[0] = "x"
    sink_taint(box[0])  # no flow


async def main():
    for part in (
        tasks, waits, groups, queues, futures, iterations, sends, awaitables, failures, shared,
    ):  # fmt: skip
        await part()
    return taint()


sink_taint(asyncio.run(main()))  # flow
