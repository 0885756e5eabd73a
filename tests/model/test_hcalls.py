"""Hypercalls and RTAS against the real program's answers, and against PAPR's codes."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from spapr_lint.model import Machine, Refused
from spapr_lint.model import constants as codes
from spapr_lint.model.hypercall import OPCODES, spapr_hypercall, spapr_rtas_call

sys.path.insert(0, str(Path(__file__).parent))
from machines import machine

DATA = Path(__file__).parent / "data"
SCANS: list[dict[str, Any]] = json.loads((DATA / "hcall-scan.json").read_text())
NAMES = {
    getattr(codes, name): name for name in dir(codes) if re.match(r"H_(S|H|F|P)[A-Z0-9]+$", name)
}


def call(m: Machine, name: str, *args: int) -> str:
    cpu = next(iter(m.spapr.cpus.values()))
    code, _registers = spapr_hypercall(m.spapr, cpu, OPCODES[name], *args)
    return NAMES[code]


def ok(
    m: Machine, name: str, *numbers: int, before: tuple[int, ...], after: tuple[int, ...]
) -> list[int]:
    """The numbers for which the call succeeds."""
    return [nr for nr in numbers if call(m, name, *before, nr, *after) == "H_SUCCESS"]


def spread(pairs: list[list[int]]) -> list[int]:
    return [nr for first, last in pairs for nr in range(first, last + 1)]


@pytest.mark.parametrize("scan", SCANS, ids=lambda scan: f"{scan['ver']} {scan['machine']}")
def test_the_answers_of_the_real_program(scan: dict[str, Any]) -> None:
    m = machine(f"-M {scan['machine']} -cpu power9 -smp {scan['smp']} --qemu {scan['ver']}")
    info, aim, queue = (
        "H_INT_GET_SOURCE_INFO",
        "H_INT_SET_SOURCE_CONFIG",
        "H_INT_GET_QUEUE_INFO",
    )
    assert call(m, info, 0, 0) == scan["before_CAS"]
    m.cas("xive")
    assert ok(m, info, *range(80), before=(0,), after=()) == spread(scan["lisn_info_ok(0..79)"])
    external = ok(m, info, *range(0x1000, 0x1300), before=(0,), after=())
    assert external == [int(nr, 16) for nr in scan["xirq_ok(0x1000..0x12ff)"]]
    for lisn, code in scan["rc_bad_lisn"].items():
        assert call(m, info, 0, int(lisn, 16)) == code
    targets = spread(scan["queue_info_ok_targets"])
    assert ok(m, queue, *range(80), before=(0,), after=(6,)) == targets
    assert call(m, queue, 0, max(targets) + 1, 6) == scan["queue_info_bad_target"]
    for prio, code in scan["queue_info_prio"].items():
        assert call(m, queue, 0, 0, int(prio)) == code
    sources = spread(scan["set_source_ok_targets"])
    assert [nr for nr in range(80) if call(m, aim, 0, 0, nr, 6, 0) == "H_SUCCESS"] == sources
    assert call(m, aim, 0, 0, max(sources) + 1, 6, 0) == scan["set_source_bad_target"]
    assert call(m, aim, 0, 0xFFF, 0, 6, 0) == scan["set_source_bad_lisn"]
    assert call(m, aim, 0, 0, 0, 7, 0) == scan["set_source_prio7"]


def test_queue_configuration() -> None:
    m = machine("-M pseries,ic-mode=xive,vsmt=8 -smp 2 -m 512M")
    m.cas("xive")
    name = "H_INT_SET_QUEUE_CONFIG"
    assert call(m, name, 1, 8, 6, 0x1000000, 16) == "H_SUCCESS"
    assert call(m, name, 2, 8, 6, 0x1000000, 16) == "H_PARAMETER"
    assert call(m, name, 1, 9, 6, 0x1000000, 16) == "H_P2"
    assert call(m, name, 1, 8, 7, 0x1000000, 16) == "H_P3"
    assert call(m, name, 1, 8, 6, 0x1000800, 16) == "H_P4"
    assert call(m, name, 1, 8, 6, 512 << 20, 16) == "H_P4"
    assert call(m, name, 1, 8, 6, 0x1000000, 13) == "H_P5"
    assert call(m, name, 1, 8, 6, 0x1000000, 12) == "H_SUCCESS"
    cpu = m.spapr.cpus[0]
    code, registers = spapr_hypercall(m.spapr, cpu, OPCODES["H_INT_GET_QUEUE_CONFIG"], 1, 8, 6)
    assert (code, registers[:4]) == (0, [1 | 1 << 62, 0x1000000, 12, 0])
    assert call(m, name, 0, 8, 6, 0, 0) == "H_SUCCESS"
    code, registers = spapr_hypercall(m.spapr, cpu, OPCODES["H_INT_GET_QUEUE_CONFIG"], 0, 8, 6)
    assert registers[:4] == [0, 0, 0, 0]


def test_source_configuration_is_read_back() -> None:
    m = machine("-M pseries,ic-mode=xive,vsmt=8 -smp 2 -m 512M")
    m.cas("xive")
    cpu = m.spapr.cpus[0]
    assert call(m, "H_INT_SET_QUEUE_CONFIG", 1, 8, 6, 0x1000000, 16) == "H_SUCCESS"
    assert call(m, "H_INT_SET_SOURCE_CONFIG", 2, 5, 8, 6, 0x123) == "H_SUCCESS"
    code, registers = spapr_hypercall(m.spapr, cpu, OPCODES["H_INT_GET_SOURCE_CONFIG"], 0, 5)
    assert (code, registers[:3]) == (0, [8, 6, 0x123])
    assert call(m, "H_INT_SET_SOURCE_CONFIG", 1, 5, 8, 6, 0) == "H_SUCCESS"
    code, registers = spapr_hypercall(m.spapr, cpu, OPCODES["H_INT_GET_SOURCE_CONFIG"], 0, 5)
    assert (code, registers[1]) == (0, 0xFF)


def test_esb_by_hypercall() -> None:
    m = machine("-M pseries,ic-mode=xive -smp 1")
    m.cas("xive")
    cpu = m.spapr.cpus[0]

    def esb(flags: int, lisn: int, offset: int) -> tuple[int, int]:
        code, registers = spapr_hypercall(
            m.spapr, cpu, OPCODES["H_INT_ESB"], flags, lisn, offset, 0
        )
        return code, registers[0]

    assert esb(0, 0x1200, 0x800) == (0, 1)
    assert esb(0, 0x1200, 0xC00) == (0, 1)
    assert esb(1, 0x1200, 0) == (0, (1 << 64) - 1)
    assert esb(0, 0x1200, 0x800) == (0, 2)
    assert esb(0, 0x1200, 1 << 18) == (codes.H_P3, 0)
    assert esb(0, 0x1200, 0x804)[0] == codes.H_HARDWARE
    assert esb(2, 0x1200, 0)[0] == codes.H_PARAMETER
    assert esb(0, 0x1250, 0)[0] == codes.H_P2


@pytest.mark.parametrize("mode", ["xics", "dual"])
def test_xics_by_server_number(mode: str) -> None:
    m = machine(f"-M pseries,ic-mode={mode},vsmt=8 -smp 4")
    servers = [nr for nr in range(64) if call(m, "H_IPI", nr, 0xFF) == "H_SUCCESS"]
    assert servers == [0, 8, 16, 24]
    assert call(m, "H_IPI", 1, 4) == "H_PARAMETER"
    assert call(m, "H_IPOLL", 9) == "H_PARAMETER"
    for server in range(32):
        (status,) = spapr_rtas_call(m.spapr, "ibm,set-xive", [0x1200, server, 5], 1)
        assert status == (0 if server in servers else -3)
        known = spapr_rtas_call(m.spapr, "query-cpu-stopped-state", [server], 2)
        assert known[0] == (0 if server in servers else -3)
    assert spapr_rtas_call(m.spapr, "ibm,get-xive", [0x1200], 3) == [0, 24, 5]
    assert spapr_rtas_call(m.spapr, "ibm,int-off", [0x1200], 1) == [0]
    assert spapr_rtas_call(m.spapr, "ibm,get-xive", [0x1200], 3) == [0, 24, 0xFF]
    assert spapr_rtas_call(m.spapr, "ibm,int-on", [0x1200], 1) == [0]
    assert spapr_rtas_call(m.spapr, "ibm,get-xive", [0x1200], 3) == [0, 24, 5]
    assert spapr_rtas_call(m.spapr, "ibm,set-xive", [0xFFF, 0, 5], 1) == [-3]
    assert spapr_rtas_call(m.spapr, "ibm,set-xive", [0x2000, 0, 5], 1) == [-3]
    assert spapr_rtas_call(m.spapr, "ibm,set-xive", [0x1200, 0], 1) == [-3]


def test_each_mode_has_its_calls_only() -> None:
    xive = machine("-M pseries,ic-mode=xive")
    xive.cas("xive")
    assert call(xive, "H_IPI", 0, 4) == "H_FUNCTION"
    xics = machine("-M pseries,ic-mode=xics")
    assert call(xics, "H_INT_RESET", 0) == "H_FUNCTION"
    dual = machine("-M pseries,ic-mode=dual")
    assert call(dual, "H_INT_RESET", 0) == "H_FUNCTION"
    dual.cas("xive")
    assert call(dual, "H_IPI", 0, 4) == "H_HARDWARE"
    assert call(dual, "H_INT_RESET", 0) == "H_SUCCESS"


@pytest.mark.parametrize(("mode", "asked"), [("xics", "xive"), ("xive", "xics")])
def test_cas_for_a_mode_that_is_not_there(mode: str, asked: str) -> None:
    with pytest.raises(Refused, match="Guest requested unavailable interrupt mode"):
        machine(f"-M pseries,ic-mode={mode} --cas {asked}")


def test_hotplug_is_refused_in_qemus_words() -> None:
    m = machine("-M pseries -smp 4,threads=2,maxcpus=8")
    for core_id, words in (
        (1, "invalid core id 1"),
        (8, "core id 8 out of range"),
        (2, "core 2 already populated"),
    ):
        with pytest.raises(Refused, match=words):
            m.plug(core_id)
    with pytest.raises(Refused, match="Boot CPU core may not be unplugged"):
        m.unplug(0)
    with pytest.raises(Refused, match="Unable to find CPU core with core-id: 6"):
        m.unplug(6)
    m.plug(6)
    assert sorted(m.spapr.cpus) == [0, 1, 2, 3, 6, 7]
    m.unplug(6)
    assert sorted(m.spapr.cpus) == [0, 1, 2, 3]
