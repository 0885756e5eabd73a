"""The sweep and the linter agree on mutants of the model: a small sample of the full run.

The full run, with its own budget: ``python -m tests.agreement.agreement``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.agreement.agreement import Judged, Tally, judge, report
from tests.agreement.kept import Sweeps
from tests.agreement.mutants import Mutant, every, mutated, source, stripped
from tests.agreement.observe import observe
from tests.agreement.reasons import UNKNOWN, reason

# Mutants that must be seen by both: module, what is written instead of what.
MUST = [
    ("variants/nr_ipis", "max_cpus", "spapr_max_server_number(spapr)"),
    ("spapr_xive_hcall", "target", "lisn"),
    ("xics", "ics.offset", "srcno"),
]


def of(module: str, new: str, old: str) -> Mutant:
    """The first mutant of that kind."""
    return next(one for one in every() if (one.module, one.new, one.old) == (module, new, old))


@pytest.mark.parametrize(("module", "new", "old"), MUST)
def test_both_see_it(module: str, new: str, old: str) -> None:
    judged = judge(of(module, new, old))
    assert judged.faults
    assert judged.codes


def test_what_the_designs_share_and_the_sound_one_have_no_fault() -> None:
    assert observe(None, "", "nr_ipis").faults == {}


@pytest.mark.parametrize("module", ["xics", "spapr_xive_hcall", "variants/nr_ipis"])
def test_a_module_put_in_place_of_itself_changes_nothing(module: str) -> None:
    # In a process of its own: other tests' modules keep classes of the model.
    code = (
        "from tests.agreement.mutants import source; from tests.agreement.observe import observe\n"
        f"assert observe({module!r}, source({module!r}), 'nr_ipis') == observe(None, '', 'nr_ipis')"
    )
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=True)


def test_a_module_that_breaks_is_a_fault() -> None:
    assert observe("xics", "raise ValueError('no')", "nr_ipis").faults
    assert observe("vsmt", "while True: pass", "nr_ipis", seconds=1).faults


def test_mutants_are_of_another_kind_and_in_scope() -> None:
    chosen = every()
    assert len(chosen) > 600
    assert len(set(chosen)) == len(chosen)
    for one in chosen[:100]:
        assert one.new != one.old
        compile(mutated(one), one.module, "exec")


def test_no_annotation_speaks_of_numbers() -> None:
    text = stripped(
        "from typing import Annotated\ndef f(x: Annotated[int, 'lisn.id']) -> int: ...\n"
    )
    assert text.endswith("def f(x):\n    ...")
    assert "xive: SpaprXive" in stripped(source("spapr_xive"))
    assert ": int" not in stripped(source("state"))


def test_the_count() -> None:
    other = [one for one in every() if not one.same_kind and not one.aside][:3]
    tally = Tally([Judged(other[0], ["f"], True, ["SPL102"]), Judged(other[1], ["f"], True, [])])
    assert (len(tally.seen), len(tally.missed), tally.recall) == (2, 1, 0.5)
    assert "recall 0.5000" in report(tally)
    assert Tally([Judged(other[2], [], False, ["SPL102"])]).equal
    assert Tally([]).recall == 1


def test_what_the_sweep_saw_is_kept(tmp_path: Path) -> None:
    one, other = every()[:2]
    file = str(tmp_path / "sweeps")
    assert Sweeps(file).get(one, lambda _: (["f"], True)) == (["f"], True)
    again = Sweeps(file)
    assert again.get(one, lambda _: ([], False)) == (["f"], True)
    assert again.get(other, lambda _: ([], False)) == ([], False)
    (tmp_path / "sweeps").write_text('["of another model", null, [], false]\n')
    assert Sweeps(file).seen == {}


def test_a_reason_is_of_a_place_or_of_numbers() -> None:
    by_place = of("xics_kvm", "ics.offset", "srcno")
    assert "kernel" in reason(by_place)
    by_numbers = of("variants/nr_ipis", "SPAPR_XIRQ_BASE", "spapr.smc.nr_xirqs")
    assert "0x1000" in reason(by_numbers)
    assert reason(of("spapr_xive_hcall", "target", "lisn")) == UNKNOWN


def test_a_first_look_sees_the_same() -> None:
    assert judge(of("spapr_xive_hcall", "target", "lisn"), first_look=True).codes
