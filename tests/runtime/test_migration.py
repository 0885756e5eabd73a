"""Migration by tables in C of our own: what is carried, what does not fit, what is not known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from spapr_lint.runtime.errors import Stopped, UnknownExternal
from spapr_lint.runtime.migration import Unfit
from spapr_lint.runtime.run import Run

Runner = Callable[..., Run]

TEXT = """
typedef struct VMStateDescription {
    const char *name;
    int version_id;
    int minimum_version_id;
    bool (*needed)(void *opaque);
    int (*pre_save)(void *opaque);
    int (*post_load)(void *opaque, int version_id);
    const VMStateField *fields;
    const VMStateDescription **subsections;
} VMStateDescription;

typedef struct Row { uint8_t a; uint32_t b; } Row;
typedef struct Vector { unsigned long bits[2]; int size; } Vector;
typedef struct Demo {
    uint32_t count;
    Row *rows;
    uint8_t regs[4];
    uint8_t *status;
    Vector *vector;
    int16_t extra;
    int told;
} Demo;

static bool extra_needed(void *opaque)
{
    Demo *demo = opaque;
    return demo->extra != 0;
}
static int demo_pre_save(void *opaque)
{
    Demo *demo = opaque;
    demo->told += 1;
    return demo->told > 5 ? -5 : 0;
}
static int demo_post_load(void *opaque, int version_id)
{
    Demo *demo = opaque;
    demo->told = 100 + version_id;
    return 0;
}
static const VMStateDescription vmstate_row = {
    .name = "row",
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(a, Row), VMSTATE_UINT32(b, Row), VMSTATE_END_OF_LIST()
    },
};
static const VMStateDescription vmstate_vector = {
    .name = "vector",
    .fields = (VMStateField[]) {
        VMSTATE_BITMAP(bits, Vector, 1, size), VMSTATE_END_OF_LIST()
    },
};
static const VMStateDescription vmstate_extra = {
    .name = "demo/extra",
    .needed = extra_needed,
    .fields = (VMStateField[]) { VMSTATE_INT16_V(extra, Demo, 2), VMSTATE_END_OF_LIST() },
};
static const VMStateDescription vmstate_demo = {
    .name = "demo",
    .version_id = 3,
    .pre_save = demo_pre_save,
    .post_load = demo_post_load,
    .fields = (VMStateField[]) {
        VMSTATE_UNUSED(4),
        VMSTATE_UINT32_EQUAL(count, Demo, NULL),
        VMSTATE_STRUCT_VARRAY_POINTER_UINT32(rows, Demo, count, vmstate_row, Row),
        VMSTATE_BUFFER(regs, Demo),
        VMSTATE_VBUFFER_UINT32(status, Demo, 1, NULL, count),
        VMSTATE_STRUCT_POINTER_V(vector, Demo, 1, vmstate_vector, Vector),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription*[]) { &vmstate_extra, NULL },
};
static const VMStateDescription vmstate_odd = {
    .name = "odd",
    .fields = (VMStateField[]) { VMSTATE_TIMER_PTR(rows, Demo), VMSTATE_END_OF_LIST() },
};

