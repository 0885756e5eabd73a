"""``spapr-lint model dt|boot|info``: the model by itself, with QEMU's own options.

Text in and out only.  Exit status: 0, 1 for what QEMU refuses, 134 for where it aborts, 2 for a
wrong word of ours.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from spapr_lint.model import guest as linux
from spapr_lint.model.errors import Aborted, Refused
from spapr_lint.model.machine import Machine, dt, dtb, dts, info_pic
from spapr_lint.model.options import Usage, parse_options
from spapr_lint.model.variants import DESIGNS

USAGE = f"""usage: spapr-lint model dt|boot|info [QEMU options] [our options]

  dt     the interrupts' part of the device tree: --format json|dts|dtb
  boot   boots a guest as Linux does; which LISN is whose IPI: --format text|json
  info   what QEMU's monitor prints for "info pic"

QEMU's words: -M pseries-7.2,ic-mode=xive,vsmt=8 -cpu power9 -smp 4,maxcpus=8 -accel kvm ...
ours:
  --kvm              run under KVM, on a POWER9 host
  --cas xics|xive    the guest has chosen (dt, info; default: before it has)
  --variant NAME     {", ".join(DESIGNS)}
  --qemu VERSION     whose limits and messages: 5.2, 7.2, 10.0.2, 10.0.13, 11.1.3 (default)
  --xive-off         boot: the guest would rather have XICS
  --output FILE      where to write instead of standard output
"""
_FORMATS = {"dt": ("json", "dts", "dtb"), "boot": ("text", "json"), "info": ("text",)}


def main(argv: list[str]) -> int:
    """Run the command of ``argv`` (without ``model``); its exit status."""
    if not argv or argv[0] == "help" or {"-h", "--help"} & set(argv):
        print(USAGE, end="")
        return 0 if argv else 2
    try:
        command, form, output, flags, rest = _ours(argv)
        text = _run(command, form, flags, rest)
    except Usage as wrong:
        print(f"spapr-lint model: {wrong}", file=sys.stderr)
        return 2
    except Refused as refused:
        _warn(refused.warnings)
        print(f"qemu-system-ppc64: {refused.message}", file=sys.stderr)
        return 1
    except Aborted as aborted:
        _warn(aborted.warnings)
        print(aborted.message, file=sys.stderr)
        return 134
    try:
        _write(text, output)
    except OSError as error:
        if output is None:
            raise  # the same for all commands
        print(f"spapr-lint model: cannot write {output}: {error.strerror}", file=sys.stderr)
        return 2
    return 0


def _warn(warnings: tuple[str, ...]) -> None:
    for warning in warnings:
        print(f"qemu-system-ppc64: warning: {warning}", file=sys.stderr)


def _write(content: bytes, output: str | None) -> None:
    """To standard output, or whole into a file: written beside its place and moved there."""
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    target = Path(output).resolve()
    if target.exists() and not target.is_file():
        target.write_bytes(content)  # a pipe or a device
        return
    scratch = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        scratch.write_bytes(content)
        if target.exists():
            scratch.chmod(target.stat().st_mode & 0o7777)
        scratch.replace(target)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def _ours(argv: list[str]) -> tuple[str, str, str | None, set[str], list[str]]:
    """The command, --format, --output and flags; the words that are left are QEMU's."""
    command, words = argv[0], argv[1:]
    if command not in _FORMATS:
        raise Usage(f"{command!r} is none of dt, boot, info")
    taken: dict[str, str] = {}
    flags: set[str] = set()
    rest: list[str] = []
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if name in ("--format", "--output"):
            if not equals and not words:
                raise Usage(f"{name} needs a value")
            taken[name] = value if equals else words.pop(0)
        elif word == "--xive-off":
            flags.add(word)
        elif word in ("-h", "--help"):
            raise Usage("spapr-lint model --help says what there is")
        else:
            rest.append(word)
    form = taken.get("--format", _FORMATS[command][0])
    if form not in _FORMATS[command]:
        raise Usage(f"--format: {form!r} is none of {', '.join(_FORMATS[command])}")
    return command, form, taken.get("--output"), flags, rest


def _run(command: str, form: str, flags: set[str], rest: list[str]) -> bytes:
    machine = Machine(parse_options(rest))
    _warn(tuple(machine.spapr.warnings))
    if command == "info":
        return info_pic(machine).encode()
    if command == "dt":
        if form == "dtb":
            return _blob(machine)
        return (dts(machine) if form == "dts" else json.dumps(dt(machine)) + "\n").encode()
    guest = linux.boot(machine, xive="--xive-off" not in flags)
    view: dict[str, object] = {
        "mode": guest.mode,
        "online": guest.online,
        "hard_id": {str(cpu): server for cpu, server in guest.hard_id.items()},
        "ipi_of_cpu": {str(cpu): lisn for cpu, lisn in guest.ipi_of_cpu.items()},
        "lost_ipis": linux.lost_ipis(guest) if guest.panic is None else [],
        "messages": guest.messages,
        "panic": guest.panic,
    }
    return (json.dumps(view) + "\n" if form == "json" else _text(guest, view)).encode()


def _blob(machine: Machine) -> bytes:
    try:
        return dtb(machine)
    except ModuleNotFoundError as error:
        raise Usage("--format dtb needs pylibfdt: pip install 'spapr-lint[model]'") from error


def _text(guest: linux.Guest, view: dict[str, object]) -> str:
    """The guest's view, for reading."""
    lines = [*guest.messages]
    if guest.panic is not None:
        return "\n".join([*lines, f"Kernel panic: {guest.panic}"]) + "\n"
    for cpu, server in guest.hard_id.items():
        state = "online" if cpu in guest.online else "offline"
        ipi = guest.ipi_of_cpu.get(cpu)
        taken = "" if ipi is None else f", IPI is LISN {ipi:#x}"
        lines.append(f"CPU {cpu}: {state}, server {server}{taken}")
    lost = view["lost_ipis"]
    good = f"every IPI reached its CPU ({guest.mode})"
    lines.append(f"IPIs lost or led astray: CPUs {lost}" if lost else good)
    return "\n".join(lines) + "\n"
