"""Text, bytes and numbers as other suites test them: what survives an operation, what does not."""

import base64
import json
import re
import string
import textwrap
import urllib.parse
from decimal import Decimal
from fractions import Fraction
from io import BytesIO, StringIO

from recorder import sink_taint, taint, taint_number


def formatting():
    a = taint()
    sink_taint("%s" % a)  # flow
    sink_taint("%s %s" % ("x", a))  # flow
    sink_taint("%(k)s" % {"k": a, "j": "x"})  # flow
    sink_taint("%(j)s" % {"k": a, "j": "x"})  # no flow
    sink_taint("{}".format(a))  # flow
    sink_taint("{0}".format("x", a))  # no flow
    sink_taint("{1}".format("x", a))  # flow
    sink_taint("{k}".format(k=a))  # flow
    sink_taint("{j}".format(k=a, j="x"))  # no flow
    sink_taint("{k[0]}".format(k=[a]))  # flow
    sink_taint("{j}".format_map({"k": a, "j": "x"}))  # no flow
    sink_taint(f"{a}")  # flow
    sink_taint(f"{a!r:>40}")  # flow
    sink_taint(f"{'x'}{a}")  # flow
    sink_taint(f"{len(a)}")  # no flow
    sink_taint(f"x{a and 'y'}")  # no flow
    sink_taint(string.Template("$a $b").substitute(a=a, b="x"))  # flow
    sink_taint(format(a, ">40"))  # flow
    sink_taint(str(a))  # flow
    sink_taint(repr(a))  # flow
    sink_taint("".join(["x", a]))  # flow
    sink_taint(a.join(["x", "y"]))  # flow
    sink_taint(", ".join(str(i) for i in range(3)))  # no flow
    sink_taint("x" + a)  # flow
    sink_taint(a * 2)  # flow
    sink_taint(2 * a)  # flow


def methods():
    a = taint()
    sink_taint(a.upper())  # flow
    sink_taint(a.strip())  # flow
    sink_taint(a.replace("x", "y"))  # flow
    sink_taint("abc".replace("b", a))  # flow
    sink_taint("abc".replace("z", a))  # no flow
    sink_taint(a.split(",")[0])  # flow
    sink_taint("a,b".split(",")[0])  # no flow
    sink_taint((a + ",b").partition(",")[0])  # flow
    sink_taint(a.encode().decode())  # flow
    sink_taint(a.center(30))  # flow
    sink_taint("x".center(30))  # no flow
    sink_taint(a.zfill(9))  # flow
    sink_taint(a.isdigit())  # no flow
    sink_taint(a.startswith("x"))  # no flow
    sink_taint(a.find("x"))  # no flow
    sink_taint(a.count("x"))  # no flow
    sink_taint(len(a))  # no flow
    sink_taint(a == "x")  # no flow
    sink_taint("x" in a)  # no flow
    sink_taint(a[0])  # flow
    sink_taint(a[1:])  # flow
    sink_taint(a[::-1])  # flow
    sink_taint(a.casefold().title().swapcase())  # flow
    sink_taint(a.removeprefix("x").removesuffix("y"))  # flow
    sink_taint(a.expandtabs().splitlines()[0])  # flow
    sink_taint(a.translate(str.maketrans("x", "y")))  # flow
    sink_taint(str.upper(a))  # flow
    sink_taint(str.join("", [a]))  # flow
    sink_taint([c for c in a][0])  # flow
    sink_taint("".join(c for c in a))  # flow
    sink_taint("".join(reversed(a)))  # flow
    sink_taint("".join(sorted(a)))  # flow
    sink_taint(list(a))  # flow
    sink_taint(tuple(a)[0])  # flow
    first, *rest = a
    sink_taint(first)  # flow
    sink_taint(rest)  # flow
    x, y = a + ",", "b"
    sink_taint(x)  # flow
    sink_taint(y)  # no flow


