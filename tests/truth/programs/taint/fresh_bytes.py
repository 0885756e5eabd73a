"""Bytes, buffers, packed structures and the ways back."""

import base64
import binascii
import copy
import io
import json
import pickle
import struct
import urllib.parse

from recorder import sink_taint, taint, taint_number


def coded():
    t = taint()
    sink_taint(t.encode())  # flow
    sink_taint(t.encode("utf-8").decode("utf-8"))  # flow
    sink_taint(bytes(t, "utf-8"))  # flow
    sink_taint(str(t.encode(), "utf-8"))  # flow
    sink_taint("x".encode().decode())  # no flow
    sink_taint(bytes([1, 2]))  # no flow
    sink_taint(b"a" + t.encode() + b"b")  # flow
    sink_taint(b"%b" % t.encode())  # flow
    sink_taint(b"".join([b"x", t.encode()]))  # flow
    sink_taint(t.encode().replace(b"a", b"b"))  # flow
    sink_taint(bytes.fromhex(t.encode().hex()))  # flow
    sink_taint(binascii.unhexlify(binascii.hexlify(t.encode())))  # flow
    sink_taint(base64.b64decode(base64.b64encode(t.encode())))  # flow
    sink_taint(base64.b64decode(base64.b64encode(b"x")))  # no flow
    sink_taint(urllib.parse.unquote(urllib.parse.quote(t)))  # flow


def arrays():
    buffer = bytearray(b"x")
    sink_taint(buffer)  # no flow
    buffer.extend(taint().encode())
    sink_taint(buffer)  # flow
    sink_taint(bytes(buffer))  # flow
    sink_taint(buffer.decode())  # flow
    other = bytearray(4)
    other += taint().encode()
    sink_taint(other)  # flow
    other.clear()
    sink_taint(other)  # no flow
    third = bytearray(16)
    third[2:4] = taint().encode()
    sink_taint(third)  # flow
    fourth = bytearray(taint().encode())
    fourth[:] = b"x"
    sink_taint(fourth)  # no flow


def views():
    data = taint().encode()
    view = memoryview(data)
    sink_taint(bytes(view))  # flow
    sink_taint(view.tobytes())  # flow
    sink_taint(view[0:4].tobytes())  # flow
    target = bytearray(len(data))
    memoryview(target)[:] = data
    sink_taint(target)  # flow
    sink_taint(memoryview(b"x").tobytes())  # no flow


def structs():
    n = taint_number()
    packed = struct.pack("<II", 1, n)
    sink_taint(struct.unpack("<II", packed)[1])  # flow
    sink_taint(struct.unpack("<I", struct.pack("<I", 3))[0])  # no flow
    (a,) = struct.unpack_from("<I", packed, 4)
    sink_taint(a)  # flow
    sink_taint(int.from_bytes(n.to_bytes(4, "big"), "big"))  # flow
    sink_taint(int.from_bytes(b"\x01", "big"))  # no flow
    s = struct.Struct("<I")
    sink_taint(s.unpack(s.pack(n))[0])  # flow
    buffer = bytearray(8)
    struct.pack_into("<I", buffer, 0, n)
    sink_taint(struct.unpack_from("<I", buffer, 0)[0])  # flow
    for (cell,) in struct.iter_unpack("<I", packed):
        sink_taint(cell)  # flow


def files():
    f = io.StringIO()
    f.write("x")
    sink_taint(f.getvalue())  # no flow
    f.write(taint())
    sink_taint(f.getvalue())  # flow
    f.seek(0)
    sink_taint(f.read())  # flow
    b = io.BytesIO(taint().encode())
    sink_taint(b.read())  # flow
    g = io.StringIO(taint())
    for line in g:
        sink_taint(line)  # flow
    h = io.StringIO("x")
    sink_taint(h.readline())  # no flow
    i = io.StringIO()
    print("x", taint(), file=i)
    sink_taint(i.getvalue())  # flow
    k = io.StringIO()
    i.writelines(["x"])
    sink_taint(k.getvalue())  # no flow


def texts_of_data():
    data = {"a": taint(), "b": ["x", {"c": "y"}]}
    back = json.loads(json.dumps(data))
    sink_taint(back["a"])  # flow
    sink_taint(json.loads(json.dumps(data, ensure_ascii=False)))  # flow
    sink_taint(json.dumps(data, ensure_ascii=False))  # flow
    sink_taint(json.loads(json.dumps({"a": "x"})))  # no flow
    sink_taint(json.loads(json.dumps({"b": "x"}))["b"])  # no flow
    out = io.StringIO()
    json.dump(data, out, ensure_ascii=False)
    out.seek(0)
    sink_taint(json.load(out)["a"])  # flow
    sink_taint(pickle.loads(pickle.dumps(data))["a"])  # flow
    sink_taint(pickle.loads(pickle.dumps(["x"])))  # no flow
    sink_taint(eval(repr(data))["a"])  # flow


class Node:
    def __init__(self, value, other):
        self.value, self.other = value, other


def copies():
    n = Node(taint(), ["x"])
    shallow, deep = copy.copy(n), copy.deepcopy(n)
    sink_taint(shallow.value)  # flow
    sink_taint(deep.value)  # flow
    sink_taint(deep.other)  # no flow
    n.other.append(taint())
    sink_taint(shallow.other)  # flow
    sink_taint(deep.other)  # no flow
    deep.value = "x"
    sink_taint(n.value)  # flow
    sink_taint(deep.value)  # no flow


coded()
arrays()
views()
structs()
files()
texts_of_data()
copies()
