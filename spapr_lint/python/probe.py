"""A text that holds every kind of syntax node, and the IR that must come of it.

The light parser is believed only after it has lowered this text to the same IR
as libcst's own nodes do.  That IR is remembered as a checksum, so that trying it
needs no libcst; a test compares the checksum with what libcst's nodes give.
"""

PROBE = '''"""Docstring."""
from __future__ import annotations
import a, b.c, d.e as f
from . import g
from ..h.i import (j as k, l,)
from m import *
@k.l(1)
class A(B, *C, metaclass=D, **E):
    x: int = 1
    y: "list[int, 'str']"
    z = x; w = [x for _ in (x, 2)]
    def m(self, p, q=x, /, r: Annotated[int, 'server.bound'] = 2, *s: int, t, u=3, **v) -> A | None:
        nonlocal_ = lambda i, *j, k=1, **l: (yield i, self)
        def inner(n=p):
            nonlocal nonlocal_
            global top
            top = nonlocal_ = n + late
        late = inner
        return self.x, *p
class F[T: int, *U, **V]: pass
type X[T] = list[T]
async def co(*, a):
    async with a as b, c as (d, e): await b
    async for x, *y in z: break
    else: continue
    return [i async for i in a if i if x], {i: j for i, j in z for k in i}, {i for i in z}
def gen(a: int, b: str = 'x' "y"):
    x = yield
    yield a; yield from b
    print(*a, sep=b"\\x41" b'c', **x)
    (i for i in z); a = b = c
    a += 1; a -= 1; a *= 1; a /= 1; a //= 1; a %= 1; a **= 1; a <<= 1; a >>= 1
    a &= 1; a |= 1; a ^= 1; a @= 1
    a[1:2], a[::3, ...], a[1,], a.b[c][d] = (e := (f, g)), [h, *i], {j, k}, {l: m, **n}
    a = b + c - d * e / f // g % h ** i @ j << k >> l & m | n ^ o
    a = not b and c or +d is -e is not ~f in g not in h < i <= j > k >= l == m != n
    del a, (b), c[0]
    assert a, b
    raise a from b
    return a if b else c
for a in b:
    pass
else:
    pass
while a: a = 0x_ff + 0b1 + 0o7 + 1_0 + 1.5 + 2j + ...
else: pass
if a: pass
elif b: pass
else: pass
try: pass
except A as e: pass
except (B, C): raise
except: pass
else: pass
finally: pass
try: pass
except* A as e: pass
with (a as b, c): f"x{a!r:>{b}}{{}}" f'{c=}'; r"\\n" rf"\\d{d}" "e"; (a)(b, c=(yield))
match a, b:
    case 1 | -2 | "s" | None | A.b: pass
    case [x, *_, y] | (x, *y): pass
    case {"k": v, **rest}: pass
    case A(x, y=B()) as z if z: pass
    case _: pass
'''

EXPECTED = 1747413662

# The same for the running Python's parser: without what only newer Pythons read, and
# without f-strings that say their own expressions.
BUILTIN_PROBE = (
    PROBE.replace("class F[T: int, *U, **V]: pass\n", "")
    .replace("type X[T] = list[T]\n", "")
    .replace("{c=}", "{c}")
)

BUILTIN_EXPECTED = 1512611962
