"""Which files can matter: a search for words in the bytes, before anything is parsed.

Skipping must never be wrong: a word may be spelled with escapes, in pieces that
are put together, in letters that Python folds, or in an odd encoding.  Where one
of these could hide a word, the file counts as holding it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from spapr_lint.python.decoding import decode, has_cookie
from spapr_lint.python.errors import DecodeError

_IDENTIFIER = re.compile(rb"[A-Za-z_]\w*")
_WIDE_IDENTIFIER = re.compile(r"[^\W\d]\w*")
# Escapes that stand for a character which could be part of a word.
_ESCAPE = re.compile(
    rb"\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}\n]+)\})"
)
# Where one piece of a string ends and the next begins: quotes with white space, comments,
# `+` and parentheses between; braces of an f-string; a line that goes on in a string.
_JOINT = re.compile(
    rb"['\"](?:[\s+()]|\\\r?\n|#[^\r\n]*)*+[A-Za-z]{0,2}['\"]"
    rb"|\{\s*+[A-Za-z]{0,2}['\"]|['\"]\s*+\}|\\(?:\r\n?|\n)"
)
_JOINT_START = rb"['\"{\\]"
_PIECE_END = re.compile(rb"['\"{\\]")
_STRING_PREFIX = re.compile(rb"(?<![\w'\"])[rRbBuUfFtT]{1,2}$")

Trie = dict[int, "Trie"]
_END = -1
# Of longer words the beginning is enough.
_LONGEST = 40


class WordScanner:
    """Looks for words in the bytes of files.

    A word is a name or a text that a string may hold (``"ibm,xive-lisn-ranges"``);
    it is found where no letter, digit or underscore goes on at either end.
    """

    def __init__(self, words: frozenset[str]) -> None:
        encoded = sorted({word.encode("utf-8", "surrogatepass")[:_LONGEST] for word in words})
        encoded = [word for word in encoded if word]
        self._words = frozenset(encoded)
        self._pattern = re.compile(_alternatives(encoded)) if encoded else None
        self._letters = frozenset(letter for word in words for letter in word)
        self._special = not self._letters.isdisjoint("\a\b\f\n\r\t\v\\'\"")
        self._longest = max((len(word) for word in encoded), default=0)
        self._rests: dict[bytes, list[bytes]] = {}
        for word in encoded:
            for cut in range(1, len(word)):
                self._rests.setdefault(word[:cut], []).append(word[cut:])

    def matches(self, content: bytes) -> bool:
        """Whether a file may hold a word; False is certain.

        Certain for names and for strings as they are written; what a program
        puts together while it runs is beyond words.
        """
        if self._holds(content):
            return True
        if not content.isascii() or has_cookie(content):
            try:
                folded = _fold(decode(content))
            except DecodeError:
                return True
            if folded != content and self._holds(folded):
                return True
            content = folded
        return self._escaped(content)

    def _holds(self, content: bytes) -> bool:
        if self._pattern is None:
            return False
        match = self._pattern.search(content)
        while match is not None:
            if match[0] in self._words:
                return True
            joint = _JOINT.match(content, match.end() - 1)
            if joint is not None and self._joined(content, joint.start(), joint.end()):
                return True
            # A whole word may begin within the beginning of another.
            match = self._pattern.search(content, match.start() + 1)
        return False

    def _escaped(self, content: bytes) -> bool:
        if self._special and b"\\" in content:
            return True
        plain = _ESCAPE.sub(self._letter, content)
        return plain != content and self._holds(plain)

    def _letter(self, match: re.Match[bytes]) -> bytes:
        """The letter that an escape stands for, if it is one of the words'."""
        octal, *hexadecimal, named = match.groups()
        if named:
            import unicodedata

            try:
                letter = unicodedata.lookup(named.decode())
            except KeyError:
                return match[0]
        else:
            digits = next((one for one in hexadecimal if one), None)
            code = int(digits, 16) if digits else int(octal, 8)
            letter = chr(code) if code < 0x110000 else ""
        return letter.encode() if letter and letter in self._letters else match[0]

    def _joined(self, content: bytes, start: int, end: int) -> bool:
        left = content[max(0, start - self._longest) : start]
        if not left:
            return False
        right = content[end : end + self._longest]
        cut = _PIECE_END.search(right)
        piece = right[: cut.start()] if cut else None
        if piece == b"" and end - start == 2 and _STRING_PREFIX.search(left):
            return False  # r""" and its like
        for length in range(1, len(left) + 1):
            head = left[-length:]
            rests = self._rests.get(head)
            if rests is None or (_is_word(head[0]) and _goes_on(left, length)):
                continue
            if left[-length - 1 : -length] == b"\\":
                continue  # the rest of an escape
            if any(self._continues(content, end, rest) for rest in rests):
                return True
        return False

    def _continues(self, content: bytes, at: int, rest: bytes, joints: int = 8) -> bool:
        """Whether the rest of a word begins here, in one piece or over further joints."""
        if content.startswith(rest, at):
            return True
        cut = _PIECE_END.search(content, at, at + len(rest) + 1)
        if cut is None or not rest.startswith(content[at : cut.start()]):
            return False
        joint = _JOINT.match(content, cut.start())
        if joint is None:
            return False
        left = rest[cut.start() - at :]
        return not joints or self._continues(content, joint.end(), left, joints - 1)

    @staticmethod
    def identifiers(content: bytes) -> frozenset[str]:
        """All that looks like a name in a file, in strings and comments, too."""
        if content.isascii() and not has_cookie(content):
            return frozenset(one.decode() for one in set(_IDENTIFIER.findall(content)))
        try:
            text = decode(content)
        except DecodeError:
            text = content.decode("utf-8", "replace")
        import unicodedata  # a megabyte that few files need

        found = set(_WIDE_IDENTIFIER.findall(text))
        found.update(unicodedata.normalize("NFKC", one) for one in tuple(found))
        return frozenset(found)


def _fold(text: str) -> bytes:
    """The text as Python folds names (NFKC), in UTF-8."""
    import unicodedata  # a megabyte that few files need

    if not unicodedata.is_normalized("NFKC", text):
        # Both spellings count: strings are not folded.
        text += "\n" + unicodedata.normalize("NFKC", text)
    return text.encode("utf-8", "surrogatepass")


def _is_word(byte: int) -> bool:
    return byte == 95 or 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122


def _goes_on(left: bytes, length: int) -> bool:
    return len(left) > length and _is_word(left[-length - 1])


def _alternatives(words: Iterable[bytes]) -> bytes:
    """A pattern that finds any of the words, and any beginning of one where a joint may be.

    Common beginnings are tried once.
    """
    named: Trie = {}
    other: Trie = {}
    for word in words:
        node = named if _is_word(word[0]) else other
        for byte in word:
            node = node.setdefault(byte, {})
        node[_END] = {}
    parts = []
    if named:
        parts.append(rb"\b" + _pattern(named, False))
    if other:
        parts.append(_pattern(other, False))
    return b"|".join(parts)


def _pattern(trie: Trie, after_word: bool, depth: int = 0) -> bytes:
    ends = [_JOINT_START] if depth else []
    parts = []
    for byte, below in sorted(trie.items()):
        if byte == _END:
            ends.insert(0, rb"\b" if after_word and depth < _LONGEST else b"")
        else:
            parts.append(re.escape(bytes((byte,))) + _pattern(below, _is_word(byte), depth + 1))
    found = parts + ends
    return found[0] if len(found) == 1 else b"(?:" + b"|".join(found) + b")"