Demo *make(int count)
{
    Demo *demo = g_new0(Demo, 1);

    demo->count = count;
    demo->rows = g_new0(Row, count);
    demo->status = g_malloc0(count);
    demo->vector = g_new0(Vector, 1);
    vmstate_register(NULL, 7, &vmstate_demo, demo);
    return demo;
}
void forget(Demo *demo)
{
    vmstate_unregister(NULL, &vmstate_demo, demo);
}
void odd(Demo *demo)
{
    vmstate_register(NULL, -1, &vmstate_odd, demo);
}
void fill(Demo *demo)
{
    demo->rows[1].a = 200;
    demo->rows[1].b = 70000;
    demo->regs[3] = 9;
    demo->status[2] = 3;
    set_bit(65, demo->vector->bits);
    demo->extra = -3;
}
uint64_t sum(Demo *demo)
{
    return demo->rows[0].a + demo->rows[1].a + demo->rows[1].b + demo->regs[3] * 3
           + demo->status[2] * 5 + test_bit(65, demo->vector->bits) * 7 + demo->extra;
}
"""


def saved(run: Run) -> Any:
    return run.link.run(lambda: run.devices.migration.save(run.devices.sections))


def load(run: Run, stream: Any) -> None:
    run.link.run(lambda: run.devices.migration.load(run.devices.sections, stream))


def test_what_is_in_the_table_arrives(c: Runner) -> None:
    run = c(TEXT)
    demo = run.call("make", 4)
    run.call("fill", demo)
    other = Run(run.link.program)
    there = other.call("make", 4)
    there.rows[0].a, there.rows[3].b = 5, 6  # nobody looked at these on the other side: zero
    load(other, saved(run))
    assert other.call("sum", there) == run.call("sum", demo) == 200 + 70000 + 27 + 15 + 7 - 3
    assert (demo.told, there.told) == (1, 103)
    assert there.rows[3].b == 0


def test_a_subsection_that_is_not_needed_stays(c: Runner) -> None:
    run = c(TEXT)
    run.call("make", 2)
    (section,) = saved(run)
    assert (section.name, section.instance, section.inside) == ("demo", 7, ())


def test_what_does_not_fit(c: Runner) -> None:
    run = c(TEXT)
    demo = run.call("make", 4)
    stream = saved(run)
    smaller = Run(run.link.program)
    smaller.call("make", 3)
    with pytest.raises(Unfit, match="count 4 is 3 here"):
        load(smaller, stream)
    with pytest.raises(Unfit, match="Unknown savevm section or instance 'demo' 7"):
        load(Run(run.link.program), stream)
    demo.told = 5
    with pytest.raises(Unfit, match="demo: pre_save gives -5"):
        saved(run)
    run.call("forget", demo)
    assert saved(run) == []


def test_an_entry_of_an_unknown_kind_stops_by_name(c: Runner) -> None:
    run = c(TEXT)
    run.call("odd", run.call("make", 1))
    with pytest.raises(UnknownExternal) as caught:
        saved(run)
    assert caught.value.name == "VMSTATE_TIMER_PTR"
    assert "vmstate_odd" in str(caught.value)


def test_who_asked_is_told_when_the_machine_stops(c: Runner) -> None:
    text = """
typedef struct D { int state; VMChangeStateEntry *e; } D;
static void changed(void *opaque, bool running, int state)
{
    D *d = opaque;
    d->state = d->state * 10 + 1 + running;
}
D *make(void)
{
    D *d = g_new0(D, 1);
    d->e = qemu_add_vm_change_state_handler(changed, d);
    return d;
}
void gone(D *d)
{
    qemu_del_vm_change_state_handler(d->e);
}
"""
    run = c(text)
    d = run.call("make")
    run.link.run(lambda: run.devices.changed(running=False))
    run.link.run(lambda: run.devices.changed(running=True))
    run.call("gone", d)
    run.link.run(lambda: run.devices.changed(running=False))
    assert d.state == 12


HOSTILE = {
    "a table that holds itself": "VMSTATE_STRUCT_POINTER(self, Bad, vmstate_bad, vmstate_bad, Bad)",
    "a buffer that is none": "VMSTATE_BUFFER(n, Bad)",
    "a field that is Python's": "VMSTATE_UINT32(__dict__, Bad)",
    "a field of ours": "VMSTATE_UINT32(_holder, Bad)",
    "a table that is a number": "VMSTATE_STRUCT(n, Bad, 1, 5, Bad)",
    "too few arguments": "VMSTATE_UINT32(n)",
    "a call in a name": "VMSTATE_VBUFFER_UINT32(n, Bad, 1, NULL, g_malloc(1))",
}


@pytest.mark.parametrize("entry", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_table_stops(c: Runner, entry: str) -> None:
    text = (
        TEXT
        + f"""
typedef struct Bad {{ struct Bad *self; uint32_t n; }} Bad;
static const VMStateDescription vmstate_bad = {{
    .name = "bad",
    .fields = (VMStateField[]) {{ {entry}, VMSTATE_END_OF_LIST() }},
}};
void bad(void)
{{
    Bad *b = g_new0(Bad, 1);

    b->self = b;
    vmstate_register(NULL, 1, &vmstate_bad, b);
}}
"""
    )
    run = c(text)
    run.call("bad")
    with pytest.raises(Stopped):
        saved(run)
