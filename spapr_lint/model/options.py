"""QEMU's command line, as far as interrupts depend on it: words in, `MachineOptions` out.

Options that QEMU knows and the model does not need are accepted and ignored; what QEMU
refuses is `Refused` with QEMU's message.  Our own: --kvm, --cas, --variant, --qemu.
"""

from __future__ import annotations

from typing import NamedTuple

from spapr_lint.model.errors import Refused
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
# Machine properties without a meaning here (hw/core/machine.c, hw/ppc/spapr.c, spapr_caps.c).
_PROPERTIES = _words(
    """kernel initrd append dtb dumpdtb phandle-start dt-compatible dump-guest-core mem-merge usb
    graphics firmware suppress-vmdesc confidential-guest-support memory-encryption memory-backend
    nvdimm nvdimm-persistence hmat kvm-type modern-hotplug-events resize-hpt
    vfio-no-msix-emulation kernel-addr x-vof host-model host-serial boot memory smp aux-ram-share
    enforce-config-section cap-htm cap-vsx cap-dfp cap-cfpc cap-sbbc cap-ibs cap-hpt-max-page-size
    cap-nested-hv cap-large-decr cap-ccf-assist cap-fwnmi cap-rpt-invalidate cap-nested-papr
    cap-dawr1 cap-ail-mode-3 kvm-shadow-mem igd-passthru secure"""
)
_COMPAT = ("power6", "power7", "power8", "power9", "power10", "power11")


class Usage(ValueError):
    """The command line is wrong in a word of ours, not QEMU's; exit 2."""


class MachineOptions(NamedTuple):
    """A machine as it was asked for.

    ``vsmt`` is None when not given or 0, which QEMU cannot tell apart; ``ic_mode`` None means the
    machine version's default; ``cas`` is ``xics``, ``xive`` or None (before CAS);
    ``kernel_irqchip`` ``allowed``, ``required``, ``off`` or ``split``; ``ram_size`` in bytes.
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
    ram_size: int = 512 << 20
    warnings: tuple[str, ...] = ()


def parse_options(argv: list[str]) -> MachineOptions:
    """What the words of ``argv`` ask for.

    Raises `Refused` as QEMU would refuse, `Usage` for a wrong word of ours.
    """
    words = _collect(argv)
    try:
        program = release(words.get("qemu"))
    except ValueError as error:
        raise Usage(f"--qemu: {words['qemu']!r} is not a version") from error
    properties = _machine_properties(words.get("machine", ""))
    mc = machine_class(properties.pop("type", "pseries"), program)
    smp_words = _smp_words(words.get("smp"), program)
    if program.smp_parser == "sockets":
        # QEMU up to 6.0 parses -smp before it sets the machine's properties.
        smp, warnings = smp_parse(smp_words, mc, program)
        accepted = _set_properties(properties, mc)
    else:
        accepted = _set_properties(properties, mc)
        smp, warnings = smp_parse(smp_words, mc, program)
    accelerators = [part.split(",")[0] for part in words.get("accel", "").split("\n")]
    accelerators += properties.get("accel", "").split(":")
    return MachineOptions(
        release=program,
        machine=mc,
        cpu=words.get("cpu", _default_cpu(mc)).split(",")[0].lower(),
        smp=smp,
        ic_mode=accepted.get("ic-mode"),
        vsmt=_vsmt(properties),
        max_cpu_compat=accepted.get("max-cpu-compat"),
        kvm="kvm" in words or "kvm" in accelerators,
        kernel_irqchip=accepted.get("kernel-irqchip", "allowed"),
        cas=_ours(words, "cas", ("xics", "xive")),
        variant=words.get("variant", "as_shipped").replace("-", "_"),
        ram_size=_size(words.get("m")),
        warnings=warnings,
    )


def _collect(argv: list[str]) -> dict[str, str]:
    """Options by name; repeated -machine add up, of others the last counts."""
    words: dict[str, str] = {}
    queue = list(argv)
    while queue:
        word = queue.pop(0)
        if not word.startswith("-") or word == "-":
            continue  # a disk image, which QEMU takes without an option
        name, equals, value = word.removeprefix("-").removeprefix("-").partition("=")
        if name in ("enable-kvm", "kvm"):
            words["kvm"] = ""
            continue
        if name in _WITHOUT_ARGUMENT:
            continue
        takes = name in _WITH_ARGUMENT or name in (
            *("M", "machine", "cpu", "smp", "accel", "m"),
            *("cas", "variant", "qemu"),
        )
        if not takes:
            raise Refused(f"{word}: invalid option")
        if not equals:
            if not queue:
                raise Refused(f"{word}: requires an argument")
            value = queue.pop(0)
        _store(words, "machine" if name == "M" else name, value)
    return words


def _store(words: dict[str, str], name: str, value: str) -> None:
    if name == "machine" and name in words:
        words[name] += "," + value
    elif name == "accel" and name in words:
        words[name] += "\n" + value
    elif name == "smp" and name in words:
        words[name] += "," + (value if "=" in value.split(",")[0] else "cpus=" + value)
    elif name not in _WITH_ARGUMENT or name == "m":
        words[name] = value


def _machine_properties(text: str) -> dict[str, str]:
    """``type`` and properties of -machine; a bare first word is the type."""
    properties: dict[str, str] = {}
    for index, part in enumerate(filter(None, text.split(","))):
        key, equals, value = part.partition("=")
        if not equals:
            # After the first word, a bare name switches a property on.
            bare = index == 0 or key.startswith("pseries")
            key, value = ("type", key) if bare else (key, "on")
        properties[key.replace("_", "-")] = value
    return properties


def _set_properties(properties: dict[str, str], mc: SpaprMachineClass) -> dict[str, str]:
    """What QEMU's property setters accept, in the order given (spapr_set_ic_mode ...)."""
    accepted: dict[str, str] = {}
    for key, value in properties.items():
        if key == "ic-mode":
            if mc.legacy_irq_allocation:
                raise Refused("This machine only uses the legacy XICS backend, don't pass ic-mode")
            if value not in ("xics", "xive", "dual"):
                raise Refused('Bad value for "ic-mode" property')
            accepted[key] = value
        elif key == "vsmt":
            _vsmt(properties)
        elif key == "max-cpu-compat":
            if value not in _COMPAT:
                raise Refused(f'Invalid compatibility mode "{value}"')
            accepted[key] = value
        elif key == "kernel-irqchip":
            modes = {"on": "required", "off": "off", "split": "split"}
            if value not in modes:
                raise Refused("Invalid kernel-irqchip value")
            accepted[key] = modes[value]
        elif key not in ("accel",) and key not in _PROPERTIES:
            raise Refused(f"Property '{mc.name}-machine.{key}' not found")
    return accepted


