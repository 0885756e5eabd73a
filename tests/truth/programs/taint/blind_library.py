"""The standard library between source and sink."""

import argparse
import base64
import binascii
import bisect
import collections
import concurrent.futures
import configparser
import contextvars
import copy
import csv
import datetime
import heapq
import html
import io
import itertools
import json
import os
import pathlib
import pickle
import queue
import re
import shlex
import string
import struct
import tempfile
import textwrap
import threading
import types
import urllib.parse
import zlib
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque
from string import Template

from recorder import choice, sink_taint, taint


def json_(src):
    text = json.dumps({"a": src, "b": ["x"]}, ensure_ascii=False)
    sink_taint(text)  # flow
    data = json.loads(text)
    sink_taint(data["a"])  # flow
    sink_taint(json.loads(json.dumps(["x", {"k": src}]))[1]["k"])  # flow
    sink_taint(json.loads('{"a": "b"}')["a"])  # no flow
    buffer = io.StringIO()
    json.dump([src], buffer, ensure_ascii=False)
    buffer.seek(0)
    sink_taint(json.load(buffer)[0])  # flow


def pickles(src):
    blob = pickle.dumps({"a": src})
    sink_taint(pickle.loads(blob)["a"])  # flow
    sink_taint(pickle.loads(pickle.dumps(["x"])))  # no flow


def encodings(src):
    raw = src.encode("utf-8")
    sink_taint(raw)  # flow
    sink_taint(base64.b64decode(base64.b64encode(raw)).decode())  # flow
    sink_taint(bytes.fromhex(raw.hex()).decode())  # flow
    sink_taint(binascii.unhexlify(binascii.hexlify(raw)).decode())  # flow
    sink_taint(zlib.decompress(zlib.compress(raw)))  # flow
    sink_taint(urllib.parse.unquote(urllib.parse.quote(src)))  # flow
    sink_taint(urllib.parse.urlparse("http://h/p?q=" + src).query)  # flow
    sink_taint(urllib.parse.urlencode({"a": "b"}))  # no flow
    sink_taint(struct.unpack("10s", struct.pack("10s", raw))[0])  # flow
    sink_taint(html.escape(src))  # flow
    sink_taint(shlex.split("run " + src)[1])  # flow
    sink_taint(shlex.quote(src))  # flow


def regexes(src):
    match = re.match(r"(\w+)=(\w+)", "key=" + src)
    sink_taint(match.group(2))  # flow
    sink_taint(match["nothing"] if "nothing" in match.groupdict() else "x")  # no flow SPURIOUS
    sink_taint(re.sub("x", src, "axb"))  # flow
    sink_taint(re.sub("x", lambda m: src, "axb"))  # flow
    sink_taint(re.sub("x", "y", src + "x"))  # flow
    sink_taint(re.findall(r"\d+", src))  # flow
    sink_taint(re.split(",", "a," + src)[1])  # flow
    sink_taint(re.compile("a(.)").search("abc").group(1))  # no flow
    for found in re.finditer("[^ ]+", "a " + src):
        sink_taint(found.group())  # flow


def collections_(src):
    groups = defaultdict(list)
    groups["a"].append(src)
    groups["b"].append("x")
    sink_taint(groups["a"])  # flow
    sink_taint(groups["b"])  # no flow
    sink_taint(groups["new"])  # no flow
    line = deque(["a", "b"], maxlen=2)
    line.append(src)
    sink_taint(line[0])  # no flow
    sink_taint(line[1])  # flow
    line.rotate(1)
    sink_taint(line.popleft())  # flow
    sink_taint(line.popleft())  # no flow
    chain = ChainMap({"a": "x"}, {"a": src, "b": src})
    sink_taint(chain["a"])  # no flow
    sink_taint(chain["b"])  # flow
    counts = Counter(["a", src])
    sink_taint(list(counts))  # flow
    sink_taint(counts["a"])  # no flow
    ordered = OrderedDict([("a", src), ("b", "x")])
    ordered.move_to_end("a")
    sink_taint(ordered["a"])  # flow
    sink_taint(ordered.popitem()[1])  # flow
    sink_taint(ordered.popitem()[1])  # no flow


