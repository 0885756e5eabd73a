"""The nineteen traps that a study of QEMU's C fell into, and others like them."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path

from c_mini import run

from spapr_lint.c import Translated, declarations, inline_units, parse, translate, translate_paths
from spapr_lint.cache import Cache
from spapr_lint.tree import MemoryTree

Translator = Callable[..., Translated]


def test_type_init_in_mid_file_leaves_the_next_function_alone(c: Translator) -> None:
    made = c(
        "static void reg(void)\n{\n}\n\ntype_init(reg)\n\nuint64_t after(void)\n{ return 1; }\n"
    )
    assert made.functions == ("reg", "after")
    assert "type_init(reg)" in made.text
    assert "def after() -> uint64_t:" in made.text
    assert not made.untranslated


def test_a_macro_that_puts_text_beside_its_parameter(c: Translator) -> None:
    made = c(
        '#define S "-machine"\n#define NAME(a) (a S)\n#define TYPE(a) a S\n'
        'const char *f(void)\n{\n    return NAME("p");\n}\n'
    )
    space = run(made.text)
    assert (space["f"](), space["TYPE"]("q")) == ("p-machine", "q-machine")
    assert not made.untranslated


def test_macros_with_a_directive_between_before_a_struct() -> None:
    text = (
        b"OBJECT_DECLARE_TYPE(Icp, IcpClass,\n                    ICP)\n\n"
        b'#define TYPE_PNV_ICP "pnv-icp"\n'
        b"DECLARE_INSTANCE_CHECKER(Pnv, PNV_ICP,\n                         TYPE_PNV_ICP)\n\n"
        b"struct IcpClass {\n    int parent;\n};\n"
    )
    unit = parse("a.h", text)
    seen = declarations(MemoryTree({"a.h": text}), [unit])
    assert dict(seen.structs["IcpClass"]) == {"parent": "int"}
    assert (seen.casts["ICP"], seen.casts["PNV_ICP"]) == ("Icp", "Pnv")


def test_an_unnamed_struct_in_a_union_says_so(c: Translator) -> None:
    made = c("union U {\n    long w;\n    struct { int lo, hi; };\n};\n")
    assert '__struct_3__ = ("lo", "hi")' in made.text
    assert "__struct" not in c("struct S {\n    struct { int lo, hi; };\n};\n").text


def test_cpu_foreach_is_a_loop_and_no_function(c: Translator) -> None:
    made = c(
        "void f(void)\n{\n    CPUState *cs;\n    CPU_FOREACH(cs) {\n        g(cs);\n    }\n}\n"
    )
    assert made.functions == ("f",)
    assert "for cs in CPU_FOREACH():" in made.text


def test_adjacent_strings_are_no_declaration(c: Translator) -> None:
    made = c('#define MODEL "a"\n#define NAME MODEL "-b"\n#define BOTH MODEL SUFFIX\n')
    assert 'NAME = (MODEL + "-b")' in made.text.replace("(MODEL + ", "(MODEL + ")
    assert run(made.text.replace("# #define", "#"))["NAME"] == "a-b"


def test_macros_inside_a_struct_are_constants_of_the_file(c: Translator) -> None:
    made = c("typedef struct E {\n    uint64_t w;\n#define E_VALID (1 << 3)\n} E;\n")
    assert "\nE_VALID = 1 << 3\n" in "\n" + made.text


def test_a_write_to_an_extern_variable_makes_no_local(c: Translator) -> None:
    made = c("extern bool in_kernel;\nvoid f(void) { in_kernel = true; }\n")
    assert "    ext.in_kernel = True" in made.text
    made = c(
        "static bool mine;\nbool f(void) { mine = true; return mine; }\n"
        "bool g(void) { return mine; }\n"
    )
    space = run(made.text)
    assert space["f"]()
    assert space["g"]()


def test_casts_between_struct_pointers_stay(c: Translator) -> None:
    made = c("void f(Child *c) { Parent *p = (Parent *)c; g(p, (Child *)p); }\n")
    assert "p: Ptr[Parent] = as_(Parent, c)" in made.text
    assert "as_(Child, p)" in made.text


def test_an_initialiser_does_not_mention_itself(c: Translator) -> None:
    made = c("static QTAILQ_HEAD(, E) all = QTAILQ_HEAD_INITIALIZER(all);\n")
    assert "QTAILQ_HEAD_INITIALIZER()" in made.text


def test_statement_expressions_inside_and(c: Translator) -> None:
    text = "#define POSITIVE(v) ({ int v_ = (v); v_ > 0; })\n"
    made = c(text + "int f(int a) { return a != 7 && POSITIVE(a) && ({ a++; a < 5; }); }\n")
    space = run(made.text)
    assert [space["f"](n) for n in (-1, 1, 3, 4, 7)] == [0, 1, 1, 0, 0]


def test_rotation_is_narrowed(c: Translator) -> None:
    text = "static uint32_t rol(uint32_t a, unsigned n) { return (a << n) | (a >> (32 - n)); }\n"
    space = run(c(text).text)
    assert space["rol"](0x80000001, 4) == 0x18


def test_bool_steps(c: Translator) -> None:
    space = run(c("bool f(bool align) { align -= 1; return align; }\n").text)
    assert (space["f"](True), space["f"](False)) == (False, True)


def test_blank_lines_are_no_body(c: Translator) -> None:
    made = c(
        "void f(int a)\n{\n    if (a) {\n\n        /* nothing */\n\n    }\n\n"
        "    while (a)\n        ;\n}\n"
    )
    ast.parse(made.text)
    assert made.text.count("pass") == 2


def test_flexible_arrays_keep_their_types_in_sizeof(c: Translator) -> None:
    made = c("void *f(int n) { return g_malloc0(sizeof(A) + n * sizeof(B)); }\n")
    assert "g_malloc0(sizeof(A) + n * sizeof(B))" in made.text


def test_conditions_over_several_lines_stand_in_parentheses(c: Translator) -> None:
    made = c("void f(int a)\n{\n    while (a > 1 &&\n           a < 9) {\n        a++;\n    }\n}\n")
    assert "    while (a > 1 and\n           a < 9):" in made.text
    assert made.lines[1:3] == (3, 4)


def test_negative_unsigned_literals(c: Translator) -> None:
    space = run(c("uint64_t f(uint32_t x) { return x == -1U ? -1ULL : -1U; }\n").text)
    assert (space["f"](2**32 - 1), space["f"](0)) == (2**64 - 1, 2**32 - 1)


def test_expanded_macros_map_to_the_line_of_their_use(c: Translator) -> None:
    text = (
        "#define BAIL(x) \\\n    do { \\\n        if (x) { \\\n"
        "            return; \\\n        } \\\n    } while (0)\n"
    )
    made = c(text + "void f(int a)\n{\n    g();\n    BAIL(a);\n}\n")
    lines = made.text.split("\n")
    assert {
        made.lines[n] for n, line in enumerate(lines) if line.strip() in ("if a:", "return")
    } == {10}


def test_each_argument_line_maps_to_its_own(c: Translator) -> None:
    made = c("void f(int a)\n{\n    g(a,\n      h(a),\n\n      k(a,\n        3));\n}\n")
    by_line = dict(zip(made.text.split("\n"), made.lines, strict=False))
    assert by_line["    g(a,"] == 3
    assert by_line["      h(a),"] == 4
    assert by_line["      k(a,"] == 6
    assert by_line["        3))"] == 7


def test_suppressions_stay_on_their_line(c: Translator) -> None:
    made = c(
        "void f(int a)\n{\n    g(a, /* noqa: SPL101 -- why */\n      3);\n"
        "    h(a); /* spapr-lint: SPL102 -- because */\n}\n"
    )
    lines = made.text.split("\n")
    assert lines[1] == "    g(a,  # noqa: SPL101 -- why"
    assert lines[3] == "    h(a)  # spapr-lint: SPL102 -- because"
    assert made.lines[1] == 3
    assert made.lines[3] == 5


def test_only_the_wanted_functions(c: Translator) -> None:
    text = (
        "#define N 3\nint a(void) { return N; }\n/* of b */\n"
        "int b(void) { return 2; }\nint t[] = { 1 };\n"
    )
    made = c(text, wanted={"a"})
    assert made.functions == ("a",)
    assert "def b" not in made.text
    assert "N = 3" in made.text
    assert "t: Array[int] = array(int, [1])" in made.text


def test_a_broken_function_does_not_hide_the_others(c: Translator) -> None:
    made = c(
        "int a(void) { return 1; }\nint b(void) { return @ 2 $; }\nint d(void) { return 3; }\n"
    )
    assert "a" in made.functions
    assert "d" in made.functions
    assert made.untranslated
    assert made.untranslated[0].line == 2


def test_what_is_not_translated_stops_who_runs_it(c: Translator) -> None:
    made = c('int f(int a) { asm("nop"); return a; }\n')
    assert "UNTRANSLATED(" in made.text
    assert made.untranslated


def test_both_sides_of_conditionals(c: Translator) -> None:
    text = (
        "#if defined(A) && !defined(B)\nint x = 1;\n#elif C >= 3\nint x = 2;\n"
        "#else\nint x = 3;\n#endif\n"
    )
    made = c(text)
    assert 'if (defined("A") and not defined("B")):' in made.text
    assert "elif (C >= 3):" in made.text
    assert "    x: int = 3" in made.text


def test_types_from_headers(c: Translator, tmp_path: Path) -> None:
    tree = MemoryTree(
        {
            "include/hw/d.h": b"struct D { E *ends; struct { int x; } inner; };\n"
            b"typedef struct D D;\n"
            b"#define D_OF(o) OBJECT_CHECK(D, (o), TYPE_D)\nint claim(D *d, uint32_t lisn);\n",
            "include/hw/q.h": b"OBJECT_DECLARE_TYPE(Q, QClass, QQ)\nextern int seen;\n",
            "hw/x/a.c": b'#include "hw/d.h"\n#include <hw/q.h>\n#include "no/such.h"\n',
        }
    )
    unit = parse("hw/x/a.c", tree.read("hw/x/a.c"))
    known = declarations(tree, [unit], cache=Cache(str(tmp_path)))
    assert known.structs["D"] == {"ends": "Ptr[E]", "inner": "D__inner"}
    assert known.casts["D_OF"] == "D"
    assert known.casts["QQ_GET_CLASS"] == "QClass"
    assert known.class_casts["Q"] == "QClass"
    assert known.globals["seen"] == "int"
    assert [name for name, _ in known.prototypes["claim"].parameters] == ["d", "lisn"]
    assert "no/such.h" in known.missing
    assert set(known.headers) == {"include/hw/d.h", "include/hw/q.h"}
    again = declarations(tree, [unit], cache=Cache(str(tmp_path)))
    assert again.structs["D"] == known.structs["D"]


def test_two_files_may_use_one_name_for_two_things() -> None:
    tree = MemoryTree(
        {
            "a.c": b"struct S { int a; };\n",
            "b.c": b"struct S { E *b; };\nvoid f(struct S *s) { g(&s->b); }\n",
        }
    )
    units = [parse(path, tree.read(path)) for path in ("a.c", "b.c")]
    known = declarations(tree, units)
    assert 'addr(s, "b")' in translate(units[1], known).text


def test_translate_paths_gives_a_map() -> None:
    tree = MemoryTree({"hw/a.c": b"int f(void)\n{\n    return 1;\n}\n"})
    (module,) = translate_paths(tree, ["hw/a.c"])
    assert module.text == "def f() -> int:\n    return 1\n"
    assert module.map == (
        {"py": 1, "c_file": "hw/a.c", "c": 1},
        {"py": 2, "c_file": "hw/a.c", "c": 3},
    )
    json.dumps(module.map)


def test_functions_and_their_words() -> None:
    unit = parse(
        "a.c",
        b'#include "x.h"\nstatic int f(int a /* ipi.count */)\n{\n'
        b'    return g("ibm,ranges", a);\n}\nint g(void);\n',
    )
    (span,) = unit.functions
    assert (span.name, span.static, span.start_line, span.end_line) == ("f", True, 2, 5)
    assert {"f", "g", "a", "ibm,ranges", "ranges", "ipi.count"} <= span.words
    assert unit.includes == ("x.h",)


def test_headers_whose_functions_are_used() -> None:
    tree = MemoryTree(
        {
            "include/a.h": b"#define CALL(x) one(x)\n",
            "include/b.h": b"static inline int one(int x) { return two(x); }\n",
            "include/c.h": b"static inline int two(int x) { return x; }\n"
            b"static inline int unused(int x) { return three(x); }\n",
            "include/d.h": b"static inline int three(int x) { return x; }\n",
            "f.c": b'#include "a.h"\n#include "b.h"\n#include "c.h"\n#include "d.h"\n'
            b"int f(void) { return CALL(1); }\n",
        }
    )
    unit = parse("f.c", tree.read("f.c"))
    known = declarations(tree, [unit])
    found = inline_units(tree, known, {"f.c": unit})
    assert [header.path for header in found] == ["include/b.h", "include/c.h"]


def test_macro_parameters_over_several_lines(c: Translator) -> None:
    text = "#define MAKE(a, \\\n             b) \\\n    int made_##a(void) { return b; }\n"
    made = c(text + "#define ADD(a, \\\n            b) ((a) + (b))\nMAKE(one, 3)\n")
    space = run(made.text)
    assert (space["made_one"](), space["ADD"](1, 2)) == (3, 3)
    assert len(made.lines) == made.text.count("\n")
