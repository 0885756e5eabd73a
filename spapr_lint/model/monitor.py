"""``info pic`` for XIVE, as QEMU's monitor prints it.

Source: QEMU hw/intc/spapr_xive.c spapr_xive_pic_print_info(), hw/intc/xive.c.
"""

from __future__ import annotations

from spapr_lint.model.spapr_xive import spapr_xive_nvt_to_target
from spapr_lint.model.state import SpaprXive, XiveEND, cpu_foreach
from spapr_lint.model.xive import xive_source_esb_get, xive_source_irq_is_lsi

_RINGS = ("USER", "OS", "POOL", "PHYS")


def _ring(ring: bytes) -> str:
    nsr, cppr, ipb, lsmfb, ack, inc, age, pipr = ring[:8]
    word2 = int.from_bytes(ring[8:12], "big")
    return (
        f"{nsr:02x}   {cppr:02x}  {ipb:02x}    {lsmfb:02x}   {ack:02x}  "
        f"{inc:02x}  {age:02x}   {pipr:02x}  {word2:08x}"
    )


def xive_end_queue_pic_print_info(xive: SpaprXive, end: XiveEND, width: int = 6) -> str:
    """The last entries of a queue and the next one, marked with ^."""
    entries = 1 << (end.qsize + 10)
    qindex = (end.page_off - (width - 1)) & (entries - 1)
    words = []
    for column in range(width):
        value = xive.spapr.memory.read32(end.qaddr + (qindex << 2))
        words.append(f"{'^' if column == width - 1 else ''}{value:08x} ")
        qindex = (qindex + 1) & (entries - 1)
    return " [ " + "".join(words) + "]"


def spapr_xive_print_info(xive: SpaprXive) -> list[str]:
    """Thread contexts, then every claimed LISN with its PQ bits, EISN and queue."""
    lines = []
    for cpu in cpu_foreach(xive.spapr):
        if cpu.tctx is None:
            continue
        index = f"CPU[{cpu.cs.cpu_index:04x}]"
        lines.append(f"{index}:   QW   NSR CPPR IPB LSMFB ACK# INC AGE PIPR  W2")
        for number, name in enumerate(_RINGS):
            ring = bytes(cpu.tctx.regs[number * 16 : number * 16 + 16])
            lines.append(f"{index}: {name:>4}    {_ring(ring)}")
    lines.append("  LISN         PQ    EISN     CPU/PRIO EQ")
    xsrc = xive.source
    for lisn, eas in enumerate(xive.eat):
        if not eas.valid:
            continue
        pq = xive_source_esb_get(xsrc, lisn)
        flags = ("P" if pq & 2 else "-") + ("Q" if pq & 1 else "-")
        flags += "A" if lisn in xsrc.asserted else " "
        kind = "LSI" if xive_source_irq_is_lsi(xsrc, lisn) else "MSI"
        masked = "M" if eas.masked else " "
        line = f"  {lisn:08x} {kind} {flags} {masked} {eas.end_data:08x} "
        end = xive.endt[eas.end_idx] if not eas.masked else XiveEND()
        if end.valid:
            target = spapr_xive_nvt_to_target(end.nvt_blk, end.nvt_idx)
            entries = 1 << (end.qsize + 10)
            line += (
                f"{target:3d}/{end.priority} {end.page_off:6d}/{entries:5d} "
                f"@{end.qaddr:x} ^{end.generation}"
            )
            line += xive_end_queue_pic_print_info(xive, end)
        lines.append(line)
    return lines
