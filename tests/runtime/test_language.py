"""C's memory and control flow as the runtime has them, in programs of our own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from spapr_lint.runtime.errors import Aborted, Exited, Faulted, UnknownExternal
from spapr_lint.runtime.memory import Ref
from spapr_lint.runtime.run import Run

Runner = Callable[..., Run]


def value(c: Runner, body: str, *given: int, top: str = "", returns: str = "int") -> int:
    names = ", ".join(f"int a{n}" for n in range(len(given))) or "void"
    made = c(f"{top}\n{returns} f({names})\n{{\n{body}\n}}\n").call("f", *given)
    return int(made)


def test_parameters_and_results_have_their_width(c: Runner) -> None:
    run = c("uint8_t f(uint8_t x)\n{\n    return x + 1;\n}\nbool g(int x)\n{\n    return x;\n}\n")
    assert run.call("f", 0x1FF) == 0
    assert run.call("g", 7) is True


RECORD = """
typedef struct Pair { uint16_t a; int8_t b; uint32_t table[4]; } Pair;
typedef struct Outer { Pair first; Pair *other; Pair inner; } Outer;
"""


def test_fields_convert_and_records_are_values(c: Runner) -> None:
    body = """
    Pair x = { .a = 70000, .b = 200 }, y;
    y = x;
    y.a += 1;
    x.table[3] = -1;
    return x.a * 10000 + (y.a - x.a) * 1000 + (x.b == -56) * 100 + (x.table[3] == 0xffffffff);
    """
    assert value(c, body, top=RECORD) == (70000 - 65536) * 10000 + 1000 + 100 + 1


def test_the_first_member_is_the_record(c: Runner) -> None:
    body = """
    Outer o = { };
    Pair *p = &o.first;
    Outer *same = (Outer *)p;
    same->first.a = 5;
    o.other = &o.inner;
    o.other->a = 7;
    return o.first.a * 10 + o.inner.a + 100 * (p == (Pair *)&o) + 1000 * (o.other == p);
    """
    assert value(c, body, top=RECORD) == 157


def test_layout(c: Runner) -> None:
    top = RECORD + "typedef union U { uint64_t w; uint8_t b[8]; struct { uint32_t lo, hi; }; } U;\n"
    body = "return sizeof(Pair) * 10000 + offsetof(Pair, table) * 100 + sizeof(U);"
    assert value(c, body, top=top) == 20 * 10000 + 4 * 100 + 8
    punned = "U u; u.w = 0x1122334455667788ull; return u.b[0] * 1000 + (u.hi == 0x11223344);"
    assert value(c, punned, top=top) == 0x88 * 1000 + 1


def test_bytes_seen_as_words(c: Runner) -> None:
    body = """
    uint8_t bytes[16] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    uint32_t *words = (uint32_t *)(bytes + 4);
    words[1] = 0xaabbccdd;
    return (*words == 0x08070605) * 100 + (bytes[8] == 0xdd) * 10 + (bytes[11] == 0xaa);
    """
    assert value(c, body) == 111


def test_a_field_by_its_address_needs_no_layout(c: Runner) -> None:
    top = """
