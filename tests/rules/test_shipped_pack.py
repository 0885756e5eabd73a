"""The shipped pack: its rules are complete, its kinds say what DESIGN says, it types no locals."""

from __future__ import annotations

import pytest

from spapr_lint.kinds import ZERO_BASE, Kind, Term, parse_kind
from spapr_lint.packs import Pack, load_packs

K = parse_kind
CODES = (
    *("SPL101", "SPL102", "SPL103", "SPL104", "SPL105", "SPL106", "SPL109"),
    *("SPL201", "SPL202", "SPL203", "SPL204", "SPL205"),
    *("SPL301", "SPL302", "SPL401", "SPL901", "SPL902", "SPL903"),
)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_packs()


def term(text: str) -> Term:
    if text.isdigit():
        return Term(frozenset(), int(text))
    if text == "?":
        return Term(frozenset())
    kinds, _, value = text.partition("=")
    return Term(frozenset(map(K, kinds.split(","))), int(value) if value else None)


def compute(pack: Pack, op: str, left: Term, right: Term) -> Term:
    derived, _ = pack.algebra.binary(op, left, right)
    return Term(frozenset(one.kind for one in derived), None, (op, left, right))


def test_all_rules_are_there_and_complete(pack: Pack) -> None:
    assert tuple(pack.rules) == CODES
    for rule in pack.rules.values():
        assert rule.why, rule.code
        assert rule.fix, rule.code
        assert any(example.valid for example in rule.examples), rule.code
        assert rule.references or rule.code >= "SPL900", rule.code


@pytest.mark.parametrize("code", [code for code in CODES if code < "SPL109"] + ["SPL201", "SPL203"])
def test_rules_have_examples_in_both_languages(pack: Pack, code: str) -> None:
    found = {(example.language, example.valid) for example in pack.rules[code].examples}
    assert found == {(language, valid) for language in ("python", "c") for valid in (True, False)}


def test_messages_can_be_filled(pack: Pack) -> None:
    for rule in pack.rules.values():
        assert rule.message.format(got="g", wanted="w", what="x", sink="x")


@pytest.mark.parametrize(
    ("expression", "kinds"),
    [
        ("server.id << 3", "end.id"),
        ("server.bound << 3", "end.bound"),
        ("cpu_index.count << 3", "end.count"),
        ("end.id | priority.id", "end.id"),
        ("end.id | ?", "end.id"),
        ("end.id + ?", "end.id"),
        ("end.id >> 3", "server.id"),
        ("end.id & 7", "priority.id"),
        ("nvt.base + server.id", "nvt.id"),
        ("nvt.id - nvt.base", "server.id"),
        ("irq.id - srcno.base", "srcno.id"),
        ("srcno.id + srcno.base", "irq.id"),
        ("irq.id - irq.base", "srcno.id"),
        ("lisn.base=0 + ipi.id", "lisn.id"),
        ("lisn.base=0 + server.bound", "lisn.end server.bound"),
        ("lisn.base=0 + cpu_index.ordinal", "lisn.id"),
        ("lisn.base=0 + boot_cpu.ordinal", "lisn.id"),
        ("lisn.base=0 + cpu_index.count", "lisn.end"),
        ("irq.base + srcno.count", "irq.end"),
        ("irq.end - msi.base", "msi.count"),
        ("lisn.bound - msi.base", "msi.count"),
        ("irq.id - msi.base", "msi.id"),
        ("irq.id + vector.id", "irq.id"),
        ("srcno.base - srcno.base", "srcno.id"),
        ("irq.base - srcno.base", "srcno.id"),
        ("irq.base - irq.base", "srcno.id"),
        ("msi.base - irq.base", "msi.distance"),
        ("server.id + thread.ordinal", "server.id"),
        ("core.id + thread.ordinal", "cpu_index.id"),
        ("cpu_index.id / thread.stride", "slot.id"),
        ("slot.id * vsmt.stride", "server.id"),
        ("block.id << 19", ""),
        ("cam.id & 524287", "nvt.id"),
    ],
)
def test_conversions(pack: Pack, expression: str, kinds: str) -> None:
    left, op, right = expression.split()
    found = compute(pack, op, term(left), term(right)).kinds
    assert {str(kind) for kind in found} == set(kinds.split())


def test_the_formula_of_the_vcpu_id(pack: Pack) -> None:
    index, threads, vsmt = term("cpu_index.id"), term("thread.stride"), term("vsmt.stride")
    core = compute(pack, "*", compute(pack, "/", index, threads), vsmt)
    rest = compute(pack, "%", index, threads)
    assert compute(pack, "+", core, rest).kinds == {K("server.id")}


def test_the_formula_of_the_server_bound(pack: Pack) -> None:
    product = compute(pack, "*", term("cpu_index.count"), term("vsmt.stride"))
    assert compute(pack, "DIV_ROUND_UP", product, term("thread.stride")).kinds == {
        K("server.bound")
    }
    boot = compute(pack, "*", term("boot_cpu.count"), term("smt.stride"))
    (kind,) = compute(pack, "DIV_ROUND_UP", boot, term("thread.stride")).kinds
    assert pack.algebra.judge(kind, (K("server.bound"),)) is not None


def test_a_cam_line(pack: Pack) -> None:
    block = compute(pack, "<<", term("block.id"), term("19"))
    assert compute(pack, "|", block, term("nvt.id")).kinds == {K("cam.id")}


