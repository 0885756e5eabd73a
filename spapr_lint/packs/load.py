"""Read packs: files or folders of TOML and rules in Markdown, to one checked `Pack`.

Spaces of all files are read first, so that a pack may use those of a later or a shipped one.
Reading files is all the input that happens here.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from spapr_lint.kinds import Algebra, Rewrite, Space
from spapr_lint.packs import build, rules
from spapr_lint.packs.data import Family, Pack, Rule, Sink
from spapr_lint.packs.errors import Lines, PackError
from spapr_lint.packs.expressions import nearest
from spapr_lint.packs.sections import SECTIONS, TOP_KEYS, Entry, Words
from spapr_lint.packs.wordlists import producer_words, sink_words

SHIPPED = ("spapr",)
_TOP = (*TOP_KEYS, "space", "family", *SECTIONS)


@dataclass(frozen=True, slots=True)
class _File:
    """One file of a pack; ``data`` is None for a rule in Markdown."""

    path: str
    text: str
    shipped: bool
    data: dict[str, Any] | None
    lines: Lines


@dataclass(slots=True)
class _Draft:
    """What has been collected so far, by section."""

    spaces: dict[str, Space] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    families: dict[str, Family] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    entries: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in SECTIONS})


def shipped_folder() -> Path:
    """Where the shipped packs stand: in the package of a wheel, else beside it in a checkout.

    Raises `PackError` if they are in neither place.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "rules", package.parent / "rules"):
        if (folder / SHIPPED[0]).is_dir():
            return folder
    raise PackError(str(package / "rules"), 0, "the shipped rules are not there")


def load_packs(paths: Sequence[Path | str] = (), *, default: bool = True) -> Pack:
    """The shipped packs (unless ``default`` is false) and those of ``paths``, as one.

    A path is a TOML file or a folder of TOML and ``SPLnnn.md`` files.  A pack that says
    ``extend = "spapr"`` gets the shipped one even without ``default``.  The rules' texts are
    always there, their examples only with the pack that they belong to.  Raises `PackError`.
    """
    own = [file for path in paths for file in _files(Path(path), shipped=False)]
    wanted = list(SHIPPED) if default else _extended(own)
    folder = shipped_folder()
    shipped = [file for name in SHIPPED for file in _files(folder / name, shipped=True)]
    draft = _Draft()
    if not wanted:
        shipped = [file for file in shipped if file.data is None]
    files = [*shipped, *own]
    _read_spaces(draft, files)
    for file in files:
        _read_rest(draft, file)
    if not wanted:
        draft.rules = {
            code: replace(rule, examples=()) if _is_shipped(rule, folder) else rule
            for code, rule in draft.rules.items()
        }
    return _finish(draft, files)


def _is_shipped(rule: Rule, folder: Path) -> bool:
    return Path(rule.origin.path).is_relative_to(folder)


def _files(path: Path, *, shipped: bool) -> Iterator[_File]:
    if path.is_dir():
        names = sorted(p for p in path.iterdir() if p.suffix == ".toml" or _is_rule(p))
        if not names:
            raise PackError(str(path), 0, "this folder holds no pack (*.toml, SPLnnn.md)")
        for name in names:
            yield _file(name, shipped)
    else:
        yield _file(path, shipped)


def _is_rule(path: Path) -> bool:
    return re.fullmatch(r"SPL\d{3}\.md", path.name) is not None


def _file(path: Path, shipped: bool) -> _File:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PackError(str(path), 0, "this pack is not UTF-8 text") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise PackError(str(path), 0, f"this pack cannot be read: {reason}") from error
    if path.suffix == ".md":
        return _File(str(path), text, shipped, None, Lines(""))
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise PackError(str(path), line, f"not TOML: {error}") from error
    return _File(str(path), text, shipped, data, Lines(text))


def _extended(files: list[_File]) -> list[str]:
    names = []
    for file in files:
        name = (file.data or {}).get("extend")
        if name is not None and name not in SHIPPED:
            near = nearest(str(name), SHIPPED)
            line = file.lines.header("extend")
            raise PackError(file.path, line, f"unknown pack {name!r} to extend{near}")
        if name is not None:
            names.append(name)
    return names


