"""Text: concatenation, formatting, methods, slices, bytes, conversion."""

import json
import os.path
import re
import shlex
import string
import textwrap
import urllib.parse

from recorder import choice, sink_taint, taint


def concatenated():
    a = taint()
    sink_taint("x" + a)  # flow
    sink_taint(a + "x")  # flow
    sink_taint("x" + "y")  # no flow
    b = "x"
    b += a
    sink_taint(b)  # flow
    sink_taint(a * 2)  # flow
    sink_taint("x" * 2)  # no flow
    sink_taint("ab" + a)  # flow


def formatted():
    a = taint()
    sink_taint(f"{a}")  # flow
    sink_taint(f"x {a!s:>10} y")  # flow
    sink_taint(f"{'x'} {len(a)}")  # no flow
    sink_taint("%s" % a)  # flow
    sink_taint("%s %s" % ("x", a))  # flow
    sink_taint("%(k)s" % {"k": a})  # flow
    sink_taint("%s" % "x")  # no flow
    sink_taint("{}".format(a))  # flow
    sink_taint("{k}".format(k=a))  # flow
    sink_taint("{}".format("x"))  # no flow
    sink_taint("{k}".format_map({"k": a}))  # flow
    sink_taint(string.Template("$k").substitute(k=a))  # flow
    sink_taint(format(a, ">5"))  # flow
    nested = f"{f'{a}'}"
    sink_taint(nested)  # flow
    sink_taint(a.format("x"))  # flow


def methods():
    a = taint()
    sink_taint(a.upper())  # flow
    sink_taint(a.strip().lower().title())  # flow
    sink_taint(a.replace("x", "y"))  # flow
    sink_taint("x".replace("x", a))  # flow
    sink_taint("x".replace("x", "y"))  # no flow
    sink_taint(a.split(",")[0])  # flow
    sink_taint(("x," + a).split(","))  # flow
    sink_taint(",".join(["x", a]))  # flow
    sink_taint(",".join(["x", "y"]))  # no flow
    sink_taint(a.join(["x", "y"]))  # flow
    sink_taint(a.partition("x")[0])  # flow
    sink_taint(a.encode())  # flow
    sink_taint(a.encode().decode())  # flow
    sink_taint(a.ljust(20))  # flow
    sink_taint("x".center(20))  # no flow
    sink_taint(a.zfill(8))  # flow
    sink_taint(a.removeprefix("x"))  # flow
    sink_taint(a.splitlines())  # flow
    sink_taint(a.expandtabs())  # flow
    sink_taint(a.translate({}))  # flow
    sink_taint(str.upper(a))  # flow
    sink_taint(str.join(",", ["x", a]))  # flow


def answers():
    a = taint()
    sink_taint(len(a))  # no flow
    sink_taint(a.startswith("x"))  # no flow
    sink_taint(a == "x")  # no flow
    sink_taint("x" in a)  # no flow
    sink_taint(a.isdigit())  # no flow
    sink_taint(a.find("x"))  # no flow
    sink_taint(a.count("x"))  # no flow
    sink_taint(bool(a))  # no flow
    sink_taint("yes" if a else "no")  # no flow


def parts():
    a = taint()
    sink_taint(a[0])  # flow
    sink_taint(a[1:])  # flow
    sink_taint(a[::-1])  # flow
    sink_taint("xyz"[1])  # no flow
    for letter in a:
        sink_taint(letter)  # flow
    for letter in "xyz":
        sink_taint(letter)  # no flow
    first, *rest = a
    sink_taint(first)  # flow
    sink_taint(rest)  # flow
    sink_taint("".join(reversed(a)))  # flow
    sink_taint("".join(c for c in a))  # flow
    sink_taint("".join(sorted(a)))  # flow
    sink_taint(list(a))  # flow
    sink_taint([c for c in a][0])  # flow


def conversions():
    a = taint()
    sink_taint(str(a))  # flow
    sink_taint(repr(a))  # flow
    sink_taint(int(a))  # flow
    sink_taint(str("x"))  # no flow
    sink_taint(bytes(a, "utf-8"))  # flow
    sink_taint(bytearray(a, "utf-8"))  # flow
    sink_taint(b"x" + a.encode())  # flow
    sink_taint(a.encode()[0:])  # flow
    sink_taint(bytes(bytearray(a.encode())))  # flow
    sink_taint(b"x" + b"y")  # no flow
    sink_taint(tuple(a))  # flow
    sink_taint(str([a]))  # flow
    sink_taint(str({"k": a}))  # flow
    sink_taint(str(["x"]))  # no flow


def library():
    a = taint()
    sink_taint(os.path.join("x", a))  # flow
    sink_taint(os.path.join("x", "y"))  # no flow
    sink_taint(os.path.basename(a))  # flow
    sink_taint(json.loads(json.dumps({"k": a}))["k"])  # flow
    sink_taint(json.loads('{"k": "x"}')["k"])  # no flow
    sink_taint(re.sub("x", "y", a))  # flow
    sink_taint(re.sub("x", a, "x"))  # flow
    sink_taint(re.match("(.*)", a).group(1))  # flow
    sink_taint(re.findall(".", a)[0])  # flow
    sink_taint(re.split(",", a))  # flow
    sink_taint(shlex.quote(a))  # flow
    sink_taint(textwrap.dedent(a))  # flow
    sink_taint(urllib.parse.unquote(urllib.parse.quote(a)))  # flow


def overwritten():
    a = "x" + taint()
    sink_taint(a)  # flow
    a = "x"
    sink_taint(a)  # no flow
    b = taint() if choice() else "x"
    b = "pre" + b
    sink_taint(b)  # flow
    c = f"{b}"
    b = "x"
    sink_taint(c)  # flow
    sink_taint(f"{b}")  # no flow


def grown():
    text = ""
    for part in ["x", taint(), "y"]:
        text += part
    sink_taint(text)  # flow
    other = ""
    for part in ["x", "y"]:
        other += part
    sink_taint(other)  # no flow
    parts = []
    parts.append("x")
    parts.append(taint())
    sink_taint(" ".join(parts))  # flow
    sink_taint(" ".join(parts[:1]))  # no flow
    sink_taint(parts[0] + "y")  # no flow
    sink_taint(parts[1] + "y")  # flow


class Query:
    def __init__(self, text):
        self.text = text
        self.done = "done"

    def where(self, value):
        return Query(self.text + " where " + value)

    def __str__(self):
        return self.text

    def __format__(self, how):
        return self.text + how

    def __repr__(self):
        return "Query"


def built():
    q = Query("select").where("x").where(taint())
    sink_taint(q.text)  # flow
    sink_taint(q.done)  # no flow
    sink_taint(str(q))  # flow
    sink_taint(f"{q}")  # flow
    sink_taint(repr(q))  # no flow
    sink_taint("%s" % q)  # flow
    sink_taint(str(Query("x").where("y")))  # no flow


def constant_from(value):
    return {"a": "one", "b": "two"}.get(value, "none")


def looked_up():
    sink_taint(constant_from(taint()))  # no flow
    sink_taint(["x", "y"][len(taint()) % 2])  # no flow


concatenated()
formatted()
methods()
answers()
parts()
conversions()
library()
overwritten()
grown()
built()
looked_up()
