"""The translation computes what gcc's program computes: random functions, random arguments."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from c_mini import run
from c_programs import TYPES, Program

from spapr_lint.c import Translated

COMPILER = shutil.which("gcc") or shutil.which("cc")
FUNCTIONS = int(os.environ.get("SPAPR_LINT_GCC_FUNCTIONS", "220"))
SEED = int(os.environ.get("SPAPR_LINT_GCC_SEED", "1"))
CTYPES: dict[str, Any] = {
    "uint8_t": ctypes.c_uint8,
    "uint16_t": ctypes.c_uint16,
    "uint32_t": ctypes.c_uint32,
    "uint64_t": ctypes.c_uint64,
    "int8_t": ctypes.c_int8,
    "int16_t": ctypes.c_int16,
    "int": ctypes.c_int32,
    "int64_t": ctypes.c_int64,
    "bool": ctypes.c_bool,
}
HEAD = "#include <stdint.h>\n#include <stdbool.h>\n"

needs_gcc = pytest.mark.skipif(COMPILER is None, reason="no C compiler")


def compiled(text: str, folder: Path) -> ctypes.CDLL:
    source, library = folder / "p.c", folder / "p.so"
    source.write_text(HEAD + text)
    command = [str(COMPILER), "-w", "-O0", "-shared", "-fPIC", "-o", str(library), str(source)]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(library))


def values(random: Random, kind: str) -> int:
    bits, signed = TYPES[kind]
    number = random.choice(
        [random.getrandbits(64), random.getrandbits(bits), random.getrandbits(4), 0, 2**bits - 1]
        + [2 ** (bits - 1), 2**32 - 1]
    )
    number &= (1 << bits) - 1
    return number - (1 << bits) if signed and number >> (bits - 1) else number


@needs_gcc
def test_random_functions(c: Callable[..., Translated], tmp_path: Path) -> None:
    made = [Program(SEED * 100_000 + n).function(f"f{n}") for n in range(FUNCTIONS)]
    text = "".join(function for function, _, _ in made)
    library = compiled(text, tmp_path)
    translated = c(text)
    assert not translated.untranslated
    python = run(translated.text)
    random, wrong = Random(SEED), []
    for number, (source, returns, kinds) in enumerate(made):
        native = getattr(library, f"f{number}")
        native.restype, native.argtypes = CTYPES[returns], [CTYPES[kind] for kind in kinds]
        for _ in range(25):
            given = [values(random, kind) for kind in kinds]
            want, got = native(*given), python[f"f{number}"](*given)
            if want != got:
                wrong.append(f"{source}\nf{number}({given}): gcc {want}, here {got}")
                break
    assert not wrong, f"{len(wrong)} of {len(made)}\n{wrong[0]}"