def _read_spaces(draft: _Draft, files: list[_File]) -> None:
    """Spaces, aliases and families of all files, then their relations checked."""
    spaces: list[Entry] = []
    for file in files:
        for name, table in _named_tables(file, "space"):
            entry = Entry(file.path, file.lines, file.lines.header(f"space.{name}"), table)
            space, aliases = build.space(entry, name, draft.spaces.get(name))
            draft.spaces[name] = space
            draft.aliases.update(dict.fromkeys(aliases, name))
            spaces.append(entry)
        for name, table in _named_tables(file, "family"):
            entry = Entry(file.path, file.lines, file.lines.header(f"family.{name}"), table)
            draft.families[name] = build.family(entry, name)
    for entry in spaces:
        for key in ("inner_of", "subset_of", "same_as", "counted_by"):
            said = entry.table.get(key, ())
            for other in [said] if isinstance(said, str) else said:
                if other not in draft.spaces:
                    near = nearest(other, list(draft.spaces))
                    raise entry.error(f"unknown space {other!r} in {key!r}{near}", key)


def _named_tables(file: _File, section: str) -> Iterator[tuple[str, dict[str, Any]]]:
    tables = (file.data or {}).get(section, {})
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        line = file.lines.header(section)
        raise PackError(file.path, line, f"{section!r} is written as [{section}.name]")
    yield from tables.items()


def _read_rest(draft: _Draft, file: _File) -> None:
    if file.data is None:
        _add_rule(draft, rules.read_markdown(file.path, file.text), file.shipped)
        return
    words = Words(draft.spaces, draft.aliases)
    for section, tables in file.data.items():
        line = file.lines.header(section)
        if section not in _TOP:
            raise PackError(file.path, line, f"unknown key {section!r}{nearest(section, _TOP)}")
        if section not in SECTIONS:
            continue
        if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
            raise PackError(file.path, line, f"{section!r} is written as [[{section}]]")
        for ordinal, table in enumerate(tables):
            header = file.lines.header(section, ordinal)
            entry = Entry(file.path, file.lines, header, table)
            if section == "rule":
                _add_rule(draft, rules.read_table(entry, file.lines, ordinal), file.shipped)
            else:
                draft.entries[section].extend(build.BUILDERS[section](entry, words))


def _add_rule(draft: _Draft, rule: Rule, shipped: bool) -> None:
    path, line = rule.origin
    if not shipped and not "SPL700" <= rule.code <= "SPL799":
        raise PackError(path, line, f"{rule.code}: rules of your own have SPL700 to SPL799")
    if rule.code in draft.rules:
        before = draft.rules[rule.code].origin
        raise PackError(path, line, f"{rule.code} is already at {before.path}:{before.line}")
    draft.rules[rule.code] = rule


def _finish(draft: _Draft, files: list[_File]) -> Pack:
    entries = draft.entries
    for sink in entries["sink"]:
        _check_rule(draft, sink, sink.rule)
    for code in entries["code"]:
        _check_rule(draft, code, code.code)
    for section in ("producer", "sink", "conversion", "table", "guard", "named"):
        for entry in entries[section]:
            _check_family(draft, entry)
    rewrites = [
        Rewrite(one.frm, one.to, f"{one.text} -> {one.to}")
        for one in entries["conversion"]
        if one.call is None
    ]
    digest = hashlib.sha256("\0".join(file.text for file in files).encode()).hexdigest()
    pack = Pack(
        draft.spaces,
        tuple(entries["producer"]),
        tuple(entries["sink"]),
        tuple(entries["conversion"]),
        tuple(entries["through"]),
        tuple(entries["property_call"]),
        tuple(entries["dt_call"]),
        tuple(entries["table"]),
        tuple(entries["guard"]),
        tuple(entries["named"]),
        tuple(entries["registration"]),
        tuple(entries["type"]),
        tuple(entries["property_declaration"]),
        tuple(draft.families.values()),
        tuple(entries["code"]),
        dict(sorted(draft.rules.items())),
        Algebra(draft.spaces, rewrites),
        frozenset(),
        frozenset(),
        draft.aliases,
        digest,
    )
    return replace(pack, words=producer_words(pack), sink_words=sink_words(pack))


def _check_rule(draft: _Draft, entry: Sink, code: str | None) -> None:
    if code is not None and code not in draft.rules:
        near = nearest(code, list(draft.rules))
        if "SPL700" <= code <= "SPL799":
            near = f" (a rule of your own stands in a file {code}.md beside this one)"
        raise PackError(entry.origin.path, entry.origin.line, f"unknown rule {code!r}{near}")


def _check_family(draft: _Draft, entry: Any) -> None:
    if entry.family is not None and entry.family not in draft.families:
        near = nearest(entry.family, list(draft.families))
        path, line = entry.origin
        raise PackError(path, line, f"unknown family {entry.family!r}{near}")
