"""Command lines outside of the matrix, and what real programs say to them.

``python tests/model/measured.py PROGRAM VERSION COUNT`` measures again and prints rows of JSON; the
rows kept in data/command-lines.json.xz are from Debian's 5.2, 7.2, 10.0.2, 10.0.13 and 11.1.3.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import NamedTuple

ODD = ["-1", "0x4", "010", "abc", "1.5", "4097", "1024", "1025", "4294967296", "4294967297", "1k"]
ODD += ["8M", "", "+4", "1e2", "9223372036854775808", "18446744073709551616"]
VERSIONS = ["2.1", "2.3", "2.5", "2.6", "2.7", "2.8", "2.9", "2.10", "2.11", "2.12", "2.12-sxxm"]
VERSIONS += ["3.0", "3.1", "4.0", "4.1", "4.2", "5.0", "5.1", "5.2", "6.0", "6.1", "6.2", "7.0"]
VERSIONS += ["7.1", "7.2", "8.0", "8.1", "8.2", "9.0", "9.1", "9.2", "10.0", "10.2", "11.0", "11.1"]
CPUS = [*["power9"] * 5, *["power8"] * 3, *["power10"] * 3, "power7", "power5+", "970", "POWER9"]
CPUS += ["power8e", "power8nvl", "power9_v2.0", "power9_v1.0", "power10_v2.0", "power11", "foo"]
CPUS += ["power7+", "power5gs", "970mp", "970fx", "host", "max", "power6", "e500", "g4", "601"]


class Said(NamedTuple):
    """What a program answered: its status, its words, and a digest of ``info pic``."""

    status: int
    messages: list[str]
    table: str | None


def command_lines(seed: int, newest: str) -> Iterator[str]:
    """Machines that are right, wrong in one thing, or wrong in several."""
    chance = random.Random(seed)
    latest = tuple(map(int, newest.split(".")[:2]))
    known = [text for text in VERSIONS if tuple(map(int, text.split("-")[0].split("."))) <= latest]
    while True:
        words = ["-M", _machine(chance, known)]
        if chance.random() < 0.8:
            words += ["-cpu", chance.choice(CPUS)]
        for often in (0.95, 0.05):
            if chance.random() < often:
                words += ["-smp", _smp(chance)]
        if all(words):
            yield " ".join(words)


def _number(chance: random.Random) -> str:
    if chance.random() < 0.08:
        return chance.choice(ODD)
    return str(chance.choice([0, 1, 1, 2, 2, 3, 4, 4, 5, 6, 8, 8, 12, 16, 64]))


def _smp(chance: random.Random) -> str:
    parts = []
    if chance.random() < 0.7:
        parts.append(("cpus=" if chance.random() < 0.4 else "") + _number(chance))
    for key, often in (("maxcpus", 0.5), ("sockets", 0.2), ("cores", 0.2), ("threads", 0.3)):
        if chance.random() < often:
            parts.append(f"{key}={_number(chance)}")
    for key in ("dies", "clusters", "books", "foo"):
        if chance.random() < 0.02:
            parts.append(f"{key}={chance.randint(0, 2)}")
    if chance.random() < 0.1:
        chance.shuffle(parts)
    return ",".join(parts) or "1"


def _machine(chance: random.Random, known: list[str]) -> str:
    first = chance.choice(["pseries", *(f"pseries-{version}" for version in known)])
    if chance.random() < 0.03:
        first = chance.choice(
            ["pseries-1.0", "pseries-", "pSeries", "pseries-2.13", "pseries-99.0"]
        )
    words = []
    if chance.random() < 0.5:
        words.append(f"ic-mode={chance.choice(['xics', 'xive', 'xive', 'dual', 'dual', 'XIVE'])}")
    if chance.random() < 0.5:
        odd = ["0", "-1", "0x8", "abc", "4294967295", "4294967296", "1000000", "8k", "+8"]
        vsmt = [*map(str, (1, 2, 3, 4, 8, 8, 8, 16, 64, 100)), chance.choice(odd)]
        words.append(f"vsmt={chance.choice(vsmt)}")
    if chance.random() < 0.1:
        words.append("max-cpu-compat=" + chance.choice([*(f"power{n}" for n in range(6, 12)), "x"]))
    if chance.random() < 0.1:
        other = ["usb=off", "cap-htm=off", "modern-hotplug-events=off", "foo", "bar=1", "x-vof=on"]
        words.append(chance.choice(other))
    if chance.random() < 0.1:
        words.append("kernel-irqchip=" + chance.choice(["on", "off", "split", "foo"]))
    if chance.random() < 0.1:
        chance.shuffle(words)
    return ",".join([first, *words])


def monitor(command: list[str]) -> tuple[int, str, str]:
    """Status, output and errors of QEMU after ``info pic``.

    ``quit`` is only said once the next prompt is there: QEMU drops what its
    monitor has not written yet.
    """
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        )
        assert process.stdin is not None
        assert process.stdout is not None
        output = b""
        try:
            process.stdin.write(b"info pic\n")
            process.stdin.flush()
            while output.count(b"(qemu) ") < 2 or not output.endswith(b"(qemu) "):
                piece = os.read(process.stdout.fileno(), 1 << 16)
                if not piece:
                    break
                output += piece
            process.stdin.write(b"quit\n")
            process.stdin.close()
        except BrokenPipeError:
            pass  # it refused the machine
        rest = process.stdout.read()
        status = process.wait(timeout=60)
        process.stdout.close()
        errors.seek(0)
        said = errors.read()
    return status, (output + rest).decode(), said.decode()


def live(program: str, words: str) -> tuple[int, list[str], str]:
    """Status, messages and ``info pic`` of a real program."""
    stop = ["-m", "512M", "-display", "none", "-nodefaults", "-S", "-monitor", "stdio"]
    status, output, errors = monitor([program, *words.split(), *stop])
    said = [line.removeprefix("qemu-system-ppc64: ") for line in errors.splitlines()]
    noise = ("TCG doesn't support", "**", "Bail out", "is deprecated: machines more")
    kept = [line for line in said if line and not any(word in line for word in noise)]
    return status, [re.sub(r"^(ERROR:)?\S+?:\d+: ?", "", line) for line in kept], output


def table(text: str) -> list[str]:
    """The lines of ``info pic`` that hold no address of the program's own."""
    lines = [line.strip() for line in text.replace("\r", "").splitlines()]
    return [
        re.sub(r"^(ICS \S+?\.\.\S+).*", r"\1", line)
        for line in lines
        if re.match(r"(CPU[ \[]\d+|ICS |LISN|[0-9a-f]{4,8} (MSI|LSI))", line)
    ]


def digest(text: str) -> str:
    """A few letters that stand for the table."""
    return hashlib.sha256("\n".join(table(text)).encode()).hexdigest()[:12]


def main(program: str, version: str, count: int) -> None:
    """Measure and print."""
    lines = command_lines(count, version)
    for _row in range(count):
        words = next(lines)
        status, messages, pic = live(program, words)
        row = {"qemu": version, "args": words, "rc": status, "messages": messages}
        print(json.dumps(row | ({"pic": digest(pic)} if status == 0 else {})), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
