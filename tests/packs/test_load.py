"""Packs are read, joined and checked; a bad one gets file, line and the nearest right name."""

from __future__ import annotations

from pathlib import Path

import pytest

from spapr_lint.kinds import Kind, parse_kind
from spapr_lint.packs import PackError, load_packs

GOOD = """\
title = "a small pack"

[space.row]
title = "row"
dense = true
aliases = ["line"]

[space.cell]
inner_of = "row"

[space.marked]
algebra = "label"
through_arithmetic = true

[[producer]]
call = ["first_row", "next_row"]
gives = "row.id"

[[producer]]
field = "Sheet.rows"
gives = "line.count"

[[producer]]
parameter = "handler:3"
item = 1
gives = "row.id"

[[producer]]
name = "SOURCE"
gives = "marked"

[[sink]]
call = "show"
argument = 0
when = { 1 = ["A", "B"], mode = "C" }
wants = ["row.id", "row.last"]
rule = "SPL109"

[[sink]]
property = "sheet,rows"
cell = 1
cells = 2
wants = "row.count"

[[sink]]
call = "os.system"
argument = "command"
forbids = "marked"

[[conversion]]
from = "row.id * 16 | _"
to = "cell.id"

[[conversion]]
from = "cell_of(row.id)"
to = "cell.id"

[[guard]]
if = "not $n >= LIMIT"
gives = { n = "row.id" }

[[table]]
field = "Sheet.lines"
size = "Sheet.rows"
index = "row.id"

[[code]]
code = "SPL104"
got = "row"
wanted = ["cell.id", "*.last"]
both_ways = true

[[rule]]
code = "SPL700"
title = "house rule"
severity = "warning"
references = "the house"

[[rule.example]]
language = "python"
valid = false
text = "a = 1\\nb = 2\\n"
lines = 2
"""


