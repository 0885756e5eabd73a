"""QEMU's command line, as far as interrupts depend on it: words in, `MachineOptions` out.

Options that QEMU knows and the model does not need are accepted and ignored; what QEMU
refuses is `Refused` with QEMU's message.  Our own: --kvm, --cas, --variant, --qemu.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import NamedTuple

from spapr_lint.model.cpus import check_core, compat_modes, cpu_model, default_cpu
from spapr_lint.model.errors import Refused
from spapr_lint.model.keyval import (
    Tree,
    keyval_parse,
    merge,
    opts_parse,
    qdict_order,
    strtoi64,
    strtou64,
)
from spapr_lint.model.topology import CpuTopology, smp_keys, smp_parse
from spapr_lint.model.versions import Release, SpaprMachineClass, machine_class, release


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Options of QEMU (qemu-options.hx) that take an argument, and those that take none.
_WITH_ARGUMENT = _words(
    """numa add-fd set global boot m mem-path k audio audiodev device name uuid fda fdb hda hdb hdc
    hdd cdrom blockdev drive mtdblock sd fsdev virtfs iscsi usbdevice display spice rotate vga g
    vnc acpitable smbios netdev nic net chardev tpmdev bios pflash kernel append initrd dtb compat
    fw_cfg serial parallel monitor qmp qmp-pretty mon debugcon pidfile overcommit gdb d D dfilter
    seed L xen-domid action loadvm option-rom rtc icount watchdog watchdog-action echr incoming
    chroot runas run-with prom-env semihosting-config sandbox readconfig trace plugin qtest
    qtest-log msg dump-vmstate object tb-size"""
)
_WITHOUT_ARGUMENT = _words(
    """mem-prealloc audio-help snapshot usb nographic portrait full-screen win2k-hack no-fd-bootchk
    no-acpi no-hpet singlestep preconfig S s xen-attach xen-domid-restrict no-reboot no-shutdown
    daemonize only-migratable nodefaults semihosting old-param no-user-config async-teardown
    enable-sync-profile sdl no-quit curses realtime"""
)
# Options that are read here; the last three are ours.
_READ = ("M", "machine", "cpu", "smp", "accel", "m", "cas", "variant", "qemu")
# Machine properties without a meaning here (hw/core/machine.c, hw/ppc/spapr.c, spapr_caps.c).
_PROPERTIES = _words(
    """kernel initrd append dtb dumpdtb phandle-start dt-compatible dump-guest-core mem-merge usb
    graphics firmware suppress-vmdesc confidential-guest-support memory-encryption memory-backend
    nvdimm nvdimm-persistence hmat kvm-type  resize-hpt
    vfio-no-msix-emulation kernel-addr  host-model host-serial boot memory smp aux-ram-share
    enforce-config-section cap-vsx cap-dfp cap-cfpc cap-sbbc cap-ibs cap-hpt-max-page-size
    cap-nested-hv cap-large-decr cap-ccf-assist cap-fwnmi cap-rpt-invalidate cap-nested-papr
    cap-dawr1 cap-ail-mode-3 kvm-shadow-mem igd-passthru secure"""
)
_NOT_HERE = ("accel", "type", "kernel-irqchip")  # read elsewhere
_BOOLEANS = ("modern-hotplug-events", "cap-htm")
_YES = ("on", "yes", "true", "y")
_IMPLIED = {"machine": "type", "smp": "cpus"}


class Usage(ValueError):
    """The command line is wrong in a word of ours, not QEMU's; exit 2."""


class MachineOptions(NamedTuple):
    """A machine as it was asked for.

    ``vsmt`` is None when not given or 0, which QEMU cannot tell apart; ``ic_mode`` None means the
    machine version's default; ``cas`` is ``xics``, ``xive`` or None (before CAS);
    ``kernel_irqchip`` ``allowed``, ``required``, ``off`` or ``split``; ``htm`` what ``cap-htm``
    said; ``hotplug_events`` whether hotplug has an irq of its own; ``ram_size`` in bytes.
    """

    release: Release
    machine: SpaprMachineClass
    cpu: str
    smp: CpuTopology
    ic_mode: str | None = None
    vsmt: int | None = None
    max_cpu_compat: str | None = None
    kvm: bool = False
    kernel_irqchip: str = "allowed"
    cas: str | None = None
    variant: str = "as_shipped"
    htm: bool | None = None
    hotplug_events: bool = True
    ram_size: int = 512 << 20
    warnings: tuple[str, ...] = ()


