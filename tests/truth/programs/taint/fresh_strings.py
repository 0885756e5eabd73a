"""All ways to make text of text."""

import re
import string
import textwrap

from recorder import sink_taint, taint


class Box:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __format__(self, spec):
        return self.a + spec

    def __str__(self):
        return self.b

    def __repr__(self):
        return self.a


def f_strings():
    t, width = taint(), 12
    sink_taint(f"{t!r}")  # flow
    sink_taint(f"{t!s:>{width}}")  # flow
    sink_taint(f"{t=}")  # flow
    sink_taint(f"{'x':{width}}")  # no flow
    sink_taint(f"{'x':{t[0:0]}}{width}")  # no flow SPURIOUS
    sink_taint(f"{'a' if t else 'b'}")  # no flow
    sink_taint(f"{t}{width}")  # flow
    sink_taint(f"{{t}}")  # no flow
    sink_taint(f"{[t][0]}{{}}")  # flow


def dunder_formats():
    box = Box(taint(), "x")
    sink_taint(f"{box}")  # flow
    sink_taint(f"{box!s}")  # no flow SPURIOUS
    sink_taint(f"{box!r}")  # flow
    sink_taint(str(box))  # no flow
    sink_taint("%s" % box)  # no flow
    sink_taint("%r" % box)  # flow
    sink_taint("{!s}".format(box))  # no flow
    sink_taint("{0.a}".format(box))  # flow
    sink_taint("{0.b}".format(box))  # no flow
    sink_taint(format(Box("x", taint()), "y"))  # no flow


def percents():
    t = taint()
    sink_taint("%s %s" % ("x", t))  # flow
    sink_taint("%(a)s" % {"a": t, "b": "x"})  # flow
    sink_taint("%(b)s" % {"a": t, "b": "x"})  # no flow
    sink_taint("%10.3s|" % t)  # flow
    sink_taint("%s%%" % "x")  # no flow
    sink_taint("x %s" % "t")  # no flow


def formats():
    t = taint()
    sink_taint("{} {}".format("x", t))  # flow
    sink_taint("{1}".format(t, "x"))  # no flow
    sink_taint("{0}".format(t, "x"))  # flow
    sink_taint("{a}".format(a="x", b=t))  # no flow
    sink_taint("{b}".format(a="x", b=t))  # flow
    sink_taint("{0[1]}".format(["x", t]))  # flow
    sink_taint("{0[0]}".format(["x", t]))  # no flow
    sink_taint("{d[k]}".format(d={"k": t}))  # flow
    sink_taint("{a}{b}".format_map({"a": "x", "b": t}))  # flow
    sink_taint("{a}".format_map({"a": "x", "b": t}))  # no flow
    sink_taint("{:{}}".format(t, 10))  # flow


def templates():
    t = taint()
    sink_taint(string.Template("$a $b").substitute(a="x", b=t))  # flow
    sink_taint(string.Template("$a").substitute({"a": "x"}))  # no flow
    sink_taint(string.Template(t + " $a").safe_substitute(a="x"))  # flow


def joins():
    t = taint()
    sink_taint(",".join(["x", t]))  # flow
    sink_taint(t.join(["x", "y"]))  # flow
    sink_taint(",".join(["x", "y"]))  # no flow
    sink_taint("".join(c for c in t))  # flow
    sink_taint("".join({"a": t}.keys()))  # no flow
    sink_taint("".join(map(str, [1, t])))  # flow


def methods():
    t = " a" + taint() + "b "
    sink_taint(t.strip().lstrip("a").rstrip("b"))  # flow
    sink_taint(t.replace("a", "c"))  # flow
    sink_taint("xay".replace("a", t))  # flow
    sink_taint(t.center(20).ljust(30).zfill(40))  # flow
    sink_taint(t.casefold().title().swapcase().upper())  # flow
    sink_taint(t.partition("a")[2])  # flow
    sink_taint(t.split("a")[1])  # flow
    sink_taint(t.splitlines()[0])  # flow
    sink_taint(t.removeprefix(" ").removesuffix(" "))  # flow
    sink_taint(t.expandtabs())  # flow
    sink_taint(t.translate({97: "z"}))  # flow
    sink_taint("a".translate({97: t}))  # flow
    sink_taint("abc".translate(str.maketrans("a", "b")))  # no flow
    sink_taint(len(t))  # no flow
    sink_taint(t.find("a"))  # no flow
    sink_taint(t.startswith("a"))  # no flow
    sink_taint(t.count("a"))  # no flow
    sink_taint(t.isalpha())  # no flow
    sink_taint(t.index("a"))  # no flow
    sink_taint(str.upper(t))  # flow
    sink_taint(t * 2)  # flow
    sink_taint(2 * t)  # flow
    sink_taint(t[1:-1])  # flow
    sink_taint(t[::-1])  # flow
    sink_taint(t + "x" + "y")  # flow
    sink_taint("x" + "y")  # no flow


def libraries():
    t = taint()
    sink_taint(re.sub("a", "b", t))  # flow
    sink_taint(re.sub("a", t, "a"))  # flow
    sink_taint(re.sub("a", lambda m: t, "a"))  # flow
    sink_taint(re.sub("a", "b", "a"))  # no flow
    sink_taint(re.match("(.*)", t).group(1))  # flow
    sink_taint(re.findall(".+", t))  # flow
    sink_taint(re.split("a", "x" + t))  # flow
    sink_taint(re.escape("x"))  # no flow
    sink_taint(re.compile(".*").search(t)[0])  # flow
    sink_taint(textwrap.dedent(t))  # flow
    sink_taint(textwrap.indent("x", "  "))  # no flow
    sink_taint(bool(re.match("x", t)))  # no flow


def built_in_a_loop():
    out = ""
    for c in taint():
        out += c
    sink_taint(out)  # flow
    out = ""
    for c in taint():
        out += "x"
    sink_taint(out)  # no flow


for run in (
    f_strings, dunder_formats, percents, formats, templates, joins, methods, libraries,
    built_in_a_loop,
):  # fmt: skip
    run()