def write(folder: Path, text: str, name: str = "pack.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_pack_is_read(tmp_path: Path) -> None:
    pack = load_packs([write(tmp_path, GOOD)], default=False)
    first, second, rows, handler, source = pack.producers
    assert (first.call, second.call, first.gives) == ("first_row", "next_row", Kind("row", "id"))
    assert (rows.owner, rows.field, rows.gives) == ("Sheet", "rows", Kind("row", "count"))
    assert (handler.function, handler.parameter, handler.item) == ("handler", "3", 1)
    assert (source.name, source.gives) == ("SOURCE", Kind("marked", ""))
    show, cells, system = pack.sinks
    assert show.when == ((1, ("A", "B")), ("mode", ("C",)))
    assert show.wants == (Kind("row", "id"), Kind("row", "last"))
    assert (cells.property, cells.cell, cells.cells) == ("sheet,rows", 1, 2)
    assert (system.argument, system.forbids) == ("command", (Kind("marked", ""),))
    assert pack.conversions[0].frm == ("|", ("*", Kind("row", "id"), 16), "_")
    assert pack.conversions[1].call == "cell_of"
    assert pack.guards[0].tree[0] == "not"
    assert pack.tables[0].size == "rows"
    assert pack.rules["SPL700"].examples[0].codes == ("SPL700",)
    assert show.origin == (str(tmp_path / "pack.toml"), 32)


def test_codes_follow_the_table(tmp_path: Path) -> None:
    pack = load_packs([write(tmp_path, GOOD)], default=False)
    row, cell = parse_kind("row.id"), parse_kind("cell.id")
    assert pack.code(row, cell, "space") == "SPL104"
    assert pack.code(cell, row, "space") == "SPL104"
    assert pack.code(row, parse_kind("cell.last"), "role") == "SPL104"
    assert pack.code(row, parse_kind("cell.count"), "role") == "SPL109"


def test_words_tell_which_files_matter(tmp_path: Path) -> None:
    pack = load_packs([write(tmp_path, GOOD)], default=False)
    assert pack.words == {
        "first_row",
        "next_row",
        "rows",
        "handler",
        "SOURCE",
        "cell_of",
        "LIMIT",
    }
    assert pack.sink_words == {"show", "sheet,rows", "system", "lines"}


def test_kinds_know_aliases(tmp_path: Path) -> None:
    pack = load_packs([write(tmp_path, GOOD)], default=False)
    assert pack.kind("line.id") == Kind("row", "id")
    with pytest.raises(ValueError, match=r"did you mean 'row'"):
        pack.kind("rwo.id")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (
            "dense = true",
            "dnse = true",
            5,
            "unknown key 'dnse' in space 'row' (did you mean 'dense'?)",
        ),
        ("dense = true", "dense = 1", 5, "true or false is wanted"),
        (
            'inner_of = "row"',
            'inner_of = "rwo"',
            9,
            "unknown space 'rwo' in 'inner_of' (did you mean 'row'?)",
        ),
        ('gives = "row.id"', 'gives = "rows.id"', 17, "(did you mean 'row'?)"),
        (
            'gives = "row.id"',
            'gives = "row.idd"',
            17,
            "unknown role 'idd' in 'row.idd' (did you mean 'id'?)",
        ),
        ('gives = "marked"', 'gives = "marked.id"', 30, "takes no role"),
        ('gives = "line.count"', 'gives = "line"', 21, "needs a role"),
        ("[[sink]]", "[[snik]]", 32, "unknown key 'snik' (did you mean 'sink'?)"),
        ("argument = 0\n", "", 32, "the key 'argument' is missing"),
        ("argument = 0", "argument = -1", 34, "an integer from 0 is wanted"),
        ('rule = "SPL109"', 'rule = "SPL019"', 32, "unknown rule 'SPL019'"),
        ('rule = "SPL109"', 'rule = "SPL109"\ncolour = 3', 38, "unknown key 'colour' in a sink"),
        ('to = "cell.id"', 'to = "sell.id"', 52, "(did you mean 'cell'?)"),
        ('"row.id * 16 | _"', '"row.idx * 16"', 51, "unknown role 'idx'"),
        ('"row.id * 16 | _"', '"row.id ** 16"', 51, "no conversion can be made of"),
        ('"row.id * 16 | _"', '"row.id *"', 51, "is not an expression"),
        ('"not $n >= LIMIT"', '"$n and LIMIT"', 59, "neither a comparison nor a call"),
        ("{ n =", "{ m =", 60, "the test has no variable $m"),
        ('"SPL104"', '"SPL144"', 67, "unknown rule 'SPL144'"),
        ('got = "row"', 'got = "raw"', 69, "unknown space 'raw'"),
        ('"SPL700"', '"SPL100"', 73, "rules of your own have SPL700 to SPL799"),
        ('severity = "warning"', 'severity = "warn"', 76, "unknown severity 'warn'"),
        ("lines = 2", "lines = 3", 73, "no such line"),
        ("lines = 2", "lines = [1, 2]\ncodes = ['SPL700']", 73, "as many codes"),
        ('name = "SOURCE"', 'name = "SOURCE"\ncall = "x"', 28, "has one of call, method"),
        ("[space.row]", "[space.row", 3, "not TOML"),
    ],
)
def test_errors_say_where_and_what(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(PackError) as caught:
        load_packs([path], default=False)
    assert message in caught.value.message
    assert caught.value.line == line
    assert str(caught.value).startswith(f"{path}:{line}: ")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="cannot be read"):
        load_packs([tmp_path / "none.toml"])
    with pytest.raises(PackError, match="holds no pack"):
        load_packs([tmp_path])
    (tmp_path / "x.toml").write_bytes(b"\xff")
    with pytest.raises(PackError, match="not UTF-8"):
        load_packs([tmp_path])