def binary():
    a = taint()
    b = a.encode()
    sink_taint(b)  # flow
    sink_taint(bytes(b))  # flow
    sink_taint(bytearray(b))  # flow
    sink_taint(b + b"x")  # flow
    sink_taint(b"x" + b)  # flow
    sink_taint(b"%s" % b)  # flow
    sink_taint(b"".join([b"x", b]))  # flow
    sink_taint(bytes(a, "utf-8"))  # flow
    sink_taint(str(b, "utf-8"))  # flow
    ba = bytearray(b"x")
    ba.extend(b)
    sink_taint(ba)  # flow
    sink_taint(bytes(bytearray(b"x")))  # no flow
    sink_taint(memoryview(b).tobytes())  # flow
    sink_taint(bytes.fromhex(b.hex()))  # flow
    sink_taint(base64.b64decode(base64.b64encode(b)))  # flow
    sink_taint(len(b))  # no flow


def numbers():
    n = taint_number()
    sink_taint(n + 1)  # flow
    sink_taint(-n)  # flow
    sink_taint(abs(n))  # flow
    sink_taint(n // 2)  # flow
    sink_taint(n << 1)  # flow
    sink_taint(int(n))  # flow
    sink_taint(int(str(n)))  # flow
    sink_taint(int(taint()))  # flow
    sink_taint(n > 1)  # no flow
    sink_taint(bool(n))  # no flow
    sink_taint(max(n, 1))  # flow
    sink_taint(min(1, 2))  # no flow
    sink_taint(sum([1, n]))  # flow
    sink_taint(divmod(n, 2)[1])  # flow
    sink_taint(pow(n, 2))  # flow
    sink_taint(n if n > 3 else 0)  # flow
    x = 1
    x += n
    sink_taint(x)  # flow
    x = 1
    x *= 2
    sink_taint(x)  # no flow
    sink_taint(str(Decimal(taint())))  # flow
    sink_taint(Fraction(n, 1).numerator)  # flow


def libraries():
    a = taint()
    sink_taint(json.dumps({"k": a}, ensure_ascii=False))  # flow
    sink_taint(json.loads(json.dumps({"k": a}))["k"])  # flow
    sink_taint(json.dumps({"k": "x"}))  # no flow
    sink_taint(re.sub("x", "y", a))  # flow
    sink_taint(re.sub("x", a, "x"))  # flow
    sink_taint(re.match("(.*)", a).group(1))  # flow
    sink_taint(re.findall(".", a)[0])  # flow
    sink_taint(re.split(",", a)[0])  # flow
    sink_taint(re.compile("(.+)").search(a).groups()[0])  # flow
    sink_taint(re.compile("(.+)").search("x").groups()[0])  # no flow
    sink_taint(urllib.parse.unquote(urllib.parse.quote(a)))  # flow
    sink_taint(textwrap.dedent(a))  # flow
    s = StringIO()
    s.write(a)
    sink_taint(s.getvalue())  # flow
    s = StringIO(a)
    sink_taint(s.read())  # flow
    for line in StringIO(a):
        sink_taint(line)  # flow
    b = BytesIO(a.encode())
    sink_taint(b.getvalue())  # flow
    out = StringIO()
    print("x", a, file=out)
    sink_taint(out.getvalue())  # flow
    clean = StringIO()
    clean.write("x")
    sink_taint(clean.getvalue())  # no flow


def conversions():
    a = taint()
    sink_taint(list((a,))[0])  # flow
    sink_taint(set([a]).pop())  # flow
    sink_taint(dict(k=a).get("k"))  # flow
    sink_taint(tuple([a])[0])  # flow
    sink_taint(type(a)("x"))  # no flow
    sink_taint(type(a)(a))  # flow
    sink_taint(hash(a) and 1)  # no flow
    sink_taint(id(a) and 1)  # no flow
    sink_taint(isinstance(a, str))  # no flow
    sink_taint(ascii("x"))  # no flow
    sink_taint([ord(c) for c in a] and "".join(chr(ord(c)) for c in a))  # flow
    sink_taint(chr(65))  # no flow


formatting()
methods()
binary()
numbers()
libraries()
conversions()