typedef struct Odd { struct Unknown inside; uint32_t n; int32_t m; } Odd;
static void put(void *opaque, int value)
{
    *(uint32_t *)opaque = value;
}
"""
    body = "Odd o; o.m = 0; put(&o.n, -1); return o.n == 0xffffffff && o.m == 0;"
    assert value(c, body, top=top) == 1


def test_pointers_into_arrays(c: Runner) -> None:
    body = """
    int a[5] = { 1, 2, 3, 4, 5 };
    int *p = a + 1, *q = &a[4];
    *p = 20;
    p++;
    return *p * 1000 + (q - p) * 100 + a[1] + (p < q);
    """
    assert value(c, body) == 3000 + 200 + 20 + 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("int a[3]; return a[a0];", "index 3 of 3"),
        ("Pair *p = NULL; return p->a + a0;", "NULL is followed"),
        ("int x; if (a0 < 0) { x = 1; } return x;", "read before it is set"),
        ("return 7 / (a0 - 3);", "division by zero"),
        ('char t[4]; snprintf(t, 4, "%d", 12345); return strlen(t) == 3 ? t[a0 + 1] : 0;', "index"),
    ],
)
def test_faults_have_a_place(c: Runner, body: str, words: str) -> None:
    with pytest.raises(Faulted) as caught:
        value(c, body, 3, top=RECORD)
    assert words in caught.value.message
    assert caught.value.place.startswith("hw/demo.c:")


def test_assertions_speak_as_c_does(c: Runner) -> None:
    run = c("void f(int n)\n{\n    assert(n < 4);\n}\n")
    run.call("f", 3)
    with pytest.raises(Aborted) as caught:
        run.call("f", 4)
    assert caught.value.message == "f: Assertion `n < 4' failed."
    assert caught.value.place == "hw/demo.c:3"


def test_variables_belong_to_one_run(c: Runner) -> None:
    text = (
        "static int n;\nint f(void)\n{\n    static int calls;\n"
        "    calls++;\n    n += calls;\n    return n;\n}\n"
    )
    first = c(text)
    assert [first.call("f") for _ in range(3)] == [1, 3, 6]
    second = Run(first.link.program)
    assert second.call("f") == 1


def test_an_unknown_external_stops_by_name_and_place(c: Runner) -> None:
    run = c(
        "int other(int);\nint f(void)\n{\n    return other(1);\n}\n"
        "int g(void)\n{\n    return NOWHERE;\n}\n"
    )
    for function, name, line in (("f", "other", 4), ("g", "NOWHERE", 8)):
        with pytest.raises(UnknownExternal) as caught:
            run.call(function)
        assert caught.value.name == name
        assert caught.value.place == f"hw/demo.c:{line}"


def test_a_function_that_is_only_declared_can_be_stored(c: Runner) -> None:
    text = (
        "int other(int);\nint f(int n)\n{\n    int (*p)(int) = other;\n"
        "    return n ? p(n) : p == other;\n}\n"
    )
    run = c(text)
    assert run.call("f", 0) == 1
    with pytest.raises(UnknownExternal):
        run.call("f", 1)


ERRORS = """
static void inner(int n, Error **errp)
{
    if (n) {
        error_setg(errp, "bad %d of %s", n, "these");
    }
}
int f(int n)
{
    Error *err = NULL;
    inner(n, &err);
    if (err) {
        error_prepend(&err, "f: ");
        error_report_err(err);
        return -1;
    }
    return 0;
}
void g(int n, Error **errp)
{
    ERRP_GUARD();
    inner(n, errp);
    if (*errp) {
        error_prepend(errp, "g: ");
    }
}
void h(int n)
{
    g(n, &error_fatal);
}
void k(int n)
{
    inner(n, &error_abort);
}
"""


def test_errors(c: Runner) -> None:
    run = c(ERRORS)
    assert (run.call("f", 0), run.call("f", 2)) == (0, -1)
    assert run.link.said == ["f: bad 2 of these"]
    box = Ref(None)
    run.call("g", 3, box)
    assert box.v._message == "g: bad 3 of these"
    with pytest.raises(Exited, match="g: bad 4 of these"):
        run.call("h", 4)
    with pytest.raises(Aborted, match="bad 5"):
        run.call("k", 5)
    run.call("h", 0)


LISTS = """
typedef struct Item { int n; QTAILQ_ENTRY(Item) link; } Item;
typedef struct Box { QTAILQ_HEAD(, Item) items; } Box;
int f(int count)
{
    Box box;
    Item *item, *next;
    int i, sum = 0;

    QTAILQ_INIT(&box.items);
    for (i = 0; i < count; i++) {
        item = g_new0(Item, 1);
        item->n = i;
        QTAILQ_INSERT_TAIL(&box.items, item, link);
    }
    QTAILQ_FOREACH_SAFE(item, &box.items, link, next) {
        if (item->n % 2) {
            QTAILQ_REMOVE(&box.items, item, link);
        }
    }
    QTAILQ_FOREACH(item, &box.items, link) {
        sum = sum * 10 + item->n;
    }
    return sum;
}
"""


def test_lists(c: Runner) -> None:
    assert c(LISTS).call("f", 6) == 24


def test_run_on_cpu_calls_back(c: Runner) -> None:
    text = """
typedef union { int host_int; void *host_ptr; } run_on_cpu_data;
static void set(CPUState *cs, run_on_cpu_data data)
{
    *(int *)data.host_ptr = 5;
}
int f(void)
{
    int n = 1;
    run_on_cpu(NULL, set, RUN_ON_CPU_HOST_PTR(&n));
    return n;
}
"""
    assert c(text).call("f") == 5


def test_a_stub_is_counted_and_never_given_a_callback(c: Runner) -> None:
    run = c(
        "static void cb(void) { }\nvoid f(void)\n{\n    cpu_interrupt(NULL);\n}\n"
        "void g(void)\n{\n    cpu_interrupt(cb);\n}\n"
    )
    run.call("f")
    run.call("f")
    assert run.link.stubs == {"cpu_interrupt": 2}
    with pytest.raises(Faulted, match=r"the stub cpu_interrupt\(\) was given the callback cb"):
        run.call("g")
