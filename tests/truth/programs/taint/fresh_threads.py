"""Threads, pools, queues, context variables and weak references."""

import concurrent.futures
import contextvars
import queue
import sched
import threading
import weakref

from recorder import sink_taint, taint


def threads():
    got, clean = [], []

    def work(into, value="x"):
        into.append(value)

    t = threading.Thread(target=work, args=(got, taint()))
    u = threading.Thread(target=work, args=(clean,), kwargs={"value": "y"})
    t.start()
    u.start()
    t.join()
    u.join()
    sink_taint(got)  # flow
    sink_taint(clean)  # no flow


class Worker(threading.Thread):
    def __init__(self, value):
        super().__init__()
        self.value = value
        self.result = None
        self.other = "x"

    def run(self):
        self.result = self.value


def subclasses():
    w = Worker(taint())
    sink_taint(w.result)  # no flow
    w.start()
    w.join()
    sink_taint(w.result)  # flow
    sink_taint(w.other)  # no flow


def queues():
    q = queue.Queue()
    q.put("x")
    sink_taint(q.get())  # no flow
    q.put(taint())
    sink_taint(q.get_nowait())  # flow
    l = queue.LifoQueue()
    l.put(taint())
    l.put("x")
    sink_taint(l.get())  # no flow
    sink_taint(l.get())  # flow
    p = queue.PriorityQueue()
    p.put((1, taint()))
    n, value = p.get()
    sink_taint(n)  # no flow
    sink_taint(value)  # flow


def through_queues():
    inbox, outbox = queue.Queue(), queue.Queue()

    def serve():
        while True:
            item = inbox.get()
            if item is None:
                break
            outbox.put(item)

    t = threading.Thread(target=serve, daemon=True)
    t.start()
    inbox.put(taint())
    inbox.put(None)
    t.join()
    sink_taint(outbox.get())  # flow


def pools():
    with concurrent.futures.ThreadPoolExecutor() as pool:
        f = pool.submit(lambda v: v, taint())
        g = pool.submit(lambda v: "x", taint())
        sink_taint(f.result())  # flow
        sink_taint(g.result())  # no flow
        sink_taint(list(pool.map(lambda v: v, ["x"])))  # no flow
        sink_taint(list(pool.map(lambda a, b: b, ["x"], [taint()])))  # flow
        for done in concurrent.futures.as_completed([f]):
            sink_taint(done.result())  # flow
        table = {pool.submit(str, taint()): "x"}
        for future in concurrent.futures.as_completed(table):
            sink_taint(table[future])  # no flow
            sink_taint(future.result(timeout=3))  # flow
        seen = []
        h = pool.submit(str, taint())
        h.add_done_callback(lambda future: seen.append(future.result()))
    sink_taint(seen)  # flow


def timers():
    got = []
    t = threading.Timer(0, got.append, [taint()])
    sink_taint(got)  # no flow
    t.start()
    t.join()
    sink_taint(got)  # flow
    done = []
    s = sched.scheduler()
    s.enter(0, 1, done.append, (taint(),))
    s.run()
    sink_taint(done)  # flow


local = threading.local()


def locals_():
    local.value = taint()
    local.other = "x"
    sink_taint(local.value)  # flow
    sink_taint(local.other)  # no flow
    lock = threading.Lock()
    with lock:
        local.value = "y"
    sink_taint(local.value)  # no flow


var = contextvars.ContextVar("var", default="x")
hot = contextvars.ContextVar("hot", default=taint())


def variables():
    sink_taint(var.get())  # no flow
    sink_taint(hot.get())  # flow
    token = var.set(taint())
    sink_taint(var.get())  # flow
    var.reset(token)
    sink_taint(var.get())  # no flow
    context = contextvars.copy_context()
    sink_taint(context.run(lambda v: v, taint()))  # flow
    context.run(var.set, taint())
    sink_taint(var.get())  # no flow
    sink_taint(context[var])  # flow MISSING


class Thing:
    def __init__(self, v):
        self.v = v

    def method(self):
        return self.v


def weak():
    thing, clean = Thing(taint()), Thing("x")
    sink_taint(weakref.ref(thing)().v)  # flow
    sink_taint(weakref.ref(clean)().v)  # no flow
    sink_taint(weakref.proxy(thing).v)  # flow
    sink_taint(weakref.WeakMethod(thing.method)()())  # flow
    table = weakref.WeakValueDictionary()
    table["a"], table["b"] = thing, clean
    sink_taint(table["a"].v)  # flow
    sink_taint(table["b"].v)  # no flow
    keyed = weakref.WeakKeyDictionary()
    keyed[thing] = "x"
    keyed[clean] = taint()
    sink_taint(keyed[thing])  # no flow
    sink_taint(keyed[clean])  # flow


for run in (
    threads, subclasses, queues, through_queues, pools, timers, locals_, variables, weak,
):  # fmt: skip
    run()
