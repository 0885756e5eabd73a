"""Devices as QEMU has them, in C of our own: classes, realizing, both kinds of reset."""

from __future__ import annotations

import ast

import pytest

from spapr_lint.runtime.errors import Faulted
from spapr_lint.runtime.memory import Ref
from spapr_lint.runtime.run import Run, program
from spapr_lint.tree import MemoryTree
from spapr_lint.validate.c_source import CSource

HEADERS = """
typedef struct TypeInfo TypeInfo;
typedef struct InterfaceInfo { const char *type; } InterfaceInfo;
typedef struct ObjectClass { int unused; } ObjectClass;
typedef struct Object { ObjectClass *class; } Object;
struct TypeInfo {
    const char *name;
    const char *parent;
    size_t instance_size;
    void (*instance_init)(Object *obj);
    void (*instance_post_init)(Object *obj);
    bool abstract;
    size_t class_size;
    void (*class_init)(ObjectClass *klass, void *data);
    void (*class_base_init)(ObjectClass *klass, void *data);
    void *class_data;
    InterfaceInfo *interfaces;
};
typedef struct InterfaceClass { ObjectClass parent_class; } InterfaceClass;
typedef struct DeviceState { Object parent_obj; bool realized; int hotplugged; } DeviceState;
typedef struct VMStateIfClass { InterfaceClass parent_class; } VMStateIfClass;
typedef struct ResettablePhases {
    void (*enter)(Object *obj, int type);
    void (*hold)(Object *obj);
    void (*exit)(Object *obj);
} ResettablePhases;
typedef struct ResettableClass {
    InterfaceClass parent_class;
    ResettablePhases phases;
} ResettableClass;
typedef struct DeviceClass {
    ObjectClass parent_class;
    void (*realize)(DeviceState *dev, Error **errp);
    void (*unrealize)(DeviceState *dev);
    void (*reset)(DeviceState *dev);
} DeviceClass;
typedef struct SysBusDevice { DeviceState parent_obj; } SysBusDevice;
typedef struct SysBusDeviceClass { DeviceClass parent_class; } SysBusDeviceClass;
#define TYPE_DEVICE "device"
OBJECT_DECLARE_TYPE(DeviceState, DeviceClass, DEVICE)
#define TYPE_RESETTABLE "resettable"
DECLARE_CLASS_CHECKERS(ResettableClass, RESETTABLE, TYPE_RESETTABLE)
DeviceState *make(const char *name, int plugged);
"""