def parse_options(argv: list[str]) -> MachineOptions:
    """What the words of ``argv`` ask for.

    Raises `Refused` as QEMU would refuse, `Usage` for a wrong word of ours.
    """
    words = _collect(argv)
    try:
        program = release(words.last("qemu"))
    except ValueError as error:
        raise Usage(f"--qemu: {words.last('qemu')!r} is not a version") from error
    read = _read_tree if program.option_tree else _read_pairs
    mc, given, smp, warnings = read(words, program)
    accelerators = [text.split(",")[0] for _word, text in words.all("accel")]
    accelerators += given.get("accel", "").split(":")
    kvm = bool(words.all("kvm")) or "kvm" in accelerators
    try:
        # Read here: with KVM it is the accelerator's property, without it nobody looks.
        irqchip = _kernel_irqchip(given.get("kernel-irqchip", "")) if kvm else "allowed"
        cpu = cpu_model(words.last("cpu") or default_cpu(mc), mc, program, kvm)
        check_core(cpu)
    except Refused as refused:
        refused.warnings = warnings
        raise
    return MachineOptions(
        release=program,
        machine=mc,
        cpu=cpu,
        smp=smp,
        ic_mode=given.get("ic-mode"),
        vsmt=_vsmt(given.get("vsmt", "0"), program) or None,
        max_cpu_compat=given.get("max-cpu-compat") or None,
        kvm=kvm,
        kernel_irqchip=irqchip,
        cas=_ours(words, "cas", ("xics", "xive")),
        variant=(words.last("variant") or "as_shipped").replace("-", "_"),
        htm=_on(given["cap-htm"]) if "cap-htm" in given else None,
        hotplug_events=_on(given.get("modern-hotplug-events", ""), mc.hotplug_events),
        ram_size=_size(words.last("m")),
        warnings=warnings,
    )


class _Words(NamedTuple):
    """The options in their order: name, the word as it was typed, argument."""

    given: tuple[tuple[str, str, str], ...]

    def all(self, name: str) -> list[tuple[str, str]]:
        """Each time that an option was given: the word, its argument."""
        return [(word, text) for option, word, text in self.given if option == name]

    def last(self, name: str) -> str | None:
        """The argument that counts where only one can."""
        return self.all(name)[-1][1] if self.all(name) else None


def _collect(argv: list[str]) -> _Words:
    """QEMU's first look: options that it knows, each with its argument."""
    given: list[tuple[str, str, str]] = []
    queue = list(argv)
    while queue:
        word = queue.pop(0)
        if not word.startswith("-") or word == "-":
            continue  # a disk image, which QEMU takes without an option
        name, equals, value = word.removeprefix("-").removeprefix("-").partition("=")
        if name in ("enable-kvm", "kvm"):
            given.append(("kvm", word, ""))
            continue
        if name in _WITHOUT_ARGUMENT:
            continue
        if name not in _WITH_ARGUMENT and name not in _READ:
            raise Refused(f"{word}: invalid option")
        if not equals:
            if not queue:
                raise Refused(f"{word}: requires an argument")
            value = queue.pop(0)
        given.append(("machine" if name == "M" else name, word, value))
    return _Words(tuple(given))


_Read = tuple[SpaprMachineClass, dict[str, str], CpuTopology, tuple[str, ...]]


def _read_pairs(words: _Words, program: Release) -> _Read:
    """QEMU up to 6.0: the machine, then -smp, then the machine's properties in their order."""
    pairs: list[tuple[str, str]] = []
    smp_pairs: dict[str, str] = {}
    for name, word, text in words.given:
        if name == "machine":
            pairs += opts_parse(text, "type")
        elif name == "smp":
            new = opts_parse(text, "cpus")
            with _where(word, text):
                smp_numbers(new, program)
            smp_pairs.update(new)
    first = words.all("machine")[:1]
    kind = dict(pairs).get("type", "pseries")
    with _where(*first[0]) if first else nullcontext():
        mc = machine_class(kind, program)
    numbers = smp_numbers(smp_pairs.items(), program)
    smp, warnings = smp_parse(numbers or {"cpus": 1}, mc, program)
    for key, value in pairs:
        _set_property(key, value, mc, program)
    return mc, dict(pairs), smp, warnings


def _read_tree(words: _Words, program: Release) -> _Read:
    """QEMU since 6.1: -smp is a property too, and they are set in the order of a hash table."""
    tree: Tree = {}
    for name, word, text in words.given:
        if name in _IMPLIED:
            with _where(word, text):
                parsed = keyval_parse(text, _IMPLIED[name])
                merge(tree, parsed if name == "machine" else {"smp": parsed})
    leaf = {key.replace("_", "-"): value for key, value in tree.items()}
    kind = leaf.pop("type", "pseries")
    mc = machine_class(kind if isinstance(kind, str) else "", program)
    smp, warnings = smp_parse({"cpus": 1}, mc, program)
    for key in qdict_order(leaf):
        value = leaf[key]
        if key == "smp" and isinstance(value, dict):
            smp, warnings = smp_parse(_smp_members(value, program), mc, program)
            continue
        try:
            _set_property(key, value if isinstance(value, str) else "", mc, program)
        except Refused as refused:
            refused.warnings = warnings
            raise
    return mc, {key: value for key, value in leaf.items() if isinstance(value, str)}, smp, warnings


