"""A device tree under construction, with libfdt's names, and its ways out: JSON, dts, dtb.

Properties are bytes as in the blob.  The tree itself is nested dictionaries, so that nothing but
the blob needs a library: pylibfdt, the binding that dtc's own maintainers keep, loaded when asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Value = str | int | list[int] | None


@dataclass(slots=True)
class FdtNode:
    """A node: properties as the blob holds them, and children by name with unit address."""

    name: str
    properties: dict[str, bytes] = field(default_factory=dict)
    children: dict[str, FdtNode] = field(default_factory=dict)


@dataclass(slots=True)
class Fdt:
    """The tree: its root node."""

    root: FdtNode = field(default_factory=lambda: FdtNode(""))


def fdt_add_subnode(fdt: Fdt, parent: FdtNode, name: str) -> FdtNode:
    """A new child node.  The tree is named first, as libfdt has it, and not needed."""
    del fdt
    return parent.children.setdefault(name, FdtNode(name))


def fdt_setprop(fdt: Fdt, node: FdtNode, name: str, value: list[int] | None) -> None:
    """A property of 32-bit cells, or with None an empty one."""
    del fdt
    node.properties[name] = encode(value)


def fdt_setprop_cell(fdt: Fdt, node: FdtNode, name: str, value: int) -> None:
    """A property of one 32-bit cell."""
    del fdt
    node.properties[name] = encode(value)


def fdt_setprop_string(fdt: Fdt, node: FdtNode, name: str, value: str) -> None:
    """A property that is a string."""
    del fdt
    node.properties[name] = encode(value)


def fdt_subnode(node: FdtNode, prefix: str) -> FdtNode | None:
    """The first child whose name is ``prefix``, with or without a unit address."""
    for name, child in node.children.items():
        if name == prefix or name.startswith(prefix + "@"):
            return child
    return None


def cells(node: FdtNode, name: str) -> list[int] | None:
    """The cells of a property, None when it is absent or no list of cells."""
    value = node.properties.get(name)
    if value is None or len(value) % 4:
        return None
    return [int.from_bytes(value[at : at + 4], "big") for at in range(0, len(value), 4)]


def encode(value: Value) -> bytes:
    """A property's value as the flattened tree holds it: big-endian cells, strings with NUL."""
    if value is None:
        return b""
    if isinstance(value, str):
        return value.encode() + b"\0"
    if isinstance(value, int):
        return (value & 0xFFFFFFFF).to_bytes(4, "big")
    return b"".join((cell & 0xFFFFFFFF).to_bytes(4, "big") for cell in value)


def to_dtb(tree: Fdt) -> bytes:
    """The flattened tree, version 17.  Needs pylibfdt (``pip install spapr-lint[model]``)."""
    import libfdt  # type: ignore[import-untyped]

    writer = libfdt.FdtSw()
    writer.finish_reservemap()

    def write(node: FdtNode) -> None:
        writer.begin_node(node.name)
        for name, value in node.properties.items():
            writer.property(name, value)
        for child in node.children.values():
            write(child)
        writer.end_node()

    write(tree.root)
    blob = writer.as_fdt()
    blob.pack()
    return bytes(blob.as_bytearray())


def to_dts(tree: Fdt) -> str:
    """The tree as source text for dtc."""
    lines = ["/dts-v1/;", ""]
    _dts(tree.root, 0, lines)
    return "\n".join(lines) + "\n"


def _dts(node: FdtNode, depth: int, lines: list[str]) -> None:
    tab = "\t" * depth
    lines.append(f"{tab}{node.name or '/'} {{")
    for name, value in node.properties.items():
        lines.append(f"{tab}\t{_property(name, value)}")
    for child in node.children.values():
        lines.append("")
        _dts(child, depth + 1, lines)
    lines.append(f"{tab}}};")


def _property(name: str, value: bytes) -> str:
    """A property as dtc shows it: text where it looks like text, else cells."""
    text = value.removesuffix(b"\0")
    if not value:
        return f"{name};"
    if text and value.endswith(b"\0") and text.isascii() and text.decode().isprintable():
        return f'{name} = "{text.decode()}";'
    if len(value) % 4:
        return f"{name} = [{value.hex(' ')}];"
    numbers = (int.from_bytes(value[at : at + 4], "big") for at in range(0, len(value), 4))
    return f"{name} = <{' '.join(f'0x{number:x}' for number in numbers)}>;"
