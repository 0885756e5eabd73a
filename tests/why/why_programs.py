"""Small programs to ask about, and a pack that is all that they need."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import Any

from tests.doors.run import lint

PACK = """\
[space.server]
title = "server"
reference = "this test"

[space.ipi]
title = "ipi"
reference = "this test"

[space.lisn]
title = "lisn"
reference = "this test"

[[producer]]
call = "max_server"
gives = "server.bound"

[[producer]]
field = "vcpu_id"
gives = "server.id"

[[producer]]
constant = "BASE"
gives = "lisn.base"

[[conversion]]
from = "server.bound << 3"
to = "lisn.bound"

[[conversion]]
from = "server_to_ipi(server.id)"
to = "ipi.id"

[[guard]]
if = "$x < LIMIT"
gives = { x = "ipi.id" }

[[sink]]
call = "set_ipis"
argument = 0
wants = ["ipi.count"]

[[sink]]
call = "claim"
argument = 0
wants = ["ipi.id"]

[[sink]]
property = "lisn-ranges"
cell = 1
wants = ["ipi.count"]

[[dt_call]]
call = "fdt_setprop"
name = 2
value = 3
form = "cells"
"""


def program(folder: Path, text: str, name: str = "m.py") -> str:
    """Write a program, and give the name of its file."""
    (folder / "pack.toml").write_text(PACK)
    (folder / "pyproject.toml").write_text('[tool.spapr-lint]\npacks = ["pack.toml"]\n')
    (folder / name).write_text(textwrap.dedent(text))
    return name


def line_of(folder: Path, name: str, mark: str) -> int:
    """The line that ends in a comment with this mark."""
    for number, row in enumerate((folder / name).read_text().splitlines(), 1):
        if re.search(rf"(?:#|//) {re.escape(mark)}$", row):
            return number
    raise AssertionError(mark)


def ask(folder: Path, *arguments: str) -> str:
    """What a question prints; it must be understood."""
    done = lint(*arguments, "--no-default-packs", cwd=folder)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr + done.stdout
    return done.stdout


def ask_json(folder: Path, *arguments: str) -> Any:
    """What a question answers, as JSON."""
    return json.loads(ask(folder, *arguments, "--format", "json"))
