"""`why`: the kind of a value, its evidence and its way, or why nothing is known of it."""

from __future__ import annotations

from pathlib import Path

from tests.doors.run import lint
from tests.why.why_programs import ask, ask_json, line_of, program

FLOW = """\
def fill(fdt, node, nr):
    cells = [BASE, BASE + nr]  # cells
    fdt_setprop(fdt, node, "lisn-ranges", cells)


def all(fdt, node, machine):
    nr = max_server(machine)  # made
    fill(fdt, node, nr)


def other(n):
    k = n + 3  # neutral
    # comment
    return helper(k)  # unresolved
"""


def kinds(reply: object) -> set[tuple[str, str]]:
    return {
        (value["text"] + (one["inside"] or ""), one["kind"])
        for value in reply["values"]  # type: ignore[index]
        for one in value["kinds"]
    }


def test_a_line_tells_all_its_values(tmp_path: Path) -> None:
    name = program(tmp_path, FLOW)
    reply = ask_json(tmp_path, "why", f"{name}:2")
    assert kinds(reply) >= {
        ("BASE", "lisn.base"),
        ("nr", "server.bound"),
        ("BASE + nr", "server.bound"),
        ("BASE + nr", "lisn.end"),
        ("cells[1]", "lisn.end"),
    }


def test_a_column_tells_one(tmp_path: Path) -> None:
    name = program(tmp_path, FLOW)
    column = "    cells = [BASE, BASE + nr]".index("nr") + 1
    reply = ask_json(tmp_path, "why", f"{name}:2:{column}")
    (value,) = reply["values"]
    assert (value["text"], value["line"], value["column"]) == ("nr", 2, column)
    (known,) = value["kinds"]
    assert (known["kind"], known["evidence"]) == ("server.bound", "declared")
    assert known["source"]["line"] == line_of(tmp_path, name, "made")
    assert [step["line"] for step in known["trace"]] == [7, 8]


def test_the_column_of_a_call_s_name_tells_its_result(tmp_path: Path) -> None:
    name = program(tmp_path, FLOW)
    column = "    nr = max_server(machine)".index("max_server") + 1
    (value,) = ask_json(tmp_path, "why", f"{name}:7:{column}")["values"]
    assert value["text"] == "max_server(machine)"
    assert [known["kind"] for known in value["kinds"]] == ["server.bound"]


def test_text_is_what_an_editor_can_read(tmp_path: Path) -> None:
    name = program(tmp_path, FLOW)
    assert ask(tmp_path, "why", f"{name}:7:5") == (
        "m.py:7:5: nr is server.bound (declared)\n"
        "  way:\n"
        "    m.py:7: nr = max_server(machine)  # made\n"
        "        max_server() is server.bound\n"
    )


def test_a_parameter_is_what_callers_hand_in(tmp_path: Path) -> None:
    name = program(tmp_path, FLOW)
    reply = ask_json(tmp_path, "why", f"{name}:1:21")
    assert kinds(reply) == {("nr", "server.bound")}


def test_a_neutral_number_says_so(tmp_path: Path) -> None:
    name = program(tmp_path, FLOW)
    said = ask(tmp_path, "why", f"{name}:{line_of(tmp_path, name, 'neutral')}:5")
    assert "k is of no known kind: no pack says anything" in said


def test_a_call_that_is_not_resolved_says_so(tmp_path: Path) -> None:
    text = "def f(m, table):\n    x = table.pick()(m)\n    return max_server(x)\n"
    name = program(tmp_path, text)
    said = ask(tmp_path, "why", f"{name}:2")
    assert "the call could not be resolved" in said


def test_no_value_stands_in_a_comment(tmp_path: Path) -> None:
    name = program(tmp_path, FLOW)
    reply = ask_json(tmp_path, "why", f"{name}:13")
    assert reply["values"] == []
    assert reply["unknown"] == "no value stands there"


def test_a_file_without_a_word_is_not_looked_into(tmp_path: Path) -> None:
    name = program(tmp_path, "def f(x):\n    return x + 1\n")
    assert "holds a word of the packs" in ask(tmp_path, "why", f"{name}:2")


def test_a_file_that_is_not_parsed_says_so(tmp_path: Path) -> None:
    name = program(tmp_path, "nr = max_server(\n")
    assert "could not be parsed" in ask(tmp_path, "why", f"{name}:1")


def test_what_control_does_not_reach_says_so(tmp_path: Path) -> None:
    text = "def f(m):\n    if False:\n        return max_server(m)\n    return max_server(m)\n"
    name = program(tmp_path, text)
    assert "control does not come there" in ask(tmp_path, "why", f"{name}:3")
    assert "server.bound" in ask(tmp_path, "why", f"{name}:4")


def test_c_is_told_in_lines_of_c(tmp_path: Path) -> None:
    text = """\
    /* a comment of
     * two lines */
    static void fill(void *fdt, int node, int nr)
    {
        int cells[] = { cpu_to_be32(BASE), cpu_to_be32(BASE + nr) };
        fdt_setprop(fdt, node, "lisn-ranges", cells);
    }

    void all(void *fdt, int node, Machine *m)
    {
        int servers = max_server(m);

        fill(fdt, node, m->cpu->vcpu_id +
                        servers);
    }
    """
    name = program(tmp_path, text, "m.c")
    made = ask_json(tmp_path, "why", f"{name}:11")
    assert kinds(made) == {("max_server(m)", "server.bound"), ("servers", "server.bound")}
    reply = ask_json(tmp_path, "why", f"{name}:13")
    assert ("m->cpu->vcpu_id", "server.id") in kinds(reply)
    (value,) = ask_json(tmp_path, "why", f"{name}:14:25")["values"]
    assert value["text"] == "servers"
    (known,) = value["kinds"]
    assert [step["line"] for step in known["trace"]] == [11]


def test_c_that_no_word_reaches_says_so(tmp_path: Path) -> None:
    text = (
        "int lone(int a)\n{\n    return a + 1;\n}\n\nint f(M *m)\n{\n    return max_server(m);\n}\n"
    )
    name = program(tmp_path, text, "m.c")
    assert "no function that stands here was translated" in ask(tmp_path, "why", f"{name}:3")
    assert "no value stands there" in ask(tmp_path, "why", f"{name}:5")
    assert "no known kind" in ask(tmp_path, "why", f"{name}:3", "--all")


def test_wrong_use_is_refused(tmp_path: Path) -> None:
    name = program(tmp_path, FLOW)
    for arguments, said in (
        (("why", name), "is no FILE:LINE"),
        (("why", "none.py:3"), "no such file: none.py"),
        (("why", f"{name}:99"), "m.py has no line 99"),
        (("why", "pack.toml:1"), "neither Python nor C"),
        (("why",), "Missing argument"),
    ):
        done = lint(*arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr


def test_an_excluded_file_is_answered_for(tmp_path: Path) -> None:
    file = program(tmp_path, "def use(m):\n    set_ipis(max_server(m))\n")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.spapr-lint]\npacks = ["pack.toml"]\nexclude = ["m.*"]\n'
    )
    assert "max_server(m) is server.bound" in ask(tmp_path, "why", f"{file}:2")
