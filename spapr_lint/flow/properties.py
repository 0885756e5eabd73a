"""Properties set by string: device-tree properties by cell, device properties by owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spapr_lint.flow import containers
from spapr_lint.flow.arguments import Arguments
from spapr_lint.flow.machine import Activation, Machine
from spapr_lint.flow.objects import Object
from spapr_lint.flow.values import Value

if TYPE_CHECKING:
    from spapr_lint.flow.policy import Policy


def _names(value: Value | None) -> list[str]:
    if value is None:
        return []
    return [item for item in value.constants if isinstance(item, str)]


def cells(m: Machine, a: Activation, value: Value, site: int) -> list[Value]:
    """The cells of an array, or the one cell that a plain number is."""
    found: list[Value] = []
    for ref in value.refs:
        if ref.__class__ is Object and ref.shape in containers.SHAPES:
            found.extend(containers.known_items(ref)[0])
        elif ref.__class__ is Object and "v" in ref.slots:
            found.append(ref.slots["v"])
    if value.facts:
        found.append(Value(value.facts, (), value.constants, value.open, value.form))
    return found


def check_cells(
    policy: Policy, m: Machine, a: Activation, name: str, values: list[Value], site: int
) -> None:
    """Judge the cells of a device-tree property."""
    sinks = [s for s in policy.properties.get(name, ()) if policy.fits(s, a)]
    for index, value in enumerate(values):
        if not value.facts and value.form is None:
            continue
        here = [s for s in sinks if _is_cell(s, index)]
        for sink in policy.united(here):
            what = f'cell {index} of "{name}"'
            policy.arrivals.check(m, a, value, sink, -site if site else 0, what)


def _is_cell(sink: Any, index: int) -> bool:
    if sink.cell is None:
        return True
    return bool((index % sink.cells if sink.cells else index) == sink.cell)


def dt_call(
    policy: Policy, m: Machine, a: Activation, item: Any, arguments: Arguments, site: int
) -> None:
    """A call that writes a device-tree property."""
    value = arguments.get(item.value)
    names = _names(arguments.get(item.name))
    if value is None or not names:
        return
    if item.form == "rest":
        found = arguments.positional[item.value :]
    else:
        found = cells(m, a, value, site)
    for name in names:
        if name in policy.properties:
            check_cells(policy, m, a, name, found, site)


def item_store(
    policy: Policy, m: Machine, a: Activation, key: Value, value: Value, site: int
) -> None:
    """``node["property"] = cells``."""
    for name in _names(key):
        if name in policy.properties:
            check_cells(policy, m, a, name, cells(m, a, value, site), site)


def property_call(
    policy: Policy, m: Machine, a: Activation, item: Any, arguments: Arguments, site: int
) -> None:
    """A call that sets a device property by string."""
    target = arguments.get(item.object)
    name_value = arguments.get(item.name)
    value = arguments.get(item.value)
    if item.either and not _names(name_value) and _names(value):
        name_value, value = value, name_value
    if target is None or value is None:
        return
    for name in _names(name_value):
        owners = policy.owners(m, target)
        fields = m.program.property_fields(name, owners)
        if owners is None and len(fields) > 1:
            fields = []  # of which of these devices it is the property is not known
        for owner, field in fields:
            m.write_cell(owner, field, value.step(a.module.index, site, f'property "{name}"'))
        sinks = [s for s in policy.device_properties.get(name, ()) if policy.fits(s, a)]
        fitting = [s for s in sinks if owners is not None and s.owner in owners]
        if not fitting and owners is None:
            fitting = sinks if len({s.wants for s in sinks}) == 1 else []
        if not fitting and owners is not None:
            joined = {(o, f) for o, f in fields}
            fitting = [s for o, f in joined for s in policy.field_sinks.get(f, ()) if s.owner == o]
        for sink in fitting[:1]:
            policy.arrivals.check(m, a, value, sink, site, f'set as property "{name}"')