def _number(text: str, what: str) -> int:
    """An integer as QEMU's strtoull reads it: decimal, 0x, or octal with a leading 0."""
    digits = text.removeprefix("-").removeprefix("+")
    try:
        octal = digits.startswith("0") and digits.isdigit()
        value = int(digits, 8 if octal else 0)
    except ValueError as error:
        raise Refused(f"Parameter '{what}' expects integer") from error
    return -value if text.startswith("-") else value


def _vsmt(properties: dict[str, str]) -> int | None:
    """``vsmt=``: a stride between the first server numbers of two cores, 0 for unset."""
    if "vsmt" not in properties:
        return None
    value = _number(properties["vsmt"], "vsmt")
    if not 0 <= value < 1 << 32:
        raise Refused("Parameter 'vsmt' expects uint32_t")
    return value or None


def _smp_words(text: str | None, program: Release) -> dict[str, int]:
    """The keys and values of -smp; the first may go without its key ``cpus``."""
    given: dict[str, int] = {}
    if text is None:
        return {"cpus": 1}
    for index, part in enumerate(filter(None, text.split(","))):
        key, equals, value = part.partition("=")
        if not equals:
            key, value = ("cpus", key) if index == 0 else (key, "on")
        if key not in smp_keys(program):
            if program.smp_parser == "sockets":
                raise Refused(f"Invalid parameter '{key}'")
            raise Refused(f"Parameter 'smp.{key}' is unexpected")
        given[key] = _number(value, key if program.smp_parser == "sockets" else f"smp.{key}")
    return given


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


def _ours(words: dict[str, str], name: str, allowed: tuple[str, ...]) -> str | None:
    if name in words and words[name] not in allowed:
        raise Usage(f"--{name}: {words[name]!r} is none of {', '.join(allowed)}")
    return words.get(name)


def _default_cpu(mc: SpaprMachineClass) -> str:
    """QEMU hw/ppc/spapr.c, default_cpu_type of each machine version."""
    for since, cpu in (((9, 0), "power10"), ((4, 0), "power9"), ((2, 8), "power8")):
        if mc.version >= since:
            return cpu
    return "power7"
