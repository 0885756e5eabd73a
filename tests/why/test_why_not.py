"""`why-not`: each outcome on a small program, in Python and C, and on the shipped model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spapr_lint.why.follow import Aim
from spapr_lint.why.ground import Spot, ground
from spapr_lint.why.meant import origins, takers
from spapr_lint.why.ways import why_not
from tests.doors.run import ROOT, lint
from tests.why.why_programs import ask, ask_json, line_of, program

OUTCOMES = {
    "way": """\
        def made(m):
            return max_server(m)  # source

        def use(m):
            n = made(m)
            set_ipis(n)  # sink
        """,
    "way through a container": """\
        class Machine:
            pass

        def use(m):
            s = Machine()
            s.sizes = [0, max_server(m)]  # source
            other = s
            set_ipis(other.sizes[1])  # sink
        """,
    "conversion": """\
        def use(m):
            n = max_server(m)  # source
            k = n << 3  # end
            set_ipis(k)  # sink
        """,
    "conversion by a call": """\
        def use(cpu):
            n = cpu.vcpu_id  # source
            k = server_to_ipi(n)  # end
            claim(k)  # sink
        """,
    "conversion by a check": """\
        def use(cpu):
            n = cpu.vcpu_id  # source
            if n < LIMIT:  # end
                claim(n)  # sink
        """,
    "conversion by an annotation": """\
        from typing import Annotated

        def use(cpu):
            n = cpu.vcpu_id  # source
            k: Annotated[int, "ipi.id"] = n  # end
            claim(k)  # sink
        """,
    "conversion by a parameter": """\
        from typing import Annotated

        def take(k: Annotated[int, "ipi.id"]):  # end
            claim(k)  # sink

        def use(cpu):
            n = cpu.vcpu_id  # source
            take(n)
        """,
    "overwritten": """\
        def use(m):
            n = max_server(m)  # source
            n = 16  # end
            set_ipis(n)  # sink
        """,
    "overwritten in a field": """\
        class Machine:
            pass

        def use(m):
            s = Machine()
            s.n = max_server(m)  # source
            s.n = 16  # end
            set_ipis(s.n)  # sink
        """,
    "overwritten in a function": """\
        def cut(n):
            n = 16  # end
            return n

        def use(m):
            n = max_server(m)  # source
            set_ipis(cut(n))  # sink
        """,
    "call": """\
        import elsewhere

        def use(m):
            n = max_server(m)  # source
            k = elsewhere.mend(n)  # end
            set_ipis(k)  # sink
        """,
    "call that cannot be resolved": """\
        def use(m, table):
            n = max_server(m)  # source
            k = table[0](n)  # end
            set_ipis(k)  # sink
        """,
    "call behind another": """\
        def use(m, table):
            n = max_server(m)  # source
            k = table[0](n)  # end
            k = table[1](k)
            set_ipis(k)  # sink
        """,
    "limit": """\
        def deep(n, k):
            if k == 0:
                return n
            return deep(n, k - 1)  # end

        def use(m):
            n = max_server(m)  # source
            set_ipis(deep(n, 500))  # sink
        """,
    "lost": """\
        def use(m):
            n = max_server(m)  # source
            k = n * 5  # end
            set_ipis(k)  # sink
        """,
    "conversion by the name of a producer": """\
        def max_server(m):
            n = m.cpus * 5
            return n

        def use(m):
            n = m.vcpu_id  # source
            k = kept(n)
            set_ipis(k)  # sink

        def kept(n):
            return server_to_ipi(n)  # end
        """,
    "lost and then added": """\
        def use(m):
            n = max_server(m)  # source
            k = n * 5  # end
            set_ipis(k + BASE)  # sink
        """,
    "none": """\
        def use(m):
            n = max_server(m)  # source
            log(n)
            k = 4
            set_ipis(k)  # sink
        """,
    "unseen": """\
        def use(m):
            if False:
                n = max_server(m)  # source
            set_ipis(max_server(m))  # sink
        """,
}


@pytest.mark.parametrize("name", [name for name in OUTCOMES if name != "limit"])
def test_the_answer_is_the_first_place_where_the_way_ends(name: str, tmp_path: Path) -> None:
    file = program(tmp_path, OUTCOMES[name])
    source = f"{file}:{line_of(tmp_path, file, 'source')}"
    sink = f"{file}:{line_of(tmp_path, file, 'sink')}"
    reply = ask_json(tmp_path, "why-not", source, sink)
    assert reply["answer"] == name.split()[0], reply
    if "# end" in OUTCOMES[name]:
        assert reply["end"]["line"] == line_of(tmp_path, file, "end"), reply
    else:
        assert reply["end"] is None


@pytest.mark.parametrize("name", [name for name in OUTCOMES if name != "limit"])
def test_the_program_is_interpreted_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = program(tmp_path, OUTCOMES[name])
    monkeypatch.chdir(tmp_path)
    here = ground([file], None, ["pack.toml"], default_packs=False)
    runs = []
    run = here.run
    monkeypatch.setattr(here, "run", lambda *given: (runs.append(given), run(*given))[1])
    start = origins(here, Spot(file, line_of(tmp_path, file, "source")))
    aim = Aim(takers(here, Spot(file, line_of(tmp_path, file, "sink"))))
    assert why_not(here, start, aim).sort == name.split()[0]
    # What is given to a parameter with an annotation is only known once it is bound.
    assert len(runs) == (2 if name == "conversion by a parameter" else 1)


def test_a_limit(tmp_path: Path) -> None:
    calls = "".join(f"def f{n}(k):\n    return f{n + 1}(k)\n\n\n" for n in range(60))
    text = f"{calls}def f60(k):\n    return k\n\n\ndef use(m):\n    set_ipis(f0(max_server(m)))\n"
    file = program(tmp_path, text)
    line = text.count("\n")
    reply = ask_json(tmp_path, "why-not", f"{file}:{line}", "set_ipis")
    assert reply["answer"] == "limit"
    assert "nested too deeply" in reply["what"]
    assert reply["end"]["text"].startswith("return f4")


def test_names_of_the_pack_stand_for_all_their_places(tmp_path: Path) -> None:
    file = program(tmp_path, OUTCOMES["overwritten"])
    reply = ask_json(tmp_path, "why-not", "max_server", "set_ipis", ".")
    assert reply["answer"] == "overwritten"
    assert reply["end"]["line"] == line_of(tmp_path, file, "end")
    assert ask_json(tmp_path, "why-not", "vcpu_id", "set_ipis", ".")["answer"] == "unseen"


def test_a_property_s_name_is_a_sink(tmp_path: Path) -> None:
    text = """\
    def fill(fdt, node, nr):
        cells = [BASE, nr]
        fdt_setprop(fdt, node, "lisn-ranges", cells)

    def use(fdt, node, m):
        fill(fdt, node, max_server(m))
    """
    program(tmp_path, text)
    reply = ask_json(tmp_path, "why-not", "max_server", "lisn-ranges", ".")
    assert reply["answer"] == "way"
    assert [step["line"] for step in reply["way"]["trace"]] == [6, 6, 2, 3]
    assert ask_json(tmp_path, "why-not", "BASE", "lisn-ranges", ".")["answer"] == "none"


def test_text_is_what_an_editor_can_read(tmp_path: Path) -> None:
    file = program(tmp_path, OUTCOMES["overwritten"])
    assert ask(tmp_path, "why-not", f"{file}:2", "set_ipis") == (
        "m.py:3:5: the way from m.py:2 to set_ipis ends here: a value that is overwritten\n"
        "  the value is overwritten\n"
        "  way:\n"
        "    m.py:2: n = max_server(m)  # source\n"
        "    m.py:3: n = 16  # end\n"
        "        the value is overwritten\n"
        "  from there on:\n"
        "    m.py:3: n = 16  # end\n"
        "    m.py:4: set_ipis(n)  # sink\n"
        "        argument 0 of set_ipis()\n"
    )


def test_c_is_answered_in_lines_of_c(tmp_path: Path) -> None:
    text = """\
    static int cut(int n)
    {
        /* a comment */
        n = 16; // end
        return n;
    }

    void use(Machine *m)
    {
        int n = max_server(m); // source

        set_ipis(cut(n)); // sink
    }
    """
    file = program(tmp_path, text, "m.c")
    source = f"{file}:{line_of(tmp_path, file, 'source')}"
    sink = f"{file}:{line_of(tmp_path, file, 'sink')}"
    reply = ask_json(tmp_path, "why-not", source, sink)
    assert (reply["answer"], reply["end"]["line"]) == ("overwritten", 4)


def test_on_the_shipped_model(tmp_path: Path) -> None:
    variants = "spapr_lint/model/variants"
    root = ("--root", "spapr_lint/model")
    said = lint(
        *("why-not", "spapr_max_server_number", "ibm,xive-lisn-ranges", variants, *root),
        cwd=ROOT,
        XDG_CACHE_HOME=str(tmp_path),
    )
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith("There is a way from spapr_max_server_number")


def test_the_model_s_conversions(tmp_path: Path) -> None:
    variants = "spapr_lint/model/variants"
    root = ("--root", "spapr_lint/model", "--format", "json")
    for names, answer, note in (
        (("spapr_max_server_number", "nr-ends"), "conversion", "server.bound << 3 -> end.bound"),
        (("max_cpus", "ibm,xive-lisn-ranges"), "conversion", "spapr_max_server_number() is"),
    ):
        done = lint("why-not", *names, variants, *root, cwd=ROOT, XDG_CACHE_HOME=str(tmp_path))
        assert (done.returncode, done.stderr) == (0, "")
        reply = json.loads(done.stdout)
        assert (reply["answer"], reply["what"][: len(note)]) == (answer, note)


def test_unknown_names_are_refused(tmp_path: Path) -> None:
    program(tmp_path, OUTCOMES["way"])
    done = lint("why-not", "max_servers", "set_ipis", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert "did you mean max_server?" in done.stderr
    done = lint("why-not", "max_server", "set_ipi", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert "no pack has a sink of that name; did you mean set_ipis?" in done.stderr