def test_a_pack_may_extend_the_shipped_one(tmp_path: Path) -> None:
    text = '[[producer]]\ncall = "my_id"\ngives = "server.id"\n'
    with pytest.raises(PackError, match="unknown space 'server'"):
        load_packs([write(tmp_path, text)], default=False)
    pack = load_packs([write(tmp_path, 'extend = "spapr"\n' + text)], default=False)
    assert pack.producers[-1].call == "my_id"
    assert len(pack.producers) == len(load_packs([tmp_path / "pack.toml"]).producers)
    with pytest.raises(PackError, match=r"unknown pack 'spap' to extend \(did you mean 'spapr'"):
        load_packs([write(tmp_path, 'extend = "spap"\n' + text)], default=False)


def test_a_pack_may_refine_a_shipped_space(tmp_path: Path) -> None:
    pack = load_packs([write(tmp_path, "[space.server]\ndense = true\n")])
    assert pack.spaces["server"].dense
    assert pack.spaces["server"].title == load_packs().spaces["server"].title


def test_the_digest_follows_the_text(tmp_path: Path) -> None:
    one = load_packs([write(tmp_path, GOOD)], default=False).digest
    two = load_packs([write(tmp_path, GOOD + "\n")], default=False).digest
    assert one != two
    assert one == load_packs([write(tmp_path, GOOD)], default=False).digest


RULE = """\
# SPL701: a house rule
severity: warning
message: {got} is not {wanted}

Because of
this.

## Fix
Do that.

## References
- one
- two
  lines

## Invalid
```python invalid lines=2,2 codes=SPL701,SPL203
a = 1
b = 2
```
```python fixed
a = 1
```
## Valid
```c valid
int a;
```
"""


def test_a_rule_is_a_readable_file(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, RULE, "SPL701.md")
    rule = load_packs([tmp_path], default=False).rules["SPL701"]
    assert (rule.title, rule.severity) == ("a house rule", "warning")
    assert rule.message == "{got} is not {wanted}"
    assert (rule.why, rule.fix) == ("Because of this.", "Do that.")
    assert rule.references == ("one", "two lines")
    invalid, valid = rule.examples
    assert (invalid.lines, invalid.codes) == ((2, 2), ("SPL701", "SPL203"))
    assert (invalid.text, invalid.fixed) == ("a = 1\nb = 2\n", "a = 1\n")
    assert (valid.language, valid.valid, valid.lines) == ("c", True, ())
    assert rule.examples[0].origin.line == 17


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("# SPL701: a", "# SPL71: a", 1, "a rule starts with"),
        ("severity: warning", "severity: waring", 2, "did you mean 'warning'"),
        ("## Fix", "## Fixes", 8, "did you mean 'fix'"),
        ("```python invalid lines=2,2", "```python invalid lines=2,x", 17, "numbers"),
        ("lines=2,2", "lines=2,3", 17, "no such line"),
        ("lines=2,2", "lines=2", 17, "as many codes"),
        ("```c valid", "```java valid", 25, "says its language"),
        ("```c valid", "```c maybe", 25, "valid, invalid or fixed"),
        ("```c valid\nint a;\n```\n", "```c valid\nint a;\n", 25, "has no end"),
        ("```python invalid", "```python valid", 17, "an invalid example has lines"),
    ],
)
def test_errors_in_a_rule(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    assert old in RULE
    path = write(tmp_path, RULE.replace(old, new, 1), "SPL701.md")
    with pytest.raises(PackError) as caught:
        load_packs([path], default=False)
    assert message in caught.value.message
    assert caught.value.line == line


def test_a_code_is_given_once(tmp_path: Path) -> None:
    write(tmp_path, RULE, "SPL701.md")
    write(tmp_path, '[[rule]]\ncode = "SPL701"\ntitle = "again"\n')
    with pytest.raises(PackError, match="SPL701 is already at"):
        load_packs([tmp_path], default=False)


def test_without_default_packs_only_the_texts_of_the_rules_are_there(tmp_path: Path) -> None:
    pack = load_packs([write(tmp_path, GOOD)], default=False)
    assert set(pack.spaces) == {"row", "cell", "marked"}
    assert pack.rules["SPL109"].title
    assert not any(rule.examples for code, rule in pack.rules.items() if code != "SPL700")
