"""async and await, async for, async with, tasks, queues, threads, executors."""

import asyncio
import concurrent.futures
import queue
import threading
from contextlib import asynccontextmanager

from recorder import sink, source


async def fetch():
    await asyncio.sleep(0)
    return source()


async def clean():
    return "clean"


async def relay(x):
    return x


async def stream():
    yield "a"
    yield source()


class Session:
    def __init__(self, value):
        self.value = value

    async def __aenter__(self):
        return self.value

    async def __aexit__(self, *error):
        return False

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.value is None:
            raise StopAsyncIteration
        value, self.value = self.value, None
        return value


@asynccontextmanager
async def opened(value):
    yield value


async def awaited():
    sink(await fetch())  # flow
    sink(await clean())  # no flow
    sink(await relay(source()))  # flow
    sink(await relay("x"))  # no flow
    waiting = relay(source())
    sink(await waiting)  # flow


async def gathered():
    a, b = await asyncio.gather(clean(), fetch())
    sink(a)  # no flow
    sink(b)  # flow
    task = asyncio.create_task(relay(source()))
    sink(await task)  # flow
    sink(await asyncio.wait_for(clean(), 1))  # no flow
    sink(await asyncio.wait_for(fetch(), 1))  # flow


async def streams():
    async for item in stream():
        sink(item)  # flow
    made = [item async for item in stream()]
    sink(made[0])  # no flow
    sink(made[1])  # flow
    async for item in Session(source()):
        sink(item)  # flow
    async for item in Session("x"):
        sink(item)  # no flow


async def contexts():
    async with Session(source()) as value:
        sink(value)  # flow
    async with Session("x") as value:
        sink(value)  # no flow
    async with opened(source()) as value:
        sink(value)  # flow


async def ordered():
    box = {"value": "clean"}

    async def write():
        box["value"] = source()

    sink(box["value"])  # no flow
    await write()
    sink(box["value"])  # flow


async def queued():
    q = asyncio.Queue()
    await q.put(source())
    sink(await q.get())  # flow
    await q.put("x")
    sink(await q.get())  # no flow


def threads():
    box = []
    worker = threading.Thread(target=box.append, args=(source(),))
    worker.start()
    worker.join()
    sink(box[0])  # flow

    def body(a, b):
        box.append(b)

    other = threading.Thread(target=body, args=("a",), kwargs={"b": "clean"})
    other.start()
    other.join()
    sink(box[1])  # no flow


def executors():
    with concurrent.futures.ThreadPoolExecutor() as pool:
        sink(pool.submit(lambda x: x, source()).result())  # flow
        sink(pool.submit(lambda x: "x", source()).result())  # no flow
        for item in pool.map(lambda x: x, [source()]):
            sink(item)  # flow


def plain_queue():
    q = queue.Queue()
    q.put(source())
    sink(q.get())  # flow


asyncio.run(awaited())
asyncio.run(gathered())
asyncio.run(streams())
asyncio.run(contexts())
asyncio.run(ordered())
asyncio.run(queued())
sink(asyncio.run(fetch()))  # flow
sink(asyncio.run(clean()))  # no flow
threads()
executors()
plain_queue()