TEXT = """
#include "demo.h"
typedef struct DemoState { DeviceState parent; int said; } DemoState;
typedef struct DemoClass { DeviceClass parent; ResettablePhases above; } DemoClass;
#define TYPE_DEMO "demo"
OBJECT_DECLARE_TYPE(DemoState, DemoClass, DEMO)

static void say(Object *obj, int what)
{
    DEMO(obj)->said = DEMO(obj)->said * 10 + what;
}
static void old_reset(DeviceState *dev) { say(OBJECT(dev), 9); }
static void demo_enter(Object *obj, int type) { say(obj, 1 + type); }
static void demo_hold(Object *obj) { say(obj, 2); }
static void demo_exit(Object *obj) { say(obj, 3); }
static void more_hold(Object *obj)
{
    DEMO_GET_CLASS(obj)->above.hold(obj);
    say(obj, 4);
}
static void demo_realize(DeviceState *dev, Error **errp) { say(OBJECT(dev), 5); }
static void demo_unrealize(DeviceState *dev) { say(OBJECT(dev), 6); }

static void demo_class_init(ObjectClass *klass, void *data)
{
    ResettableClass *rc = RESETTABLE_CLASS(klass);
    DeviceClass *dc = DEVICE_CLASS(klass);

    rc->phases.enter = demo_enter;
    rc->phases.hold = demo_hold;
    rc->phases.exit = demo_exit;
    dc->realize = demo_realize;
    dc->unrealize = demo_unrealize;
}
static void more_class_init(ObjectClass *klass, void *data)
{
    ResettableClass *rc = RESETTABLE_CLASS(klass);

    resettable_class_set_parent_phases(rc, NULL, more_hold, NULL, &DEMO_CLASS(klass)->above);
}
static void old_class_init(ObjectClass *klass, void *data)
{
    DEVICE_CLASS(klass)->reset = old_reset;
}
typedef struct BusState { SysBusDevice parent; int said; } BusState;
typedef struct BusClass {
    SysBusDeviceClass parent;
    void (*parent_realize)(DeviceState *dev, Error **errp);
} BusClass;
#define TYPE_DEMO_BUS "demo-bus"
OBJECT_DECLARE_TYPE(BusState, BusClass, DEMO_BUS)

static void bus_realize(DeviceState *dev, Error **errp)
{
    DEMO_BUS_GET_CLASS(dev)->parent_realize(dev, errp);
    DEMO_BUS(dev)->said = 1;
}
static void bus_class_init(ObjectClass *klass, void *data)
{
    device_class_set_parent_realize(DEVICE_CLASS(klass), bus_realize,
                                    &DEMO_BUS_CLASS(klass)->parent_realize);
}
int bus(void)
{
    return DEMO_BUS(make("demo-bus", 0))->said;
}
static const TypeInfo demo_info = {
    .name = "demo", .parent = "device", .class_init = demo_class_init,
    .instance_size = sizeof(DemoState), .class_size = sizeof(DemoClass),
};
static const TypeInfo more_info = {
    .name = "demo-more", .parent = "demo", .class_init = more_class_init,
};
static const TypeInfo old_info = {
    .name = "demo-old", .parent = "demo", .class_init = old_class_init,
};
static const TypeInfo bus_info = {
    .name = "demo-bus", .parent = "sys-bus-device", .class_init = bus_class_init,
    .instance_size = sizeof(BusState), .class_size = sizeof(BusClass),
};
static void demo_types(void)
{
    type_register_static(&bus_info);
    type_register_static(&demo_info);
    type_register_static(&more_info);
    type_register_static(&old_info);
}
type_init(demo_types)

DeviceState *make(const char *name, int plugged)
{
    DeviceState *dev = DEVICE(object_new(name));

    dev->hotplugged = plugged;
    qdev_realize(dev, NULL, &error_fatal);
    return dev;
}
int life(int which, int plugged)
{
    const char *const names[] = { "demo", "demo-more", "demo-old", "demo-none" };
    DeviceState *dev = make(names[which], plugged);

    device_cold_reset(dev);
    qdev_unrealize(dev);
    return DEMO(dev)->said;
}
"""


@pytest.fixture(scope="module")
def run() -> Run:
    tree = MemoryTree({"hw/demo.c": TEXT.encode(), "include/demo.h": HEADERS.encode()})
    made = Run(program(CSource(tree, ("hw/demo.c",))))
    made.start()
    return made


@pytest.mark.parametrize(
    ("which", "plugged", "said"),
    [(0, 0, 51236), (1, 0, 512436), (2, 0, 596), (0, 1, 51231236), (2, 1, 5996)],
)
def test_a_life(run: Run, which: int, plugged: int, said: int) -> None:
    assert run.call("life", which, plugged) == said


def test_a_bus_device_calls_its_parents_realize(run: Run) -> None:
    assert run.call("bus") == 1


def test_handlers_of_the_machine_are_called_in_order(run: Run) -> None:
    dev = run.call("make", run.link.evaluate("hw/demo.c", ast.Constant("demo-more")), 0)
    box = Ref(0)
    run.link.natives["qemu_register_reset"](run.link.natives["device_cold_reset"], dev)
    run.link.natives["qemu_register_reset"](lambda opaque: setattr(opaque, "v", 1), box)
    run.link.run(run.devices.reset_all)
    assert (run.link.call("DEMO", dev, path="hw/demo.c").said, box.v) == (51243, 1)


def test_what_is_no_object_is_not_realized(run: Run) -> None:
    with pytest.raises(Faulted, match="is no object"):
        run.devices.realize(run.qom.record("DeviceState")(), None, None)


def test_declarations_with_a_name_in_small_letters() -> None:
    """As they were for some days in September 2020."""
    header = (
        "OBJECT_DECLARE_TYPE(XState, XClass, x, X)\n"
        "OBJECT_DECLARE_SIMPLE_TYPE(YState, y, Y, DeviceClass)\nint last;\n"
    )
    tree = MemoryTree({"a.c": b'#include "a.h"\n', "include/a.h": header.encode()})
    casts = CSource(tree, ("a.c",)).casts
    assert {casts[name] for name in ("X", "X_CLASS", "Y")} == {"XState", "XClass", "YState"}
