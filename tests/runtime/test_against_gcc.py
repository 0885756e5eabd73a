"""Translated C computes what gcc's program computes, run by the runtime that runs QEMU's C.

Random functions of our own; where a tree is, the inline functions of its headers as well.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from c_programs import TYPES, Program

from spapr_lint.runtime.errors import Stopped
from spapr_lint.runtime.run import Run, program
from spapr_lint.tree import DiskTree
from spapr_lint.validate.c_source import CSource

COMPILER = shutil.which("gcc") or shutil.which("cc")
TREE = os.environ.get("SPAPR_LINT_QEMU_TREE", "")
FUNCTIONS = int(os.environ.get("SPAPR_LINT_GCC_FUNCTIONS", "220"))
SEED = int(os.environ.get("SPAPR_LINT_GCC_SEED", "3"))
CTYPES: dict[str, Any] = {
    "uint8_t": ctypes.c_uint8,
    "uint16_t": ctypes.c_uint16,
    "uint32_t": ctypes.c_uint32,
    "uint64_t": ctypes.c_uint64,
    "int8_t": ctypes.c_int8,
    "int16_t": ctypes.c_int16,
    "int": ctypes.c_int32,
    "int32_t": ctypes.c_int32,
    "int64_t": ctypes.c_int64,
    "bool": ctypes.c_bool,
    "unsigned": ctypes.c_uint32,
    "long": ctypes.c_int64,
    "ulong": ctypes.c_uint64,
    "size_t": ctypes.c_uint64,
}
WIDTHS = {
    **TYPES,
    "int32_t": (32, True),
    "unsigned": (32, False),
    "long": (64, True),
    "ulong": (64, False),
    "size_t": (64, False),
}
HEAD = "#include <stdint.h>\n#include <stdbool.h>\n#include <stddef.h>\n#include <limits.h>\n"
HEAD += "#include <assert.h>\n#include <byteswap.h>\n#include <endian.h>\n"
HEAD += "".join(
    f"#define cpu_to_be{n} htobe{n}\n#define be{n}_to_cpu be{n}toh\n" for n in (16, 32, 64)
)

pytestmark = pytest.mark.skipif(COMPILER is None, reason="no C compiler")


def compiled(text: str, folder: Path, name: str = "p") -> ctypes.CDLL | None:
    source, library = folder / f"{name}.c", folder / f"{name}.so"
    source.write_text(HEAD + text)
    command = [str(COMPILER), "-w", "-O0", "-fwrapv", "-shared", "-fPIC", "-Wl,-z,defs"]
    command += ["-Werror=implicit-function-declaration", "-o", str(library), str(source)]
    done = subprocess.run(command, capture_output=True)
    return ctypes.CDLL(str(library)) if done.returncode == 0 else None


def values(random: Random, kind: str) -> int:
    bits, signed = WIDTHS[kind]
    number = random.choice(
        [random.getrandbits(64), random.getrandbits(bits), random.getrandbits(5), 0, 2**bits - 1]
        + [2 ** (bits - 1), 2**32 - 1]
    )
    number &= (1 << bits) - 1
    return number - (1 << bits) if signed and number >> (bits - 1) else number


def test_random_functions(c: Callable[..., Run], tmp_path: Path) -> None:
    made = [Program(SEED * 100_000 + n).function(f"f{n}") for n in range(FUNCTIONS)]
    text = "".join(function for function, _, _ in made)
    library = compiled(text, tmp_path)
    assert library is not None
    run = c(text)
    random, wrong = Random(SEED), []
    for number, (source, returns, kinds) in enumerate(made):
        native = getattr(library, f"f{number}")
        native.restype, native.argtypes = CTYPES[returns], [CTYPES[kind] for kind in kinds]
        ours = run.link.resolve("hw/demo.c", f"f{number}")[0]
        for _ in range(25):
            given = [values(random, kind) for kind in kinds]
            want, got = native(*given), run.link.run(lambda f=ours, g=given: f(*g))
            if want != got:
                wrong.append(f"{source}\nf{number}({given}): gcc {want}, here {got}")
                break
    assert not wrong, f"{len(wrong)} of {len(made)}\n{wrong[0]}"


def test_the_comparison_can_fail(c: Callable[..., Run], tmp_path: Path) -> None:
    library = compiled("int f(int a) { return a + 1; }\n", tmp_path)
    assert library is not None
    assert library.f(1) != c("int f(int a)\n{\n    return a + 2;\n}\n").call("f", 1)


# ---- the headers of a tree: functions of numbers only, each with the macros and functions it needs

HEADERS = (
    "include/qemu/bitops.h",
    "include/qemu/host-utils.h",
    "include/qemu/bswap.h",
    "include/qemu/int128.h",
    "include/hw/registerfields.h",
    "include/hw/ppc/xive_regs.h",
    "include/hw/ppc/xive.h",
    "include/hw/ppc/spapr_xive.h",
    "include/qemu/crc32c.h",
    "include/qemu/xxhash.h",
    "include/fpu/softfloat-macros.h",
    "include/exec/memop.h",
    "include/qemu/units.h",
    "target/ppc/mmu-radix64.h",
    "target/ppc/mmu-book3s-v3.h",
    "include/libdecnumber/decNumberLocal.h",
    "include/hw/acpi/aml-build.h",
    "include/net/checksum.h",
)
ALIASES = {"unsigned int": "unsigned", "unsigned long": "ulong", "unsigned long long": "ulong"}


class Inline(NamedTuple):
    """An inline function: where it is, its types, all the C that it needs."""

    path: str
    name: str
    returns: str
    kinds: tuple[str, ...]
    text: str


class Headers:
    """The pieces of a tree's headers, by name."""

    def __init__(self, source: CSource) -> None:
        self.source = source
        self.functions: dict[str, tuple[str, str, frozenset[str]]] = {}
        self.macros: dict[str, str] = {}
        for path in HEADERS:
            if source.tree.exists(path):
                self._add(path)

    def _add(self, path: str) -> None:
        from spapr_lint.c import parse

        raw = self.source.tree.read(path)
        unit = parse(path, raw)
        for span in unit.functions:
            text = raw[span.start_byte : span.end_byte].decode("latin-1")
            self.functions.setdefault(span.name, (path, text, span.words))
        for name, (parameters, body, _line) in unit.facts.macros.items():
            if name.islower() and name not in ("hswap", "le_bswap"):
                continue  # one side of an #if, as bool or inline
            head = name if parameters is None else f"{name}({parameters})"
            self.macros.setdefault(name, f"#define {head} " + body.replace("\n", " \\\n") + "\n")

    def inline(self, name: str) -> Inline | None:
        """A function whose parameters and result are integers."""
        path, text, _words = self.functions[name]
        prototype = self.source.declared.prototypes.get(name)
        if prototype is None or "static" not in text.split("(")[0]:
            return None
        kinds = [kind for _, kind in prototype.parameters] + [prototype.returns]
        if any(kind.kind != "name" or kind.name not in CTYPES for kind in kinds):
            return None
        spelled = tuple(kind.name for kind in kinds)
        return Inline(path, name, spelled[-1], spelled[:-1], self._closure(name))

    def _closure(self, name: str) -> str:
        macros, functions, seen, pending = [], [], set(), [name]
        while pending:
            word = pending.pop()
            if word in seen:
                continue
            seen.add(word)
            if word in self.functions:
                _path, text, words = self.functions[word]
                functions.append(text.replace("static inline", "static", 1))
                pending += words
            elif word in self.macros:
                macros.append(self.macros[word])
                pending += re.findall(r"[A-Za-z_]\w*", self.macros[word])
        own = functions[1:]
        heads = [f[: f.index("{")].strip() + ";\n" for f in own]
        return "".join([*macros, *heads, *own, "\n", functions[0].replace("static", "", 1), "\n"])