def iterators(src):
    sink_taint(list(itertools.chain(["a"], [src]))[1])  # flow
    sink_taint(list(itertools.islice(["a", src, "c"], 1)))  # no flow
    sink_taint(list(itertools.islice(["a", src, "c"], 1, None)))  # flow
    sink_taint(next(itertools.cycle([src])))  # flow
    sink_taint(list(itertools.repeat("x", 2)))  # no flow
    sink_taint(list(itertools.product(["a"], [src]))[0][1])  # flow
    sink_taint(list(itertools.product(["a"], [src]))[0][0])  # no flow
    sink_taint(list(itertools.accumulate(["a", src]))[-1])  # flow
    sink_taint(list(itertools.zip_longest(["a", "b"], ["c"], fillvalue=src))[1][1])  # flow
    sink_taint(list(itertools.zip_longest(["a", "b"], ["c"], fillvalue=src))[1][0])  # no flow
    sink_taint(list(itertools.starmap(lambda a, b: b, [("x", src)])))  # flow
    for key, members in itertools.groupby(["a", "a"], key=lambda item: src):
        sink_taint(key)  # flow
        sink_taint(list(members))  # no flow
    one, two = itertools.tee([src])
    sink_taint(list(two))  # flow
    sink_taint(list(itertools.compress(["a", src], [1, 0])))  # no flow


def threads(src):
    box = []
    worker = threading.Thread(target=box.append, args=(src,))
    worker.start()
    worker.join()
    sink_taint(box)  # flow
    line = queue.Queue()
    line.put(src)
    sink_taint(line.get())  # flow
    line.put("x")
    sink_taint(line.get())  # no flow
    with concurrent.futures.ThreadPoolExecutor() as pool:
        future = pool.submit(lambda a, b: a, src, "b")
        sink_taint(future.result())  # flow
        sink_taint(pool.submit(lambda a, b: a, "a", src).result())  # no flow
        sink_taint(list(pool.map(str.upper, [src])))  # flow
    local = threading.local()
    local.value = src
    sink_taint(local.value)  # flow

    class Worker(threading.Thread):
        def __init__(self, value):
            super().__init__()
            self.value = value
            self.result = None

        def run(self):
            self.result = self.value

    started = Worker(src)
    started.start()
    started.join()
    sink_taint(started.result)  # flow


def streams(src):
    buffer = io.StringIO()
    buffer.write("head ")
    buffer.write(src)
    sink_taint(buffer.getvalue())  # flow
    print("x", src, file=buffer)
    clean = io.StringIO("text")
    sink_taint(clean.read())  # no flow
    clean = io.StringIO()
    print(src, end="", file=clean)
    sink_taint(clean.getvalue())  # flow
    rows = list(csv.reader(["a,b", "c," + src]))
    sink_taint(rows[1][1])  # flow
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "f.txt")
        with open(path, "w", encoding="utf-8") as out:
            out.write(src)
        with open(path, encoding="utf-8") as back:
            sink_taint(back.read())  # flow MISSING
        sink_taint(pathlib.Path(path).read_text(encoding="utf-8"))  # flow MISSING
    sink_taint(os.path.join("a", src))  # flow
    sink_taint(os.path.basename("a/" + src))  # flow
    sink_taint(pathlib.Path("a") / src if choice() else str(pathlib.Path("a") / src))  # flow
    os.environ["BLIND_VALUE"] = src
    sink_taint(os.environ["BLIND_VALUE"])  # flow
    sink_taint(os.getenv("BLIND_VALUE"))  # flow
    sink_taint(os.environ.get("BLIND_OTHER"))  # no flow


