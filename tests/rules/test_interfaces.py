"""SPL401: interfaces that carry two spaces are told, helpers for any number are not."""

from __future__ import annotations

import textwrap

import pytest

import spapr_lint
from spapr_lint.tree import MemoryTree

CALLERS = """

def one(machine, cpu):
    take(machine, cpu.vcpu_id)


def two(machine, cs):
    take(machine, cs.cpu_index)
"""


def found(text: str, name: str = "m.py") -> list[tuple[str, int]]:
    tree = MemoryTree({name: textwrap.dedent(text).encode()})
    report = spapr_lint.check((name,), tree=tree, cache=False, jobs=1)
    return [(finding.rule, finding.line) for finding in report.findings]


TOLD = {
    "a table of an object": "def take(machine, n):\n    return machine.table[n]\n",
    "a global table": "TABLE = [0] * 8\n\n\ndef take(machine, n):\n    TABLE[n] = 1\n",
    "written to": "def take(machine, n):\n    machine.table[n] = 5\n",
}
SILENT = {
    "handed back": "def take(machine, n):\n    return n\n",
    "handed back with more": "def take(machine, n):\n    x = machine.table[n]\n    return x, n\n",
    "counted on": "def take(machine, n):\n    machine.table[n] = 1\n    return n + 1\n",
    "stored": "def take(machine, n):\n    machine.n = n\n",
    "collected": "def take(machine, n):\n    machine.all.append(n)\n",
    "printed": 'def take(machine, n):\n    print(f"{n}")\n',
    "the caller's table": "def take(machine, n):\n    return machine[n]\n",
    "bound anew": "def take(machine, n):\n    n = n & 7\n    return machine.table[n]\n",
    "local table": "def take(machine, n):\n    t = made(machine)\n    return t[n]\n",
    "compared": "def take(machine, n):\n    return n == 3\n",
}


@pytest.mark.parametrize("name", TOLD)
def test_callers_that_disagree(name: str) -> None:
    text = TOLD[name] + CALLERS
    assert found(text) == [("SPL401", text.count("\n"))]


@pytest.mark.parametrize("name", SILENT)
def test_helpers_for_any_number(name: str) -> None:
    assert found(SILENT[name] + CALLERS) == []


def test_tables_of_different_objects_are_no_one_interface() -> None:
    text = """\
    class Bitmap:
        def __init__(self):
            self.bits = {}

        def set(self, n):
            self.bits[n] = 1


    servers = Bitmap()
    indexes = Bitmap()


    def one(cpu):
        servers.set(cpu.vcpu_id)


    def two(cs):
        indexes.set(cs.cpu_index)
    """
    assert found(text) == []
    assert found(text.replace("indexes.set", "servers.set")) == [("SPL401", 18)]


def test_annotated_containers_may_be_many() -> None:
    text = """\
    class Bitmap:
        bits: dict

        def set(self, n):
            self.bits[n] = 1


    def one(bits: Bitmap, cpu):
        bits.set(cpu.vcpu_id)


    def two(bits: Bitmap, cs):
        bits.set(cs.cpu_index)
    """
    assert found(text) == []


def test_where_a_sink_takes_the_number_the_sink_has_spoken() -> None:
    take = "def take(machine, n):\n    machine.table[n] = 1\n    return spapr_find_cpu(n)\n"
    assert [rule for rule, _ in found(take + CALLERS)] == ["SPL104"]


def test_names_of_one_number_agree() -> None:
    text = """\
    def take(machine, n):
        machine.table[n] = 1


    def one(machine, cpu):
        take(machine, cpu.vcpu_id)


    def two(machine, cs):
        take(machine, kvm_arch_vcpu_id(cs))
    """
    assert found(text) == []


def test_identical_spaces_agree() -> None:
    text = """\
    def take(machine, n):
        machine.table[n] = 1


    def one(machine, dev):
        take(machine, spapr_irq_find(dev, 1))


    def two(machine, xive):
        take(machine, SPAPR_IRQ_EPOW)
    """
    assert found(text) == []


def test_a_parameter_for_three_spaces_is_a_helper_s() -> None:
    text = "def take(machine, n):\n    machine.table[n] = 1\n" + CALLERS
    more = "\n\ndef three(machine, dev):\n    take(machine, spapr_irq_find(dev, 1))\n"
    assert found(text + more) == []


SLOT = """\
static int xics_take(Controller *c, int nr)
{
    return spapr_find_cpu(nr) != NULL;
}

static int inner(int nr)
{
    return qemu_get_cpu(nr) != NULL;
}

static int xive_take(Controller *c, int nr)
{
    return inner(nr);
}

static void xics_init(ObjectClass *oc)
{
    ControllerClass *k = CONTROLLER_CLASS(oc);

    k->take = xics_take;
}

static void xive_init(ObjectClass *oc)
{
    ControllerClass *k = CONTROLLER_CLASS(oc);

    k->take = xive_take;
}
"""


def test_implementations_of_a_slot_in_c() -> None:
    assert found(SLOT, "m.c") == [("SPL401", 13)]
    agreeing = SLOT.replace("qemu_get_cpu", "spapr_find_cpu")
    assert found(agreeing, "m.c") == []
    other_slot = SLOT.replace("k->take = xive_take", "k->give = xive_take")
    assert found(other_slot, "m.c") == []
    other_class = SLOT.replace(
        "ControllerClass *k = CONTROLLER_CLASS(oc);\n\n    k->take = xive",
        "DeviceClass *k = DEVICE_CLASS(oc);\n\n    k->take = xive",
    )
    assert found(other_class, "m.c") == []


def test_methods_that_override() -> None:
    text = """\
    class Base:
        def server_of(self, nr):
            raise NotImplementedError


    class Xics(Base):
        def server_of(self, nr):
            return spapr_find_cpu(nr).vcpu_id


    class Xive(Base):
        def server_of(self, nr):
            return qemu_get_cpu(nr).vcpu_id
    """
    assert found(text) == [("SPL401", 13)]
    assert found(text.replace("qemu_get_cpu", "spapr_find_cpu")) == []


def test_methods_of_classes_without_a_common_base_are_no_slot() -> None:
    text = """\
    class Xics:
        def deliver(self, nr):
            return spapr_find_cpu(nr).vcpu_id


    class Xive:
        def deliver(self, nr):
            return qemu_get_cpu(nr).vcpu_id
    """
    assert found(text) == []
