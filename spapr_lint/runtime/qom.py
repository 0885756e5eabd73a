"""QEMU's object model: types from the tree's own TypeInfo tables, classes, interfaces, casts.

Source: QEMU qom/object.c, include/qom/object.h.  A class's interfaces have class records of
their own, inherited by copy; an interface pointer is the object itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from spapr_lint.runtime.errors import Aborted, Faulted, Stopped, UnknownExternal
from spapr_lint.runtime.layout import RecordType
from spapr_lint.runtime.link import Link
from spapr_lint.runtime.literal import Text
from spapr_lint.runtime.memory import Array, Record, find, root
from spapr_lint.runtime.text import text_of
from spapr_lint.runtime.types import SizeOf


class Base(NamedTuple):
    """A type whose own C is not linked: its parent, its records, what its instances start with."""

    parent: str | None
    instance: str | None
    cls: str
    init: Callable[[Any], None] | None = None
    class_init: Callable[[Any], None] | None = None
    interfaces: tuple[tuple[str, str], ...] = ()


BASES: Final[Mapping[str, Base]] = {
    "object": Base(None, "Object", "ObjectClass"),
    "interface": Base(None, None, "InterfaceClass"),
    "device": Base(
        "object",
        "DeviceState",
        "DeviceClass",
        interfaces=(("vmstate-if", "VMStateIfClass"), ("resettable", "ResettableClass")),
    ),
    "sys-bus-device": Base(
        "device",
        "SysBusDevice",
        "SysBusDeviceClass",
        class_init=lambda made: _realized_by_doing_nothing(made),
    ),
    "machine": Base("object", "MachineState", "MachineClass"),
    "cpu": Base("device", "CPUState", "CPUClass"),
    "cpu-core": Base("device", "CPUCore", "DeviceClass"),
}


@dataclass(slots=True, eq=False)
class TypeClass:
    """A type with its class: ``record`` the class's record, ``instance`` that of its objects."""

    name: str
    chain: tuple[str, ...]
    record: Any
    instance: Any
    interfaces: dict[str, Any]
    properties: dict[str, Any] = field(default_factory=dict)
    device_properties: list[Any] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Instance:
    """What an object has besides its record."""

    type: TypeClass
    properties: dict[str, Any] = field(default_factory=dict)
    children: dict[str, Any] = field(default_factory=dict)
    parent: Any = None
    name: str | None = None
    realized: bool = False


def _realized_by_doing_nothing(made: TypeClass) -> None:
    """A bus device's class has a function that does nothing, which subclasses call as parent's.

    Source: QEMU hw/core/sysbus.c sysbus_device_class_init(), until 2020.
    """
    cls = made.record
    while "realize" not in type(cls)._fields:
        cls = getattr(cls, next(iter(type(cls)._fields)))
    cls.realize = lambda _dev, _errp: None


