"""A dict remembers the key that it was given first, and forgets it with its item."""

from __future__ import annotations

from pathlib import Path

from support import PACK, expected, reported

NAMED = PACK + '\n[[producer]]\nname = "hidden"\ngives = "marked"\n'
PROGRAM = """
hidden = "k"
d = {hidden: 1}
sink(list(d)[0])  # flow
d["k"] = 2
sink(list(d)[0])  # flow
del d["k"]
d["k"] = 3
sink(list(d)[0])
d = {hidden: 1}
d.clear()
d["k"] = 2
sink(list(d)[0])
d = {hidden: 1}
d.pop("k")
d["k"] = 2
sink(list(d)[0])
d = {"k": 1}
d[hidden] = 2
sink(list(d)[0])
"""


def test_a_key_goes_with_its_item(tmp_path: Path) -> None:
    pack = tmp_path / "named.toml"
    pack.write_text(NAMED)
    assert reported(PROGRAM, str(pack)) == expected(PROGRAM)
