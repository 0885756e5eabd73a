"""Mails put in order: which of them are the series, and in what order.

Cover letters, reviews and older versions are left out; a newer version of one
patch takes the older's place; a ``fixup!`` follows the patch that it mends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spapr_lint.gate.git import printable
from spapr_lint.gate.mail import Mail, MailError

_FIXUP = re.compile(r"(?:(?:fixup|squash|amend)! )+")


class Series(NamedTuple):
    """The patches to apply, in order, and what was noticed on the way.

    ``base_commit`` is what the sender noted, None if he did not.
    """

    patches: tuple[Mail, ...]
    base_commit: str | None
    notes: tuple[str, ...]


class _Group(NamedTuple):
    """Patches of one thread that carry the same total: all versions of one series."""

    root: str
    total: int
    mails: tuple[Mail, ...]

    @property
    def version(self) -> tuple[int, int]:
        return max(mail.version for mail in self.mails)

    @property
    def titles(self) -> frozenset[str]:
        return frozenset(mail.title.lower() for mail in self.mails)


def order(mails: Sequence[Mail], path: str) -> Series:
    """The series in a heap of mails.  Raises `MailError` if there is no patch in it."""
    known = _without_doubles(mails)
    patches = [mail for mail in known if mail.patch and not mail.is_reply and not _is_cover(mail)]
    if not patches:
        raise MailError(path, 1, "no patch in it")
    roots = _roots(known)
    groups = _groups(patches, roots)
    newest, notes = _newest(groups)
    chosen: list[Mail] = []
    for group in newest:
        taken, said = _choose(group)
        chosen += taken
        notes += said
    late = [g for g in newest if not g.total and any(o.total and o.root == g.root for o in newest)]
    chosen, said = _settle(chosen, [mail for group in late for mail in group.mails])
    used = {roots[id(mail)] for mail in chosen}
    base = [m.base_commit for m in known if m.base_commit and roots[id(m)] in used]
    return Series(tuple(chosen), _newest_base(chosen, base), (*notes, *said))


def _is_cover(mail: Mail) -> bool:
    return mail.total > 0 and mail.number == 0


def _without_doubles(mails: Sequence[Mail]) -> list[Mail]:
    """The list's copy and the direct copy of a mail are one mail."""
    seen: set[str] = set()
    kept = []
    for mail in mails:
        if mail.message_id and mail.message_id in seen:
            continue
        seen.add(mail.message_id)
        kept.append(mail)
    return kept


def _roots(mails: Sequence[Mail]) -> dict[int, str]:
    """Each mail's thread, by the id of its oldest known mail; empty without any id."""
    parents = {mail.message_id: mail.references for mail in mails if mail.message_id}
    roots = {}
    for mail in mails:
        root, seen = mail.message_id, set[str]()
        above = mail.references
        while above and root not in seen:
            seen.add(root)
            root = above[0] if above[0] not in parents else _last_known(above, parents)
            above = parents.get(root, ())
        roots[id(mail)] = root
    return roots


def _last_known(above: Sequence[str], parents: dict[str, tuple[str, ...]]) -> str:
    return next((name for name in above if name in parents), above[0])


def _groups(patches: Sequence[Mail], roots: dict[int, str]) -> list[_Group]:
    keys: dict[tuple[str, int], list[Mail]] = {}
    answered = {roots[id(mail)] for mail in patches if mail.references}
    for mail in patches:
        # Sent without threading, a numbered patch stands alone like its fellows.
        root = roots[id(mail)] if mail.references or mail.message_id in answered else ""
        keys.setdefault((root, mail.total), []).append(mail)
    groups: list[_Group] = []
    for (root, total), mails in keys.items():
        if total or root:
            groups.append(_Group(root, total, tuple(mails)))
        else:
            # Without numbers and threads each mail is a patch of its own.
            groups += _by_title(mails)
    first = {id(mail): number for number, mail in enumerate(patches)}
    return sorted(groups, key=lambda group: min(first[id(mail)] for mail in group.mails))


def _by_title(mails: Iterable[Mail]) -> list[_Group]:
    titles: dict[str, list[Mail]] = {}
    for number, mail in enumerate(mails):
        # Plain diffs have no subject of their own that could be compared.
        title = mail.title.lower() if mail.author else f"{number}"
        titles.setdefault(title, []).append(mail)
    groups = []
    for same in titles.values():
        versions = len({mail.version for mail in same})
        if versions == len(same):
            groups.append(_Group("", 0, tuple(same)))
        else:
            groups += [_Group("", 0, (mail,)) for mail in same]
    return groups


def _newest(groups: Sequence[_Group]) -> tuple[list[_Group], list[str]]:
    """The groups that no newer version replaces (known by a common subject)."""
    kept, notes = [], []
    for group in groups:
        newer = [
            other
            for other in groups
            if other is not group
            and other.total > 0
            and group.total > 0
            and other.version > group.version
            and (len(other.mails) * 2 > other.total)
            and (other.titles & group.titles or (other.root and other.root == group.root))
        ]
        if newer:
            notes.append(
                f"{_named(group.version)} is left out, {_named(newer[0].version)} is newer"
            )
        else:
            kept.append(group)
    return kept, notes


def _choose(group: _Group) -> tuple[list[Mail], list[str]]:
    """One mail for each number of a group: the newest version, of equals the last."""
    best: dict[object, Mail] = {}
    replaced = set()
    for mail in group.mails:
        key: object = mail.number if mail.number else mail.title.lower()
        if not group.total and not mail.author:
            key = id(mail)
        held = best.get(key)
        if held is not None:
            replaced.add(min(held.version, mail.version))
        if held is None or mail.version >= held.version:
            best[key] = mail
    chosen = sorted(best.values(), key=lambda m: m.number) if group.total else list(best.values())
    notes = [f"{_named(version)} is left out where a newer one is there" for version in replaced]
    missing = set(range(1, group.total + 1)) - {mail.number for mail in chosen}
    if missing and group.total:
        numbers = ", ".join(str(number) for number in sorted(missing)[:10])
        notes.append(f"patch {numbers} of {group.total} is not in the mail")
    return chosen, sorted(notes)


def _settle(chosen: list[Mail], late: Sequence[Mail]) -> tuple[list[Mail], list[str]]:
    """Put what was sent without a number into a numbered thread where it belongs."""
    notes = []
    late_ids = {id(mail) for mail in late}
    placed = [mail for mail in chosen if id(mail) not in late_ids]
    authors = {mail.author for mail in placed}
    for mail in (mail for mail in chosen if id(mail) in late_ids):
        title = _FIXUP.sub("", mail.title).lower()
        at = next((n for n, other in enumerate(placed) if other.title.lower() == title), None)
        if at is not None and title != mail.title.lower():
            placed.insert(at + 1, mail)
        elif at is not None:
            placed[at] = mail
        elif mail.author in authors:
            placed.append(mail)
        else:
            notes.append(f"left out, somebody else's: {printable(mail.subject)}")
    return placed, notes


def _newest_base(chosen: Sequence[Mail], bases: Sequence[str]) -> str | None:
    own = [mail.base_commit for mail in chosen if mail.base_commit]
    return own[0] if own else (bases[-1] if bases else None)


def _named(version: tuple[int, int]) -> str:
    return f"v{version[0]}" + (f".{version[1]}" if version[1] else "")