class Qom:
    """The types and classes of one run."""

    def __init__(self, link: Link, home: str) -> None:
        self.link = link
        self.home = home
        self.bases: dict[str, Base] = dict(BASES)
        self.infos: dict[str, Any] = {}
        self.classes: dict[str, TypeClass] = {}
        self.containers: dict[str, Any] = {}
        self.listings: dict[int, Iterator[str]] = {}
        self.families: list[Callable[[str], Base | None]] = []
        link.makers.append(self.maker)

    def names(self) -> dict[str, Any]:
        return {
            "type_register_static": self.register,
            "type_register": self.register,
            "type_register_static_array": lambda infos, count: self.register_all(infos, count),
            "type_init": lambda function: function(),
            "DEFINE_TYPES": lambda infos: self.register_all(infos, len(infos)),
            "OBJECT": lambda thing: None if thing is None else root(thing),
            "OBJECT_CLASS": lambda thing: None if thing is None else root(thing),
            "OBJECT_CHECK": lambda kind, thing, _name: self.object_cast(kind, thing),
            "INTERFACE_CHECK": lambda _kind, thing, _name: thing and root(thing),
            "OBJECT_CLASS_CHECK": lambda kind, cls, _name: self.class_cast(kind, cls),
            "OBJECT_GET_CLASS": lambda kind, thing, _name: self.get_class(kind, thing),
            "object_new": self.new,
            "object_initialize_child": self.initialise_child,
            "object_initialize": lambda place, _size, name: self.initialise(place, name),
            "object_get_class": lambda thing: self.of(thing).record,
            "object_get_typename": lambda thing: Text(self.of(thing).name),
            "object_class_get_name": lambda cls: Text(root(cls)._qom.name),
            "object_class_by_name": self.class_by_name,
            "object_class_dynamic_cast": self.class_dynamic_cast,
            "object_class_get_parent": self.class_parent,
            "object_dynamic_cast": self.dynamic_cast,
            "object_ref": lambda thing: thing,
            "object_unref": lambda _thing: None,
            "object_get_canonical_path_component": self.component,
            "object_get_root": lambda: self.container(""),
            "object_get_objects_root": lambda: self.container("/objects"),
            "container_get": lambda _root, path: self.container(text_of(path)),
            "object_property_add_alias": self.add_alias,
            "object_property_iter_init": self.start_listing,
            "object_property_iter_next": self.next_listed,
            "strstart": starts_with,
            "object_resolve_path": self.resolve_path,
            "object_resolve_path_component": self.child,
        }

    # ---- types

    def register(self, info: Any) -> Any:
        self.infos[text_of(info.name)] = info
        return info

    def register_all(self, infos: Any, count: int) -> None:
        for index in range(count):
            self.register(infos[index])

    def type(self, name: str) -> TypeClass:
        """A type's class, made with its parents' when first asked for."""
        name = str.__str__(name)
        found = self.classes.get(name)
        if found is None:
            found = self._make(name)
        return found

    def known(self, name: str) -> bool:
        return name in self.infos or self.base(name) is not None

    def base(self, name: str) -> Base | None:
        """A type that the runtime gives, those by families of names included."""
        found = self.bases.get(name)
        if found is None and name not in self.infos:
            found = next((base for make in self.families if (base := make(name))), None)
        return found

    def _make(self, name: str) -> TypeClass:
        info, base = self.infos.get(name), self.base(name)
        if info is None and base is None:
            raise UnknownExternal(name, self.link.place(), f"unknown QOM type {name!r}")
        up = None
        if info is not None and info.parent is not None:
            up = text_of(info.parent)
        elif base is not None:
            up = base.parent
        parent = self.type(up) if up else None
        record, instance = self._records(info, base, parent)
        made = TypeClass(name, (*(parent.chain if parent else ()), name), record(), instance, {})
        object.__setattr__(made.record, "_qom", made)
        self.classes[name] = made
        if parent is not None:
            self._inherit(made, parent)
        for interface, cls in base.interfaces if base is not None else ():
            self._implement(made, interface, cls)
        if info is not None:
            self._interfaces(made, info)
            self._init_class(made, info)
        if base is not None and base.class_init is not None:
            base.class_init(made)
        return made

    def _records(self, info: Any, base: Base | None, parent: TypeClass | None) -> tuple[Any, Any]:
        """The records of class and instances: a type's own, else its parent's."""
        record = type(parent.record) if parent is not None else None
        instance = parent.instance if parent is not None else None
        if base is not None:
            record = self.record(base.cls)
            instance = self.record(base.instance) if base.instance else instance
        if info is not None:
            if isinstance(info.class_size, SizeOf) and info.class_size.kind is not None:
                record = info.class_size.kind
            if isinstance(info.instance_size, SizeOf) and info.instance_size.kind is not None:
                instance = info.instance_size.kind
        return record, instance

    def record(self, name: str) -> Any:
        found = self.link.program.type_named(self.home, name)
        if not isinstance(found, RecordType):
            raise UnknownExternal(name, "", f"the tree has no record {name}")
        return found

    def _inherit(self, made: TypeClass, parent: TypeClass) -> None:
        above: Any = type(parent.record)
        inner = find(made.record, above)
        if inner is None:
            raise Faulted(f"class {made.name} does not start with its parent's")
        inner._assign(parent.record)
        for name, cls in parent.interfaces.items():
            copied = None if cls is None else type(cls)()
            if copied is not None:
                copied._assign(cls)
                object.__setattr__(copied, "_qom", made)
            made.interfaces[name] = copied

    def _interfaces(self, made: TypeClass, info: Any) -> None:
        listed = info.interfaces
        for item in listed._items if isinstance(listed, Array) else ():
            if item is None or item.type is None:
                continue
            name = text_of(item.type)
            if name in made.interfaces:
                continue
            cls = type(self.type(name).record) if self.known(name) else None
            self._implement(made, name, cls)

    def _implement(self, made: TypeClass, name: str, cls: Any) -> None:
        """``cls`` None: not known before somebody casts to it."""
        if isinstance(cls, str):
            found = self.link.program.type_named(self.home, cls)
            cls = found if isinstance(found, RecordType) else None
        record = cls() if cls is not None else None
        if record is not None:
            object.__setattr__(record, "_qom", made)
        made.interfaces[name] = record

    def _init_class(self, made: TypeClass, info: Any) -> None:
        for up in made.chain[:-1]:
            above = self.infos.get(up)
            if above is not None and above.class_base_init is not None:
                above.class_base_init(made.record, above.class_data)
        if info.class_init is not None:
            info.class_init(made.record, info.class_data)

    def class_by_name(self, name: Any) -> Any:
        text = text_of(name)
        return self.type(text).record if self.known(text) else None

    def class_parent(self, cls: Any) -> Any:
        chain = root(cls)._qom.chain
        return self.type(chain[-2]).record if len(chain) > 1 else None

    # ---- objects

    def of(self, thing: Any) -> TypeClass:
        """An object's type."""
        if not isinstance(thing, Record):
            raise Faulted(f"no object: {thing!r}")
        instance = root(thing)._qom
        if isinstance(instance, Instance):
            return instance.type
        if isinstance(instance, TypeClass):
            return instance
        raise Faulted(f"{thing!r} is not initialised as an object")

    def new(self, name: Any) -> Any:
        """``object_new``."""
        made = self.type(text_of(name))
        if made.instance is None:
            raise Aborted(f"type {made.name} has no instances", self.link.place())
        thing = made.instance()
        return self.initialise(thing, name)

    def initialise(self, thing: Any, name: Any) -> Any:
        """Make a record an object of a type: instance_init of its parents, then its own."""
        made = self.type(text_of(name))
        thing = root(thing)
        instance = Instance(made)
        object.__setattr__(thing, "_qom", instance)
        for up in made.chain:
            base, info = self.base(up), self.infos.get(up)
            if base is not None and base.init is not None:
                base.init(thing)
            if info is not None and info.instance_init is not None:
                info.instance_init(thing)
        for up in reversed(made.chain):
            info = self.infos.get(up)
            if info is not None and info.instance_post_init is not None:
                info.instance_post_init(thing)
        for hook in self.after_init():
            hook(thing)
        return thing

    def after_init(self) -> Iterator[Callable[[Any], None]]:
        """What devices do when they are initialised: defaults of their properties."""
        yield from self.hooks

    hooks: tuple[Callable[[Any], None], ...] = ()

    def initialise_child(self, parent: Any, name: Any, child: Any, *given: Any) -> None:
        """``object_initialize_child``, whose size argument came and went over the years."""
        kind = next(item for item in given if isinstance(item, str))
        self.initialise(child, kind)
        self.adopt(parent, name, child)

    def adopt(self, parent: Any, name: Any, child: Any) -> None:
        outer = root(parent)._qom
        if isinstance(outer, Instance):
            outer.children[text_of(name)] = root(child)
        inner = root(child)._qom
        inner.parent, inner.name = root(parent), text_of(name)

    def component(self, thing: Any) -> Any:
        name = root(thing)._qom.name
        return None if name is None else Text(name)

    def container(self, path: str) -> Any:
        """The object that only holds others, by its path."""
        found = self.containers.get(path)
        if found is None:
            found = self.containers[path] = self.new("object")
        return found

    def add_alias(self, thing: Any, name: Any, target: Any, inner: Any, *_errp: Any) -> None:
        """A second name for a child of another object."""
        child = root(target)._qom.children.get(text_of(inner))
        if child is None:
            raise Faulted(f"an alias of {text_of(inner)}, which is no child")
        root(thing)._qom.children[text_of(name)] = child

    def resolve_path(self, path: Any, _ambiguous: Any = None) -> Any:
        home, _, name = text_of(path).rpartition("/")
        outer = self.containers.get(home)
        return None if outer is None else outer._qom.children.get(name)

    def start_listing(self, listing: Any, thing: Any) -> None:
        """The children of a container as properties, which links and aliases of links are."""
        names = list(root(thing)._qom.children)
        self.listings[id(listing)] = iter(names)

    def next_listed(self, listing: Any) -> Any:
        name = next(self.listings[id(listing)], None)
        if name is None:
            return None
        return self.record("ObjectProperty")(name=Text(name), type=Text("link<>"))

    def child(self, parent: Any, name: Any) -> Any:
        return root(parent)._qom.children.get(text_of(name))

    # ---- casts

    def maker(self, kind: str, name: str) -> Any:
        """A cast macro by its name: ``SPAPR_XIVE``, ``SPAPR_XIVE_GET_CLASS``, ``…_CLASS``."""
        if kind != "cast":
            return None
        program = self.link.program
        target = program.type_named(self.home, program.source.casts[name])
        if name.endswith("_GET_CLASS"):
            return lambda thing: self.get_class(target, thing)
        if name.endswith("_CLASS"):
            return lambda cls: self.class_cast(target, cls)
        return lambda thing: self.object_cast(target, thing)

    def object_cast(self, kind: Any, thing: Any) -> Any:
        """The object as that record; an interface's pointer is the object."""
        if thing is None or type(thing) is kind:
            return thing
        if not isinstance(thing, Record):
            raise Faulted(f"no object: {thing!r}")
        outer = root(thing)
        if not isinstance(kind, RecordType):
            return outer
        found = find(outer, kind)
        if found is None and _is_interface(kind):
            return outer
        if found is None:
            self.of(outer)
            raise Aborted(f"Object is not an instance of type {kind.__name__}", self.link.place())
        return found

    def class_cast(self, kind: Any, cls: Any) -> Any:
        """The class as that record, or the class's interface."""
        if cls is None:
            return None
        outer = root(cls)
        found = find(outer, kind) if isinstance(kind, RecordType) else None
        if found is not None:
            return found
        return self._interface(self.of(outer), kind)

    def _interface(self, made: TypeClass, kind: Any) -> Any:
        for record in made.interfaces.values():
            if record is not None and isinstance(kind, RecordType):
                found = find(record, kind)
                if found is not None:
                    return found
        wanted = self._type_names(kind) if isinstance(kind, RecordType) else ()
        for name, record in made.interfaces.items():
            if record is None and (name in wanted or name.replace("-", "") in wanted):
                fresh = made.interfaces[name] = kind()
                object.__setattr__(fresh, "_qom", made)
                return fresh
        raise Aborted(f"class {made.name} is no {kind!r}", self.link.place())

    def _type_names(self, kind: RecordType) -> set[str]:
        """What the type whose class is that record may be called."""
        title = kind.__name__
        found = {title.lower().removesuffix("class"), title.lower().removesuffix("ifclass")}
        casts = self.link.program.source.casts
        for cast in [c for c, of in casts.items() if of == title and c.endswith("_CLASS")]:
            stem = cast.removesuffix("_CLASS").removesuffix("_GET")
            try:
                found.add(text_of(self.link.resolve(self.home, f"TYPE_{stem}")[0]))
            except Stopped:
                continue
        return found

    def get_class(self, kind: Any, thing: Any) -> Any:
        """``X_GET_CLASS(thing)``."""
        if thing is None:
            raise Faulted("NULL is followed (the class of no object)")
        made = self.of(thing)
        found = find(made.record, kind) if isinstance(kind, RecordType) else None
        return found if found is not None else self._interface(made, kind)

    def is_a(self, made: TypeClass, name: str) -> bool:
        if name in made.chain or name in made.interfaces:
            return True
        above = [self.classes[n].chain for n in made.interfaces if n in self.classes]
        return any(name in chain for chain in above)

    def dynamic_cast(self, thing: Any, name: Any) -> Any:
        if thing is None:
            return None
        return root(thing) if self.is_a(self.of(thing), text_of(name)) else None

    def class_dynamic_cast(self, cls: Any, name: Any) -> Any:
        return root(cls) if self.is_a(self.of(cls), text_of(name)) else None


def _is_interface(kind: RecordType) -> bool:
    """A record of nothing but an ``Object``: how interfaces were declared before 4.2."""
    types = [field.type for field in kind._fields.values()]
    return len(types) == 1 and getattr(types[0], "__name__", "") == "Object"


def starts_with(text: Any, part: Any, rest: Any) -> int:
    """``strstart``: whether a text starts with another; where it goes on is stored."""
    whole, head = text_of(text), text_of(part)
    if not whole.startswith(head):
        return 0
    if rest is not None:
        rest.v = Text(whole[len(head) :])
    return 1