@pytest.mark.skipif(
    not os.path.isfile(os.path.join(TREE, HEADERS[0])),
    reason="SPAPR_LINT_QEMU_TREE names no source tree of QEMU 7.2",
)
def test_the_headers_of_a_tree(tmp_path: Path) -> None:
    tree = DiskTree(TREE)
    source = CSource(tree, ("hw/intc/xive.c", *(h for h in HEADERS if tree.exists(h))))
    run = Run(program(source))
    headers = Headers(source)
    found = [made for name in headers.functions if (made := headers.inline(name)) is not None]
    random, compared, wrong, stopped = Random(SEED), 0, [], []
    for number, made in enumerate(found):
        library = compiled(made.text, tmp_path, f"h{number}")
        if library is None:
            continue
        native = getattr(library, made.name)
        native.restype = CTYPES[made.returns]
        native.argtypes = [CTYPES[kind] for kind in made.kinds]
        outcome = compare(run, made, native, random)
        compared += outcome is None
        if outcome is not None:
            (stopped if outcome.startswith("stopped") else wrong).append(f"{made.name}: {outcome}")
    assert not wrong, (len(wrong), wrong[:5])
    assert compared >= 60, (compared, stopped[:10])
    assert len(stopped) <= compared // 10, stopped


def compare(run: Run, made: Inline, native: Any, random: Random) -> str | None:
    """What differs; arguments that the function's own assertions refuse are no arguments."""
    bounded = re.search(r"assert\(|<<|>>|shift|length|start|mask|align", made.text)
    tried = 0
    for _ in range(120):
        given = [values(random, kind) for kind in made.kinds]
        if bounded and given:
            given = [given[0], *(abs(value) % 31 + 1 for value in given[1:])]
        try:
            ours = run.link.resolve(made.path, made.name)[0]
            got = run.link.run(lambda f=ours, g=given: f(*g))
        except Stopped as stop:
            if re.search("Assertion|a shift by|division by zero", stop.message):
                continue
            return f"stopped: {stop}"
        want = native(*given)
        tried += 1
        if want != got:
            return f"{given}: gcc {want}, here {got}"
    return None if tried else "stopped: no arguments that it takes"
