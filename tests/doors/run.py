"""The doors as users open them: real processes, in a folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PACK = """\
[space.marked]
title = "a marked value"
algebra = "label"
reference = "this test"

[[producer]]
call = "source"
gives = "marked"

[[sink]]
call = "sink"
argument = 0
forbids = ["marked"]
rule = "SPL109"
"""

PROJECT = """\
[tool.spapr-lint]
packs = ["pack.toml"]
"""

BAD = """\
def made():
    return source()


def used(value):
    sink(value)


used(made())
"""
GOOD = "def used(value):\n    return value + 1\n"
BAD_C = """\
int source(void);
void sink(int value);

static void used(int value)
{
    sink(value);
}

void all(void)
{
    used(source());
}
"""


def project(folder: Path, files: Mapping[str, str]) -> Path:
    """A project with the pack above and these files."""
    for name, text in {"pack.toml": PACK, "pyproject.toml": PROJECT, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def run(
    *command: str, cwd: Path, stdin: str | bytes = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a Python module's command line; our package is the one of this checkout."""
    content = stdin.encode() if isinstance(stdin, str) else stdin
    variables = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        # A cache of its own for each folder that a test made; none beside the checkout.
        **({"XDG_CACHE_HOME": str(cwd.parent / f"{cwd.name}-cache")} if cwd != ROOT else {}),
        **environment,
    }
    done = subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        input=content,
        capture_output=True,
        env=variables,
        timeout=120,
        check=False,
    )
    out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def lint(
    *arguments: str, cwd: Path, stdin: str | bytes = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run spapr-lint."""
    return run("-m", "spapr_lint", *arguments, cwd=cwd, stdin=stdin, **environment)
