"""The one error of a bad pack: which file, which line, what is wrong.

tomllib says no lines of what it has read, so a second pass over the text finds the n-th
header and the key in it.
"""

from __future__ import annotations

import re

from spapr_lint.errors import UserError

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")


class PackError(UserError):
    """A pack that cannot be used; ``line`` counts from 1, 0 if the file as a whole is meant."""

    def __init__(self, path: str, line: int, message: str) -> None:
        self.path = path
        self.line = line
        self.message = message
        place = f"{path}:{line}" if line else path
        super().__init__(f"{place}: {message}")


class Lines:
    """The lines of headers and keys in one TOML text."""

    def __init__(self, text: str) -> None:
        self._headers: dict[str, list[int]] = {}
        self._keys: dict[int, dict[str, int]] = {0: {}}
        current, quoted = 0, ""
        for number, line in enumerate(text.splitlines(), 1):
            if quoted:
                if quoted in line:
                    quoted = ""
                continue
            header = _HEADER.match(line)
            if header is not None and "=" not in line.split("#")[0]:
                name = re.sub(r"\s*\.\s*", ".", header[2].replace('"', ""))
                self._headers.setdefault(name, []).append(number)
                current = number
                self._keys[current] = {}
                continue
            key = re.match(r"\s*(\"[^\"]*\"|'[^']*'|[\w.-]+)\s*=", line)
            if key is not None:
                self._keys[current].setdefault(key[1].strip("\"'"), number)
            for mark in ('"""', "'''"):
                if line.count(mark) % 2:
                    quoted = mark

    def header(self, name: str, ordinal: int = 0) -> int:
        """The line of the n-th header of that name, else that of the key at top level, else 1."""
        lines = self._headers.get(name, [])
        if ordinal < len(lines):
            return lines[ordinal]
        return self._keys[0].get(name.partition(".")[0], 1)

    def key(self, header: int, key: str) -> int:
        """The line of a key below the header at that line, else the header's own."""
        keys = self._keys.get(header, self._keys[0])
        return keys.get(key, header)
