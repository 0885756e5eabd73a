"""SPL901: told where a comment silences nothing and all was seen, and only there."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

import spapr_lint
from spapr_lint.tree import MemoryTree


def found(files: dict[str, str], *paths: str, **options: Any) -> list[tuple[str, str, int]]:
    tree = MemoryTree({name: textwrap.dedent(text).encode() for name, text in files.items()})
    report = spapr_lint.check(paths or (".",), tree=tree, cache=False, jobs=1, **options)
    return [(f.path, f.rule, f.line) for f in report.findings]


USELESS = """\
def cpu_of(cpu):
    return spapr_find_cpu(cpu.vcpu_id)  # noqa: SPL104 -- one thread a core
"""
USEFUL = USELESS.replace("vcpu_id", "cpu_index")


def test_a_comment_that_silences_nothing() -> None:
    assert found({"m.py": USELESS}) == [("m.py", "SPL901", 2)]
    assert found({"m.py": USEFUL}) == []


def test_in_a_file_that_no_number_comes_to() -> None:
    text = "def f(x):\n    return x + 1  # noqa: SPL101 -- once it was\n"
    assert found({"m.py": text}) == [("m.py", "SPL901", 2)]


def test_in_c() -> None:
    text = """\
    static int f(PowerPCCPU *cpu)
    {
        return spapr_find_cpu(cpu->vcpu_id) != NULL; /* spapr-lint: SPL104 -- why */
    }
    """
    assert found({"m.c": text}) == [("m.c", "SPL901", 3)]
    assert found({"m.c": text.replace("cpu->vcpu_id", "cpu->cpu_index")}) == []


def test_a_part_of_the_c_is_not_the_whole_program() -> None:
    text = """\
    int f(PowerPCCPU *cpu)
    {
        return spapr_find_cpu(cpu->vcpu_id) != NULL; /* spapr-lint: SPL104 -- why */
    }
    """
    other = "int g(void)\n{\n    return 1;\n}\n"
    files = {"hw/m.c": text, "target/o.c": other}
    assert found(files, "hw/m.c") == []
    assert found(files) == [("hw/m.c", "SPL901", 3)]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa: E501",
        "# noqa: SPL902",
        "# noqa: SPL104, SPL901 -- kept for the next kernel",
        "# noqa: SPL777 -- of a pack that is not here",
    ],
)
def test_comments_that_are_not_judged(comment: str) -> None:
    text = f"def cpu_of(cpu):\n    return spapr_find_cpu(cpu.vcpu_id)  {comment}\n"
    assert [rule for _, rule, _ in found({"m.py": text})] in ([], ["SPL902"])


def test_a_file_that_was_not_parsed_may_hold_the_reason() -> None:
    assert [rule for _, rule, _ in found({"m.py": USELESS, "n.py": "cpu_index = (\n"})] == [
        "SPL903"
    ]


def test_only_within_a_file_is_not_the_whole_program() -> None:
    assert found({"m.py": USELESS}, scope="file") == []


UNRESOLVED = """\
def cpu_of(cpu, table):
    nr = table.pick()(cpu)
    return spapr_find_cpu(nr)  # noqa: SPL104 -- why
"""


def test_a_call_that_could_not_be_resolved_may_have_made_the_number() -> None:
    text = UNRESOLVED + "\n\ndef other(cpu):\n    return cpu.vcpu_id\n"
    assert found({"m.py": text}) == []


def test_so_may_one_in_a_caller() -> None:
    text = """\
    def cpu_of(nr):
        return spapr_find_cpu(nr)  # noqa: SPL104 -- why


    def caller(cpu, table):
        table.pick()(cpu.vcpu_id)
        return cpu_of(cpu.vcpu_id)
    """
    assert found({"m.py": text}) == []
    assert found({"m.py": text.replace("table.pick()(cpu.vcpu_id)", "pass")}) == [
        ("m.py", "SPL901", 2)
    ]


def test_so_may_one_that_writes_the_field() -> None:
    text = """\
    class Machine:
        number = 0


    def elsewhere(machine: Machine, table):
        machine.number = table.pick()()


    def cpu_of(machine: Machine, cpu):
        spapr_find_cpu(cpu.vcpu_id)
        return spapr_find_cpu(machine.number)  # noqa: SPL104 -- why
    """
    assert found({"m.py": text}) == []
    assert ("m.py", "SPL901", 11) in found({"m.py": text.replace("machine.number = ", "")})


def test_what_a_name_says_is_not_looked_for_and_not_judged() -> None:
    text = "def f(cpu_index):\n    spapr_find_cpu(cpu_index)  # noqa: SPL104 -- why\n"
    assert found({"m.py": text}) == []
    assert found({"m.py": text}, named=True) == []
    other = text.replace("cpu_index", "number")
    assert found({"m.py": other}) == [("m.py", "SPL901", 2)]
