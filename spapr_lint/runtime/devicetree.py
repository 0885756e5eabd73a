"""libfdt over a tree in memory: nodes by offset, properties as bytes.

Offsets count nodes in the order of their making; no caller may compute with them.  Error codes
and the order of subnodes (the newest first) are libfdt's.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from spapr_lint.runtime.errors import Exited, Faulted
from spapr_lint.runtime.link import Link
from spapr_lint.runtime.literal import Text
from spapr_lint.runtime.memory import array
from spapr_lint.runtime.text import text_of
from spapr_lint.runtime.types import UINT8
from spapr_lint.runtime.views import bytes_of

NOT_FOUND, EXISTS, BAD_PATH, BAD_VALUE = -1, -2, -5, -15


class Node(NamedTuple):
    """One node; ``children`` are offsets."""

    name: str
    parent: int
    properties: dict[str, bytes]
    children: list[int]


class DeviceTree:
    """A flattened device tree under construction."""

    def __init__(self) -> None:
        self._nodes = [Node("", 0, {}, [])]

    def node(self, path: str) -> Node | None:
        """A node by its path; a name without unit address is enough."""
        offset = find_path(self, path)
        return self._nodes[offset] if offset >= 0 else None

    def paths(self) -> dict[str, Node]:
        """All nodes by full path, in order."""
        found: dict[str, Node] = {}

        def walk(offset: int, prefix: str) -> None:
            node = self._nodes[offset]
            found[prefix or "/"] = node
            for child in node.children:
                walk(child, f"{prefix}/{self._nodes[child].name}")

        walk(0, "")
        return found


def find_child(tree: DeviceTree, parent: int, name: str) -> int:
    """The offset of a subnode."""
    for offset in tree._nodes[parent].children:
        known = tree._nodes[offset].name
        if known == name or ("@" not in name and known.partition("@")[0] == name):
            return offset
    return NOT_FOUND


def find_path(tree: DeviceTree, path: str) -> int:
    """The offset of a node by path."""
    offset = 0
    for part in path.split("/"):
        if part:
            offset = find_child(tree, offset, part)
            if offset < 0:
                return NOT_FOUND
    return offset


def _at(tree: Any, offset: int) -> Node:
    if not isinstance(tree, DeviceTree) or not 0 <= offset < len(tree._nodes):
        raise Faulted(f"no node {offset} of a device tree")
    return tree._nodes[offset]


def _add(tree: Any, parent: int, name: Any) -> int:
    text = text_of(name)
    if any(tree._nodes[child].name == text for child in _at(tree, parent).children):
        return EXISTS
    tree._nodes.append(Node(text, parent, {}, []))
    _at(tree, parent).children.insert(0, len(tree._nodes) - 1)
    return len(tree._nodes) - 1


def _put(tree: Any, offset: int, name: Any, raw: bytes) -> int:
    if offset < 0:
        return offset
    _at(tree, offset).properties[text_of(name)] = raw
    return 0


def _put_cells(size: int) -> Any:
    def cells(tree: Any, offset: int, name: Any, value: int) -> int:
        raw = (int(value) & ((1 << size * 8) - 1)).to_bytes(size, "big")
        return _put(tree, offset, name, raw)

    return cells


def _get(tree: Any, offset: int, name: Any, length: Any = None) -> Any:
    raw = _at(tree, offset).properties.get(text_of(name))
    if length is not None:
        length.v = NOT_FOUND if raw is None else len(raw)
    return None if raw is None else array(UINT8, list(raw))


def _drop(tree: Any, offset: int, name: Any) -> int:
    return NOT_FOUND if _at(tree, offset).properties.pop(text_of(name), None) is None else 0


def _phandle(tree: Any, offset: int) -> int:
    return int.from_bytes(_at(tree, offset).properties.get("phandle", b""), "big")


def _next_child(tree: Any, offset: int) -> int:
    siblings = _at(tree, _at(tree, offset).parent).children
    index = siblings.index(offset) + 1
    return siblings[index] if index < len(siblings) else NOT_FOUND


def device_tree(link: Link) -> dict[str, Any]:
    """libfdt's functions, and QEMU's ``_FDT``."""

    def checked(result: int) -> None:
        if result < 0:
            where = link.place()
            raise Exited(f"error creating device tree: {where}: libfdt error {result}", where)

    return {
        "fdt_add_subnode": _add,
        "fdt_setprop": lambda t, o, n, data, size: _put(t, o, n, bytes_of(data, int(size))),
        "fdt_setprop_cell": _put_cells(4),
        "fdt_setprop_u32": _put_cells(4),
        "fdt_setprop_u64": _put_cells(8),
        "fdt_setprop_empty": lambda t, o, n: _put(t, o, n, b""),
        "fdt_setprop_string": lambda t, o, n, s: _put(t, o, n, text_of(s).encode() + b"\0"),
        "fdt_appendprop": lambda t, o, n, data, size: _put(
            t, o, n, _at(t, o).properties.get(text_of(n), b"") + bytes_of(data, int(size))
        ),
        "fdt_path_offset": lambda tree, path: find_path(tree, text_of(path)),
        "fdt_subnode_offset": lambda tree, o, name: find_child(tree, o, text_of(name)),
        "fdt_parent_offset": lambda tree, offset: _at(tree, offset).parent,
        "fdt_first_subnode": lambda tree, o: (_at(tree, o).children or [NOT_FOUND])[0],
        "fdt_next_subnode": _next_child,
        "fdt_getprop": _get,
        "fdt_get_name": lambda tree, offset, *_length: Text(_at(tree, offset).name),
        "fdt_get_phandle": _phandle,
        "fdt_delprop": _drop,
        "fdt_strerror": lambda code: Text(f"libfdt error {code}"),
        "_FDT": checked,
    }  # fmt: skip