@contextmanager
def _where(word: str, text: str) -> Iterator[None]:
    """What is refused while an option is read is told with the option."""
    try:
        yield
    except Refused as refused:
        raise Refused(f"{word} {text}: {refused.message}") from refused


def _set_property(key: str, value: str, mc: SpaprMachineClass, program: Release) -> None:
    """What the setter of a machine's property says (spapr_set_ic_mode ...)."""
    key = key.replace("_", "-")
    if key == "ic-mode":
        if mc.legacy_irq_allocation:
            raise Refused("This machine only uses the legacy XICS backend, don't pass ic-mode")
        if value not in ("xics", "xive", "dual"):
            raise Refused('Bad value for "ic-mode" property')
    elif key == "vsmt":
        _vsmt(value, program)
    elif key == "max-cpu-compat":
        if value and value not in compat_modes(program):
            raise Refused(f'Invalid compatibility mode "{value}"')
    elif key in _BOOLEANS:
        if value not in (*_YES, "off", "no", "false", "n"):
            raise Refused(f"Parameter '{key}' expects 'on' or 'off'")
    elif key not in (*_NOT_HERE, *_PROPERTIES) and (key != "x-vof" or program.version < (6, 1)):
        raise Refused(f"Property '{mc.name}-machine.{key}' not found")


def _on(value: str, default: bool = False) -> bool:
    return value in _YES if value else default


def _kernel_irqchip(value: str) -> str:
    modes = {"": "allowed", "on": "required", "off": "off", "split": "split"}
    if value not in modes:
        raise Refused("Invalid kernel-irqchip value")
    return modes[value]


def _vsmt(value: str, program: Release) -> int:
    """``vsmt=``: a stride between the first server numbers of two cores, 0 for unset."""
    number = strtou64(value)
    if number is None:
        what = "integer" if program.option_tree else "uint64"
        raise Refused(f"Parameter 'vsmt' expects {what}")
    if number >= 1 << 32:
        raise Refused("Parameter 'vsmt' expects uint32_t")
    return number


def smp_numbers(pairs: Iterable[tuple[str, str]], program: Release) -> dict[str, int]:
    """The keys and values of -smp up to 6.0 (util/qemu-option.c parse_option_number)."""
    numbers = {}
    for key, value in pairs:
        if key not in smp_keys(program):
            raise Refused(f"Invalid parameter '{key}'")
        number = strtou64(value)
        if number is None:
            if value.strip().isdigit():
                raise Refused(f"Value '{value}' is too large for parameter '{key}'")
            raise Refused(f"Parameter '{key}' expects a number")
        numbers[key] = number
    return numbers


def _smp_members(given: Tree, program: Release) -> dict[str, int]:
    """The members of -smp since 6.1: known ones first, in the schema's order."""
    numbers = {}
    for key in smp_keys(program):
        value = given.get(key)
        if isinstance(value, dict):
            raise Refused(f"Parameters 'smp.{key}.*' are unexpected")
        if value is not None:
            number = strtoi64(value)
            if number is None:
                raise Refused(f"Parameter 'smp.{key}' expects integer")
            numbers[key] = number
    for key in sorted(given.keys() - numbers.keys()):
        if isinstance(given[key], dict):
            raise Refused(f"Parameters 'smp.{key}.*' are unexpected")
        raise Refused(f"Parameter 'smp.{key}' is unexpected")
    return numbers


def _size(text: str | None) -> int:
    """``-m``: bytes; a bare number is in MiB."""
    if text is None:
        return 512 << 20
    first = text.split(",")[0].removeprefix("size=")
    units = {"k": 10, "m": 20, "g": 30, "t": 40}
    shift = units.get(first[-1:].lower(), 20)
    digits = first.rstrip("bBkKmMgGtT")
    try:
        return int(float(digits) * (1 << shift)) or 512 << 20
    except ValueError as error:
        raise Refused("Parameter 'size' expects a non-negative number below 2^64") from error


def _ours(words: _Words, name: str, allowed: tuple[str, ...]) -> str | None:
    value = words.last(name)
    if value is not None and value not in allowed:
        raise Usage(f"--{name}: {value!r} is none of {', '.join(allowed)}")
    return value
