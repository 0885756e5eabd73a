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


BY_HAND = r"""
static int calls;
static const uint8_t table[] = { [1] = 3, [4 ... 6] = 9, 200 };
#define LIMIT(v, most) ({ int v_ = (v); v_ > (most) ? (most) : v_; })
#define CHECK(x) do { if ((x) > 90) { return -7; } } while (0)
#define EACH(i, n) for ((i) = 0; (i) < (n); (i)++)

int again(int a)
{
    int n = 0, i;
retry:
    n++;
    for (i = 0; i < 5; i++) {
        if (n + i == (a & 7)) {
            a += 3;
            goto retry;
        }
        if (i == 3 && n < 3) {
            continue;
        }
    }
    return n * 100 + i;
}

int tail(int a)
{
    int rc = -1;
    if (a & 1) {
        goto out;
    }
    rc = a & 31;
    if (rc > 20) {
        rc -= 20;
        goto done;
    }
    rc++;
out:
    rc *= 2;
done:
    return rc;
}

int next(int a)
{
    int i, sum = 0;
    for (i = 0; i < 10; i++) {
        if ((i ^ a) & 1) {
            goto next;
        }
        switch (i) {
        case 2:
            continue;
        case 3:
            sum += 5;
        case 4:
            sum += 7;
            break;
        default:
            if (a & 2) {
                break;
            }
            sum++;
        }
next:
        sum += 100;
    }
    return sum;
}

int pointers(int a)
{
    uint8_t bytes[8] = { 1, 2, 3 };
    uint8_t *p = bytes, *end = bytes + 8;
    int sum = 0;
    *p++ = a;
    p[2] += a;
    while (p != end) {
        sum = sum * 3 % 1009 + *p++;
    }
    return sum + (int)(p - bytes);
}

int shadows(int a)
{
    int x = a & 15;
    for (int i = 0; i < 3; i++) {
        int x = i * 2;
        {
            int x = 50;
            x++;
        }
        a += x & 3;
        a &= 255;
    }
    return x + a;
}

static void split(uint32_t word, uint8_t *low, uint16_t *high)
{
    *low = word;
    *high = word >> 16;
}

int outs(int a)
{
    uint8_t low;
    uint16_t high = 0;
    split(a, &low, &high);
    return low * 3 + high;
}

int counted(int a)
{
    static uint8_t seen;
    seen += 100;
    calls++;
    return seen + calls + (a & 1);
}

int macros(int a)
{
    int i, sum = 0;
    CHECK(a & 127);
    EACH(i, 4) {
        sum += LIMIT(i * (a & 7), 9);
    }
    return sum + table[a & 7];
}

int chars(int a)
{
    char text[] = "ab\tz\x41";
    const char *p = text;
    int n = 0;
    while (*p && n < (a & 7)) {
        n += p[0] == '\t' ? 2 : 1;
        p++;
    }
    return n * 10 + (p - text);
}

int until(int a)
{
    uint16_t n = a;
    int turns = 0;
    do {
        if (n & 1) {
            n = 3 * n + 1;
            continue;
        }
        n /= 2;
    } while (n > 1 && ++turns < 40);
    return turns * 1000 + (n & 7);
}
"""


@needs_gcc
@pytest.mark.parametrize(
    "name",
    ["again", "tail", "next", "pointers", "shadows", "outs", "counted", "macros", "chars", "until"],
)
def test_by_hand(c: Callable[..., Translated], tmp_path: Path, name: str) -> None:
    translated = c(BY_HAND)
    assert not translated.untranslated
    native, python = getattr(compiled(BY_HAND, tmp_path), name), run(translated.text)[name]
    native.restype, native.argtypes = ctypes.c_int32, [ctypes.c_int32]
    for given in [*range(-70, 200), 2**31 - 1, -(2**31), 65535, 65536 * 7 + 300]:
        assert python(given) == native(given), given
