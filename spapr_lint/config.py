"""`[tool.spapr-lint]` of a pyproject.toml, and where a project's root is.

The same keys mean the same in the file, on the command line, in flake8 and in
the hooks; an unknown key or a value of the wrong sort is an error that says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import NamedTuple

from spapr_lint.errors import UserError

FAIL_ON = ("error", "warning", "info", "never")
"""What makes exit code 1: a finding at least this severe; ``info`` counts *named* ones too."""

_QEMU_TREE = ("VERSION", "hw")


class Config(NamedTuple):
    """The settings of one project, with paths made absolute.

    ``per_file_ignores`` maps a pattern (as in `fnmatch`, relative to the root)
    to the codes that are ignored in the files it matches.  ``root`` is empty if
    the file does not set it; ``origin`` is the file that was read, or empty.
    """

    packs: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = {}
    exclude: tuple[str, ...] = ()
    fail_on: str = "error"
    root: str = ""
    origin: str = ""


def find_root(start: str, explicit: str = "") -> str:
    """The folder that bounds what is read when ``start``, a file or folder, is checked.

    ``explicit`` wins; then the nearest folder upwards with ``.git`` or
    ``pyproject.toml``; then the nearest with ``VERSION`` and ``hw`` (a QEMU
    tree); then the folder itself, or the file's own.  Raises `UserError` if
    ``explicit`` is no folder.
    """
    if explicit:
        if not os.path.isdir(explicit):
            raise UserError(f"root is not a folder: {explicit}")
        return os.path.realpath(explicit)
    folder = _folder_of(start)
    return _nearest(folder, _is_project) or _nearest(folder, _is_qemu) or folder


def load_config(start: str) -> Config:
    """The settings of the nearest pyproject.toml with a ``[tool.spapr-lint]`` above ``start``.

    The search ends at the project's root.  Raises `UserError` for a file that
    is no TOML, an unknown key or a value of the wrong sort.
    """
    folder = _folder_of(start)
    root = find_root(folder)
    while True:
        file = os.path.join(folder, "pyproject.toml")
        table = _read_table(file) if os.path.isfile(file) else None
        if table is not None:
            return parse_config(table, file)
        if folder == root or os.path.dirname(folder) == folder:
            return Config()
        folder = os.path.dirname(folder)


def parse_config(table: Mapping[str, object], origin: str) -> Config:
    """Turn one ``[tool.spapr-lint]`` table into settings; paths are relative to ``origin``."""
    config = Config(origin=origin)
    for key, value in table.items():
        reader = _READERS.get(key)
        if reader is None:
            raise UserError(f"{origin}: unknown key '{key}' in [tool.spapr-lint]{nearest(key)}")
        config = reader(config, key, value)
    return config


def nearest(word: str, known: tuple[str, ...] = ()) -> str:
    """``; did you mean 'x'?`` for the known word that looks most like it, or nothing."""
    import difflib

    close = difflib.get_close_matches(word.replace("_", "-"), known or tuple(_READERS), 1, 0.5)
    return f"; did you mean '{close[0]}'?" if close else ""


def codes_of(text: str) -> tuple[str, ...]:
    """Split codes as they are written on a command line: ``SPL101,SPL2``."""
    return tuple(code for code in text.replace(",", " ").upper().split() if code)


def _folder_of(start: str) -> str:
    """The folder itself, or that in which the file stands, be it a link."""
    if os.path.isdir(start):
        return os.path.realpath(start)
    return os.path.realpath(os.path.dirname(os.path.abspath(start)))


def _is_project(folder: str) -> bool:
    return any(os.path.exists(os.path.join(folder, name)) for name in (".git", "pyproject.toml"))


def _is_qemu(folder: str) -> bool:
    return all(os.path.exists(os.path.join(folder, name)) for name in _QEMU_TREE)


def _nearest(folder: str, test: Callable[[str], bool]) -> str:
    while not test(folder):
        above = os.path.dirname(folder)
        if above == folder:
            return ""
        folder = above
    return folder


def _read_table(file: str) -> Mapping[str, object] | None:
    try:
        with open(file, "rb") as stream:
            content = stream.read()
        # Most projects do not name us; they need not pay for a parser of TOML.
        if b"spapr-lint" not in content:
            return None
        import tomllib

        data = tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        raise UserError(f"{file}: byte {error.object[error.start]:#x} is no UTF-8") from error
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}") from error
    except ValueError as error:
        raise UserError(f"{file}: {error}") from error
    tool = data.get("tool", {})
    table = tool.get("spapr-lint") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise UserError(f"{file}: [tool.spapr-lint] must be a table")
    return table


def _texts(config: Config, key: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise UserError(f"{config.origin}: '{key}' must be a list of strings")


def _text(config: Config, key: str, value: object) -> str:
    if isinstance(value, str):
        return value
    raise UserError(f"{config.origin}: '{key}' must be a string")


def _beside(config: Config, path: str) -> str:
    return os.path.normpath(os.path.join(os.path.dirname(config.origin), path))


def _codes(config: Config, key: str, value: object) -> tuple[str, ...]:
    codes = tuple(code.upper() for code in _texts(config, key, value))
    for code in codes:
        if not code.startswith("SPL"):
            raise UserError(f"{config.origin}: '{key}' has '{code}', codes start with SPL")
    return codes


def _read_packs(config: Config, key: str, value: object) -> Config:
    return config._replace(packs=tuple(_beside(config, p) for p in _texts(config, key, value)))


def _read_select(config: Config, key: str, value: object) -> Config:
    return config._replace(select=_codes(config, key, value))


def _read_ignore(config: Config, key: str, value: object) -> Config:
    return config._replace(ignore=_codes(config, key, value))


def _read_per_file(config: Config, key: str, value: object) -> Config:
    if not isinstance(value, dict):
        raise UserError(f"{config.origin}: '{key}' must be a table of pattern = [codes]")
    ignores = {pattern: _codes(config, f"{key}.{pattern}", v) for pattern, v in value.items()}
    return config._replace(per_file_ignores=ignores)


def _read_exclude(config: Config, key: str, value: object) -> Config:
    return config._replace(exclude=_texts(config, key, value))


def _read_fail_on(config: Config, key: str, value: object) -> Config:
    text = _text(config, key, value)
    if text not in FAIL_ON:
        known = ", ".join(FAIL_ON)
        raise UserError(f"{config.origin}: '{key}' is '{text}', must be one of {known}")
    return config._replace(fail_on=text)


def _read_root(config: Config, key: str, value: object) -> Config:
    return config._replace(root=_beside(config, _text(config, key, value)))


_READERS: Mapping[str, Callable[[Config, str, object], Config]] = {
    "packs": _read_packs,
    "select": _read_select,
    "ignore": _read_ignore,
    "per-file-ignores": _read_per_file,
    "exclude": _read_exclude,
    "fail-on": _read_fail_on,
    "root": _read_root,
}
