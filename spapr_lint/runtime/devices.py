"""qdev and what devices register: realizing, resets, interrupt lines, memory regions, vmstate.

What is registered is kept and can be asked for; nothing that holds a callback is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spapr_lint.runtime.errors import Faulted
from spapr_lint.runtime.layout import RecordType
from spapr_lint.runtime.link import Link
from spapr_lint.runtime.memory import Array, Record, Ref, array, find, root
from spapr_lint.runtime.migration import ANY, Migration, Section
from spapr_lint.runtime.program import POINTER
from spapr_lint.runtime.properties import Properties
from spapr_lint.runtime.qom import Qom
from spapr_lint.runtime.reports import Reports

# Registrations whose callbacks nothing here calls: the user's, the host's, other processes'.
_KEPT = """
qemu_register_powerdown_notifier qemu_add_exit_notifier qemu_add_machine_init_done_notifier
qemu_register_boot_set migrate_add_blocker register_savevm_live savevm_register_ops
"""


class Line:
    """An interrupt line: who is told of its level."""

    __slots__ = ("_handler", "_opaque", "_number", "_level")

    def __init__(self, handler: Any, opaque: Any, number: int) -> None:
        self._handler, self._opaque, self._number, self._level = handler, opaque, number, 0

    def _set(self, level: int) -> None:
        self._level = level
        if self._handler is not None:
            self._handler(self._opaque, self._number, level)


class Handler:
    """Somebody who is told when the machine stops and runs."""

    __slots__ = ("_function", "_opaque")

    def __init__(self, function: Any, opaque: Any) -> None:
        self._function, self._opaque = function, opaque


def fitting(function: Any, *given: Any) -> None:
    """Call with as many arguments as the function of this version takes."""
    code = getattr(function, "__func__", function).__code__
    function(*given[: code.co_argcount - hasattr(function, "__func__")])


class Devices:
    """One machine's devices."""

    def __init__(self, link: Link, qom: Qom, properties: Properties, reports: Reports) -> None:
        self.link, self.qom, self.properties, self.reports = link, qom, properties, reports
        self.resets: list[tuple[Any, Any]] = []
        self.regions: list[tuple[Any, Any, Any]] = []
        self.migration = Migration(link)
        self.sections: list[Section] = []
        self.handlers: list[Handler] = []
        self.machine: Any = None
        self.hotplug = True
        properties.realize = lambda thing, errp: self.realize(thing, None, errp)
        properties.unrealize = lambda thing, errp: self.unrealize(thing, errp)

    def names(self) -> dict[str, Any]:
        return {
            **{name: self.keeper(name) for name in _KEPT.split()},
            "qdev_new": self.qom.new,
            "qdev_try_new": self.qom.new,
            "qdev_create": lambda _bus, name: self.qom.new(name),
            "qdev_init_nofail": lambda dev: self.realize(dev, None, self.fatal()),
            "qdev_realize": self.realize,
            "qdev_realize_and_unref": self.realize,
            "sysbus_realize": lambda dev, errp: self.realize(dev, None, errp),
            "sysbus_realize_and_unref": lambda dev, errp: self.realize(dev, None, errp),
            "qdev_unrealize": self.unrealize,
            "object_unparent": self.unparent,
            "qdev_get_machine": lambda: self.machine,
            "qdev_get_hotplug_handler": lambda dev: self.handler(root(dev)),
            "hotplug_handler_unplug": self.handed("unplug"),
            "hotplug_handler_plug": self.handed("plug"),
            "hotplug_handler_pre_plug": self.handed("pre_plug"),
            "qdev_set_parent_bus": lambda *_given: True,
            "sysbus_get_default": lambda: None,
            "sysbus_init_child_obj": self.sysbus_child,
            "object_initialize_child_with_props": self.qom.initialise_child,
            "device_class_set_parent_realize": self.parent_slot("realize"),
            "device_class_set_parent_unrealize": self.parent_slot("unrealize"),
            "device_class_set_parent_reset": self.parent_slot("reset"),
            "resettable_class_set_parent_phases": self.parent_phases,
            "device_class_set_legacy_reset": self.legacy_reset,
            "device_legacy_reset": self.reset,
            "device_cold_reset": self.reset,
            "qemu_register_reset": lambda function, opaque: self.resets.append((function, opaque)),
            "qemu_unregister_reset": self.unregister,
            "qemu_allocate_irqs": self.lines,
            "qemu_allocate_irq": lambda handler, opaque, n: Line(handler, opaque, n),
            "qemu_free_irqs": lambda *_given: None,
            "qemu_set_irq": self.set_line,
            "qemu_irq_raise": lambda line: self.set_line(line, 1),
            "qemu_irq_lower": lambda line: self.set_line(line, 0),
            "qemu_irq_pulse": self.pulse,
            "memory_region_init_io": self.region,
            "vmstate_register": self.describe,
            "vmstate_replace_hack_for_ppc": self.describe,
            "vmstate_unregister": lambda _obj, vmsd, opaque: self.forget(opaque, vmsd),
            "qemu_add_vm_change_state_handler": self.on_change,
            "qemu_del_vm_change_state_handler": self.off_change,
            "run_on_cpu": lambda cs, function, data: function(cs, data),
            "async_run_on_cpu": lambda cs, function, data: function(cs, data),
        }  # fmt: skip

    def keeper(self, name: str) -> Callable[..., None]:
        return lambda *given: self.link.keep(name, *given)

    def fatal(self) -> Any:
        return self.link.natives["error_fatal"]

    # ---- realizing

    def realize(self, dev: Any, _bus: Any = None, errp: Any = None) -> bool:
        """``qdev_realize``: before it the machine's pre_plug, after it its plug."""
        thing = root(dev)
        instance = thing._qom
        if instance is None:
            raise Faulted(f"{dev!r} is no object")
        local = Ref(None)
        handler = self.handler(thing)
        for step in ("pre_plug", "", "plug"):
            if step:
                self.plugged(handler, step, thing, local)
            else:
                self.realized(thing, local)
                if local.v is None and self.is_hotplugged(thing):
                    self.reset(thing)
            if local.v is not None:
                self.reports.propagate(errp, local.v)
                return False
        instance.realized = True
        return True

    def is_hotplugged(self, thing: Any) -> bool:
        """Whether the machine ran already when the device came; it is reset then."""
        device = find(thing, self.qom.record("DeviceState"))
        return bool(device is not None and device.hotplugged)

    def realized(self, thing: Any, errp: Any) -> None:
        cls = self.device_class(thing)
        if cls.realize is not None:
            cls.realize(find(thing, self.qom.record("DeviceState")), errp)
        described = cls.vmsd if "vmsd" in type(cls)._fields else None
        if described is not None and errp.v is None:
            self.describe(None, ANY, described, thing)

    def device_class(self, thing: Any) -> Any:
        return find(self.qom.of(thing).record, self.qom.record("DeviceClass"))

    def handler(self, thing: Any) -> Any:
        """The hotplug handler that the machine names for a device."""
        if self.machine is None or not self.hotplug:
            return None
        machine = root(self.machine)
        cls = self.qom.of(machine)
        inner = find(cls.record, self.qom.record("MachineClass"))
        chosen = inner.get_hotplug_handler
        if chosen is None:
            return None
        device = find(thing, self.qom.record("DeviceState"))
        return chosen(find(machine, self.qom.record("MachineState")), device)

    def plugged(self, handler: Any, step: str, thing: Any, errp: Any) -> None:
        if handler is None:
            return
        cls = self.qom.get_class(self.qom.record("HotplugHandlerClass"), handler)
        function = getattr(cls, step)
        if function is None:
            return
        device = find(thing, self.qom.record("DeviceState"))
        arguments = (handler, device, errp)
        function(*arguments[: function.__code__.co_argcount])

    def handed(self, step: str) -> Callable[..., None]:
        """``hotplug_handler_unplug`` and its kin: the handler's own function."""

        def call(handler: Any, dev: Any, errp: Any) -> None:
            self.plugged(handler, step, root(dev), errp)

        return call

    def unrealize(self, dev: Any, errp: Any = None) -> bool:
        """``qdev_unrealize``; until 5.0 a device's function could fail."""
        thing = root(dev)
        cls = self.device_class(thing)
        thing._qom.realized = False
        self.sections[:] = [s for s in self.sections if s.opaque is not thing]
        local = Ref(None)
        if cls.unrealize is not None:
            fitting(cls.unrealize, find(thing, self.qom.record("DeviceState")), local)
        self.reports.propagate(errp, local.v)
        return local.v is None

    def unparent(self, thing: Any) -> None:
        """Take an object out of the tree; a realized device is unrealized first."""
        thing = root(thing)
        instance = thing._qom
        if instance is not None and instance.realized:
            self.unrealize(thing)
        if instance is not None and instance.parent is not None:
            children = instance.parent._qom.children
            for name in [n for n, child in children.items() if child is thing]:
                del children[name]
            instance.parent = None

    def sysbus_child(self, parent: Any, name: Any, child: Any, _size: int, kind: Any) -> None:
        self.qom.initialise_child(parent, name, child, kind)

    def parent_slot(self, slot: str) -> Callable[..., None]:
        def set_parent(dc: Any, function: Any, kept: Any) -> None:
            kept.v = getattr(dc, slot)
            setattr(dc, slot, function)

        return set_parent

    # ---- resets

    def legacy_reset(self, dc: Any, function: Any) -> None:
        name = "legacy_reset" if "legacy_reset" in type(dc)._fields else "reset"
        setattr(dc, name, function)

    def reset(self, dev: Any) -> None:
        """A device's own reset: its function, or since 4.2 its phases, one after the other."""
        thing = root(dev)
        cls = self.device_class(thing)
        name = "legacy_reset" if "legacy_reset" in type(cls)._fields else "reset"
        function = getattr(cls, name)
        if function is not None:
            function(find(thing, self.qom.record("DeviceState")))
            return
        interface = self.qom.of(thing).interfaces.get("resettable")
        phases = interface.phases if isinstance(interface, Record) else None
        for phase in ("enter", "hold", "exit") if isinstance(phases, Record) else ():
            called = getattr(phases, phase)
            if called is not None:
                fitting(called, thing, 0)

    def parent_phases(self, rc: Any, enter: Any, hold: Any, leave: Any, kept: Any) -> None:
        """``resettable_class_set_parent_phases``: the parent's are kept, those given replace."""
        kept._assign(rc.phases)
        for name, function in (("enter", enter), ("hold", hold), ("exit", leave)):
            if function is not None:
                setattr(rc.phases, name, function)

    def reset_all(self) -> None:
        """What ``qemu_devices_reset`` does: every handler, in the order of registration."""
        for function, opaque in list(self.resets):
            function(opaque)

    def unregister(self, function: Any, opaque: Any) -> None:
        for index, (known, what) in enumerate(self.resets):
            if known is function and what == opaque:
                del self.resets[index]
                return

    # ---- migration, and when the machine stops and runs

    def describe(self, _obj: Any, instance: int, vmsd: Any, opaque: Any) -> int:
        """``vmstate_register``: what migration carries of something."""
        number = ANY if instance in (ANY, 0xFFFFFFFF) else int(instance)
        self.sections.append(Section(self.migration.described(vmsd), number, opaque))
        return 0

    def forget(self, opaque: Any, vmsd: Any) -> None:
        table = self.migration.described(vmsd)
        self.sections[:] = [
            s for s in self.sections if not (s.table is table and s.opaque is opaque)
        ]

    def on_change(self, function: Any, opaque: Any) -> Handler:
        self.handlers.append(Handler(function, opaque))
        return self.handlers[-1]

    def off_change(self, handler: Any) -> None:
        self.handlers[:] = [known for known in self.handlers if known is not handler]

    def changed(self, running: bool) -> None:
        """The machine stops (to be saved), or runs (again): everybody who asked is told."""
        for handler in list(self.handlers):
            handler._function(handler._opaque, running, 0)

    # ---- lines and regions

    def lines(self, handler: Any, opaque: Any, count: int) -> Any:
        made = array(POINTER, None, count)
        made._items[:] = [Line(handler, opaque, number) for number in range(count)]
        return made

    def set_line(self, line: Any, level: int) -> None:
        if isinstance(line, Line):
            line._set(int(level))
        elif line is not None:
            raise Faulted(f"no interrupt line: {line!r}")

    def pulse(self, line: Any) -> None:
        self.set_line(line, 1)
        self.set_line(line, 0)

    def region(self, region: Any, owner: Any, ops: Any, opaque: Any, *_rest: Any) -> None:
        """A memory region with functions: kept, so that it can be read and written later."""
        del owner
        self.regions.append((region, ops, opaque))

    def region_of(self, region: Any) -> tuple[Any, Any] | None:
        """The functions and their argument behind a region."""
        return next(((ops, o) for known, ops, o in self.regions if known is region), None)


__all__ = ["Array", "Devices", "Line", "Record", "RecordType"]