def templates(src):
    sink_taint(Template("$a and $b").substitute(a=src, b="x"))  # flow
    sink_taint(Template("$a").safe_substitute({"a": "x", "b": src}))  # no flow SPURIOUS
    sink_taint("{0} {1}".format("a", src))  # flow
    sink_taint("{0}".format("a", src))  # no flow
    sink_taint("{key}".format_map({"key": src}))  # flow
    sink_taint("%(a)s" % {"a": "x", "b": src})  # no flow
    sink_taint("%(b)s" % {"a": "x", "b": src})  # flow
    sink_taint("%s %s" % ("a", src))  # flow
    sink_taint(f"{'a'}{src!r:>10}")  # flow
    sink_taint("{0.name}".format(types.SimpleNamespace(name=src)))  # flow
    sink_taint("{0[k]}".format({"k": "x", "z": src}))  # no flow
    sink_taint(textwrap.dedent("  " + src))  # flow
    sink_taint(string.capwords(src))  # flow


def text_methods(src):
    sink_taint(("a," + src).split(",")[1])  # flow
    head, _, tail = ("key=" + src).partition("=")
    sink_taint(tail)  # flow
    sink_taint(src.replace("a", "b"))  # flow
    sink_taint("a-b".replace("-", src))  # flow
    sink_taint("x".join([]))  # no flow
    sink_taint(src.join(["a", "b"]))  # flow
    sink_taint(src.center(10, "*"))  # flow
    sink_taint("x".zfill(len(src)))  # no flow
    sink_taint(src.removeprefix("x").casefold().title())  # flow
    sink_taint(src.translate(str.maketrans("ab", "cd")))  # flow
    sink_taint("abc".translate({97: src}))  # flow
    sink_taint(str(src.isdigit()))  # no flow
    sink_taint("".join(reversed(src)))  # flow
    sink_taint("".join(c for c in src if c))  # flow
    sink_taint(chr(ord(src[0])))  # flow
    sink_taint("a" if src == "b" else "c")  # no flow
    sink_taint(src.splitlines()[0])  # flow
    sink_taint(repr([src]))  # flow


def odds(src):
    heap = []
    heapq.heappush(heap, src)
    sink_taint(heapq.heappop(heap))  # flow
    ordered = ["a"]
    bisect.insort(ordered, src)
    sink_taint(ordered)  # flow
    deep = copy.deepcopy({"a": [src]})
    sink_taint(deep["a"][0])  # flow
    shallow = copy.copy([src])
    shallow[0] = "x"
    sink_taint(shallow)  # no flow
    space = types.SimpleNamespace(a=src, b="x")
    sink_taint(space.a)  # flow
    sink_taint(space.b)  # no flow
    sink_taint(vars(space)["a"])  # flow
    variable = contextvars.ContextVar("variable", default="x")
    sink_taint(variable.get())  # no flow
    token = variable.set(src)
    sink_taint(variable.get())  # flow
    variable.reset(token)
    sink_taint(variable.get())  # no flow
    parser = argparse.ArgumentParser()
    parser.add_argument("--name")
    parser.add_argument("--size", default="1")
    options = parser.parse_args(["--name", src])
    sink_taint(options.name)  # flow
    config = configparser.ConfigParser()
    config.read_dict({"main": {"a": src, "b": "x"}})
    sink_taint(config["main"]["a"])  # flow MISSING
    sink_taint(config.get("main", "b"))  # no flow
    proxy = types.MappingProxyType({"a": src})
    sink_taint(proxy["a"])  # flow
    sink_taint(datetime.date(2020, 1, 2).isoformat())  # no flow
    sink_taint(list(zip(["a"], [src]))[0][0])  # no flow
    sink_taint(dict(zip(["a", "b"], [src, "x"]))["a"])  # flow
    sink_taint(dict.fromkeys(["a"], src)["a"])  # flow
    sink_taint(sum([[src], []], []))  # flow
    sink_taint(eval("src"))  # flow
    sink_taint(eval("a", {"a": src}))  # flow


json_(taint())
pickles(taint())
encodings(taint())
regexes(taint())
collections_(taint())
iterators(taint())
threads(taint())
streams(taint())
templates(taint())
text_methods(taint())
odds(taint())