@pytest.mark.parametrize(
    ("expression", "clashing"),
    [
        ("drc_index.id * lmb.stride", True),
        ("drc.id * lmb.stride", False),
        ("server.id * thread.stride", False),
        ("cpu_index.id % vsmt.stride", True),
        ("server.id % host_smt.stride", True),
        ("server.id % smt.stride", False),
        ("server.id / thread.stride", True),
        ("core.id % thread.stride", False),
        ("boot_cpu.last / thread.stride", False),
        ("server.id * 8", False),
    ],
)
def test_strides_belong_to_their_space(pack: Pack, expression: str, clashing: bool) -> None:
    left, op, right = expression.split()
    assert bool(pack.algebra.binary(op, term(left), term(right))[1]) is clashing


def test_the_hosts_smt_mode_spaces_servers_until_vsmt_does(pack: Pack) -> None:
    assert "smt" in pack.families_of((), {"kvmppc_smt_threads"})
    assert pack.families_of((), {"kvmppc_smt_threads", "vsmt"}) == {"vsmt"}
    host = compute(pack, "*", term("cpu_index.count"), term("host_smt.stride"))
    (kind,) = compute(pack, "DIV_ROUND_UP", host, term("thread.stride")).kinds
    assert pack.code(kind, K("server.bound"), "space") == "SPL104"


def test_parts_of_one_space_may_be_compared(pack: Pack) -> None:
    assert pack.algebra.compare(">=", term("core.id").kinds, term("boot_cpu.count").kinds) == ()


def test_the_base_of_ipis_is_known_to_be_zero(pack: Pack) -> None:
    derived, _ = pack.algebra.binary("+", term("lisn.base=0"), term("cpu_index.count"))
    assert derived[0].note.endswith(ZERO_BASE)


@pytest.mark.parametrize(
    ("got", "wanted", "code"),
    [
        ("server.bound", "ipi.count", "SPL101"),
        ("server.id", "lisn.id", "SPL102"),
        ("cpu_index.id", "lisn.id", "SPL102"),
        ("lisn.id", "server.id", "SPL103"),
        ("ipi.id", "cpu_index.id", "SPL103"),
        ("cpu_index.id", "server.id", "SPL104"),
        ("cpu_index.ordinal", "server.id", "SPL104"),
        ("boot_cpu.ordinal", "server.id", "SPL104"),
        ("server.id", "cpu_index.id", "SPL104"),
        ("irq.id", "srcno.id", "SPL105"),
        ("irq.base", "srcno.id", "SPL105"),
        ("srcno.id", "irq.id", "SPL105"),
        ("srcno.id", "lisn.id", "SPL105"),
        ("msi.id", "srcno.id", "SPL105"),
        ("end.id", "server.id", "SPL106"),
        ("lisn.bound", "end.bound", "SPL106"),
        ("server.id", "nvt.id", "SPL106"),
        ("server.id", "pir.id", "SPL109"),
        ("cpu_index.count", "server.bound", "SPL201"),
        ("boot_cpu.count", "server.bound", "SPL201"),
        ("boot_cpu.bound", "server.bound", "SPL201"),
        ("end.count", "end.bound", "SPL201"),
        ("server.bound", "server.count", "SPL201"),
        ("server.last", "server.bound", "SPL202"),
        ("server.bound", "server.id", "SPL202"),
        ("lisn.end", "lisn.count", "SPL203"),
        ("lisn.base", "lisn.count", "SPL203"),
        ("srcno.count", "lisn.bound", "SPL205"),
        ("lisn.bound", "srcno.count", "SPL205"),
        ("msi.count", "srcno.count", "SPL205"),
    ],
)
def test_codes(pack: Pack, got: str, wanted: str, code: str) -> None:
    sort = pack.algebra.judge(K(got), (K(wanted),))
    assert sort is not None
    assert pack.code(K(got), K(wanted), sort) == code


@pytest.mark.parametrize(
    ("got", "wanted"),
    [
        ("irq.end", "lisn.bound"),
        ("irq.id", "lisn.id"),
        ("ipi.id", "lisn.id"),
        ("msi.base", "irq.id"),
        ("core.id", "cpu_index.id"),
        ("boot_cpu.ordinal", "cpu_index.id"),
        ("cpu_index.ordinal", "cpu_index.id"),
        ("cpu_index.count", "ipi.count"),
        ("srcno.count", "srcno.bound"),
        ("thread.stride", "thread.count"),
    ],
)
def test_what_is_the_same_number(pack: Pack, got: str, wanted: str) -> None:
    assert pack.algebra.judge(K(got), (K(wanted),)) is None


def test_no_parameter_is_typed_by_its_name(pack: Pack) -> None:
    """Renaming every parameter and local of the code must not change a finding."""
    for producer in pack.producers:
        if producer.parameter is not None:
            assert producer.parameter.isdigit(), producer
        assert producer.name is None, producer
    for sink in pack.sinks:
        assert sink.argument is None or isinstance(sink.argument, int), sink


def test_nothing_is_said_of_who_carries_the_server_bound(pack: Pack) -> None:
    """The way to the live fault must be found, not declared."""
    bounds = [p for p in pack.producers if p.gives == Kind("server", "bound")]
    assert {p.call for p in bounds} == {"spapr_max_server_number", "xics_max_server_number"}


def test_families_are_told_apart(pack: Pack) -> None:
    spapr = ({"hw/ppc/spapr_irq.h"}, {"SpaprXive"})
    pnv = ({"hw/ppc/pnv.h"}, {"PnvXive"})
    assert pack.families_of(*spapr) == {"spapr", "servers"}
    assert pack.families_of(*pnv) == {"pnv"}
    assert pack.families_of({"hw/ppc/xics.h"}, {"ics_reject"}) == frozenset()


def test_words_hold_every_producer(pack: Pack) -> None:
    assert {"vcpu_id", "spapr_max_server_number", "SPAPR_IRQ_IPI", "h_ipi"} <= pack.words
    assert {"ibm,xive-lisn-ranges", "kvm_device_access", "nr-ends", "eat"} <= pack.sink_words
