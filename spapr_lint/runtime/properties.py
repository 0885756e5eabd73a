"""Properties of objects and devices: declared by the C, set by name, defaults applied.

Source: QEMU qom/object.c, hw/core/qdev-properties.c.  Both argument orders of
``object_property_set_*`` (they changed in 5.1) are understood.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from spapr_lint.runtime.check import field_name
from spapr_lint.runtime.errors import Property
from spapr_lint.runtime.layout import Field, RecordType
from spapr_lint.runtime.link import Link
from spapr_lint.runtime.literal import Text
from spapr_lint.runtime.memory import Array, Ref, find, record, root
from spapr_lint.runtime.program import POINTER
from spapr_lint.runtime.qom import Qom, TypeClass
from spapr_lint.runtime.reports import Reports
from spapr_lint.runtime.text import text_of
from spapr_lint.runtime.types import PointerType

_FIELDS = ("name", "owner", "field", "default_", "kind", "more")
PROPERTY = record("Property", [Field(field_name(name), POINTER) for name in _FIELDS])


class Accessors(NamedTuple):
    """A property with functions: ``get`` and ``set`` take what its kind says."""

    kind: str
    get: Any
    set: Any
    opaque: Any = None


class Visitor:
    """What a property's setter reads its value from."""

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = value


class Properties:
    """The functions that declare, set and get properties."""

    def __init__(self, link: Link, qom: Qom, reports: Reports) -> None:
        self.link, self.qom, self.reports = link, qom, reports
        self.realize: Callable[[Any, Any], bool] = lambda _thing, _errp: True
        self.compat: list[tuple[str, str, str]] = []
        self.unrealize: Callable[[Any, Any], bool] = lambda _thing, _errp: True
        qom.hooks = (self.defaults, self.apply_compat)
        link.makers.append(self.maker)

    def names(self) -> dict[str, Any]:
        sets = ("int", "uint", "bool", "str", "link")
        qdev_sets = ("uint8", "uint16", "uint32", "uint64", "int32", "bit", "string", "chr")
        visits = ("uint8", "uint16", "uint32", "uint64", "int", "int32", "int64", "bool", "size")
        return {
            **{f"object_property_set_{kind}": self.setter() for kind in sets},
            **{f"qdev_prop_set_{kind}": self.device_setter() for kind in qdev_sets},
            **{f"object_property_get_{kind}": self.getter(kind) for kind in sets},
            **{f"visit_type_{kind}": self.visit for kind in visits},
            "visit_type_str": self.visit,
            **self._adders("object"),
            **self._adders("object_class"),
            "object_property_add_child": self.add_child,
            "object_property_add_const_link": self.add_link,
            "object_property_find": self.found,
            "object_property_add_link": self.add_pointer,
            "object_property_allow_set_link": lambda *_given: None,
            "object_property_del": lambda thing, name, *_errp: self._table(thing).pop(
                text_of(name), None
            ),
            "device_class_set_props": self.set_props,
            "compat_props_add": self.add_compat,
            "device_class_set_props_n": lambda dc, props, _count: self.set_props(dc, props),
        }

    def _adders(self, of: str) -> dict[str, Any]:
        def add(thing: Any, name: Any, kind: str, get: Any, set_: Any, opaque: Any = None) -> Any:
            made = Accessors(kind, get, set_, opaque)
            self._table(thing)[text_of(name)] = made
            return made

        def by_functions(kind: str) -> Any:
            return lambda thing, name, get, set_, *_errp: add(thing, name, kind, get, set_)

        def by_pointer(thing: Any, name: Any, pointer: Any, *_flags: Any) -> Any:
            return add(thing, name, "pointer", None, None, pointer)

        def visited(thing: Any, name: Any, _kind: Any, get: Any, set_: Any, *rest: Any) -> Any:
            opaque = rest[1] if len(rest) > 1 else None
            return add(thing, name, "visitor", get, set_, opaque)

        found = {
            f"{of}_property_add_bool": by_functions("bool"),
            f"{of}_property_add_str": by_functions("str"),
            f"{of}_property_add": visited,
            f"{of}_property_set_description": lambda *_given: None,
        }
        for bits in (8, 16, 32, 64):
            found[f"{of}_property_add_uint{bits}_ptr"] = by_pointer
        return found

    def _table(self, thing: Any) -> dict[str, Any]:
        table: dict[str, Any] = root(thing)._qom.properties
        return table

    # ---- devices' tables

    def maker(self, kind: str, name: str) -> Any:
        """``DEFINE_PROP_UINT32`` and its kin, by name."""
        if kind == "native" and name.startswith("hw_compat_"):
            self.link.stubs["hw_compat_*"] += 1
            return 0 if name.endswith("_len") else Array(POINTER, 0)
        if kind != "native" or not name.startswith("DEFINE_PROP"):
            return None
        if name == "DEFINE_PROP_END_OF_LIST":
            return lambda: None
        what = name.removeprefix("DEFINE_PROP_").lower()

        def define(*given: Any) -> Any:
            title, owner, field = given[0], given[1], given[2]
            rest = given[3:]
            default = rest[-1] if what == "bit" else rest[0] if rest else None
            if what in ("link", "string", "chr", "netdev", "macaddr"):
                default = None
            return PROPERTY(title, owner, field, default, what, rest)

        return define

    def set_props(self, dc: Any, properties: Any) -> None:
        made: TypeClass = root(dc)._qom
        listed = properties._items if hasattr(properties, "_items") else [properties]
        made.device_properties = [item for item in listed if item is not None and item.name]

    def listed(self, made: TypeClass) -> list[Any]:
        """The device properties of a type and its parents; before 5.0 they stood in a field."""
        found: list[Any] = []
        for name in made.chain:
            up = self.qom.type(name)
            if not up.device_properties:
                cls = type(up.record)
                inner = find(up.record, self.qom.record("DeviceClass")) if cls else None
                if inner is not None and "props" in type(inner)._fields and inner.props is not None:
                    self.set_props(up.record, inner.props)
            found += up.device_properties
        return found

    def defaults(self, thing: Any) -> None:
        """A device's defaults."""
        made = self.qom.of(thing)
        if "device" not in made.chain:
            return
        for item in self.listed(made):
            if item.default_ is not None and isinstance(item.default_, (int, float)):
                self._store(thing, item, item.default_)

    def _store(self, thing: Any, item: Any, value: Any) -> None:
        outer = find(root(thing), item.owner) if isinstance(item.owner, RecordType) else None
        if outer is None:
            raise Property(f"the object has no {item.owner!r}")
        *path, last = str.__str__(item.field).split(".")
        for part in path:
            outer = getattr(outer, field_name(part))
        if item.kind == "bit":
            bit = item.more[0]
            old = getattr(outer, field_name(last))
            value = old | 1 << bit if value else old & ~(1 << bit)
        if item.kind == "link" and item.more and value is not None:
            kind = item.more[-1]
            kind = kind.of if isinstance(kind, PointerType) else kind
            value = find(value, kind) or value if isinstance(kind, RecordType) else value
        setattr(outer, field_name(last), value)

    def add_compat(self, _list: Any, properties: Any, count: int) -> None:
        """A machine version's values for properties; those of all machines are not in view."""
        for index in range(count):
            item = properties[index]
            self.compat.append((text_of(item.driver), text_of(item.property), text_of(item.value)))

    def apply_compat(self, thing: Any) -> None:
        made = self.qom.of(thing)
        if "device" not in made.chain:
            return
        for driver, name, text in self.compat:
            found = [i for i in self.listed(made) if text_of(i.name) == name]
            if found and self.qom.is_a(made, driver):
                value = {"on": 1, "true": 1, "off": 0, "false": 0}.get(text)
                self._store(thing, found[-1], int(text, 0) if value is None else value)

    # ---- setting and getting

    def set(self, thing: Any, name: str, value: Any, errp: Any = None) -> bool:
        """Set a property.  What its setter says goes to ``errp``; an unknown one is an error."""
        thing = root(thing)
        made = self.qom.of(thing)
        if name == "realized":
            return self.realize(thing, errp) if value else self.unrealize(thing, errp)
        for item in self.listed(made) if "device" in made.chain else ():
            if text_of(item.name) == name:
                self._store(thing, item, value)
                return True
        for table in (thing._qom.properties, *self._class_tables(made)):
            if name in table:
                return self._by_accessors(thing, name, table[name], value, errp)
        if errp is None:
            raise Property(f"Property '{made.name}.{name}' not found", self.link.place())
        self.reports.setg(errp, Text(f"Property '{made.name}.{name}' not found"))
        return False

    def _class_tables(self, made: TypeClass) -> list[dict[str, Any]]:
        return [self.qom.type(name).properties for name in reversed(made.chain)]

    def _by_accessors(self, thing: Any, name: str, item: Any, value: Any, errp: Any) -> bool:
        if not isinstance(item, Accessors):
            return True
        if item.kind == "pointer":
            item.opaque.v = value
            return True
        if item.set is None:
            raise Property(f"Property '{name}' is read only", self.link.place())
        local = Ref(None)
        if item.kind == "visitor":
            item.set(thing, Visitor(value), Text(name), item.opaque, local)
        else:
            item.set(thing, Text(value) if isinstance(value, str) else value, local)
        if local.v is not None:
            self.reports.propagate(errp, local.v)
            return False
        return True

    def setter(self) -> Any:
        def set_(thing: Any, first: Any, second: Any, errp: Any = None) -> bool:
            swapped = not isinstance(first, str) or (
                isinstance(second, str) and not self._has(thing, text_of(first))
            )
            name, value = (second, first) if swapped else (first, second)
            return self.set(thing, text_of(name), value, errp)

        return set_

    def _has(self, thing: Any, name: str) -> bool:
        made = self.qom.of(thing)
        if any(text_of(item.name) == name for item in self.listed(made)):
            return True
        tables = (root(thing)._qom.properties, *self._class_tables(made))
        return any(name in table for table in tables)

    def device_setter(self) -> Any:
        return lambda thing, name, value: self.set(thing, text_of(name), value)

    def getter(self, kind: str) -> Any:
        def get(thing: Any, name: Any, *_errp: Any) -> Any:
            value = self.get(thing, text_of(name))
            return Text(value) if kind == "str" and isinstance(value, str) else value

        return get

    def get(self, thing: Any, name: str) -> Any:
        """A property's value.  Raises `Property` for an unknown one."""
        thing = root(thing)
        made = self.qom.of(thing)
        if name == "realized":
            return thing._qom.realized
        for item in self.listed(made) if "device" in made.chain else ():
            if text_of(item.name) == name:
                return getattr(find(thing, item.owner), field_name(item.field))
        if name in thing._qom.children:
            return thing._qom.children[name]
        for table in (thing._qom.properties, *self._class_tables(made)):
            item = table.get(name)
            if isinstance(item, Accessors):
                return self._got(thing, name, item)
            if item is not None:
                return item
        raise Property(f"Property '{made.name}.{name}' not found", self.link.place())

    def _got(self, thing: Any, name: str, item: Accessors) -> Any:
        if item.kind == "pointer":
            return item.opaque.v
        if item.kind == "visitor":
            box = Visitor(None)
            item.get(thing, box, Text(name), item.opaque, Ref(None))
            return box._value
        return item.get(thing, Ref(None))

    def visit(self, visitor: Visitor, _name: Any, place: Any, _errp: Any = None) -> bool:
        if visitor._value is None:
            visitor._value = place.v
        else:
            place.v = visitor._value
        return True

    def add_child(self, parent: Any, name: Any, child: Any, *_errp: Any) -> Any:
        self.qom.adopt(parent, name, child)
        return child

    def add_link(self, thing: Any, name: Any, target: Any, *_errp: Any) -> None:
        self._table(thing)[text_of(name)] = target

    def add_pointer(self, thing: Any, name: Any, _kind: Any, pointer: Any, *_rest: Any) -> None:
        self._table(thing)[text_of(name)] = Accessors("pointer", None, None, pointer)

    def found(self, thing: Any, name: Any, *_errp: Any) -> Any:
        tables = (root(thing)._qom.properties, *self._class_tables(self.qom.of(thing)))
        return next((t[text_of(name)] for t in tables if text_of(name) in t), None)
